// SPDX-License-Identifier: Apache-2.0
// The life of a token: bars A1, A3, A4, A5, A7, A8.
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <barrier>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

constexpr int thread_count = 64;

/// A token endpoint and a service that takes its latest token only, behind a MockTransport.
class Issuer {
public:
    http::Response operator()(http::Request const& request) {
        if (request.url.find("oauth2/token") != std::string::npos) {
            ++grants;
            std::this_thread::sleep_for(stall.load());
            if (down) throw NetworkError(NetworkError::Kind::connect, NetworkError::Sent::no, "the auth host is down");
            if (refuse) return {.status = 400, .body = R"({"error": "invalid_grant"})"};
            return {.status = 200, .body = grant(++generation)};
        }
        ++calls;
        if (!reject && request.authorization == Secret("Bearer token-" + std::to_string(generation)))
            return {.status = 200, .body = "{}"};
        ++rejected;
        return {.status = 401, .body = "{}"};
    }
    [[nodiscard]] std::string grant(int number) const {
        return R"({"access_token": "token-)" + std::to_string(number) + R"(", "token_type": "Bearer", "expires_in": )" +
               std::to_string(lifetime) + R"(, "resource_server": "transfer.api.globus.org", "scope": "all"})";
    }

    std::atomic<int> generation = 0, grants = 0, calls = 0, rejected = 0;
    std::atomic<std::chrono::milliseconds> stall{0ms};
    std::atomic<bool> down = false, refuse = false, reject = false;
    int lifetime = 3600;
};

MockTransport transport_to(std::shared_ptr<Issuer> issuer) {
    MockTransport transport;
    transport.otherwise([issuer](http::Request const& request) { return (*issuer)(request); });
    return transport;
}

Token token(std::string text, std::optional<std::int64_t> expires_at) {
    return {.access_token = std::move(text), .refresh_token = "rt", .expires_at = expires_at};
}

/// Runs `work(thread)` in all threads at once.
template <class F>
void in_all_threads(F work) {
    std::barrier start(thread_count);
    std::vector<std::jthread> threads;
    for (int t = 0; t != thread_count; ++t)
        threads.emplace_back([&, t] {
            start.arrive_and_wait();
            work(t);
        });
}

/// One refresh for each of `rounds`, by policies that `make` gives.
template <class Make>
void one_refresh_a_round(int rounds, Make make) {
    auto const issuer = std::make_shared<Issuer>();
    MockTransport const transport = transport_to(issuer);
    AuthContext const context{"https://auth.globus.org/"};
    using Policy = decltype(make());
    std::unique_ptr<Policy> policy;
    std::atomic<int> good = 0;
    int bad_rounds = 0;
    std::barrier begin(thread_count, [&]() noexcept { policy = std::make_unique<Policy>(make()); });
    std::barrier end(thread_count, [&]() noexcept {
        bad_rounds += issuer->grants.exchange(0) != 1 || good.exchange(0) != thread_count;
    });
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != thread_count; ++t)
            threads.emplace_back([&] {
                for (int round = 0; round != rounds; ++round) {
                    begin.arrive_and_wait();
                    auto const now = policy->authorize(transport, context);
                    good += now.header == Secret("Bearer token-" + std::to_string(round + 1));
                    end.arrive_and_wait();
                }
            });
    }
    CHECK(bad_rounds == 0);
}

}  // namespace

TEST_CASE("A1: 64 threads, an expired token, 1,000 rounds: one refresh a round", "[reliability][A1]") {
    one_refresh_a_round(1000, [] { return RefreshPolicy{Native{"client"}, token("old", 1)}; });
}

TEST_CASE("A1: the same with client credentials", "[reliability][A1]") {
    one_refresh_a_round(200, [] { return ClientCredentialsPolicy{{"id", "secret"}, "all", token("old", 1)}; });
}

TEST_CASE("A1: one policy shared by clients of several services, over real connections", "[reliability][A1]") {
    sandbox::Server server;
    auto const refresh = server.issue_refresh_token("transfer.api.globus.org");
    RefreshPolicy const policy{Native{server.native_client_id()},
                               Token{.access_token = "expired", .refresh_token = refresh, .expires_at = 1}};
    using Transfer = Client<TransferService, RefreshPolicy<Native>>;
    Transfer const one{policy, {.base_url = server.base_url(), .auth_url = server.base_url()}};
    Transfer const two{policy, {.base_url = server.base_url(), .auth_url = server.base_url()}};
    std::atomic<int> good = 0;
    in_all_threads([&](int t) { good += (t % 2 == 0 ? one : two).task_list().status() == 200; });
    CHECK(good == thread_count);
    CHECK(server.count("oauth2_refresh_token") == 1);
    for (auto const& entry : server.journal("task_list")) CHECK(entry.status == 200);
}

