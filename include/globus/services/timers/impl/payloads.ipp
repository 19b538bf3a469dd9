// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_IMPL_PAYLOADS_IPP
#define GLOBUS_SERVICES_TIMERS_IMPL_PAYLOADS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/timers/payloads.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace globus::timers {

GLOBUS_DECL void EndAfter::check() const {
    if (*count <= 0 && !additional_fields.contains("count"))
        throw UsageError("a timer that ends after " + std::to_string(*count) + " runs never runs: give at least 1");
}

GLOBUS_DECL void OnceTimerSchedule::check() const {
    if (datetime && !additional_fields.contains("datetime")) globus::detail::check_time("datetime", *datetime);
}

GLOBUS_DECL void EndAt::check() const {
    if (additional_fields.contains("datetime")) return;
    globus::detail::check_time("datetime", *datetime);
    if (datetime->text().empty()) throw UsageError("the datetime of EndAt is empty: give a time");
}

GLOBUS_DECL void RecurringTimerSchedule::check() const {
    if (interval_seconds->count() <= 0 && !additional_fields.contains("interval_seconds"))
        throw UsageError("interval_seconds is " + std::to_string(interval_seconds->count()) +
                         ": give at least one second, or use OnceTimerSchedule");
    if (start && !additional_fields.contains("start")) globus::detail::check_time("start", *start);
    if (end) end->check();
}

GLOBUS_DECL void TransferTimer::check() const {
    schedule->check();
    body->check();
}

GLOBUS_DECL void TransferTimer::write_json(std::string& out) const {
    Json transfer = globus::detail::json_of(body->text());
    if (transfer.is_object())
        for (char const* name_of_run : {"submission_id", "skip_activation_check"})
            transfer.as_object().erase(name_of_run);
    TransferTimer each = *this;
    each.body = std::move(transfer);
    globus::detail::write_object(out, each);
}

GLOBUS_DECL void FlowTimer::check() const {
    if (flow_id->empty() && !additional_fields.contains("flow_id"))
        throw UsageError("flow_id is empty: give the id of a flow");
    schedule->check();
}

GLOBUS_DECL void TimerJob::check() const {
    auto const own = [this](std::string_view member) { return !additional_fields.contains(member); };
    if (*interval && (*interval)->count() <= 0 && own("interval"))
        throw UsageError("the interval is " + std::to_string((*interval)->count()) +
                         ": give at least one second, or null for a timer that runs once");
    if (own("start")) globus::detail::check_time("start", *start);
    if (stop_after && own("stop_after")) globus::detail::check_time("stop_after", *stop_after);
}

}  // namespace globus::timers

#endif  // GLOBUS_SERVICES_TIMERS_IMPL_PAYLOADS_IPP
