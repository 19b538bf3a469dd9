// SPDX-License-Identifier: Apache-2.0
#include <globus/http/rate_limiter.hpp>
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

static_assert(Transport<RateLimited<MockTransport>>);
static_assert(Transport<RateLimited<CurlTransport>>);

TEST_CASE("no window has more requests than the burst, from any number of threads", "[rate_limiter]") {
    RateLimiter const limiter(100, 20);  // 20 in any 200 ms
    std::mutex mutex;
    std::vector<http::Clock::time_point> times;
    auto const start = http::Clock::now();
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != 8; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i != 10; ++i) {
                    limiter.acquire();
                    std::lock_guard const lock(mutex);
                    times.push_back(http::Clock::now());
                }
            });
    }
    auto const end = http::Clock::now();
    CHECK(times.size() == 80);
    CHECK(end - start >= 600ms);  // the last 20 wait for three windows
    CHECK(end - start < 5s);
    std::sort(times.begin(), times.end());
    CHECK(times[20] - start >= 200ms);
    CHECK(times[40] - start >= 400ms);
    CHECK(times[60] - start >= 600ms);
}

TEST_CASE("a turn after the deadline is refused at once", "[rate_limiter]") {
    RateLimiter const limiter(1, 1);
    limiter.acquire();
    auto const start = http::Clock::now();
    try {
        limiter.acquire(start + 100ms);
        FAIL("there was a turn");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::timeout);
        CHECK(error.sent() == NetworkError::Sent::no);
    }
    CHECK(http::Clock::now() - start < 90ms);
}

TEST_CASE("a wait for a turn is cancelled", "[rate_limiter]") {
    RateLimiter const limiter(0.1, 1);
    limiter.acquire();
    std::stop_source source;
    std::jthread const other([&] {
        std::this_thread::sleep_for(20ms);
        source.request_stop();
    });
    auto const start = http::Clock::now();
    CHECK_THROWS_AS(limiter.acquire(http::Clock::time_point::max(), source.get_token()), NetworkError);
    CHECK(http::Clock::now() - start < 120ms);
}

TEST_CASE("clients share a limiter", "[rate_limiter]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    using Transfer = Client<TransferService, AccessTokenPolicy, RateLimited<MockTransport>, NoRetry>;
    RateLimiter const limiter(0.5, 2);
    Transfer const first{AccessTokenPolicy{"token"}, {.transport = {mock, limiter}}};
    Transfer const second{AccessTokenPolicy{"token"}, {.transport = {mock, limiter}}};
    (void)first.get_task({.task_id = "1"});
    (void)second.get_task({.task_id = "2"});
    CHECK_THROWS_AS(first.get_task({.task_id = "3"}, {.timeout = 1s}), NetworkError);
    CHECK(mock.request_count() == 2);
}

TEST_CASE("a limiter must let something through", "[rate_limiter]") {
    CHECK_THROWS_AS(RateLimiter(0, 1), UsageError);
    CHECK_THROWS_AS(RateLimiter(1, 0), UsageError);
}
