// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_PROGRESS_METER_HPP
#define GLOBUS_SERVICES_GCS_PROGRESS_METER_HPP

#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>
#include <globus/services/gcs/files.hpp>

#include <cstdint>
#include <functional>

namespace globus::detail {

/// What reports the progress of a call, at most ten times a second. It reads a clock only if somebody wants to know.
class ProgressMeter {
public:
    /// @param report  may be empty; it must live as long as this
    explicit ProgressMeter(std::function<void(Progress const&)> const& report) : report_(report) {}

    Progress now;  ///< what is reported

    /// Says that `now.bytes` has changed.
    void moved() {
        if (report_) tell(http::Clock::now());
    }
    /// The same, at a time.
    void tell(http::Clock::time_point time);
    /// Says that the call begins, or goes on, at `now.bytes`: what was there before is no speed.
    void begin(http::Clock::time_point time = http::Clock::now());
    /// Makes the last report.
    void finish();

private:
    std::function<void(Progress const&)> const& report_;
    http::Clock::time_point told_ = {};
    std::uint64_t told_bytes_ = 0;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/progress_meter.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_PROGRESS_METER_HPP
