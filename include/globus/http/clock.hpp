// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_CLOCK_HPP
#define GLOBUS_HTTP_CLOCK_HPP

#include <algorithm>
#include <chrono>

namespace globus::http {

using Clock = std::chrono::steady_clock;  ///< of deadlines: it never jumps

/**
 * The moment `wait` after `from`, whatever the two are: arithmetic on times that a caller or a service may have chosen.
 *
 * @param wait  seconds; a negative time and NaN count as none, and what is longer than a century as a century
 * @return never beyond Clock::time_point::max()
 */
inline Clock::time_point later(std::chrono::duration<double> wait, Clock::time_point from = Clock::now()) {
    constexpr std::chrono::duration<double> century = std::chrono::hours(24 * 36525);
    if (!(wait.count() > 0)) return from;
    auto const step = std::chrono::ceil<Clock::duration>(std::min(wait, century));
    return from > Clock::time_point::max() - step ? Clock::time_point::max() : from + step;
}

/// The seconds until a deadline, which may be any, Clock::time_point::min() and max() too; negative once it has passed.
inline std::chrono::duration<double> time_left(Clock::time_point deadline, Clock::time_point now = Clock::now()) {
    using Seconds = std::chrono::duration<double>;
    return Seconds(deadline.time_since_epoch()) - Seconds(now.time_since_epoch());
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_CLOCK_HPP
