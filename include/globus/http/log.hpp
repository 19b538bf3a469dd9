// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_LOG_HPP
#define GLOBUS_HTTP_LOG_HPP

#include <globus/http/message.hpp>

#include <chrono>
#include <functional>
#include <string_view>

namespace globus {

/**
 * What a log hook is told about one attempt of a call.
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
};

/// A function that is called after each attempt, on the thread of the call. What it throws is ignored.
using LogHook = std::function<void(LogEvent const&)>;

}  // namespace globus

#endif  // GLOBUS_HTTP_LOG_HPP
