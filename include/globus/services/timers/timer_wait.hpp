// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_TIMER_WAIT_HPP
#define GLOBUS_SERVICES_TIMERS_TIMER_WAIT_HPP

#include <globus/client/polling.hpp>
#include <globus/core/optional.hpp>
#include <globus/services/timers/answers.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace globus::timers {

/**
 * Which runs of a timer timer_wait waits for, and how.
 *
 *     client.timer_wait({.job_id = id, .timeout = 25h})                // the next run
 *     client.timer_wait({.job_id = id, .n_runs = 1, .timeout = 25h})   // the first, though it may have been
 */
struct TimerWait {
    Required<std::string> job_id;
    Optional<std::int64_t> n_runs = {};  ///< how often it has run then, in all; one time more than now if left out
    std::chrono::duration<double> timeout = std::chrono::hours(1);  ///< how long to wait in all; at least 10 ms
    /// The longest pause between two looks, at least 10 ms; the first ones are shorter, from half a second on.
    std::chrono::duration<double> polling_interval = std::chrono::seconds(30);
    std::function<void(Timer const&)> on_progress = {};  ///< called after each look; what it throws ends the wait
};

/// How a wait for a timer ended. A run has happened when the timer has started its task or flow, which may go on.
struct TimerVerdict {
    /// How it ended.
    enum class Kind : unsigned char {
        succeeded,  ///< the timer has run
        failed,     ///< it has run, and a run that was waited for could not be started: `timer.results` says why
        ended,      ///< it ended before: its last run is over
        paused,     ///< it is paused: resume_job goes on with it. `timer.inactive_reason` says why
        timed_out,  ///< time ran out, and the timer goes on
    };

    Kind kind = Kind::timed_out;  ///< how it ended
    Timer timer = {};             ///< as it was last seen

    /// True if the timer has run, and started what it should.
    [[nodiscard]] bool succeeded() const noexcept { return kind == Kind::succeeded; }
    /// True if what was waited for has happened or will not, unlike that of a timer that is paused or goes on.
    [[nodiscard]] bool ended() const noexcept { return kind != Kind::paused && kind != Kind::timed_out; }
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(TimerVerdict::Kind kind) noexcept {
    switch (kind) {
        case TimerVerdict::Kind::succeeded:
            return "succeeded";
        case TimerVerdict::Kind::failed:
            return "failed";
        case TimerVerdict::Kind::ended:
            return "ended";
        case TimerVerdict::Kind::paused:
            return "paused";
        case TimerVerdict::Kind::timed_out:
            return "timed_out";
    }
    return "unknown";
}
/// Writes the name of a kind.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, TimerVerdict::Kind kind) {
    return out << to_string(kind);
}

}  // namespace globus::timers

namespace globus::detail {

template <class Client>
timers::TimerVerdict wait_for_timer(Client const& client, timers::TimerWait const& wait, CallOptions const& options) {
    using Kind = timers::TimerVerdict::Kind;
    Looks looks("timer_wait", client.gate(), {.timeout = wait.timeout, .polling_interval = wait.polling_interval},
                options);
    timers::TimerVerdict verdict;
    timers::Timer& timer = verdict.timer;
    Optional<std::int64_t> wanted = wait.n_runs;
    std::int64_t known_errors = 0;  // of runs that are not waited for
    looks.until([&] { timer = taken_as_is(client.get_job({.job_id = *wait.job_id}, looks.options())); },
                [&] {
                    if (wait.on_progress) looks.run_callback([&] { wait.on_progress(timer); });
                    std::int64_t const runs = timer.n_runs.value_or(timer.number_of_runs.value_or(0));
                    std::int64_t const errors = timer.n_errors.value_or(timer.number_of_errors.value_or(0));
                    if (!wanted) {
                        wanted = runs + 1;
                        known_errors = errors;
                    }
                    if (runs >= *wanted)
                        verdict.kind = errors > known_errors ? Kind::failed : Kind::succeeded;
                    else if (timer.status == timers::TimerStatus::ended)
                        verdict.kind = Kind::ended;
                    else if (timer.status == timers::TimerStatus::inactive ||
                             (timer.activity && timer.activity->code == timers::ActivityCode::paused))
                        verdict.kind = Kind::paused;
                    return verdict.kind != Kind::timed_out;
                });
    return verdict;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TIMERS_TIMER_WAIT_HPP
