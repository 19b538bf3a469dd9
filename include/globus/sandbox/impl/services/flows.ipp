// SPDX-License-Identifier: Apache-2.0
// Flows: definitions, who may do what with them, runs and their logs.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_IPP

#include <globus/sandbox/impl/services/flow_engine.ipp>
#include <globus/sandbox/impl/services/registered_apis.ipp>
#include <globus/sandbox/impl/services/web_inputs.ipp>

namespace globus::sandbox::detail {

/// What is wrong with the definition and the schema of a flow; nothing when they are good.
inline std::optional<Reply> wrong_flow(World& world, json::object const& body) {
    auto const* definition = body.if_contains("definition");
    if (definition == nullptr) return std::nullopt;
    auto const faults = check_definition(*definition);
    if (faults.empty()) return std::nullopt;
    json::array detail;
    std::string message =
        std::to_string(faults.size()) + " validation error" + (faults.size() > 1 ? "s" : "") + " in body.";
    for (auto const& fault : faults) {
        detail.push_back(json::object{{"loc", fault.where}, {"msg", fault.what}, {"type", "value_error"}});
        std::string where = "$";
        for (auto const& step : fault.where) where += "." + to_string(step.as_string());
        message += " " + where + ": " + fault.what;
    }
    return flows_error(world, 422, "UNPROCESSABLE_ENTITY", std::move(detail), message);
}

inline Reply list_flows(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    std::vector<json::object> items;
    for (auto const& [id, flow] : in.all("flows")) {
        std::string const role = in.role_at_flow(flow);
        if (!role.empty() && role_filter_fits(call, role) && fulltext_fits(call, flow))
            items.push_back(in.show_flow(flow));
    }
    return marked_page(call, "flows", std::move(items));
}

inline Reply list_runs(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    std::vector<json::object> items;
    std::string const flow = call.holes.empty() ? call.argument("filter_flow_id") : call.holes[0];
    if (!call.holes.empty() && in.flow(false) == nullptr) return in.refused;
    for (auto const& [id, run] : in.all("runs")) {
        std::string const role = in.role_at_run(run);
        if (role.empty() || !role_filter_fits(call, role) || !fulltext_fits(call, run)) continue;
        if (!flow.empty() && flow.find(text_of(run, "flow_id")) == std::string::npos) continue;
        items.push_back(in.show_run(run));
    }
    return marked_page(call, "runs", std::move(items));
}

/// [recorded] the members of a flow
inline Reply create_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    for (auto const* needed : {"title", "definition", "input_schema"})
        if (!body->contains(needed))
            return in.error(422, "UNPROCESSABLE_ENTITY", std::string(needed) + ": field required");
    if (auto const wrong = wrong_flow(world, *body)) return *wrong;
    std::string const id = world.random.uuid();
    std::string scope_name = id;
    std::replace(scope_name.begin(), scope_name.end(), '-', '_');
    json::object flow{{"subtitle", ""},
                      {"description", ""},
                      {"keywords", json::array{}},
                      {"flow_viewers", json::array{}},
                      {"flow_starters", json::array{}},
                      {"flow_administrators", json::array{}},
                      {"run_managers", json::array{}},
                      {"run_monitors", json::array{}},
                      {"subscription_id", nullptr},
                      {"authentication_policy_id", nullptr}};
    merge(flow, *body);
    merge(flow, {{"id", id},
                 {"action_url", world.base_url + "flows/" + id},
                 {"flow_url", world.base_url + "flows/" + id},
                 {"api_version", "1.0"},
                 {"created_at", in.now()},
                 {"updated_at", in.now()},
                 {"created_by", in.urn()},
                 {"flow_owner", in.urn()},
                 {"globus_auth_scope", "https://auth.globus.org/scopes/" + id + "/flow_" + scope_name + "_user"},
                 {"globus_auth_username", id + "@clients.auth.globus.org"},
                 {"principal_urn", identity_urn(id)},
                 {"log_supported", true},
                 {"synchronous", false},
                 {"types", json::array{"Action"}}});
    return Reply::of(201, in.show_flow(in.add("flows", id, std::move(flow))));
}

inline Reply get_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* flow = in.flow(false);
    return flow != nullptr ? Reply::of(200, in.show_flow(*flow)) : in.refused;
}

inline Reply update_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto* const flow = in.flow(true);
    if (flow == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (auto const wrong = wrong_flow(world, *body)) return *wrong;
    merge(*flow, *body);
    (*flow)["id"] = call.holes[0];
    (*flow)["updated_at"] = in.now();
    return Reply::of(200, in.show_flow(*flow));
}

inline Reply delete_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* flow = in.flow(true);
    if (flow == nullptr) return in.refused;
    json::object gone = in.show_flow(*flow);
    gone["DELETED"] = true;
    gone["deleted_at"] = in.now();
    in.remove("flows");
    return Reply::of(200, gone);
}

inline Reply validate_flow(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (member(*body, "definition") == nullptr)
        return in.error(422, "UNPROCESSABLE_ENTITY", "definition: field required");
    if (auto const wrong = wrong_flow(world, *body)) return *wrong;
    // [recorded] the scopes that the actions of the flow need
    json::array scopes;
    for (auto const& item : member(*member(*body, "definition"), "States")->as_object())
        if (text_of(item.value(), "ActionUrl").find("transfer") != std::string::npos && scopes.empty())
            scopes.emplace_back("urn:globus:auth:scope:transfer.api.globus.org:all");
    return Reply::of(200, json::object{{"scopes", json::object{{"User", std::move(scopes)}}},
                                       {"analysis", json::object{{"number_of_possibilities", 1}}}});
}

// Runs ----------------------------------------------------------------------------------------------------------------

/// What is wrong with the input of a run; nothing when it is good. [recorded] the shape
inline std::optional<Reply> wrong_input(World& world, json::object const& flow, json::value const& input) {
    auto const faults = SchemaCheck().run(input, flow.at("input_schema"));
    if (faults.empty()) return std::nullopt;
    json::array detail;
    for (auto const& fault : faults)
        detail.push_back(json::object{
            {"loc", json::array{json::value(fault.path)}}, {"type", "InvalidActionInput"}, {"msg", fault.what}});
    return flows_error(world, 400, "FLOW_INPUT_ERROR", std::move(detail),
                       "Input failed schema validation with " + std::to_string(faults.size()) + " error" +
                           (faults.size() > 1 ? "s." : "."));
}

/// Lets a run begin; its first step comes at once.
inline json::object start_run(World& world, json::object const& flow, AccessToken const& token,
                              json::value const& body) {
    std::string const id = world.random.uuid();
    auto const given = [&](char const* name, json::value otherwise) {
        auto const* found = member(body, name);
        return found != nullptr ? *found : otherwise;
    };
    json::value const input = *member(body, "body");
    json::object document{{"run_id", id},
                          {"action_id", id},
                          {"flow_id", flow.at("id")},
                          {"flow_title", text_of(flow, "title")},
                          {"flow_last_updated", text_of(flow, "updated_at")},
                          {"start_time", iso_time(world.now_locked())},
                          {"status", "ACTIVE"},
                          {"display_status", "ACTIVE"},
                          {"details", json::object{{"code", "FlowStarting"},
                                                   {"description", "The Flow is starting execution"},
                                                   {"details", json::object{{"input", input}}}}},
                          {"run_owner", identity_urn(token.identity)},
                          {"created_by", identity_urn(token.identity)},
                          {"run_managers", given("run_managers", json::array{})},
                          {"run_monitors", given("run_monitors", json::array{})},
                          {"label", given("label", nullptr)},
                          {"blocking_web_input_id", nullptr},
                          {"tags", given("tags", json::array{})}};
    world.data.documents["runs"].emplace_back(id, document);
    FlowRun& run = world.data.flow_runs[id];
    run.id = id;
    run.owner = token.identity;
    run.client = token.client_id;
    run.definition = flow.at("definition");
    run.state = text_of(run.definition, "StartAt");
    run.context = input;
    run.due = world.now_locked();
    log_run(world, run, "FlowStarted", "The Flow Instance started execution", {{"input", input}});
    world.wake.notify_all();
    document["user_role"] = "run_owner";
    return document;
}

/// Runs and their checks take a token for the flow itself. [doc]
inline Reply run_flow(World& world, Call& call) {
    Reply refused;
    auto const* token = authenticate(world, call, call.holes[0], refused);
    if (token == nullptr) return refused;
    auto const* flow = find_document(world.data.documents["flows"], call.holes[0]);
    if (flow == nullptr) return problem(world, call, 404, "NOT_FOUND", "No such flow");
    bool const starter = text_of(*flow, "flow_owner") == identity_urn(token->identity) ||
                         is_among(world, token->identity, *flow, "flow_administrators") ||
                         is_among(world, token->identity, *flow, "flow_starters");
    if (!starter)  // [recorded] the code and the text
        return problem(world, call, 403, "FORBIDDEN",
                       "You do not have the necessary permissions to perform this action on the flow with id value " +
                           call.holes[0] + ". Missing permissions: RUN.");
    if (auto wrong = wrong_session_for(world, *token, *flow)) return std::move(*wrong);
    boost::system::error_code error;
    json::value const body = json::parse(call.body, error);
    auto const* input = error ? nullptr : member(body, "body");
    if (input == nullptr) return problem(world, call, 422, "UNPROCESSABLE_ENTITY", "body: field required");
    if (auto const wrong = wrong_input(world, *flow, *input)) return *wrong;
    if (call.operation == "validate_run") return Reply::of(200, json::object{{"message", "validation successful"}});
    return Reply::of(201, start_run(world, *flow, *token, body));
}

