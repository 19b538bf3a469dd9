// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_HANDLE_HPP
#define GLOBUS_CORE_HANDLE_HPP

#include <globus/core/error.hpp>
#include <globus/core/platform/process.hpp>

#include <memory>
#include <utility>

namespace globus::detail {

/// What a handle holds: a pointer that its copies share. It is null only in a handle that was moved from, and using
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

/// Makes what belongs to this process and its threads. A child process never destroys its copy: that could wait for
/// threads that are not there.
template <class State, class... Args>
[[nodiscard]] std::shared_ptr<State> make_process_bound(Args&&... args) {
    auto const destroy = [made = Maker()](State* state) {
        if (made.is_this_process()) delete state;
    };
    return {new State(std::forward<Args>(args)...), destroy};
}

/// A Shared whose state has locks or connections, and so belongs to the process that made it: using it in a child
/// process is a UsageError.
template <class State>
class ProcessBound {
public:
    template <class... Args>
    explicit ProcessBound(std::in_place_t, Args&&... args)
        : state_(make_process_bound<State>(std::forward<Args>(args)...)) {}

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
