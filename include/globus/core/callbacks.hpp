// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_CALLBACKS_HPP
#define GLOBUS_CORE_CALLBACKS_HPP

#include <functional>
#include <utility>
#include <vector>

namespace globus::detail {

/**
 * While a thread has one, what a program is to be told waits: the thread holds a lock, or does what others wait for, and
 * a callback that uses the same object would wait for its own thread. The outermost one tells it all when it ends, so it
 * is made before the lock is taken.
 *
 * @par Thread safety
 * Of one thread, which made it.
 */
class CallbacksWait {
public:
    CallbacksWait() noexcept : is_outermost_(outermost() == nullptr) {
        if (is_outermost_) outermost() = this;
    }
    CallbacksWait(CallbacksWait const&) = delete;
    CallbacksWait& operator=(CallbacksWait const&) = delete;
    ~CallbacksWait() {
        if (!is_outermost_) return;
        outermost() = nullptr;
        for (auto const& tell : waiting_) now(tell);
    }

    /// Calls `tell` when this thread holds nothing: now, or later. What it throws is dropped: an observer that throws has
    /// nobody left to tell, and must not break a call.
    static void call(std::function<void()> tell) noexcept {
        if (outermost() == nullptr) return now(tell);
        try {
            outermost()->waiting_.push_back(std::move(tell));
        } catch (...) {  // there is no memory to wait in
        }
    }

private:
    static void now(std::function<void()> const& tell) noexcept {
        try {
            tell();
        } catch (...) {
        }
    }
    static CallbacksWait*& outermost() noexcept {
        thread_local CallbacksWait* one = nullptr;
        return one;
    }

    bool const is_outermost_;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_CALLBACKS_HPP
