// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP
#define GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP

#include <globus/client/call_options.hpp>
#include <globus/client/polling.hpp>
#include <globus/client/subset.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/http/errors.hpp>
#include <globus/services/transfer/tasks.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Waiting for the end of a task.

namespace globus::transfer {

/**
 * True for a fault that no further attempt will cure: the file is missing, or may not be read or written. The service
 * keeps trying until the task's deadline all the same, which is a day or more.
 */
[[nodiscard]] bool cannot_heal(TaskEvent const& fault);

/// How far a task is, after each look at it.
struct TaskProgress {
    Task const& task;                       ///< as it was just read
    std::chrono::duration<double> elapsed;  ///< since the wait began
    std::int64_t bytes;                     ///< transferred so far
    std::int64_t bytes_per_second;          ///< since the previous look; at the first look the service's mean
    std::int64_t files;                     ///< transferred so far
    std::int64_t files_total;               ///< found so far
    std::int64_t faults;                    ///< errors so far, including those that passed
    std::string nice_status;  ///< why it does not advance, as in "PERMISSION_DENIED"; "OK" or empty if it does
};

/// What task_wait does about a fault that cannot heal.
enum class OnFault : unsigned char {
    keep_waiting,  ///< nothing: somebody may put the file there
    fail_fast,     ///< it stops waiting; the task stays as it is
    cancel,        ///< it cancels the task, and waits for the end
};
/// The name of its enumerator.
constexpr char const* to_string(OnFault what) noexcept {
    switch (what) {
        case OnFault::keep_waiting:
            return "keep_waiting";
        case OnFault::fail_fast:
            return "fail_fast";
        case OnFault::cancel:
            return "cancel";
    }
    return "unknown";
}

/**
 * What task_wait waits for, and how.
 *
 *     auto verdict = client.task_wait({.task_id = id,
 *                                      .timeout = 1h,
 *                                      .on_fault = OnFault::fail_fast,
 *                                      .on_progress = [](TaskProgress const& now) { show(now.bytes, now.files); }});
 */
struct TaskWait {
    Required<std::string> task_id;
    std::chrono::duration<double> timeout{10};           ///< how long to wait in all; at least 10 ms
    std::chrono::duration<double> polling_interval{10};  ///< the longest pause between two looks; at least 10 ms
    /// Before the second look; then each pause is half as long again as the one before, up to `polling_interval`. At
    /// least 10 ms.
    std::chrono::duration<double> first_interval{0.5};
    OnFault on_fault = OnFault::keep_waiting;                   ///< what to do about errors that cannot heal
    std::function<void(TaskProgress const&)> on_progress = {};  ///< called after each look; it may destroy the client
    double jitter = 0.1;  ///< a look may come earlier by up to this part of the interval, so that many waits spread
    /// Waits in place of the library, for tests: it is told how long, and returns false to cancel. Time is then the sum
    /// of its waits.
    std::function<bool(std::chrono::duration<double>)> sleep = {};
};

/**
 * How a wait ended. The task itself may go on: `ended()` says so, and `succeeded()` whether it did what it should.
 *
 *     if (!verdict.succeeded()) explain(verdict.kind, verdict.task);
 *     for (TaskEvent const& fault : verdict.faults) report(fault.code, fault.details);
 */
struct TaskVerdict {
    /// How it ended.
    enum class Kind : unsigned char {
        succeeded,  ///< the task did what it should
        failed,     ///< it ended without success; `task.fatal_error` says why
        cancelled,  ///< somebody cancelled it, or OnFault::cancel did
        inactive,   ///< it waits for its owner's credentials
        faulting,   ///< it goes on with faults that cannot heal: by OnFault::fail_fast, or when time ran out
        paused,     ///< time ran out, and a pause rule or an administrator holds it
        timed_out,  ///< time ran out, and the task goes on, or has a status that this library does not know
    };

    Kind kind = Kind::timed_out;         ///< how it ended
    Task task = {};                      ///< as it was last seen
    std::vector<TaskEvent> faults = {};  ///< its faults, the latest first, at most 100

    /// True if the task has ended, with success or not. A task that is paused, or waits for credentials, has not.
    [[nodiscard]] bool ended() const;
    /// True if the task has ended and did what it should.
    [[nodiscard]] bool succeeded() const { return kind == Kind::succeeded; }
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(TaskVerdict::Kind kind) noexcept {
    switch (kind) {
        case TaskVerdict::Kind::succeeded:
            return "succeeded";
        case TaskVerdict::Kind::failed:
            return "failed";
        case TaskVerdict::Kind::cancelled:
            return "cancelled";
        case TaskVerdict::Kind::inactive:
            return "inactive";
        case TaskVerdict::Kind::faulting:
            return "faulting";
        case TaskVerdict::Kind::paused:
            return "paused";
        case TaskVerdict::Kind::timed_out:
            return "timed_out";
    }
    return "unknown";
}
/// Writes the name of a kind.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, TaskVerdict::Kind kind) {
    return out << to_string(kind);
}

/**
 * task_wait was cancelled: by its stop_token, by its `sleep`, or because the client was destroyed. The task goes on,
 * and what the wait saw of it is here.
 *
 *     catch (TaskWaitCancelled const& stopped) {
 *         remember(stopped.seen().task.bytes_transferred);
 *     }
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe. Copies share what was seen.
 */
class GLOBUS_VISIBLE TaskWaitCancelled : public NetworkError {
public:
    /// @param seen  the verdict if time had run out then
    TaskWaitCancelled(NetworkError const& how, TaskVerdict seen)
        : NetworkError(how), seen_(std::make_shared<TaskVerdict const>(std::move(seen))) {}

    /// The task and its faults as they were last seen; a task without an id if no look had succeeded.
    [[nodiscard]] TaskVerdict const& seen() const noexcept { return *seen_; }

private:
    std::shared_ptr<TaskVerdict const> seen_;
};

}  // namespace globus::transfer

namespace globus::detail {

/// One call of task_wait.
template <class Client>
class TaskWaiting {
    using Seconds = std::chrono::duration<double>;
    using Task = transfer::Task;
    using TaskEvent = transfer::TaskEvent;
    using TaskStatus = transfer::TaskStatus;
    using Kind = transfer::TaskVerdict::Kind;
    using OnFault = transfer::OnFault;
    static constexpr bool may_cancel = Permits<typename Client::service_type, transfer::CancelTask>;

public:
    TaskWaiting(Client const& client, transfer::TaskWait wait, CallOptions options)
        : client_(client),
          wait_(std::move(wait)),
          looks_("task_wait", client.gate(),
                 {.timeout = wait_.timeout,
                  .polling_interval = wait_.polling_interval,
                  .first_interval = wait_.first_interval,
                  .jitter = wait_.jitter,
                  .sleep = wait_.sleep},
                 std::move(options)) {
        if (!may_cancel && wait_.on_fault == OnFault::cancel)
            throw UsageError("task_wait: OnFault::cancel needs a client that may cancel tasks, and this one may not");
    }

    transfer::TaskVerdict run() {
        try {
            if (!looks_.until(
                    [&] {
                        verdict_.task = taken_as_is(client_.get_task({.task_id = *wait_.task_id}, looks_.options()));
                    },
                    [&] { return has_news_of_the_end(); }))
                verdict_.kind = kind_by_now();
        } catch (NetworkError const& error) {
            if (error.kind() != NetworkError::Kind::cancelled) throw;
            if (ended()) return std::move(verdict_);  // a callback of the last look destroyed the client
            verdict_.kind = kind_by_now();
            throw transfer::TaskWaitCancelled(error, std::move(verdict_));
        }
        return std::move(verdict_);
    }

private:
    /// Takes what a look saw; true if the wait is over.
    bool has_news_of_the_end() {
        read_faults();
        report();
        return over();
    }

    /// Reads the events of a task whose number of faults has grown.
    void read_faults() {
        std::int64_t const faults = verdict_.task.faults.value_or(0);
        if (faults <= faults_read_) return;
        try {
            auto const page = client_.task_event_list(
                {.task_id = *wait_.task_id, .limit = 100, .query_params = {{"filter", "is_error:1"}}},
                looks_.options());
            verdict_.faults.clear();
            for (TaskEvent const& event : page->DATA)
                if (event.is_error.value_or(false)) verdict_.faults.push_back(event);
            faults_read_ = faults;
        } catch (Error const& error) {
            if (!may_pass(error)) throw;  // else the next look tries again
        }
    }

