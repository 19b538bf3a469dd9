// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SANDBOX_SERVER_HPP
#define GLOBUS_SANDBOX_SERVER_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/members.hpp>
#include <globus/core/one_line.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/**
 * Marks the definitions of the sandbox: `inline` in a header-only build, nothing when one file of the program compiles
 * them (see globus/sandbox/src.hpp).
 */
#ifdef GLOBUS_SANDBOX_SEPARATE_COMPILATION
#define GLOBUS_SANDBOX_DECL
#else
#define GLOBUS_SANDBOX_DECL inline
#endif

/// A Globus of one's own, for tests: see Server.
namespace globus::sandbox {

namespace detail {
class World;
class Host;
}  // namespace detail

/// Thrown when the sandbox cannot do what it is asked: a port in use, a directory that is missing, a malformed rule.
class GLOBUS_VISIBLE SandboxError : public std::runtime_error {
public:
    /// @param what  becomes one line of at most 64 KiB
    explicit SandboxError(std::string const& what) : std::runtime_error(globus::one_line(what, 65536)) {}
};

/// Thrown when the directory of Options::state cannot be used; the message is one sentence that says why.
class GLOBUS_VISIBLE StateError : public SandboxError {
public:
    using SandboxError::SandboxError;
};

/// Thrown by Session::verify; `what()` lists what was expected and what happened.
class GLOBUS_VISIBLE VerifyError : public SandboxError {
public:
    using SandboxError::SandboxError;
};

/// An application known to the sandbox's Globus Auth. No secret means a native (public) application.
struct App {
    std::string id;                               ///< the client id; empty: a new one
    std::string secret = {};                      ///< empty: native
    std::string name = "Sandbox App";             ///< for people
    std::vector<std::string> redirect_uris = {};  ///< besides the loopback addresses and the page that shows the code
    GLOBUS_MEMBERS(App, id, secret, name, redirect_uris);
};

/**
 * A person who can log in. The first one is who the browser belongs to: `authorize` logs in as the first user, unless
 * the login names another one (`session_required_identities`, `login_hint`), or Options::ask lets the browser choose.
 */
struct User {
    std::string id;                               ///< of the identity: `sub` of tokens and claims
    std::string username;                         ///< as in "user@example.org"
    std::string name = "Sandbox User";            ///< the claim `name`
    std::string email = {};                       ///< the claim `email`; empty: the username
    std::string organization = "Globus Sandbox";  ///< the claim `organization`
    GLOBUS_MEMBERS(User, id, username, name, email, organization);
};

/// What kind of collection it is.
enum class CollectionKind { mapped, guest };

/// A collection: a directory of this machine, seen through the Transfer service.
struct Collection {
    std::string id;                   ///< empty: a new one
    std::filesystem::path directory;  ///< below Options::root if it is relative; empty: named by the id. It is made
    std::string display_name = "Sandbox Collection";  ///< in the endpoint document
    CollectionKind kind = CollectionKind::guest;      ///< how its document is typed, as in "GCSv5_guest_collection"
    bool requires_data_access = false;  ///< reading it needs the consent `<id>/data_access`, as mapped collections may
    bool high_assurance = false;        ///< its files want a login of the last eleven days, see globus/sandbox.hpp
    bool open = true;  ///< whether everybody with a token may read and write it; else access rules say who may
    GLOBUS_MEMBERS(Collection, id, directory, display_name, kind, requires_data_access, high_assurance, open);
};

/// How time passes in the sandbox.
enum class ClockMode {
    real,    ///< with the machine; Session::advance_clock adds to it
    manual,  ///< only when Session::advance_clock is called: expiry and tasks stand still in between
};

/// Whether the services speak HTTPS, and with what kind of certificate. Clients must refuse the last four.
enum class Tls {
    none,         ///< plain HTTP
    good,         ///< for 127.0.0.1 and localhost, signed by Session::ca_pem
    wrong_host,   ///< for another host
    expired,      ///< since yesterday
    self_signed,  ///< by itself, not by the authority
    weak,         ///< a good certificate, but TLS 1.1 (RFC 8996)
};

/// How many requests a service accepts; more are answered 429 with `Retry-After`. Zero is no limit.
struct RateLimit {
    double requests_per_second = 0;  ///< of one service; Globus Auth has no limit
    double burst = 0;                ///< requests that may come at once after a pause; less than 1 counts as 1
};

/**
 * What a sandbox is made of. Every member has a useful default: `Server server;` has one native and one confidential
 * application, one user, a source collection with files in it, an empty destination, and a mapped collection that wants
 * a consent of its own.
 */
struct Options {
    std::uint16_t port = 0;        ///< of the services; 0 takes a free one
    std::uint16_t https_port = 0;  ///< of the services over HTTPS; 0 takes a free one
    std::uint16_t admin_port = 0;  ///< of the admin calls; 0 takes a free one
    /// The bearer secret of the admin calls, of at least 16 characters; empty: a new one for each server.
    std::string admin_secret = {};
    /// Where the collections without an absolute directory live. Empty: a temporary one, removed at the end.
    std::filesystem::path root = {};
    /**
     * Where the session is kept, so that one that is started later goes on with it; empty: nowhere. The directory is made
     * (mode 0700), and has an SQLite database (mode 0600, with the tokens in it as they are) and, where `root` is empty,
     * the collections. One sandbox uses it at a time.
     *
     * Kept are people, applications, consents and tokens, signing keys, collections with their access rules and roles,
     * bookmarks, tasks with their events, groups, indices with their entries, flows, runs, timers, what Compute and the
     * GCS manager have, the snapshot, what reset() goes back to, and how far the clock was put. Not kept are addresses
     * (name the ports), fault rules, the journal with its counts, certificates, and set_token_lifetime().
     *
     * An answer that was sent is kept whatever ends the process, SIGKILL too, and so is what an answer shows; a request
     * whose answer did not arrive was kept wholly, or had no effect. When the machine itself stops (power), the last
     * changes may be lost, but nothing is half there. When a change cannot be written (the disk is full), the request is
     * answered 500 with the reason.
     *
     * What the directory has wins over `seed`, and users and applications that it does not have are added. Collections
     * are made when it is new. @throws StateError from the constructor when the directory cannot be used
     */
    std::filesystem::path state = {};
    /// Whether other users of this machine may connect to the services, where the system tells who is at the other end
    /// (Linux). Everybody who may connect can log in, and has the files of the collections.
    bool any_user = false;
    /**
     * The name or IPv4 address by which other machines and containers reach this one, as in "globus-sandbox" or
     * "localhost"; empty: they cannot. With a name the services listen on every interface, and the addresses that they
     * tell have that name; requests under any other name than it, 127.0.0.1 and localhost are refused. The admin calls
     * are reached likewise if `admin_secret` is given, and from this machine alone if not.
     *
     * @warning Whoever reaches the port can log in, and has the files of the collections.
     */
    std::string network_host = {};
    /// Of identifiers and probabilities: the same seed and calls give the same journal. Tokens and secrets are never the
    /// same in two sessions.
    std::uint64_t seed = 1;
    ClockMode clock = ClockMode::real;            ///< what time goes by
    std::chrono::seconds token_lifetime{172800};  ///< of access and id tokens; two days
    bool rotate_refresh_tokens = false;           ///< each refresh gives a new refresh token and spends the old one
    bool detect_refresh_token_reuse = false;      ///< a spent refresh token revokes its whole family (RFC 9700, 4.14)
    RateLimit rate_limit = {};                    ///< of each service
    Tls tls = Tls::none;                          ///< with anything but none, a client has to trust Session::ca_pem
    std::chrono::milliseconds task_duration{0};   ///< how long a task runs at least, once it is not queued any more
    std::chrono::milliseconds retry_interval{1000};  ///< how often a task that met a fault tries again
    std::size_t max_pending_tasks = 100;             ///< ACTIVE tasks of one user; more are refused
    bool refuse_identical_tasks = true;  ///< 409 while a task between the same collections has a path pair in common
    std::size_t journal_limit = 10000;   ///< entries kept, of 32 MiB together; counts stay exact beyond that
    std::size_t task_limit = 1000;       ///< tasks kept; beyond that the oldest that are over are forgotten
    std::vector<App> apps = {};          ///< a native and a confidential one are added where there is none
    std::vector<User> users = {};        ///< empty: one is made
    /// Whether every client id that is asked for is known: as a native application, made when it is first seen.
    bool any_app = false;
    /// Whether `authorize` shows a page on which the user and the consent are chosen. If not, it approves at once.
    bool ask = false;
    /// Web pages that may call the services, besides those of this machine: origins, as in "https://app.example.org".
    std::vector<std::string> allowed_origins = {};
    std::vector<Collection> collections = {};  ///< empty: source, destination, and every other directory in `root`
};

/**
 * Reads what a sandbox is made of from a JSON document:
 *
 * @code{.json}
 * {"users": [{"username": "ada@example.org"}],
 *  "apps": [{"id": "...", "secret": "..."}],
 *  "collections": [{"id": "...", "directory": "data", "kind": "mapped", "open": false}],
 *  "rules": [{"collection": "...", "principal_type": "all_authenticated_users", "path": "/", "permissions": "r"}],
 *  "groups": [{"id": "...", "name": "Lab", "policies": {}, "members": [{"identity_id": "...", "role": "member"}]}],
 *  "indices": [{"id": "...", "display_name": "Index", "entries": [{"subject": "s", "visible_to": ["public"], "content": {}}]}],
 *  "flows": [{"title": "Flow", "definition": {}, "input_schema": {}}],
 *  "timers": [{"timer_type": "transfer", "schedule": {"type": "once"}, "body": {}}]}
 * @endcode
 *
 * Users, applications and collections are added to `options`; the rest is made by Session::seed of the same document,
 * once the server is there.
 *
 * @throws SandboxError when a member is unknown or wrong; the message says which
 */
void read_config(boost::json::object const& config, Options& options);

/// One request as the sandbox saw it.
struct JournalEntry {
    std::uint64_t number = 0;  ///< from 1, in the order of arrival
    double time = 0;           ///< seconds of the sandbox's clock since the session began
    std::string service;       ///< "auth", "transfer", ...; "unknown" when no route fits
    std::string operation;     ///< the name of the operation in the SDKs, e.g. "submit_transfer"
    std::string method;        ///< "GET", ...
    std::string target;        ///< as sent, with the query
    std::vector<std::pair<std::string, std::string>> headers;  ///< credentials are replaced
    std::string body_sha256;             ///< of a body with tokens in it: without what tells sessions apart
    std::uint64_t token_generation = 0;  ///< 1 for the first access token of its grant, 2 after a refresh; 0 unknown
    std::uint64_t connection = 0;        ///< which TCP connection, from 1
    bool reused_connection = false;      ///< not the first request on it
    std::string fault;                   ///< what was done to it, "" for nothing
    bool committed = false;              ///< it changed something; false for reads and for a repetition
    int status = 0;                      ///< of the answer; 0 when none was sent
    std::uint64_t bytes_out = 0;         ///< of the answer, its head included
};

/// What Session::verify checks: how often an operation was called.
struct Expectation {
    std::string operation;               ///< as in JournalEntry
    std::uint64_t at_least = 1;          ///< 0 for what need not happen
    std::uint64_t at_most = UINT64_MAX;  ///< no limit
    std::string path = {};               ///< a glob over the path; empty for any
};

/**
 * One isolated Globus: its own address, tokens, tasks, clock, faults and journal.
 *
 * A Server is its first session; Server::open_session makes others, so that tests can run in parallel against one
 * program. A copy is another handle to the same session.
 *
 * @par Faults
 * A rule says which requests (`match`), when (`phase`), how often (`times`, `probability`) and what (`action`):
 * @code
 * server.add_fault(R"({"match": {"operation": "submit_transfer"}, "phase": "after_commit",
 *                      "times": 1, "action": {"type": "reset"}})");
 * @endcode
 * The submission takes place, the caller sees its connection reset. The whole language is described in
 * globus/sandbox.hpp.
 *
 * @par Thread safety
 * All member functions may be called from any thread.
 */
class Session {
public:
    /// Where all services of this session are, with a slash at the end: "http://127.0.0.1:40123/".
    [[nodiscard]] std::string base_url() const;
    /// The session's name in admin calls.
    [[nodiscard]] std::string id() const;
    /**
     * The same services over HTTPS, with a good certificate: "https://127.0.0.1:40125/". Clients of GCS managers insist
     * on it. With Options::tls it is base_url().
     */
    [[nodiscard]] std::string https_url() const;
    /// The certificate of the authority to trust for https_url(), as PEM.
    [[nodiscard]] std::string ca_pem() const;
    /// The port of base_url().
    [[nodiscard]] std::uint16_t port() const;

