// SPDX-License-Identifier: Apache-2.0
// The endpoint manager: other people's tasks.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_MANAGER_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_MANAGER_IPP

#include <globus/sandbox/impl/services/transfer/task_calls.ipp>

namespace globus::sandbox::detail {

/// Cancels, pauses or resumes the tasks of `task_id_list`.
template <class F>
Reply manage_tasks(World& world, Call& call, F const& change) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* list = body->if_contains("task_id_list");
    if (list == nullptr || !list->is_array()) return in.error(400, "ClientError.BadRequest", "task_id_list is missing");
    for (auto const& id : list->get_array()) {
        auto const found = id.is_string() ? world.data.tasks.find(to_string(id.get_string())) : world.data.tasks.end();
        if (found == world.data.tasks.end() || !found->second.active()) continue;
        if (!manages_task(in, found->second, false))
            return in.error(403, "PermissionDenied", "You do not manage the collections of this task");
        change(found->second, text_of(*body, "message"));
    }
    world.wake.notify_all();
    std::string const id = world.random.uuid();
    world.data.documents["transfer.admin_cancels"].emplace_back(id, json::object{{"id", id}, {"done", true}});
    return Reply::of(200, json::object{{"DATA_TYPE", "result"},
                                       {"code", "Accepted"},
                                       {"message", "Done"},
                                       {"id", id},
                                       {"done", true},
                                       {"resource", call.path},
                                       {"request_id", world.random.request_id()}});
}

inline Reply manager_cancel(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.document["canceled_by_admin"] = "BOTH";
        task.document["canceled_by_admin_message"] = message;
        cancel(world, task, true);
    });
}

inline Reply manager_cancel_status(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    for (auto const& [id, document] : world.data.documents["transfer.admin_cancels"])
        if (id == call.holes[0]) return Reply::of(200, document);
    return in.error(404, "NotFound", "No such cancellation");
}

inline Reply manager_pause(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.paused = true;
        task.pause_message = message;
        task.document["is_paused"] = true;
        set_nice_status(task, "PAUSED_BY_ADMIN", "Paused by an administrator", false);
        add_event(world, task, "PAUSED", false, "paused", message);
    });
}

inline Reply manager_resume(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.paused = false;
        task.document["is_paused"] = task.held;
        if (!task.held) set_nice_status(task, task.started ? "OK" : "QUEUED", task.started ? "OK" : "Queued", true);
        add_event(world, task, "UNPAUSED", false, "unpaused", message);
    });
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_MANAGER_IPP
