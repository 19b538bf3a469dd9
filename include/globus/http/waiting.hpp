// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_WAITING_HPP
#define GLOBUS_HTTP_WAITING_HPP

#include <globus/core/error.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace globus::detail {

/// Which thread does something that others wait for; mostly none.
class Doer {
public:
    [[nodiscard]] bool busy() const noexcept { return thread() != std::thread::id(); }
    [[nodiscard]] bool is_this_thread() const noexcept { return thread() == std::this_thread::get_id(); }
    [[nodiscard]] std::thread::id thread() const noexcept { return thread_.load(); }
    /// Of the thread that begins, which does not wait for anything.
    void begin() noexcept { thread_.store(std::this_thread::get_id()); }
    void end() noexcept { thread_.store(std::thread::id()); }

private:
    std::atomic<std::thread::id> thread_{std::thread::id()};
};

/**
 * This thread waits for a Doer, from construction to destruction: a wait that could never end is refused, since the doer is
 * this thread, or waits itself, directly or through others, for something that this thread does.
 *
 * Who waits for whom is known for all threads of the process, so that it does not matter which objects the circle is made
 * of. In a forked child nobody waits.
 */
class WaitFor {
public:
    /// @param what  what is waited for, for the message
    /// @throws UsageError  if the wait would never end
    WaitFor(Doer const& doer, char const* what) {
        std::lock_guard const lock(mutex_);
        auto const self = std::this_thread::get_id();
        Doer const* next = &doer;
        for (std::size_t steps = 0; steps <= waiting_.size(); ++steps) {
            auto const thread = next->thread();
            if (thread == self)
                throw UsageError(std::string(what) +
                                 " is wanted by the function that is to give it, itself or through " +
                                 "what another thread waits for: it would be waited for without end");
            auto const further = waiting_.find(thread);
            if (further == waiting_.end()) break;
            next = further->second;
        }
        waiting_[self] = &doer;
    }
    WaitFor(WaitFor const&) = delete;
    WaitFor& operator=(WaitFor const&) = delete;
    ~WaitFor() {
        std::lock_guard const lock(mutex_);
        waiting_.erase(std::this_thread::get_id());
    }

private:
    static inline std::mutex mutex_;
    /// Never destroyed: calls may wait while the program ends.
    static inline std::map<std::thread::id, Doer const*>& waiting_ = *new std::map<std::thread::id, Doer const*>;
    static inline int const forks_ = ::pthread_atfork([] { mutex_.lock(); }, [] { mutex_.unlock(); },
                                                      [] {
                                                          waiting_.clear();
                                                          mutex_.unlock();
                                                      });
};

/**
 * Waits until `ready`, which is looked at under `lock`, as long as the call may last.
 *
 * @param doer  who makes it ready
 * @param what  what is waited for, as in "the access token"
 * @throws NetworkError  (timeout, cancelled) if the call has to end before
 * @throws UsageError    if the wait would never end, see WaitFor
 */
template <class Ready>
void wait_for(Doer const& doer, char const* what, std::condition_variable_any& changed,
              std::unique_lock<std::mutex>& lock, http::Clock::time_point deadline, std::stop_token const& stop,
              Ready const& ready) {
    if (ready()) return;
    bool ended = false;
    {
        WaitFor const waiting(doer, what);
        ended = deadline == http::Clock::time_point::max() ? changed.wait(lock, stop, ready)
                                                           : changed.wait_until(lock, stop, deadline, ready);
    }
    if (ended) return;
    if (stop.stop_requested())
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the call was cancelled");
    throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no,
                       std::string("the deadline passed while another call was asking for ") + what);
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_WAITING_HPP
