// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_CALL_GATE_IPP
#define GLOBUS_CLIENT_IMPL_CALL_GATE_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/http/errors.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace globus::detail {

GLOBUS_DECL int CallGate::State::calling_back_here() {
    std::lock_guard const lock(mutex);
    return static_cast<int>(std::count(calling_back.begin(), calling_back.end(), std::this_thread::get_id()));
}

GLOBUS_DECL void CallGate::Pass::check() const {
    if (!state_) throw UsageError("this object was moved from: use the one that it was moved to");
}

GLOBUS_DECL std::shared_ptr<CallGate::State> const& CallGate::Pass::state() const {
    check();
    return state_;
}

GLOBUS_DECL CallGate& CallGate::operator=(CallGate const& other) {
    moved_from_ = other.moved_from_;
    return *this;
}

GLOBUS_DECL CallGate& CallGate::operator=(CallGate&& other) {
    moved_from_ = std::exchange(other.moved_from_, true);
    return *this;
}

GLOBUS_DECL CallGate::~CallGate() {
    if (!state_->made.is_this_process()) return;  // whoever called is not in the child process
    state_->closed = true;
    state_->closing.request_stop();
    // a callback that destroys the client is within a call, which ends when the callback has
    int const own = state_->calling_back_here();
    while (int const running = others(own)) state_->running.wait(running + own);
}

GLOBUS_DECL CallGate::Call::Call(Pass const& pass, std::stop_token mine)
    : state_(pass.state()), token_(state_->closing.get_token()) {
    state_->made.check();
    if (mine.stop_possible()) {
        either_.emplace();
        mine_.emplace(std::move(mine), Ask{*either_});
        closing_.emplace(token_, Ask{*either_});
        token_ = either_->get_token();
    }
    ++state_->running;
    if (!state_->closed) return;
    leave();
    refuse();
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
