// SPDX-License-Identifier: Apache-2.0
// The life of a token: bars A1 and A7.
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/compute.hpp>
#include <globus/services/flows.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/search.hpp>
#include <globus/services/timers.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/issuer.hpp"

#include <atomic>
#include <barrier>
#include <chrono>
#include <future>
#include <memory>
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
