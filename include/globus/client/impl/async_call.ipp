// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP
#define GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP

#include <globus/client/async_call.hpp>
#include <globus/client/exchange.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/call.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/authorizer.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void CredentialJob::run() noexcept {
    try {
        ask();
    } catch (...) {
        error = std::current_exception();
    }
}

GLOBUS_DECL bool CredentialDesk::ask_or_wait(std::shared_ptr<AsyncCall> const& call) {
    if (!std::exchange(busy_, true)) return true;
    waiting_.push_back(call);
    return false;
}

GLOBUS_DECL void CredentialDesk::landed(CredentialJob const& job) {
    busy_ = false;
    std::vector<std::weak_ptr<AsyncCall>> waiting;
    waiting.swap(waiting_);
    for (auto const& one : waiting)
        if (auto const call = one.lock()) call->credential_landed(job);
}

struct AsyncCall::Wake {
    std::weak_ptr<AsyncCall> call;
    std::weak_ptr<AsyncEngine> engine;
    std::uint64_t number;

    void operator()() const noexcept {
        try {
            if (auto const on = engine.lock())
                on->post([call = call, number = number] {
                    if (auto const here = call.lock()) here->pause_ended(number, Why::stop);
                });
        } catch (...) {  // there is no memory; the pause ends by its time
        }
    }
};

struct AsyncCall::Pause {
    explicit Pause(AsyncEngine::Strand const& strand) : timer(strand) {}
    asio::basic_waitable_timer<http::Clock, asio::wait_traits<http::Clock>, AsyncEngine::Strand> timer;
    std::optional<std::stop_callback<Wake>> stop;
};

GLOBUS_DECL AsyncCall::AsyncCall(std::shared_ptr<AsyncEngine> engine) : engine_(std::move(engine)) {}
GLOBUS_DECL AsyncCall::~AsyncCall() = default;

GLOBUS_DECL void AsyncCall::drive(ClientExchange& exchange, RetryPolicyRef const& retry) {
    exchange_ = &exchange;
    run_.emplace(exchange, exchange.terms(), retry);
}

GLOBUS_DECL void AsyncCall::begin() {
    engine_->post([self = shared_from_this()] { self->make_steps(); });
}

template <class F>
void AsyncCall::go_on(F const& step) {
    if (ended_) return;
    try {
        step();
    } catch (...) {
        return end_by_error();
    }
    make_steps();
}

GLOBUS_DECL void AsyncCall::make_steps() {
    try {
        while (!ended_) {
            Step const step = run_->next();
            switch (step.kind) {
                case Step::Kind::authorize:
                    if (auto credential = credential_at_once()) {
                        exchange_->use(*std::move(credential));
                        run_->authorized();
                        break;
                    }
                    return ask(false);
                case Step::Kind::renew:
                    if (auto const renewed = renewed_at_once()) {
                        run_->renewed(*renewed);
                        break;
                    }
                    return ask(true);
                case Step::Kind::send:
                    run_->sending();
                    return send(exchange_->first_request());
                case Step::Kind::wait:
                    return pause(step.until);
                default:
                    read();
            }
        }
    } catch (...) {
        end_by_error();
    }
}

GLOBUS_DECL void AsyncCall::read() {
    http::Response answer = run_->hand_out();
    try {
        exchange_->take(answer, run_->replayed());
    } catch (DecodeError const& error) {
        return run_->unread(error);
    }
    run_->finished();
    end(nullptr);
}

GLOBUS_DECL void AsyncCall::send(http::Request const& request) { engine_->start(shared_from_this(), request); }

GLOBUS_DECL void AsyncCall::received(http::Response answer) {
    http::Request const* next = nullptr;
    go_on([&] {
        try {
            next = exchange_->next_request(answer);
        } catch (NetworkError const& error) {
            return run_->failed(error);
        }
        if (next == nullptr) run_->answered(std::move(answer));
    });
}

GLOBUS_DECL void AsyncCall::failed(std::exception_ptr error) {
    go_on([&] {
        try {
            std::rethrow_exception(std::move(error));
        } catch (NetworkError const& network) {
            run_->failed(network);
        }
    });
}

GLOBUS_DECL void AsyncCall::ask(bool renews) {
    waits_for_credential_ = true;
    pause(exchange_->context().deadline);
    std::shared_ptr<CredentialDesk> const shared = desk();
    if (shared && !shared->ask_or_wait(shared_from_this())) return;
    job_ = job(exchange_->context(), renews ? std::optional(exchange_->credential_used()) : std::nullopt);
    engine_->run_aside([job = job_, call = weak_from_this(), shared, engine = engine_] {
        job->run();
        engine->post([job, call, shared] {
            if (auto const here = call.lock(); here && here->job_ == job) here->asked(*job);
            if (shared) shared->landed(*job);
        });
    });
}

GLOBUS_DECL void AsyncCall::asked(CredentialJob const& job) {
    pause_ = nullptr;
    ++pauses_;
    waits_for_credential_ = false;
    go_on([&] {
        if (job.error) std::rethrow_exception(job.error);
        if (job.refused) return run_->renewed(job.renewed);
        exchange_->use(job.given);
        run_->authorized();
    });
}

GLOBUS_DECL void AsyncCall::credential_landed(CredentialJob const& job) {
    if (ended_ || !waits_for_credential_ || job_) return;
    pause_ = nullptr;
    ++pauses_;
    waits_for_credential_ = false;
    // One that only ran out of its own time, or was cancelled, is no answer for others.
    bool const gave_up = Wait{{}, job.context.deadline, job.context.stop}.is_over();
    go_on([&] {
        if (job.error && !gave_up) std::rethrow_exception(job.error);
    });
}

GLOBUS_DECL void AsyncCall::end_by_error() {
    if (ended_) return;
    try {
        try {
            throw;
        } catch (Error const&) {
            run_->rethrow();
        }
    } catch (...) {
        end(std::current_exception());
    }
}

GLOBUS_DECL void AsyncCall::end(std::exception_ptr error) {
    ended_ = true;
    pause_ = nullptr;
    ended(std::move(error));
}

GLOBUS_DECL void AsyncCall::pause(http::Clock::time_point until) {
    std::uint64_t const number = ++pauses_;
    pause_ = std::make_unique<Pause>(engine_->strand());
    pause_->timer.expires_at(std::min(until, http::Clock::now() + std::chrono::hours(24 * 366)));
    pause_->timer.async_wait([self = shared_from_this(), number](boost::system::error_code const& error) {
        if (!error) self->pause_ended(number, Why::time);
    });
    std::stop_token const& stop = exchange_->request.stop;
    if (stop.stop_possible()) pause_->stop.emplace(stop, Wake{weak_from_this(), engine_, number});
}

GLOBUS_DECL void AsyncCall::pause_ended(std::uint64_t number, Why why) {
    if (ended_ || number != pauses_ || pause_ == nullptr) return;
    pause_ = nullptr;
    go_on([&] {
        if (!waits_for_credential_) return run_->waited(why == Why::time);
        job_ = nullptr;
        Wait{"the credential", exchange_->context().deadline, exchange_->context().stop}.end();
    });
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP
