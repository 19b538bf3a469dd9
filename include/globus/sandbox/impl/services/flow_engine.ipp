// SPDX-License-Identifier: Apache-2.0
// Runs of flows go from state to state, on the sandbox's clock, until they end.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ENGINE_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ENGINE_IPP

#include <globus/sandbox/impl/services/flow_actions.ipp>

namespace globus::sandbox::detail {

inline json::object* document_of(World& world, FlowRun const& run) {
    return find_document(world.data.documents["runs"], run.id);
}

/// Adds to the log of a run. [recorded] the members and most of the codes
inline void log_run(World& world, FlowRun& run, std::string const& code, std::string const& description,
                    json::object details) {
    run.log.push_back(json::object{{"time", iso_time(world.now_locked())},
                                   {"code", code},
                                   {"description", description},
                                   {"details", std::move(details)}});
}

inline void log_state(World& world, FlowRun& run, std::string const& type, char const* what, char const* member_name,
                      json::value value) {
    std::string said = what;
    log_run(world, run, type + said, "State " + run.state + " of type " + type + " " + lower(said),
            {{"state_name", run.state}, {"state_type", type}, {member_name, std::move(value)}});
}

/// Ends a run. [recorded] what it says then
inline void end_run(World& world, FlowRun& run, char const* status, json::object details) {
    run.over = true;
    run.due.reset();
    run.task.clear();
    json::object& document = *document_of(world, run);
    document["status"] = status;
    document["display_status"] = status;
    document["completion_time"] = iso_time(world.now_locked());
    document["blocking_web_input_id"] = nullptr;
    auto& inputs = world.data.documents["web_inputs"];
    for (auto const& [id, input] : inputs)
        if (text_of(input.at("run"), "id") == run.id && text_of(input, "status") == "open")
            close_input(world, *inputs.find(id), nullptr);
    document["details"] = std::move(details);
    world.wake.notify_all();
}

inline void succeed_run(World& world, FlowRun& run) {
    log_run(world, run, "FlowSucceeded", "The Flow Instance completed successfully", {{"output", run.context}});
    end_run(world, run, "SUCCEEDED",
            {{"code", "FlowSucceeded"},
             {"description", "The Flow run reached a successful completion state"},
             {"output", run.context}});
}

inline void fail_run(World& world, FlowRun& run, FlowFault const& fault) {
    log_run(world, run, "FlowFailed", "The Flow Instance failed", {{"error", fault.code}, {"cause", fault.cause}});
    end_run(world, run, "FAILED",
            {{"code", "FlowFailed"},
             {"description", "The Flow run failed"},
             {"details", json::object{{"error", fault.code}, {"cause", fault.cause}, {"state_name", run.state}}}});
}

/// Goes on to the next state, or ends.
inline void leave_state(World& world, FlowRun& run, json::value const& state, std::string next = {}) {
    if (next.empty()) next = text_of(state, "Next");
    if (next.empty()) return succeed_run(world, run);
    run.state = next;
    run.entered = false;
    run.due = world.data.engine_time;
}

/// The document of an action, as ResultPath gets it. [recorded] the members
inline json::object action_result(World& world, FlowRun const& run, std::string const& id, char const* status,
                                  json::value details) {
    return {{"action_id", id},
            {"state_name", run.state},
            {"status", status},
            {"display_status", status},
            {"creator_id", identity_urn(run.owner)},
            {"details", std::move(details)},
            {"label", nullptr},
            {"manage_by", json::array{}},
            {"monitor_by", json::array{}},
            {"release_after", nullptr},
            {"start_time", iso_time(world.now_locked())},
            {"completion_time", iso_time(world.now_locked())}};
}

/// An action failed: its Catch goes on, or the run fails. [doc] ErrorEquals and ResultPath
inline void catch_fault(World& world, FlowRun& run, json::value const& state, FlowFault const& fault) {
    auto const* catches = member(state, "Catch");
    if (catches != nullptr && catches->is_array())
        for (auto const& one : catches->get_array()) {
            auto const* equals = member(one, "ErrorEquals");
            bool fits = false;
            if (equals != nullptr && equals->is_array())
                for (auto const& name : equals->get_array())
                    fits = fits || name == json::value("States.ALL") || name == json::value(fault.code);
            if (!fits) continue;
            if (auto const path = text_of(one, "ResultPath"); !path.empty())
                put_result(run.context, path, json::object{{"Error", fault.code}, {"Cause", fault.cause}});
            return leave_state(world, run, state, text_of(one, "Next"));
        }
    fail_run(world, run, fault);
}

inline void finish_action(World& world, FlowRun& run, json::value const& state, json::object result) {
    log_state(world, run, "Action", "Completed", "output", result);
    bool const good = text_of(result, "status") == "SUCCEEDED";
    if (!good && flag_of(state, "ExceptionOnActionFailure", true))
        return catch_fault(world, run, state, {"ActionFailedException", json::serialize(result)});
    put_result(run.context, text_of(state, "ResultPath", "$." + run.state + "Result"), std::move(result));
    leave_state(world, run, state);
}

/// Starts an action. Whoever it is to be for, it acts for the run's owner. [guess]
inline void start_action(World& world, FlowRun& run, json::value const& state) {
    json::value input = json::object{};
    if (auto const* parameters = member(state, "Parameters"))
        input = fill_in(*parameters, run.context);
    else if (auto const path = text_of(state, "InputPath"); !path.empty())
        input = reference(run.context, path);
    log_state(world, run, "Action", "Started", "input", input);
    ActionStart begun;
    try {
        begun = begin_action(world, run, text_of(state, "ActionUrl"), input);
    } catch (FlowFault const& fault) {
        return catch_fault(world, run, state, fault);
    }
    if (!begun.waits_for.empty()) {
        run.task = begun.waits_for;
        run.due.reset();
        if (find_document(documents_of(world, "web_inputs"), run.task) != nullptr)
            (*document_of(world, run))["blocking_web_input_id"] = run.task;
        return;
    }
    finish_action(world, run, state,
                  action_result(world, run, world.random.uuid(), "SUCCEEDED", std::move(begun.details)));
}

/// Looks at what an action waits for.
inline void look_at_action(World& world, FlowRun& run, json::value const& state) {
    ActionProgress const progress = progress_of(world, run);
    json::object& document = *document_of(world, run);
    document["status"] = progress.inactive ? "INACTIVE" : "ACTIVE";
    document["display_status"] = document["status"];
    if (progress.inactive)
        document["details"] = json::object{{"code", "ActionInactive"},
                                           {"description", "An action cannot go on by itself"},
                                           {"details", json::object{{"state_name", run.state}, {"task_id", run.task}}}};
    if (!progress.over) return;
    document["blocking_web_input_id"] = nullptr;
    std::string const id = std::exchange(run.task, {});
    ActionOutcome outcome = outcome_of(world, id);
    finish_action(world, run, state,
                  action_result(world, run, id, outcome.good ? "SUCCEEDED" : "FAILED", std::move(outcome.details)));
}

inline Millis end_of_wait(World const& world, FlowRun const& run, json::value const& state) {
    Millis const now = world.data.engine_time;
    auto const seconds = [&](json::value const& value) {
        auto const number = number_of(value);
        if (!number || *number < 0) throw FlowFault{"WaitError", "The time to wait is no number"};
        return now + static_cast<Millis>(*number * 1000);
    };
    auto const time = [&](json::value const& value) {
        auto const at = value.is_string() ? parse_time(to_string(value.get_string())) : std::nullopt;
        if (!at) throw FlowFault{"WaitError", "The time to wait for is malformed"};
        return *at;
    };
    if (auto const* given = member(state, "Seconds")) return seconds(*given);
    if (auto const* given = member(state, "Timestamp")) return time(*given);
    if (auto const path = text_of(state, "SecondsPath"); !path.empty()) return seconds(reference(run.context, path));
    return time(reference(run.context, text_of(state, "TimestampPath")));
}

/// Does what a state does that takes no time, or begins what takes some.
inline void enter_state(World& world, FlowRun& run, json::value const& state) {
    std::string const type = text_of(state, "Type");
    if (type == "Action") return start_action(world, run, state);
    if (type == "Fail") {
        log_state(world, run, type, "Started", "input", run.context);
        return fail_run(world, run, {text_of(state, "Error"), text_of(state, "Cause")});
    }
    log_state(world, run, type, "Started", "input", run.context);
    if (type == "Wait") {
        run.due = end_of_wait(world, run, state);
        return;
    }
    std::string next;
    if (type == "Choice") {
        for (auto const& choice : member(state, "Choices")->as_array())
            if (next.empty() && choice_fits(choice, run.context)) next = text_of(choice, "Next");
        if (next.empty()) next = text_of(state, "Default");
        if (next.empty()) throw FlowFault{"NoChoiceMatched", "No choice fits, and there is no default"};
    } else {
        json::value result = run.context;
        if (auto const path = text_of(state, "InputPath"); !path.empty()) result = reference(run.context, path);
        if (auto const* parameters = member(state, "Parameters")) result = fill_in(*parameters, run.context);
        if (auto const* given = member(state, "Result")) result = *given;
        put_result(run.context, text_of(state, "ResultPath", "$"), std::move(result));
    }
    log_state(world, run, type, "Completed", "output", run.context);
    if (type == "Succeed") return succeed_run(world, run);
    leave_state(world, run, state, next);
}

/// One step of a run: enters the state it stands before, or leaves the one whose time is over.
inline void step_run(World& world, FlowRun& run) {
    json::value const* const state = member(*member(run.definition, "States"), run.state);
    run.due.reset();
    try {
        if (state == nullptr) throw FlowFault{"FlowError", "There is no state " + run.state};
        if (++run.steps > 10000) throw FlowFault{"FlowError", "The run takes too many steps"};
        if (!run.task.empty()) {
            look_at_action(world, run, *state);
        } else if (!std::exchange(run.entered, true)) {
            enter_state(world, run, *state);
        } else {
            log_state(world, run, text_of(*state, "Type"), "Completed", "output", run.context);
            leave_state(world, run, *state);
        }
    } catch (FlowFault const& fault) {
        if (!run.over) fail_run(world, run, fault);
    } catch (std::exception const& error) {
        if (!run.over) fail_run(world, run, {"FlowError", error.what()});
    }
}

/// When a run does its next step; nothing while it waits for a task that is not over.
inline std::optional<Millis> next_step(World const& world, FlowRun const& run) {
    if (run.over) return std::nullopt;
    if (run.task.empty()) return run.due;
    ActionProgress const progress = progress_of(world, run);
    auto const* document = find_document(documents_of(world, "runs"), run.id);
    bool const shown = document != nullptr && text_of(*document, "status") == "INACTIVE";
    return progress.over || progress.inactive != shown ? std::optional(world.data.engine_time) : std::nullopt;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_ENGINE_IPP
