// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ENDPOINT_MANAGER_HPP
#define GLOBUS_SERVICES_TRANSFER_ENDPOINT_MANAGER_HPP

#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/core/config.hpp>
#include <globus/services/transfer/answers.hpp>
#include <globus/services/transfer/words.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What the managers and monitors of collections can see and do, with other users' tasks too. They need an
// activity_manager or activity_monitor role. https://docs.globus.org/api/transfer/advanced_collection_management/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Lists the collections that the user manages or monitors. GET /endpoint_manager/monitored_endpoints
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_monitored_endpoints_and_collections
struct EndpointManagerMonitoredEndpoints {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint_manager/monitored_endpoints");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerMonitoredEndpoints, query_params);
};

/// Lists the guest collections of a host. GET /endpoint_manager/endpoint/{endpoint_id}/hosted_endpoint_list
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_hosted_collection_list
struct EndpointManagerHostedEndpointList {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint_manager/endpoint/{endpoint_id}/hosted_endpoint_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerHostedEndpointList, endpoint_id, query_params);
};

/// Reads a collection as its manager. GET /endpoint_manager/endpoint/{endpoint_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#mc_get_endpoint_or_collection
struct EndpointManagerGetEndpoint {
    using service = TransferService;
    using result = Endpoint;
    static constexpr auto route = get("/v0.10/endpoint_manager/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerGetEndpoint, endpoint_id, query_params);
};

/// Lists the access rules of a guest collection as the manager of its host.
/// GET /endpoint_manager/endpoint/{endpoint_id}/access_list
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_guest_collection_access_list_as_admin
struct EndpointManagerAclList {
    using service = TransferService;
    using result = AccessRulePage;
    static constexpr auto route = get("/v0.10/endpoint_manager/endpoint/{endpoint_id}/access_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerAclList, endpoint_id, query_params);
};

/// Lists the tasks on the collections that the user manages or monitors. Paginated. GET /endpoint_manager/task_list
/// @throws UsageError  for a filter_endpoint_use without a filter_endpoint
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_tasks
struct EndpointManagerTaskList {
    using service = TransferService;
    using result = TaskPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task_list");
    static constexpr Paging paging{PagingStyle::last_key, "DATA", "last_key"};
    Optional<StringList> filter_status = {};           ///< "ACTIVE", {"SUCCEEDED", "FAILED"}, ...
    Optional<StringList> filter_task_id = {};          ///< at most 50
    Optional<std::string> filter_owner_id = {};        ///< tasks of this identity only
    Optional<std::string> filter_endpoint = {};        ///< tasks of this collection only, by its id
    Optional<EndpointUse> filter_endpoint_use = {};    ///< of filter_endpoint
    Optional<bool> filter_is_paused = {};              ///< true: only paused tasks; false: only the others
    Optional<StringList> filter_completion_time = {};  ///< {from, to}, both ISO 8601
    Optional<std::int64_t> filter_min_faults = {};     ///< only tasks with at least this many
    Optional<std::string> filter_local_user = {};      ///< account on the host; it needs filter_endpoint
    Optional<std::string> last_key = {};               ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskList, filter_status, filter_task_id, filter_owner_id, filter_endpoint,
                   filter_endpoint_use, filter_is_paused, filter_completion_time, filter_min_faults, filter_local_user,
                   last_key, query_params);

    void check() const;
};

/// Reads a task as the manager of one of its collections. GET /endpoint_manager/task/{task_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_task
struct EndpointManagerGetTask {
    using service = TransferService;
    using result = Task;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerGetTask, task_id, query_params);
};

/// Lists what happened to a task, the latest first. Paginated. GET /endpoint_manager/task/{task_id}/event_list
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_task_events
struct EndpointManagerTaskEventList {
    using service = TransferService;
    using result = TaskEventPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}/event_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    Required<std::string> task_id;
    Optional<std::int64_t> limit = {};    ///< of a page, 1 to 1000
    Optional<std::int64_t> offset = {};   ///< of the first, from 0
    Optional<bool> filter_is_error = {};  ///< true: only errors; false: only the others
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("filter_is_error", Spelling::number));
    GLOBUS_MEMBERS(EndpointManagerTaskEventList, task_id, limit, offset, filter_is_error, query_params);
};

/// Says why a task is paused, or will be. GET /endpoint_manager/task/{task_id}/pause_info
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_task_pause_info_as_admin
struct EndpointManagerTaskPauseInfo {
    using service = TransferService;
    using result = PauseInfo;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}/pause_info");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskPauseInfo, task_id, query_params);
};

/// Lists the files that a task has transferred, once it has ended. Paginated.
/// GET /endpoint_manager/task/{task_id}/successful_transfers
/// https://docs.globus.org/api/transfer/advanced_collection_management/
struct EndpointManagerTaskSuccessfulTransfers {
    using service = TransferService;
    using result = SuccessfulTransferPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}/successful_transfers");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the previous page's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskSuccessfulTransfers, task_id, marker, query_params);
};

