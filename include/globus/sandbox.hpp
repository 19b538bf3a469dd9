// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SANDBOX_HPP
#define GLOBUS_SANDBOX_HPP

/**
 * @file
 * A local Globus: Auth, Transfer over real directories, Groups, Search, Flows, Timers, Compute and the data of
 * collections, on 127.0.0.1, for tests and first steps without an account.
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
 * Linux, Boost.Beast, Boost.JSON, OpenSSL 3.
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
 * | `in_body`        | the answer is written                                                                 |
 *
 * | action          | members                                                                                         |
 * | --------------- | ----------------------------------------------------------------------------------------------- |
 * | `status`        | `code`; `body` (JSON or text), `problem` (problem+json), `html` (true); `headers`; `retry_after`: |
 * |                 | {"seconds": 1}, {"http_date": 2} (in two seconds) or {"raw": "text"}                            |
 * | `reset`         | ends the connection with RST                                                                    |
 * | `close`         | ends it with FIN                                                                                |
 * | `stall`         | `ms`, or for ever                                                                               |
 * | `dribble`       | `bytes_per_s`; `head`: true slows the headers down, too                                         |
 * | `truncate`      | `after_bytes`; `keep_length`: false leaves Content-Length out                                   |
 * | `corrupt`       | `kind`: flip, utf8, nul, html, json_garbage                                                     |
 * | `json`          | `depth`, `size`, `duplicate_keys`, `big_numbers`, `missing`: [...], `wrong_type`: {name: value}  |
 * | `framing`       | `bad_chunk`; `length`: -1, "+7", "duplicate", "huge"; `no_headers_end`                          |
 * | `headers`       | `flood_bytes`, `duplicate`, `crlf`, `nul`, `set`: {name: value}                                 |
 * | `informational` | `count`, `code`: 1xx answers before the real one                                                |
 * | `gzip_bomb`     | `size` of the zero bytes that it unpacks to                                                     |
 * | `redirect`      | `code`, `location`                                                                              |
 * | `refuse`        | resets the connection and closes the port for `ms`                                              |
 * | `drop_idle`     | closes the other connections that wait, and goes on                                             |
 * | `tls`           | in a session with TLS: `handshake_stall` (ms, or true), `alert`, `close_no_notify`              |
 * | `pass`          | nothing, for use in a sequence                                                                  |
 * | `sequence`      | `actions`: [...], one at each firing                                                            |
 *
 * `status`, `redirect` and `gzip_bomb` take the place of the answer: before `after_commit` the request has no effect,
 * after it the effect took place and the caller does not learn of it. `reset` in `after_commit` is "accepted, reply
 * lost".
 *
 * Operations bear the names that they have in the SDKs; requests to the token endpoint are
 * `oauth2_refresh_token`, `oauth2_client_credentials_tokens`, `oauth2_exchange_code_for_tokens` and
 * `oauth2_get_dependent_tokens` once their body was read, and `oauth2_token` all together. `Session::count` also takes
 * names with the service: "compute.get_task".
 *
 * @par Admin calls
 * On a second port, with `Authorization: Bearer <admin secret>`: `POST /admin/v1/sessions` makes a session (`seed`,
 * `clock`, `tls`, `rotation`, `reuse_detection`, `token_lifetime_s`, `rate_limit`), `GET` lists them; under
 * `/admin/v1/sessions/{id}` (the first one is `default`) there are `faults`, `journal`, `state`, `clock`, `tokens`,
 * `collections/{id}`, `scenario`, `snapshot`, `restore` and `verify`; `DELETE` ends a session, with `?strict=1` only
 * when each of its rules fired.
 *
 * @par Honesty
 * It listens on 127.0.0.1 alone. Its tokens begin with "sandbox-". In the code each emulated behaviour is marked with
 * where it comes from: [doc] a documentation page or RFC, [recorded] an answer that was seen, [guess] neither. The
 * guesses are:
 * - Auth: `iss` is the sandbox's own address; a refresh without rotation repeats the refresh token; the code
 *   `unknown_scope`; the lifetime of an authorization code (30 s); the page that shows a code is served by the sandbox
 *   even if the application names the one of auth.globus.org; the first user is always logged in; of several
 *   credentials of a client the last one counts.
 * - Transfer: `/~/` is the top of a collection and `..` stops there; listings are ordered by name; the code of a rename
 *   onto an existing path; the codes and the status of tasks that conflict or are too many; the code of a task that met
 *   its deadline; a collection that is away lets tasks be accepted and makes them fault, and a login that fails makes
 *   them INACTIVE; pages of markers have 100
 *   items; the form of `last_key`; a tunnel's submission id is remembered.
 * - Groups: the answer of a batch of membership actions. Search: a query is a plain search for its text.
 * - Flows: runs stay ACTIVE until they are cancelled; the form of `marker`. Compute: tasks wait for an endpoint for ever.
 * - All: one rate-limiting bucket a service, answered 429 with `Retry-After` in seconds.
 * - Data: PUT makes the directories that are missing. The service serves it with HTTPS from a host for each collection;
 *   the sandbox at `/data/{collection}/`.
 *
 * @see https://docs.globus.org/api/
 */

#include <globus/sandbox/server.hpp>

#ifndef GLOBUS_SANDBOX_SEPARATE_COMPILATION
#include <globus/sandbox/impl/server.ipp>
#endif

#endif  // GLOBUS_SANDBOX_HPP
