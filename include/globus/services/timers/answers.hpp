// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_ANSWERS_HPP
#define GLOBUS_SERVICES_TIMERS_ANSWERS_HPP

#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/timers/words.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What Globus Timers answers.

namespace globus::timers {

/// When a timer ends. https://docs.globus.org/api/timers/
struct StopAfter {
    Optional<Timestamp> date = {};       ///< null for no time
    Optional<std::int64_t> n_runs = {};  ///< after this many runs; null for no limit
    GLOBUS_MEMBERS(StopAfter, date, n_runs);
};

/// What a timer does now. https://docs.globus.org/api/timers/
struct TimerActivity {
    Optional<ActivityCode> code = {};
    Optional<Timestamp> next_run = {};         ///< of a timer that waits
    Optional<Timestamp> start_timestamp = {};  ///< of a run, and of one that is tried again
    Optional<double> duration_seconds = {};    ///< since the run began
    Optional<PauseReason> reason = {};         ///< of a pause
    GLOBUS_MEMBERS(TimerActivity, code, next_run, start_timestamp, duration_seconds, reason);
};

/// A timer: what it starts, and when. https://docs.globus.org/api/timers/
struct Timer {
    std::string job_id = {};              ///< a UUID
    Optional<std::string> job_type = {};  ///< what it starts, as in "transfer"
    Optional<TimerType> timer_type = {};
    Optional<std::string> flow_id = {};  ///< that a timer of a flow starts
    Optional<std::string> name = {};
    Optional<TimerStatus> status = {};
    Optional<std::string> scope = {};         ///< that the action provider is called with
    Optional<Json> body = {};                 ///< what is started; of create_timer's answer
    Optional<std::string> callback_url = {};  ///< of the action provider that is called
    Optional<Json> callback_body = {};        ///< what is started, in the older form
    Optional<Timestamp> start = {};
    Optional<double> interval = {};                ///< seconds; null runs once
    Optional<Json> schedule = {};                  ///< as a OnceTimerSchedule or RecurringTimerSchedule writes it
    Optional<StopAfter> stop_after = {};           ///< its end; null for none
    Optional<std::int64_t> n_runs = {};            ///< so far, failed ones included
    Optional<std::int64_t> n_errors = {};          ///< runs that failed
    Optional<std::int64_t> number_of_runs = {};    ///< the same as n_runs, in create_timer's answer
    Optional<std::int64_t> number_of_errors = {};  ///< the same as n_errors, in create_timer's answer
    Optional<Timestamp> last_ran_at = {};
    Optional<Timestamp> next_run = {};
    Optional<Timestamp> submitted_at = {};
    Optional<TimerActivity> activity = {};  ///< what it does now; null once it has ended
    Optional<Json> inactive_reason = {};    ///< `cause`: "user" or "globus_auth_requirements"; null while it is active
    Optional<Json> results = {};            ///< a page of its runs, in `data`
    GLOBUS_MEMBERS(Timer, job_id, job_type, timer_type, flow_id, name, status, scope, body, callback_url, callback_body,
                   start, interval, schedule, stop_after, n_runs, n_errors, number_of_runs, number_of_errors,
                   last_ran_at, next_run, submitted_at, activity, inactive_reason, results);
};

/// The timers of the caller. https://docs.globus.org/api/timers/
struct TimerList {
    std::vector<Timer> jobs = {};
    static constexpr auto items = &TimerList::jobs;
    GLOBUS_MEMBERS(TimerList, jobs);
};

/// A timer that was made. https://docs.globus.org/api/timers/
struct NewTimer {
    Optional<Timer> timer = {};
    GLOBUS_MEMBERS(NewTimer, timer);
};

/// The outcome of a pause or resumption. https://docs.globus.org/api/timers/
struct TimerMessage {
    Optional<std::string> message = {};
    GLOBUS_MEMBERS(TimerMessage, message);
};

}  // namespace globus::timers

#endif  // GLOBUS_SERVICES_TIMERS_ANSWERS_HPP