    void report() {
        Task const& task = verdict_.task;
        std::int64_t const bytes = task.bytes_transferred.value_or(0);
        Seconds const now = looks_.elapsed();
        std::int64_t rate = task.effective_bytes_per_second.value_or(0);
        if (last_look_ && now > *last_look_)
            rate =
                rounded((static_cast<double>(bytes) - static_cast<double>(last_bytes_)) / (now - *last_look_).count());
        last_look_ = now;
        last_bytes_ = bytes;
        if (!wait_.on_progress) return;
        transfer::TaskProgress const progress{.task = task,
                                              .elapsed = now,
                                              .bytes = bytes,
                                              .bytes_per_second = rate,
                                              .files = task.files_transferred.value_or(0),
                                              .files_total = task.files.value_or(0),
                                              .faults = task.faults.value_or(0),
                                              .nice_status = task.nice_status.value_or("")};
        looks_.run_callback([&] { wait_.on_progress(progress); });
    }
    /// Rounds towards zero, and clamps to the type's range: the service may send any number.
    static std::int64_t rounded(double value) {
        using Limits = std::numeric_limits<std::int64_t>;
        if (value >= static_cast<double>(Limits::max())) return Limits::max();
        if (value <= static_cast<double>(Limits::min())) return Limits::min();
        return static_cast<std::int64_t>(value);
    }

    [[nodiscard]] bool has_incurable_fault() const {
        return std::any_of(verdict_.faults.begin(), verdict_.faults.end(), transfer::cannot_heal);
    }

    [[nodiscard]] bool was_cancelled() const {
        Task const& task = verdict_.task;
        if (cancelled_ || (task.canceled_by_admin && !task.canceled_by_admin->empty())) return true;
        if (task.subtasks_canceled.value_or(0) > 0) return true;
        if (!task.fatal_error || !task.fatal_error->is_object()) return false;
        Json const* const code = task.fatal_error->as_object().if_contains("code");
        return code != nullptr && code->is_string() && code->as_string() == "CANCELED";
    }

    /// Says whether the task will do no more on its own, and with which verdict.
    bool ended() {
        Task const& task = verdict_.task;
        bool const inactive = task.status == TaskStatus::inactive;
        if (!inactive && !verdict_.ended()) return false;
        verdict_.kind = inactive                               ? Kind::inactive
                        : task.status == TaskStatus::succeeded ? Kind::succeeded
                        : was_cancelled()                      ? Kind::cancelled
                                                               : Kind::failed;
        return true;
    }

    /// Says whether the wait ends with what was last seen, and with which verdict.
    bool over() {
        if (ended()) return true;
        if (wait_.on_fault == OnFault::keep_waiting || cancelled_ || !has_incurable_fault()) return false;
        if (wait_.on_fault == OnFault::fail_fast) {
            verdict_.kind = Kind::faulting;
            return true;
        }
        if constexpr (may_cancel) cancel();
        return false;
    }

    void cancel() {
        try {
            (void)client_.cancel_task({.task_id = *wait_.task_id}, looks_.options());
            cancelled_ = true;
        } catch (Error const& error) {
            if (!may_pass(error)) throw;  // else the next look tries again
        }
    }

    /// The verdict for a task that has not ended.
    [[nodiscard]] Kind kind_by_now() const {
        return cancelled_                                ? Kind::cancelled
               : verdict_.task.is_paused.value_or(false) ? Kind::paused
               : has_incurable_fault()                   ? Kind::faulting
                                                         : Kind::timed_out;
    }

    Client const& client_;
    transfer::TaskWait wait_;
    Looks looks_;
    transfer::TaskVerdict verdict_;
    std::int64_t faults_read_ = 0;
    std::int64_t last_bytes_ = 0;
    std::optional<Seconds> last_look_;
    bool cancelled_ = false;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/task_wait.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP
