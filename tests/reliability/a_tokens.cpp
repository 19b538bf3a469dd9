// SPDX-License-Identifier: Apache-2.0
// The life of a token: bars A1, A5, A7, A8.
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/compute.hpp>
#include <globus/services/flows.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/search.hpp>
#include <globus/services/timers.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/grace.hpp"
#include "support/issuer.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

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

/// Calls until `end`, and keeps how long each took.
template <class Call>
std::vector<http::Clock::duration> latencies(http::Clock::time_point end, Call call) {
    std::vector<http::Clock::duration> all;
    while (http::Clock::now() < end) {
        auto const begin = http::Clock::now();
        call();
        all.push_back(http::Clock::now() - begin);
        std::this_thread::sleep_for(1ms);
    }
    return all;
}

TEST_CASE("A1: one policy shared by clients of eight services", "[reliability][A1]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->stall = 20ms;
    MockTransport const transport = transport_to(issuer);
    RefreshPolicy const policy{Native{"client"}, token("old", 1)};
    using P = RefreshPolicy<Native>;
    Client<TransferService, P, MockTransport> const transfer{policy, {.transport = transport}};
    Client<GroupsService, P, MockTransport> const groups{policy, {.transport = transport}};
    Client<SearchService, P, MockTransport> const search{policy, {.transport = transport}};
    Client<FlowsService, P, MockTransport> const flows{policy, {.transport = transport}};
    Client<TimersService, P, MockTransport> const timers{policy, {.transport = transport}};
    Client<ComputeServiceV2, P, MockTransport> const compute2{policy, {.transport = transport}};
    Client<ComputeServiceV3, P, MockTransport> const compute3{policy, {.transport = transport}};
    Client<AuthService, P, MockTransport> const auth{policy, {.transport = transport}};
    std::atomic<int> good = 0;
    in_all_threads([&](int t) {
        auto const get = [&](auto const& client) { good += client.get("x").status() == 200; };
        switch (t % 8) {
            case 0:
                return get(transfer);
            case 1:
                return get(groups);
            case 2:
                return get(search);
            case 3:
                return get(flows);
            case 4:
                return get(timers);
            case 5:
                return get(compute2);
            case 6:
                return get(compute3);
            default:
                return get(auth);
        }
    });
    CHECK(good == thread_count);
    CHECK(issuer->grants == 1);
    CHECK(issuer->rejected == 0);
}

TEST_CASE("A5: a refresh ahead of time blocks nobody else", "[reliability][A5]") {
    auto const issuer = std::make_shared<Issuer>();
    issuer->generation = 1;
    std::atomic<std::int64_t> now = 1'000'000;
    RefreshPolicy const policy{
        Native{"client"}, token("token-1", now + 3000, 3000), {.now = [&] { return now.load(); }}};
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const transfer{policy,
                                                                                 {.transport = transport_to(issuer)}};
    auto const p99 = [&](auto const& call) {
        std::vector<http::Clock::duration> all;
        std::mutex mutex;
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t != 8; ++t)
                threads.emplace_back([&, end = http::Clock::now() + 2s] {
                    auto const mine = latencies(end, call);
                    std::lock_guard const lock(mutex);
                    all.insert(all.end(), mine.begin(), mine.end());
                });
        }
        std::sort(all.begin(), all.end());
        REQUIRE(all.size() > 100);
        return all[all.size() * 99 / 100];
    };
    std::atomic<int> waited = 0, failed = 0;
    auto const call = [&] {
        auto const begin = http::Clock::now();
        if (policy.authorize(transport_to(issuer), {"https://auth.globus.org/"}).header != Secret("Bearer token-1"))
            ++failed;
        waited += http::Clock::now() - begin > 1s;
    };
    auto const before = p99(call);
    CHECK(issuer->grants == 0);
    issuer->stall = 5s;
    now += 2800;  // the last tenth has begun, the last minute has not
    std::jthread const renewing([&] { (void)transfer.get("x"); });
    while (issuer->grants == 0) std::this_thread::sleep_for(1ms);
    auto const during = p99(call);
    CHECK(during <= before + 5ms + (sanitized ? 100ms : 0ms));
    CHECK(waited == 0);
    CHECK(failed == 0);
    CHECK(issuer->grants == 1);
}

