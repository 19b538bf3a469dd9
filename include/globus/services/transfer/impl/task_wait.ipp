// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP

#include <globus/core/config.hpp>
#include <globus/services/transfer/task_wait.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

namespace globus::transfer {

GLOBUS_DECL bool cannot_heal(TaskEvent const& fault) {
    if (!fault.is_error.value_or(true)) return false;
    std::string_view const code = fault.code ? std::string_view(*fault.code) : std::string_view{};
    for (std::string_view const known : {"FILE_NOT_FOUND", "NO_SUCH_FILE", "NOT_FOUND", "PERMISSION_DENIED",
                                         "ACCESS_DENIED", "INVALID_PATH", "NOT_A_DIRECTORY", "IS_A_DIRECTORY"})
        if (code == known) return true;
    std::string_view const details = fault.details ? std::string_view(*fault.details) : std::string_view{};
    for (std::string_view const words :
         {"No such file or directory", "Permission denied", "Not a directory", "Is a directory"})
        if (details.find(words) != std::string_view::npos) return true;
    return false;
}

GLOBUS_DECL bool TaskVerdict::ended() const {
    return task.status == TaskStatus::succeeded || task.status == TaskStatus::failed;
}

}  // namespace globus::transfer

namespace globus::detail {

/// Rounds towards zero, and clamps to the type's range: the service may send any number.
GLOBUS_DECL std::int64_t rounded(double value) {
    using Limits = std::numeric_limits<std::int64_t>;
    if (value >= static_cast<double>(Limits::max())) return Limits::max();
    if (value <= static_cast<double>(Limits::min())) return Limits::min();
    return static_cast<std::int64_t>(value);
}

GLOBUS_DECL TaskWatch::TaskWatch(transfer::TaskWait wait, bool may_cancel) : wait_(std::move(wait)) {
    if (!may_cancel && wait_.on_fault == transfer::OnFault::cancel)
        throw UsageError("task_wait: OnFault::cancel needs a client that may cancel tasks, and this one may not");
}

GLOBUS_DECL Polling TaskWatch::polling() const {
    return {.timeout = wait_.timeout,
            .polling_interval = wait_.polling_interval,
            .first_interval = wait_.first_interval,
            .jitter = wait_.jitter,
            .sleep = wait_.sleep};
}

GLOBUS_DECL transfer::TaskEventList TaskWatch::fault_list() const {
    return {.task_id = wait_.task_id, .limit = 100, .query_params = {{"filter", "is_error:1"}}};
}

GLOBUS_DECL void TaskWatch::saw(transfer::TaskEventPage const& faults) {
    verdict_.faults.clear();
    for (transfer::TaskEvent const& event : faults.DATA)
        if (event.is_error.value_or(false)) verdict_.faults.push_back(event);
    faults_read_ = verdict_.task.faults.value_or(0);
}

GLOBUS_DECL transfer::TaskProgress TaskWatch::progress(Seconds elapsed) {
    transfer::Task const& task = verdict_.task;
    std::int64_t const bytes = task.bytes_transferred.value_or(0);
    std::int64_t rate = task.effective_bytes_per_second.value_or(0);
    if (last_look_ && elapsed > *last_look_)
        rate =
            rounded((static_cast<double>(bytes) - static_cast<double>(last_bytes_)) / (elapsed - *last_look_).count());
    last_look_ = elapsed;
    last_bytes_ = bytes;
    return {.task = task,
            .elapsed = elapsed,
            .bytes = bytes,
            .bytes_per_second = rate,
            .files = task.files_transferred.value_or(0),
            .files_total = task.files.value_or(0),
            .faults = task.faults.value_or(0),
            .nice_status = task.nice_status.value_or("")};
}

GLOBUS_DECL bool TaskWatch::has_incurable_fault() const {
    return std::any_of(verdict_.faults.begin(), verdict_.faults.end(), transfer::cannot_heal);
}

GLOBUS_DECL bool TaskWatch::was_cancelled() const {
    transfer::Task const& task = verdict_.task;
    if (cancelled_ || (task.canceled_by_admin && !task.canceled_by_admin->empty())) return true;
    if (task.subtasks_canceled.value_or(0) > 0) return true;
    if (!task.fatal_error || !task.fatal_error->is_object()) return false;
    Json const* const code = task.fatal_error->as_object().if_contains("code");
    return code != nullptr && code->is_string() && code->as_string() == "CANCELED";
}

GLOBUS_DECL bool TaskWatch::ended() {
    using Kind = transfer::TaskVerdict::Kind;
    transfer::Task const& task = verdict_.task;
    bool const inactive = task.status == transfer::TaskStatus::inactive;
    if (!inactive && !verdict_.ended()) return false;
    verdict_.kind = inactive                                         ? Kind::inactive
                    : task.status == transfer::TaskStatus::succeeded ? Kind::succeeded
                    : was_cancelled()                                ? Kind::cancelled
                                                                     : Kind::failed;
    return true;
}

GLOBUS_DECL TaskWatch::Next TaskWatch::next() {
    using transfer::OnFault;
    if (ended()) return Next::end;
    if (wait_.on_fault == OnFault::keep_waiting || cancelled_ || !has_incurable_fault()) return Next::look;
    if (wait_.on_fault == OnFault::cancel) return Next::cancel;
    verdict_.kind = transfer::TaskVerdict::Kind::faulting;
    return Next::end;
}

GLOBUS_DECL transfer::TaskVerdict TaskWatch::verdict_by_now() && {
    using Kind = transfer::TaskVerdict::Kind;
    verdict_.kind = cancelled_                                ? Kind::cancelled
                    : verdict_.task.is_paused.value_or(false) ? Kind::paused
                    : has_incurable_fault()                   ? Kind::faulting
                                                              : Kind::timed_out;
    return std::move(verdict_);
}

GLOBUS_DECL transfer::TaskVerdict TaskWatch::verdict_despite(NetworkError const& error) && {
    if (ended()) return std::move(verdict_);  // a callback of the last look destroyed the client
    throw transfer::TaskWaitCancelled(error, std::move(*this).verdict_by_now());
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP
