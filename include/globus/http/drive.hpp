// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_DRIVE_HPP
#define GLOBUS_HTTP_DRIVE_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/call.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/log.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace globus::detail {

/// The two parts of a call that its driver does not know: how the request is sent, and what its errors are.
class Exchange {
public:
    /// The outcome of an answer that is an error: what it says about trying again, and the error that the caller gets
    /// if it ends the call. Null: the caller takes the answer as it is.
    struct Refused {
        Refusal refusal = {};
        std::exception_ptr error = {};
    };

    /// @param sent, hook, named  must live as long as this
    explicit Exchange(http::Request& sent, LogHook const* hook = nullptr, LogNames named = {})
        : request(sent), log(hook), names(named) {}
    Exchange(Exchange const&) = delete;
    Exchange& operator=(Exchange const&) = delete;

    /// Puts the credential into the request. What it throws ends the call.
    virtual void authorize() {}
    /// Renews the credential that was refused. @return whether there is another one now
    virtual bool renew() { return false; }
    /// Makes one attempt. @throws NetworkError  if no answer comes
    virtual http::Response send() = 0;
    /// Makes an error from an answer.
    virtual Refused refuse(http::Response const& answer) = 0;
    /// Rethrows the error in flight, which ends the call and leaves open whether the request was carried out.
    [[noreturn]] virtual void throw_unknown() { throw; }

    http::Request& request;
    LogHook const* log;        ///< called after each attempt; null: there is none
    LogNames const names;      ///< of the call, for the log
    bool handed_over = false;  ///< the caller has a part of the answer, which cannot be taken back

protected:
    ~Exchange() = default;
};

/// The log of a call's attempts: it tells a log hook about each that has ended.
class AttemptLog {
public:
    explicit AttemptLog(Exchange const& exchange) noexcept
        : hook_(exchange.log != nullptr && *exchange.log ? exchange.log : nullptr), exchange_(exchange) {}

    void begin(int number) noexcept;
    /// @param status, request_id  of the answer; 0 and empty if none came, because of `error`
    void end(int status, std::string_view request_id, NetworkError const* error, Step const& next) const noexcept;

private:
    LogHook const* hook_;
    Exchange const& exchange_;
    int number_ = 1;
    http::Clock::time_point started_ = {};
};

/**
 * What every driver of a call does alike: it keeps the state of the machine, its log, the answer and the error, and
 * leaves to the driver what takes time: to authorize, to send, to renew and to wait.
 *
 * @par Thread safety
 * It is for one call, and one thread at a time.
 */
class CallRun {
public:
    /// @param exchange  must live as long as this, and so must the retry policy
    CallRun(Exchange& exchange, CallTerms const& terms, RetryPolicyRef retry);
    CallRun(CallRun const&) = delete;
    CallRun& operator=(CallRun const&) = delete;

    /// Goes on to a step that takes time, or to an answer.
    /// @throws what ends the call instead: NetworkError, the error of an answer
    Step const& next();

    /// Reports that the credential is in the request.
    void authorized() noexcept { step_ = machine_.authorized(); }
    /// Reports that the request is about to be sent.
    void sending() noexcept { log_.begin(machine_.attempt()); }
    /// Reports an answer.
    void answered(http::Response answer);
    /// Reports that no answer came; to be called while the error is in flight.
    void failed(NetworkError const& error);
    /// Reports the end of a renewal. @param other  there is another credential
    void renewed(bool other) { go_on(machine_.renewed(other)); }
    /// Reports the end of a wait. @param in_full  false: the caller cancelled the call
    void waited(bool in_full) noexcept { step_ = machine_.waited(in_full); }

    /// Moves the answer out; only its status stays here.
    http::Response hand_out();
    /// Reports that a result was made from the answer.
    void finished() { go_on(machine_.finished(answer_)); }
    /// Reports that the answer cannot be read; to be called while the error is in flight. It returns if there is
    /// another attempt.
    void unread(DecodeError const& error);

    /// True if the answer is an error that says that an earlier attempt has done it.
    [[nodiscard]] bool replayed() const noexcept { return step_.kind == Step::Kind::replayed; }
    /// Rethrows the error in flight, which ends the call.
    [[noreturn]] void rethrow();

protected:
    ~CallRun() = default;

    Exchange& exchange_;

private:
    void refuse();
    void go_on(Step const& next, NetworkError const* error = nullptr);
    /// Describes the answer, for the error if it cannot be used.
    [[nodiscard]] std::string describe_answer() const;

    AttemptLog log_;
    CallMachine machine_;
    Step step_;
    http::Response answer_;     ///< of the current attempt
    std::string request_id_;    ///< of the answer
    std::exception_ptr error_;  ///< that ends the call if there is no other attempt
};

/**
 * The blocking driver: it carries out the steps of a call on the thread of its caller, up to an answer from which a
 * result can be made.
 *
 *     while (true) {
 *         http::Response raw = call.answer();
 *         try {
 *             Document document(std::move(raw));
 *             call.finished();
 *             return document;
 *         } catch (DecodeError const& error) {
 *             call.unread(error);
 *         }
 *     }
 *
 * @par Thread safety
 * It belongs to one thread, which waits in it.
 */
class BlockingCall : public CallRun {
public:
    using CallRun::CallRun;

    /// The next answer, from which a result is to be made.
    /// @throws what ends the call instead: NetworkError, the error of an answer, what the credential throws
    http::Response answer();

private:
    http::Response next_answer();
    void send();
};

}  // namespace globus::detail

namespace globus::http {

/**
 * Sends a request that may be repeated, outside any Client: for a public document, or a redirect to be inspected.
 *
 * @return the last answer, whatever its status
 * @throws NetworkError  if no answer came, or the stop_token asked between two attempts
 */
template <class T>
Response send_repeatable(T const& transport, Request const& request, DefaultRetry const& retry = {}) {
    struct Asking final : globus::detail::Exchange {
        Asking(T const& over, Request& asked) : Exchange(asked), transport(over) {}
        Response send() override { return transport.send(this->request); }
        Refused refuse(Response const&) override { return {}; }
        T const& transport;
    };
    Request sent = request;
    Asking asking(transport, sent);
    return globus::detail::BlockingCall(asking, {.read_below = 400, .deadline = request.deadline}, retry).answer();
}

}  // namespace globus::http

#ifdef GLOBUS_BODIES
#include <globus/http/impl/drive.ipp>
#endif

#endif  // GLOBUS_HTTP_DRIVE_HPP
