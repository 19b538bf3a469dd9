// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_CALL_OPTIONS_IPP
#define GLOBUS_CLIENT_IMPL_CALL_OPTIONS_IPP

#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace globus::detail {

GLOBUS_DECL bool is_timed(CallOptions const& options, std::optional<std::chrono::duration<double>> const& timeout) {
    return timeout || options.timeout || options.deadline;
}

GLOBUS_DECL http::Clock::time_point deadline_of(CallOptions const& options,
                                                std::optional<std::chrono::duration<double>> const& timeout) {
    constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
    auto const wait = options.timeout.value_or(timeout.value_or(std::chrono::seconds(120)));
    if (!(wait.count() >= 0)) throw UsageError("the timeout of a call is negative or not a number");
    auto const now = http::Clock::now();
    auto const end = http::later(std::min(wait, longest), now);
    return options.deadline ? std::clamp(*options.deadline, now, end) : end;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_CALL_OPTIONS_IPP
