// SPDX-License-Identifier: Apache-2.0
// Tasks are accepted.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_SUBMISSION_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_SUBMISSION_IPP

#include <globus/sandbox/impl/services/transfer/call.ipp>

namespace globus::sandbox::detail {

inline Reply get_submission_id(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    return Reply::of(200, json::object{{"DATA_TYPE", "submission_id"}, {"value", world.random.uuid()}});
}

/// Forgets the oldest tasks that are over, a tenth of those that are kept, when there are too many.
inline void forget_tasks(World& world) {
    auto& order = world.data.task_order;
    auto const limit = world.options.task_limit;
    if (order.size() < limit) return;
    auto left = order.size() - limit + limit / 10 + 1;
    std::erase_if(order, [&](std::string const& id) {
        Task const& task = world.data.tasks.peek(id);
        if (left == 0 || !task.over) return false;
        --left;
        world.data.task_of_submission.erase(task.submission_id);
        world.data.tasks.erase(id);
        return true;
    });
}

inline json::object accepted(TransferCall const& in, Task const& task) {
    return json::object{{"submission_id", task.submission_id},
                        {"task_id", task.id},
                        {"task_link", json::object{{"DATA_TYPE", "link"},
                                                   {"href", "/v0.10/task/" + task.id + "?format=json"},
                                                   {"rel", "related"},
                                                   {"resource", "task"},
                                                   {"title", "related task"}}},
                        {"request_id", in.world.random.request_id()}};
}

/// [recorded] the members of a task
inline json::object new_task_document(World& world, Task const& task, json::object const& body) {
    auto const name_of = [&](std::string const& id) -> json::value {
        auto const found = world.data.endpoints.find(id);
        if (found == world.data.endpoints.end()) return nullptr;
        return json::value(text_of(found->second.document, "display_name"));
    };
    auto const given = [&](char const* name, json::value otherwise) {
        auto const* value = body.if_contains(name);
        return value != nullptr ? *value : otherwise;
    };
    json::object out{{"DATA_TYPE", "task"},
                     {"task_id", task.id},
                     {"type", task.is_delete ? "DELETE" : "TRANSFER"},
                     {"status", "ACTIVE"},
                     {"label", given("label", nullptr)},
                     {"owner_id", task.owner},
                     {"username", username_of(world, task.owner)},
                     {"request_time", iso_time(task.requested)},
                     {"completion_time", nullptr},
                     {"deadline", iso_time(task.deadline)},
                     {"source_endpoint_id", task.source},
                     {"source_endpoint", task.source},
                     {"source_endpoint_display_name", name_of(task.source)},
                     {"sync_level", given("sync_level", nullptr)},
                     {"encrypt_data", given("encrypt_data", false)},
                     {"verify_checksum", given("verify_checksum", !task.is_delete)},
                     {"preserve_timestamp", given("preserve_timestamp", false)},
                     {"delete_destination_extra", given("delete_destination_extra", false)},
                     {"recursive_symlinks", given("recursive_symlinks", "ignore")},
                     {"skip_source_errors", given("skip_source_errors", false)},
                     {"fail_on_quota_errors", given("fail_on_quota_errors", false)},
                     {"filter_rules", given("filter_rules", nullptr)},
                     {"command", "API 0.10"},
                     {"canceled_by_admin", nullptr},
                     {"canceled_by_admin_message", nullptr},
                     {"fatal_error", nullptr},
                     {"history_deleted", false},
                     {"is_paused", false},
                     {"effective_bytes_per_second", 0},
                     {"subtasks_total", task.items.size()},
                     {"subtasks_pending", task.items.size()}};
    if (!task.is_delete) {
        out["destination_endpoint_id"] = task.destination;
        out["destination_endpoint"] = task.destination;
        out["destination_endpoint_display_name"] = name_of(task.destination);
    } else {
        for (auto const* name :
             {"destination_endpoint_id", "destination_endpoint", "destination_endpoint_display_name"})
            out[name] = nullptr;
    }
    for (auto const* name : {"bytes_checksummed", "bytes_transferred", "directories", "faults", "files",
                             "files_skipped", "files_transferred", "symlinks", "subtasks_canceled", "subtasks_expired",
                             "subtasks_failed", "subtasks_retrying", "subtasks_skipped_errors", "subtasks_succeeded"})
        out[name] = 0;
    return out;
}

/// Reads the items of a submission; an answer when they are not good. [doc] the members
inline std::optional<Reply> read_items(TransferCall const& in, json::object const& body, Task& task) {
    auto const* data = body.if_contains("DATA");
    if (data == nullptr || !data->is_array() || data->get_array().empty())
        return in.error(400, "ClientError.BadRequest.NoTransferItems",
                        task.is_delete ? "No delete items" : "No transfer items");
    for (auto const& item : data->get_array()) {
        TransferItem one;
        one.source = text_of(item, task.is_delete ? "path" : "source_path");
        one.destination = task.is_delete ? one.source : text_of(item, "destination_path");
        if (auto const* said = member(item, "recursive"); said != nullptr && said->is_bool())
            one.recursive = said->get_bool();
        one.link = text_of(item, "DATA_TYPE") == "transfer_symlink_item";
        one.checksum = text_of(item, "external_checksum");
        one.algorithm = text_of(item, "checksum_algorithm");
        if (one.source.empty() || one.destination.empty())
            return in.error(400, "ClientError.BadRequest", "A path of an item is missing");
        task.items.push_back(std::move(one));
    }
    return std::nullopt;
}

/// Whether the caller may do all this. [guess] a collection that is away does not keep a task from being accepted
inline bool may_submit(TransferCall& in, Task const& task) {
    Endpoint const* const source = in.endpoint(task.source);
    Endpoint const* const destination = task.is_delete ? source : in.endpoint(task.destination);
    if (source == nullptr || destination == nullptr) return false;
    for (auto const& item : task.items) {
        if (!in.may_use(*source, "Submit", item.source, task.is_delete) && in.refused.status != 502) return false;
        if (!task.is_delete && !in.may_use(*destination, "Submit", item.destination, true) && in.refused.status != 502)
            return false;
    }
    return true;
}

/// What the caller's other tasks say against a new one; nothing when nothing does. [guess] status and codes
inline std::optional<Reply> conflict(TransferCall const& in, Task const& task) {
    World& world = in.world;
    std::size_t pending = 0;
    std::set<std::pair<std::string, std::string>> paths;
    auto const pair_of = [](TransferItem const& item) {
        return std::pair(normal_path(item.source), normal_path(item.destination));
    };
    for (auto const& item : task.items) paths.insert(pair_of(item));
    for (auto const& id : world.data.task_order) {
        Task const& other = world.data.tasks.peek(id);
        if (!other.active() || other.owner != task.owner) continue;
        ++pending;
        if (!world.options.refuse_identical_tasks || other.is_delete != task.is_delete || other.source != task.source ||
            other.destination != task.destination)
            continue;
        for (auto const& item : other.items)
            if (paths.contains(pair_of(item)))
                return in.error(409, "Conflict",
                                std::string(task.is_delete ? "A delete" : "A transfer") +
                                    " with identical paths has not yet completed");
    }
    if (pending >= world.options.max_pending_tasks)
        return in.error(409, "TooManyPendingJobs", "Too many pending tasks; wait until some have completed");
    return std::nullopt;
}

inline Reply submit(World& world, Call& call, bool is_delete) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto body = in.body();
    if (!body) return in.refused;
    std::string const submission = text_of(*body, "submission_id");
    if (!is_uuid(submission)) return in.error(400, "ClientError.BadRequest", "submission_id is missing or malformed");
    char const* const type = is_delete ? "delete_result" : "transfer_result";
    // [doc] an id is carried out once, however often it is sent
    if (auto const known = world.data.task_of_submission.find(submission);
        known != world.data.task_of_submission.end()) {
        Task const& task = world.data.tasks.peek(known->second);
        if (task.owner != in.token->identity)
            return in.error(400, "ClientError.BadRequest", "submission_id belongs to another user");
        Reply again =
            in.result(200, "Duplicate", "A task with this submission id was accepted before", accepted(in, task), type);
        again.committed = false;
        return again;
    }
    Task task;
    task.submission_id = submission;
    task.owner = in.token->identity;
    task.is_delete = is_delete;
    task.source = text_of(*body, is_delete ? "endpoint" : "source_endpoint");
    task.destination = is_delete ? "" : text_of(*body, "destination_endpoint");
    if (auto const wrong = read_items(in, *body, task)) return *wrong;
    if (!may_submit(in, task)) return in.refused;
    if (auto const wrong = conflict(in, task)) return *wrong;
    task.id = world.random.uuid();
    task.requested = world.now_locked();
    task.deadline = task.requested + 24LL * 3600 * 1000;  // [doc] a day, when nothing else is asked for
    if (auto const deadline = parse_time(text_of(*body, "deadline"))) task.deadline = *deadline;
    body->erase("DATA");
    task.options = *body;
    task.document = new_task_document(world, task, *body);
    set_nice_status(task, "QUEUED", "Queued", true);
    forget_tasks(world);
    world.data.task_of_submission[submission] = task.id;
    world.data.task_order.push_back(task.id);
    Reply const reply = in.result(202, "Accepted",
                                  is_delete ? "The delete has been accepted and a task has been created"
                                            : "The transfer has been accepted and a task has been created",
                                  accepted(in, task), type);
    std::string const id = task.id;
    apply_pause_rules(world, world.data.tasks[id] = std::move(task));
    world.wake.notify_all();
    return reply;
}

inline Reply submit_transfer(World& world, Call& call) { return submit(world, call, false); }
inline Reply submit_delete(World& world, Call& call) { return submit(world, call, true); }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_SUBMISSION_IPP
