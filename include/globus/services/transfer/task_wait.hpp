// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP
#define GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/polling.hpp>
#include <globus/client/subset.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>
#include <globus/services/transfer/tasks.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
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
    std::chrono::duration<double> timeout{10};                  ///< how long to wait in all; at least 1 s
    std::chrono::duration<double> polling_interval{10};         ///< between two looks; at least 1 s
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
        : client_(client), call_(client.gate(), options.stop), wait_(std::move(wait)), options_(std::move(options)) {
        // The conditions are written so that NaN is refused, too.
        if (!(wait_.timeout >= Seconds(1))) throw UsageError("task_wait: the timeout must be at least 1 second");
        if (!(wait_.polling_interval >= Seconds(1)))
            throw UsageError("task_wait: the polling_interval must be at least 1 second");
        if (!(wait_.jitter >= 0 && wait_.jitter < 1))
            throw UsageError("task_wait: the jitter must be at least 0 and less than 1");
        if (!may_cancel && wait_.on_fault == OnFault::cancel)
            throw UsageError("task_wait: OnFault::cancel needs a client that may cancel tasks, and this one may not");
        wait_.timeout = std::min<Seconds>(wait_.timeout, std::chrono::hours(24 * 365));
        if (options_.deadline)  // it may be as early or late as a clock can tell
            wait_.timeout =
                std::min<Seconds>(wait_.timeout, *options_.deadline > start_ ? *options_.deadline - start_
                                                                             : http::Clock::duration::zero());
        wait_.polling_interval = std::min(wait_.polling_interval, std::max(wait_.timeout, Seconds(1)));
        // A look that is under way when the time is over gets a few seconds more.
        auto const end = start_ + std::chrono::duration_cast<http::Clock::duration>(wait_.timeout + Seconds(10));
        options_.deadline = std::min(options_.deadline.value_or(end), end);
        options_.stop = call_.stop();
    }

    transfer::TaskVerdict run() {
        try {
            wait();
        } catch (NetworkError const& error) {
            if (error.kind() != NetworkError::Kind::cancelled) throw;
            if (ended()) return std::move(verdict_);  // a callback of the last look destroyed the client
            verdict_.kind = kind_by_now();
            throw transfer::TaskWaitCancelled(error, std::move(verdict_));
        }
        return std::move(verdict_);
    }

private:
    void wait() {
        Seconds planned{0};
        while (true) {
            if (look() && over()) return;
            // Looks keep to their plan however long each one takes, and jitter does not add up.
            do planned += wait_.polling_interval;
            while (planned <= elapsed());
            if (planned > wait_.timeout) {
                if (!seen_before_ && last_error_) std::rethrow_exception(last_error_);
                verdict_.kind = kind_by_now();
                return;
            }
            bool const last = planned + wait_.polling_interval > wait_.timeout;
            sleep_until(last ? planned : planned - wait_.polling_interval * wait_.jitter * random_unit());
        }
    }

    [[nodiscard]] Seconds elapsed() const { return wait_.sleep ? slept_ : Seconds(http::Clock::now() - start_); }

    void sleep_until(Seconds until) {
        bool waited = true;
        if (wait_.sleep) {
            Seconds const length = std::max(Seconds(0), until - slept_);
            slept_ += length;
            call_.run_callback([&] { waited = wait_.sleep(length); });
            waited = waited && !options_.stop.stop_requested();
        } else {
            waited = http::wait_until(start_ + std::chrono::duration_cast<http::Clock::duration>(until), options_.stop);
        }
        if (!waited)
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "task_wait was cancelled");
    }

    /// Reads the task; false if that failed in a way that may pass.
    bool look() {
        try {
            verdict_.task = taken_as_is(client_.get_task({.task_id = *wait_.task_id}, options_));
        } catch (Error const& error) {
            if (!may_pass(error)) throw;
            last_error_ = std::current_exception();
            return false;
        }
        last_error_ = nullptr;
        read_faults();
        report();
        return true;
    }

    /// Reads the events of a task whose number of faults has grown.
    void read_faults() {
        std::int64_t const faults = verdict_.task.faults.value_or(0);
        if (faults <= faults_read_) return;
        try {
            auto const page = client_.task_event_list(
                {.task_id = *wait_.task_id, .limit = 100, .query_params = {{"filter", "is_error:1"}}}, options_);
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
        Seconds const now = elapsed();
        std::int64_t rate = task.effective_bytes_per_second.value_or(0);
        if (seen_before_ && now > last_look_)
            rate =
                rounded((static_cast<double>(bytes) - static_cast<double>(last_bytes_)) / (now - last_look_).count());
        seen_before_ = true;
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
        call_.run_callback([&] { wait_.on_progress(progress); });
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
            (void)client_.cancel_task({.task_id = *wait_.task_id}, options_);
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
    CallGate::Call const call_;  // lasts from the first look to the last
    transfer::TaskWait wait_;
    CallOptions options_;
    http::Clock::time_point start_ = http::Clock::now();
    Seconds slept_{0};
    transfer::TaskVerdict verdict_;
    std::exception_ptr last_error_;
    std::int64_t faults_read_ = 0;
    std::int64_t last_bytes_ = 0;
    Seconds last_look_{0};
    bool seen_before_ = false;
    bool cancelled_ = false;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/task_wait.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP
