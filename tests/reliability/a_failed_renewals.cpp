// SPDX-License-Identifier: Apache-2.0
// Renewals that fail: bar A4.
#include <globus/oauth/refresh_policy.hpp>

#include "support/catch.hpp"
#include "support/grace.hpp"
#include "support/issuer.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

using namespace globus;
using namespace std::chrono_literals;

namespace {

AuthContext const context{"https://auth.globus.org/"};

AuthContext in(std::chrono::milliseconds time, std::stop_token stop = {}) {
    return {"https://auth.globus.org/", http::Clock::now() + time, std::move(stop)};
}

}  // namespace

TEST_CASE("A4: while the token lives, an auth host that is down harms nobody, and is left alone", "[reliability][A4]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->down = true;
    std::atomic<std::int64_t> now = 1'000'000;
    RefreshPolicy const policy{Native{"client"}, token("living", now + 50), {.now = [&] { return now.load(); }}};
    MockTransport const transport = transport_to(issuer);
    for (; now < 1'000'050; ++now) REQUIRE(policy.authorize(transport, context).header == Secret("Bearer living"));
    CHECK(issuer->grants <= 6);  // the attempts of two refreshes, thirty seconds apart
}

TEST_CASE("A4: such a host is asked again once in thirty seconds", "[reliability][A4]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->status = 400;  // once a renewal, at once
    std::int64_t const start = 1'000'000, life = 9000;
    std::int64_t now = start + life - 900;  // its last tenth begins
    RefreshPolicy const policy{Native{"client"}, token("living", start + life, life), {.now = [&] { return now; }}};
    MockTransport const transport = transport_to(issuer);
    std::int64_t last = 0;
    for (; now < start + life; ++now) {
        int const before = issuer->grants;
        REQUIRE(policy.authorize(transport, context).header == Secret("Bearer living"));
        if (issuer->grants == before) continue;
        REQUIRE(issuer->grants == before + 1);
        REQUIRE((last == 0 || (now - last >= 30 && now - last <= 41)));
        last = now;
    }
    CHECK(issuer->grants >= 900 / 41);
    CHECK(issuer->grants <= 900 / 30);
    issuer->status = 200;
    CHECK(policy.authorize(transport, context).header == Secret("Bearer token-1"));
}

TEST_CASE("A4: after the end 64 waiters share one error, and a refusal is not asked for again", "[reliability][A4]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->refuse = true;
    issuer->stall = 20ms;
    RefreshPolicy const policy{Native{"client"}, token("dead", 1)};
    MockTransport const transport = transport_to(issuer);
    std::atomic<int> refused = 0;
    in_all_threads([&](int) {
        try {
            (void)policy.authorize(transport, context);
        } catch (AuthApiError const& error) {
            refused += error.http_status() == 400;
        }
    });
    CHECK(refused == thread_count);
    CHECK(issuer->grants == 1);
    auto const begin = http::Clock::now();
    for (int i = 0; i != 1000; ++i) CHECK_THROWS_AS(policy.authorize(transport, context), AuthApiError);
    CHECK((http::Clock::now() - begin) / 1000 < 1ms);
    CHECK(issuer->grants == 1);
}

TEST_CASE("A4: 64 waiters on a host that is down share one renewal and its error", "[reliability][A4]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->down = true;
    issuer->stall = 20ms;
    RefreshPolicy const policy{Native{"client"}, token("dead", 1)};
    MockTransport const transport = transport_to(issuer);
    auto const deadline = http::Clock::now() + 20s;
    std::atomic<int> typed = 0;
    in_all_threads([&](int) {
        try {
            (void)policy.authorize(transport, {"https://auth.globus.org/", deadline});
        } catch (NetworkError const& error) {
            typed += error.kind() == NetworkError::Kind::connect;
        }
    });
    CHECK(http::Clock::now() < deadline + grace);
    CHECK(typed == thread_count);
    CHECK(issuer->grants <= 3);
}

TEST_CASE("A4: waiters with as little time as the caller who gives up do not go on one by one", "[reliability][A4]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->down = true;
    issuer->stall = 20ms;
    RefreshPolicy const policy{Native{"client"}, token("dead", 1)};
    MockTransport const transport = transport_to(issuer);
    std::atomic<int> typed = 0;
    in_all_threads([&](int t) {
        try {
            (void)policy.authorize(transport, in(std::chrono::milliseconds(100 + t)));
        } catch (NetworkError const&) {
            ++typed;
        }
    });
    CHECK(typed == thread_count);
    CHECK(issuer->grants <= 6);  // a thread that starts late may find nobody to wait for
}

