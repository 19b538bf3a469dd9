// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CALL_GATE_HPP
#define GLOBUS_CLIENT_CALL_GATE_HPP

#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace globus::detail {

/**
 * The gate of a client, which knows its running calls: when the client is destroyed the gate asks them to stop, and
 * waits until they have. A call may be one request, or a function of several, with those requests as calls within it.
 *
 * @par Thread safety
 * Calls begin and end on any thread. A call that begins after the destructor has begun is too late, and is refused if
 * it has a Pass.
 */
class CallGate {
    struct State;

public:
    /// A pass for calls that cannot be sure that the client still exists.
    class Pass {
    public:
        /// @throws UsageError  for the gate of a client that was moved from
        explicit Pass(CallGate const& gate);

        /// @throws UsageError  if this was moved from
        void check() const;

    private:
        friend class CallGate;
        [[nodiscard]] std::shared_ptr<State> const& state() const;
        std::shared_ptr<State> state_;  // null if it was moved from
    };

    /// Whether the client waits for a call when it is destroyed, or only asks it to stop: an asynchronous one uses a
    /// copy of the client, and ends later.
    enum class Wait : bool { no, yes };

    CallGate();
    // A copy has calls of its own; a client that was moved from has none.
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
        Call(Pass const& pass, std::stop_token mine, Wait wait = Wait::yes);
        Call(CallGate const& gate, std::stop_token mine, Wait wait = Wait::yes);
        Call(Call const&) = delete;
        Call& operator=(Call const&) = delete;
        ~Call();

        /// Asks to stop when the caller does, and when the client is destroyed.
        [[nodiscard]] std::stop_token const& stop() const noexcept { return token_; }

        /**
         * Runs one of the user's callbacks. It may destroy the client, which then does not wait for this call.
         *
         * @throws NetworkError  cancelled, if the client was destroyed: nothing of it may be used then
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
        /// An object that lives while a call of this thread runs a callback.
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
        Wait wait_;
        std::stop_token token_;
        std::optional<std::stop_source> either_;
        std::optional<std::stop_callback<Ask>> mine_, closing_;
    };

    /// What asynchronous calls share until the client is assigned to: the result of `make`, which is called once.
    [[nodiscard]] std::shared_ptr<void const> shared(std::function<std::shared_ptr<void const>()> const& make) const;

private:
    void forget_shared();

    std::shared_ptr<State> state_;
    bool moved_from_ = false;
};

/// A call of several requests: it has one deadline for all of them, and the client lives until it ends.
class JointCall {
public:
    /// @param options  with the deadline of the whole call
    JointCall(CallGate const& gate, CallOptions options);
    /// The options for each of its requests.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    /// Runs a callback as CallGate::Call does.
    template <class F>
    void run_callback(F const& callback) const {
        call_.run_callback(callback);
    }

private:
    CallGate::Call call_;
    CallOptions options_;
};

/**
 * The client of a range, which may be destroyed between two requests.
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

    /// What `request` returns for the client and the options.
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
