// SPDX-License-Identifier: Apache-2.0
// Reading, changing and ending tasks.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_TASK_CALLS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_TASK_CALLS_IPP

#include <globus/sandbox/impl/services/transfer/call.ipp>

namespace globus::sandbox::detail {

/// Whether the caller manages one of the collections of a task. [doc] the roles
inline bool manages_task(TransferCall const& in, Task const& task, bool only_look = true) {
    for (auto const* id : {&task.source, &task.destination}) {
        auto const found = in.world.data.endpoints.find(*id);
        if (found == in.world.data.endpoints.end()) continue;
        if (only_look ? in.manages(found->second, {"administrator", "activity_manager", "activity_monitor"})
                      : in.manages(found->second, {"administrator", "activity_manager"}))
            return true;
    }
    return false;
}

/// The caller's task that the route names. The endpoint manager sees those of the collections that it manages.
inline Task* find_task(TransferCall& in) {
    if (in.token == nullptr) return nullptr;
    auto const found = in.world.data.tasks.find(in.call.holes[0]);
    bool const manager = in.call.operation.starts_with("endpoint_manager");
    if (found != in.world.data.tasks.end() &&
        (manager ? manages_task(in, found->second) : found->second.owner == in.token->identity))
        return &found->second;
    in.refused = in.error(404, "TaskNotFound", "No such task: " + in.call.holes[0]);
    return nullptr;
}

inline Reply get_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    return task != nullptr ? Reply::of(200, task->document) : in.refused;
}

/// The filters of the endpoint manager. [doc]
inline bool manager_filters_fit(Call const& call, Task const& task) {
    auto const among = [&](char const* name, std::string const& have) {
        std::string const wanted = call.argument(name);
        auto const list = split(wanted, ',');
        return wanted.empty() || std::find(list.begin(), list.end(), have) != list.end();
    };
    std::string const endpoint = call.argument("filter_endpoint");
    return among("filter_task_id", task.id) && among("filter_status", task.status()) &&
           among(call.has_argument("filter_task_owner") ? "filter_task_owner" : "filter_owner_id", task.owner) &&
           (endpoint.empty() || endpoint == task.source || endpoint == task.destination);
}

/// [recorded] what a manager sees of a task besides
inline void complete_for_manager(json::object& task) {
    add_defaults(task, {{"owner_string", json::value(text_of(task, "username"))}});
    for (std::string const end : {"source_", "destination_"})
        for (auto const* name :
             {"base_path", "host_endpoint", "host_endpoint_display_name", "host_endpoint_id", "host_path", "local_user",
              "local_user_status", "mapped_collection_display_name", "mapped_collection_id"})
            if (!task.contains(end + name)) task[end + name] = nullptr;
}

inline Reply task_list(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    bool const manager = call.operation.starts_with("endpoint_manager");
    if (manager && call.has_argument("filter_endpoint")) {
        auto const* endpoint = in.endpoint(call.argument("filter_endpoint"));
        if (endpoint == nullptr) return in.refused;
        if (!in.manages(*endpoint, {"administrator", "activity_manager", "activity_monitor"}))
            return in.error(403, "PermissionDenied", "You have no role that lets you see the tasks of this endpoint");
    }
    std::vector<json::object const*> found;
    for (auto const& id : world.data.task_order) {
        Task const& task = world.data.tasks.peek(id);
        if (manager ? !manages_task(in, task) : task.owner != in.token->identity || task.removed) continue;
        if (manager && !manager_filters_fit(call, task)) continue;
        if (filters_fit(task.document, call)) found.push_back(&task.document);
    }
    if (auto const order = call.argument("orderby"); !order.empty())
        sort_items(found, order);
    else
        std::reverse(found.begin(), found.end());  // [doc] the newest first
    auto const limit = std::min<std::int64_t>(1000, in.number("limit", manager ? 100 : 10));
    if (manager) {
        // [guess] what `last_key` looks like: the place in the list
        std::string const last = call.argument("last_key");
        auto const offset = last.starts_with("sandbox,") ? to_integer(std::string_view(last).substr(8)).value_or(0) : 0;
        bool const more = offset + limit < static_cast<std::int64_t>(found.size());
        auto page = cut(found, offset, limit);
        for (auto& one : page) complete_for_manager(one.as_object());
        json::object out{{"DATA_TYPE", "task_list"}, {"has_next_page", more}, {"DATA", std::move(page)}};
        out["last_key"] = more ? json::value("sandbox," + std::to_string(offset + limit)) : json::value(nullptr);
        return Reply::of(200, out);
    }
    auto const offset = in.number("offset", 0);
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    auto data = cut(found, offset, limit);
    if (auto const fields = call.argument("fields"); !fields.empty()) {
        auto const wanted = split(fields, ',');
        for (auto& one : data) {
            json::object kept;
            for (auto const& name : wanted)
                if (auto const* value = one.get_object().if_contains(name)) kept[name] = *value;
            one = std::move(kept);
        }
    }
    return Reply::of(200, json::object{{"DATA_TYPE", "task_list"},
                                       {"length", data.size()},
                                       {"limit", limit},
                                       {"offset", offset},
                                       {"total", found.size()},
                                       {"DATA", std::move(data)}});
}

