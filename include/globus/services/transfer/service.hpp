// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_SERVICE_HPP
#define GLOBUS_SERVICES_TRANSFER_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/services/transfer/errors.hpp>
#include <globus/services/transfer/operations.hpp>

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

// Transfer is the main road: its operations and documents are visible in namespace globus itself. Those of the other
// services are in namespaces of their own, as in globus::search::GetTask.
using namespace transfer;

/// What task_wait waits for. Durations are seconds.
struct TaskWait {
    Required<std::string> task_id;
    std::chrono::duration<double> timeout{10};           ///< how long to wait in all; at least 1 s
    std::chrono::duration<double> polling_interval{10};  ///< between two looks; at least 1 s
    std::function<void(Task const&)> on_progress = {};   ///< called with the task after each look
};

/**
 * Globus Transfer: files, transfers between collections, and the tasks that do them.
 *
 *     Client<TransferService, AccessTokenPolicy> transfer{token};
 *
 * https://docs.globus.org/api/transfer/
 */
struct TransferService {
    static constexpr std::string_view name = "transfer";
    static constexpr std::string_view resource_server = "transfer.api.globus.org";
    using error = TransferApiError;
    using credential = BearerCredential;

    /// A 502 that an endpoint behind the service caused; to ask again at once is of no use.
    [[nodiscard]] static bool endpoint_trouble(ApiError const& error) {
        std::string_view const first = std::string_view(error.code()).substr(0, error.code().find('.'));
        return first == "ExternalError" || first == "EndpointError";
    }

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<GetEndpoint, EndpointSearch, OperationLs, OperationStat, OperationMkdir,
                                    OperationRename, GetSubmissionId, SubmitTransfer, SubmitDelete, TaskList,
                                    TaskEventList, GetTask, CancelTask>;
    }

    template <class Client>
    struct Operations;
};

/// The operations of Transfer as member functions of its Client.
template <class Client>
struct TransferService::Operations {
    /// @copydoc GetEndpoint
    Response<Endpoint> get_endpoint(GetEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc EndpointSearch
    Response<EndpointList> endpoint_search(EndpointSearch op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc OperationLs
    Response<FileList> operation_ls(OperationLs op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc OperationStat
    Response<File> operation_stat(OperationStat op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc OperationMkdir
    Response<OperationResult> operation_mkdir(OperationMkdir op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc OperationRename
    Response<OperationResult> operation_rename(OperationRename op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc GetSubmissionId
    Response<SubmissionId> get_submission_id(GetSubmissionId op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc TaskList
    Response<TaskPage> task_list(TaskList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc TaskEventList
    Response<TaskEventPage> task_event_list(TaskEventList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc GetTask
    Response<Task> get_task(GetTask op, CallOptions const& options = {}) const { return self().send(op, options); }
    /// @copydoc CancelTask
    Response<OperationResult> cancel_task(CancelTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * Submits a transfer, exactly once however often it has to be sent.
     *
     * The submission id is fetched first if `data` has none, and is fixed from then on: when an answer is lost, the same
     * document is sent again, and the service answers "Duplicate" with the task that it has already. The id is in every
     * error (`submission_id()`): store it, put it into `data`, and a later run of the program cannot submit twice.
     */
    Response<SubmissionResult> submit_transfer(TransferData data, CallOptions const& options = {}) const {
        return submit<SubmitTransfer>(std::move(data), options);
    }
    Response<SubmissionResult> submit_transfer(Json data, CallOptions const& options = {}) const {
        return submit<SubmitTransfer>(std::move(data), options);
    }
    /// Submits a deletion, exactly once; see submit_transfer.
    Response<SubmissionResult> submit_delete(DeleteData data, CallOptions const& options = {}) const {
        return submit<SubmitDelete>(std::move(data), options);
    }
    Response<SubmissionResult> submit_delete(Json data, CallOptions const& options = {}) const {
        return submit<SubmitDelete>(std::move(data), options);
    }

    /**
     * Waits until a task has ended, or the time is over.
     *
     * @return true if it ended, with success or not; false if it is still active when the time is over
     * @throws UsageError  for a time-out or an interval under 1 s
     */
    bool task_wait(TaskWait wait, CallOptions const& options = {}) const {
        using Seconds = std::chrono::duration<double>;
        if (wait.timeout < Seconds(1)) throw UsageError("task_wait: the timeout must be at least 1 second");
        if (wait.polling_interval < Seconds(1))
            throw UsageError("task_wait: the polling_interval must be at least 1 second");
        auto const end = http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(wait.timeout);
        while (true) {
            Response<Task> const task = get_task({.task_id = *wait.task_id}, options);
            if (wait.on_progress) wait.on_progress(*task);
            if (task->status.value_or("") != "ACTIVE") return true;
            auto const next =
                http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(wait.polling_interval);
            bool const last = next >= end;
            if (!http::wait_until(last ? end : next, options.stop))
                throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "task_wait was cancelled");
            if (last) return false;
        }
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }

    template <class Submit, class Data>
    Response<SubmissionResult> submit(Data data, CallOptions const& options) const {
        std::string id;
        if constexpr (std::same_as<Data, Json>) {
            if (!data.is_object()) throw UsageError("a submission must be a JSON object");
            if (!data.as_object().contains("submission_id"))
                data.as_object()["submission_id"] = get_submission_id({}, options)->value.value();
            if (data.at("submission_id").is_string()) id = data.at("submission_id").as_string();
        } else {
            if (data.submission_id.is_absent() && !data.additional_fields.contains("submission_id"))
                data.submission_id = get_submission_id({}, options)->value.value();
            id = data.submission_id.value_or("");
        }
        try {
            return self().send(Submit{.data = Document(std::move(data))}, options);
        } catch (ApiError& error) {
            error.set_submission_id(std::move(id));
            throw;
        } catch (NetworkError& error) {
            error.set_submission_id(std::move(id));
            throw;
        }
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_SERVICE_HPP
