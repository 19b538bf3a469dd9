// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_TIMER_WAIT_HPP
#define GLOBUS_SERVICES_TIMERS_TIMER_WAIT_HPP

#include <globus/client/polling.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/services/timers/answers.hpp>
#include <globus/services/timers/operations.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

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

/// What timer_wait knows about its timer.
class TimerWatch : public Watch<timers::TimerWait, timers::TimerVerdict> {
public:
    static constexpr std::string_view name = "timer_wait";
    explicit TimerWatch(timers::TimerWait wait) : Watch(std::move(wait)), wanted_(wait_.n_runs) {}

    [[nodiscard]] timers::GetJob look() const { return {.job_id = wait_.job_id}; }
    void saw(Result<Response<timers::Timer>> answer) { verdict_.timer = taken_as_is(std::move(answer).value()); }
    template <class Run>
    bool is_over(Run const& run) {
        using Kind = timers::TimerVerdict::Kind;
        timers::Timer const& timer = verdict_.timer;
        report(run, timer);
        std::int64_t const runs = timer.n_runs.value_or(timer.number_of_runs.value_or(0));
        std::int64_t const errors = timer.n_errors.value_or(timer.number_of_errors.value_or(0));
        if (!wanted_) {
            wanted_ = runs + 1;
            known_errors_ = errors;
        }
        if (runs >= *wanted_)
            verdict_.kind = errors > known_errors_ ? Kind::failed : Kind::succeeded;
        else if (timer.status == timers::TimerStatus::ended)
            verdict_.kind = Kind::ended;
        else if (timer.status == timers::TimerStatus::inactive ||
                 (timer.activity && timer.activity->code == timers::ActivityCode::paused))
            verdict_.kind = Kind::paused;
        return verdict_.kind != Kind::timed_out;
    }

private:
    Optional<std::int64_t> wanted_;
    std::int64_t known_errors_ = 0;  ///< of runs that are not waited for
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TIMERS_TIMER_WAIT_HPP
