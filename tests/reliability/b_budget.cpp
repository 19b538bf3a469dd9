// SPDX-License-Identifier: Apache-2.0
// Retries cost, so that a service in trouble is not answered with a storm: bar B4.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/sandbox_client.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

TEMPLATE_TEST_CASE("B4: 1,000 calls from 64 threads against a host that always fails: at most 1,100 requests",
                   "[reliability][B4]", Blocking, Asynchronous) {
    sandbox::Server server;
    DefaultRetry const retry = quick();
    auto const transfer = client_by<TestType, TransferService>(server, retry);
    server.add_fault(rule("task_list", "after_body", R"({"type": "status", "code": 503})"));
    http::Response const unavailable{.status = 503};
    std::atomic<int> next = 0, failed = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != 64; ++t)
            threads.emplace_back([&] {
                while (next++ < 1000) {
                    try {
                        (void)transfer.task_list();
                    } catch (TransferApiError const&) {
                        ++failed;
                    }
                }
            });
    }
    CHECK(failed == 1000);
    CHECK(server.count("task_list") <= 1100);
    server.clear_faults();
    CHECK(retry.budget->left() < DefaultRetry::cost);
    CHECK_FALSE(retry.before_retry({.response = &unavailable}));
    auto const begin = http::Clock::now();
    while (retry.budget->left() != RetryBudget::capacity && http::Clock::now() - begin < 5s)
        REQUIRE(transfer.task_list().http_status() == 200);
    CHECK(retry.budget->left() == RetryBudget::capacity);
    server.add_fault(rule("task_list", "after_body", R"({"type": "status", "code": 503})", "3"));
    CHECK(transfer.task_list().http_status() == 200);  // at the fourth attempt
}

TEST_CASE("B4: nothing of the budget is lost or made over a million operations", "[reliability][B4]") {
    DefaultRetry const retry;
    http::Response const unavailable{.status = 503}, throttled{.status = 429};
    constexpr int threads = 8, each = 1'000'000 / threads;
    std::atomic<int> spent = 0, refused = 0;
    {
        std::vector<std::jthread> running;
        for (int t = 0; t != threads; ++t)
            running.emplace_back([&, copy = retry, t] {  // a copy has the same budget
                for (int i = 0; i != each; ++i) {
                    http::Response const& answer = (i + t) % 2 == 0 ? unavailable : throttled;
                    if (!copy.before_retry({.response = &answer})) {
                        ++refused;
                        continue;
                    }
                    if (i < 2) {  // a few retries fail, too: they are not paid back
                        spent += answer.status == 429 ? DefaultRetry::throttled_cost : DefaultRetry::cost;
                        continue;
                    }
                    copy.succeeded({.number = 2, .previous_status = answer.status});
                }
            });
    }
    CHECK(spent > 0);
    CHECK(refused == 0);
    CHECK(retry.budget->left() == RetryBudget::capacity - spent);
}

TEST_CASE("B4: what a retry takes and a success gives", "[reliability][B4]") {
    DefaultRetry const retry;
    http::Response const unavailable{.status = 503}, throttled{.status = 429};
    auto const change = [&](auto const& action) {
        int const before = retry.budget->left();
        action();
        return retry.budget->left() - before;
    };
    CHECK(change([&] { (void)retry.before_retry({.response = &unavailable}); }) == -10);
    CHECK(change([&] { (void)retry.before_retry({.response = &throttled}); }) == -5);
    CHECK(change([&] { retry.succeeded({.number = 1}); }) == 1);
    CHECK(change([&] { retry.succeeded({.number = 2, .previous_status = 429}); }) == 5);
    CHECK(change([&] { (void)retry.before_retry({.number = 4, .response = &unavailable}); }) == 0);
    CHECK(change([&] { (void)retry.before_retry({.response = &unavailable, .time_left = 0s}); }) == 0);
}
