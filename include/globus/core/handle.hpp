// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_HANDLE_HPP
#define GLOBUS_CORE_HANDLE_HPP

#include <globus/core/error.hpp>

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

}  // namespace globus::detail

#endif  // GLOBUS_CORE_HANDLE_HPP
