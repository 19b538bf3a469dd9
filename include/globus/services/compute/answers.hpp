// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_COMPUTE_ANSWERS_HPP
#define GLOBUS_SERVICES_COMPUTE_ANSWERS_HPP

#include <globus/core/config.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/compute/words.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// What Globus Compute answers. https://compute.api.globus.org/redoc

namespace globus::compute_v2 {

/// An endpoint that runs functions.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_v2_endpoints__endpoint_uuid__get
struct Endpoint {
    Optional<std::string> uuid = {};
    Optional<std::string> name = {};
    Optional<std::string> display_name = {};
    Optional<std::string> owner = {};  ///< id of an identity
    Optional<std::string> description = {};
    Optional<bool> multi_user = {};       ///< each user gets an endpoint of their own on it
    Optional<bool> is_public = {};        ///< `public` on the wire
    Optional<Json> endpoint_config = {};  ///< as it was registered
    /// On a multi-user endpoint, a Jinja template of the configuration of users' endpoints.
    Optional<std::string> user_config_template = {};
    Optional<Json> user_config_schema = {};  ///< on a multi-user endpoint: the JSON Schema of what users may fill in
    Optional<std::string> hostname = {};     ///< of the machine that it runs on
    Optional<std::string> local_user = {};   ///< account that it runs as
    Optional<std::string> ip_address = {};   ///< that it registered from
    Optional<std::string> endpoint_version = {};   ///< of the program globus-compute-endpoint
    Optional<std::string> sdk_version = {};        ///< of the library that the program uses
    Optional<std::string> subscription_uuid = {};  ///< that it is managed under; null for none
    Optional<Json> metadata = {};                  ///< what it reports about itself
    static constexpr auto wire = wires(globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(Endpoint, uuid, name, display_name, owner, description, multi_user, is_public, endpoint_config,
                   user_config_template, user_config_schema, hostname, local_user, ip_address, endpoint_version,
                   sdk_version, subscription_uuid, metadata);
};

/// Whether an endpoint serves, and how busy it is.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_status_v2_endpoints__endpoint_uuid__status_get
struct EndpointStatus {
    Optional<compute::EndpointState> status = {};  ///< whether it takes tasks
    Optional<Json> details = {};                   ///< numbers of workers, waiting tasks and the like
    GLOBUS_MEMBERS(EndpointStatus, status, details);
};

/// A queue of messages.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/register_endpoint_v3_endpoints_post
struct QueueInfo {
    Optional<Secret> connection_url = {};      ///< with a user name and a password
    Optional<std::string> exchange = {};       ///< of the message broker (AMQP)
    Optional<std::string> queue = {};          ///< of the message broker (AMQP)
    Optional<Json> queue_publish_kwargs = {};  ///< what a message must be published with
    GLOBUS_MEMBERS(QueueInfo, connection_url, exchange, queue, queue_publish_kwargs);
};

/// What a registered endpoint needs to know to serve.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/register_endpoint_v3_endpoints_post
struct EndpointRegistration {
    Optional<std::string> endpoint_id = {};
    Optional<QueueInfo> task_queue_info = {};       ///< where it takes tasks from
    Optional<QueueInfo> result_queue_info = {};     ///< where it leaves results
    Optional<QueueInfo> heartbeat_queue_info = {};  ///< where it reports that it is alive
    Optional<Json> warnings = {};                   ///< texts, as on a version that is too old
    GLOBUS_MEMBERS(EndpointRegistration, endpoint_id, task_queue_info, result_queue_info, heartbeat_queue_info,
                   warnings);
};

/// The outcome of keeping others from registering an endpoint for a while.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/lock_endpoint_v2_endpoints__endpoint_uuid__lock_post
struct EndpointLock {
    Optional<std::string> endpoint_id = {};
    Optional<Timestamp> lock_expiration_timestamp = {};
    GLOBUS_MEMBERS(EndpointLock, endpoint_id, lock_expiration_timestamp);
};

/// Where results can be waited for.
/// https://compute.api.globus.org/redoc#tag/Root/operation/get_user_specific_result_amqp_url_v2_get_amqp_result_connection_url_get
struct ResultQueue {
    Optional<std::string> queue_prefix = {};  ///< what the names of the caller's queues begin with
    Optional<Secret> connection_url = {};     ///< with a user name and a password
    GLOBUS_MEMBERS(ResultQueue, queue_prefix, connection_url);
};

/// A function that was registered.
/// https://compute.api.globus.org/redoc#tag/Functions/operation/register_function_v3_functions_post
struct FunctionRegistration {
    Optional<std::string> function_uuid = {};
    GLOBUS_MEMBERS(FunctionRegistration, function_uuid);
};

/// A registered function.
/// https://compute.api.globus.org/redoc#tag/Functions/operation/get_function_v2_functions__function_uuid__get
struct Function {
    Optional<std::string> function_uuid = {};
    Optional<std::string> function_name = {};  ///< as it was registered
    Optional<std::string> function_code = {};  ///< serialised, as the function's language does it
    Optional<std::string> description = {};
    Optional<Json> metadata = {};  ///< as in the versions that it was registered with
    GLOBUS_MEMBERS(Function, function_uuid, function_name, function_code, description, metadata);
};

/// The outcome of a deletion.
/// https://compute.api.globus.org/redoc#tag/Functions/operation/delete_function_v2_functions__function_uuid__delete
struct Deletion {
    Optional<std::int64_t> result = {};  ///< a number of the service's own, as in 302
    GLOBUS_MEMBERS(Deletion, result);
};

/// One call of a function.
/// https://compute.api.globus.org/redoc#tag/Tasks/operation/get_task_status_and_result_v2_tasks__task_uuid__get
struct Task {
    Optional<std::string> task_id = {};
    Optional<std::string> status = {};        ///< "success", "failed", "pending", ...
    Optional<std::string> result = {};        ///< serialised, as the function's language does it
    Optional<std::string> exception = {};     ///< the same, of a task that failed
    Optional<std::string> completion_t = {};  ///< seconds since 1970, as a text
    Optional<std::string> reason = {};        ///< in get_task_batch: why nothing more is known
    Optional<Json> details = {};              ///< such as where and when it ran
    GLOBUS_MEMBERS(Task, task_id, status, result, exception, completion_t, reason, details);
};

/// Several tasks by their ids.
/// https://compute.api.globus.org/redoc#tag/Root/operation/get_batch_status_v2_batch_status_post
struct TaskBatch {
    Optional<std::string> response = {};       ///< "batch"
    std::map<std::string, Task> results = {};  ///< by the task's id
    GLOBUS_MEMBERS(TaskBatch, response, results);
};

/// A task of a group.
/// https://compute.api.globus.org/redoc#tag/TaskGroup/operation/get_task_group_tasks_v2_taskgroup__task_group_uuid__get
struct GroupedTask {
    Optional<std::string> id = {};  ///< a UUID
    Optional<Timestamp> created_at = {};
    GLOBUS_MEMBERS(GroupedTask, id, created_at);
};

/// Tasks that were submitted together.
/// https://compute.api.globus.org/redoc#tag/TaskGroup/operation/get_task_group_tasks_v2_taskgroup__task_group_uuid__get
struct TaskGroup {
    Optional<std::string> taskgroup_id = {};
    Optional<bool> create_websockets_queue = {};  ///< as it was asked for at the submission
    std::vector<GroupedTask> tasks = {};
    static constexpr auto items = &TaskGroup::tasks;
    GLOBUS_MEMBERS(TaskGroup, taskgroup_id, create_websockets_queue, tasks);
};

/// What became of one task of a submission. The answer's status is 200 even if the task was refused: see accepted().
/// https://compute.api.globus.org/redoc#tag/Root/operation/submit_batch_v2_submit_post
struct SubmittedTask {
    Optional<std::string> status = {};  ///< as in "success"
    Optional<std::string> task_uuid = {};
    Optional<std::int64_t> http_status_code = {};  ///< of this task
    Optional<std::string> reason = {};             ///< of a failure; the only member where the service sent just a text
    GLOBUS_MEMBERS(SubmittedTask, status, task_uuid, http_status_code, reason);

