// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_CALL_GATE_IPP
#define GLOBUS_CLIENT_IMPL_CALL_GATE_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/http/errors.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace globus::detail {

struct CallGate::State {
    Maker made;
    std::stop_source closing;
    std::atomic<bool> closed = false;
    std::atomic<int> running = 0;
    std::mutex mutex;
    std::shared_ptr<void const> shared;         ///< by asynchronous calls
    std::vector<std::thread::id> calling_back;  ///< one entry for each call that runs a callback of the user

    int calling_back_here();
};

GLOBUS_DECL int CallGate::State::calling_back_here() {
    std::lock_guard const lock(mutex);
    return static_cast<int>(std::count(calling_back.begin(), calling_back.end(), std::this_thread::get_id()));
}

GLOBUS_DECL CallGate::Pass::Pass(CallGate const& gate) : state_(gate.moved_from_ ? nullptr : gate.state_) { check(); }

GLOBUS_DECL void CallGate::Pass::check() const {
    if (!state_) throw UsageError("this object was moved from: use the one that it was moved to");
}

GLOBUS_DECL std::shared_ptr<CallGate::State> const& CallGate::Pass::state() const {
    check();
    return state_;
}

GLOBUS_DECL CallGate::CallGate() : state_(make_process_bound<State>()) {}
GLOBUS_DECL CallGate::CallGate(CallGate const& other) : CallGate() { moved_from_ = other.moved_from_; }
GLOBUS_DECL CallGate::CallGate(CallGate&& other) : CallGate() { moved_from_ = std::exchange(other.moved_from_, true); }

GLOBUS_DECL CallGate& CallGate::operator=(CallGate const& other) {
    moved_from_ = other.moved_from_;
    forget_shared();
    return *this;
}

GLOBUS_DECL CallGate& CallGate::operator=(CallGate&& other) {
    moved_from_ = std::exchange(other.moved_from_, true);
    forget_shared();
    return *this;
}

GLOBUS_DECL void CallGate::forget_shared() {
    std::shared_ptr<void const> old;
    std::lock_guard const lock(state_->mutex);
    old.swap(state_->shared);
}

GLOBUS_DECL CallGate::~CallGate() {
    if (!state_->made.is_this_process()) return;  // threads that were in a call are not in the child process
    state_->closed = true;
    state_->closing.request_stop();
    // A callback that destroys the client runs within a call, which ends after the callback.
    int const own = state_->calling_back_here();
    for (int running = state_->running; running > own; running = state_->running) state_->running.wait(running);
}

GLOBUS_DECL std::shared_ptr<void const> CallGate::shared(
    std::function<std::shared_ptr<void const>()> const& make) const {
    State& state = *Pass(*this).state();
    state.made.check();
    std::lock_guard const lock(state.mutex);
    if (state.shared == nullptr) state.shared = make();
    return state.shared;
}

GLOBUS_DECL CallGate::Call::Call(Pass const& pass, std::stop_token mine, Wait wait)
    : state_(pass.state()), wait_(wait), token_(state_->closing.get_token()) {
    state_->made.check();
    if (mine.stop_possible()) {
        either_.emplace();
        mine_.emplace(std::move(mine), Ask{*either_});
        closing_.emplace(token_, Ask{*either_});
        token_ = either_->get_token();
    }
    if (wait_ == Wait::yes) ++state_->running;
    if (!state_->closed) return;
    leave();
    refuse();
}

GLOBUS_DECL CallGate::Call::Call(CallGate const& gate, std::stop_token mine, Wait wait)
    : Call(Pass(gate), std::move(mine), wait) {}
GLOBUS_DECL CallGate::Call::~Call() { leave(); }

GLOBUS_DECL void CallGate::Call::check() const {
    if (state_->closed) refuse();
}

GLOBUS_DECL CallGate::Call::Aside::Aside(State& state) : state_(state) {
    std::lock_guard const lock(state_.mutex);
    state_.calling_back.push_back(std::this_thread::get_id());
}

GLOBUS_DECL CallGate::Call::Aside::~Aside() {
    std::lock_guard const lock(state_.mutex);
    auto& threads = state_.calling_back;
    threads.erase(std::find(threads.begin(), threads.end(), std::this_thread::get_id()));
}

GLOBUS_DECL void CallGate::Call::leave() noexcept {
    if (wait_ == Wait::no) return;
    --state_->running;
    if (state_->closed) state_->running.notify_all();
}

GLOBUS_DECL void CallGate::Call::refuse() {
    throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the client was destroyed");
}

GLOBUS_DECL JointCall::JointCall(CallGate const& gate, CallOptions options)
    : call_(gate, options.stop), options_(std::move(options)) {
    options_.stop = call_.stop();
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_CALL_GATE_IPP
