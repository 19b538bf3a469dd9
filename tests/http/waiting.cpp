// SPDX-License-Identifier: Apache-2.0
// No wait is begun that could never end.
#include <globus/http/mock_transport.hpp>
#include <globus/http/once.hpp>
#include <globus/http/waiting.hpp>
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
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

http::Clock::time_point late() { return http::Clock::now() + 60s; }

/// What a thread is told that waits, as `call`, for one that asks as `first` and fails by `fail`.
detail::SingleFlight::Landing landing(detail::Wait const& first, detail::Wait const& call,
                                      std::function<void(detail::SingleFlight const&)> const& fail) {
    std::mutex mutex;
    detail::SingleFlight flight;
    std::latch asking(1);
    std::atomic<bool> waiting = false;
    std::jthread const other([&] {
        std::unique_lock own(mutex);
        try {
            (void)flight.ask(own, first, [&]() -> int {
                asking.count_down();
                while (!waiting) std::this_thread::yield();
                { std::lock_guard const it_waits(mutex); }
                fail(flight);
                throw std::runtime_error("there is none");
            });
        } catch (std::runtime_error const&) {  // as it should
        }
    });
    asking.wait();
    std::unique_lock lock(mutex);
    waiting = true;
    return flight.wait(lock, call);
}

}  // namespace

TEST_CASE("waiting: a failure is told to everybody, and whoever has more time than the one that gave up may ask again",
          "[http][waiting]") {
    auto const nothing = [](detail::SingleFlight const&) {};
    auto const gives_up = [](detail::SingleFlight const& flight) { flight.out_of_time(); };
    auto const now = http::Clock::now();
    detail::Wait const later{"it", now + 60s};
    detail::Wait const endless{"it"};
    CHECK(landing(later, endless, nothing).error != nullptr);
    CHECK_FALSE(landing(later, endless, nothing).again);
    CHECK(landing(later, endless, gives_up).again);
    CHECK_FALSE(landing(later, later, gives_up).again);
    CHECK_FALSE(landing(endless, endless, gives_up).again);
    CHECK(landing({"it", now - 1s}, later, nothing).again);
    std::stop_source stopped;
    stopped.request_stop();
    CHECK(landing({"it", now + 60s, stopped.get_token()}, later, nothing).again);
}

TEST_CASE("waiting: a pause until the end of time is one, and ends when it is asked to", "[http][waiting]") {
    std::stop_source stopper;
    std::jthread const stops([&] { stopper.request_stop(); });
    CHECK_FALSE(http::wait_until(http::Clock::time_point::max(), stopper.get_token()));
}

TEST_CASE("waiting: threads take turns, and one that waits for itself in any way is told so", "[http][waiting]") {
    auto const first = std::make_shared<detail::Turn>("it has the first already");
    auto const second = std::make_shared<detail::Turn>("it has the second already");
    std::atomic<int> inside = 0, most = 0, refused = 0, told = 0;
    std::barrier both(2);
    auto const take = [&](auto const& own, auto const& other) {
        detail::TurnLock const mine(own, {"a turn", late()});
        if (++inside > most) most = inside.load();
        both.arrive_and_wait();
        try {
            (void)own->begin({"a turn", late()});
        } catch (UsageError const&) {
            ++told;
        }
        try {
            detail::TurnLock const further(other, {"another turn", late()});
        } catch (UsageError const&) {
            ++refused;
        }
        --inside;
    };
    auto const begin = http::Clock::now();
    {
        std::jthread const one([&] { take(first, second); });
        std::jthread const two([&] { take(second, first); });
    }
    CHECK(most == 2);
    CHECK(told == 2);
    CHECK(refused == 1);
    CHECK(http::Clock::now() - begin < 30s);
    detail::TurnLock const mine(first, {"a turn"});
    std::jthread([&] { CHECK_FALSE(first->begin({"a turn", http::Clock::now()})); }).join();
    CHECK(first->is_mine());
}

TEST_CASE("waiting: a call says what it waited for when it has to end, and one without a deadline waits",
          "[http][waiting]") {
    auto const waits = [](detail::Wait const& call) {
        std::mutex mutex;
        detail::SingleFlight flight;
        std::latch asking(1);
        std::stop_source enough;
        std::jthread const other([&] {
            std::unique_lock own(mutex);
            (void)flight.ask(own, {"nothing"}, [&] {
                asking.count_down();
                while (!enough.stop_requested()) std::this_thread::yield();
                return 1;
            });
        });
        asking.wait();
        std::unique_lock lock(mutex);
        try {
            std::optional<int> const answer = flight.ask_or_wait(lock, call, [] { return 2; });
            CHECK_FALSE(answer);
        } catch (NetworkError const& error) {
            enough.request_stop();
            CHECK(std::string(error.what()).find("the last word") != std::string::npos);
            return error.kind();
        }
        return NetworkError::Kind::interrupted;
    };
    CHECK(waits({"the last word", http::Clock::now() + 1ms}) == NetworkError::Kind::timeout);
    std::stop_source stopper;
    std::jthread const stops([&] { stopper.request_stop(); });
    CHECK(waits({"the last word", http::Clock::time_point::max(), stopper.get_token()}) ==
          NetworkError::Kind::cancelled);
}

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
