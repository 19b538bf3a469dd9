// SPDX-License-Identifier: Apache-2.0
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/token_source_policy.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

MockTransport const unused;

AuthContext within(std::chrono::milliseconds time, std::stop_token stop = {}) {
    return {"https://auth.globus.org/", http::Clock::now() + time, std::move(stop)};
}

}  // namespace

TEST_CASE("token source: a call does not wait longer for it than it may last", "[oauth][token_source_policy]") {
    std::atomic<bool> asked = false, answer = false;
    TokenSourcePolicy const policy([&] {
        asked = true;
        while (!answer) std::this_thread::sleep_for(1ms);
        return Secret("token");
    });
    std::jthread first([&] { (void)policy.authorize(unused, within(60s)); });
    while (!asked) std::this_thread::yield();

    auto const begin = http::Clock::now();
    try {
        (void)policy.authorize(unused, within(50ms));
        FAIL("there is no token yet");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::timeout);
        CHECK(error.sent() == NetworkError::Sent::no);
    }
    std::stop_source stop;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(20ms);
        stop.request_stop();
    });
    try {
        (void)policy.authorize(unused, within(60s, stop.get_token()));
        FAIL("there is no token yet");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::cancelled);
    }
    CHECK(http::Clock::now() - begin < 2s);
    answer = true;
    first.join();
    CHECK(policy.authorize(unused, within(1s)).header.reveal() == "Bearer token");
}

TEST_CASE("token source: of many threads one asks, and another one if that fails", "[oauth][token_source_policy]") {
    std::atomic<int> asked = 0, at_once = 0, most = 0;
    TokenSourcePolicy const policy([&] {
        int const now = ++at_once;
        if (now > most) most = now;
        std::this_thread::sleep_for(5ms);
        --at_once;
        if (++asked <= 3) throw 1;
        return Secret("token");
    });
    std::atomic<int> good = 0, bad = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i != 16; ++i)
            threads.emplace_back([&] {
                try {
                    good += policy.authorize(unused, within(10s)).header.reveal() == "Bearer token";
                } catch (int) {
                    ++bad;
                }
            });
    }
    CHECK(most == 1);
    CHECK(asked == 4);
    CHECK(bad == 3);
    CHECK(good == 13);
}

TEST_CASE("token source: after a 401 it is asked once for all, and says whether it has another token",
          "[oauth][token_source_policy]") {
    std::atomic<int> asked = 0;
    TokenSourcePolicy const policy([&] { return Secret("token-" + std::to_string(std::min(++asked, 2))); });
    Authorization const old = policy.authorize(unused, within(1s));
    std::atomic<int> again = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i != 16; ++i)
            threads.emplace_back([&] { again += policy.unauthorized(old, unused, within(5s)); });
    }
    CHECK(again == 16);
    CHECK(asked == 2);
    Authorization const fresh = policy.authorize(unused, within(1s));
    CHECK(fresh.header.reveal() == "Bearer token-2");
    CHECK_FALSE(policy.unauthorized(fresh, unused, within(1s)));  // it has the same one still
}

TEST_CASE("token source: one that needs its own token is told so", "[oauth][token_source_policy]") {
    TokenSourcePolicy const* self = nullptr;
    TokenSourcePolicy const policy([&] { return self->authorize(unused, within(60s)).header; });
    self = &policy;
    CHECK_THROWS_AS(policy.authorize(unused, within(60s)), UsageError);
}

TEST_CASE("token source: a file is taken whole or not at all, and nothing but a file", "[oauth][token_source_policy]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "token";
    auto const read = [&](std::string const& name) {
        return TokenSourcePolicy::file(name).authorize(unused, within(60s)).header.reveal();
    };
    for (std::size_t const size : {1U, 4096U, 16383U, 16384U}) {
        std::ofstream(path) << std::string(size, 'x');
        CHECK(read(path) == "Bearer " + std::string(size, 'x'));
    }
    std::ofstream(path) << std::string(100, 'x') << "\r\n \t\n";
    CHECK(read(path) == "Bearer " + std::string(100, 'x'));
    for (std::string const& bad :
         {std::string(16385, 'x'), std::string(20000, 'x'), std::string(1 << 20, 'x'), std::string(16384, 'x') + "\n",
          "x" + std::string(20000, '\n'), std::string(), std::string("\n"), std::string("a b"), std::string("a\nb"),
          std::string("a\0b", 3)}) {
        std::ofstream(path) << bad;
        CHECK_THROWS_AS(read(path), UsageError);
    }
    auto const begin = http::Clock::now();
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    for (std::string const& other :
         {directory / "pipe", directory / "", directory / "nothing", std::string("/dev/zero"), std::string("/dev/null"),
          std::string("/dev/tty"), std::string()})
        CHECK_THROWS_AS(read(other), UsageError);
    CHECK(http::Clock::now() - begin < 10s);
}