TEST_CASE("A3: 64 calls are answered 401: one refresh, each sent once more", "[reliability][A3]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->generation = 1;  // "stale" is not its latest
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const transfer{
        RefreshPolicy{Native{"client"}, token("stale", std::nullopt)}, {.transport = transport_to(issuer)}};
    std::atomic<int> good = 0;
    in_all_threads([&](int) { good += transfer.get("x").status() == 200; });
    CHECK(good == thread_count);
    CHECK(issuer->grants == 1);
    CHECK(issuer->calls <= 2 * thread_count);
    CHECK(issuer->calls - issuer->rejected == thread_count);
}

TEST_CASE("A3: a 401 that stays costs one refresh and two requests a call", "[reliability][A3]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->reject = true;
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const transfer{
        RefreshPolicy{Native{"client"}, token("x", std::nullopt)}, {.transport = transport_to(issuer)}};
    CHECK_THROWS_AS(transfer.get("x"), TransferApiError);
    CHECK(issuer->grants == 1);
    CHECK(issuer->calls == 2);
}

TEST_CASE("A4: while the token lives, an auth host that is down harms nobody, and is left alone", "[reliability][A4]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->down = true;
    std::atomic<std::int64_t> now = 1'000'000;
    RefreshPolicy const policy{Native{"client"}, token("living", now + 50), {.now = [&] { return now.load(); }}};
    MockTransport const transport = transport_to(issuer);
    AuthContext const context{"https://auth.globus.org/", http::Clock::now() + 5s};
    for (; now < 1'000'050; ++now) REQUIRE(policy.authorize(transport, context).header == Secret("Bearer living"));
    CHECK(issuer->grants <= 3);  // the attempts of one refresh
}

TEST_CASE("A4: after the end 64 waiters share one error, and a refusal is not asked for again", "[reliability][A4]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->refuse = true;
    issuer->stall = 20ms;
    RefreshPolicy const policy{Native{"client"}, token("dead", 1)};
    MockTransport const transport = transport_to(issuer);
    AuthContext const context{"https://auth.globus.org/"};
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

TEST_CASE("A5: a refresh ahead of time blocks nobody else", "[reliability][A5]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->stall = 1500ms;
    std::int64_t const now = 1'000'000;
    Token ageing = token("ageing", now + 200);
    ageing.lifetime = 3000;  // the last tenth has begun, the last minute has not
    RefreshPolicy const policy{Native{"client"}, ageing, {.now = [=] { return now; }}};
    MockTransport const transport = transport_to(issuer);
    AuthContext const context{"https://auth.globus.org/"};
    std::atomic<int> blocked = 0, present = 0;
    in_all_threads([&](int) {
        auto const begin = http::Clock::now();
        auto const header = policy.authorize(transport, context).header;
        blocked += http::Clock::now() - begin > 500ms;
        present += header == Secret("Bearer ageing");
    });
    CHECK(blocked == 1);  // who refreshes
    CHECK(present == thread_count - 1);
    CHECK(issuer->grants == 1);
}

TEST_CASE("A5: lives of 1 to 120 seconds cost at most one refresh a call", "[reliability][A5]") {
    for (int const lifetime : {0, 1, 2, 5, 30, 60, 119, 120}) {
        auto const issuer = std::make_shared<Issuer>();
        issuer->lifetime = lifetime;
        Client<TransferService, RefreshPolicy<Native>, MockTransport> const transfer{
            RefreshPolicy{Native{"client"}, "rt"}, {.transport = transport_to(issuer)}};
        for (int call = 1; call <= 20; ++call) {
            CHECK(transfer.get("x").status() == 200);
            CHECK(issuer->grants <= call);
        }
        if (lifetime >= 30) CHECK(issuer->grants == 1);
    }
}

TEST_CASE("A7: a callback that always throws costs no call", "[reliability][A7]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->lifetime = 0;
    std::atomic<int> refreshed = 0, errors = 0;
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const transfer{
        RefreshPolicy{Native{"client"},
                      "rt",
                      {.on_refresh =
                           [&](Token const&) {
                               ++refreshed;
                               throw std::runtime_error("disk full");
                           },
                       .on_error = [&](std::exception_ptr) { ++errors; }}},
        {.transport = transport_to(issuer)}};
    int good = 0;
    for (int i = 0; i != 1000; ++i) good += transfer.get("x").status() == 200;
    CHECK(good == 1000);
    CHECK(refreshed == 1000);
    CHECK(errors == 1000);
}

TEST_CASE("A8: a clock that jumps costs at most one refresh a jump, and no call", "[reliability][A8]") {
    auto const issuer = std::make_shared<Issuer>();
    std::atomic<std::int64_t> now = 1'800'000'000;
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const transfer{
        RefreshPolicy{Native{"client"}, "rt", {.now = [&] { return now.load(); }}},
        {.transport = transport_to(issuer)}};
    int jumps = 0;
    for (std::int64_t const jump : {0, 3 * 86400, -3 * 86400, 6 * 86400, -86400}) {
        now += jump;
        ++jumps;
        for (int i = 0; i != 10; ++i) CHECK(transfer.get("x").status() == 200);
        CHECK(issuer->grants <= jumps);
    }
}
