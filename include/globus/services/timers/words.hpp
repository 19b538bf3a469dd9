// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_WORDS_HPP
#define GLOBUS_SERVICES_TIMERS_WORDS_HPP

#include <globus/core/open_enum.hpp>

#include <string_view>

// The words of Globus Timers that come from a set. The service may add others.

namespace globus::timers {

/// The words of a ActivityCode.
struct ActivityCodeWords {
    /// The constants.
    enum Known : unsigned char { unknown, awaiting_next_run, run_in_progress, retrying, paused };
    static constexpr std::string_view words[] = {"", "awaiting_next_run", "run_in_progress", "retrying", "paused"};
};
/// What a timer does now.
/// https://docs.globus.org/api/timers/
using ActivityCode = OpenEnum<ActivityCodeWords>;

/// The words of a PauseReason.
struct PauseReasonWords {
    /// The constants.
    enum Known : unsigned char { unknown, user, globus_auth_requirements, other };
    static constexpr std::string_view words[] = {"", "user", "globus_auth_requirements", "other"};
};
/// Why a timer is paused.
/// https://docs.globus.org/api/timers/
using PauseReason = OpenEnum<PauseReasonWords>;

/// The words of a TimerStatus.
struct TimerStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, new_, loaded, inactive, ended };
    static constexpr std::string_view words[] = {"", "new", "loaded", "inactive", "ended"};
};
/// Whether a timer will run: a new one and a loaded one will, an inactive one once it is resumed, one that ended never.
/// https://docs.globus.org/api/timers/
using TimerStatus = OpenEnum<TimerStatusWords>;

/// The words of a TimerType.
struct TimerTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, transfer, flow, generic };
    static constexpr std::string_view words[] = {"", "transfer", "flow", "generic"};
};
/// What a timer starts.
/// https://docs.globus.org/api/timers/
using TimerType = OpenEnum<TimerTypeWords>;

}  // namespace globus::timers

#endif  // GLOBUS_SERVICES_TIMERS_WORDS_HPP