inline Reply task_event_list(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    std::vector<json::object> events;
    for (auto const& event : task->events) {
        if (auto const wanted = call.argument("filter_is_error");
            (wanted == "1" || lower(wanted) == "true") && !flag_of(event, "is_error"))
            continue;
        if (filters_fit(event, call)) events.push_back(event);
    }
    std::reverse(events.begin(), events.end());  // [doc] the newest first
    auto const offset = in.number("offset", 0);
    auto const limit = std::min<std::int64_t>(1000, in.number("limit", 10));
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    auto data = cut(events, offset, limit);
    return Reply::of(200, json::object{{"DATA_TYPE", "event_list"},
                                       {"length", data.size()},
                                       {"limit", limit},
                                       {"offset", offset},
                                       {"total", events.size()},
                                       {"DATA", std::move(data)}});
}

/// [doc] label and deadline may be changed while the task is active
inline Reply update_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task* const task = find_task(in);
    if (task == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (!task->active()) return in.error(409, "Conflict", "The task is complete");
    for (auto const& item : *body)
        if (item.key() != "label" && item.key() != "deadline" && item.key() != "DATA_TYPE")
            return in.error(400, "ClientError.BadRequest", std::string(item.key()) + " cannot be changed");
    if (auto const* label = body->if_contains("label")) task->document["label"] = *label;
    if (body->contains("deadline")) {
        auto const deadline = parse_time(text_of(*body, "deadline"));
        if (!deadline) return in.error(400, "ClientError.BadRequest", "deadline is malformed");
        task->deadline = *deadline;
        task->document["deadline"] = iso_time(*deadline);
    }
    world.wake.notify_all();
    return in.result(200, "Updated", "Updated task " + task->id);
}

inline void cancel(World& world, Task& task, bool by_admin = false) {
    auto const pending = static_cast<std::int64_t>(number_of(task.document, "subtasks_pending", 0));
    // [recorded] the text
    add_event(world, task, "CANCELED", true, "canceled",
              by_admin ? "Canceled by an administrator" : "Canceled by the task owner");
    task.document["subtasks_canceled"] = pending;
    end_task(task, "FAILED", world.now_locked());  // [doc] a task that was canceled is FAILED
    world.wake.notify_all();
}

inline Reply cancel_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task* const task = find_task(in);
    if (task == nullptr) return in.refused;
    if (!task->active()) {
        Reply late = in.result(200, "TaskComplete", "The task completed before the cancel request was processed.");
        late.committed = false;
        return late;
    }
    cancel(world, *task);
    return in.result(200, "Canceled", "The task has been cancelled successfully.");
}

/// A task that is over leaves its owner's list. [guess] the texts
inline Reply remove_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task* const task = find_task(in);
    if (task == nullptr) return in.refused;
    if (task->active()) return in.error(409, "Conflict", "The task is not complete");
    task->removed = true;
    task->document["history_deleted"] = true;
    return in.result(200, "Removed", "The task was removed from the list");
}

/// What a user who is no manager sees of a pause rule. [guess] which members
inline json::object limited_pause_rule(json::object const& rule) {
    json::object out = rule;
    out["DATA_TYPE"] = "pause_rule_limited";
    out.erase("identity_id");
    return out;
}

/// [doc] the pause rules that are for the caller's use of a collection
inline Reply my_effective_pause_rules(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    if (in.endpoint(call.holes[0]) == nullptr) return in.refused;
    json::array out;
    for (auto const& [id, rule] : world.data.documents["transfer.pause_rules"]) {
        auto const identity = text_of(rule, "identity_id");
        if (text_of(rule, "endpoint_id") == call.holes[0] && (identity.empty() || identity == in.token->identity))
            out.push_back(limited_pause_rule(rule));
    }
    return Reply::of(200, json::object{{"DATA_TYPE", "pause_rule_limited_list"}, {"DATA", std::move(out)}});
}

inline Reply task_pause_info(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    json::array rules;
    for (auto const* rule : pause_rules_of(world, *task)) rules.push_back(limited_pause_rule(*rule));
    return Reply::of(200, json::object{{"DATA_TYPE", "pause_info_limited"},
                                       {"pause_rules", std::move(rules)},
                                       {"source_pause_message",
                                        task->paused ? json::value(task->pause_message) : json::value(nullptr)},
                                       {"destination_pause_message", nullptr}});
}

/// Pages by a marker, of 100 items. [guess] the size of a page
inline Reply marker_page(Call const& call, char const* type, std::vector<json::object> const& items) {
    auto const begin = std::max<std::int64_t>(0, to_integer(call.argument("marker")).value_or(0));
    auto const end = begin + 100;
    json::object out{{"DATA_TYPE", type}, {"marker", begin}, {"DATA", cut(items, begin, 100)}};
    out["next_marker"] = end < static_cast<std::int64_t>(items.size()) ? json::value(end) : json::value(nullptr);
    return Reply::of(200, out);
}

inline Reply task_successful_transfers(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    if (task->is_delete || task->active())
        return in.error(400, "ClientError.BadRequest", "Only for transfer tasks that are complete");
    std::vector<json::object> items;
    for (auto const& one : task->done) {
        json::object item{{"DATA_TYPE", "successful_transfer"},
                          {"source_path", one.source},
                          {"destination_path", one.destination},
                          {"size", one.size},
                          {"checksum", nullptr},
                          {"checksum_algorithm", nullptr},
                          {"dynamic", false}};
        if (!one.checksum.empty()) {
            item["checksum"] = one.checksum;
            item["checksum_algorithm"] = "SHA256";
        }
        items.push_back(std::move(item));
    }
    return marker_page(call, "successful_transfers", items);
}

inline Reply task_skipped_errors(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    return marker_page(call, "skipped_errors", task->skipped);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_TASK_CALLS_IPP
