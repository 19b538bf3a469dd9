// SPDX-License-Identifier: Apache-2.0
#include <globus/http/retry.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

using namespace globus;

static_assert(RetryPolicy<DefaultRetry>);
static_assert(RetryPolicy<NoRetry>);
static_assert(!RetryPolicy<int>);

namespace {

std::optional<std::int64_t> seconds_of(std::string value, std::int64_t now = 784111777) {
    http::Response response;
    response.headers.add("Retry-After", std::move(value));
    auto const seconds = retry_after(response.headers, now);
    return seconds ? std::optional<std::int64_t>(seconds->count()) : std::nullopt;
}

bool retries(RetryClass retry_class, int status) {
    http::Response response{.status = status};
    return detail::may_retry({.retry_class = retry_class, .response = &response});
}
bool retries(RetryClass retry_class, NetworkError::Kind kind, NetworkError::Sent sent) {
    NetworkError const error(kind, sent, "");
    return detail::may_retry({.retry_class = retry_class, .error = &error});
}

}  // namespace

TEST_CASE("retry: Retry-After in seconds and in all forms of a date", "[http][retry]") {
    CHECK(seconds_of("0") == 0);
    CHECK(seconds_of(" 120\t") == 120);
    // RFC 9110, section 5.6.7: one moment in three forms
    for (char const* date :
         {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
        CHECK(seconds_of(date, 784111777 - 42) == 42);
        CHECK(seconds_of(date, 784111777 + 42) == 0);
    }
    CHECK(seconds_of("99999999999999999999999999") == std::int64_t{10} * 366 * 86400);
    for (char const* bad : {"", "-5", "1_000", "1.5", "1e9", "+3", "0x10", "soon", "1 2", "Sun, 06 Nov 1994",
                            "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Now 1994 08:49:37 GMT",
                            "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "\xff"})
        CHECK(seconds_of(bad) == std::nullopt);
    CHECK(seconds_of(std::string(1000000, '9')).has_value());
}

TEST_CASE("retry: the class decides what is sent twice", "[http][retry]") {
    using Kind = NetworkError::Kind;
    using Sent = NetworkError::Sent;
    for (RetryClass const repeatable : {RetryClass::read, RetryClass::keyed, RetryClass::idempotent}) {
        for (int const status : {408, 429, 500, 502, 503, 504}) CHECK(retries(repeatable, status));
        for (int const status : {400, 401, 403, 404, 409, 422, 501}) CHECK_FALSE(retries(repeatable, status));
        CHECK(retries(repeatable, Kind::interrupted, Sent::yes));
        CHECK(retries(repeatable, Kind::timeout, Sent::yes));
    }
    for (int const status : {408, 500, 502, 503, 504}) CHECK_FALSE(retries(RetryClass::non_idempotent, status));
    CHECK(retries(RetryClass::non_idempotent, 429));
    CHECK(retries(RetryClass::non_idempotent, Kind::connect, Sent::no));
    CHECK_FALSE(retries(RetryClass::non_idempotent, Kind::interrupted, Sent::yes));
    CHECK_FALSE(retries(RetryClass::non_idempotent, Kind::timeout, Sent::yes));
    for (Kind const kind : {Kind::tls, Kind::cancelled, Kind::too_large, Kind::redirect, Kind::local})
        CHECK_FALSE(retries(RetryClass::read, kind, Sent::no));
    http::Response const trouble{.status = 502};
    CHECK_FALSE(detail::may_retry({.response = &trouble, .settled = true}));
}

TEST_CASE("retry: waits are jittered in full, and never shorter than asked for", "[http][retry]") {
    DefaultRetry const retry;
    http::Response busy{.status = 503};
    std::vector<double> waits;
    for (int i = 0; i != 10000; ++i) {
        retry.budget->give(10);
        waits.push_back(retry.before_retry({.number = 1, .response = &busy})->count());
    }
    std::sort(waits.begin(), waits.end());
    double worst = 0;  // Kolmogorov-Smirnov against the uniform distribution on 0 to 0.5 s
    for (std::size_t i = 0; i != waits.size(); ++i)
        worst = std::max(worst, std::abs(waits[i] / 0.5 - static_cast<double>(i + 1) / 10000.0));
    CHECK(worst < 1.95 / 100);  // p = 0.001
    busy.headers.set("Retry-After", "7");
    CHECK(retry.before_retry({.number = 1, .response = &busy})->count() >= 7);
    CHECK(retry.before_retry({.number = retry.max_attempts, .response = &busy}) == std::nullopt);
}

TEST_CASE("retry: the budget is exact under many threads, and ends a storm", "[http][retry]") {
    RetryBudget budget;
    std::atomic<int> taken = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != 8; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i != 100000; ++i) {
                    if (budget.take(10)) {
                        ++taken;
                        budget.give(10);
                    }
                }
            });
    }
    CHECK(budget.left() == RetryBudget::capacity);
    int count = 0;
    while (budget.take(10)) ++count;
    CHECK(count == 50);
    CHECK_FALSE(budget.take(10));
    budget.give(1000);
    CHECK(budget.left() == RetryBudget::capacity);
}
