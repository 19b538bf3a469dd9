// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP
#define GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/services/compute/answers.hpp>
#include <globus/services/compute/words.hpp>

#include <string>
#include <vector>

// The operations of Globus Compute, in both versions of its API. https://compute.api.globus.org/redoc

namespace globus {
struct ComputeServiceV2;
struct ComputeServiceV3;
}  // namespace globus

namespace globus::compute_v2 {

/// Reads the version of the service. GET /v2/version
/// The answer is a text, or an object when `service` is "all".
/// https://compute.api.globus.org/redoc#tag/Root/operation/get_version_v2_version_get
struct GetVersion {
    using service = ComputeServiceV2;
    using result = Json;
    static constexpr auto route = get("/v2/version");
    Optional<std::string> service_name = {};  ///< "api", or "all" for the versions of every part
    static constexpr auto wire = wires(in_query("service_name", "service"));
    GLOBUS_MEMBERS(GetVersion, service_name);
};

/// Gets a queue on which to wait for results. GET /v2/get_amqp_result_connection_url
/// https://compute.api.globus.org/redoc#tag/Root/operation/get_user_specific_result_amqp_url_v2_get_amqp_result_connection_url_get
struct GetResultAmqpUrl {
    using service = ComputeServiceV2;
    using result = ResultQueue;
    static constexpr auto route = get("/v2/get_amqp_result_connection_url");
    GLOBUS_MEMBERS(GetResultAmqpUrl);
};

/// Registers an endpoint. POST /v2/endpoints
/// It is sent only once, because sending it again would do it twice.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/register_endpoint_v2_endpoints_post
struct RegisterEndpoint {
    using service = ComputeServiceV2;
    using result = EndpointRegistration;
    static constexpr auto route = post("/v2/endpoints");
    /// A Json with the members that the page names: `endpoint_uuid`, `endpoint_name`, `version` and so on.
    Required<Document> data;
    GLOBUS_MEMBERS(RegisterEndpoint, data);
};

/// Reads an endpoint. GET /v2/endpoints/{endpoint_id}
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_v2_endpoints__endpoint_uuid__get
struct GetEndpoint {
    using service = ComputeServiceV2;
    using result = Endpoint;
    static constexpr auto route = get("/v2/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpoint, endpoint_id);
};

/// Reads whether an endpoint serves. GET /v2/endpoints/{endpoint_id}/status
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_status_v2_endpoints__endpoint_uuid__status_get
struct GetEndpointStatus {
    using service = ComputeServiceV2;
    using result = EndpointStatus;
    static constexpr auto route = get("/v2/endpoints/{endpoint_id}/status");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpointStatus, endpoint_id);
};

/// Lists the caller's endpoints. GET /v2/endpoints
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoints_v2_endpoints_get
struct GetEndpoints {
    using service = ComputeServiceV2;
    using result = std::vector<Endpoint>;
    static constexpr auto route = get("/v2/endpoints");
    Optional<compute::EndpointFilter> role = {};  ///< of the caller, on the endpoints that are listed
    GLOBUS_MEMBERS(GetEndpoints, role);
};

/// Deletes an endpoint. DELETE /v2/endpoints/{endpoint_id}
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/delete_endpoint_v2_endpoints__endpoint_uuid__delete
struct DeleteEndpoint {
    using service = ComputeServiceV2;
    using result = Deletion;
    static constexpr auto route = delete_("/v2/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(DeleteEndpoint, endpoint_id);
};

/// Keeps others from registering an endpoint for a while. POST /v2/endpoints/{endpoint_id}/lock
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/lock_endpoint_v2_endpoints__endpoint_uuid__lock_post
struct LockEndpoint {
    using service = ComputeServiceV2;
    using result = EndpointLock;
    static constexpr auto route = post("/v2/endpoints/{endpoint_id}/lock");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(LockEndpoint, endpoint_id);
};

/// Registers a function. POST /v2/functions
/// It is sent only once, because sending it again would do it twice.
/// https://compute.api.globus.org/redoc#tag/Functions/operation/register_function_v2_functions_post
struct RegisterFunction {
    using service = ComputeServiceV2;
    using result = FunctionRegistration;
    static constexpr auto route = post("/v2/functions");
    /// A Json with the members that the page names: `function_name`, `function_code` and so on.
    Required<Document> data;
    GLOBUS_MEMBERS(RegisterFunction, data);
};

/// Reads a function. GET /v2/functions/{function_id}
/// https://compute.api.globus.org/redoc#tag/Functions/operation/get_function_v2_functions__function_uuid__get
struct GetFunction {
    using service = ComputeServiceV2;
    using result = Function;
    static constexpr auto route = get("/v2/functions/{function_id}");
    Required<std::string> function_id;
    GLOBUS_MEMBERS(GetFunction, function_id);
};

/// Deletes a function. DELETE /v2/functions/{function_id}
/// https://compute.api.globus.org/redoc#tag/Functions/operation/delete_function_v2_functions__function_uuid__delete
struct DeleteFunction {
    using service = ComputeServiceV2;
    using result = Deletion;
    static constexpr auto route = delete_("/v2/functions/{function_id}");
    Required<std::string> function_id;
    GLOBUS_MEMBERS(DeleteFunction, function_id);
};

/// Reads a task and its result. GET /v2/tasks/{task_id}
/// https://compute.api.globus.org/redoc#tag/Tasks/operation/get_task_status_and_result_v2_tasks__task_uuid__get
struct GetTask {
    using service = ComputeServiceV2;
    using result = Task;
    static constexpr auto route = get("/v2/tasks/{task_id}");
    Required<std::string> task_id;
    GLOBUS_MEMBERS(GetTask, task_id);
};

/// Reads several tasks. POST /v2/batch_status
/// A task that failed or is not known is among the results, with status 200: see its `status` and `reason`.
/// https://compute.api.globus.org/redoc#tag/Root/operation/get_batch_status_v2_batch_status_post
struct GetTaskBatch {
    using service = ComputeServiceV2;
    using result = TaskBatch;
    static constexpr auto route = post("/v2/batch_status");
    static constexpr RetryClass retry = RetryClass::read;
    Required<StringList> task_ids;  ///< at least one
    static constexpr auto wire = wires(in_json("task_ids"));
    GLOBUS_MEMBERS(GetTaskBatch, task_ids);
};

/// Lists the tasks of a group. GET /v2/taskgroup/{task_group_id}
/// https://compute.api.globus.org/redoc#tag/TaskGroup/operation/get_task_group_tasks_v2_taskgroup__task_group_uuid__get
struct GetTaskGroup {
    using service = ComputeServiceV2;
    using result = TaskGroup;
    static constexpr auto route = get("/v2/taskgroup/{task_group_id}");
    Required<std::string> task_group_id;
    GLOBUS_MEMBERS(GetTaskGroup, task_group_id);
};

/// Submits calls of functions. POST /v2/submit
/// It is sent only once, because sending it again would do it twice. Some tasks may be refused although the status is
/// 200: check SubmittedTask::accepted() for each.
/// https://compute.api.globus.org/redoc#tag/Root/operation/submit_batch_v2_submit_post
struct Submit {
    using service = ComputeServiceV2;
    using result = Submission;
    static constexpr auto route = post("/v2/submit");
    Required<Document> data;  ///< a Json with the members that the page names: `tasks`, `task_group_id` and so on
    GLOBUS_MEMBERS(Submit, data);
};

}  // namespace globus::compute_v2

namespace globus::compute_v3 {

/// Registers an endpoint. POST /v3/endpoints
/// It is sent only once, because sending it again would do it twice.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/register_endpoint_v3_endpoints_post
struct RegisterEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointRegistration;
    static constexpr auto route = post("/v3/endpoints");
    /// A Json with the members that the page names: `endpoint_uuid`, `endpoint_name`, `version` and so on.
    Required<Document> data;
    GLOBUS_MEMBERS(RegisterEndpoint, data);
};

/// Changes an endpoint. PUT /v3/endpoints/{endpoint_id}
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/update_endpoint_v3_endpoints__endpoint_uuid__put
struct UpdateEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointRegistration;
    static constexpr auto route = put("/v3/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    Required<Document> data;  ///< a Json of what is to change
    GLOBUS_MEMBERS(UpdateEndpoint, endpoint_id, data);
};

/// Keeps others from registering an endpoint for a while. POST /v3/endpoints/{endpoint_id}/lock
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/lock_endpoint_v3_endpoints__endpoint_uuid__lock_post
struct LockEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointLock;
    static constexpr auto route = post("/v3/endpoints/{endpoint_id}/lock");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(LockEndpoint, endpoint_id);
};