    /**
     * The variables with which SDKs and programs find this session: `GLOBUS_SDK_SERVICE_URL_AUTH` and so on for each
     * service, and `GLOBUS_SANDBOX_*` with identifiers and refresh tokens: the same ones at each call.
     */
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> environment();

    /// The first application that has a secret.
    [[nodiscard]] std::string client_id() const;
    /// The secret of client_id().
    [[nodiscard]] std::string client_secret() const;
    /// The first application that has none.
    [[nodiscard]] std::string native_client_id() const;
    /// The first user.
    [[nodiscard]] User user() const;
    /// The first collection.
    [[nodiscard]] std::string source_collection() const;
    /// The second collection, or the only one.
    [[nodiscard]] std::string destination_collection() const;
    /// The first collection that wants a data_access consent; empty if none does.
    [[nodiscard]] std::string mapped_collection() const;
    /// Where the files of a collection are on this machine.
    [[nodiscard]] std::filesystem::path directory(std::string_view collection_id) const;

    /**
     * An access token of the first user for a scope or a resource server ("transfer.api.globus.org"), as if the native
     * application had got it.
     */
    [[nodiscard]] std::string user_token(std::string_view scope);
    /**
     * A refresh token of the first user for one scope or resource server.
     *
     * @param client_id  the application it belongs to; empty for the native one
     */
    [[nodiscard]] std::string issue_refresh_token(std::string_view scope, std::string_view client_id = {});