TEST_CASE("A5: when a token is renewed ahead, and when callers wait for it", "[reliability][A5]") {
    struct Row {
        std::int64_t lifetime, ahead, due;  // seconds before the end
    };
    for (Row const& row : {Row{100'000, 900, 60}, Row{9000, 900, 60}, Row{5000, 500, 60}, Row{600, 60, 60},
                           Row{299, 59, 59}, Row{100, 20, 20}, Row{5, 1, 1}}) {
        INFO(row.lifetime);
        auto const issuer = std::make_shared<Issuer>();
        MockTransport const transport = transport_to(issuer);
        AuthContext const context{"https://auth.globus.org/"};
        std::int64_t now = 1'000'000;
        auto const policy = [&](std::int64_t left) {
            return RefreshPolicy{
                Native{"client"}, token("first", now + left, row.lifetime), {.now = [&] { return now; }}};
        };
        CHECK(policy(row.ahead + 1).authorize(transport, context).header == Secret("Bearer first"));
        CHECK(issuer->grants == 0);
        CHECK(policy(row.ahead).authorize(transport, context).header == Secret("Bearer token-1"));
        CHECK(issuer->grants == 1);
        // a second caller meanwhile: goes on with the token before `due`, waits for the new one from then on
        for (bool const waits : {false, true}) {
            if (!waits && row.ahead == row.due) continue;
            auto const slow = policy(row.due + (waits ? 0 : 1));
            issuer->grants = 0;
            issuer->stall = 100ms;
            std::jthread const renewing([&] { (void)slow.authorize(transport, context); });
            while (issuer->grants == 0) std::this_thread::sleep_for(1ms);
            CHECK((slow.authorize(transport, context).header != Secret("Bearer first")) == waits);
        }
    }
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

TEST_CASE("A7: a callback may use the policy that calls it", "[reliability][A7]") {
    struct Shared {  // lives on where a thread hangs
        std::shared_ptr<Issuer> issuer = std::make_shared<Issuer>();
        std::optional<RefreshPolicy<Native>> policy;
        std::atomic<int> told = 0;
        std::string seen;
        std::promise<void> done;
    };
    auto const shared = std::make_shared<Shared>();
    shared->issuer->generation = 1;
    shared->policy.emplace(Native{"client"}, token("old", 1),
                           RenewalOptions{.on_refresh = [shared = shared.get()](Token const& fresh) {
                               ++shared->told;
                               AuthContext const context{"https://auth.globus.org/"};
                               MockTransport const transport = transport_to(shared->issuer);
                               auto const now = shared->policy->authorize(transport, context);
                               if (shared->told == 1)  // and may even have it renewed
                                   (void)shared->policy->unauthorized(now, transport, context);
                               shared->seen += now.header.reveal() + ' ' + fresh.access_token.reveal() + ' ';
                               shared->seen += shared->policy->token().access_token.reveal() + '\n';
                           }});
    std::thread([shared] {
        (void)shared->policy->authorize(transport_to(shared->issuer), {"https://auth.globus.org/"});
        shared->done.set_value();
    }).detach();
    REQUIRE(shared->done.get_future().wait_for(10s) == std::future_status::ready);
    CHECK(shared->told == 2);
    CHECK(shared->seen == "Bearer token-3 token-3 token-3\nBearer token-2 token-2 token-3\n");
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

TEST_CASE("A8: neither a wall clock that jumps nor a suspend keeps a dead token", "[reliability][A8]") {
    AuthContext const context{"https://auth.globus.org/"};
    struct Row {
        std::int64_t wall, uptime;  ///< what passes on each clock
        bool alive;
    };
    for (Row const& row :
         {Row{3000, 3000, true}, Row{3600, 3600, false}, Row{-3 * 86400, 3600, false}, Row{0, 3601, false},
          Row{3600, 1, false}, Row{-3 * 86400, 3000, true}, Row{3 * 86400, 3 * 86400, false}}) {
        INFO(row.wall << " s on the wall, " << row.uptime << " s up");
        for (bool const renewed : {false, true}) {  // a token given at the start, and one of a renewal
            auto const issuer = std::make_shared<Issuer>();
            MockTransport const transport = transport_to(issuer);
            std::int64_t wall = 1'800'000'000, uptime = 5000;
            RefreshPolicy const policy{Native{"client"},
                                       renewed ? token("", 1) : token("token-0", wall + 3600, 3600),
                                       {.now = [&] { return wall; }, .uptime = [&] { return uptime; }}};
            auto const first = policy.authorize(transport, context).header;
            int const before = issuer->grants;
            wall += row.wall;
            uptime += row.uptime;
            CHECK((policy.authorize(transport, context).header == first) == row.alive);
            CHECK(issuer->grants == before + !row.alive);
        }
    }
}
