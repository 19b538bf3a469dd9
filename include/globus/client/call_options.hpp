// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CALL_OPTIONS_HPP
#define GLOBUS_CLIENT_CALL_OPTIONS_HPP

#include <globus/client/query_params.hpp>
#include <globus/core/config.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>

#include <chrono>
#include <optional>
#include <stop_token>

namespace globus {

/**
 * What one call may differ in. Every operation takes it as its second argument.
 *
 *     client.operation_ls({.endpoint_id = id}, {.timeout = 5s, .stop = source.get_token()});
 */
struct CallOptions {
    /// For the whole call: token renewal, all attempts, the waits between them and the body. Unset: the client's; and if
    /// that has none either, 120 s, which end when the body of a file or of a sink or source flows (see `sink`).
    std::optional<std::chrono::duration<double>> timeout = {};
    /// The same as a point in time, any one; the earlier of the two holds. One that has passed ends the call with
    /// NetworkError (timeout) before anything is sent.
    std::optional<http::Clock::time_point> deadline = {};
    std::stop_token stop = {};   ///< cancels the call from another thread; it ends within 100 ms
    http::Headers headers = {};  ///< added to the request; they replace the client's own of the same name
    QueryParams query = {};      ///< added to the request's query
    /// In place of the operation's own, if you know better. RetryClass::never: one attempt, whatever comes of it.
    std::optional<RetryClass> retry_as = {};
    /// False: a typed answer is read as it comes and its text is not kept, which for a listing of 30 MB saves 30 MB.
    /// `text()` is then empty, and `json()` null.
    bool keep_text = true;
    /// Takes the body of a success in pieces, as it comes. It may last as long as it flows: where neither the call nor its
    /// client was given a time-out or deadline, only the transport's idle time-out ends one that stalls.
    http::Sink sink = {};
};

namespace detail {

/// True if somebody said how long a call may take. @param timeout  the client's
bool is_timed(CallOptions const& options, std::optional<std::chrono::duration<double>> const& timeout);

/// When a call that begins now has to end: from now to a year, so that nobody behind meets the extremes of a clock.
/// @param timeout  the client's, which the call may differ from
http::Clock::time_point deadline_of(CallOptions const& options,
                                    std::optional<std::chrono::duration<double>> const& timeout);

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/call_options.ipp>
#endif

#endif  // GLOBUS_CLIENT_CALL_OPTIONS_HPP