    void expire_access_tokens();                ///< every access token issued so far is expired
    void expire_token(std::string_view token);  ///< one access token. @throws SandboxError when there is no such
    void revoke_token(std::string_view token);  ///< an access or a refresh token
    void revoke_all_tokens();                   ///< all of them
    void rotate_keys();                         ///< id tokens are signed by a new key; the old one is still listed
    /// Of the access tokens that are issued from now on. @throws SandboxError when it is negative
    void set_token_lifetime(std::chrono::seconds lifetime);
    /// Answers of `service` are 403 ConsentRequired until the user consented to `scopes`.
    void require_consent(std::string_view service, std::vector<std::string> scopes);
    /**
     * Answers of `service` are 403 with these `authorization_parameters` ({"session_required_mfa": true}, ...) until
     * the token comes from a login that asked for them: for each of the values, where there are several.
     */
    void require_session(std::string_view service, boost::json::object authorization_parameters);
    /// "ok", "disconnected", "login_failed", "permission_denied" or "size_limit".
    void set_collection_state(std::string_view collection_id, std::string_view state);

    /// Lets time pass: tokens expire, tasks go on. Returns when the tasks that became due have done their step.
    /// @throws SandboxError when `by` is negative
    void advance_clock(std::chrono::milliseconds by);
    /// Sets the sandbox's time, forwards or backwards.
    void set_clock(std::chrono::system_clock::time_point to);
    /// The sandbox's time.
    [[nodiscard]] std::chrono::system_clock::time_point now() const;
    /// Waits until no task is about to do anything; false when `timeout` passed first. For the real clock.
    bool wait_for_tasks(std::chrono::milliseconds timeout = std::chrono::seconds(10));

