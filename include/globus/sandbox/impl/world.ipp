// SPDX-License-Identifier: Apache-2.0
// What a session consists of: its data, clock, journal and rules.
#ifndef GLOBUS_SANDBOX_IMPL_WORLD_IPP
#define GLOBUS_SANDBOX_IMPL_WORLD_IPP

#include <globus/core/handle.hpp>
#include <globus/sandbox/impl/call.ipp>
#include <globus/sandbox/impl/common.ipp>
#include <globus/sandbox/impl/documents.ipp>
#include <globus/sandbox/impl/table.ipp>
#include <globus/sandbox/server.hpp>

#include <array>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

typedef struct evp_pkey_st EVP_PKEY;
typedef struct ssl_ctx_st SSL_CTX;

namespace globus::sandbox::detail {

// Globus Auth ---------------------------------------------------------------------------------------------------------

/// `urn:...:all[*other]` taken apart.
struct Scope {
    std::string name;
    bool optional = false;
    std::vector<Scope> dependencies = {};
};

struct AccessToken {
    std::string token;
    Common<std::string> client_id;
    Common<std::string> identity;
    Common<std::string> resource_server;
    Common<std::vector<std::string>> scopes;  ///< as requested, with dependencies
    Millis issued = 0;
    Millis expires = 0;
    bool revoked = false;
    std::uint64_t generation = 1;
    std::string family;    ///< the refresh tokens it descends from; empty for none
    json::object session;  ///< what the login was asked for: session_required_*
    GLOBUS_MEMBERS(AccessToken, token, client_id, identity, resource_server, scopes, issued, expires, revoked,
                   generation, family, session);
};

struct RefreshToken {
    std::string token;
    std::string client_id;
    std::string identity;
    std::string resource_server;
    std::vector<std::string> scopes;
    std::string family;
    bool spent = false;
    bool revoked = false;
    json::object session;
    GLOBUS_MEMBERS(RefreshToken, token, client_id, identity, resource_server, scopes, family, spent, revoked, session);
};

struct AuthorizationCode {
    std::string code;
    std::string client_id;
    std::string identity;
    std::string redirect_uri;
    std::string challenge;
    std::vector<std::string> scopes;
    std::string nonce;
    bool offline = false;
    bool used = false;
    Millis expires = 0;
    Millis authenticated = 0;
    json::object session;
    GLOBUS_MEMBERS(AuthorizationCode, code, client_id, identity, redirect_uri, challenge, scopes, nonce, offline, used,
                   expires, authenticated, session);
};

struct Consent {
    std::int64_t id = 0;
    std::string client_id;
    std::string identity;
    std::string scope;
    std::vector<std::int64_t> path;
    Millis created = 0;
    bool allows_refresh = false;
    bool atomically_revocable = false;
    GLOBUS_MEMBERS(Consent, id, client_id, identity, scope, path, created, allows_refresh, atomically_revocable);
};

/// An answer that is 403 until the caller logs in again.
struct Requirement {
    std::string service;
    std::vector<std::string> scopes;          ///< consents that are missing
    json::object authorization_parameters{};  ///< session_required_*
    GLOBUS_MEMBERS(Requirement, service, scopes, authorization_parameters);
};

// Transfer ------------------------------------------------------------------------------------------------------------

struct Endpoint {
    std::string id;
    std::filesystem::path directory;
    std::string owner;
    std::string kind;  ///< "GCSv5_mapped_collection", ...
    std::string state = "ok";
    bool requires_data_access = false;
    bool open = false;      ///< everybody may read and write it: see Collection::open
    json::object document;  ///< what can be read and updated
    std::vector<json::object> rules;
    std::vector<json::object> roles;
    GLOBUS_MEMBERS(Endpoint, id, directory, owner, kind, state, requires_data_access, open, document, rules, roles);
};

struct TransferItem {
    std::string source;
    std::string destination;
    std::optional<bool> recursive = {};  ///< nothing: it is seen when the task runs
    bool link = false;                   ///< a symbolic link itself
    std::string checksum;
    std::string algorithm;
    GLOBUS_MEMBERS(TransferItem, source, destination, recursive, link, checksum, algorithm);
};

/// A file that a task copied.
struct Copied {
    std::string source;
    std::string destination;
    std::int64_t size = 0;
    std::string checksum;  ///< SHA-256, as hexadecimal digits; empty when none was asked for
    GLOBUS_MEMBERS(Copied, source, destination, size, checksum);
};

struct Task {
    std::string id;
    std::string submission_id;
    std::string owner;
    bool is_delete = false;
    std::string source;
    std::string destination;
    std::vector<TransferItem> items;
    json::object options;  ///< the submission without its items
    json::object document;
    std::vector<json::object> events;
    std::vector<Copied> done;
    std::vector<json::object> skipped;
    std::set<std::string> finished;  ///< destinations that need no further attempt
    Millis requested = 0;
    Millis deadline = 0;
    Millis begun = 0;              ///< when it came among the running ones
    Millis due = 0;                ///< of its next step
    int step = 0;                  ///< how many quarters of its duration are over
    std::int64_t total_files = 0;  ///< as counted when it began
    std::int64_t total_bytes = 0;
    bool started = false;
    bool attempted = false;
    bool paused = false;   ///< by an administrator
    bool removed = false;  ///< from the list of its owner
    std::string pause_message;
    bool held = false;  ///< by a pause rule
    bool over = false;  ///< SUCCEEDED or FAILED
    std::string last_fault;

    [[nodiscard]] std::string status() const { return text_of(document, "status"); }
    [[nodiscard]] bool active() const { return !over; }
    GLOBUS_MEMBERS(Task, id, submission_id, owner, is_delete, source, destination, items, options, document, events,
                   done, skipped, finished, requested, deadline, begun, due, step, total_files, total_bytes, started,
                   attempted, paused, removed, pause_message, held, over, last_fault);
};

// Flows and Timers -----------------------------------------------------------------------------------------------------

/// Where a run of a flow stands.
struct FlowRun {
    std::string id;
    std::string owner;
    std::string client;  ///< with whose consents its actions act
    json::value definition;
    std::string state;     ///< the name of the state it is in, or comes to next
    bool entered = false;  ///< it is in it
    json::value context;
    std::optional<Millis> due;  ///< of its next step
    std::string task;           ///< the transfer that it waits for
    bool over = false;
    int steps = 0;
    std::vector<json::object> log;
    GLOBUS_MEMBERS(FlowRun, id, owner, client, definition, state, entered, context, due, task, over, steps, log);
};

/// When a timer runs, and how often it did.
struct TimerState {
    std::string owner;
    std::string client;
    bool second_version = false;
    bool paused = false;
    Millis start = 0;
    Millis interval = 0;               ///< 0: once
    std::optional<Millis> next;        ///< nothing when it is over
    std::optional<Millis> last;        ///< when it ran
    std::optional<Millis> end;         ///< no run after it
    std::optional<std::int64_t> most;  ///< how many runs
    std::int64_t runs = 0;
    std::int64_t errors = 0;
    std::vector<json::object> results;
    GLOBUS_MEMBERS(TimerState, owner, client, second_version, paused, start, interval, next, last, end, most, runs,
                   errors, results);
};

/// All that a snapshot keeps, and Options::state.
struct Data {
    Table<AccessToken> access_tokens;
    std::size_t token_sweep = 1000;  ///< at how many of them sweep_grants() looks for those that expired
    std::size_t code_sweep = 1000;
    Table<RefreshToken> refresh_tokens;
    Table<AuthorizationCode> codes;
    Table<std::uint64_t> generations;  ///< of access tokens, by grant
    std::vector<Consent> consents;
    std::vector<App> apps;    ///< made by API calls, and those of the collections, besides those of the options
    std::vector<User> users;  ///< identities that were provisioned: known by name, and never logged in
    /// Secrets of applications by the credentials that stand for them: application, credential, secret.
    std::vector<std::array<std::string, 3>> credentials;
    Pairs environment;  ///< the tokens that the session tells programs; empty until somebody asks
    std::vector<Requirement> requirements;
    Table<Endpoint> endpoints;
    std::vector<std::string> endpoint_order;
    Table<Task> tasks;
    std::vector<std::string> task_order;
    Millis engine_time = 0;  ///< up to when tasks were carried out
    Table<std::string> task_of_submission;
    /// Documents of the plain services, by kind ("groups", "flows", ...), in the order of creation.
    Table<Documents> documents;
    Table<FlowRun> flow_runs;
    Table<TimerState> timers;
    std::int64_t event_number = 1;
    GLOBUS_MEMBERS(Data, access_tokens, token_sweep, code_sweep, refresh_tokens, codes, generations, consents, apps,
                   users, credentials, environment, requirements, endpoints, endpoint_order, tasks, task_order,
                   engine_time, task_of_submission, documents, flow_runs, timers, event_number);
};

// Faults --------------------------------------------------------------------------------------------------------------

enum class Phase { accept, before_request, after_headers, after_body, before_commit, after_commit, in_body };

struct Rule {
    std::uint64_t id = 0;
    Phase phase = Phase::before_commit;
    json::object match;
    json::array actions;  ///< one, or those of a sequence in turn
    json::value source;
    std::uint64_t remaining = 1;  ///< UINT64_MAX is always
    double probability = 1;
    std::uint64_t seen = 0;
    std::uint64_t fired = 0;
};

/// What a rule looks at.
struct Sighting {
    Call const* call = nullptr;  ///< null before a request is known
    bool reused = false;
    std::uint64_t generation = 0;
};

struct Firing {
    std::uint64_t rule = 0;
    json::object action;
    [[nodiscard]] std::string type() const { return text_of(action, "type"); }
};

// The session ---------------------------------------------------------------------------------------------------------

class Listener;
class Store;

struct Bucket {
    double tokens = 0;
    Millis filled = 0;
};

/**
 * A session: everything is guarded by `mutex`, except `options`, `id` and `base_url`, which do not change after start.
 * Requests are answered under the lock; bytes are copied, read and written without it.
 */
class World {
public:
    World(std::string name, Options given);
    ~World();
    World(World const&) = delete;
    World& operator=(World const&) = delete;