inline Reply get_run(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* run = in.run(false);
    return run != nullptr ? Reply::of(200, in.show_run(*run)) : in.refused;
}

inline Reply run_definition(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* run = in.run(false);
    if (run == nullptr) return in.refused;
    auto const* flow = find_document(in.all("flows"), text_of(*run, "flow_id"));
    return Reply::of(
        200, json::object{{"flow_id", run->at("flow_id")},
                          {"definition", world.data.flow_runs[call.holes[0]].definition},
                          {"input_schema", flow != nullptr ? flow->at("input_schema") : json::value(json::object{})}});
}

inline Reply run_log(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in || in.run(false) == nullptr) return in.refused;
    std::vector<json::object> log = world.data.flow_runs[call.holes[0]].log;
    if (call.argument("reverse_order") == "true" || lower(call.argument("reverse_order")) == "1")
        std::reverse(log.begin(), log.end());
    auto const limit = std::clamp<std::int64_t>(to_integer(call.argument("limit")).value_or(10), 1, 100);
    auto const begin = to_integer(call.argument("marker")).value_or(0);
    bool const more = begin + limit < static_cast<std::int64_t>(log.size());
    return Reply::of(200,
                     json::object{{"limit", limit},
                                  {"has_next_page", more},
                                  {"marker", more ? json::value(std::to_string(begin + limit)) : json::value(nullptr)},
                                  {"entries", cut(log, begin, limit)}});
}

/// [doc] a run that stands still goes on
inline Reply resume_run(World& world, FlowsCall& in, json::object& run) {
    FlowRun& state = world.data.flow_runs[in.call.holes[0]];
    if (state.over) return in.error(409, "STATE_CONFLICT", "The run has completed, and cannot be resumed");
    if (auto const task = world.data.tasks.find(state.task); task != world.data.tasks.end())
        task->second.due = world.data.engine_time;
    run["status"] = "ACTIVE";
    run["display_status"] = "ACTIVE";
    world.wake.notify_all();
    return Reply::of(200, in.show_run(run));
}

inline void cancel_run(World& world, FlowRun& run) {
    static constexpr char const* text = "The Flow Instance was canceled by the user";
    if (run.over) return;
    log_run(world, run, "FlowCanceled", text, {});
    end_run(world, run, "FAILED",
            {{"time", iso_time(world.now_locked())},
             {"code", "FlowCanceled"},
             {"description", text},
             {"details", json::object{}}});
}

/// cancel, release, resume and update
inline Reply change_run(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in && call.operation == "resume_run") {
        // [doc] a run is resumed with a token for its flow
        auto const* run = find_document(world.data.documents["runs"], call.holes[0]);
        if (run != nullptr) in.token = authenticate(world, call, text_of(*run, "flow_id"), in.refused);
    }
    if (!in) return in.refused;
    auto* const run = in.run(true);
    if (run == nullptr) return in.refused;
    FlowRun& state = world.data.flow_runs[call.holes[0]];
    if (call.operation == "resume_run") return resume_run(world, in, *run);
    if (call.operation == "cancel_run") {
        cancel_run(world, state);
    } else if (call.operation == "delete_run") {
        if (!state.over) return in.error(409, "STATE_CONFLICT", "The run has not completed");
        Reply const reply = Reply::of(200, in.show_run(*run));
        in.remove("runs");
        world.data.flow_runs.erase(call.holes[0]);
        return reply;
    } else {
        auto const body = in.body();
        if (!body) return in.refused;
        for (auto const* name : {"label", "tags", "run_managers", "run_monitors"})
            if (auto const* value = body->if_contains(name)) (*run)[name] = *value;
    }
    return Reply::of(200, in.show_run(*run));
}

/// The call of an older route, as the one for the run itself; nothing when the run is of another flow. [doc]
inline std::optional<Call> call_for_run(World const& world, Call const& call, char const* operation) {
    auto const* run = find_document(documents_of(world, "runs"), call.holes[1]);
    if (run == nullptr || text_of(*run, "flow_id") != call.holes[0]) return std::nullopt;
    Call out = call;
    out.operation = operation;
    out.holes = {call.holes[1]};
    return out;
}

inline Reply flow_run_log(World& world, Call& call) {
    auto of_run = call_for_run(world, call, "get_run_logs");
    return of_run ? run_log(world, *of_run) : problem(world, call, 404, "NOT_FOUND", "The flow has no such run");
}

