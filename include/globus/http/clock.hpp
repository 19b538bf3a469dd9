// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_CLOCK_HPP
#define GLOBUS_HTTP_CLOCK_HPP

#include <globus/core/config.hpp>

#include <chrono>

namespace globus::http {

using Clock = std::chrono::steady_clock;  ///< of deadlines: it never jumps

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

#ifdef GLOBUS_BODIES
#include <globus/http/impl/clock.ipp>
#endif

#endif  // GLOBUS_HTTP_CLOCK_HPP
