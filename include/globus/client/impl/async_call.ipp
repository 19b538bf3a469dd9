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

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void CredentialJob::begin(AsyncEngine& engine, std::function<void()> landed) {
    engine.run_aside([this, landed = std::move(landed)] {
        try {
            ask();
        } catch (...) {
            error = std::current_exception();
        }
        landed();
    });
}

GLOBUS_DECL CredentialJob::Once::~Once() {
    try {
        land(std::make_exception_ptr(UsageError("the policy dropped what it was to call with its answer")), [] {});
    } catch (...) {  // there is no memory; the call ends by its deadline
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

GLOBUS_DECL AsyncCall::AsyncCall(std::shared_ptr<AsyncEngine> engine) : AsyncPause(std::move(engine)) {}
GLOBUS_DECL AsyncCall::~AsyncCall() = default;

GLOBUS_DECL void AsyncCall::drive(ClientExchange& exchange, RetryPolicyRef const& retry) {
    exchange_ = &exchange;
    run_.emplace(exchange, exchange.terms(), retry);
}

GLOBUS_DECL void AsyncCall::begin() {
    engine()->post([self = self()] { self->make_steps(); });
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
                    if (http::Request const* const next = std::exchange(redirected_, nullptr)) return send(*next);
                    run_->sending();
                    return send(exchange_->first_request());
                case Step::Kind::wait:
                    return pause(step.until, exchange_->request.stop);
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

GLOBUS_DECL void AsyncCall::send(http::Request const& request) {
    std::optional<http::Clock::time_point> turn;
    try {
        turn = turn_of(request);
    } catch (NetworkError const&) {
        return failed(std::current_exception());
    }
    if (!turn || *turn <= http::Clock::now()) return engine()->start(self(), request);
    waits_for_turn_ = &request;
    pause(*turn, request.stop);
}

GLOBUS_DECL void AsyncCall::turn_came(http::Request const& request, bool in_full) {
    try {
        if (in_full) return engine()->start(self(), request);
    } catch (...) {
        return end_by_error();
    }
    try {
        Wait{"the rate limiter", request.deadline, request.stop}.end();
    } catch (NetworkError const&) {
        failed(std::current_exception());
    }
}

GLOBUS_DECL void AsyncCall::received(http::Response answer) {
    go_on([&] {
        try {
            redirected_ = exchange_->next_request(answer);
        } catch (NetworkError const& error) {
            return run_->failed(error);
        }
        if (redirected_ == nullptr) run_->answered(std::move(answer));
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
    pause(exchange_->context().deadline, exchange_->context().stop);
    std::shared_ptr<CredentialDesk> const shared = desk();
    if (shared && !shared->ask_or_wait(self())) return;
    job_ = job(exchange_->context(), renews ? std::optional(exchange_->credential_used()) : std::nullopt);
    job_->begin(*engine(), [job = job_, call = std::weak_ptr<AsyncCall>(self()), shared, engine = engine()] {
        engine->post([job, call, shared] {
            if (auto const here = call.lock(); here && here->job_ == job) here->asked(*job);
            if (shared) shared->landed(*job);
        });
    });
}

GLOBUS_DECL void AsyncCall::asked(CredentialJob const& job) {
    end_pause();
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
    end_pause();
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
    end_pause();
    ended(std::move(error));
}

GLOBUS_DECL void AsyncCall::pause_ended(bool in_full) {
    if (http::Request const* const request = std::exchange(waits_for_turn_, nullptr))
        return turn_came(*request, in_full);
    go_on([&] {
        if (!waits_for_credential_) return run_->waited(in_full);
        job_ = nullptr;
        Wait{"the credential", exchange_->context().deadline, exchange_->context().stop}.end();
    });
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP
