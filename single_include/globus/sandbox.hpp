// SPDX-License-Identifier: Apache-2.0
// globus 0.1.0, made by single_include/generate.py: edit include/, not this file.
#ifndef GLOBUS_SANDBOX_HPP
#define GLOBUS_SANDBOX_HPP

/**
 * @file
 * A local Globus: Auth, Transfer over real directories, Groups, Search, Flows, Timers, Compute and the data of
 * collections, and the GCS Manager of an endpoint, on 127.0.0.1, for tests and first steps without an account.
 *
 * @code
 * #include <globus/sandbox.hpp>
 *
 * globus::sandbox::Server sandbox;                       // two collections, one user, two applications
 * for (auto const& [name, value] : sandbox.environment())
 *     setenv(name.c_str(), value.c_str(), 1);            // GLOBUS_SDK_SERVICE_URL_*: every Globus SDK finds it
 * @endcode
 *
 * The program `globus-sandbox` (examples/globus_sandbox.cpp) is the same for other languages.
 *
 * This header contains the whole sandbox and Boost.Beast with it. A program of several files defines
 * GLOBUS_SANDBOX_SEPARATE_COMPILATION, includes globus/sandbox/src.hpp in one of them, and pays for it once; the
 * others include this header or globus/sandbox/server.hpp.
 *
 * @par What it needs
 * Linux, Boost.Beast, Boost.JSON, OpenSSL 3, SQLite 3.31.
 *
 * @par Fault rules
 * A rule is a JSON object; rules are tried in the order in which they were added, and the first that fires acts:
 * @code{.json}
 * {"match":  {"service": "transfer", "operation": "submit_transfer", "method": "POST", "path": "/v0.10/task*",
 *             "nth": [1, 2], "every": 3, "token_generation": 1, "connection": "reused", "header": {"X-Y": "z*"}},
 *  "phase":  "before_commit", "times": 1, "probability": 0.01, "action": {"type": "status", "code": 503}}
 * @endcode
 * All members of `match` are optional and must all fit; service, operation, method and path may be lists. `nth` and
 * `every` count the requests that fit. `times` is a number or "always"; it is 1 when nothing else is said, and "always"
 * with `nth`, `every` or `probability`. Phases, in their order:
 *
 * | phase            | when                                                                                  |
 * | ---------------- | ------------------------------------------------------------------------------------- |
 * | `accept`         | a connection was accepted                                                             |
 * | `before_request` | a connection waits for its next request; `"connection": "reused"` is after the first  |
 * | `after_headers`  | the headers were read, the body was not                                               |
 * | `after_body`     | the request was read                                                                  |
 * | `before_commit`  | the same, just before the request takes effect                                        |
 * | `after_commit`   | the request took effect, the answer is not yet written                                |
 * | `in_body`        | the answer is written: `reset`, `close` and `stall` act in the middle of it           |
 *
 * | action          | members                                                                                         |
 * | --------------- | ----------------------------------------------------------------------------------------------- |
 * | `status`        | `code`; `body` (JSON or text), `problem` (problem+json), `html` (true); `headers`; `retry_after`: |
 * |                 | {"seconds": 1}, {"http_date": 2} (in two seconds) or {"raw": "text"}; `expire_token`: true      |
 * | `reset`         | ends the connection with RST; in_body after `after_bytes` of the body, or half of it            |
 * | `close`         | ends it with FIN; likewise                                                                      |
 * | `stall`         | `ms`, or for ever; in_body after `after_bytes`, and the rest follows                            |
 * | `dribble`       | `bytes_per_s`; `head`: true slows the headers down, too                                         |
 * | `truncate`      | `after_bytes`; `keep_length`: false leaves Content-Length out                                   |
 * | `corrupt`       | `kind`: flip, utf8, nul, html, json_garbage                                                     |
 * | `json`          | `depth`, `size`, `duplicate_keys`, `big_numbers`, `missing`: [...], `wrong_type`: {name: value}  |
 * | `framing`       | `bad_chunk`; `length`: -1, "+7", "duplicate", "huge"; `no_headers_end`                          |
 * | `headers`       | `flood_bytes`, `duplicate`, `crlf`, `nul`, `set`: {name: value}                                 |
 * | `informational` | `count`, `code`: 1xx answers before the real one                                                |
 * | `gzip_bomb`     | `size` of the zero bytes that it unpacks to; `ratio` to what is sent, 158 or at most 1032       |
 * | `redirect`      | `code`, `location`                                                                              |
 * | `refuse`        | resets the connection and closes the port for `ms`                                              |
 * | `drop_idle`     | closes the other connections that wait, and goes on                                             |
 * | `tls`           | in a session with TLS: `handshake_stall` (ms, or true), `alert`, `close_no_notify`              |
 * | `pass`          | nothing, for use in a sequence                                                                  |
 * | `sequence`      | `actions`: [...], one at each firing                                                            |
 *
 * `status`, `redirect` and `gzip_bomb` take the place of the answer: before `after_commit` the request has no effect,
 * after it the effect took place and the caller does not learn of it. In `after_headers` they do not wait for the body,
 * and the connection ends. `reset` in `after_commit` is "accepted, reply lost". What a rule names and does not exist -
 * an action, a member, an operation - is refused when the rule is added.
 *
 * Operations bear the names that they have in the SDKs; requests to the token endpoint are
 * `oauth2_refresh_token`, `oauth2_client_credentials_tokens`, `oauth2_exchange_code_for_tokens` and
 * `oauth2_get_dependent_tokens` once their body was read, and `oauth2_token` all together. Where several services have
 * an operation of the same name, the name may have its service before it: "compute.get_task".
 *
 * @par Admin calls
 * On a second port, with `Authorization: Bearer <admin secret>`: `POST /admin/v1/sessions` makes a session (`seed`,
 * `clock`, `tls`, `rotation`, `reuse_detection`, `token_lifetime_s`, `task_duration_ms`, `rate_limit`), `GET` lists
 * them; under `/admin/v1/sessions/{id}` (the first is `default`) there are `faults`, `journal`, `state`, `clock`,
 * `tokens`, `collections/{id}`, `compute_tasks/{id}` ({"result"} or {"exception"}), `compute_endpoints/{id}` ({"status"}),
 * `web_inputs/{id}` ({"option"}: its id, name or end of address),
 * `scenarios`, `scenario`, `snapshot`, `restore`, `reset` and `verify`; `DELETE` ends a session, with
 * `?strict=1` only when each of its rules fired. `journal` gives the newest 1000 entries or `limit`, with `after` those
 * that follow a number; `verify` takes {"operation", "path", "count": 2 or {"min", "max"}}; `tokens` takes {"expire":
 * "all" or a token}, {"revoke"}, {"rotate_keys": true}, {"lifetime_s"}, {"issue": {"scope", "client_id"}},
 * {"require_consent"} and {"require_session"}. What means nothing is answered 400, with the reason.
 *
 * At `/` of the same port is a page that shows all this and adds faults at a click; it asks with the secret that is
 * behind the `#` of its address, which `globus-sandbox` prints as GLOBUS_SANDBOX_ADMIN_PAGE.
 *
 * @par Browsers
 * Web pages of this machine may call the services (CORS), those of Options::allowed_origins, too; a request from any
 * other page, or under another name than 127.0.0.1, localhost and Options::network_host, is refused. A login is no call: no page reads it.
 *
 * @par Seeds and sessions
 * The same seed and the same calls give the same identifiers and the same journal, in every session and process. Tokens
 * and secrets alone begin with random characters of their session, which the journal leaves out: no session takes the
 * token of another, and nobody can say what a token will be. Other users of the machine cannot connect (on Linux, unless
 * Options::any_user says so): whoever can connect can log in.
 *
 * @par State
 * Options::state names a directory in which a session is kept, and from which one that is started later goes on; it says
 * what is promised. There, `snapshot` and what `reset` goes back to are kept, too: a reset goes back to the first start.
 *
 * @par High assurance
 * A login is remembered with its time, its user and whether a second factor was asked for (session_required_mfa, or a
 * policy that wants one), which counts as shown. A collection whose document has `high_assurance`,
 * `authentication_timeout_mins`, `mfa_required` or `authentication_policy_id` (update_endpoint sets them), or whose
 * storage gateway has `require_mfa` or `allowed_domains`, answers with the parameters of a login that would do, and
 * so do a flow with `authentication_policy_id`, a group with `is_high_assurance`, and an endpoint of Compute with
 * `authentication_policy`. Policies are those of create_policy. A login that asks for domains or policies is that of
 * the first user who fits.
 *
 * @par Honesty
 * It listens on 127.0.0.1 alone, unless Options::network_host says otherwise. Its tokens begin with "sandbox-". In the code each emulated behaviour is marked with
 * where it comes from: [doc] a documentation page or RFC, [recorded] an answer that was seen, [guess] neither. The
 * guesses are, by the operations that make them:
 * - Auth, `oauth2_authorize`: the first user is logged in unless the login or Options::ask says otherwise, and each
 *   login is a new one; a policy that nobody made is satisfied; the code `unknown_scope`, which is for the scopes of
 *   clients that a developer made and did not give that scope; the lifetime of an authorization code (30 s); the page
 *   that shows a code is served by the sandbox even if the application names the one of auth.globus.org.
 *   `oauth2_token`: a refresh without rotation repeats the refresh token; `iss` is the sandbox's own address.
 *   `oauth2_revoke_token`: public applications may revoke each token that they show. `get_scopes`: scopes of the
 *   services have identifiers made from their text. `get_identity_providers`: there is one. `get_project` and the
 *   like: 403 for who is no administrator; the code of a `delete_project` with clients; a project that nobody made is
 *   everybody's.
 * - All of Transfer, Groups, Search, Flows, Timers: what a scope that is not `all` is good for, as far as no
 *   documentation says it. What the sandbox was started with may be managed by its first user and by its
 *   applications, and is open to everybody unless Collection::open is false; mapped collections let everybody in.
 * - Sessions: a storage gateway that names no domains is for all; which identities an answer names; that a
 *   `submit_transfer` which the session is not enough for is 403 AuthorizationRequired (a listing is refused as
 *   recorded); the answer of the HTTPS server; the codes of groups and of `compute.submit`; timers and flows act in a
 *   fresh session, and a task that runs is not stopped when the session grows old.
 * - Transfer, `operation_ls`: `/~/` is the top of a collection and `..` stops there; listings are ordered by name.
 *   `operation_rename`: the code for an existing path. `submit_transfer`, `submit_delete`: the codes and the status
 *   of tasks that conflict (the same pair of paths between the same collections; other overlaps are let through) or
 *   are too many; a collection that is away lets tasks be accepted and makes them fault, and a login that fails makes
 *   them INACTIVE. `get_task`: the code of a task that met its deadline; a task shows its progress in quarters of its
 *   duration and copies at the end of it; a symbolic link that leads out of the collection or back to where it came
 *   from is not copied. `endpoint_manager_create_pause_rule`: one without flags pauses everything; status and code of
 *   an operation that it pauses; what a user sees of it. `endpoint_manager_task_list`, `get_shared_endpoint_list`,
 *   `task_successful_transfers`: pages of markers have 100 items, and the form of `last_key` and `next_token`.
 *   `create_tunnel`: its submission id is remembered, a tunnel is there once the listener is known, and carries
 *   nothing. `create_endpoint`: personal endpoints are empty directories. `set_subscription_id`: every subscription
 *   is known.
 * - Groups, `batch_membership_action`: the codes of what an action refuses, besides ALREADY_ACTIVE and NO_MEMBERSHIP;
 *   who may join without being asked: where requests to join are taken.
 * - Search, `post_search`: words are those of SQLite's FTS5, which also says how well an entry fits; the rarer
 *   filters (geo_bounding_box) are refused. `get_index_mapping`: types other than long and text, and that a field is
 *   forgotten with its last entry. `get_field_budget`: a thousand fields. The beta routes under /beta/insights/ are not
 *   there: nothing documented makes what they are about.
 * - Flows, `run_flow`: the actions are those of Transfer (transfer, delete, ls, stat, mkdir), of Compute, and
 *   wait_for_option, expression_eval and hello_world; any other fails, and says so; of the expressions only `+` is
 *   understood. `list_runs`: the form of `marker`. `update_runs`: its answer is empty, and changes all runs or none.
 *   `create_registered_api`: the code for what is wrong; only an owner changes the roles, or deletes it.
 *   `get_web_input`: how the parameters of wait_for_option become one.
 * - Timers, `create_timer`: the status of one that is over; callbacks that are no transfer and no flow are errors.
 * - Compute, `compute.get_task`: a task ends when an admin call says so; the answer to who is not the owner.
 *   `build_container`: nothing is built, and it is ready at once. `compute.set_subscription_admin_verified`: whom the
 *   sandbox was started with may say it. `check_authentication`: its text. The console of an endpoint is not there.
 * - GCS Manager: it is at `/api/` of the same address, and of https_url(); its collections are directories of the
 *   sandbox; its answers to what is malformed; the form of `marker`. `create_stream_gateway`: an access point with the
 *   same identifier is there at once. `create_lan_secret`: it is good for an hour. `set_endpoint_domain` and the like:
 *   nothing is served by that name. `check_collection`: what can be wrong. Logins at cloud storages (/api/v1/) are not
 *   there.
 * - All: one rate-limiting bucket a service, answered 429 with `Retry-After` in seconds; methods that a path does not
 *   have are answered 405.
 * - Data, `put_file`: it makes the directories that are missing. `get_file`: a browser without a token is sent to the
 *   page that shows a code, a script (X-Requested-With) gets 401. Conditions and ranges are those of RFC 9110;
 *   digests are given to requests with Want-Repr-Digest or Want-Digest, and those of a PUT are compared. The service
 *   serves it with HTTPS from a host for each collection; the sandbox at `/data/{collection}/`.
 *
 * @see https://docs.globus.org/api/
 */

#ifndef GLOBUS_SANDBOX_SERVER_HPP
#define GLOBUS_SANDBOX_SERVER_HPP

#ifndef GLOBUS_CORE_CONFIG_HPP
#define GLOBUS_CORE_CONFIG_HPP

#ifndef GLOBUS_CORE_REQUIREMENTS_HPP
#define GLOBUS_CORE_REQUIREMENTS_HPP

// What this library needs of the compiler and of Boost. Every header of globus comes here before anything else of its
// own, so that whoever forgot -std=c++20 reads one sentence. libcurl and OpenSSL are looked at where they are used.

// There is no such file: a compiler goes on after #error, but not after a file that is missing.
#define GLOBUS_DETAIL_STOP <globus-stops-at-the-error-above>

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "globus needs C++20: compile with -std=c++20 or newer (g++ 11, clang 14 or newer)"
#include GLOBUS_DETAIL_STOP
#elif !defined(__cpp_exceptions)
#error "globus reports errors by exceptions: compile without -fno-exceptions"
#include GLOBUS_DETAIL_STOP
#elif !defined(__cpp_rtti)
#error "globus tells errors apart by their types: compile without -fno-rtti"
#include GLOBUS_DETAIL_STOP
#elif defined(_WIN32)
#error "globus needs a POSIX system: on Windows, build in the Windows Subsystem for Linux"
#include GLOBUS_DETAIL_STOP
#elif !__has_include(<boost/version.hpp>)
#error "globus needs the headers of Boost 1.79 or newer: install them, or name their directory with -I"
#include GLOBUS_DETAIL_STOP
#endif

#include <boost/version.hpp>
#if BOOST_VERSION < 107900
#error "globus needs Boost 1.79 or newer: name the directory of a newer one with -I"
#include GLOBUS_DETAIL_STOP
#endif

#include <version>
#if defined(_LIBCPP_VERSION) && !defined(__cpp_lib_jthread)
#error "globus needs std::stop_token: with libc++ 18 or newer, compile and link with -fexperimental-library"
#include GLOBUS_DETAIL_STOP
#endif

#endif  // GLOBUS_CORE_REQUIREMENTS_HPP

// Header-only or compiled. What is not a template is declared in a header and defined in its `impl/*.ipp`, which the
// header includes at its end if GLOBUS_BODIES is defined:
//
// - header-only, which is the default: in every file, and the definitions are inline;
// - with GLOBUS_SEPARATE_COMPILATION, defined for all files of a program: in the one file that includes
//   <globus/src.hpp>.

#ifdef GLOBUS_SEPARATE_COMPILATION
#define GLOBUS_DECL
#ifdef GLOBUS_SOURCE
#define GLOBUS_BODIES
#endif
#else
#define GLOBUS_DECL inline
#define GLOBUS_BODIES
#endif

/// For a class that shared objects throw to each other: with hidden visibility each would have a type of its own, and a
/// handler in one would not catch what another throws.
#if defined(__GNUC__) && !defined(_WIN32)
#define GLOBUS_VISIBLE __attribute__((visibility("default")))
#else
#define GLOBUS_VISIBLE
#endif

/// For a member function, after its qualifiers: what it returns must not outlive the object. Clang warns of code that
/// keeps a part of a temporary.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::lifetimebound)
#define GLOBUS_LIFETIMEBOUND [[clang::lifetimebound]]
#endif
#endif
#ifndef GLOBUS_LIFETIMEBOUND
#define GLOBUS_LIFETIMEBOUND
#endif

#endif  // GLOBUS_CORE_CONFIG_HPP
#ifndef GLOBUS_CORE_ERROR_HPP
#define GLOBUS_CORE_ERROR_HPP

#ifndef GLOBUS_CORE_ONE_LINE_HPP
#define GLOBUS_CORE_ONE_LINE_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

/**
 * Somebody else's text as one clean line, for messages and logs: its author cannot add lines, control a terminal, turn
 * the direction of what follows or fill a disk.
 *
 * Line breaks, tabs and rare blanks become one blank, other invisible characters are given by their number (`\x1B`),
 * bytes that are not UTF-8 become U+FFFD. A text longer than `most` ends in "...". A clean line stays as it is.
 *
 * @param most  bytes that the line may have; 3 or more
 */
[[nodiscard]] std::string one_line(std::string_view text, std::size_t most = 1000);

}  // namespace globus

#endif  // GLOBUS_CORE_ONE_LINE_HPP

#include <exception>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>

/// The C++ SDK for Globus. Namespaces called `detail` are not for programs: any version may change them.
namespace globus {

/**
 * The root of everything that this library throws.
 *
 *     Error
 *       UsageError      the call cannot be right; nothing was sent
 *       NetworkError    no complete answer came (time-out, connection, TLS, ...)
 *       ApiError        the service answered with an error status; one subclass a service
 *       DecodeError     the service answered, but not with the document that was expected
 *
 * `what()` is one line for a person, whoever wrote its parts: see one_line. It never holds a token, a client secret or
 * a password.
 */
class GLOBUS_VISIBLE Error : public std::runtime_error {
public:
    /// @param what  becomes one line of at most 4 KiB
    explicit Error(std::string const& what) : std::runtime_error(one_line(what, 4096)) {}

    /// True if the request may have been carried out despite this error: the answer to a write was lost, was cut off,
    /// or did not refuse it (a redirect, 408, a 5xx). Check what the service has before doing it again.
    [[nodiscard]] bool outcome_unknown() const noexcept { return outcome_unknown_; }

    /// Called by the code that rethrows it; never on an object that another thread may have, too.
    void set_outcome_unknown() noexcept { outcome_unknown_ = true; }

private:
    bool outcome_unknown_ = false;
};

/// Prints what().
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Error const& error) {
    return out << std::string_view(error.what());
}

/// The call cannot be right: an empty id, a newline in a header, an unknown environment. It is thrown before any I/O.
class GLOBUS_VISIBLE UsageError : public Error {
public:
    using Error::Error;
};

/**
 * The answer is not the document that was expected: not JSON, cut off, or a member of another type.
 *
 * `body()` is the text as received, so that nothing is lost.
 */
class GLOBUS_VISIBLE DecodeError : public Error {
public:
    /// Whether the text ends before its document does.
    enum class Damage : bool { none, cut_off };

    /// @param body  what was received; it does not go into what()
    explicit DecodeError(std::string const& what, std::string body = {}, Damage damage = Damage::none)
        : Error(what), body_(std::make_shared<std::string const>(std::move(body))), damage_(damage) {}
    DecodeError(DecodeError const&) = default;  // there is no move, which would leave an error without a body
    DecodeError& operator=(DecodeError const&) = default;

    /// The text as received; empty if there was none, if it was read without being kept, or if it holds secrets.
    [[nodiscard]] std::string const& body() const noexcept GLOBUS_LIFETIMEBOUND { return *body_; }
    /// The same error, naming the request that was answered so.
    [[nodiscard]] DecodeError in(std::string const& answer) const;
    /// True if the text ends before its document does, or there is none: asking again may help. False if the service
    /// sent something else, such as a page of HTML: it would do so again.
    [[nodiscard]] bool cut_off() const noexcept { return damage_ == Damage::cut_off; }

private:
    std::shared_ptr<std::string const> body_;  ///< copies of the error share it: it can be long
    Damage damage_;
};

namespace detail {

/// If the exception in flight is an `E`, throws what `change` makes of it.
template <class E, class F>
void rethrow_if_changed(F const& change) {
    try {
        throw;
    } catch (E const& error) {
        if (typeid(error) != typeid(E)) return;  // a copy would lose a part of a derived error
        throw change(error);
    } catch (...) {
    }
}

/// Rethrows the exception in flight; for one of the types `Es` it throws what `change` makes of it instead, which is
/// another object: threads that wait for one renewal share the error that ends it.
template <class... Es, class F>
[[noreturn]] void rethrow_changed(F const& change) {
    (rethrow_if_changed<Es>(change), ...);
    throw;
}

/// An error that took the place of a value.
struct Failure {
    std::exception_ptr thrown;  ///< it keeps the object that `error` points to
    Error const* error;
};

}  // namespace detail

/**
 * A value, or the error that took its place: what the `try_` functions return to programs that do not throw.
 *
 *     auto listing = client.try_send(OperationLs{.endpoint_id = id});
 *     if (!listing) return complain(listing.error().what());
 *     use(**listing);
 *
 *     std::size_t files = client.try_send(op).map([](auto const& listing) { return listing.size(); }).value_or(0);
 *
 * @tparam T  the type of the value
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
template <class T>
class Result {
public:
    /// Converts implicitly: a function that returns a Result may return the value itself.
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

    /// Calls `f` and keeps what it returns, or the globus::Error that it throws; other exceptions pass through.
    template <class F>
    [[nodiscard]] static Result from(F&& f) {
        try {
            return Result(std::forward<F>(f)());
        } catch (Error const& error) {
            return Result(detail::Failure{std::current_exception(), &error});
        }
    }

    /// Takes an exception. One that is no globus::Error is what value() throws, while error() only says so.
    [[nodiscard]] static Result of_exception(std::exception_ptr thrown) {
        static UsageError const other("a callback of the call, or the system, threw: value() throws the same");
        Error const* error = &other;
        try {
            std::rethrow_exception(thrown);
        } catch (Error const& own) {
            error = &own;
        } catch (...) {
        }
        return Result(detail::Failure{std::move(thrown), error});
    }

    /// False if there is an error() instead.
    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

    /// The value; throws the error itself, with its own type, when there is none.
    [[nodiscard]] T const& value() const& GLOBUS_LIFETIMEBOUND {
        if (!has_value()) std::rethrow_exception(std::get<1>(state_).thrown);
        return std::get<0>(state_);
    }
    [[nodiscard]] T&& value() && {
        if (!has_value()) std::rethrow_exception(std::get<1>(state_).thrown);
        return std::get<0>(std::move(state_));
    }
    /// The value, or `other` when there is none.
    template <class U>
    [[nodiscard]] T value_or(U&& other) const& {
        return has_value() ? std::get<0>(state_) : static_cast<T>(std::forward<U>(other));
    }
    template <class U>
    [[nodiscard]] T value_or(U&& other) && {
        return has_value() ? std::get<0>(std::move(state_)) : static_cast<T>(std::forward<U>(other));
    }
    /// What `function` makes of the value, or this error; a globus::Error that it throws is an error, too.
    template <class F>
    [[nodiscard]] auto map(F&& function) const {
        using Made = std::remove_cvref_t<decltype(std::forward<F>(function)(std::declval<T const&>()))>;
        if (!has_value()) return Result<Made>(std::get<1>(state_));
        return Result<Made>::from([&]() -> Made { return std::forward<F>(function)(std::get<0>(state_)); });
    }
    /// The Result that `function` makes of the value, or this error.
    template <class F>
    [[nodiscard]] auto and_then(F&& function) const {
        using Made = std::remove_cvref_t<decltype(std::forward<F>(function)(std::declval<T const&>()))>;
        if (!has_value()) return Made(std::get<1>(state_));
        return std::forward<F>(function)(std::get<0>(state_));
    }
    /// As value(), which throws the error when there is no value.
    [[nodiscard]] T const& operator*() const& GLOBUS_LIFETIMEBOUND { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
    [[nodiscard]] T const* operator->() const { return &value(); }

    /// The error; call it only when there is no value. `dynamic_cast` shows which one it is.
    [[nodiscard]] Error const& error() const GLOBUS_LIFETIMEBOUND {
        if (has_value()) throw UsageError("Result::error() was called on a result that holds a value");
        return *std::get<1>(state_).error;
    }

private:
    template <class>
    friend class Result;

    explicit Result(detail::Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

    std::variant<T, detail::Failure> state_;
};

/**
 * What `function` returns, or the globus::Error that it throws; other exceptions pass through. It is for functions that
 * have no `try_` form of their own.
 *
 *     auto verdict = try_call([&] { return transfer.task_wait({.task_id = id}); });
 */
template <class F>
[[nodiscard]] auto try_call(F&& function) {
    using Made = std::remove_cvref_t<decltype(std::forward<F>(function)())>;
    if constexpr (std::is_void_v<Made>)
        return Result<std::monostate>::from([&] {
            std::forward<F>(function)();
            return std::monostate();
        });
    else
        return Result<Made>::from(std::forward<F>(function));
}

}  // namespace globus

#endif  // GLOBUS_CORE_ERROR_HPP
#ifndef GLOBUS_CORE_MEMBERS_HPP
#define GLOBUS_CORE_MEMBERS_HPP

#include <boost/hana/core/when.hpp>
#include <boost/hana/fwd/accessors.hpp>
#include <boost/hana/fwd/pair.hpp>
#include <boost/hana/fwd/string.hpp>
#include <boost/hana/fwd/tuple.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace globus {

/// Where a member of an operation goes in the request. `automatic`: into the route if that names it, else into the
/// query.
enum class Place : unsigned char { automatic, query, json, form };

/// How a member is spelt in a query or form.
enum class Spelling : unsigned char {
    automatic,  ///< True or False; the items of a list joined by commas
    number,     ///< a bool as 1 or 0
    lower,      ///< a bool as true or false
    repeat,     ///< a list as one parameter per item
    space,      ///< the items of a list joined by spaces
};

/**
 * One member whose wire form is not the ordinary one: another name, another place or another spelling.
 *
 * It is made by rename(), in_query(), in_json(), json_object() and in_form(), and listed in a struct's `wire`.
 */
struct Wire {
    std::string_view member = {};  ///< empty: no member, as json_object() makes it
    std::string_view name = {};    ///< on the wire; for Place::json a slash separates levels, as in "project/admin_ids"
    Place place = Place::automatic;           ///< in the request
    Spelling spelling = Spelling::automatic;  ///< in a query or form; JSON has its own types
};

/// The member is called `name` on the wire.
constexpr Wire rename(std::string_view member, std::string_view name) { return {member, name}; }
/// The member is a query parameter, spelt as `spelling` says.
constexpr Wire in_query(std::string_view member, Spelling spelling) { return {member, member, Place::query, spelling}; }
constexpr Wire in_query(std::string_view member, std::string_view name, Spelling spelling = Spelling::automatic) {
    return {member, name, Place::query, spelling};
}
/// The member goes into the JSON body under its own name, or at `path` (levels separated by slashes).
constexpr Wire in_json(std::string_view member) { return {member, member, Place::json}; }
constexpr Wire in_json(std::string_view member, std::string_view path) { return {member, path, Place::json}; }
/// The JSON body has an object at `path`, even if no member goes into it.
constexpr Wire json_object(std::string_view path) { return {{}, path, Place::json}; }
/// The member is a field of the form body.
constexpr Wire in_form(std::string_view member) { return {member, member, Place::form}; }
constexpr Wire in_form(std::string_view member, std::string_view name, Spelling spelling = Spelling::automatic) {
    return {member, name, Place::form, spelling};
}
/// The list that a struct's `wire` is.
template <class... Ws>
constexpr std::array<Wire, sizeof...(Ws)> wires(Ws... ws) {
    return {ws...};
}

namespace detail {

template <std::size_t N>
struct Name {
    char text[N];
    constexpr Name(char const (&t)[N]) {
        for (std::size_t i = 0; i != N; ++i) text[i] = t[i];
    }
};

/// A hana::tuple of hana::types, made on use, which needs <boost/hana.hpp>.
template <class Asked, class... Ts>
constexpr auto hana_types() {
    return boost::hana::tuple_t<Ts...>;
}

/// One member of a described type: the name is a constant, so that code for it is chosen when it is compiled.
template <class T, std::size_t I>
struct Member {
    static constexpr std::string_view key = T::members::keys[I];

    /// Reads the member from an object; Hana calls this an accessor.
    template <class O>
    constexpr decltype(auto) operator()(O&& object) const {
        auto& member = object.with_members([](auto&... all) -> auto& { return std::get<I>(std::tie(all...)); });
        if constexpr (std::is_lvalue_reference_v<O>)
            return (member);
        else
            return std::move(member);
    }
};

/// The names in "first, second,third": the preprocessor leaves one blank where there were any, and none where there
/// were none.
template <std::size_t N>
constexpr std::array<std::string_view, N> split_names(std::string_view text) {
    std::array<std::string_view, N> names;
    for (std::string_view& name : names) {
        name = text.substr(0, text.find(','));
        text.remove_prefix(name.size() < text.size() ? name.size() + 1 : name.size());
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
    }
    return names;
}
constexpr std::size_t count_names(std::string_view text) {
    std::size_t count = text.empty() ? 0 : 1;
    for (char const c : text) count += c == ',';
    return count;
}

/// The types of a described object's members.
template <class... Vs>
struct MemberTypes {};
struct TypesOfMembers {
    template <class... Vs>
    constexpr MemberTypes<Vs...> operator()(Vs const&...) const {
        return {};
    }
};

/// Notes where the members of an object are, so that handling them needs no code for each.
struct AddressesOfMembers {
    void const** at;
    template <class... Vs>
    void operator()(Vs const&... all) const {
        [[maybe_unused]] void const** next = at;
        ((*next++ = &all), ...);
    }
};

/// The name of the member that is at an address in a described object.
template <class T>
constexpr std::string_view name_of(T const& object, void const* member) {
    void const* at[T::members::keys.size()];
    object.with_members(AddressesOfMembers{at});
    std::size_t i = 0;
    while (at[i] != member) ++i;
    return T::members::keys[i];
}

/// The members of a described type, in the order of their list. Nothing in it is instantiated before it is used.
template <class T>
struct Members {
    static constexpr std::size_t size = count_names(T::member_names);
    static constexpr std::array<std::string_view, size> keys = split_names<size>(T::member_names);
    static_assert(size != 0 || std::is_empty_v<T>,
                  "globus: GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else: all of them.");
    /// If a list lacks a member, this does not compile.
    using all_listed = decltype(T::has_all_members_listed(std::declval<T&>()));

    /// The MemberTypes of the type. @tparam U  T, which must be complete
    template <class U = T>
    using types_of = decltype(std::declval<U const&>().with_members(TypesOfMembers()));

    /// Calls `f(Member<T, I>{}, member)` for each.
    template <class O, class F>
    static constexpr void for_each(O& object, F&& f) {
        object.with_members([&f](auto&... all) { each(std::make_index_sequence<size>{}, f, all...); });
    }
    static constexpr bool has(std::string_view name) {
        for (std::string_view const key : keys)
            if (key == name) return true;
        return false;
    }

    template <class = void>
    static constexpr auto hana_accessors() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return boost::hana::make_tuple(
                boost::hana::make_pair(hana_name<I>(std::make_index_sequence<keys[I].size()>{}), Member<T, I>{})...);
        }(std::make_index_sequence<size>{});
    }

private:
    template <std::size_t... I, class F, class... Vs>
    static constexpr void each(std::index_sequence<I...>, F& f, Vs&... all) {
        static_assert(sizeof...(Vs) == size);
        (f(Member<T, I>{}, all), ...);
    }
    template <std::size_t I, std::size_t... C>
    static constexpr auto hana_name(std::index_sequence<C...>) {
        return boost::hana::string_c<keys[I][C]...>;
    }
};

/// The entries of a struct's `wire`.
struct Wires {
    Wire const* first;
    std::size_t count;
};
template <class T>
constexpr Wires wires_of() {
    if constexpr (requires { T::wire; })
        return {T::wire.data(), T::wire.size()};
    else
        return {nullptr, 0};
}
constexpr Wire wire_of(Wires wires, std::string_view member) {
    for (std::size_t i = 0; i != wires.count; ++i)
        if (wires.first[i].member == member) return wires.first[i];
    return {member, member};
}

template <class T>
constexpr Wire wire_of(std::string_view member) {
    return wire_of(wires_of<T>(), member);
}

}  // namespace detail

/**
 * `T` lists its members with GLOBUS_MEMBERS.
 *
 * An error that names this concept means that a struct was passed as an operation or document whose last line is not
 * `GLOBUS_MEMBERS(Struct, first, second, ...)`.
 */
template <class T>
concept Described = requires { typename T::members; };

}  // namespace globus

namespace boost::hana {

/// Makes every described type a model of Hana's Struct; nothing in it is instantiated before it is used.
template <typename T>
struct accessors_impl<T, when<globus::Described<T>>> {
    /// Hana calls it to get the members.
    template <class U = T>
    static constexpr auto apply() {
        return U::members::hana_accessors();
    }
};

}  // namespace boost::hana

/**
 * The last line of an operation or document: its own name, then the names of all its members, in any order. The struct
 * stays an aggregate, and becomes a model of boost::hana's Struct. A member that is not listed is a compile error where
 * the struct is sent or read. The struct must not be local to a function, and its base classes must not have data
 * members.
 *
 *     struct Bookmark {
 *         Optional<std::string> name = {};
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(Bookmark, name, path);
 *     };
 */
// The functions' bodies see the struct's members by their names, so their own names are unlike any member's. The
// binding counts: compilers show its line, with the comment in it, where too few or other names are listed.
// clang-format off
#define GLOBUS_MEMBERS(O, ...)                                                                                         \
    [[maybe_unused]] static constexpr char const* struct_name = #O;                                                    \
    [[maybe_unused]] static constexpr char const* member_names = #__VA_ARGS__;                                         \
    template <class GlobusVisitor>                                                                                     \
    constexpr decltype(auto) with_members(GlobusVisitor const& globus_visitor) {                                       \
        return globus_visitor(__VA_ARGS__);                                                                            \
    }                                                                                                                  \
    template <class GlobusVisitor>                                                                                     \
    constexpr decltype(auto) with_members(GlobusVisitor const& globus_visitor) const {                                 \
        return globus_visitor(__VA_ARGS__);                                                                            \
    }                                                                                                                  \
    template <class GlobusObject>                                                                                      \
    static auto has_all_members_listed([[maybe_unused]] GlobusObject& globus_object) {                                 \
        __VA_OPT__([[maybe_unused]] auto& [__VA_ARGS__] = globus_object; /* GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else: all of them. */) \
    }                                                                                                                  \
    using members = ::globus::detail::Members<O>
// clang-format on

#endif  // GLOBUS_CORE_MEMBERS_HPP

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

#ifndef GLOBUS_SANDBOX_SEPARATE_COMPILATION
// The member functions of Session and Server.
#ifndef GLOBUS_SANDBOX_IMPL_SERVER_IPP
#define GLOBUS_SANDBOX_IMPL_SERVER_IPP

// What a sandbox begins with, from a JSON document: people, applications, collections, and what the services keep.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_SEED_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_SEED_IPP

// The sessions of a server, and the admin calls over HTTP.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_HOST_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_HOST_IPP

// Changes from outside: tokens, the clock, collections, scenarios, variables.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_CHANGES_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_CHANGES_IPP

// What a session says of itself: journal, state, expectations.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_REPORTS_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_REPORTS_IPP

// Making a session, starting and ending it.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_WORLD_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_WORLD_IPP

// The life of a connection of a session: requests, and the faults on their way.
#ifndef GLOBUS_SANDBOX_IMPL_NET_SERVICE_IPP
#define GLOBUS_SANDBOX_IMPL_NET_SERVICE_IPP

// A listener, with a thread for each connection.
#ifndef GLOBUS_SANDBOX_IMPL_NET_LISTENER_IPP
#define GLOBUS_SANDBOX_IMPL_NET_LISTENER_IPP

#ifndef GLOBUS_CORE_PLATFORM_PEER_USER_HPP
#define GLOBUS_CORE_PLATFORM_PEER_USER_HPP

// Which user's process is at the other end of a loopback connection over IPv4, as Linux lists it in /proc/net/tcp.
// Every user of the machine can reach a port of 127.0.0.1; this is how a listener tells them apart.

namespace globus::detail {

/// False if the other end of a connection on this machine belongs to another user. It is true if the system does not
/// say.
[[nodiscard]] bool is_of_this_user(int socket);

/// Whether the other end of a loopback connection surely belongs to another user: neither to this one nor to root.
[[nodiscard]] bool is_of_another_user(int socket);

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_PEER_USER_HPP
// A connection: what is read from its socket and written to it, with TLS or without.
#ifndef GLOBUS_SANDBOX_IMPL_NET_CONNECTION_IPP
#define GLOBUS_SANDBOX_IMPL_NET_CONNECTION_IPP

// Certificates made for one session: good ones, and ones that a client must refuse.
#ifndef GLOBUS_SANDBOX_IMPL_TLS_IPP
#define GLOBUS_SANDBOX_IMPL_TLS_IPP

#include <openssl/opensslv.h>
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "globus/sandbox.hpp needs OpenSSL 3.0 or newer, unlike the other headers of globus"
#endif

// What a session consists of: its data, clock, journal and rules.
#ifndef GLOBUS_SANDBOX_IMPL_WORLD_IPP
#define GLOBUS_SANDBOX_IMPL_WORLD_IPP

#ifndef GLOBUS_CORE_HANDLE_HPP
#define GLOBUS_CORE_HANDLE_HPP

#ifndef GLOBUS_CORE_PLATFORM_PROCESS_HPP
#define GLOBUS_CORE_PLATFORM_PROCESS_HPP

#include <atomic>
#include <string>

namespace globus::detail {

/// The process that made an object. A child that is forked has a copy of the object, but none of the other threads:
/// their locks are never released and their waits never end; and its connections are those of the parent process.
///
/// A process is identified by its number and by the forks since: in a pid namespace of its own a child can have the
/// number of its parent (pid_namespaces(7)), and calls that make processes without fork(), such as clone(2), are not
/// counted.
class Maker {
public:
    /// Refers to this process.
    Maker() noexcept;
    [[nodiscard]] bool is_this_process() const noexcept;
    /// @throws UsageError  in a child process
    void check() const;

private:
    int process_;
    std::atomic<unsigned> const* forks_;  ///< the maker's, where each shared object has its own
    unsigned before_;
};

/// Has functions called around every fork(), before it, and after it in the parent and in the child; see
/// pthread_atfork(3). Its result only serves to initialise a variable.
int around_forks(void (*before)(), void (*in_parent)(), void (*in_child)());

/// The name of this machine; empty if the system does not say.
std::string host_name();

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_PROCESS_HPP

#include <memory>
#include <utility>

namespace globus::detail {

/// What a handle holds: a pointer that its copies share. It is null only in a handle that was moved from, and using
/// such a handle is a UsageError.
template <class State>
class Shared {
public:
    explicit Shared(std::shared_ptr<State> state) : state_(std::move(state)) {}

    [[nodiscard]] State* operator->() const {
        if (state_ == nullptr) throw UsageError("this object was moved from: use the one that it was moved to");
        return state_.get();
    }
    [[nodiscard]] State& operator*() const { return *operator->(); }

private:
    std::shared_ptr<State> state_;
};

/// Makes what belongs to this process and its threads. A child process never destroys its copy: that could wait for
/// threads that are not there.
template <class State, class... Args>
[[nodiscard]] std::shared_ptr<State> make_process_bound(Args&&... args) {
    auto const destroy = [made = Maker()](State* state) {
        if (made.is_this_process()) delete state;
    };
    return {new State(std::forward<Args>(args)...), destroy};
}

/// A Shared whose state has locks or connections, and so belongs to the process that made it: using it in a child
/// process is a UsageError.
template <class State>
class ProcessBound {
public:
    template <class... Args>
    explicit ProcessBound(std::in_place_t, Args&&... args)
        : state_(make_process_bound<State>(std::forward<Args>(args)...)) {}

    [[nodiscard]] State* operator->() const {
        made_.check();
        return state_.operator->();
    }
    [[nodiscard]] State& operator*() const { return *operator->(); }

private:
    Shared<State> state_;
    Maker made_;
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_HANDLE_HPP
// A request, taken apart, and an answer, before it is written.
#ifndef GLOBUS_SANDBOX_IMPL_CALL_IPP
#define GLOBUS_SANDBOX_IMPL_CALL_IPP

// Small things that all parts of the sandbox use: text, encodings, hashes, identifiers, times.
#ifndef GLOBUS_SANDBOX_IMPL_UTIL_IPP
#define GLOBUS_SANDBOX_IMPL_UTIL_IPP

#ifndef GLOBUS_CORE_TIMESTAMP_HPP
#define GLOBUS_CORE_TIMESTAMP_HPP

#ifndef GLOBUS_CORE_TEXT_AT_HPP
#define GLOBUS_CORE_TEXT_AT_HPP

#include <concepts>
#include <string>
#include <type_traits>

namespace globus::detail {

/// A line of a program. As a default argument, `CodeLine::here()` is the line of the call.
struct CodeLine {
    char const* file = "";
    int line = 0;
    static constexpr CodeLine here(char const* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
        return {file, line};
    }
};

/// The text at a pointer.
/// @param where  the line that gives it
/// @throws UsageError  for a null pointer, as getenv() gives it; it names the line
std::string text_at(char const* text, CodeLine where);

/// A pointer to a text that is given to a `T`, which is made from a text.
template <class U, class T>
concept PointsToText =
    std::is_pointer_v<U> && std::convertible_to<U, char const*> && std::convertible_to<std::string, T>;

}  // namespace globus::detail

#endif  // GLOBUS_CORE_TEXT_AT_HPP

#include <chrono>
#include <compare>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Where the standard library has std::format, its <chrono> includes <format>.
#ifdef __cpp_lib_format
#include <format>
#endif

namespace globus {

namespace detail {

using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

/// What a text says about a time.
struct TimeText {
    enum class Kind : unsigned char {
        time,        ///< it is `time`
        impossible,  ///< it has the form of one, as the 30th of February has
        other,       ///< it has not
    };
    Kind kind = Kind::other;
    Microseconds time = {};
};

/// Reads the forms of a time that Timestamp lists. Any text will do.
constexpr TimeText read_time(std::string_view text) noexcept {
    using Kind = TimeText::Kind;
    auto const number = [&](std::size_t digits, int& out) {
        if (text.size() < digits) return false;
        out = 0;
        for (char const c : text.substr(0, digits)) {
            if (c < '0' || c > '9') return false;
            out = out * 10 + (c - '0');
        }
        text.remove_prefix(digits);
        return true;
    };
    auto const one_of = [&](std::string_view characters) {
        if (text.empty() || characters.find(text.front()) == characters.npos) return false;
        text.remove_prefix(1);
        return true;
    };

    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, microseconds = 0;
    int zone_sign = 1, zone_hour = 0, zone_minute = 0;
    if (!number(4, year) || !one_of("-") || !number(2, month) || !one_of("-") || !number(2, day)) return {};
    if (!text.empty()) {
        if (!one_of("Tt ") || !number(2, hour) || !one_of(":") || !number(2, minute) || !one_of(":") ||
            !number(2, second))
            return {};
        if (one_of(".")) {
            int digits = 0;
            for (int digit = 0; digits != 9 && number(1, digit); ++digits)
                if (digits < 6) microseconds = microseconds * 10 + digit;
            if (digits == 0) return {};
            for (; digits < 6; ++digits) microseconds *= 10;
        }
        if (!text.empty() && !one_of("Zz")) {
            zone_sign = text.front() == '-' ? -1 : 1;
            if (!one_of("+-") || !number(2, zone_hour)) return {};
            if ((one_of(":") || !text.empty()) && !number(2, zone_minute)) return {};
        }
    }
    if (!text.empty()) return {};

    std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 60 || zone_hour > 23 || zone_minute > 59)
        return {Kind::impossible, {}};
    return {Kind::time, std::chrono::sys_days(date) + std::chrono::hours(hour - zone_sign * zone_hour) +
                            std::chrono::minutes(minute - zone_sign * zone_minute) + std::chrono::seconds(second) +
                            std::chrono::microseconds(microseconds)};
}

/// The microsecond that a time is in; the end of the scale for one that is beyond the year 0 or 10000.
template <class Duration>
constexpr Microseconds floor_time(std::chrono::sys_time<Duration> time) {
    std::chrono::duration<double> const since = time.time_since_epoch();
    if (!(since.count() > -62167219200.0)) return Microseconds::min();
    if (since.count() > 253402387200.0) return Microseconds::max();
    return std::chrono::floor<std::chrono::microseconds>(time);
}

/// As in "2026-01-02T03:04:05+00:00", with six digits of a fraction unless that is zero.
/// @throws UsageError  for a time outside of the years 1 to 9999
std::string time_text(Microseconds time);

}  // namespace detail

/**
 * A moment, as the services write it: a text, which is kept as it came, and the time that it names.
 *
 *     if (*file.last_modified < std::chrono::system_clock::now() - 24h) ...
 *     auto const took = *task.completion_time - *task.request_time;      // microseconds
 *     TransferData{..., .deadline = std::chrono::system_clock::now() + 6h}
 *     TransferData{..., .deadline = "2026-12-01T18:00:00+01:00"}
 *
 * It reads ISO 8601 as the services write it (RFC 3339, section 5.6): a date, `T` or a blank, a time of day in seconds
 * with up to nine digits of a fraction, of which six count, and a zone: `Z`, `+00:00`, `-0730`, `+01`; UTC if there is
 * none. A date alone is its midnight in UTC. A leap second counts as the second after it.
 *
 * A text that is no time is no error: it is kept, and sent as it is.
 *
 * @par Order
 * By the time: two texts of the same moment are equal. What is no time comes after all that are, by its text.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Timestamp {
public:
    /// A time of the standard library, to the microsecond.
    using Time = std::chrono::sys_time<std::chrono::microseconds>;

    /// An empty text, which is no time.
    Timestamp() = default;
    /// A text, kept as it is.
    Timestamp(std::string text) noexcept : text_(std::move(text)) {}
    Timestamp(std::string_view text) : text_(text) {}
    /// @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    Timestamp(char const* text, detail::CodeLine where = detail::CodeLine::here())
        : text_(detail::text_at(text, where)) {}
    /// The microsecond that a time is in; its text is of the form "2026-01-02T03:04:05+00:00".
    /// @throws UsageError  for a time outside of the years 1 to 9999
    template <class Duration>
    Timestamp(std::chrono::sys_time<Duration> time) : text_(detail::time_text(detail::floor_time(time))) {}

    /// As it came, or as it will be sent.
    [[nodiscard]] std::string const& text() const noexcept GLOBUS_LIFETIMEBOUND { return text_; }
    /// The time; nothing if the text is none.
    [[nodiscard]] std::optional<Time> time() const noexcept;
    /// The time. @throws DecodeError  if the text is none
    [[nodiscard]] Time sys_time() const;

    /// Compares the times that the texts stand for.
    friend std::weak_ordering operator<=>(Timestamp const& a, Timestamp const& b) noexcept { return a.compare(b); }
    friend bool operator==(Timestamp const& a, Timestamp const& b) noexcept { return a.compare(b) == 0; }
    /// The same with a time of the standard library.
    template <class Duration>
    friend std::weak_ordering operator<=>(Timestamp const& a, std::chrono::sys_time<Duration> const& b) {
        return a.compare(detail::floor_time(b));
    }
    template <class Duration>
    friend bool operator==(Timestamp const& a, std::chrono::sys_time<Duration> const& b) {
        return a.compare(detail::floor_time(b)) == 0;
    }

    /// From `b` to `a`. @throws DecodeError  if one of them is no time
    friend std::chrono::microseconds operator-(Timestamp const& a, Timestamp const& b) {
        return a.sys_time() - b.sys_time();
    }

    /// Writes the text.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Timestamp const& time) {
        return out << time.text_;
    }

private:
    [[nodiscard]] std::weak_ordering compare(Timestamp const& other) const noexcept;
    [[nodiscard]] std::weak_ordering compare(Time other) const noexcept;

    std::string text_;
};

namespace detail {

/// @throws UsageError  for a text that has the form of a time that there is not; `member` says where it was given
void check_time(std::string_view member, Timestamp const& time);

/// What a wrong literal calls, so that a compiler names it.
inline void there_is_no_such_time() {}

}  // namespace detail

inline namespace literals {

/// A time that is read when the program is compiled; one that cannot be read does not compile.
///
///     .deadline = "2026-12-01T18:00:00Z"_time
consteval Timestamp::Time operator""_time(char const* text, std::size_t size) {
    auto const read = detail::read_time({text, size});
    if (read.kind != detail::TimeText::Kind::time) detail::there_is_no_such_time();
    return read.time;
}

}  // namespace literals
}  // namespace globus

#ifdef __cpp_lib_format
/// Writes the text of a Timestamp, by the options that a text takes.
template <>
struct std::formatter<globus::Timestamp> : std::formatter<std::string_view> {
    template <class Context>
    auto format(globus::Timestamp const& time, Context& context) const {
        return std::formatter<std::string_view>::format(time.text(), context);
    }
};
#endif

#endif  // GLOBUS_CORE_TIMESTAMP_HPP

#include <boost/json.hpp>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::sandbox::detail {

namespace json = boost::json;

/// Milliseconds since 1970: the sandbox's time.
using Millis = std::int64_t;

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

inline bool same_name(std::string_view a, std::string_view b) { return a.size() == b.size() && lower(a) == lower(b); }

inline std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (true) {
        auto const end = text.find(separator, begin);
        parts.emplace_back(text.substr(begin, end - begin));
        if (end == std::string_view::npos) return parts;
        begin = end + 1;
    }
}

inline std::string trim(std::string_view text) {
    auto const first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

inline int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Undoes percent-encoding; in a form or query (`plus`) a `+` is a blank.
inline std::string percent_decode(std::string_view text, bool plus = false) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

inline std::string percent_encode(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

/// Name and value pairs of a query or of a form.
inline Pairs parse_form(std::string_view text) {
    Pairs out;
    if (text.empty()) return out;
    for (auto const& part : split(text, '&')) {
        if (part.empty()) continue;
        auto const equals = part.find('=');
        out.emplace_back(
            percent_decode(std::string_view(part).substr(0, equals), true),
            equals == std::string::npos ? "" : percent_decode(std::string_view(part).substr(equals + 1), true));
    }
    return out;
}

inline std::string const* find_pair(Pairs const& pairs, std::string_view name) {
    for (auto const& [key, value] : pairs)
        if (key == name) return &value;
    return nullptr;
}

inline std::string pair_or(Pairs const& pairs, std::string_view name, std::string_view otherwise = {}) {
    auto const* found = find_pair(pairs, name);
    return found != nullptr ? *found : std::string(otherwise);
}

inline std::optional<std::int64_t> to_integer(std::string_view text) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Shell-like pattern over the whole text: `*` any run, `?` one character.
inline bool glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == text[t] && pattern[p] != '*'))) {
            ++p;
            ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

inline std::string base64(std::string_view bytes, bool url) {
    static constexpr char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static constexpr char for_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char const* const digits = url ? for_url : standard;
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (char const c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        held += 8;
        while (held >= 6) {
            held -= 6;
            out += digits[(bits >> held) & 63];
        }
    }
    if (held > 0) out += digits[(bits << (6 - held)) & 63];
    while (!url && out.size() % 4 != 0) out += '=';
    return out;
}

inline std::optional<std::string> base64_decode(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (char const c : text) {
        if (c == '=') break;
        std::uint32_t digit = 0;
        if (c >= 'A' && c <= 'Z')
            digit = static_cast<std::uint32_t>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            digit = static_cast<std::uint32_t>(c - 'a' + 26);
        else if (c >= '0' && c <= '9')
            digit = static_cast<std::uint32_t>(c - '0' + 52);
        else if (c == '+' || c == '-')
            digit = 62;
        else if (c == '/' || c == '_')
            digit = 63;
        else
            return std::nullopt;
        bits = (bits << 6) | digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>((bits >> held) & 255);
        }
    }
    return out;
}

inline std::string digest(EVP_MD const* kind, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr);
    return {reinterpret_cast<char const*>(out.data()), size};
}

inline std::string sha256(std::string_view bytes) { return digest(EVP_sha256(), bytes); }

inline std::string to_hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (char const c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

/// Compares in a time that does not tell where the difference is.
inline bool equal_secret(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
    return difference == 0;
}

/// Real randomness, for what nobody may guess.
inline std::string random_secret() {
    std::array<unsigned char, 24> bytes{};
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
    return base64({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, true);
}

/// How many characters of a token are its session's own and come from real randomness: 96 bits.
inline constexpr std::size_t mark_size = 24;

/// Identifiers that repeat with the seed, and the part of tokens that does.
class Random {
public:
    explicit Random(std::uint64_t seed = 1) : engine_(seed) {}

    std::uint64_t number() { return engine_(); }

    double fraction() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

    std::string next_uuid{};  ///< what the next call of uuid() answers, when it is not empty

    std::string uuid() {
        if (!next_uuid.empty()) return std::exchange(next_uuid, {});
        std::uint64_t const a = engine_();
        std::uint64_t const b = engine_();
        char text[37];
        std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                      static_cast<unsigned>((a >> 16) & 0xffff), static_cast<unsigned>(a & 0xfff),
                      static_cast<unsigned>(((b >> 48) & 0x3fff) | 0x8000),
                      static_cast<unsigned long long>(b & 0xffffffffffffULL));
        return text;
    }

    /// `sandbox-<kind>-<40 characters>`, which begin with `mark`: nothing that looks like this is valid anywhere else.
    std::string token(std::string_view kind, std::string_view mark) {
        static constexpr char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
        std::string out = "sandbox-" + std::string(kind) + "-" + std::string(mark);
        for (auto i = mark.size(); i < 40; ++i) out += digits[engine_() % 36];
        return out;
    }

    std::string request_id() {
        static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        std::string out;
        for (int i = 0; i < 9; ++i) out += digits[engine_() % 62];
        return out;
    }

private:
    std::mt19937_64 engine_;
};

inline bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : hex_value(text[i]) < 0) return false;
    }
    return true;
}

/// Whether a text may stand in an address as a host, and in a certificate; an empty one may.
inline bool is_host_name(std::string_view text) {
    return text.size() <= 253 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
               std::string_view::npos;
}

/// Whether the name of a host is an IPv4 address.
inline bool is_address(std::string_view host) {
    return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

inline std::tm utc(Millis at) {
    auto const seconds = static_cast<std::time_t>(at >= 0 ? at / 1000 : (at - 999) / 1000);
    std::tm out{};
    gmtime_r(&seconds, &out);
    return out;
}

/// "2021-09-02T18:04:49+00:00"; for a clock that was set beyond the year 9999, the end of that
inline std::string iso_time(Millis at) {
    using namespace std::chrono;
    constexpr sys_seconds last = sys_days(year(9999) / 12 / 31) + 86399s;
    return Timestamp(std::clamp<sys_seconds>(floor<seconds>(sys_time<milliseconds>(milliseconds(at))),
                                             sys_days(year(1) / 1 / 1), last))
        .text();
}

/// "2023-12-18 16:52:50+00:00", as file listings have it
inline std::string file_time(Millis at) {
    std::string text = iso_time(at);
    text[10] = ' ';
    return text;
}

/// "Tue, 24 Nov 2026 02:01:50 GMT" (RFC 9110, 5.6.7)
inline std::string http_time(Millis at) {
    static constexpr char const* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr char const* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm const t = utc(at);
    char text[48];
    std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday % 7], t.tm_mday,
                  months[t.tm_mon % 12], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    return text;
}

/// The milliseconds of a time that Timestamp reads.
inline std::optional<Millis> parse_time(std::string const& text) {
    auto const time = Timestamp(text).time();
    return time ? std::optional(std::chrono::floor<std::chrono::milliseconds>(*time).time_since_epoch().count())
                : std::nullopt;
}

// Reading JSON without exceptions -------------------------------------------------------------------------------------

inline json::value const* member(json::object const& object, std::string_view name) { return object.if_contains(name); }

inline json::value const* member(json::value const& value, std::string_view name) {
    auto const* object = value.if_object();
    return object != nullptr ? object->if_contains(name) : nullptr;
}

template <class Json>
std::string text_of(Json const& value, std::string_view name, std::string_view otherwise = {}) {
    auto const* found = member(value, name);
    if (found == nullptr || !found->is_string()) return std::string(otherwise);
    return std::string(found->get_string());
}

inline std::optional<double> number_of(json::value const& value) {
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    if (value.is_double()) return value.get_double();
    return std::nullopt;
}

template <class Json>
double number_of(Json const& value, std::string_view name, double otherwise) {
    auto const* found = member(value, name);
    return found == nullptr ? otherwise : number_of(*found).value_or(otherwise);
}

template <class Json>
bool flag_of(Json const& value, std::string_view name, bool otherwise = false) {
    auto const* found = member(value, name);
    return found != nullptr && found->is_bool() ? found->get_bool() : otherwise;
}

/// Adds the members that the service always sends, where the caller gave none.
inline void add_defaults(json::object& document, std::initializer_list<std::pair<char const*, json::value>> members) {
    for (auto const& [name, value] : members)
        if (!document.contains(name)) document[name] = value;
}

/// As std::stable_sort, of which clang 19 says with an older libstdc++ that it uses something deprecated.
template <class T, class Less>
void sort_stably(std::vector<T>& items, Less less) {
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (less(items[a], items[b])) return true;
        return !less(items[b], items[a]) && a < b;
    });
    std::vector<T> sorted;
    sorted.reserve(items.size());
    for (std::size_t const index : order) sorted.push_back(std::move(items[index]));
    items = std::move(sorted);
}

inline std::string to_string(json::string const& text) { return {text.data(), text.size()}; }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_UTIL_IPP

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace globus::sandbox::detail {

struct Route;

/// A request, taken apart.
struct Call {
    std::string method;
    std::string target;                 ///< as sent
    std::string path;                   ///< before the `?`, still encoded
    std::vector<std::string> segments;  ///< of the path, decoded one by one
    Pairs query;
    Pairs headers;
    std::string body;
    std::filesystem::path spool;  ///< the file that the body was written to; empty when it is in `body`
    std::string service = "unknown";
    std::string operation = "unknown";
    std::string family;              ///< a wider name for the operation: "oauth2_token" for every grant
    std::vector<std::string> holes;  ///< what filled the route's parameters
    Route const* route = nullptr;

    [[nodiscard]] std::string header(std::string_view name) const {
        for (auto const& [key, value] : headers)
            if (same_name(key, name)) return value;
        return {};
    }
    [[nodiscard]] std::string argument(std::string_view name, std::string_view otherwise = {}) const {
        return pair_or(query, name, otherwise);
    }
    [[nodiscard]] bool has_argument(std::string_view name) const { return find_pair(query, name) != nullptr; }
    /// The token of `Authorization: Bearer ...`; empty without one.
    [[nodiscard]] std::string bearer() const {
        std::string const value = header("Authorization");
        return value.size() > 7 && same_name(std::string_view(value).substr(0, 7), "Bearer ") ? trim(value.substr(7))
                                                                                              : "";
    }
};

/// A part of a file, for an answer that is not to be in memory.
struct FilePart {
    std::filesystem::path name;
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
};

/// An answer, before it is written.
struct Reply {
    int status = 200;
    std::string reason = {};
    std::string content_type = "application/json";
    Pairs headers = {};
    std::string body = {};
    bool committed = false;  ///< the request changed something
    FilePart file = {};      ///< what is sent instead of `body`, when it has a name
    /// The part of the work that needs no lock; its answer is the answer. The call lives until then.
    std::function<Reply()> later = {};

    /// How long the body is.
    [[nodiscard]] std::uint64_t size() const { return file.name.empty() ? body.size() : file.size; }

    static Reply of(int status, json::value const& document) {
        Reply reply;
        reply.status = status;
        reply.body = json::serialize(document);
        reply.committed = status < 400;
        return reply;
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_CALL_IPP
// What many records have in common is in memory once.
#ifndef GLOBUS_SANDBOX_IMPL_COMMON_IPP
#define GLOBUS_SANDBOX_IMPL_COMMON_IPP

#include <boost/json/string_view.hpp>

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace globus::sandbox::detail {

/**
 * A constant value of which there are few, in many records: equal ones share their memory, which is never given back.
 * It is read like the value itself. A hundred thousand tokens of one application are as small as that.
 */
template <class T>
class Common {
public:
    Common() : Common(T()) {}
    Common(T value) : value_(shared(std::move(value))) {}
    Common(char const* text)
        requires std::is_same_v<T, std::string>
        : Common(T(text)) {}

    T const& get() const { return *value_; }
    operator T const&() const { return *value_; }
    operator std::string_view() const
        requires std::is_same_v<T, std::string>
    {
        return *value_;
    }
    operator boost::json::string_view() const
        requires std::is_same_v<T, std::string>
    {
        return *value_;
    }
    auto begin() const { return value_->begin(); }
    auto end() const { return value_->end(); }
    [[nodiscard]] bool empty() const { return value_->empty(); }

    friend bool operator==(Common const& a, Common const& b) { return a.value_ == b.value_; }
    friend bool operator==(Common const& a, T const& b) { return *a.value_ == b; }
    friend T operator+(Common const& a, T const& b) { return *a.value_ + b; }
    friend T operator+(T const& a, Common const& b) { return a + *b.value_; }

private:
    static T const* shared(T value) {
        static std::mutex mutex;
        static std::set<T> all;
        std::lock_guard const lock(mutex);
        return &*all.insert(std::move(value)).first;
    }

    T const* value_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_COMMON_IPP
// The documents of one kind, which know what of them has changed.
#ifndef GLOBUS_SANDBOX_IMPL_DOCUMENTS_IPP
#define GLOBUS_SANDBOX_IMPL_DOCUMENTS_IPP

#include <cstddef>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::sandbox::detail {

/**
 * Documents by their identifiers, in the order in which they came. Each has a number that it keeps, and that none has
 * again: the position of its row in a database. Who walks over them only looks; who is to change one asks for it by its
 * identifier, which notes that it may have changed. So what a change costs to write does not grow with the documents.
 */
class Documents {
public:
    using Document = std::pair<std::string const, json::object>;
    using const_iterator = std::list<Document>::const_iterator;

    Documents() = default;
    ~Documents() = default;
    /// The copy has changed as a whole.
    Documents(Documents const& other) { *this = other; }
    Documents& operator=(Documents const& other) {
        if (this == &other) return *this;
        clear();
        for (auto const& [id, document] : other.list_) emplace_back(id, document);
        return *this;
    }

    [[nodiscard]] const_iterator begin() const { return list_.begin(); }
    [[nodiscard]] const_iterator end() const { return list_.end(); }
    [[nodiscard]] auto rbegin() const { return list_.rbegin(); }
    [[nodiscard]] auto rend() const { return list_.rend(); }
    [[nodiscard]] std::size_t size() const { return list_.size(); }
    [[nodiscard]] bool empty() const { return list_.empty(); }

    [[nodiscard]] json::object const* find(std::string const& id) const {
        auto const found = places_.find(id);
        return found != places_.end() ? &found->second.at->second : nullptr;
    }
    /// A document, to be changed.
    json::object* find(std::string const& id) {
        auto const found = places_.find(id);
        if (found == places_.end()) return nullptr;
        touch(found->second.position);
        return &found->second.at->second;
    }
    /// The first, to be changed; there is one.
    Document& front() {
        touch(places_.at(list_.front().first).position);
        return list_.front();
    }
    /// The last, to be changed; there is one.
    Document& back() {
        touch(places_.at(list_.back().first).position);
        return list_.back();
    }

    /// Those whose identifiers begin so, by identifier.
    [[nodiscard]] std::vector<Document const*> with_prefix(std::string_view prefix) const {
        std::vector<Document const*> out;
        for (auto one = places_.lower_bound(prefix); one != places_.end() && one->first.starts_with(prefix); ++one)
            out.push_back(&*one->second.at);
        return out;
    }

    /// Adds a document behind all others; one with the same identifier goes.
    Document& emplace_back(std::string const& id, json::object document) {
        return insert(next_, id, std::move(document));
    }

    bool erase(std::string const& id) {
        auto const found = places_.find(id);
        if (found == places_.end()) return false;
        touch(found->second.position);
        by_position_.erase(found->second.position);
        list_.erase(found->second.at);
        places_.erase(found);
        return true;
    }
    /// Removes the documents that a condition holds for.
    template <class Condition>
    void erase_if(Condition const& condition) {
        for (auto one = list_.begin(); one != list_.end();) {
            auto const next = std::next(one);
            if (condition(std::as_const(*one))) erase(std::string(one->first));
            one = next;
        }
    }

    // What a database has of them: see state/keep.ipp

    /// Takes a document from its row. Rows come in their order, and nothing has changed by that.
    void restore(std::size_t position, std::string const& id, json::object document) {
        insert(position, id, std::move(document));
        forget();
    }
    /// Calls `cut(position)` for each row to be removed, or `cut_all()`, and `put(position, document)` for each to be
    /// written.
    template <class CutAll, class Cut, class Put>
    void changes(CutAll const& cut_all, Cut const& cut, Put const& put) const {
        if (whole_) {
            cut_all();
            for (auto const& [position, one] : by_position_) put(position, *one);
            return;
        }
        for (auto const position : touched_) {
            if (auto const found = by_position_.find(position); found != by_position_.end())
                put(position, *found->second);
            else
                cut(position);
        }
    }
    /// What changed up to now is written.
    void forget() {
        whole_ = false;
        touched_.clear();
    }

private:
    struct Place {
        std::list<Document>::iterator at;
        std::size_t position;
    };

    void touch(std::size_t position) {
        if (!whole_) touched_.insert(position);
    }
    void clear() {
        list_.clear();
        places_.clear();
        by_position_.clear();
        touched_.clear();
        next_ = 0;
        whole_ = true;
    }
    Document& insert(std::size_t position, std::string const& id, json::object document) {
        erase(id);
        auto const at = list_.emplace(list_.end(), id, std::move(document));
        places_.emplace(id, Place{at, position});
        by_position_.emplace(position, at);
        next_ = position + 1;
        touch(position);
        return *at;
    }

    std::list<Document> list_;
    std::map<std::string, Place, std::less<>> places_;
    std::map<std::size_t, std::list<Document>::iterator> by_position_;
    std::set<std::size_t> touched_;
    std::size_t next_ = 0;
    bool whole_ = true;  ///< no row is known to be right: until forget() says that all are written
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_DOCUMENTS_IPP
// Records by their names, which know what may have changed.
#ifndef GLOBUS_SANDBOX_IMPL_TABLE_IPP
#define GLOBUS_SANDBOX_IMPL_TABLE_IPP

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace globus::sandbox::detail {

/**
 * A std::map that, once it is watched, notes which records may have changed: all that were asked for with the right to
 * change them. Who only looks uses peek(), all(), or a constant.
 */
template <class Record>
class Table {
public:
    using Map = std::map<std::string, Record>;
    using iterator = typename Map::iterator;
    using const_iterator = typename Map::const_iterator;

    Table() = default;
    ~Table() = default;
    /// The copy is not watched.
    Table(Table const& other) : all_(other.all_) {}
    /// Each record of before and after may have changed.
    Table& operator=(Table const& other) {
        if (this == &other) return *this;
        touch_all();
        all_ = other.all_;
        touch_all();
        return *this;
    }

    Record& operator[](std::string const& name) {
        touch(name);
        return all_[name];
    }
    Record& at(std::string const& name) {
        touch(name);
        return all_.at(name);
    }
    /// A record that is only looked at.
    Record const& peek(std::string const& name) const { return all_.at(name); }
    /// All records, only to be looked at.
    Map const& all() const { return all_; }
    iterator find(std::string const& name) {
        auto const found = all_.find(name);
        if (found != all_.end()) touch(name);
        return found;
    }
    const_iterator find(std::string const& name) const { return all_.find(name); }
    [[nodiscard]] bool contains(std::string const& name) const { return all_.contains(name); }
    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] bool empty() const { return all_.empty(); }

    iterator begin() {
        touch_all();
        return all_.begin();
    }
    iterator end() { return all_.end(); }
    const_iterator begin() const { return all_.begin(); }
    const_iterator end() const { return all_.end(); }

    void erase(std::string const& name) {
        touch(name);
        all_.erase(name);
    }
    /// Removes the records that a condition holds for.
    template <class Condition>
    void erase_if(Condition const& condition) {
        std::erase_if(all_, [&](auto const& one) {
            bool const gone = condition(one.second);
            if (gone) touch(one.first);
            return gone;
        });
    }
    /// Changes the records that a condition holds for, and touches no others.
    template <class Condition, class Action>
    void change_if(Condition const& condition, Action const& action) {
        for (auto& [name, record] : all_) {
            if (!condition(std::as_const(record))) continue;
            touch(name);
            action(record);
        }
    }

    /// From now on changes are noted; what is there counts as changed.
    void watch() {
        watched_ = true;
        touch_all();
    }
    /// The names of what may have changed since forget().
    [[nodiscard]] std::set<std::string> const& touched() const { return touched_; }
    void forget() {
        if constexpr (requires(Record& record) { record.forget(); })
            for (auto const& name : touched_)
                if (auto const found = all_.find(name); found != all_.end()) found->second.forget();
        touched_.clear();
    }

private:
    void touch(std::string const& name) {
        if (watched_) touched_.insert(name);
    }
    void touch_all() {
        if (watched_)
            for (auto const& one : all_) touched_.insert(one.first);
    }

    Map all_;
    std::set<std::string> touched_;
    bool watched_ = false;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TABLE_IPP

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

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace globus::sandbox::detail {

using KeyHandle = std::shared_ptr<EVP_PKEY>;
using CertificateHandle = std::shared_ptr<X509>;

/// Who signs a certificate.
struct Signer {
    CertificateHandle certificate;
    KeyHandle key;
};

inline void add_extension(X509* certificate, X509* issuer, int kind, char const* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    if (X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, kind, value)) {
        X509_add_ext(certificate, made, -1);
        X509_EXTENSION_free(made);
    }
}

/// A certificate for `key`, valid from `begin` to `end` seconds after now; self-signed without an issuer.
inline CertificateHandle make_certificate(KeyHandle const& key, std::string const& name, char const* alternatives,
                                          Signer const* issuer, std::uint64_t serial, long begin, long end) {
    CertificateHandle const made(X509_new(), &X509_free);
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), begin);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), end);
    X509_NAME* const subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>(name.c_str()), -1,
                               -1, 0);
    X509* const by = issuer != nullptr ? issuer->certificate.get() : made.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(by));
    X509_set_pubkey(made.get(), key.get());
    bool const authority = alternatives == nullptr;
    add_extension(made.get(), by, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(made.get(), by, NID_key_usage,
                  authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    add_extension(made.get(), by, NID_subject_key_identifier, "hash");
    if (!authority) add_extension(made.get(), by, NID_subject_alt_name, alternatives);
    X509_sign(made.get(), issuer != nullptr ? issuer->key.get() : key.get(), EVP_sha256());
    return made;
}

/// Makes an authority and a certificate of the wanted kind, for the life of the session.
inline void World::make_certificates() {
    auto const new_key = [] { return KeyHandle(EVP_EC_gen("P-256"), &EVP_PKEY_free); };
    // Not from the seed: what a session does must not hang on whether it has certificates.
    auto const serial = [] {
        std::uint64_t number = 0;
        RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number);
        return number;
    };
    constexpr long day = 86400;
    Signer authority{nullptr, new_key()};
    authority.certificate =
        make_certificate(authority.key, "Globus sandbox authority", nullptr, nullptr, serial(), -day, 365 * day);
    KeyHandle const key = new_key();
    std::string names =
        options.tls == Tls::wrong_host ? "DNS:elsewhere.example,IP:192.0.2.1" : "IP:127.0.0.1,DNS:localhost";
    if (!options.network_host.empty())
        names += (is_address(options.network_host) ? ",IP:" : ",DNS:") + options.network_host;
    bool const expired = options.tls == Tls::expired;
    CertificateHandle const certificate =
        make_certificate(key, "Globus sandbox", names.c_str(), options.tls == Tls::self_signed ? nullptr : &authority,
                         serial(), expired ? -2 * day : -day, expired ? -day : 365 * day);
    std::unique_ptr<BIO, decltype(&BIO_free)> const text(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509(text.get(), authority.certificate.get());
    char* bytes = nullptr;
    auto const size = BIO_get_mem_data(text.get(), &bytes);
    ca_pem.assign(bytes, static_cast<std::size_t>(size));
    tls.reset(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    bool const weak = options.tls == Tls::weak;
    SSL_CTX_set_min_proto_version(tls.get(), weak ? TLS1_1_VERSION : TLS1_2_VERSION);
    if (weak) {
        SSL_CTX_set_max_proto_version(tls.get(), TLS1_1_VERSION);
        SSL_CTX_set_cipher_list(tls.get(), "DEFAULT:@SECLEVEL=0");  // OpenSSL's default level has no TLS 1.1
    }
    if (SSL_CTX_use_certificate(tls.get(), certificate.get()) != 1 || SSL_CTX_use_PrivateKey(tls.get(), key.get()) != 1)
        throw SandboxError("sandbox: no certificate can be made");
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TLS_IPP

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace globus::sandbox::detail {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

/// A connection, and the thread that serves it.
struct Connection {
    Connection(int accepted, std::uint64_t ordinal) : socket(accepted), number(ordinal) {}

    int socket;
    std::uint64_t number;
    boost::beast::flat_buffer buffer;
    std::atomic<bool> idle{false};   ///< waits for a request
    std::atomic<bool> leave{false};  ///< is to end instead of waiting for another one
    std::atomic<bool> finished{false};
    std::thread thread;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, &SSL_free};
    bool abrupt = false;  ///< ends without the TLS close_notify

    /// The TLS handshake, when there is to be one.
    bool greet(SSL_CTX* context) {
        if (context == nullptr) return true;
        ssl.reset(SSL_new(context));
        SSL_set_fd(ssl.get(), socket);
        if (SSL_accept(ssl.get()) == 1) return true;
        abrupt = true;
        return false;
    }

    /// What TLS says at the end.
    void part() const {
        if (ssl && !abrupt) SSL_shutdown(ssl.get());
    }

    /// Sends bytes; false when the other side is gone.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            ssize_t sent = 0;
            if (ssl)
                sent =
                    SSL_write(ssl.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20)));
            else
                sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (!ssl && sent < 0 && errno == EINTR) continue;
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// What came of reading.
    enum class Read { done, ended, malformed, too_large };

    /// Reads until the headers, or all of the request, are there.
    template <class P>
    Read read(P& parser, bool headers_only) {
        parser.eager(!headers_only);
        while (headers_only ? !parser.is_header_done() : !parser.is_done()) {
            if (buffer.size() > 0) {
                boost::beast::error_code error;
                auto const used = parser.put(buffer.data(), error);
                buffer.consume(used);
                if (error == http::error::body_limit) return Read::too_large;
                if (error && error != http::error::need_more) return Read::malformed;
                if (!error && used > 0) continue;
            }
            auto const room = buffer.prepare(16384);
            ssize_t const got = ssl ? SSL_read(ssl.get(), room.data(), static_cast<int>(room.size()))
                                    : ::recv(socket, room.data(), room.size(), 0);
            if (!ssl && got < 0 && errno == EINTR) continue;
            if (got <= 0) return Read::ended;
            buffer.commit(static_cast<std::size_t>(got));
        }
        return Read::done;
    }

    /// Waits; false when the connection ended meanwhile. A negative time is for ever.
    bool wait(std::int64_t ms) {
        auto const end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
        while (true) {
            int left = -1;
            if (ms >= 0) {
                auto const rest = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
                if (rest.count() <= 0) return true;
                left = static_cast<int>(std::min<std::int64_t>(rest.count(), 1000000));
            }
#ifdef POLLRDHUP
            pollfd watched{socket, POLLRDHUP, 0};
#else
            pollfd watched{socket, 0, 0};  // POLLHUP comes unasked
#endif
            int const ready = ::poll(&watched, 1, left);
            if (ready > 0) return false;
            if (ready < 0 && errno != EINTR) return false;
        }
    }

    /// Says that no more comes, and waits for the end of what the other side still sends: a close at once would reset
    /// the connection, and with it lose the answer.
    void finish_gently() {
        part();
        ::shutdown(socket, SHUT_WR);
        auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        char rest[16384];
        while (true) {
            auto const left =
                std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
            pollfd watched{socket, POLLIN, 0};
            if (left <= 0 || ::poll(&watched, 1, static_cast<int>(left)) <= 0) break;
            if (::recv(socket, rest, sizeof rest, 0) <= 0) break;
        }
        abrupt = true;
    }

    /// Makes the close that follows a reset (RST) instead of an end (FIN).
    void arm_reset() {
        abrupt = true;
        ::linger const hard{1, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_CONNECTION_IPP

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>

#include <functional>
#include <list>

namespace globus::sandbox::detail {

/// Where a listener accepts: on 127.0.0.1, or everywhere under a name that others know; see Options.
struct Interface {
    std::string host = {};  ///< empty: 127.0.0.1 alone
    bool any_user = false;  ///< whether other users of this machine may connect

    [[nodiscard]] std::string name() const { return host.empty() ? "127.0.0.1" : host; }
};

/// Accepts on an interface and runs `serve` in a thread for each connection.
class Listener {
public:
    /// @param port  0 takes a free one
    explicit Listener(std::uint16_t port, Interface where = {}) : interface_(std::move(where)) {
        if (::pipe(wake_) != 0) throw SandboxError("sandbox: no file descriptors left");
        for (int const end : wake_) ::fcntl(end, F_SETFD, FD_CLOEXEC);
        if (!open(port)) {
            std::string const why = std::strerror(errno);
            ::close(wake_[0]);
            ::close(wake_[1]);
            throw SandboxError("sandbox: cannot listen on " + interface_.name() + ":" + std::to_string(port) + ": " +
                               why);
        }
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        ::getsockname(acceptor_, reinterpret_cast<sockaddr*>(&bound), &size);
        port_ = ntohs(bound.sin_port);
    }

    ~Listener() { stop(); }

    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;

    std::uint16_t port() const { return port_; }
    /// "http://127.0.0.1:40123/"
    std::string url(char const* scheme) const {
        return std::string(scheme) + "://" + interface_.name() + ":" + std::to_string(port_) + "/";
    }

    /// Begins to accept; connections that came before have waited.
    void start(std::function<void(Connection&)> serve) {
        serve_ = std::move(serve);
        thread_ = std::thread([this] { run(); });
    }

    /// Ends all connections and joins all threads.
    void stop() {
        {
            std::lock_guard lock(mutex_);
            if (stopping_) return;
            stopping_ = true;
            for (auto& one : connections_) shut(*one);
        }
        ping();
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
        for (auto& one : connections_)
            if (one->thread.joinable()) one->thread.join();
        connections_.clear();
        shut_port();
        ::close(wake_[0]);
        ::close(wake_[1]);
    }

    /// Accepts nothing for a while; returns when the port is closed.
    void refuse(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        if (stopping_) return;
        refuse_until_ = std::chrono::steady_clock::now() + time;
        closed_ = false;
        ping();
        changed_.wait(lock, [&] { return closed_ || stopping_; });
    }

    /// Ends the connections that wait for a request, and the busy ones after their answer.
    void drop_idle(Connection const* except) {
        std::lock_guard lock(mutex_);
        for (auto& one : connections_) {
            if (one.get() == except) continue;
            one->leave = true;
            if (one->idle) shut(*one);
        }
    }

private:
    bool open(std::uint16_t port) {
        acceptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
        if (acceptor_ < 0) return false;
        ::fcntl(acceptor_, F_SETFD, FD_CLOEXEC);
        ::fcntl(acceptor_, F_SETFL, O_NONBLOCK);
        int const on = 1;
        ::setsockopt(acceptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        where.sin_addr.s_addr = htonl(interface_.host.empty() ? INADDR_LOOPBACK : INADDR_ANY);
        if (::bind(acceptor_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0 && ::listen(acceptor_, 1024) == 0)
            return true;
        int const why = errno;
        shut_port();
        errno = why;
        return false;
    }

    void shut_port() {
        if (acceptor_ >= 0) ::close(acceptor_);
        acceptor_ = -1;
    }

    void ping() { [[maybe_unused]] auto const written = ::write(wake_[1], "x", 1); }

    /// Ends a connection from another thread; its own thread closes the socket. Under the lock.
    static void shut(Connection& connection) {
        if (!connection.finished) ::shutdown(connection.socket, SHUT_RDWR);
    }

    void run() {
        while (true) {
            std::chrono::steady_clock::time_point refuse_until;
            {
                std::lock_guard lock(mutex_);
                if (stopping_) break;
                refuse_until = refuse_until_;
            }
            auto const now = std::chrono::steady_clock::now();
            int timeout = -1;
            if (refuse_until > now) {
                shut_port();
                std::lock_guard lock(mutex_);
                closed_ = true;
                changed_.notify_all();
                timeout = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(refuse_until - now).count());
            } else if (acceptor_ < 0 && !open(port_)) {
                timeout = 5;
            }
            pollfd watched[2] = {{wake_[0], POLLIN, 0}, {acceptor_, POLLIN, 0}};
            ::poll(watched, 2, timeout);
            if ((watched[0].revents & POLLIN) != 0) {
                char drained[16];
                [[maybe_unused]] auto const got = ::read(wake_[0], drained, sizeof drained);
            }
            if ((watched[1].revents & POLLIN) != 0) take();
        }
    }

    void take() {
        int const socket = ::accept(acceptor_, nullptr, nullptr);
        reap();
        if (socket < 0) return;
        if (!interface_.any_user && ::globus::detail::is_of_another_user(socket)) {
            ::close(socket);
            return;
        }
        ::fcntl(socket, F_SETFD, FD_CLOEXEC);
        int const on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        std::lock_guard lock(mutex_);
        if (stopping_) {
            ::close(socket);
            return;
        }
        auto& made = *connections_.emplace_back(std::make_unique<Connection>(socket, ++accepted_));
        try {
            made.thread = std::thread([this, &made] {
                // OpenSSL writes without MSG_NOSIGNAL; in this thread of ours SIGPIPE says nothing new.
                sigset_t pipe_signal;
                sigemptyset(&pipe_signal);
                sigaddset(&pipe_signal, SIGPIPE);
                pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
                try {
                    serve_(made);
                } catch (std::exception const&) {
                    // The connection ends; a request that cannot be served must not end the sandbox.
                }
                std::lock_guard inner(mutex_);
                made.finished = true;
                ::close(made.socket);
            });
        } catch (std::system_error const&) {
            ::close(socket);
            connections_.pop_back();
        }
    }

    void reap() {
        std::list<std::unique_ptr<Connection>> over;
        {
            std::lock_guard lock(mutex_);
            for (auto it = connections_.begin(); it != connections_.end();) {
                auto const next = std::next(it);
                if ((*it)->finished) over.splice(over.end(), connections_, it);
                it = next;
            }
        }
        for (auto& one : over) one->thread.join();
    }

    std::function<void(Connection&)> serve_;
    Interface interface_;
    int acceptor_ = -1;  ///< -1 while connections are refused
    std::uint16_t port_ = 0;
    int wake_[2] = {-1, -1};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<std::unique_ptr<Connection>> connections_;
    std::uint64_t accepted_ = 0;
    bool stopping_ = false;
    bool closed_ = false;
    std::chrono::steady_clock::time_point refuse_until_{};
    std::thread thread_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_LISTENER_IPP
// Writing an answer, changed as a fault wants it.
#ifndef GLOBUS_SANDBOX_IMPL_NET_WRITER_IPP
#define GLOBUS_SANDBOX_IMPL_NET_WRITER_IPP

// Requests taken apart, and the heads of answers.
#ifndef GLOBUS_SANDBOX_IMPL_NET_MESSAGES_IPP
#define GLOBUS_SANDBOX_IMPL_NET_MESSAGES_IPP

// Which request is which operation.
#ifndef GLOBUS_SANDBOX_IMPL_ROUTES_IPP
#define GLOBUS_SANDBOX_IMPL_ROUTES_IPP

// Which request is which operation of Auth.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_ROUTES_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_ROUTES_IPP

// What developers keep: projects, policies, clients, credentials, scopes.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_DEVELOPER_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_DEVELOPER_IPP

// Who is meant by a principal: identities, groups, everybody; and who may do what at a collection.
#ifndef GLOBUS_SANDBOX_IMPL_ACCESS_IPP
#define GLOBUS_SANDBOX_IMPL_ACCESS_IPP

// The files of a collection: paths that cannot leave its directory, listings, filters.
#ifndef GLOBUS_SANDBOX_IMPL_FILES_IPP
#define GLOBUS_SANDBOX_IMPL_FILES_IPP

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

namespace globus::sandbox::detail {

namespace fs = std::filesystem;

/// A path of a collection, and the file of this machine behind it.
struct Place {
    std::string path;     ///< absolute in the collection, without a slash at the end
    fs::path file;        ///< where it is
    bool allowed = true;  ///< false when a symbolic link leads out of the collection
};

/// Where a path leads when all symbolic links are followed, also those whose target is not there: what is written there
/// would be made where they lead. Nothing for links in a circle.
inline std::optional<fs::path> real_path(fs::path const& path) {
    std::vector<fs::path> left(path.begin(), path.end());
    std::reverse(left.begin(), left.end());
    fs::path real;
    for (int links = 0; !left.empty();) {
        fs::path const part = left.back();
        left.pop_back();
        if (part.empty() || part == ".") continue;
        if (part == "..") {
            real = real.parent_path();
            continue;
        }
        std::error_code error;
        fs::path const next = real / part;
        if (!fs::is_symlink(fs::symlink_status(next, error))) {
            real = next;
            continue;
        }
        fs::path const target = fs::read_symlink(next, error);
        if (error || ++links > 40) return std::nullopt;  // 40: the kernel's own limit
        if (target.is_absolute()) real.clear();
        left.insert(left.end(), std::make_reverse_iterator(target.end()), std::make_reverse_iterator(target.begin()));
    }
    return real;
}

inline bool lies_within(fs::path const& root, fs::path const& file) {
    auto const end = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
    return end.first == root.end();
}

/// The names of a path. [guess] `/~/` is the collection's top directory, and `..` stops there.
inline std::vector<std::string> path_parts(std::string_view path) {
    std::vector<std::string> parts;
    bool first = true;
    for (auto const& part : split(path, '/')) {
        if (part.empty() || part == "." || (first && part == "~")) {
            if (!part.empty()) first = false;
            continue;
        }
        first = false;
        if (part != "..")
            parts.push_back(part);
        else if (!parts.empty())
            parts.pop_back();
    }
    return parts;
}

/// A path as it is compared with others: without `.`, `..` and a slash at the end.
inline std::string normal_path(std::string_view path) {
    std::string out;
    for (auto const& part : path_parts(path)) out += "/" + part;
    return out;
}

inline Place find_place(fs::path const& directory, std::string_view path) {
    auto const parts = path_parts(path);
    Place place;
    std::error_code error;
    fs::path const root = fs::canonical(directory, error);
    place.file = root;
    for (auto const& part : parts) {
        place.path += "/" + part;
        place.file /= part;
    }
    if (place.path.empty()) place.path = "/";
    if (error || path.find('\0') != std::string_view::npos) {
        place.allowed = false;
        return place;
    }
    auto const real = real_path(place.file);
    place.allowed = real && lies_within(root, *real);
    return place;
}

/// [recorded] the members of a file in listings and in stat
inline std::optional<json::object> describe_file(fs::path const& file, std::string const& name, fs::path const& root) {
    struct ::stat link {};
    if (::lstat(file.c_str(), &link) != 0) return std::nullopt;
    struct ::stat info = link;
    bool const is_link = S_ISLNK(link.st_mode);
    std::string type;
    if (is_link) {
        auto const real = real_path(file);
        if (!real || !lies_within(root, *real) || ::stat(file.c_str(), &info) != 0) type = "invalid_symlink";
    }
    if (type.empty()) type = S_ISDIR(info.st_mode) ? "dir" : S_ISREG(info.st_mode) ? "file" : "other";
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode & 07777));
    json::object out{{"DATA_TYPE", "file"},
                     {"name", name},
                     {"type", type},
                     {"size", static_cast<std::int64_t>(info.st_size)},
                     {"last_modified", file_time(static_cast<Millis>(info.st_mtime) * 1000)},
                     {"permissions", mode},
                     {"user", "sandbox"},
                     {"group", "sandbox"},
                     {"link_target", nullptr},
                     {"link_last_modified", nullptr},
                     {"link_size", nullptr},
                     {"link_user", nullptr},
                     {"link_group", nullptr}};
    if (is_link) {
        std::error_code error;
        out["link_target"] = fs::read_symlink(file, error).string();
        out["link_last_modified"] = file_time(static_cast<Millis>(link.st_mtime) * 1000);
        out["link_size"] = static_cast<std::int64_t>(link.st_size);
        out["link_user"] = "sandbox";
        out["link_group"] = "sandbox";
    }
    return out;
}

// Filters and orders --------------------------------------------------------------------------------------------------

inline std::string field_text(json::object const& item, std::string_view field) {
    auto const* value = item.if_contains(field);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? to_string(value->get_string()) : json::serialize(*value);
}

inline bool is_time_field(std::string_view field) { return field == "last_modified" || field.ends_with("_time"); }

/// Negative, zero or positive, as numbers where both are.
inline int compare_field(std::string const& a, std::string const& b) {
    auto const left = to_integer(a);
    auto const right = to_integer(b);
    if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
    return a.compare(b);
}

/// One clause, `field:value,value`. [doc] the filters of listings and of the task list
inline bool clause_fits(json::object const& item, std::string const& clause) {
    auto const colon = clause.find(':');
    if (colon == std::string::npos) return glob(clause, field_text(item, "name"));
    std::string const field = clause.substr(0, colon);
    std::string const values = clause.substr(colon + 1);
    std::string const have = field_text(item, field);
    auto const list = split(values, ',');
    if (is_time_field(field) && list.size() == 2) {
        auto const at = parse_time(have);
        auto const from = parse_time(list[0]);
        auto const to = parse_time(list[1]);
        return at && (!from || *at >= *from) && (!to || *at <= *to);
    }
    bool wanted_any = false;
    bool found = false;
    for (std::string value : list) {
        bool negative = false;
        if (!value.empty() && value[0] == '!') {
            negative = true;
            value.erase(0, 1);
        }
        bool fits = false;
        if (!value.empty() && value[0] == '~') {
            fits = glob(lower(value.substr(1)), lower(have));
        } else if (!value.empty() && (value[0] == '<' || value[0] == '>')) {
            bool const or_equal = value.size() > 1 && value[1] == '=';
            int const order = compare_field(have, value.substr(or_equal ? 2 : 1));
            fits = (value[0] == '<' ? order < 0 : order > 0) || (or_equal && order == 0);
        } else {
            if (!value.empty() && value[0] == '=') value.erase(0, 1);
            // [doc] a flag is asked for by 1 or 0, as in is_error:1
            fits = value == have || (value == "1" && have == "true") || (value == "0" && have == "false");
        }
        if (negative) {
            if (fits) return false;
        } else {
            wanted_any = true;
            found = found || fits;
        }
    }
    return !wanted_any || found;
}

/// All `filter` arguments, and all clauses of each (between slashes), must fit.
inline bool filters_fit(json::object const& item, Call const& call) {
    for (auto const& [name, value] : call.query) {
        if (name != "filter" || value.empty()) continue;
        for (auto const& clause : split(value, '/'))
            if (!clause.empty() && !clause_fits(item, clause)) return false;
    }
    return true;
}

inline json::object const& document_of(json::object const& item) { return item; }
inline json::object const& document_of(json::object const* item) { return *item; }

/// `orderby=name ASC,size DESC`; what is equal keeps the order in which it stands, or with DESC the contrary one.
template <class Item>
void sort_items(std::vector<Item>& items, std::string const& orderby) {
    if (orderby.empty()) return;
    std::vector<std::pair<std::string, bool>> keys;
    for (auto const& part : split(orderby, ',')) {
        auto const words = split(trim(part), ' ');
        keys.emplace_back(words[0], words.size() > 1 && same_name(words.back(), "DESC"));
    }
    if (keys.front().second) std::reverse(items.begin(), items.end());
    sort_stably(items, [&](Item const& a, Item const& b) {
        for (auto const& [field, down] : keys) {
            int const order = compare_field(field_text(document_of(a), field), field_text(document_of(b), field));
            if (order != 0) return down ? order > 0 : order < 0;
        }
        return false;
    });
}

/// The part of a list that `offset` and `limit` ask for.
template <class Item>
json::array cut(std::vector<Item> const& items, std::int64_t offset, std::int64_t limit) {
    json::array out;
    for (auto i = std::max<std::int64_t>(0, offset); i < static_cast<std::int64_t>(items.size()) && i - offset < limit;
         ++i)
        out.push_back(document_of(items[static_cast<std::size_t>(i)]));
    return out;
}

inline std::optional<std::string> hash_file(fs::path const& file, EVP_MD const* kind) {
    std::FILE* const opened = std::fopen(file.c_str(), "rbe");
    if (opened == nullptr) return std::nullopt;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), kind, nullptr);
    std::vector<char> buffer(1U << 16);
    while (auto const got = std::fread(buffer.data(), 1, buffer.size(), opened))
        EVP_DigestUpdate(context.get(), buffer.data(), got);
    std::fclose(opened);
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context.get(), out.data(), &size);
    return std::string(reinterpret_cast<char const*>(out.data()), size);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_FILES_IPP

namespace globus::sandbox::detail {

inline json::object const* find_document(Documents const& documents, std::string const& id) {
    return documents.find(id);
}
/// A document, to be changed.
inline json::object* find_document(Documents& documents, std::string const& id) { return documents.find(id); }

/// The documents of a kind; none when there are none.
inline Documents const& documents_of(World const& world, std::string_view kind) {
    static Documents const none;
    auto const found = world.data.documents.find(std::string(kind));
    return found == world.data.documents.end() ? none : found->second;
}

/// The role of an active member of a group; empty for everybody else.
inline std::string group_role(World const& world, std::string const& identity, std::string const& group) {
    auto const* found = find_document(documents_of(world, "groups"), group);
    if (found == nullptr) return {};
    for (auto const& one : found->at("memberships").as_array())
        if (text_of(one, "identity_id") == identity && text_of(one, "status") == "active") return text_of(one, "role");
    return {};
}

inline std::string identity_urn(std::string const& identity) { return "urn:globus:auth:identity:" + identity; }

/// Whether a principal is somebody, has him as a member, or is everybody. [doc] the forms that Search and Flows take
inline bool is_principal(World const& world, std::string const& identity, std::string_view principal) {
    static constexpr std::string_view group = "urn:globus:groups:id:";
    if (principal == "public") return true;
    if (identity.empty()) return false;
    if (principal == "all_authenticated_users" || principal == identity_urn(identity)) return true;
    return principal.starts_with(group) &&
           !group_role(world, identity, std::string(principal.substr(group.size()))).empty();
}

/// Whether somebody is among the principals of a list that a document has.
inline bool is_among(World const& world, std::string const& identity, json::object const& document,
                     std::string_view name) {
    auto const* list = document.if_contains(name);
    if (list == nullptr) return false;
    if (list->is_string()) return is_principal(world, identity, list->get_string());
    if (!list->is_array()) return false;
    for (auto const& one : list->get_array())
        if (one.is_string() && is_principal(world, identity, one.get_string())) return true;
    return false;
}

/// The subscription that the sandbox has: always the same of a session, whatever else it does.
inline std::string own_subscription(World const& world) { return Random(world.options.seed ^ 0x5ab5c41b).uuid(); }

/// Whether somebody was named when the sandbox was started: its applications and its first user may do everything with
/// what it was started with. [guess] a service account of the sandbox needs no roles
inline bool is_configured(World const& world, std::string const& identity) {
    if (world.options.users.front().id == identity) return true;
    for (auto const& app : world.options.apps)
        if (app.id == identity) return true;
    return false;
}

/// Whether somebody has one of these roles at an endpoint: its owner has all of them. [doc]
inline bool has_role_at(World const& world, Endpoint const& endpoint, std::string const& identity,
                        std::initializer_list<std::string_view> roles) {
    if (endpoint.owner == identity || (endpoint.open && is_configured(world, identity))) return true;
    for (auto const& role : endpoint.roles) {
        std::string const principal = text_of(role, "principal");
        bool const mine = text_of(role, "principal_type") == "group" ? !group_role(world, identity, principal).empty()
                                                                     : principal == identity;
        if (mine && std::find(roles.begin(), roles.end(), text_of(role, "role")) != roles.end()) return true;
    }
    return false;
}

/// What somebody may do with a path.
enum class Access { none, read, write };

/// Whether a rule is for somebody, and still holds. [doc] everybody is "anonymous", with a token or without one
inline bool rule_is_for(World const& world, json::object const& rule, std::string const& identity) {
    if (auto const end = parse_time(text_of(rule, "expiration_date")); end && *end <= world.now_locked()) return false;
    std::string const type = text_of(rule, "principal_type");
    if (type == "anonymous") return true;
    if (identity.empty()) return false;
    if (type == "all_authenticated_users") return true;
    std::string const principal = text_of(rule, "principal");
    return type == "group" ? !group_role(world, identity, principal).empty() : principal == identity;
}

/// What the access rules of a collection give somebody, or nobody in particular, for a path. [doc] a rule is for what is
/// below its path
inline Access access_to(World const& world, Endpoint const& endpoint, std::string const& identity,
                        std::string_view path) {
    // [guess] a mapped collection lets everybody in: each identity has an account there
    if (!identity.empty() && (endpoint.open || endpoint.kind == "GCSv5_mapped_collection" ||
                              has_role_at(world, endpoint, identity, {"administrator"})))
        return Access::write;
    Access best = Access::none;
    std::string const wanted = normal_path(path) + "/";
    for (auto const& rule : endpoint.rules) {
        std::string const top = normal_path(text_of(rule, "path")) + "/";
        if (!wanted.starts_with(top) || !rule_is_for(world, rule, identity)) continue;
        best = std::max(best, text_of(rule, "permissions") == "rw" ? Access::write : Access::read);
    }
    return best;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_ACCESS_IPP
// The token endpoint, and what is asked about tokens.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_GRANTS_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_GRANTS_IPP

// Sessions: how and when somebody logged in, and whether that is enough for a policy.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_ASSURANCE_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_ASSURANCE_IPP

// Who is asking: bearer tokens and the credentials of applications.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_CALLERS_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_CALLERS_IPP

// Keys and id tokens.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_KEYS_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_KEYS_IPP

// Scopes. Written apart from the SDK's own on purpose: an error of ours there would be mirrored here.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_SCOPES_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_SCOPES_IPP

// What the rules do to the bytes of an answer, and the shapes of errors.
#ifndef GLOBUS_SANDBOX_IMPL_FAULTS_ANSWERS_IPP
#define GLOBUS_SANDBOX_IMPL_FAULTS_ANSWERS_IPP

// The fault rules: reading them, and deciding which one fires.
#ifndef GLOBUS_SANDBOX_IMPL_FAULTS_RULES_IPP
#define GLOBUS_SANDBOX_IMPL_FAULTS_RULES_IPP

#include <algorithm>
#include <iterator>

namespace globus::sandbox::detail {

inline std::optional<Phase> phase_named(std::string_view name) {
    static constexpr std::pair<std::string_view, Phase> all[] = {
        {"accept", Phase::accept},
        {"before_request", Phase::before_request},
        {"after_headers", Phase::after_headers},
        {"after_body", Phase::after_body},
        {"before_commit", Phase::before_commit},
        {"after_commit", Phase::after_commit},
        {"in_body", Phase::in_body},
    };
    for (auto const& [text, phase] : all)
        if (text == name) return phase;
    return std::nullopt;
}

/// The phase of a rule that names none.
inline Phase usual_phase(std::string_view action) {
    if (action == "reset" || action == "close") return Phase::after_body;
    for (auto const* other : {"dribble", "truncate", "corrupt", "json", "framing", "headers", "informational", "tls"})
        if (action == other) return Phase::in_body;
    return Phase::before_commit;
}

/// Whether the action changes the answer that is under way, rather than taking its place.
inline bool edits_answer(std::string_view action) { return usual_phase(action) == Phase::in_body; }

inline bool one_of_text(json::value const& wanted, auto const& fits) {
    if (wanted.is_string()) return fits(to_string(wanted.get_string()));
    if (auto const* list = wanted.if_array())
        for (auto const& one : *list)
            if (one.is_string() && fits(to_string(one.get_string()))) return true;
    return false;
}

/// The actions, and the members that each may have.
inline std::map<std::string, std::set<std::string_view>> const& actions() {
    static std::map<std::string, std::set<std::string_view>> const all{
        {"pass", {}},
        {"status", {"code", "body", "problem", "html", "headers", "retry_after", "expire_token"}},
        {"reset", {"after_bytes"}},
        {"close", {"after_bytes"}},
        {"stall", {"ms", "after_bytes"}},
        {"dribble", {"bytes_per_s", "head"}},
        {"truncate", {"after_bytes", "keep_length"}},
        {"corrupt", {"kind"}},
        {"json", {"depth", "size", "duplicate_keys", "big_numbers", "missing", "wrong_type"}},
        {"framing", {"bad_chunk", "length", "no_headers_end"}},
        {"headers", {"flood_bytes", "duplicate", "crlf", "nul", "set"}},
        {"informational", {"count", "code"}},
        {"gzip_bomb", {"size", "ratio"}},
        {"redirect", {"code", "location"}},
        {"refuse", {"ms"}},
        {"drop_idle", {}},
        {"tls", {"handshake_stall", "alert", "close_no_notify"}},
    };
    return all;
}

/// Whether some request may bear this name, with or without its service before it.
bool operation_exists(std::string_view name);

inline void check_action(json::value const& action, bool tls) {
    auto const type = text_of(action, "type");
    if (type == "tls" && !tls) throw SandboxError("fault rule: `tls` needs a session that speaks TLS");
    auto const known = actions().find(type);
    if (known == actions().end()) throw SandboxError("fault rule: unknown action type \"" + type + "\"");
    for (auto const& item : action.as_object())
        if (item.key() != "type" && !known->second.contains(std::string_view(item.key())))
            throw SandboxError("fault rule: `" + type + "` has no member \"" + std::string(item.key()) + "\"");
    if (type == "corrupt") {
        static std::set<std::string> const kinds{"flip", "utf8", "nul", "html", "json_garbage"};
        if (!kinds.contains(text_of(action, "kind", "flip")))
            throw SandboxError("fault rule: `corrupt` has no kind \"" + text_of(action, "kind") + "\"");
    }
    if (type == "status" && number_of(action, "code", 0) < 100)
        throw SandboxError("fault rule: `status` needs a `code`");
    if (type == "redirect" && text_of(action, "location").empty() && member(action, "location") == nullptr)
        throw SandboxError("fault rule: `redirect` needs a `location`");
}

/// The members of `match` must be such that something can fit them.
inline void check_match(json::object const& match) {
    static std::set<std::string> const services{"auth",    "transfer", "groups", "search",  "flows",  "timers",
                                                "compute", "gcs",      "data",   "sandbox", "unknown"};
    auto const each = [&](char const* field, auto const& good) {
        auto const* value = match.if_contains(field);
        if (value == nullptr) return;
        bool const texts = value->is_string() || value->is_array();
        if (!texts) throw SandboxError("fault rule: `" + std::string(field) + "` is a text or a list of texts");
        (void)one_of_text(*value, [&](std::string const& text) {
            if (!good(text)) throw SandboxError("fault rule: unknown " + std::string(field) + " \"" + text + "\"");
            return false;
        });
    };
    each("operation", [](std::string const& text) { return operation_exists(text); });
    each("service", [&](std::string const& text) { return services.contains(text); });
    each("connection", [](std::string const& text) { return text == "reused" || text == "fresh"; });
    auto const number = [](json::value const& value) { return number_of(value).value_or(0) >= 1; };
    for (auto const* field : {"nth", "every"}) {
        auto const* value = match.if_contains(field);
        if (value == nullptr) continue;
        auto const* list = value->if_array();
        bool const good = list != nullptr && std::string_view(field) == "nth"
                              ? std::all_of(list->begin(), list->end(), number)
                              : number(*value);
        if (!good) throw SandboxError("fault rule: `" + std::string(field) + "` counts from 1");
    }
    if (auto const* headers = match.if_contains("header"); headers != nullptr && !headers->is_object())
        throw SandboxError("fault rule: `header` is an object of patterns");
}

inline Rule read_rule(json::value const& source, bool tls) {
    if (!source.is_object()) throw SandboxError("fault rule: an object is expected");
    static constexpr std::string_view known[] = {"match", "phase", "times", "probability", "action"};
    for (auto const& item : source.get_object())
        if (std::find(std::begin(known), std::end(known), std::string_view(item.key())) == std::end(known))
            throw SandboxError("fault rule: unknown member \"" + std::string(item.key()) + "\"");
    Rule rule;
    rule.source = source;
    auto const* action = member(source, "action");
    if (action == nullptr || !action->is_object()) throw SandboxError("fault rule: an `action` object is needed");
    if (text_of(*action, "type") == "sequence") {
        auto const* actions = member(*action, "actions");
        if (actions == nullptr || !actions->is_array() || actions->get_array().empty())
            throw SandboxError("fault rule: `sequence` needs an array of `actions`");
        rule.actions = actions->get_array();
    } else {
        rule.actions.push_back(*action);
    }
    for (auto const& one : rule.actions) {
        if (!one.is_object()) throw SandboxError("fault rule: an action must be an object");
        check_action(one, tls);
    }
    if (auto const* match = member(source, "match")) {
        if (!match->is_object()) throw SandboxError("fault rule: `match` must be an object");
        static constexpr std::string_view fields[] = {"service", "operation",        "method",     "path",  "nth",
                                                      "every",   "token_generation", "connection", "header"};
        for (auto const& item : match->get_object())
            if (std::find(std::begin(fields), std::end(fields), std::string_view(item.key())) == std::end(fields))
                throw SandboxError("fault rule: unknown member \"" + std::string(item.key()) + "\" of `match`");
        rule.match = match->get_object();
        check_match(rule.match);
    }
    rule.phase = usual_phase(text_of(rule.actions.front(), "type"));
    if (text_of(rule.actions.front(), "type") == "tls" && !flag_of(rule.actions.front(), "close_no_notify"))
        rule.phase = Phase::accept;
    if (member(source, "phase") != nullptr) {
        auto const phase = phase_named(text_of(source, "phase"));
        if (!phase) throw SandboxError("fault rule: unknown phase \"" + text_of(source, "phase") + "\"");
        rule.phase = *phase;
    }
    if (rule.phase == Phase::accept || rule.phase == Phase::before_request)
        for (auto const* field : {"service", "operation", "method", "path", "token_generation", "header"})
            if (rule.match.contains(field))
                throw SandboxError("fault rule: nothing is known of a request in this phase; `" + std::string(field) +
                                   "` cannot be matched");
    rule.remaining = rule.actions.size();
    if (auto const* times = member(source, "times")) {
        if (times->is_string() && times->get_string() == "always")
            rule.remaining = UINT64_MAX;
        else if (auto const count = number_of(*times); count && *count >= 0)
            rule.remaining = static_cast<std::uint64_t>(*count);
        else
            throw SandboxError("fault rule: `times` is a number or \"always\"");
    } else if (member(source, "probability") != nullptr || rule.match.contains("every") || rule.match.contains("nth")) {
        rule.remaining = UINT64_MAX;
    }
    rule.probability = number_of(source, "probability", 1);
    if (rule.probability < 0 || rule.probability > 1)
        throw SandboxError("fault rule: `probability` is between 0 and 1");
    return rule;
}

inline std::uint64_t World::add_rules_locked(json::value const& rule) {
    json::value const* source = &rule;
    json::value parsed;
    if (rule.is_string()) {
        boost::system::error_code error;
        parsed = json::parse(rule.get_string(), error);
        if (error) throw SandboxError("fault rule: not JSON: " + error.message());
        source = &parsed;
    }
    std::vector<Rule> added;
    if (auto const* list = source->if_array())
        for (auto const& one : *list) added.push_back(read_rule(one, options.tls != Tls::none));
    else
        added.push_back(read_rule(*source, options.tls != Tls::none));
    if (rules.size() >= 10000) std::erase_if(rules, [](Rule const& old) { return old.remaining == 0; });
    auto const first = next_rule;
    for (auto& one : added) {
        one.id = next_rule++;
        rules.push_back(std::move(one));
    }
    return first;
}

inline bool matches(json::object const& match, Sighting const& seen) {
    for (auto const& item : match) {
        std::string_view const name = item.key();
        json::value const& wanted = item.value();
        bool fits = true;
        if (name == "connection")
            fits = one_of_text(wanted, [&](std::string const& kind) { return (kind == "reused") == seen.reused; });
        else if (name == "nth" || name == "every")
            continue;
        else if (seen.call == nullptr)
            fits = false;
        else if (name == "service")
            fits = one_of_text(wanted, [&](std::string const& text) { return text == seen.call->service; });
        else if (name == "operation")
            fits = one_of_text(wanted, [&](std::string const& text) {
                return text == seen.call->operation || text == seen.call->family ||
                       text == seen.call->service + "." + seen.call->operation;
            });
        else if (name == "method")
            fits = one_of_text(wanted, [&](std::string const& text) { return text == seen.call->method; });
        else if (name == "path")
            fits = one_of_text(wanted, [&](std::string const& text) { return glob(text, seen.call->path); });
        else if (name == "token_generation")
            fits = number_of(wanted) == static_cast<double>(seen.generation);
        else if (name == "header" && wanted.is_object())
            for (auto const& header : wanted.get_object())
                fits = fits && header.value().is_string() &&
                       glob(std::string_view(header.value().get_string()), seen.call->header(header.key()));
        if (!fits) return false;
    }
    return true;
}

inline std::optional<Firing> World::fire_locked(Phase phase, Sighting const& sighting) {
    std::optional<Firing> found;
    for (auto& rule : rules) {
        if (rule.phase != phase || rule.remaining == 0 || !matches(rule.match, sighting)) continue;
        ++rule.seen;
        if (found) continue;
        if (auto const* nth = rule.match.if_contains("nth")) {
            bool listed = false;
            if (auto const* list = nth->if_array())
                for (auto const& one : *list) listed = listed || number_of(one) == static_cast<double>(rule.seen);
            else
                listed = number_of(*nth) == static_cast<double>(rule.seen);
            if (!listed) continue;
        }
        if (auto const every = number_of(rule.match, "every", 0); every >= 1)
            if (rule.seen % static_cast<std::uint64_t>(every) != 0) continue;
        if (rule.probability < 1 && fault_random.fraction() >= rule.probability) continue;
        json::value const& action = rule.actions[static_cast<std::size_t>(rule.fired % rule.actions.size())];
        ++rule.fired;
        if (rule.remaining != UINT64_MAX) --rule.remaining;
        if (text_of(action, "type") == "pass") continue;
        found = Firing{rule.id, action.as_object()};
    }
    return found;
}

inline json::array describe_rules(std::vector<Rule> const& rules) {
    json::array out;
    for (auto const& rule : rules) {
        json::object one{{"rule_id", rule.id}, {"fired", rule.fired}, {"seen", rule.seen}, {"rule", rule.source}};
        if (rule.remaining == UINT64_MAX)
            one["remaining"] = "always";
        else
            one["remaining"] = rule.remaining;
        out.push_back(std::move(one));
    }
    return out;
}

/// Rules that go by a name. "rotate_keys" is no rule but something to do at once.
inline std::map<std::string, std::string> const& scenarios() {
    static std::map<std::string, std::string> const all{
        {"flaky_1pct",
         R"([{"match": {}, "phase": "after_body", "probability": 0.005, "action": {"type": "reset"}},
             {"match": {}, "probability": 0.005, "action": {"type": "status", "code": 503}}])"},
        {"auth_down",
         R"({"match": {"service": "auth"}, "times": "always", "action": {"type": "status", "code": 503}})"},
        {"token_expires_mid_paging",
         R"({"match": {"operation": ["task_list", "endpoint_search", "task_event_list", "task_successful_transfers",
                                     "task_skipped_errors", "get_shared_endpoint_list", "endpoint_manager_task_list",
                                     "search", "post_search", "scroll", "list_flows", "list_runs", "get_run_logs",
                                     "list_registered_apis", "list_web_inputs", "get_collection_list",
                                     "get_storage_gateway_list", "get_role_list", "get_user_credential_list"],
                       "nth": 3},
             "times": 1, "action": {"type": "status", "code": 401, "expire_token": true}})"},
        {"rate_limited",
         R"({"match": {"service": ["transfer", "groups", "search", "flows", "timers", "compute"]}, "times": 3,
             "action": {"type": "status", "code": 429, "retry_after": {"seconds": 1}}})"},
        {"lost_submit_reply",
         R"({"match": {"operation": ["submit_transfer", "submit_delete"]}, "phase": "after_commit", "times": 1,
             "action": {"type": "reset"}})"},
        {"slow_search",
         R"({"match": {"service": "search"}, "times": "always", "action": {"type": "stall", "ms": 2000}})"},
        {"key_rotation", ""},
        {"rolling_restart",
         R"([{"match": {"every": 100}, "action": {"type": "refuse", "ms": 200}},
             {"match": {"connection": "reused", "every": 20}, "phase": "after_body", "action": {"type": "close"}},
             {"match": {"every": 50}, "action": {"type": "status", "code": 503, "retry_after": {"seconds": 1}}}])"},
    };
    return all;
}

inline std::string reason_of(int status) {
    static std::map<int, char const*> const all{{100, "Continue"},
                                                {102, "Processing"},
                                                {103, "Early Hints"},
                                                {200, "OK"},
                                                {201, "Created"},
                                                {202, "Accepted"},
                                                {204, "No Content"},
                                                {206, "Partial Content"},
                                                {301, "Moved Permanently"},
                                                {302, "Found"},
                                                {303, "See Other"},
                                                {304, "Not Modified"},
                                                {307, "Temporary Redirect"},
                                                {308, "Permanent Redirect"},
                                                {400, "Bad Request"},
                                                {401, "Unauthorized"},
                                                {403, "Forbidden"},
                                                {404, "Not Found"},
                                                {405, "Method Not Allowed"},
                                                {408, "Request Timeout"},
                                                {409, "Conflict"},
                                                {413, "Content Too Large"},
                                                {416, "Range Not Satisfiable"},
                                                {417, "Expectation Failed"},
                                                {422, "Unprocessable Content"},
                                                {429, "Too Many Requests"},
                                                {500, "Internal Server Error"},
                                                {501, "Not Supported"},
                                                {502, "Bad Gateway"},
                                                {503, "Service Unavailable"},
                                                {504, "Gateway Timeout"}};
    auto const found = all.find(status);
    return found != all.end() ? found->second : "Status";
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_FAULTS_RULES_IPP

namespace globus::sandbox::detail {

/// The error document of a service. [recorded] shapes; the texts are ours.
inline Reply error_reply(std::string_view service, int status, std::string const& code, std::string const& message,
                         std::string const& request_id, std::string const& resource) {
    json::object document;
    if (service == "auth") {
        document = {{"errors", json::array{json::object{{"status", std::to_string(status)},
                                                        {"id", request_id},
                                                        {"code", code},
                                                        {"detail", message},
                                                        {"title", reason_of(status)}}}},
                    {"error_description", reason_of(status)},
                    {"error", lower(code)}};
    } else if (service == "groups") {
        document = {{"data", nullptr}, {"errors", json::array{json::object{{"code", code}, {"detail", message}}}}};
    } else if (service == "search") {
        document = {{"@datatype", "GError"}, {"@version", "2017-09-01"}, {"status", status},
                    {"code", code},          {"message", message},       {"request_id", request_id}};
    } else if (service == "flows") {
        document = {{"error", json::object{{"code", code}, {"detail", message}}}, {"debug_id", request_id}};
    } else if (service == "timers") {
        document = {{"error", json::object{{"status", status}, {"code", code}, {"detail", message}}}};
    } else if (service == "gcs") {
        document = {{"DATA_TYPE", "result#1.0.0"},  {"code", code},       {"detail", nullptr},
                    {"http_response_code", status}, {"message", message}, {"data", json::array{}},
                    {"has_next_page", false},       {"marker", ""}};
    } else if (service == "compute") {
        document = {{"code", status}, {"reason", message}, {"status", "Failed"}};
    } else {
        document = {{"code", code}, {"message", message}, {"request_id", request_id}, {"resource", resource}};
    }
    Reply reply = Reply::of(status, document);
    reply.committed = false;
    return reply;
}

inline Reply status_reply(Firing const& firing, Call const& call, std::string const& request_id) {
    int const code = static_cast<int>(number_of(firing.action, "code", 500));
    static std::map<int, std::string> const names{
        {401, "AuthenticationFailed"}, {403, "PermissionDenied"}, {404, "NotFound"},
        {429, "TooManyRequests"},      {500, "InternalError"},    {503, "ServiceUnavailable"}};
    auto const named = names.find(code);
    Reply reply = error_reply(call.service, code, named == names.end() ? "Error" : named->second,
                              "The sandbox was told to answer this", request_id, call.path);
    if (flag_of(firing.action, "html")) {
        reply.content_type = "text/html";
        reply.body = "<html><head><title>" + std::to_string(code) + " " + reason_of(code) +
                     "</title></head><body><h1>" + reason_of(code) + "</h1></body></html>\n";
    } else if (auto const* body = member(firing.action, "body")) {
        reply.body = body->is_string() ? to_string(body->get_string()) : json::serialize(*body);
    } else if (auto const* problem = member(firing.action, "problem")) {
        reply.content_type = "application/problem+json";
        reply.body = json::serialize(*problem);
    }
    if (auto const* headers = member(firing.action, "headers"); headers != nullptr && headers->is_object())
        for (auto const& header : headers->get_object())
            if (header.value().is_string()) {
                auto const value = to_string(header.value().get_string());
                if (same_name(header.key(), "Content-Type"))
                    reply.content_type = value;
                else
                    reply.headers.emplace_back(header.key(), value);
            }
    if (auto const* after = member(firing.action, "retry_after")) {
        std::string value;
        if (auto const* raw = member(*after, "raw"))
            value = raw->is_string() ? to_string(raw->get_string()) : json::serialize(*raw);
        else if (auto const* date = member(*after, "http_date"))
            value = date->is_string()
                        ? to_string(date->get_string())
                        : http_time(wall_clock() + static_cast<Millis>(number_of(*date).value_or(1) * 1000));
        else
            value =
                std::to_string(static_cast<std::int64_t>(number_of(*after, "seconds", number_of(*after).value_or(1))));
        reply.headers.emplace_back("Retry-After", value);
    }
    return reply;
}

inline void append_bits(std::string& out, std::uint32_t& held, int& count, std::uint32_t bits, int width) {
    held |= bits << count;
    count += width;
    while (count >= 8) {
        out += static_cast<char>(held & 255);
        held >>= 8;
        count -= 8;
    }
}

/// A gzip file of about `size` zero bytes, `ratio` times smaller: at most 1032 times (RFC 1951, RFC 1952).
inline std::string gzip_of_zeros(std::uint64_t size, double ratio) {
    std::uint64_t const runs = size / 258 + 1;
    std::string const begin("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
    std::string out;
    std::uint32_t held = 0;
    int count = 0;
    auto const put = [&](std::uint32_t bits, int width) { append_bits(out, held, count, bits, width); };
    put(1, 1);   // the last block
    put(2, 2);   // with codes of its own
    put(29, 5);  // for 286 literals and lengths
    put(0, 5);   // one distance
    put(14, 4);  // and 18 lengths of codes: 18 takes one bit, 2 and 1 take two
    for (std::uint32_t const width : {0U, 0U, 1U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 2U, 0U, 2U})
        put(width, 3);
    put(3, 2);  // the literal 0 takes two bits
    put(0, 1);
    put(127, 7);  // 138 others none
    put(0, 1);
    put(106, 7);  // 117 others none
    put(3, 2);    // the end of the block two
    put(0, 1);
    put(17, 7);                                          // 28 lengths none
    put(1, 2);                                           // the length 258 one
    put(1, 2);                                           // the distance 1 one
    put(1, 2);                                           // literal 0
    for (std::uint64_t i = 0; i < runs; ++i) put(0, 2);  // 258 bytes like it
    put(3, 2);                                           // the end of the block
    put(0, 7);                                           // fill up
    // Empty stored blocks make it as large as the ratio wants it.
    auto const wanted = static_cast<double>(size) / std::max(1.0, ratio) - static_cast<double>(out.size()) - 18;
    std::string padding;
    for (double left = wanted; left >= 5; left -= 5) padding += std::string("\x00\x00\x00\xff\xff", 5);
    out = begin + padding + out;
    // The checksum of n zero bytes: the operator of one byte, to the power of n.
    std::uint64_t const length = runs * 258 + 1;
    using Matrix = std::array<std::uint32_t, 32>;
    auto const times = [](Matrix const& matrix, std::uint32_t vector) {
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < 32; ++i)
            if ((vector >> i) & 1) sum ^= matrix[i];
        return sum;
    };
    Matrix power{};
    for (std::uint32_t i = 0; i < 32; ++i) {
        std::uint32_t state = 1U << i;
        for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) != 0 ? 0xedb88320U : 0U);
        power[i] = state;
    }
    std::uint32_t checksum = 0xffffffffU;
    for (std::uint64_t left = length; left != 0; left >>= 1) {
        if ((left & 1) != 0) checksum = times(power, checksum);
        Matrix square{};
        for (std::size_t i = 0; i < 32; ++i) square[i] = times(power, power[i]);
        power = square;
    }
    checksum = ~checksum;
    for (int i = 0; i < 4; ++i) out += static_cast<char>((checksum >> (8 * i)) & 255);
    for (int i = 0; i < 4; ++i) out += static_cast<char>((length >> (8 * i)) & 255);
    return out;
}

/// `corrupt`
inline void corrupt_body(Reply& reply, std::string const& kind) {
    if (kind == "utf8") {
        auto const quote = reply.body.find('"');
        reply.body.insert(quote == std::string::npos ? reply.body.size() : quote + 1, "\xc3\x28\xff");
    } else if (kind == "nul") {
        reply.body.insert(reply.body.size() / 2, 1, '\0');
    } else if (kind == "html") {
        reply.body = "<html><body>Service</body></html>";
    } else if (kind == "json_garbage") {
        reply.body = "{\"code\": tru]}," + reply.body;
    } else if (!reply.body.empty()) {
        for (auto const at : {reply.body.size() / 3, reply.body.size() / 2, reply.body.size() - 1})
            reply.body[at] = static_cast<char>(reply.body[at] ^ 0x15);
    }
}

/// What is put into a body when it is written, so that a large one needs no memory.
struct Filler {
    std::size_t at = 0;
    std::size_t size = 0;
};

/// `json`
inline Filler edit_json(Reply& reply, json::object const& action) {
    if (auto const depth = number_of(action, "depth", 0); depth >= 1) {
        auto const levels = static_cast<std::size_t>(depth);
        reply.body = std::string(levels, '[') + std::string(levels, ']');
        return {};
    }
    boost::system::error_code error;
    json::value document = json::parse(reply.body, error);
    if (error) return {};
    auto edit = [&](json::object& object) {
        if (auto const* missing = action.if_contains("missing"); missing != nullptr && missing->is_array())
            for (auto const& key : missing->get_array())
                if (key.is_string()) object.erase(key.get_string());
        if (auto const* wrong = action.if_contains("wrong_type"); wrong != nullptr && wrong->is_object())
            for (auto const& item : wrong->get_object()) object[item.key()] = item.value();
    };
    if (auto* object = document.if_object()) edit(*object);
    if (auto* list = document.if_array())
        for (auto& one : *list)
            if (auto* object = one.if_object()) edit(*object);
    reply.body = json::serialize(document);
    auto const insert = [&](std::string const& members) {
        if (auto const brace = reply.body.find('{'); brace != std::string::npos) {
            bool const empty = document.is_object() && document.get_object().empty();
            reply.body.insert(brace + 1, members + (empty ? "" : ","));
        }
    };
    if (flag_of(action, "duplicate_keys") && document.is_object() && !document.get_object().empty())
        insert(json::serialize(json::value(document.get_object().begin()->key())) + ":\"sandbox duplicate\"");
    if (flag_of(action, "big_numbers")) insert("\"sandbox_big\":18446744073709551616,\"sandbox_huge\":1e400");
    Filler filler;
    if (auto const size = number_of(action, "size", 0); size > static_cast<double>(reply.body.size())) {
        filler.size = static_cast<std::size_t>(size) - reply.body.size();
        insert("\"sandbox_filler\":\"\"");
        if (auto const name = reply.body.find("sandbox_filler"); name != std::string::npos)
            filler.at = name + 17;
        else
            filler.size = 0;
    }
    return filler;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_FAULTS_ANSWERS_IPP

namespace globus::sandbox::detail {

/// Splits at the blanks outside of brackets; nothing when the brackets do not match.
inline std::optional<std::vector<std::string>> split_scopes(std::string_view text) {
    std::vector<std::string> out;
    std::string current;
    int depth = 0;
    for (char const c : text) {
        if (c == '[') ++depth;
        if (c == ']' && --depth < 0) return std::nullopt;
        if (c == ' ' && depth == 0) {
            if (!current.empty()) out.push_back(std::exchange(current, {}));
        } else {
            current += c;
        }
    }
    if (depth != 0) return std::nullopt;
    if (!current.empty()) out.push_back(current);
    return out;
}

/// Reads one scope with its dependencies: `a[*b c[d]]`.
inline Scope read_scope(std::string_view text, int depth = 0) {
    Scope scope;
    if (!text.empty() && text[0] == '*') {
        scope.optional = true;
        text.remove_prefix(1);
    }
    auto const bracket = text.find('[');
    scope.name = std::string(text.substr(0, bracket));
    if (bracket != std::string_view::npos && text.back() == ']' && depth < 64)
        if (auto const inner = split_scopes(text.substr(bracket + 1, text.size() - bracket - 2)))
            for (auto const& one : *inner) scope.dependencies.push_back(read_scope(one, depth + 1));
    return scope;
}

inline std::string bare_scope(std::string_view scope) { return std::string(scope.substr(0, scope.find('['))); }

/// Who a scope's token is for. [recorded] names; empty when Globus Auth would not know the scope.
inline std::string resource_server_of(std::string_view full) {
    std::string const scope = bare_scope(full);
    if (scope == "openid" || scope == "email" || scope == "profile") return "auth.globus.org";
    static constexpr std::string_view urn = "urn:globus:auth:scope:";
    if (scope.starts_with(urn)) {
        auto const rest = std::string_view(scope).substr(urn.size());
        auto const colon = rest.find(':');
        return colon == std::string_view::npos || colon + 1 == rest.size() ? "" : std::string(rest.substr(0, colon));
    }
    static constexpr std::string_view url = "https://auth.globus.org/scopes/";
    if (scope.starts_with(url)) {
        auto const rest = std::string_view(scope).substr(url.size());
        auto const slash = rest.find('/');
        if (slash == std::string_view::npos || slash + 1 == rest.size()) return {};
        auto const owner = rest.substr(0, slash);
        if (owner == "eec9b274-0c81-4334-bdc2-54e90e689b9a") return "flows.globus.org";
        if (owner == "facd7ccc-c5f4-42aa-916b-a0e270e2c2a9") return "funcx_service";
        return std::string(owner);
    }
    return {};
}

/// The resource server whose tokens a service takes.
inline std::string resource_server_of_service(std::string_view service) {
    if (service == "auth") return "auth.globus.org";
    if (service == "transfer") return "transfer.api.globus.org";
    if (service == "groups") return "groups.api.globus.org";
    if (service == "search") return "search.api.globus.org";
    if (service == "flows") return "flows.globus.org";
    if (service == "timers") return "524230d7-ea86-4a52-8312-86065a9e0417";
    if (service == "compute") return "funcx_service";
    return {};
}

/// A scope for whoever names a resource server instead.
inline std::string scope_for(std::string_view scope_or_server) {
    if (!resource_server_of(scope_or_server).empty()) return std::string(scope_or_server);
    std::string const server(scope_or_server);
    if (server == "auth.globus.org")
        return "openid profile email urn:globus:auth:scope:auth.globus.org:view_identities "
               "urn:globus:auth:scope:auth.globus.org:view_identity_set "
               "urn:globus:auth:scope:auth.globus.org:manage_projects "
               "urn:globus:auth:scope:auth.globus.org:view_consents";
    if (server == "flows.globus.org") return "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all";
    if (server == "funcx_service") return "https://auth.globus.org/scopes/facd7ccc-c5f4-42aa-916b-a0e270e2c2a9/all";
    if (server == "524230d7-ea86-4a52-8312-86065a9e0417")
        return "https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer";
    if (is_uuid(server)) return "https://auth.globus.org/scopes/" + server + "/https";
    return "urn:globus:auth:scope:" + server + ":all";
}

inline std::string join_words(std::vector<std::string> const& words) {
    std::string out;
    for (auto const& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_SCOPES_IPP

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace globus::sandbox::detail {

/// The key as PEM, which the state keeps.
inline std::string pem_of(EVP_PKEY* key) {
    std::unique_ptr<BIO, decltype(&BIO_free)> const text(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PrivateKey(text.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* bytes = nullptr;
    auto const size = BIO_get_mem_data(text.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

/// A new key, with which id tokens are signed from now on.
inline void World::add_key() {
    std::shared_ptr<EVP_PKEY> const key(EVP_RSA_gen(2048), &EVP_PKEY_free);
    keys.insert(keys.begin(), {"sandbox-key-" + std::to_string(random.number() % 1000000), key, pem_of(key.get())});
}

inline World::Key const& World::key_locked() {
    if (keys.empty()) add_key();
    return keys.front();
}

inline std::string number_base64(EVP_PKEY const* key, char const* name) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(number);
    return base64(bytes, true);
}

/// [doc] JSON Web Key Set, RFC 7517
inline json::object key_set(World& world) {
    world.key_locked();
    json::array out;
    for (auto const& one : world.keys)
        out.push_back(json::object{{"alg", "RS512"},
                                   {"e", number_base64(one.key.get(), "e")},
                                   {"kid", one.kid},
                                   {"kty", "RSA"},
                                   {"n", number_base64(one.key.get(), "n")},
                                   {"use", "sig"}});
    return {{"keys", std::move(out)}};
}

inline std::string sign_rs512(EVP_PKEY* key, std::string const& text) {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    auto const* bytes = reinterpret_cast<unsigned char const*>(text.data());
    std::size_t size = 0;
    std::string out;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha512(), nullptr, key) == 1 &&
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1) {
        out.resize(size);
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size());
        out.resize(size);
    }
    return out;
}

/// `iss` of our tokens: the discovery document and the id tokens agree on it. [guess] that a client compares them.
inline std::string issuer(World const& world) { return world.base_url.substr(0, world.base_url.size() - 1); }

inline std::string email_of(User const& user) { return user.email.empty() ? user.username : user.email; }

/// [doc] the claims of Globus id tokens; OpenID Connect Core, section 2
inline std::string make_id_token(World& world, std::string const& client_id, User const& user, std::string const& nonce,
                                 std::string const& access_token, Millis authenticated) {
    World::Key const& key = world.key_locked();
    Millis const now = world.now_locked();
    std::string const hash = digest(EVP_sha512(), access_token);
    json::object claims{
        {"iss", issuer(world)},
        {"sub", user.id},
        {"aud", client_id},
        {"iat", now / 1000},
        {"exp", now / 1000 + world.token_lifetime.count()},
        {"auth_time", authenticated / 1000},
        {"at_hash", base64(std::string_view(hash).substr(0, hash.size() / 2), true)},
        {"name", user.name},
        {"email", email_of(user)},
        {"preferred_username", user.username},
        {"organization", user.organization},
        {"identity_provider", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
        {"identity_provider_display_name", "Globus Sandbox"},
        {"last_authentication", authenticated / 1000},
        {"identity_set",
         json::array{json::object{
             {"sub", user.id}, {"username", user.username}, {"name", user.name}, {"email", email_of(user)}}}}};
    if (!nonce.empty()) claims["nonce"] = nonce;
    std::string const head = json::serialize(json::object{{"alg", "RS512"}, {"kid", key.kid}, {"typ", "JWT"}});
    std::string const signed_part = base64(head, true) + "." + base64(json::serialize(claims), true);
    return signed_part + "." + base64(sign_rs512(key.key.get(), signed_part), true);
}

/// [doc] OpenID Connect Discovery, section 3
inline Reply discovery_endpoint(World& world, Call&) {
    std::string const base = issuer(world);
    return Reply::of(200,
                     json::object{{"issuer", base},
                                  {"authorization_endpoint", base + "/v2/oauth2/authorize"},
                                  {"userinfo_endpoint", base + "/v2/oauth2/userinfo"},
                                  {"token_endpoint", base + "/v2/oauth2/token"},
                                  {"revocation_endpoint", base + "/v2/oauth2/token/revoke"},
                                  {"introspection_endpoint", base + "/v2/oauth2/token/introspect"},
                                  {"jwks_uri", base + "/jwk.json"},
                                  {"response_types_supported", json::array{"code"}},
                                  {"id_token_signing_alg_values_supported", json::array{"RS512"}},
                                  {"scopes_supported", json::array{"openid", "email", "profile"}},
                                  {"token_endpoint_auth_methods_supported", json::array{"client_secret_basic"}},
                                  {"claims_supported", json::array{"at_hash", "aud", "email", "exp", "name", "nonce",
                                                                   "preferred_username", "iat", "iss", "sub"}},
                                  {"subject_types_supported", json::array{"public"}}});
}

inline Reply keys_endpoint(World& world, Call&) { return Reply::of(200, key_set(world)); }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_KEYS_IPP

namespace globus::sandbox::detail {

inline Reply problem(World& world, Call const& call, int status, std::string const& code, std::string const& message) {
    return error_reply(call.service, status, code, message, world.random.request_id(), call.path);
}

/// Who a bearer token stands for: a user or an application.
inline std::string username_of(World const& world, std::string const& identity) {
    if (auto const* user = world.user(identity)) return user->username;
    return identity + "@clients.auth.globus.org";  // [doc] the identity of an application
}

/// Whether a login was asked for what is required: each of the wanted values must be among those it was asked for.
inline bool session_has(json::object const& session, std::string_view name, json::value const& wanted) {
    auto const* given = session.if_contains(name);
    if (given == nullptr || !given->is_string()) return false;
    auto const values = split(std::string_view(given->get_string()), ',');
    auto const has = [&](std::string_view value) {
        for (auto const& one : values)
            if (trim(one) == value) return true;
        return false;
    };
    if (wanted.is_bool()) return lower(values.front()) == "true" || values.front() == "1";
    if (wanted.is_string()) {
        for (auto const& one : split(std::string_view(wanted.get_string()), ','))
            if (!has(trim(one))) return false;
        return true;
    }
    if (auto const* list = wanted.if_array())
        for (auto const& one : *list)
            if (!one.is_string() || !has(std::string_view(one.get_string()))) return false;
    return true;
}

inline bool has_scope(AccessToken const& token, std::string_view scope) {
    return std::any_of(token.scopes.begin(), token.scopes.end(),
                       [&](std::string const& one) { return bare_scope(one) == scope; });
}

/// The token of a call to `service`; when it is not good enough, `refused` says why. [recorded] codes
inline AccessToken const* authenticate(World& world, Call const& call, std::string const& resource_server,
                                       Reply& refused) {
    std::string const code = call.service == "auth" ? "UNAUTHORIZED" : "AuthenticationFailed";
    std::string const bearer = call.bearer();
    if (bearer.empty()) {
        refused = problem(world, call, 401, call.service == "auth" ? code : "ClientError.AuthenticationFailed",
                          "Call must be authenticated");
        refused.headers.emplace_back("WWW-Authenticate", "Bearer");
        return nullptr;
    }
    auto const& tokens = world.data.access_tokens.all();
    auto const found = tokens.find(bearer);
    char const* why = nullptr;
    if (found == tokens.end())
        why = "Token is not valid";
    else if (found->second.revoked)
        why = "Token is not active";
    else if (found->second.expires <= world.now_locked())
        why = "Token has expired";
    else if (found->second.resource_server != resource_server)
        why = "Token is for another resource server";
    if (why != nullptr) {
        refused = problem(world, call, 401, code, why);
        refused.headers.emplace_back("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        return nullptr;
    }
    AccessToken const& token = found->second;
    auto const demand = [&](json::object parameters, std::vector<std::string> const& scopes) {
        json::object document{
            {"code", scopes.empty() ? "AuthorizationRequired" : "ConsentRequired"},
            {"message", scopes.empty() ? "The session does not satisfy a policy" : "Missing required consent"},
            {"request_id", world.random.request_id()},
            {"resource", call.path}};
        if (!scopes.empty()) {
            json::array list;
            for (auto const& scope : scopes) list.emplace_back(scope);
            document["required_scopes"] = list;
            parameters["required_scopes"] = std::move(list);
        }
        if (!parameters.contains("session_message")) parameters["session_message"] = document["message"];
        document["authorization_parameters"] = std::move(parameters);
        refused = Reply::of(403, document);
    };
    for (auto const& requirement : world.data.requirements) {
        if (requirement.service != call.service) continue;
        for (auto const& item : requirement.authorization_parameters) {
            std::string_view const name = item.key();
            if (!name.starts_with("session_required") && name != "prompt") continue;
            if (item.value().is_bool() && !item.value().get_bool()) continue;
            if (!session_has(token.session, name, item.value())) {
                demand(requirement.authorization_parameters, {});
                return nullptr;
            }
        }
        if (requirement.scopes.empty()) continue;
        for (auto const& wanted : requirement.scopes) {
            bool given = false;
            for (auto const& consent : world.data.consents)
                given = given || (consent.identity == token.identity && consent.scope == wanted);
            if (!given) {
                demand({}, requirement.scopes);
                return nullptr;
            }
        }
    }
    return &token;
}

/// Whether this is the secret of the application, or that of one of its credentials.
inline bool knows_secret(World const& world, App const& app, std::string_view secret) {
    if (app.secret.empty()) return false;
    if (equal_secret(app.secret, secret)) return true;
    for (auto const& [client, credential, known] : world.data.credentials)
        if (client == app.id && equal_secret(known, secret)) return true;
    return false;
}

/// The application that presents id and secret by Basic; null when it does not, or wrongly.
inline App const* basic_client(World const& world, Call const& call) {
    std::string const value = call.header("Authorization");
    if (value.size() < 6 || !same_name(std::string_view(value).substr(0, 6), "Basic ")) return nullptr;
    auto const decoded = base64_decode(trim(value.substr(6)));
    auto const colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) return nullptr;
    auto const* app = world.app(decoded->substr(0, colon));
    if (app == nullptr || !knows_secret(world, *app, decoded->substr(colon + 1))) return nullptr;
    return app;
}

/// The application that a form comes from: by Basic, or by its members. [doc] RFC 6749, 2.3.1: an application with a
/// secret must show it; in the form it may, too
inline App const* form_client(World& world, Call const& call, Pairs const& form) {
    if (same_name(call.header("Authorization").substr(0, 6), "Basic ")) return basic_client(world, call);
    App const* const app = world.app_or_any(pair_or(form, "client_id"));
    if (app != nullptr && !app->secret.empty() && !knows_secret(world, *app, pair_or(form, "client_secret")))
        return nullptr;
    return app;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_CALLERS_IPP

namespace globus::sandbox::detail {

/// Whether a name ends in one of these domains; `*.example.org` is every domain below it. [doc] of a policy
inline bool in_domains(std::string_view username, json::array const& domains) {
    std::string const domain = lower(username.substr(std::min(username.size(), username.find('@') + 1)));
    return std::any_of(domains.begin(), domains.end(), [&](json::value const& one) {
        if (!one.is_string()) return false;
        std::string const wanted = lower(to_string(one.get_string()));
        return wanted.starts_with("*.") ? domain.ends_with(wanted.substr(1)) : domain == wanted;
    });
}

/// Whether the domain of a name is one that a policy lets in. [doc] domain_constraints_include and _exclude
inline bool fits_domains(std::string_view username, json::object const& policy) {
    auto const list = [&](char const* name) {
        auto const* const found = policy.if_contains(name);
        return found != nullptr ? found->if_array() : nullptr;
    };
    auto const* const include = list("domain_constraints_include");
    auto const* const exclude = list("domain_constraints_exclude");
    return (include == nullptr || in_domains(username, *include)) &&
           (exclude == nullptr || !in_domains(username, *exclude));
}

/// When the person behind a token logged in: the login of the session, or, for an application, when it got the token.
inline Millis logged_in_at(AccessToken const& token) {
    return static_cast<Millis>(number_of(token.session, "sandbox_login", static_cast<double>(token.issued)));
}

/// When an identity last logged in, to whatever application.
inline Millis last_login(World const& world, AccessToken const& token) {
    Millis last = logged_in_at(token);
    for (auto const& [text, other] : world.data.access_tokens)
        if (other.identity == token.identity) last = std::max(last, logged_in_at(other));
    return last;
}

/// Whether the login had a second factor: the sandbox asks for none, and takes it as shown where one was asked for.
inline bool had_second_factor(json::object const& session) { return flag_of(session, "sandbox_mfa"); }

/// Whether the login of a token is younger than so many milliseconds. [doc] with high assurance it is the session of
/// the token that counts, without it any login of the identity
inline bool is_recent(World const& world, AccessToken const& token, Millis limit, bool high_assurance) {
    Millis const now = world.now_locked();
    return now - logged_in_at(token) < limit || (!high_assurance && now - last_login(world, token) < limit);
}

/// Whether the session of a token satisfies a policy of Globus Auth. [doc] its domains, second factor and timeout (in
/// seconds). [guess] a policy that nobody made is satisfied
inline bool satisfies_policy(World const& world, AccessToken const& token, std::string const& id) {
    auto const* const policy = find_document(documents_of(world, "auth.policies"), id);
    if (policy == nullptr) return true;
    if (!fits_domains(username_of(world, token.identity), *policy)) return false;
    if (flag_of(*policy, "required_mfa") && !had_second_factor(token.session)) return false;
    double const timeout = number_of(*policy, "authentication_assurance_timeout", 0);
    return timeout <= 0 ||
           is_recent(world, token, static_cast<Millis>(timeout * 1000), flag_of(*policy, "high_assurance"));
}

/// What a storage gateway wants of a session.
struct Assurance {
    bool high = false;
    Millis timeout = 0;  ///< 0: none
    bool second_factor = false;
    json::array domains = {};  ///< none: all. [guess] of a gateway that names none
};

/// What a collection wants: by its own document, and by the storage gateway of its files. [doc]
inline Assurance assurance_of(World const& world, Endpoint const& endpoint) {
    Assurance out;
    auto const read = [&](json::object const& document, char const* second_factor) {
        out.high = out.high || flag_of(document, "high_assurance");
        double const minutes = number_of(document, "authentication_timeout_mins", 0);
        if (minutes > 0) out.timeout = static_cast<Millis>(minutes * 60000);
        out.second_factor = out.second_factor || (out.high && flag_of(document, second_factor));
        if (auto const* list = document.if_contains("allowed_domains"); list != nullptr && list->is_array())
            out.domains = list->get_array();
    };
    std::string const host = text_of(endpoint.document, "host_endpoint_id");
    if (auto const* mapped = find_document(documents_of(world, "gcs.collections"), host.empty() ? endpoint.id : host))
        if (auto const* gateway =
                find_document(documents_of(world, "gcs.storage_gateways"), text_of(*mapped, "storage_gateway_id")))
            read(*gateway, "require_mfa");
    read(endpoint.document, "mfa_required");
    return out;
}

/// What keeps a session from the files of a collection.
struct Shortcoming {
    bool of_policy;           ///< of Globus Auth, not of the storage gateway
    json::object parameters;  ///< of a login that would do
    json::object result;      ///< what the manager of the endpoint says
};

/// [doc] the document of the manager: its detail is one of two types
inline json::object manager_refusal(json::object detail, std::string const& message) {
    return {{"DATA_TYPE", "result#1.0.0"}, {"code", "permission_denied"}, {"detail", std::move(detail)},
            {"http_response_code", 403},   {"has_next_page", false},      {"message", message}};
}

/// [recorded] the parameters and the sentences; [guess] which identities are named: the caller's own
inline std::optional<Shortcoming> falls_short(World const& world, AccessToken const& token, Endpoint const& endpoint) {
    std::string const policy = text_of(endpoint.document, "authentication_policy_id");
    if (!policy.empty() && !satisfies_policy(world, token, policy)) {
        std::string const message = "Failing collection authentication policy";
        return Shortcoming{true,
                           {{"session_message", message}, {"session_required_policies", policy}},
                           manager_refusal({{"DATA_TYPE", "authentication_policy#1.0.0"}}, message)};
    }
    Assurance const wanted = assurance_of(world, endpoint);
    bool const foreign = !wanted.domains.empty() && !in_domains(username_of(world, token.identity), wanted.domains);
    bool const late = wanted.timeout > 0 && !is_recent(world, token, wanted.timeout, wanted.high);
    bool const weak = wanted.second_factor && !had_second_factor(token.session);
    if (!foreign && !late && !weak) return std::nullopt;
    json::array const identities{json::value(token.identity)};
    json::object parameters{{"session_message", "Session reauthentication required (Globus Transfer)"},
                            {"session_required_identities", foreign ? json::array{} : identities},
                            {"session_required_mfa", wanted.second_factor},
                            {"session_required_single_domain", foreign ? wanted.domains : json::array{}}};
    if (foreign)
        return Shortcoming{
            false, std::move(parameters),
            manager_refusal({{"DATA_TYPE", "not_from_allowed_domain#1.0.0"}, {"allowed_domains", wanted.domains}},
                            "None of your identities are from domains allowed by resource policies")};
    return Shortcoming{false, std::move(parameters),
                       manager_refusal({{"DATA_TYPE", "authentication_timeout#1.1.0"},
                                        {"high_assurance", wanted.high},
                                        {"identities", identities},
                                        {"require_mfa", wanted.second_factor}},
                                       "You must reauthenticate one of your identities to perform this operation")};
}

/// A document that says which login would do.
inline Reply login_needed(World& world, Call const& call, int status, std::string const& code,
                          std::string const& message, json::object parameters) {
    return Reply::of(status, json::object{{"code", code},
                                          {"message", message},
                                          {"request_id", world.random.request_id()},
                                          {"resource", call.path},
                                          {"authorization_parameters", std::move(parameters)}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_ASSURANCE_IPP
// Tokens and consents are issued.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_TOKENS_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_TOKENS_IPP

namespace globus::sandbox::detail {

/// What the tokens of one grant have in common.
struct Grant {
    std::string client_id;
    std::string identity;
    std::vector<std::string> scopes;
    bool offline = false;
    std::string nonce;
    Millis authenticated = 0;
    json::object session;
};

/// Forgets what nobody can tell from what never was: a long run must not remember it all. Who presents an access token
/// that expired long ago need not be told so.
inline void sweep_grants(World& world) {
    auto& data = world.data;
    Millis const now = world.now_locked();
    data.access_tokens.erase_if([&](AccessToken const& token) { return token.expires + 3600000 < now; });
    data.codes.erase_if([&](AuthorizationCode const& code) { return code.expires < now; });
    data.refresh_tokens.erase_if([&](RefreshToken const& token) {
        return token.revoked || (token.spent && !world.options.detect_refresh_token_reuse);
    });
    data.token_sweep = std::max<std::size_t>(1000, 2 * data.access_tokens.size());
    data.code_sweep = std::max<std::size_t>(1000, 2 * data.codes.size());
}

inline AccessToken const& issue_access_token(World& world, Grant const& grant, std::string const& server,
                                             std::vector<std::string> scopes, std::string const& family) {
    AccessToken token;
    token.token = world.token("access");
    token.client_id = grant.client_id;
    token.identity = grant.identity;
    token.resource_server = server;
    token.scopes = std::move(scopes);
    token.issued = world.now_locked();
    token.expires = token.issued + world.token_lifetime.count() * 1000;
    token.family = family;
    token.session = grant.session;
    token.generation =
        ++world.data.generations[family.empty() ? grant.client_id + "/" + grant.identity + "/" + server : family];
    if (world.data.access_tokens.size() >= world.data.token_sweep) sweep_grants(world);
    return world.data.access_tokens[token.token] = token;
}

inline RefreshToken const& issue_refresh(World& world, Grant const& grant, std::string const& server,
                                         std::vector<std::string> scopes, std::string family) {
    RefreshToken token;
    token.token = world.token("refresh");
    token.client_id = grant.client_id;
    token.identity = grant.identity;
    token.resource_server = server;
    token.scopes = std::move(scopes);
    token.family = family.empty() ? token.token : std::move(family);
    token.session = grant.session;
    return world.data.refresh_tokens[token.token] = token;
}

inline json::object describe_token(World& world, AccessToken const& token, std::string const& refresh) {
    std::vector<std::string> names;
    for (auto const& scope : token.scopes) names.push_back(bare_scope(scope));
    json::object out{{"access_token", token.token},
                     {"scope", join_words(names)},
                     {"expires_in", world.token_lifetime.count()},
                     {"resource_server", token.resource_server},
                     {"token_type", "Bearer"}};
    if (!refresh.empty()) out["refresh_token"] = refresh;
    return out;
}

/// One token for each resource server, in the order in which the scopes name them.
inline std::vector<json::object> issue_tokens(World& world, Grant const& grant) {
    std::vector<std::pair<std::string, std::vector<std::string>>> by_server;
    for (auto const& scope : grant.scopes) {
        auto const server = resource_server_of(scope);
        auto const same = [&](auto const& entry) { return entry.first == server; };
        auto const found = std::find_if(by_server.begin(), by_server.end(), same);
        if (found == by_server.end())
            by_server.push_back({server, {scope}});
        else
            found->second.push_back(scope);
    }
    std::vector<json::object> out;
    for (auto const& [server, scopes] : by_server) {
        std::string refresh;
        if (grant.offline) refresh = issue_refresh(world, grant, server, scopes, "").token;
        AccessToken const token = issue_access_token(world, grant, server, scopes, refresh);
        out.push_back(describe_token(world, token, refresh));
    }
    return out;
}

/// [recorded] the first token is the answer, the others are its `other_tokens`.
inline Reply token_answer(World& world, Grant const& grant) {
    auto tokens = issue_tokens(world, grant);
    json::object answer = tokens.empty() ? json::object{} : std::move(tokens.front());
    json::array others;
    for (std::size_t i = 1; i < tokens.size(); ++i) others.push_back(std::move(tokens[i]));
    bool const openid = std::find(grant.scopes.begin(), grant.scopes.end(), "openid") != grant.scopes.end();
    if (auto const* user = world.user(grant.identity); openid && user != nullptr)
        answer["id_token"] = make_id_token(world, grant.client_id, *user, grant.nonce, text_of(answer, "access_token"),
                                           grant.authenticated);
    answer["other_tokens"] = std::move(others);
    return Reply::of(200, answer);
}

/// [recorded] the short shape of the token endpoint: {"error": "invalid_grant"}
inline Reply oauth_error(int status, std::string const& error, std::string const& description = {}) {
    json::object document{{"error", error}};
    if (!description.empty()) document["error_description"] = description;
    Reply reply = Reply::of(status, document);
    if (status == 401) reply.headers.emplace_back("WWW-Authenticate", "Basic");
    return reply;
}

inline void revoke_family(World& world, std::string const& family) {
    auto const of_family = [&](auto const& token) { return token.family == family; };
    auto const revoke = [](auto& token) { token.revoked = true; };
    world.data.refresh_tokens.change_if(of_family, revoke);
    world.data.access_tokens.change_if(of_family, revoke);
}

inline void record_consents(World& world, Grant const& grant, Scope const& scope, std::vector<std::int64_t> path) {
    auto& consents = world.data.consents;
    auto const same = [&](Consent const& one) {
        return one.client_id == grant.client_id && one.identity == grant.identity && one.scope == scope.name &&
               one.path.size() == path.size() + 1 && std::equal(path.begin(), path.end(), one.path.begin());
    };
    auto found = std::find_if(consents.begin(), consents.end(), same);
    if (found == consents.end()) {
        Consent made;
        made.id = 1000 + static_cast<std::int64_t>(consents.size());
        made.client_id = grant.client_id;
        made.identity = grant.identity;
        made.scope = scope.name;
        made.path = path;
        made.path.push_back(made.id);
        made.created = world.now_locked();
        made.atomically_revocable = scope.optional;
        consents.push_back(made);
        found = std::prev(consents.end());
    }
    found->allows_refresh = found->allows_refresh || grant.offline;
    auto const next = found->path;
    for (auto const& dependency : scope.dependencies) record_consents(world, grant, dependency, next);
}

/// The whole text of a consent with its dependencies is what a ConsentRequired answer may ask for.
inline void record_consents(World& world, Grant const& grant) {
    for (auto const& text : grant.scopes) {
        record_consents(world, grant, read_scope(text), {});
        if (text.find('[') != std::string::npos) {
            Scope whole;
            whole.name = text;
            record_consents(world, grant, whole, {});
        }
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_TOKENS_IPP

namespace globus::sandbox::detail {

/// Which grant a token request is; true when its operation got a name of its own.
inline bool name_grant(Call& call) {
    if (call.operation != "oauth2_token") return false;
    call.family = "oauth2_token";
    auto const grant = pair_or(parse_form(call.body), "grant_type");
    if (grant == "refresh_token")
        call.operation = "oauth2_refresh_token";
    else if (grant == "client_credentials")
        call.operation = "oauth2_client_credentials_tokens";
    else if (grant == "authorization_code")
        call.operation = "oauth2_exchange_code_for_tokens";
    else if (grant == "urn:globus:auth:grant_type:dependent_token")
        call.operation = "oauth2_get_dependent_tokens";
    else
        return false;
    return true;
}

/// Whether a scope can be asked for. The scopes of a client that a developer made are those that were made for it.
inline bool is_scope(World& world, std::string const& text) {
    std::string const server = resource_server_of(text);
    if (server.empty()) return false;
    auto const& clients = world.data.documents["auth.clients"];
    bool const developed =
        std::any_of(clients.begin(), clients.end(), [&](auto const& one) { return one.first == server; });
    if (!developed) return true;
    auto const& made = world.data.documents["auth.scopes"];
    return std::any_of(made.begin(), made.end(),
                       [&](auto const& one) { return text_of(one.second, "scope_string") == bare_scope(text); });
}

/// Reads a scope parameter; an empty answer with `refused` set when it is not one.
inline std::vector<std::string> requested_scopes(World& world, std::string const& text, std::optional<Reply>& refused) {
    auto const scopes = split_scopes(text);
    if (!scopes || scopes->empty()) {
        refused = oauth_error(400, "invalid_scope", "The scope is malformed");
        return {};
    }
    for (auto const& scope : *scopes)
        if (!is_scope(world, scope)) {
            refused = oauth_error(400, "unknown_scope", "Unknown scope: " + scope);  // [guess] the code
            return {};
        }
    return *scopes;
}

inline Reply refresh_grant(World& world, Pairs const& form, App const& app) {
    auto const found = world.data.refresh_tokens.find(pair_or(form, "refresh_token"));
    if (found == world.data.refresh_tokens.end() || found->second.client_id != app.id)
        return oauth_error(400, "invalid_grant");
    RefreshToken& token = found->second;
    if (token.spent && world.options.detect_refresh_token_reuse) revoke_family(world, token.family);
    if (token.spent || token.revoked) return oauth_error(400, "invalid_grant");
    Grant grant;
    grant.client_id = app.id;
    grant.identity = token.identity;
    grant.session = token.session;
    auto const scopes = token.scopes;
    auto const server = token.resource_server;
    auto const family = token.family;
    std::string refresh = token.token;  // [guess] without rotation the answer repeats the refresh token
    if (world.options.rotate_refresh_tokens) {
        token.spent = true;
        refresh = issue_refresh(world, grant, server, scopes, family).token;
    }
    AccessToken const access = issue_access_token(world, grant, server, scopes, family);
    json::object answer = describe_token(world, access, refresh);
    answer["other_tokens"] = json::array{};
    return Reply::of(200, answer);
}

inline Reply code_grant(World& world, Pairs const& form, App const& app) {
    auto const found = world.data.codes.find(pair_or(form, "code"));
    // [recorded] 401 for a bad code
    if (found == world.data.codes.end()) return oauth_error(401, "invalid_grant");
    AuthorizationCode& code = found->second;
    bool const good = code.client_id == app.id && code.redirect_uri == pair_or(form, "redirect_uri") && !code.used &&
                      code.expires > world.now_locked();
    if (!good) return oauth_error(401, "invalid_grant");
    std::string const verifier = pair_or(form, "code_verifier");
    if (code.challenge.empty() ? !verifier.empty() || app.secret.empty()
                               : base64(sha256(verifier), true) != code.challenge)
        return oauth_error(401, "invalid_grant", "The code verifier does not fit");  // [doc] RFC 7636, 4.6
    code.used = true;
    Grant grant{app.id, code.identity, code.scopes, code.offline, code.nonce, code.authenticated, code.session};
    record_consents(world, grant);
    return token_answer(world, grant);
}

inline Reply dependent_grant(World& world, Pairs const& form, App const& app) {
    auto const found = world.data.access_tokens.find(pair_or(form, "token"));
    // [doc] the token must be one that was issued for the caller
    if (found == world.data.access_tokens.end() || found->second.revoked ||
        found->second.expires <= world.now_locked() || found->second.resource_server != app.id)
        return oauth_error(400, "invalid_grant");
    Grant grant;
    grant.client_id = app.id;
    grant.identity = found->second.identity;
    grant.session = found->second.session;  // [doc] what is done for somebody is done in his session
    grant.session["sandbox_login"] = logged_in_at(found->second);
    grant.offline = pair_or(form, "access_type") == "offline";
    std::vector<std::string> wanted;
    if (auto const* scope = find_pair(form, "scope"))
        wanted = split_scopes(*scope).value_or(std::vector<std::string>{});
    for (auto const& text : found->second.scopes)
        for (auto const& dependency : read_scope(text).dependencies)
            if (wanted.empty() || std::find(wanted.begin(), wanted.end(), dependency.name) != wanted.end())
                grant.scopes.push_back(dependency.name);
    json::array answer;
    for (auto& token : issue_tokens(world, grant)) answer.push_back(std::move(token));
    return Reply::of(200, answer);
}

inline Reply token_endpoint(World& world, Call& call) {
    Pairs const form = parse_form(call.body);
    std::string const grant_type = pair_or(form, "grant_type");
    App const* const app = form_client(world, call, form);
    if (app == nullptr) return oauth_error(401, "invalid_client");
    if (grant_type == "refresh_token") return refresh_grant(world, form, *app);
    if (grant_type == "authorization_code") return code_grant(world, form, *app);
    if (app->secret.empty()) return oauth_error(400, "unauthorized_client");
    if (grant_type == "urn:globus:auth:grant_type:dependent_token") return dependent_grant(world, form, *app);
    if (grant_type != "client_credentials") return oauth_error(400, "unsupported_grant_type");
    std::optional<Reply> refused;
    Grant grant;
    grant.client_id = app->id;
    grant.identity = app->id;
    grant.scopes = requested_scopes(world, pair_or(form, "scope"), refused);
    if (refused) return *refused;
    record_consents(world, grant);
    return token_answer(world, grant);
}

/// [doc] RFC 7009: a token that is unknown is revoked, too. [recorded] the answer
inline Reply revoke_endpoint(World& world, Call& call) {
    Pairs const form = parse_form(call.body);
    App const* const app = form_client(world, call, form);
    if (app == nullptr) return oauth_error(401, "invalid_client");
    std::string const token = pair_or(form, "token");
    Reply reply = Reply::of(200, json::object{{"active", false}});
    reply.committed = false;
    // The CLI revokes as the public application that its own confidential one was made from. [guess] so may each
    // public application: whoever has a token may end it
    auto const may = [&](std::string const& owner) { return owner == app->id || app->secret.empty(); };
    if (auto const access = world.data.access_tokens.find(token);
        access != world.data.access_tokens.end() && may(access->second.client_id))
        reply.committed = !std::exchange(access->second.revoked, true);
    if (auto const refresh = world.data.refresh_tokens.find(token);
        refresh != world.data.refresh_tokens.end() && may(refresh->second.client_id)) {
        reply.committed = !refresh->second.revoked;
        revoke_family(world, refresh->second.family);
    }
    return reply;
}

/// Whether a token is active, for the application it belongs to. [doc] the clients that call it
inline Reply validate_endpoint(World& world, Call& call) {
    Pairs const form = parse_form(call.body);
    App const* const app = form_client(world, call, form);
    if (app == nullptr) return oauth_error(401, "invalid_client");
    std::string const token = pair_or(form, "token");
    auto const access = world.data.access_tokens.find(token);
    auto const refresh = world.data.refresh_tokens.find(token);
    bool active = false;
    if (access != world.data.access_tokens.end())
        active = access->second.client_id == app->id && !access->second.revoked &&
                 access->second.expires > world.now_locked();
    else if (refresh != world.data.refresh_tokens.end())
        active = refresh->second.client_id == app->id && !refresh->second.revoked && !refresh->second.spent;
    return Reply::of(200, json::object{{"active", active}});
}

/// [doc] who logged in, when, and with how many factors
inline json::object describe_session(json::object const& session, std::string const& identity, Millis issued) {
    auto const login = static_cast<Millis>(number_of(session, "sandbox_login", static_cast<double>(issued)));
    json::array methods{"pwd"};
    if (had_second_factor(session)) methods.emplace_back("mfa");
    json::object const authentication{{"auth_time", login / 1000},
                                      {"acr", nullptr},
                                      {"amr", methods},
                                      {"idp", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
                                      {"custom_claims", json::object{}}};
    return {{"session_id", identity}, {"authentications", json::object{{identity, authentication}}}};
}

/// [recorded] the members of an active answer
inline Reply introspect_endpoint(World& world, Call& call) {
    App const* app = basic_client(world, call);
    if (app == nullptr) return oauth_error(401, "invalid_client");
    Pairs const form = parse_form(call.body);
    std::string const text = pair_or(form, "token");
    std::string client;
    std::string identity;
    std::string server;
    std::vector<std::string> scopes;
    Millis issued = 0;
    Millis expires = 0;
    json::object session;
    if (auto const access = world.data.access_tokens.find(text); access != world.data.access_tokens.end() &&
                                                                 !access->second.revoked &&
                                                                 access->second.expires > world.now_locked()) {
        client = access->second.client_id;
        identity = access->second.identity;
        server = access->second.resource_server;
        scopes = access->second.scopes;
        issued = access->second.issued;
        expires = access->second.expires;
        session = access->second.session;
    } else if (auto const refresh = world.data.refresh_tokens.find(text);
               refresh != world.data.refresh_tokens.end() && !refresh->second.revoked && !refresh->second.spent) {
        client = refresh->second.client_id;
        identity = refresh->second.identity;
        server = refresh->second.resource_server;
        scopes = refresh->second.scopes;
        session = refresh->second.session;
    } else {
        return Reply::of(200, json::object{{"active", false}});
    }
    for (auto& scope : scopes) scope = bare_scope(scope);
    json::object answer{{"active", true},
                        {"token_type", "Bearer"},
                        {"scope", join_words(scopes)},
                        {"client_id", client},
                        {"username", username_of(world, identity)},
                        {"sub", identity},
                        {"iat", issued / 1000},
                        {"nbf", issued / 1000},
                        {"exp", expires / 1000},
                        {"aud", json::array{json::value(server), json::value(client)}},
                        {"iss", issuer(world)},
                        {"name", nullptr},
                        {"email", nullptr}};
    if (auto const* user = world.user(identity)) {
        answer["name"] = user->name;
        answer["email"] = email_of(*user);
    }
    std::string const include = pair_or(form, "include");
    if (include.find("identity_set") != std::string::npos || include.find("identities_set") != std::string::npos)
        answer["identity_set"] = answer["identities_set"] = json::array{json::value(identity)};
    if (include.find("session_info") != std::string::npos)
        answer["session_info"] = describe_session(session, identity, issued);
    return Reply::of(200, answer);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_GRANTS_IPP
// People, identities and consents.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_IDENTITIES_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_IDENTITIES_IPP

namespace globus::sandbox::detail {

inline Reply userinfo_endpoint(World& world, Call& call) {
    Reply refused;
    AccessToken const* token = authenticate(world, call, "auth.globus.org", refused);
    if (token == nullptr) return refused;
    auto const has = [&](char const* scope) {
        return std::find(token->scopes.begin(), token->scopes.end(), scope) != token->scopes.end();
    };
    if (!has("openid")) return problem(world, call, 403, "FORBIDDEN", "The token has no openid scope");
    json::object answer{{"sub", token->identity}, {"preferred_username", username_of(world, token->identity)}};
    if (auto const* user = world.user(token->identity)) {
        if (has("profile")) {
            answer["name"] = user->name;
            answer["organization"] = user->organization;
            answer["identity_provider"] = "41143743-f3c8-4d60-bbdb-eeecaba85bd9";
            answer["identity_provider_display_name"] = "Globus Sandbox";
        }
        if (has("email")) answer["email"] = email_of(*user);
        // [doc] the linked identities need a scope of their own
        if (has("urn:globus:auth:scope:auth.globus.org:view_identity_set"))
            answer["identity_set"] = json::array{json::object{
                {"sub", user->id}, {"username", user->username}, {"name", user->name}, {"email", email_of(*user)}}};
    }
    return Reply::of(200, answer);
}

/// [recorded] the members of a person's identity
inline json::object describe_identity(World const& world, User const& user) {
    bool const used = std::any_of(world.options.users.begin(), world.options.users.end(),
                                  [&](User const& one) { return one.id == user.id; });
    json::object out{{"email", email_of(user)},
                     {"id", user.id},
                     {"identity_provider", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
                     {"identity_type", "login"},
                     {"name", user.name},
                     {"organization", user.organization},
                     {"status", used ? "used" : "unused"},
                     {"username", user.username}};
    if (!used)  // [doc] nobody knows more of a provisioned identity than its name
        for (auto const* name : {"email", "name", "organization"}) out[name] = nullptr;
    return out;
}

/// [doc] an application has an identity of the domain clients.auth.globus.org
inline json::object describe_identity(World const& world, App const& app) {
    return {{"email", nullptr},
            {"id", app.id},
            {"identity_provider", "3ee9ce7f-5d6f-4d1b-9bd6-4d0a6d4f0a1c"},
            {"identity_type", "service"},
            {"name", app.name},
            {"organization", nullptr},
            {"status", "used"},
            {"username", username_of(world, app.id)}};
}

/// The identities of an id or a username.
inline json::array find_identities(World const& world, std::string const& wanted, bool by_name) {
    json::array found;
    for (auto const* list : {&world.options.users, &world.data.users})
        for (auto const& user : *list)
            if (same_name(by_name ? user.username : user.id, wanted)) found.push_back(describe_identity(world, user));
    for (auto const* list : {&world.options.apps, &world.data.apps})
        for (auto const& app : *list)
            if (same_name(by_name ? username_of(world, app.id) : app.id, wanted))
                found.push_back(describe_identity(world, app));
    return found;
}

/// One identity, by its id. [guess] the shape: that of one in the list
inline Reply identity_endpoint(World& world, Call& call) {
    Reply refused;
    if (basic_client(world, call) == nullptr && authenticate(world, call, "auth.globus.org", refused) == nullptr)
        return refused;
    auto found = find_identities(world, call.holes[0], false);
    if (found.empty()) return problem(world, call, 404, "NOT_FOUND", "No identity with this id");
    return Reply::of(200, json::object{{"identity", std::move(found.front())}});
}

/// Identities by name or id. Who is not known is left out, or made with `provision`. [doc]
inline Reply identities_endpoint(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    json::array found;
    bool const by_name = call.has_argument("usernames");
    bool const by_id = call.has_argument("ids");
    if (by_name == by_id)
        return problem(world, call, 400, "INVALID_PARAMETERS", "Exactly one of usernames and ids is needed");
    for (auto const& wanted : split(call.argument(by_name ? "usernames" : "ids"), ',')) {
        auto known = find_identities(world, wanted, by_name);
        bool const provision = by_name && known.empty() && lower(call.argument("provision")) == "true";
        if (provision && wanted.find('@') != std::string::npos) {
            world.data.users.push_back({world.random.uuid(), wanted, "", "", ""});
            known.push_back(describe_identity(world, world.data.users.back()));
        }
        for (auto& one : known) found.push_back(std::move(one));
    }
    json::object answer{{"identities", std::move(found)}};
    if (call.argument("include").find("identity_provider") != std::string::npos)
        answer["included"] = json::object{
            {"identity_providers",
             json::array{json::object{{"id", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"}, {"name", "Globus Sandbox"}}}}};
    return Reply::of(200, answer);
}

/// [recorded] the members of a consent
inline Reply consents_endpoint(World& world, Call& call) {
    Reply refused;
    AccessToken const* token = authenticate(world, call, "auth.globus.org", refused);
    if (token == nullptr) return refused;
    if (token->identity != call.holes[0]) return problem(world, call, 403, "FORBIDDEN", "Not one's own identity");
    bool const all = lower(call.argument("all")) == "true";
    json::array list;
    for (auto const& one : world.data.consents) {
        if (one.identity != call.holes[0] || one.scope.find('[') != std::string::npos) continue;
        if (!all && one.client_id != token->client_id) continue;
        json::array path;
        for (auto const id : one.path) path.emplace_back(id);
        list.push_back(json::object{{"created", iso_time(one.created)},
                                    {"id", one.id},
                                    {"status", "approved"},
                                    {"updated", iso_time(one.created)},
                                    {"allows_refresh", one.allows_refresh},
                                    {"dependency_path", std::move(path)},
                                    {"scope_name", one.scope},
                                    {"atomically_revocable", one.atomically_revocable},
                                    {"effective_identity", one.identity},
                                    {"auto_approved", false},
                                    {"last_used", iso_time(one.created)},
                                    {"scope", Random(std::hash<std::string>{}(one.scope)).uuid()},
                                    {"client", one.client_id}});
    }
    return Reply::of(200, json::object{{"consents", std::move(list)}});
}

/// [recorded] the members of an identity provider, all of which the sandbox has but one
inline Reply identity_providers(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    bool const by_domain = call.has_argument("domains");
    if (by_domain == call.has_argument("ids"))
        return problem(world, call, 400, "INVALID_PARAMETERS", "Exactly one of domains and ids is needed");
    json::object const own{{"id", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
                           {"name", "Globus Sandbox"},
                           {"short_name", "sandbox"},
                           {"domains", json::array{"example.org"}},
                           {"alternative_names", json::array{}}};
    json::array found;
    for (auto const& wanted : split(call.argument(by_domain ? "domains" : "ids"), ','))
        if (wanted == (by_domain ? "example.org" : text_of(own, "id"))) found.push_back(own);
    return Reply::of(200, json::object{{"identity_providers", std::move(found)}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_IDENTITIES_IPP

namespace globus::sandbox::detail {

/// Whether somebody is an administrator of a project. [doc] only they see it, and what belongs to it. [guess] a project
/// that nobody made belongs to all
inline bool administers_project(World const& world, std::string const& project, std::string const& identity) {
    auto const* const found = find_document(documents_of(world, "auth.projects"), project);
    if (found == nullptr) return true;
    auto const* const admins = found->at("admin_ids").if_array();
    if (admins != nullptr && std::find(admins->begin(), admins->end(), json::value(identity)) != admins->end())
        return true;
    auto const* const groups = found->at("admin_group_ids").if_array();
    return groups != nullptr && std::any_of(groups->begin(), groups->end(), [&](json::value const& group) {
               return group.is_string() && !group_role(world, identity, to_string(group.get_string())).empty();
           });
}

/// Creates, reads, lists, updates and deletes documents of one kind, e.g. {"project": {...}} and {"projects": [...]}.
template <class Kind>
struct AuthDocuments {
    static bool is_mine(World const& world, AccessToken const& token, json::object const& document) {
        return administers_project(world, Kind::project_of(world, document), token.identity);
    }
    /// The document that the route names, for one of its administrators. [guess] everybody else gets 403
    static json::object* own(World& world, Call const& call, Reply& refused) {
        AccessToken const* const token = caller(world, call, refused);
        if (token == nullptr) return nullptr;
        auto* const found = all(world).find(call.holes.back());
        if (found == nullptr)
            refused = missing(world, call);
        else if (!is_mine(world, *token, *found))
            refused = forbidden(world, call);
        else
            return found;
        return nullptr;
    }
    /// [doc] what a developer keeps at Globus Auth needs a scope of its own
    static AccessToken const* caller(World& world, Call const& call, Reply& refused) {
        auto const* token = authenticate(world, call, "auth.globus.org", refused);
        if (token == nullptr || has_scope(*token, "urn:globus:auth:scope:auth.globus.org:manage_projects"))
            return token;
        refused = problem(world, call, 403, "FORBIDDEN", "The token has no manage_projects scope");
        return nullptr;
    }
    static Documents& all(World& world) { return world.data.documents[std::string("auth.") + Kind::many]; }
    static Reply missing(World& world, Call const& call) {
        return problem(world, call, 404, "NOT_FOUND", std::string("No ") + Kind::one + " with this id");
    }
    static Reply forbidden(World& world, Call const& call) {
        return problem(world, call, 403, "FORBIDDEN", "You are no administrator of the project");
    }
    static Reply list(World& world, Call& call) {
        Reply refused;
        AccessToken const* const token = caller(world, call, refused);
        if (token == nullptr) return refused;
        json::array out;
        for (auto const& [id, document] : all(world))
            if ((call.holes.empty() || text_of(document, "client") == call.holes[0]) &&
                is_mine(world, *token, document))
                out.push_back(document);
        return Reply::of(200, json::object{{Kind::many, std::move(out)}});
    }
    static Reply create(World& world, Call& call) {
        Reply refused;
        AccessToken const* token = caller(world, call, refused);
        if (token == nullptr) return refused;
        boost::system::error_code error;
        json::value const body = json::parse(call.body, error);
        auto const* given = error ? nullptr : member(body, Kind::one);
        if (given == nullptr || !given->is_object())
            return problem(world, call, 422, "UNPROCESSABLE_ENTITY", std::string("A ") + Kind::one + " is needed");
        json::object document = given->get_object();
        std::string const id = world.random.uuid();
        document["id"] = id;
        Kind::complete(world, call, *token, document);
        if (!is_mine(world, *token, document)) return forbidden(world, call);
        all(world).emplace_back(id, document);
        return Reply::of(201, json::object{{Kind::one, Kind::once(world, document)}});
    }
    static Reply get(World& world, Call& call) {
        Reply refused;
        auto const* const document = own(world, call, refused);
        return document != nullptr ? Reply::of(200, json::object{{Kind::one, *document}}) : refused;
    }
    static Reply update(World& world, Call& call) {
        Reply refused;
        auto* const document = own(world, call, refused);
        if (document == nullptr) return refused;
        boost::system::error_code error;
        json::value const body = json::parse(call.body, error);
        auto const* given = error ? nullptr : member(body, Kind::one);
        if (given == nullptr || !given->is_object())
            return problem(world, call, 422, "UNPROCESSABLE_ENTITY", std::string("A ") + Kind::one + " is needed");
        for (auto const& item : given->get_object())
            if (item.key() != "id") (*document)[item.key()] = item.value();
        Kind::changed(world, *document);
        return Reply::of(200, json::object{{Kind::one, *document}});
    }
    static Reply remove(World& world, Call& call) {
        Reply refused;
        auto const* const document = own(world, call, refused);
        if (document == nullptr) return refused;
        json::object const gone = *document;
        all(world).erase(call.holes.back());
        return Reply::of(200, json::object{{Kind::one, gone}});
    }
};

struct PlainKind {
    static void complete(World&, Call const&, AccessToken const&, json::object&) {}
    static void changed(World&, json::object&) {}
    static json::object once(World&, json::object const& document) { return document; }
    /// The project that a document belongs to, by way of its client if it has one.
    static std::string project_of(World const& world, json::object const& document) {
        auto const* const client = find_document(documents_of(world, "auth.clients"), text_of(document, "client"));
        return text_of(client != nullptr ? *client : document, "project", text_of(document, "project_id"));
    }
};

struct ProjectKind : PlainKind {
    static constexpr char const* one = "project";
    static constexpr char const* many = "projects";
    static std::string project_of(World const&, json::object const& document) { return text_of(document, "id"); }
    static void complete(World& world, Call const&, AccessToken const& token, json::object& document) {
        add_defaults(document, {{"admin_ids", json::array{json::value(token.identity)}}, {"admin_group_ids", nullptr}});
        changed(world, document);
    }
    /// [recorded] the members; the administrators are there by id, and as they are described
    static void changed(World& world, json::object& document) {
        document["project_name"] = text_of(document, "display_name");
        json::array identities;
        if (auto const* ids = document.at("admin_ids").if_array())
            for (auto const& id : *ids)
                if (id.is_string())
                    for (auto& known : find_identities(world, to_string(id.get_string()), false))
                        identities.push_back(std::move(known));
        json::array groups;
        if (auto const* ids = document.at("admin_group_ids").if_array())
            for (auto const& id : *ids) groups.push_back(json::object{{"id", id}});
        document["admins"] = json::object{{"identities", std::move(identities)}, {"groups", std::move(groups)}};
    }
};

struct PolicyKind : PlainKind {
    static constexpr char const* one = "policy";
    static constexpr char const* many = "policies";
    /// [recorded] the members
    static void complete(World&, Call const&, AccessToken const&, json::object& document) {
        add_defaults(document, {{"high_assurance", false},
                                {"required_mfa", false},
                                {"authentication_assurance_timeout", nullptr},
                                {"domain_constraints_include", nullptr},
                                {"domain_constraints_exclude", nullptr}});
    }
};

struct ClientKind : PlainKind {
    static constexpr char const* one = "client";
    static constexpr char const* many = "clients";
    static void complete(World&, Call const&, AccessToken const&, json::object& document) {
        bool const open =
            flag_of(document, "public_client") || text_of(document, "client_type") == "public_installed_client";
        document["public_client"] = open;
        json::array grants{"authorization_code", "refresh_token"};
        if (!open) grants.emplace_back("client_credentials");
        document["grant_types"] = std::move(grants);
        document["links"] = complete_links(document);
        // [recorded] the members
        add_defaults(document, {{"client_type", open ? "public_installed_client" : "confidential_client"},
                                {"fqdns", json::array{}},
                                {"parent_client", nullptr},
                                {"preselect_idp", nullptr},
                                {"project", nullptr},
                                {"prompt_for_named_grant", true},
                                {"redirect_uris", json::array{}},
                                {"required_idp", nullptr},
                                {"scopes", json::array{}},
                                {"userinfo_from_effective_identity", true},
                                {"visibility", "private"}});
    }
    static json::object complete_links(json::object const& document) {
        json::object links;
        if (auto const* given = document.if_contains("links"); given != nullptr && given->is_object())
            links = given->get_object();
        add_defaults(links, {{"privacy_policy", nullptr}, {"terms_and_conditions", nullptr}});
        return links;
    }
};

struct CredentialKind : PlainKind {
    static constexpr char const* one = "credential";
    static constexpr char const* many = "credentials";
    static void complete(World& world, Call const& call, AccessToken const&, json::object& document) {
        document["client"] = call.holes[0];
        document["created"] = iso_time(world.now_locked());
        document["secret"] = nullptr;
    }
    /// [recorded] the secret is told when it is made, and never again.
    static json::object once(World& world, json::object document) {
        std::string const secret = world.token("secret");
        document["secret"] = secret;
        world.data.credentials.push_back({text_of(document, "client"), text_of(document, "id"), secret});
        return document;
    }
};

/// A credential that is gone opens nothing any more.
inline Reply delete_credential(World& world, Call& call) {
    Reply reply = AuthDocuments<CredentialKind>::remove(world, call);
    if (reply.status == 200)
        std::erase_if(world.data.credentials, [&](auto const& one) { return one[1] == call.holes.back(); });
    return reply;
}

/// [guess] the code of a project that still has clients
inline Reply delete_project(World& world, Call& call) {
    using Projects = AuthDocuments<ProjectKind>;
    Reply refused;
    if (Projects::own(world, call, refused) == nullptr) return refused;
    for (auto const& [id, client] : world.data.documents["auth.clients"])
        if (text_of(client, "project") == call.holes[0])
            return problem(world, call, 409, "CONFLICT", "The project has clients; delete them first");
    return Projects::remove(world, call);
}

/// A client that is gone takes its credentials and its tokens along. A client may delete itself.
inline Reply delete_client(World& world, Call& call) {
    auto const* self = basic_client(world, call);
    Reply reply;
    if (self != nullptr && self->id == call.holes[0]) {
        auto& all = world.data.documents["auth.clients"];
        all.erase(call.holes[0]);
        reply = Reply::of(200, json::object{{"client", json::object{{"id", call.holes[0]}}}});
    } else {
        reply = AuthDocuments<ClientKind>::remove(world, call);
    }
    if (reply.status != 200) return reply;
    std::string const& id = call.holes[0];
    std::erase_if(world.data.apps, [&](App const& app) { return app.id == id; });
    std::erase_if(world.data.credentials, [&](auto const& one) { return one[0] == id; });
    world.data.documents["auth.credentials"].erase_if(
        [&](auto const& one) { return text_of(one.second, "client") == id; });
    auto const of_client = [&](auto const& token) { return token.client_id == id; };
    auto const revoke = [](auto& token) { token.revoked = true; };
    world.data.access_tokens.change_if(of_client, revoke);
    world.data.refresh_tokens.change_if(of_client, revoke);
    return reply;
}

/// All clients, or with `fqdn` the one that has this name. [doc]
inline Reply get_clients(World& world, Call& call) {
    if (!call.has_argument("fqdn")) return AuthDocuments<ClientKind>::list(world, call);
    Reply refused;
    if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    std::string const wanted = call.argument("fqdn");
    for (auto const& [id, document] : world.data.documents["auth.clients"])
        if (auto const* names = document.if_contains("fqdns"); names != nullptr && names->is_array())
            for (auto const& name : names->get_array())
                if (name.is_string() && same_name(std::string_view(name.get_string()), wanted))
                    return Reply::of(200, json::object{{"client", document}});
    return AuthDocuments<ClientKind>::missing(world, call);
}

/// A client that was made can be used like one of the options.
inline void register_client(World& world, json::object const& document, std::string const& secret) {
    App app;
    app.id = text_of(document, "id");
    app.name = text_of(document, "name");
    app.secret = flag_of(document, "public_client") ? "" : secret;
    if (auto const* uris = document.if_contains("redirect_uris"); uris != nullptr && uris->is_array())
        for (auto const& uri : uris->get_array())
            if (uri.is_string()) app.redirect_uris.push_back(to_string(uri.get_string()));
    world.data.apps.push_back(std::move(app));
}

/// A client, or with `template_id` an instance of a native application. [recorded] the answer of the latter
inline Reply create_client(World& world, Call& call) {
    boost::system::error_code error;
    json::value const body = json::parse(call.body, error);
    auto const* given = error ? nullptr : member(body, "client");
    std::string const parent = given != nullptr ? text_of(*given, "template_id") : "";
    if (App const* const maker = basic_client(world, call); maker != nullptr && given != nullptr) {
        // [doc] an application makes a child of itself; [guess] the child says so in `parent_client`
        json::object document = given->get_object();
        document["id"] = world.random.uuid();
        document["parent_client"] = maker->id;
        AccessToken nobody;
        ClientKind::complete(world, call, nobody, document);
        register_client(world, document, world.token("secret"));
        world.data.documents["auth.clients"].emplace_back(text_of(document, "id"), document);
        return Reply::of(201, json::object{{"client", document}});
    }
    if (parent.empty()) {
        Reply reply = AuthDocuments<ClientKind>::create(world, call);
        // Its secret is unknown to all until a credential is made.
        if (reply.status == 201)
            register_client(world, world.data.documents["auth.clients"].back().second, world.token("secret"));
        return reply;
    }
    App const* const app = world.app(parent);
    if (app == nullptr || !app->secret.empty())
        return problem(world, call, 422, "UNPROCESSABLE_ENTITY", "template_id is no native application");
    std::string const id = world.random.uuid();
    std::string const secret = world.token("secret");
    json::object document{{"id", id},
                          {"name", text_of(*given, "name")},
                          {"public_client", false},
                          {"client_type", "confidential_client"},
                          {"parent_client", parent},
                          {"prompt_for_named_grant", false}};
    ClientKind::complete(world, call, AccessToken(), document);
    register_client(world, document, world.token("secret"));
    world.data.documents["auth.clients"].emplace_back(id, document);
    json::object credential{{"id", world.random.uuid()},
                            {"name", "Auto-created at client creation"},
                            {"client", id},
                            {"created", iso_time(world.now_locked())},
                            {"secret", nullptr}};
    world.data.documents["auth.credentials"].emplace_back(text_of(credential, "id"), credential);
    world.data.credentials.push_back({id, text_of(credential, "id"), secret});
    credential["secret"] = secret;
    return Reply::of(201,
                     json::object{{"client", document}, {"included", json::object{{"client_credential", credential}}}});
}

struct ScopeKind : PlainKind {
    static constexpr char const* one = "scope";
    static constexpr char const* many = "scopes";
    static void complete(World&, Call const& call, AccessToken const&, json::object& document) {
        document["client"] = call.holes[0];
        document["scope_string"] =
            "https://auth.globus.org/scopes/" + call.holes[0] + "/" + text_of(document, "scope_suffix", "all");
        // [recorded] the members
        add_defaults(document, {{"advertised", false},
                                {"allows_refresh_token", true},
                                {"dependent_scopes", json::array{}},
                                {"required_domains", json::array{}}});
    }
};

/// The scopes that were made, and those of the services: by `ids`, by `scope_strings`, or one's own.
inline Reply get_scopes(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    json::array found;
    auto const& made = world.data.documents["auth.scopes"];
    auto const wanted = [&](char const* name) { return split(call.argument(name), ','); };
    if (call.has_argument("ids") && call.has_argument("scope_strings"))
        return problem(world, call, 400, "INVALID_PARAMETERS", "At most one of ids and scope_strings may be given");
    if (call.has_argument("scope_strings")) {
        for (auto const& text : wanted("scope_strings")) {
            bool known = false;
            for (auto const& [id, document] : made)
                if (text_of(document, "scope_string") == text) {
                    found.push_back(document);
                    known = true;
                }
            // [guess] the identifier of a scope that nobody made: the same for the same text
            if (!known && !resource_server_of(text).empty())
                found.push_back(json::object{{"id", Random(std::hash<std::string>{}(text)).uuid()},
                                             {"scope_string", text},
                                             {"client", resource_server_of(text)},
                                             {"name", text},
                                             {"description", "A scope of the sandbox"},
                                             {"dependent_scopes", json::array{}},
                                             {"advertised", true},
                                             {"allows_refresh_token", true},
                                             {"required_domains", json::array{}}});
        }
    } else {
        auto const ids = wanted("ids");
        for (auto const& [id, document] : made)
            if (!call.has_argument("ids") || std::find(ids.begin(), ids.end(), id) != ids.end())
                found.push_back(document);
    }
    return Reply::of(200, json::object{{"scopes", std::move(found)}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_DEVELOPER_IPP
// The browser's pages: logging in and consenting.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_PAGES_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_PAGES_IPP

namespace globus::sandbox::detail {

inline std::string html_text(std::string_view text) {
    std::string out;
    for (char const c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

inline Reply page(int status, std::string const& title, std::string const& text) {
    Reply reply;
    reply.status = status;
    reply.content_type = "text/html; charset=utf-8";
    reply.headers.emplace_back("Cache-Control", "no-store");
    reply.body = "<!doctype html><html><head><title>" + html_text(title) + "</title></head><body><h1>" +
                 html_text(title) + "</h1><p id=\"text\">" + html_text(text) + "</p></body></html>\n";
    return reply;
}

inline Reply redirect_to(std::string const& where) {
    Reply reply;
    reply.status = 302;
    reply.content_type = "text/html; charset=utf-8";
    reply.headers.emplace_back("Location", where);
    reply.headers.emplace_back("Cache-Control", "no-store");
    reply.committed = true;
    return reply;
}

inline constexpr char const* code_page_path = "/v2/web/auth-code";

inline bool redirect_allowed(World const& world, App const& app, std::string const& uri) {
    if (uri == std::string("https://auth.globus.org") + code_page_path || uri == issuer(world) + code_page_path)
        return true;
    if (std::find(app.redirect_uris.begin(), app.redirect_uris.end(), uri) != app.redirect_uris.end()) return true;
    // [doc] RFC 8252, 7.3: any port of the loopback interface
    for (std::string const host : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
        if (uri.starts_with(host) && (uri.size() == host.size() || uri[host.size()] == ':' || uri[host.size()] == '/'))
            return uri.find_first_of("#@\r\n") == std::string::npos;
    return false;
}

/// The policies that a login is to satisfy, as far as somebody made them. [guess] others are satisfied by every login
inline std::vector<json::object const*> wanted_policies(World const& world, Call const& call) {
    std::vector<json::object const*> out;
    for (auto const& id : split(call.argument("session_required_policies"), ','))
        if (auto const* policy = find_document(documents_of(world, "auth.policies"), trim(id))) out.push_back(policy);
    return out;
}

/// Whether a login may be this user's. [doc] one domain of several, and the domains of policies
inline bool may_log_in(World const& world, Call const& call, User const& user) {
    json::array domains;
    for (auto const& one : split(call.argument("session_required_single_domain"), ','))
        if (!trim(one).empty()) domains.emplace_back(trim(one));
    if (!domains.empty() && !in_domains(user.username, domains)) return false;
    auto const policies = wanted_policies(world, call);
    return std::all_of(policies.begin(), policies.end(),
                       [&](auto const* policy) { return fits_domains(user.username, *policy); });
}

/// Who the browser says it is: by the page's choice, by what the login asks for, or the first user that it may be. Null
/// when nobody is
inline User const* user_who_logs_in(World const& world, Call const& call) {
    auto const find = [&](std::string const& names) -> User const* {
        for (auto const& name : split(names, ','))
            for (auto const& one : world.options.users)
                if ((same_name(one.id, trim(name)) || same_name(one.username, trim(name))) &&
                    may_log_in(world, call, one))
                    return &one;
        return nullptr;
    };
    for (auto const* name : {"sandbox_user", "session_required_identities"})
        if (auto const* wanted = find_pair(call.query, name)) return find(*wanted);
    if (auto const* hint = find_pair(call.query, "login_hint"))
        if (auto const* hinted = find(*hint)) return hinted;
    for (auto const& one : world.options.users)
        if (may_log_in(world, call, one)) return &one;
    return nullptr;
}

/// What is remembered of a login: what it was asked for, when it was, and whether a second factor was asked for, which
/// is taken as shown.
inline json::object new_session(World const& world, Call const& call) {
    json::object session;
    for (auto const& [name, value] : call.query)
        if (name.starts_with("session_") || name == "prompt") session[name] = value;
    session["sandbox_login"] = world.now_locked();
    std::string const asked = lower(call.argument("session_required_mfa"));
    auto const policies = wanted_policies(world, call);
    session["sandbox_mfa"] =
        asked == "true" || asked == "1" ||
        std::any_of(policies.begin(), policies.end(), [](auto const* one) { return flag_of(*one, "required_mfa"); });
    return session;
}

/// The page of Options::ask: who may log in, what the application asks for, and two buttons. A script gets the same by
/// adding `sandbox_user` and `sandbox_decision` (allow or deny) to the address.
inline Reply consent_page(World const& world, Call const& call, App const& app, std::vector<std::string> const& scopes,
                          User const& chosen) {
    std::string body =
        "<p>" + html_text(app.name) + " (" + html_text(app.id) + ") would like to:</p><ul id=\"scopes\">";
    for (auto const& scope : scopes) body += "<li>" + html_text(scope) + "</li>";
    body += "</ul>";
    if (auto const* message = find_pair(call.query, "session_message"))
        body += "<p id=\"message\">" + html_text(*message) + "</p>";
    body += "<form method=\"get\" action=\"/v2/oauth2/authorize\">";
    for (auto const& [name, value] : call.query)
        if (!name.starts_with("sandbox_"))
            body += "<input type=\"hidden\" name=\"" + html_text(name) + "\" value=\"" + html_text(value) + "\">";
    for (auto const& user : world.options.users) {
        if (!may_log_in(world, call, user)) continue;
        body += "<p><label><input type=\"radio\" name=\"sandbox_user\" value=\"" + html_text(user.id) + "\"" +
                (user.id == chosen.id ? " checked" : "") + "> " + html_text(user.username) + "</label></p>";
    }
    body +=
        "<button id=\"allow\" name=\"sandbox_decision\" value=\"allow\">Allow</button> "
        "<button id=\"deny\" name=\"sandbox_decision\" value=\"deny\">Deny</button></form>";
    Reply reply = page(200, "Log in to the sandbox", "");
    auto const at = reply.body.find("</body>");
    reply.body.insert(at, body);
    return reply;
}

/// Logs a user in and approves everything at once, or asks. [doc] RFC 6749, 4.1.1; RFC 7636, 4.4.1
inline Reply authorize_endpoint(World& world, Call& call) {
    App const* app = world.app_or_any(call.argument("client_id"));
    if (app == nullptr) return page(400, "Error", "Unknown client_id");
    std::string const uri = call.argument("redirect_uri");
    if (!redirect_allowed(world, *app, uri)) return page(400, "Error", "Mismatching redirect URI");
    // [guess] the page that shows the code is served by the sandbox, whoever named it
    bool const shown = uri.ends_with(code_page_path) && !uri.starts_with("http://localhost");
    std::string const target = shown ? issuer(world) + code_page_path : uri;
    auto const back = [&](Pairs const& answer) {
        std::string where = target + (target.find('?') == std::string::npos ? "?" : "&");
        bool first = true;
        for (auto const& [name, value] : answer) {
            where += (first ? "" : "&") + name + "=" + percent_encode(value);
            first = false;
        }
        if (auto const* state = find_pair(call.query, "state")) where += "&state=" + percent_encode(*state);
        return redirect_to(where);
    };
    auto const refuse = [&](std::string const& error, std::string const& why) {
        Reply reply = back({{"error", error}, {"error_description", why}});
        reply.committed = false;
        return reply;
    };
    if (call.argument("response_type") != "code") return refuse("unsupported_response_type", "Use code");
    std::string const challenge = call.argument("code_challenge");
    if (challenge.empty() && app->secret.empty()) return refuse("invalid_request", "code_challenge is missing");
    if (!challenge.empty() && (call.argument("code_challenge_method", "plain") != "S256" || challenge.size() != 43))
        return refuse("invalid_request", "code_challenge_method must be S256");
    auto const scopes = split_scopes(call.argument("scope"));
    if (!scopes || scopes->empty()) return refuse("invalid_scope", "The scope is missing or malformed");
    for (auto const& scope : *scopes)
        if (!is_scope(world, scope))
            return refuse(resource_server_of(scope).empty() ? "invalid_scope" : "unknown_scope",
                          "Unknown scope " + scope);
    if (call.argument("prompt") == "none") return refuse("login_required", "Nobody is logged in");
    User const* const user = user_who_logs_in(world, call);
    if (user == nullptr) return refuse("access_denied", "Nobody here may log in so");
    if (call.argument("sandbox_decision") == "deny") return refuse("access_denied", "The user denied access");
    if (world.options.ask && !call.has_argument("sandbox_decision"))
        return consent_page(world, call, *app, *scopes, *user);
    AuthorizationCode code;
    code.code = world.token("code");
    code.client_id = app->id;
    code.identity = user->id;
    code.redirect_uri = uri;
    code.challenge = challenge;
    code.scopes = *scopes;
    code.nonce = call.argument("nonce");
    code.offline = call.argument("access_type") == "offline";
    code.authenticated = world.now_locked();
    code.expires = code.authenticated + 30000;  // [guess] the service's lifetime of a code is longer than this
    code.session = new_session(world, call);
    if (world.data.codes.size() >= world.data.code_sweep) sweep_grants(world);
    world.data.codes[code.code] = code;
    return back({{"code", code.code}});
}

inline Reply code_page(World&, Call& call) {
    if (call.has_argument("error"))
        return page(200, "Login failed", call.argument("error") + ": " + call.argument("error_description"));
    return page(200, "Authorization Code", call.argument("code"));
}

inline Reply logout_page(World&, Call&) { return page(200, "Logged out", "You are logged out of the sandbox."); }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_PAGES_IPP

namespace globus::sandbox::detail {

inline std::vector<Route> const& auth_routes() {
    using Projects = AuthDocuments<ProjectKind>;
    using Policies = AuthDocuments<PolicyKind>;
    using Clients = AuthDocuments<ClientKind>;
    using Credentials = AuthDocuments<CredentialKind>;
    using Scopes = AuthDocuments<ScopeKind>;
    static std::vector<Route> const all{
        {"GET", "/.well-known/openid-configuration", "auth", "get_openid_configuration", &discovery_endpoint},
        {"GET", "/jwk.json", "auth", "get_jwk", &keys_endpoint},
        {"GET", "/v2/oauth2/authorize", "auth", "oauth2_authorize", &authorize_endpoint},
        {"GET", "/v2/web/auth-code", "auth", "auth_code_page", &code_page},
        {"GET", "/v2/web/logout", "auth", "logout_page", &logout_page},
        {"POST", "/v2/oauth2/token", "auth", "oauth2_token", &token_endpoint},
        {"POST", "/v2/oauth2/token/revoke", "auth", "oauth2_revoke_token", &revoke_endpoint},
        {"POST", "/v2/oauth2/token/validate", "auth", "oauth2_validate_token", &validate_endpoint},
        {"POST", "/v2/oauth2/token/introspect", "auth", "oauth2_token_introspect", &introspect_endpoint},
        {"GET", "/v2/oauth2/userinfo", "auth", "userinfo", &userinfo_endpoint},
        {"GET", "/v2/api/identities", "auth", "get_identities", &identities_endpoint},
        {"GET", "/v2/api/identities/{}", "auth", "get_identity", &identity_endpoint},
        {"GET", "/v2/api/identities/{}/consents", "auth", "get_consents", &consents_endpoint},
        {"GET", "/v2/api/identity_providers", "auth", "get_identity_providers", &identity_providers},
        {"GET", "/v2/api/projects", "auth", "get_projects", &Projects::list},
        {"POST", "/v2/api/projects", "auth", "create_project", &Projects::create},
        {"GET", "/v2/api/projects/{}", "auth", "get_project", &Projects::get},
        {"PUT", "/v2/api/projects/{}", "auth", "update_project", &Projects::update},
        {"DELETE", "/v2/api/projects/{}", "auth", "delete_project", &delete_project},
        {"GET", "/v2/api/policies", "auth", "get_policies", &Policies::list},
        {"POST", "/v2/api/policies", "auth", "create_policy", &Policies::create},
        {"GET", "/v2/api/policies/{}", "auth", "get_policy", &Policies::get},
        {"PUT", "/v2/api/policies/{}", "auth", "update_policy", &Policies::update},
        {"DELETE", "/v2/api/policies/{}", "auth", "delete_policy", &Policies::remove},
        {"GET", "/v2/api/clients", "auth", "get_clients", &get_clients},
        {"POST", "/v2/api/clients", "auth", "create_client", &create_client},
        {"GET", "/v2/api/clients/{}", "auth", "get_client", &Clients::get},
        {"PUT", "/v2/api/clients/{}", "auth", "update_client", &Clients::update},
        {"DELETE", "/v2/api/clients/{}", "auth", "delete_client", &delete_client},
        {"GET", "/v2/api/clients/{}/credentials", "auth", "get_client_credentials", &Credentials::list},
        {"POST", "/v2/api/clients/{}/credentials", "auth", "create_client_credential", &Credentials::create},
        {"DELETE", "/v2/api/clients/{}/credentials/{}", "auth", "delete_client_credential", &delete_credential},
        {"GET", "/v2/api/scopes", "auth", "get_scopes", &get_scopes},
        {"POST", "/v2/api/clients/{}/scopes", "auth", "create_scope", &Scopes::create},
        {"GET", "/v2/api/scopes/{}", "auth", "get_scope", &Scopes::get},
        {"GET", "/v2/api/clients/{}/scopes/{}", "auth", "get_scope", &Scopes::get},
        {"PUT", "/v2/api/scopes/{}", "auth", "update_scope", &Scopes::update},
        {"DELETE", "/v2/api/scopes/{}", "auth", "delete_scope", &Scopes::remove},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_ROUTES_IPP
// The data of collections over HTTP: /data/<collection>/<path>. The service does this with HTTPS on a host of its own.
#ifndef GLOBUS_SANDBOX_IMPL_DATA_IPP
#define GLOBUS_SANDBOX_IMPL_DATA_IPP

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace globus::sandbox::detail {

/// First and last byte of a part of a file.
struct ByteRange {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// One of the ranges of `bytes=...`: a-b, a- or -n; it begins behind the file's end if it is of nothing there. Nothing
/// when it is malformed, or ends before it begins.
inline std::optional<ByteRange> read_range(std::string_view range, std::int64_t size) {
    auto const dash = range.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    auto const first = to_integer(range.substr(0, dash));
    auto const last = to_integer(range.substr(dash + 1));
    if ((last && (*last < 0 || (first && *last < *first))) || (!first && (!last || dash > 0))) return std::nullopt;
    if (!first) return ByteRange{*last == 0 ? size : std::max<std::int64_t>(0, size - *last), size - 1};
    if (!last && dash + 1 < range.size()) return std::nullopt;
    return ByteRange{*first, last ? std::min(*last, size - 1) : size - 1};
}

/// The ranges that a request asks for; none when the field is another thing: then the whole is sent. [doc] RFC 9110,
/// 14.1.1 and 14.2; [guess] so it is for more than 16
inline std::vector<ByteRange> read_ranges(std::string const& text, std::int64_t size) {
    if (!text.starts_with("bytes=")) return {};
    std::vector<ByteRange> ranges;
    for (auto const& one : split(std::string_view(text).substr(6), ',')) {
        auto const range = read_range(trim(one), size);
        if (!range || ranges.size() == 16) return {};
        ranges.push_back(*range);
    }
    return ranges;
}

inline Reply data_error(int status, std::string const& text) {
    Reply reply;
    reply.status = status;
    reply.content_type = "text/plain";
    reply.body = text + "\n";
    return reply;
}

/// What a file is at one time.
struct FileState {
    std::int64_t size = 0;
    std::string tag;      ///< differs after each change
    std::string changed;  ///< as a header says it
};

inline std::optional<FileState> file_state(fs::path const& file) {
    struct ::stat info {};
    if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
#ifdef __APPLE__
    ::timespec const time = info.st_mtimespec;
#else
    ::timespec const time = info.st_mtim;
#endif
    char tag[96];
    std::snprintf(tag, sizeof tag, "\"%llx-%llx-%llx-%lx\"", static_cast<unsigned long long>(info.st_ino),
                  static_cast<unsigned long long>(info.st_size), static_cast<unsigned long long>(time.tv_sec),
                  static_cast<unsigned long>(time.tv_nsec));
    return FileState{static_cast<std::int64_t>(info.st_size), tag, http_time(static_cast<Millis>(time.tv_sec) * 1000)};
}

/// Whether a list of entity tags has one, or is `*`. [doc] RFC 9110, 13.1.1 and 13.1.2
inline bool lists_tag(std::string const& list, std::string const& tag, bool weak) {
    for (auto const& one : split(list, ',')) {
        std::string const text = trim(one);
        if (text == "*" || text == tag || (weak && text == "W/" + tag)) return true;
    }
    return false;
}

/// The answer of a request whose condition does not hold; nothing if it holds. [doc] RFC 9110, 13.2.2
inline std::optional<Reply> failed_condition(Call const& call, std::optional<FileState> const& state) {
    if (std::string const wanted = call.header("If-Match"); !wanted.empty())
        if (!state || !lists_tag(wanted, state->tag, false)) return data_error(412, "It is another file");
    if (std::string const known = call.header("If-None-Match"); !known.empty() && state)
        if (lists_tag(known, state->tag, true)) {
            if (call.method == "PUT") return data_error(412, "There is such a file");
            Reply same;
            same.status = 304;
            same.content_type.clear();
            same.headers.emplace_back("ETag", state->tag);
            return same;
        }
    return std::nullopt;
}

/// The algorithms of the digests that requests name and ask for. [doc] RFC 9530, appendix; RFC 3230
inline EVP_MD const* digest_named(std::string_view name) {
    if (same_name(name, "sha-256")) return EVP_sha256();
    if (same_name(name, "sha-512")) return EVP_sha512();
    return same_name(name, "md5") ? EVP_md5() : nullptr;
}

/// Adds the digests of the whole file that a request wants: by Want-Repr-Digest (RFC 9530) or Want-Digest (RFC 3230).
inline void add_digests(Call const& call, fs::path const& file, Reply& reply) {
    for (bool const old : {false, true})
        for (auto const& one : split(call.header(old ? "Want-Digest" : "Want-Repr-Digest"), ',')) {
            std::string const name = trim(std::string_view(one).substr(0, one.find_first_of("=;")));
            EVP_MD const* const kind = digest_named(name);
            auto const value = kind == nullptr ? std::nullopt : hash_file(file, kind);
            if (!value) continue;
            std::string const text = base64(*value, false);
            reply.headers.emplace_back(old ? "Digest" : "Repr-Digest",
                                       old ? name + "=" + text : name + "=:" + text + ":");
        }
}

/// Whether a file is what the sender said of it, by Repr-Digest, Content-Digest, Digest or Content-MD5.
inline bool fits_digests(Call const& call, fs::path const& file) {
    for (auto const* field : {"Repr-Digest", "Content-Digest", "Digest", "Content-MD5"})
        for (auto const& one : split(call.header(field), ',')) {
            bool const bare = std::string_view(field) == "Content-MD5";
            std::string const text = trim(one);
            auto const equals = bare ? std::string::npos : text.find('=');
            if (text.empty() || (!bare && equals == std::string::npos)) continue;
            EVP_MD const* const kind = bare ? EVP_md5() : digest_named(text.substr(0, equals));
            std::string wanted = bare ? text : text.substr(equals + 1);
            if (wanted.size() > 1 && wanted.front() == ':') wanted = wanted.substr(1, wanted.size() - 2);
            if (kind == nullptr) continue;
            auto const value = hash_file(file, kind);
            if (!value || base64(*value, false) != wanted) return false;
        }
    return true;
}

/// Puts the file that was received where it belongs; the lock is not held.
inline Reply store_file(Call const& call, fs::path const& file) {
    fs::path const& spool = call.spool;
    std::error_code error;
    if (!fits_digests(call, spool)) return data_error(400, "The digest is of something else");
    fs::create_directories(file.parent_path(), error);  // [guess]
    bool const existed = fs::exists(file, error);
    // A file made here has the permissions that this process gives to new files.
    fs::path const beside = file.parent_path() / (".globus-sandbox-" + spool.filename().string());
    int const made = ::open(beside.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (made < 0) return data_error(403, "Permission denied");
    ::close(made);
    fs::permissions(spool, fs::status(beside, error).permissions(), error);
    fs::rename(spool, beside, error);
    if (error) fs::copy_file(spool, beside, fs::copy_options::overwrite_existing, error);  // another file system
    bool taken = false;
    if (!error && !call.header("If-None-Match").empty()) {  // somebody else may have been faster
        fs::create_hard_link(beside, file, error);
        taken = error == std::errc::file_exists;
        std::error_code ignored;
        fs::remove(beside, ignored);
    } else if (!error) {
        fs::rename(beside, file, error);
    }
    if (error) {
        std::error_code ignored;
        fs::remove(beside, ignored);
        return taken ? data_error(412, "There is such a file") : data_error(403, "Permission denied");
    }
    Reply reply = data_error(existed ? 200 : 201, existed ? "Replaced" : "Created");
    if (auto const state = file_state(file)) reply.headers.emplace_back("ETag", state->tag);
    reply.committed = true;
    return reply;
}

/// Makes an answer of several ranges. [doc] RFC 9110, 14.6
inline void send_parts(Reply& reply, fs::path const& file, std::vector<ByteRange> const& ranges, std::int64_t size,
                       std::string const& boundary) {
    std::ifstream in(file, std::ios::binary);
    for (ByteRange const& range : ranges) {
        std::string bytes(static_cast<std::size_t>(range.last - range.first + 1), '\0');
        in.seekg(range.first);
        in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        reply.body += "--" + boundary + "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes " +
                      std::to_string(range.first) + "-" + std::to_string(range.last) + "/" + std::to_string(size) +
                      "\r\n\r\n" + bytes + "\r\n";
    }
    reply.body += "--" + boundary + "--\r\n";
    reply.content_type = "multipart/byteranges; boundary=" + boundary;
}

/// The file, or the parts of it that a request asks for; the lock is not held.
inline Reply send_file(Call const& call, fs::path const& file, std::string const& boundary) {
    auto const state = file_state(file);
    if (auto failed = failed_condition(call, state)) return std::move(*failed);
    if (!state) return data_error(404, "Not found");
    if (::access(file.c_str(), R_OK) != 0) return data_error(403, "Permission denied");
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.headers.emplace_back("Accept-Ranges", "bytes");
    reply.headers.emplace_back("ETag", state->tag);
    reply.headers.emplace_back("Last-Modified", state->changed);
    add_digests(call, file, reply);
    std::int64_t const size = state->size;
    // [doc] RFC 9110, 13.1.5: a range of what the caller has is a range of this file only while it is the same
    std::string const same = call.header("If-Range");
    bool const whole = !same.empty() && same != state->tag && same != state->changed;
    auto ranges = whole ? std::vector<ByteRange>{} : read_ranges(call.header("Range"), size);
    bool const asked = !ranges.empty();
    std::erase_if(ranges, [](ByteRange const& range) { return range.first > range.last; });
    if (asked && ranges.empty()) {
        Reply beyond = data_error(416, "Range not satisfiable");
        beyond.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        beyond.headers.emplace_back("ETag", state->tag);
        return beyond;
    }
    if (asked) reply.status = 206;
    if (ranges.size() > 1) {
        send_parts(reply, file, ranges, size, boundary);
        return reply;
    }
    ByteRange const part = asked ? ranges.front() : ByteRange{0, size - 1};
    if (asked)
        reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                                        std::to_string(part.last) + "/" + std::to_string(size));
    if (size > 0)
        reply.file = {file, static_cast<std::uint64_t>(part.first),
                      static_cast<std::uint64_t>(part.last - part.first + 1)};
    return reply;
}

/// [doc] a browser is sent to log in. [guess] where it comes back to: the page that shows the code
inline Reply send_to_login(World& world, Endpoint const& endpoint) {
    Reply reply = data_error(302, "Log in");
    reply.headers.emplace_back("Location", issuer(world) + "/v2/oauth2/authorize?response_type=code&client_id=" +
                                               endpoint.id + "&scope=" + percent_encode(scope_for(endpoint.id)) +
                                               "&redirect_uri=" + percent_encode(issuer(world) + code_page_path) +
                                               "&state=" + world.token("state"));
    return reply;
}

/// Who asks for data: an identity, or nobody, for whom there may be a rule. Nothing when `refused` says why not.
inline std::optional<std::string> who_asks(World& world, Call& call, Endpoint const& endpoint, bool open_to_all,
                                           Reply& refused) {
    if (call.bearer().empty()) {
        if (open_to_all) return "";
        // [guess] a script says what it is by this header, and is not sent to a page
        bool const script = same_name(call.header("X-Requested-With"), "XMLHttpRequest");
        refused = script ? data_error(401, "Unauthorized") : send_to_login(world, endpoint);
        return std::nullopt;
    }
    AccessToken const* const token = authenticate(world, call, endpoint.id, refused);
    if (token == nullptr) return std::nullopt;
    if (auto lacks = falls_short(world, *token, endpoint)) {
        // [guess] the manager's document, and which login would do
        lacks->result["authorization_parameters"] = std::move(lacks->parameters);
        refused = Reply::of(403, lacks->result);
        return std::nullopt;
    }
    return token->identity;
}

inline Reply serve_data(World& world, Call& call) {
    auto const found = world.data.endpoints.find(call.segments[1]);
    if (found == world.data.endpoints.end()) return data_error(404, "No such collection");
    Endpoint const& endpoint = found->second;
    std::string path;
    for (std::size_t i = 2; i < call.segments.size(); ++i) path += "/" + call.segments[i];
    Access const wanted = call.method == "PUT" ? Access::write : Access::read;
    Reply refused;
    auto const who = who_asks(world, call, endpoint, access_to(world, endpoint, "", path) >= wanted, refused);
    if (!who) return refused;
    Place const place = find_place(endpoint.directory, path);
    if (!place.allowed || endpoint.state == "permission_denied" || access_to(world, endpoint, *who, path) < wanted)
        return data_error(403, "Permission denied");
    if (endpoint.state != "ok") return data_error(502, "The collection cannot be reached");
    std::error_code error;
    if (call.method == "PUT") {
        if (fs::is_directory(place.file, error)) return data_error(409, "Is a directory");
        // [doc] RFC 9110, 14.5: a part of a file is no file
        if (!call.header("Content-Range").empty()) return data_error(400, "A part of a file cannot be stored");
        if (auto failed = failed_condition(call, file_state(place.file))) return std::move(*failed);
        Reply reply;
        reply.later = [&call, file = place.file] { return store_file(call, file); };
        return reply;
    }
    Reply reply;
    reply.later = [&call, file = place.file, boundary = world.random.request_id()] {
        return send_file(call, file, boundary);
    };
    return reply;
}

inline std::vector<Route> const& data_routes() {
    static std::vector<Route> const all{{"GET", "/data/{}/**", "data", "get_file", &serve_data},
                                        {"HEAD", "/data/{}/**", "data", "head_file", &serve_data},
                                        {"PUT", "/data/{}/**", "data", "put_file", &serve_data}};
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_DATA_IPP
// Compute: endpoints, functions, tasks.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_IPP

// Compute: containers, whether a token is good, and what only few ask of endpoints.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_CONTAINERS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_CONTAINERS_IPP

// What the services have in common that keep documents.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_PLAIN_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_PLAIN_IPP

namespace globus::sandbox::detail {

/// A call to one of the services that keep documents.
struct PlainCall {
    PlainCall(World& in, Call& of) : world(in), call(of) {
        token = authenticate(world, call, resource_server_of_service(call.service), refused);
    }

    World& world;
    Call& call;
    Reply refused{};
    AccessToken const* token = nullptr;

    explicit operator bool() const { return token != nullptr; }

    Documents& all(std::string const& kind) const { return world.data.documents[kind]; }

    Reply error(int status, std::string const& code, std::string const& message) const {
        return problem(world, call, status, code, message);
    }
    Reply missing() const {
        return error(404, call.service == "search" ? "NotFound.Generic" : "NOT_FOUND", "Not found");
    }

    /// Whether the token has one of these scopes; if not, `refused` says so. [guess] the code
    bool has_one_of(std::initializer_list<std::string_view> scopes) {
        for (auto const scope : scopes)
            if (has_scope(*token, scope)) return true;
        refused = error(403, call.service == "search" ? "Forbidden.Generic" : "FORBIDDEN",
                        "The scopes of the token are not enough for this call");
        token = nullptr;
        return false;
    }

    std::string urn() const { return identity_urn(token->identity); }

    /// The body as an object; an empty body is an empty object.
    std::optional<json::object> body() {
        if (call.body.empty()) return json::object{};
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (!failed && parsed.is_object()) return std::move(parsed.get_object());
        refused = error(422, "UNPROCESSABLE_ENTITY", "The body must be a JSON object");
        return std::nullopt;
    }

    json::object* find(std::string const& kind) const { return find_document(all(kind), call.holes[0]); }

    json::array list(std::string const& kind) const {
        json::array out;
        for (auto const& [id, document] : all(kind)) out.push_back(document);
        return out;
    }

    json::object& add(std::string const& kind, std::string const& id, json::object document) const {
        auto& documents = all(kind);
        documents.emplace_back(id, std::move(document));
        return documents.back().second;
    }

    void remove(std::string const& kind) const { all(kind).erase(call.holes[0]); }

    std::string now() const { return iso_time(world.now_locked()); }
};

inline void merge(json::object& into, json::object const& changes) {
    for (auto const& item : changes) into[item.key()] = item.value();
}

/// Answers a document of `kind` as it is.
template <char const* (*Kind)()>
Reply read_document(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* found = in.find(Kind());
    return found != nullptr ? Reply::of(200, *found) : in.missing();
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_PLAIN_IPP

namespace globus::sandbox::detail {

/// Whether somebody is known to Compute. [doc] a text; [guess] which one
inline Reply compute_authenticate(World& world, Call& call) {
    PlainCall in(world, call);
    return in ? Reply::of(200, json::value("OK")) : in.refused;
}

/// Registers a container, or has one built. [doc] the members, and the states of a build. [guess] what is registered
/// was "provided", and a build is "ready" at once: nothing is built
inline Reply compute_add_container(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    bool const build = call.operation == "build_container";
    std::string const type = text_of(*body, "type", build ? "docker" : "");
    if (text_of(*body, "name").empty()) return in.error(422, "422", "name: field required");
    if (type != "docker" && type != "singularity") return in.error(422, "422", "type: docker or singularity");
    if (!build && text_of(*body, "location").empty()) return in.error(422, "422", "location: field required");
    for (auto const* list : {"apt", "pip", "conda"})
        if (build && (!body->contains(list) || !body->at(list).is_array()))
            return in.error(422, "422", std::string(list) + ": field required");
    std::string const id = world.random.uuid();
    json::object container{{"container_uuid", id},
                           {"name", text_of(*body, "name")},
                           {"build_status", build ? "ready" : "provided"},
                           {"type", type},
                           {"location", build ? "docker://127.0.0.1/" + id : text_of(*body, "location")}};
    in.add("compute.containers", id, std::move(container));
    return Reply::of(200, json::object{{"container_id", id}});
}

/// A container, for one of the two runtimes, or how its building goes. [guess] 404 for the other runtime
inline Reply compute_container(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* container = in.find("compute.containers");
    if (container == nullptr) return in.error(404, "404", "Container " + call.holes[0] + " could not be found");
    if (call.holes.size() == 1) return Reply::of(200, json::object{{"status", text_of(*container, "build_status")}});
    if (lower(call.holes[1]) != text_of(*container, "type"))
        return in.error(404, "404", "Container " + call.holes[0] + " is none of " + call.holes[1]);
    return Reply::of(200, json::object{{"container", *container}});
}

/// Whether an administrator of the subscription vouches for an endpoint. [doc]; [guess] those whom the sandbox was
/// started with administer its subscription
inline Reply compute_verify_endpoint(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const endpoint = in.find("compute.endpoints");
    if (endpoint == nullptr) return in.missing();
    if (!is_configured(world, in.token->identity))
        return in.error(403, "403", "You do not administer the subscription of the endpoint");
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* verified = body->if_contains("subscription_admin_verified");
    if (verified == nullptr || !verified->is_bool())
        return in.error(422, "422", "subscription_admin_verified: field required");
    (*endpoint)["subscription_admin_verified"] = *verified;
    return Reply::of(200, json::object{{"subscription_admin_verified", *verified}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_CONTAINERS_IPP

namespace globus::sandbox::detail {

inline char const* compute_functions() { return "compute.functions"; }
inline char const* compute_tasks() { return "compute.tasks"; }

inline Reply compute_version(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    if (call.argument("service") != "all") return Reply::of(200, json::value("1.0.0"));
    return Reply::of(200, json::object{{"api", "1.0.0"},
                                       {"min_sdk_version", "1.0.0"},
                                       {"min_endpoint_version", "1.0.0"},
                                       {"git_sha", to_hex(sha256("sandbox")).substr(0, 40)}});
}

/// Where an endpoint would listen for tasks and leave results. [recorded] the members; nobody listens there
inline json::object compute_queue() {
    return {{"connection_url", "amqp://127.0.0.1:5672"}, {"exchange", "sandbox"}, {"queue", "sandbox"}};
}

/// [recorded] the members of an endpoint; what it told when it registered is in its `metadata`
inline json::object describe_compute_endpoint(std::string const& id, json::object const& registered) {
    json::object out = registered;
    if (auto const* metadata = registered.if_contains("metadata"); metadata != nullptr && metadata->is_object())
        for (auto const& item : metadata->get_object()) out[item.key()] = item.value();
    std::string const name = text_of(registered, "endpoint_name");
    out["uuid"] = id;
    out["name"] = name;
    add_defaults(out, {{"display_name", json::value(name)},
                       {"description", nullptr},
                       {"endpoint_config", nullptr},
                       {"endpoint_version", nullptr},
                       {"hostname", nullptr},
                       {"ip_address", nullptr},
                       {"local_user", nullptr},
                       {"multi_user", false},
                       {"public", false},
                       {"sdk_version", nullptr},
                       {"subscription_uuid", nullptr},
                       {"user_config_schema", nullptr},
                       {"user_config_template", nullptr}});
    return out;
}

inline Reply compute_register(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto body = in.body();
    if (!body) return in.refused;
    bool const function = call.operation == "register_function";
    std::string const name = function ? "function_uuid" : "endpoint_id";
    std::string const id = world.random.uuid();
    (*body)[name] = id;
    (*body)["owner"] = in.token->identity;
    if (!function) (*body)["status"] = "offline";
    if (function) add_defaults(*body, {{"description", nullptr}, {"metadata", nullptr}});
    in.add(function ? "compute.functions" : "compute.endpoints", id, *body);
    if (function) return Reply::of(200, json::object{{name, id}});
    json::object results = compute_queue();
    results["queue_publish_kwargs"] = json::object{};
    return Reply::of(200, json::object{{name, id},
                                       {"task_queue_info", compute_queue()},
                                       {"result_queue_info", std::move(results)},
                                       {"warnings", json::array{}}});
}

inline Reply compute_endpoint_list(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    json::array out;
    for (auto const& [id, endpoint] : in.all("compute.endpoints")) {
        // [doc] one's own, or with role=any those of others that are public, too
        bool const own = text_of(endpoint, "owner") == in.token->identity;
        if (own || (call.argument("role") == "any" && flag_of(endpoint, "public")))
            out.push_back(describe_compute_endpoint(id, endpoint));
    }
    return Reply::of(200, out);
}

inline Reply get_compute_endpoint(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* endpoint = in.find("compute.endpoints");
    return endpoint != nullptr ? Reply::of(200, describe_compute_endpoint(call.holes[0], *endpoint)) : in.missing();
}

inline Reply compute_endpoint_status(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* endpoint = in.find("compute.endpoints");
    if (endpoint == nullptr) return in.missing();
    // An endpoint is online once a program, or an admin call, said so.
    bool const online = text_of(*endpoint, "status") == "online";
    return Reply::of(200, json::object{{"status", online ? "online" : "offline"},
                                       {"details", json::object{{"total_workers", online ? 1 : 0},
                                                                {"idle_workers", online ? 1 : 0},
                                                                {"pending_tasks", 0},
                                                                {"outstanding_tasks", 0},
                                                                {"managers", online ? 1 : 0}}}});
}

inline Reply compute_change(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    char const* const kind = call.operation == "delete_function" ? "compute.functions" : "compute.endpoints";
    auto* const found = in.find(kind);
    if (found == nullptr) return in.missing();
    // [doc] an endpoint and a function are their owner's. [guess] the code
    if (text_of(*found, "owner") != in.token->identity && call.method != "GET")
        return in.error(403, "403", "Only the owner may change this");
    if (call.method == "DELETE") {
        in.remove(kind);
        return Reply::of(200, json::object{{"result", 302}});
    }
    if (call.operation == "lock_endpoint")
        return Reply::of(200, json::object{{"endpoint_id", call.holes[0]},
                                           {"lock_expiration_timestamp", iso_time(world.now_locked() + 60000)}});
    if (call.operation == "get_endpoint_allowlist")
        return Reply::of(
            200, json::object{{"endpoint_id", call.holes[0]}, {"restricted", false}, {"functions", json::array{}}});
    auto const body = in.body();
    if (!body) return in.refused;
    merge(*found, *body);
    return Reply::of(200, json::object{{"endpoint_id", call.holes[0]}});
}

/// [doc] whoever uses an endpoint satisfies its policy. [guess] the code of the answer
inline std::optional<Reply> wrong_session(PlainCall const& in, std::string const& endpoint) {
    auto const* const found = find_document(in.all("compute.endpoints"), endpoint);
    std::string const policy = found != nullptr ? text_of(*found, "authentication_policy") : "";
    if (policy.empty() || satisfies_policy(in.world, *in.token, policy)) return std::nullopt;
    std::string const message = "The session does not satisfy the authentication policy of the endpoint";
    return login_needed(
        in.world, in.call, 403, "AuthorizationRequired", message,
        {{"session_message", message}, {"session_required_policies", json::array{json::value(policy)}}});
}

/// [recorded] the answers of both versions. A task waits until an admin call tells its result.
inline Reply compute_submit(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* tasks = body->if_contains("tasks");
    if (tasks == nullptr) return in.error(422, "422", "tasks: field required");
    if (!call.holes.empty() && find_document(in.all("compute.endpoints"), call.holes[0]) == nullptr)
        return in.error(404, "404", "Endpoint " + call.holes[0] + " could not be resolved");
    if (auto const refused = wrong_session(in, call.holes.empty() ? "" : call.holes[0])) return *refused;
    std::string const group = world.random.uuid();
    auto const make = [&] {
        std::string const id = world.random.uuid();
        in.add("compute.tasks", id,
               {{"task_id", id},
                {"status", "waiting-for-ep"},
                {"taskgroup_id", group},
                {"submitted_at", in.now()},
                {"details", json::object{}}});
        return id;
    };
    json::object answer{{"request_id", world.random.uuid()}, {"task_group_id", group}};
    if (auto const* by_function = tasks->if_object()) {
        json::object made;
        for (auto const& item : *by_function) {
            json::array ids;
            auto const count = item.value().is_array() ? item.value().get_array().size() : 1;
            for (std::size_t i = 0; i < count; ++i) ids.emplace_back(make());
            made[item.key()] = std::move(ids);
        }
        answer["endpoint_id"] = call.holes.empty() ? "" : call.holes[0];
        answer["tasks"] = std::move(made);
    } else if (auto const* list = tasks->if_array()) {
        json::array made;
        for (auto const& one : *list) {
            json::object row{
                {"status", "Success"}, {"task_uuid", make()}, {"http_status_code", 200}, {"reason", nullptr}};
            if (one.is_array() && one.get_array().size() >= 2) {
                row["function_uuid"] = one.get_array()[0];
                row["endpoint_uuid"] = one.get_array()[1];
            }
            made.push_back(std::move(row));
        }
        answer["response"] = "batch";
        answer["task_group_id"] = group;
        answer["results"] = std::move(made);
    }
    return Reply::of(200, answer);
}

inline Reply compute_batch(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    json::object results;
    if (auto const* ids = body->if_contains("task_ids"); ids != nullptr && ids->is_array())
        for (auto const& id : ids->get_array())
            if (id.is_string())
                if (auto const* task = find_document(in.all("compute.tasks"), to_string(id.get_string())))
                    results[id.get_string()] = *task;
    return Reply::of(200, json::object{{"response", "batch"}, {"results", std::move(results)}});
}

inline Reply compute_task_group(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    json::array ids;
    for (auto const& [id, task] : in.all("compute.tasks"))
        if (text_of(task, "taskgroup_id") == call.holes[0])
            ids.push_back(json::object{{"id", id}, {"created_at", text_of(task, "submitted_at")}});
    if (ids.empty()) return in.missing();
    return Reply::of(
        200,
        json::object{{"taskgroup_id", call.holes[0]}, {"create_websockets_queue", false}, {"tasks", std::move(ids)}});
}

inline Reply compute_amqp(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    return Reply::of(200, json::object{{"queue_prefix", "sandbox"}, {"connection_url", "amqp://127.0.0.1:5672"}});
}

/// Ends a task: what an endpoint would have said. [recorded] the members. False when there is no such task
inline bool complete_compute_task(World& world, std::string const& id, bool good, std::string const& result) {
    auto* const task = find_document(world.data.documents["compute.tasks"], id);
    if (task == nullptr) return false;
    (*task)["status"] = good ? "success" : "failed";
    (*task)[good ? "result" : "exception"] = result;
    (*task)["completion_t"] = std::to_string(world.now_locked() / 1000);
    world.wake.notify_all();  // a flow may wait for it
    return true;
}

inline std::vector<Route> const& compute_routes() {
    static std::vector<Route> const all{
        {"GET", "/v2/version", "compute", "get_version", &compute_version},
        {"GET", "/v2/get_amqp_result_connection_url", "compute", "get_result_amqp_url", &compute_amqp},
        {"POST", "/v2/endpoints", "compute", "register_endpoint", &compute_register},
        {"POST", "/v3/endpoints", "compute", "register_endpoint", &compute_register},
        {"GET", "/v2/endpoints", "compute", "get_endpoints", &compute_endpoint_list},
        {"GET", "/v2/endpoints/{}", "compute", "get_endpoint", &get_compute_endpoint},
        {"GET", "/v2/endpoints/{}/status", "compute", "get_endpoint_status", &compute_endpoint_status},
        {"DELETE", "/v2/endpoints/{}", "compute", "delete_endpoint", &compute_change},
        {"DELETE", "/v3/endpoints/{}", "compute", "delete_endpoint", &compute_change},
        {"POST", "/v2/endpoints/{}/lock", "compute", "lock_endpoint", &compute_change},
        {"POST", "/v3/endpoints/{}/lock", "compute", "lock_endpoint", &compute_change},
        {"PUT", "/v3/endpoints/{}", "compute", "update_endpoint", &compute_change},
        {"GET", "/v3/endpoints/{}/allowed_functions", "compute", "get_endpoint_allowlist", &compute_change},
        {"PUT", "/v3/endpoints/{}/subscription-admin-verified", "compute", "set_subscription_admin_verified",
         &compute_verify_endpoint},
        {"GET", "/v2/authenticate", "compute", "check_authentication", &compute_authenticate},
        {"POST", "/v2/containers", "compute", "register_container", &compute_add_container},
        {"POST", "/v2/containers/build", "compute", "build_container", &compute_add_container},
        {"GET", "/v2/containers/build/{}", "compute", "get_container_build_status", &compute_container},
        {"GET", "/v2/containers/{}/{}", "compute", "get_container", &compute_container},
        {"POST", "/v2/functions", "compute", "register_function", &compute_register},
        {"POST", "/v3/functions", "compute", "register_function", &compute_register},
        {"GET", "/v2/functions/{}", "compute", "get_function", &read_document<&compute_functions>},
        {"DELETE", "/v2/functions/{}", "compute", "delete_function", &compute_change},
        {"POST", "/v2/submit", "compute", "submit", &compute_submit},
        {"POST", "/v3/endpoints/{}/submit", "compute", "submit", &compute_submit},
        {"GET", "/v2/tasks/{}", "compute", "get_task", &read_document<&compute_tasks>},
        {"POST", "/v2/batch_status", "compute", "get_task_batch", &compute_batch},
        {"GET", "/v2/taskgroup/{}", "compute", "get_task_group", &compute_task_group},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_IPP
// The rest of the GCS Manager: the endpoint itself, its nodes, owners and policies; and which request is which operation.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GCS_ENDPOINT_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GCS_ENDPOINT_IPP

// Names of their own for the endpoint and for collections, and the check of how collections are set up.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GCS_DOMAINS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GCS_DOMAINS_IPP

// The GCS Manager of the sandbox's endpoint, under /api. What is made, changed and deleted here is seen by Transfer.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GCS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GCS_IPP

// Which request is which operation of Transfer.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ROUTES_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ROUTES_IPP

// Documents of the service: bookmarks and pause rules.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_DOCUMENTS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_DOCUMENTS_IPP

// A call to the Transfer service: who asks, and what of.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_CALL_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_CALL_IPP

// The engine that carries tasks out, in the order of the sandbox's time.
#ifndef GLOBUS_SANDBOX_IMPL_TASKS_ENGINE_IPP
#define GLOBUS_SANDBOX_IMPL_TASKS_ENGINE_IPP

// What a task says of itself: events, status, how it ended.
#ifndef GLOBUS_SANDBOX_IMPL_TASKS_REPORTS_IPP
#define GLOBUS_SANDBOX_IMPL_TASKS_REPORTS_IPP

// One attempt at a task: it copies and deletes real files.
#ifndef GLOBUS_SANDBOX_IMPL_TASKS_ATTEMPT_IPP
#define GLOBUS_SANDBOX_IMPL_TASKS_ATTEMPT_IPP

#include <fnmatch.h>

namespace globus::sandbox::detail {

/// Whether a name is one of those that a pattern of the shell stands for: `*`, `?`, `[...]`, and a backslash before what
/// is meant as it is. [doc] interpret_globs and filter_rules
inline bool fits_pattern(std::string const& pattern, std::string const& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// What one attempt at a task is to do; a copy, so that it can be carried out without the lock.
struct Job {
    std::string task;
    bool is_delete = false;
    fs::path source;
    fs::path destination;
    std::string source_state;
    std::string destination_state;
    std::vector<TransferItem> items;
    std::set<std::string> finished;
    json::object options;
};

/// What came of it.
struct Result {
    std::int64_t files = 0;
    std::int64_t directories = 0;
    std::int64_t symlinks = 0;
    std::int64_t transferred = 0;
    std::int64_t skipped_files = 0;
    std::int64_t bytes = 0;
    std::int64_t checksummed = 0;
    std::vector<Copied> done;
    std::vector<std::string> finished;
    std::vector<json::object> skipped;
    std::string fault;    ///< code of the first fault; empty when all went well
    std::string details;  ///< its text
    bool fatal = false;
};

/// One attempt at a job.
class Attempt {
public:
    explicit Attempt(Job const& job) : job_(job) {
        if (auto const* level = member(job.options, "sync_level"))
            if (auto const number = number_of(*level)) sync_level_ = static_cast<int>(*number);
        verify_ = flag_of(job.options, "verify_checksum", true);
        skip_errors_ = flag_of(job.options, "skip_source_errors");
        symlinks_ = text_of(job.options, "recursive_symlinks", "ignore");
    }

    Result run() {
        // [guess] a collection that cannot be reached is a fault, as a missing file is
        for (auto const* state : {&job_.source_state, &job_.destination_state}) {
            if (*state == "disconnected") return fail("ENDPOINT_ERROR", "The collection is not connected");
            if (*state == "login_failed") return fail("AUTH", "Login to the collection failed");
            if (*state == "permission_denied") return fail("PERMISSION_DENIED", "Permission denied");
        }
        for (auto const& item : job_.items) {
            if (job_.is_delete)
                remove(item);
            else
                transfer(item);
        }
        return std::move(result_);
    }

private:
    Result fail(std::string code, std::string details) {
        fault(std::move(code), std::move(details));
        return std::move(result_);
    }

    void fault(std::string code, std::string details) {
        if (!result_.fault.empty()) return;
        result_.fault = std::move(code);
        result_.details = std::move(details);
    }

    void source_fault(TransferItem const& item, std::string const& path, std::string code) {
        if (skip_errors_ && (code == "FILE_NOT_FOUND" || code == "PERMISSION_DENIED")) {
            result_.skipped.push_back(json::object{{"DATA_TYPE", "skipped_error"},
                                                   {"source_path", path},
                                                   {"destination_path", item.destination},
                                                   {"error_code", code},
                                                   {"error_details", "Error (" + code + ") at " + path},
                                                   {"error_time", nullptr},
                                                   {"is_directory", item.recursive.value_or(false)},
                                                   {"is_symlink", false},
                                                   {"is_delete_destination_extra", false},
                                                   {"external_checksum", nullptr},
                                                   {"checksum_algorithm", nullptr}});
            result_.finished.push_back(item.destination);
            return;
        }
        std::string const text = code == "FILE_NOT_FOUND" ? "No such file or directory" : "Permission denied";
        fault(std::move(code), "Path: " + path + ": " + text);
    }

    bool excluded(std::string const& name, bool directory) const {
        auto const* rules = job_.options.if_contains("filter_rules");
        if (rules == nullptr || !rules->is_array()) return false;
        for (auto const& rule : rules->get_array()) {
            std::string const type = text_of(rule, "type");
            if ((type == "file" && directory) || (type == "dir" && !directory)) continue;
            if (fits_pattern(text_of(rule, "name"), name)) return text_of(rule, "method", "exclude") == "exclude";
        }
        return false;
    }

    void transfer(TransferItem const& item) {
        if (job_.finished.contains(item.destination)) return;
        Place const from = find_place(job_.source, item.source);
        Place const to = find_place(job_.destination, item.destination);
        if (!from.allowed && !item.link) return source_fault(item, from.path, "PERMISSION_DENIED");
        if (!to.allowed) return fault("PERMISSION_DENIED", "Path: " + to.path + ": Permission denied");
        std::error_code error;
        // [doc] a link that is an item is followed, but as a transfer_symlink_item
        if (item.link) {
            bool const inside = find_place(job_.source, from.path.substr(0, from.path.rfind('/'))).allowed;
            if (!inside || !fs::is_symlink(fs::symlink_status(from.file, error)))
                return source_fault(item, from.path, "FILE_NOT_FOUND");
            if (copy_link(from.file, to)) result_.finished.push_back(item.destination);
            return;
        }
        auto const status = fs::status(from.file, error);
        if (!fs::exists(status)) return source_fault(item, from.path, "FILE_NOT_FOUND");
        if (fs::is_directory(status)) {
            // [doc] an item that does not say is what it is found to be
            if (item.recursive == false) return fault("IS_A_DIRECTORY", "Path: " + from.path + ": Is a directory");
            copy_directory(item, from, to);
        } else {
            if (item.recursive == true) return fault("NOT_A_DIRECTORY", "Path: " + from.path + ": Not a directory");
            if (copy_file(from, to, &item)) result_.finished.push_back(item.destination);
        }
    }

    void copy_directory(TransferItem const& item, Place const& from, Place const& to) {
        std::error_code error;
        // [guess] a link that leads back to where it came from is left out
        fs::path const real = fs::canonical(from.file, error);
        if (std::find(above_.begin(), above_.end(), real) != above_.end()) return;
        above_.push_back(real);
        copy_entries(item, from, to);
        above_.pop_back();
    }

    void copy_entries(TransferItem const& item, Place const& from, Place const& to) {
        std::error_code error;
        fs::create_directories(to.file, error);
        if (error) return fault("PERMISSION_DENIED", "Path: " + to.path + ": " + error.message());
        ++result_.directories;
        bool complete = true;
        std::vector<fs::directory_entry> entries;
        for (auto const& entry : fs::directory_iterator(from.file, error)) entries.push_back(entry);
        std::sort(entries.begin(), entries.end());
        std::set<std::string> names;
        for (auto const& entry : entries) {
            std::string const name = entry.path().filename().string();
            names.insert(name);
            bool const directory = entry.is_directory(error);
            if (excluded(name, directory)) continue;
            // The dot keeps a name that is `~` from being the top directory.
            Place const inner_from = find_place(job_.source, from.path + "/./" + name);
            Place const inner_to = find_place(job_.destination, to.path + "/./" + name);
            auto const before = result_.fault;
            bool const link = entry.is_symlink(error);
            if (link) ++result_.symlinks;
            // [doc] recursive_symlinks is "ignore" when nothing else is asked for. [guess] a link that leads out of the
            // collection is not copied
            if (link && symlinks_ != "keep" && (symlinks_ != "copy" || !inner_from.allowed)) continue;
            if (link && symlinks_ == "keep")
                copy_link(entry.path(), inner_to);
            else if (!inner_to.allowed)
                fault("PERMISSION_DENIED", "Path: " + inner_to.path + ": Permission denied");
            else if (directory)
                copy_directory(item, inner_from, inner_to);
            else if (entry.is_regular_file(error))
                copy_file(inner_from, inner_to, nullptr);
            complete = complete && result_.fault == before;
        }
        if (flag_of(job_.options, "delete_destination_extra"))
            for (auto const& entry : fs::directory_iterator(to.file, error))
                if (!names.contains(entry.path().filename().string())) fs::remove_all(entry.path(), error);
        if (complete && from.path == find_place(job_.source, item.source).path)
            result_.finished.push_back(item.destination);
    }

    bool copy_link(fs::path const& from, Place const& to) {
        std::error_code error;
        fs::create_directories(to.file.parent_path(), error);
        if (fs::is_symlink(fs::symlink_status(to.file, error))) fs::remove(to.file, error);
        fs::create_symlink(fs::read_symlink(from, error), to.file, error);
        if (error) fault("PERMISSION_DENIED", "Path: " + to.path + ": " + error.message());
        return !error;
    }

    /// Whether the destination is as it should be already.
    bool up_to_date(Place const& from, Place const& to) {
        std::error_code error;
        if (sync_level_ < 0 || !fs::is_regular_file(to.file, error)) return false;
        if (sync_level_ == 0) return true;
        if (fs::file_size(from.file, error) != fs::file_size(to.file, error)) return false;
        if (sync_level_ == 1) return true;
        if (sync_level_ == 2) return fs::last_write_time(from.file, error) <= fs::last_write_time(to.file, error);
        return hash_file(from.file, EVP_sha256()) == hash_file(to.file, EVP_sha256());
    }

    bool copy_file(Place const& from, Place const& to, TransferItem const* item) {
        ++result_.files;
        std::error_code error;
        if (fs::is_directory(to.file, error)) {
            fault("IS_A_DIRECTORY", "Path: " + to.path + ": Is a directory");
            return false;
        }
        if (up_to_date(from, to)) {
            ++result_.skipped_files;
            return true;
        }
        fs::create_directories(to.file.parent_path(), error);  // [doc] missing directories are made
        fs::copy_file(from.file, to.file, fs::copy_options::overwrite_existing, error);
        if (error) {
            fault("PERMISSION_DENIED", "Path: " + to.path + ": " + error.message());
            return false;
        }
        auto const size = static_cast<std::int64_t>(fs::file_size(to.file, error));
        auto const sum = verify_ ? hash_file(to.file, EVP_sha256()) : std::nullopt;
        if (verify_ && hash_file(from.file, EVP_sha256()) != sum) {
            fault("VERIFY_CHECKSUM", "Path: " + to.path + ": Checksums differ");
            return false;
        }
        if (verify_) result_.checksummed += size;
        if (item != nullptr && !item->checksum.empty()) {
            std::string const wanted = item->algorithm.empty() ? "md5" : lower(item->algorithm);
            auto const* kind = EVP_get_digestbyname(wanted.c_str());
            auto const have = kind != nullptr ? hash_file(to.file, kind) : std::nullopt;
            if (!have || !same_name(to_hex(*have), item->checksum)) {
                fault("VERIFY_CHECKSUM", "Path: " + to.path + ": The external checksum differs");
                return false;
            }
        }
        if (flag_of(job_.options, "preserve_timestamp"))
            fs::last_write_time(to.file, fs::last_write_time(from.file, error), error);
        ++result_.transferred;
        result_.bytes += size;
        result_.done.push_back({from.path, to.path, size, sum ? to_hex(*sum) : ""});
        return true;
    }

    /// The paths that a pattern stands for, name by name.
    std::vector<std::string> expand(std::string const& pattern) const {
        std::vector<std::string> found{""};
        for (auto const& part : path_parts(pattern)) {
            std::vector<std::string> next;
            for (auto const& above : found) {
                if (part.find_first_of("*?[\\") == std::string::npos) {
                    next.push_back(above + "/" + part);
                    continue;
                }
                Place const place = find_place(job_.source, above);
                std::error_code error;
                if (!place.allowed) continue;
                for (auto const& entry : fs::directory_iterator(place.file, error)) {
                    std::string const name = entry.path().filename().string();
                    if (fits_pattern(part, name)) next.push_back(above + "/" + name);
                }
            }
            std::sort(next.begin(), next.end());
            found = std::move(next);
        }
        return found;
    }

    void remove(TransferItem const& item) {
        if (!flag_of(job_.options, "interpret_globs") || item.source.find_first_of("*?[\\") == std::string::npos)
            return remove_path(item);
        auto const paths = expand(item.source);
        auto const before = result_.fault;
        if (paths.empty() && !flag_of(job_.options, "ignore_missing"))
            return fault("FILE_NOT_FOUND", "Path: " + item.source + ": No such file or directory");
        for (auto const& path : paths) {
            TransferItem one = item;
            one.source = path;
            remove_path(one);
        }
        if (result_.fault == before) result_.finished.push_back(item.source);
    }

    void remove_path(TransferItem const& item) {
        if (job_.finished.contains(item.source)) return;
        Place const place = find_place(job_.source, item.source);
        std::error_code error;
        if (!place.allowed || place.path == "/")
            return fault("PERMISSION_DENIED", "Path: " + place.path + ": Permission denied");
        auto const status = fs::symlink_status(place.file, error);
        error.clear();
        if (!fs::exists(status)) {
            if (!flag_of(job_.options, "ignore_missing"))
                return fault("FILE_NOT_FOUND", "Path: " + place.path + ": No such file or directory");
        } else if (fs::is_directory(status)) {
            if (!flag_of(job_.options, "recursive"))
                return fault("IS_A_DIRECTORY", "Path: " + place.path + ": Is a directory");
            ++result_.directories;
            auto const removed = fs::remove_all(place.file, error);
            result_.files += static_cast<std::int64_t>(removed);
        } else {
            ++result_.files;
            fs::remove(place.file, error);
        }
        if (error) return fault("PERMISSION_DENIED", "Path: " + place.path + ": " + error.message());
        result_.finished.push_back(item.source);
    }

    Job const& job_;
    Result result_;
    int sync_level_ = -1;
    bool verify_ = true;
    bool skip_errors_ = false;
    std::string symlinks_;
    std::vector<fs::path> above_;  ///< the directories that are being copied
};

/// How many files and bytes a transfer has before it, as far as they are there.
inline std::pair<std::int64_t, std::int64_t> measure(Job const& job) {
    std::int64_t files = 0;
    std::int64_t bytes = 0;
    std::error_code error;
    auto const add = [&](fs::path const& file) {
        if (!fs::is_regular_file(file, error)) return;
        ++files;
        bytes += static_cast<std::int64_t>(fs::file_size(file, error));
    };
    for (auto const& item : job.items) {
        Place const from = find_place(job.source, item.source);
        if (!from.allowed) continue;
        add(from.file);
        if (item.recursive.value_or(fs::is_directory(from.file, error)))
            for (auto const& entry : fs::recursive_directory_iterator(from.file, error)) add(entry.path());
    }
    return {files, bytes};
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TASKS_ATTEMPT_IPP

namespace globus::sandbox::detail {

inline void add_event(World& world, Task& task, std::string const& code, bool is_error, std::string const& description,
                      std::string const& details, std::optional<Millis> at = std::nullopt) {
    task.events.push_back(json::object{{"DATA_TYPE", "event"},
                                       {"code", code},
                                       {"description", description},
                                       {"details", details},
                                       {"is_error", is_error},
                                       {"parent_task_id", nullptr},
                                       {"time", iso_time(at.value_or(world.now_locked()))}});
}

inline void set_nice_status(Task& task, std::string const& code, std::string const& text, bool ok) {
    task.document["nice_status"] = code;
    task.document["nice_status_short_description"] = text;
    task.document["nice_status_details"] = nullptr;
    task.document["nice_status_expires_in"] = -1;
    task.document["is_ok"] = ok;
}

/// Ends a task. [recorded] what a task that is over says
inline void end_task(Task& task, std::string const& status, Millis at) {
    auto& document = task.document;
    task.over = true;
    document["status"] = status;
    document["completion_time"] = iso_time(at);
    for (auto const* name :
         {"nice_status", "nice_status_details", "nice_status_expires_in", "nice_status_short_description", "is_ok"})
        document[name] = nullptr;
    document["is_paused"] = false;
    document["subtasks_pending"] = 0;
    document["subtasks_retrying"] = 0;
    double const seconds = std::max(1.0, static_cast<double>(at - task.requested) / 1000);
    document["effective_bytes_per_second"] =
        static_cast<std::int64_t>(number_of(document, "bytes_transferred", 0) / seconds);
}

/// [guess] the code of a task that its deadline ended
inline void expire_task(World& world, Task& task, Millis at) {
    auto const pending = number_of(task.document, "subtasks_pending", 0);
    add_event(world, task, "EXPIRED", true, "expired", "The deadline has passed", at);
    task.document["subtasks_expired"] = static_cast<std::int64_t>(pending);
    task.document["fatal_error"] =
        json::object{{"code", "EXPIRED"}, {"description", "The task did not complete before its deadline"}};
    end_task(task, "FAILED", at);
}

inline void grow(json::object& document, char const* name, std::int64_t by) {
    document[name] = static_cast<std::int64_t>(number_of(document, name, 0)) + by;
}

/// A quarter of the task's duration is over: what it shows grows, as if it were on its way.
inline void show_progress(World& world, Task& task, Millis at) {
    auto& document = task.document;
    document["files"] = task.total_files;
    document["files_transferred"] = task.total_files * task.step / 4;
    document["bytes_transferred"] = task.total_bytes * task.step / 4;
    double const seconds = std::max(1.0, static_cast<double>(at - task.begun) / 1000);
    document["effective_bytes_per_second"] =
        static_cast<std::int64_t>(number_of(document, "bytes_transferred", 0) / seconds);
    add_event(world, task, "PROGRESS", false, "progress",
              "files: " + std::to_string(task.total_files * task.step / 4) +
                  ", bytes: " + std::to_string(task.total_bytes * task.step / 4),
              at);
}

/// [recorded] a delete ends with the first error at a path; [guess] it tries again while the collection is away
inline bool fails_at_once(std::string const& fault) { return fault != "ENDPOINT_ERROR" && fault != "AUTH"; }

/// Ends a task with a fault. [recorded] what it says then
inline void fail_task(World& world, Task& task, Result const& result, Millis at) {
    std::string text = lower(result.fault);
    std::replace(text.begin(), text.end(), '_', ' ');
    if (result.fault == "FILE_NOT_FOUND") text = "file not found";
    add_event(world, task, result.fault, true, text, result.details);
    auto const left = static_cast<std::int64_t>(number_of(task.document, "subtasks_pending", 0));
    grow(task.document, "faults", 1);
    task.document["subtasks_failed"] = std::max<std::int64_t>(1, left);
    task.document["fatal_error"] = json::object{{"code", result.fault}, {"description", text}};
    add_event(world, task, "FAILED", true, "failed", text, at);
    end_task(task, "FAILED", at);
}

inline void report(World& world, Task& task, Result const& result, Millis at) {
    auto& document = task.document;
    Millis const now = world.now_locked();
    // What was shown on the way makes room for what was done.
    if (!std::exchange(task.attempted, true))
        for (auto const* name : {"files", "files_transferred", "bytes_transferred"}) document[name] = 0;
    grow(document, "files_transferred", result.transferred);
    grow(document, "files_skipped", result.skipped_files);
    grow(document, "bytes_transferred", result.bytes);
    grow(document, "bytes_checksummed", result.checksummed);
    grow(document, "subtasks_succeeded", static_cast<std::int64_t>(result.done.size()));
    grow(document, "subtasks_skipped_errors", static_cast<std::int64_t>(result.skipped.size()));
    for (auto const& path : result.finished) task.finished.insert(path);
    for (auto const& pair : result.done) task.done.push_back(pair);
    for (auto error : result.skipped) {
        error["error_time"] = iso_time(now);
        task.skipped.push_back(error);
    }
    auto const most = [&](char const* name, std::int64_t value) {
        document[name] = std::max(value, static_cast<std::int64_t>(number_of(document, name, 0)));
    };
    most("files", result.files);
    most("directories", result.directories);
    most("symlinks", result.symlinks);
    auto const left = static_cast<std::int64_t>(task.items.size()) - static_cast<std::int64_t>(task.finished.size());
    document["subtasks_pending"] = std::max<std::int64_t>(0, left);
    most("subtasks_total", static_cast<std::int64_t>(number_of(document, "subtasks_succeeded", 0)) +
                               static_cast<std::int64_t>(task.skipped.size()) + std::max<std::int64_t>(0, left));
    if (!result.fault.empty() && task.is_delete && fails_at_once(result.fault)) {
        fail_task(world, task, result, at);
        return;
    }
    if (!result.fault.empty()) {
        std::string text = lower(result.fault);
        std::replace(text.begin(), text.end(), '_', ' ');
        add_event(world, task, result.fault, true, text, result.details);
        grow(document, "faults", 1);
        document["subtasks_retrying"] = std::max<std::int64_t>(0, left);
        set_nice_status(task, result.fault, text, false);
        document["nice_status_details"] = result.details;
        task.last_fault = result.fault;
        // [guess] a login that fails makes the task INACTIVE, as credentials that expire do
        document["status"] = result.fault == "AUTH" ? "INACTIVE" : "ACTIVE";
        task.due = now + world.options.retry_interval.count();
        return;
    }
    task.last_fault.clear();
    if (task.is_delete) document["subtasks_succeeded"] = static_cast<std::int64_t>(task.items.size());
    std::string details = "files: " + std::to_string(result.files) + ", bytes: " + std::to_string(result.bytes);
    if (!task.is_delete) add_event(world, task, "PROGRESS", false, "progress", details, at);
    add_event(world, task, "SUCCEEDED", false, "succeeded", details, at);
    end_task(task, "SUCCEEDED", at);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TASKS_REPORTS_IPP

namespace globus::sandbox::detail {

/// The rules of the endpoint manager that keep a task from running. [doc] what each flag pauses; [guess] a rule
/// without any of the three pauses all tasks
inline std::vector<json::object const*> pause_rules_of(World const& world, Task const& task) {
    std::vector<json::object const*> out;
    auto const kept = world.data.documents.find("transfer.pause_rules");
    if (kept == world.data.documents.end()) return out;
    for (auto const& entry : kept->second) {
        json::object const& rule = entry.second;
        if (auto const identity = text_of(rule, "identity_id"); !identity.empty() && identity != task.owner) continue;
        bool const any = rule.contains("pause_task_delete") || rule.contains("pause_task_transfer_read") ||
                         rule.contains("pause_task_transfer_write");
        auto const holds = [&](std::string const& endpoint, char const* flag) {
            return text_of(rule, "endpoint_id") == endpoint && flag_of(rule, flag, !any);
        };
        if (task.is_delete ? holds(task.source, "pause_task_delete")
                           : holds(task.source, "pause_task_transfer_read") ||
                                 holds(task.destination, "pause_task_transfer_write"))
            out.push_back(&rule);
    }
    return out;
}

/// Pauses the tasks that a pause rule is for, and lets go those that none is for any more.
inline void apply_pause_rules(World& world, Task& task) {
    bool const hold = !pause_rules_of(world, task).empty();
    if (hold == task.held) return;
    task.held = hold;
    task.document["is_paused"] = hold || task.paused;
    if (hold) {
        set_nice_status(task, "PAUSED_BY_ADMIN", "Paused by an administrator", false);
        add_event(world, task, "PAUSED", false, "paused", "A pause rule");
    } else if (!task.paused) {
        set_nice_status(task, task.started ? "OK" : "QUEUED", task.started ? "OK" : "Queued", true);
        add_event(world, task, "UNPAUSED", false, "unpaused", "");
    }
}

/// The tasks that may run: [doc] three of each user, the first come first. The others are queued.
inline std::vector<Task*> running_tasks(World& world) {
    std::vector<Task*> out;
    std::map<std::string, int> of_owner;
    for (auto const& id : world.data.task_order) {
        if (world.data.tasks.peek(id).over) continue;
        Task& task = world.data.tasks[id];
        apply_pause_rules(world, task);
        if (task.paused || task.held) continue;
        if (++of_owner[task.owner] > 3) {
            set_nice_status(task, "QUEUED", "Queued", true);
            continue;
        }
        out.push_back(&task);
    }
    return out;
}

inline Job job_of(World const& world, Task const& task) {
    Job job;
    job.task = task.id;
    job.is_delete = task.is_delete;
    job.items = task.items;
    job.finished = task.finished;
    job.options = task.options;
    auto const state_of = [&](std::string const& endpoint, fs::path& directory, std::string& state) {
        auto const found = world.data.endpoints.find(endpoint);
        state = found == world.data.endpoints.end() ? "disconnected" : found->second.state;
        if (found != world.data.endpoints.end()) directory = found->second.directory;
    };
    state_of(task.source, job.source, job.source_state);
    if (!job.is_delete) state_of(task.destination, job.destination, job.destination_state);
    return job;
}

/// A task comes among the running ones. [recorded] the details are JSON, as a text
inline void begin_task(World& world, Task& task, std::int64_t files, std::int64_t bytes) {
    Millis const duration = world.options.task_duration.count();
    task.started = true;
    task.total_files = files;
    task.total_bytes = bytes;
    task.begun = std::max(world.data.engine_time, task.requested);
    task.step = duration == 0 ? 4 : 1;
    task.due = task.begun + duration / 4;
    add_event(world, task, "STARTED", false, "started",
              task.is_delete ? R"({"type": "GridFTP Delete"})"
                             : R"({"type": "GridFTP Transfer", "concurrency": 2, "parallelism": 4, "pipelining": 20})",
              task.begun);
    set_nice_status(task, "OK", "OK", true);
}

/// The task whose deadline passed first; null when none did.
inline Task* first_expired(World& world, Millis now) {
    Task const* out = nullptr;
    for (auto const& name : world.data.task_order)
        if (Task const& task = world.data.tasks.peek(name);
            !task.over && task.deadline <= now && (out == nullptr || task.deadline < out->deadline))
            out = &task;
    return out != nullptr ? &world.data.tasks[out->id] : nullptr;
}

/**
 * Does, in the order of the sandbox's time, all that was to happen until now: tasks begin when one of the three places
 * is free, show progress at each quarter of their duration, are carried out at its end, and expire.
 */
inline void World::run_due_tasks() {
    std::lock_guard executor(engine);
    std::unique_lock lock(mutex);
    data.engine_time = std::min(data.engine_time, now_locked());
    Millis const duration = options.task_duration.count();
    while (!stopping) {
        save_locked();
        Task* beginner = nullptr;
        Task* next = nullptr;
        for (Task* task : running_tasks(*this)) {
            if (!task->started && beginner == nullptr) beginner = task;
            if (task->started && (next == nullptr || task->due < next->due)) next = task;
        }
        if (beginner != nullptr) {
            Job const job = job_of(*this, *beginner);
            lock.unlock();
            auto const [files, bytes] =
                job.is_delete || duration == 0 ? std::pair<std::int64_t, std::int64_t>{} : measure(job);
            lock.lock();
            auto const found = data.tasks.find(job.task);
            if (found == data.tasks.end() || found->second.over) continue;
            Task& task = found->second;
            begin_task(*this, task, files, bytes);
            wake.notify_all();
            continue;
        }
        Millis const now = now_locked();
        Task* const expired = first_expired(*this, now);
        if (expired != nullptr && (next == nullptr || expired->deadline <= next->due)) {
            data.engine_time = std::max(data.engine_time, expired->deadline);
            expire_task(*this, *expired, std::max(expired->deadline, expired->requested));
            wake.notify_all();
            continue;
        }
        if (auto const event = next_event(*this); event && *event <= now && (next == nullptr || *event <= next->due)) {
            data.engine_time = std::max(data.engine_time, *event);
            run_event(*this);
            wake.notify_all();
            continue;
        }
        if (next == nullptr || next->due > now) break;
        data.engine_time = std::max(data.engine_time, next->due);
        if (text_of(next->document, "nice_status") == "QUEUED") set_nice_status(*next, "OK", "OK", true);
        if (next->step < 4) {
            if (!next->is_delete) show_progress(*this, *next, next->due);
            ++next->step;
            next->due = next->begun + duration * next->step / 4;
            continue;
        }
        Job const job = job_of(*this, *next);
        lock.unlock();
        Result const result = Attempt(job).run();
        lock.lock();
        auto const found = data.tasks.find(job.task);
        if (found != data.tasks.end() && !found->second.over)
            report(*this, found->second, result, std::max(data.engine_time, found->second.begun));
        wake.notify_all();
    }
    data.engine_time = std::max(data.engine_time, now_locked());
    save_locked();
}

/// With the real clock: runs what is due, sleeps until something is.
inline void World::engine_loop() {
    while (true) {
        run_due_tasks();
        std::unique_lock lock(mutex);
        if (stopping) return;
        Millis const now = now_locked();
        Millis next = now + 60000;
        for (auto const& [name, task] : data.tasks.all())
            if (!task.over) next = std::min(next, task.deadline);
        for (Task* task : running_tasks(*this)) next = std::min(next, task->started ? task->due : now);
        if (auto const event = next_event(*this)) next = std::min(next, *event);
        if (next > now) wake.wait_for(lock, std::chrono::milliseconds(next - now));
        if (stopping) return;
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TASKS_ENGINE_IPP

namespace globus::sandbox::detail {

/// A call to the Transfer service whose token is good.
struct TransferCall {
    TransferCall(World& in, Call& of) : world(in), call(of) {
        token = authenticate(world, call, "transfer.api.globus.org", refused);
        if (token != nullptr && !scope_fits()) {
            refused = error(403, "PermissionDenied", "The scopes of the token are not enough for this call");
            token = nullptr;
        }
    }

    /// [doc] `all` is for everything, `gcp_install` for making personal endpoints, `monitor_ongoing` for looking at tasks
    bool scope_fits() const {
        std::string const prefix = "urn:globus:auth:scope:transfer.api.globus.org:";
        if (has_scope(*token, prefix + "all")) return true;
        if (has_scope(*token, prefix + "gcp_install") && call.operation == "create_endpoint") return true;
        return has_scope(*token, prefix + "monitor_ongoing") && call.method == "GET" &&
               call.path.find("/task") != std::string::npos;
    }

    World& world;
    Call& call;
    Reply refused{};
    AccessToken const* token = nullptr;

    Reply error(int status, std::string const& code, std::string const& message) const {
        return problem(world, call, status, code, message);
    }

    /// [recorded] the shape of a result
    Reply result(int status, std::string const& code, std::string const& message, json::object more = {},
                 std::string const& type = "result") const {
        more["DATA_TYPE"] = type;
        more["code"] = code;
        more["message"] = message;
        more["request_id"] = world.random.request_id();
        more["resource"] = call.path;
        return Reply::of(status, more);
    }

    Endpoint* endpoint(std::string const& id) {
        auto const found = world.data.endpoints.find(id);
        if (found != world.data.endpoints.end()) return &found->second;
        refused = error(404, "EndpointNotFound", "No such endpoint or collection: " + id);
        return nullptr;
    }

    /// The body as an object.
    std::optional<json::object> body() {
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (!failed && parsed.is_object()) return std::move(parsed.get_object());
        refused = error(400, "ClientError.BadRequest", "The body must be a JSON object");
        return std::nullopt;
    }

    /// Whether the caller has one of these roles at an endpoint.
    bool manages(Endpoint const& endpoint, std::initializer_list<std::string_view> roles = {"administrator"}) const {
        return has_role_at(world, endpoint, token->identity, roles);
    }

    /// What the access rules give the caller for a path.
    Access access(Endpoint const& endpoint, std::string_view path) const {
        return access_to(world, endpoint, token->identity, path);
    }

    /// The same as may_read, and whether the path may be read, or written. [recorded] the code
    bool may_use(Endpoint const& endpoint, char const* operation, std::string_view path, bool write) {
        if (endpoint.kind == "GCSv5_endpoint") {
            refused = error(409, "NotSupported", "An endpoint has no files: use one of its collections");  // [guess]
            return false;
        }
        if (!may_read(endpoint, operation)) return false;
        if (access(endpoint, path) >= (write ? Access::write : Access::read)) return true;
        refused = error(403, "EndpointPermissionDenied",
                        "Denied by endpoint, " + std::string(write ? "writing" : "reading") +
                            " is not allowed: " + (path.empty() ? "/" : std::string(path)));
        return false;
    }

    std::int64_t number(char const* name, std::int64_t otherwise) const {
        return to_integer(call.argument(name)).value_or(otherwise);
    }

    /// Whether the session is good enough for the files of a collection. [recorded] the answers; [guess] that to a
    /// submission
    bool session_fits(Endpoint const& endpoint, std::string const& operation) {
        auto const lacks = falls_short(world, *token, endpoint);
        if (!lacks) return true;
        if (lacks->of_policy) {
            refused = login_needed(world, call, 403, "AuthPolicyFailed", text_of(lacks->result, "message"),
                                   lacks->parameters);
        } else if (operation == "Submit") {
            refused = login_needed(world, call, 403, "AuthorizationRequired", text_of(lacks->result, "message"),
                                   lacks->parameters);
        } else {
            std::string const message =
                "Command Failed: Error (login)\nEndpoint: " + text_of(endpoint.document, "display_name") + " (" +
                endpoint.id + ")\nServer: 127.0.0.1:443\nMessage: Login Failed\n---\nDetails: 530-Login incorrect. : " +
                "GlobusError: v=1 c=LOGIN_DENIED\\r\\n530-GridFTP-Message: " + text_of(lacks->result, "message") +
                "\\r\\n530-GridFTP-JSON-Result: " + json::serialize(lacks->result) + "\\r\\n530 End.\\r\\n\n";
            refused = login_needed(world, call, 502, "ExternalError." + operation + "Failed.LoginFailed", message,
                                   lacks->parameters);
        }
        return false;
    }

    /// Whether files of the collection may be seen. [recorded] ConsentRequired; [doc] the codes of each state
    bool may_read(Endpoint const& endpoint, char const* operation) {
        if (!session_fits(endpoint, operation)) return false;
        if (endpoint.requires_data_access) {
            std::string const wanted = "https://auth.globus.org/scopes/" + endpoint.id + "/data_access";
            // [doc] what counts is the user's consent for the application, given at this login or an earlier one
            bool given = false;
            for (auto const& scope : token->scopes)
                for (auto const& dependency : read_scope(scope).dependencies)
                    given = given || dependency.name == wanted;
            for (auto const& consent : world.data.consents)
                given = given || (consent.client_id == token->client_id && consent.identity == token->identity &&
                                  consent.scope == wanted);
            if (!given) {
                json::array const scopes{
                    json::value("urn:globus:auth:scope:transfer.api.globus.org:all[*" + wanted + "]")};
                refused = Reply::of(
                    403, json::object{{"code", "ConsentRequired"},
                                      {"message", "Missing required data_access consent"},
                                      {"request_id", world.random.request_id()},
                                      {"resource", call.path},
                                      {"required_scopes", scopes},
                                      {"authorization_parameters",
                                       json::object{{"session_message", "Missing required data_access consent"},
                                                    {"required_scopes", scopes}}}});
                return false;
            }
        }
        std::string const failed = "ExternalError." + std::string(operation) + "Failed.";
        if (endpoint.state == "disconnected")
            refused = error(502, failed + "GCDisconnected", "Globus Connect is not connected");
        else if (endpoint.state == "login_failed")
            refused = error(502, failed + "LoginFailed", "Login to the collection failed");
        else if (endpoint.state == "size_limit" && std::string(operation) == "DirListing")
            refused = error(502, failed + "SizeLimit", "The directory has too many entries");
        else if (endpoint.state == "permission_denied")
            refused = error(403, "EndpointPermissionDenied", "Permission denied on " + endpoint.id);
        else
            return true;
        return false;
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_CALL_IPP

namespace globus::sandbox::detail {

template <class Kind>
struct PlainDocuments {
    static Documents& all(World& world) { return world.data.documents[Kind::many]; }
    static json::object* find(TransferCall& in) {
        auto* const found = find_document(all(in.world), in.call.holes[0]);
        return found != nullptr && Kind::hidden(in, *found) ? nullptr : found;
    }
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        json::array out;
        auto const endpoint = call.argument("filter_endpoint");
        for (auto const& [id, document] : all(world))
            if (!Kind::hidden(in, document) && (endpoint.empty() || text_of(document, "endpoint_id") == endpoint))
                out.push_back(document);
        return Reply::of(200, json::object{{"DATA_TYPE", Kind::list_type}, {"DATA", std::move(out)}});
    }
    static Reply create(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto body = in.body();
        if (!body) return in.refused;
        if (auto const name = text_of(*body, "name"); Kind::unique_names && !name.empty())
            for (auto const& [id, document] : all(world))
                if (text_of(document, "name") == name && !Kind::hidden(in, document))
                    return in.error(409, "BookmarkExists", "There is a bookmark of this name already");
        std::string const id = world.random.uuid();
        (*body)["id"] = id;
        (*body)["DATA_TYPE"] = Kind::type;
        Kind::complete(in, *body);
        all(world).emplace_back(id, *body);
        Kind::changed(world);
        return Reply::of(201, *body);
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto const* found = find(in);
        return found != nullptr ? Reply::of(200, *found) : in.error(404, Kind::missing, "Not found");
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto* const found = find(in);
        if (found == nullptr) return in.error(404, Kind::missing, "Not found");
        auto const body = in.body();
        if (!body) return in.refused;
        for (auto const& item : *body)
            if (item.key() != "id") (*found)[item.key()] = item.value();
        Kind::changed(world);
        return Reply::of(200, *found);
    }
    static Reply remove(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        if (find(in) == nullptr) return in.error(404, Kind::missing, "Not found");
        all(world).erase(call.holes[0]);
        Kind::changed(world);
        return in.result(200, "Deleted", "Deleted successfully");
    }
};

struct BookmarkKind {
    static constexpr char const* many = "transfer.bookmarks";
    static constexpr char const* type = "bookmark";
    static constexpr char const* list_type = "bookmark_list";
    static constexpr char const* missing = "BookmarkNotFound";
    static constexpr bool unique_names = true;
    static void changed(World&) {}
    /// [doc] a bookmark belongs to its owner alone
    static bool hidden(TransferCall const& in, json::object const& document) {
        return text_of(document, "owner_id") != in.token->identity;
    }
    static void complete(TransferCall const& in, json::object& document) {
        document["owner_id"] = in.token->identity;
        if (!document.contains("pinned")) document["pinned"] = false;
    }
};

struct PauseRuleKind {
    static constexpr char const* many = "transfer.pause_rules";
    static constexpr char const* type = "pause_rule";
    static constexpr char const* list_type = "pause_rule_list";
    static constexpr char const* missing = "PauseRuleNotFound";
    static constexpr bool unique_names = false;
    /// [doc] whoever manages the collection sees its rules
    static bool hidden(TransferCall const& in, json::object const& document) {
        auto const found = in.world.data.endpoints.find(text_of(document, "endpoint_id"));
        return found != in.world.data.endpoints.end() &&
               !in.manages(found->second, {"administrator", "activity_manager"});
    }
    static void complete(TransferCall const&, json::object&) {}
    static void changed(World& world) {
        (void)running_tasks(world);  // pauses and lets go
        world.wake.notify_all();
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_DOCUMENTS_IPP
// Endpoints and collections: their documents, and finding them.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ENDPOINTS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ENDPOINTS_IPP

namespace globus::sandbox::detail {

/// [recorded] the members of every endpoint, of which most are null
inline json::object const& empty_endpoint() {
    static json::object const all = [] {
        json::object out{{"DATA_TYPE", "endpoint"}};
        for (auto const* name : {"authentication_assurance_timeout",
                                 "authentication_policy_id",
                                 "authentication_timeout_mins",
                                 "contact_email",
                                 "contact_info",
                                 "default_directory",
                                 "department",
                                 "description",
                                 "expire_time",
                                 "gcp_connected",
                                 "gcp_paused",
                                 "gcs_manager_url",
                                 "gcs_version",
                                 "globus_connect_setup_key",
                                 "host_endpoint",
                                 "host_endpoint_display_name",
                                 "host_endpoint_id",
                                 "host_path",
                                 "https_server",
                                 "info_link",
                                 "keywords",
                                 "last_accessed_time",
                                 "local_user_info_available",
                                 "mapped_collection_display_name",
                                 "mapped_collection_id",
                                 "myproxy_dn",
                                 "myproxy_server",
                                 "non_functional_endpoint_display_name",
                                 "non_functional_endpoint_id",
                                 "oauth_server",
                                 "organization",
                                 "s3_url",
                                 "sharing_target_endpoint",
                                 "sharing_target_root_path",
                                 "storage_type",
                                 "subscription_id",
                                 "tlsftp_server",
                                 "user_message",
                                 "user_message_link",
                                 "username"})
            out[name] = nullptr;
        for (auto const* name : {"activated", "disable_anonymous_writes", "disable_verify", "force_encryption",
                                 "force_verify", "french_english_bilingual", "high_assurance", "in_use", "mfa_required",
                                 "public", "requester_pays", "s3_owner_activated", "subscription_admin_verified"})
            out[name] = false;
        out["location"] = "Automatic";
        out["network_use"] = "normal";
        out["max_concurrency"] = 4;
        out["max_parallelism"] = 8;
        out["preferred_concurrency"] = 2;
        out["preferred_parallelism"] = 4;
        out["expires_in"] = -1;
        return out;
    }();
    return all;
}

/// An endpoint as somebody sees it.
inline json::object describe_endpoint(World const& world, Endpoint const& endpoint, std::string const& identity) {
    json::object out = empty_endpoint();
    for (auto const& item : endpoint.document) out[item.key()] = item.value();
    bool const personal = endpoint.kind.starts_with("GCP_");
    bool const guest = endpoint.kind.ends_with("_guest_collection");
    bool const functional = endpoint.kind != "GCSv5_endpoint";
    // [recorded] what belongs to a server belongs to its GCS endpoint, and says where its manager is
    std::string const owner = personal ? endpoint.owner : world.gcs_id;
    out["id"] = endpoint.id;
    out["entity_type"] = endpoint.kind;
    out["owner_id"] = owner;
    out["owner_string"] = username_of(world, owner);
    out["name"] = endpoint.id;
    out["canonical_name"] = owner + "#" + endpoint.id;
    out["is_globus_connect"] = personal;
    out["non_functional"] = !functional;
    if (functional && out["default_directory"].is_null()) out["default_directory"] = "/~/";
    out["acl_available"] = guest;
    out["acl_editable"] = guest && endpoint.owner == identity;
    out["shareable"] = !guest;
    if (personal) {
        out["gcp_connected"] = endpoint.state != "disconnected";
        out["gcp_paused"] = false;
        out["DATA"] = json::array{json::object{{"DATA_TYPE", "server"}, {"hostname", nullptr}}};
    } else {
        out["gcs_version"] = "5.4.76";
        out["gcs_manager_url"] = world.https_url.substr(0, world.https_url.size() - 1);
        if (functional) out["https_server"] = world.base_url + "data/" + endpoint.id;
        out["DATA"] = json::array{json::object{{"DATA_TYPE", "server"},
                                               {"hostname", "127.0.0.1"},
                                               {"id", 1},
                                               {"is_connected", endpoint.state != "disconnected"},
                                               {"is_paused", false},
                                               {"port", 443},
                                               {"scheme", "gsiftp"},
                                               {"subject", nullptr},
                                               {"uri", "gsiftp://127.0.0.1:443"}}};
    }
    if (guest) out["mapped_collection_id"] = text_of(endpoint.document, "host_endpoint_id");
    json::array roles;
    bool const all = endpoint.owner == identity || (endpoint.open && is_configured(world, identity));
    if (all)
        for (auto const* role : {"administrator", "activity_manager", "activity_monitor"}) roles.emplace_back(role);
    for (auto const& role : endpoint.roles)
        if (!all && text_of(role, "principal") == identity) roles.emplace_back(text_of(role, "role"));
    out["my_effective_roles"] = std::move(roles);
    return out;
}

inline Reply get_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    return Reply::of(200, describe_endpoint(world, *endpoint, in.token->identity));
}

/// An endpoint of Globus Connect Personal, and the key with which its program registers. [recorded]
inline Reply create_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (text_of(*body, "display_name").empty() && text_of(*body, "name").empty())
        return in.error(400, "ClientError.BadRequest", "display_name is missing");
    if (!flag_of(*body, "is_globus_connect"))
        return in.error(400, "ClientError.BadRequest", "Only endpoints of Globus Connect Personal are made here");
    Endpoint made;
    made.id = world.random.uuid();
    // What the program would serve, is an empty directory of the sandbox.
    made.directory = world.options.root / ("personal-" + made.id);
    std::error_code error;
    fs::create_directories(made.directory, error);
    made.owner = in.token->identity;
    made.kind = "GCP_mapped_collection";
    made.document = *body;
    std::string const key = world.random.uuid();
    made.document["globus_connect_setup_key"] = key;
    world.add_endpoint(made);
    return in.result(201, "Created", "Endpoint created successfully",
                     {{"id", made.id}, {"globus_connect_setup_key", key}}, "endpoint_create_result");
}

/// A symbolic link. [doc]
inline Reply operation_symlink(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const path = text_of(*body, "path");
    if (!in.may_use(*endpoint, "Symlink", path, true)) return in.refused;
    Place const place = find_place(endpoint->directory, path);
    if (!place.allowed || place.path == "/")
        return in.error(403, "EndpointPermissionDenied", "Permission denied: " + path);
    std::error_code error;
    if (fs::exists(fs::symlink_status(place.file, error)))
        return in.error(502, "ExternalError.SymlinkFailed.Exists", "Path already exists: " + path);
    fs::create_symlink(text_of(*body, "symlink_target"), place.file, error);
    if (error) return in.error(404, "ClientError.NotFound", "The directory above does not exist: " + path);
    return in.result(202, "SymlinkCreated", "The symlink was created successfully", {}, "symlink_result");
}

inline Reply update_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (!in.manages(*endpoint))
        return in.error(403, "PermissionDenied", "Only an administrator may change an endpoint");
    for (auto const& item : *body)
        if (item.key() != "id" && item.key() != "DATA_TYPE") endpoint->document[item.key()] = item.value();
    return in.result(200, "Updated", "Endpoint updated successfully");
}

/// The subscription of an endpoint, or whether its subscription vouches for it. [guess] every subscription is known, and
/// "DEFAULT" is the sandbox's own
inline Reply set_subscription(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (!in.manages(*endpoint)) return in.error(403, "PermissionDenied", "Only an administrator may do this");
    bool const verified = call.operation == "set_subscription_admin_verified";
    char const* const name = verified ? "subscription_admin_verified" : "subscription_id";
    auto const* value = body->if_contains(name);
    if (value == nullptr) return in.error(400, "ClientError.BadRequest", std::string(name) + " is missing");
    bool const own = value->is_string() && same_name(std::string_view(value->get_string()), "DEFAULT");
    endpoint->document[name] = own ? json::value(own_subscription(world)) : *value;
    return in.result(200, "Updated", "Endpoint updated successfully");
}

/// The servers of an endpoint: one. [recorded] the shape
inline Reply endpoint_server_list(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    json::object const document = describe_endpoint(world, *endpoint, in.token->identity);
    return Reply::of(200, json::object{{"DATA_TYPE", "endpoint_server_list"},
                                       {"endpoint", endpoint->id},
                                       {"length", document.at("DATA").as_array().size()},
                                       {"DATA", document.at("DATA")}});
}

inline Reply endpoint_server(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    json::object const document = describe_endpoint(world, *endpoint, in.token->identity);
    if (call.holes[1] != "1" || endpoint->kind.starts_with("GCP_"))
        return in.error(404, "ServerNotFound", "No such server");
    return Reply::of(200, document.at("DATA").as_array().at(0));
}

/// Removes an endpoint, and what the GCS manager keeps of it.
inline void forget_endpoint(World& world, std::string const& id) {
    std::erase(world.data.endpoint_order, id);
    world.data.endpoints.erase(id);
    std::erase_if(world.data.apps, [&](App const& app) { return app.id == id; });
    world.data.documents["gcs.collections"].erase(id);
}

inline Reply delete_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    if (!in.manages(*endpoint))
        return in.error(403, "PermissionDenied", "Only an administrator may delete an endpoint");
    if (endpoint->kind == "GCSv5_endpoint")
        return in.error(409, "NotSupported", "An endpoint is deleted by its own manager");  // [guess]
    forget_endpoint(world, std::string(endpoint->id));
    return in.result(200, "Deleted", "Endpoint deleted successfully");
}

/// A guest collection over a directory of another collection.
inline Reply create_shared_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    Endpoint* const host = in.endpoint(text_of(*body, "host_endpoint", text_of(*body, "host_endpoint_id")));
    if (host == nullptr) return in.refused;
    if (!in.may_use(*host, "Share", text_of(*body, "host_path", "/"), false)) return in.refused;
    Place const place = find_place(host->directory, text_of(*body, "host_path", "/"));
    std::error_code error;
    if (!place.allowed || !fs::is_directory(place.file, error))
        return in.error(404, "ClientError.NotFound", "No directory at host_path");
    Endpoint made;
    made.id = world.random.uuid();
    made.directory = place.file;
    made.owner = in.token->identity;
    made.kind = host->kind.starts_with("GCP_") ? "GCP_guest_collection" : "GCSv5_guest_collection";
    made.document = *body;
    if (made.document.if_contains("display_name") == nullptr) made.document["display_name"] = made.id;
    made.document["host_endpoint_id"] = host->id;
    made.document["host_path"] = place.path;
    world.add_endpoint(made);
    return in.result(201, "Created", "Shared endpoint created successfully", {{"id", made.id}},
                     "endpoint_create_result");
}

/// The guest collections over a collection (`get_shared_endpoint_list` in pages of [guess] 100 or `max_results`), those
/// of them that are the caller's, or all endpoints that the caller manages.
inline Reply endpoint_lists(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    bool const monitored = call.operation == "endpoint_manager_monitored_endpoints";
    if (!monitored && in.endpoint(call.holes[0]) == nullptr) return in.refused;
    std::vector<json::object> found;
    for (auto const& id : world.data.endpoint_order) {
        Endpoint const& endpoint = world.data.endpoints.peek(id);
        if (monitored && !in.manages(endpoint, {"administrator", "activity_manager", "activity_monitor"})) continue;
        if (call.operation == "my_shared_endpoint_list" && endpoint.owner != in.token->identity) continue;
        if (!monitored && text_of(endpoint.document, "host_endpoint_id") != call.holes[0]) continue;
        found.push_back(describe_endpoint(world, endpoint, in.token->identity));
    }
    if (call.operation != "get_shared_endpoint_list") {
        auto const length = found.size();
        return Reply::of(200, json::object{{"DATA_TYPE", "endpoint_list"},
                                           {"length", length},
                                           {"DATA", cut(found, 0, static_cast<std::int64_t>(length))}});
    }
    // [recorded] the identifiers alone
    std::vector<json::object> shared;
    for (auto const& one : found) shared.push_back({{"id", one.at("id")}});
    auto const offset = std::max<std::int64_t>(0, in.number("next_token", 0));
    auto const limit = std::clamp<std::int64_t>(in.number("max_results", 100), 1, 1000);
    bool const more = offset + limit < static_cast<std::int64_t>(shared.size());
    return Reply::of(
        200, json::object{{"shared_endpoints", cut(shared, offset, limit)},
                          {"next_token", more ? json::value(std::to_string(offset + limit)) : json::value(nullptr)}});
}

/// The words of a text, each with a blank around it.
inline std::string words_of(std::string const& text) {
    std::string out = " ";
    for (char const c : lower(text)) {
        bool const part = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || (c & 0x80) != 0;
        if (part || out.back() != ' ') out += part ? c : ' ';
    }
    return out.back() == ' ' ? out : out + " ";
}

/// Whether the kind of an endpoint is one of those that a search asks for.
inline bool types_named(Call const& call, Endpoint const& endpoint) {
    for (auto const& type : split(call.argument("filter_entity_type"), ','))
        if (same_name(type, endpoint.kind)) return true;
    return false;
}

/// [doc] where a search looks
inline bool in_search_scope(TransferCall const& in, Endpoint const& endpoint, std::string const& scope) {
    std::string const& me = in.token->identity;
    bool const mine = endpoint.owner == me;
    bool const guest = endpoint.kind.ends_with("_guest_collection");
    if (scope == "my-endpoints") return mine;
    if (scope == "my-gcp-endpoints") return mine && endpoint.kind == "GCP_mapped_collection";
    if (scope == "administered-by-me") return in.manages(endpoint);
    if (scope == "shared-by-me") return mine && guest;
    if (scope == "shared-with-me") return !mine && guest && !endpoint.open && in.access(endpoint, "/") != Access::none;
    if (scope == "recently-used" || scope == "in-use") {
        for (auto const& id : in.world.data.task_order) {
            Task const& task = in.world.data.tasks.peek(id);
            if (task.owner == me && (task.source == endpoint.id || task.destination == endpoint.id) &&
                (scope == "recently-used" || task.active()))
                return true;
        }
        return false;
    }
    return true;
}

/// [doc] a search needs words, or a scope that says where to look
inline Reply endpoint_search(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    std::string const words = lower(call.argument("filter_fulltext"));
    std::string const scope = call.argument("filter_scope", "all");
    if (words.empty() && scope == "all")
        return in.error(400, "ClientError.BadRequest", "filter_fulltext is needed when filter_scope is all");
    std::vector<json::object> found;
    for (auto const& id : world.data.endpoint_order) {
        Endpoint const& endpoint = world.data.endpoints.peek(id);
        json::object document = describe_endpoint(world, endpoint, in.token->identity);
        std::string text = " ";
        for (auto const* field : {"id", "display_name", "description", "organization", "keywords", "owner_string"})
            text += words_of(field_text(document, field));
        bool fits = in_search_scope(in, endpoint, scope);
        // [doc] every word must be there; [guess] it may be the begin of one
        for (auto const& word : split(words, ' '))
            if (!word.empty()) fits = fits && text.find(" " + trim(words_of(word))) != std::string::npos;
        bool const functional = endpoint.kind != "GCSv5_endpoint";
        if (!functional && !types_named(call, endpoint) && call.argument("filter_non_functional") != "1") continue;
        if (auto const owner = call.argument("filter_owner_id"); !owner.empty()) fits = fits && endpoint.owner == owner;
        if (auto const type = call.argument("filter_entity_type"); !type.empty()) {
            fits = fits && types_named(call, endpoint);
        }
        if (auto const host = call.argument("filter_host_endpoint"); !host.empty())
            fits = fits && text_of(document, "host_endpoint_id") == host;
        if (fits) found.push_back(std::move(document));
    }
    auto const offset = in.number("offset", 0);
    auto const limit = std::min<std::int64_t>(100, in.number("limit", 25));
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    return Reply::of(200, json::object{{"DATA_TYPE", "endpoint_list"},
                                       {"offset", offset},
                                       {"limit", limit},
                                       {"has_next_page", offset + limit < static_cast<std::int64_t>(found.size())},
                                       {"DATA", cut(found, offset, limit)}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ENDPOINTS_IPP
// The endpoint manager: other people's tasks.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_MANAGER_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_MANAGER_IPP

// Reading, changing and ending tasks.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_TASK_CALLS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_TASK_CALLS_IPP

namespace globus::sandbox::detail {

/// Whether the caller manages one of the collections of a task. [doc] the roles
inline bool manages_task(TransferCall const& in, Task const& task, bool only_look = true) {
    for (auto const* id : {&task.source, &task.destination}) {
        auto const found = in.world.data.endpoints.find(*id);
        if (found == in.world.data.endpoints.end()) continue;
        if (only_look ? in.manages(found->second, {"administrator", "activity_manager", "activity_monitor"})
                      : in.manages(found->second, {"administrator", "activity_manager"}))
            return true;
    }
    return false;
}

/// The caller's task that the route names. The endpoint manager sees those of the collections that it manages.
inline Task* find_task(TransferCall& in) {
    if (in.token == nullptr) return nullptr;
    auto const found = in.world.data.tasks.find(in.call.holes[0]);
    bool const manager = in.call.operation.starts_with("endpoint_manager");
    if (found != in.world.data.tasks.end() &&
        (manager ? manages_task(in, found->second) : found->second.owner == in.token->identity))
        return &found->second;
    in.refused = in.error(404, "TaskNotFound", "No such task: " + in.call.holes[0]);
    return nullptr;
}

inline Reply get_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    return task != nullptr ? Reply::of(200, task->document) : in.refused;
}

/// The filters of the endpoint manager. [doc]
inline bool manager_filters_fit(Call const& call, Task const& task) {
    auto const among = [&](char const* name, std::string const& have) {
        std::string const wanted = call.argument(name);
        auto const list = split(wanted, ',');
        return wanted.empty() || std::find(list.begin(), list.end(), have) != list.end();
    };
    std::string const endpoint = call.argument("filter_endpoint");
    return among("filter_task_id", task.id) && among("filter_status", task.status()) &&
           among(call.has_argument("filter_task_owner") ? "filter_task_owner" : "filter_owner_id", task.owner) &&
           (endpoint.empty() || endpoint == task.source || endpoint == task.destination);
}

/// [recorded] what a manager sees of a task besides
inline void complete_for_manager(json::object& task) {
    add_defaults(task, {{"owner_string", json::value(text_of(task, "username"))}});
    for (std::string const end : {"source_", "destination_"})
        for (auto const* name :
             {"base_path", "host_endpoint", "host_endpoint_display_name", "host_endpoint_id", "host_path", "local_user",
              "local_user_status", "mapped_collection_display_name", "mapped_collection_id"})
            if (!task.contains(end + name)) task[end + name] = nullptr;
}

inline Reply task_list(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    bool const manager = call.operation.starts_with("endpoint_manager");
    if (manager && call.has_argument("filter_endpoint")) {
        auto const* endpoint = in.endpoint(call.argument("filter_endpoint"));
        if (endpoint == nullptr) return in.refused;
        if (!in.manages(*endpoint, {"administrator", "activity_manager", "activity_monitor"}))
            return in.error(403, "PermissionDenied", "You have no role that lets you see the tasks of this endpoint");
    }
    std::vector<json::object const*> found;
    for (auto const& id : world.data.task_order) {
        Task const& task = world.data.tasks.peek(id);
        if (manager ? !manages_task(in, task) : task.owner != in.token->identity || task.removed) continue;
        if (manager && !manager_filters_fit(call, task)) continue;
        if (filters_fit(task.document, call)) found.push_back(&task.document);
    }
    if (auto const order = call.argument("orderby"); !order.empty())
        sort_items(found, order);
    else
        std::reverse(found.begin(), found.end());  // [doc] the newest first
    auto const limit = std::min<std::int64_t>(1000, in.number("limit", manager ? 100 : 10));
    if (manager) {
        // [guess] what `last_key` looks like: the place in the list
        std::string const last = call.argument("last_key");
        auto const offset = last.starts_with("sandbox,") ? to_integer(std::string_view(last).substr(8)).value_or(0) : 0;
        bool const more = offset + limit < static_cast<std::int64_t>(found.size());
        auto page = cut(found, offset, limit);
        for (auto& one : page) complete_for_manager(one.as_object());
        json::object out{{"DATA_TYPE", "task_list"}, {"has_next_page", more}, {"DATA", std::move(page)}};
        out["last_key"] = more ? json::value("sandbox," + std::to_string(offset + limit)) : json::value(nullptr);
        return Reply::of(200, out);
    }
    auto const offset = in.number("offset", 0);
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    auto data = cut(found, offset, limit);
    if (auto const fields = call.argument("fields"); !fields.empty()) {
        auto const wanted = split(fields, ',');
        for (auto& one : data) {
            json::object kept;
            for (auto const& name : wanted)
                if (auto const* value = one.get_object().if_contains(name)) kept[name] = *value;
            one = std::move(kept);
        }
    }
    return Reply::of(200, json::object{{"DATA_TYPE", "task_list"},
                                       {"length", data.size()},
                                       {"limit", limit},
                                       {"offset", offset},
                                       {"total", found.size()},
                                       {"DATA", std::move(data)}});
}

inline Reply task_event_list(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    std::vector<json::object> events;
    for (auto const& event : task->events) {
        if (auto const wanted = call.argument("filter_is_error");
            (wanted == "1" || lower(wanted) == "true") && !flag_of(event, "is_error"))
            continue;
        if (filters_fit(event, call)) events.push_back(event);
    }
    std::reverse(events.begin(), events.end());  // [doc] the newest first
    auto const offset = in.number("offset", 0);
    auto const limit = std::min<std::int64_t>(1000, in.number("limit", 10));
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    auto data = cut(events, offset, limit);
    return Reply::of(200, json::object{{"DATA_TYPE", "event_list"},
                                       {"length", data.size()},
                                       {"limit", limit},
                                       {"offset", offset},
                                       {"total", events.size()},
                                       {"DATA", std::move(data)}});
}

/// [doc] label and deadline may be changed while the task is active
inline Reply update_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task* const task = find_task(in);
    if (task == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (!task->active()) return in.error(409, "Conflict", "The task is complete");
    for (auto const& item : *body)
        if (item.key() != "label" && item.key() != "deadline" && item.key() != "DATA_TYPE")
            return in.error(400, "ClientError.BadRequest", std::string(item.key()) + " cannot be changed");
    if (auto const* label = body->if_contains("label")) task->document["label"] = *label;
    if (body->contains("deadline")) {
        auto const deadline = parse_time(text_of(*body, "deadline"));
        if (!deadline) return in.error(400, "ClientError.BadRequest", "deadline is malformed");
        task->deadline = *deadline;
        task->document["deadline"] = iso_time(*deadline);
    }
    world.wake.notify_all();
    return in.result(200, "Updated", "Updated task " + task->id);
}

inline void cancel(World& world, Task& task, bool by_admin = false) {
    auto const pending = static_cast<std::int64_t>(number_of(task.document, "subtasks_pending", 0));
    // [recorded] the text
    add_event(world, task, "CANCELED", true, "canceled",
              by_admin ? "Canceled by an administrator" : "Canceled by the task owner");
    task.document["subtasks_canceled"] = pending;
    end_task(task, "FAILED", world.now_locked());  // [doc] a task that was canceled is FAILED
    world.wake.notify_all();
}

inline Reply cancel_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task* const task = find_task(in);
    if (task == nullptr) return in.refused;
    if (!task->active()) {
        Reply late = in.result(200, "TaskComplete", "The task completed before the cancel request was processed.");
        late.committed = false;
        return late;
    }
    cancel(world, *task);
    return in.result(200, "Canceled", "The task has been cancelled successfully.");
}

/// A task that is over leaves its owner's list. [guess] the texts
inline Reply remove_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task* const task = find_task(in);
    if (task == nullptr) return in.refused;
    if (task->active()) return in.error(409, "Conflict", "The task is not complete");
    task->removed = true;
    task->document["history_deleted"] = true;
    return in.result(200, "Removed", "The task was removed from the list");
}

/// What a user who is no manager sees of a pause rule. [guess] which members
inline json::object limited_pause_rule(json::object const& rule) {
    json::object out = rule;
    out["DATA_TYPE"] = "pause_rule_limited";
    out.erase("identity_id");
    return out;
}

/// [doc] the pause rules that are for the caller's use of a collection
inline Reply my_effective_pause_rules(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    if (in.endpoint(call.holes[0]) == nullptr) return in.refused;
    json::array out;
    for (auto const& [id, rule] : world.data.documents["transfer.pause_rules"]) {
        auto const identity = text_of(rule, "identity_id");
        if (text_of(rule, "endpoint_id") == call.holes[0] && (identity.empty() || identity == in.token->identity))
            out.push_back(limited_pause_rule(rule));
    }
    return Reply::of(200, json::object{{"DATA_TYPE", "pause_rule_limited_list"}, {"DATA", std::move(out)}});
}

inline Reply task_pause_info(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    json::array rules;
    for (auto const* rule : pause_rules_of(world, *task)) rules.push_back(limited_pause_rule(*rule));
    return Reply::of(200, json::object{{"DATA_TYPE", "pause_info_limited"},
                                       {"pause_rules", std::move(rules)},
                                       {"source_pause_message",
                                        task->paused ? json::value(task->pause_message) : json::value(nullptr)},
                                       {"destination_pause_message", nullptr}});
}

/// Pages by a marker, of 100 items. [guess] the size of a page
inline Reply marker_page(Call const& call, char const* type, std::vector<json::object> const& items) {
    auto const begin = std::max<std::int64_t>(0, to_integer(call.argument("marker")).value_or(0));
    auto const end = begin + 100;
    json::object out{{"DATA_TYPE", type}, {"marker", begin}, {"DATA", cut(items, begin, 100)}};
    out["next_marker"] = end < static_cast<std::int64_t>(items.size()) ? json::value(end) : json::value(nullptr);
    return Reply::of(200, out);
}

inline Reply task_successful_transfers(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    if (task->is_delete || task->active())
        return in.error(400, "ClientError.BadRequest", "Only for transfer tasks that are complete");
    std::vector<json::object> items;
    for (auto const& one : task->done) {
        json::object item{{"DATA_TYPE", "successful_transfer"},
                          {"source_path", one.source},
                          {"destination_path", one.destination},
                          {"size", one.size},
                          {"checksum", nullptr},
                          {"checksum_algorithm", nullptr},
                          {"dynamic", false}};
        if (!one.checksum.empty()) {
            item["checksum"] = one.checksum;
            item["checksum_algorithm"] = "SHA256";
        }
        items.push_back(std::move(item));
    }
    return marker_page(call, "successful_transfers", items);
}

inline Reply task_skipped_errors(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    return marker_page(call, "skipped_errors", task->skipped);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_TASK_CALLS_IPP

namespace globus::sandbox::detail {

/// Cancels, pauses or resumes the tasks of `task_id_list`.
template <class F>
Reply manage_tasks(World& world, Call& call, F const& change) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* list = body->if_contains("task_id_list");
    if (list == nullptr || !list->is_array()) return in.error(400, "ClientError.BadRequest", "task_id_list is missing");
    for (auto const& id : list->get_array()) {
        auto const found = id.is_string() ? world.data.tasks.find(to_string(id.get_string())) : world.data.tasks.end();
        if (found == world.data.tasks.end() || !found->second.active()) continue;
        if (!manages_task(in, found->second, false))
            return in.error(403, "PermissionDenied", "You do not manage the collections of this task");
        change(found->second, text_of(*body, "message"));
    }
    world.wake.notify_all();
    std::string const id = world.random.uuid();
    world.data.documents["transfer.admin_cancels"].emplace_back(id, json::object{{"id", id}, {"done", true}});
    return Reply::of(200, json::object{{"DATA_TYPE", "result"},
                                       {"code", "Accepted"},
                                       {"message", "Done"},
                                       {"id", id},
                                       {"done", true},
                                       {"resource", call.path},
                                       {"request_id", world.random.request_id()}});
}

inline Reply manager_cancel(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.document["canceled_by_admin"] = "BOTH";
        task.document["canceled_by_admin_message"] = message;
        cancel(world, task, true);
    });
}

inline Reply manager_cancel_status(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    for (auto const& [id, document] : world.data.documents["transfer.admin_cancels"])
        if (id == call.holes[0]) return Reply::of(200, document);
    return in.error(404, "NotFound", "No such cancellation");
}

inline Reply manager_pause(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.paused = true;
        task.pause_message = message;
        task.document["is_paused"] = true;
        set_nice_status(task, "PAUSED_BY_ADMIN", "Paused by an administrator", false);
        add_event(world, task, "PAUSED", false, "paused", message);
    });
}

inline Reply manager_resume(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.paused = false;
        task.document["is_paused"] = task.held;
        if (!task.held) set_nice_status(task, task.started ? "OK" : "QUEUED", task.started ? "OK" : "Queued", true);
        add_event(world, task, "UNPAUSED", false, "unpaused", message);
    });
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_MANAGER_IPP
// What is done to the files of a collection at once.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_OPERATIONS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_OPERATIONS_IPP

namespace globus::sandbox::detail {

/// What a pause rule of the endpoint manager says to an operation. [doc] the flags; [guess] the status and the code, and
/// that a rule without flags pauses everything
inline std::optional<Reply> paused_by_rule(TransferCall const& in, Endpoint const& endpoint, char const* flag) {
    for (auto const& [id, rule] : documents_of(in.world, "transfer.pause_rules")) {
        if (text_of(rule, "endpoint_id") != endpoint.id) continue;
        if (auto const identity = text_of(rule, "identity_id"); !identity.empty() && identity != in.token->identity)
            continue;
        bool const any = std::any_of(rule.begin(), rule.end(), [](auto const& item) {
            return std::string_view(item.key()).starts_with("pause_");
        });
        if (!flag_of(rule, flag, !any)) continue;
        return in.error(409, "EndpointError.PausedByAdmin",
                        text_of(rule, "message", "Paused by an administrator of the collection"));
    }
    return std::nullopt;
}

inline Reply operation_ls(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    std::string const asked = call.argument("path", text_of(endpoint->document, "default_directory", "/~/"));
    if (!in.may_use(*endpoint, "DirListing", asked, false)) return in.refused;
    if (auto const paused = paused_by_rule(in, *endpoint, "pause_ls")) return *paused;
    Place const place = find_place(endpoint->directory, asked);
    if (!place.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    std::error_code error;
    auto const status = fs::status(place.file, error);
    if (!fs::exists(status)) return in.error(404, "ClientError.NotFound", "Directory '" + asked + "' not found");
    if (!fs::is_directory(status))
        return in.error(502, "ExternalError.DirListingFailed.NotDirectory", "Not a directory: " + asked);
    std::string const hidden = lower(call.argument("show_hidden", "1"));  // [doc] shown when not said otherwise
    bool const show_hidden = hidden != "0" && hidden != "false";
    fs::path const root = fs::canonical(endpoint->directory, error);
    std::vector<json::object> items;
    for (auto const& entry : fs::directory_iterator(place.file, error)) {
        std::string const name = entry.path().filename().string();
        if (!show_hidden && name[0] == '.') continue;
        auto item = describe_file(entry.path(), name, root);
        if (item && filters_fit(*item, call)) items.push_back(std::move(*item));
    }
    if (error) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    sort_items(items, "name");  // [guess] the order when none is asked for
    sort_items(items, call.argument("orderby"));
    auto const offset = in.number("offset", 0);
    auto const limit = in.number("limit", 100000);
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    auto data = cut(items, offset, limit);
    return Reply::of(200, json::object{{"DATA_TYPE", "file_list"},
                                       {"endpoint", endpoint->id},
                                       {"path", asked.ends_with('/') ? asked : asked + "/"},  // [recorded]
                                       {"absolute_path", place.path == "/" ? "/" : place.path + "/"},
                                       {"rename_supported", true},
                                       {"symlink_supported", true},
                                       {"length", data.size()},
                                       {"total", items.size()},
                                       {"offset", offset},
                                       {"limit", limit},
                                       {"DATA", std::move(data)}});
}

inline Reply operation_stat(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr || !in.may_use(*endpoint, "Stat", call.argument("path", "/~/"), false)) return in.refused;
    Place const place = find_place(endpoint->directory, call.argument("path", "/~/"));
    if (!place.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    std::error_code error;
    auto const name = place.path == "/" ? "/" : place.path.substr(place.path.rfind('/') + 1);
    auto const item = describe_file(place.file, name, fs::canonical(endpoint->directory, error));
    // [doc] the CLI looks for this code, which is another one than that of a listing
    if (!item) return in.error(404, "NotFound", "Path not found: " + place.path);
    return Reply::of(200, *item);
}

inline Reply operation_mkdir(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const path = text_of(*body, "path");
    if (path.empty()) return in.error(400, "ClientError.BadRequest", "path is missing");
    if (!in.may_use(*endpoint, "Mkdir", path, true)) return in.refused;
    if (auto const paused = paused_by_rule(in, *endpoint, "pause_mkdir")) return *paused;
    Place const place = find_place(endpoint->directory, path);
    if (!place.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    std::error_code error;
    if (fs::exists(fs::symlink_status(place.file, error)))
        return in.error(502, "ExternalError.MkdirFailed.Exists", "Path already exists: " + path);
    if (!fs::is_directory(place.file.parent_path(), error))
        return in.error(404, "ClientError.NotFound", "The directory above does not exist: " + path);
    if (!fs::create_directory(place.file, error))
        return in.error(403, "EndpointPermissionDenied", "Permission denied: " + path);
    return in.result(202, "DirectoryCreated", "The directory was created successfully", {}, "mkdir_result");
}

inline Reply operation_rename(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    for (auto const* name : {"old_path", "new_path"})
        if (!in.may_use(*endpoint, "Rename", text_of(*body, name), true)) return in.refused;
    if (auto const paused = paused_by_rule(in, *endpoint, "pause_rename")) return *paused;
    Place const from = find_place(endpoint->directory, text_of(*body, "old_path"));
    Place const to = find_place(endpoint->directory, text_of(*body, "new_path"));
    if (from.path == "/" || to.path == "/") return in.error(400, "ClientError.BadRequest", "A path is missing");
    if (!from.allowed || !to.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied");
    std::error_code error;
    if (!fs::exists(fs::symlink_status(from.file, error)))
        return in.error(404, "ClientError.NotFound", "Path not found: " + from.path);
    if (fs::exists(fs::symlink_status(to.file, error)))  // [guess] the code
        return in.error(502, "ExternalError.RenameFailed.Exists", "Path already exists: " + to.path);
    fs::rename(from.file, to.file, error);
    if (error) return in.error(404, "ClientError.NotFound", "The directory above does not exist: " + to.path);
    return in.result(200, "FileRenamed", "File or directory renamed successfully");
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_OPERATIONS_IPP
// Access rules and roles: documents of an endpoint.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_RULES_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_RULES_IPP

namespace globus::sandbox::detail {

template <class Kind>
struct EndpointDocuments {
    /// [doc] who may see and change them
    static bool allowed(TransferCall& in, Endpoint const& endpoint) {
        if (in.manages(endpoint, {"administrator", Kind::manager})) return true;
        in.refused = in.error(403, "PermissionDenied", "You do not have the role to see or change this");
        return false;
    }
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        Endpoint* const endpoint = in.endpoint(call.holes[0]);
        if (endpoint == nullptr || !allowed(in, *endpoint)) return in.refused;
        json::array out;
        for (auto const& one : Kind::of(*endpoint)) out.push_back(one);
        auto const length = out.size();
        return Reply::of(200, json::object{{"DATA_TYPE", Kind::list_type},
                                           {"endpoint", endpoint->id},
                                           {"length", length},
                                           {"DATA", std::move(out)}});
    }
    static Reply add(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        Endpoint* const endpoint = in.endpoint(call.holes[0]);
        if (endpoint == nullptr) return in.refused;
        auto body = in.body();
        if (!body || !allowed(in, *endpoint)) return in.refused;
        for (auto const* needed : Kind::needed)
            if (text_of(*body, needed).empty())
                return in.error(400, "ClientError.BadRequest", std::string(needed) + " is missing");
        if (auto const wrong = Kind::wrong(*endpoint, *body); !wrong.empty())
            return in.error(400, "ClientError.BadRequest", wrong);
        for (auto const& one : Kind::of(*endpoint))
            if (Kind::same(one, *body)) return in.error(409, "Exists", "There is one like this already");
        std::string const id = world.random.uuid();
        (*body)["id"] = id;
        (*body)["DATA_TYPE"] = Kind::type;
        Kind::complete(*body);
        Kind::of(*endpoint).push_back(*body);
        if constexpr (Kind::returns_document) return Reply::of(200, *body);
        return in.result(201, "Created", "Created successfully", {{"access_id", id}}, "access_create_result");
    }
    static json::object* find(TransferCall& in) {
        if (in.token == nullptr) return nullptr;
        Endpoint* const endpoint = in.endpoint(in.call.holes[0]);
        if (endpoint == nullptr || !allowed(in, *endpoint)) return nullptr;
        for (auto& one : Kind::of(*endpoint))
            if (text_of(one, "id") == in.call.holes[1]) return &one;
        in.refused = in.error(404, Kind::missing, "Not found");
        return nullptr;
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        json::object const* const found = find(in);
        return found != nullptr ? Reply::of(200, *found) : in.refused;
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        json::object* const found = find(in);
        if (found == nullptr) return in.refused;
        auto const body = in.body();
        if (!body) return in.refused;
        json::object changed = *found;
        for (auto const& item : *body) changed[item.key()] = item.value();
        if (auto const wrong = Kind::wrong(world.data.endpoints[call.holes[0]], changed); !wrong.empty())
            return in.error(400, "ClientError.BadRequest", wrong);
        for (auto const& item : *body)
            if (item.key() != "id") (*found)[item.key()] = item.value();
        return in.result(200, "Updated", "Updated successfully");
    }
    static Reply remove(World& world, Call& call) {
        TransferCall in(world, call);
        json::object const* const found = find(in);
        if (found == nullptr) return in.refused;
        auto& all = Kind::of(world.data.endpoints[call.holes[0]]);
        all.erase(all.begin() + (found - all.data()));
        return in.result(200, "Deleted", "Deleted successfully");
    }
};

struct RuleKind {
    static constexpr char const* type = "access";
    static constexpr char const* list_type = "access_list";
    static constexpr char const* missing = "AccessRuleNotFound";
    static constexpr bool returns_document = false;
    static constexpr std::array<char const*, 3> needed{"principal_type", "path", "permissions"};
    static std::vector<json::object>& of(Endpoint& endpoint) { return endpoint.rules; }
    static constexpr char const* manager = "access_manager";
    /// What is wrong with a rule; nothing when it is good. [doc] the values; [guess] the sentences
    static std::string wrong(Endpoint const& endpoint, json::object const& rule) {
        std::string const principal = text_of(rule, "principal_type");
        std::string const permissions = text_of(rule, "permissions");
        if (!endpoint.kind.ends_with("_guest_collection")) return "Only guest collections have access rules";
        if (permissions != "r" && permissions != "rw") return "permissions must be r or rw";
        std::string const path = text_of(rule, "path");
        if (!path.starts_with('/') || !path.ends_with('/')) return "path must begin and end with a slash";
        if (principal != "identity" && principal != "group" && principal != "anonymous" &&
            principal != "all_authenticated_users")
            return "principal_type is unknown";
        bool const everybody = principal == "anonymous" || principal == "all_authenticated_users";
        if (everybody && flag_of(endpoint.document, "high_assurance"))  // [doc]
            return "A collection of high assurance is shared with people and groups only";
        if (!everybody && text_of(rule, "principal").empty()) return "principal is missing";
        return {};
    }
    /// [recorded] a rule for everybody has a principal, too: an empty one
    static void complete(json::object& rule) {
        if (!rule.contains("principal")) rule["principal"] = "";
        for (auto const* name : {"role_id", "role_type", "create_time", "expiration_date"})
            if (!rule.contains(name)) rule[name] = nullptr;
    }
    static bool same(json::object const& a, json::object const& b) {
        return text_of(a, "principal") == text_of(b, "principal") && text_of(a, "path") == text_of(b, "path") &&
               text_of(a, "principal_type") == text_of(b, "principal_type");
    }
};

struct RoleKind {
    static constexpr char const* type = "role";
    static constexpr char const* list_type = "role_list";
    static constexpr char const* missing = "RoleNotFound";
    static constexpr bool returns_document = true;
    static constexpr std::array<char const*, 2> needed{"principal", "role"};
    static std::vector<json::object>& of(Endpoint& endpoint) { return endpoint.roles; }
    static constexpr char const* manager = "administrator";
    static std::string wrong(Endpoint const&, json::object const& role) {
        for (auto const* known : {"administrator", "access_manager", "activity_manager", "activity_monitor"})
            if (text_of(role, "role") == known) return {};
        return "role is unknown";
    }
    static void complete(json::object& role) {
        if (!role.contains("principal_type")) role["principal_type"] = "identity";
    }
    static bool same(json::object const& a, json::object const& b) {
        return text_of(a, "principal") == text_of(b, "principal") && text_of(a, "role") == text_of(b, "role");
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_RULES_IPP
// The JSON:API documents of /v2: tunnels, stream access points, bookmarks.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_STREAMS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_STREAMS_IPP

namespace globus::sandbox::detail {

/// The JSON:API documents of `/v2`. [recorded] shapes
template <class Kind>
struct ApiDocuments {
    static Documents& all(World& world) { return world.data.documents[Kind::many]; }
    static json::object* find(TransferCall& in) {
        auto* const found = find_document(all(in.world), in.call.holes[0]);
        return found != nullptr && Kind::hidden(in, *found) ? nullptr : found;
    }
    static Reply answer(World& world, int status, json::value data) {
        return Reply::of(status, json::object{{"data", std::move(data)},
                                              {"meta", json::object{{"request_id", world.random.request_id()}}}});
    }
    /// A document without what the sandbox keeps for itself.
    static json::object shown(json::object document) {
        document.erase("sandbox_owner");
        return document;
    }
    static Reply list_answer(World& world, json::array data) {
        return Reply::of(200, json::object{{"data", std::move(data)},
                                           {"links", nullptr},
                                           {"meta", json::object{{"request_id", world.random.request_id()}}}});
    }
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        json::array out;
        for (auto const& [id, document] : all(world))
            if (!Kind::hidden(in, document)) out.push_back(shown(document));
        return list_answer(world, std::move(out));
    }
    static Reply create(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto body = in.body();
        if (!body) return in.refused;
        auto* const data = body->if_contains("data");
        if (data == nullptr || !data->is_object()) return in.error(400, "ClientError.BadRequest", "data is missing");
        json::object document = data->get_object();
        json::object attributes;
        if (auto const* given = document.if_contains("attributes"); given != nullptr && given->is_object())
            attributes = given->get_object();
        // [guess] a submission id that was seen before gives the tunnel that it made
        if (auto const submission = text_of(attributes, "submission_id"); !submission.empty())
            for (auto const& [id, other] : all(world))
                if (text_of(*other.if_contains("attributes"), "submission_id") == submission) {
                    Reply again = answer(world, 200, shown(other));
                    again.committed = false;
                    return again;
                }
        std::string const id = world.random.uuid();
        document["id"] = id;
        if (auto const wrong = Kind::complete(in, document, attributes); !wrong.empty())
            return in.error(404, "NotFound", wrong);
        document["attributes"] = std::move(attributes);
        document["type"] = Kind::type;
        all(world).emplace_back(id, document);
        return answer(world, 201, shown(document));
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto const* found = find(in);
        return found != nullptr ? answer(world, 200, shown(*found)) : in.error(404, "NotFound", "Not found");
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto* const found = find(in);
        if (found == nullptr) return in.error(404, "NotFound", "Not found");
        auto const body = in.body();
        if (!body) return in.refused;
        auto const* data = body->if_contains("data");
        auto const* attributes = data != nullptr ? member(*data, "attributes") : nullptr;
        if (attributes != nullptr && attributes->is_object())
            for (auto const& item : attributes->get_object())
                (*found)["attributes"].as_object()[item.key()] = item.value();
        Kind::changed(world, *found);
        return answer(world, 200, shown(*found));
    }
    static Reply remove(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        if (find(in) == nullptr) return in.error(404, "NotFound", "Not found");
        all(world).erase(call.holes[0]);
        return answer(world, 200, nullptr);
    }
    static Reply events(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        if (find(in) == nullptr) return in.error(404, "NotFound", "Not found");
        auto const* events = find_document(world.data.documents["transfer.tunnel_events"], call.holes[0]);
        return list_answer(world, events != nullptr ? events->at("events").as_array() : json::array{});
    }
};

/// Something that happened to a tunnel. [recorded] the members
inline void add_tunnel_event(World& world, std::string const& tunnel, char const* code, char const* description,
                             char const* details) {
    auto& all = world.data.documents["transfer.tunnel_events"];
    auto* events = find_document(all, tunnel);
    if (events == nullptr) events = &all.emplace_back(tunnel, json::object{{"events", json::array{}}}).second;
    (*events)["events"].as_array().push_back(
        json::object{{"type", "TunnelEvent"},
                     {"id", world.data.event_number++},
                     {"attributes", json::object{{"code", code},
                                                 {"is_error", false},
                                                 {"description", description},
                                                 {"details", details},
                                                 {"time", iso_time(world.now_locked())}}}});
}

struct TunnelKind {
    static constexpr char const* many = "transfer.tunnels";
    static constexpr char const* type = "Tunnel";
    static std::string end_of(json::object const& document, char const* name) {
        auto const* relations = document.if_contains("relationships");
        auto const* one = relations != nullptr ? member(*relations, name) : nullptr;
        auto const* data = one != nullptr ? member(*one, "data") : nullptr;
        return data != nullptr ? text_of(*data, "id") : "";
    }
    static bool hidden(TransferCall const& in, json::object const& document) {
        return end_of(document, "owner") != in.token->identity;
    }
    /// [doc] the two ends are stream access points that there are. [guess] a name that is no id at all is let through:
    /// a test that is about something else need not look for one
    static std::string complete(TransferCall const& in, json::object& document, json::object& attributes) {
        auto const& points = documents_of(in.world, "transfer.stream_access_points");
        for (auto const* name : {"initiator", "listener"}) {
            if (find_document(points, end_of(document, name)) == nullptr)
                return std::string("The ") + name + " is no stream access point";
        }
        document["relationships"].as_object()["owner"] =
            json::object{{"data", json::object{{"type", "Identity"}, {"id", in.token->identity}}}};
        add_defaults(attributes, {{"lifetime_mins", 360}, {"restartable", false}, {"label", nullptr}});
        attributes["created_time"] = iso_time(in.world.now_locked());
        attributes["state"] = "AWAITING_LISTENER";
        attributes["status"] = "The tunnel is waiting for listening contact detail setup.";
        for (auto const* name : {"initiator_ip_address", "initiator_port", "listener_ip_address", "listener_port"})
            attributes[name] = nullptr;
        add_tunnel_event(in.world, text_of(document, "id"), "STARTED", "started", "Attempting tunnel establishment");
        return {};
    }
    /// [guess] a tunnel is there as soon as the listener is known, and ends at once
    static void changed(World& world, json::object& document) {
        auto& attributes = document["attributes"].as_object();
        std::string const state = text_of(attributes, "state");
        std::string const id = text_of(document, "id");
        if (state == "STOPPING" || state == "STOPPED") {
            attributes["state"] = "STOPPED";
            attributes["status"] = "The tunnel was stopped.";
            add_tunnel_event(world, id, "TUNNEL_STOPPED", "tunnel has been stopped", "Tunnel stopped as requested.");
        } else if (state == "AWAITING_LISTENER" && !text_of(attributes, "listener_ip_address").empty()) {
            attributes["state"] = "READY";
            attributes["status"] = "The tunnel is active.";
            attributes["initiator_ip_address"] = "127.0.0.1";
            attributes["initiator_port"] = 1;
            add_tunnel_event(world, id, "TUNNEL_ACTIVE", "tunnel is active", "Tunnel has been established");
        }
    }
};

/// A kind that everybody sees.
struct OpenKind {
    static bool hidden(TransferCall const&, json::object const&) { return false; }
    static std::string complete(TransferCall const&, json::object&, json::object&) { return {}; }
    static void changed(World&, json::object&) {}
};

/// [recorded] the members
inline json::object stream_access_point(World const& world, std::string const& id, json::object attributes) {
    add_defaults(attributes, {{"display_name", ""},
                              {"advertised_owner", json::value(world.options.users.front().username)},
                              {"contact_email", nullptr},
                              {"contact_info", nullptr},
                              {"department", nullptr},
                              {"description", nullptr},
                              {"info_link", nullptr},
                              {"keywords", nullptr},
                              {"organization", "Globus Sandbox"},
                              {"tlsftp_server", "tlsftp://127.0.0.1:443"}});
    json::object const host{{"data", json::object{{"type", "Endpoint"}, {"id", world.gcs_id}}}};
    return {{"id", id},
            {"type", "StreamAccessPoint"},
            {"attributes", std::move(attributes)},
            {"relationships", json::object{{"host_endpoint", host}}}};
}

struct AccessPointKind : OpenKind {
    static constexpr char const* many = "transfer.stream_access_points";
    static constexpr char const* type = "StreamAccessPoint";
};

struct ApiBookmarkKind : OpenKind {
    static constexpr char const* many = "transfer.v2_bookmarks";
    static constexpr char const* type = "Bookmark";
    /// [doc] a bookmark belongs to its owner alone; [recorded] its document does not say who that is
    static bool hidden(TransferCall const& in, json::object const& document) {
        return text_of(document, "sandbox_owner") != in.token->identity;
    }
    static std::string complete(TransferCall const& in, json::object& document, json::object&) {
        document["sandbox_owner"] = in.token->identity;
        return {};
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_STREAMS_IPP
// Tasks are accepted.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_SUBMISSION_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_SUBMISSION_IPP

namespace globus::sandbox::detail {

inline Reply get_submission_id(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    return Reply::of(200, json::object{{"DATA_TYPE", "submission_id"}, {"value", world.random.uuid()}});
}

/// Forgets the oldest tasks that are over, a tenth of those that are kept, when there are too many.
inline void forget_tasks(World& world) {
    auto& order = world.data.task_order;
    auto const limit = world.options.task_limit;
    if (order.size() < limit) return;
    auto left = order.size() - limit + limit / 10 + 1;
    std::erase_if(order, [&](std::string const& id) {
        Task const& task = world.data.tasks.peek(id);
        if (left == 0 || !task.over) return false;
        --left;
        world.data.task_of_submission.erase(task.submission_id);
        world.data.tasks.erase(id);
        return true;
    });
}

inline json::object accepted(TransferCall const& in, Task const& task) {
    return json::object{{"submission_id", task.submission_id},
                        {"task_id", task.id},
                        {"task_link", json::object{{"DATA_TYPE", "link"},
                                                   {"href", "/v0.10/task/" + task.id + "?format=json"},
                                                   {"rel", "related"},
                                                   {"resource", "task"},
                                                   {"title", "related task"}}},
                        {"request_id", in.world.random.request_id()}};
}

/// [recorded] the members of a task
inline json::object new_task_document(World& world, Task const& task, json::object const& body) {
    auto const name_of = [&](std::string const& id) -> json::value {
        auto const found = world.data.endpoints.find(id);
        if (found == world.data.endpoints.end()) return nullptr;
        return json::value(text_of(found->second.document, "display_name"));
    };
    auto const given = [&](char const* name, json::value otherwise) {
        auto const* value = body.if_contains(name);
        return value != nullptr ? *value : otherwise;
    };
    json::object out{{"DATA_TYPE", "task"},
                     {"task_id", task.id},
                     {"type", task.is_delete ? "DELETE" : "TRANSFER"},
                     {"status", "ACTIVE"},
                     {"label", given("label", nullptr)},
                     {"owner_id", task.owner},
                     {"username", username_of(world, task.owner)},
                     {"request_time", iso_time(task.requested)},
                     {"completion_time", nullptr},
                     {"deadline", iso_time(task.deadline)},
                     {"source_endpoint_id", task.source},
                     {"source_endpoint", task.source},
                     {"source_endpoint_display_name", name_of(task.source)},
                     {"sync_level", given("sync_level", nullptr)},
                     {"encrypt_data", given("encrypt_data", false)},
                     {"verify_checksum", given("verify_checksum", !task.is_delete)},
                     {"preserve_timestamp", given("preserve_timestamp", false)},
                     {"delete_destination_extra", given("delete_destination_extra", false)},
                     {"recursive_symlinks", given("recursive_symlinks", "ignore")},
                     {"skip_source_errors", given("skip_source_errors", false)},
                     {"fail_on_quota_errors", given("fail_on_quota_errors", false)},
                     {"filter_rules", given("filter_rules", nullptr)},
                     {"command", "API 0.10"},
                     {"canceled_by_admin", nullptr},
                     {"canceled_by_admin_message", nullptr},
                     {"fatal_error", nullptr},
                     {"history_deleted", false},
                     {"is_paused", false},
                     {"effective_bytes_per_second", 0},
                     {"subtasks_total", task.items.size()},
                     {"subtasks_pending", task.items.size()}};
    if (!task.is_delete) {
        out["destination_endpoint_id"] = task.destination;
        out["destination_endpoint"] = task.destination;
        out["destination_endpoint_display_name"] = name_of(task.destination);
    } else {
        for (auto const* name :
             {"destination_endpoint_id", "destination_endpoint", "destination_endpoint_display_name"})
            out[name] = nullptr;
    }
    for (auto const* name : {"bytes_checksummed", "bytes_transferred", "directories", "faults", "files",
                             "files_skipped", "files_transferred", "symlinks", "subtasks_canceled", "subtasks_expired",
                             "subtasks_failed", "subtasks_retrying", "subtasks_skipped_errors", "subtasks_succeeded"})
        out[name] = 0;
    return out;
}

/// Reads the items of a submission; an answer when they are not good. [doc] the members
inline std::optional<Reply> read_items(TransferCall const& in, json::object const& body, Task& task) {
    auto const* data = body.if_contains("DATA");
    if (data == nullptr || !data->is_array() || data->get_array().empty())
        return in.error(400, "ClientError.BadRequest.NoTransferItems",
                        task.is_delete ? "No delete items" : "No transfer items");
    for (auto const& item : data->get_array()) {
        TransferItem one;
        one.source = text_of(item, task.is_delete ? "path" : "source_path");
        one.destination = task.is_delete ? one.source : text_of(item, "destination_path");
        if (auto const* said = member(item, "recursive"); said != nullptr && said->is_bool())
            one.recursive = said->get_bool();
        one.link = text_of(item, "DATA_TYPE") == "transfer_symlink_item";
        one.checksum = text_of(item, "external_checksum");
        one.algorithm = text_of(item, "checksum_algorithm");
        if (one.source.empty() || one.destination.empty())
            return in.error(400, "ClientError.BadRequest", "A path of an item is missing");
        task.items.push_back(std::move(one));
    }
    return std::nullopt;
}

/// Whether the caller may do all this. [guess] a collection that is away does not keep a task from being accepted
inline bool may_submit(TransferCall& in, Task const& task) {
    Endpoint const* const source = in.endpoint(task.source);
    Endpoint const* const destination = task.is_delete ? source : in.endpoint(task.destination);
    if (source == nullptr || destination == nullptr) return false;
    for (auto const& item : task.items) {
        if (!in.may_use(*source, "Submit", item.source, task.is_delete) && in.refused.status != 502) return false;
        if (!task.is_delete && !in.may_use(*destination, "Submit", item.destination, true) && in.refused.status != 502)
            return false;
    }
    return true;
}

/// What the caller's other tasks say against a new one; nothing when nothing does. [guess] status and codes
inline std::optional<Reply> conflict(TransferCall const& in, Task const& task) {
    World& world = in.world;
    std::size_t pending = 0;
    std::set<std::pair<std::string, std::string>> paths;
    auto const pair_of = [](TransferItem const& item) {
        return std::pair(normal_path(item.source), normal_path(item.destination));
    };
    for (auto const& item : task.items) paths.insert(pair_of(item));
    for (auto const& id : world.data.task_order) {
        Task const& other = world.data.tasks.peek(id);
        if (!other.active() || other.owner != task.owner) continue;
        ++pending;
        if (!world.options.refuse_identical_tasks || other.is_delete != task.is_delete || other.source != task.source ||
            other.destination != task.destination)
            continue;
        for (auto const& item : other.items)
            if (paths.contains(pair_of(item)))
                return in.error(409, "Conflict",
                                std::string(task.is_delete ? "A delete" : "A transfer") +
                                    " with identical paths has not yet completed");
    }
    if (pending >= world.options.max_pending_tasks)
        return in.error(409, "TooManyPendingJobs", "Too many pending tasks; wait until some have completed");
    return std::nullopt;
}

inline Reply submit(World& world, Call& call, bool is_delete) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto body = in.body();
    if (!body) return in.refused;
    std::string const submission = text_of(*body, "submission_id");
    if (!is_uuid(submission)) return in.error(400, "ClientError.BadRequest", "submission_id is missing or malformed");
    char const* const type = is_delete ? "delete_result" : "transfer_result";
    // [doc] an id is carried out once, however often it is sent
    if (auto const known = world.data.task_of_submission.find(submission);
        known != world.data.task_of_submission.end()) {
        Task const& task = world.data.tasks.peek(known->second);
        if (task.owner != in.token->identity)
            return in.error(400, "ClientError.BadRequest", "submission_id belongs to another user");
        Reply again =
            in.result(200, "Duplicate", "A task with this submission id was accepted before", accepted(in, task), type);
        again.committed = false;
        return again;
    }
    Task task;
    task.submission_id = submission;
    task.owner = in.token->identity;
    task.is_delete = is_delete;
    task.source = text_of(*body, is_delete ? "endpoint" : "source_endpoint");
    task.destination = is_delete ? "" : text_of(*body, "destination_endpoint");
    if (auto const wrong = read_items(in, *body, task)) return *wrong;
    if (!may_submit(in, task)) return in.refused;
    if (auto const wrong = conflict(in, task)) return *wrong;
    task.id = world.random.uuid();
    task.requested = world.now_locked();
    task.deadline = task.requested + 24LL * 3600 * 1000;  // [doc] a day, when nothing else is asked for
    if (auto const deadline = parse_time(text_of(*body, "deadline"))) task.deadline = *deadline;
    body->erase("DATA");
    task.options = *body;
    task.document = new_task_document(world, task, *body);
    set_nice_status(task, "QUEUED", "Queued", true);
    forget_tasks(world);
    world.data.task_of_submission[submission] = task.id;
    world.data.task_order.push_back(task.id);
    Reply const reply = in.result(202, "Accepted",
                                  is_delete ? "The delete has been accepted and a task has been created"
                                            : "The transfer has been accepted and a task has been created",
                                  accepted(in, task), type);
    std::string const id = task.id;
    apply_pause_rules(world, world.data.tasks[id] = std::move(task));
    world.wake.notify_all();
    return reply;
}

inline Reply submit_transfer(World& world, Call& call) { return submit(world, call, false); }
inline Reply submit_delete(World& world, Call& call) { return submit(world, call, true); }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_SUBMISSION_IPP

namespace globus::sandbox::detail {

inline std::vector<Route> endpoint_routes() {
    using Rules = EndpointDocuments<RuleKind>;
    using Roles = EndpointDocuments<RoleKind>;
    static constexpr char const* s = "transfer";
    return {
        {"GET", "/v0.10/endpoint/{}", s, "get_endpoint", &get_endpoint},
        {"POST", "/v0.10/endpoint", s, "create_endpoint", &create_endpoint},
        {"PUT", "/v0.10/endpoint/{}", s, "update_endpoint", &update_endpoint},
        {"PUT", "/v0.10/endpoint/{}/subscription", s, "set_subscription_id", &set_subscription},
        {"PUT", "/v0.10/endpoint/{}/subscription_admin_verified", s, "set_subscription_admin_verified",
         &set_subscription},
        {"DELETE", "/v0.10/endpoint/{}", s, "delete_endpoint", &delete_endpoint},
        {"GET", "/v0.10/endpoint_search", s, "endpoint_search", &endpoint_search},
        {"POST", "/v0.10/shared_endpoint", s, "create_shared_endpoint", &create_shared_endpoint},
        {"GET", "/v0.10/endpoint/{}/my_effective_pause_rule_list", s, "my_effective_pause_rule_list",
         &my_effective_pause_rules},
        {"GET", "/v0.10/endpoint/{}/my_shared_endpoint_list", s, "my_shared_endpoint_list", &endpoint_lists},
        {"GET", "/v0.10/endpoint/{}/shared_endpoint_list", s, "get_shared_endpoint_list", &endpoint_lists},
        {"GET", "/v0.10/endpoint/{}/server_list", s, "endpoint_server_list", &endpoint_server_list},
        {"GET", "/v0.10/endpoint/{}/server/{}", s, "get_endpoint_server", &endpoint_server},
        {"GET", "/v0.10/endpoint/{}/role_list", s, "endpoint_role_list", &Roles::list},
        {"POST", "/v0.10/endpoint/{}/role", s, "add_endpoint_role", &Roles::add},
        {"GET", "/v0.10/endpoint/{}/role/{}", s, "get_endpoint_role", &Roles::get},
        {"DELETE", "/v0.10/endpoint/{}/role/{}", s, "delete_endpoint_role", &Roles::remove},
        {"GET", "/v0.10/endpoint/{}/access_list", s, "endpoint_acl_list", &Rules::list},
        {"POST", "/v0.10/endpoint/{}/access", s, "add_endpoint_acl_rule", &Rules::add},
        {"GET", "/v0.10/endpoint/{}/access/{}", s, "get_endpoint_acl_rule", &Rules::get},
        {"PUT", "/v0.10/endpoint/{}/access/{}", s, "update_endpoint_acl_rule", &Rules::update},
        {"DELETE", "/v0.10/endpoint/{}/access/{}", s, "delete_endpoint_acl_rule", &Rules::remove},
    };
}

inline std::vector<Route> task_routes() {
    using Bookmarks = PlainDocuments<BookmarkKind>;
    static constexpr char const* s = "transfer";
    return {
        {"GET", "/v0.10/bookmark_list", s, "bookmark_list", &Bookmarks::list},
        {"POST", "/v0.10/bookmark", s, "create_bookmark", &Bookmarks::create},
        {"GET", "/v0.10/bookmark/{}", s, "get_bookmark", &Bookmarks::get},
        {"PUT", "/v0.10/bookmark/{}", s, "update_bookmark", &Bookmarks::update},
        {"DELETE", "/v0.10/bookmark/{}", s, "delete_bookmark", &Bookmarks::remove},
        {"GET", "/v0.10/operation/endpoint/{}/ls", s, "operation_ls", &operation_ls},
        {"GET", "/v0.10/operation/endpoint/{}/stat", s, "operation_stat", &operation_stat},
        {"POST", "/v0.10/operation/endpoint/{}/mkdir", s, "operation_mkdir", &operation_mkdir},
        {"POST", "/v0.10/operation/endpoint/{}/rename", s, "operation_rename", &operation_rename},
        {"POST", "/v0.10/operation/endpoint/{}/symlink", s, "operation_symlink", &operation_symlink},
        {"GET", "/v0.10/submission_id", s, "get_submission_id", &get_submission_id},
        {"POST", "/v0.10/transfer", s, "submit_transfer", &submit_transfer},
        {"POST", "/v0.10/delete", s, "submit_delete", &submit_delete},
        {"GET", "/v0.10/task_list", s, "task_list", &task_list},
        {"GET", "/v0.10/task/{}", s, "get_task", &get_task},
        {"PUT", "/v0.10/task/{}", s, "update_task", &update_task},
        {"POST", "/v0.10/task/{}/cancel", s, "cancel_task", &cancel_task},
        {"POST", "/v0.10/task/{}/remove", s, "remove_task", &remove_task},
        {"GET", "/v0.10/task/{}/event_list", s, "task_event_list", &task_event_list},
        {"GET", "/v0.10/task/{}/pause_info", s, "task_pause_info", &task_pause_info},
        {"GET", "/v0.10/task/{}/successful_transfers", s, "task_successful_transfers", &task_successful_transfers},
        {"GET", "/v0.10/task/{}/skipped_errors", s, "task_skipped_errors", &task_skipped_errors},
    };
}

inline std::vector<Route> manager_routes() {
    using Rules = EndpointDocuments<RuleKind>;
    using PauseRules = PlainDocuments<PauseRuleKind>;
    static constexpr char const* s = "transfer";
    return {
        {"GET", "/v0.10/endpoint_manager/monitored_endpoints", s, "endpoint_manager_monitored_endpoints",
         &endpoint_lists},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}", s, "endpoint_manager_get_endpoint", &get_endpoint},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}/hosted_endpoint_list", s, "endpoint_manager_hosted_endpoint_list",
         &endpoint_lists},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}/access_list", s, "endpoint_manager_acl_list", &Rules::list},
        {"GET", "/v0.10/endpoint_manager/task_list", s, "endpoint_manager_task_list", &task_list},
        {"GET", "/v0.10/endpoint_manager/task/{}", s, "endpoint_manager_get_task", &get_task},
        {"GET", "/v0.10/endpoint_manager/task/{}/event_list", s, "endpoint_manager_task_event_list", &task_event_list},
        {"GET", "/v0.10/endpoint_manager/task/{}/pause_info", s, "endpoint_manager_task_pause_info", &task_pause_info},
        {"GET", "/v0.10/endpoint_manager/task/{}/successful_transfers", s, "endpoint_manager_task_successful_transfers",
         &task_successful_transfers},
        {"GET", "/v0.10/endpoint_manager/task/{}/skipped_errors", s, "endpoint_manager_task_skipped_errors",
         &task_skipped_errors},
        {"POST", "/v0.10/endpoint_manager/admin_cancel", s, "endpoint_manager_cancel_tasks", &manager_cancel},
        {"GET", "/v0.10/endpoint_manager/admin_cancel/{}", s, "endpoint_manager_cancel_status", &manager_cancel_status},
        // [doc] the JavaScript SDK asks so
        {"POST", "/v0.10/endpoint_manager/admin_cancel/{}", s, "endpoint_manager_cancel_status",
         &manager_cancel_status},
        {"POST", "/v0.10/endpoint_manager/admin_pause", s, "endpoint_manager_pause_tasks", &manager_pause},
        {"POST", "/v0.10/endpoint_manager/admin_resume", s, "endpoint_manager_resume_tasks", &manager_resume},
        {"GET", "/v0.10/endpoint_manager/pause_rule_list", s, "endpoint_manager_pause_rule_list", &PauseRules::list},
        {"POST", "/v0.10/endpoint_manager/pause_rule", s, "endpoint_manager_create_pause_rule", &PauseRules::create},
        {"GET", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_get_pause_rule", &PauseRules::get},
        {"PUT", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_update_pause_rule", &PauseRules::update},
        {"DELETE", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_delete_pause_rule",
         &PauseRules::remove},
    };
}

inline std::vector<Route> stream_routes() {
    using Tunnels = ApiDocuments<TunnelKind>;
    using AccessPoints = ApiDocuments<AccessPointKind>;
    using ApiBookmarks = ApiDocuments<ApiBookmarkKind>;
    static constexpr char const* s = "transfer";
    return {
        {"POST", "/v2/tunnels", s, "create_tunnel", &Tunnels::create},
        {"GET", "/v2/tunnels", s, "list_tunnels", &Tunnels::list},
        {"GET", "/v2/tunnels/{}", s, "get_tunnel", &Tunnels::get},
        {"PATCH", "/v2/tunnels/{}", s, "update_tunnel", &Tunnels::update},
        {"DELETE", "/v2/tunnels/{}", s, "delete_tunnel", &Tunnels::remove},
        {"GET", "/v2/tunnels/{}/events", s, "get_tunnel_events", &Tunnels::events},
        {"GET", "/v2/stream_access_points", s, "list_stream_access_points", &AccessPoints::list},
        {"GET", "/v2/stream_access_points/{}", s, "get_stream_access_point", &AccessPoints::get},
        {"POST", "/v2/bookmarks", s, "create_bookmark", &ApiBookmarks::create},
        {"GET", "/v2/bookmarks", s, "list_bookmarks", &ApiBookmarks::list},
        {"GET", "/v2/bookmarks/{}", s, "get_bookmark", &ApiBookmarks::get},
        {"PATCH", "/v2/bookmarks/{}", s, "update_bookmark", &ApiBookmarks::update},
        {"DELETE", "/v2/bookmarks/{}", s, "delete_bookmark", &ApiBookmarks::remove},
    };
}

inline std::vector<Route> const& transfer_routes() {
    static std::vector<Route> const all = [] {
        std::vector<Route> out;
        for (auto const& part : {endpoint_routes(), task_routes(), manager_routes(), stream_routes()})
            out.insert(out.end(), part.begin(), part.end());
        return out;
    }();
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ROUTES_IPP

namespace globus::sandbox::detail {

inline constexpr char const* posix_connector = "145812c8-decc-41f1-83cf-bb2a85a2a70b";

/// [recorded] the shape of every answer: what is asked for is in `data`
inline json::object gcs_result(int status, std::string const& code, std::string const& message, json::array data) {
    return {{"DATA_TYPE", "result#1.0.0"},  {"code", code},       {"detail", code},
            {"http_response_code", status}, {"message", message}, {"data", std::move(data)},
            {"has_next_page", false},       {"marker", ""}};
}

/// [recorded] the versions and connectors; nobody need be known for this
inline Reply gcs_info(World& world, Call&) {
    json::object const info{{"DATA_TYPE", "info#1.0.0"},   {"api_version", "1.29.0"},    {"client_id", world.gcs_id},
                            {"endpoint_id", world.gcs_id}, {"domain_name", "127.0.0.1"}, {"manager_version", "5.4.76"}};
    json::object const connector{{"DATA_TYPE", "connector#1.1.0"},
                                 {"display_name", "POSIX"},
                                 {"id", posix_connector},
                                 {"is_baa", false},
                                 {"is_ha", false}};
    return Reply::of(200, gcs_result(200, "success", "", json::array{info, connector}));
}

/// A call to the manager, with a token for the endpoint. [doc]
struct GcsCall {
    GcsCall(World& in, Call& of) : world(in), call(of) { token = authenticate(world, call, world.gcs_id, refused); }

    World& world;
    Call& call;
    Reply refused{};
    AccessToken const* token = nullptr;

    explicit operator bool() const { return token != nullptr; }

    Documents& all(char const* kind) const { return world.data.documents[std::string("gcs.") + kind]; }

    Reply error(int status, std::string const& code, std::string const& message) const {
        return Reply::of(status, gcs_result(status, code, message, {}));
    }

    std::optional<json::object> body() {
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (!failed && parsed.is_object()) return std::move(parsed.get_object());
        refused = error(422, "unprocessable_entity", "The body must be a JSON object");
        return std::nullopt;
    }

    /// Whether the caller administers the endpoint, or one of its collections by a role. [recorded] the code
    bool administers(std::string const& collection = {}) {
        if (is_configured(world, token->identity)) return true;
        for (auto const& [id, role] : all("roles")) {
            std::string const of = text_of(role, "collection");
            bool const here = of.empty() || of == collection;
            if (here && text_of(role, "role") == "administrator" &&
                is_principal(world, token->identity, text_of(role, "principal")))
                return true;
        }
        auto const* owned = find_document(all("collections"), collection);
        if (owned != nullptr && text_of(*owned, "identity_id") == token->identity) return true;
        refused = error(403, "permission_denied", "Insufficient permissions");
        return false;
    }
};

/// What the kinds do that do nothing of their own.
struct GcsKind {
    /// Completes what is created; says what is wrong with it, if anything. [guess] the sentences
    static std::string complete(GcsCall&, json::object&) { return {}; }
    static void changed(GcsCall&, json::object const&) {}
    static void removed(GcsCall&, std::string const&) {}
    static bool may_change(GcsCall& in, json::object const* document) {
        return in.administers(document != nullptr ? text_of(*document, "collection") : "");
    }
    static bool fits(Call const&, json::object const&) { return true; }
    static bool sees(GcsCall const&, json::object const&) { return true; }
};

/// Creates, reads, lists, updates and deletes the documents of one kind.
template <class Kind>
struct GcsDocuments {
    static Reply missing(GcsCall const& in) {
        return in.error(404, "not_found", std::string("No ") + Kind::title + " " + in.call.holes[0]);
    }
    static std::string said(char const* verb, std::string const& id) {
        return std::string(verb) + " " + Kind::title + " " + id;
    }

    static Reply list(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        std::vector<json::object const*> fitting;
        for (auto const& [id, document] : in.all(Kind::many))
            if (Kind::sees(in, document) && Kind::fits(call, document)) fitting.push_back(&document);
        // [guess] what a marker looks like: the place in the list
        auto const begin = std::max<std::int64_t>(0, to_integer(call.argument("marker")).value_or(0));
        auto const limit = std::clamp<std::int64_t>(to_integer(call.argument("page_size")).value_or(100), 1, 1000);
        auto out = gcs_result(200, "success", "", cut(fitting, begin, limit));
        if (begin + limit < static_cast<std::int64_t>(fitting.size())) {
            out["has_next_page"] = true;
            out["marker"] = std::to_string(begin + limit);
        }
        return Reply::of(200, out);
    }
    static Reply create(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        auto document = in.body();
        if (!document) return in.refused;
        if (!Kind::may_create(in, *document)) return in.refused;
        std::string const id = world.random.uuid();
        (*document)["id"] = id;
        if (!document->contains("DATA_TYPE")) (*document)["DATA_TYPE"] = std::string(Kind::one) + "#1.0.0";
        if (auto const wrong = Kind::complete(in, *document); !wrong.empty())
            return in.error(422, "unprocessable_entity", wrong);
        in.all(Kind::many).emplace_back(id, *document);
        return Reply::of(201, gcs_result(201, "success", said("Created", id), json::array{*document}));
    }
    static Reply get(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        auto const* document = find_document(in.all(Kind::many), call.holes[0]);
        if (document == nullptr || !Kind::sees(in, *document)) return missing(in);
        return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{*document}));
    }
    static Reply update(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        auto* const document = find_document(in.all(Kind::many), call.holes[0]);
        if (document == nullptr || !Kind::sees(in, *document)) return missing(in);
        if (!Kind::may_change(in, document)) return in.refused;
        auto const changes = in.body();
        if (!changes) return in.refused;
        for (auto const& item : *changes)
            if (item.key() != "id") (*document)[item.key()] = item.value();
        Kind::changed(in, *document);
        return Reply::of(200, gcs_result(200, "success", said("Updated", call.holes[0]), json::array{*document}));
    }
    static Reply remove(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        auto const* const document = find_document(in.all(Kind::many), call.holes[0]);
        if (document == nullptr || !Kind::sees(in, *document)) return missing(in);
        if (!Kind::may_change(in, document)) return in.refused;
        in.all(Kind::many).erase(call.holes[0]);
        Kind::removed(in, call.holes[0]);
        return Reply::of(200, gcs_result(200, "success", said("Deleted", call.holes[0]), {}));
    }
};

struct GcsGatewayKind : GcsKind {
    static constexpr char const* one = "storage_gateway";
    static constexpr char const* many = "storage_gateways";
    static constexpr char const* title = "Storage Gateway";
    static bool may_create(GcsCall& in, json::object const&) { return in.administers(); }
    static std::string complete(GcsCall&, json::object& document) {
        if (text_of(document, "display_name").empty()) return "Data Validation Error: display_name is missing";
        // [recorded] the members
        add_defaults(document, {{"connector_id", posix_connector},
                                {"high_assurance", false},
                                {"require_high_assurance", false},
                                {"require_mfa", false},
                                {"authentication_timeout_mins", 15840},
                                {"allowed_domains", json::array{}},
                                {"mapping", nullptr},
                                {"policies", json::object{}},
                                {"restrict_paths", nullptr},
                                {"users_allow", json::array{}},
                                {"users_deny", json::array{}}});
        add_defaults(document,
                     {{"authentication_assurance_timeout", json::value(document.at("authentication_timeout_mins"))}});
        return {};
    }
};

struct GcsCredentialKind : GcsKind {
    static constexpr char const* one = "user_credential";
    static constexpr char const* many = "user_credentials";
    static constexpr char const* title = "User Credential";
    /// [doc] a credential is of the one who makes it, and only he sees it
    static bool sees(GcsCall const& in, json::object const& document) {
        return text_of(document, "identity_id") == in.token->identity;
    }
    static bool may_change(GcsCall&, json::object const*) { return true; }
    static bool may_create(GcsCall&, json::object const&) { return true; }
    static bool fits(Call const& call, json::object const& document) {
        std::string const gateway = call.argument("storage_gateway");
        return gateway.empty() || gateway == text_of(document, "storage_gateway_id");
    }
    static std::string complete(GcsCall& in, json::object& document) {
        std::string const gateway = text_of(document, "storage_gateway_id");
        if (gateway.empty() || find_document(in.all("storage_gateways"), gateway) == nullptr)
            return "Data Validation Error: no such storage gateway: " + gateway;
        document["identity_id"] = in.token->identity;
        document["connector_id"] = posix_connector;
        document["provisioned"] = false;
        document["invalid"] = false;
        add_defaults(document, {{"username", nullptr}, {"display_name", nullptr}, {"policies", json::object{}}});
        return {};
    }
};

struct GcsRoleKind : GcsKind {
    static constexpr char const* one = "role";
    static constexpr char const* many = "roles";
    static constexpr char const* title = "role";
    static bool may_create(GcsCall& in, json::object const& document) {
        return in.administers(text_of(document, "collection"));
    }
    /// [doc] without a collection, the roles of the endpoint; `include=all_roles` gives all
    static bool fits(Call const& call, json::object const& document) {
        std::string const collection = call.argument("collection_id");
        if (collection.empty() && call.argument("include") == "all_roles") return true;
        return text_of(document, "collection") == collection;
    }
    static std::string complete(GcsCall& in, json::object& document) {
        std::string const collection = text_of(document, "collection");
        if (text_of(document, "principal").empty() || text_of(document, "role").empty())
            return "Data Validation Error: principal and role are needed";
        if (!collection.empty() && find_document(in.all("collections"), collection) == nullptr)
            return "Data Validation Error: no such collection: " + collection;
        if (!document.contains("collection")) document["collection"] = nullptr;
        return {};
    }
};

/// What Transfer shows of a collection follows what the manager keeps of it.
inline void show_in_transfer(Endpoint& endpoint, json::object const& document) {
    for (auto const* name : {"display_name", "description", "organization", "department", "contact_email",
                             "contact_info", "info_link", "keywords", "public", "force_encryption", "force_verify",
                             "disable_verify", "default_directory", "user_message", "user_message_link",
                             "high_assurance", "disable_anonymous_writes", "authentication_timeout_mins"})
        if (auto const* value = document.if_contains(name)) endpoint.document[name] = *value;
}

struct GcsCollectionKind : GcsKind {
    static constexpr char const* one = "collection";
    static constexpr char const* many = "collections";
    static constexpr char const* title = "Collection";

    /// [doc] mapped collections are made by administrators, guest collections by whoever may use their host, in a
    /// session that is good enough for it
    static bool may_create(GcsCall& in, json::object const& document) {
        if (text_of(document, "collection_type") != "guest") return in.administers();
        auto const host = in.world.data.endpoints.find(text_of(document, "mapped_collection_id"));
        if (host == in.world.data.endpoints.end()) return true;
        auto lacks = falls_short(in.world, *in.token, host->second);
        if (!lacks) return true;
        lacks->result["authorization_parameters"] = std::move(lacks->parameters);
        in.refused = Reply::of(403, lacks->result);
        return false;
    }
    static bool may_change(GcsCall& in, json::object const* document) {
        return in.administers(text_of(*document, "id"));
    }
    /// [doc] filter=mapped-collections, guest-collections, managed-by-me, created-by-me
    static bool fits(Call const& call, json::object const& document) {
        std::string const host = call.argument("mapped_collection_id");
        if (!host.empty() && host != text_of(document, "mapped_collection_id")) return false;
        std::string const type = text_of(document, "collection_type");
        for (auto const& filter : split(call.argument("filter"), ',')) {
            std::string const name = lower(filter);
            if (name.find("mapped") == 0 && type != "mapped") return false;
            if (name.find("guest") == 0 && type != "guest") return false;
        }
        return true;
    }
    static std::string complete(GcsCall& in, json::object& document) {
        std::string const type = text_of(document, "collection_type");
        if (type != "mapped" && type != "guest")
            return "Data Validation Error: collection_type must be mapped or guest";
        if (text_of(document, "display_name").empty()) return "Data Validation Error: display_name is missing";
        if (!document.contains("identity_id")) document["identity_id"] = in.token->identity;
        return type == "guest" ? complete_guest(in, document) : complete_mapped(in, document);
    }
    static std::string complete_mapped(GcsCall& in, json::object& document) {
        std::string const gateway = text_of(document, "storage_gateway_id");
        if (gateway.empty() || find_document(in.all("storage_gateways"), gateway) == nullptr)
            return "Data Validation Error: no such storage gateway: " + gateway;
        // Its files are those of a new directory of the sandbox.
        fs::path const directory = in.world.options.root / ("collection-" + text_of(document, "id"));
        std::error_code error;
        fs::create_directories(directory, error);
        return publish(in, document, directory, "GCSv5_mapped_collection", nullptr);
    }
    static std::string complete_guest(GcsCall& in, json::object& document) {
        std::string const host_id = text_of(document, "mapped_collection_id");
        auto const host = in.world.data.endpoints.find(host_id);
        if (host == in.world.data.endpoints.end() || host->second.kind != "GCSv5_mapped_collection")
            return "Data Validation Error: no such mapped collection: " + host_id;
        if (auto const* credential = find_document(in.all("user_credentials"), text_of(document, "user_credential_id"));
            credential == nullptr || text_of(*credential, "identity_id") != in.token->identity)
            return "Data Validation Error: user_credential_id names no credential of yours";
        std::string const base = text_of(document, "collection_base_path", "/");
        Place const place = find_place(host->second.directory, base);
        std::error_code error;
        if (!place.allowed || !fs::is_directory(place.file, error))
            return "Data Validation Error: no directory at collection_base_path " + base;
        document["storage_gateway_id"] = nullptr;
        if (auto const* mapped = find_document(in.all("collections"), host_id))
            document["storage_gateway_id"] = text_of(*mapped, "storage_gateway_id");
        return publish(in, document, place.file, "GCSv5_guest_collection", &host->second);
    }
    /// Lets Transfer know of a collection.
    static std::string publish(GcsCall& in, json::object& document, fs::path const& directory, char const* kind,
                               Endpoint const* host) {
        Endpoint made;
        made.id = text_of(document, "id");
        made.directory = directory;
        made.owner = text_of(document, "identity_id");
        made.kind = kind;
        made.document["host_endpoint_id"] = host != nullptr ? json::value(host->id) : json::value(nullptr);
        if (host != nullptr) made.document["host_path"] = text_of(document, "collection_base_path", "/");
        if (auto const* gateway = find_document(in.all("storage_gateways"), text_of(document, "storage_gateway_id")))
            for (auto const* name : {"high_assurance", "authentication_timeout_mins"})
                if (auto const* value = gateway->if_contains(name)) document[name] = *value;
        show_in_transfer(made, document);
        document["connector_id"] = posix_connector;
        document["manager_url"] = in.world.https_url.substr(0, in.world.https_url.size() - 1);
        document["https_url"] = in.world.base_url + "data/" + made.id;
        for (auto const* flag : {"public", "high_assurance", "require_high_assurance"})
            if (!document.contains(flag)) document[flag] = false;
        in.world.add_endpoint(std::move(made));
        return {};
    }
    static void changed(GcsCall& in, json::object const& document) {
        auto const found = in.world.data.endpoints.find(text_of(document, "id"));
        if (found != in.world.data.endpoints.end()) show_in_transfer(found->second, document);
    }
    /// [guess] guest collections go with their host
    static void removed(GcsCall& in, std::string const& id) {
        std::vector<std::string> guests;
        for (auto const& [other, document] : in.all("collections"))
            if (text_of(document, "mapped_collection_id") == id) guests.push_back(other);
        forget_endpoint(in.world, id);
        for (auto const& guest : guests) {
            forget_endpoint(in.world, guest);
            in.all("collections").erase(guest);
        }
        in.all("roles").erase_if([&](auto const& one) { return text_of(one.second, "collection") == id; });
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GCS_IPP

namespace globus::sandbox::detail {

/// Names the collections that have no domain of their own: they are in that of their host, or else of the endpoint, when
/// it is a wildcard. [doc]; [guess] their names there are their identifiers
inline void name_collections(GcsCall const& in) {
    Documents const& domains = in.all("domains");
    auto const wildcard = [&](std::string const& of) {
        auto const* domain = domains.find(of);
        return domain != nullptr && flag_of(*domain, "wildcard") ? domain : nullptr;
    };
    auto& collections = in.all("collections");
    for (auto const& [id, document] : collections) {
        if (domains.find(id) != nullptr) continue;
        auto const* domain = wildcard(text_of(document, "mapped_collection_id"));
        if (domain == nullptr) domain = wildcard(in.world.gcs_id);
        std::string const name = domain != nullptr ? id + "." + text_of(*domain, "domain_name") : "";
        if (name == text_of(document, "domain_name")) continue;
        json::object& named = *collections.find(id);
        if (name.empty())
            named.erase("domain_name");
        else
            named["domain_name"] = name;
    }
}

/// Whether a domain can be one; what is wrong otherwise. [doc] its name, and a certificate or the path of one
inline std::string wrong_domain(json::object const& domain) {
    std::string const name = text_of(domain, "domain_name");
    if (!is_host_name(name) || name.find('.') == std::string::npos) return "Data Validation Error: domain_name";
    auto const* wildcard = domain.if_contains("wildcard");
    if (wildcard == nullptr || !wildcard->is_bool()) return "Data Validation Error: wildcard";
    for (std::string const part : {"certificate", "private_key"})
        if (text_of(domain, part).empty() && text_of(domain, part + "_path").empty())
            return "Data Validation Error: " + part + " is missing";
    return {};
}

/// GET, PUT and DELETE of the domain of the endpoint or of a collection; for administrators of the endpoint. [doc]
/// [guess] the private key is not told again, and nothing is served by that name
inline Reply gcs_domain(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    std::string const of = call.holes.empty() ? world.gcs_id : call.holes[0];
    bool const known = call.holes.empty() || find_document(in.all("collections"), of) != nullptr;
    if (!known) return in.error(404, "not_found", "No Collection " + of);
    if (!in.administers()) return in.refused;
    auto& domains = in.all("domains");
    auto const* const kept = std::as_const(domains).find(of);
    if (call.method != "PUT" && kept == nullptr) return in.error(404, "not_found", "There is no custom domain");
    if (call.method == "GET")
        return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{*kept}));
    auto& shown = *find_document(in.all(call.holes.empty() ? "endpoint" : "collections"), of);
    if (call.method == "DELETE") {
        domains.erase(of);
        shown.erase("domain_name");
        name_collections(in);
        return Reply::of(200, gcs_result(200, "success", "Deleted the domain of " + of, {}));
    }
    auto domain = in.body();
    if (!domain) return in.refused;
    if (auto const wrong = wrong_domain(*domain); !wrong.empty()) return in.error(422, "unprocessable_entity", wrong);
    (*domain)["DATA_TYPE"] = "domain#1.0.0";
    domain->erase("private_key");
    shown["domain_name"] = domain->at("domain_name");
    domains.emplace_back(of, std::move(*domain));
    name_collections(in);
    return Reply::of(200, gcs_result(200, "success", "Set the domain of " + of, {}));
}

/// What is wrong with a collection: a row for each thing, and one without an error when there is nothing. [doc] the
/// members. [guess] a directory that is gone, or a mapped collection whose storage gateway is, is what can be wrong
inline json::object check_collection(GcsCall const& in, std::string const& id, json::object const& document) {
    json::object row{{"DATA_TYPE", "check_result#1.0.0"}, {"id", id}, {"error", nullptr}, {"message", ""}};
    auto const wrong = [&](char const* code, std::string const& message) {
        row["error"] = json::object{{"code", code}};
        row["message"] = message;
    };
    std::error_code error;
    auto const endpoint = std::as_const(in.world.data.endpoints).find(id);
    std::string const gateway = text_of(document, "storage_gateway_id");
    if (find_document(in.all("storage_gateways"), gateway) == nullptr)
        wrong("storage_gateway_missing", "There is no storage gateway " + gateway);
    else if (endpoint == in.world.data.endpoints.all().end() || !fs::is_directory(endpoint->second.directory, error))
        wrong("base_path_missing", "The base path of the collection is no directory");
    return row;
}

/// Checks a collection, or all: those that the list of collections would have.
inline Reply gcs_check(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    json::array rows;
    Documents const& collections = in.all("collections");
    if (!call.holes.empty()) {
        auto const* document = collections.find(call.holes[0]);
        if (document == nullptr) return in.error(404, "not_found", "No Collection " + call.holes[0]);
        if (!in.administers(call.holes[0])) return in.refused;
        rows.push_back(check_collection(in, call.holes[0], *document));
    } else {
        if (!in.administers()) return in.refused;
        std::string const gateway = call.argument("storage_gateway_id");
        for (auto const& [id, document] : collections)
            if (GcsCollectionKind::fits(call, document) &&
                (gateway.empty() || gateway == text_of(document, "storage_gateway_id")))
                rows.push_back(check_collection(in, id, document));
    }
    return Reply::of(200, gcs_result(200, "success", "Operation successful", std::move(rows)));
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GCS_DOMAINS_IPP
// Stream gateways of the GCS Manager, and the secrets by which programs of their network come in.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GCS_STREAMS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GCS_STREAMS_IPP

namespace globus::sandbox::detail {

/// What a stream gateway is unless somebody says otherwise. [doc] the members
inline void complete_stream_gateway(json::object& gateway) {
    add_defaults(gateway, {{"allowed_domains", json::array{}},
                           {"authentication_timeout_mins", nullptr},
                           {"domain_name", "127.0.0.1"},
                           {"identity_mappings", nullptr},
                           {"lan_name", nullptr},
                           {"lan_secret_required", false},
                           {"run_as_local_user", false},
                           {"tlsftp_url", "tlsftp://127.0.0.1:443"},
                           {"users_allow", nullptr},
                           {"users_deny", nullptr}});
}

/// Lets Transfer know of a stream gateway, as the access point that tunnels begin and end at. [guess] its identifier is
/// the gateway's
inline void show_access_point(World& world, json::object const& gateway) {
    auto& points = world.data.documents["transfer.stream_access_points"];
    std::string const id = text_of(gateway, "id");
    auto* point = points.find(id);
    if (point == nullptr) point = &points.emplace_back(id, stream_access_point(world, id, {})).second;
    auto& attributes = point->at("attributes").as_object();
    for (auto&& item : attributes)
        if (auto const* value = gateway.if_contains(item.key())) item.value() = *value;
}

/// Where tunnels may begin and end.
struct GcsStreamGatewayKind : GcsKind {
    static constexpr char const* one = "stream_gateway";
    static constexpr char const* many = "stream_gateways";
    static constexpr char const* title = "Stream Gateway";
    static bool may_create(GcsCall& in, json::object const&) { return in.administers(); }
    static bool may_change(GcsCall& in, json::object const*) { return in.administers(); }
    static std::string complete(GcsCall& in, json::object& document) {
        if (text_of(document, "display_name").empty()) return "Data Validation Error: display_name is missing";
        for (auto const* only_read : {"domain_name", "tlsftp_url"}) document.erase(only_read);
        complete_stream_gateway(document);
        show_access_point(in.world, document);
        return {};
    }
    static void changed(GcsCall& in, json::object const& document) { show_access_point(in.world, document); }
    static void removed(GcsCall& in, std::string const& id) {
        in.world.data.documents["transfer.stream_access_points"].erase(id);
        in.all("lan_secrets").erase_if([&](auto const& one) {
            return text_of(one.second, "stream_access_point_id") == id;
        });
    }
};

/// What a program of the gateway's network shows to use a tunnel. [doc] it is made for a tunnel at one of its ends, and
/// for an identity that the gateway lets in; nobody but he deletes it
struct GcsLanSecretKind : GcsKind {
    static constexpr char const* one = "lan_secret";
    static constexpr char const* many = "lan_secrets";
    static constexpr char const* title = "LAN Secret";

    static bool may_create(GcsCall& in, json::object const& document) {
        auto const* gateway = find_document(in.all("stream_gateways"), text_of(document, "stream_access_point_id"));
        auto const* allowed = gateway != nullptr ? gateway->if_contains("allowed_domains") : nullptr;
        auto const* domains = allowed != nullptr ? allowed->if_array() : nullptr;
        auto const* user = in.world.user(in.token->identity);
        if (domains == nullptr || domains->empty() || (user != nullptr && in_domains(user->username, *domains)))
            return true;
        in.refused = in.error(403, "permission_denied", "The stream gateway allows no identity of your domain");
        return false;
    }
    static bool may_change(GcsCall& in, json::object const* document) {
        if (text_of(*document, "identity_id") == in.token->identity) return true;
        in.refused = in.error(403, "permission_denied", "This LAN secret is not yours");
        return false;
    }
    static std::string complete(GcsCall& in, json::object& document) {
        std::string const point = text_of(document, "stream_access_point_id");
        if (find_document(in.all("stream_gateways"), point) == nullptr)
            return "Data Validation Error: no such stream access point: " + point;
        std::string const tunnel = text_of(document, "tunnel_id");
        auto const* found = find_document(documents_of(in.world, TunnelKind::many), tunnel);
        if (found == nullptr || TunnelKind::end_of(*found, "owner") != in.token->identity)
            return "Data Validation Error: no such tunnel: " + tunnel;
        if (TunnelKind::end_of(*found, "initiator") != point && TunnelKind::end_of(*found, "listener") != point)
            return "Data Validation Error: the tunnel does not end at this stream access point";
        // [guess] an hour, unless the request says how long; no account without the name of one
        auto const minutes = static_cast<std::int64_t>(number_of(document, "expires_in_mins", 60));
        document.erase("expires_in_mins");
        document["DATA_TYPE"] = "lan_secret#1.0.0";
        document["identity_id"] = in.token->identity;
        document["secret"] = in.world.token("secret");
        document["expires"] = in.world.now_locked() / 1000 + minutes * 60;
        add_defaults(document, {{"username", nullptr}});
        return {};
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GCS_STREAMS_IPP

namespace globus::sandbox::detail {

/// The endpoint itself.
inline Reply gcs_endpoint(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    json::object& document = in.all("endpoint").front().second;
    document["gcs_manager_url"] = world.https_url.substr(0, world.https_url.size() - 1);
    if (call.method == "GET")
        return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{document}));
    if (!in.administers()) return in.refused;
    auto const changes = in.body();
    if (!changes) return in.refused;
    for (auto const& item : *changes)
        if (item.key() != "id" && item.key() != "DATA_TYPE") document[item.key()] = item.value();
    // [doc] the caller's own subscription, when he has one
    if (same_name(text_of(document, "subscription_id"), "DEFAULT"))
        document["subscription_id"] = own_subscription(world);
    Endpoint& shown = world.data.endpoints[world.gcs_id];
    show_in_transfer(shown, document);
    shown.document["subscription_id"] = document["subscription_id"];
    json::array data;
    if (call.argument("include") == "endpoint") data.push_back(document);
    return Reply::of(200, gcs_result(200, "success", "Updated endpoint " + world.gcs_id, std::move(data)));
}

/// The machines of the endpoint. [doc]
struct GcsNodeKind : GcsKind {
    static constexpr char const* one = "node";
    static constexpr char const* many = "nodes";
    static constexpr char const* title = "Node";
    static bool may_create(GcsCall& in, json::object const&) { return in.administers(); }
    static std::string complete(GcsCall&, json::object& document) {
        if (!document.contains("status")) document["status"] = "active";
        return {};
    }
};

/// Who is shown as the owner of the endpoint or of a collection. [guess] PUT sets it, DELETE takes it away
inline Reply gcs_owner(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    bool const of_collection = !call.holes.empty();
    auto* const document =
        of_collection ? find_document(in.all("collections"), call.holes[0]) : &in.all("endpoint").front().second;
    if (document == nullptr) return in.error(404, "not_found", "No Collection " + call.holes[0]);
    if (!in.administers(of_collection ? call.holes[0] : "")) return in.refused;
    std::string const name = call.segments.back() == "owner" ? "identity_id" : "owner_string";
    json::value owner = nullptr;
    if (call.method == "PUT") {
        auto const body = in.body();
        if (!body) return in.refused;
        if (auto const* given = body->if_contains(name)) owner = *given;
    }
    (*document)[name] = std::move(owner);
    return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{*document}));
}

/// What keeps guest collections of a mapped collection to some paths. [doc]; [guess] it is kept, and not applied
struct GcsSharingPolicyKind : GcsKind {
    static constexpr char const* one = "sharing_policy";
    static constexpr char const* many = "sharing_policies";
    static constexpr char const* title = "Sharing Policy";
    static std::string collection_of(json::object const& document) { return text_of(document, "collection_id"); }
    static bool may_create(GcsCall& in, json::object const& document) {
        return in.administers(collection_of(document));
    }
    static bool may_change(GcsCall& in, json::object const* document) {
        return in.administers(collection_of(*document));
    }
    static bool fits(Call const& call, json::object const& document) {
        std::string const collection = call.argument("collection_id");
        return collection.empty() || collection == collection_of(document);
    }
    static std::string complete(GcsCall& in, json::object& document) {
        if (find_document(in.all("collections"), collection_of(document)) == nullptr)
            return "Data Validation Error: no such collection: " + collection_of(document);
        if (!document.contains("sharing_restrict_paths"))
            return "Data Validation Error: sharing_restrict_paths is missing";
        add_defaults(document, {{"users", nullptr}});
        return {};
    }
};

/// Whether the subscription of a collection vouches for it. [doc]
inline Reply gcs_verify(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    auto* const document = find_document(in.all("collections"), call.holes[0]);
    if (document == nullptr) return in.error(404, "not_found", "No Collection " + call.holes[0]);
    if (!in.administers(call.holes[0])) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    bool const verified = flag_of(*body, "subscription_admin_verified");
    (*document)["subscription_admin_verified"] = verified;
    if (auto const shown = world.data.endpoints.find(call.holes[0]); shown != world.data.endpoints.end())
        shown->second.document["subscription_admin_verified"] = verified;
    return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{*document}));
}

/// Deletes several guest collections. [doc] those that are not there are passed over, mapped ones are refused
inline Reply gcs_delete_batch(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* ids = body->if_contains("ids");
    if (ids == nullptr || !ids->is_array()) return in.error(422, "unprocessable_entity", "Data Validation Error: ids");
    std::vector<std::string> wanted;
    for (auto const& id : ids->get_array()) {
        auto const* document =
            id.is_string() ? find_document(in.all("collections"), to_string(id.get_string())) : nullptr;
        if (document == nullptr) continue;
        if (!in.administers(text_of(*document, "id"))) return in.refused;
        if (text_of(*document, "collection_type") == "mapped")
            return in.error(422, "unprocessable_entity",
                            "Data Validation Error: not a guest collection: " + text_of(*document, "id"));
        wanted.push_back(text_of(*document, "id"));
    }
    json::array gone;
    for (auto const& id : wanted) {
        GcsCollectionKind::removed(in, id);
        gone.emplace_back(id);
    }
    return Reply::of(202,
                     gcs_result(202, "success", "Operation successful",
                                json::array{json::object{{"DATA_TYPE", "batch#1.0.0"}, {"ids", std::move(gone)}}}));
}

inline std::vector<Route> gcs_endpoint_routes() {
    using Collections = GcsDocuments<GcsCollectionKind>;
    static constexpr char const* s = "gcs";
    return {
        {"GET", "/api/info", s, "get_gcs_info", &gcs_info},
        {"GET", "/api/endpoint", s, "get_endpoint", &gcs_endpoint},
        {"PATCH", "/api/endpoint", s, "update_endpoint", &gcs_endpoint},
        {"PUT", "/api/endpoint/subscription_id", s, "set_subscription_id", &gcs_endpoint},
        {"GET", "/api/collections", s, "get_collection_list", &Collections::list},
        {"POST", "/api/collections", s, "create_collection", &Collections::create},
        {"GET", "/api/collections/{}", s, "get_collection", &Collections::get},
        {"PATCH", "/api/collections/{}", s, "update_collection", &Collections::update},
        {"DELETE", "/api/collections/{}", s, "delete_collection", &Collections::remove},
        {"PUT", "/api/collections/{}", s, "update_collection", &Collections::update},
        {"PUT", "/api/collections/{}/owner_string", s, "set_owner_string", &gcs_owner},
        {"DELETE", "/api/collections/{}/owner_string", s, "reset_owner_string", &gcs_owner},
        {"PUT", "/api/collections/{}/owner", s, "set_owner", &gcs_owner},
        {"PUT", "/api/collections/{}/subscription_admin_verified", s, "set_subscription_admin_verified", &gcs_verify},
        {"GET", "/api/collections/check", s, "check_collections", &gcs_check},
        {"GET", "/api/collections/{}/check", s, "check_collection", &gcs_check},
        {"GET", "/api/collections/{}/domain", s, "get_collection_domain", &gcs_domain},
        {"PUT", "/api/collections/{}/domain", s, "set_collection_domain", &gcs_domain},
        {"DELETE", "/api/collections/{}/domain", s, "delete_collection_domain", &gcs_domain},
        {"POST", "/api/collections/batch_delete", s, "delete_collections", &gcs_delete_batch},
        {"PUT", "/api/endpoint", s, "update_endpoint", &gcs_endpoint},
        {"PUT", "/api/endpoint/owner", s, "set_owner", &gcs_owner},
        {"PUT", "/api/endpoint/owner_string", s, "set_owner_string", &gcs_owner},
        {"DELETE", "/api/endpoint/owner_string", s, "reset_owner_string", &gcs_owner},
        {"GET", "/api/endpoint/domain", s, "get_endpoint_domain", &gcs_domain},
        {"PUT", "/api/endpoint/domain", s, "set_endpoint_domain", &gcs_domain},
        {"DELETE", "/api/endpoint/domain", s, "delete_endpoint_domain", &gcs_domain},
    };
}

inline std::vector<Route> gcs_document_routes() {
    using Nodes = GcsDocuments<GcsNodeKind>;
    using SharingPolicies = GcsDocuments<GcsSharingPolicyKind>;
    using Gateways = GcsDocuments<GcsGatewayKind>;
    using Credentials = GcsDocuments<GcsCredentialKind>;
    using Roles = GcsDocuments<GcsRoleKind>;
    using StreamGateways = GcsDocuments<GcsStreamGatewayKind>;
    using LanSecrets = GcsDocuments<GcsLanSecretKind>;
    static constexpr char const* s = "gcs";
    return {
        {"GET", "/api/sharing_policies", s, "get_sharing_policy_list", &SharingPolicies::list},
        {"POST", "/api/sharing_policies", s, "create_sharing_policy", &SharingPolicies::create},
        {"GET", "/api/sharing_policies/{}", s, "get_sharing_policy", &SharingPolicies::get},
        {"DELETE", "/api/sharing_policies/{}", s, "delete_sharing_policy", &SharingPolicies::remove},
        {"GET", "/api/stream_gateways", s, "get_stream_gateway_list", &StreamGateways::list},
        {"POST", "/api/stream_gateways", s, "create_stream_gateway", &StreamGateways::create},
        {"GET", "/api/stream_gateways/{}", s, "get_stream_gateway", &StreamGateways::get},
        {"PATCH", "/api/stream_gateways/{}", s, "update_stream_gateway", &StreamGateways::update},
        {"DELETE", "/api/stream_gateways/{}", s, "delete_stream_gateway", &StreamGateways::remove},
        {"POST", "/api/lan_secrets", s, "create_lan_secret", &LanSecrets::create},
        {"DELETE", "/api/lan_secrets/{}", s, "delete_lan_secret", &LanSecrets::remove},
        {"GET", "/api/nodes", s, "get_node_list", &Nodes::list},
        {"POST", "/api/nodes", s, "create_node", &Nodes::create},
        {"GET", "/api/nodes/{}", s, "get_node", &Nodes::get},
        {"PUT", "/api/nodes/{}", s, "update_node", &Nodes::update},
        {"PATCH", "/api/nodes/{}", s, "update_node", &Nodes::update},
        {"DELETE", "/api/nodes/{}", s, "delete_node", &Nodes::remove},
        {"PUT", "/api/storage_gateways/{}", s, "update_storage_gateway", &Gateways::update},
        {"PUT", "/api/user_credentials/{}", s, "update_user_credential", &Credentials::update},
        {"GET", "/api/storage_gateways", s, "get_storage_gateway_list", &Gateways::list},
        {"POST", "/api/storage_gateways", s, "create_storage_gateway", &Gateways::create},
        {"GET", "/api/storage_gateways/{}", s, "get_storage_gateway", &Gateways::get},
        {"PATCH", "/api/storage_gateways/{}", s, "update_storage_gateway", &Gateways::update},
        {"DELETE", "/api/storage_gateways/{}", s, "delete_storage_gateway", &Gateways::remove},
        {"GET", "/api/roles", s, "get_role_list", &Roles::list},
        {"POST", "/api/roles", s, "create_role", &Roles::create},
        {"GET", "/api/roles/{}", s, "get_role", &Roles::get},
        {"DELETE", "/api/roles/{}", s, "delete_role", &Roles::remove},
        {"GET", "/api/user_credentials", s, "get_user_credential_list", &Credentials::list},
        {"POST", "/api/user_credentials", s, "create_user_credential", &Credentials::create},
        {"GET", "/api/user_credentials/{}", s, "get_user_credential", &Credentials::get},
        {"PATCH", "/api/user_credentials/{}", s, "update_user_credential", &Credentials::update},
        {"DELETE", "/api/user_credentials/{}", s, "delete_user_credential", &Credentials::remove},
    };
}

inline std::vector<Route> const& gcs_routes() {
    static std::vector<Route> const all = [] {
        std::vector<Route> routes = gcs_endpoint_routes();
        for (auto const& route : gcs_document_routes()) routes.push_back(route);
        return routes;
    }();
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GCS_ENDPOINT_IPP
// Groups: documents, memberships and what each action makes of them.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GROUPS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GROUPS_IPP

namespace globus::sandbox::detail {

/// A call to Groups.
struct GroupsCall : PlainCall {
    GroupsCall(World& in, Call& of) : PlainCall(in, of) {
        if (token == nullptr) return;
        static constexpr std::string_view all = "urn:globus:auth:scope:groups.api.globus.org:all";
        static constexpr std::string_view view =
            "urn:globus:auth:scope:groups.api.globus.org:view_my_groups_and_memberships";
        static constexpr std::string_view view_groups = "urn:globus:auth:scope:groups.api.globus.org:view_my_groups";
        if (call.method == "GET")
            (void)has_one_of({all, view, view_groups});
        else
            (void)has_one_of({all});
    }

    /// The group that the route names: one that was made, or the sandbox's own, which has a subscription.
    json::object* group() {
        auto* found = find("groups");
        if (found == nullptr) found = find("groups.subscription");
        if (found == nullptr) refused = missing();
        return found != nullptr && session_fits(found->at("policies")) ? found : nullptr;
    }

    /// [doc] a group of high assurance is for who logged in a short time ago, in this session. [guess] the code
    bool session_fits(json::value const& policies) {
        auto const limit = static_cast<Millis>(number_of(policies, "authentication_assurance_timeout", 28800) * 1000);
        if (!flag_of(policies, "is_high_assurance") || is_recent(world, *token, limit, true)) return true;
        json::object const parameters{{"session_required_identities", json::array{json::value(token->identity)}},
                                      {"session_message", "You must reauthenticate to see this group"}};
        refused = Reply::of(403, json::object{{"code", "AuthorizationRequired"},
                                              {"detail", text_of(parameters, "session_message")},
                                              {"authorization_parameters", parameters}});
        return false;
    }

    static json::object* membership(json::object& group, std::string const& identity) {
        for (auto& one : group["memberships"].as_array())
            if (text_of(one, "identity_id") == identity) return &one.as_object();
        return nullptr;
    }

    /// The caller's role, while he is an active member.
    std::string role(json::object const& group) const {
        for (auto const& one : group.at("memberships").as_array())
            if (text_of(one, "identity_id") == token->identity && text_of(one, "status") == "active")
                return text_of(one, "role");
        return {};
    }

    /// Whether the group can be seen. [doc] its members see it, and with the visibility "authenticated" everybody
    bool sees(json::object const& group) {
        if (text_of(group.at("policies"), "group_visibility") == "authenticated") return true;
        for (auto const& one : group.at("memberships").as_array()) {
            std::string const status = text_of(one, "status");
            if (text_of(one, "identity_id") == token->identity &&
                (status == "active" || status == "invited" || status == "pending"))
                return true;
        }
        refused = error(403, "FORBIDDEN", "You may not see this group");
        return false;
    }

    /// [doc] an administrator may change a group
    bool administers(json::object const& group) {
        if (role(group) == "admin") return true;
        refused = error(403, "FORBIDDEN", "Only an administrator may do this");
        return false;
    }

    /// A group as the caller sees it. [recorded] the members; `memberships` only for who asks for them
    json::object show(json::object const& group, bool with_memberships) const {
        json::object out = group;
        json::array mine;
        for (auto const& one : group.at("memberships").as_array())
            if (text_of(one, "identity_id") == token->identity) mine.push_back(one);
        out["my_memberships"] = std::move(mine);
        std::string const own = role(group);
        bool const managers = text_of(group.at("policies"), "group_members_visibility") == "managers";
        if (!with_memberships || own.empty() || (managers && own == "member")) out.erase("memberships");
        return out;
    }
};

/// [recorded] the members of a group
inline json::object new_group(std::string const& id) {
    return {{"id", id},
            {"name", ""},
            {"description", nullptr},
            {"terms_and_conditions", nullptr},
            {"parent_id", nullptr},
            {"group_type", "regular"},
            {"enforce_session", false},
            {"session_limit", 28800},
            {"session_timeouts", json::object{}},
            {"policies", json::object{{"is_high_assurance", false},
                                      {"authentication_assurance_timeout", 28800},
                                      {"group_visibility", "private"},
                                      {"group_members_visibility", "managers"},
                                      {"join_requests", false},
                                      {"signup_fields", json::array{}}}},
            {"subscription_id", nullptr},
            {"subscription_info", nullptr},
            {"subscription_admin_verified_id", nullptr},
            {"memberships", json::array{}}};
}

inline std::string subscription_group(World const& world) { return Random(world.options.seed ^ 0x6709c1de).uuid(); }

/// The group of the sandbox's own subscription. Nobody is its member, everybody sees it.
inline void seed_subscription(World& world) {
    std::string const id = subscription_group(world);
    json::object group = new_group(id);
    group["name"] = "Sandbox subscription";
    group["group_type"] = "plus";
    group["policies"].as_object()["group_visibility"] = "authenticated";
    group["subscription_id"] = own_subscription(world);
    group["subscription_info"] = json::object{{"name", "Sandbox subscription"},
                                              {"subscriber_name", "Globus Sandbox"},
                                              {"is_high_assurance", true},
                                              {"is_baa", false},
                                              {"connectors", json::object{}}};
    world.data.documents["groups.subscription"].emplace_back(id, std::move(group));
}

inline Reply create_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (text_of(*body, "name").empty()) return in.error(422, "UNPROCESSABLE_ENTITY", "name is missing");
    std::string const id = world.random.uuid();
    json::object group = new_group(id);
    for (auto const& item : *body)
        if (group.contains(item.key()) && item.key() != "id" && item.key() != "memberships" && item.key() != "policies")
            group[item.key()] = item.value();
    group["memberships"].as_array().push_back(json::object{{"group_id", id},
                                                           {"identity_id", in.token->identity},
                                                           {"username", username_of(world, in.token->identity)},
                                                           {"role", "admin"},
                                                           {"status", "active"}});
    return Reply::of(201, in.show(in.add("groups", id, std::move(group)), true));
}

inline Reply my_groups(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const wanted = split(call.argument("statuses", "active"), ',');  // [doc]
    json::array out;
    for (auto const& [id, group] : in.all("groups")) {
        bool mine = false;
        for (auto const& one : group.at("memberships").as_array())
            mine = mine || (text_of(one, "identity_id") == in.token->identity &&
                            std::find(wanted.begin(), wanted.end(), text_of(one, "status")) != wanted.end());
        if (mine) out.push_back(in.show(group, false));
    }
    return Reply::of(200, out);
}

/// [guess] the caller's memberships, by group
inline Reply group_statuses(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    json::object out;
    for (auto const& [id, group] : in.all("groups"))
        for (auto const& one : group.at("memberships").as_array())
            if (text_of(one, "identity_id") == in.token->identity) out[id] = text_of(one, "status");
    return Reply::of(200, out);
}

inline Reply get_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const* group = in.group();
    if (group == nullptr || !in.sees(*group)) return in.refused;
    auto const include = split(call.argument("include"), ',');
    return Reply::of(200, in.show(*group, std::find(include.begin(), include.end(), "memberships") != include.end()));
}

inline Reply update_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.group();
    if (group == nullptr || !in.administers(*group)) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (call.operation == "set_subscription_admin_verified") {
        auto const* verified = body->if_contains("subscription_admin_verified_id");
        if (verified == nullptr)
            return in.error(422, "UNPROCESSABLE_ENTITY", "subscription_admin_verified_id is missing");
        (*group)["subscription_admin_verified_id"] = *verified;
        return Reply::of(200, json::object{{"group_id", call.holes[0]}, {"subscription_admin_verified_id", *verified}});
    }
    for (auto const& item : *body)
        if (item.key() != "id" && item.key() != "memberships" && item.key() != "my_memberships")
            (*group)[item.key()] = item.value();
    return Reply::of(200, in.show(*group, false));
}

inline Reply delete_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const* group = in.group();
    if (group == nullptr || !in.administers(*group)) return in.refused;
    Reply const reply = Reply::of(200, in.show(*group, false));
    in.remove("groups");
    return reply;
}

/// `policies` or `membership_fields` of a group.
inline Reply part_of_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.group();
    if (group == nullptr || !in.sees(*group)) return in.refused;
    std::string const& part = call.segments.back();
    if (call.method == "PUT") {
        if (part == "policies" && !in.administers(*group)) return in.refused;
        auto const body = in.body();
        if (!body) return in.refused;
        if (part == "policies")
            merge((*group)[part].as_object(), *body);
        else
            (*group)[part] = *body;
    }
    if (!group->contains(part)) (*group)[part] = json::object{};
    return Reply::of(200, (*group)[part]);
}

inline Reply preferences(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto& all = in.all("groups.preferences");
    auto* found = find_document(all, in.token->identity);
    if (found == nullptr) found = &in.add("groups.preferences", in.token->identity, {});
    if (call.method == "PUT") {
        auto const body = in.body();
        if (!body) return in.refused;
        // [doc] preferences are given by identity, as they are answered
        auto const* own = body->if_contains(in.token->identity);
        merge(*found, own != nullptr && own->is_object() ? own->get_object() : *body);
    }
    return Reply::of(200, json::object{{in.token->identity, *found}});
}

// Memberships ---------------------------------------------------------------------------------------------------------

/// An action on a membership: who may do it, from which states, and to which it leads.
struct GroupAction {
    char const* name;
    bool by_manager;                  ///< by managers, for others; else by the member himself
    std::set<std::string_view> from;  ///< states in which it makes sense; "" is no membership
    char const* to;                   ///< "" leaves the state as it is
    char const* wrong_state;          ///< the code when it makes none
    char const* detail;               ///< and the text
};

/// [doc] the actions; [recorded] ALREADY_ACTIVE and NO_MEMBERSHIP; [guess] the other codes
inline std::vector<GroupAction> const& group_actions() {
    static constexpr char const* active = "The identity is already an active member of the group.";
    static constexpr char const* none = "Identity has no membership in group.";
    static std::set<std::string_view> const outside{"",     "invited", "pending", "declined",
                                                    "left", "removed", "rejected"};
    static std::set<std::string_view> const gone{"", "declined", "left", "removed", "rejected"};
    static std::vector<GroupAction> const all{
        {"add", true, outside, "active", "ALREADY_ACTIVE", active},
        {"invite", true, gone, "invited", "ALREADY_ACTIVE", active},
        {"approve", true, {"pending"}, "active", "NO_MEMBERSHIP", none},
        {"reject", true, {"pending"}, "rejected", "NO_MEMBERSHIP", none},
        {"remove", true, {"active", "invited", "pending"}, "removed", "NO_MEMBERSHIP", none},
        {"change_role", true, {"active"}, "", "NO_MEMBERSHIP", none},
        {"accept", false, {"invited"}, "active", "NO_MEMBERSHIP", none},
        {"decline", false, {"invited"}, "declined", "NO_MEMBERSHIP", none},
        {"join", false, outside, "active", "ALREADY_ACTIVE", active},
        {"request_join", false, gone, "pending", "ALREADY_ACTIVE", active},
        {"leave", false, {"active"}, "left", "NO_MEMBERSHIP", none},
    };
    return all;
}

/// Why the caller may not do this; nothing when he may. [doc] managers add and remove members, administrators change
/// roles and everybody else's; [guess] the code
inline std::string denied(GroupsCall const& in, json::object const& group, GroupAction const& action,
                          std::string const& identity, std::string const& wanted_role) {
    std::string const role = in.role(group);
    if (action.by_manager) {
        if (role == "admin") return {};
        bool const managing = role == "manager" && std::string_view(action.name) != "change_role" &&
                              (wanted_role.empty() || wanted_role == "member");
        return managing ? "" : "You do not have the role to do this.";
    }
    if (identity != in.token->identity) return "Only the identity itself may do this.";
    bool const asks = std::string_view(action.name) == "join" || std::string_view(action.name) == "request_join";
    if (asks && !flag_of(group.at("policies"), "join_requests")) return "The group takes no requests to join.";
    return {};
}

/// One entry of an action: the membership that comes of it, or what is wrong.
inline json::object act_on_membership(GroupsCall& in, json::object& group, GroupAction const& action,
                                      json::value const& entry, bool& good) {
    std::string const identity = text_of(entry, "identity_id");
    std::string const wanted_role = text_of(entry, "role");
    auto const wrong = [&](char const* code, std::string const& detail) {
        good = false;
        return json::object{{"code", code}, {"detail", detail}, {"identity_id", identity}};
    };
    if (auto const why = denied(in, group, action, identity, wanted_role); !why.empty()) return wrong("FORBIDDEN", why);
    auto* found = GroupsCall::membership(group, identity);
    std::string const state = found != nullptr ? text_of(*found, "status") : "";
    if (!action.from.contains(state)) return wrong(action.wrong_state, action.detail);
    if (found == nullptr) {
        auto& all = group["memberships"].as_array();
        all.push_back(json::object{{"group_id", group.at("id")},
                                   {"identity_id", identity},
                                   {"username", username_of(in.world, identity)},
                                   {"role", "member"}});
        found = &all.back().as_object();
    }
    if (action.to[0] != '\0') (*found)["status"] = action.to;
    if (!wanted_role.empty()) (*found)["role"] = wanted_role;
    good = true;
    return *found;
}

/// [recorded] what was done, by action, and under `errors` what could not be
inline Reply batch_membership_action(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.group();
    auto const body = group != nullptr ? in.body() : std::nullopt;
    if (!body) return in.refused;
    json::object answer;
    json::object errors;
    for (auto const& item : *body) {
        auto const& all = group_actions();
        auto const action =
            std::find_if(all.begin(), all.end(), [&](auto const& one) { return item.key() == one.name; });
        auto const* entries = item.value().if_array();
        if (action == all.end() || entries == nullptr)
            return in.error(422, "UNPROCESSABLE_ENTITY", "Unknown action: " + std::string(item.key()));
        json::array done;
        json::array failed;
        for (auto const& entry : *entries) {
            bool good = false;
            json::object result = act_on_membership(in, *group, *action, entry, good);
            (good ? done : failed).push_back(std::move(result));
        }
        answer[item.key()] = std::move(done);
        if (!failed.empty()) errors[item.key()] = std::move(failed);
    }
    if (!errors.empty()) answer["errors"] = std::move(errors);
    return Reply::of(200, answer);
}

/// [recorded] the members: less of the subscription than its own group shows
inline Reply group_by_subscription(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    for (auto const* kind : {"groups", "groups.subscription"})
        for (auto const& [id, group] : in.all(kind)) {
            if (text_of(group, "subscription_id") != call.holes[0]) continue;
            json::object info;
            if (auto const* all = group.at("subscription_info").if_object())
                for (auto const* name : {"is_high_assurance", "is_baa", "connectors"})
                    if (auto const* value = all->if_contains(name)) info[name] = *value;
            return Reply::of(
                200, json::object{
                         {"group_id", id}, {"subscription_id", call.holes[0]}, {"subscription_info", std::move(info)}});
        }
    return in.missing();
}

/// The groups below one, as far as the caller sees them. [doc]
inline Reply group_children(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const* const above = in.group();
    if (above == nullptr || !in.sees(*above)) return in.refused;
    json::array out;
    for (auto const& [id, group] : in.all("groups"))
        if (text_of(group, "parent_id") == call.holes[0] && in.sees(group)) out.push_back(in.show(group, false));
    return Reply::of(200, json::object{{"children", std::move(out)}});
}

inline std::vector<Route> const& groups_routes() {
    static constexpr char const* s = "groups";
    static std::vector<Route> const all{
        {"GET", "/v2/groups/my_groups", s, "get_my_groups", &my_groups},
        {"GET", "/v2/groups/statuses", s, "get_statuses", &group_statuses},
        {"GET", "/v2/groups/{}", s, "get_group", &get_group},
        {"POST", "/v2/groups", s, "create_group", &create_group},
        {"PUT", "/v2/groups/{}", s, "update_group", &update_group},
        {"DELETE", "/v2/groups/{}", s, "delete_group", &delete_group},
        {"POST", "/v2/groups/{}", s, "batch_membership_action", &batch_membership_action},
        {"GET", "/v2/groups/{}/policies", s, "get_group_policies", &part_of_group},
        {"PUT", "/v2/groups/{}/policies", s, "set_group_policies", &part_of_group},
        {"GET", "/v2/groups/{}/membership_fields", s, "get_membership_fields", &part_of_group},
        {"PUT", "/v2/groups/{}/membership_fields", s, "set_membership_fields", &part_of_group},
        {"PUT", "/v2/groups/{}/subscription_admin_verified", s, "set_subscription_admin_verified", &update_group},
        {"GET", "/v2/groups/{}/children", s, "get_children", &group_children},
        {"GET", "/v2/preferences", s, "get_identity_preferences", &preferences},
        {"PUT", "/v2/preferences", s, "set_identity_preferences", &preferences},
        {"GET", "/v2/subscription_info/{}", s, "get_group_by_subscription_id", &group_by_subscription},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GROUPS_IPP
// Search: indices, entries and who sees them, queries, tasks, roles.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_IPP

// The fields that the entries of an index have, and of what types they are.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_FIELDS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_FIELDS_IPP

// A call to Search: who asks, of which index, and with what role.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_CALL_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_CALL_IPP

namespace globus::sandbox::detail {

/// A call to Search. Without a token it is nobody's, and sees what is public.
struct SearchCall : PlainCall {
    SearchCall(World& in, Call& of) : PlainCall(in, of) {
        static constexpr std::string_view all = "urn:globus:auth:scope:search.api.globus.org:all";
        static constexpr std::string_view reads = "urn:globus:auth:scope:search.api.globus.org:search";
        static constexpr std::string_view ingests = "urn:globus:auth:scope:search.api.globus.org:ingest";
        bool const query =
            call.operation.find("search") != std::string::npos || call.operation == "scroll" || call.method == "GET";
        if (token == nullptr) {
            anonymous = call.bearer().empty() && query;
        } else if (query) {
            (void)has_one_of({all, reads, ingests});
        } else if (call.operation.find("index") == std::string::npos &&
                   call.operation.find("role") == std::string::npos) {
            (void)has_one_of({all, ingests});
        } else {
            (void)has_one_of({all});
        }
    }

    bool anonymous = false;

    explicit operator bool() const { return token != nullptr || anonymous; }
    std::string identity() const { return token != nullptr ? token->identity : ""; }

    /// The index that the route names, if its state allows the call. [recorded] the codes
    json::object* index(bool any_state = false) {
        auto* const found = find("indices");
        if (found == nullptr) {
            refused = error(404, "NotFound.NoSuchIndex", "There is no search index named \"" + call.holes[0] + "\"");
            return nullptr;
        }
        if (!any_state && text_of(*found, "status") != "open") {
            refused = error(409, "Conflict.IncompatibleIndexStatus",
                            "Index status (delete_pending) did not match required status for this operation: open");
            return nullptr;
        }
        return found;
    }

    /// The caller's roles at an index. [doc] owner, admin, writer
    json::array roles(std::string const& id) const {
        json::array out;
        for (auto const& [role_id, role] : documents_of(world, "search.roles." + id))
            if (is_principal(world, identity(), text_of(role, "principal"))) out.push_back(role.at("role_name"));
        return out;
    }

    bool has_role(std::initializer_list<std::string_view> wanted) {
        for (auto const& role : roles(call.holes[0]))
            for (auto const one : wanted)
                if (role.is_string() && std::string_view(role.get_string()) == one) return true;
        refused = error(403, "Forbidden.Generic", "You do not have the role at this index to do this");
        return false;
    }

    /// [recorded] the shape of what is wrong with a document
    Reply invalid(char const* field, char const* message) const {
        Reply reply = error(400, "BadRequest.ValidationError", "Request failed input validation.");
        json::object document = json::parse(reply.body).as_object();
        json::object const inner{{field, json::array{message}}};
        document["error_data"] =
            json::object{{"messages", json::object{{"json", json::object{{"ingest_data", inner}}}}}};
        reply.body = json::serialize(document);
        return reply;
    }

    /// A task of Search; it is over at once.
    std::string add_task(char const* type) const {
        std::string const id = world.random.uuid();
        add("search.tasks", id,
            {{"task_id", id},
             {"index_id", call.holes[0]},
             {"task_type", type},
             {"state", "SUCCESS"},
             {"state_description", "Task succeeded"},
             {"creation_date", now()},
             {"completion_date", now()},
             {"additional_details", nullptr},
             {"message", nullptr}});
        return id;
    }
};

/// The entries of an index: {subject, id, content, visible_to}.
inline std::string entries_of(Call const& call) { return "entries." + call.holes[0]; }

/// What an entry is found by: its subject, and its own identifier or nothing.
inline std::string entry_key(std::string const& subject, std::string const& id) { return subject + "\n" + id; }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_CALL_IPP
// What a search asks for: words, the advanced language, filters, facets, orders. [doc] docs.globus.org/api/search/query
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_QUERY_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_QUERY_IPP

// The words of the entries of an index, in a full-text table of SQLite. [doc] sqlite.org/fts5.html
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_WORDS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_WORDS_IPP

#include <sqlite3.h>

#include <memory>

namespace globus::sandbox::detail {

/// Finds entries by words. It lives as long as a query: what it has is what the caller may see, so that nothing else
/// can be found, and nothing has to be kept in step.
class SearchWords {
public:
    SearchWords() {
        sqlite3* opened = nullptr;
        int const code = sqlite3_open_v2(":memory:", &opened,
                                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
        database_.reset(opened);
        if (code != SQLITE_OK) fail();
        // [guess] a word is what a common analyzer takes as one: letters and digits of any language, and `_`
        run("CREATE VIRTUAL TABLE words USING fts5(text, entry UNINDEXED, field UNINDEXED, "
            "tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\")");
        run("BEGIN");
        insert_ = prepare("INSERT INTO words VALUES (?, ?, ?)");
    }

    /// Adds a text of an entry: what is at a field of its content, or with the field "" its subject.
    void add(std::string const& text, std::size_t entry, std::string const& field) {
        bind(insert_.get(), 1, text);
        sqlite3_bind_int64(insert_.get(), 2, static_cast<sqlite3_int64>(entry));
        bind(insert_.get(), 3, field);
        if (sqlite3_step(insert_.get()) != SQLITE_DONE) fail();
        sqlite3_reset(insert_.get());
    }

    /// The entries in which a phrase is, and how well it fits: the greater the better. At a field and below it, or
    /// anywhere.
    [[nodiscard]] std::map<std::size_t, double> find(std::string const& phrase, bool prefix,
                                                     std::optional<std::string> const& field) const {
        std::string text = "\"";
        for (char const c : phrase) text += c == '"' || c == '\0' ? ' ' : c;
        text += prefix ? "\" *" : "\"";
        Statement const query = prepare(
            "SELECT entry, rank FROM words WHERE words MATCH ?1 AND (?2 IS NULL OR field = ?2 OR "
            "substr(field, 1, length(?2) + 1) = ?2 || '.')");
        bind(query.get(), 1, text);
        if (field) bind(query.get(), 2, *field);
        std::map<std::size_t, double> out;
        while (true) {
            int const code = sqlite3_step(query.get());
            if (code == SQLITE_DONE) return out;
            if (code != SQLITE_ROW) fail();
            out[static_cast<std::size_t>(sqlite3_column_int64(query.get(), 0))] -=
                sqlite3_column_double(query.get(), 1);
        }
    }

private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Close>;

    [[noreturn]] void fail() const {
        throw SandboxError(std::string("sandbox: search by words failed: ") + sqlite3_errmsg(database_.get()));
    }
    void run(char const* text) const {
        if (sqlite3_exec(database_.get(), text, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
    }
    Statement prepare(char const* text) const {
        sqlite3_stmt* made = nullptr;
        if (sqlite3_prepare_v2(database_.get(), text, -1, &made, nullptr) != SQLITE_OK) fail();
        return Statement(made);
    }
    void bind(sqlite3_stmt* statement, int place, std::string const& text) const {
        if (sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT) !=
            SQLITE_OK)
            fail();
    }

    std::unique_ptr<sqlite3, Close> database_;
    Statement insert_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_WORDS_IPP

#include <cmath>
#include <functional>

namespace globus::sandbox::detail {

// Values of a document ------------------------------------------------------------------------------------------------

inline std::string text_of_value(json::value const& value) {
    return value.is_string() ? to_string(value.get_string()) : json::serialize(value);
}

/// Calls `f` with each value below `value` that is no list and no object, and with the field it is at, as a query
/// writes it: a dot in a name has a backslash before it.
template <class F>
void each_value(json::value const& value, std::string const& field, F const& f) {
    if (auto const* list = value.if_array()) {
        for (auto const& one : *list) each_value(one, field, f);
    } else if (auto const* object = value.if_object()) {
        for (auto const& item : *object) {
            std::string below = field.empty() ? "" : field + ".";
            for (char const c : item.key()) below += c == '.' ? std::string("\\.") : std::string(1, c);
            each_value(item.value(), below, f);
        }
    } else {
        f(value, field);
    }
}

/// The values at a dotted path, through lists.
inline void find_values(json::value const& value, std::string_view path, std::vector<json::value const*>& out) {
    if (auto const* list = value.if_array()) {
        for (auto const& one : *list) find_values(one, path, out);
        return;
    }
    if (path.empty()) return out.push_back(&value);
    auto const* object = value.if_object();
    if (object == nullptr) return;
    // A name may have a dot in it that is written `\.`
    std::string name;
    std::size_t i = 0;
    for (; i < path.size() && path[i] != '.'; ++i) {
        if (path[i] == '\\' && i + 1 < path.size()) ++i;
        name += path[i];
    }
    if (auto const* found = object->if_contains(name))
        find_values(*found, i < path.size() ? path.substr(i + 1) : std::string_view(), out);
}

inline std::vector<json::value const*> values_at(json::value const& content, std::string_view path) {
    std::vector<json::value const*> out;
    find_values(content, path, out);
    return out;
}

// Queries -------------------------------------------------------------------------------------------------------------

/// An entry that a query looks at; the number is that of its texts in the table of words.
struct Candidate {
    std::size_t number;
    json::value const& content;
};

/// Something that an entry is, or is not.
using Condition = std::function<bool(Candidate const&)>;

/// Thrown for a query that means nothing.
struct WrongQuery {
    std::string what;
};

/// The pieces of a query: words, phrases in quotes with the quotes, brackets.
inline std::vector<std::string> query_pieces(std::string const& text) {
    std::vector<std::string> out;
    std::string word;
    bool quoted = false;
    int brackets = 0;
    auto const end = [&] {
        if (!word.empty()) out.push_back(std::exchange(word, {}));
    };
    for (char const c : text) {
        if (c == '"') quoted = !quoted;
        if (c == '[' || c == '{') ++brackets;
        if (c == ']' || c == '}') --brackets;
        if (!quoted && brackets == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            end();
        } else if (!quoted && brackets == 0 && (c == '(' || c == ')')) {
            end();
            out.emplace_back(1, c);
        } else {
            word += c;
        }
    }
    end();
    return out;
}

/// What is asked of the table of words, and how well each entry fits. [doc] a boost makes the matches at a field count
/// more
class WordQuery {
public:
    WordQuery(SearchWords const& words, json::value const* boosts) : words_(words), boosts_(boosts) {}

    /// Whether a phrase is somewhere, or at a field. The last character `*` stands for the rest of a word.
    Condition phrase(std::string text, std::optional<std::string> const& field = {}) {
        std::erase(text, '"');
        bool const prefix = text.ends_with('*');
        if (prefix) text.pop_back();
        auto const found = std::make_shared<std::map<std::size_t, double> const>(words_.find(text, prefix, field));
        for (auto const& [number, rank] : *found) score_[number] += rank;
        if (boosts_ != nullptr && boosts_->is_array())
            for (auto const& boost : boosts_->get_array())
                for (auto const& [number, rank] : words_.find(text, prefix, text_of(boost, "field_name")))
                    if (found->contains(number)) score_[number] += rank * (number_of(boost, "factor", 1) - 1);
        return [found](Candidate const& entry) { return found->contains(entry.number); };
    }

    /// The greater the better.
    [[nodiscard]] double score(std::size_t number) const {
        auto const found = score_.find(number);
        return found == score_.end() ? 0 : found->second;
    }

private:
    SearchWords const& words_;
    json::value const* boosts_;
    std::map<std::size_t, double> score_;
};

inline Condition negated(Condition const& inner) {
    return [inner](Candidate const& entry) { return !inner(entry); };
}

/// The simple language: all words must be there, phrases in quotes as they are, and `-word` must not.
inline Condition simple_query(std::string const& text, WordQuery& words) {
    std::vector<Condition> parts;
    for (auto const& piece : query_pieces(text)) {
        if (piece == "(" || piece == ")" || piece == "*") continue;
        parts.push_back(piece[0] == '-' ? negated(words.phrase(piece.substr(1))) : words.phrase(piece));
    }
    return [parts](Candidate const& entry) {
        return std::all_of(parts.begin(), parts.end(), [&](Condition const& one) { return one(entry); });
    };
}

/// Negative, zero or positive; numbers are compared as numbers.
inline int compare_values(json::value const& a, json::value const& b) {
    auto const left = number_of(a);
    auto const right = number_of(b);
    if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
    return text_of_value(a).compare(text_of_value(b));
}

inline json::value value_from_text(std::string const& text) {
    boost::system::error_code failed;
    json::value const parsed = json::parse(text, failed);
    return !failed && (parsed.is_number() || parsed.is_bool()) ? parsed : json::value(text);
}

/// The advanced language: field:value, AND, OR, NOT, brackets, [a TO b].
class AdvancedQuery {
public:
    AdvancedQuery(std::string const& text, WordQuery& words) : pieces_(query_pieces(text)), words_(words) {}

    Condition read() {
        if (pieces_.empty()) return [](Candidate const&) { return true; };
        Condition all = either();
        if (at_ != pieces_.size()) throw WrongQuery{"The query ends too early"};
        return all;
    }

private:
    bool next(std::string_view word) {
        if (at_ >= pieces_.size() || pieces_[at_] != word) return false;
        ++at_;
        return true;
    }

    Condition either() {
        Condition left = both();
        while (next("OR") || next("||")) {
            Condition const right = both();
            left = [left, right](Candidate const& entry) { return left(entry) || right(entry); };
        }
        return left;
    }

    Condition both() {
        Condition left = one();
        while (at_ < pieces_.size() && pieces_[at_] != "OR" && pieces_[at_] != "||" && pieces_[at_] != ")") {
            (void)(next("AND") || next("&&"));
            Condition const right = one();
            left = [left, right](Candidate const& entry) { return left(entry) && right(entry); };
        }
        return left;
    }

    Condition one() {
        if (depth_ > 64 || at_ >= pieces_.size()) throw WrongQuery{"The query ends too early"};
        if (next("NOT") || next("!")) return negated(one());
        if (next("(")) {
            ++depth_;
            Condition inner = either();
            --depth_;
            if (!next(")")) throw WrongQuery{"A bracket is not closed"};
            return inner;
        }
        std::string piece = pieces_[at_++];
        if (piece[0] == '-') return negated(term(piece.substr(1)));
        return term(piece[0] == '+' ? piece.substr(1) : piece);
    }

    Condition term(std::string const& piece) {
        if (piece == "*" || piece == "*:*") return [](Candidate const&) { return true; };
        auto const colon = piece[0] == '"' ? std::string::npos : piece.find(':');
        if (colon == std::string::npos || colon == 0) return words_.phrase(piece);
        std::string const field = piece.substr(0, colon);
        std::string value = piece.substr(colon + 1);
        if (value.empty() && next("(")) {
            // field:(a b) is the words at the field
            while (at_ < pieces_.size() && pieces_[at_] != ")") value += pieces_[at_++] + " ";
            (void)next(")");
        }
        return at_field(field, value);
    }

    Condition at_field(std::string const& field, std::string const& value) {
        if (!value.empty() && (value[0] == '[' || value[0] == '{')) return between(field, value);
        if (value == "*") return [field](Candidate const& entry) { return !values_at(entry.content, field).empty(); };
        return words_.phrase(value, field == "subject" ? std::string() : field);
    }

    static Condition between(std::string const& field, std::string const& range) {
        auto const to = range.find(" TO ");
        if (to == std::string::npos) throw WrongQuery{"A range is written [a TO b]"};
        std::string const low = trim(range.substr(1, to - 1));
        std::string const high = trim(range.substr(to + 4, range.size() - to - 5));
        bool const open_low = range[0] == '{';
        bool const open_high = range.back() == '}';
        return [=](Candidate const& entry) {
            for (auto const* found : values_at(entry.content, field)) {
                int const above = low == "*" ? 1 : compare_values(*found, value_from_text(low));
                int const below = high == "*" ? -1 : compare_values(*found, value_from_text(high));
                if ((open_low ? above > 0 : above >= 0) && (open_high ? below < 0 : below <= 0)) return true;
            }
            return false;
        };
    }

    std::vector<std::string> pieces_;
    WordQuery& words_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

// Filters -------------------------------------------------------------------------------------------------------------

inline Condition read_filter(json::value const& filter, int depth = 0);

/// All, or any, of a list of filters.
inline Condition joined_filters(json::value const& filter, bool all, int depth) {
    std::vector<Condition> inner;
    if (auto const* list = member(filter, "filters"); list != nullptr && list->is_array())
        for (auto const& one : list->get_array()) inner.push_back(read_filter(one, depth + 1));
    return [inner, all](Candidate const& entry) {
        auto const fits = [&](Condition const& one) { return one(entry); };
        return all ? std::all_of(inner.begin(), inner.end(), fits) : std::any_of(inner.begin(), inner.end(), fits);
    };
}

inline Condition range_filter(std::string const& field, json::value const& filter) {
    std::vector<json::object> ranges;
    if (auto const* values = member(filter, "values"); values != nullptr && values->is_array())
        for (auto const& one : values->get_array())
            if (one.is_object()) ranges.push_back(one.get_object());
    return [field, ranges](Candidate const& entry) {
        for (auto const* found : values_at(entry.content, field))
            for (auto const& range : ranges) {
                auto const limit = [&](char const* name) {
                    auto const* value = range.if_contains(name);
                    return value == nullptr || *value == json::value("*") ? nullptr : value;
                };
                auto const* from = limit("from");
                auto const* to = limit("to");
                if ((from == nullptr || compare_values(*found, *from) >= 0) &&
                    (to == nullptr || compare_values(*found, *to) <= 0))
                    return true;
            }
        return false;
    };
}

/// match_all, match_any: the values of the field against those of the filter; a text as a whole, or a word of it.
inline Condition match_filter(std::string const& field, json::value const& filter, bool all, bool pattern) {
    std::vector<json::value> wanted;
    if (auto const* values = member(filter, "values"); values != nullptr && values->is_array())
        wanted.assign(values->get_array().begin(), values->get_array().end());
    else if (auto const* value = member(filter, "value"))
        wanted.push_back(*value);
    return [=](Candidate const& entry) {
        auto const have = values_at(entry.content, field);
        auto const is_there = [&](json::value const& one) {
            return std::any_of(have.begin(), have.end(), [&](json::value const* found) {
                if (pattern) return glob(lower(text_of_value(one)), lower(text_of_value(*found)));
                return compare_values(*found, one) == 0 || same_name(text_of_value(*found), text_of_value(one));
            });
        };
        return all ? std::all_of(wanted.begin(), wanted.end(), is_there)
                   : std::any_of(wanted.begin(), wanted.end(), is_there);
    };
}

inline Condition read_filter(json::value const& filter, int depth) {
    if (depth > 32) throw WrongQuery{"filters are too deep"};
    std::string const type = text_of(filter, "type");
    std::string const field = text_of(filter, "field_name");
    if (type == "and" || type == "or") return joined_filters(filter, type == "and", depth);
    if (type == "not") {
        auto const* inner = member(filter, "filter");
        if (inner == nullptr) throw WrongQuery{"A filter of type not needs `filter`"};
        return negated(read_filter(*inner, depth + 1));
    }
    if (field.empty()) throw WrongQuery{"field_name is missing"};
    if (type == "exists")
        return [field](Candidate const& entry) {
            auto const found = values_at(entry.content, field);
            return std::any_of(found.begin(), found.end(), [](auto const* one) { return !one->is_null(); });
        };
    if (type == "range") return range_filter(field, filter);
    if (type == "match_all" || type == "match_any" || type == "like")
        return match_filter(field, filter, type == "match_all", type == "like");
    throw WrongQuery{"Unknown type of filter: " + type};
}

/// The whole of a query document: its words and its filters.
inline Condition read_query(std::string const& text, bool advanced, json::value const* filters, WordQuery& words) {
    std::vector<Condition> parts;
    if (!text.empty() && text != "*")
        parts.push_back(advanced ? AdvancedQuery(text, words).read() : simple_query(text, words));
    if (filters != nullptr) {
        if (!filters->is_array()) throw WrongQuery{"filters is a list"};
        for (auto const& one : filters->get_array()) parts.push_back(read_filter(one));
    }
    return [parts](Candidate const& entry) {
        return std::all_of(parts.begin(), parts.end(), [&](Condition const& one) { return one(entry); });
    };
}

// Facets --------------------------------------------------------------------------------------------------------------

inline json::object bucket(json::value value, std::int64_t count) {
    return {{"@datatype", "GBucket"}, {"@version", "2017-09-01"}, {"value", std::move(value)}, {"count", count}};
}

/// [doc] terms: the values and how often each is there, the most frequent first
inline json::array term_buckets(std::vector<json::value const*> const& values, std::size_t size) {
    std::vector<std::pair<json::value, std::int64_t>> counts;
    for (auto const* value : values) {
        auto const same = [&](auto const& one) { return one.first == *value; };
        auto const found = std::find_if(counts.begin(), counts.end(), same);
        if (found == counts.end())
            counts.emplace_back(*value, 1);
        else
            ++found->second;
    }
    sort_stably(counts, [](auto const& a, auto const& b) {
        return a.second != b.second ? a.second > b.second : compare_values(a.first, b.first) < 0;
    });
    json::array out;
    for (std::size_t i = 0; i < counts.size() && i < size; ++i)
        out.push_back(bucket(counts[i].first, counts[i].second));
    return out;
}

/// [doc] numeric_histogram: `size` buckets of equal width between low and high
inline json::array histogram_buckets(json::value const& facet, std::vector<json::value const*> const& values) {
    auto const* range = member(facet, "histogram_range");
    if (range == nullptr) throw WrongQuery{"histogram_range is missing"};
    double const low = number_of(*range, "low", 0);
    double const high = number_of(*range, "high", 0);
    auto const size = std::clamp<std::int64_t>(static_cast<std::int64_t>(number_of(facet, "size", 10)), 1, 1000);
    if (!(high > low)) throw WrongQuery{"histogram_range needs low below high"};
    std::vector<std::int64_t> counts(static_cast<std::size_t>(size));
    double const width = (high - low) / static_cast<double>(size);
    for (auto const* value : values)
        if (auto const number = number_of(*value); number && *number >= low && *number <= high) {
            auto const index =
                std::min<std::size_t>(counts.size() - 1, static_cast<std::size_t>(std::floor((*number - low) / width)));
            ++counts[index];
        }
    json::array out;
    for (std::size_t i = 0; i < counts.size(); ++i)
        out.push_back(bucket(json::object{{"from", low + width * static_cast<double>(i)},
                                          {"to", low + width * static_cast<double>(i + 1)}},
                             counts[i]));
    return out;
}

/// [doc] date_histogram: a bucket for each year, month, day, ... that is there
inline json::array date_buckets(json::value const& facet, std::vector<json::value const*> const& values) {
    std::string const interval = text_of(facet, "date_interval", "month");
    std::size_t const length = interval == "year" ? 4 : interval == "day" ? 10 : interval == "hour" ? 13 : 7;
    std::map<std::string, std::int64_t> counts;
    for (auto const* value : values) ++counts[text_of_value(*value).substr(0, length)];
    json::array out;
    for (auto const& [date, count] : counts) out.push_back(bucket(json::value(date), count));
    return out;
}

/// What a facet says of all entries that were found.
inline json::object facet_result(json::value const& facet, std::vector<json::value> const& contents) {
    std::string const type = text_of(facet, "type");
    std::string const field = text_of(facet, "field_name");
    if (field.empty()) throw WrongQuery{"field_name of a facet is missing"};
    std::vector<json::value const*> values;
    for (auto const& content : contents)
        for (auto const* value : values_at(content, field)) values.push_back(value);
    json::object out{
        {"@datatype", "GFacetResult"}, {"@version", "2017-09-01"}, {"name", text_of(facet, "name", field)}};
    if (type == "terms") {
        out["buckets"] = term_buckets(values, static_cast<std::size_t>(std::max(1.0, number_of(facet, "size", 10))));
    } else if (type == "numeric_histogram") {
        out["buckets"] = histogram_buckets(facet, values);
    } else if (type == "date_histogram") {
        out["buckets"] = date_buckets(facet, values);
    } else if (type == "sum" || type == "avg") {
        double sum = 0;
        std::int64_t count = 0;
        for (auto const* value : values)
            if (auto const number = number_of(*value)) {
                sum += *number;
                ++count;
            }
        out["value"] = type == "sum" ? sum
                       : count == 0  ? number_of(facet, "missing", 0)
                                     : sum / static_cast<double>(count);
    } else {
        throw WrongQuery{"Unknown type of facet: " + type};
    }
    return out;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_QUERY_IPP

namespace globus::sandbox::detail {

/// The type of a field by its first value. [doc] "long" and "text". [guess] the others, and that a date is text
inline char const* field_type(json::value const& value) {
    if (value.is_bool()) return "boolean";
    if (value.is_int64() || value.is_uint64()) return "long";
    return value.is_double() ? "double" : "text";
}

/// The fields of an index by their full names. [guess] they are those of the entries that are there now
inline std::map<std::string, char const*> fields_of_index(SearchCall const& in) {
    std::map<std::string, char const*> out;
    for (auto const& [key, entry] : documents_of(in.world, entries_of(in.call)))
        each_value(entry.at("content"), "", [&](json::value const& value, std::string const& field) {
            if (!value.is_null()) out.emplace(field, field_type(value));
        });
    return out;
}

/// The types of all fields, or of one. [doc] for writers, admins and owners
inline Reply index_mapping(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    if (in.index() == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    json::object mappings;
    for (auto const& [field, type] : fields_of_index(in))
        if (call.holes.size() < 2 || field == call.holes[1]) mappings[field] = type;
    if (call.holes.size() == 2 && mappings.empty()) return in.missing();
    return Reply::of(200, json::object{{"@version", "2017-09-01"}, {"mappings", std::move(mappings)}});
}

/// How many fields an index has, and may have. [doc] the members, and for whom. [guess] a thousand; more are not refused
inline Reply index_field_budget(World& world, Call& call) {
    static constexpr std::size_t budget = 1000;
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    if (in.index() == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    std::size_t const used = std::min(budget, fields_of_index(in).size());
    return Reply::of(200, json::object{{"budget", budget}, {"used", used}, {"remaining", budget - used}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_FIELDS_IPP

namespace globus::sandbox::detail {

/// The keys of the entries that a subject has: what they begin with.
inline std::vector<std::string> keys_of_subject(Documents const& entries, std::string const& subject) {
    std::vector<std::string> out;
    for (auto const* one : entries.with_prefix(subject + "\n"))
        if (text_of(one->second, "subject") == subject) out.push_back(one->first);
    return out;
}

/// Brings the counts of an index up to date: there are so many subjects more, or fewer.
inline void count_entries(SearchCall const& in, std::int64_t subjects) {
    auto* const index = in.find("indices");
    if (index == nullptr) return;
    (*index)["num_entries"] = in.all(entries_of(in.call)).size();
    (*index)["num_subjects"] = index->at("num_subjects").to_number<std::int64_t>() + subjects;
}

/// Removes the entries of subjects, or of these those with an identifier; how many subjects are gone then.
inline std::int64_t remove_subjects(SearchCall const& in, std::set<std::string> const& subjects,
                                    std::optional<std::string> const& entry = std::nullopt) {
    auto& all = in.all(entries_of(in.call));
    std::int64_t gone = 0;
    for (auto const& subject : subjects) {
        std::size_t left = 0;
        auto const keys = keys_of_subject(all, subject);
        for (auto const& key : keys)
            if (!entry || key == entry_key(subject, *entry))
                all.erase(key);
            else
                ++left;
        if (!keys.empty() && left == 0) ++gone;
    }
    count_entries(in, -gone);
    return gone;
}

inline json::object show_index(SearchCall const& in, json::object index, bool with_permissions) {
    index.erase("permissions");
    if (with_permissions) index["permissions"] = in.roles(text_of(index, "id"));
    return index;
}

/// [recorded] the members of an index
inline Reply create_index(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const id = world.random.uuid();
    std::string const date = file_time(world.now_locked()).substr(0, 19);
    json::object index{{"@datatype", "GSearchIndex"},
                       {"@version", "2017-09-01"},
                       {"creation_date", date},
                       {"display_name", text_of(*body, "display_name")},
                       {"description", text_of(*body, "description")},
                       {"id", id},
                       {"is_trial", true},
                       {"subscription_id", nullptr},
                       {"max_size_in_mb", 1},
                       {"num_entries", 0},
                       {"num_subjects", 0},
                       {"size_in_mb", 0},
                       {"status", "open"}};
    in.add("indices", id, index);
    std::string const role = world.random.uuid();
    in.add("search.roles." + id, role,
           {{"id", role},
            {"index_id", id},
            {"creation_date", date},
            {"principal", in.urn()},
            {"principal_type", "identity"},
            {"role_name", "owner"}});
    return Reply::of(200, show_index(in, index, true));
}

/// [doc] the indices at which the caller has a role
inline Reply list_indices(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    json::array out;
    for (auto const& [id, index] : in.all("indices"))
        if (!in.roles(id).empty()) out.push_back(show_index(in, index, true));
    return Reply::of(200, json::object{{"index_list", std::move(out)}});
}

inline Reply get_index(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    auto const* index = in.index(true);
    return index != nullptr ? Reply::of(200, show_index(in, *index, false)) : in.refused;
}

inline Reply change_index(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    auto* const index = in.index(call.operation == "reopen_index");
    if (index == nullptr || !in.has_role({"owner", "admin"})) return in.refused;
    if (call.operation == "delete_index") {
        (*index)["status"] = "delete-pending";
        return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"acknowledged", true}});
    }
    if (call.operation == "reopen_index") {
        if (text_of(*index, "status") == "open")
            return in.error(409, "Conflict.IncompatibleIndexStatus",
                            "Index status (open) did not match required status for this operation: delete_pending");
        (*index)["status"] = "open";
        return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"acknowledged", true}});
    }
    auto const body = in.body();
    if (!body) return in.refused;
    for (auto const* name : {"display_name", "description"})
        if (auto const* value = body->if_contains(name)) (*index)[name] = *value;
    return Reply::of(200, show_index(in, *index, true));
}

// Entries -------------------------------------------------------------------------------------------------------------

/// What is missing in an entry; null when nothing is.
inline char const* missing_in_entry(json::value const& entry) {
    for (auto const* name : {"subject", "visible_to", "content"})
        if (member(entry, name) == nullptr) return name;
    return nullptr;
}

inline Reply ingest(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    if (in.index() == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* data = body->if_contains("ingest_data");
    if (data == nullptr || !data->is_object())
        return in.error(400, "BadRequest.ValidationError", "ingest_data is missing");
    std::vector<json::value> entries;
    if (text_of(*body, "ingest_type") == "GMetaList") {
        auto const* list = member(*data, "gmeta");
        if (list == nullptr || !list->is_array()) return in.invalid("gmeta", "Missing data for required field.");
        entries.assign(list->get_array().begin(), list->get_array().end());
    } else {
        entries.push_back(*data);
    }
    for (auto const& entry : entries)
        if (auto const* name = missing_in_entry(entry)) return in.invalid(name, "Missing data for required field.");
    auto& all = in.all(entries_of(call));
    std::int64_t fresh = 0;
    for (auto const& entry : entries) {
        json::object kept = entry.as_object();
        if (!kept.contains("id")) kept["id"] = nullptr;
        std::string const subject = text_of(kept, "subject");
        if (keys_of_subject(all, subject).empty()) ++fresh;
        std::string const key = entry_key(subject, text_of(kept, "id"));
        all.emplace_back(key, std::move(kept));
    }
    count_entries(in, fresh);
    return Reply::of(200, json::object{{"acknowledged", true},
                                       {"success", true},
                                       {"num_documents_ingested", entries.size()},
                                       {"task_id", in.add_task("INGEST")}});
}

/// One entry, as another form of ingest. [doc]
inline Reply upsert_entry(World& world, Call& call) {
    boost::system::error_code failed;
    json::value const entry = json::parse(call.body, failed);
    Call inner = call;
    inner.body = json::serialize(
        json::object{{"ingest_type", "GMetaEntry"}, {"ingest_data", failed ? json::value(nullptr) : entry}});
    return ingest(world, inner);
}

/// An entry that was found, of a subject.
struct Hit {
    std::string subject;
    std::vector<json::object const*> entries;
    double score = 0;
};

inline json::object show_hit(Hit const& hit) {
    json::array entries;
    for (auto const* entry : hit.entries)
        entries.push_back(json::object{{"entry_id", entry->at("id")},
                                       {"content", entry->at("content")},
                                       {"matched_principal_sets", json::array{}}});
    return {{"@datatype", "GMetaResult"},
            {"@version", "2019-08-27"},
            {"subject", hit.subject},
            {"entries", std::move(entries)}};
}

/// What a search asks for, from the query or the body.
struct SearchRequest {
    SearchRequest(Call const& call, json::object const& body) {
        text = call.argument("q", text_of(body, "q"));
        auto const flag = [&](char const* name) {
            return lower(call.argument(name)) == "true" || call.argument(name) == "1" || flag_of(body, name);
        };
        advanced = flag("advanced");
        see_all = flag("bypass_visible_to");
        filters = body.if_contains("filters");
        boosts = body.if_contains("boosts");
    }
    std::string text;
    bool advanced = false;
    bool see_all = false;
    json::value const* filters = nullptr;
    json::value const* boosts = nullptr;
};

/// The entries that the caller sees and that fit, by subject, the best first. [doc] an entry is seen by those of its
/// `visible_to`
inline std::vector<Hit> find_hits(SearchCall const& in, SearchRequest const& request) {
    std::vector<json::object const*> seen;
    SearchWords table;
    bool const worded = !request.text.empty() && request.text != "*";
    for (auto const& [key, entry] : in.all(entries_of(in.call))) {
        if (!request.see_all && !is_among(in.world, in.identity(), entry, "visible_to")) continue;
        seen.push_back(&entry);
        if (!worded) continue;
        table.add(text_of(entry, "subject"), seen.size() - 1, "");
        each_value(entry.at("content"), "", [&](json::value const& value, std::string const& field) {
            table.add(text_of_value(value), seen.size() - 1, field);
        });
    }
    WordQuery words(table, request.boosts);
    Condition const fits = read_query(request.text, request.advanced, request.filters, words);
    std::vector<Hit> out;
    std::map<std::string, std::size_t> places;
    for (std::size_t number = 0; number < seen.size(); ++number) {
        if (!fits({number, seen[number]->at("content")})) continue;
        std::string const subject = text_of(*seen[number], "subject");
        auto const [place, fresh] = places.emplace(subject, out.size());
        if (fresh) out.push_back({subject, {}, 0});
        Hit& hit = out[place->second];
        hit.entries.push_back(seen[number]);
        hit.score = std::max(hit.score, words.score(number));
    }
    sort_stably(out, [](Hit const& a, Hit const& b) { return a.score > b.score; });
    return out;
}

/// [doc] sort: by the least value of a field for asc, by the greatest for desc; those without one come last
inline void sort_hits(std::vector<Hit>& hits, json::value const& sort) {
    if (!sort.is_array()) throw WrongQuery{"sort is a list"};
    auto const value_of = [](Hit const& hit, std::string const& field, bool down) -> json::value const* {
        json::value const* best = nullptr;
        for (auto const* entry : hit.entries)
            for (auto const* value : values_at(entry->at("content"), field))
                if (best == nullptr || (down ? compare_values(*value, *best) > 0 : compare_values(*value, *best) < 0))
                    best = value;
        return best;
    };
    sort_stably(hits, [&](Hit const& a, Hit const& b) {
        for (auto const& key : sort.get_array()) {
            bool const down = text_of(key, "order", "asc") == "desc";
            auto const* left = value_of(a, text_of(key, "field_name"), down);
            auto const* right = value_of(b, text_of(key, "field_name"), down);
            if ((left == nullptr) != (right == nullptr)) return left != nullptr;
            int const order = left == nullptr ? 0 : compare_values(*left, *right);
            if (order != 0) return down ? order > 0 : order < 0;
        }
        return false;
    });
}

/// A page of what a search found.
inline Reply answer_search(SearchCall& in, json::object const& body) {
    SearchRequest const request(in.call, body);
    if (request.see_all && !in.has_role({"owner", "admin"})) return in.refused;
    auto hits = find_hits(in, request);
    bool const scroll = in.call.operation == "scroll";
    auto const number = [&](char const* name, std::int64_t otherwise) {
        return to_integer(in.call.argument(name))
            .value_or(static_cast<std::int64_t>(number_of(body, name, static_cast<double>(otherwise))));
    };
    auto const limit = number("limit", scroll ? 100 : 10);
    auto const offset = scroll ? to_integer(text_of(body, "marker")).value_or(0) : number("offset", 0);
    if (offset < 0 || limit < 0 || (!scroll && offset + limit > 10000) || limit > 10000)  // [doc]
        return in.error(400, "BadRequest.ValidationError", "offset and limit together may be 10000 at most");
    if (auto const* sort = body.if_contains("sort")) sort_hits(hits, *sort);
    std::vector<json::object> shown;
    for (auto i = offset; i < static_cast<std::int64_t>(hits.size()) && i - offset < limit; ++i)
        shown.push_back(show_hit(hits[static_cast<std::size_t>(i)]));
    bool const more = offset + limit < static_cast<std::int64_t>(hits.size());
    auto data = cut(shown, 0, limit);
    json::object out{{"@datatype", "GSearchResult"}, {"@version", "2017-09-01"}, {"count", data.size()},
                     {"total", hits.size()},         {"offset", offset},         {"has_next_page", more},
                     {"gmeta", std::move(data)}};
    if (scroll) out["marker"] = more ? json::value(std::to_string(offset + limit)) : json::value(nullptr);
    if (auto const* facets = body.if_contains("facets"); facets != nullptr && facets->is_array()) {
        std::vector<json::value> contents;
        for (auto const& hit : hits)
            for (auto const* entry : hit.entries) contents.push_back(entry->at("content"));
        json::array results;
        for (auto const& facet : facets->get_array()) results.push_back(facet_result(facet, contents));
        out["facet_results"] = std::move(results);
    }
    return Reply::of(200, out);
}

inline Reply search_index(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    if (in.index() == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    try {
        return answer_search(in, *body);
    } catch (WrongQuery const& wrong) {
        return in.error(400, "BadRequest.ValidationError", wrong.what);
    }
}

/// A subject or an entry, by the query's `subject` and `entry_id`.
inline Reply subject(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    if (in.index() == nullptr) return in.refused;
    std::string const wanted = call.argument("subject");
    bool const whole = call.operation.ends_with("subject");
    if (call.method == "DELETE") {
        if (!in.has_role({"owner", "admin", "writer"})) return in.refused;
        // [doc] the deletion is a task; that there was nothing to delete, is no error
        remove_subjects(in, {wanted}, whole ? std::nullopt : std::optional(call.argument("entry_id")));
        return Reply::of(200, json::object{{"acknowledged", true},
                                           {"task_id", in.add_task(whole ? "DELETE_BY_SUBJECT" : "DELETE_ENTRY")}});
    }
    Hit hit{wanted, {}, 0};
    Documents const& all = in.all(entries_of(call));
    for (auto const& key : keys_of_subject(all, wanted)) {
        auto const* entry = all.find(key);
        if ((whole || key == entry_key(wanted, call.argument("entry_id"))) &&
            is_among(world, in.identity(), *entry, "visible_to"))
            hit.entries.push_back(entry);
    }
    if (hit.entries.empty()) return in.error(404, "NotFound.Generic", "There is no such subject or entry");
    return Reply::of(200, show_hit(hit));
}

inline Reply delete_subjects(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    if (in.index() == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::set<std::string> subjects;
    bool const batch = call.operation == "batch_delete_by_subject";
    if (batch) {
        if (auto const* list = body->if_contains("subjects"); list != nullptr && list->is_array())
            for (auto const& one : list->get_array())
                if (one.is_string()) subjects.insert(to_string(one.get_string()));
    } else {
        if (text_of(*body, "q").empty() && body->if_contains("filters") == nullptr)
            return in.error(400, "BadRequest.ValidationError", "q or filters is needed");
        try {
            SearchRequest request(call, *body);
            request.see_all = true;
            for (auto const& hit : find_hits(in, request)) subjects.insert(hit.subject);
        } catch (WrongQuery const& wrong) {
            return in.error(400, "BadRequest.ValidationError", wrong.what);
        }
    }
    auto const gone = remove_subjects(in, subjects);
    return Reply::of(200,
                     json::object{{"acknowledged", true},
                                  {"num_subjects_deleted", gone},
                                  {"task_id", in.add_task(batch ? "BATCH_DELETE_BY_SUBJECT" : "DELETE_BY_QUERY")}});
}

inline Reply get_search_task(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    auto const* task = in.find("search.tasks");
    return task != nullptr ? Reply::of(200, *task) : in.error(404, "NotFound.NoSuchTask", "There is no such task");
}

/// [doc] the newest first
inline Reply list_search_tasks(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    if (in.index(true) == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    json::array out;
    auto const& all = in.all("search.tasks");
    for (auto one = all.rbegin(); one != all.rend(); ++one)
        if (text_of(one->second, "index_id") == call.holes[0]) out.push_back(one->second);
    return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"tasks", std::move(out)}});
}

inline Reply search_roles(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    if (in.index(true) == nullptr || !in.has_role({"owner", "admin"})) return in.refused;
    auto& all = in.all("search.roles." + call.holes[0]);
    if (call.method == "GET") {
        json::array out;
        for (auto const& [id, role] : all) out.push_back(role);
        return Reply::of(200, json::object{{"role_list", std::move(out)}});
    }
    if (call.method == "DELETE") {
        auto const* role = find_document(all, call.holes[1]);
        if (role == nullptr) return in.missing();
        json::object const gone = *role;
        all.erase(call.holes[1]);
        return Reply::of(200, json::object{{"deleted", gone}, {"success", true}});  // [recorded]
    }
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const name = text_of(*body, "role_name");
    std::string const principal = text_of(*body, "principal");
    if ((name != "owner" && name != "admin" && name != "writer") || principal.empty())
        return in.error(400, "BadRequest.ValidationError", "role_name is owner, admin or writer, and has a principal");
    std::string const id = world.random.uuid();
    json::object const role{{"id", id},
                            {"index_id", call.holes[0]},
                            {"creation_date", file_time(world.now_locked()).substr(0, 19)},
                            {"principal", principal},
                            {"principal_type", principal.starts_with("urn:globus:groups:") ? "group" : "identity"},
                            {"role_name", name}};
    all.emplace_back(id, role);
    return Reply::of(200, role);
}

inline std::vector<Route> const& search_routes() {
    static constexpr char const* s = "search";
    static std::vector<Route> const all{
        {"POST", "/v1/index", s, "create_index", &create_index},
        {"GET", "/v1/index_list", s, "index_list", &list_indices},
        {"GET", "/v1/index/{}", s, "get_index", &get_index},
        {"PATCH", "/v1/index/{}", s, "update_index", &change_index},
        {"DELETE", "/v1/index/{}", s, "delete_index", &change_index},
        {"POST", "/v1/index/{}/reopen", s, "reopen_index", &change_index},
        {"GET", "/v1/index/{}/search", s, "search", &search_index},
        {"POST", "/v1/index/{}/search", s, "post_search", &search_index},
        {"POST", "/v1/index/{}/scroll", s, "scroll", &search_index},
        {"POST", "/v1/index/{}/ingest", s, "ingest", &ingest},
        {"POST", "/v1/index/{}/delete_by_query", s, "delete_by_query", &delete_subjects},
        {"POST", "/v1/index/{}/batch_delete_by_subject", s, "batch_delete_by_subject", &delete_subjects},
        {"GET", "/v1/index/{}/subject", s, "get_subject", &subject},
        {"DELETE", "/v1/index/{}/subject", s, "delete_subject", &subject},
        {"GET", "/v1/index/{}/entry", s, "get_entry", &subject},
        {"PUT", "/v1/index/{}/entry", s, "update_entry", &upsert_entry},
        {"POST", "/v1/index/{}/entry", s, "create_entry", &upsert_entry},
        {"DELETE", "/v1/index/{}/entry", s, "delete_entry", &subject},
        {"GET", "/v1/task/{}", s, "get_task", &get_search_task},
        {"GET", "/v1/task_list/{}", s, "get_task_list", &list_search_tasks},
        {"POST", "/v1/index/{}/role", s, "create_role", &search_roles},
        {"GET", "/v1/index/{}/role_list", s, "get_role_list", &search_roles},
        {"DELETE", "/v1/index/{}/role/{}", s, "delete_role", &search_roles},
        {"GET", "/beta/index/{}/mapping", s, "get_index_mapping", &index_mapping},
        {"GET", "/beta/index/{}/mapping/{}", s, "get_field_mapping", &index_mapping},
        {"GET", "/beta/index/{}/field_budget", s, "get_field_budget", &index_field_budget},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_IPP
// Timers: they run on the sandbox's clock, and submit transfers and start flows for those who made them.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TIMERS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TIMERS_IPP

// Flows: definitions, who may do what with them, runs and their logs.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_IPP

// Runs of flows go from state to state, on the sandbox's clock, until they end.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ENGINE_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ENGINE_IPP

// The action providers that flows can call: what an action begins, and what has come of it.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ACTIONS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ACTIONS_IPP

// The language of flow definitions: whether a definition is one, references, choices, expressions.
// [doc] docs.globus.org/api/flows/authoring-flows
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_STATES_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_STATES_IPP

// The part of JSON Schema that input schemas of flows use.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_JSON_SCHEMA_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_JSON_SCHEMA_IPP

namespace globus::sandbox::detail {

/// Something in a document that its schema forbids.
struct SchemaFault {
    std::string path;  ///< "$.a[0]"
    std::string what;
};

inline bool has_json_type(json::value const& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type == "number") return value.is_number();
    if (type == "integer")
        return value.is_int64() || value.is_uint64() ||
               (value.is_double() &&
                value.get_double() == static_cast<double>(static_cast<std::int64_t>(value.get_double())));
    return true;
}

/// Checks documents against schemas; collects what is wrong.
class SchemaCheck {
public:
    std::vector<SchemaFault> run(json::value const& value, json::value const& schema) {
        check(value, schema, "$", 0);
        return std::move(faults_);
    }

private:
    void wrong(std::string const& path, std::string what) { faults_.push_back({path, std::move(what)}); }

    void check(json::value const& value, json::value const& schema, std::string const& path, int depth) {
        if (depth > 64 || !schema.is_object()) return;
        check_type(value, schema, path);
        check_values(value, schema, path);
        if (value.is_object()) check_object(value.get_object(), schema, path, depth);
        if (auto const* items = member(schema, "items"); items != nullptr && value.is_array()) {
            std::size_t i = 0;
            for (auto const& one : value.get_array())
                check(one, *items, path + "[" + std::to_string(i++) + "]", depth + 1);
        }
        for (auto const* name : {"anyOf", "oneOf"}) check_choices(value, schema, name, path, depth);
        if (auto const* all = member(schema, "allOf"); all != nullptr && all->is_array())
            for (auto const& one : all->get_array()) check(value, one, path, depth + 1);
    }

    void check_type(json::value const& value, json::value const& schema, std::string const& path) {
        auto const* type = member(schema, "type");
        if (type == nullptr) return;
        bool fits = type->is_string() && has_json_type(value, type->get_string());
        if (auto const* list = type->if_array())
            for (auto const& one : *list) fits = fits || (one.is_string() && has_json_type(value, one.get_string()));
        if (!fits) wrong(path, json::serialize(value) + " is not of type " + json::serialize(*type));
    }

    void check_values(json::value const& value, json::value const& schema, std::string const& path) {
        if (auto const* one = member(schema, "const"); one != nullptr && *one != value)
            wrong(path, json::serialize(value) + " is not " + json::serialize(*one));
        if (auto const* all = member(schema, "enum"); all != nullptr && all->is_array()) {
            auto const& list = all->get_array();
            if (std::find(list.begin(), list.end(), value) == list.end())
                wrong(path, json::serialize(value) + " is not one of " + json::serialize(*all));
        }
        if (auto const number = number_of(value)) {
            if (*number < number_of(schema, "minimum", *number))
                wrong(path, json::serialize(value) + " is less than the minimum");
            if (*number > number_of(schema, "maximum", *number))
                wrong(path, json::serialize(value) + " is greater than the maximum");
        }
        if (auto const* text = value.if_string()) {
            auto const size = static_cast<double>(text->size());
            if (size < number_of(schema, "minLength", size)) wrong(path, json::serialize(value) + " is too short");
            if (size > number_of(schema, "maxLength", size)) wrong(path, json::serialize(value) + " is too long");
            if (text_of(schema, "format") == "uuid" && !is_uuid(*text))
                wrong(path, json::serialize(value) + " is not a 'uuid'");
        }
        if (auto const* list = value.if_array()) {
            auto const size = static_cast<double>(list->size());
            if (size < number_of(schema, "minItems", size)) wrong(path, "There are too few items");
            if (size > number_of(schema, "maxItems", size)) wrong(path, "There are too many items");
        }
    }

    void check_object(json::object const& object, json::value const& schema, std::string const& path, int depth) {
        if (auto const* required = member(schema, "required"); required != nullptr && required->is_array())
            for (auto const& name : required->get_array())
                if (name.is_string() && !object.contains(name.get_string()))
                    wrong(path, "'" + to_string(name.get_string()) + "' is a required property");
        auto const* properties = member(schema, "properties");
        auto const* others = member(schema, "additionalProperties");
        for (auto const& item : object) {
            std::string const name(item.key());
            if (auto const* known = properties != nullptr ? member(*properties, name) : nullptr)
                check(item.value(), *known, path + "." + name, depth + 1);
            else if (others != nullptr && others->is_bool() && !others->get_bool())
                wrong(path, "Additional properties are not allowed ('" + name + "' was unexpected)");
            else if (others != nullptr && others->is_object())
                check(item.value(), *others, path + "." + name, depth + 1);
        }
    }

    void check_choices(json::value const& value, json::value const& schema, char const* name, std::string const& path,
                       int depth) {
        auto const* choices = member(schema, name);
        if (choices == nullptr || !choices->is_array()) return;
        auto const before = faults_.size();
        for (auto const& one : choices->get_array()) {
            check(value, one, path, depth + 1);
            bool const good = faults_.size() == before;
            faults_.resize(before);
            if (good) return;
        }
        wrong(path, json::serialize(value) + " is not valid under any of the given schemas");
    }

    std::vector<SchemaFault> faults_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_JSON_SCHEMA_IPP

namespace globus::sandbox::detail {

/// Thrown when a state cannot do what it is to do; the run fails with it.
struct FlowFault {
    std::string code;
    std::string cause;
};

// Definitions ---------------------------------------------------------------------------------------------------------

struct DefinitionFault {
    json::array where;
    std::string what;
};

/// What is wrong with a state.
inline void check_state(std::string const& name, json::value const& state, json::object const& states,
                        std::vector<DefinitionFault>& out) {
    static std::set<std::string> const types{"Action", "Choice", "ExpressionEval", "Fail", "Pass", "Wait", "Succeed"};
    auto const wrong = [&](std::string what) {
        out.push_back({json::array{"definition", "States", json::value(name)}, std::move(what)});
    };
    std::string const type = text_of(state, "Type");
    if (!types.contains(type)) return wrong("There is no type of state '" + type + "'");
    auto const goes_to = [&](std::string const& next) {
        if (!states.contains(next)) wrong("The next state '" + next + "' does not exist");
    };
    if (type == "Choice") {
        auto const* choices = member(state, "Choices");
        if (choices == nullptr || !choices->is_array() || choices->get_array().empty())
            return wrong("A state of type 'Choice' needs 'Choices'");
        for (auto const& one : choices->get_array()) goes_to(text_of(one, "Next"));
        if (auto const other = text_of(state, "Default"); !other.empty()) goes_to(other);
        return;
    }
    if (type == "Fail" || type == "Succeed") return;
    std::string const next = text_of(state, "Next");
    if (flag_of(state, "End") == !next.empty())  // [recorded] the text
        wrong("A state of type '" + type +
              "' must be defined as either terminal (\"End\": true) or transitional (\"Next\": \"NextStateId\")");
    else if (!next.empty())
        goes_to(next);
    if (type == "Action" && text_of(state, "ActionUrl").empty()) wrong("A state of type 'Action' needs an 'ActionUrl'");
    if (type == "Wait") {
        int ways = 0;
        for (auto const* one : {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"})
            ways += member(state, one) != nullptr ? 1 : 0;
        if (ways != 1) wrong("A state of type 'Wait' needs one of Seconds, SecondsPath, Timestamp and TimestampPath");
    }
}

inline std::vector<DefinitionFault> check_definition(json::value const& definition) {
    std::vector<DefinitionFault> out;
    auto const* states = member(definition, "States");
    if (states == nullptr || !states->is_object() || states->get_object().empty()) {
        out.push_back({json::array{"definition", "States"}, "A definition needs states"});
        return out;
    }
    std::string const start = text_of(definition, "StartAt");
    if (!states->get_object().contains(start))
        out.push_back({json::array{"definition", "StartAt"}, "The first state '" + start + "' does not exist"});
    for (auto const& item : states->get_object())
        check_state(std::string(item.key()), item.value(), states->get_object(), out);
    return out;
}

// References ----------------------------------------------------------------------------------------------------------

/// The steps of `$.a.b[0]`; nothing for what is no reference.
inline std::optional<std::vector<std::string>> reference_steps(std::string_view path) {
    if (path.empty() || path[0] != '$') return std::nullopt;
    std::vector<std::string> out;
    std::string step;
    auto const end = [&] {
        if (!step.empty()) out.push_back(std::exchange(step, {}));
    };
    for (char const c : path.substr(1)) {
        if (c == '.' || c == '[' || c == ']')
            end();
        else if (c != '\'' && c != '"')
            step += c;
    }
    end();
    return out;
}

inline json::value const* find_reference(json::value const& context, std::string_view path) {
    auto const steps = reference_steps(path);
    if (!steps) return nullptr;
    json::value const* at = &context;
    for (auto const& step : *steps) {
        if (auto const* list = at->if_array()) {
            auto const index = to_integer(step);
            if (!index || *index < 0 || *index >= static_cast<std::int64_t>(list->size())) return nullptr;
            at = &(*list)[static_cast<std::size_t>(*index)];
        } else if ((at = member(*at, step)) == nullptr) {
            return nullptr;
        }
    }
    return at;
}

inline json::value reference(json::value const& context, std::string_view path) {
    auto const* found = find_reference(context, path);
    if (found == nullptr) throw FlowFault{"InvalidAccessPath", "Nothing is at " + std::string(path)};
    return *found;
}

/// Puts a result where ResultPath says; objects on the way are made.
inline void put_result(json::value& context, std::string_view path, json::value result) {
    auto const steps = reference_steps(path);
    if (!steps || steps->empty()) {
        context = std::move(result);
        return;
    }
    json::value* at = &context;
    for (auto const& step : *steps) {
        if (!at->is_object()) *at = json::object{};
        at = &at->get_object()[step];
    }
    *at = std::move(result);
}

// Expressions ---------------------------------------------------------------------------------------------------------

/// A part of an expression: a text in quotes, a number, or a name with dots. [guess] more than `+` between them is not
/// understood
inline json::value expression_term(std::string text, json::value const& context) {
    text = trim(text);
    if (text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0])
        return json::value(text.substr(1, text.size() - 2));
    boost::system::error_code failed;
    json::value const constant = json::parse(text, failed);
    if (!failed) return constant;
    if (text == "True" || text == "False") return text == "True";
    if (auto const* found = find_reference(context, "$." + text)) return *found;
    throw FlowFault{"ExpressionError", "The sandbox does not understand the expression " + text};
}

inline json::value evaluate(std::string const& text, json::value const& context) {
    std::vector<std::string> terms{""};
    char quote = '\0';
    for (char const c : text) {
        if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = '\0';
        if (c == '+' && quote == '\0')
            terms.emplace_back();
        else
            terms.back() += c;
    }
    json::value sum = expression_term(terms[0], context);
    for (std::size_t i = 1; i < terms.size(); ++i) {
        json::value const next = expression_term(terms[i], context);
        if (sum.is_string() && next.is_string())
            sum = json::value(to_string(sum.get_string()) + to_string(next.get_string()));
        else if (sum.is_int64() && next.is_int64())
            sum = sum.get_int64() + next.get_int64();
        else if (number_of(sum) && number_of(next))
            sum = *number_of(sum) + *number_of(next);
        else
            throw FlowFault{"ExpressionError", "A text and a number cannot be added"};
    }
    return sum;
}

/// Parameters with what they refer to: `"name.$": "$.path"` and `"name.=": "expression"`.
inline json::value fill_in(json::value const& parameters, json::value const& context, int depth = 0) {
    if (depth > 64) throw FlowFault{"FlowError", "The parameters are too deep"};
    if (auto const* list = parameters.if_array()) {
        json::array out;
        for (auto const& one : *list) out.push_back(fill_in(one, context, depth + 1));
        return out;
    }
    auto const* object = parameters.if_object();
    if (object == nullptr) return parameters;
    json::object out;
    for (auto const& item : *object) {
        std::string_view const name = item.key();
        std::string const text = item.value().is_string() ? to_string(item.value().get_string()) : "";
        if (name.ends_with(".$"))
            out[name.substr(0, name.size() - 2)] = reference(context, text);
        else if (name.ends_with(".="))
            out[name.substr(0, name.size() - 2)] = evaluate(text, context);
        else
            out[name] = fill_in(item.value(), context, depth + 1);
    }
    return out;
}

// Choices -------------------------------------------------------------------------------------------------------------

/// One comparison of a choice: its name says the type and the relation, as in NumericGreaterThanEquals.
inline bool compare_choice(std::string const& name, json::value const* have, json::value const& wanted,
                           json::value const& context) {
    if (name == "IsPresent") return (have != nullptr) == wanted.as_bool();
    if (have == nullptr) throw FlowFault{"InvalidAccessPath", "The variable of a choice is not there"};
    auto const is = [&](bool fact) { return fact == (!wanted.is_bool() || wanted.get_bool()); };
    if (name == "IsNull") return is(have->is_null());
    if (name == "IsString") return is(have->is_string());
    if (name == "IsNumeric") return is(have->is_number());
    if (name == "IsBoolean") return is(have->is_bool());
    if (name == "IsTimestamp") return is(have->is_string() && parse_time(to_string(have->get_string())).has_value());
    std::string relation = name;
    json::value other = wanted;
    if (relation.ends_with("Path")) {
        relation.resize(relation.size() - 4);
        other = reference(context, wanted.is_string() ? to_string(wanted.get_string()) : "");
    }
    auto const text = [](json::value const& value) {
        return value.is_string() ? to_string(value.get_string()) : json::serialize(value);
    };
    if (relation == "StringMatches") return glob(text(other), text(*have));
    if (relation == "BooleanEquals") return have->is_bool() && *have == other;
    int order = 0;
    if (relation.starts_with("Numeric")) {
        auto const left = number_of(*have);
        auto const right = number_of(other);
        if (!left || !right) return false;
        order = *left < *right ? -1 : *left > *right ? 1 : 0;
        relation.erase(0, 7);
    } else if (relation.starts_with("String") || relation.starts_with("Timestamp")) {
        if (!have->is_string()) return false;
        order = text(*have).compare(text(other));
        relation.erase(0, relation[0] == 'S' ? 6 : 9);
    } else {
        throw FlowFault{"FlowError", "There is no comparison " + name};
    }
    if (relation == "Equals") return order == 0;
    if (relation == "LessThan") return order < 0;
    if (relation == "LessThanEquals") return order <= 0;
    if (relation == "GreaterThan") return order > 0;
    if (relation == "GreaterThanEquals") return order >= 0;
    throw FlowFault{"FlowError", "There is no comparison " + name};
}

inline bool choice_fits(json::value const& choice, json::value const& context, int depth = 0) {
    if (depth > 32 || !choice.is_object()) throw FlowFault{"FlowError", "The choices are too deep"};
    auto const inner = [&](json::value const& one) { return choice_fits(one, context, depth + 1); };
    for (auto const& item : choice.get_object()) {
        std::string const name(item.key());
        if (name == "Variable" || name == "Next" || name == "Comment") continue;
        if (name == "Not") return !inner(item.value());
        if (name == "And" || name == "Or") {
            auto const& list = item.value().as_array();
            return name == "And" ? std::all_of(list.begin(), list.end(), inner)
                                 : std::any_of(list.begin(), list.end(), inner);
        }
        return compare_choice(name, find_reference(context, text_of(choice, "Variable")), item.value(), context);
    }
    return false;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_STATES_IPP
// Calls that the services make to each other for somebody: a timer submits a transfer, a flow starts an action.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_INTERNAL_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_INTERNAL_IPP

namespace globus::sandbox::detail {

/// For whom a service acts.
struct Behalf {
    std::string identity;
    std::string client;
};

/// Calls a handler with a token that lives as long as the call. The journal does not show it: no client made it.
inline Reply call_for(World& world, Behalf const& whom, std::string const& scope, Reply (*handler)(World&, Call&),
                      Call call) {
    Grant grant;
    grant.identity = whom.identity;
    grant.client_id = whom.client;
    std::string const token = issue_access_token(world, grant, resource_server_of(scope), {scope}, "").token;
    call.method = "POST";
    call.headers = {{"Authorization", "Bearer " + token}};
    Reply reply = handler(world, call);
    world.data.access_tokens.erase(token);
    return reply;
}

/// What came of a submission: a task, or the document of an error.
struct Submitted {
    std::string task;
    json::value answer;
    int status = 0;
};

inline Submitted submit_for(World& world, Behalf const& whom, json::object document, bool is_delete = false) {
    document["submission_id"] = world.random.uuid();
    if (!document.contains("DATA_TYPE")) document["DATA_TYPE"] = is_delete ? "delete" : "transfer";
    Call call;
    call.service = "transfer";
    call.operation = is_delete ? "submit_delete" : "submit_transfer";
    call.path = is_delete ? "/v0.10/delete" : "/v0.10/transfer";
    call.body = json::serialize(document);
    Reply const reply = call_for(world, whom, "urn:globus:auth:scope:transfer.api.globus.org:all",
                                 is_delete ? &submit_delete : &submit_transfer, call);
    boost::system::error_code failed;
    Submitted out{"", json::parse(reply.body, failed), reply.status};
    if (reply.status < 400) out.task = text_of(out.answer, "task_id");
    return out;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_INTERNAL_IPP

namespace globus::sandbox::detail {

/// An action that began: it is over, or waits for something.
struct ActionStart {
    json::value details = nullptr;  ///< of one that is over
    std::string waits_for = {};     ///< a task of Transfer, a group of tasks of Compute, or a web input
};

/// How far an action is that waits.
struct ActionProgress {
    bool over = false;
    bool inactive = false;  ///< it cannot go on by itself
};

struct ActionOutcome {
    bool good = false;
    json::value details = nullptr;
};

/// What was not begun, with the answer of the service.
inline FlowFault action_refused(json::value const& answer) { return {"ActionUnableToRun", json::serialize(answer)}; }

// Transfer ------------------------------------------------------------------------------------------------------------

/// The submission that the parameters of an action of Transfer mean. [doc] the older actions have names of their own
inline json::object transfer_of_action(json::value const& parameters) {
    static std::map<std::string_view, char const*> const older{{"source_endpoint_id", "source_endpoint"},
                                                               {"destination_endpoint_id", "destination_endpoint"},
                                                               {"transfer_items", "DATA"},
                                                               {"endpoint_id", "endpoint"},
                                                               {"items", "DATA"}};
    json::object out;
    if (!parameters.is_object()) return out;
    for (auto const& item : parameters.get_object()) {
        auto const found = older.find(std::string_view(item.key()));
        out[found != older.end() ? found->second : std::string_view(item.key())] = item.value();
    }
    if (auto* items = out.if_contains("DATA"); items != nullptr && items->is_array())
        for (auto& one : items->get_array())
            if (one.is_string()) one = json::object{{"path", one}};
    return out;
}

/// An operation on the files of a collection, which is over at once. [doc] the parameters are those of the operation
inline ActionStart file_action(World& world, Behalf const& whom, std::string const& name, json::value const& input) {
    Call call;
    call.service = "transfer";
    call.operation = "operation_" + name;
    std::string const endpoint = text_of(input, "endpoint_id", text_of(input, "endpoint"));
    call.path = "/v0.10/operation/endpoint/" + endpoint + "/" + name;
    call.holes = {endpoint};
    call.query = {{"path", text_of(input, "path", "/~/")}};
    call.body = json::serialize(input);
    auto* const handler = name == "ls" ? &operation_ls : name == "stat" ? &operation_stat : &operation_mkdir;
    Reply const reply = call_for(world, whom, "urn:globus:auth:scope:transfer.api.globus.org:all", handler, call);
    boost::system::error_code failed;
    json::value answer = json::parse(reply.body, failed);
    if (reply.status >= 400) throw action_refused(answer);
    return {std::move(answer)};
}

inline ActionStart transfer_action(World& world, Behalf const& whom, std::string const& name,
                                   json::value const& input) {
    if (name == "ls" || name == "stat" || name == "mkdir") return file_action(world, whom, name, input);
    auto made = submit_for(world, whom, transfer_of_action(input), name == "delete");
    if (made.task.empty()) throw action_refused(made.answer);
    return {nullptr, std::move(made.task)};
}

// Compute -------------------------------------------------------------------------------------------------------------

/// [doc] the tasks of both versions of the provider: [function, endpoint, arguments]
inline json::array tasks_of_action(json::value const& input) {
    json::array out;
    std::string const endpoint = text_of(input, "endpoint_id", text_of(input, "endpoint"));
    auto const add = [&](json::value const& task) {
        json::object arguments;
        for (auto const& [name, given] :
             {std::pair("args", "args"), std::pair("payload", "kwargs"), std::pair("kwargs", "kwargs")})
            if (auto const* value = member(task, name)) arguments[given] = *value;
        out.push_back(json::array{text_of(task, "function_id", text_of(task, "function")),
                                  text_of(task, "endpoint", endpoint), json::serialize(arguments)});
    };
    if (!text_of(input, "function").empty()) add(input);
    if (auto const* list = member(input, "tasks"); list != nullptr && list->is_array())
        for (auto const& task : list->get_array()) add(task);
    return out;
}

inline ActionStart compute_action(World& world, Behalf const& whom, json::value const& input) {
    json::array const tasks = tasks_of_action(input);
    if (tasks.empty()) throw FlowFault{"ActionUnableToRun", "An action of Compute needs tasks"};
    for (auto const& task : tasks)
        if (find_document(documents_of(world, "compute.endpoints"), to_string(task.at(1).as_string())) == nullptr)
            throw FlowFault{"ActionUnableToRun", "There is no endpoint of Compute " + json::serialize(task.at(1))};
    Call call;
    call.service = "compute";
    call.operation = "submit";
    call.path = "/v2/submit";
    call.body = json::serialize(json::object{{"tasks", tasks}});
    Reply const reply = call_for(world, whom, scope_for("funcx_service"), &compute_submit, call);
    boost::system::error_code failed;
    json::value const answer = json::parse(reply.body, failed);
    if (reply.status >= 400) throw action_refused(answer);
    return {nullptr, text_of(answer, "task_group_id")};
}

/// [doc] the results of all tasks, and which is whose. [guess] one that failed fails the action
inline ActionOutcome compute_outcome(World const& world, std::string const& group) {
    json::array outputs;
    json::array results;
    bool good = true;
    for (auto const& [id, task] : documents_of(world, "compute.tasks")) {
        if (text_of(task, "taskgroup_id") != group) continue;
        bool const failed = task.contains("exception");
        good = good && !failed;
        outputs.push_back(task.at(failed ? "exception" : "result"));
        results.push_back(json::object{{"task_id", id}, {"output", outputs.back()}});
    }
    if (results.empty()) return {false, "What the action waited for is gone"};
    return {good, json::object{{"result", std::move(outputs)}, {"results", std::move(results)}}};
}

// Web inputs ----------------------------------------------------------------------------------------------------------

/// Who may answer: those whom an option or the page names. [doc] nobody named is everybody
inline json::array respondents(json::value const& option, json::value const* page) {
    for (auto const* from : {&option, page})
        if (auto const* list = from != nullptr ? member(*from, "selectable_by") : nullptr;
            list != nullptr && list->is_array() && !list->get_array().empty())
            return list->get_array();
    return json::array{"public"};
}

/// A question that somebody answers with one of several options. [recorded] the members; [guess] how the parameters of
/// the action become them
inline ActionStart web_action(World& world, FlowRun const& run, json::value const& input) {
    auto const* const options = member(input, "options");
    if (options == nullptr || !options->is_array() || options->get_array().empty())
        throw FlowFault{"ActionUnableToRun", "A web option needs options"};
    auto const* const page = member(input, "landing_page");
    json::array shown;
    json::array choices;
    json::array kept;
    json::array urns;
    for (auto const& option : options->get_array()) {
        std::string const id = world.random.uuid();
        json::array const who = respondents(option, page);
        for (auto const& urn : who)
            if (std::find(urns.begin(), urns.end(), urn) == urns.end()) urns.push_back(urn);
        shown.push_back(json::object{
            {"option_id", id}, {"label", text_of(option, "name")}, {"description", text_of(option, "description")}});
        choices.push_back(json::object{
            {"const", id}, {"title", text_of(option, "name")}, {"description", text_of(option, "description")}});
        kept.push_back(json::object{{"option_id", id},
                                    {"name", text_of(option, "name")},
                                    {"url_suffix", text_of(option, "url_suffix")},
                                    {"message", text_of(option, "completed_message", "Your choice was taken.")},
                                    {"selectable_by", who}});
    }
    std::string const id = world.random.uuid();
    std::string const title = page != nullptr ? text_of(*page, "page_title", run.state) : run.state;
    std::string const text = page != nullptr ? text_of(*page, "preamble_text") : "";
    json::object const& of = *find_document(documents_of(world, "runs"), run.id);
    std::string const now = iso_time(world.now_locked());
    json::object document{{"id", id},
                          {"status", "open"},
                          {"input_type", "selection"},
                          {"input_schema", json::object{{"$schema", "http://json-schema.org/draft-07/schema"},
                                                        {"title", title},
                                                        {"type", "string"},
                                                        {"oneOf", std::move(choices)}}},
                          {"context", json::object{{"title", title}, {"presentation_style", "text"}, {"text", text}}},
                          {"options", std::move(shown)},
                          {"roles", json::object{{"viewer_urns", json::array{json::value(identity_urn(run.owner))}},
                                                 {"respondent_urns", std::move(urns)}}},
                          {"creator_urn", identity_urn(run.owner)},
                          {"flow", json::object{{"id", of.at("flow_id")}, {"title", of.at("flow_title")}}},
                          {"run", json::object{{"id", run.id}, {"label", of.at("label")}}},
                          {"created_timestamp", now},
                          {"edited_timestamp", now},
                          {"closed_timestamp", nullptr},
                          {"sandbox_options", std::move(kept)},
                          {"sandbox_page", page != nullptr ? text_of(*page, "url_suffix") : ""}};
    world.data.documents["web_inputs"].emplace_back(id, std::move(document));
    return {nullptr, id};
}

/// Closes a web input, with a choice or, when its run is over, without one.
inline void close_input(World& world, json::object& input, json::value const& choice) {
    input["status"] = "closed";
    input["closed_timestamp"] = input["edited_timestamp"] = iso_time(world.now_locked());
    input["sandbox_choice"] = choice;
    world.wake.notify_all();
}

/// Chooses one of the options by its id, its name or the end of its address; false when there is none.
inline bool choose_option(World& world, json::object& input, std::string const& wanted) {
    for (auto const& option : input.at("sandbox_options").as_array())
        for (auto const* name : {"option_id", "name", "url_suffix"})
            if (!wanted.empty() && text_of(option, name) == wanted) {
                // [doc] the name and the end of the address of what was chosen
                close_input(
                    world, input,
                    json::object{{"name", text_of(option, "name")}, {"url_suffix", text_of(option, "url_suffix")}});
                return true;
            }
    return false;
}

// All -----------------------------------------------------------------------------------------------------------------

/// Begins an action. @throws FlowFault when it cannot
inline ActionStart begin_action(World& world, FlowRun const& run, std::string url, json::value const& input) {
    while (url.ends_with('/')) url.pop_back();
    Behalf const whom{run.owner, run.client};
    std::string const name = url.substr(url.rfind('/') + 1);
    if (url.find("compute.actions") != std::string::npos) return compute_action(world, whom, input);
    bool const of_transfer = url.find("transfer") != std::string::npos;
    for (auto const* known : {"transfer", "delete", "ls", "stat", "mkdir"})
        if (of_transfer && name == known) return transfer_action(world, whom, name, input);
    if (name == "wait_for_option") return web_action(world, run, input);
    if (name == "hello_world") return {json::object{{"Hello", "World"}, {"hello", text_of(input, "echo_string")}}};
    if (name == "expression_eval") {
        auto const* const arguments = member(input, "arguments");
        return {json::object{{"result", evaluate(text_of(input, "expression"),
                                                 arguments != nullptr ? *arguments : json::value(json::object{}))}}};
    }
    throw FlowFault{"ActionUnableToRun",
                    "The sandbox has no action provider at " + url +
                        ": it has those of Transfer (transfer, delete, ls, stat, mkdir), of Compute, and "
                        "weboption/wait_for_option, expression_eval and hello_world"};
}

/// How far the action is that a run waits for.
inline ActionProgress progress_of(World const& world, FlowRun const& run) {
    if (auto const found = world.data.tasks.find(run.task); found != world.data.tasks.end()) {
        Task const& task = found->second;
        return {task.over, task.status() == "INACTIVE" || task.paused || task.held};
    }
    if (auto const* input = find_document(documents_of(world, "web_inputs"), run.task))
        return {text_of(*input, "status") == "closed"};
    // Of Compute: all tasks of a group
    for (auto const& [id, task] : documents_of(world, "compute.tasks"))
        if (text_of(task, "taskgroup_id") == run.task && !task.contains("result") && !task.contains("exception"))
            return {false};
    return {true};
}

/// What an action that is over came to.
inline ActionOutcome outcome_of(World const& world, std::string const& waited_for) {
    if (auto const found = world.data.tasks.find(waited_for); found != world.data.tasks.end())
        return {found->second.status() == "SUCCEEDED", found->second.document};
    if (auto const* input = find_document(documents_of(world, "web_inputs"), waited_for))
        return {!input->at("sandbox_choice").is_null(), input->at("sandbox_choice")};
    return compute_outcome(world, waited_for);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ACTIONS_IPP

namespace globus::sandbox::detail {

inline json::object* document_of(World& world, FlowRun const& run) {
    return find_document(world.data.documents["runs"], run.id);
}

/// Adds to the log of a run. [recorded] the members and most of the codes
inline void log_run(World& world, FlowRun& run, std::string const& code, std::string const& description,
                    json::object details) {
    run.log.push_back(json::object{{"time", iso_time(world.now_locked())},
                                   {"code", code},
                                   {"description", description},
                                   {"details", std::move(details)}});
}

inline void log_state(World& world, FlowRun& run, std::string const& type, char const* what, char const* member_name,
                      json::value value) {
    std::string said = what;
    log_run(world, run, type + said, "State " + run.state + " of type " + type + " " + lower(said),
            {{"state_name", run.state}, {"state_type", type}, {member_name, std::move(value)}});
}

/// Ends a run. [recorded] what it says then
inline void end_run(World& world, FlowRun& run, char const* status, json::object details) {
    run.over = true;
    run.due.reset();
    run.task.clear();
    json::object& document = *document_of(world, run);
    document["status"] = status;
    document["display_status"] = status;
    document["completion_time"] = iso_time(world.now_locked());
    document["blocking_web_input_id"] = nullptr;
    auto& inputs = world.data.documents["web_inputs"];
    for (auto const& [id, input] : inputs)
        if (text_of(input.at("run"), "id") == run.id && text_of(input, "status") == "open")
            close_input(world, *inputs.find(id), nullptr);
    document["details"] = std::move(details);
    world.wake.notify_all();
}

inline void succeed_run(World& world, FlowRun& run) {
    log_run(world, run, "FlowSucceeded", "The Flow Instance completed successfully", {{"output", run.context}});
    end_run(world, run, "SUCCEEDED",
            {{"code", "FlowSucceeded"},
             {"description", "The Flow run reached a successful completion state"},
             {"output", run.context}});
}

inline void fail_run(World& world, FlowRun& run, FlowFault const& fault) {
    log_run(world, run, "FlowFailed", "The Flow Instance failed", {{"error", fault.code}, {"cause", fault.cause}});
    end_run(world, run, "FAILED",
            {{"code", "FlowFailed"},
             {"description", "The Flow run failed"},
             {"details", json::object{{"error", fault.code}, {"cause", fault.cause}, {"state_name", run.state}}}});
}

/// Goes on to the next state, or ends.
inline void leave_state(World& world, FlowRun& run, json::value const& state, std::string next = {}) {
    if (next.empty()) next = text_of(state, "Next");
    if (next.empty()) return succeed_run(world, run);
    run.state = next;
    run.entered = false;
    run.due = world.data.engine_time;
}

/// The document of an action, as ResultPath gets it. [recorded] the members
inline json::object action_result(World& world, FlowRun const& run, std::string const& id, char const* status,
                                  json::value details) {
    return {{"action_id", id},
            {"state_name", run.state},
            {"status", status},
            {"display_status", status},
            {"creator_id", identity_urn(run.owner)},
            {"details", std::move(details)},
            {"label", nullptr},
            {"manage_by", json::array{}},
            {"monitor_by", json::array{}},
            {"release_after", nullptr},
            {"start_time", iso_time(world.now_locked())},
            {"completion_time", iso_time(world.now_locked())}};
}

/// An action failed: its Catch goes on, or the run fails. [doc] ErrorEquals and ResultPath
inline void catch_fault(World& world, FlowRun& run, json::value const& state, FlowFault const& fault) {
    auto const* catches = member(state, "Catch");
    if (catches != nullptr && catches->is_array())
        for (auto const& one : catches->get_array()) {
            auto const* equals = member(one, "ErrorEquals");
            bool fits = false;
            if (equals != nullptr && equals->is_array())
                for (auto const& name : equals->get_array())
                    fits = fits || name == json::value("States.ALL") || name == json::value(fault.code);
            if (!fits) continue;
            if (auto const path = text_of(one, "ResultPath"); !path.empty())
                put_result(run.context, path, json::object{{"Error", fault.code}, {"Cause", fault.cause}});
            return leave_state(world, run, state, text_of(one, "Next"));
        }
    fail_run(world, run, fault);
}

inline void finish_action(World& world, FlowRun& run, json::value const& state, json::object result) {
    log_state(world, run, "Action", "Completed", "output", result);
    bool const good = text_of(result, "status") == "SUCCEEDED";
    if (!good && flag_of(state, "ExceptionOnActionFailure", true))
        return catch_fault(world, run, state, {"ActionFailedException", json::serialize(result)});
    put_result(run.context, text_of(state, "ResultPath", "$." + run.state + "Result"), std::move(result));
    leave_state(world, run, state);
}

/// Starts an action. Whoever it is to be for, it acts for the run's owner. [guess]
inline void start_action(World& world, FlowRun& run, json::value const& state) {
    json::value input = json::object{};
    if (auto const* parameters = member(state, "Parameters"))
        input = fill_in(*parameters, run.context);
    else if (auto const path = text_of(state, "InputPath"); !path.empty())
        input = reference(run.context, path);
    log_state(world, run, "Action", "Started", "input", input);
    ActionStart begun;
    try {
        begun = begin_action(world, run, text_of(state, "ActionUrl"), input);
    } catch (FlowFault const& fault) {
        return catch_fault(world, run, state, fault);
    }
    if (!begun.waits_for.empty()) {
        run.task = begun.waits_for;
        run.due.reset();
        if (find_document(documents_of(world, "web_inputs"), run.task) != nullptr)
            (*document_of(world, run))["blocking_web_input_id"] = run.task;
        return;
    }
    finish_action(world, run, state,
                  action_result(world, run, world.random.uuid(), "SUCCEEDED", std::move(begun.details)));
}

/// Looks at what an action waits for.
inline void look_at_action(World& world, FlowRun& run, json::value const& state) {
    ActionProgress const progress = progress_of(world, run);
    json::object& document = *document_of(world, run);
    document["status"] = progress.inactive ? "INACTIVE" : "ACTIVE";
    document["display_status"] = document["status"];
    if (progress.inactive)
        document["details"] = json::object{{"code", "ActionInactive"},
                                           {"description", "An action cannot go on by itself"},
                                           {"details", json::object{{"state_name", run.state}, {"task_id", run.task}}}};
    if (!progress.over) return;
    document["blocking_web_input_id"] = nullptr;
    std::string const id = std::exchange(run.task, {});
    ActionOutcome outcome = outcome_of(world, id);
    finish_action(world, run, state,
                  action_result(world, run, id, outcome.good ? "SUCCEEDED" : "FAILED", std::move(outcome.details)));
}

inline Millis end_of_wait(World const& world, FlowRun const& run, json::value const& state) {
    Millis const now = world.data.engine_time;
    auto const seconds = [&](json::value const& value) {
        auto const number = number_of(value);
        if (!number || *number < 0) throw FlowFault{"WaitError", "The time to wait is no number"};
        return now + static_cast<Millis>(*number * 1000);
    };
    auto const time = [&](json::value const& value) {
        auto const at = value.is_string() ? parse_time(to_string(value.get_string())) : std::nullopt;
        if (!at) throw FlowFault{"WaitError", "The time to wait for is malformed"};
        return *at;
    };
    if (auto const* given = member(state, "Seconds")) return seconds(*given);
    if (auto const* given = member(state, "Timestamp")) return time(*given);
    if (auto const path = text_of(state, "SecondsPath"); !path.empty()) return seconds(reference(run.context, path));
    return time(reference(run.context, text_of(state, "TimestampPath")));
}

/// Does what a state does that takes no time, or begins what takes some.
inline void enter_state(World& world, FlowRun& run, json::value const& state) {
    std::string const type = text_of(state, "Type");
    if (type == "Action") return start_action(world, run, state);
    if (type == "Fail") {
        log_state(world, run, type, "Started", "input", run.context);
        return fail_run(world, run, {text_of(state, "Error"), text_of(state, "Cause")});
    }
    log_state(world, run, type, "Started", "input", run.context);
    if (type == "Wait") {
        run.due = end_of_wait(world, run, state);
        return;
    }
    std::string next;
    if (type == "Choice") {
        for (auto const& choice : member(state, "Choices")->as_array())
            if (next.empty() && choice_fits(choice, run.context)) next = text_of(choice, "Next");
        if (next.empty()) next = text_of(state, "Default");
        if (next.empty()) throw FlowFault{"NoChoiceMatched", "No choice fits, and there is no default"};
    } else {
        json::value result = run.context;
        if (auto const path = text_of(state, "InputPath"); !path.empty()) result = reference(run.context, path);
        if (auto const* parameters = member(state, "Parameters")) result = fill_in(*parameters, run.context);
        if (auto const* given = member(state, "Result")) result = *given;
        put_result(run.context, text_of(state, "ResultPath", "$"), std::move(result));
    }
    log_state(world, run, type, "Completed", "output", run.context);
    if (type == "Succeed") return succeed_run(world, run);
    leave_state(world, run, state, next);
}

/// One step of a run: enters the state it stands before, or leaves the one whose time is over.
inline void step_run(World& world, FlowRun& run) {
    json::value const* const state = member(*member(run.definition, "States"), run.state);
    run.due.reset();
    try {
        if (state == nullptr) throw FlowFault{"FlowError", "There is no state " + run.state};
        if (++run.steps > 10000) throw FlowFault{"FlowError", "The run takes too many steps"};
        if (!run.task.empty()) {
            look_at_action(world, run, *state);
        } else if (!std::exchange(run.entered, true)) {
            enter_state(world, run, *state);
        } else {
            log_state(world, run, text_of(*state, "Type"), "Completed", "output", run.context);
            leave_state(world, run, *state);
        }
    } catch (FlowFault const& fault) {
        if (!run.over) fail_run(world, run, fault);
    } catch (std::exception const& error) {
        if (!run.over) fail_run(world, run, {"FlowError", error.what()});
    }
}

/// When a run does its next step; nothing while it waits for a task that is not over.
inline std::optional<Millis> next_step(World const& world, FlowRun const& run) {
    if (run.over) return std::nullopt;
    if (run.task.empty()) return run.due;
    ActionProgress const progress = progress_of(world, run);
    auto const* document = find_document(documents_of(world, "runs"), run.id);
    bool const shown = document != nullptr && text_of(*document, "status") == "INACTIVE";
    return progress.over || progress.inactive != shown ? std::optional(world.data.engine_time) : std::nullopt;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ENGINE_IPP
// The APIs that flows can call: who registered them, and who sees and changes them.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_REGISTERED_APIS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_REGISTERED_APIS_IPP

// A call to Flows: who asks, what he is to flows and runs, and how lists are answered.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_CALL_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_CALL_IPP

namespace globus::sandbox::detail {

/// What a session lacks for a flow with a policy; nothing when it is good enough. [recorded] the answer
inline std::optional<Reply> wrong_session_for(World& world, AccessToken const& token, json::object const& flow) {
    std::string const policy = text_of(flow, "authentication_policy_id");
    if (policy.empty() || satisfies_policy(world, token, policy)) return std::nullopt;
    return Reply::of(
        403,
        json::object{
            {"code", "AuthenticationPolicyRequired"},
            {"authorization_parameters",
             json::object{{"session_message", "Globus Flows detected an unsatisfied session policy for this resource."},
                          {"session_required_policies", json::array{json::value(policy)}}}},
            {"debug_id", world.random.uuid()}});
}

/// A call to Flows.
struct FlowsCall : PlainCall {
    FlowsCall(World& in, Call& of) : PlainCall(in, of) {
        if (token == nullptr) return;
        std::string const prefix = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/";
        bool const runs = call.operation.find("run") != std::string::npos;
        bool const reads = call.method == "GET";
        // [doc] a scope for looking at each, and one for changing it
        (void)has_one_of({prefix + "all", prefix + (runs ? "run_manage" : "manage_flows"),
                          reads ? prefix + (runs ? "run_status" : "view_flows") : prefix + "all"});
    }

    std::string identity() const { return token != nullptr ? token->identity : ""; }

    /// Who the caller is to a flow: the first that he is of these; empty for nobody. [doc] the roles
    std::string role_at_flow(json::object const& flow) const {
        if (text_of(flow, "flow_owner") == urn()) return "flow_owner";
        for (auto const& [list, role] :
             {std::pair("flow_administrators", "flow_administrator"), std::pair("flow_starters", "flow_starter"),
              std::pair("flow_viewers", "flow_viewer"), std::pair("run_managers", "run_manager"),
              std::pair("run_monitors", "run_monitor")})
            if (is_among(world, identity(), flow, list)) return role;
        return {};
    }
    std::string role_at_run(json::object const& run) const {
        if (text_of(run, "run_owner") == urn()) return "run_owner";
        if (is_among(world, identity(), run, "run_managers")) return "run_manager";
        if (is_among(world, identity(), run, "run_monitors")) return "run_monitor";
        auto const* flow = find_document(all("flows"), text_of(run, "flow_id"));
        if (flow == nullptr) return {};
        if (is_among(world, identity(), *flow, "run_managers")) return "flow_run_manager";
        if (is_among(world, identity(), *flow, "run_monitors")) return "flow_run_monitor";
        return {};
    }

    /// [recorded] the code and the text
    Reply forbidden(char const* what, char const* permission) const {
        return error(403, "FORBIDDEN",
                     std::string("You do not have the necessary permissions to perform this action on the ") + what +
                         " with id value " + call.holes[0] + ". Missing permissions: " + permission + ".");
    }

    /// Whether the session satisfies the policy of a flow.
    bool session_fits(json::object const& flow) {
        auto wrong = wrong_session_for(world, *token, flow);
        if (wrong) refused = std::move(*wrong);
        return !wrong;
    }

    /// The flow of the route, when the caller may see it, or administer it.
    json::object* flow(bool change) {
        auto* const found = find("flows");
        std::string const role = found != nullptr ? role_at_flow(*found) : "";
        if (found == nullptr)
            refused = error(404, "NOT_FOUND", "No flow exists with id value " + call.holes[0]);
        else if (role.empty() || (change && role != "flow_owner" && role != "flow_administrator"))
            refused = forbidden("flow", change ? "MANAGE" : "VIEW");
        else if (session_fits(*found))
            return found;
        return nullptr;
    }
    json::object* run(bool change) {
        auto* const found = find("runs");
        std::string const role = found != nullptr ? role_at_run(*found) : "";
        if (found == nullptr)
            refused = error(404, "NOT_FOUND", "No run exists with id value " + call.holes[0]);
        else if (role.empty() || (change && role != "run_owner" && !role.ends_with("run_manager")))
            refused = forbidden("run", change ? "MANAGE" : "VIEW");
        else if (auto const* flow = find_document(all("flows"), text_of(*found, "flow_id"));
                 flow == nullptr || session_fits(*flow))
            return found;
        return nullptr;
    }

    json::object show_flow(json::object flow) const {
        std::string const role = role_at_flow(flow);
        flow["user_role"] = role;
        // [recorded] the older names of the same lists
        for (auto const& [name, older] :
             {std::pair("flow_viewers", "visible_to"), std::pair("flow_starters", "runnable_by"),
              std::pair("flow_administrators", "administered_by")})
            if (auto const* list = flow.if_contains(name)) flow[older] = json::value(*list);
        return flow;
    }
    json::object show_run(json::object run) const {
        std::string const role = role_at_run(run);
        run["user_role"] = role;
        for (auto const& [name, older] :
             {std::pair("run_managers", "manage_by"), std::pair("run_monitors", "monitor_by")})
            if (auto const* list = run.if_contains(name)) run[older] = json::value(*list);
        return run;
    }
};

/// An error with a list of faults. [recorded] the shape
inline Reply flows_error(World& world, int status, char const* code, json::array detail, std::string const& message) {
    return Reply::of(
        status,
        json::object{{"error", json::object{{"code", code}, {"detail", std::move(detail)}, {"message", message}}},
                     {"debug_id", world.random.uuid()}});
}

/// Whether a document has the role that `filter_roles` (or, before, `filter_role`) asks for.
inline bool role_filter_fits(Call const& call, std::string const& role) {
    std::string const wanted = call.argument("filter_roles", call.argument("filter_role"));
    if (wanted.empty()) return true;
    auto const list = split(wanted, ',');
    return std::find(list.begin(), list.end(), role) != list.end();
}

/// Pages by a marker. [guess] what it looks like: the place in the list
inline Reply marked_page(Call const& call, char const* kind, std::vector<json::object> items) {
    sort_items(items, call.argument("orderby"));
    auto const limit = std::clamp<std::int64_t>(to_integer(call.argument("per_page")).value_or(20), 1, 100);
    auto const begin = to_integer(call.argument("marker")).value_or(0);
    bool const more = begin + limit < static_cast<std::int64_t>(items.size());
    return Reply::of(
        200, json::object{{kind, cut(items, begin, limit)},
                          {"limit", limit},
                          {"has_next_page", more},
                          {"marker", more ? json::value(std::to_string(begin + limit)) : json::value(nullptr)}});
}

inline bool fulltext_fits(Call const& call, json::object const& document) {
    auto const words = lower(call.argument("filter_fulltext"));
    return words.empty() || lower(json::serialize(document)).find(words) != std::string::npos;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_CALL_IPP

namespace globus::sandbox::detail {

/// An API that flows can call. [recorded] the members
inline void seed_registered_api(World& world) {
    std::string const id = Random(world.options.seed ^ 0xa91).uuid();
    std::string const time = iso_time(world.started_at);
    json::object const answer{{"description", "The sandbox is there"}};
    world.data.documents["registered_apis"].emplace_back(
        id,
        json::object{
            {"id", id},
            {"name", "sandbox-health"},
            {"description", "Asks the sandbox whether it is there"},
            {"roles", json::object{{"owners", json::array{json::value(identity_urn(world.options.users.front().id))}},
                                   {"administrators", json::array{}},
                                   {"viewers", json::array{"all_authenticated_users"}}}},
            {"target",
             json::object{
                 {"type", "openapi"},
                 {"openapi_version", "3.1"},
                 {"destination", json::object{{"method", "get"}, {"url", "https://127.0.0.1/health"}}},
                 {"specification", json::object{{"summary", "Health"}, {"responses", json::object{{"200", answer}}}}},
                 {"transforms", nullptr},
                 {"components", json::object{}}}},
            {"created_timestamp", time},
            {"updated_timestamp", time}});
}

/// Who the caller is to a registered API: the first that he is of these; empty for nobody. [doc] the roles
inline std::string role_at_api(FlowsCall const& in, json::object const& api) {
    auto const& roles = api.at("roles").as_object();
    for (auto const& [list, role] :
         {std::pair("owners", "owner"), std::pair("administrators", "administrator"), std::pair("viewers", "viewer")})
        if (is_among(in.world, in.identity(), roles, list)) return role;
    return {};
}

/// The API of the route, when the caller may see it, or administer it. [doc] the codes
inline json::object* registered_api(FlowsCall& in, bool change) {
    auto* const found = in.find("registered_apis");
    std::string const role = found != nullptr ? role_at_api(in, *found) : "";
    if (found == nullptr)
        in.refused = in.error(404, "NOT_FOUND", "No registered API exists with id value " + in.call.holes[0]);
    else if (role.empty() || (change && role == "viewer"))
        in.refused = in.forbidden("registered API", change ? "MANAGE" : "VIEW");
    else
        return found;
    return nullptr;
}

/// [doc] those at which the caller has one of the roles that `filter_roles` names, or is the owner
inline Reply list_registered_apis(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const wanted = split(call.argument("filter_roles", "owner"), ',');
    std::vector<json::object> items;
    for (auto const& [id, api] : in.all("registered_apis")) {
        std::string const role = role_at_api(in, api);
        if (std::find(wanted.begin(), wanted.end(), role) == wanted.end()) continue;
        json::object summary;
        for (auto const* name : {"id", "name", "description", "created_timestamp", "updated_timestamp"})
            summary[name] = api.at(name);
        items.push_back(std::move(summary));
    }
    return marked_page(call, "registered_apis", std::move(items));
}

/// What is wrong with what is to be registered, or changed; empty when nothing is. [doc] the members
inline std::string wrong_registered_api(json::object const& api) {
    auto const* target = member(api, "target");
    auto const* roles = member(api, "roles");
    if (text_of(api, "name").empty()) return "name: field required";
    if (target == nullptr || !target->is_object()) return "target: field required";
    if (text_of(*target, "type") != "openapi") return "target.type: openapi is the only one";
    auto const* destination = member(*target, "destination");
    if (destination == nullptr || text_of(*destination, "method").empty() || text_of(*destination, "url").empty())
        return "target.destination: method and url are needed";
    auto const* specification = member(*target, "specification");
    if (specification == nullptr || !specification->is_object()) return "target.specification: field required";
    if (roles == nullptr || !roles->is_object()) return "roles: an object is expected";
    auto const* owners = member(*roles, "owners");
    if (owners == nullptr || !owners->is_array() || owners->get_array().empty()) return "roles.owners: one is needed";
    return {};
}

/// Lays the parts of a target, or of the roles, over those that there are.
inline void merge_part(json::object& api, json::object const& changes, char const* name) {
    auto const* part = member(changes, name);
    if (part != nullptr && part->is_object() && api[name].is_object())
        merge(api[name].get_object(), part->get_object());
}

/// [guess] the code for what is wrong; a subscription is named, and may be any
inline Reply create_registered_api(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto body = in.body();
    if (!body) return in.refused;
    if (text_of(*body, "subscription_id").empty())
        return in.error(400, "BAD_REQUEST", "subscription_id: field required");
    std::string const id = world.random.uuid();
    json::object api{{"id", id},
                     {"name", text_of(*body, "name")},
                     {"description", text_of(*body, "description")},
                     {"roles", json::object{{"owners", json::array{json::value(in.urn())}},
                                            {"administrators", json::array{}},
                                            {"viewers", json::array{}}}},
                     {"target", json::object{{"transforms", nullptr}, {"components", json::object{}}}},
                     {"subscription_id", text_of(*body, "subscription_id")},
                     {"created_timestamp", in.now()},
                     {"updated_timestamp", in.now()}};
    for (auto const* part : {"target", "roles"}) merge_part(api, *body, part);
    if (auto const wrong = wrong_registered_api(api); !wrong.empty()) return in.error(400, "BAD_REQUEST", wrong);
    return Reply::of(201, in.add("registered_apis", id, std::move(api)));
}

inline Reply get_registered_api(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* api = registered_api(in, false);
    return api != nullptr ? Reply::of(200, *api) : in.refused;
}

/// PATCH and DELETE. [guess] an administrator changes it, only an owner deletes it or changes its roles
inline Reply change_registered_api(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto* const api = registered_api(in, true);
    if (api == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if ((call.method == "DELETE" || body->contains("roles")) && role_at_api(in, *api) != "owner")
        return in.forbidden("registered API", "OWN");
    if (call.method == "DELETE") {
        Reply const reply = Reply::of(200, *api);
        in.remove("registered_apis");
        return reply;
    }
    json::object changed = *api;
    for (auto const* name : {"name", "description", "subscription_id"})
        if (auto const* value = body->if_contains(name)) changed[name] = *value;
    for (auto const* part : {"target", "roles"}) merge_part(changed, *body, part);
    if (auto const wrong = wrong_registered_api(changed); !wrong.empty()) return in.error(400, "BAD_REQUEST", wrong);
    changed["updated_timestamp"] = in.now();
    *api = std::move(changed);
    return Reply::of(200, *api);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_REGISTERED_APIS_IPP
// Web inputs: what runs ask people, by the API of Flows and by pages.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_WEB_INPUTS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_WEB_INPUTS_IPP

namespace globus::sandbox::detail {

/// Errors of web inputs. [recorded] codes and sentences
inline Reply web_input_error(int status, char const* code, std::string const& detail) {
    return Reply::of(status, json::object{{"error", json::object{{"code", code}, {"detail", detail}}}});
}

/// What somebody is to a web input. [doc] a viewer, a respondent, or both
inline json::array web_input_roles(World const& world, std::string const& identity, json::object const& input) {
    json::object const& roles = input.at("roles").as_object();
    json::array out;
    if (is_among(world, identity, roles, "viewer_urns")) out.emplace_back("viewer");
    if (is_among(world, identity, roles, "respondent_urns")) out.emplace_back("respondent");
    return out;
}

/// A web input as somebody sees it, or its summary. [recorded] the members
inline json::object show_web_input(json::object const& input, json::array roles, bool summary) {
    json::object out;
    for (auto const& item : input) {
        std::string_view const name = item.key();
        bool const whole = name == "context" || name == "options" || name == "roles" || name == "input_schema" ||
                           name == "creator_urn";
        if (!name.starts_with("sandbox_") && !(summary && whole)) out[name] = item.value();
    }
    if (summary) out["title"] = input.at("context").at("title");
    out["user_roles"] = std::move(roles);
    return out;
}

/// [doc] those for which the caller has a role; the open ones, if nothing else is said
inline Reply list_web_inputs(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const wanted = [&](char const* name, std::string const& value, char const* otherwise) {
        std::string const text = call.argument(name, otherwise);
        auto const list = split(text, ',');
        return text.empty() || std::find(list.begin(), list.end(), value) != list.end();
    };
    std::vector<json::object> items;
    for (auto const& [id, input] : in.all("web_inputs")) {
        auto roles = web_input_roles(world, in.identity(), input);
        bool const fits = std::any_of(roles.begin(), roles.end(), [&](json::value const& role) {
            return wanted("filter_roles", to_string(role.as_string()), "");
        });
        if (fits && wanted("filter_states", text_of(input, "status"), "open") &&
            wanted("filter_flow_ids", text_of(input.at("flow"), "id"), "") &&
            wanted("filter_run_ids", text_of(input.at("run"), "id"), ""))
            items.push_back(show_web_input(input, std::move(roles), true));
    }
    return marked_page(call, "web_input_summaries", std::move(items));
}

/// One web input, and the answer to it. [recorded] the errors
inline Reply web_input(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto* const input = in.find("web_inputs");
    std::string const& id = call.holes[0];
    if (input == nullptr) return web_input_error(404, "NOT_FOUND", "No Web Input exists with id value " + id);
    auto roles = web_input_roles(world, in.identity(), *input);
    bool const responds = call.method == "POST";
    json::value const respondent("respondent");
    if (roles.empty() || (responds && std::find(roles.begin(), roles.end(), respondent) == roles.end()))
        return web_input_error(
            403, "FORBIDDEN",
            "User does not have " + std::string(responds ? "respondent" : "viewer") + " role on web input " + id);
    auto const* flow = find_document(in.all("flows"), text_of(input->at("flow"), "id"));
    if (flow != nullptr && !in.session_fits(*flow)) return in.refused;
    if (!responds) return Reply::of(200, show_web_input(*input, std::move(roles), false));
    if (text_of(*input, "status") == "closed")
        return web_input_error(409, "STATE_CONFLICT", "Web Input " + id + " is already closed.");
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* response = body->if_contains("response");
    std::string const value = response != nullptr ? text_of(*response, "value") : "";
    if (!choose_option(world, *input, value))
        return web_input_error(422, "UNPROCESSABLE_ENTITY",
                               "'" + value + "' is not a registered option id for this input.");
    return Reply::of(200, json::object{{"status", "ok"}});
}

/// The open web input that has an option, or a page, with this end of its address.
inline json::object* web_input_at(World& world, std::string const& suffix, bool page) {
    auto& all = world.data.documents["web_inputs"];
    for (auto const& [id, input] : all) {
        if (text_of(input, "status") != "open") continue;
        if (page && text_of(input, "sandbox_page") == suffix) return all.find(id);
        for (auto const& option : input.at("sandbox_options").as_array())
            if (!page && text_of(option, "url_suffix") == suffix) return all.find(id);
    }
    return nullptr;
}

/// [doc] whoever comes to the address of an option chooses it, and whoever comes later finds nothing. [guess] an option
/// for some people only is chosen by the API
inline Reply web_option(World& world, Call& call) {
    auto* const input = web_input_at(world, call.holes[0], false);
    if (input == nullptr) return page(404, "Not found", "There is no such option, or a choice was made.");
    for (auto const& option : input->at("sandbox_options").as_array()) {
        if (text_of(option, "url_suffix") != call.holes[0]) continue;
        if (!is_among(world, "", option.as_object(), "selectable_by"))
            return page(403, "Not for everybody", "Answer the web input " + text_of(*input, "id") + " of Flows.");
        std::string const message = text_of(option, "message");
        choose_option(world, *input, call.holes[0]);
        return page(200, "Thank you", message);
    }
    return page(404, "Not found", "There is no such option.");
}

/// [doc] a page that shows the options
inline Reply web_landing_page(World& world, Call& call) {
    auto const* const input = web_input_at(world, call.holes[0], true);
    if (input == nullptr) return page(404, "Not found", "There is no such page, or a choice was made.");
    Reply reply = page(200, text_of(input->at("context"), "title"), text_of(input->at("context"), "text"));
    std::string links = "<ul id=\"options\">";
    for (auto const& option : input->at("sandbox_options").as_array())
        links += "<li><a href=\"/weboption/option/" + html_text(percent_encode(text_of(option, "url_suffix"))) + "\">" +
                 html_text(text_of(option, "name")) + "</a></li>";
    reply.body.insert(reply.body.find("</body>"), links + "</ul>");
    return reply;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_WEB_INPUTS_IPP

namespace globus::sandbox::detail {

/// What is wrong with the definition and the schema of a flow; nothing when they are good.
inline std::optional<Reply> wrong_flow(World& world, json::object const& body) {
    auto const* definition = body.if_contains("definition");
    if (definition == nullptr) return std::nullopt;
    auto const faults = check_definition(*definition);
    if (faults.empty()) return std::nullopt;
    json::array detail;
    std::string message =
        std::to_string(faults.size()) + " validation error" + (faults.size() > 1 ? "s" : "") + " in body.";
    for (auto const& fault : faults) {
        detail.push_back(json::object{{"loc", fault.where}, {"msg", fault.what}, {"type", "value_error"}});
        std::string where = "$";
        for (auto const& step : fault.where) where += "." + to_string(step.as_string());
        message += " " + where + ": " + fault.what;
    }
    return flows_error(world, 422, "UNPROCESSABLE_ENTITY", std::move(detail), message);
}

inline Reply list_flows(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    std::vector<json::object> items;
    for (auto const& [id, flow] : in.all("flows")) {
        std::string const role = in.role_at_flow(flow);
        if (!role.empty() && role_filter_fits(call, role) && fulltext_fits(call, flow))
            items.push_back(in.show_flow(flow));
    }
    return marked_page(call, "flows", std::move(items));
}

inline Reply list_runs(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    std::vector<json::object> items;
    std::string const flow = call.holes.empty() ? call.argument("filter_flow_id") : call.holes[0];
    if (!call.holes.empty() && in.flow(false) == nullptr) return in.refused;
    for (auto const& [id, run] : in.all("runs")) {
        std::string const role = in.role_at_run(run);
        if (role.empty() || !role_filter_fits(call, role) || !fulltext_fits(call, run)) continue;
        if (!flow.empty() && flow.find(text_of(run, "flow_id")) == std::string::npos) continue;
        items.push_back(in.show_run(run));
    }
    return marked_page(call, "runs", std::move(items));
}

/// [recorded] the members of a flow
inline Reply create_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    for (auto const* needed : {"title", "definition", "input_schema"})
        if (!body->contains(needed))
            return in.error(422, "UNPROCESSABLE_ENTITY", std::string(needed) + ": field required");
    if (auto const wrong = wrong_flow(world, *body)) return *wrong;
    std::string const id = world.random.uuid();
    std::string scope_name = id;
    std::replace(scope_name.begin(), scope_name.end(), '-', '_');
    json::object flow{{"subtitle", ""},
                      {"description", ""},
                      {"keywords", json::array{}},
                      {"flow_viewers", json::array{}},
                      {"flow_starters", json::array{}},
                      {"flow_administrators", json::array{}},
                      {"run_managers", json::array{}},
                      {"run_monitors", json::array{}},
                      {"subscription_id", nullptr},
                      {"authentication_policy_id", nullptr}};
    merge(flow, *body);
    merge(flow, {{"id", id},
                 {"action_url", world.base_url + "flows/" + id},
                 {"flow_url", world.base_url + "flows/" + id},
                 {"api_version", "1.0"},
                 {"created_at", in.now()},
                 {"updated_at", in.now()},
                 {"created_by", in.urn()},
                 {"flow_owner", in.urn()},
                 {"globus_auth_scope", "https://auth.globus.org/scopes/" + id + "/flow_" + scope_name + "_user"},
                 {"globus_auth_username", id + "@clients.auth.globus.org"},
                 {"principal_urn", identity_urn(id)},
                 {"log_supported", true},
                 {"synchronous", false},
                 {"types", json::array{"Action"}}});
    return Reply::of(201, in.show_flow(in.add("flows", id, std::move(flow))));
}

inline Reply get_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* flow = in.flow(false);
    return flow != nullptr ? Reply::of(200, in.show_flow(*flow)) : in.refused;
}

inline Reply update_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto* const flow = in.flow(true);
    if (flow == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (auto const wrong = wrong_flow(world, *body)) return *wrong;
    merge(*flow, *body);
    (*flow)["id"] = call.holes[0];
    (*flow)["updated_at"] = in.now();
    return Reply::of(200, in.show_flow(*flow));
}

inline Reply delete_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* flow = in.flow(true);
    if (flow == nullptr) return in.refused;
    json::object gone = in.show_flow(*flow);
    gone["DELETED"] = true;
    gone["deleted_at"] = in.now();
    in.remove("flows");
    return Reply::of(200, gone);
}

inline Reply validate_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (member(*body, "definition") == nullptr)
        return in.error(422, "UNPROCESSABLE_ENTITY", "definition: field required");
    if (auto const wrong = wrong_flow(world, *body)) return *wrong;
    // [recorded] the scopes that the actions of the flow need
    json::array scopes;
    for (auto const& item : member(*member(*body, "definition"), "States")->as_object())
        if (text_of(item.value(), "ActionUrl").find("transfer") != std::string::npos && scopes.empty())
            scopes.emplace_back("urn:globus:auth:scope:transfer.api.globus.org:all");
    return Reply::of(200, json::object{{"scopes", json::object{{"User", std::move(scopes)}}},
                                       {"analysis", json::object{{"number_of_possibilities", 1}}}});
}

// Runs ----------------------------------------------------------------------------------------------------------------

/// What is wrong with the input of a run; nothing when it is good. [recorded] the shape
inline std::optional<Reply> wrong_input(World& world, json::object const& flow, json::value const& input) {
    auto const faults = SchemaCheck().run(input, flow.at("input_schema"));
    if (faults.empty()) return std::nullopt;
    json::array detail;
    for (auto const& fault : faults)
        detail.push_back(json::object{
            {"loc", json::array{json::value(fault.path)}}, {"type", "InvalidActionInput"}, {"msg", fault.what}});
    return flows_error(world, 400, "FLOW_INPUT_ERROR", std::move(detail),
                       "Input failed schema validation with " + std::to_string(faults.size()) + " error" +
                           (faults.size() > 1 ? "s." : "."));
}

/// Lets a run begin; its first step comes at once.
inline json::object start_run(World& world, json::object const& flow, AccessToken const& token,
                              json::value const& body) {
    std::string const id = world.random.uuid();
    auto const given = [&](char const* name, json::value otherwise) {
        auto const* found = member(body, name);
        return found != nullptr ? *found : otherwise;
    };
    json::value const input = *member(body, "body");
    json::object document{{"run_id", id},
                          {"action_id", id},
                          {"flow_id", flow.at("id")},
                          {"flow_title", text_of(flow, "title")},
                          {"flow_last_updated", text_of(flow, "updated_at")},
                          {"start_time", iso_time(world.now_locked())},
                          {"status", "ACTIVE"},
                          {"display_status", "ACTIVE"},
                          {"details", json::object{{"code", "FlowStarting"},
                                                   {"description", "The Flow is starting execution"},
                                                   {"details", json::object{{"input", input}}}}},
                          {"run_owner", identity_urn(token.identity)},
                          {"created_by", identity_urn(token.identity)},
                          {"run_managers", given("run_managers", json::array{})},
                          {"run_monitors", given("run_monitors", json::array{})},
                          {"label", given("label", nullptr)},
                          {"blocking_web_input_id", nullptr},
                          {"tags", given("tags", json::array{})}};
    world.data.documents["runs"].emplace_back(id, document);
    FlowRun& run = world.data.flow_runs[id];
    run.id = id;
    run.owner = token.identity;
    run.client = token.client_id;
    run.definition = flow.at("definition");
    run.state = text_of(run.definition, "StartAt");
    run.context = input;
    run.due = world.now_locked();
    log_run(world, run, "FlowStarted", "The Flow Instance started execution", {{"input", input}});
    world.wake.notify_all();
    document["user_role"] = "run_owner";
    return document;
}

/// Runs and their checks take a token for the flow itself. [doc]
inline Reply run_flow(World& world, Call& call) {
    Reply refused;
    auto const* token = authenticate(world, call, call.holes[0], refused);
    if (token == nullptr) return refused;
    auto const* flow = find_document(world.data.documents["flows"], call.holes[0]);
    if (flow == nullptr) return problem(world, call, 404, "NOT_FOUND", "No such flow");
    bool const starter = text_of(*flow, "flow_owner") == identity_urn(token->identity) ||
                         is_among(world, token->identity, *flow, "flow_administrators") ||
                         is_among(world, token->identity, *flow, "flow_starters");
    if (!starter)  // [recorded] the code and the text
        return problem(world, call, 403, "FORBIDDEN",
                       "You do not have the necessary permissions to perform this action on the flow with id value " +
                           call.holes[0] + ". Missing permissions: RUN.");
    if (auto wrong = wrong_session_for(world, *token, *flow)) return std::move(*wrong);
    boost::system::error_code error;
    json::value const body = json::parse(call.body, error);
    auto const* input = error ? nullptr : member(body, "body");
    if (input == nullptr) return problem(world, call, 422, "UNPROCESSABLE_ENTITY", "body: field required");
    if (auto const wrong = wrong_input(world, *flow, *input)) return *wrong;
    if (call.operation == "validate_run") return Reply::of(200, json::object{{"message", "validation successful"}});
    return Reply::of(201, start_run(world, *flow, *token, body));
}

inline Reply get_run(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* run = in.run(false);
    return run != nullptr ? Reply::of(200, in.show_run(*run)) : in.refused;
}

inline Reply run_definition(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* run = in.run(false);
    if (run == nullptr) return in.refused;
    auto const* flow = find_document(in.all("flows"), text_of(*run, "flow_id"));
    return Reply::of(
        200, json::object{{"flow_id", run->at("flow_id")},
                          {"definition", world.data.flow_runs[call.holes[0]].definition},
                          {"input_schema", flow != nullptr ? flow->at("input_schema") : json::value(json::object{})}});
}

inline Reply run_log(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in || in.run(false) == nullptr) return in.refused;
    std::vector<json::object> log = world.data.flow_runs[call.holes[0]].log;
    if (call.argument("reverse_order") == "true" || lower(call.argument("reverse_order")) == "1")
        std::reverse(log.begin(), log.end());
    auto const limit = std::clamp<std::int64_t>(to_integer(call.argument("limit")).value_or(10), 1, 100);
    auto const begin = to_integer(call.argument("marker")).value_or(0);
    bool const more = begin + limit < static_cast<std::int64_t>(log.size());
    return Reply::of(200,
                     json::object{{"limit", limit},
                                  {"has_next_page", more},
                                  {"marker", more ? json::value(std::to_string(begin + limit)) : json::value(nullptr)},
                                  {"entries", cut(log, begin, limit)}});
}

/// [doc] a run that stands still goes on
inline Reply resume_run(World& world, FlowsCall& in, json::object& run) {
    FlowRun& state = world.data.flow_runs[in.call.holes[0]];
    if (state.over) return in.error(409, "STATE_CONFLICT", "The run has completed, and cannot be resumed");
    if (auto const task = world.data.tasks.find(state.task); task != world.data.tasks.end())
        task->second.due = world.data.engine_time;
    run["status"] = "ACTIVE";
    run["display_status"] = "ACTIVE";
    world.wake.notify_all();
    return Reply::of(200, in.show_run(run));
}

inline void cancel_run(World& world, FlowRun& run) {
    static constexpr char const* text = "The Flow Instance was canceled by the user";
    if (run.over) return;
    log_run(world, run, "FlowCanceled", text, {});
    end_run(world, run, "FAILED",
            {{"time", iso_time(world.now_locked())},
             {"code", "FlowCanceled"},
             {"description", text},
             {"details", json::object{}}});
}

/// cancel, release, resume and update
inline Reply change_run(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in && call.operation == "resume_run") {
        // [doc] a run is resumed with a token for its flow
        auto const* run = find_document(world.data.documents["runs"], call.holes[0]);
        if (run != nullptr) in.token = authenticate(world, call, text_of(*run, "flow_id"), in.refused);
    }
    if (!in) return in.refused;
    auto* const run = in.run(true);
    if (run == nullptr) return in.refused;
    FlowRun& state = world.data.flow_runs[call.holes[0]];
    if (call.operation == "resume_run") return resume_run(world, in, *run);
    if (call.operation == "cancel_run") {
        cancel_run(world, state);
    } else if (call.operation == "delete_run") {
        if (!state.over) return in.error(409, "STATE_CONFLICT", "The run has not completed");
        Reply const reply = Reply::of(200, in.show_run(*run));
        in.remove("runs");
        world.data.flow_runs.erase(call.holes[0]);
        return reply;
    } else {
        auto const body = in.body();
        if (!body) return in.refused;
        for (auto const* name : {"label", "tags", "run_managers", "run_monitors"})
            if (auto const* value = body->if_contains(name)) (*run)[name] = *value;
    }
    return Reply::of(200, in.show_run(*run));
}

/// The call of an older route, as the one for the run itself; nothing when the run is of another flow. [doc]
inline std::optional<Call> call_for_run(World const& world, Call const& call, char const* operation) {
    auto const* run = find_document(documents_of(world, "runs"), call.holes[1]);
    if (run == nullptr || text_of(*run, "flow_id") != call.holes[0]) return std::nullopt;
    Call out = call;
    out.operation = operation;
    out.holes = {call.holes[1]};
    return out;
}

inline Reply flow_run_log(World& world, Call& call) {
    auto of_run = call_for_run(world, call, "get_run_logs");
    return of_run ? run_log(world, *of_run) : problem(world, call, 404, "NOT_FOUND", "The flow has no such run");
}

inline Reply resume_flow_run(World& world, Call& call) {
    auto of_run = call_for_run(world, call, "resume_run");
    return of_run ? change_run(world, *of_run) : problem(world, call, 404, "NOT_FOUND", "The flow has no such run");
}

/// A list after it was set, and after parts were added and removed.
inline json::array changed_list(json::value const& before, json::object const& body, char const* name) {
    json::array out;
    auto const part = [&](char const* operation) {
        auto const* found = member(body, operation);
        auto const* list = found != nullptr ? member(*found, name) : nullptr;
        return list != nullptr ? list->if_array() : nullptr;
    };
    auto const* start = part("set") != nullptr ? part("set") : before.if_array();
    if (start != nullptr) out = *start;
    if (auto const* more = part("add"))
        for (auto const& one : *more)
            if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
    if (auto const* less = part("remove"))
        for (auto const& one : *less)
            if (auto const at = std::find(out.begin(), out.end(), one); at != out.end()) out.erase(at);
    return out;
}

/// Sets, adds and removes what several runs have in their lists, or cancels them. [doc] the body and the status. [guess]
/// the answer is empty, and one run that the caller may not change keeps all as they are
inline Reply update_runs(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* filters = member(*body, "filters");
    auto const* ids = filters != nullptr ? member(*filters, "run_ids") : nullptr;
    if (ids == nullptr || !ids->is_array())
        return in.error(422, "UNPROCESSABLE_ENTITY", "filters.run_ids: field required");
    std::vector<std::string> wanted;
    for (auto const& id : ids->get_array()) {
        wanted.push_back(id.is_string() ? to_string(id.get_string()) : "");
        call.holes = {wanted.back()};
        if (in.run(true) == nullptr) return in.find("runs") != nullptr ? in.refused : in.forbidden("run", "MANAGE");
    }
    for (auto const& id : wanted) {
        json::object& run = *in.all("runs").find(id);
        for (auto const* name : {"tags", "run_managers", "run_monitors"})
            run[name] = changed_list(run.at(name), *body, name);
        auto const* set = member(*body, "set");
        if (set != nullptr && text_of(*set, "status") == "cancel") cancel_run(world, world.data.flow_runs[id]);
    }
    return Reply::of(202, json::object{});
}

inline std::vector<Route> const& flows_routes() {
    static constexpr char const* s = "flows";
    static std::vector<Route> const all{
        {"POST", "/flows", s, "create_flow", &create_flow},
        {"GET", "/flows", s, "list_flows", &list_flows},
        {"POST", "/flows/validate", s, "validate_flow", &validate_flow},
        {"GET", "/flows/{}", s, "get_flow", &get_flow},
        {"PUT", "/flows/{}", s, "update_flow", &update_flow},
        {"DELETE", "/flows/{}", s, "delete_flow", &delete_flow},
        {"POST", "/flows/{}/run", s, "run_flow", &run_flow},
        {"POST", "/flows/{}/validate_run", s, "validate_run", &run_flow},
        {"GET", "/runs", s, "list_runs", &list_runs},
        {"GET", "/runs/{}", s, "get_run", &get_run},
        {"PUT", "/runs/{}", s, "update_run", &change_run},
        {"GET", "/runs/{}/log", s, "get_run_logs", &run_log},
        {"GET", "/runs/{}/definition", s, "get_run_definition", &run_definition},
        {"POST", "/runs/{}/cancel", s, "cancel_run", &change_run},
        {"POST", "/runs/{}/release", s, "delete_run", &change_run},
        {"POST", "/runs/{}/resume", s, "resume_run", &change_run},
        {"GET", "/flows/{}/runs", s, "list_flow_runs", &list_runs},
        {"GET", "/flows/{}/runs/{}/log", s, "get_flow_run_logs", &flow_run_log},
        {"POST", "/flows/{}/{}/resume", s, "resume_flow_run", &resume_flow_run},
        {"POST", "/batch/runs", s, "update_runs", &update_runs},
        {"GET", "/registered_apis", s, "list_registered_apis", &list_registered_apis},
        {"POST", "/registered_apis", s, "create_registered_api", &create_registered_api},
        {"GET", "/registered_apis/{}", s, "get_registered_api", &get_registered_api},
        {"PATCH", "/registered_apis/{}", s, "update_registered_api", &change_registered_api},
        {"DELETE", "/registered_apis/{}", s, "delete_registered_api", &change_registered_api},
        {"GET", "/web_inputs", s, "list_web_inputs", &list_web_inputs},
        {"GET", "/web_inputs/{}", s, "get_web_input", &web_input},
        {"POST", "/web_inputs/{}/respond", s, "respond_to_web_input", &web_input},
        {"GET", "/weboption/option/{}", s, "web_option", &web_option},
        {"GET", "/weboption/landing_page/{}", s, "web_landing_page", &web_landing_page},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_IPP

#include <tuple>

namespace globus::sandbox::detail {

/// [recorded] the shape of what is wrong with a timer: what, and where
inline Reply wrong_timer(std::vector<std::pair<json::array, std::string>> const& faults, char const* type) {
    json::array detail;
    for (auto const& [where, what] : faults)
        detail.push_back(json::object{{"loc", where}, {"msg", what}, {"type", type}});
    return Reply::of(422, json::object{{"detail", std::move(detail)}});
}

/// A timer as its owner sees it: what is kept of it, and where it stands. [recorded] the members of both versions
inline json::object show_timer(World const& world, TimerState const& timer, json::object const& document) {
    json::object out = document;
    auto const time = [](std::optional<Millis> at) { return at ? json::value(iso_time(*at)) : json::value(nullptr); };
    std::optional<Millis> const next = timer.paused ? std::nullopt : timer.next;
    out["next_run"] = time(next);
    out["last_ran_at"] = time(timer.last);
    out["n_runs"] = timer.runs;
    out["n_errors"] = timer.errors;
    out["number_of_runs"] = timer.runs;
    out["number_of_errors"] = timer.errors;
    json::array results;
    for (auto const& one : timer.results) results.push_back(one);
    out["results"] = json::object{{"data", std::move(results)}, {"page_next", nullptr}};
    out["start"] = iso_time(timer.start);
    out["interval"] =
        timer.interval > 0 ? json::value(static_cast<double>(timer.interval) / 1000) : json::value(nullptr);
    out["stop_after"] = nullptr;
    if (timer.most || timer.end)
        out["stop_after"] = json::object{{"n_runs", timer.most ? json::value(*timer.most) : json::value(nullptr)},
                                         {"date", time(timer.end)}};
    char const* status = timer.runs == 0 && timer.second_version ? "new" : "loaded";
    if (timer.paused) status = "inactive";
    if (!timer.next) status = "completed";  // [guess] the word
    out["status"] = status;
    if (timer.next && !timer.paused)
        out["activity"] = json::object{{"code", "awaiting_next_run"}, {"start_timestamp", nullptr}};
    (void)world;
    return out;
}

/// A call to Timers, and the caller's timer that the route names.
struct TimersCall : PlainCall {
    TimersCall(World& in, Call& of) : PlainCall(in, of) {
        if (token != nullptr)
            (void)has_one_of({"https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer"});
    }
    /// [doc] a timer is its owner's alone
    TimerState* timer() {
        auto const found = world.data.timers.find(call.holes[0]);
        if (found != world.data.timers.end() && found->second.owner == token->identity) return &found->second;
        refused = error(404, "NOT_FOUND", "No timer with this id");
        return nullptr;
    }
};

// Schedules -----------------------------------------------------------------------------------------------------------

/// Reads a time, or what is wrong with it.
inline std::optional<Millis> timer_time(json::value const* value, Millis otherwise, bool& good) {
    if (value == nullptr || value->is_null()) return otherwise;
    auto const time = value->is_string() ? parse_time(to_string(value->get_string())) : std::nullopt;
    good = good && time.has_value();
    return time;
}

/// The schedule of the second version. [doc] once at a time, or every so many seconds until an end
inline std::optional<Reply> read_schedule(World const& world, json::object& given, TimerState& timer) {
    auto* const schedule = given.if_contains("schedule");
    std::string const type = schedule != nullptr ? text_of(*schedule, "type") : "";
    json::array const place{"body", "timer", "schedule"};
    if (type != "once" && type != "recurring")
        return wrong_timer({{place, "type must be once or recurring"}}, "value_error");
    auto& object = schedule->get_object();
    Millis const now = world.now_locked();
    bool good = true;
    char const* const name = type == "once" ? "datetime" : "start";
    timer.start = timer_time(object.if_contains(name), now, good).value_or(now);
    object[name] = iso_time(timer.start);  // [recorded] what was left out is filled in
    if (type == "once") {
        timer.most = 1;
    } else {
        double const seconds = number_of(object, "interval_seconds", 0);
        if (seconds < 60)  // [doc] a minute at least
            return wrong_timer({{place, "interval_seconds must be at least 60"}}, "value_error");
        timer.interval = static_cast<Millis>(seconds * 1000);
        if (auto const* end = object.if_contains("end"); end != nullptr && end->is_object()) {
            for (auto const* count : {"iterations", "count"})
                if (member(*end, count) != nullptr) timer.most = static_cast<std::int64_t>(number_of(*end, count, 0));
            if (auto const* date = member(*end, "datetime")) timer.end = timer_time(date, now, good);
        }
    }
    if (!good) return wrong_timer({{place, "A time is malformed"}}, "value_error");
    return std::nullopt;
}

/// What the timers of the first version say: start, interval, stop_after, stop_after_n.
inline std::optional<Reply> read_job(World const& world, json::object const& body, TimerState& timer) {
    std::vector<std::pair<json::array, std::string>> missing;
    for (auto const* needed : {"start", "callback_url"})
        if (!body.contains(needed)) missing.emplace_back(json::array{"body", needed}, "field required");
    if (!missing.empty()) return wrong_timer(missing, "value_error.missing");
    bool good = true;
    Millis const now = world.now_locked();
    timer.start = timer_time(body.if_contains("start"), now, good).value_or(now);
    timer.interval = static_cast<Millis>(number_of(body, "interval", 0) * 1000);
    if (auto const most = number_of(body, "stop_after_n", 0); most > 0) timer.most = static_cast<std::int64_t>(most);
    if (auto const* stop = body.if_contains("stop_after"); stop != nullptr && !stop->is_null()) {
        if (auto const most = number_of(*stop, "n_runs", 0); most > 0) timer.most = static_cast<std::int64_t>(most);
        auto const* date = stop->is_string() ? stop : member(*stop, "date");
        if (date != nullptr && !date->is_null()) timer.end = timer_time(date, now, good);
    }
    if (timer.interval == 0) timer.most = 1;
    if (!good) return wrong_timer({{json::array{"body", "start"}, "A time is malformed"}}, "value_error");
    return std::nullopt;
}

/// The document of a timer of the second version: for a transfer or for a flow.
inline std::optional<Reply> complete_timer(World const& world, json::object& timer) {
    std::string const type = text_of(timer, "timer_type");
    if (type == "transfer") {
        timer["callback_url"] = "https://transfer.actions.globus.org/transfer/run";
        timer["callback_body"] =
            json::object{{"body", timer.contains("body") ? timer["body"] : json::value(json::object{})}};
        timer["scope"] = nullptr;
        return std::nullopt;
    }
    std::string const flow = text_of(timer, "flow_id");
    if (type != "flow" || flow.empty())
        return wrong_timer({{json::array{"body", "timer", "timer_type"}, "timer_type must be transfer or flow"}},
                           "value_error");
    std::string name = flow;
    std::replace(name.begin(), name.end(), '-', '_');
    timer["callback_url"] = "https://flows.automate.globus.org/flows/" + flow + "/run";
    timer["callback_body"] = timer.contains("body") ? timer["body"] : json::value(json::object{});
    timer["scope"] = "https://auth.globus.org/scopes/" + flow + "/flow_" + name + "_user";
    (void)world;
    return std::nullopt;
}

inline Reply create_timer(World& world, Call& call) {
    TimersCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    TimerState timer;
    timer.second_version = call.operation == "create_timer";
    json::object document = *body;
    if (timer.second_version) {
        auto const* given = body->if_contains("timer");
        if (given == nullptr || !given->is_object())
            return wrong_timer({{json::array{"body", "timer"}, "field required"}}, "missing");
        document = given->get_object();
        if (auto wrong = read_schedule(world, document, timer)) return *wrong;
        if (auto wrong = complete_timer(world, document)) return *wrong;
    } else if (auto wrong = read_job(world, *body, timer)) {
        return *wrong;
    }
    std::string const id = world.random.uuid();
    timer.owner = in.token->identity;
    timer.client = in.token->client_id;
    timer.next = timer.start;
    merge(document, {{"job_id", id}, {"inactive_reason", nullptr}, {"submitted_at", in.now()}});
    if (!document.contains("name")) document["name"] = nullptr;
    auto const& kept = in.add("timers", id, std::move(document));
    json::object const shown = show_timer(world, world.data.timers[id] = timer, kept);
    world.wake.notify_all();
    return Reply::of(201, timer.second_version ? json::object{{"timer", shown}} : shown);
}

inline Reply list_timers(World& world, Call& call) {
    TimersCall in(world, call);
    if (!in) return in.refused;
    json::array out;
    for (auto const& [id, document] : in.all("timers"))
        if (auto const& timer = world.data.timers[id]; timer.owner == in.token->identity)
            out.push_back(show_timer(world, timer, document));
    return Reply::of(200, json::object{{"jobs", std::move(out)}});
}

inline Reply get_timer(World& world, Call& call) {
    TimersCall in(world, call);
    if (!in) return in.refused;
    auto const* timer = in.timer();
    return timer != nullptr ? Reply::of(200, show_timer(world, *timer, *in.find("timers"))) : in.refused;
}

inline Reply change_timer(World& world, Call& call) {
    TimersCall in(world, call);
    if (!in) return in.refused;
    auto* const timer = in.timer();
    if (timer == nullptr) return in.refused;
    json::object& document = *in.find("timers");
    if (call.operation == "delete_job") {
        Reply const reply = Reply::of(200, show_timer(world, *timer, document));
        in.remove("timers");
        world.data.timers.erase(call.holes[0]);
        return reply;
    }
    if (call.operation == "pause_job" || call.operation == "resume_job") {
        bool const pause = call.operation == "pause_job";
        timer->paused = pause;
        // [guess] what was missed meanwhile is not made up for
        while (!pause && timer->next && timer->interval > 0 && *timer->next < world.now_locked())
            *timer->next += timer->interval;
        document["inactive_reason"] =
            pause ? json::value(json::object{{"cause", "user"}, {"detail", nullptr}}) : json::value(nullptr);
        world.wake.notify_all();
        return Reply::of(200, json::object{{"message", std::string("Successfully ") + (pause ? "paused" : "resumed") +
                                                           " job " + call.holes[0] + "."}});
    }
    auto const body = in.body();
    if (!body) return in.refused;
    merge(document, *body);
    document["job_id"] = call.holes[0];
    return Reply::of(200, show_timer(world, *timer, document));
}

// Running -------------------------------------------------------------------------------------------------------------

/// Starts the flow of a timer; its answer and its status.
inline std::pair<int, json::value> start_flow_for(World& world, TimerState const& timer, std::string const& flow,
                                                  json::value const& body) {
    Call call;
    call.service = "flows";
    call.operation = "run_flow";
    call.path = "/flows/" + flow + "/run";
    call.holes = {flow};
    call.body = json::serialize(body);
    Reply const reply = call_for(world, {timer.owner, timer.client}, "https://auth.globus.org/scopes/" + flow + "/user",
                                 &run_flow, call);
    boost::system::error_code failed;
    return {reply.status, json::parse(reply.body, failed)};
}

/// One run of a timer. Nothing leaves the sandbox: a callback that is no transfer and no flow of it is an error.
inline void run_timer(World& world, std::string const& id, TimerState& timer) {
    Millis const at = *timer.next;
    json::object const& document = *find_document(world.data.documents["timers"], id);
    std::string const url = text_of(document, "callback_url");
    json::value const body =
        document.contains("callback_body") ? document.at("callback_body") : json::value(json::object{});
    int status = 0;
    json::value answer;
    auto const flow = url.find("/flows/");
    if (url.find("transfer") != std::string::npos) {
        auto const* inner = member(body, "body");
        auto made =
            submit_for(world, {timer.owner, timer.client}, transfer_of_action(inner != nullptr ? *inner : body));
        status = made.status;
        answer = std::move(made.answer);
    } else if (flow != std::string::npos) {
        std::string const rest = url.substr(flow + 7);
        std::tie(status, answer) = start_flow_for(world, timer, rest.substr(0, rest.find('/')), body);
    } else {
        status = 404;
        answer = json::object{{"error", "The sandbox calls nobody outside of it"}};
    }
    ++timer.runs;
    if (status >= 400) ++timer.errors;
    timer.last = at;
    timer.results.push_back(json::object{{"data", status < 400 ? answer : json::value(nullptr)},
                                         {"errors", status < 400 ? json::value(nullptr) : answer},
                                         {"status", status},
                                         {"ran_at", iso_time(at)}});
    if (timer.results.size() > 50) timer.results.erase(timer.results.begin());
    *timer.next += timer.interval;
    if (timer.interval <= 0 || (timer.most && timer.runs >= *timer.most) || (timer.end && *timer.next > *timer.end))
        timer.next.reset();
}

// The clock -----------------------------------------------------------------------------------------------------------

/// When the next thing happens that is no step of a task: a timer runs, or a run of a flow goes on.
inline std::optional<Millis> next_event(World const& world) {
    std::optional<Millis> out;
    auto const consider = [&](std::optional<Millis> at) {
        if (at && (!out || *at < *out)) out = at;
    };
    for (auto const& [id, timer] : world.data.timers)
        if (!timer.paused) consider(timer.next);
    for (auto const& [id, run] : world.data.flow_runs) consider(next_step(world, run));
    return out;
}

/// Does what next_event says.
inline void run_event(World& world) {
    auto const due = next_event(world);
    for (auto const& [id, timer] : world.data.timers.all())
        if (!timer.paused && timer.next == due) return run_timer(world, id, world.data.timers.at(id));
    for (auto const& [id, run] : world.data.flow_runs.all())
        if (next_step(world, run) == due) return step_run(world, world.data.flow_runs.at(id));
}

inline std::vector<Route> const& timers_routes() {
    static constexpr char const* s = "timers";
    static std::vector<Route> const all{
        {"POST", "/v2/timer", s, "create_timer", &create_timer},
        {"POST", "/jobs/", s, "create_job", &create_timer},
        {"POST", "/jobs", s, "create_job", &create_timer},
        {"GET", "/jobs/", s, "list_jobs", &list_timers},
        {"GET", "/jobs", s, "list_jobs", &list_timers},
        {"GET", "/jobs/{}", s, "get_job", &get_timer},
        {"PATCH", "/jobs/{}", s, "update_job", &change_timer},
        {"DELETE", "/jobs/{}", s, "delete_job", &change_timer},
        {"POST", "/jobs/{}/pause", s, "pause_job", &change_timer},
        {"POST", "/jobs/{}/resume", s, "resume_job", &change_timer},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TIMERS_IPP
// A session is written to its database, and goes on with what that has.
#ifndef GLOBUS_SANDBOX_IMPL_STATE_KEEP_IPP
#define GLOBUS_SANDBOX_IMPL_STATE_KEEP_IPP

// The database of Options::state: rows of JSON, each a record.
#ifndef GLOBUS_SANDBOX_IMPL_STATE_STORE_IPP
#define GLOBUS_SANDBOX_IMPL_STATE_STORE_IPP

// Records as JSON, by the lists of their members.
#ifndef GLOBUS_SANDBOX_IMPL_STATE_CODEC_IPP
#define GLOBUS_SANDBOX_IMPL_STATE_CODEC_IPP

#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus::sandbox::detail {

template <class T>
json::value saved(T const& value);
template <class T>
void read_saved(json::value const& from, T& into);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_common = false;
template <class T>
inline constexpr bool is_common<Common<T>> = true;
template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;

/// What a record is in the database: a described struct is an object, what has several values is a list.
template <class T>
json::value saved(T const& value) {
    if constexpr (Described<T>) {
        json::object out;
        T::members::for_each(value, [&](auto member, auto const& part) { out[member.key] = saved(part); });
        return out;
    } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
        return json::string(value.string());
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<std::int64_t>(value);
    } else if constexpr (is_common<T>) {
        return saved(value.get());
    } else if constexpr (is_optional<T>) {
        return value ? saved(*value) : json::value(nullptr);
    } else if constexpr (is_pair<T>) {
        return json::array{saved(value.first), saved(value.second)};
    } else if constexpr (std::is_constructible_v<json::value, T const&>) {
        return json::value(value);
    } else {
        json::array out;
        for (auto const& one : value) out.push_back(saved(one));
        return out;
    }
}

/// The reverse. What an object does not have stays as it is. @throws std::exception for what was never written
template <class T>
void read_saved(json::value const& from, T& into) {
    if constexpr (Described<T>) {
        auto const& object = from.as_object();
        T::members::for_each(into, [&](auto member, auto& part) {
            if (auto const* found = object.if_contains(member.key)) read_saved(*found, part);
        });
    } else if constexpr (std::is_same_v<T, json::value>) {
        into = from;
    } else if constexpr (std::is_same_v<T, json::object>) {
        into = from.as_object();
    } else if constexpr (std::is_same_v<T, std::string>) {
        into = to_string(from.as_string());
    } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
        into = to_string(from.as_string());
    } else if constexpr (std::is_same_v<T, bool>) {
        into = from.as_bool();
    } else if constexpr (std::is_enum_v<T>) {
        into = static_cast<T>(from.to_number<std::int64_t>());
    } else if constexpr (std::is_arithmetic_v<T>) {
        into = from.to_number<T>();
    } else if constexpr (is_common<T>) {
        std::remove_cvref_t<decltype(into.get())> value;
        read_saved(from, value);
        into = std::move(value);
    } else if constexpr (is_optional<T>) {
        if (from.is_null())
            into.reset();
        else
            read_saved(from, into.emplace());
    } else if constexpr (is_pair<T>) {
        read_saved(from.as_array().at(0), into.first);
        read_saved(from.as_array().at(1), into.second);
    } else if constexpr (is_array<T>) {
        for (std::size_t i = 0; i < into.size(); ++i) read_saved(from.as_array().at(i), into[i]);
    } else {
        into.clear();
        for (auto const& one : from.as_array()) {
            typename T::value_type part{};
            read_saved(one, part);
            into.insert(into.end(), std::move(part));
        }
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_STATE_CODEC_IPP

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

namespace globus::sandbox::detail {

/// Where a row belongs: what there is now, what the session began with, or a snapshot.
enum class Part { now, seed, snapshot };

/**
 * The file `sandbox.db` of a directory, which no other sandbox uses meanwhile. Its only table has a row for each record:
 * its part, the name of the table or member of Data, the record's own name, a position for what is in a list, and the
 * record as JSON.
 *
 * What was committed outlives the process, whatever ends it: SQLite's log is in the system's hands by then. It is not
 * forced to the disk at each commit, so what a machine loses that loses its power are the last changes, never more.
 */
class Store {
public:
    /// @throws StateError
    explicit Store(fs::path const& directory) : file_(make_directory(directory) / "sandbox.db") {
        bool const found = fs::exists(file_);
        make_file();
        open();
        int const application = number("PRAGMA application_id");
        if (application != ours && (application != 0 || number("SELECT count(*) FROM sqlite_master") != 0))
            refuse("is not the state of a sandbox; name another directory, or move the file away");
        if (int const format = number("PRAGMA user_version"); format > newest)
            refuse("was written by a newer globus-sandbox: its format is " + std::to_string(format) +
                   ", this one knows " + std::to_string(newest));
        // With this lock, the log needs no memory that processes share.
        run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
        run("CREATE TABLE IF NOT EXISTS records (part INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, "
            "position INTEGER NOT NULL, value TEXT NOT NULL, UNIQUE (part, name, id, position))");
        run(("PRAGMA application_id=" + std::to_string(ours) + "; PRAGMA user_version=" + std::to_string(newest))
                .c_str());
        put_ = prepare(
            "INSERT INTO records VALUES (0, ?1, ?2, ?3, ?4) ON CONFLICT (part, name, id, position) DO UPDATE SET "
            "value = excluded.value WHERE value <> excluded.value");
        cut_ = prepare("DELETE FROM records WHERE part = 0 AND name = ?1 AND id = ?2");
        cut_one_ = prepare("DELETE FROM records WHERE part = 0 AND name = ?1 AND id = ?2 AND position = ?3");
        is_new_ = !found || number("SELECT count(*) FROM records") == 0;
    }
    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;

    [[nodiscard]] bool is_new() const { return is_new_; }

    /// Writes all that `changes` puts and cuts, or nothing.
    template <class F>
    void commit(F const& changes) {
        run("BEGIN IMMEDIATE");
        try {
            changes();
            run("COMMIT");
        } catch (...) {
            sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
            written_.clear();
            throw;
        }
    }

    /// Within commit(): a record of what there is now. A row that says so already is not written.
    void put(std::string_view name, std::string const& id, std::size_t position, std::string const& value) {
        step(put_, name, id, position, &value);
    }
    /// The same for one of the few that are put each time.
    void put_often(std::string_view name, std::string value) {
        auto& before = written_[std::string(name)];
        if (before == value) return;
        put(name, "", 0, value);
        before = std::move(value);
    }
    /// Within commit(): removes a record, or the whole of a list.
    void cut(std::string_view name, std::string const& id) { step(cut_, name, id, 0, nullptr); }
    /// Within commit(): removes one record of a list.
    void cut_one(std::string_view name, std::string const& id, std::size_t position) {
        step(cut_one_, name, id, position, nullptr);
    }

    /// Within commit(): makes a part of what there is now, or the reverse.
    void copy(Part from, Part to) {
        std::string const target = std::to_string(static_cast<int>(to));
        run(("DELETE FROM records WHERE part = " + target + "; INSERT INTO records SELECT " + target +
             ", name, id, position, value FROM records WHERE part = " + std::to_string(static_cast<int>(from)) +
             " ORDER BY rowid")
                .c_str());
    }

    /// Calls `each(name, id, position, value)` for the records of a part, in the order in which they came to be.
    template <class F>
    void read(Part part, F const& each) {
        Statement const rows = prepare("SELECT name, id, value, position FROM records WHERE part = ?1 ORDER BY rowid");
        sqlite3_bind_int(rows.get(), 1, static_cast<int>(part));
        while (int const code = sqlite3_step(rows.get())) {
            if (code == SQLITE_DONE) return;
            if (code != SQLITE_ROW) fail(code);
            try {
                auto const position = static_cast<std::size_t>(sqlite3_column_int64(rows.get(), 3));
                each(column(rows, 0), column(rows, 1), position, json::parse(column(rows, 2)));
            } catch (std::exception const& wrong) {
                refuse(std::string("is damaged: ") + wrong.what());
            }
        }
    }

private:
    static constexpr int ours = 0x47534258;  // "GSBX"
    static constexpr int newest = 1;         // the format of the rows

    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Close>;

    [[noreturn]] void refuse(std::string const& why) const {
        throw StateError("sandbox: " + file_.string() + " " + why);
    }
    [[noreturn]] void fail(int code) const {
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) refuse("is used by another sandbox");
        if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
            refuse("is not the state of a sandbox; name another directory, or move the file away");
        refuse(std::string("cannot be used: ") + (database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code)));
    }

    static fs::path make_directory(fs::path const& directory) {
        std::error_code error;
        if (!fs::exists(directory, error) && fs::create_directories(directory, error))
            fs::permissions(directory, fs::perms::owner_all, error);
        if (error || !fs::is_directory(directory, error))
            throw StateError("sandbox: " + directory.string() + " cannot be the directory of the state: " +
                             (error ? error.message() : "it is no directory"));
        return fs::absolute(directory);
    }
    /// SQLite would make it readable for everybody.
    void make_file() const {
        int const made = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (made < 0) refuse("cannot be written: " + std::generic_category().message(errno));
        ::close(made);
    }
    void open() {
        sqlite3* opened = nullptr;
        int const code = sqlite3_open_v2(file_.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
        database_.reset(opened);
        if (code != SQLITE_OK) fail(code);
        // A file from elsewhere may hold views and triggers, whose functions are not trusted.
        sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    }
    void run(char const* sql) const {
        if (int const code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
            fail(code);
    }
    Statement prepare(char const* sql) const {
        sqlite3_stmt* made = nullptr;
        if (int const code = sqlite3_prepare_v2(database_.get(), sql, -1, &made, nullptr); code != SQLITE_OK)
            fail(code);
        return Statement(made);
    }
    int number(char const* sql) const {
        Statement const row = prepare(sql);
        if (int const code = sqlite3_step(row.get()); code != SQLITE_ROW) fail(code);
        return sqlite3_column_int(row.get(), 0);
    }
    void step(Statement const& statement, std::string_view name, std::string const& id, std::size_t position,
              std::string const* value) const {
        auto const bind = [&](int index, std::string_view text) {
            sqlite3_bind_text64(statement.get(), index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
        };
        bind(1, name);
        bind(2, id);
        sqlite3_bind_int64(statement.get(), 3, static_cast<sqlite3_int64>(position));
        if (value != nullptr) bind(4, *value);
        int const code = sqlite3_step(statement.get());
        sqlite3_reset(statement.get());
        if (code != SQLITE_DONE) fail(code);
    }
    static std::string column(Statement const& row, int index) {
        auto const* bytes = static_cast<char const*>(sqlite3_column_blob(row.get(), index));
        return bytes == nullptr ? std::string()
                                : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row.get(), index)));
    }

    fs::path const file_;
    std::unique_ptr<sqlite3, Close> database_;
    Statement put_;
    Statement cut_;
    Statement cut_one_;
    std::map<std::string, std::string> written_;  ///< what put_often() put
    bool is_new_ = true;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_STATE_STORE_IPP

namespace globus::sandbox::detail {

/// A key that signs id tokens, or did.
struct KeptKey {
    std::string kid;
    std::string pem;
    GLOBUS_MEMBERS(KeptKey, kid, pem);
};

/// What a session is besides its Data.
struct KeptSession {
    std::uint64_t seed = 1;
    std::uint64_t starts = 1;
    bool configured = false;
    std::string secret;
    std::string gcs_id;
    std::filesystem::path root;
    bool has_samples = false;
    bool manual_clock = false;
    Millis started_at = 0;
    Millis clock_offset = 0;
    std::vector<User> users;
    std::vector<App> apps;
    std::vector<Collection> collections;
    std::vector<KeptKey> keys;
    GLOBUS_MEMBERS(KeptSession, seed, starts, configured, secret, gcs_id, root, has_samples, manual_clock, started_at,
                   clock_offset, users, apps, collections, keys);
};

inline KeptSession kept_session(World const& world) {
    KeptSession out{world.options.seed,
                    world.starts,
                    world.configured,
                    world.secret,
                    world.gcs_id,
                    world.options.root,
                    world.has_samples,
                    world.options.clock == ClockMode::manual,
                    world.started_at,
                    world.clock_offset,
                    world.options.users,
                    world.options.apps,
                    world.options.collections,
                    {}};
    for (auto const& key : world.keys) out.keys.push_back({key.kid, key.pem});
    return out;
}

/// The tasks are in the order of their rows.
inline constexpr std::string_view order_of_rows = "task_order";

/// Writes what changed of a member of Data.
struct SaveMember {
    Store& store;

    template <class Record>
    void operator()(std::string_view name, Table<Record> const& table) const {
        for (auto const& id : table.touched()) {
            if (auto const found = table.find(id); found != table.end())
                store.put(name, id, 0, json::serialize(saved(found->second)));
            else
                store.cut(name, id);
        }
    }
    void operator()(std::string_view name, Table<Documents> const& table) const {
        for (auto const& kind : table.touched()) {
            auto const found = table.find(kind);
            if (found == table.end())
                store.cut(name, kind);
            else
                found->second.changes([&] { store.cut(name, kind); },
                                      [&](std::size_t position) { store.cut_one(name, kind, position); },
                                      [&](std::size_t position, Documents::Document const& document) {
                                          store.put(name, kind, position, json::serialize(saved(document)));
                                      });
        }
    }
    template <class T>
    void operator()(std::string_view name, T const& value) const {
        if (name != order_of_rows) store.put_often(name, json::serialize(saved(value)));
    }
};

/// Takes a row to a member of Data.
struct LoadMember {
    std::string const& id;
    std::size_t position;
    json::value const& row;

    template <class Record>
    void operator()(Table<Record>& table) const {
        read_saved(row, table[id]);
    }
    void operator()(Table<Documents>& table) const {
        std::pair<std::string, json::object> document;
        read_saved(row, document);
        table[id].restore(position, document.first, std::move(document.second));
    }
    template <class T>
    void operator()(T& value) const {
        read_saved(row, value);
    }
};

/// Reads a part to where nothing is yet; `otherwise` takes the rows that are none of Data.
template <class F>
void load_data(Store& store, Part part, Data& out, F const& otherwise) {
    store.read(part, [&](std::string const& name, std::string const& id, std::size_t position, json::value const& row) {
        bool known = false;
        Data::members::for_each(out, [&](auto member, auto& value) {
            if (member.key != name) return;
            LoadMember{id, position, row}(value);
            known = true;
        });
        if (name == "tasks") out.task_order.push_back(id);
        if (!known) otherwise(name, row);
    });
}

template <class F>
void for_each_table(Data& data, F const& f) {
    Data::members::for_each(data, [&](auto, auto& value) {
        if constexpr (requires { value.touched(); }) f(value);
    });
}

inline void World::save_locked() {
    if (!store) return;
    try {
        store->commit([&] {
            Data::members::for_each(std::as_const(data),
                                    [&](auto member, auto const& value) { SaveMember{*store}(member.key, value); });
            store->put_often("session", json::serialize(saved(kept_session(*this))));
        });
        for_each_table(data, [](auto& table) { table.forget(); });
        unsaved.clear();
    } catch (std::exception const& error) {
        unsaved = error.what();
    }
}

/// Makes what there is now a snapshot, or what reset() goes back to.
inline void keep_copy(World& world, Part as) {
    world.save_locked();
    if (!world.store) return;
    if (!world.unsaved.empty()) throw StateError(world.unsaved);
    world.store->commit([&] { world.store->copy(Part::now, as); });
}

/// Adds what the options name and the state does not have.
template <class List, class Same>
void add_missing(List& kept, List const& named, Same const& same) {
    for (auto const& one : named)
        if (std::none_of(kept.begin(), kept.end(), [&](auto const& other) { return same(one, other); }))
            kept.push_back(one);
}

/// Collections are made at the first start: those that are named later have to be among them.
inline void check_collections(Options const& named, KeptSession const& kept) {
    if (!named.root.empty() && named.root != kept.root)
        throw StateError("sandbox: the collections of " + named.state.string() + " are in " + kept.root.string() +
                         ", not in " + named.root.string() + "; another directory needs a state of its own");
    for (auto const& one : named.collections) {
        auto const same = [&](Collection const& other) {
            return one.id.empty() ? kept.root / one.directory == other.directory : one.id == other.id;
        };
        if (std::none_of(kept.collections.begin(), kept.collections.end(), same))
            throw StateError("sandbox: " + named.state.string() + " has no collection \"" +
                             (one.id.empty() ? one.directory.string() : one.id) +
                             "\"; one that is new needs a state of its own, or an API call");
    }
}

inline void World::take_up() {
    KeptSession kept;
    load_data(*store, Part::now, data, [&](std::string const&, json::value const& row) { read_saved(row, kept); });
    auto const nothing = [](std::string const&, json::value const&) {};
    seeded = std::make_unique<Data>();
    load_data(*store, Part::seed, *seeded, nothing);
    snapshot = std::make_unique<Data>();
    load_data(*store, Part::snapshot, *snapshot, nothing);
    if (snapshot->endpoints.empty()) snapshot.reset();
    options.seed = kept.seed;
    starts = kept.starts + 1;
    configured = kept.configured;
    random = Random(options.seed + starts * 0x9e3779b97f4a7c15ULL);  // no identifier comes again
    secret = kept.secret;
    gcs_id = kept.gcs_id;
    has_samples = kept.has_samples;
    clock_offset = kept.clock_offset;
    if (kept.manual_clock && options.clock == ClockMode::manual) started_at = kept.started_at;
    for (auto const& key : kept.keys) {
        std::unique_ptr<BIO, decltype(&BIO_free)> const text(BIO_new_mem_buf(key.pem.data(), -1), &BIO_free);
        keys.push_back(
            {key.kid, {PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free}, key.pem});
    }
    add_missing(kept.users, options.users, [](User const& a, User const& b) { return a.username == b.username; });
    add_missing(kept.apps, options.apps, [](App const& a, App const& b) {
        return a.id.empty() ? a.secret == b.secret && a.name == b.name : a.id == b.id;
    });
    options.users = std::move(kept.users);
    options.apps = std::move(kept.apps);
    check_collections(options, kept);
    options.root = kept.root;
    options.collections = std::move(kept.collections);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_STATE_KEEP_IPP

namespace globus::sandbox::detail {

/// For scripts that wait until the sandbox is there.
inline Reply health(World& world, Call&) {
    return Reply::of(200, json::object{{"status", "ok"},
                                       {"service", "globus-sandbox"},
                                       {"session", world.id},
                                       {"time", iso_time(world.now_locked())}});
}

/// What a person sees who opens the address in a browser.
inline Reply front_page(World& world, Call&) {
    Reply reply = page(200, "A local Globus",
                       "This is a sandbox for tests, not the Globus service. Its tokens are worth nothing elsewhere.");
    std::string body = "<p>Log in as:</p><ul id=\"users\">";
    for (auto const& user : world.options.users) body += "<li>" + html_text(user.username) + "</li>";
    body += "</ul><p>Collections:</p><table id=\"collections\">";
    for (auto const& id : world.data.endpoint_order)
        body += "<tr><td>" + html_text(id) + "</td><td>" +
                html_text(text_of(world.data.endpoints.peek(id).document, "display_name")) + "</td></tr>";
    body +=
        "</table><p>Programs find it by the variables GLOBUS_SDK_SERVICE_URL_*, which "
        "<code>globus-sandbox --print-env</code> prints. What happens here is shown on the admin page, whose address "
        "is printed as GLOBUS_SANDBOX_ADMIN_PAGE.</p>";
    reply.body.insert(reply.body.find("</body>"), body);
    return reply;
}

inline std::vector<Route> const& own_routes() {
    static std::vector<Route> const all{{"GET", "/health", "sandbox", "health", &health},
                                        {"GET", "/", "sandbox", "front_page", &front_page}};
    return all;
}

/// The routes of all services but the data of collections, which take any path.
inline std::vector<std::vector<Route> const*> route_tables() {
    return {&auth_routes(),   &transfer_routes(), &groups_routes(), &search_routes(), &flows_routes(),
            &timers_routes(), &compute_routes(),  &gcs_routes(),    &own_routes()};
}

struct CompiledRoute {
    Route const* route;
    std::vector<std::string> parts;
};

/// All routes, by method and number of segments.
inline std::map<std::pair<std::string, std::size_t>, std::vector<CompiledRoute>> const& routes() {
    static auto const all = [] {
        std::map<std::pair<std::string, std::size_t>, std::vector<CompiledRoute>> out;
        for (auto const* table : route_tables())
            for (auto const& route : *table) {
                auto parts = split(std::string_view(route.pattern).substr(1), '/');
                auto const key = std::pair(std::string(route.method), parts.size());
                // The words before the holes: /flows/validate comes before /flows/{}.
                auto& rows = out[key];
                bool const literal = std::string_view(route.pattern).find('{') == std::string_view::npos;
                rows.insert(literal ? rows.begin() : rows.end(), CompiledRoute{&route, std::move(parts)});
            }
        return out;
    }();
    return all;
}

/// The methods that a path has, for who came with another one.
inline std::string methods_of(Call const& call) {
    std::set<std::string> found;
    for (auto const& [key, rows] : routes()) {
        if (key.second != call.segments.size()) continue;
        for (auto const& row : rows) {
            bool fits = true;
            for (std::size_t i = 0; fits && i < row.parts.size(); ++i)
                fits = row.parts[i] == "{}" ? !call.segments[i].empty() : row.parts[i] == call.segments[i];
            if (fits) found.insert(key.first);
        }
    }
    std::string out;
    for (auto const& method : found) out += (out.empty() ? "" : ", ") + method;
    return out;
}

inline bool operation_exists(std::string_view name) {
    static std::set<std::string, std::less<>> const all = [] {
        std::set<std::string, std::less<>> out{"unknown", "unknown.unknown"};
        auto tables = route_tables();
        tables.push_back(&data_routes());
        for (auto const* table : tables)
            for (auto const& route : *table) {
                out.insert(route.operation);
                out.insert(std::string(route.service) + "." + route.operation);
            }
        for (std::string const grant : {"oauth2_refresh_token", "oauth2_client_credentials_tokens",
                                        "oauth2_exchange_code_for_tokens", "oauth2_get_dependent_tokens"}) {
            out.insert(grant);
            out.insert("auth." + grant);
        }
        return out;
    }();
    return all.contains(name);
}

/// Whether a request can change anything at all.
inline bool only_reads(Call const& call) {
    // A login leaves a code behind although it is a GET; these POSTs leave nothing.
    static std::set<std::string, std::less<>> const reading{
        "post_search",           "scroll", "get_task_batch", "validate_flow", "validate_run", "oauth2_token_introspect",
        "oauth2_validate_token",
    };
    if (call.operation == "get_identities") return lower(call.argument("provision")) != "true";
    if (call.method == "GET" || call.method == "HEAD")
        return call.operation != "oauth2_authorize" && call.operation != "web_option";
    return reading.contains(call.operation);
}

/// Says what `call` is: service, operation, and what fills the holes of the route.
inline void find_route(Call& call) {
    if (!call.segments.empty() && call.segments[0] == "data" && call.segments.size() >= 2) {
        for (auto const& route : data_routes())
            if (call.method == route.method) call.route = &route;
    } else {
        // HEAD is answered like GET, without the body.
        auto const found = routes().find({call.method == "HEAD" ? "GET" : call.method, call.segments.size()});
        if (found == routes().end()) return;
        for (auto const& row : found->second) {
            bool fits = true;
            std::vector<std::string> holes;
            for (std::size_t i = 0; fits && i < row.parts.size(); ++i) {
                if (row.parts[i] != "{}")
                    fits = row.parts[i] == call.segments[i];
                else if ((fits = !call.segments[i].empty()))
                    holes.push_back(call.segments[i]);
            }
            if (!fits) continue;
            call.route = row.route;
            call.holes = std::move(holes);
            break;
        }
    }
    if (call.route == nullptr) return;
    call.service = call.route->service;
    call.operation = call.route->operation;
}

inline Reply World::begin(Call& call) {
    std::lock_guard lock(mutex);
    Reply reply = answer_locked(call);
    if (!store) return reply;
    if (only_reads(call) && unsaved.empty())
        for_each_table(data, [](auto& table) { table.forget(); });
    else
        save_locked();
    if (unsaved.empty()) return reply;
    return error_reply(call.service, 500, "StateError", unsaved, "", call.path);
}

inline Reply World::finish(Call const& call, Reply begun) {
    Reply reply = begun.later ? begun.later() : std::move(begun);
    if (only_reads(call)) reply.committed = false;
    return reply;
}

inline bool World::knows_token(std::string const& token) {
    std::lock_guard lock(mutex);
    return data.access_tokens.contains(token);
}

/// Whose path this looks like, for one that nobody has: each service says in its own words that it does not know it.
inline std::string service_of_path(Call const& call) {
    auto const at = [&](std::size_t i) { return i < call.segments.size() ? call.segments[i] : std::string(); };
    std::string const first = at(0);
    if (first == "v0.10" || (first == "v2" && (at(1) == "tunnels" || at(1) == "bookmarks"))) return "transfer";
    if (first == "v2" && (at(1) == "groups" || at(1) == "preferences")) return "groups";
    if (first == "v2" && (at(1) == "api" || at(1) == "oauth2" || at(1) == "web")) return "auth";
    if (first == "v1" || first == "beta") return "search";
    if (first == "flows" || first == "runs" || first == "batch" || first == "registered_apis") return "flows";
    if (first == "jobs" || (first == "v2" && at(1) == "timer")) return "timers";
    if (first == "api") return "gcs";
    return {};
}

inline Reply World::answer_locked(Call& call) {
    if (call.route == nullptr) {
        auto const id_text = random.request_id();
        if (auto const methods = methods_of(call); !methods.empty()) {
            Reply refused =
                error_reply("", 405, "MethodNotAllowed", "This resource has " + methods, id_text, call.path);
            refused.headers.emplace_back("Allow", methods);
            return refused;
        }
        std::string const service = service_of_path(call);
        return error_reply(service, 404, service == "transfer" ? "ClientError.NotFound" : "NotFound",
                           "No such resource: " + call.method + " " + call.path, id_text, call.path);
    }
    if (call.service != "auth" && call.service != "sandbox" && options.rate_limit.requests_per_second > 0) {
        // [guess] one bucket a service, and how long to wait in whole seconds
        Bucket& bucket = buckets[call.service];
        double const rate = options.rate_limit.requests_per_second;
        double const burst = std::max(1.0, options.rate_limit.burst);
        Millis const now = now_locked();
        bucket.tokens = bucket.filled == 0
                            ? burst
                            : std::min(burst, bucket.tokens + rate * static_cast<double>(now - bucket.filled) / 1000);
        bucket.filled = now;
        if (bucket.tokens < 1) {
            Reply refused =
                error_reply(call.service, 429, "TooManyRequests", "Too many requests", random.request_id(), call.path);
            refused.headers.emplace_back("Retry-After",
                                         std::to_string(static_cast<int>((1 - bucket.tokens) / rate) + 1));
            return refused;
        }
        bucket.tokens -= 1;
    }
    return call.route->handler(*this, call);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_ROUTES_IPP

#include <fstream>

namespace globus::sandbox::detail {

inline Call call_of(Parser::value_type const& message) {
    Call call;
    call.method = std::string(message.method_string());
    call.target = std::string(message.target());
    std::string_view target = call.target;
    if (target.substr(0, 7) == "http://") {
        auto const slash = target.find('/', 7);
        target = slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    auto const question = target.find('?');
    call.path = std::string(target.substr(0, question));
    if (question != std::string_view::npos) call.query = parse_form(target.substr(question + 1));
    // A base address that ends with a slash, and a path that begins with one: "//v2/..." is "/v2/...".
    auto parts = split(call.path, '/');
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (!call.segments.empty() || !parts[i].empty() || i + 1 == parts.size())
            call.segments.push_back(percent_decode(parts[i]));
    for (auto const& field : message) call.headers.emplace_back(field.name_string(), field.value());
    find_route(call);
    return call;
}

/// Only names of this machine: a page on the Web cannot make a browser talk to the sandbox under its own name.
inline bool is_local_host(std::string_view host, std::string_view also = {}) {
    if (auto const colon = host.rfind(':'); colon != std::string_view::npos && host.find(']', colon) == host.npos)
        host = host.substr(0, colon);
    return host.empty() || host == "127.0.0.1" || host == "[::1]" || same_name(host, "localhost") ||
           (!also.empty() && same_name(host, also));
}

/// Whether pages of `origin` may call: those of this machine, and those that the options name.
inline bool may_call(Options const& options, std::string_view plain, std::string_view secure,
                     std::string const& origin) {
    auto const& more = options.allowed_origins;
    if (std::find(more.begin(), more.end(), origin) != more.end()) return true;
    if (origin + "/" == plain || origin + "/" == secure) return true;
    auto const scheme = origin.find("://");
    if (scheme == std::string::npos || (!origin.starts_with("http://") && !origin.starts_with("https://")))
        return false;
    std::string const host = origin.substr(scheme + 3);
    return !host.empty() && host[0] != ':' && is_local_host(host);
}

inline std::string one_line_or(std::string text, char const* otherwise) {
    return text.empty() || text.find_first_of("\r\n") != std::string::npos ? otherwise : text;
}

inline std::string write_head(Reply const& reply, bool keep_alive, std::optional<std::string> const& length,
                              std::string_view more = {}) {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " " +
                       (reply.reason.empty() ? reason_of(reply.status) : reply.reason) + "\r\n";
    head += "Server: globus-sandbox\r\nDate: " + http_time(wall_clock()) + "\r\n";
    if (!reply.content_type.empty()) head += "Content-Type: " + reply.content_type + "\r\n";
    for (auto const& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    if (length) head += "Content-Length: " + *length + "\r\n";
    head += more;
    if (!keep_alive) head += "Connection: close\r\n";
    return head + "\r\n";
}

inline std::optional<std::string> length_of(Reply const& reply) {
    if (reply.status == 204 || reply.status == 304 || reply.status < 200) return std::nullopt;
    return std::to_string(reply.size());
}

inline std::string head_of(Reply const& reply, bool keep_alive) {
    return write_head(reply, keep_alive, length_of(reply));
}

/// Puts the file of an answer into its body, for those who change it.
inline void load_file(Reply& reply) {
    if (reply.file.name.empty()) return;
    std::ifstream file(reply.file.name, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(reply.file.begin));
    reply.body.resize(static_cast<std::size_t>(reply.file.size));
    file.read(reply.body.data(), static_cast<std::streamsize>(reply.body.size()));
    reply.file = {};
}

/// How long a `stall` takes in milliseconds; negative is for ever.
inline std::int64_t stall_time(json::object const& action) {
    auto const* ms = action.if_contains("ms");
    if (ms == nullptr || ms->is_string()) return -1;
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(number_of(*ms).value_or(0)));
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_MESSAGES_IPP

namespace globus::sandbox::detail {

/// What went out, and whether the connection goes on.
using Written = std::pair<std::uint64_t, bool>;

/// Writes one answer.
class ReplyWriter {
public:
    ReplyWriter(Connection& connection, Reply reply, bool keep_alive, bool no_body, std::optional<Firing> const& edit)
        : connection_(connection), reply_(std::move(reply)), keep_alive_(keep_alive), no_body_(no_body) {
        if (!edit) return;
        type_ = edit->type();
        action_ = edit->action;
        load_file(reply_);
        if (type_ == "corrupt") corrupt_body(reply_, text_of(action_, "kind", "flip"));
        if (type_ == "json") filler_ = edit_json(reply_, action_);
    }

    Written write() {
        body_ = no_body_ ? "" : reply_.body;
        length_ = length_of(reply_);
        if (type_ == "reset" || type_ == "close" || type_ == "stall") return part();
        if (type_ == "truncate") return truncated();
        if (type_ == "tls") return without_notice();
        if (type_ == "dribble") return dribbled();
        if (type_ == "framing") return badly_framed();
        if (type_ == "headers") return with_headers();
        if (type_ == "informational" && !announce()) return {sent_, false};
        if (filler_.size > 0 && !no_body_) return filled();
        if (!reply_.file.name.empty()) return file();
        return whole(write_head(reply_, keep_alive_, length_) + body_);
    }

private:
    bool put(std::string_view bytes) {
        if (!connection_.send(bytes)) return false;
        sent_ += bytes.size();
        return true;
    }

    Written whole(std::string const& bytes) {
        bool const going = put(bytes);
        return {sent_, going && keep_alive_};
    }

    /// Answers 1xx before the real one.
    bool announce() {
        auto const count = static_cast<int>(number_of(action_, "count", 1));
        auto const code = static_cast<int>(number_of(action_, "code", 100));
        for (int i = 0; i < count; ++i)
            if (!put("HTTP/1.1 " + std::to_string(code) + " " + reason_of(code) + "\r\n\r\n")) return false;
        return true;
    }

    /// A part of the answer, and then the fault; of an answer without a body a part of its head.
    Written part() {
        std::string const head = write_head(reply_, keep_alive_, length_);
        std::string const all = head + body_;
        auto const half = static_cast<double>(body_.size() / 2);
        auto const after = static_cast<std::size_t>(std::max(0.0, number_of(action_, "after_bytes", half)));
        auto const cut = body_.empty() ? head.size() / 2 : std::min(all.size(), head.size() + after);
        bool going = put(std::string_view(all).substr(0, cut));
        if (type_ == "reset") connection_.arm_reset();
        if (type_ != "stall") return {sent_, false};
        going = going && connection_.wait(stall_time(action_)) && put(std::string_view(all).substr(cut));
        return {sent_, going && keep_alive_};
    }

    Written truncated() {
        auto const after =
            static_cast<std::size_t>(number_of(action_, "after_bytes", static_cast<double>(body_.size() / 2)));
        bool const keep_length = flag_of(action_, "keep_length", true);
        if (!keep_length) length_.reset();
        put(write_head(reply_, !keep_length ? false : keep_alive_, length_) + body_.substr(0, after));
        return {sent_, false};
    }

    /// An end of the connection that TLS does not announce.
    Written without_notice() {
        connection_.abrupt = true;
        put(write_head(reply_, false, std::nullopt) + body_);
        return {sent_, false};
    }

    Written dribbled() {
        double const rate = std::max(0.01, number_of(action_, "bytes_per_s", 1));
        std::string const head = write_head(reply_, keep_alive_, length_);
        std::string const all = head + body_;
        std::size_t at = flag_of(action_, "head") ? 0 : head.size();
        if (at > 0 && !put(head)) return {sent_, false};
        auto const begin = std::chrono::steady_clock::now();
        double given = 0;
        while (at < all.size()) {
            auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            auto const due = static_cast<std::size_t>(std::max(0.0, spent * rate - given));
            if (due > 0) {
                auto const size = std::min(due, all.size() - at);
                if (!put(std::string_view(all).substr(at, size))) return {sent_, false};
                at += size;
                given += static_cast<double>(size);
            }
            auto const pause = std::max<std::int64_t>(1, static_cast<std::int64_t>(1000 / rate));
            if (at < all.size() && !connection_.wait(pause)) return {sent_, false};
        }
        return {sent_, keep_alive_};
    }

    Written badly_framed() {
        if (flag_of(action_, "bad_chunk")) {
            put(write_head(reply_, keep_alive_, std::nullopt, "Transfer-Encoding: chunked\r\n") + "zz\r\n" + body_ +
                "\r\n0\r\n\r\n");
        } else if (flag_of(action_, "no_headers_end")) {
            std::string const head = write_head(reply_, keep_alive_, length_);
            put(std::string_view(head).substr(0, head.size() - 2));
        } else {
            put(head_with_length() + body_);
        }
        return {sent_, false};
    }

    /// A head whose Content-Length is the one that the fault wants.
    std::string head_with_length() const {
        auto const* wanted = member(action_, "length");
        std::string const text = wanted == nullptr     ? "-1"
                                 : wanted->is_string() ? to_string(wanted->get_string())
                                                       : json::serialize(*wanted);
        if (text == "duplicate")
            return write_head(reply_, keep_alive_, length_,
                              "Content-Length: " + std::to_string(reply_.body.size() + 7) + "\r\n");
        if (text == "huge") return write_head(reply_, keep_alive_, "99999999999999999999999");
        if (!text.empty() && text[0] == '+')
            return write_head(reply_, keep_alive_,
                              std::to_string(static_cast<std::int64_t>(reply_.body.size()) +
                                             to_integer(std::string_view(text).substr(1)).value_or(1)));
        return write_head(reply_, keep_alive_, text);
    }

    Written with_headers() {
        std::string more;
        if (auto const* extra = member(action_, "set"); extra != nullptr && extra->is_object())
            for (auto const& item : extra->get_object())
                if (item.value().is_string())
                    more += std::string(item.key()) + ": " + to_string(item.value().get_string()) + "\r\n";
        auto const flood = static_cast<std::size_t>(number_of(action_, "flood_bytes", 0));
        for (std::size_t i = 0; more.size() < flood; ++i)
            more += "X-Flood-" + std::to_string(i) + ": " + std::string(1000, 'f') + "\r\n";
        if (flag_of(action_, "duplicate")) more += "Content-Type: text/plain\r\nX-Twice: 1\r\nX-Twice: 2\r\n";
        if (flag_of(action_, "crlf")) more += "X-Folded: one\r\n two\r\nX-Bare: a\rb\r\n";
        if (flag_of(action_, "nul")) more += std::string("X-Nul: a\0b\r\n", 12);
        return whole(write_head(reply_, keep_alive_, length_, more) + body_);
    }

    /// A body that the fault makes longer, without having it in memory.
    Written filled() {
        length_ = std::to_string(body_.size() + filler_.size);
        bool going = put(write_head(reply_, keep_alive_, length_) + body_.substr(0, filler_.at));
        std::string const piece(65536, 'x');
        for (std::size_t left = filler_.size; going && left > 0; left -= std::min(left, piece.size()))
            going = put(std::string_view(piece).substr(0, left));
        going = going && put(std::string_view(body_).substr(filler_.at));
        return {sent_, going && keep_alive_};
    }

    Written file() {
        bool going = put(write_head(reply_, keep_alive_, length_));
        std::ifstream file(reply_.file.name, std::ios::binary);
        file.seekg(static_cast<std::streamoff>(reply_.file.begin));
        std::string piece;
        for (std::uint64_t left = no_body_ ? 0 : reply_.file.size; going && left > 0; left -= piece.size()) {
            piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, 65536)));
            // A file that became shorter meanwhile cuts the answer.
            going = file.read(piece.data(), static_cast<std::streamsize>(piece.size())) && put(piece);
        }
        return {sent_, going && keep_alive_};
    }

    Connection& connection_;
    Reply reply_;
    bool keep_alive_;
    bool no_body_;
    std::string type_;
    json::object action_;
    Filler filler_;
    std::string body_;
    std::optional<std::string> length_;
    std::uint64_t sent_ = 0;
};

inline Written write_reply(Connection& connection, Reply reply, bool keep_alive, bool no_body,
                           std::optional<Firing> const& edit) {
    return ReplyWriter(connection, std::move(reply), keep_alive, no_body, edit).write();
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_WRITER_IPP

#include <boost/beast/http/file_body.hpp>

namespace globus::sandbox::detail {

/// What became of a fault.
enum class Outcome { go_on, end };

/// The life of one connection: requests, one after the other, and what the rules do to them.
class Service {
public:
    /// @param tls  null for a connection of plain HTTP
    Service(World& world, Listener& listener, Connection& connection, SSL_CTX* tls)
        : world_(world), listener_(listener), connection_(connection), tls_(tls) {}

    void run() {
        if (meet(Phase::accept) == Outcome::end || !connection_.greet(tls_)) return;
        requests();
        connection_.part();
    }

private:
    /// How many bytes of a body are read: from those who show a token of this session, and from everybody else.
    static constexpr std::uint64_t most_of_known = std::uint64_t{64} << 20;
    static constexpr std::uint64_t most_of_unknown = std::uint64_t{1} << 20;
    /// How many bytes of requests are remembered: whoever sends them chooses how long they are.
    static constexpr std::size_t most_of_journal = std::size_t{32} << 20;

    void requests() {
        for (bool going = true; going; reused_ = true) {
            replacement_.reset();
            edit_.reset();
            call_ = nullptr;
            number_ = 0;
            generation_ = 0;
            origin_.clear();
            if (meet(Phase::before_request) == Outcome::end) return;
            going = one_request();
        }
    }

    bool one_request() {
        Parser parser;
        parser.header_limit(1U << 20);
        parser.body_limit(boost::none);  // until it is known who asks
        connection_.idle = true;
        if (connection_.leave) return false;
        auto const got = connection_.read(parser, true);
        connection_.idle = false;
        if (got == Connection::Read::malformed)
            connection_.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        if (got != Connection::Read::done) return false;
        Call call = call_of(parser.get());
        call_ = &call;
        record(call);
        if (!is_local_host(call.header("Host"), world_.options.network_host) ||
            (parser.get().version() >= 11 && call.header("Host").empty())) {
            // [doc] RFC 9112, 3.2: a request without Host is a bad one
            Reply refused =
                error_reply("", 400, "BadHost",
                            "The sandbox answers to 127.0.0.1, localhost and Options::network_host only", "", "");
            return answer_early(refused, call);
        }
        if (auto const refused = meet_page(call)) return answer_early(*refused, call);
        if (meet(Phase::after_headers) == Outcome::end) return false;
        if (replacement_ && !parser.is_done()) return answer_early(*replacement_, call);
        // Whoever may not send a file is told before it is read.
        std::optional<Reply> begun;
        if (call.operation == "put_file" && !replacement_) {
            begun = world_.begin(call);
            if (!begun->later) return answer_early(*begun, call);
        }
        bool const keep_alive = parser.get().keep_alive();
        Spool spool;
        if (!read_body(parser, call, spool)) return false;
        see_body(call);
        if (meet(Phase::after_body) == Outcome::end) return false;
        if (meet(Phase::before_commit) == Outcome::end) return false;
        Reply reply;
        if (replacement_) {
            reply = std::move(*replacement_);
            replacement_.reset();
        } else {
            reply = begun ? World::finish(call, std::move(*begun)) : world_.answer(call);
            if (reply.committed) note([](JournalEntry& entry) { entry.committed = true; });
            if (meet(Phase::after_commit) == Outcome::end) return false;
            if (replacement_) reply = std::move(*replacement_);
        }
        if (!edit_ && meet(Phase::in_body) == Outcome::end) return false;
        if (replacement_) reply = std::move(*replacement_);
        return finish(reply, keep_alive, call.method == "HEAD");
    }

    /// A file for a body; it is gone at the end unless somebody took it.
    struct Spool {
        std::string name;
        ~Spool() {
            if (!name.empty()) ::unlink(name.c_str());
        }
    };

    /// Reads the body, into a file where it is one; false when the connection has to end.
    bool read_body(Parser& parser, Call& call, Spool& spool) {
        auto const most = world_.knows_token(call.bearer()) ? most_of_known : most_of_unknown;
        bool const file = call.operation == "put_file";
        auto const refuse = [&] {
            return answer_early(
                error_reply(call.service, 413, "PayloadTooLarge",
                            "The body is longer than " + std::to_string(most) + " bytes", "", call.path),
                call);
        };
        if (!file && parser.content_length().value_or(0) > most) return refuse();
        if (same_name(call.header("Expect"), "100-continue"))
            if (!connection_.send("HTTP/1.1 100 Continue\r\n\r\n")) return false;
        if (file) {
            if (!read_to_file(parser, spool)) return false;
            call.spool = spool.name;
            return true;
        }
        parser.body_limit(most);
        auto const got = connection_.read(parser, false);
        if (got == Connection::Read::too_large) return refuse();
        if (got != Connection::Read::done) return false;
        call.body = std::move(parser.get().body());
        return true;
    }

    /// Reads a body that is a file; false when the connection ended or there is no room.
    bool read_to_file(Parser& parser, Spool& spool) {
        std::string pattern = (fs::temp_directory_path() / "globus-sandbox-put-XXXXXX").string();
        int const made = ::mkstemp(pattern.data());
        if (made < 0) return false;
        ::close(made);
        spool.name = pattern;
        http::request_parser<http::file_body> to_file(std::move(parser));
        to_file.body_limit(boost::none);
        boost::beast::error_code error;
        to_file.get().body().open(pattern.c_str(), boost::beast::file_mode::write, error);
        return !error && connection_.read(to_file, false) == Connection::Read::done;
    }

    /// What a web page gets that may not call, or asks whether it may; sets what each answer to it says. [doc] the
    /// Fetch standard. A login is a navigation, no call: a page never reads what it answers.
    std::optional<Reply> meet_page(Call const& call) {
        origin_ = call.header("Origin");
        if (origin_.empty()) return std::nullopt;
        if (!may_call(world_.options, world_.base_url, world_.https_url, origin_)) {
            origin_.clear();
            return error_reply("", 403, "BadOrigin", "The sandbox does not answer to pages of this origin", "", "");
        }
        if (call.operation == "oauth2_authorize") origin_.clear();
        if (call.method != "OPTIONS") return std::nullopt;
        Reply reply;
        reply.status = 204;
        reply.content_type.clear();
        reply.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        reply.headers.emplace_back("Access-Control-Allow-Headers",
                                   one_line_or(call.header("Access-Control-Request-Headers"), "*"));
        reply.headers.emplace_back("Access-Control-Max-Age", "600");
        return reply;
    }

    /// Answers a request whose body was not read, and ends the connection.
    bool answer_early(Reply const& reply, Call const& call) {
        finish(reply, false, call.method == "HEAD");
        connection_.finish_gently();
        return false;
    }

    bool finish(Reply reply, bool keep_alive, bool no_body) {
        if (!origin_.empty()) {
            reply.headers.emplace_back("Access-Control-Allow-Origin", origin_);
            reply.headers.emplace_back("Access-Control-Expose-Headers", "*");
            reply.headers.emplace_back("Vary", "Origin");
        }
        // Who has the answer finds the entry complete: what goes out is noted first where it is known.
        std::uint64_t const expected = edit_ ? 0 : head_of(reply, keep_alive).size() + (no_body ? 0 : reply.size());
        note([&](JournalEntry& entry) {
            entry.status = reply.status;
            entry.bytes_out = expected;
        });
        auto const [sent, going] = write_reply(connection_, reply, keep_alive, no_body, edit_);
        if (sent != expected) note([total = sent](JournalEntry& entry) { entry.bytes_out = total; });
        return going;
    }

    void record(Call const& call) {
        JournalEntry entry;
        entry.service = call.service;
        entry.operation = call.operation;
        entry.method = call.method;
        entry.target = world_.without_mark(call.target);
        entry.connection = connection_.number;
        entry.reused_connection = reused_;
        for (auto const& [name, value] : call.headers) {
            bool const secret =
                same_name(name, "Authorization") || same_name(name, "Cookie") || same_name(name, "Proxy-Authorization");
            auto const blank = value.find(' ');
            entry.headers.emplace_back(
                name, !secret ? value : (blank == std::string::npos ? "" : value.substr(0, blank + 1)) + "[redacted]");
        }
        std::string const bearer = call.bearer();
        std::lock_guard lock(world_.mutex);
        entry.number = number_ = world_.next_number++;
        entry.time = static_cast<double>(world_.now_locked() - world_.started_at) / 1000;
        auto const& tokens = world_.data.access_tokens.all();
        if (auto const known = tokens.find(bearer); known != tokens.end()) generation_ = known->second.generation;
        entry.token_generation = generation_;
        ++world_.total;
        ++world_.counts[call.operation];
        ++world_.counts[call.service + "." + call.operation];
        world_.journal_bytes += size_of(entry);
        world_.journal.push_back(std::move(entry));
        while (world_.journal.size() > world_.options.journal_limit || world_.journal_bytes > most_of_journal) {
            world_.journal_bytes -= size_of(world_.journal.front());
            world_.journal.pop_front();
        }
    }

    /// What an entry takes of the memory, about; what is not known from the beginning does not count.
    static std::size_t size_of(JournalEntry const& entry) {
        std::size_t size = 256 + entry.target.size();
        for (auto const& [name, value] : entry.headers) size += 64 + name.size() + value.size();
        return size;
    }

    /// What is known once the body is there: its hash, and which grant a token request is.
    void see_body(Call& call) {
        static std::string const of_nothing = to_hex(sha256(""));
        // Tokens differ between sessions in their marks alone; without them the same calls have the same hash.
        std::string const hash = !call.spool.empty() ? to_hex(hash_file(call.spool, EVP_sha256()).value_or(""))
                                 : call.body.empty() ? of_nothing
                                                     : to_hex(sha256(world_.without_mark(call.body)));
        bool const renamed = name_grant(call);
        std::lock_guard lock(world_.mutex);
        if (renamed) {
            ++world_.counts[call.operation];
            ++world_.counts[call.service + "." + call.operation];
        }
        if (auto* entry = world_.entry_locked(number_)) {
            entry->body_sha256 = hash;
            entry->operation = call.operation;
        }
    }

    template <class F>
    void note(F const& change) {
        std::lock_guard lock(world_.mutex);
        if (auto* entry = world_.entry_locked(number_)) change(*entry);
    }

    /// Lets the rules of a phase act.
    Outcome meet(Phase phase) {
        std::optional<Firing> firing;
        std::string request_id;
        {
            std::lock_guard lock(world_.mutex);
            if (world_.rules.empty()) return Outcome::go_on;
            firing = world_.fire_locked(phase, Sighting{call_, reused_, generation_});
            if (!firing) return Outcome::go_on;
            if (auto* entry = world_.entry_locked(number_)) {
                if (!entry->fault.empty()) entry->fault += ", ";
                entry->fault += firing->type() + " by rule " + std::to_string(firing->rule);
            }
            request_id = world_.random.request_id();
            if (call_ != nullptr && flag_of(firing->action, "expire_token"))
                if (auto const token = world_.data.access_tokens.find(call_->bearer());
                    token != world_.data.access_tokens.end()) {
                    token->second.expires = std::min(token->second.expires, world_.now_locked());
                    world_.save_locked();
                }
        }
        return act(phase, std::move(*firing), request_id);
    }

    /// Does what a rule says.
    Outcome act(Phase phase, Firing firing, std::string const& request_id) {
        std::string const type = firing.type();
        bool const at_end = type == "reset" || type == "close" || type == "stall";
        if (edits_answer(type) && type != "tls") {
            edit_ = std::move(firing);
            return Outcome::go_on;
        }
        if (phase == Phase::in_body && at_end) {
            edit_ = std::move(firing);
            return Outcome::go_on;
        }
        if (type == "reset") connection_.arm_reset();
        if (type == "reset" || type == "close") return Outcome::end;
        if (type == "tls") return disturb_tls(std::move(firing));
        if (type == "stall") return connection_.wait(stall_time(firing.action)) ? Outcome::go_on : Outcome::end;
        if (type == "refuse") {
            listener_.refuse(std::chrono::milliseconds(static_cast<std::int64_t>(number_of(firing.action, "ms", 100))));
            connection_.arm_reset();
            return Outcome::end;
        }
        if (type == "drop_idle") {
            listener_.drop_idle(&connection_);
            return Outcome::go_on;
        }
        return replace_answer(firing, request_id);
    }

    Outcome disturb_tls(Firing firing) {
        if (flag_of(firing.action, "close_no_notify")) {
            edit_ = std::move(firing);
            return Outcome::go_on;
        }
        connection_.abrupt = true;
        if (flag_of(firing.action, "alert")) {
            // RFC 8446, 5.1 and 6: a record with the fatal alert handshake_failure
            static constexpr char alert[] = "\x15\x03\x03\x00\x02\x02\x28";
            connection_.send({alert, 7});
            return Outcome::end;
        }
        auto const* time = member(firing.action, "handshake_stall");
        auto const ms = time != nullptr ? number_of(*time) : std::nullopt;
        bool const still_there = connection_.wait(ms ? static_cast<std::int64_t>(*ms) : -1);
        connection_.abrupt = false;
        return still_there ? Outcome::go_on : Outcome::end;
    }

    /// An answer in the place of the real one.
    Outcome replace_answer(Firing const& firing, std::string const& request_id) {
        Call const unknown;
        Call const& call = call_ != nullptr ? *call_ : unknown;
        Reply reply;
        if (firing.type() == "redirect") {
            reply.status = static_cast<int>(number_of(firing.action, "code", 302));
            reply.headers.emplace_back("Location", text_of(firing.action, "location"));
        } else if (firing.type() == "gzip_bomb") {
            reply.headers.emplace_back("Content-Encoding", "gzip");
            reply.body = gzip_of_zeros(static_cast<std::uint64_t>(number_of(firing.action, "size", 268435456)),
                                       number_of(firing.action, "ratio", 158));
        } else {
            reply = status_reply(firing, call, request_id);
        }
        replacement_ = std::move(reply);
        if (call_ != nullptr) return Outcome::go_on;
        finish(*replacement_, false, false);
        return Outcome::end;
    }

    World& world_;
    Listener& listener_;
    Connection& connection_;
    SSL_CTX* tls_;
    bool reused_ = false;
    Call* call_ = nullptr;
    std::uint64_t number_ = 0;
    std::uint64_t generation_ = 0;
    std::string origin_;  ///< of the web page that calls; empty when none does
    std::optional<Reply> replacement_;
    std::optional<Firing> edit_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_SERVICE_IPP

#include <fstream>

namespace globus::sandbox::detail {

inline void write_file(fs::path const& file, std::string const& text) { std::ofstream(file, std::ios::binary) << text; }

/// What is in the collections when nobody brings a directory.
inline void write_samples(fs::path const& root) {
    fs::path const source = root / "source";
    fs::create_directories(source / "data/nested/deep");
    fs::create_directories(source / "empty");
    fs::create_directories(root / "destination");
    write_file(source / "hello.txt", "Hello from the sandbox.\n");
    write_file(source / "file1.txt", "one\n");
    write_file(source / "file2.txt", "two\n");
    write_file(source / ".hidden", "A file whose name begins with a dot.\n");
    write_file(source / "data/numbers.csv", "n,square\n1,1\n2,4\n3,9\n");
    write_file(source / "data/.settings", "color=blue\n");
    write_file(source / "data/nested/notes.md", "# Notes\n\nFiles lie at several depths.\n");
    write_file(source / "data/nested/deep/blob.bin", std::string(65536, '\x5a'));
    fs::create_directories(root / "mapped");
    write_file(root / "mapped/results.csv", "sample,value\na,1\nb,2\n");
}

inline World::World(std::string name, Options given)
    : options(std::move(given)),
      id(std::move(name)),
      random(options.seed),
      token_lifetime(options.token_lifetime),
      fault_random(options.seed * 0x9e3779b97f4a7c15ULL + 1) {
    started_at = wall_clock();
    if (options.clock == ClockMode::manual) started_at -= started_at % 1000;
    if (!options.state.empty()) store = std::make_unique<Store>(options.state);
    bool const goes_on = store && !store->is_new();
    if (goes_on) take_up();
    make_people();
    if (!goes_on) make_collections();
    if (!goes_on) seed_services();
    if (store) for_each_table(data, [](auto& table) { table.watch(); });
    if (goes_on)
        save_locked();
    else
        remember_begin();
    if (!unsaved.empty()) throw StateError(unsaved);
}

/// Everybody gets an identifier; there is a user, and an application of each kind.
inline void World::make_people() {
    if (options.users.empty())
        options.users.push_back({random.uuid(), "sandbox@example.org", "Sandy Box", "sandbox@example.org"});
    for (auto& user : options.users)
        if (user.id.empty()) user.id = random.uuid();
    if (gcs_id.empty()) gcs_id = random.uuid();
    bool native = false;
    bool confidential = false;
    for (auto& app : options.apps) {
        if (app.id.empty()) app.id = random.uuid();
        (app.secret.empty() ? native : confidential) = true;
    }
    if (!confidential) options.apps.push_back({random.uuid(), token("secret"), "Sandbox confidential app"});
    if (!native) options.apps.push_back({random.uuid(), "", "Sandbox native app"});
}

/// Where the collections are, and which, when nobody said it.
inline void World::make_directories() {
    std::error_code error;
    bool const nowhere = options.root.empty();
    has_samples = nowhere && options.collections.empty();
    if (nowhere && store) {
        options.root = fs::absolute(options.state) / "collections";
        fs::create_directories(options.root, error);
    } else if (nowhere) {
        std::string pattern = (fs::temp_directory_path() / "globus-sandbox-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw SandboxError("sandbox: no temporary directory can be made");
        options.root = pattern;
        owns_root = true;
    }
    if (!fs::is_directory(options.root, error))
        throw SandboxError("sandbox: no such directory: " + options.root.string());
    if (has_samples) write_samples(options.root);
    if (!options.collections.empty()) return;
    // Each directory is a collection: `source` and `destination` come first, and exist.
    std::set<std::string> names;
    for (auto const& entry : fs::directory_iterator(options.root, error))
        if (entry.is_directory()) names.insert(entry.path().filename().string());
    std::vector<std::string> order{"source", "destination"};
    for (auto const& one : names)
        if (one != "source" && one != "destination") order.push_back(one);
    for (auto const& one : order) {
        Collection collection;
        collection.directory = one;
        collection.display_name = "Sandbox " + one;
        if (has_samples && one == "mapped") {
            collection.kind = CollectionKind::mapped;
            collection.requires_data_access = true;
        }
        options.collections.push_back(collection);
    }
}

inline void World::make_collections() {
    make_directories();
    std::string const gateway = random.uuid();
    data.documents["gcs.storage_gateways"].emplace_back(
        gateway, json::object{{"DATA_TYPE", "storage_gateway#1.0.0"},
                              {"id", gateway},
                              {"display_name", "Sandbox storage"},
                              {"connector_id", "145812c8-decc-41f1-83cf-bb2a85a2a70b"},
                              {"high_assurance", false},
                              {"allowed_domains", json::array{}},
                              {"authentication_timeout_mins", 15840},
                              {"authentication_assurance_timeout", 15840},
                              {"mapping", nullptr},
                              {"policies", json::object{}},
                              {"require_high_assurance", false},
                              {"restrict_paths", nullptr},
                              {"users_allow", json::array{}},
                              {"users_deny", json::array{}}});
    for (auto& collection : options.collections) add_collection(collection, gateway);
}

/// Makes the directory of a collection, and what the services say of it.
inline void World::add_collection(Collection& collection, std::string const& gateway) {
    if (collection.id.empty()) collection.id = random.uuid();
    if (collection.directory.empty()) collection.directory = collection.id;
    if (collection.directory.is_relative()) collection.directory = options.root / collection.directory;
    std::error_code error;
    fs::create_directories(collection.directory, error);
    if (error) throw SandboxError("sandbox: cannot use the directory " + collection.directory.string());
    Endpoint endpoint;
    endpoint.id = collection.id;
    endpoint.directory = collection.directory;
    endpoint.owner = options.users.front().id;
    endpoint.kind = collection.kind == CollectionKind::mapped ? "GCSv5_mapped_collection" : "GCSv5_guest_collection";
    endpoint.requires_data_access = collection.requires_data_access;
    endpoint.open = collection.open;
    endpoint.document = {{"display_name", collection.display_name},
                         {"description", "A directory of this machine, shown by the sandbox"},
                         {"organization", "Globus Sandbox"},
                         {"public", false},
                         {"keywords", nullptr},
                         {"subscription_id", nullptr},
                         {"high_assurance", collection.high_assurance},
                         // [recorded] of a storage gateway
                         {"authentication_timeout_mins", collection.high_assurance ? json::value(15840) : nullptr},
                         {"force_encryption", false},
                         {"force_verify", false},
                         {"disable_verify", false},
                         {"host_endpoint_id", nullptr},
                         {"host_path", nullptr}};
    if (collection.kind == CollectionKind::mapped)
        data.documents["gcs.collections"].emplace_back(collection.id,
                                                       json::object{{"DATA_TYPE", "collection#1.0.0"},
                                                                    {"id", collection.id},
                                                                    {"display_name", collection.display_name},
                                                                    {"collection_type", "mapped"},
                                                                    {"identity_id", endpoint.owner},
                                                                    {"storage_gateway_id", gateway},
                                                                    {"public", false},
                                                                    {"high_assurance", collection.high_assurance}});
    add_endpoint(std::move(endpoint));
}

/// What a session has besides collections: the endpoint of the GCS manager, stream access points, a group with a
/// subscription, an API that flows can call.
inline void World::seed_services() {
    Endpoint server;
    server.id = gcs_id;
    server.owner = options.users.front().id;
    server.kind = "GCSv5_endpoint";
    server.open = true;
    server.document = {{"display_name", "Sandbox endpoint"}, {"organization", "Globus Sandbox"}, {"public", false}};
    add_endpoint(std::move(server));
    data.documents["gcs.endpoint"].emplace_back(gcs_id, json::object{{"DATA_TYPE", "endpoint#1.2.0"},
                                                                     {"id", gcs_id},
                                                                     {"display_name", "Sandbox endpoint"},
                                                                     {"organization", "Globus Sandbox"},
                                                                     {"contact_email", nullptr},
                                                                     {"allow_udt", false},
                                                                     {"gridftp_control_channel_port", 443},
                                                                     {"network_use", "normal"},
                                                                     {"public", false},
                                                                     {"subscription_id", nullptr}});
    for (auto const* name : {"Sandbox stream one", "Sandbox stream two"}) {
        std::string const point = random.uuid();
        json::object gateway{{"DATA_TYPE", "stream_gateway#1.1.0"}, {"id", point}, {"display_name", name}};
        complete_stream_gateway(gateway);
        show_access_point(*this, gateway);
        data.documents["gcs.stream_gateways"].emplace_back(point, std::move(gateway));
    }
    seed_subscription(*this);
    seed_registered_api(*this);
}

/// What there is now is what reset() goes back to.
inline void World::remember_begin() {
    seeded = std::make_unique<Data>(data);
    keep_copy(*this, Part::seed);
}

/// Back to how the session began: documents, tokens, tasks, faults and journal; files are left as they are, but that the
/// samples are written again.
inline void World::reset() {
    std::lock_guard executor(engine);
    Change const change(*this);
    data = *seeded;
    rules.clear();
    journal.clear();
    journal_bytes = 0;
    counts.clear();
    total = 0;
    clock_offset = 0;
    if (has_samples && fs::is_directory(options.root / "source")) write_samples(options.root);
}

inline World::~World() { stop(); }

inline void World::start() {
    bool const only_tls = options.tls != Tls::none;
    if (!is_host_name(options.network_host))
        throw SandboxError("sandbox: \"" + options.network_host + "\" is no name of a host, nor an IPv4 address");
    Interface const where{options.network_host, options.any_user};
    listener = std::make_shared<Listener>(options.port, where);
    make_certificates();
    base_url = listener->url(only_tls ? "https" : "http");
    https_url = base_url;
    if (!only_tls) {
        secure = std::make_shared<Listener>(options.https_port, where);
        https_url = secure->url("https");
    }
    SSL_CTX* const context = tls.get();
    listener->start([this, context = only_tls ? context : nullptr](Connection& connection) {
        Service(*this, *listener, connection, context).run();
    });
    if (secure)
        secure->start([this, context](Connection& connection) { Service(*this, *secure, connection, context).run(); });
    if (options.clock == ClockMode::real) engine_thread = std::thread([this] { engine_loop(); });
}

inline void World::stop() {
    {
        std::lock_guard lock(mutex);
        stopping = true;
    }
    wake.notify_all();
    if (listener) listener->stop();
    if (secure) secure->stop();
    if (engine_thread.joinable()) engine_thread.join();
    { Change const change(*this); }
    if (std::exchange(owns_root, false)) {
        std::error_code ignored;
        fs::remove_all(options.root, ignored);
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_WORLD_IPP

namespace globus::sandbox::detail {

inline json::object describe_entry(JournalEntry const& entry) {
    json::object headers;
    for (auto const& [name, value] : entry.headers) headers[name] = value;
    json::object out{{"n", entry.number},
                     {"t", entry.time},
                     {"service", entry.service},
                     {"operation", entry.operation},
                     {"method", entry.method},
                     {"path", entry.target},
                     {"headers", std::move(headers)},
                     {"body_sha256", entry.body_sha256},
                     {"token_generation", nullptr},
                     {"connection_id", entry.connection},
                     {"reused_connection", entry.reused_connection},
                     {"fault", nullptr},
                     {"committed", entry.committed},
                     {"status", nullptr},
                     {"bytes_out", entry.bytes_out}};
    if (entry.token_generation != 0) out["token_generation"] = entry.token_generation;
    if (!entry.fault.empty()) out["fault"] = entry.fault;
    if (entry.status != 0) out["status"] = entry.status;
    return out;
}

inline json::array describe_users(World const& world) {
    json::array out;
    for (auto const* list : {&world.options.users, &world.data.users})
        for (auto const& user : *list)
            out.push_back(json::object{{"id", user.id}, {"username", user.username}, {"name", user.name}});
    return out;
}

/// The access tokens, but not what they are.
inline json::array describe_access_tokens(World const& world) {
    json::array out;
    Millis const now = world.now_locked();
    for (auto const& [text, token] : world.data.access_tokens.all())
        out.push_back(json::object{{"client_id", token.client_id},
                                   {"sub", token.identity},
                                   {"resource_server", token.resource_server},
                                   {"generation", token.generation},
                                   {"issued", iso_time(token.issued)},
                                   {"expires", iso_time(token.expires)},
                                   {"active", !token.revoked && token.expires > now}});
    return out;
}

inline json::object describe_state(World& world) {
    json::object out{{"users", describe_users(world)}};
    json::array tasks;
    for (auto const& name : world.data.task_order) {
        Task const& task = world.data.tasks.peek(name);
        json::object one = task.document;
        one["submission_id"] = task.submission_id;
        json::array items;
        for (auto const& item : task.items)
            items.push_back(
                json::object{{"source_path", item.source},
                             {"destination_path", item.destination},
                             {"recursive", item.recursive ? json::value(*item.recursive) : json::value(nullptr)}});
        one["items"] = std::move(items);
        tasks.push_back(std::move(one));
    }
    out["tasks"] = std::move(tasks);
    for (auto const* kind : {"groups", "flows", "runs", "timers", "indices"}) out[kind] = json::array{};
    for (auto const& [kind, documents] : world.data.documents.all()) {
        json::array list;
        for (auto const& [id, document] : documents) list.push_back(document);
        if (!list.empty()) out[kind] = std::move(list);
    }
    std::uint64_t refresh_active = 0;
    for (auto const& [text, token] : world.data.refresh_tokens.all())
        refresh_active += !token.revoked && !token.spent ? 1 : 0;
    out["tokens"] = json::object{{"access", describe_access_tokens(world)}, {"active_refresh_tokens", refresh_active}};
    json::array collections;
    for (auto const& name : world.data.endpoint_order) {
        Endpoint const& endpoint = world.data.endpoints.peek(name);
        if (endpoint.kind == "GCSv5_endpoint") continue;  // it has no files
        collections.push_back(json::object{{"id", endpoint.id},
                                           {"directory", endpoint.directory.string()},
                                           {"display_name", text_of(endpoint.document, "display_name")},
                                           {"state", endpoint.state}});
    }
    out["collections"] = std::move(collections);
    return out;
}

/// What is not as expected; empty when all is.
inline json::array verify_locked(World& world, std::vector<Expectation> const& expectations) {
    json::array wrong;
    for (auto const& wanted : expectations) {
        std::uint64_t count = 0;
        if (!wanted.operation.empty() && !operation_exists(wanted.operation))
            throw SandboxError("sandbox: no request can be an operation \"" + wanted.operation + "\"");
        if (wanted.path.empty()) {
            auto const found = world.counts.find(wanted.operation);
            count = found == world.counts.end() ? 0 : found->second;
        } else {
            for (auto const& entry : world.journal) {
                bool const named = entry.operation == wanted.operation || wanted.operation.empty() ||
                                   entry.service + "." + entry.operation == wanted.operation;
                if (named && glob(wanted.path, std::string_view(entry.target).substr(0, entry.target.find('?'))))
                    ++count;
            }
        }
        if (count < wanted.at_least || count > wanted.at_most) {
            json::object one{{"operation", wanted.operation}, {"min", wanted.at_least}, {"count", count}};
            if (wanted.at_most != UINT64_MAX) one["max"] = wanted.at_most;
            if (!wanted.path.empty()) one["path"] = wanted.path;
            wrong.push_back(std::move(one));
        }
    }
    return wrong;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_REPORTS_IPP

namespace globus::sandbox::detail {

inline std::string user_token(World& world, std::string_view scope) {
    Change const change(world);
    auto const scopes = split_scopes(scope_for(scope));
    if (!scopes || scopes->empty() || resource_server_of(scopes->front()).empty())
        throw SandboxError("sandbox: not a scope: " + std::string(scope));
    Grant grant;
    for (auto const& app : world.options.apps)
        if (app.secret.empty() && grant.client_id.empty()) grant.client_id = app.id;
    grant.identity = world.options.users.front().id;
    grant.scopes = *scopes;
    grant.session["sandbox_login"] = world.now_locked();
    return issue_access_token(world, grant, resource_server_of(scopes->front()), *scopes, "").token;
}

inline std::string refresh_token(World& world, std::string_view scope, std::string_view client) {
    Change const change(world);
    auto const scopes = split_scopes(scope_for(scope));
    if (!scopes || scopes->empty() || resource_server_of(scopes->front()).empty())
        throw SandboxError("sandbox: not a scope: " + std::string(scope));
    Grant grant;
    grant.client_id = std::string(client);
    for (auto const& app : world.options.apps)
        if (app.secret.empty() && grant.client_id.empty()) grant.client_id = app.id;
    if (world.app(grant.client_id) == nullptr) throw SandboxError("sandbox: no such application: " + grant.client_id);
    grant.identity = world.options.users.front().id;
    grant.scopes = *scopes;
    grant.offline = true;
    grant.session["sandbox_login"] = world.now_locked();
    return issue_refresh(world, grant, resource_server_of(scopes->front()), *scopes, "").token;
}

/// False when there is no such token.
inline bool revoke(World& world, std::string const& token) {
    Change const change(world);
    auto const access = world.data.access_tokens.find(token);
    auto const refresh = world.data.refresh_tokens.find(token);
    if (access != world.data.access_tokens.end()) access->second.revoked = true;
    if (refresh != world.data.refresh_tokens.end()) revoke_family(world, refresh->second.family);
    return access != world.data.access_tokens.end() || refresh != world.data.refresh_tokens.end();
}

/// False when there is no such access token.
inline bool expire(World& world, std::string const& token) {
    Change const change(world);
    auto const found = world.data.access_tokens.find(token);
    if (found == world.data.access_tokens.end()) return false;
    found->second.expires = std::min(found->second.expires, world.now_locked());
    return true;
}

inline void revoke_all(World& world) {
    Change const change(world);
    for (auto& [text, token] : world.data.access_tokens) token.revoked = true;
    for (auto& [text, token] : world.data.refresh_tokens) token.revoked = true;
}

inline void expire_all(World& world) {
    Change const change(world);
    for (auto& [text, token] : world.data.access_tokens) token.expires = std::min(token.expires, world.now_locked());
}

inline void rotate(World& world) {
    Change const change(world);
    world.key_locked();
    world.add_key();
}

inline void set_lifetime(World& world, std::chrono::seconds lifetime) {
    if (lifetime.count() < 0) throw SandboxError("sandbox: the lifetime of tokens cannot be negative");
    std::lock_guard lock(world.mutex);
    world.token_lifetime = lifetime;
}

inline void advance(World& world, Millis by) {
    if (by < 0) throw SandboxError("sandbox: time does not go backwards; set the clock instead");
    {
        Change const change(world);
        world.clock_offset += by;
    }
    world.wake.notify_all();
    world.run_due_tasks();
}

inline void set_clock(World& world, Millis to) {
    {
        Change const change(world);
        world.clock_offset += to - world.now_locked();
    }
    world.wake.notify_all();
    world.run_due_tasks();
}

inline void set_state(World& world, std::string const& collection, std::string const& state) {
    static std::set<std::string> const known{"ok", "disconnected", "login_failed", "permission_denied", "size_limit"};
    if (!known.contains(state)) throw SandboxError("sandbox: unknown state of a collection: " + state);
    Change const change(world);
    auto const found = world.data.endpoints.find(collection);
    if (found == world.data.endpoints.end()) throw SandboxError("sandbox: no such collection: " + collection);
    found->second.state = state;
}

inline void run_scenario(World& world, std::string const& name) {
    auto const found = scenarios().find(name);
    if (found == scenarios().end()) throw SandboxError("sandbox: no such scenario: " + name);
    if (name == "key_rotation") return rotate(world);
    std::lock_guard lock(world.mutex);
    world.add_rules_locked(json::value(found->second));
}

inline void take_snapshot(World& world) {
    std::lock_guard lock(world.mutex);
    world.snapshot = std::make_unique<Data>(world.data);
    keep_copy(world, Part::snapshot);
}

inline void restore_snapshot(World& world) {
    Change const change(world);
    if (!world.snapshot) throw SandboxError("sandbox: there is no snapshot");
    world.data = *world.snapshot;
}

/// What a rule of the session that never fired says.
inline json::array unfired_rules(World& world) {
    std::lock_guard lock(world.mutex);
    json::array out;
    for (auto const& rule : world.rules)
        if (rule.fired == 0) out.push_back(json::object{{"rule_id", rule.id}, {"rule", rule.source}});
    return out;
}

/// The tokens among the variables: the same each time, for they are issued at the first one.
inline Pairs environment_tokens(World& world, std::string const& client, std::string const& native) {
    {
        std::lock_guard lock(world.mutex);
        if (!world.data.environment.empty()) return world.data.environment;
    }
    Pairs out;
    for (auto const* service : {"auth", "transfer", "groups", "search", "flows", "timers", "compute"}) {
        std::string name = service;
        for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        std::string const server = resource_server_of_service(service);
        out.emplace_back("GLOBUS_SANDBOX_" + name + "_REFRESH_TOKEN", refresh_token(world, server, client));
        out.emplace_back("GLOBUS_SANDBOX_NATIVE_" + name + "_REFRESH_TOKEN", refresh_token(world, server, native));
    }
    out.emplace_back("GLOBUS_SANDBOX_TRANSFER_TOKEN", user_token(world, "transfer.api.globus.org"));
    Change const change(world);
    if (world.data.environment.empty()) world.data.environment = out;
    return world.data.environment;
}

inline Pairs environment_of(World& world) {
    Pairs out;
    // All names that the SDKs know: a service that one of them misses would be the real one.
    for (auto const* service :
         {"AUTH", "TRANSFER", "GROUPS", "SEARCH", "FLOWS", "TIMER", "TIMERS", "COMPUTE", "NEXUS", "APP", "ACTIONS"})
        out.emplace_back("GLOBUS_SDK_SERVICE_URL_" + std::string(service), world.base_url);
    out.emplace_back("GLOBUS_SANDBOX_URL", world.base_url);
    std::string client;
    std::string secret;
    std::string native;
    for (auto const& app : world.options.apps) {
        if (app.secret.empty() && native.empty()) native = app.id;
        if (!app.secret.empty() && client.empty()) {
            client = app.id;
            secret = app.secret;
        }
    }
    out.emplace_back("GLOBUS_SANDBOX_CLIENT_ID", client);
    out.emplace_back("GLOBUS_SANDBOX_CLIENT_SECRET", secret);
    out.emplace_back("GLOBUS_SANDBOX_NATIVE_CLIENT_ID", native);
    out.emplace_back("GLOBUS_SANDBOX_USER_ID", world.options.users.front().id);
    out.emplace_back("GLOBUS_SANDBOX_USERNAME", world.options.users.front().username);
    auto const& source = world.options.collections.front();
    auto const& destination = world.options.collections[world.options.collections.size() > 1 ? 1 : 0];
    out.emplace_back("GLOBUS_SANDBOX_SOURCE_COLLECTION", source.id);
    out.emplace_back("GLOBUS_SANDBOX_DESTINATION_COLLECTION", destination.id);
    out.emplace_back("GLOBUS_SANDBOX_SOURCE_DIRECTORY", source.directory.string());
    out.emplace_back("GLOBUS_SANDBOX_DESTINATION_DIRECTORY", destination.directory.string());
    for (auto const& collection : world.options.collections) {
        if (!collection.requires_data_access) continue;
        out.emplace_back("GLOBUS_SANDBOX_MAPPED_COLLECTION", collection.id);
        break;
    }
    out.emplace_back("GLOBUS_SANDBOX_HTTPS_URL", world.https_url);
    out.emplace_back("GLOBUS_SANDBOX_SUBSCRIPTION_ID", own_subscription(world));
    out.emplace_back("GLOBUS_SANDBOX_SUBSCRIPTION_GROUP", subscription_group(world));
    out.emplace_back("GLOBUS_SANDBOX_GCS_URL", world.base_url + "api/");
    out.emplace_back("GLOBUS_SANDBOX_GCS_HTTPS_URL", world.https_url + "api/");
    out.emplace_back("GLOBUS_SANDBOX_GCS_ENDPOINT", world.gcs_id);
    for (auto const& token : environment_tokens(world, client, native)) out.push_back(token);
    return out;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_CHANGES_IPP
// The page at the port of the admin calls: what there is and what happened, live, and faults at a click.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_PAGE_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_PAGE_IPP

namespace globus::sandbox::detail {

/// It contains nothing of a session: its script asks for that with the secret, which is behind the # of its address and
/// so in no request. What the session says is put in as text, never as HTML.
inline constexpr char const* admin_page = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Globus sandbox</title>
<style>:root{color-scheme:light dark}body{font:15px sans-serif;margin:2em;max-width:75em}
table{border-collapse:collapse;margin:.5em 0 1.5em;font-size:13px}h2{margin-bottom:0}
td,th{border:1px solid #8888;padding:.2em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
button{margin:.2em}.bad{color:#c33}td:empty::after{content:"\00a0"}</style></head>
<body><h1>Globus sandbox</h1><p id="status">...</p>
<h2>Faults</h2><p id="scenarios">Add those of: </p><p><button id="clear">Remove all faults</button>
<button id="expire">Expire all access tokens</button> <button id="reset">Back to the begin</button></p>
<table id="faults"></table><h2>Users</h2><table id="users"></table><h2>Collections</h2><table id="collections"></table><h2>Tasks</h2><table id="tasks"></table>
<h2>Tokens</h2><table id="tokens"></table><h2>Journal</h2><table id="journal"></table>
<script>
"use strict";
const secret = location.hash.slice(1), base = "/admin/v1/sessions/default/";
const at = id => document.getElementById(id);
async function call(path, body) {
  const answer = await fetch(base + path, {method: body === undefined ? "GET" : body === null ? "DELETE" : "POST",
    headers: {Authorization: "Bearer " + secret}, body: body ? JSON.stringify(body) : undefined});
  if (!answer.ok) throw new Error(answer.status + " " + await answer.text());
  return answer.json();
}
// A time ago, or to come, in words.
function span(from, to) {
  const s = Math.round((new Date(to) - new Date(from)) / 1000);
  return s < 120 ? s + " s" : s < 7200 ? Math.round(s / 60) + " min" : s < 172800 ? Math.round(s / 3600) + " h"
    : Math.round(s / 86400) + " days";
}
const newest = (list, count) => list.sort((a, b) => a.issued < b.issued ? 1 : -1).slice(0, count);
function table(id, names, rows) {
  const line = (cells, kind) => {
    const row = document.createElement("tr");
    for (const cell of cells) row.appendChild(document.createElement(kind)).textContent = cell ?? "";
    return row;
  };
  const none = names.map((name, i) => i ? "" : "none");
  at(id).replaceChildren(line(names, "th"), ...(rows.length ? rows : [none]).map(cells => line(cells, "td")));
}
async function show() {
  try {
    const state = await call("state"), journal = await call("journal?limit=30"), faults = await call("faults");
    at("status").textContent = "Requests so far: " + journal.total + ". It is " + journal.now + ".";
    at("status").className = "";
    const name = Object.fromEntries(state.users.map(u => [u.id, u.username]));
    table("users", ["id", "username", "name"], state.users.map(u => [u.id, u.username, u.name]));
    table("collections", ["id", "name", "state", "directory"],
      state.collections.map(c => [c.id, c.display_name, c.state, c.directory]));
    table("tasks", ["id", "type", "status", "nice status", "faults", "files"],
      state.tasks.slice(-20).reverse().map(t => [t.task_id, t.type, t.status, t.nice_status, t.faults, t.files_transferred]));
    table("tokens", ["resource server", "application", "of", "age", "valid for"],
      newest(state.tokens.access, 30).map(t => [t.resource_server, t.client_id, name[t.sub] || t.sub,
        span(t.issued, journal.now), t.active ? span(journal.now, t.expires) : "no more"]));
    table("faults", ["rule", "fired", "what"], faults.faults.map(f => [f.rule_id, f.fired, JSON.stringify(f.rule)]));
    table("journal", ["number", "operation", "method", "path", "status", "fault"],
      journal.journal.reverse().map(e => [e.n, e.service + "." + e.operation, e.method, e.path, e.status, e.fault]));
  } catch (error) {
    at("status").textContent = String(error);
    at("status").className = "bad";
  }
}
const after = action => async () => { try { await action(); } finally { await show(); } };
at("clear").onclick = after(() => call("faults", null));
at("expire").onclick = after(() => call("tokens", {expire: "all"}));
at("reset").onclick = after(() => call("reset", {}));
call("scenarios").then(list => {
  for (const name of list.scenarios) {
    const button = at("scenarios").appendChild(document.createElement("button"));
    button.textContent = name;
    button.onclick = after(() => call("scenario", {name}));
  }
}).catch(() => {});
show();
setInterval(show, 1000);
</script></body></html>
)html";

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_PAGE_IPP

namespace globus::sandbox::detail {

/// The sessions of a server and the port of its admin calls.
class Host {
public:
    Host(std::shared_ptr<World> first, std::uint16_t port, std::string secret)
        : secret_(secret.empty() ? random_secret() : secret), host_(secret.empty() ? "" : first->options.network_host) {
        if (secret_.size() < 16) throw SandboxError("sandbox: the admin secret needs at least 16 characters");
        worlds_[first->id] = {first, first};
        listener_ = std::make_unique<Listener>(port, Interface{host_});
        listener_->start([this](Connection& connection) { serve(connection); });
    }

    ~Host() {
        listener_->stop();
        std::map<std::string, Entry> worlds;
        {
            std::lock_guard lock(mutex_);
            worlds.swap(worlds_);
        }
        for (auto& [id, entry] : worlds)
            if (auto const world = entry.seen.lock()) world->stop();
    }

    Host(Host const&) = delete;
    Host& operator=(Host const&) = delete;

    std::string url() const { return listener_->url("http") + "admin/v1/"; }
    std::string const& secret() const { return secret_; }

    /// Makes a session; it lives as long as somebody holds it, or as the host does when that is to `keep` it.
    std::shared_ptr<World> open(Options options, bool keep) {
        std::string name;
        {
            std::lock_guard lock(mutex_);
            name = "session-" + std::to_string(++made_);
        }
        auto world = ::globus::detail::make_process_bound<World>(name, std::move(options));
        world->start();
        std::lock_guard lock(mutex_);
        std::erase_if(worlds_, [](auto const& one) { return one.second.seen.expired(); });
        worlds_[name] = {world, keep ? world : nullptr};
        return world;
    }

    void close(std::string const& id) {
        std::shared_ptr<World> world;
        {
            std::lock_guard lock(mutex_);
            auto const found = worlds_.find(id);
            if (found != worlds_.end()) world = found->second.seen.lock();
            if (!world) throw SandboxError("sandbox: no such session: " + id);
            if (id == "default") throw SandboxError("sandbox: the first session lives as long as the server");
            worlds_.erase(found);
        }
        world->stop();
    }

    static Session session(std::shared_ptr<World> world) { return Session(std::move(world)); }

private:
    void serve(Connection& connection) {
        while (true) {
            Parser parser;
            parser.body_limit(std::uint64_t{1} << 26);
            if (connection.read(parser, false) != Connection::Read::done) return;
            Call call = call_of(parser.get());
            call.body = parser.get().body();
            Reply reply;
            try {
                reply = answer(call);
            } catch (SandboxError const& wrong) {
                reply = Reply::of(400, json::object{{"error", wrong.what()}});
            }
            auto const [sent, going] =
                write_reply(connection, reply, parser.get().keep_alive(), call.method == "HEAD", std::nullopt);
            if (!going) return;
        }
    }

    /// The page, which may load nothing from elsewhere and be in no other page.
    static Reply page_reply() {
        Reply reply;
        reply.content_type = "text/html; charset=utf-8";
        reply.headers.emplace_back("Content-Security-Policy",
                                   "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
                                   "connect-src 'self'; frame-ancestors 'none'");
        reply.headers.emplace_back("Referrer-Policy", "no-referrer");
        reply.body = admin_page;
        return reply;
    }

    static Reply bad(int status, std::string const& text) { return Reply::of(status, json::object{{"error", text}}); }

    Reply answer(Call const& call) {
        if (!is_local_host(call.header("Host"), host_)) return bad(400, "wrong Host");
        // A web page may call only when it is our own: see page().
        if (auto const origin = call.header("Origin"); !origin.empty() && !url().starts_with(origin + "/"))
            return bad(403, "wrong Origin");
        if (call.path == "/" && call.method == "GET") return page_reply();
        if (!equal_secret(call.bearer(), secret_)) return bad(401, "the admin secret is needed as a bearer token");
        auto const& path = call.segments;
        if (path.size() < 3 || path[0] != "admin" || path[1] != "v1" || path[2] != "sessions")
            return bad(404, "no such resource");
        json::value body = json::object{};
        if (!call.body.empty()) {
            boost::system::error_code error;
            body = json::parse(call.body, error);
            if (error) return bad(400, "the body is not JSON: " + error.message());
        }
        if (path.size() == 3) {
            if (call.method == "GET") {
                std::lock_guard lock(mutex_);
                json::array ids;
                for (auto const& [id, entry] : worlds_)
                    if (!entry.seen.expired()) ids.emplace_back(id);
                return Reply::of(200, json::object{{"sessions", std::move(ids)}});
            }
            return call.method == "POST" ? make_session(body) : bad(405, "GET or POST");
        }
        std::shared_ptr<World> world;
        {
            std::lock_guard lock(mutex_);
            if (auto const found = worlds_.find(path[3]); found != worlds_.end()) world = found->second.seen.lock();
        }
        if (!world) return bad(404, "no such session");
        if (path.size() == 4) {
            if (call.method == "GET") return describe(*world);
            return call.method == "DELETE" ? remove(*world, call.argument("strict") == "1") : bad(405, "GET or DELETE");
        }
        return part(*world, call, path[4], body);
    }

    /// What a member that is a number of at least zero says; an error when it is something else.
    static double amount(json::value const& body, char const* name, double otherwise) {
        auto const* value = member(body, name);
        if (value == nullptr) return otherwise;
        auto const number = number_of(*value);
        if (!number || !(*number >= 0)) throw SandboxError(std::string(name) + " is a number, and not negative");
        return *number;
    }

    /// An error when a document has a member that means nothing.
    static void check_members(json::value const& body, std::set<std::string_view> const& known) {
        if (!body.is_object()) throw SandboxError("an object is needed");
        for (auto const& item : body.get_object())
            if (!known.contains(std::string_view(item.key())))
                throw SandboxError("unknown member: " + std::string(item.key()));
    }

    Reply make_session(json::value const& body) {
        check_members(body, {"tls", "seed", "clock", "rotation", "reuse_detection", "token_lifetime_s",
                             "task_duration_ms", "rate_limit"});
        Options options;
        static std::map<std::string, Tls> const kinds{{"none", Tls::none},
                                                      {"good", Tls::good},
                                                      {"wrong_host", Tls::wrong_host},
                                                      {"expired", Tls::expired},
                                                      {"self_signed", Tls::self_signed},
                                                      {"weak", Tls::weak}};
        auto const kind = kinds.find(text_of(body, "tls", "none"));
        if (kind == kinds.end()) return bad(400, "tls is none, good, wrong_host, expired, self_signed or weak");
        options.tls = kind->second;
        options.seed = static_cast<std::uint64_t>(amount(body, "seed", 1));
        auto const clock = text_of(body, "clock", "real");
        if (clock != "real" && clock != "manual") return bad(400, "clock is \"real\" or \"manual\"");
        options.clock = clock == "manual" ? ClockMode::manual : ClockMode::real;
        options.rotate_refresh_tokens = flag_of(body, "rotation");
        options.detect_refresh_token_reuse = flag_of(body, "reuse_detection");
        options.token_lifetime =
            std::chrono::seconds(static_cast<std::int64_t>(amount(body, "token_lifetime_s", 172800)));
        options.task_duration =
            std::chrono::milliseconds(static_cast<std::int64_t>(amount(body, "task_duration_ms", 0)));
        if (auto const* limit = member(body, "rate_limit")) {
            check_members(*limit, {"rps", "burst"});
            options.rate_limit.requests_per_second = amount(*limit, "rps", 0);
            options.rate_limit.burst = amount(*limit, "burst", 1);
        }
        return describe(*open(std::move(options), true), 201);
    }

    static Reply describe(World& world, int status = 200) {
        json::object urls;
        for (auto const* service : {"auth", "transfer", "groups", "search", "flows", "timers", "compute"})
            urls[service] = world.base_url;
        urls["gcs"] = world.base_url + "api/";
        json::object variables;
        for (auto const& [name, value] : environment_of(world)) variables[name] = value;
        json::object out{{"session", world.id},
                         {"seed", world.options.seed},
                         {"base_urls", std::move(urls)},
                         {"client_id", variables["GLOBUS_SANDBOX_CLIENT_ID"]},
                         {"client_secret", variables["GLOBUS_SANDBOX_CLIENT_SECRET"]},
                         {"native_client_id", variables["GLOBUS_SANDBOX_NATIVE_CLIENT_ID"]},
                         {"user_token", variables["GLOBUS_SANDBOX_TRANSFER_TOKEN"]},
                         {"ca_pem", world.ca_pem}};
        out["environment"] = std::move(variables);
        return Reply::of(status, out);
    }

    Reply remove(World& world, bool strict) {
        json::array unfired = unfired_rules(world);
        if (strict && !unfired.empty()) return Reply::of(409, json::object{{"unfired", std::move(unfired)}});
        close(world.id);
        return Reply::of(200, json::object{{"unfired", std::move(unfired)}});
    }

    Reply part(World& world, Call const& call, std::string const& name, json::value const& body) {
        if (call.method == "GET") return read_part(world, call, name);
        if (call.method != "POST" && call.method != "DELETE") return bad(405, "GET, POST or DELETE");
        if (name == "faults") {
            std::lock_guard lock(world.mutex);
            if (call.method == "POST") return Reply::of(201, json::object{{"rule_id", world.add_rules_locked(body)}});
            world.rules.clear();
            return Reply::of(200, json::object{});
        }
        if (name == "clock") return change_clock(world, body);
        if (name == "tokens") return tokens(world, body);
        if (name == "verify") return verify(world, body);
        if (name == "snapshot") {
            take_snapshot(world);
            return Reply::of(200, json::object{});
        }
        if (name == "restore" || name == "reset") {
            name == "reset" ? world.reset() : restore_snapshot(world);
            return Reply::of(200, json::object{});
        }
        if (name == "scenario") {
            check_members(body, {"name"});
            run_scenario(world, text_of(body, "name"));
            return Reply::of(201, json::object{});
        }
        return call.segments.size() == 6 ? change_one(world, name, call.segments[5], body)
                                         : bad(404, "no such resource");
    }

    static Reply read_part(World& world, Call const& call, std::string const& name) {
        std::lock_guard lock(world.mutex);
        if (name == "faults") return Reply::of(200, json::object{{"faults", describe_rules(world.rules)}});
        if (name == "journal") return journal(world, call);
        if (name == "state") return Reply::of(200, describe_state(world));
        if (name != "scenarios") return bad(404, "no such resource");
        json::array names;
        for (auto const& [scenario, rules] : scenarios()) names.emplace_back(scenario);
        return Reply::of(200, json::object{{"scenarios", std::move(names)}});
    }

    /// The entries of the journal that are asked for; under the lock.
    static Reply journal(World& world, Call const& call) {
        auto const after = static_cast<std::uint64_t>(to_integer(call.argument("after")).value_or(0));
        auto const operation = call.argument("operation");
        auto const limit =
            static_cast<std::size_t>(std::max<std::int64_t>(0, to_integer(call.argument("limit")).value_or(1000)));
        std::vector<JournalEntry const*> found;
        for (auto const& entry : world.journal)
            if (entry.number > after && (operation.empty() || entry.operation == operation)) found.push_back(&entry);
        // Who reads on from a number wants the next ones, who does not the newest.
        if (found.size() > limit) {
            if (call.has_argument("after"))
                found.resize(limit);
            else
                found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
        }
        json::array entries;
        for (auto const* entry : found) entries.push_back(describe_entry(*entry));
        return Reply::of(
            200, json::object{
                     {"journal", std::move(entries)}, {"total", world.total}, {"now", iso_time(world.now_locked())}});
    }

    static Reply change_clock(World& world, json::value const& body) {
        check_members(body, {"advance_s", "set"});
        if (member(body, "advance_s") != nullptr) {
            advance(world, static_cast<Millis>(amount(body, "advance_s", 0) * 1000));
        } else if (auto const at = parse_time(text_of(body, "set"))) {
            set_clock(world, *at);
        } else {
            return bad(400, "advance_s or set is needed");
        }
        std::lock_guard lock(world.mutex);
        return Reply::of(200, json::object{{"now", iso_time(world.now_locked())}});
    }

    /// A collection, a task or an endpoint of Compute, by its id.
    static Reply change_one(World& world, std::string const& name, std::string const& id, json::value const& body) {
        if (name == "compute_tasks") {
            check_members(body, {"result", "exception"});
            bool const good = member(body, "exception") == nullptr;
            Change const change(world);
            if (!complete_compute_task(world, id, good, text_of(body, good ? "result" : "exception")))
                return bad(404, "no such task");
            return Reply::of(200, json::object{});
        }
        if (name == "web_inputs") {
            check_members(body, {"option"});
            std::lock_guard lock(world.mutex);
            auto* const input = find_document(world.data.documents["web_inputs"], id);
            if (input == nullptr) return bad(404, "no such web input");
            if (text_of(*input, "status") == "closed" || !choose_option(world, *input, text_of(body, "option")))
                return bad(400, "the web input is closed, or has no such option");
            return Reply::of(200, json::object{});
        }
        if (name == "compute_endpoints") {
            check_members(body, {"status"});
            Change const change(world);
            auto* const endpoint = find_document(world.data.documents["compute.endpoints"], id);
            if (endpoint == nullptr) return bad(404, "no such endpoint");
            (*endpoint)["status"] = text_of(body, "status", "online");
            return Reply::of(200, json::object{});
        }
        if (name == "collections") {
            check_members(body, {"state"});
            set_state(world, id, text_of(body, "state"));
            return Reply::of(200, json::object{});
        }
        return bad(404, "no such resource");
    }

    static Reply verify(World& world, json::value const& body) {
        std::vector<Expectation> expectations;
        auto const read = [&](json::value const& one) {
            check_members(one, {"operation", "path", "count"});
            Expectation wanted;
            wanted.operation = text_of(one, "operation");
            wanted.path = text_of(one, "path");
            if (wanted.operation.empty() && wanted.path.empty()) throw SandboxError("operation or path is needed");
            if (auto const* count = member(one, "count"); count != nullptr && number_of(*count)) {
                wanted.at_least = wanted.at_most = static_cast<std::uint64_t>(amount(one, "count", 0));
            } else if (count != nullptr) {
                check_members(*count, {"min", "max"});
                wanted.at_least = static_cast<std::uint64_t>(amount(*count, "min", 0));
                if (member(*count, "max") != nullptr)
                    wanted.at_most = static_cast<std::uint64_t>(amount(*count, "max", 0));
            }
            expectations.push_back(wanted);
        };
        if (auto const* list = body.if_array())
            for (auto const& one : *list) read(one);
        else
            read(body);
        std::lock_guard lock(world.mutex);
        auto wrong = verify_locked(world, expectations);
        int const status = wrong.empty() ? 200 : 417;
        return Reply::of(status, json::object{{"differences", std::move(wrong)}});
    }

    static Reply tokens(World& world, json::value const& body) {
        if (!body.is_object()) return bad(400, "an object is needed");
        json::object out;
        for (auto const& item : body.get_object()) {
            std::string_view const what = item.key();
            json::value const& value = item.value();
            if (what == "expire" || what == "revoke") {
                bool const every = value == json::value(true) || value == json::value("all");
                if (!every && !value.is_string()) return bad(400, std::string(what) + " takes a token, or \"all\"");
                bool const gone = what == "expire";
                if (every)
                    gone ? expire_all(world) : revoke_all(world);
                else if (auto const token = to_string(value.get_string());
                         gone ? !expire(world, token) : !revoke(world, token))
                    return bad(400, "no such token");
            } else if (what == "rotate_keys") {
                rotate(world);
            } else if (what == "lifetime_s") {
                set_lifetime(world, std::chrono::seconds(static_cast<std::int64_t>(amount(body, "lifetime_s", 0))));
            } else if (what == "issue") {
                check_members(value, {"scope", "client_id"});
                out["access_token"] = user_token(world, text_of(value, "scope", "transfer.api.globus.org"));
                out["refresh_token"] = refresh_token(world, text_of(value, "scope", "transfer.api.globus.org"),
                                                     text_of(value, "client_id"));
            } else if (what == "require_consent" || what == "require_session") {
                check_members(value, {"service", "scopes", "authorization_parameters"});
                Requirement made;
                made.service = text_of(value, "service", "transfer");
                if (auto const* scopes = member(value, "scopes"); scopes != nullptr && scopes->is_array())
                    for (auto const& scope : scopes->get_array())
                        if (scope.is_string()) made.scopes.push_back(to_string(scope.get_string()));
                if (auto const* parameters = member(value, "authorization_parameters");
                    parameters != nullptr && parameters->is_object())
                    made.authorization_parameters = parameters->get_object();
                Change const change(world);
                world.data.requirements.push_back(std::move(made));
            } else {
                return bad(400, "unknown member: " + std::string(what));
            }
        }
        return Reply::of(200, out);
    }

    struct Entry {
        std::weak_ptr<World> seen;
        std::shared_ptr<World> kept;  ///< null for a session that its handles keep alive
    };

    std::string secret_;
    std::string host_;  ///< Options::network_host, when whoever started us has chosen the secret
    std::mutex mutex_;
    std::map<std::string, Entry> worlds_;
    std::uint64_t made_ = 0;
    std::unique_ptr<Listener> listener_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_HOST_IPP

namespace globus::sandbox::detail {

/// An error that says where the document is wrong.
[[noreturn]] inline void wrong_seed(std::string const& where, std::string const& what) {
    throw SandboxError("sandbox: the configuration is wrong at " + where + ": " + what);
}

/// What an object of a list may have, and of what kind.
using SeedMembers = std::map<std::string_view, json::kind>;

/// The objects of a list that the document may have; each has no members but these.
inline std::vector<json::object> seed_list(json::object const& config, char const* name, SeedMembers const& known) {
    std::vector<json::object> out;
    auto const* list = config.if_contains(name);
    if (list == nullptr) return out;
    if (!list->is_array()) wrong_seed(name, "a list is expected");
    for (auto const& one : list->get_array()) {
        std::string const where = std::string(name) + "[" + std::to_string(out.size()) + "]";
        if (!one.is_object()) wrong_seed(where, "an object is expected");
        for (auto const& item : one.get_object()) {
            auto const member = known.find(std::string_view(item.key()));
            if (member == known.end()) wrong_seed(where, "there is no member " + std::string(item.key()));
            if (item.value().kind() != member->second)
                wrong_seed(where,
                           std::string(item.key()) + " is to be a " + std::string(json::to_string(member->second)));
        }
        out.push_back(one.get_object());
    }
    return out;
}

/// The list with what the service itself checks: any members.
inline std::vector<json::object> open_list(json::object const& config, char const* name) {
    std::vector<json::object> out;
    auto const* list = config.if_contains(name);
    if (list == nullptr) return out;
    if (!list->is_array()) wrong_seed(name, "a list is expected");
    for (auto const& one : list->get_array()) {
        if (!one.is_object()) wrong_seed(name, "objects are expected");
        out.push_back(one.get_object());
    }
    return out;
}

inline void read_config(json::object const& config, Options& options) {
    static std::set<std::string_view> const known{"users",  "apps",    "collections", "rules",
                                                  "groups", "indices", "flows",       "timers"};
    for (auto const& item : config)
        if (!known.contains(std::string_view(item.key())))
            wrong_seed("the top", "there is no member " + std::string(item.key()));
    constexpr auto text = json::kind::string;
    constexpr auto flag = json::kind::bool_;
    for (auto const& one :
         seed_list(config, "users",
                   {{"id", text}, {"username", text}, {"name", text}, {"email", text}, {"organization", text}})) {
        User user{text_of(one, "id"), text_of(one, "username")};
        if (user.username.empty()) wrong_seed("users", "username is missing");
        user.name = text_of(one, "name", user.name);
        user.email = text_of(one, "email");
        user.organization = text_of(one, "organization", user.organization);
        options.users.push_back(std::move(user));
    }
    for (auto const& one : seed_list(
             config, "apps", {{"id", text}, {"secret", text}, {"name", text}, {"redirect_uris", json::kind::array}})) {
        App app{text_of(one, "id"), text_of(one, "secret"), text_of(one, "name", "Sandbox App")};
        if (auto const* uris = one.if_contains("redirect_uris"); uris != nullptr && uris->is_array())
            for (auto const& uri : uris->get_array())
                if (uri.is_string()) app.redirect_uris.push_back(to_string(uri.get_string()));
        options.apps.push_back(std::move(app));
    }
    for (auto const& one : seed_list(config, "collections",
                                     {{"id", text},
                                      {"directory", text},
                                      {"display_name", text},
                                      {"kind", text},
                                      {"open", flag},
                                      {"requires_data_access", flag},
                                      {"high_assurance", flag}})) {
        Collection collection{text_of(one, "id"), text_of(one, "directory")};
        collection.display_name = text_of(one, "display_name", collection.display_name);
        std::string const kind = text_of(one, "kind", "guest");
        if (kind != "guest" && kind != "mapped") wrong_seed("collections", "kind is guest or mapped");
        collection.kind = kind == "mapped" ? CollectionKind::mapped : CollectionKind::guest;
        collection.open = flag_of(one, "open", true);
        collection.requires_data_access = flag_of(one, "requires_data_access");
        collection.high_assurance = flag_of(one, "high_assurance");
        options.collections.push_back(std::move(collection));
    }
}

/// Makes what a document describes by the calls that a program would make, for the first user.
class Seeder {
public:
    explicit Seeder(World& world) : world_(world) {
        whom_.identity = world.options.users.front().id;
        for (auto const& app : world.options.apps)
            if (app.secret.empty() && whom_.client.empty()) whom_.client = app.id;
    }

    void run(json::object const& config) {
        for (auto const& rule : open_list(config, "rules")) {
            json::object body = rule;
            body.erase("collection");
            make("transfer", "add_endpoint_acl_rule", "/access", {text_of(rule, "collection")},
                 &EndpointDocuments<RuleKind>::add, body);
        }
        for (auto const& group : open_list(config, "groups")) make_group(group);
        for (auto const& index : open_list(config, "indices")) make_index(index);
        for (auto const& flow : open_list(config, "flows"))
            make("flows", "create_flow", "/flows", {}, &create_flow, without(flow, "id"), text_of(flow, "id"));
        for (auto const& timer : open_list(config, "timers"))
            make("timers", "create_timer", "/v2/timer", {}, &create_timer, {{"timer", without(timer, "id")}},
                 text_of(timer, "id"));
    }

private:
    static json::object without(json::object object, char const* name) {
        object.erase(name);
        return object;
    }

    json::object make(char const* service, char const* operation, char const* path, std::vector<std::string> holes,
                      Reply (*handler)(World&, Call&), json::object const& body, std::string id = {}) {
        Call call;
        call.service = service;
        call.operation = operation;
        call.path = path;
        call.holes = std::move(holes);
        call.body = json::serialize(body);
        world_.random.next_uuid = std::move(id);
        Reply const reply = call_for(world_, whom_, scope_for(resource_server_of_service(service)), handler, call);
        world_.random.next_uuid.clear();
        if (reply.status >= 400) wrong_seed(operation, reply.body);
        boost::system::error_code failed;
        json::value const answer = json::parse(reply.body, failed);
        return answer.is_object() ? answer.get_object() : json::object{};
    }

    void make_group(json::object const& group) {
        json::object document = without(group, "members");
        document.erase("policies");
        std::string const id = text_of(make("groups", "create_group", "/v2/groups", {}, &create_group,
                                            without(document, "id"), text_of(group, "id")),
                                       "id");
        if (auto const* policies = group.if_contains("policies"); policies != nullptr && policies->is_object())
            for (auto const& item : policies->get_object())
                (*find_document(world_.data.documents["groups"], id))["policies"].as_object()[item.key()] =
                    item.value();
        if (auto const* members = group.if_contains("members"))
            make("groups", "batch_membership_action", "/v2/groups", {id}, &batch_membership_action,
                 {{"add", *members}});
    }

    void make_index(json::object const& index) {
        json::object document = without(index, "entries");
        std::string const id = text_of(make("search", "create_index", "/v1/index", {}, &create_index,
                                            without(document, "id"), text_of(index, "id")),
                                       "id");
        if (auto const* entries = index.if_contains("entries"))
            make("search", "ingest", "/v1/index/ingest", {id}, &ingest,
                 {{"ingest_type", "GMetaList"}, {"ingest_data", json::object{{"gmeta", *entries}}}});
    }

    World& world_;
    Behalf whom_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_SEED_IPP

#include <exception>

namespace globus::sandbox {

GLOBUS_SANDBOX_DECL Session::Session(std::shared_ptr<detail::World> world) : world_(std::move(world)) {}

GLOBUS_SANDBOX_DECL detail::World& Session::world() const {
    auto& world = *::globus::detail::Shared(world_);
    world.made.check();
    return world;
}

GLOBUS_SANDBOX_DECL std::string Session::base_url() const { return world().base_url; }

GLOBUS_SANDBOX_DECL std::string Session::id() const { return world().id; }

GLOBUS_SANDBOX_DECL std::string Session::https_url() const { return world().https_url; }

GLOBUS_SANDBOX_DECL std::string Session::ca_pem() const { return world().ca_pem; }

GLOBUS_SANDBOX_DECL std::uint16_t Session::port() const { return world().listener->port(); }

GLOBUS_SANDBOX_DECL std::vector<std::pair<std::string, std::string>> Session::environment() {
    return detail::environment_of(world());
}

GLOBUS_SANDBOX_DECL std::string Session::client_id() const {
    for (auto const& app : world().options.apps)
        if (!app.secret.empty()) return app.id;
    return {};
}

GLOBUS_SANDBOX_DECL std::string Session::client_secret() const {
    for (auto const& app : world().options.apps)
        if (!app.secret.empty()) return app.secret;
    return {};
}

GLOBUS_SANDBOX_DECL std::string Session::native_client_id() const {
    for (auto const& app : world().options.apps)
        if (app.secret.empty()) return app.id;
    return {};
}

GLOBUS_SANDBOX_DECL User Session::user() const { return world().options.users.front(); }

GLOBUS_SANDBOX_DECL std::string Session::source_collection() const { return world().options.collections.front().id; }

GLOBUS_SANDBOX_DECL std::string Session::destination_collection() const {
    return world().options.collections[world().options.collections.size() > 1 ? 1 : 0].id;
}

GLOBUS_SANDBOX_DECL std::string Session::mapped_collection() const {
    for (auto const& collection : world().options.collections)
        if (collection.requires_data_access) return collection.id;
    return {};
}

GLOBUS_SANDBOX_DECL std::filesystem::path Session::directory(std::string_view collection_id) const {
    std::lock_guard lock(world().mutex);
    auto const found = world().data.endpoints.find(std::string(collection_id));
    if (found == world().data.endpoints.end())
        throw SandboxError("sandbox: no such collection: " + std::string(collection_id));
    return found->second.directory;
}

GLOBUS_SANDBOX_DECL std::string Session::user_token(std::string_view scope) {
    return detail::user_token(world(), scope);
}

GLOBUS_SANDBOX_DECL std::string Session::issue_refresh_token(std::string_view scope, std::string_view client) {
    return detail::refresh_token(world(), scope, client);
}

GLOBUS_SANDBOX_DECL void Session::expire_access_tokens() { detail::expire_all(world()); }

GLOBUS_SANDBOX_DECL void Session::expire_token(std::string_view token) {
    if (!detail::expire(world(), std::string(token))) throw SandboxError("sandbox: no such access token");
}

GLOBUS_SANDBOX_DECL void Session::revoke_token(std::string_view token) { detail::revoke(world(), std::string(token)); }

GLOBUS_SANDBOX_DECL void Session::revoke_all_tokens() { detail::revoke_all(world()); }

GLOBUS_SANDBOX_DECL void Session::rotate_keys() { detail::rotate(world()); }

GLOBUS_SANDBOX_DECL void Session::set_token_lifetime(std::chrono::seconds lifetime) {
    detail::set_lifetime(world(), lifetime);
}

GLOBUS_SANDBOX_DECL void Session::require_consent(std::string_view service, std::vector<std::string> scopes) {
    detail::Change const change(world());
    world().data.requirements.push_back({std::string(service), std::move(scopes), {}});
}

GLOBUS_SANDBOX_DECL void Session::require_session(std::string_view service, boost::json::object parameters) {
    detail::Change const change(world());
    world().data.requirements.push_back({std::string(service), {}, std::move(parameters)});
}

GLOBUS_SANDBOX_DECL void Session::set_collection_state(std::string_view collection_id, std::string_view state) {
    detail::set_state(world(), std::string(collection_id), std::string(state));
}

GLOBUS_SANDBOX_DECL void Session::advance_clock(std::chrono::milliseconds by) { detail::advance(world(), by.count()); }

GLOBUS_SANDBOX_DECL void Session::set_clock(std::chrono::system_clock::time_point to) {
    detail::set_clock(world(), std::chrono::duration_cast<std::chrono::milliseconds>(to.time_since_epoch()).count());
}

GLOBUS_SANDBOX_DECL std::chrono::system_clock::time_point Session::now() const {
    std::lock_guard lock(world().mutex);
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(world().now_locked()));
}

GLOBUS_SANDBOX_DECL bool Session::wait_for_tasks(std::chrono::milliseconds timeout) {
    std::unique_lock lock(world().mutex);
    return world().wake.wait_for(lock, timeout, [&] {
        for (auto const& [id, task] : world().data.tasks.all())
            if (task.active() && !task.paused && !task.held && task.last_fault.empty()) return false;
        return true;
    });
}

GLOBUS_SANDBOX_DECL std::uint64_t Session::add_fault(boost::json::value const& rule) {
    std::lock_guard lock(world().mutex);
    return world().add_rules_locked(rule);
}

GLOBUS_SANDBOX_DECL void Session::clear_faults() {
    std::lock_guard lock(world().mutex);
    world().rules.clear();
}

GLOBUS_SANDBOX_DECL boost::json::array Session::faults() const {
    std::lock_guard lock(world().mutex);
    return detail::describe_rules(world().rules);
}

GLOBUS_SANDBOX_DECL boost::json::array Session::unfired_faults() const { return detail::unfired_rules(world()); }

GLOBUS_SANDBOX_DECL void Session::scenario(std::string_view name) { detail::run_scenario(world(), std::string(name)); }

GLOBUS_SANDBOX_DECL std::vector<std::string> Session::scenario_names() {
    std::vector<std::string> names;
    for (auto const& [name, rules] : detail::scenarios()) names.push_back(name);
    return names;
}

GLOBUS_SANDBOX_DECL std::vector<JournalEntry> Session::journal(std::string_view operation, std::uint64_t after) const {
    std::lock_guard lock(world().mutex);
    std::vector<JournalEntry> out;
    for (auto const& entry : world().journal)
        if (entry.number > after && (operation.empty() || entry.operation == operation)) out.push_back(entry);
    return out;
}

GLOBUS_SANDBOX_DECL std::uint64_t Session::count(std::string_view operation) const {
    std::lock_guard lock(world().mutex);
    auto const found = world().counts.find(std::string(operation));
    return found == world().counts.end() ? 0 : found->second;
}

GLOBUS_SANDBOX_DECL std::uint64_t Session::count() const {
    std::lock_guard lock(world().mutex);
    return world().total;
}

GLOBUS_SANDBOX_DECL void Session::clear_journal() {
    std::lock_guard lock(world().mutex);
    world().journal.clear();
    world().journal_bytes = 0;
    world().counts.clear();
    world().total = 0;
}

GLOBUS_SANDBOX_DECL boost::json::object Session::state() const {
    std::lock_guard lock(world().mutex);
    return detail::describe_state(world());
}

GLOBUS_SANDBOX_DECL void Session::verify(std::vector<Expectation> const& expectations) const {
    std::lock_guard lock(world().mutex);
    auto const wrong = detail::verify_locked(world(), expectations);
    if (!wrong.empty()) throw VerifyError("sandbox: not as expected: " + boost::json::serialize(wrong));
}

GLOBUS_SANDBOX_DECL Expecting::Expecting(Session session, std::vector<Expectation> expectations)
    : session_(std::move(session)), expectations_(std::move(expectations)), unwinding_(std::uncaught_exceptions()) {}

GLOBUS_SANDBOX_DECL Expecting::~Expecting() noexcept(false) {
    bool const here = session_.world_ != nullptr && session_.world_->made.is_this_process();  // not in a forked child
    if (here && !verified_ && std::uncaught_exceptions() == unwinding_) verify();
}

GLOBUS_SANDBOX_DECL void Expecting::verify() {
    verified_ = true;
    session_.verify(expectations_);
    auto const unfired = session_.unfired_faults();
    if (!unfired.empty()) throw VerifyError("sandbox: rules that never fired: " + boost::json::serialize(unfired));
}

GLOBUS_SANDBOX_DECL void Session::snapshot() { detail::take_snapshot(world()); }

GLOBUS_SANDBOX_DECL void read_config(boost::json::object const& config, Options& options) {
    detail::read_config(config, options);
}

GLOBUS_SANDBOX_DECL void Session::seed(boost::json::object const& config) {
    std::lock_guard lock(world().mutex);
    if (world().starts > 1 && world().configured) return;  // the state has it already
    try {
        detail::Seeder(world()).run(config);
    } catch (...) {
        world().data = *world().seeded;
        throw;
    }
    world().configured = true;
    world().remember_begin();
}

GLOBUS_SANDBOX_DECL void Session::reset() { world().reset(); }

GLOBUS_SANDBOX_DECL void Session::restore() { detail::restore_snapshot(world()); }

GLOBUS_SANDBOX_DECL void Session::drop_idle_connections() {
    world().listener->drop_idle(nullptr);
    if (world().secure) world().secure->drop_idle(nullptr);
}

GLOBUS_SANDBOX_DECL Server::Server(Options options) {
    auto const admin_port = options.admin_port;
    auto const secret = options.admin_secret;
    world_ = ::globus::detail::make_process_bound<detail::World>("default", std::move(options));
    world().start();
    host_ = ::globus::detail::make_process_bound<detail::Host>(world_, admin_port, secret);
}

GLOBUS_SANDBOX_DECL Server::~Server() = default;

GLOBUS_SANDBOX_DECL std::string Server::admin_url() const { return host_->url(); }

GLOBUS_SANDBOX_DECL std::string Server::admin_secret() const { return host_->secret(); }

GLOBUS_SANDBOX_DECL Session Server::open_session(Options options) {
    world();
    return detail::Host::session(host_->open(std::move(options), false));
}

GLOBUS_SANDBOX_DECL void Server::close_session(Session const& session) {
    world();
    host_->close(session.id());
}

}  // namespace globus::sandbox

#endif  // GLOBUS_SANDBOX_IMPL_SERVER_IPP
#endif

#endif  // GLOBUS_SANDBOX_HPP

#ifdef GLOBUS_BODIES
#ifndef GLOBUS_CORE_IMPL_ONE_LINE_IPP
#define GLOBUS_CORE_IMPL_ONE_LINE_IPP

#ifndef GLOBUS_CORE_UTF8_HPP
#define GLOBUS_CORE_UTF8_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

/// The number of bytes of the UTF-8 sequence that begins `text`, or 0 if it is not well-formed (RFC 3629).
std::size_t utf8_sequence(std::string_view text) noexcept;

/// The code point that begins `text`, which is taken from it; where `text` is not UTF-8, one byte is taken and the
/// result is nothing.
std::optional<char32_t> take_code_point(std::string_view& text) noexcept;

/// Appends a code point that is not a surrogate, as UTF-8.
void append_code_point(std::string& out, char32_t point);

/// True for blanks, the plain ' ' among them, and for what ends a line or paragraph.
constexpr bool is_blank(char32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// True for ' ' and for everything that shows as itself: no controls, no other blanks, nothing that is invisible, turns
/// the direction of a text or has only a private meaning.
constexpr bool is_printable(char32_t c) {
    bool const steers = c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
                        (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
                        (c >= 0xFFF0 && c <= 0xFFFB);
    bool const private_use = (c >= 0xD800 && c <= 0xF8FF) || c >= 0xE0000;
    return c == 0x20 || !(c < 0x20 || (c >= 0x7F && c <= 0x9F) || is_blank(c) || steers || private_use);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_UTF8_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// A character that must not reach a terminal, by its number: `\x1B`, `\u202E`, `\U000E0041`.
GLOBUS_DECL void append_as_number(std::string& line, char32_t c) {
    constexpr char digits[] = "0123456789ABCDEF";
    int const wide = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    line += wide == 2 ? "\\x" : wide == 4 ? "\\u" : "\\U";
    for (int shift = 4 * (wide - 1); shift >= 0; shift -= 4)
        line += digits[static_cast<std::uint32_t>(c) >> static_cast<unsigned>(shift) & 15U];
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::string one_line(std::string_view text, std::size_t most) {
    std::string line;
    line.reserve(std::min(text.size(), most));
    std::size_t cut = 0;  // where "..." can follow
    bool blank = false;   // there was a blank, which is written before the next character
    while (!text.empty()) {
        char32_t const c = detail::take_code_point(text).value_or(U'\uFFFD');
        if (c != U' ' && detail::is_blank(c)) {
            blank = true;
            continue;
        }
        if (line.size() + 3 <= most) cut = line.size();
        if (std::exchange(blank, false) && !line.empty() && line.back() != ' ' && c != U' ') line += ' ';
        if (detail::is_printable(c))
            detail::append_code_point(line, c);
        else
            detail::append_as_number(line, c);
        if (line.size() > most) return line.replace(cut, line.npos, "...");
    }
    return line;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_ONE_LINE_IPP
#ifndef GLOBUS_CORE_IMPL_ERROR_IPP
#define GLOBUS_CORE_IMPL_ERROR_IPP

#include <string>

namespace globus {

GLOBUS_DECL DecodeError DecodeError::in(std::string const& answer) const {
    DecodeError same(answer + ": " + what(), {}, damage_);
    same.body_ = body_;
    return same;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_ERROR_IPP
#ifndef GLOBUS_CORE_PLATFORM_IMPL_PEER_USER_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_PEER_USER_IPP

#ifndef GLOBUS_CORE_PLATFORM_PEER_USER_HPP
#define GLOBUS_CORE_PLATFORM_PEER_USER_HPP

// Which user's process is at the other end of a loopback connection over IPv4, as Linux lists it in /proc/net/tcp.
// Every user of the machine can reach a port of 127.0.0.1; this is how a listener tells them apart.

namespace globus::detail {

/// False if the other end of a connection on this machine belongs to another user. It is true if the system does not
/// say.
[[nodiscard]] bool is_of_this_user(int socket);

/// Whether the other end of a loopback connection surely belongs to another user: neither to this one nor to root.
[[nodiscard]] bool is_of_another_user(int socket);

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_PEER_USER_HPP

#ifdef __linux__
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#endif
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

/// The line of a connection in /proc/net/tcp or tcp6 that has `from` at its own end and `to` at the other (proc(5)).
GLOBUS_DECL bool is_line_of(std::string const& line, sockaddr_in const& from, sockaddr_in const& to, unsigned& user) {
    char own[33] = {}, other[33] = {};
    unsigned own_port = 0, other_port = 0;
    unsigned long long inode = 0;
    if (std::sscanf(line.c_str(), " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %*x %*x:%*x %*x:%*x %*x %u %*u %llu", own,
                    &own_port, other, &other_port, &user, &inode) != 6 ||
        own_port != ntohs(from.sin_port) || other_port != ntohs(to.sin_port) || inode == 0)
        return false;  // a connection without an inode is closed, and it is not known whose it was
    auto const is = [](std::string_view digits, sockaddr_in const& address) {
        char wanted[9];
        std::snprintf(wanted, sizeof wanted, "%08X", static_cast<unsigned>(address.sin_addr.s_addr));
        if (digits.size() == 32 &&
            digits.substr(16, 8) != (std::endian::native == std::endian::little ? "FFFF0000" : "0000FFFF"))
            return false;
        return digits.ends_with(wanted);
    };
    return is(own, from) && is(other, to);
}

/// Whose the connection is that has `from` at its own end and `to` at the other; nothing if that cannot be asked this way
/// (sock_diag(7)). It asks for the one connection: to read /proc/net/tcp takes milliseconds where memory is large.
GLOBUS_DECL std::optional<unsigned> user_by_sock_diag([[maybe_unused]] sockaddr_in const& from,
                                                      [[maybe_unused]] sockaddr_in const& to) {
    std::optional<unsigned> user;
#ifdef __linux__
    int const diag = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (diag < 0) return user;
    struct {
        nlmsghdr head;
        inet_diag_req_v2 wanted;
    } request{};
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.head.nlmsg_flags = NLM_F_REQUEST;
    request.wanted.sdiag_family = AF_INET;
    request.wanted.sdiag_protocol = IPPROTO_TCP;
    request.wanted.idiag_states = ~std::uint32_t{0};
    request.wanted.id.idiag_sport = from.sin_port;
    request.wanted.id.idiag_dport = to.sin_port;
    request.wanted.id.idiag_src[0] = from.sin_addr.s_addr;
    request.wanted.id.idiag_dst[0] = to.sin_addr.s_addr;
    request.wanted.id.idiag_cookie[0] = request.wanted.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    struct {
        nlmsghdr head;
        inet_diag_msg found;
        char attributes[1024];
    } answer{};
    bool const sent = ::send(diag, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request);
    ssize_t const size = sent ? ::recv(diag, &answer, sizeof answer, MSG_DONTWAIT) : -1;  // the kernel answers at once
    ::close(diag);
    if (size >= static_cast<ssize_t>(sizeof answer.head + sizeof answer.found) &&
        answer.head.nlmsg_type == SOCK_DIAG_BY_FAMILY && answer.found.id.idiag_sport == from.sin_port &&
        answer.found.id.idiag_dport == to.sin_port && answer.found.idiag_inode != 0)
        user = answer.found.idiag_uid;
#endif
    return user;
}

/// What the system says about the other end of a connection.
struct Peer {
    bool told = true;                   ///< false: the system does not tell, as only Linux does
    std::optional<unsigned> user = {};  ///< if the connection is listed: it is of this machine and network namespace
};

GLOBUS_DECL Peer peer_of(int socket) {
    sockaddr_in here{}, there{};
    socklen_t here_size = sizeof here, there_size = sizeof there;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0 ||
        ::getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size) != 0 || here.sin_family != AF_INET)
        return {};
    if (auto const user = user_by_sock_diag(there, here)) return {.user = user};
    bool told = false;
    for (char const* const name : {"/proc/net/tcp", "/proc/net/tcp6"}) {  // an IPv6 socket may be used for IPv4
        std::ifstream table(name);
        told = told || table.is_open();
        for (std::string line; std::getline(table, line);)
            if (unsigned user = 0; is_line_of(line, there, here, user)) return {.user = user};
    }
    return {.told = told};
}

GLOBUS_DECL bool is_of_this_user(int socket) {
    Peer const peer = peer_of(socket);
    return peer.user ? *peer.user == ::geteuid() : !peer.told;
}

GLOBUS_DECL bool is_of_another_user(int socket) {
    Peer const peer = peer_of(socket);
    return peer.user && *peer.user != ::geteuid() && *peer.user != 0;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_PEER_USER_IPP
#ifndef GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP

#ifndef GLOBUS_CORE_PLATFORM_PROCESS_HPP
#define GLOBUS_CORE_PLATFORM_PROCESS_HPP

#include <atomic>
#include <string>

namespace globus::detail {

/// The process that made an object. A child that is forked has a copy of the object, but none of the other threads:
/// their locks are never released and their waits never end; and its connections are those of the parent process.
///
/// A process is identified by its number and by the forks since: in a pid namespace of its own a child can have the
/// number of its parent (pid_namespaces(7)), and calls that make processes without fork(), such as clone(2), are not
/// counted.
class Maker {
public:
    /// Refers to this process.
    Maker() noexcept;
    [[nodiscard]] bool is_this_process() const noexcept;
    /// @throws UsageError  in a child process
    void check() const;

private:
    int process_;
    std::atomic<unsigned> const* forks_;  ///< the maker's, where each shared object has its own
    unsigned before_;
};

/// Has functions called around every fork(), before it, and after it in the parent and in the child; see
/// pthread_atfork(3). Its result only serves to initialise a variable.
int around_forks(void (*before)(), void (*in_parent)(), void (*in_child)());

/// The name of this machine; empty if the system does not say.
std::string host_name();

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_PROCESS_HPP

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <string>

namespace globus::detail {

struct Forks {
    static inline std::atomic<unsigned> count = 0;
    static inline int const counting =
        ::pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); });
};

GLOBUS_DECL Maker::Maker() noexcept
    : process_(::getpid()), forks_(&Forks::count), before_(forks_->load(std::memory_order_relaxed)) {}

GLOBUS_DECL bool Maker::is_this_process() const noexcept {
    return forks_->load(std::memory_order_relaxed) == before_ && ::getpid() == process_;
}

GLOBUS_DECL void Maker::check() const {
    if (!is_this_process())
        throw UsageError(
            "this object was made before fork(), and its locks and connections are those of the parent process: "
            "make a new one in the child process");
}

GLOBUS_DECL int around_forks(void (*before)(), void (*in_parent)(), void (*in_child)()) {
    return ::pthread_atfork(before, in_parent, in_child);
}

GLOBUS_DECL std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP
#ifndef GLOBUS_CORE_IMPL_TEXT_AT_IPP
#define GLOBUS_CORE_IMPL_TEXT_AT_IPP

#ifndef GLOBUS_CORE_TEXT_AT_HPP
#define GLOBUS_CORE_TEXT_AT_HPP

#include <concepts>
#include <string>
#include <type_traits>

namespace globus::detail {

/// A line of a program. As a default argument, `CodeLine::here()` is the line of the call.
struct CodeLine {
    char const* file = "";
    int line = 0;
    static constexpr CodeLine here(char const* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
        return {file, line};
    }
};

/// The text at a pointer.
/// @param where  the line that gives it
/// @throws UsageError  for a null pointer, as getenv() gives it; it names the line
std::string text_at(char const* text, CodeLine where);

/// A pointer to a text that is given to a `T`, which is made from a text.
template <class U, class T>
concept PointsToText =
    std::is_pointer_v<U> && std::convertible_to<U, char const*> && std::convertible_to<std::string, T>;

}  // namespace globus::detail

#endif  // GLOBUS_CORE_TEXT_AT_HPP

#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::string text_at(char const* text, CodeLine where) {
    if (text != nullptr) return text;
    std::string_view file = where.file;
    file.remove_prefix(file.find_last_of('/') + 1);  // 0 if there is none
    throw UsageError("a null pointer was given where a text belongs, in line " + std::to_string(where.line) + " of " +
                     std::string(file) + ": is an environment variable not set?");
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_TEXT_AT_IPP
#ifndef GLOBUS_CORE_IMPL_TIMESTAMP_IPP
#define GLOBUS_CORE_IMPL_TIMESTAMP_IPP

#ifndef GLOBUS_CORE_TIMESTAMP_HPP
#define GLOBUS_CORE_TIMESTAMP_HPP

#include <chrono>
#include <compare>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Where the standard library has std::format, its <chrono> includes <format>.
#ifdef __cpp_lib_format
#include <format>
#endif

namespace globus {

namespace detail {

using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

/// What a text says about a time.
struct TimeText {
    enum class Kind : unsigned char {
        time,        ///< it is `time`
        impossible,  ///< it has the form of one, as the 30th of February has
        other,       ///< it has not
    };
    Kind kind = Kind::other;
    Microseconds time = {};
};

/// Reads the forms of a time that Timestamp lists. Any text will do.
constexpr TimeText read_time(std::string_view text) noexcept {
    using Kind = TimeText::Kind;
    auto const number = [&](std::size_t digits, int& out) {
        if (text.size() < digits) return false;
        out = 0;
        for (char const c : text.substr(0, digits)) {
            if (c < '0' || c > '9') return false;
            out = out * 10 + (c - '0');
        }
        text.remove_prefix(digits);
        return true;
    };
    auto const one_of = [&](std::string_view characters) {
        if (text.empty() || characters.find(text.front()) == characters.npos) return false;
        text.remove_prefix(1);
        return true;
    };

    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, microseconds = 0;
    int zone_sign = 1, zone_hour = 0, zone_minute = 0;
    if (!number(4, year) || !one_of("-") || !number(2, month) || !one_of("-") || !number(2, day)) return {};
    if (!text.empty()) {
        if (!one_of("Tt ") || !number(2, hour) || !one_of(":") || !number(2, minute) || !one_of(":") ||
            !number(2, second))
            return {};
        if (one_of(".")) {
            int digits = 0;
            for (int digit = 0; digits != 9 && number(1, digit); ++digits)
                if (digits < 6) microseconds = microseconds * 10 + digit;
            if (digits == 0) return {};
            for (; digits < 6; ++digits) microseconds *= 10;
        }
        if (!text.empty() && !one_of("Zz")) {
            zone_sign = text.front() == '-' ? -1 : 1;
            if (!one_of("+-") || !number(2, zone_hour)) return {};
            if ((one_of(":") || !text.empty()) && !number(2, zone_minute)) return {};
        }
    }
    if (!text.empty()) return {};

    std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 60 || zone_hour > 23 || zone_minute > 59)
        return {Kind::impossible, {}};
    return {Kind::time, std::chrono::sys_days(date) + std::chrono::hours(hour - zone_sign * zone_hour) +
                            std::chrono::minutes(minute - zone_sign * zone_minute) + std::chrono::seconds(second) +
                            std::chrono::microseconds(microseconds)};
}

/// The microsecond that a time is in; the end of the scale for one that is beyond the year 0 or 10000.
template <class Duration>
constexpr Microseconds floor_time(std::chrono::sys_time<Duration> time) {
    std::chrono::duration<double> const since = time.time_since_epoch();
    if (!(since.count() > -62167219200.0)) return Microseconds::min();
    if (since.count() > 253402387200.0) return Microseconds::max();
    return std::chrono::floor<std::chrono::microseconds>(time);
}

/// As in "2026-01-02T03:04:05+00:00", with six digits of a fraction unless that is zero.
/// @throws UsageError  for a time outside of the years 1 to 9999
std::string time_text(Microseconds time);

}  // namespace detail

/**
 * A moment, as the services write it: a text, which is kept as it came, and the time that it names.
 *
 *     if (*file.last_modified < std::chrono::system_clock::now() - 24h) ...
 *     auto const took = *task.completion_time - *task.request_time;      // microseconds
 *     TransferData{..., .deadline = std::chrono::system_clock::now() + 6h}
 *     TransferData{..., .deadline = "2026-12-01T18:00:00+01:00"}
 *
 * It reads ISO 8601 as the services write it (RFC 3339, section 5.6): a date, `T` or a blank, a time of day in seconds
 * with up to nine digits of a fraction, of which six count, and a zone: `Z`, `+00:00`, `-0730`, `+01`; UTC if there is
 * none. A date alone is its midnight in UTC. A leap second counts as the second after it.
 *
 * A text that is no time is no error: it is kept, and sent as it is.
 *
 * @par Order
 * By the time: two texts of the same moment are equal. What is no time comes after all that are, by its text.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Timestamp {
public:
    /// A time of the standard library, to the microsecond.
    using Time = std::chrono::sys_time<std::chrono::microseconds>;

    /// An empty text, which is no time.
    Timestamp() = default;
    /// A text, kept as it is.
    Timestamp(std::string text) noexcept : text_(std::move(text)) {}
    Timestamp(std::string_view text) : text_(text) {}
    /// @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    Timestamp(char const* text, detail::CodeLine where = detail::CodeLine::here())
        : text_(detail::text_at(text, where)) {}
    /// The microsecond that a time is in; its text is of the form "2026-01-02T03:04:05+00:00".
    /// @throws UsageError  for a time outside of the years 1 to 9999
    template <class Duration>
    Timestamp(std::chrono::sys_time<Duration> time) : text_(detail::time_text(detail::floor_time(time))) {}

    /// As it came, or as it will be sent.
    [[nodiscard]] std::string const& text() const noexcept GLOBUS_LIFETIMEBOUND { return text_; }
    /// The time; nothing if the text is none.
    [[nodiscard]] std::optional<Time> time() const noexcept;
    /// The time. @throws DecodeError  if the text is none
    [[nodiscard]] Time sys_time() const;

    /// Compares the times that the texts stand for.
    friend std::weak_ordering operator<=>(Timestamp const& a, Timestamp const& b) noexcept { return a.compare(b); }
    friend bool operator==(Timestamp const& a, Timestamp const& b) noexcept { return a.compare(b) == 0; }
    /// The same with a time of the standard library.
    template <class Duration>
    friend std::weak_ordering operator<=>(Timestamp const& a, std::chrono::sys_time<Duration> const& b) {
        return a.compare(detail::floor_time(b));
    }
    template <class Duration>
    friend bool operator==(Timestamp const& a, std::chrono::sys_time<Duration> const& b) {
        return a.compare(detail::floor_time(b)) == 0;
    }

    /// From `b` to `a`. @throws DecodeError  if one of them is no time
    friend std::chrono::microseconds operator-(Timestamp const& a, Timestamp const& b) {
        return a.sys_time() - b.sys_time();
    }

    /// Writes the text.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Timestamp const& time) {
        return out << time.text_;
    }

private:
    [[nodiscard]] std::weak_ordering compare(Timestamp const& other) const noexcept;
    [[nodiscard]] std::weak_ordering compare(Time other) const noexcept;

    std::string text_;
};

namespace detail {

/// @throws UsageError  for a text that has the form of a time that there is not; `member` says where it was given
void check_time(std::string_view member, Timestamp const& time);

/// What a wrong literal calls, so that a compiler names it.
inline void there_is_no_such_time() {}

}  // namespace detail

inline namespace literals {

/// A time that is read when the program is compiled; one that cannot be read does not compile.
///
///     .deadline = "2026-12-01T18:00:00Z"_time
consteval Timestamp::Time operator""_time(char const* text, std::size_t size) {
    auto const read = detail::read_time({text, size});
    if (read.kind != detail::TimeText::Kind::time) detail::there_is_no_such_time();
    return read.time;
}

}  // namespace literals
}  // namespace globus

#ifdef __cpp_lib_format
/// Writes the text of a Timestamp, by the options that a text takes.
template <>
struct std::formatter<globus::Timestamp> : std::formatter<std::string_view> {
    template <class Context>
    auto format(globus::Timestamp const& time, Context& context) const {
        return std::formatter<std::string_view>::format(time.text(), context);
    }
};
#endif

#endif  // GLOBUS_CORE_TIMESTAMP_HPP

#include <chrono>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::string time_text(Microseconds time) {
    using namespace std::chrono;
    auto const day = floor<days>(time);
    if (time < sys_days(year(1) / 1 / 1) || time >= sys_days(year(9999) / 12 / 31) + days(1))
        throw UsageError("a time outside of the years 1 to 9999 cannot be written");
    year_month_day const date(day);
    hh_mm_ss const clock(time - day);
    std::string text = "0000-00-00T00:00:00";
    auto const put = [&](std::size_t end, long long number) {
        for (; number != 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
    };
    put(4, int(date.year()));
    put(7, unsigned(date.month()));
    put(10, unsigned(date.day()));
    put(13, clock.hours().count());
    put(16, clock.minutes().count());
    put(19, clock.seconds().count());
    if (auto const fraction = clock.subseconds().count(); fraction != 0) {
        text += ".000000";
        put(text.size(), fraction);
    }
    return text + "+00:00";
}

GLOBUS_DECL void check_time(std::string_view member, Timestamp const& time) {
    if (read_time(time.text()).kind == TimeText::Kind::impossible)
        throw UsageError(std::string(member) + " is \"" + time.text() + "\": there is no such time");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<Timestamp::Time> Timestamp::time() const noexcept {
    auto const read = detail::read_time(text_);
    return read.kind == detail::TimeText::Kind::time ? std::optional(read.time) : std::nullopt;
}

GLOBUS_DECL Timestamp::Time Timestamp::sys_time() const {
    if (auto const read = time()) return *read;
    throw DecodeError("\"" + text_ + "\" is no time");
}

GLOBUS_DECL std::weak_ordering Timestamp::compare(Timestamp const& other) const noexcept {
    if (auto const theirs = other.time()) return compare(*theirs);
    if (time()) return std::weak_ordering::less;
    return text_ <=> other.text_;
}

GLOBUS_DECL std::weak_ordering Timestamp::compare(Time other) const noexcept {
    auto const own = time();
    return own ? own->time_since_epoch().count() <=> other.time_since_epoch().count() : std::weak_ordering::greater;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_TIMESTAMP_IPP
#ifndef GLOBUS_CORE_IMPL_UTF8_IPP
#define GLOBUS_CORE_IMPL_UTF8_IPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::size_t utf8_sequence(std::string_view text) noexcept {
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const continues = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0U) == 0x80U; };
    unsigned const first = at(0);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return continues(1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        if (!continues(1) || !continues(2)) return 0;
        bool const overlong = first == 0xE0U && at(1) < 0xA0U;
        bool const surrogate = first == 0xEDU && at(1) > 0x9FU;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        bool const overlong = first == 0xF0U && at(1) < 0x90U;
        bool const too_large = first == 0xF4U && at(1) > 0x8FU;
        return overlong || too_large ? 0 : 4;
    }
    return 0;
}

GLOBUS_DECL std::optional<char32_t> take_code_point(std::string_view& text) noexcept {
    std::size_t const length = utf8_sequence(text);
    if (length == 0) {
        text.remove_prefix(1);
        return std::nullopt;
    }
    auto const byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
    char32_t point = length == 1 ? byte(0) : byte(0) & (0x7FU >> length);
    for (std::size_t i = 1; i != length; ++i) point = point << 6U | (byte(i) & 0x3FU);
    text.remove_prefix(length);
    return point;
}

GLOBUS_DECL void append_code_point(std::string& out, char32_t point) {
    auto const put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xC0U | point >> 6U);
    } else {
        if (point < 0x10000) {
            put(0xE0U | point >> 12U);
        } else {
            put(0xF0U | point >> 18U);
            put(0x80U | (point >> 12U & 0x3FU));
        }
        put(0x80U | (point >> 6U & 0x3FU));
    }
    put(0x80U | (point & 0x3FU));
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_UTF8_IPP
#endif  // GLOBUS_BODIES
