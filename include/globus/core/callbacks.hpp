// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_CALLBACKS_HPP
#define GLOBUS_CORE_CALLBACKS_HPP

#include <globus/core/config.hpp>

#include <functional>
#include <vector>

namespace globus::detail {

/**
 * An object that delays a program's callbacks while a thread has one: the thread holds a lock, or does what others wait
 * for, and a callback that uses the same object would wait for its own thread. The outermost one makes all calls when
 * it ends, so it is made before the lock is taken.
 *
 * @par Thread safety
 * It belongs to the thread that made it.
 */
class CallbacksWait {
public:
    CallbacksWait() noexcept;
    CallbacksWait(CallbacksWait const&) = delete;
    CallbacksWait& operator=(CallbacksWait const&) = delete;
    ~CallbacksWait();

    /// Calls `tell` when this thread holds nothing: now, or later. What it throws is dropped: there is nobody left to
    /// tell, and an observer must not break a call.
    static void call(std::function<void()> tell) noexcept;

private:
    static void now(std::function<void()> const& tell) noexcept;
    static CallbacksWait*& outermost() noexcept;

    bool const is_outermost_;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/impl/callbacks.ipp>
#endif

#endif  // GLOBUS_CORE_CALLBACKS_HPP