    void start();
    void stop();

    ::globus::detail::Maker const made;  ///< whose threads serve
    Options options;
    std::string id;
    std::string base_url;
    std::string https_url;     ///< the same services over TLS; base_url when that is TLS already
    std::string gcs_id;        ///< of the endpoint whose GCS Manager is under /api
    bool owns_root = false;    ///< the collections are in a directory that is gone at the end
    bool has_samples = false;  ///< they are those of write_samples()

    mutable std::mutex mutex;
    Data data;
    std::unique_ptr<Data> snapshot;  ///< null before the first
    std::unique_ptr<Data> seeded;    ///< as it was at the begin
    void remember_begin();
    void reset();

    // Options::state, see impl/state/
    std::unique_ptr<Store> store;  ///< null without
    std::string unsaved;           ///< why the last change could not be written; empty when it could
    std::uint64_t starts = 1;      ///< of a sandbox with this state
    bool configured = false;       ///< Session::seed was called, here or before
    void save_locked();            ///< writes what changed, before anybody else sees it
    void take_up();                ///< goes on with what the store has

    Random random;
    std::string secret = random_secret();  ///< what no seed tells: without it nobody can say what a token is
    std::map<std::string, std::string, std::less<>>
        marks;  ///< of a kind of token: what those of this session begin with
    std::chrono::seconds token_lifetime;
    std::string token(std::string_view kind);
    /// The text as another session of the same seed would see it.
    [[nodiscard]] std::string without_mark(std::string text) const;
    std::map<std::string, Bucket> buckets;

    // Time
    Millis now_locked() const;
    Millis started_at = 0;
    Millis clock_offset = 0;

    // Journal
    std::deque<JournalEntry> journal;
    std::size_t journal_bytes = 0;
    std::map<std::string, std::uint64_t> counts;
    std::uint64_t total = 0;
    std::uint64_t next_number = 1;
    JournalEntry* entry_locked(std::uint64_t number);

    // Faults
    std::vector<Rule> rules;
    std::uint64_t next_rule = 1;
    Random fault_random;
    std::uint64_t add_rules_locked(json::value const& rule);
    std::optional<Firing> fire_locked(Phase phase, Sighting const& sighting);

    // Keys, newest first; made when first needed
    struct Key {
        std::string kid;
        std::shared_ptr<EVP_PKEY> key;
        std::string pem;
    };
    std::vector<Key> keys;
    Key const& key_locked();
    void add_key();

    // Tasks
    std::mutex engine;  ///< one executor at a time; taken before `mutex`
    std::condition_variable wake;
    std::thread engine_thread;
    bool stopping = false;
    void run_due_tasks();
    void engine_loop();

