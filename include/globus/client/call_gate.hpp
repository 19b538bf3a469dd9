// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CALL_GATE_HPP
#define GLOBUS_CLIENT_CALL_GATE_HPP

#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>

#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace globus::detail {

/**
 * Knows the calls of a client that are running: when the client goes it asks them to stop, and waits until they have.
 * A call may be one request, or a function of several with those requests as calls within it.
 *
 * @par Thread safety
 * Calls begin and end on any thread. A call that begins when the destructor has begun comes too late, and is refused if
 * it has a Pass.
 */
class CallGate {
    struct State;

public:
    /// Lets calls begin that are not sure whether the client is still there.
    class Pass {
    public:
        /// @throws UsageError  for the gate of a client that was moved from
        explicit Pass(CallGate const& gate);

        /// @throws UsageError  if this was moved from
        void check() const;

    private:
        friend class CallGate;
        [[nodiscard]] std::shared_ptr<State> const& state() const;
        std::shared_ptr<State> state_;  // null: moved from
    };

    CallGate();
    // the calls of a copy are its own; a client that was moved from has none
    CallGate(CallGate const& other);
    CallGate(CallGate&& other);
    CallGate& operator=(CallGate const& other);
    CallGate& operator=(CallGate&& other);
    ~CallGate();

    /// One call, from its construction to its destruction.
    class Call {
    public:
        /// @param mine  what the caller cancels it with
        /// @throws UsageError    in a child process
        /// @throws NetworkError  cancelled, if the client was destroyed
        Call(Pass const& pass, std::stop_token mine);
        Call(CallGate const& gate, std::stop_token mine);
        Call(Call const&) = delete;
        Call& operator=(Call const&) = delete;
        ~Call();

        /// Asks to stop when the caller does, and when the client goes.
        [[nodiscard]] std::stop_token const& stop() const noexcept { return token_; }

        /**
         * Runs a callback of the user's, which may destroy the client: that does not wait for this call, then.
         *
         * @throws NetworkError  cancelled, if the client was destroyed: nothing of it is there any more
         */
        template <class F>
        void run_callback(F const& callback) const {
            {
                Aside const aside(*state_);
                callback();
            }
            check();
        }

    private:
        struct Ask {
            std::stop_source either;
            void operator()() noexcept { either.request_stop(); }
        };
        /// While a call of this thread runs a callback.
        class Aside {
        public:
            explicit Aside(State& state);
            Aside(Aside const&) = delete;
            Aside& operator=(Aside const&) = delete;
            ~Aside();

        private:
            State& state_;
        };

        void leave() noexcept;
        /// @throws NetworkError  cancelled, if the client was destroyed
        void check() const;
        [[noreturn]] static void refuse();

        std::shared_ptr<State> state_;
        std::stop_token token_;
        std::optional<std::stop_source> either_;
        std::optional<std::stop_callback<Ask>> mine_, closing_;
    };

private:
    std::shared_ptr<State> state_;
    bool moved_from_ = false;
};

/// A call of several requests: one deadline for all of them, and the client stays until it ends.
class JointCall {
public:
    /// @param options  with the deadline of the whole
    JointCall(CallGate const& gate, CallOptions options);
    /// For each of its requests.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    /// As CallGate::Call does.
    template <class F>
    void run_callback(F const& callback) const {
        call_.run_callback(callback);
    }

private:
    CallGate::Call call_;
    CallOptions options_;
};

/**
 * A client as a range knows it: from one request to the next the client may be destroyed.
 *
 * @tparam Client  whose ranges these are
 */
template <class Client>
class ClientOfRange {
public:
    /// @throws UsageError  if the client was moved from
    explicit ClientOfRange(Client const& client) : client_(&client), pass_(client.gate()) {}

    /// @throws UsageError  if this was moved from
    void check() const { pass_.check(); }

    /// What `request` returns of the client and the options.
    /// @throws NetworkError  cancelled, if the client was destroyed
    template <class F>
    auto call(CallOptions options, F const& request) const {
        CallGate::Call const call(pass_, std::move(options.stop));
        options.stop = call.stop();
        return request(*client_, options);
    }

private:
    Client const* client_;
    CallGate::Pass pass_;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/client/impl/call_gate.ipp>
#endif

#endif  // GLOBUS_CLIENT_CALL_GATE_HPP
