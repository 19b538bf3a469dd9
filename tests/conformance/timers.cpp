// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/timers/service.hpp>

namespace conformance {

/// A timer document, made of the builder that the recording names, so that the wrong one is refused as a program's is.
template <class T, class... Builders>
T timer_document(Json const& value) {
    if (!is_payload(value)) return T(plain(value));
    std::optional<T> made;
    (
        [&] {
            if (string_member(value, "$payload") != Builders::struct_name) return;
            Builders builder = make<Builders>();
            fill(builder, value);
            made.emplace(std::move(builder));
        }(),
        ...);
    if (!made) throw Misfit("this builder does not compile here");
    return *std::move(made);
}

template <>
struct Fill<globus::timers::TimerDocument> {
    static void from(globus::timers::TimerDocument& out, Json const& value) {
        out = timer_document<globus::timers::TimerDocument, globus::TransferTimer, globus::FlowTimer>(value);
    }
};
template <>
struct Fill<globus::timers::JobDocument> {
    static void from(globus::timers::JobDocument& out, Json const& value) {
        out = timer_document<globus::timers::JobDocument, globus::TimerJob>(value);
    }
};
template <>
struct Fill<globus::timers::TimerEnd> {
    static void from(globus::timers::TimerEnd& out, Json const& value) { out = globus::timers::TimerEnd(plain(value)); }
};
template <>
inline globus::timers::TimerDocument make<globus::timers::TimerDocument>() {
    return Json(Object());
}
template <>
inline globus::timers::JobDocument make<globus::timers::JobDocument>() {
    return Json(Object());
}

void add_timers() {
    add_service<globus::TimersService>("TimersClient");
    add_builder<globus::TransferTimer>();
    add_builder<globus::FlowTimer>();
    add_builder<globus::TimerJob>();
    add_builder<globus::OnceTimerSchedule>();
    add_builder<globus::RecurringTimerSchedule>();
}

}  // namespace conformance