    std::shared_ptr<Listener> listener;
    std::shared_ptr<Listener> secure;  ///< of https_url; null when `listener` speaks TLS
    std::shared_ptr<SSL_CTX> tls;      ///< of `secure`, or else of `listener`
    std::string ca_pem;                ///< whom a client may trust
    void make_certificates();

    // What there is at the begin
    void make_people();
    void make_directories();
    void make_collections();
    void add_collection(Collection& collection, std::string const& gateway);
    void seed_services();

    Reply begin(Call& call);                             ///< takes the lock: the answer, or what is left to do for it
    static Reply finish(Call const& call, Reply begun);  ///< does what is left, without the lock
    Reply answer(Call& call) { return finish(call, begin(call)); }
    bool knows_token(std::string const& token);  ///< takes the lock: an access token that was issued here
    Reply answer_locked(Call& call);

    /// Adds an endpoint, and the application by which its data knows who is there.
    void add_endpoint(Endpoint endpoint);
    App const* app(std::string_view client_id) const;
    /// The same, and with Options::any_app the one that is made of an identifier.
    App const* app_or_any(std::string const& client_id);
    User const* user(std::string_view identity) const;
};

/// The right to change a session: what changed is written before anybody else sees it.
class Change {
public:
    explicit Change(World& world) : world_(world), lock_(world.mutex) {}
    ~Change() { world_.save_locked(); }
    Change(Change const&) = delete;
    Change& operator=(Change const&) = delete;

private:
    World& world_;
    std::lock_guard<std::mutex> lock_;
};

/// A route: `{}` in the pattern stands for one segment, `**` at its end for all that follow.
struct Route {
    char const* method;
    char const* pattern;
    char const* service;
    char const* operation;
    Reply (*handler)(World&, Call&);
};

/// When the next thing happens that is no step of a task, and doing it: timers and runs of flows.
std::optional<Millis> next_event(World const& world);
void run_event(World& world);
void seed_subscription(World& world);
void seed_registered_api(World& world);

inline Millis wall_clock() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

inline Millis World::now_locked() const {
    return (options.clock == ClockMode::manual ? started_at : wall_clock()) + clock_offset;
}

inline JournalEntry* World::entry_locked(std::uint64_t number) {
    if (journal.empty() || number < journal.front().number) return nullptr;
    auto const index = number - journal.front().number;
    return index < journal.size() ? &journal[static_cast<std::size_t>(index)] : nullptr;
}

inline std::string World::token(std::string_view kind) {
    auto mark = marks.find(kind);
    if (mark == marks.end())
        mark = marks.emplace(kind, to_hex(sha256(secret + std::string(kind))).substr(0, mark_size)).first;
    return random.token(kind, mark->second);
}

inline std::string World::without_mark(std::string text) const {
    for (auto const& [kind, mark] : marks)
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size()))
            text.replace(at, mark.size(), mark.size(), '-');
    return text;
}

inline void World::add_endpoint(Endpoint endpoint) {
    data.apps.push_back({endpoint.id, token("secret"), text_of(endpoint.document, "display_name")});
    data.endpoint_order.push_back(endpoint.id);
    std::string const name = endpoint.id;
    data.endpoints[name] = std::move(endpoint);
}

/// The public applications that programs bring along: their identifiers are no secrets. [recorded] the CLI's, which it
/// makes its own confidential one from; the SDKs' tutorial; Compute's
inline std::vector<App> const& public_programs() {
    static std::vector<App> const all{
        {"95fdeba8-fac2-42bd-a357-e068d82ff78e", "", "Globus CLI"},
        {"61338d24-54d5-408f-a10d-66c06b59f6d2", "", "Globus SDK tutorial"},
        {"4cf29807-cf21-49ec-9443-ff9a3fb9f81c", "", "Globus Compute SDK"},
    };
    return all;
}

inline App const* World::app(std::string_view client_id) const {
    for (auto const* list : {&options.apps, &data.apps, &public_programs()})
        for (auto const& one : *list)
            if (one.id == client_id) return &one;
    return nullptr;
}

inline App const* World::app_or_any(std::string const& client_id) {
    if (app(client_id) == nullptr && options.any_app && is_uuid(client_id))
        data.apps.push_back({client_id, "", "Some application"});
    return app(client_id);
}

inline User const* World::user(std::string_view identity) const {
    for (auto const* list : {&options.users, &data.users})
        for (auto const& one : *list)
            if (one.id == identity) return &one;
    return nullptr;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_WORLD_IPP
