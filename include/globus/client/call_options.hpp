// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CALL_OPTIONS_HPP
#define GLOBUS_CLIENT_CALL_OPTIONS_HPP

#include <globus/client/query_params.hpp>
#include <globus/core/config.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

namespace globus {

/**
 * What may differ for one call. Every operation takes it as its second argument.
 *
 *     client.operation_ls({.endpoint_id = id}, {.timeout = 5s, .stop = source.get_token()});
 */
struct CallOptions {
    /// For the whole call: token renewal, all attempts, the waits between them and the body. Unset: the client's; if
    /// that has none either, 120 s, which no longer apply once the body of a file or of a sink or source flows (see
    /// `sink`).
    std::optional<std::chrono::duration<double>> timeout = {};
    /// The same as a point in time; the earlier of the two applies. One that has passed ends the call with NetworkError
    /// (timeout) before anything is sent.
    std::optional<http::Clock::time_point> deadline = {};
    std::stop_token stop = {};   ///< to cancel the call from another thread; the call ends within 100 ms
    http::Headers headers = {};  ///< added to the request; they replace the client's own of the same name
    QueryParams query = {};      ///< added to the request's query
    /// It replaces the operation's own, if you know better. RetryClass::never: one attempt, whatever happens.
    std::optional<RetryClass> retry_as = {};
    /// False: a typed answer is read as it comes and its text is not kept, which saves 30 MB for a listing of 30 MB.
    /// Then `text()` is empty, and `json()` null.
    bool keep_text = true;
    /// Takes the body of a success in pieces, as it comes. The call may last as long as data flows: unless it or its
    /// client was given a time-out or deadline, only the transport's idle time-out ends a body that stalls.
    http::Sink sink = {};
    /// Takes status and headers of a success before the first byte of its body, such as the Content-Length of a file
    /// for a progress bar. What it throws ends the call.
    std::function<void(http::Response const&)> on_head = {};
};

namespace detail {

/// True if a time limit was set for a call. @param timeout  the client's
bool is_timed(CallOptions const& options, std::optional<std::chrono::duration<double>> const& timeout);

/// When a call that begins now has to end: between now and in a year, so that later code does not meet the extremes of
/// a clock.
/// @param timeout  the client's, which the call may override
http::Clock::time_point deadline_of(CallOptions const& options,
                                    std::optional<std::chrono::duration<double>> const& timeout);

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/call_options.ipp>
#endif

#endif  // GLOBUS_CLIENT_CALL_OPTIONS_HPP
