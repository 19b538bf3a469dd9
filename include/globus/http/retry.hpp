// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_RETRY_HPP
#define GLOBUS_HTTP_RETRY_HPP

#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry_after.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/**
 * What may happen when an operation's request is sent a second time. Every operation carries one.
 *
 * | class          | for                                                   | repeated after                            |
 * |----------------|-------------------------------------------------------|-------------------------------------------|
 * | read           | GET, and POST that only looks things up               | any passing failure                       |
 * | keyed          | a write with a key made by the caller: submit_transfer| any passing failure, with the same bytes  |
 * | idempotent     | PUT, DELETE, cancel                                   | any passing failure                       |
 * | non_idempotent | POST that creates, PATCH                              | 429, and what never left this machine     |
 * | grant          | a grant that Globus Auth may take once only           | as idempotent, see below                  |
 * | never          | a call that says so: `retry_as`                       | nothing, not even a 401                   |
 *
 * Passing failures are the statuses 408, 429, 500, 502, 503, 504, a lost connection, a time-out of one attempt, and an
 * answer that is cut off; one that is whole and no JSON, such as a page of HTML, is what the service means to say.
 * Never left this machine: a name that was not found, a connection that was not made, or broke before the request was
 * written. Besides, every class but `never` is sent once more after a 401 if the authorizer has a new token then.
 *
 * A grant, such as a refresh token that its answer replaces, is sent at most once more after an attempt that Globus Auth
 * may have answered: that it sees twice what it has taken back may end the whole login. An answer that came, if only in
 * part, is the last.
 *
 * A 429 or a 401 counts as a promise that nothing was done; where that is not enough, say `never`. Requests of the
 * last three classes go over a fresh connection, because libcurl repeats a request by itself when a kept connection turns
 * out to be dead.
 */
enum class RetryClass : unsigned char { read, keyed, idempotent, non_idempotent, grant, never };

/// How one attempt ended, for a retry policy.
struct Attempt {
    int number = 1;                             ///< the first is 1
    RetryClass retry_class = RetryClass::read;  ///< of the operation, unless CallOptions::retry_as says otherwise
    http::Response const* response = nullptr;   ///< the answer, if there is one
    NetworkError const* error = nullptr;        ///< why there is none
    bool undecodable = false;                   ///< the answer is a 2xx whose document is cut off
    std::chrono::duration<double> time_left = std::chrono::hours(1);  ///< until the deadline of the call
    int previous_status = 0;  ///< of the answer to the attempt before; 0: none came, or this is the first
    bool settled = false;     ///< the answer says that nothing was done, and that another would be alike
    bool in_doubt = false;    ///< an earlier attempt of the call may have been processed
};

/**
 * Tokens that retries cost and successes earn, so that a service in trouble is not answered with a storm.
 *
 * It starts full with 500; a retry takes 10, one after a 429 takes 5; each success gives 1 back, and a success after a
 * retry what that retry took. An empty budget means no retry.
 *
 * @par Thread safety
 * Any function may be called from any thread.
 */
class RetryBudget {
public:
    static constexpr int capacity = 500;  ///< what it starts with, and the most that it holds

    /// Takes `cost` tokens, or none and returns false if there are fewer.
    [[nodiscard]] bool take(int cost) noexcept {
        int have = tokens_.load(std::memory_order_relaxed);
        do {
            if (have < cost) return false;
        } while (!tokens_.compare_exchange_weak(have, have - cost, std::memory_order_relaxed));
        return true;
    }
    /// Puts tokens back, as far as there is room.
    void give(int amount) noexcept {
        int have = tokens_.load(std::memory_order_relaxed);
        do {
            if (have == capacity) return;
        } while (!tokens_.compare_exchange_weak(have, std::min(capacity, have + amount), std::memory_order_relaxed));
    }
    /// The tokens of this moment: other threads take and give, too.
    [[nodiscard]] int left() const noexcept { return tokens_.load(std::memory_order_relaxed); }

private:
    std::atomic<int> tokens_{capacity};
};

