// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_LOG_HPP
#define GLOBUS_HTTP_LOG_HPP

#include <globus/http/message.hpp>

#include <chrono>
#include <functional>
#include <string_view>

namespace globus {

/**
 * What a log hook is told about one attempt of a call, or of the token request that a call needed.
 *
 * A hook has no way to reach a header, a body, a query or a credential: what is not here cannot leak. Each text is one
 * clean line, whatever a service or proxy sent (see one_line).
 */
struct LogEvent {
    std::string_view method;                 ///< "GET"
    std::string_view url;                    ///< without its query
    int attempt = 1;                         ///< the first is 1
    int status = 0;                          ///< 0: no answer came
    std::string_view request_id = {};        ///< of the answer's X-Request-ID header
    std::string_view error = {};             ///< why no answer came
    std::chrono::microseconds elapsed{};     ///< of this attempt
    std::chrono::milliseconds retry_in{-1};  ///< the wait before the next attempt; negative: there is none
    std::string_view service = {};           ///< "transfer"; "auth" for a token request
    std::string_view operation = {};         ///< its struct, "OperationLs"; "token"; empty for a request by its path
};

/// A function that is called after each attempt, on the thread of the call. What it throws is ignored.
using LogHook = std::function<void(LogEvent const&)>;

namespace detail {

/// What a call is named in the log.
struct LogNames {
    std::string_view service = {};
    std::string_view operation = {};
};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_HTTP_LOG_HPP
