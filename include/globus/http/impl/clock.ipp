// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_CLOCK_IPP
#define GLOBUS_HTTP_IMPL_CLOCK_IPP

#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>

#include <algorithm>
#include <chrono>

namespace globus::http {

GLOBUS_DECL Clock::time_point later(std::chrono::duration<double> wait, Clock::time_point from) {
    constexpr std::chrono::duration<double> century = std::chrono::hours(24 * 36525);
    if (!(wait.count() > 0)) return from;
    auto const step = std::chrono::ceil<Clock::duration>(std::min(wait, century));
    return from > Clock::time_point::max() - step ? Clock::time_point::max() : from + step;
}

GLOBUS_DECL std::chrono::duration<double> time_left(Clock::time_point deadline, Clock::time_point now) {
    using Seconds = std::chrono::duration<double>;
    return Seconds(deadline.time_since_epoch()) - Seconds(now.time_since_epoch());
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_CLOCK_IPP