namespace detail {

/// Anything from 0 to 1, without 1. The system is asked each time: the state of an engine would be the same in all
/// processes that are forked, and their attempts would come together.
inline double random_unit() {
    std::random_device device;
    return std::uniform_real_distribution<double>{0.0, 1.0}(device);
}

/// True if a status promises that nothing was done: that of a client's error, but for 408, by which a proxy can mean
/// that a service which has the request takes too long. A redirect is no promise: by a 303 a POST says that it was done.
constexpr bool promises_nothing_done(int status) { return status >= 400 && status < 500 && status != 408; }

/// True if the service may have done what an attempt asked for, so that another one would be a replay. A 503 comes from a
/// service that had no time for it.
inline bool may_be_processed(Attempt const& attempt) {
    if (attempt.error != nullptr) return attempt.error->sent() == NetworkError::Sent::yes;
    int const status = attempt.response->status;
    return status != 503 && !promises_nothing_done(status);
}

/// True if a second attempt can do no harm and may do good.
inline bool may_retry(Attempt const& attempt) {
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

}  // namespace detail

/**
 * The retry policy of a Client unless another is named: at most `max_attempts`, full jitter, Retry-After honoured and
 * never shortened, and a budget that all calls of the client share.
 *
 * Any copyable type with the member functions `before_retry` and `succeeded` can take its place.
 *
 * @par Thread safety
 * Its const functions may be called from any thread. Copies share the budget.
 */
struct DefaultRetry {
    int max_attempts = 4;                          ///< of a call, the first one included
    std::chrono::duration<double> base{0.5};       ///< the first wait is at most this; it doubles each time
    std::chrono::duration<double> throttled{1.0};  ///< the same after a 429
    std::chrono::duration<double> cap{20.0};       ///< no wait of our own is longer

    /// How long to wait before the next attempt; nothing: do not make one.
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const {
        if (attempt.number >= max_attempts || !detail::may_retry(attempt)) return std::nullopt;
        bool const throttle = attempt.response != nullptr && attempt.response->status == 429;
        double const limit =
            std::min(cap.count(), (throttle ? throttled : base).count() * std::exp2(attempt.number - 1));
        std::chrono::duration<double> wait(limit > 0 ? limit * detail::random_unit() : 0);  // 0 for NaN, too
        if (attempt.response != nullptr)
            if (auto const asked = retry_after(attempt.response->headers); asked && *asked > wait) wait = *asked;
        if (!(wait < attempt.time_left) || !budget->take(throttle ? throttled_cost : cost)) return std::nullopt;
        return wait;
    }
    /// A call succeeded by `attempt`.
    void succeeded(Attempt const& attempt) const noexcept {
        budget->give(attempt.number == 1 ? 1 : attempt.previous_status == 429 ? throttled_cost : cost);
    }

    static constexpr int cost = 10;           ///< of a retry, in tokens of the budget
    static constexpr int throttled_cost = 5;  ///< of one after a 429

    /// Shared by all copies; clients that are given one object share it, too. It must not be null.
    std::shared_ptr<RetryBudget> budget = std::make_shared<RetryBudget>();
};

/// The retry policy that never repeats anything. (A 401 still renews the token once: that is the authorizer's, which
/// repeats its token requests as it would for any client.)
struct NoRetry {
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const&) const {
        return std::nullopt;
    }
    void succeeded(Attempt const&) const noexcept {}
};

/// `R` decides about retries: see DefaultRetry for what the two functions mean.
template <class R>
concept RetryPolicy = std::copy_constructible<R> && requires(R const& retry, Attempt const& attempt) {
    { retry.before_retry(attempt) } -> std::same_as<std::optional<std::chrono::duration<double>>>;
    { retry.succeeded(attempt) } noexcept;
};

}  // namespace globus

#endif  // GLOBUS_HTTP_RETRY_HPP
