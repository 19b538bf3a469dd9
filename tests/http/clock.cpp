// SPDX-License-Identifier: Apache-2.0
// Arithmetic on times at their extremes. Under -fsanitize=undefined an overflow ends the program.
#include <globus/http/clock.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/http/rate_limiter.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/retry_after.hpp>

#include "support/catch.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Seconds = std::chrono::duration<double>;
using Limits = std::numeric_limits<double>;
using http::Clock;

constexpr double lengths[] = {0,
                              1e-300,
                              Limits::denorm_min(),
                              1,
                              1e9,
                              9.2e9,
                              1e10,
                              1e18,
                              1.7e308,
                              Limits::infinity(),
                              -1e-300,
                              -1,
                              -9.3e9,
                              -1.7e308,
                              -Limits::infinity(),
                              Limits::quiet_NaN()};
Clock::time_point const moments[] = {
    Clock::time_point::min(),       Clock::time_point::min() + 1ns, Clock::time_point(), Clock::now(),
    Clock::time_point::max() - 1ns, Clock::time_point::max()};

}  // namespace

TEST_CASE("clock: a moment that is later is never earlier, whatever the two are", "[http][clock]") {
    for (double const length : lengths)
        for (auto const from : moments) {
            INFO(length << " after " << from.time_since_epoch().count());
            auto const then = http::later(Seconds(length), from);
            CHECK(then >= from);
            CHECK((then > from) == (length > 0 && from != Clock::time_point::max()));
        }
    auto const now = Clock::now();
    CHECK(http::later(250ms, now) == now + 250ms);
    CHECK(http::later(Seconds(Limits::infinity()), now) >= now + std::chrono::hours(24 * 36524));
    CHECK(http::later(Seconds(1e-12), now) == now + 1ns);  // no wait is cut short
}

TEST_CASE("clock: the time left to any deadline has the right sign", "[http][clock]") {
    for (auto const now : moments)
        for (auto const deadline : moments) {
            Seconds const left = http::time_left(deadline, now);
            if (deadline > now) CHECK(left.count() >= 0);
            if (deadline < now) CHECK(left.count() <= 0);
        }
    CHECK(http::time_left(Clock::time_point::max()) > std::chrono::hours(24 * 36525));
    CHECK(http::time_left(Clock::time_point::min()) < -std::chrono::hours(24 * 36525));
    auto const now = Clock::now();
    CHECK(std::abs(http::time_left(now + 1500ms, now).count() - 1.5) < 1e-6);
}

TEST_CASE("clock: a retry policy made of extremes waits for a time that is one, or not at all", "[http][clock]") {
    http::Response const busy{.status = 503};
    for (double const base : lengths)
        for (double const cap : lengths)
            for (int const number : {1, 3, 2000, std::numeric_limits<int>::max() - 1})
                for (double const left : lengths) {
                    DefaultRetry const retry{
                        .max_attempts = std::numeric_limits<int>::max(), .base = Seconds(base), .cap = Seconds(cap)};
                    auto const wait =
                        retry.before_retry({.number = number, .response = &busy, .time_left = Seconds(left)});
                    if (wait) CHECK((wait->count() >= 0 && *wait < Seconds(left)));
                }
}

TEST_CASE("clock: Retry-After against any present", "[http][clock]") {
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr auto ten_years = std::chrono::seconds(std::int64_t{10} * 366 * 86400);
    for (std::string const text :
         {"0", "18446744073709551616", "-1", "+5", " 7 ", "Thu, 01 Jan 1970 00:00:00 GMT",
          "Fri, 31 Dec 9999 23:59:59 GMT", "Sun, 31 Feb 2027 00:00:00 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
          "Sat Jan  1 00:00:00 0000", "Mon, 01 Jan 0001 00:00:00 GMT"})
        for (std::int64_t const now : {least, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1764410400}, most}) {
            INFO(text << " at " << now);
            auto const asked = retry_after({{"Retry-After", text}}, now);
            if (asked) CHECK((*asked >= 0s && *asked <= ten_years));
            CHECK(asked.has_value() == (text != "-1" && text != "+5"));
        }
}

TEST_CASE("clock: a rate limiter with extremes for its rate, burst and deadlines", "[http][clock]") {
    for (double const rate : lengths)
        for (std::size_t const burst : {std::size_t{0}, std::size_t{1}, std::numeric_limits<std::size_t>::max()}) {
            INFO(rate << ' ' << burst);
            if (!(rate > 0) || burst != 1) {
                CHECK_THROWS_AS(RateLimiter(rate, burst), UsageError);
                continue;
            }
            RateLimiter const limiter(rate, burst);
            CHECK_THROWS_AS(limiter.acquire(Clock::time_point::min()), NetworkError);
            limiter.acquire(Clock::time_point::max());
        }
    RateLimiter const slow(1e-300, 1);
    slow.acquire();
    CHECK_THROWS_AS(slow.acquire(Clock::now() + std::chrono::hours(1)), NetworkError);
    std::stop_source stop;
    stop.request_stop();
    for (int i = 0; i != 1000; ++i)
        CHECK_THROWS_AS(slow.acquire(Clock::time_point::max(), stop.get_token()), NetworkError);
}

TEST_CASE("clock: a repeatable request keeps any deadline, and a policy's odd waits are none", "[http][clock]") {
    for (auto const deadline : moments) {
        MockTransport mock;
        mock.otherwise([](http::Request const&) { return http::Response{.status = 503}; });
        http::Request request;
        request.url = "https://example.org/";
        request.deadline = deadline;
        DefaultRetry const retry{.base = Seconds(Limits::quiet_NaN())};
        if (deadline > Clock::now())
            CHECK(http::send_repeatable(mock, request, retry).status == 503);
        else
            CHECK_THROWS_AS(http::send_repeatable(mock, request, retry), NetworkError);
        CHECK(mock.request_count() == (deadline > Clock::now() ? 4u : 0u));
    }
}

TEST_CASE("clock: a wait that is cancelled says whether a request had been sent", "[http][clock]") {
    for (bool const sent : {false, true}) {
        std::stop_source stop;
        MockTransport mock;
        mock.otherwise([&](http::Request const&) -> http::Response {
            stop.request_stop();
            if (sent) return {.status = 503};
            throw NetworkError(NetworkError::Kind::connect, NetworkError::Sent::no, "nobody listens");
        });
        http::Request request;
        request.url = "https://example.org/";
        request.stop = stop.get_token();
        try {
            (void)http::send_repeatable(mock, request, DefaultRetry{.base = 10s});
            FAIL("it was stopped");
        } catch (NetworkError const& error) {
            CHECK(error.kind() == NetworkError::Kind::cancelled);
            CHECK((error.sent() == NetworkError::Sent::yes) == sent);
        }
    }
}
