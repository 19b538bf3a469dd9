// SPDX-License-Identifier: Apache-2.0
// What a task says of itself: events, status, how it ended.
#ifndef GLOBUS_SANDBOX_IMPL_TASKS_REPORTS_IPP
#define GLOBUS_SANDBOX_IMPL_TASKS_REPORTS_IPP

#include <globus/sandbox/impl/tasks/attempt.ipp>

namespace globus::sandbox::detail {

inline void add_event(World& world, Task& task, std::string const& code, bool is_error, std::string const& description,
                      std::string const& details, std::optional<Millis> at = std::nullopt) {
    task.events.push_back(json::object{{"DATA_TYPE", "event"},
                                       {"code", code},
                                       {"description", description},
                                       {"details", details},
                                       {"is_error", is_error},
                                       {"parent_task_id", nullptr},
                                       {"time", iso_time(at.value_or(world.now_locked()))}});
}

inline void set_nice_status(Task& task, std::string const& code, std::string const& text, bool ok) {
    task.document["nice_status"] = code;
    task.document["nice_status_short_description"] = text;
    task.document["nice_status_details"] = nullptr;
    task.document["nice_status_expires_in"] = -1;
    task.document["is_ok"] = ok;
}

/// Ends a task. [recorded] what a task that is over says
inline void end_task(Task& task, std::string const& status, Millis at) {
    auto& document = task.document;
    task.over = true;
    document["status"] = status;
    document["completion_time"] = iso_time(at);
    for (auto const* name :
         {"nice_status", "nice_status_details", "nice_status_expires_in", "nice_status_short_description", "is_ok"})
        document[name] = nullptr;
    document["is_paused"] = false;
    document["subtasks_pending"] = 0;
    document["subtasks_retrying"] = 0;
    double const seconds = std::max(1.0, static_cast<double>(at - task.requested) / 1000);
    document["effective_bytes_per_second"] =
        static_cast<std::int64_t>(number_of(document, "bytes_transferred", 0) / seconds);
}

/// [guess] the code of a task that its deadline ended
inline void expire_task(World& world, Task& task, Millis at) {
    auto const pending = number_of(task.document, "subtasks_pending", 0);
    add_event(world, task, "EXPIRED", true, "expired", "The deadline has passed", at);
    task.document["subtasks_expired"] = static_cast<std::int64_t>(pending);
    task.document["fatal_error"] =
        json::object{{"code", "EXPIRED"}, {"description", "The task did not complete before its deadline"}};
    end_task(task, "FAILED", at);
}

inline void grow(json::object& document, char const* name, std::int64_t by) {
    document[name] = static_cast<std::int64_t>(number_of(document, name, 0)) + by;
}

/// A quarter of the task's duration is over: what it shows grows, as if it were on its way.
inline void show_progress(World& world, Task& task, Millis at) {
    auto& document = task.document;
    document["files"] = task.total_files;
    document["files_transferred"] = task.total_files * task.step / 4;
    document["bytes_transferred"] = task.total_bytes * task.step / 4;
    double const seconds = std::max(1.0, static_cast<double>(at - task.begun) / 1000);
    document["effective_bytes_per_second"] =
        static_cast<std::int64_t>(number_of(document, "bytes_transferred", 0) / seconds);
    add_event(world, task, "PROGRESS", false, "progress",
              "files: " + std::to_string(task.total_files * task.step / 4) +
                  ", bytes: " + std::to_string(task.total_bytes * task.step / 4),
              at);
}

/// [recorded] a delete ends with the first error at a path; [guess] it tries again while the collection is away
inline bool fails_at_once(std::string const& fault) { return fault != "ENDPOINT_ERROR" && fault != "AUTH"; }

/// Ends a task with a fault. [recorded] what it says then
inline void fail_task(World& world, Task& task, Result const& result, Millis at) {
    std::string text = lower(result.fault);
    std::replace(text.begin(), text.end(), '_', ' ');
    if (result.fault == "FILE_NOT_FOUND") text = "file not found";
    add_event(world, task, result.fault, true, text, result.details);
    auto const left = static_cast<std::int64_t>(number_of(task.document, "subtasks_pending", 0));
    grow(task.document, "faults", 1);
    task.document["subtasks_failed"] = std::max<std::int64_t>(1, left);
    task.document["fatal_error"] = json::object{{"code", result.fault}, {"description", text}};
    add_event(world, task, "FAILED", true, "failed", text, at);
    end_task(task, "FAILED", at);
}

inline void report(World& world, Task& task, Result const& result, Millis at) {
    auto& document = task.document;
    Millis const now = world.now_locked();
    // What was shown on the way makes room for what was done.
    if (!std::exchange(task.attempted, true))
        for (auto const* name : {"files", "files_transferred", "bytes_transferred"}) document[name] = 0;
    grow(document, "files_transferred", result.transferred);
    grow(document, "files_skipped", result.skipped_files);
    grow(document, "bytes_transferred", result.bytes);
    grow(document, "bytes_checksummed", result.checksummed);
    grow(document, "subtasks_succeeded", static_cast<std::int64_t>(result.done.size()));
    grow(document, "subtasks_skipped_errors", static_cast<std::int64_t>(result.skipped.size()));
    for (auto const& path : result.finished) task.finished.insert(path);
    for (auto const& pair : result.done) task.done.push_back(pair);
    for (auto error : result.skipped) {
        error["error_time"] = iso_time(now);
        task.skipped.push_back(error);
    }
    auto const most = [&](char const* name, std::int64_t value) {
        document[name] = std::max(value, static_cast<std::int64_t>(number_of(document, name, 0)));
    };
    most("files", result.files);
    most("directories", result.directories);
    most("symlinks", result.symlinks);
    auto const left = static_cast<std::int64_t>(task.items.size()) - static_cast<std::int64_t>(task.finished.size());
    document["subtasks_pending"] = std::max<std::int64_t>(0, left);
    most("subtasks_total", static_cast<std::int64_t>(number_of(document, "subtasks_succeeded", 0)) +
                               static_cast<std::int64_t>(task.skipped.size()) + std::max<std::int64_t>(0, left));
    if (!result.fault.empty() && task.is_delete && fails_at_once(result.fault)) {
        fail_task(world, task, result, at);
        return;
    }
    if (!result.fault.empty()) {
        std::string text = lower(result.fault);
        std::replace(text.begin(), text.end(), '_', ' ');
        add_event(world, task, result.fault, true, text, result.details);
        grow(document, "faults", 1);
        document["subtasks_retrying"] = std::max<std::int64_t>(0, left);
        set_nice_status(task, result.fault, text, false);
        document["nice_status_details"] = result.details;
        task.last_fault = result.fault;
        // [guess] a login that fails makes the task INACTIVE, as credentials that expire do
        document["status"] = result.fault == "AUTH" ? "INACTIVE" : "ACTIVE";
        task.due = now + world.options.retry_interval.count();
        return;
    }
    task.last_fault.clear();
    if (task.is_delete) document["subtasks_succeeded"] = static_cast<std::int64_t>(task.items.size());
    std::string details = "files: " + std::to_string(result.files) + ", bytes: " + std::to_string(result.bytes);
    if (!task.is_delete) add_event(world, task, "PROGRESS", false, "progress", details, at);
    add_event(world, task, "SUCCEEDED", false, "succeeded", details, at);
    end_task(task, "SUCCEEDED", at);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TASKS_REPORTS_IPP
