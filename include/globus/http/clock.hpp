// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_CLOCK_HPP
#define GLOBUS_HTTP_CLOCK_HPP

#include <globus/core/config.hpp>

#include <chrono>
#include <optional>

namespace globus::http {

/// The clock of deadlines and waits: std::chrono::steady_clock, which never jumps, unless a test has a ManualClock.
struct Clock : std::chrono::steady_clock {
    static time_point now() noexcept;
};

/**
 * The time `wait` after `from`, whatever their values: arithmetic on times that a caller or a service may have chosen.
 *
 * @param wait  seconds; a negative time and NaN count as none, and more than a century as a century
 * @return never beyond Clock::time_point::max()
 */
Clock::time_point later(std::chrono::duration<double> wait, Clock::time_point from = Clock::now());

/// The seconds until a deadline, which may have any value, including Clock::time_point::min() and max(); negative once
/// it has passed.
std::chrono::duration<double> time_left(Clock::time_point deadline, Clock::time_point now = Clock::now());

}  // namespace globus::http

namespace globus::detail {

/// True while the clock does not run by itself.
[[nodiscard]] bool clock_stands() noexcept;
/// Has the clock stand at a time, or run.
void set_clock(std::optional<http::Clock::time_point> stands_at) noexcept;

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/http/impl/clock.ipp>
#endif

#endif  // GLOBUS_HTTP_CLOCK_HPP
