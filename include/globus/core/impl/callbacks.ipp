// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_CALLBACKS_IPP
#define GLOBUS_CORE_IMPL_CALLBACKS_IPP

#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>

#include <functional>
#include <utility>

namespace globus::detail {

GLOBUS_DECL CallbacksWait::CallbacksWait() noexcept : is_outermost_(outermost() == nullptr) {
    if (is_outermost_) outermost() = this;
}

GLOBUS_DECL CallbacksWait::~CallbacksWait() {
    if (!is_outermost_) return;
    outermost() = nullptr;
    for (auto const& tell : waiting_) now(tell);
}

GLOBUS_DECL void CallbacksWait::call(std::function<void()> tell) noexcept {
    if (outermost() == nullptr) return now(tell);
    try {
        outermost()->waiting_.push_back(std::move(tell));
    } catch (...) {  // there is no memory to keep it in, so it is dropped
    }
}

GLOBUS_DECL void CallbacksWait::now(std::function<void()> const& tell) noexcept {
    try {
        tell();
    } catch (...) {
    }
}

GLOBUS_DECL CallbacksWait*& CallbacksWait::outermost() noexcept {
    thread_local CallbacksWait* one = nullptr;
    return one;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_CALLBACKS_IPP
