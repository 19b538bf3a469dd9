// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_DRIVE_HPP
#define GLOBUS_HTTP_DRIVE_HPP

#include <globus/core/error.hpp>
#include <globus/core/one_line.hpp>
#include <globus/http/call.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/log.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// The two ends of a call that its driver does not know: how the request travels, and what its errors are.
class Exchange {
public:
    /// What became of an answer that is an error: what it says about trying again, and the error that the caller gets if
    /// the call ends by it. Null: the caller takes the answer as it is.
    struct Refused {
        Refusal refusal = {};
        std::exception_ptr error = {};
    };

    /// @param sent, hook  have to live as long as this
    explicit Exchange(http::Request& sent, LogHook const* hook = nullptr) : request(sent), log(hook) {}
    Exchange(Exchange const&) = delete;
    Exchange& operator=(Exchange const&) = delete;

    /// Puts the credential into the request. What it throws ends the call.
    virtual void authorize() {}
    /// Has the credential renewed that was refused. @return whether there is another one now
    virtual bool renew() { return false; }
    /// Makes one attempt. @throws NetworkError  if no answer comes
    virtual http::Response send() = 0;
    /// Makes an error of an answer.
    virtual Refused refuse(http::Response const& answer) = 0;
    /// Throws on the error in flight, which ends the call and leaves open whether what was asked for was done.
    [[noreturn]] virtual void throw_unknown() { throw; }

    http::Request& request;
    LogHook const* log;        ///< called after each attempt; null: nobody is
    bool handed_over = false;  ///< a part of an answer is with the caller, and cannot be taken back

protected:
    ~Exchange() = default;
};

/// Tells a log hook of an attempt that has ended.
class AttemptLog {
public:
    AttemptLog(LogHook const* hook, http::Request const& request) noexcept
        : hook_(hook != nullptr && *hook ? hook : nullptr), request_(request) {}

    void begin(int number) noexcept {
        if (hook_ == nullptr) return;
        number_ = number;
        started_ = http::Clock::now();
    }
    /// @param status, request_id  of the answer; 0 and empty if none came, because of `error`
    void end(int status, std::string_view request_id, NetworkError const* error, Step const& next) const noexcept {
        if (hook_ == nullptr) return;
        try {
            std::string const url =
                one_line(std::string_view(request_.url).substr(0, request_.url.find_first_of("?#")));
            std::string const id = one_line(request_id, 200);
            LogEvent event{.method = to_string(request_.method), .url = url};
            event.attempt = number_;
            event.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(http::Clock::now() - started_);
            event.status = status;
            event.request_id = id;
            if (error != nullptr) event.error = error->what();
            if (next.next_attempt_in)
                event.retry_in = std::chrono::duration_cast<std::chrono::milliseconds>(*next.next_attempt_in);
            (*hook_)(event);
        } catch (...) {  // a log hook must not break a call
        }
    }

private:
    LogHook const* hook_;
    http::Request const& request_;
    int number_ = 1;
    http::Clock::time_point started_ = {};
};

/**
 * Does the steps of a call on the thread of its caller, up to an answer that a result can be made of.
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
 * None: it belongs to one thread, which waits in it.
 */
class BlockingCall {
public:
    /// @param exchange  has to live as long as this, and so has the retry policy
    BlockingCall(Exchange& exchange, CallTerms const& terms, RetryPolicyRef retry)
        : exchange_(exchange), log_(exchange.log, exchange.request), machine_(terms, retry), step_(machine_.begin()) {
        if (machine_.needs_fresh_connection()) exchange.request.fresh_connection = true;
    }
    BlockingCall(BlockingCall const&) = delete;
    BlockingCall& operator=(BlockingCall const&) = delete;

    /// The next answer that a result is to be made of.
    /// @throws what ends the call in its place: NetworkError, the error of an answer, what the credential throws
    http::Response answer() {
        try {
            return next_answer();
        } catch (Error const&) {
            rethrow();
        }
    }
    /// A result was made of the answer.
    void finished() { go_on(machine_.finished(answer_)); }
    /// None could be made of it: to be called while the error is in flight. It returns if there is another attempt.
    void unread(DecodeError const& error) {
        go_on(machine_.unread(answer_, error.cut_off(), http::Clock::now()));
        if (step_.kind != Step::Kind::fail) return;
        try {
            throw error.in(describe_answer());
        } catch (Error const&) {
            rethrow();
        }
    }

    /// True if the answer is an error that says that an earlier attempt has done it.
    [[nodiscard]] bool replayed() const noexcept { return step_.kind == Step::Kind::replayed; }

private:
    [[noreturn]] void rethrow() {
        if (machine_.outcome_unknown()) exchange_.throw_unknown();
        throw;
    }
    http::Response next_answer() {
        while (true) {
            switch (step_.kind) {
                case Step::Kind::authorize:
                    exchange_.authorize();
                    step_ = machine_.authorized();
                    break;
                case Step::Kind::send:
                    send();
                    break;
                case Step::Kind::renew:
                    go_on(machine_.renewed(exchange_.renew()));
                    break;
                case Step::Kind::refuse:
                    refuse();
                    break;
                case Step::Kind::wait:
                    step_ = machine_.waited(http::wait_until(step_.until, exchange_.request.stop));
                    break;
                case Step::Kind::read:
                case Step::Kind::replayed:
                    return hand_out();
                case Step::Kind::cancel:
                    throw NetworkError(NetworkError::Kind::cancelled, machine_.sent(),
                                       "the call was cancelled between two attempts");
                case Step::Kind::fail:
                case Step::Kind::finish:
                    if (error_ == nullptr) return std::move(answer_);
                    std::rethrow_exception(error_);
            }
        }
    }
    void send() {
        log_.begin(machine_.attempt());
        try {
            answer_ = exchange_.send();
        } catch (NetworkError const& error) {
            error_ = std::current_exception();
            if (exchange_.handed_over) machine_.handed_over();
            go_on(machine_.failed(error, http::Clock::now()), &error);
            return;
        }
        if (exchange_.handed_over) machine_.handed_over();
        request_id_ = answer_.headers.get("X-Request-ID");
        step_ = machine_.answered(answer_);
    }
    void refuse() {
        Exchange::Refused refused = exchange_.refuse(answer_);
        error_ = std::move(refused.error);
        go_on(machine_.refused(answer_, refused.refusal, http::Clock::now()));
    }
    void go_on(Step const& next, NetworkError const* error = nullptr) {
        step_ = next;
        if (!next.ends_attempt()) return;
        if (error != nullptr)
            log_.end(0, {}, error, next);
        else
            log_.end(answer_.status, request_id_, nullptr, next);
    }
    /// The answer, of which no more stays here than its status.
    http::Response hand_out() {
        http::Response whole = std::move(answer_);
        answer_ = {.status = whole.status};
        return whole;
    }
    /// What was answered, for the error of an answer that cannot be used.
    [[nodiscard]] std::string describe_answer() const {
        std::string text = http::describe(exchange_.request) + " was answered " + std::to_string(answer_.status);
        if (!request_id_.empty()) text.append(" (request id ").append(request_id_) += ')';
        return text;
    }

    Exchange& exchange_;
    AttemptLog log_;
    CallMachine machine_;
    Step step_;
    http::Response answer_;     ///< of the present attempt
    std::string request_id_;    ///< of the answer
    std::exception_ptr error_;  ///< that ends the call, should there be no other attempt
};

}  // namespace globus::detail

namespace globus::http {

/**
 * Sends a request that may be repeated, outside of any Client: a public document, a redirect that is to be looked at.
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

#endif  // GLOBUS_HTTP_DRIVE_HPP
