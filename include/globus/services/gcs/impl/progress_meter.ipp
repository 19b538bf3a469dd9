// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_PROGRESS_METER_IPP
#define GLOBUS_SERVICES_GCS_IMPL_PROGRESS_METER_IPP

#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/progress_meter.hpp>

#include <algorithm>
#include <chrono>

namespace globus::detail {

GLOBUS_DECL void ProgressMeter::begin(http::Clock::time_point time) {
    told_ = time;
    told_bytes_ = now.bytes;
}

GLOBUS_DECL void ProgressMeter::tell(http::Clock::time_point time) {
    std::chrono::duration<double> const since = time - told_;
    if (since < std::chrono::milliseconds(100)) return;
    auto const moved = static_cast<double>(now.bytes) - static_cast<double>(told_bytes_);
    double const rate = std::max(0.0, moved / since.count());
    // The rate of the last seconds: what is older counts less and less.
    double const weight = now.rate == 0 ? 1 : std::min(1.0, since.count() / 3);
    now.rate += weight * (rate - now.rate);
    now.remaining.reset();
    if (now.total && now.rate > 0 && *now.total >= now.bytes)
        now.remaining = std::chrono::duration<double>(static_cast<double>(*now.total - now.bytes) / now.rate);
    begin(time);
    report_(now);
}

GLOBUS_DECL void ProgressMeter::finish() {
    if (!report_) return;
    now.finished = true;
    now.total = now.bytes;
    now.remaining = std::chrono::duration<double>(0);
    report_(now);
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_PROGRESS_METER_IPP
