// SPDX-License-Identifier: Apache-2.0
// Compute: endpoints, functions, tasks.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_IPP

#include <globus/sandbox/impl/services/compute_containers.ipp>

namespace globus::sandbox::detail {

inline char const* compute_functions() { return "compute.functions"; }
inline char const* compute_tasks() { return "compute.tasks"; }

inline Reply compute_version(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    if (call.argument("service") != "all") return Reply::of(200, json::value("1.0.0"));
    return Reply::of(200, json::object{{"api", "1.0.0"},
                                       {"min_sdk_version", "1.0.0"},
                                       {"min_endpoint_version", "1.0.0"},
                                       {"git_sha", to_hex(sha256("sandbox")).substr(0, 40)}});
}

/// Where an endpoint would listen for tasks and leave results. [recorded] the members; nobody listens there
inline json::object compute_queue() {
    return {{"connection_url", "amqp://127.0.0.1:5672"}, {"exchange", "sandbox"}, {"queue", "sandbox"}};
}

/// [recorded] the members of an endpoint; what it told when it registered is in its `metadata`
inline json::object describe_compute_endpoint(std::string const& id, json::object const& registered) {
    json::object out = registered;
    if (auto const* metadata = registered.if_contains("metadata"); metadata != nullptr && metadata->is_object())
        for (auto const& item : metadata->get_object()) out[item.key()] = item.value();
    std::string const name = text_of(registered, "endpoint_name");
    out["uuid"] = id;
    out["name"] = name;
    add_defaults(out, {{"display_name", json::value(name)},
                       {"description", nullptr},
                       {"endpoint_config", nullptr},
                       {"endpoint_version", nullptr},
                       {"hostname", nullptr},
                       {"ip_address", nullptr},
                       {"local_user", nullptr},
                       {"multi_user", false},
                       {"public", false},
                       {"sdk_version", nullptr},
                       {"subscription_uuid", nullptr},
                       {"user_config_schema", nullptr},
                       {"user_config_template", nullptr}});
    return out;
}

inline Reply compute_register(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto body = in.body();
    if (!body) return in.refused;
    bool const function = call.operation == "register_function";
    std::string const name = function ? "function_uuid" : "endpoint_id";
    std::string const id = world.random.uuid();
    (*body)[name] = id;
    (*body)["owner"] = in.token->identity;
    if (!function) (*body)["status"] = "offline";
    if (function) add_defaults(*body, {{"description", nullptr}, {"metadata", nullptr}});
    in.add(function ? "compute.functions" : "compute.endpoints", id, *body);
    if (function) return Reply::of(200, json::object{{name, id}});
    json::object results = compute_queue();
    results["queue_publish_kwargs"] = json::object{};
    return Reply::of(200, json::object{{name, id},
                                       {"task_queue_info", compute_queue()},
                                       {"result_queue_info", std::move(results)},
                                       {"warnings", json::array{}}});
}

inline Reply compute_endpoint_list(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    json::array out;
    for (auto const& [id, endpoint] : in.all("compute.endpoints")) {
        // [doc] one's own, or with role=any those of others that are public, too
        bool const own = text_of(endpoint, "owner") == in.token->identity;
        if (own || (call.argument("role") == "any" && flag_of(endpoint, "public")))
            out.push_back(describe_compute_endpoint(id, endpoint));
    }
    return Reply::of(200, out);
}

inline Reply get_compute_endpoint(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* endpoint = in.find("compute.endpoints");
    return endpoint != nullptr ? Reply::of(200, describe_compute_endpoint(call.holes[0], *endpoint)) : in.missing();
}

inline Reply compute_endpoint_status(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* endpoint = in.find("compute.endpoints");
    if (endpoint == nullptr) return in.missing();
    // An endpoint is online once a program, or an admin call, said so.
    bool const online = text_of(*endpoint, "status") == "online";
    return Reply::of(200, json::object{{"status", online ? "online" : "offline"},
                                       {"details", json::object{{"total_workers", online ? 1 : 0},
                                                                {"idle_workers", online ? 1 : 0},
                                                                {"pending_tasks", 0},
                                                                {"outstanding_tasks", 0},
                                                                {"managers", online ? 1 : 0}}}});
}

inline Reply compute_change(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    char const* const kind = call.operation == "delete_function" ? "compute.functions" : "compute.endpoints";
    auto* const found = in.find(kind);
    if (found == nullptr) return in.missing();
    // [doc] an endpoint and a function are their owner's. [guess] the code
    if (text_of(*found, "owner") != in.token->identity && call.method != "GET")
        return in.error(403, "403", "Only the owner may change this");
    if (call.method == "DELETE") {
        in.remove(kind);
        return Reply::of(200, json::object{{"result", 302}});
    }
    if (call.operation == "lock_endpoint")
        return Reply::of(200, json::object{{"endpoint_id", call.holes[0]},
                                           {"lock_expiration_timestamp", iso_time(world.now_locked() + 60000)}});
    if (call.operation == "get_endpoint_allowlist")
        return Reply::of(
            200, json::object{{"endpoint_id", call.holes[0]}, {"restricted", false}, {"functions", json::array{}}});
    auto const body = in.body();
    if (!body) return in.refused;
    merge(*found, *body);
    return Reply::of(200, json::object{{"endpoint_id", call.holes[0]}});
}

/// [doc] whoever uses an endpoint satisfies its policy. [guess] the code of the answer
inline std::optional<Reply> wrong_session(PlainCall const& in, std::string const& endpoint) {
    auto const* const found = find_document(in.all("compute.endpoints"), endpoint);
    std::string const policy = found != nullptr ? text_of(*found, "authentication_policy") : "";
    if (policy.empty() || satisfies_policy(in.world, *in.token, policy)) return std::nullopt;
    std::string const message = "The session does not satisfy the authentication policy of the endpoint";
    return login_needed(
        in.world, in.call, 403, "AuthorizationRequired", message,
        {{"session_message", message}, {"session_required_policies", json::array{json::value(policy)}}});
}

/// [recorded] the answers of both versions. A task waits until an admin call tells its result.
inline Reply compute_submit(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* tasks = body->if_contains("tasks");
    if (tasks == nullptr) return in.error(422, "422", "tasks: field required");
    if (!call.holes.empty() && find_document(in.all("compute.endpoints"), call.holes[0]) == nullptr)
        return in.error(404, "404", "Endpoint " + call.holes[0] + " could not be resolved");
    if (auto const refused = wrong_session(in, call.holes.empty() ? "" : call.holes[0])) return *refused;
    std::string const group = world.random.uuid();
    auto const make = [&] {
        std::string const id = world.random.uuid();
        in.add("compute.tasks", id,
               {{"task_id", id},
                {"status", "waiting-for-ep"},
                {"taskgroup_id", group},
                {"submitted_at", in.now()},
                {"details", json::object{}}});
        return id;
    };
    json::object answer{{"request_id", world.random.uuid()}, {"task_group_id", group}};
    if (auto const* by_function = tasks->if_object()) {
        json::object made;
        for (auto const& item : *by_function) {
            json::array ids;
            auto const count = item.value().is_array() ? item.value().get_array().size() : 1;
            for (std::size_t i = 0; i < count; ++i) ids.emplace_back(make());
            made[item.key()] = std::move(ids);
        }
        answer["endpoint_id"] = call.holes.empty() ? "" : call.holes[0];
        answer["tasks"] = std::move(made);
    } else if (auto const* list = tasks->if_array()) {
        json::array made;
        for (auto const& one : *list) {
            json::object row{
                {"status", "Success"}, {"task_uuid", make()}, {"http_status_code", 200}, {"reason", nullptr}};
            if (one.is_array() && one.get_array().size() >= 2) {
                row["function_uuid"] = one.get_array()[0];
                row["endpoint_uuid"] = one.get_array()[1];
            }
            made.push_back(std::move(row));
        }
        answer["response"] = "batch";
        answer["task_group_id"] = group;
        answer["results"] = std::move(made);
    }
    return Reply::of(200, answer);
}

inline Reply compute_batch(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    json::object results;
    if (auto const* ids = body->if_contains("task_ids"); ids != nullptr && ids->is_array())
        for (auto const& id : ids->get_array())
            if (id.is_string())
                if (auto const* task = find_document(in.all("compute.tasks"), to_string(id.get_string())))
                    results[id.get_string()] = *task;
    return Reply::of(200, json::object{{"response", "batch"}, {"results", std::move(results)}});
}

inline Reply compute_task_group(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    json::array ids;
    for (auto const& [id, task] : in.all("compute.tasks"))
        if (text_of(task, "taskgroup_id") == call.holes[0])
            ids.push_back(json::object{{"id", id}, {"created_at", text_of(task, "submitted_at")}});
    if (ids.empty()) return in.missing();
    return Reply::of(
        200,
        json::object{{"taskgroup_id", call.holes[0]}, {"create_websockets_queue", false}, {"tasks", std::move(ids)}});
}

inline Reply compute_amqp(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    return Reply::of(200, json::object{{"queue_prefix", "sandbox"}, {"connection_url", "amqp://127.0.0.1:5672"}});
}

/// Ends a task: what an endpoint would have said. [recorded] the members. False when there is no such task
inline bool complete_compute_task(World& world, std::string const& id, bool good, std::string const& result) {
    auto* const task = find_document(world.data.documents["compute.tasks"], id);
    if (task == nullptr) return false;
    (*task)["status"] = good ? "success" : "failed";
    (*task)[good ? "result" : "exception"] = result;
    (*task)["completion_t"] = std::to_string(world.now_locked() / 1000);
    world.wake.notify_all();  // a flow may wait for it
    return true;
}

inline std::vector<Route> const& compute_routes() {
    static std::vector<Route> const all{
        {"GET", "/v2/version", "compute", "get_version", &compute_version},
        {"GET", "/v2/get_amqp_result_connection_url", "compute", "get_result_amqp_url", &compute_amqp},
        {"POST", "/v2/endpoints", "compute", "register_endpoint", &compute_register},
        {"POST", "/v3/endpoints", "compute", "register_endpoint", &compute_register},
        {"GET", "/v2/endpoints", "compute", "get_endpoints", &compute_endpoint_list},
        {"GET", "/v2/endpoints/{}", "compute", "get_endpoint", &get_compute_endpoint},
        {"GET", "/v2/endpoints/{}/status", "compute", "get_endpoint_status", &compute_endpoint_status},
        {"DELETE", "/v2/endpoints/{}", "compute", "delete_endpoint", &compute_change},
        {"DELETE", "/v3/endpoints/{}", "compute", "delete_endpoint", &compute_change},
        {"POST", "/v2/endpoints/{}/lock", "compute", "lock_endpoint", &compute_change},
        {"POST", "/v3/endpoints/{}/lock", "compute", "lock_endpoint", &compute_change},
        {"PUT", "/v3/endpoints/{}", "compute", "update_endpoint", &compute_change},
        {"GET", "/v3/endpoints/{}/allowed_functions", "compute", "get_endpoint_allowlist", &compute_change},
        {"PUT", "/v3/endpoints/{}/subscription-admin-verified", "compute", "set_subscription_admin_verified",
         &compute_verify_endpoint},
        {"GET", "/v2/authenticate", "compute", "check_authentication", &compute_authenticate},
        {"POST", "/v2/containers", "compute", "register_container", &compute_add_container},
        {"POST", "/v2/containers/build", "compute", "build_container", &compute_add_container},
        {"GET", "/v2/containers/build/{}", "compute", "get_container_build_status", &compute_container},
        {"GET", "/v2/containers/{}/{}", "compute", "get_container", &compute_container},
        {"POST", "/v2/functions", "compute", "register_function", &compute_register},
        {"POST", "/v3/functions", "compute", "register_function", &compute_register},
        {"GET", "/v2/functions/{}", "compute", "get_function", &read_document<&compute_functions>},
        {"DELETE", "/v2/functions/{}", "compute", "delete_function", &compute_change},
        {"POST", "/v2/submit", "compute", "submit", &compute_submit},
        {"POST", "/v3/endpoints/{}/submit", "compute", "submit", &compute_submit},
        {"GET", "/v2/tasks/{}", "compute", "get_task", &read_document<&compute_tasks>},
        {"POST", "/v2/batch_status", "compute", "get_task_batch", &compute_batch},
        {"GET", "/v2/taskgroup/{}", "compute", "get_task_group", &compute_task_group},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_IPP