    /**
     * Makes the rules, groups, indices, flows and timers of a document for the first user, as read_config() describes
     * them. What is there then is what reset() goes back to. A session that goes on with Options::state has them already,
     * and nothing is done.
     *
     * @throws SandboxError when a service refuses one; the message has its answer
     */
    void seed(boost::json::object const& config);

    /**
     * Adds a rule, or an array of them; a string is read as JSON text.
     *
     * @return the number of the (first) rule
     * @throws SandboxError when the rule is malformed; the message says what is wrong
     */
    std::uint64_t add_fault(boost::json::value const& rule);
    /// Removes all rules, those that have not fired among them.
    void clear_faults();
    /// The rules, with how often each fired and may still fire.
    [[nodiscard]] boost::json::array faults() const;
    /// The rules that never fired: {"rule_id", "rule"}.
    [[nodiscard]] boost::json::array unfired_faults() const;
    /// Adds the rules of a named scenario: "lost_submit_reply", "auth_down", ... (see scenario_names()).
    void scenario(std::string_view name);
    /// The scenarios there are.
    [[nodiscard]] static std::vector<std::string> scenario_names();

    /// The requests seen, optionally of one operation only and after a number.
    [[nodiscard]] std::vector<JournalEntry> journal(std::string_view operation = {}, std::uint64_t after = 0) const;
    /// How many requests called `operation`, since the session began or the journal was cleared.
    [[nodiscard]] std::uint64_t count(std::string_view operation) const;
    /// How many requests there were altogether.
    [[nodiscard]] std::uint64_t count() const;
    /// Forgets the requests seen, and counts from 0 again.
    void clear_journal();
    /// What really happened: tasks, groups, flows, runs, timers, indices, tokens.
    [[nodiscard]] boost::json::object state() const;
    /// @throws VerifyError when an operation was called more or less often than expected, SandboxError when no request
    /// can be such an operation
    void verify(std::vector<Expectation> const& expectations) const;

