// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP
#define GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/services/compute/documents.hpp>

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
struct GetVersion {
    using service = ComputeServiceV2;
    using result = Json;
    static constexpr auto route = get("/v2/version");
    Optional<std::string> service_name = {};  ///< "all" for the versions of every part
    static constexpr auto wire = wires(in_query("service_name", "service"));
    GLOBUS_MEMBERS(GetVersion, service_name);
};

/// Gets a queue to wait for results at. GET /v2/get_amqp_result_connection_url
struct GetResultAmqpUrl {
    using service = ComputeServiceV2;
    using result = ResultQueue;
    static constexpr auto route = get("/v2/get_amqp_result_connection_url");
    GLOBUS_MEMBERS(GetResultAmqpUrl);
};

/// Registers an endpoint. POST /v2/endpoints
/// It is sent once, because the service would do it twice.
struct RegisterEndpoint {
    using service = ComputeServiceV2;
    using result = EndpointRegistration;
    static constexpr auto route = post("/v2/endpoints");
    Required<Json> data;
    GLOBUS_MEMBERS(RegisterEndpoint, data);
};

/// Reads an endpoint. GET /v2/endpoints/{endpoint_id}
struct GetEndpoint {
    using service = ComputeServiceV2;
    using result = Endpoint;
    static constexpr auto route = get("/v2/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpoint, endpoint_id);
};

/// Reads whether an endpoint serves. GET /v2/endpoints/{endpoint_id}/status
struct GetEndpointStatus {
    using service = ComputeServiceV2;
    using result = EndpointStatus;
    static constexpr auto route = get("/v2/endpoints/{endpoint_id}/status");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpointStatus, endpoint_id);
};

/// Lists the caller's endpoints. GET /v2/endpoints
struct GetEndpoints {
    using service = ComputeServiceV2;
    using result = std::vector<Endpoint>;
    static constexpr auto route = get("/v2/endpoints");
    Optional<std::string> role = {};  ///< "owner" or "any"
    GLOBUS_MEMBERS(GetEndpoints, role);
};

/// Deletes an endpoint. DELETE /v2/endpoints/{endpoint_id}
struct DeleteEndpoint {
    using service = ComputeServiceV2;
    using result = Deletion;
    static constexpr auto route = delete_("/v2/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(DeleteEndpoint, endpoint_id);
};

/// Keeps others from registering an endpoint for a while. POST /v2/endpoints/{endpoint_id}/lock
struct LockEndpoint {
    using service = ComputeServiceV2;
    using result = EndpointLock;
    static constexpr auto route = post("/v2/endpoints/{endpoint_id}/lock");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(LockEndpoint, endpoint_id);
};

/// Registers a function. POST /v2/functions
/// It is sent once, because the service would do it twice.
struct RegisterFunction {
    using service = ComputeServiceV2;
    using result = FunctionRegistration;
    static constexpr auto route = post("/v2/functions");
    Required<Json> data;
    GLOBUS_MEMBERS(RegisterFunction, data);
};

/// Reads a function. GET /v2/functions/{function_id}
struct GetFunction {
    using service = ComputeServiceV2;
    using result = Function;
    static constexpr auto route = get("/v2/functions/{function_id}");
    Required<std::string> function_id;
    GLOBUS_MEMBERS(GetFunction, function_id);
};

/// Deletes a function. DELETE /v2/functions/{function_id}
struct DeleteFunction {
    using service = ComputeServiceV2;
    using result = Deletion;
    static constexpr auto route = delete_("/v2/functions/{function_id}");
    Required<std::string> function_id;
    GLOBUS_MEMBERS(DeleteFunction, function_id);
};

/// Reads a task and its result. GET /v2/tasks/{task_id}
struct GetTask {
    using service = ComputeServiceV2;
    using result = Task;
    static constexpr auto route = get("/v2/tasks/{task_id}");
    Required<std::string> task_id;
    GLOBUS_MEMBERS(GetTask, task_id);
};

/// Reads several tasks. POST /v2/batch_status
struct GetTaskBatch {
    using service = ComputeServiceV2;
    using result = TaskBatch;
    static constexpr auto route = post("/v2/batch_status");
    static constexpr RetryClass retry = RetryClass::read;
    Required<StringList> task_ids;
    static constexpr auto wire = wires(in_json("task_ids"));
    GLOBUS_MEMBERS(GetTaskBatch, task_ids);
};

/// Lists the tasks of a group. GET /v2/taskgroup/{task_group_id}
struct GetTaskGroup {
    using service = ComputeServiceV2;
    using result = TaskGroup;
    static constexpr auto route = get("/v2/taskgroup/{task_group_id}");
    Required<std::string> task_group_id;
    GLOBUS_MEMBERS(GetTaskGroup, task_group_id);
};

/// Submits calls of functions. POST /v2/submit
/// It is sent once, because the service would do it twice.
struct Submit {
    using service = ComputeServiceV2;
    using result = Submission;
    static constexpr auto route = post("/v2/submit");
    Required<Json> data;
    GLOBUS_MEMBERS(Submit, data);
};

}  // namespace globus::compute_v2

namespace globus::compute_v3 {

/// Registers an endpoint. POST /v3/endpoints
/// It is sent once, because the service would do it twice.
struct RegisterEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointRegistration;
    static constexpr auto route = post("/v3/endpoints");
    Required<Json> data;
    GLOBUS_MEMBERS(RegisterEndpoint, data);
};

/// Changes an endpoint. PUT /v3/endpoints/{endpoint_id}
struct UpdateEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointRegistration;
    static constexpr auto route = put("/v3/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    Required<Json> data;
    GLOBUS_MEMBERS(UpdateEndpoint, endpoint_id, data);
};

/// Keeps others from registering an endpoint for a while. POST /v3/endpoints/{endpoint_id}/lock
struct LockEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointLock;
    static constexpr auto route = post("/v3/endpoints/{endpoint_id}/lock");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(LockEndpoint, endpoint_id);
};

/// Lists the functions that an endpoint runs. GET /v3/endpoints/{endpoint_id}/allowed_functions
struct GetEndpointAllowlist {
    using service = ComputeServiceV3;
    using result = Allowlist;
    static constexpr auto route = get("/v3/endpoints/{endpoint_id}/allowed_functions");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpointAllowlist, endpoint_id);
};

/// Registers a function. POST /v3/functions
/// It is sent once, because the service would do it twice.
struct RegisterFunction {
    using service = ComputeServiceV3;
    using result = FunctionRegistration;
    static constexpr auto route = post("/v3/functions");
    Required<Json> data;
    GLOBUS_MEMBERS(RegisterFunction, data);
};

/// Submits calls of functions to an endpoint. POST /v3/endpoints/{endpoint_id}/submit
/// It is sent once, because the service would do it twice.
struct Submit {
    using service = ComputeServiceV3;
    using result = Submission;
    static constexpr auto route = post("/v3/endpoints/{endpoint_id}/submit");
    Required<std::string> endpoint_id;
    Required<Json> data;
    GLOBUS_MEMBERS(Submit, endpoint_id, data);
};

}  // namespace globus::compute_v3

#endif  // GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP
