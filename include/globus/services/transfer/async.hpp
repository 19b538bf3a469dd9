// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ASYNC_HPP
#define GLOBUS_SERVICES_TRANSFER_ASYNC_HPP

#include <globus/client/async_composed.hpp>
#include <globus/client/async_functions.hpp>
#include <globus/client/async_send.hpp>
#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/polling.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/http/async_completion.hpp>
#include <globus/http/async_pause.hpp>
#include <globus/http/errors.hpp>
#include <globus/services/transfer/service.hpp>
#include <globus/services/transfer/task_wait.hpp>

#include <boost/asio/bind_executor.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

// Functions of Transfer that take several requests, without blocking. They are free functions, of clients with an
// AsioTransport:
//
//     async_submit_transfer(client, data, [](std::exception_ptr error, Response<SubmissionResult> accepted) { ... });
//     TaskVerdict const verdict = co_await async_task_wait(client, wait, use_awaitable);
//
// Each is its blocking namesake of a Client in everything but the waiting. Terminal cancellation ends it as
// CallOptions::stop does.

namespace globus {
namespace detail {

/// A call of several requests that does not block: one at a time, each begun when the one before has ended.
template <class C, class Value, class Handler>
class AsyncSteps : public AsyncPause {
protected:
    AsyncSteps(AsyncClient<C> client, Handler handler, CallOptions& options)
        : AsyncPause(client.engine()),
          client_(std::move(client)),
          completion_(std::move(handler), client_.engine()->executor()) {
        stop_.connect(completion_.slot(), options.stop);
    }

    [[nodiscard]] C const& client() const noexcept { return client_.client(); }
    [[nodiscard]] CallGate::Pass const& gate() const noexcept { return client_.gate(); }
    /// Sends an operation; `then` gets how it ended, on the strand. What that throws ends the call.
    template <class O, class Then>
    void send(O operation, CallOptions const& options, Then then) {
        client_.template start<true>(
            AsyncOperation<O>{std::move(operation)}, options,
            asio::bind_executor(client_.engine()->strand(),
                                [self = shared_from_this(), this, then](Result<Response<typename O::result>> result) {
                                    guard([&] { then(std::move(result)); });
                                }));
    }
    /// Calls `f`; what it throws ends the call.
    template <class F>
    void guard(F const& f) {
        try {
            f();
        } catch (...) {
            completion_.complete(std::current_exception(), Value());
        }
    }
    void finish(Value value) { completion_.complete(std::exception_ptr(), std::move(value)); }
    void pause_ended(bool) override {}

private:
    AsyncClient<C> client_;
    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
};

/// One call of async_submit_transfer or async_submit_delete.
template <class C, class Submit, class Data, class Handler>
class AsyncSubmission final : public AsyncSteps<C, Response<typename Submit::result>, Handler> {
public:
    using Value = Response<typename Submit::result>;

    AsyncSubmission(AsyncClient<C> client, Handler handler, Data data, CallOptions options)
        : AsyncSteps<C, Value, Handler>(std::move(client), std::move(handler), options),
          data_(std::move(data)),
          options_(std::move(options)) {}

    void begin() {
        this->guard([this] {
            data_.check();
            options_.deadline = deadline_of(options_, this->client().options().timeout);
            if (data_.additional_fields.contains("submission_id"))
                throw UsageError("the submission id is to be a member, no additional field");
            if (data_.submission_id.has_value()) return submit();
            this->send(transfer::GetSubmissionId{}, options_, [this](auto answer) {
                if ((*answer)->value.empty()) throw DecodeError("Transfer gave no submission id", answer->text());
                data_.submission_id = (*answer)->value;
                submit();
            });
        });
    }

private:
    void submit() {
        std::string const id = *data_.submission_id;
        if (id.empty()) throw UsageError("the submission id is empty: leave it out, and a new one is used");
        this->send(Submit{.data = DocumentOf<Data>(data_)}, options_, [this, id](auto answer) {
            try {
                this->finish(std::move(answer).value());
            } catch (Error const&) {
                rethrow_changed<TransferApiError, AuthApiError, NetworkError, DecodeError>(
                    [&](auto const& error) { return SubmissionEndedBy(error, id); });
            }
        });
    }

    Data data_;
    CallOptions options_;
};

/// One call of async_task_wait.
template <class C, class Handler>
class AsyncTaskWaiting final : public AsyncSteps<C, transfer::TaskVerdict, Handler> {
    static constexpr bool may_cancel = Permits<typename C::service_type, transfer::CancelTask>;

public:
    AsyncTaskWaiting(AsyncClient<C> client, Handler handler, transfer::TaskWait wait, CallOptions options)
        : AsyncSteps<C, transfer::TaskVerdict, Handler>(std::move(client), std::move(handler), options),
          given_(std::move(wait)),
          options_(std::move(options)) {}

    void begin() {
        this->guard([this] {
            if (given_.sleep) throw UsageError("async_task_wait: it has no use for TaskWait::sleep");
            watch_.emplace(std::move(given_), may_cancel);
            looks_.emplace("task_wait", this->gate(), watch_->polling(), std::move(options_), CallGate::Wait::no);
            look();
        });
    }

private:
    void look() {
        this->send(watch_->task(), looks_->options(), [this](auto answer) {
            unless_cancelled([&] {
                try {
                    watch_->saw(taken_as_is(std::move(answer).value()));
                } catch (Error const& error) {
                    looks_->failed(error);
                    return wait();
                }
                looks_->looked();
                if (!watch_->has_new_faults()) return seen();
                this->send(watch_->fault_list(), looks_->options(), [this](auto faults) {
                    unless_cancelled([&] {
                        if (faults)
                            watch_->saw(**faults);
                        else if (!may_pass(faults.error()))
                            (void)faults.value();  // which throws the error
                        seen();
                    });
                });
            });
        });
    }
    /// Everything that is asked for is there.
    void seen() {
        watch_->report(looks_->elapsed(), [&](auto const& callback) { looks_->run_callback(callback); });
        TaskWatch::Next const next = watch_->next();
        if (next == TaskWatch::Next::end) return this->finish(std::move(*watch_).verdict());
        if constexpr (may_cancel)
            if (next == TaskWatch::Next::cancel) {
                this->send(watch_->cancellation(), looks_->options(), [this](auto answer) {
                    unless_cancelled([&] {
                        if (answer)
                            watch_->cancelled();
                        else if (!may_pass(answer.error()))
                            (void)answer.value();
                        wait();
                    });
                });
                return;
            }
        wait();
    }
    void wait() {
        if (auto const at = looks_->next_look())
            this->pause(*at, looks_->options().stop);
        else
            this->finish(std::move(*watch_).verdict_by_now());
    }
    void pause_ended(bool in_full) override {
        this->guard([&] {
            unless_cancelled([&] {
                if (!in_full) looks_->end_cancelled();
                look();
            });
        });
    }
    /// Calls `f`; if that ends because it was cancelled, the verdict is what was seen so far.
    template <class F>
    void unless_cancelled(F const& f) {
        try {
            f();
        } catch (NetworkError const& error) {
            if (error.kind() != NetworkError::Kind::cancelled) throw;
            this->finish(std::move(*watch_).verdict_despite(error));
        }
    }

    transfer::TaskWait given_;
    CallOptions options_;
    std::optional<TaskWatch> watch_;
    std::optional<Looks> looks_;
};

/// Initiates a call of several requests.
template <template <class...> class Steps, class Value, class C, class What, class Token, class... Kinds>
auto initiate_steps(C const& client, What what, CallOptions options, Token&& token) {
    return initiate<void(std::exception_ptr, Value)>(
        [begins = AsyncClient<C>(client)]<class Handler>(Handler&& handler, What one, CallOptions how) {
            using Call = Steps<C, Kinds..., std::decay_t<Handler>>;
            if (begins.engine()->has_ended()) return;
            auto const memory = asio::get_associated_allocator(handler);
            auto const call = std::allocate_shared<Call>(memory, begins, std::forward<Handler>(handler), std::move(one),
                                                         std::move(how));
            begins.engine()->post([call] { call->begin(); });
        },
        std::forward<Token>(token), std::move(what), std::move(options));
}

template <class C, class Data, class Handler>
using AsyncTransferSubmission = AsyncSubmission<C, transfer::SubmitTransfer, Data, Handler>;
template <class C, class Data, class Handler>
using AsyncDeleteSubmission = AsyncSubmission<C, transfer::SubmitDelete, Data, Handler>;

}  // namespace detail

/**
 * Submits a transfer, exactly once, without blocking: see `submit_transfer` of a Client.
 *
 * The submission id is in every error (`submission_id(error)`). A program that is to outlive a crash sets
 * `data.submission_id` itself, and stores it before.
 *
 * @param token  for `void(std::exception_ptr, Response<SubmissionResult>)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_submit_transfer(C const& client, TransferData data, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncTransferSubmission, Response<SubmissionResult>, C, TransferData, Token,
                                  TransferData>(client, std::move(data), std::move(options),
                                                std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_submit_transfer(C const& client, TransferData data, Token&& token = Token()) {
    return async_submit_transfer(client, std::move(data), CallOptions(), std::forward<Token>(token));
}

/// Submits a deletion, exactly once, without blocking; see async_submit_transfer.
template <class C, class Token = detail::DefaultToken>
auto async_submit_delete(C const& client, DeleteData data, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncDeleteSubmission, Response<SubmissionResult>, C, DeleteData, Token,
                                  DeleteData>(client, std::move(data), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_submit_delete(C const& client, DeleteData data, Token&& token = Token()) {
    return async_submit_delete(client, std::move(data), CallOptions(), std::forward<Token>(token));
}

/**
 * Waits until a task has ended, or time runs out, without blocking: see `task_wait` of a Client.
 *
 * `on_progress` is called on the transport's executor, and may destroy the client. `sleep` is a UsageError.
 *
 * @param token  for `void(std::exception_ptr, TaskVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_task_wait(C const& client, TaskWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncTaskWaiting, TaskVerdict, C, TaskWait, Token>(
        client, std::move(wait), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_task_wait(C const& client, TaskWait wait, Token&& token = Token()) {
    return async_task_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ASYNC_HPP
