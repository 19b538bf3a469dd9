// SPDX-License-Identifier: Apache-2.0
// The life of a token: bars A1 and A7.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/drivers.hpp"
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

TEMPLATE_TEST_CASE("A1: one policy shared by clients of several services, over real connections", "[reliability][A1]",
                   Blocking, Asynchronous) {
    sandbox::Server server;
    auto const refresh = server.issue_refresh_token("transfer.api.globus.org");
    RefreshPolicy const policy{Native{server.native_client_id()},
                               Token{.access_token = "expired", .refresh_token = refresh, .expires_at_seconds = 1}};
    using Transfer = ClientBy<TestType, TransferService, RefreshPolicy<Native>>;
    Transfer const one{policy, {.base_url = server.base_url(), .auth_url = server.base_url()}};
    Transfer const two{policy, {.base_url = server.base_url(), .auth_url = server.base_url()}};
    std::atomic<int> good = 0;
    in_all_threads([&](int t) { good += (t % 2 == 0 ? one : two).task_list().http_status() == 200; });
    CHECK(good == thread_count);
    CHECK(server.count("oauth2_refresh_token") == 1);
    for (auto const& entry : server.journal("task_list")) CHECK(entry.status == 200);
}

TEMPLATE_TEST_CASE("A1: one policy shared by eight clients", "[reliability][A1]", Blocking, Asynchronous) {
    auto const issuer = std::make_shared<Issuer>();
    issuer->stall = 20ms;
    RefreshPolicy const policy{Native{"client"}, token("old", 1)};
    using Transfer = MockedBy<TestType, TransferService, RefreshPolicy<Native>>;
    typename Transfer::Options const options{.transport = TestType::over(transport_to(issuer))};
    std::vector<Transfer> clients;
    for (int i = 0; i != 8; ++i) clients.emplace_back(policy, options);
    std::atomic<int> good = 0;
    in_all_threads([&](int t) { good += clients[static_cast<std::size_t>(t % 8)].get("x").http_status() == 200; });
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
    for (int i = 0; i != 1000; ++i) good += transfer.get("x").http_status() == 200;
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
                               // what a service says of the token meanwhile renews it later, not from within
                               if (shared->policy->unauthorized(now, transport, context)) shared->seen += "renewed ";
                               shared->seen += now.header.reveal() + ' ' + fresh.access_token.reveal() + ' ';
                               shared->seen += shared->policy->token().access_token.reveal() + '\n';
                           }});
    std::thread([shared] {
        (void)shared->policy->authorize(transport_to(shared->issuer), {"https://auth.globus.org/"});
        (void)shared->policy->authorize(transport_to(shared->issuer), {"https://auth.globus.org/"});
        shared->done.set_value();
    }).detach();
    REQUIRE(shared->done.get_future().wait_for(10s) == std::future_status::ready);
    CHECK(shared->told == 2);
    CHECK(shared->seen == "Bearer token-2 token-2 token-2\nBearer token-3 token-3 token-3\n");
}
