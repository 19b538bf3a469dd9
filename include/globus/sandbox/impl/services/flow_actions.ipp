// SPDX-License-Identifier: Apache-2.0
// The action providers that flows can call: what an action begins, and what has come of it.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ACTIONS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ACTIONS_IPP

#include <globus/sandbox/impl/services/compute.ipp>
#include <globus/sandbox/impl/services/flow_states.ipp>
#include <globus/sandbox/impl/services/internal.ipp>

namespace globus::sandbox::detail {

/// An action that began: it is over, or waits for something.
struct ActionStart {
    json::value details = nullptr;  ///< of one that is over
    std::string waits_for = {};     ///< a task of Transfer, a group of tasks of Compute, or a web input
};

/// How far an action is that waits.
struct ActionProgress {
    bool over = false;
    bool inactive = false;  ///< it cannot go on by itself
};

struct ActionOutcome {
    bool good = false;
    json::value details = nullptr;
};

/// What was not begun, with the answer of the service.
inline FlowFault action_refused(json::value const& answer) { return {"ActionUnableToRun", json::serialize(answer)}; }

// Transfer ------------------------------------------------------------------------------------------------------------

/// The submission that the parameters of an action of Transfer mean. [doc] the older actions have names of their own
inline json::object transfer_of_action(json::value const& parameters) {
    static std::map<std::string_view, char const*> const older{{"source_endpoint_id", "source_endpoint"},
                                                               {"destination_endpoint_id", "destination_endpoint"},
                                                               {"transfer_items", "DATA"},
                                                               {"endpoint_id", "endpoint"},
                                                               {"items", "DATA"}};
    json::object out;
    if (!parameters.is_object()) return out;
    for (auto const& item : parameters.get_object()) {
        auto const found = older.find(std::string_view(item.key()));
        out[found != older.end() ? found->second : std::string_view(item.key())] = item.value();
    }
    if (auto* items = out.if_contains("DATA"); items != nullptr && items->is_array())
        for (auto& one : items->get_array())
            if (one.is_string()) one = json::object{{"path", one}};
    return out;
}

/// An operation on the files of a collection, which is over at once. [doc] the parameters are those of the operation
inline ActionStart file_action(World& world, Behalf const& whom, std::string const& name, json::value const& input) {
    Call call;
    call.service = "transfer";
    call.operation = "operation_" + name;
    std::string const endpoint = text_of(input, "endpoint_id", text_of(input, "endpoint"));
    call.path = "/v0.10/operation/endpoint/" + endpoint + "/" + name;
    call.holes = {endpoint};
    call.query = {{"path", text_of(input, "path", "/~/")}};
    call.body = json::serialize(input);
    auto* const handler = name == "ls" ? &operation_ls : name == "stat" ? &operation_stat : &operation_mkdir;
    Reply const reply = call_for(world, whom, "urn:globus:auth:scope:transfer.api.globus.org:all", handler, call);
    boost::system::error_code failed;
    json::value answer = json::parse(reply.body, failed);
    if (reply.status >= 400) throw action_refused(answer);
    return {std::move(answer)};
}

inline ActionStart transfer_action(World& world, Behalf const& whom, std::string const& name,
                                   json::value const& input) {
    if (name == "ls" || name == "stat" || name == "mkdir") return file_action(world, whom, name, input);
    auto made = submit_for(world, whom, transfer_of_action(input), name == "delete");
    if (made.task.empty()) throw action_refused(made.answer);
    return {nullptr, std::move(made.task)};
}

// Compute -------------------------------------------------------------------------------------------------------------

/// [doc] the tasks of both versions of the provider: [function, endpoint, arguments]
inline json::array tasks_of_action(json::value const& input) {
    json::array out;
    std::string const endpoint = text_of(input, "endpoint_id", text_of(input, "endpoint"));
    auto const add = [&](json::value const& task) {
        json::object arguments;
        for (auto const& [name, given] :
             {std::pair("args", "args"), std::pair("payload", "kwargs"), std::pair("kwargs", "kwargs")})
            if (auto const* value = member(task, name)) arguments[given] = *value;
        out.push_back(json::array{text_of(task, "function_id", text_of(task, "function")),
                                  text_of(task, "endpoint", endpoint), json::serialize(arguments)});
    };
    if (!text_of(input, "function").empty()) add(input);
    if (auto const* list = member(input, "tasks"); list != nullptr && list->is_array())
        for (auto const& task : list->get_array()) add(task);
    return out;
}

inline ActionStart compute_action(World& world, Behalf const& whom, json::value const& input) {
    json::array const tasks = tasks_of_action(input);
    if (tasks.empty()) throw FlowFault{"ActionUnableToRun", "An action of Compute needs tasks"};
    for (auto const& task : tasks)
        if (find_document(documents_of(world, "compute.endpoints"), to_string(task.at(1).as_string())) == nullptr)
            throw FlowFault{"ActionUnableToRun", "There is no endpoint of Compute " + json::serialize(task.at(1))};
    Call call;
    call.service = "compute";
    call.operation = "submit";
    call.path = "/v2/submit";
    call.body = json::serialize(json::object{{"tasks", tasks}});
    Reply const reply = call_for(world, whom, scope_for("funcx_service"), &compute_submit, call);
    boost::system::error_code failed;
    json::value const answer = json::parse(reply.body, failed);
    if (reply.status >= 400) throw action_refused(answer);
    return {nullptr, text_of(answer, "task_group_id")};
}

/// [doc] the results of all tasks, and which is whose. [guess] one that failed fails the action
inline ActionOutcome compute_outcome(World const& world, std::string const& group) {
    json::array outputs;
    json::array results;
    bool good = true;
    for (auto const& [id, task] : documents_of(world, "compute.tasks")) {
        if (text_of(task, "taskgroup_id") != group) continue;
        bool const failed = task.contains("exception");
        good = good && !failed;
        outputs.push_back(task.at(failed ? "exception" : "result"));
        results.push_back(json::object{{"task_id", id}, {"output", outputs.back()}});
    }
    if (results.empty()) return {false, "What the action waited for is gone"};
    return {good, json::object{{"result", std::move(outputs)}, {"results", std::move(results)}}};
}

// Web inputs ----------------------------------------------------------------------------------------------------------

/// Who may answer: those whom an option or the page names. [doc] nobody named is everybody
inline json::array respondents(json::value const& option, json::value const* page) {
    for (auto const* from : {&option, page})
        if (auto const* list = from != nullptr ? member(*from, "selectable_by") : nullptr;
            list != nullptr && list->is_array() && !list->get_array().empty())
            return list->get_array();
    return json::array{"public"};
}

/// A question that somebody answers with one of several options. [recorded] the members; [guess] how the parameters of
/// the action become them
inline ActionStart web_action(World& world, FlowRun const& run, json::value const& input) {
    auto const* const options = member(input, "options");
    if (options == nullptr || !options->is_array() || options->get_array().empty())
        throw FlowFault{"ActionUnableToRun", "A web option needs options"};
    auto const* const page = member(input, "landing_page");
    json::array shown;
    json::array choices;
    json::array kept;
    json::array urns;
    for (auto const& option : options->get_array()) {
        std::string const id = world.random.uuid();
        json::array const who = respondents(option, page);
        for (auto const& urn : who)
            if (std::find(urns.begin(), urns.end(), urn) == urns.end()) urns.push_back(urn);
        shown.push_back(json::object{
            {"option_id", id}, {"label", text_of(option, "name")}, {"description", text_of(option, "description")}});
        choices.push_back(json::object{
            {"const", id}, {"title", text_of(option, "name")}, {"description", text_of(option, "description")}});
        kept.push_back(json::object{{"option_id", id},
                                    {"name", text_of(option, "name")},
                                    {"url_suffix", text_of(option, "url_suffix")},
                                    {"message", text_of(option, "completed_message", "Your choice was taken.")},
                                    {"selectable_by", who}});
    }
    std::string const id = world.random.uuid();
    std::string const title = page != nullptr ? text_of(*page, "page_title", run.state) : run.state;
    std::string const text = page != nullptr ? text_of(*page, "preamble_text") : "";
    json::object const& of = *find_document(documents_of(world, "runs"), run.id);
    std::string const now = iso_time(world.now_locked());
    json::object document{{"id", id},
                          {"status", "open"},
                          {"input_type", "selection"},
                          {"input_schema", json::object{{"$schema", "http://json-schema.org/draft-07/schema"},
                                                        {"title", title},
                                                        {"type", "string"},
                                                        {"oneOf", std::move(choices)}}},
                          {"context", json::object{{"title", title}, {"presentation_style", "text"}, {"text", text}}},
                          {"options", std::move(shown)},
                          {"roles", json::object{{"viewer_urns", json::array{json::value(identity_urn(run.owner))}},
                                                 {"respondent_urns", std::move(urns)}}},
                          {"creator_urn", identity_urn(run.owner)},
                          {"flow", json::object{{"id", of.at("flow_id")}, {"title", of.at("flow_title")}}},
                          {"run", json::object{{"id", run.id}, {"label", of.at("label")}}},
                          {"created_timestamp", now},
                          {"edited_timestamp", now},
                          {"closed_timestamp", nullptr},
                          {"sandbox_options", std::move(kept)},
                          {"sandbox_page", page != nullptr ? text_of(*page, "url_suffix") : ""}};
    world.data.documents["web_inputs"].emplace_back(id, std::move(document));
    return {nullptr, id};
}

/// Closes a web input, with a choice or, when its run is over, without one.
inline void close_input(World& world, json::object& input, json::value const& choice) {
    input["status"] = "closed";
    input["closed_timestamp"] = input["edited_timestamp"] = iso_time(world.now_locked());
    input["sandbox_choice"] = choice;
    world.wake.notify_all();
}

/// Chooses one of the options by its id, its name or the end of its address; false when there is none.
inline bool choose_option(World& world, json::object& input, std::string const& wanted) {
    for (auto const& option : input.at("sandbox_options").as_array())
        for (auto const* name : {"option_id", "name", "url_suffix"})
            if (!wanted.empty() && text_of(option, name) == wanted) {
                // [doc] the name and the end of the address of what was chosen
                close_input(
                    world, input,
                    json::object{{"name", text_of(option, "name")}, {"url_suffix", text_of(option, "url_suffix")}});
                return true;
            }
    return false;
}

// All -----------------------------------------------------------------------------------------------------------------

/// Begins an action. @throws FlowFault when it cannot
inline ActionStart begin_action(World& world, FlowRun const& run, std::string url, json::value const& input) {
    while (url.ends_with('/')) url.pop_back();
    Behalf const whom{run.owner, run.client};
    std::string const name = url.substr(url.rfind('/') + 1);
    if (url.find("compute.actions") != std::string::npos) return compute_action(world, whom, input);
    bool const of_transfer = url.find("transfer") != std::string::npos;
    for (auto const* known : {"transfer", "delete", "ls", "stat", "mkdir"})
        if (of_transfer && name == known) return transfer_action(world, whom, name, input);
    if (name == "wait_for_option") return web_action(world, run, input);
    if (name == "hello_world") return {json::object{{"Hello", "World"}, {"hello", text_of(input, "echo_string")}}};
    if (name == "expression_eval") {
        auto const* const arguments = member(input, "arguments");
        return {json::object{{"result", evaluate(text_of(input, "expression"),
                                                 arguments != nullptr ? *arguments : json::value(json::object{}))}}};
    }
    throw FlowFault{"ActionUnableToRun",
                    "The sandbox has no action provider at " + url +
                        ": it has those of Transfer (transfer, delete, ls, stat, mkdir), of Compute, and "
                        "weboption/wait_for_option, expression_eval and hello_world"};
}

/// How far the action is that a run waits for.
inline ActionProgress progress_of(World const& world, FlowRun const& run) {
    if (auto const found = world.data.tasks.find(run.task); found != world.data.tasks.end()) {
        Task const& task = found->second;
        return {task.over, task.status() == "INACTIVE" || task.paused || task.held};
    }
    if (auto const* input = find_document(documents_of(world, "web_inputs"), run.task))
        return {text_of(*input, "status") == "closed"};
    // Of Compute: all tasks of a group
    for (auto const& [id, task] : documents_of(world, "compute.tasks"))
        if (text_of(task, "taskgroup_id") == run.task && !task.contains("result") && !task.contains("exception"))
            return {false};
    return {true};
}

/// What an action that is over came to.
inline ActionOutcome outcome_of(World const& world, std::string const& waited_for) {
    if (auto const found = world.data.tasks.find(waited_for); found != world.data.tasks.end())
        return {found->second.status() == "SUCCEEDED", found->second.document};
    if (auto const* input = find_document(documents_of(world, "web_inputs"), waited_for))
        return {!input->at("sandbox_choice").is_null(), input->at("sandbox_choice")};
    return compute_outcome(world, waited_for);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ACTIONS_IPP
