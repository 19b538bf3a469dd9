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

#include <globus/sandbox/server.hpp>

#ifndef GLOBUS_SANDBOX_SEPARATE_COMPILATION
#include <globus/sandbox/impl/server.ipp>
#endif

#endif  // GLOBUS_SANDBOX_HPP