/// Lists the paths that a task has left out because of skip_source_errors, once it has ended. Paginated.
/// GET /endpoint_manager/task/{task_id}/skipped_errors
/// https://docs.globus.org/api/transfer/advanced_collection_management/
struct EndpointManagerTaskSkippedErrors {
    using service = TransferService;
    using result = SkippedErrorPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}/skipped_errors");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the previous page's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskSkippedErrors, task_id, marker, query_params);
};

/// Cancels other users' tasks. This takes time: endpoint_manager_cancel_status says how far it is. The answer promises
/// nothing about a single task: see get_task or endpoint_manager_get_task.
/// POST /endpoint_manager/admin_cancel
/// https://docs.globus.org/api/transfer/advanced_collection_management/#admin_cancel
struct EndpointManagerCancelTasks {
    using service = TransferService;
    using result = AdminCancel;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_cancel");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;  ///< of one collection or of several
    Required<std::string> message;                ///< for the owners of the tasks
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("task_ids", "task_id_list"), in_json("message"));
    GLOBUS_MEMBERS(EndpointManagerCancelTasks, task_ids, message, query_params);
};

/// Says whether endpoint_manager_cancel_tasks is done. GET /endpoint_manager/admin_cancel/{admin_cancel_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_cancel_status_by_id
struct EndpointManagerCancelStatus {
    using service = TransferService;
    using result = AdminCancel;
    static constexpr auto route = get("/v0.10/endpoint_manager/admin_cancel/{admin_cancel_id}");
    Required<std::string> admin_cancel_id;  ///< the answer's id
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerCancelStatus, admin_cancel_id, query_params);
};

/// Pauses other users' tasks, until endpoint_manager_resume_tasks. The answer's `code` is for all of them: one that has
/// ended stays as it is. POST /endpoint_manager/admin_pause
/// https://docs.globus.org/api/transfer/advanced_collection_management/#pause_tasks_as_admin
struct EndpointManagerPauseTasks {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_pause");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;  ///< of one collection or of several
    Required<std::string> message;                ///< for the owners of the tasks
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("task_ids", "task_id_list"), in_json("message"));
    GLOBUS_MEMBERS(EndpointManagerPauseTasks, task_ids, message, query_params);
};

/// Resumes other users' paused tasks. POST /endpoint_manager/admin_resume
/// https://docs.globus.org/api/transfer/advanced_collection_management/#resume_tasks_as_admin
struct EndpointManagerResumeTasks {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_resume");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;  ///< of one collection or of several
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("task_ids", "task_id_list"));
    GLOBUS_MEMBERS(EndpointManagerResumeTasks, task_ids, query_params);
};

/// Lists the pause rules of the collections that the user manages. GET /endpoint_manager/pause_rule_list
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_pause_rules
struct EndpointManagerPauseRuleList {
    using service = TransferService;
    using result = PauseRulePage;
    static constexpr auto route = get("/v0.10/endpoint_manager/pause_rule_list");
    Optional<std::string> filter_endpoint = {};  ///< rules of this collection only, by its id
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerPauseRuleList, filter_endpoint, query_params);
};

/// Makes a pause rule. POST /endpoint_manager/pause_rule
/// https://docs.globus.org/api/transfer/advanced_collection_management/#create_pause_rule
struct EndpointManagerCreatePauseRule {
    using service = TransferService;
    using result = PauseRule;
    static constexpr auto route = post("/v0.10/endpoint_manager/pause_rule");
    Optional<DocumentOf<PauseRule>> data = {};  ///< with endpoint_id, message, pause_ls, ...
    GLOBUS_MEMBERS(EndpointManagerCreatePauseRule, data);
};

/// Reads a pause rule. GET /endpoint_manager/pause_rule/{pause_rule_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_pause_rule
struct EndpointManagerGetPauseRule {
    using service = TransferService;
    using result = PauseRule;
    static constexpr auto route = get("/v0.10/endpoint_manager/pause_rule/{pause_rule_id}");
    Required<std::string> pause_rule_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerGetPauseRule, pause_rule_id, query_params);
};

/// Changes a pause rule: its message, and what it pauses. PUT /endpoint_manager/pause_rule/{pause_rule_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#update_pause_rule
struct EndpointManagerUpdatePauseRule {
    using service = TransferService;
    using result = PauseRule;
    static constexpr auto route = put("/v0.10/endpoint_manager/pause_rule/{pause_rule_id}");
    Required<std::string> pause_rule_id;
    Optional<DocumentOf<PauseRule>> data = {};  ///< what is to change
    GLOBUS_MEMBERS(EndpointManagerUpdatePauseRule, pause_rule_id, data);
};

/// Deletes a pause rule; the tasks that it held go on. DELETE /endpoint_manager/pause_rule/{pause_rule_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#delete_pause_rule
struct EndpointManagerDeletePauseRule {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/endpoint_manager/pause_rule/{pause_rule_id}");
    Required<std::string> pause_rule_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerDeletePauseRule, pause_rule_id, query_params);
};

}  // namespace globus::transfer

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/endpoint_manager.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_ENDPOINT_MANAGER_HPP