TEST_CASE("A4: who has time goes on when the renewing caller has none left, or is stopped", "[reliability][A4]") {
    for (bool const stopped : {false, true}) {
        MockTransport transport;
        std::stop_source stop;
        std::atomic<bool> asked = false, waits = false, leader_ended = false;
        transport.reply([&](http::Request const&) -> http::Response {
            asked = true;
            while (!waits) std::this_thread::sleep_for(1ms);
            std::this_thread::sleep_for(20ms);
            if (stopped) stop.request_stop();
            return {.status = 503, .headers = {{"Retry-After", stopped ? "0" : "5"}}};
        });
        // a token that came before the leader has ended would be the leader's, too
        transport.reply([&](http::Request const&) -> http::Response {
            while (!leader_ended) std::this_thread::sleep_for(1ms);
            return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = Issuer().grant(1)};
        });
        RefreshPolicy const policy{Native{"client"}, token("dead", 1)};
        auto leader = std::async(std::launch::async, [&] {
            struct End {
                std::atomic<bool>& ended;
                ~End() { ended = true; }
            } const end{leader_ended};
            (void)policy.authorize(transport, stopped ? in(20s, stop.get_token()) : in(3s));
        });
        while (!asked) std::this_thread::sleep_for(1ms);
        auto waiter = std::async(std::launch::async, [&] {
            waits = true;
            return policy.authorize(transport, in(20s)).header;
        });
        CHECK_THROWS_AS(leader.get(), Error);
        CHECK(waiter.get() == Secret("Bearer token-1"));
    }
}

TEST_CASE("A4: only a refusal of the grant ends a policy for ever", "[reliability][A4]") {
    struct Row {
        int status;
        char const* body;
        bool final;
    };
    for (Row const& row :
         {Row{400, R"({"error": "invalid_grant"})", true}, Row{401, R"({"error": "invalid_client"})", true},
          Row{400, R"({"error": "unauthorized_client"})", true}, Row{403, "<html>proxy</html>", false},
          Row{404, "", false}, Row{400, R"({"error": "invalid_request"})", false}, Row{407, "{}", false},
          Row{451, "invalid_grant", false}}) {
        INFO(row.status << row.body);
        MockTransport transport;
        transport.reply(row.status, row.body);
        transport.reply(200, Issuer().grant(1));
        RefreshPolicy const policy{Native{"client"}, token("dead", 1)};
        CHECK_THROWS_AS(policy.authorize(transport, context), AuthApiError);
        if (row.final)
            CHECK_THROWS_AS(policy.authorize(transport, context), AuthApiError);
        else
            CHECK(policy.authorize(transport, context).header == Secret("Bearer token-1"));
        CHECK(transport.left() == (row.final ? 1 : 0));
    }
}

TEST_CASE("A4: the retries of all renewals have one budget", "[reliability][A4]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->status = 503;
    RefreshPolicy const policy{Native{"client"}, token("dead", 1)};
    MockTransport const transport = transport_to(issuer);
    constexpr int calls = 40, retries = RetryBudget::capacity / DefaultRetry::cost;
    for (int i = 0; i != calls; ++i) CHECK_THROWS_AS(policy.authorize(transport, context), AuthApiError);
    CHECK(issuer->grants == calls + retries);  // not three times as many as calls
    issuer->status = 200;
    CHECK(policy.authorize(transport, context).header == Secret("Bearer token-1"));
}

TEST_CASE("A4: a renewal lands whatever fails in it", "[reliability][A4]") {
    for (int n = 1; n != 12; ++n) {
        struct Shared {
            MockTransport transport = transport_to(std::make_shared<Issuer>());
            std::atomic<int> until_failure = 0;
            std::optional<RefreshPolicy<Native>> policy;
            std::promise<Secret> second;
        };
        auto const shared = std::make_shared<Shared>();  // lives on where a thread hangs
        auto const now = [shared = shared.get()]() -> std::int64_t {
            if (--shared->until_failure == 0) throw std::runtime_error("no clock");
            return 1'000'000;
        };
        shared->policy.emplace(Native{"client"}, token("old", 1), RenewalOptions{.now = now});
        shared->until_failure = n;
        try {
            (void)shared->policy->authorize(shared->transport, context);
        } catch (std::runtime_error const&) {
        }
        shared->until_failure = 0;
        auto second = shared->second.get_future();
        std::thread([shared] {
            shared->second.set_value(shared->policy->authorize(shared->transport, context).header);
        }).detach();
        REQUIRE(second.wait_for(10s) == std::future_status::ready);
        CHECK(second.get().reveal().starts_with("Bearer token-"));
    }
}
