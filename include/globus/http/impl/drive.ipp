// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_DRIVE_IPP
#define GLOBUS_HTTP_IMPL_DRIVE_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/one_line.hpp>
#include <globus/http/call.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/log.hpp>
#include <globus/http/message.hpp>
#include <globus/http/waiting.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL void AttemptLog::begin(int number) noexcept {
    if (hook_ == nullptr) return;
    number_ = number;
    started_ = http::Clock::now();
}

GLOBUS_DECL void AttemptLog::end(int status, std::string_view request_id, NetworkError const* error,
                                 Step const& next) const noexcept {
    if (hook_ == nullptr) return;
    try {
        std::string_view const whole = exchange_.request.url;
        std::string const url = one_line(whole.substr(0, whole.find_first_of("?#")));
        std::string const id = one_line(request_id, 200);
        LogEvent event{.method = to_string(exchange_.request.method), .url = url};
        event.attempt = number_;
        event.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(http::Clock::now() - started_);
        event.status = status;
        event.request_id = id;
        event.service = exchange_.names.service;
        event.operation = exchange_.names.operation;
        if (error != nullptr) event.error = error->what();
        if (next.next_attempt_in)
            event.retry_in = std::chrono::duration_cast<std::chrono::milliseconds>(*next.next_attempt_in);
        (*hook_)(event);
    } catch (...) {  // a log hook must not break a call
    }
}

GLOBUS_DECL CallRun::CallRun(Exchange& exchange, CallTerms const& terms, RetryPolicyRef retry)
    : exchange_(exchange), log_(exchange), machine_(terms, retry), step_(machine_.begin()) {
    if (machine_.needs_fresh_connection()) exchange.request.fresh_connection = true;
}

GLOBUS_DECL Step const& CallRun::next() {
    while (true) {
        switch (step_.kind) {
            case Step::Kind::authorize:
            case Step::Kind::send:
            case Step::Kind::renew:
            case Step::Kind::wait:
            case Step::Kind::read:
            case Step::Kind::replayed:
                return step_;
            case Step::Kind::refuse:
                refuse();
                break;
            case Step::Kind::cancel:
                throw NetworkError(NetworkError::Kind::cancelled, machine_.sent(),
                                   "the call was cancelled between two attempts");
            case Step::Kind::fail:
            case Step::Kind::finish:
                if (error_ == nullptr) return step_;
                std::rethrow_exception(error_);
        }
    }
}

GLOBUS_DECL void CallRun::unread(DecodeError const& error) {
    go_on(machine_.unread(answer_, error.cut_off(), http::Clock::now()));
    if (step_.kind != Step::Kind::fail) return;
    try {
        throw error.in(describe_answer());
    } catch (Error const&) {
        rethrow();
    }
}

GLOBUS_DECL void CallRun::rethrow() {
    if (machine_.outcome_unknown()) exchange_.throw_unknown();
    throw;
}

GLOBUS_DECL void CallRun::answered(http::Response answer) {
    answer_ = std::move(answer);
    if (exchange_.handed_over) machine_.handed_over();
    request_id_ = answer_.headers.get("X-Request-ID");
    step_ = machine_.answered(answer_);
}

GLOBUS_DECL void CallRun::failed(NetworkError const& error) {
    error_ = std::current_exception();
    if (exchange_.handed_over) machine_.handed_over();
    go_on(machine_.failed(error, http::Clock::now()), &error);
}

GLOBUS_DECL void CallRun::refuse() {
    Exchange::Refused refused = exchange_.refuse(answer_);
    error_ = std::move(refused.error);
    go_on(machine_.refused(answer_, refused.refusal, http::Clock::now()));
}

GLOBUS_DECL void CallRun::go_on(Step const& next, NetworkError const* error) {
    step_ = next;
    if (!next.ends_attempt()) return;
    if (error != nullptr)
        log_.end(0, {}, error, next);
    else
        log_.end(answer_.status, request_id_, nullptr, next);
}

GLOBUS_DECL http::Response CallRun::hand_out() {
    http::Response whole = std::move(answer_);
    answer_ = {.status = whole.status};
    return whole;
}

GLOBUS_DECL std::string CallRun::describe_answer() const {
    std::string text = http::describe(exchange_.request) + " was answered " + std::to_string(answer_.status);
    if (!request_id_.empty()) text.append(" (request id ").append(request_id_) += ')';
    return text;
}

GLOBUS_DECL http::Response BlockingCall::answer() {
    try {
        return next_answer();
    } catch (Error const&) {
        rethrow();
    }
}

GLOBUS_DECL http::Response BlockingCall::next_answer() {
    while (true) {
        Step const& step = next();
        switch (step.kind) {
            case Step::Kind::authorize:
                exchange_.authorize();
                authorized();
                break;
            case Step::Kind::send:
                send();
                break;
            case Step::Kind::renew:
                renewed(exchange_.renew());
                break;
            case Step::Kind::wait:
                waited(http::wait_until(step.until, exchange_.request.stop));
                break;
            default:
                return hand_out();
        }
    }
}

GLOBUS_DECL void BlockingCall::send() {
    sending();
    http::Response answer;
    try {
        answer = exchange_.send();
    } catch (NetworkError const& error) {
        return failed(error);
    }
    answered(std::move(answer));
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_DRIVE_IPP
