// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_WAITING_IPP
#define GLOBUS_HTTP_IMPL_WAITING_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/platform/process.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/manual_clock.hpp>
#include <globus/http/waiting.hpp>

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace globus::detail {

/// Who waits for whom, of all threads. In a forked child nobody waits.
struct Waiting {
    std::mutex mutex;
    std::map<std::thread::id, Doer const*> all;

    /// It is never destroyed: calls may wait while the program ends, and before main begins.
    static Waiting& shared() {
        static Waiting& one = *new Waiting;
        return one;
    }
    static void lock() { shared().mutex.lock(); }
    static void unlock() { shared().mutex.unlock(); }
    static void begin_anew() {
        shared().all.clear();
        unlock();
    }
    static inline int const forks = around_forks(&lock, &unlock, &begin_anew);
};

GLOBUS_DECL WaitFor::WaitFor(Doer const& doer, std::string const& what) {
    Waiting& waiting = Waiting::shared();
    std::lock_guard const lock(waiting.mutex);
    auto const self = std::this_thread::get_id();
    Doer const* next = &doer;
    for (std::size_t steps = 0; steps <= waiting.all.size(); ++steps) {
        auto const thread = next->thread();
        if (thread == self)
            throw UsageError(what + " is wanted by the function that is to give it, itself or through " +
                             "what another thread waits for: it would be waited for without end");
        auto const further = waiting.all.find(thread);
        if (further == waiting.all.end()) break;
        next = further->second;
    }
    waiting.all[self] = &doer;
}

GLOBUS_DECL WaitFor::~WaitFor() {
    Waiting& waiting = Waiting::shared();
    std::lock_guard const lock(waiting.mutex);
    waiting.all.erase(std::this_thread::get_id());
}

GLOBUS_DECL void Wait::end() const {
    if (stop.stop_requested())
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no,
                           "the call was cancelled while it waited for " + for_what);
    throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no,
                       "the deadline passed while the call waited for " + for_what);
}

GLOBUS_DECL SingleFlight::Landing SingleFlight::wait(std::unique_lock<std::mutex>& lock, Wait const& call) {
    std::shared_ptr<Flight> const flight = flight_;
    if (!call.until([&flight] { return !flight->asking.busy(); }, flight->asking, landed_, lock)) call.end();
    return {flight->error, flight->gave_up && call.deadline > http::later(more_time, flight->deadline)};
}

GLOBUS_DECL SingleFlight::Asking::Asking(SingleFlight& all, std::unique_lock<std::mutex>& lock)
    : all_(all), lock_(lock) {
    all_.flight_ = std::make_shared<Flight>();
    all_.flight_->asking.begin();
    lock_.unlock();
}

GLOBUS_DECL SingleFlight::Asking::~Asking() {
    if (!made_.is_this_process()) return;
    lock_.lock();
    all_.flight_->asking.end();
    all_.flight_ = nullptr;
    all_.landed_.notify_all();
}

GLOBUS_DECL bool Turn::begin(Wait const& call) {
    if (is_mine()) throw UsageError(own_);
    std::unique_lock lock(mutex_);
    auto const self = std::this_thread::get_id();
    queue_.push_back(self);
    try {
        if (call.until([&] { return queue_.front() == self; }, first_, moved_, lock)) {
            first_.begin();
            return true;
        }
    } catch (...) {
        std::erase(queue_, self);
        throw;
    }
    std::erase(queue_, self);
    return false;
}

GLOBUS_DECL void Turn::end() {
    std::lock_guard const lock(mutex_);
    first_.end();
    queue_.erase(queue_.begin());
    moved_.notify_all();
}

GLOBUS_DECL TurnLock::~TurnLock() {
    if (ours_ && made_.is_this_process()) turn_->end();  // a child process that was made meanwhile has no turn
}

}  // namespace globus::detail

namespace globus::http {

GLOBUS_DECL bool wait_until(Clock::time_point until, std::stop_token const& stop) {
    bool const may_jump = until != Clock::time_point::max() && !stop.stop_requested();
    if (may_jump && globus::detail::manual_advance(until)) return !stop.stop_requested();
    std::mutex mutex;
    std::condition_variable_any nothing_comes;
    std::unique_lock lock(mutex);
    globus::detail::wait_until(nothing_comes, lock, until, stop, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_WAITING_IPP
