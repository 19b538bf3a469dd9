// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CALL_GATE_HPP
#define GLOBUS_CLIENT_CALL_GATE_HPP

#include <globus/core/handle.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace globus::detail {

/**
 * Knows the calls of a client that are running: when the client goes it asks them to stop, and waits until they have.
 *
 * @par Thread safety
 * Calls begin and end on any thread. A call that begins when the destructor has begun comes too late.
 */
class CallGate {
    struct State {
        Maker made;
        std::stop_source closing;
        std::atomic<int> running = 0;
    };

public:
    CallGate() = default;
    CallGate(CallGate const&) : CallGate() {}  // the calls of a copy are its own
    CallGate& operator=(CallGate const&) { return *this; }
    ~CallGate() {
        if (!state_->made.is_this_process()) return;  // whoever called is not in the child process
        state_->closing.request_stop();
        while (int const running = state_->running.load()) state_->running.wait(running);
    }

    /// One call, from its construction to its destruction.
    class Call {
    public:
        /// @param mine  what the caller cancels it with
        /// @throws UsageError  in a child process
        Call(CallGate const& gate, std::stop_token mine) : state_(gate.state_), token_(state_->closing.get_token()) {
            state_->made.check();
            if (mine.stop_possible()) {
                either_.emplace();
                mine_.emplace(std::move(mine), Ask{*either_});
                closing_.emplace(token_, Ask{*either_});
                token_ = either_->get_token();
            }
            ++state_->running;
        }
        Call(Call const&) = delete;
        Call& operator=(Call const&) = delete;
        ~Call() {
            if (--state_->running == 0) state_->running.notify_all();
        }

        /// Asks to stop when the caller does, and when the client goes.
        [[nodiscard]] std::stop_token const& stop() const noexcept { return token_; }

    private:
        struct Ask {
            std::stop_source either;
            void operator()() noexcept { either.request_stop(); }
        };
        std::shared_ptr<State> state_;
        std::stop_token token_;
        std::optional<std::stop_source> either_;
        std::optional<std::stop_callback<Ask>> mine_, closing_;
    };

private:
    std::shared_ptr<State> state_ = make_for_threads<State>();
};

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_CALL_GATE_HPP
