// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_PAYLOADS_HPP
#define GLOBUS_SERVICES_TIMERS_PAYLOADS_HPP

#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>

// The documents that a Timers program makes.

namespace globus::transfer {
struct TransferData;
}  // namespace globus::transfer

namespace globus::timers {

/// A timer that runs once: at `datetime`, or immediately if that is left out.
/// https://docs.globus.org/api/timers/timer-schedules/
struct OnceTimerSchedule {
    Constant<"once"> type = {};
    Optional<Timestamp> datetime = {};  ///< when it runs
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(OnceTimerSchedule, type, datetime, additional_fields);

    /// @throws UsageError  for a time that there is not, as of the 30th of February
    void check() const;
};

/// The end of a timer after some number of runs. https://docs.globus.org/api/timers/timer-schedules/
struct EndAfter {
    Constant<"iterations"> condition = {};  ///< what ends it
    Required<std::int64_t> count;           ///< runs, at least 1
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(EndAfter, condition, count, additional_fields);

    /// @throws UsageError  for a count that is not positive
    void check() const;
};

/// The end of a timer at some time. https://docs.globus.org/api/timers/timer-schedules/
struct EndAt {
    Constant<"time"> condition = {};  ///< what ends it
    Required<Timestamp> datetime;     ///< no run begins after it
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(EndAt, condition, datetime, additional_fields);

    /// @throws UsageError  for an empty time, and for one that there is not
    void check() const;
};

/// When a timer ends: an EndAfter, an EndAt or a Json. https://docs.globus.org/api/timers/timer-schedules/
class TimerEnd {
public:
    /// An empty object.
    TimerEnd() = default;
    /// After some number of runs.
    TimerEnd(EndAfter end) : document_(std::move(end)) {}
    /// At a time.
    TimerEnd(EndAt end) : document_(std::move(end)) {}
    /// A document, unchanged.
    template <std::same_as<Json> J>
    TimerEnd(J end) : document_(std::move(end)) {}

    void check() const { document_.check(); }
    void write_json(std::string& out) const { document_.write_json(out); }
    friend bool operator==(TimerEnd const&, TimerEnd const&) = default;

private:
    Document document_;
};

/**
 * A timer that runs again and again.
 *
 *     RecurringTimerSchedule{.interval_seconds = 24h, .end = EndAfter{.count = 5}}
 *
 * https://docs.globus.org/api/timers/timer-schedules/
 */
struct RecurringTimerSchedule {
    Constant<"recurring"> type = {};
    Required<WholeSeconds> interval_seconds;  ///< between the starts of two runs: at least one second
    Optional<Timestamp> start = {};           ///< immediately if left out
    Optional<TimerEnd> end = {};              ///< EndAfter, EndAt or a Json; never if left out
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(RecurringTimerSchedule, type, interval_seconds, start, end, additional_fields);

    /// @throws UsageError  for an interval that is not positive, a start that there is not, and for what the end's own
    ///                     check() refuses
    void check() const;
};

/**
 * A timer that starts transfers.
 *
 *     client.create_timer({.timer = TransferTimer{.name = "nightly",
 *                                                 .schedule = RecurringTimerSchedule{.interval_seconds = 24h},
 *                                                 .body = data}});
 *
 * Each run gets a submission id of its own: a submission id in `body` is left out, and so is skip_activation_check.
 * https://docs.globus.org/api/timers/
 */
struct TransferTimer {
    Constant<"transfer"> timer_type = {};
    Optional<std::string> name = {};                                           ///< for people
    Required<DocumentOf<OnceTimerSchedule, RecurringTimerSchedule>> schedule;  ///< when it runs
    Required<DocumentOf<transfer::TransferData>> body;                         ///< the transfer that it starts
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(TransferTimer, timer_type, name, schedule, body, additional_fields);

    /// @throws UsageError  for what the schedule's and the transfer's own check() refuse
    void check() const;
    void write_json(std::string& out) const;
};

/// A timer that starts runs of a flow. https://docs.globus.org/api/timers/
struct FlowTimer {
    Constant<"flow"> timer_type = {};
    Required<std::string> flow_id;                                             ///< of the flow that it starts
    Optional<std::string> name = {};                                           ///< for people
    Required<DocumentOf<OnceTimerSchedule, RecurringTimerSchedule>> schedule;  ///< when it runs
    Required<Json> body;  ///< what the run is started with: `body`, `label`, `tags`, ...
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(FlowTimer, timer_type, flow_id, name, schedule, body, additional_fields);

    /// @throws UsageError  for an empty flow_id, and for what the schedule's own check() refuses
    void check() const;
};

/// A timer in the older form, which calls an action provider. New programs use TransferTimer.
/// https://docs.globus.org/api/timers/
struct TimerJob {
    Required<std::string> callback_url;         ///< of the action provider that is called
    Required<Json> callback_body;               ///< what it is sent each time
    Required<Timestamp> start;                  ///< of the first run
    Required<Optional<WholeSeconds>> interval;  ///< null runs once
    Optional<std::string> name = {};            ///< for people
    Optional<Timestamp> stop_after = {};        ///< no run begins after it
    Optional<std::int64_t> stop_after_n = {};   ///< runs, at least 1; no end if left out
    Optional<std::string> scope = {};  ///< that the action provider is called with; that of Transfer if left out
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(TimerJob, callback_url, callback_body, start, interval, name, stop_after, stop_after_n, scope,
                   additional_fields);

    /// @throws UsageError  for an interval that is not positive, and for a time that there is not
    void check() const;
};

/// What create_timer takes: a TransferTimer, a FlowTimer or a Json. https://docs.globus.org/api/timers/
class TimerDocument {
public:
    /// A timer that starts transfers.
    TimerDocument(TransferTimer timer) : document_(std::move(timer)) {}
    /// A timer that starts runs of a flow.
    TimerDocument(FlowTimer timer) : document_(std::move(timer)) {}
    /// A document, unchanged.
    TimerDocument(Json timer) : document_(std::move(timer)) {}
    TimerDocument(TimerJob) = delete;  // create_timer takes a TransferTimer or FlowTimer; a TimerJob goes to create_job

    void check() const { document_.check(); }
    void write_json(std::string& out) const { document_.write_json(out); }

private:
    Document document_;
};

/// What create_job takes: a TimerJob or a Json. https://docs.globus.org/api/timers/
class JobDocument {
public:
    /// A timer in the older form.
    JobDocument(TimerJob job) : document_(std::move(job)) {}
    /// A document, unchanged.
    JobDocument(Json job) : document_(std::move(job)) {}
    JobDocument(TransferTimer) = delete;  // create_job takes a TimerJob; a TransferTimer goes to create_timer

    void check() const { document_.check(); }
    void write_json(std::string& out) const { document_.write_json(out); }

private:
    Document document_;
};

}  // namespace globus::timers

#ifdef GLOBUS_BODIES
#include <globus/services/timers/impl/payloads.ipp>
#endif

#endif  // GLOBUS_SERVICES_TIMERS_PAYLOADS_HPP
