// SPDX-License-Identifier: Apache-2.0
#include <globus/http/once.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

auto in(std::chrono::milliseconds wait) { return http::Clock::now() + wait; }

}  // namespace

TEST_CASE("once: of many threads one asks, and the next one if it fails", "[http][once]") {
    detail::Once<int> const once;
    std::atomic<int> asked = 0;
    std::atomic<int> right = 0;
    std::atomic<int> failed = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i != 8; ++i)
            threads.emplace_back([&, copy = once] {
                try {
                    right += copy.get(
                                 [&] {
                                     std::this_thread::sleep_for(5ms);
                                     if (++asked < 3) throw std::runtime_error("not yet");
                                     return 42;
                                 },
                                 in(10s), {}) == 42;
                } catch (std::runtime_error const&) {
                    ++failed;
                }
            });
    }
    CHECK(asked == 3);
    CHECK(failed == 2);
    CHECK(right == 6);
}

TEST_CASE("once: what is known is given to a call that has no time left", "[http][once]") {
    detail::Once<int> const once;
    std::stop_source stopped;
    stopped.request_stop();
    CHECK(once.get([] { return 1; }, in(0ms), {}) == 1);
    CHECK(once.get([] { return 2; }, in(-1s), stopped.get_token()) == 1);
}

TEST_CASE("once: a function that wants what it is to make is an error, not a deadlock", "[http][once]") {
    detail::Once<int> const once;
    auto const one = [] { return 1; };
    CHECK_THROWS_AS(once.get([&] { return once.get(one, in(10s), {}); }, in(10s), {}), UsageError);
    CHECK(once.get(one, in(10s), {}) == 1);
}
