// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_TASKS_HPP
#define GLOBUS_SERVICES_TRANSFER_TASKS_HPP

#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/services/transfer/answers.hpp>
#include <globus/services/transfer/payloads.hpp>

#include <cstdint>
#include <string>

// Submissions, and the tasks that result from them: https://docs.globus.org/api/transfer/task/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Gets a submission id: a key that makes a submission safe to repeat. GET /submission_id
/// https://docs.globus.org/api/transfer/task_submit/#get_submission_id
struct GetSubmissionId {
    using service = TransferService;
    using result = SubmissionId;
    static constexpr auto route = get("/v0.10/submission_id");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetSubmissionId, query_params);
};

/// Submits a transfer whose document has its submission id. POST /transfer
/// The member function submit_transfer fetches the id where there is none.
/// @throws UsageError  for what TransferData::check refuses
/// https://docs.globus.org/api/transfer/task_submit/#submit_transfer_task
struct SubmitTransfer {
    using service = TransferService;
    using result = SubmissionResult;
    static constexpr auto route = post("/v0.10/transfer");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<DocumentOf<TransferData>> data;  ///< the transfer
    GLOBUS_MEMBERS(SubmitTransfer, data);

    void check() const { data->check(); }
};

/// Submits a deletion whose document has its submission id. POST /delete
/// The member function submit_delete fetches the id where there is none.
/// @throws UsageError  for what DeleteData::check refuses
/// https://docs.globus.org/api/transfer/task_submit/#submit_delete_task
struct SubmitDelete {
    using service = TransferService;
    using result = SubmissionResult;
    static constexpr auto route = post("/v0.10/delete");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<DocumentOf<DeleteData>> data;  ///< the deletion
    GLOBUS_MEMBERS(SubmitDelete, data);

    void check() const { data->check(); }
};

/// Lists the tasks of the user. Paginated. GET /task_list
/// https://docs.globus.org/api/transfer/task/#get_task_list
struct TaskList {
    using service = TransferService;
    using result = TaskPage;
    static constexpr auto route = get("/v0.10/task_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    Optional<std::int64_t> limit = {};   ///< of a page, 1 to 1000
    Optional<std::int64_t> offset = {};  ///< of the first, from 0
    Optional<StringList> orderby = {};   ///< as in "request_time DESC"
    /// A filter on status, type, label, request_time, ..., as in "status:ACTIVE/type:TRANSFER".
    Optional<TransferFilter> filter = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskList, limit, offset, orderby, filter, query_params);
};

/// Lists what happened to a task, the latest first. Paginated. GET /task/{task_id}/event_list
/// https://docs.globus.org/api/transfer/task/#get_event_list
struct TaskEventList {
    using service = TransferService;
    using result = TaskEventPage;
    static constexpr auto route = get("/v0.10/task/{task_id}/event_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    Required<std::string> task_id;
    Optional<std::int64_t> limit = {};   ///< of a page, 1 to 1000
    Optional<std::int64_t> offset = {};  ///< of the first, from 0
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskEventList, task_id, limit, offset, query_params);
};

/// Reads a task. GET /task/{task_id}
/// https://docs.globus.org/api/transfer/task/#get_task_by_id
struct GetTask {
    using service = TransferService;
    using result = Task;
    static constexpr auto route = get("/v0.10/task/{task_id}");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTask, task_id, query_params);
};

/// Changes the label or the deadline of a task that has not ended. PUT /task/{task_id}
/// https://docs.globus.org/api/transfer/task/#update_task_by_id
struct UpdateTask {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/task/{task_id}");
    Required<std::string> task_id;
    Required<Document> data;  ///< with label, deadline (ISO 8601) or both
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateTask, task_id, data, query_params);
};

/// Cancels a task. POST /task/{task_id}/cancel
/// The answer's `code` says what happened, with status 200 in each case: "Canceled"; "CancelAccepted", where it will be
/// cancelled soon; "TaskComplete", where it had ended before and stays as it is.
/// https://docs.globus.org/api/transfer/task/#cancel_task_by_id
struct CancelTask {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/task/{task_id}/cancel");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> task_id;
    GLOBUS_MEMBERS(CancelTask, task_id);
};

/// Says why a task is paused, or will be. GET /task/{task_id}/pause_info
/// https://docs.globus.org/api/transfer/task/#get_task_pause_info
struct TaskPauseInfo {
    using service = TransferService;
    using result = PauseInfo;
    static constexpr auto route = get("/v0.10/task/{task_id}/pause_info");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskPauseInfo, task_id, query_params);
};

/// Lists the files that a task has transferred, once it has ended. Paginated.
/// GET /task/{task_id}/successful_transfers
/// Directories, and files that were left as they are, are not listed.
/// https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct TaskSuccessfulTransfers {
    using service = TransferService;
    using result = SuccessfulTransferPage;
    static constexpr auto route = get("/v0.10/task/{task_id}/successful_transfers");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the previous page's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskSuccessfulTransfers, task_id, marker, query_params);
};

/// Lists the paths that a task has left out because of skip_source_errors, once it has ended. Paginated.
/// GET /task/{task_id}/skipped_errors
/// https://docs.globus.org/api/transfer/task/#get_task_skipped_errors
struct TaskSkippedErrors {
    using service = TransferService;
    using result = SkippedErrorPage;
    static constexpr auto route = get("/v0.10/task/{task_id}/skipped_errors");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the previous page's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskSkippedErrors, task_id, marker, query_params);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_TASKS_HPP