inline Reply resume_flow_run(World& world, Call& call) {
    auto of_run = call_for_run(world, call, "resume_run");
    return of_run ? change_run(world, *of_run) : problem(world, call, 404, "NOT_FOUND", "The flow has no such run");
}

/// A list after it was set, and after parts were added and removed.
inline json::array changed_list(json::value const& before, json::object const& body, char const* name) {
    json::array out;
    auto const part = [&](char const* operation) {
        auto const* found = member(body, operation);
        auto const* list = found != nullptr ? member(*found, name) : nullptr;
        return list != nullptr ? list->if_array() : nullptr;
    };
    auto const* start = part("set") != nullptr ? part("set") : before.if_array();
    if (start != nullptr) out = *start;
    if (auto const* more = part("add"))
        for (auto const& one : *more)
            if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
    if (auto const* less = part("remove"))
        for (auto const& one : *less)
            if (auto const at = std::find(out.begin(), out.end(), one); at != out.end()) out.erase(at);
    return out;
}

/// Sets, adds and removes what several runs have in their lists, or cancels them. [doc] the body and the status. [guess]
/// the answer is empty, and one run that the caller may not change keeps all as they are
inline Reply update_runs(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* filters = member(*body, "filters");
    auto const* ids = filters != nullptr ? member(*filters, "run_ids") : nullptr;
    if (ids == nullptr || !ids->is_array())
        return in.error(422, "UNPROCESSABLE_ENTITY", "filters.run_ids: field required");
    std::vector<std::string> wanted;
    for (auto const& id : ids->get_array()) {
        wanted.push_back(id.is_string() ? to_string(id.get_string()) : "");
        call.holes = {wanted.back()};
        if (in.run(true) == nullptr) return in.find("runs") != nullptr ? in.refused : in.forbidden("run", "MANAGE");
    }
    for (auto const& id : wanted) {
        json::object& run = *in.all("runs").find(id);
        for (auto const* name : {"tags", "run_managers", "run_monitors"})
            run[name] = changed_list(run.at(name), *body, name);
        auto const* set = member(*body, "set");
        if (set != nullptr && text_of(*set, "status") == "cancel") cancel_run(world, world.data.flow_runs[id]);
    }
    return Reply::of(202, json::object{});
}

inline std::vector<Route> const& flows_routes() {
    static constexpr char const* s = "flows";
    static std::vector<Route> const all{
        {"POST", "/flows", s, "create_flow", &create_flow},
        {"GET", "/flows", s, "list_flows", &list_flows},
        {"POST", "/flows/validate", s, "validate_flow", &validate_flow},
        {"GET", "/flows/{}", s, "get_flow", &get_flow},
        {"PUT", "/flows/{}", s, "update_flow", &update_flow},
        {"DELETE", "/flows/{}", s, "delete_flow", &delete_flow},
        {"POST", "/flows/{}/run", s, "run_flow", &run_flow},
        {"POST", "/flows/{}/validate_run", s, "validate_run", &run_flow},
        {"GET", "/runs", s, "list_runs", &list_runs},
        {"GET", "/runs/{}", s, "get_run", &get_run},
        {"PUT", "/runs/{}", s, "update_run", &change_run},
        {"GET", "/runs/{}/log", s, "get_run_logs", &run_log},
        {"GET", "/runs/{}/definition", s, "get_run_definition", &run_definition},
        {"POST", "/runs/{}/cancel", s, "cancel_run", &change_run},
        {"POST", "/runs/{}/release", s, "delete_run", &change_run},
        {"POST", "/runs/{}/resume", s, "resume_run", &change_run},
        {"GET", "/flows/{}/runs", s, "list_flow_runs", &list_runs},
        {"GET", "/flows/{}/runs/{}/log", s, "get_flow_run_logs", &flow_run_log},
        {"POST", "/flows/{}/{}/resume", s, "resume_flow_run", &resume_flow_run},
        {"POST", "/batch/runs", s, "update_runs", &update_runs},
        {"GET", "/registered_apis", s, "list_registered_apis", &list_registered_apis},
        {"POST", "/registered_apis", s, "create_registered_api", &create_registered_api},
        {"GET", "/registered_apis/{}", s, "get_registered_api", &get_registered_api},
        {"PATCH", "/registered_apis/{}", s, "update_registered_api", &change_registered_api},
        {"DELETE", "/registered_apis/{}", s, "delete_registered_api", &change_registered_api},
        {"GET", "/web_inputs", s, "list_web_inputs", &list_web_inputs},
        {"GET", "/web_inputs/{}", s, "get_web_input", &web_input},
        {"POST", "/web_inputs/{}/respond", s, "respond_to_web_input", &web_input},
        {"GET", "/weboption/option/{}", s, "web_option", &web_option},
        {"GET", "/weboption/landing_page/{}", s, "web_landing_page", &web_landing_page},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_IPP
