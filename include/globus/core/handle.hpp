// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_HANDLE_HPP
#define GLOBUS_CORE_HANDLE_HPP

#include <globus/core/error.hpp>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <utility>

namespace globus::detail {

/// What a handle holds: a pointer that its copies share. It is null only in a handle that was moved from, and to use
/// such a handle is a UsageError.
template <class State>
class Shared {
public:
    explicit Shared(std::shared_ptr<State> state) : state_(std::move(state)) {}

    [[nodiscard]] State* operator->() const {
        if (state_ == nullptr) throw UsageError("this object was moved from: use the one that it was moved to");
        return state_.get();
    }
    [[nodiscard]] State& operator*() const { return *operator->(); }

private:
    std::shared_ptr<State> state_;
};

/// The process that made an object. A child that is forked has a copy of the object, but none of the other threads:
/// their locks are never given back and their waits never end; and its connections are those of the parent process.
///
/// A process is told by its number and by the forks since: in a pid namespace of its own a child can have the number of
/// its parent (pid_namespaces(7)), and what makes processes without fork(), such as clone(2), is not counted.
class Maker {
public:
    [[nodiscard]] bool is_this_process() const noexcept {
        return forks_->load(std::memory_order_relaxed) == before_ && ::getpid() == process_;
    }
    /// @throws UsageError  in a child process
    void check() const {
        if (!is_this_process())
            throw UsageError(
                "this object was made before fork(), and its locks and connections are those of the parent process: "
                "make a new one in the child process");
    }

private:
    static inline std::atomic<unsigned> count_ = 0;
    static inline int const counting_ =
        ::pthread_atfork(nullptr, nullptr, [] { count_.fetch_add(1, std::memory_order_relaxed); });

    pid_t process_ = ::getpid();
    std::atomic<unsigned> const* forks_ = &count_;  ///< where shared objects have each their own, that of the maker's
    unsigned before_ = forks_->load(std::memory_order_relaxed);
};

/// Makes what threads share. A child process never destroys its copy: that could wait for threads which are not there.
template <class State, class... Args>
[[nodiscard]] std::shared_ptr<State> make_for_threads(Args&&... args) {
    auto const destroy = [made = Maker()](State* state) {
        if (made.is_this_process()) delete state;
    };
    return {new State(std::forward<Args>(args)...), destroy};
}

/// A Shared whose state has locks or connections: to use it in a child process is a UsageError.
template <class State>
class SharedByThreads {
public:
    template <class... Args>
    explicit SharedByThreads(std::in_place_t, Args&&... args)
        : state_(make_for_threads<State>(std::forward<Args>(args)...)) {}

    [[nodiscard]] State* operator->() const {
        made_.check();
        return state_.operator->();
    }
    [[nodiscard]] State& operator*() const { return *operator->(); }

private:
    Shared<State> state_;
    Maker made_;
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_HANDLE_HPP
