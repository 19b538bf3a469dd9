// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CALL_OPTIONS_HPP
#define GLOBUS_CLIENT_CALL_OPTIONS_HPP

#include <globus/client/query_params.hpp>
#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>

#include <algorithm>
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
    /// For the whole call: token renewal, all attempts, the waits between them and the body. Unset: the client's.
    std::optional<std::chrono::duration<double>> timeout = {};
    /// The same as a point in time; the earlier of the two holds.
    std::optional<http::Clock::time_point> deadline = {};
    std::stop_token stop = {};                ///< cancels the call from another thread; it ends within 100 ms
    http::Headers headers = {};               ///< added to the request; they replace the client's own of the same name
    QueryParams query = {};                   ///< added to the request's query
    std::optional<RetryClass> retry_as = {};  ///< in place of the operation's own, if you know better
    /// False: a typed answer is read as it comes and its text is not kept, which for a listing of 30 MB saves 30 MB.
    /// `text()` is then empty, and `json()` null.
    bool keep_text = true;
    http::Sink sink = {};  ///< takes the body of a success in pieces, as it comes
};

namespace detail {

/// When a call that begins now has to end. @param timeout  the client's, which the call may differ from
inline http::Clock::time_point deadline_of(CallOptions const& options, std::chrono::duration<double> timeout) {
    constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
    auto const wait = std::min(options.timeout.value_or(timeout), longest);
    if (!(wait.count() >= 0)) throw UsageError("the timeout of a call is negative or not a number");
    auto const end = http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(wait);
    return options.deadline ? std::min(end, *options.deadline) : end;
}

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_CALL_OPTIONS_HPP
