// SPDX-License-Identifier: Apache-2.0
// The engine that carries tasks out, in the order of the sandbox's time.
#ifndef GLOBUS_SANDBOX_IMPL_TASKS_ENGINE_IPP
#define GLOBUS_SANDBOX_IMPL_TASKS_ENGINE_IPP

#include <globus/sandbox/impl/tasks/reports.ipp>

namespace globus::sandbox::detail {

/// The rules of the endpoint manager that keep a task from running. [doc] what each flag pauses; [guess] a rule
/// without any of the three pauses all tasks
inline std::vector<json::object const*> pause_rules_of(World const& world, Task const& task) {
    std::vector<json::object const*> out;
    auto const kept = world.data.documents.find("transfer.pause_rules");
    if (kept == world.data.documents.end()) return out;
    for (auto const& entry : kept->second) {
        json::object const& rule = entry.second;
        if (auto const identity = text_of(rule, "identity_id"); !identity.empty() && identity != task.owner) continue;
        bool const any = rule.contains("pause_task_delete") || rule.contains("pause_task_transfer_read") ||
                         rule.contains("pause_task_transfer_write");
        auto const holds = [&](std::string const& endpoint, char const* flag) {
            return text_of(rule, "endpoint_id") == endpoint && flag_of(rule, flag, !any);
        };
        if (task.is_delete ? holds(task.source, "pause_task_delete")
                           : holds(task.source, "pause_task_transfer_read") ||
                                 holds(task.destination, "pause_task_transfer_write"))
            out.push_back(&rule);
    }
    return out;
}

/// Pauses the tasks that a pause rule is for, and lets go those that none is for any more.
inline void apply_pause_rules(World& world, Task& task) {
    bool const hold = !pause_rules_of(world, task).empty();
    if (hold == task.held) return;
    task.held = hold;
    task.document["is_paused"] = hold || task.paused;
    if (hold) {
        set_nice_status(task, "PAUSED_BY_ADMIN", "Paused by an administrator", false);
        add_event(world, task, "PAUSED", false, "paused", "A pause rule");
    } else if (!task.paused) {
        set_nice_status(task, task.started ? "OK" : "QUEUED", task.started ? "OK" : "Queued", true);
        add_event(world, task, "UNPAUSED", false, "unpaused", "");
    }
}

/// The tasks that may run: [doc] three of each user, the first come first. The others are queued.
inline std::vector<Task*> running_tasks(World& world) {
    std::vector<Task*> out;
    std::map<std::string, int> of_owner;
    for (auto const& id : world.data.task_order) {
        if (world.data.tasks.peek(id).over) continue;
        Task& task = world.data.tasks[id];
        apply_pause_rules(world, task);
        if (task.paused || task.held) continue;
        if (++of_owner[task.owner] > 3) {
            set_nice_status(task, "QUEUED", "Queued", true);
            continue;
        }
        out.push_back(&task);
    }
    return out;
}

inline Job job_of(World const& world, Task const& task) {
    Job job;
    job.task = task.id;
    job.is_delete = task.is_delete;
    job.items = task.items;
    job.finished = task.finished;
    job.options = task.options;
    auto const state_of = [&](std::string const& endpoint, fs::path& directory, std::string& state) {
        auto const found = world.data.endpoints.find(endpoint);
        state = found == world.data.endpoints.end() ? "disconnected" : found->second.state;
        if (found != world.data.endpoints.end()) directory = found->second.directory;
    };
    state_of(task.source, job.source, job.source_state);
    if (!job.is_delete) state_of(task.destination, job.destination, job.destination_state);
    return job;
}

/// A task comes among the running ones. [recorded] the details are JSON, as a text
inline void begin_task(World& world, Task& task, std::int64_t files, std::int64_t bytes) {
    Millis const duration = world.options.task_duration.count();
    task.started = true;
    task.total_files = files;
    task.total_bytes = bytes;
    task.begun = std::max(world.data.engine_time, task.requested);
    task.step = duration == 0 ? 4 : 1;
    task.due = task.begun + duration / 4;
    add_event(world, task, "STARTED", false, "started",
              task.is_delete ? R"({"type": "GridFTP Delete"})"
                             : R"({"type": "GridFTP Transfer", "concurrency": 2, "parallelism": 4, "pipelining": 20})",
              task.begun);
    set_nice_status(task, "OK", "OK", true);
}

/// The task whose deadline passed first; null when none did.
inline Task* first_expired(World& world, Millis now) {
    Task const* out = nullptr;
    for (auto const& name : world.data.task_order)
        if (Task const& task = world.data.tasks.peek(name);
            !task.over && task.deadline <= now && (out == nullptr || task.deadline < out->deadline))
            out = &task;
    return out != nullptr ? &world.data.tasks[out->id] : nullptr;
}

/**
 * Does, in the order of the sandbox's time, all that was to happen until now: tasks begin when one of the three places
 * is free, show progress at each quarter of their duration, are carried out at its end, and expire.
 */
inline void World::run_due_tasks() {
    std::lock_guard executor(engine);
    std::unique_lock lock(mutex);
    data.engine_time = std::min(data.engine_time, now_locked());
    Millis const duration = options.task_duration.count();
    while (!stopping) {
        save_locked();
        Task* beginner = nullptr;
        Task* next = nullptr;
        for (Task* task : running_tasks(*this)) {
            if (!task->started && beginner == nullptr) beginner = task;
            if (task->started && (next == nullptr || task->due < next->due)) next = task;
        }
        if (beginner != nullptr) {
            Job const job = job_of(*this, *beginner);
            lock.unlock();
            auto const [files, bytes] =
                job.is_delete || duration == 0 ? std::pair<std::int64_t, std::int64_t>{} : measure(job);
            lock.lock();
            auto const found = data.tasks.find(job.task);
            if (found == data.tasks.end() || found->second.over) continue;
            Task& task = found->second;
            begin_task(*this, task, files, bytes);
            wake.notify_all();
            continue;
        }
        Millis const now = now_locked();
        Task* const expired = first_expired(*this, now);
        if (expired != nullptr && (next == nullptr || expired->deadline <= next->due)) {
            data.engine_time = std::max(data.engine_time, expired->deadline);
            expire_task(*this, *expired, std::max(expired->deadline, expired->requested));
            wake.notify_all();
            continue;
        }
        if (auto const event = next_event(*this); event && *event <= now && (next == nullptr || *event <= next->due)) {
            data.engine_time = std::max(data.engine_time, *event);
            run_event(*this);
            wake.notify_all();
            continue;
        }
        if (next == nullptr || next->due > now) break;
        data.engine_time = std::max(data.engine_time, next->due);
        if (text_of(next->document, "nice_status") == "QUEUED") set_nice_status(*next, "OK", "OK", true);
        if (next->step < 4) {
            if (!next->is_delete) show_progress(*this, *next, next->due);
            ++next->step;
            next->due = next->begun + duration * next->step / 4;
            continue;
        }
        Job const job = job_of(*this, *next);
        lock.unlock();
        Result const result = Attempt(job).run();
        lock.lock();
        auto const found = data.tasks.find(job.task);
        if (found != data.tasks.end() && !found->second.over)
            report(*this, found->second, result, std::max(data.engine_time, found->second.begun));
        wake.notify_all();
    }
    data.engine_time = std::max(data.engine_time, now_locked());
    save_locked();
}

/// With the real clock: runs what is due, sleeps until something is.
inline void World::engine_loop() {
    while (true) {
        run_due_tasks();
        std::unique_lock lock(mutex);
        if (stopping) return;
        Millis const now = now_locked();
        Millis next = now + 60000;
        for (auto const& [name, task] : data.tasks.all())
            if (!task.over) next = std::min(next, task.deadline);
        for (Task* task : running_tasks(*this)) next = std::min(next, task->started ? task->due : now);
        if (auto const event = next_event(*this)) next = std::min(next, *event);
        if (next > now) wake.wait_for(lock, std::chrono::milliseconds(next - now));
        if (stopping) return;
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TASKS_ENGINE_IPP
