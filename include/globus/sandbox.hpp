// SPDX-License-Identifier: Apache-2.0
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
 * @par Honesty
 * It listens on 127.0.0.1 alone, unless Options::network_host says otherwise. Its tokens begin with "sandbox-". In the code each emulated behaviour is marked with
 * where it comes from: [doc] a documentation page or RFC, [recorded] an answer that was seen, [guess] neither. The
 * guesses are:
 * - Auth: `iss` is the sandbox's own address; a refresh without rotation repeats the refresh token; the code
 *   `unknown_scope`, which is for the scopes of clients that a developer made and did not give that scope; the lifetime
 *   of an authorization code (30 s); the page that shows a code is served by the sandbox even if the application names
 *   the one of auth.globus.org; the first user is logged in unless the login or Options::ask says otherwise; scopes of
 *   the services have identifiers made from their text; there is one identity provider; public applications may revoke
 *   each token that they show; projects, clients and policies may be changed by whoever has a token with manage_projects;
 *   a policy is kept, and not applied to logins.
 * - Permissions: what a scope that is not `all` is good for, as far as no documentation says it. What the sandbox was
 *   started with may be managed by its first user and by its applications, and is open to everybody unless
 *   Collection::open is false; mapped collections let everybody in. High assurance is said and not enforced, and of a
 *   session what Session::require_session asks for.
 * - Transfer: `/~/` is the top of a collection and `..` stops there; listings are ordered by name; the code of a rename
 *   onto an existing path; the codes and the status of tasks that conflict (the same pair of paths between the same
 *   collections; other overlaps are let through) or are too many; the code of a task that met its deadline; a
 *   collection that is away lets tasks be accepted and makes them fault, and a login that fails makes them INACTIVE; a
 *   task shows its progress in quarters of its duration and copies at the end of it; a symbolic link that leads out of
 *   the collection or back to where it came from is not copied; a pattern of a delete knows `*` and `?`; a pause rule
 *   without flags pauses everything; status and code of an operation that a rule pauses; what a user sees of a pause
 *   rule; pages of markers have 100 items; the form of `last_key` and `next_token`; a tunnel's submission id is
 *   remembered, a tunnel is there once the listener is known, and carries nothing; personal endpoints are empty
 *   directories; every subscription is known.
 * - Groups: the codes of what an action refuses, besides ALREADY_ACTIVE and NO_MEMBERSHIP; who may join without being
 *   asked: where requests to join are taken. Search: results are not ranked, and boosts change nothing; the rarer filters
 *   (geo_bounding_box) are refused.
 * - Flows: the actions of transfer and of hello world do what they say, every other action succeeds at once with what it
 *   was given; no run asks anybody anything; of the expressions only `+` is understood; the form of `marker`. Timers: the
 *   status of one that is over; callbacks that are no transfer and no flow are errors. Compute: a task ends when an admin
 *   call says so.
 * - GCS Manager: it is at `/api/` of the same address, and of https_url(); its collections are directories of the
 *   sandbox; its answers to what is malformed.
 * - All: one rate-limiting bucket a service, answered 429 with `Retry-After` in seconds; methods that a path does not
 *   have are answered 405.
 * - Data: PUT makes the directories that are missing. Conditions and ranges are those of RFC 9110; digests are given to
 *   requests with Want-Repr-Digest or Want-Digest, and those of a PUT are compared. The service serves it with HTTPS
 *   from a host for each collection; the sandbox at `/data/{collection}/`. A browser without a token is sent to the page
 *   that shows a code.
 *
 * @see https://docs.globus.org/api/
 */

#include <globus/sandbox/server.hpp>

#ifndef GLOBUS_SANDBOX_SEPARATE_COMPILATION
#include <globus/sandbox/impl/server.ipp>
#endif

#endif  // GLOBUS_SANDBOX_HPP
