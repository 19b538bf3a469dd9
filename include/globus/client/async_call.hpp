// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_ASYNC_CALL_HPP
#define GLOBUS_CLIENT_ASYNC_CALL_HPP

#include <globus/client/exchange.hpp>
#include <globus/core/config.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/async_pause.hpp>
#include <globus/http/call.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/message.hpp>
#include <globus/oauth/authorizer.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace globus::detail {

class AsyncCall;

/// A question to a policy that may block: what is the credential, or, if one was refused, is there another one?
class CredentialJob {
public:
    explicit CredentialJob(AuthContext const& call, std::optional<Authorization> refused_one)
        : context(call), refused(std::move(refused_one)) {}
    CredentialJob(CredentialJob const&) = delete;
    CredentialJob& operator=(CredentialJob const&) = delete;
    virtual ~CredentialJob() = default;
    /// Asks, and notes the answer.
    void run() noexcept;

    AuthContext const context;
    std::optional<Authorization> const refused;
    Authorization given = {};  ///< the credential, if none was refused
    bool renewed = false;      ///< there is another one
    std::exception_ptr error = {};

protected:
    virtual void ask() = 0;
};

/// The calls of one client that wait for the same renewal. It is for the strand of their engine.
class CredentialDesk {
public:
    /// True if the caller is to ask; otherwise it is told by `credential_landed` when the one that asks has an answer.
    bool ask_or_wait(std::shared_ptr<AsyncCall> const& call);
    /// Reports that the answer is there.
    void landed(CredentialJob const& job);

private:
    bool busy_ = false;
    std::vector<std::weak_ptr<AsyncCall>> waiting_;
};

/**
 * The asynchronous driver: it begins each step of a call on the strand of an engine, and goes on when that has ended.
 *
 * Whatever it waits for keeps it: the engine its request, a timer its pause. If the execution context ends meanwhile,
 * it is destroyed, and its handler with it.
 */
class AsyncCall : public AsyncReceiver, public AsyncPause {
public:
    /// Begins the first step, after this function.
    void begin();
    void received(http::Response answer) override;
    void failed(std::exception_ptr error) override;
    /// Tells a call that waited for the desk how that ended.
    void credential_landed(CredentialJob const& job);

protected:
    explicit AsyncCall(std::shared_ptr<AsyncEngine> engine);
    ~AsyncCall() override;

    /// Sets what is driven. Both must live as long as this.
    void drive(ClientExchange& exchange, RetryPolicyRef const& retry);

    /// The credential, if the policy gives it without blocking.
    virtual std::optional<Authorization> credential_at_once() = 0;
    /// Whether there is another credential than the one that was refused, if the policy says so without blocking.
    virtual std::optional<bool> renewed_at_once() = 0;
    /// A question for a thread that may block.
    virtual std::shared_ptr<CredentialJob> job(AuthContext const& context, std::optional<Authorization> refused) = 0;
    /// Where calls wait for a renewal by one of them; null if each asks for itself.
    virtual std::shared_ptr<CredentialDesk> desk() = 0;
    /// Called once: the result is there, or the error.
    virtual void ended(std::exception_ptr error) = 0;

private:
    struct Run final : CallRun {
        using CallRun::CallRun;
    };

    /// Calls `step`, and goes on; what is thrown ends the call.
    template <class F>
    void go_on(F const& step);
    /// Makes steps until one takes time, or the call ends.
    void make_steps();
    /// Makes the result of the answer.
    void read();
    void send(http::Request const& request);
    void ask(bool renews);
    void asked(CredentialJob const& job);
    /// Ends the call with the exception in flight.
    void end_by_error();
    void end(std::exception_ptr error);

    void pause_ended(bool in_full) override;
    [[nodiscard]] std::shared_ptr<AsyncCall> self() { return std::static_pointer_cast<AsyncCall>(shared_from_this()); }

    ClientExchange* exchange_ = nullptr;
    std::optional<Run> run_;
    std::shared_ptr<CredentialJob> job_;  ///< that this call asked, and waits for
    bool ended_ = false;
    bool waits_for_credential_ = false;
};

}  // namespace globus::detail

#ifdef GLOBUS_ASIO_BODIES
#include <globus/client/impl/async_call.ipp>
#endif

#endif  // GLOBUS_CLIENT_ASYNC_CALL_HPP
