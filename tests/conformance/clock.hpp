// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_CONFORMANCE_CLOCK_HPP
#define GLOBUS_TESTS_CONFORMANCE_CLOCK_HPP

#include <cstdint>
#include <vector>

namespace conformance {

/// The time that the recording was made at, in seconds since 1970.
void set_recorded_time(std::int64_t seconds);
/// Turns all clocks of the program back to that time, where they stand still but for waits, which take no time.
void clock_at_recording();
/// The seconds of each wait since then.
[[nodiscard]] std::vector<double> const& waits();

}  // namespace conformance

#endif  // GLOBUS_TESTS_CONFORMANCE_CLOCK_HPP
