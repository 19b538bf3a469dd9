// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_RATE_LIMITER_IPP
#define GLOBUS_HTTP_IMPL_RATE_LIMITER_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/rate_limiter.hpp>
#include <globus/http/waiting.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <utility>

namespace globus {

GLOBUS_DECL RateLimiter::RateLimiter(double per_second, std::size_t burst) : state_(std::in_place) {
    if (!(per_second > 0) || burst == 0 || burst > 1'000'000)
        throw UsageError("RateLimiter: the rate must be positive, and the burst 1 to 1,000,000");
    constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
    std::chrono::duration<double> const window(static_cast<double>(burst) / per_second);
    state_->window = std::chrono::ceil<http::Clock::duration>(std::min(window, longest));
    state_->turns.assign(burst, http::Clock::time_point::min());
}

GLOBUS_DECL http::Clock::time_point RateLimiter::reserve(http::Clock::time_point deadline) const {
    std::lock_guard const lock(state_->mutex);
    http::Clock::time_point& oldest = state_->turns[state_->next];
    http::Clock::time_point turn = http::Clock::now();
    if (oldest != http::Clock::time_point::min()) turn = std::max(turn, http::later(state_->window, oldest));
    if (turn > deadline)
        throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no,
                           "the rate limiter has no turn for this request before its deadline");
    oldest = turn;
    state_->next = (state_->next + 1) % state_->turns.size();
    return turn;
}

GLOBUS_DECL void RateLimiter::acquire(http::Clock::time_point deadline, std::stop_token const& stop) const {
    if (!http::wait_until(reserve(deadline), stop)) detail::Wait{"the rate limiter", deadline, stop}.end();
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_RATE_LIMITER_IPP
