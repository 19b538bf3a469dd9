// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_RETRY_IPP
#define GLOBUS_HTTP_IMPL_RETRY_IPP

#include <globus/core/config.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/retry_after.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <random>

namespace globus {

GLOBUS_DECL bool RetryBudget::take(int cost) noexcept {
    int have = tokens_.load(std::memory_order_relaxed);
    do {
        if (have < cost) return false;
    } while (!tokens_.compare_exchange_weak(have, have - cost, std::memory_order_relaxed));
    return true;
}

GLOBUS_DECL void RetryBudget::give(int amount) noexcept {
    int have = tokens_.load(std::memory_order_relaxed);
    do {
        if (have == capacity) return;
    } while (!tokens_.compare_exchange_weak(have, std::min(capacity, have + amount), std::memory_order_relaxed));
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL std::shared_ptr<RetryBudget> make_budget() { return std::make_shared<RetryBudget>(); }

GLOBUS_DECL double random_unit() {
    std::random_device device;
    return std::uniform_real_distribution<double>{0.0, 1.0}(device);
}

GLOBUS_DECL bool may_be_processed(Attempt const& attempt) {
    if (attempt.error != nullptr) return attempt.error->sent() == NetworkError::Sent::yes;
    int const status = attempt.response->status;
    return status != 503 && !promises_nothing_done(status);
}

GLOBUS_DECL bool may_retry(Attempt const& attempt) {
    if (attempt.retry_class == RetryClass::never) return false;
    bool const was_sent = attempt.error == nullptr || attempt.error->sent() == NetworkError::Sent::yes;
    if (attempt.retry_class == RetryClass::grant && (attempt.undecodable || (attempt.in_doubt && was_sent)))
        return false;
    bool const repeatable = attempt.retry_class != RetryClass::non_idempotent;
    if (attempt.error != nullptr) {
        using Kind = NetworkError::Kind;
        switch (attempt.error->kind()) {
            case Kind::resolve:
            case Kind::connect:
            case Kind::timeout:
            case Kind::interrupted:
            case Kind::protocol:
                return repeatable || attempt.error->sent() == NetworkError::Sent::no;
            case Kind::cancelled:
            case Kind::tls:
            case Kind::proxy:
            case Kind::too_large:
            case Kind::redirect:
            case Kind::local:
                return false;
        }
        return false;
    }
    if (attempt.undecodable) return repeatable;
    switch (attempt.response->status) {
        case 429:
            return true;
        case 408:
        case 500:
        case 502:
        case 503:
        case 504:
            return repeatable && !attempt.settled;
        default:
            return false;
    }
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<std::chrono::duration<double>> DefaultRetry::before_retry(Attempt const& attempt) const {
    if (attempt.number >= max_attempts || !detail::may_retry(attempt)) return std::nullopt;
    bool const throttle = attempt.response != nullptr && attempt.response->status == 429;
    double const limit = std::min(cap.count(), (throttle ? throttled : base).count() * std::exp2(attempt.number - 1));
    std::chrono::duration<double> wait(limit > 0 ? limit * detail::random_unit() : 0);  // 0 for NaN, too
    if (attempt.response != nullptr)
        if (auto const asked = retry_after(attempt.response->headers); asked && *asked > wait) wait = *asked;
    if (!(wait < attempt.time_left) || !budget->take(throttle ? throttled_cost : cost)) return std::nullopt;
    return wait;
}

GLOBUS_DECL void DefaultRetry::succeeded(Attempt const& attempt) const noexcept {
    budget->give(attempt.number == 1 ? 1 : attempt.previous_status == 429 ? throttled_cost : cost);
}

GLOBUS_DECL std::optional<std::chrono::duration<double>> NoRetry::before_retry(Attempt const&) const {
    return std::nullopt;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_RETRY_IPP