/// Lists the functions that an endpoint runs. GET /v3/endpoints/{endpoint_id}/allowed_functions
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_allowlist_v3_endpoints__endpoint_uuid__allowed_functions_get
struct GetEndpointAllowlist {
    using service = ComputeServiceV3;
    using result = Allowlist;
    static constexpr auto route = get("/v3/endpoints/{endpoint_id}/allowed_functions");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpointAllowlist, endpoint_id);
};

/// Registers a function. POST /v3/functions
/// It is sent only once, because sending it again would do it twice.
/// https://compute.api.globus.org/redoc#tag/Functions/operation/register_function_v3_functions_post
struct RegisterFunction {
    using service = ComputeServiceV3;
    using result = FunctionRegistration;
    static constexpr auto route = post("/v3/functions");
    /// A Json with the members that the page names: `function_name`, `function_code` and so on.
    Required<Document> data;
    GLOBUS_MEMBERS(RegisterFunction, data);
};

/// Submits calls of functions to an endpoint. POST /v3/endpoints/{endpoint_id}/submit
/// It is sent only once, because sending it again would do it twice.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/submit_batch_v3_endpoints__endpoint_uuid__submit_post
struct Submit {
    using service = ComputeServiceV3;
    using result = Submission;
    static constexpr auto route = post("/v3/endpoints/{endpoint_id}/submit");
    Required<std::string> endpoint_id;
    Required<Document> data;  ///< a Json with the members that the page names: `tasks`, `task_group_id` and so on
    GLOBUS_MEMBERS(Submit, endpoint_id, data);
};

}  // namespace globus::compute_v3

#endif  // GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP
