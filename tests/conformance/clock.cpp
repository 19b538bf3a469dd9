// SPDX-License-Identifier: Apache-2.0
#include "clock.hpp"

#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cerrno>

// Retries and polling wait for seconds, tokens and timers depend on the time of day. This program runs at the time of
// the recording: it defines the C library's clock and timed wait itself, so that the library under test needs no hook.

namespace conformance {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t recorded_time = 1'700'000'000;
std::int64_t elapsed = 0;  // nanoseconds
std::vector<double> waited;

std::int64_t nanoseconds(clockid_t id) {
    return (id == CLOCK_REALTIME ? recorded_time : std::int64_t{1'000'000}) * second + elapsed;
}

}  // namespace

void set_recorded_time(std::int64_t seconds) { recorded_time = seconds; }

void clock_at_recording() {
    elapsed = 0;
    waited.clear();
}

std::vector<double> const& waits() { return waited; }

}  // namespace conformance

extern "C" {

int clock_gettime(clockid_t id, timespec* time) noexcept {
    if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC) return static_cast<int>(syscall(SYS_clock_gettime, id, time));
    std::int64_t const now = conformance::nanoseconds(id);
    time->tv_sec = static_cast<time_t>(now / conformance::second);
    time->tv_nsec = static_cast<long>(now % conformance::second);
    return 0;
}

time_t time(time_t* out) noexcept {
    auto const now = static_cast<time_t>(conformance::nanoseconds(CLOCK_REALTIME) / conformance::second);
    if (out != nullptr) *out = now;
    return now;
}

int pthread_cond_clockwait(pthread_cond_t*, pthread_mutex_t*, clockid_t id, timespec const* until) {
    std::int64_t const end = std::int64_t{until->tv_sec} * conformance::second + until->tv_nsec;
    std::int64_t const wait = end - conformance::nanoseconds(id);
    if (wait > 0) {
        conformance::elapsed += wait;
        conformance::waited.push_back(static_cast<double>(wait) / static_cast<double>(conformance::second));
    }
    return ETIMEDOUT;
}
}
