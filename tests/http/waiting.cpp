// SPDX-License-Identifier: Apache-2.0
// No wait is begun that could never end.
#include <globus/http/mock_transport.hpp>
#include <globus/http/once.hpp>
#include <globus/oauth/id_token.hpp>
#include <globus/oauth/token_source_policy.hpp>

#include "support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

http::Clock::time_point late() { return http::Clock::now() + 60s; }

}  // namespace

TEST_CASE("waiting: functions that wait for one another are told so at once, however many there are",
          "[http][waiting]") {
    for (std::size_t const size : {2U, 3U, 5U}) {
        std::vector<detail::Once<int>> const all(size);
        std::barrier everybody_asks(static_cast<std::ptrdiff_t>(size));
        std::atomic<int> refused = 0;
        auto const begin = http::Clock::now();
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i != size; ++i)
                threads.emplace_back([&, i] {
                    bool first = true;
                    auto const make = [&] {
                        if (std::exchange(first, false)) everybody_asks.arrive_and_wait();
                        return all[(i + 1) % size].get([&] { return 1; }, late(), {});
                    };
                    try {
                        (void)all[i].get(make, late(), {});
                    } catch (UsageError const&) {
                        ++refused;
                    }
                });
        }
        CHECK(refused >= 1);
        CHECK(http::Clock::now() - begin < 30s);
    }
}

TEST_CASE("waiting: a circle may go through objects of several kinds", "[http][waiting]") {
    std::latch both_ask(2);
    std::atomic<int> refused = 0;
    detail::Once<std::string> const once;
    MockTransport const unused;
    std::optional<TokenSourcePolicy> policy;
    auto const counted = [&](auto const& f) {
        try {
            return f();
        } catch (UsageError const&) {
            ++refused;
            throw;
        }
    };
    std::atomic<bool> again = false;  // by the other thread, when the first was refused
    policy.emplace([&] {
        if (!again.exchange(true)) both_ask.arrive_and_wait();
        return Secret(counted([&] { return once.get([] { return std::string("text"); }, late(), {}); }));
    });
    std::jthread other([&] {
        try {
            (void)once.get(
                [&] {
                    both_ask.arrive_and_wait();
                    return counted([&] {
                        return policy->authorize(unused, AuthContext{"https://auth.globus.org/", late()})
                            .header.reveal();
                    });
                },
                late(), {});
        } catch (UsageError const&) {
        }
    });
    auto const begin = http::Clock::now();
    try {
        (void)policy->authorize(unused, AuthContext{"https://auth.globus.org/", late()});
    } catch (UsageError const&) {
    }
    other.join();
    CHECK(refused >= 1);
    CHECK(http::Clock::now() - begin < 30s);
}

TEST_CASE("waiting: a key set whose transport needs it is an error, not a deadlock", "[http][waiting]") {
    MockTransport transport;
    std::optional<JwksCache<MockTransport>> keys;
    transport.otherwise([&](http::Request const&) {
        CHECK_THROWS_AS(keys->issuer({.deadline = late()}), UsageError);
        return http::Response{.status = 404};
    });
    keys.emplace(transport, "https://auth.globus.org/");
    auto const begin = http::Clock::now();
    CHECK_THROWS_AS(keys->issuer({.deadline = late()}), ApiError);
    CHECK(http::Clock::now() - begin < 30s);
}

TEST_CASE("waiting: who waits for nobody that waits for it is not refused", "[http][waiting]") {
    std::atomic<int> good = 0;
    for (int round = 0; round != 50; ++round) {
        std::array<detail::Once<int>, 4> const all;  // each needs the next one, the last none
        std::function<int(std::size_t)> const get = [&](std::size_t i) {
            return all.at(i).get([&] { return i + 1 == all.size() ? 1 : get(i + 1) + 1; }, late(), {});
        };
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t != 8; ++t)
            threads.emplace_back(
                [&, t] { good += get(t % all.size()) == static_cast<int>(all.size() - t % all.size()); });
    }
    CHECK(good == 400);
}

TEST_CASE("waiting: a child process has nobody who waits", "[http][waiting][reliability][A9]") {
    detail::Once<int> const once;
    std::latch made(1);
    std::jthread maker([&] {
        (void)once.get(
            [&] {
                made.wait();
                return 1;
            },
            late(), {});
    });
    std::vector<std::jthread> waiters;
    for (int i = 0; i != 4; ++i) waiters.emplace_back([&] { (void)once.get([] { return 2; }, late(), {}); });
    pid_t const child = ::fork();
    if (child == 0) {
        ::alarm(10);
        detail::Doer doer;
        { detail::WaitFor const wait(doer, "nothing"); }
        doer.begin();
        try {
            detail::WaitFor const wait(doer, "something");
        } catch (UsageError const&) {
            ::_exit(0);
        }
        ::_exit(1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    made.count_down();
}
