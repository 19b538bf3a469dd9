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

/// What task_wait knows about its task, and does about it. It sends nothing: it is told what the task is, and says what
/// comes next.
class TaskWatch {
    using Seconds = std::chrono::duration<double>;

public:
    /// @param may_cancel  the client may cancel tasks
    /// @throws UsageError  for OnFault::cancel, if it may not
    TaskWatch(transfer::TaskWait wait, bool may_cancel);

    [[nodiscard]] Polling polling() const;
    [[nodiscard]] transfer::GetTask task() const { return {.task_id = wait_.task_id}; }
    [[nodiscard]] transfer::TaskEventList fault_list() const;
    [[nodiscard]] transfer::CancelTask cancellation() const { return {.task_id = wait_.task_id}; }

    /// Takes a task as it was just read.
    void saw(transfer::Task task) { verdict_.task = std::move(task); }
    /// True if the number of its faults has grown, so that their list is to be read.
    [[nodiscard]] bool has_new_faults() const { return verdict_.task.faults.value_or(0) > faults_read_; }
    /// Takes the list of its faults.
    void saw(transfer::TaskEventPage const& faults);
    /// Tells the caller's `on_progress`. @param run  calls a function, as CallGate::Call::run_callback does
    template <class Run>
    void report(Seconds elapsed, Run const& run) {
        transfer::TaskProgress const now = progress(elapsed);
        if (wait_.on_progress) run([&] { wait_.on_progress(now); });
    }

    enum class Next : unsigned char {
        look,    ///< look again
        cancel,  ///< cancel the task, and look again
        end,     ///< the verdict is final
    };
    [[nodiscard]] Next next();
    /// Reports that the task was cancelled.
    void cancelled() noexcept { cancelled_ = true; }

    /// The verdict.
    [[nodiscard]] transfer::TaskVerdict verdict() && { return std::move(verdict_); }
    /// The verdict when the time is up.
    [[nodiscard]] transfer::TaskVerdict verdict_by_now() &&;
    /// The verdict although the wait was cancelled, by the error in flight: if the task has ended.
    /// @throws TaskWaitCancelled  if it has not
    [[nodiscard]] transfer::TaskVerdict verdict_despite(NetworkError const& error) &&;

private:
    [[nodiscard]] transfer::TaskProgress progress(Seconds elapsed);
    [[nodiscard]] bool has_incurable_fault() const;
    [[nodiscard]] bool was_cancelled() const;
    /// Says whether the task will do no more on its own, and with which verdict.
    bool ended();

    transfer::TaskWait wait_;
    transfer::TaskVerdict verdict_;
    std::int64_t faults_read_ = 0;
    std::int64_t last_bytes_ = 0;
    std::optional<Seconds> last_look_;
    bool cancelled_ = false;
};

/// One call of task_wait.
template <class Client>
class TaskWaiting {
    static constexpr bool may_cancel = Permits<typename Client::service_type, transfer::CancelTask>;

public:
    TaskWaiting(Client const& client, transfer::TaskWait wait, CallOptions options)
        : client_(client),
          watch_(std::move(wait), may_cancel),
          looks_("task_wait", client.gate(), watch_.polling(), std::move(options)) {}

    transfer::TaskVerdict run() {
        try {
            bool const in_time =
                looks_.until([&] { watch_.saw(taken_as_is(client_.get_task(watch_.task(), looks_.options()))); },
                             [&] { return is_over(); });
            return in_time ? std::move(watch_).verdict() : std::move(watch_).verdict_by_now();
        } catch (NetworkError const& error) {
            if (error.kind() != NetworkError::Kind::cancelled) throw;
            return std::move(watch_).verdict_despite(error);
        }
    }

private:
    /// Asks for more about the task that was just seen; true if the wait is over.
    bool is_over() {
        if (watch_.has_new_faults())
            unless_it_may_pass([&] { watch_.saw(*client_.task_event_list(watch_.fault_list(), looks_.options())); });
        watch_.report(looks_.elapsed(), [&](auto const& callback) { looks_.run_callback(callback); });
        TaskWatch::Next const next = watch_.next();
        if constexpr (may_cancel)
            if (next == TaskWatch::Next::cancel)
                unless_it_may_pass([&] {
                    (void)client_.cancel_task(watch_.cancellation(), looks_.options());
                    watch_.cancelled();
                });
        return next == TaskWatch::Next::end;
    }
    /// Lets an error that may pass go: the next look tries again.
    template <class F>
    static void unless_it_may_pass(F const& request) {
        try {
            request();
        } catch (Error const& error) {
            if (!may_pass(error)) throw;
        }
    }

    Client const& client_;
    TaskWatch watch_;
    Looks looks_;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/task_wait.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP
