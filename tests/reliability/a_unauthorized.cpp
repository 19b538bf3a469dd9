// SPDX-License-Identifier: Apache-2.0
// What a 401 leads to: bar A3.
#include <globus/oauth/refresh_policy.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/issuer.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

TEMPLATE_TEST_CASE("A3: 64 calls are answered 401: one refresh, each sent once more", "[reliability][A3]", Blocking,
                   Asynchronous) {
    auto const issuer = std::make_shared<Issuer>();
    issuer->generation = 1;  // "stale" is not its latest
    MockedBy<TestType, TransferService, RefreshPolicy<Native>> const transfer{
        RefreshPolicy{Native{"client"}, token("stale", std::nullopt)},
        {.transport = TestType::over(transport_to(issuer))}};
    std::atomic<int> good = 0;
    in_all_threads([&](int) { good += transfer.get("x").http_status() == 200; });
    CHECK(good == thread_count);
    CHECK(issuer->grants == 1);
    CHECK(issuer->calls <= 2 * thread_count);
    CHECK(issuer->calls - issuer->rejected == thread_count);
}

TEMPLATE_TEST_CASE("A3: a 401 that stays costs one refresh and two requests a call", "[reliability][A3]", Blocking,
                   Asynchronous) {
    auto const issuer = std::make_shared<Issuer>();
    issuer->reject = true;
    MockedBy<TestType, TransferService, RefreshPolicy<Native>> const transfer{
        RefreshPolicy{Native{"client"}, token("x", std::nullopt)}, {.transport = TestType::over(transport_to(issuer))}};
    CHECK_THROWS_AS(transfer.get("x"), TransferApiError);
    CHECK(issuer->grants == 1);
    CHECK(issuer->calls == 2);
}

TEST_CASE("A3: a 401 for a token that has been replaced renews nothing", "[reliability][A3]") {
    auto const issuer = std::make_shared<Issuer>();
    MockTransport const transport = transport_to(issuer);
    AuthContext const context{"https://auth.globus.org/"};
    RefreshPolicy const policy{Native{"client"}, token("stale", std::nullopt)};
    Authorization const first = policy.authorize(transport, context);
    CHECK(policy.unauthorized(first, transport, context));
    CHECK(issuer->grants == 1);
    std::atomic<int> again = 0;
    in_all_threads([&](int) { again += policy.unauthorized(first, transport, context); });  // late news
    CHECK(again == thread_count);
    CHECK(issuer->grants == 1);
    CHECK(policy.authorize(transport, context).header == Secret("Bearer token-1"));
}

TEMPLATE_TEST_CASE("A3: a 401 among other answers", "[reliability][A3]", Blocking, Asynchronous) {
    struct Row {
        std::vector<int> answers;
        int status;       ///< of the call
        int grants;       ///< tokens that were asked for
        std::size_t api;  ///< requests to the service
    };
    for (Row const& row : {Row{{503, 401, 200}, 200, 1, 3}, Row{{401, 503, 200}, 200, 1, 3},
                           Row{{429, 401, 200}, 200, 1, 3}, Row{{401, 429, 200}, 200, 1, 3}, Row{{403}, 403, 0, 1},
                           Row{{503, 403}, 403, 0, 2}, Row{{401, 403}, 403, 1, 2}, Row{{401, 401}, 401, 1, 2}}) {
        INFO(row.answers[0] << ' ' << row.answers.size());
        MockTransport mock;
        std::size_t api = 0;
        int grants = 0;
        Issuer const issuer;
        mock.otherwise([&](http::Request const& request) -> http::Response {
            if (request.url.find("oauth2/token") != std::string::npos)
                return {.status = 200, .body = issuer.grant(++grants)};
            return {.status = row.answers.at(api++), .body = "{}"};
        });
        MockedBy<TestType, TransferService, RefreshPolicy<Native>> const transfer{
            RefreshPolicy{Native{"client"}, token("old", std::nullopt)},
            {.transport = TestType::over(mock), .retry = {.base = 0s, .throttled = 0s}}};
        int status = 0;
        try {
            status = transfer.get("x").http_status();
        } catch (TransferApiError const& error) {
            status = error.http_status();
        }
        CHECK(status == row.status);
        CHECK(grants == row.grants);
        CHECK(api == row.api);
    }
}

TEMPLATE_TEST_CASE("A3: after a 401 an auth host that is down is asked three times at most", "[reliability][A3]",
                   Blocking, Asynchronous) {
    auto const issuer = std::make_shared<Issuer>();
    issuer->down = true;
    MockedBy<TestType, TransferService, RefreshPolicy<Native>> const transfer{
        RefreshPolicy{Native{"client"}, token("stale", std::nullopt)},
        {.transport = TestType::over(transport_to(issuer))}};
    try {
        (void)transfer.get("x");
        FAIL("there is no token");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::connect);
    }
    CHECK(issuer->grants <= 3);
    CHECK(issuer->calls == 1);
}
