// SPDX-License-Identifier: Apache-2.0
// What a renewal calls may use the policy, and can neither recurse nor wait for itself.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <functional>
#include <string>

using namespace globus;
using namespace std::chrono_literals;

namespace {

/// Globus Auth renews every time, the service answers 401 to everything.
MockTransport refusing_service(int& grants, int lifetime) {
    MockTransport transport;
    transport.otherwise([&grants, lifetime](http::Request const& request) {
        if (!request.url.ends_with("/v2/oauth2/token")) return http::Response{.status = 401, .body = "{}"};
        return http::Response{.status = 200,
                              .body = R"({"access_token": "t)" + std::to_string(++grants) +
                                      R"(", "token_type": "Bearer", "expires_in": )" + std::to_string(lifetime) +
                                      R"(, "resource_server": "transfer.api.globus.org"})"};
    });
    return transport;
}

}  // namespace

TEST_CASE("renewal: an on_refresh that calls a service which refuses every token does not recurse",
          "[oauth][renewal][reliability][A7]") {
    for (int const lifetime : {0, 1, 3600}) {
        for (bool const by_error : {false, true}) {
            int grants = 0, told = 0, depth = 0, deepest = 0;
            MockTransport const transport = refusing_service(grants, lifetime);
            std::function<void()> call;
            auto const within = [&] {
                deepest = std::max(deepest, ++depth);
                if (depth < 50) CHECK_THROWS_AS(call(), ApiError);
                --depth;
            };
            RefreshPolicy const policy{Native{"id"},
                                       "rt",
                                       {.on_refresh =
                                            [&](Token const&) {
                                                ++told;
                                                if (by_error) throw 1;
                                                within();
                                            },
                                        .on_error = [&](std::exception_ptr) { within(); }}};
            Client<TransferService, RefreshPolicy<Native>, MockTransport> const client{policy,
                                                                                       {.transport = transport}};
            call = [&] { (void)client.get("x"); };
            for (int i = 1; i != 4; ++i) {
                CHECK_THROWS_AS(call(), ApiError);
                CHECK(deepest == 1);
                CHECK(grants <= 3 * i);  // for the call, after its 401, and since the inner one was refused
                CHECK(told == grants);
            }
        }
    }
}

TEST_CASE("renewal: two policies whose on_refresh use one another do not recurse", "[oauth][renewal]") {
    int grants = 0, told = 0;
    MockTransport const transport = refusing_service(grants, 3600);
    std::function<void()> first, second;
    RefreshPolicy const a{Native{"a"}, "rt", {.on_refresh = [&](Token const&) {
                              if (++told < 50) second();
                          }}};
    RefreshPolicy const b{Native{"b"}, "rt", {.on_refresh = [&](Token const&) {
                              if (++told < 50) first();
                          }}};
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const one{a, {.transport = transport}};
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const two{b, {.transport = transport}};
    first = [&] { (void)one.get("x"); };
    second = [&] { (void)two.get("x"); };
    CHECK_THROWS_AS(first(), ApiError);
    CHECK(told < 20);
}

TEST_CASE("renewal: who is to give a token and needs it is told so, at once", "[oauth][renewal]") {
    int grants = 0;
    MockTransport const transport = refusing_service(grants, 3600);
    AuthContext const context{"https://auth.globus.org/", http::Clock::now() + 60s};
    RefreshPolicy<Native> const* self = nullptr;
    RenewalOptions options;
    options.around_renewal = [&](Token const& held, auto const& renew, AuthContext const&) {
        CHECK_THROWS_AS(self->authorize(transport, context), UsageError);
        return renew(held);
    };
    RefreshPolicy const policy{Native{"id"}, "rt", options};
    self = &policy;
    auto const begin = http::Clock::now();
    CHECK(policy.authorize(transport, context).header == Secret("Bearer t1"));
    CHECK(http::Clock::now() - begin < 10s);

    // with a token that still lives it goes on
    options.now = [] { return std::int64_t{1000000}; };
    options.around_renewal = [&](Token const& held, auto const& renew, AuthContext const&) {
        CHECK(self->authorize(transport, context).header == Secret("Bearer old"));
        return renew(held);
    };
    RefreshPolicy const living{
        Native{"id"}, Token{.access_token = "old", .refresh_token = "rt", .expires_at_seconds = 1000030}, options};
    self = &living;
    CHECK(living.authorize(transport, context).header == Secret("Bearer t2"));
}

TEST_CASE("renewal: an access token is looked at wherever it comes from", "[oauth][renewal]") {
    MockTransport const unused;
    AuthContext const context{"https://auth.globus.org/"};
    for (std::string const& bad : {std::string("a b"), std::string("a\r\nX: y"), std::string("\xC3\xA9"),
                                   std::string("a\0b", 3), std::string("a\x7F")}) {
        CHECK_THROWS_AS(RefreshPolicy(Native("id"), Token{.access_token = bad, .refresh_token = "rt"}), UsageError);
        CHECK_THROWS_AS(ClientCredentialsPolicy({"id", "secret"}, "s", Token{.access_token = bad}), UsageError);
        RefreshPolicy const policy{
            Native{"id"}, "rt", {.around_renewal = [&](Token const&, auto const&, AuthContext const&) {
                return Token{.access_token = bad};
            }}};
        CHECK_THROWS_AS(policy.authorize(unused, context), UsageError);
        CHECK(policy.token().access_token.empty());
    }
}
