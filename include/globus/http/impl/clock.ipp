// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_CLOCK_IPP
#define GLOBUS_HTTP_IMPL_CLOCK_IPP

#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>

namespace globus::detail {

inline constexpr http::Clock::time_point clock_runs = http::Clock::time_point::min();
/// Where the clock stands.
inline std::atomic<http::Clock::time_point> clock_at{clock_runs};

GLOBUS_DECL bool clock_stands() noexcept { return clock_at.load() != clock_runs; }

GLOBUS_DECL void set_clock(std::optional<http::Clock::time_point> stands_at) noexcept {
    clock_at.store(stands_at.value_or(clock_runs));
}

}  // namespace globus::detail

namespace globus::http {

GLOBUS_DECL Clock::time_point Clock::now() noexcept {
    auto const stands_at = globus::detail::clock_at.load(std::memory_order_relaxed);
    return stands_at == globus::detail::clock_runs ? std::chrono::steady_clock::now() : stands_at;
}

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
