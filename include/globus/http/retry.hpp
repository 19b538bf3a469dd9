// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_RETRY_HPP
#define GLOBUS_HTTP_RETRY_HPP

#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
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
 * | non_idempotent | POST that creates, PATCH                              | only what was surely not processed        |
 *
 * Passing failures are the statuses 408, 429, 500, 502, 503, 504, a lost connection, a time-out of one attempt, and an
 * answer that is cut off. Surely not processed are a name, connect or TLS failure before the request was written, and
 * 429. A non-idempotent request goes over a fresh connection, because libcurl repeats a request by itself when a kept
 * connection turns out to be dead.
 */
enum class RetryClass : unsigned char { read, keyed, idempotent, non_idempotent };

/// How one attempt ended, for a retry policy.
struct Attempt {
    int number = 1;  ///< the first is 1
    RetryClass retry_class = RetryClass::read;
    http::Response const* response = nullptr;  ///< the answer, if there is one
    NetworkError const* error = nullptr;       ///< why there is none
    bool undecodable = false;                  ///< the answer is a 2xx whose document is cut off
    bool endpoint_trouble = false;             ///< the service says that an endpoint behind it failed; not passing
};

namespace detail {

/// Days since 1970-01-01 of a Gregorian date.
constexpr std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
    year -= month <= 2 ? 1 : 0;
    std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
    auto const year_of_era = static_cast<unsigned>(year - era * 400);
    unsigned const day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

/// Reads `width` digits of `text` at `at`; -1 if they are not digits.
constexpr int digits_at(std::string_view text, std::size_t at, std::size_t width) {
    if (at + width > text.size()) return -1;
    int number = 0;
    for (std::size_t i = at; i != at + width; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

constexpr int month_number(std::string_view name) {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (name.size() != 3) return 0;
    for (std::size_t i = 0; i != 12; ++i)
        if (names.substr(i * 3, 3) == name) return static_cast<int>(i) + 1;
    return 0;
}

/// The seconds since 1970 of any of the three date forms of RFC 9110, section 5.6.7.
constexpr std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now) {
    int year = -1, month = 0, day = -1;
    std::string_view clock;
    if (text.size() == 29 && text.substr(3, 2) == ", " && text.substr(25) == " GMT") {  // Sun, 06 Nov 1994 08:49:37 GMT
        day = digits_at(text, 5, 2), month = month_number(text.substr(8, 3)), year = digits_at(text, 12, 4);
        clock = text.substr(17, 8);
    } else if (text.size() == 24) {  // Sun Nov  6 08:49:37 1994
        day = text[8] == ' ' ? digits_at(text, 9, 1) : digits_at(text, 8, 2);
        month = month_number(text.substr(4, 3)), year = digits_at(text, 20, 4);
        clock = text.substr(11, 8);
    } else if (auto const comma = text.find(", "); comma != std::string_view::npos && text.size() == comma + 24 &&
                                                   text.ends_with(" GMT")) {  // Sunday, 06-Nov-94 08:49:37 GMT
        std::string_view const date = text.substr(comma + 2);
        day = digits_at(date, 0, 2), month = month_number(date.substr(3, 3)), year = digits_at(date, 7, 2);
        if (year >= 0) {
            year += 1900;  // the year of that ending which is at most 50 years ahead
            std::int64_t const this_year = 1970 + now / 31556952;
            while (year + 100 <= this_year + 50) year += 100;
        }
        clock = date.substr(10, 8);
    }
    int const hour = digits_at(clock, 0, 2), minute = digits_at(clock, 3, 2), second = digits_at(clock, 6, 2);
    if (year < 0 || month == 0 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return std::nullopt;
    return days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * 86400 + hour * 3600 +
           minute * 60 + second;
}

inline std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace detail

/**
 * How long an answer's Retry-After asks to wait: seconds, or until a date in any form of RFC 9110, section 5.6.7.
 *
 * @param now  seconds since 1970, for a date
 * @return nothing for a header that is missing, negative or malformed; at most 10 years
 */
inline std::optional<std::chrono::seconds> retry_after(http::Response const& response,
                                                       std::int64_t now = detail::unix_now()) {
    constexpr std::int64_t longest = std::int64_t{10} * 366 * 86400;
    std::string_view text = response.headers.get("Retry-After");
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    if (text.empty()) return std::nullopt;
    if (text.find_first_not_of("0123456789") == std::string_view::npos) {
        std::int64_t seconds = 0;
        for (char const c : text) seconds = std::min(longest, seconds * 10 + (c - '0'));
        return std::chrono::seconds(seconds);
    }
    auto const date = detail::parse_http_date(text, now);
    if (!date) return std::nullopt;
    return std::chrono::seconds(std::clamp<std::int64_t>(*date - now, 0, longest));
}

/**
 * Tokens that retries cost and successes earn, so that a service in trouble is not answered with a storm.
 *
 * It starts full with 500; a retry takes 10, a throttled one 5; each success gives 1 back, and a success after a retry
 * what that retry took. An empty budget means no retry.
 *
 * @par Thread safety
 * Any function may be called from any thread.
 */
class RetryBudget {
public:
    static constexpr int capacity = 500;

    [[nodiscard]] bool take(int cost) noexcept {
        int have = tokens_.load(std::memory_order_relaxed);
        do {
            if (have < cost) return false;
        } while (!tokens_.compare_exchange_weak(have, have - cost, std::memory_order_relaxed));
        return true;
    }
    void give(int amount) noexcept {
        int have = tokens_.load(std::memory_order_relaxed);
        do {
            if (have == capacity) return;
        } while (!tokens_.compare_exchange_weak(have, std::min(capacity, have + amount), std::memory_order_relaxed));
    }
    [[nodiscard]] int left() const noexcept { return tokens_.load(std::memory_order_relaxed); }

private:
    std::atomic<int> tokens_{capacity};
};

namespace detail {

inline double random_unit() {
    thread_local std::minstd_rand engine{std::random_device{}()};
    return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
}

/// True if a second attempt can do no harm and may do good.
inline bool may_retry(Attempt const& attempt) {
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
            return repeatable && !attempt.endpoint_trouble;
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
    int max_attempts = 4;
    std::chrono::duration<double> base{0.5};       ///< the first wait is at most this; it doubles each time
    std::chrono::duration<double> throttled{1.0};  ///< the same after a 429
    std::chrono::duration<double> cap{20.0};       ///< no wait of our own is longer

    /// How long to wait before the next attempt; nothing: do not make one.
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const {
        if (attempt.number >= max_attempts || !detail::may_retry(attempt)) return std::nullopt;
        bool const throttle = attempt.response != nullptr && attempt.response->status == 429;
        if (!budget->take(throttle ? 5 : 10)) return std::nullopt;
        double const limit =
            std::min(cap.count(), (throttle ? throttled : base).count() * std::exp2(attempt.number - 1));
        std::chrono::duration<double> wait(limit * detail::random_unit());
        if (attempt.response != nullptr)
            if (auto const asked = retry_after(*attempt.response); asked && *asked > wait) wait = *asked;
        return wait;
    }
    /// A call succeeded after `attempts` attempts.
    void succeeded(int attempts) const noexcept { budget->give(attempts > 1 ? 10 : 1); }

    std::shared_ptr<RetryBudget> budget = std::make_shared<RetryBudget>();
};

/// The retry policy that never repeats anything. (A 401 still renews the token once: that is the authorizer's.)
struct NoRetry {
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const&) const {
        return std::nullopt;
    }
    void succeeded(int) const noexcept {}
};

/// `R` decides about retries: see DefaultRetry for what the two functions mean.
template <class R>
concept RetryPolicy = std::copy_constructible<R> && requires(R const& retry, Attempt const& attempt) {
    { retry.before_retry(attempt) } -> std::same_as<std::optional<std::chrono::duration<double>>>;
    { retry.succeeded(1) } noexcept;
};

namespace http {

/// Waits until `until`, or less if the stop_token asks; says whether the time was waited out.
inline bool wait_until(Clock::time_point until, std::stop_token const& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_until(lock, stop, until, [] { return false; });
    return !stop.stop_requested();
}

/**
 * Sends a request that may be repeated, outside of any Client: a public document, a redirect that is to be looked at.
 *
 * @return the last answer, whatever its status
 * @throws NetworkError  if no answer came, or the stop_token asked between two attempts
 */
template <class T>
Response send_repeatable(T const& transport, Request const& request, DefaultRetry const& retry = {}) {
    for (int number = 1;; ++number) {
        Attempt attempt{.number = number, .retry_class = RetryClass::read};
        auto const wait = [&]() -> std::optional<Clock::time_point> {
            auto const asked = retry.before_retry(attempt);
            if (!asked || *asked >= request.deadline - Clock::now()) return std::nullopt;
            return Clock::now() + std::chrono::duration_cast<Clock::duration>(*asked);
        };
        std::optional<Clock::time_point> until;
        try {
            Response response = transport.send(request);
            if (response.status < 400) return response;
            attempt.response = &response;
            until = wait();
            if (!until) return response;
        } catch (NetworkError const& failure) {
            attempt.error = &failure;
            until = wait();
            if (!until) throw;
        }
        if (!wait_until(*until, request.stop))
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                               "the call was cancelled between two attempts");
    }
}

}  // namespace http
}  // namespace globus

#endif  // GLOBUS_HTTP_RETRY_HPP