    /// Remembers tokens, tasks and documents (not the files); restore() goes back to it.
    void snapshot();
    /// @throws SandboxError when there is no snapshot
    void restore();
    /// Goes back to how the session began: tokens, tasks, documents, faults, journal and clock; what is in the directories
    /// of the collections stays, but the samples of a sandbox with its own directory are written again.
    void reset();
    /// Closes the connections that wait for a request, as a server does whose keep-alive time is over.
    void drop_idle_connections();

protected:
    Session() = default;
    /// A handle to a session that Server has made.
    explicit Session(std::shared_ptr<detail::World> world);
    /// The session itself, which all handles share. @throws UsageError in a forked child, or when this was moved from
    detail::World& world() const;

    std::shared_ptr<detail::World> world_;  ///< null after a move
    friend class detail::Host;
    friend class Expecting;
};

/**
 * What is to have happened at the end of a scope: the expectations hold, and each fault rule fired.
 *
 * @code
 * globus::sandbox::Expecting once(server, {{.operation = "submit_transfer", .at_most = 1}});
 * submit();                                     // the end of the scope throws VerifyError when it was not so
 * @endcode
 *
 * The destructor throws, which ends a test as failed; but not while another exception is on its way, and not after
 * verify().
 */
class Expecting {
public:
    /// Looks at nothing yet.
    explicit Expecting(Session session, std::vector<Expectation> expectations = {});
    ~Expecting() noexcept(false);
    Expecting(Expecting const&) = delete;
    Expecting& operator=(Expecting const&) = delete;

    /// Looks now, and not again at the end. @throws VerifyError
    void verify();

private:
    Session session_;
    std::vector<Expectation> expectations_;
    int unwinding_;
    bool verified_ = false;
};

/**
 * A Globus of one's own, on 127.0.0.1 unless Options::network_host says otherwise: Auth, Transfer, Groups, Search, Flows, Timers, Compute and the data of
 * collections on one port, admin calls on another.
 *
 * @par Example
 * @code
 * globus::sandbox::Server sandbox;
 * auto token = sandbox.user_token("transfer.api.globus.org");
 * auto body  = my_http_get(sandbox.base_url() + "v0.10/task_list", token);
 * @endcode
 *
 * The destructor ends all connections at once and joins all threads. In a child process that fork() made it does nothing
 * and returns, and to use what was inherited is a UsageError; the sandbox goes on in the parent process. Nothing leaves the machine; tokens begin with
 * "sandbox-" and are worth nothing anywhere else.
 */
class Server : public Session {
public:
    /// Starts listening. @throws SandboxError when a port or directory cannot be had
    explicit Server(Options options = {});
    ~Server();
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    /// Where the admin calls are: "http://127.0.0.1:40124/admin/v1/".
    [[nodiscard]] std::string admin_url() const;
    /// The bearer secret of the admin calls: Options::admin_secret, or else new for each server.
    [[nodiscard]] std::string admin_secret() const;

    /// Another session, with another address. It ends with its last handle, or before, with the server.
    [[nodiscard]] Session open_session(Options options = {});
    /// Ends a session of open_session() before its handles are gone.
    void close_session(Session const& session);

private:
    std::shared_ptr<detail::Host> host_;
};

}  // namespace globus::sandbox

#endif  // GLOBUS_SANDBOX_SERVER_HPP
