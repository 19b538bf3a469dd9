// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_MANUAL_CLOCK_IPP
#define GLOBUS_HTTP_IMPL_MANUAL_CLOCK_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/manual_clock.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace globus {

/// The waits that go by a clock.
struct ManualClock::State {
    using Time = http::Clock::time_point;
    struct Alarm;

    /// Rings the next alarm, if that is not later than `limit`, and moves the clock to it.
    bool ring(Time limit);
    void move_to(Time time) {
        while (ring(time)) {
        }
        detail::set_clock(std::max(time, http::Clock::now()));
    }

    std::mutex mutex;
    std::multimap<Time, Alarm*> alarms;
    std::atomic<int> held = 0;
};

/// A wait that goes by a clock, until it is rung or destroyed.
struct ManualClock::State::Alarm {
    Alarm(std::shared_ptr<State> clock, Time at, std::function<void()> what)
        : of(std::move(clock)), ring(std::move(what)) {
        std::lock_guard const lock(of->mutex);
        place = of->alarms.emplace(at, this);
    }
    Alarm(Alarm const&) = delete;
    Alarm& operator=(Alarm const&) = delete;
    ~Alarm() {
        std::lock_guard const lock(of->mutex);
        if (place) of->alarms.erase(*place);
    }

    std::shared_ptr<State> const of;
    std::function<void()> ring;
    std::optional<std::multimap<Time, Alarm*>::iterator> place;
};

namespace detail {

/// The clock of the process, if there is one. It is never destroyed: threads may look while the program ends.
struct CurrentClock {
    std::mutex mutex;
    std::shared_ptr<ManualClock::State> state;

    static CurrentClock& shared() {
        static CurrentClock& one = *new CurrentClock;
        return one;
    }
    static std::shared_ptr<ManualClock::State> get() {
        if (!clock_stands()) return nullptr;
        std::lock_guard const lock(shared().mutex);
        return shared().state;
    }
};

GLOBUS_DECL std::shared_ptr<void> manual_alarm(http::Clock::time_point at, std::function<void()> ring) {
    auto state = CurrentClock::get();
    if (!state) return nullptr;
    return std::make_shared<ManualClock::State::Alarm>(std::move(state), at, std::move(ring));
}

GLOBUS_DECL std::shared_ptr<void> manual_hold() {
    auto state = CurrentClock::get();
    if (!state) return nullptr;
    ++state->held;
    ManualClock::State* const clock = state.get();
    return {clock, [state = std::move(state)](ManualClock::State* held) { --held->held; }};
}

GLOBUS_DECL bool manual_advance(http::Clock::time_point to) {
    auto const state = CurrentClock::get();
    if (state) state->move_to(to);
    return state != nullptr;
}

}  // namespace detail

GLOBUS_DECL bool ManualClock::State::ring(Time limit) {
    std::function<void()> due;
    {
        std::lock_guard const lock(mutex);
        if (alarms.empty() || alarms.begin()->first > limit) return false;
        auto const [at, alarm] = *alarms.begin();
        detail::set_clock(std::max(at, http::Clock::now()));
        due = std::move(alarm->ring);
        alarm->place.reset();
        alarms.erase(alarms.begin());
    }
    due();
    return true;
}

GLOBUS_DECL ManualClock::ManualClock() : state_(std::make_shared<State>()), start_(http::Clock::now()) {
    auto& current = detail::CurrentClock::shared();
    std::lock_guard const lock(current.mutex);
    if (current.state) throw UsageError("ManualClock: there is another one, and a process has one time");
    current.state = state_;
    detail::set_clock(start_);
}

GLOBUS_DECL ManualClock::~ManualClock() {
    auto& current = detail::CurrentClock::shared();
    std::lock_guard const lock(current.mutex);
    current.state = nullptr;
    detail::set_clock(std::nullopt);
}

GLOBUS_DECL std::chrono::duration<double> ManualClock::elapsed() const { return http::Clock::now() - start_; }

GLOBUS_DECL void ManualClock::advance(std::chrono::duration<double> time) { state_->move_to(http::later(time)); }

GLOBUS_DECL bool ManualClock::advance() { return state_->ring(http::Clock::time_point::max()); }

GLOBUS_DECL bool ManualClock::is_held() const { return state_->held != 0; }

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_MANUAL_CLOCK_IPP
