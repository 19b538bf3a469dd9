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

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
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
    /// Asks for the answer, on a thread of the engine if that may block, and calls `landed` once it is noted.
    /// @param landed  keeps this
    virtual void begin(AsyncEngine& engine, std::function<void()> landed);

    AuthContext const context;
    std::optional<Authorization> const refused;
    Authorization given = {};  ///< the credential, if none was refused
    bool renewed = false;      ///< there is another one
    std::exception_ptr error = {};

protected:
    /// Asks, and notes the answer. It may block.
    virtual void ask() = 0;
    /// What a policy is to call with its answer, which `note` takes.
    template <class Answer>
    std::function<void(std::exception_ptr, Answer)> done(std::function<void()> landed, Answer& note) {
        auto const once = std::make_shared<Once>(*this, std::move(landed));
        return [once, &note](std::exception_ptr why, Answer answer) {
            once->land(std::move(why), [&] { note = std::move(answer); });
        };
    }
    /// Calls `ask` with what a policy is to call. What it throws is the answer.
    template <class Answer, class F>
    static void pass(std::function<void(std::exception_ptr, Answer)> const& done, F const& ask) {
        try {
            ask(done);
        } catch (...) {
            done(std::current_exception(), Answer());
        }
    }

private:
    /// An answer that is given once. If it is not, it is an error.
    class Once {
    public:
        Once(CredentialJob& job, std::function<void()> landed) : job_(job), landed_(std::move(landed)) {}
        Once(Once const&) = delete;
        Once& operator=(Once const&) = delete;
        ~Once();
        template <class F>
        void land(std::exception_ptr why, F const& note) {
            if (given_.exchange(true)) return;
            if (!why) note();
            job_.error = std::move(why);
            std::exchange(landed_, nullptr)();
        }

    private:
        CredentialJob& job_;
        std::function<void()> landed_;
        std::atomic<bool> given_ = false;
    };
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
    /// When a request may be sent, if the transport has a rate limiter. @throws NetworkError  timeout
    virtual std::optional<http::Clock::time_point> turn_of(http::Request const& request) = 0;
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
    void turn_came(http::Request const& request, bool in_full);
    void ask(bool renews);
    void asked(CredentialJob const& job);
    /// Ends the call with the exception in flight.
    void end_by_error();
    void end(std::exception_ptr error);

    void pause_ended(bool in_full) override;
    [[nodiscard]] std::shared_ptr<AsyncCall> self() { return std::static_pointer_cast<AsyncCall>(shared_from_this()); }

    ClientExchange* exchange_ = nullptr;
    std::optional<Run> run_;
    std::shared_ptr<CredentialJob> job_;             ///< that this call asked, and waits for
    http::Request const* redirected_ = nullptr;      ///< what follows a redirect
    http::Request const* waits_for_turn_ = nullptr;  ///< of the rate limiter
    bool ended_ = false;
    bool waits_for_credential_ = false;
};

}  // namespace globus::detail

#ifdef GLOBUS_ASIO_BODIES
#include <globus/client/impl/async_call.ipp>
#endif

#endif  // GLOBUS_CLIENT_ASYNC_CALL_HPP