    /// True if the task will run.
    [[nodiscard]] bool accepted() const;
    /// Reads a text that comes instead of an object.
    void read_text(std::string_view text) { reason.emplace() = text; }
};

/// The outcome of a submission: some tasks may have been accepted and others not.
/// https://compute.api.globus.org/redoc#tag/Root/operation/submit_batch_v2_submit_post
struct Submission {
    Optional<std::string> response = {};  ///< "success" or what went wrong
    Optional<std::string> task_group_id = {};
    std::vector<SubmittedTask> results = {};  ///< in the order of the submission
    static constexpr auto items = &Submission::results;
    GLOBUS_MEMBERS(Submission, response, task_group_id, results);
};

}  // namespace globus::compute_v2

namespace globus::compute_v3 {

using compute_v2::EndpointRegistration;
using compute_v2::FunctionRegistration;
using compute_v2::QueueInfo;

/// The outcome of keeping others from registering an endpoint for a while.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/lock_endpoint_v3_endpoints__endpoint_uuid__lock_post
struct EndpointLock {
    Optional<std::string> endpoint_id = {};
    Optional<Json> lock_expiration_timestamp = {};  ///< seconds since 1970 as a number; older servers: an ISO 8601 text
    GLOBUS_MEMBERS(EndpointLock, endpoint_id, lock_expiration_timestamp);
};

/// The functions that an endpoint runs.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_allowlist_v3_endpoints__endpoint_uuid__allowed_functions_get
struct Allowlist {
    Optional<std::string> endpoint_id = {};
    Optional<bool> restricted = {};           ///< false: it runs all functions
    std::vector<std::string> functions = {};  ///< ids
    static constexpr auto items = &Allowlist::functions;
    GLOBUS_MEMBERS(Allowlist, endpoint_id, restricted, functions);
};

/// The outcome of a submission: the ids of the tasks, by function.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/submit_batch_v3_endpoints__endpoint_uuid__submit_post
struct Submission {
    Optional<std::string> request_id = {};  ///< for questions to Globus support
    Optional<std::string> task_group_id = {};
    Optional<std::string> endpoint_id = {};
    std::map<std::string, std::vector<std::string>> tasks = {};  ///< ids of tasks, by the function's id
    GLOBUS_MEMBERS(Submission, request_id, task_group_id, endpoint_id, tasks);
};

}  // namespace globus::compute_v3

#ifdef GLOBUS_BODIES
#include <globus/services/compute/impl/answers.ipp>
#endif

#endif  // GLOBUS_SERVICES_COMPUTE_ANSWERS_HPP
