// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ASYNC_HPP
#define GLOBUS_SERVICES_TRANSFER_ASYNC_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/async_send.hpp>
#include <globus/client/async_steps.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/polling.hpp>
#include <globus/client/response.hpp>
#include <globus/client/subset.hpp>
#include <globus/core/error.hpp>
#include <globus/http/errors.hpp>
#include <globus/services/transfer/async_recursive_ls.hpp>
#include <globus/services/transfer/service.hpp>
#include <globus/services/transfer/task_wait.hpp>

#include <optional>
#include <string>
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
class AsyncTaskWaiting final : public AsyncLooking<C, transfer::TaskVerdict, Handler> {
    static constexpr bool may_cancel = Permits<typename C::service_type, transfer::CancelTask>;

public:
    AsyncTaskWaiting(AsyncClient<C> client, Handler handler, transfer::TaskWait wait, CallOptions options)
        : AsyncLooking<C, transfer::TaskVerdict, Handler>(std::move(client), std::move(handler), std::move(options)),
          given_(std::move(wait)) {}

    void begin() {
        this->guard([this] {
            if (given_.sleep) throw UsageError("async_task_wait: it has no use for TaskWait::sleep");
            watch_.emplace(std::move(given_), may_cancel);
            this->begin_looking("task_wait", watch_->polling());
        });
    }

private:
    void look() override {
        this->send(watch_->task(), options(), [this](auto answer) {
            if (!this->took([&] { watch_->saw(taken_as_is(std::move(answer).value())); })) return;
            if (!watch_->has_new_faults()) return seen();
            this->send(watch_->fault_list(), options(), [this](auto faults) {
                if (came(faults)) watch_->saw(**faults);
                seen();
            });
        });
    }
    /// Everything that is asked for is there.
    void seen() {
        watch_->report(this->looks()->elapsed(), [&](auto const& callback) { this->looks()->run_callback(callback); });
        TaskWatch::Next const next = watch_->next();
        if (next == TaskWatch::Next::end) return this->finish(std::move(*watch_).verdict());
        if constexpr (may_cancel)
            if (next == TaskWatch::Next::cancel) {
                this->send(watch_->cancellation(), options(), [this](auto answer) {
                    if (came(answer)) watch_->cancelled();
                    this->look_again();
                });
                return;
            }
        this->look_again();
    }
    /// True for an answer, false for an error that may pass. @throws any other error
    template <class T>
    static bool came(Result<T> const& answer) {
        if (!answer && !may_pass(answer.error())) (void)answer.value();
        return answer.has_value();
    }
    [[nodiscard]] CallOptions const& options() const { return this->looks()->options(); }
    transfer::TaskVerdict verdict_by_now() override { return std::move(*watch_).verdict_by_now(); }
    transfer::TaskVerdict value_despite(NetworkError const& error) override {
        if (!this->looks()) throw;
        return std::move(*watch_).verdict_despite(error);
    }

    transfer::TaskWait given_;
    std::optional<TaskWatch> watch_;
};

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
    requires OperationOf<transfer::GetTask, typename C::service_type>
auto async_task_wait(C const& client, TaskWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncTaskWaiting, TaskVerdict, C, TaskWait, Token>(
        client, std::move(wait), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<transfer::GetTask, typename C::service_type>
auto async_task_wait(C const& client, TaskWait wait, Token&& token = Token()) {
    return async_task_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ASYNC_HPP
