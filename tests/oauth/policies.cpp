// SPDX-License-Identifier: Apache-2.0
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/pkce.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/oauth/token_source_policy.hpp>

#include "support/catch.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

static_assert(Authorizer<NullPolicy, MockTransport>);
static_assert(Authorizer<BasicPolicy, MockTransport>);
static_assert(Authorizer<AccessTokenPolicy, MockTransport>);
static_assert(Authorizer<RefreshPolicy<Native>, MockTransport>);
static_assert(Authorizer<RefreshPolicy<Confidential>, MockTransport>);
static_assert(Authorizer<ClientCredentialsPolicy, MockTransport>);
static_assert(Authorizer<TokenSourcePolicy, MockTransport>);
static_assert(!Authorizer<Confidential, MockTransport>);

namespace {

AuthContext const context{"https://auth.globus.org/"};

std::string answer(std::string const& access_token, int expires_in, std::string const& more = "") {
    return R"({"access_token": ")" + access_token + R"(", "token_type": "Bearer", "expires_in": )" +
           std::to_string(expires_in) + R"(, "resource_server": "transfer.api.globus.org", "scope": "all")" + more +
           "}";
}

Token expired() { return {.access_token = "old", .refresh_token = "rt", .expires_at_seconds = 1}; }

template <class P>
std::string header(P const& policy, MockTransport const& transport) {
    return policy.authorize(transport, context).header.reveal();
}

}  // namespace

TEST_CASE("policies: what the simple ones send", "[oauth][policies]") {
    MockTransport const unused;
    CHECK(header(NullPolicy{}, unused).empty());
    CHECK(header(BasicPolicy{"user", "pass"}, unused) == "Basic dXNlcjpwYXNz");
    CHECK(header(BasicPolicy{"\xC3\xBA", ":\xC3\xB2\""}, unused) == "Basic w7o6OsOyIg==");
    CHECK(header(AccessTokenPolicy{"tok"}, unused) == "Bearer tok");
    CHECK(unused.request_count() == 0);
}

TEST_CASE("policies: credentials that cannot be are refused before anything is sent", "[oauth][policies]") {
    for (char const* bad : {"", "a\r\nb", "a\nb", "\x7F", "\x01"}) {
        CHECK_THROWS_AS(AccessTokenPolicy(bad), UsageError);
        CHECK_THROWS_AS(BasicPolicy("id", bad), UsageError);
        CHECK_THROWS_AS(Native(bad), UsageError);
        CHECK_THROWS_AS(RefreshPolicy(Native("id"), Secret(bad)), UsageError);
    }
    CHECK_THROWS_AS(Confidential("a:b", "secret"), UsageError);
    CHECK_THROWS_AS(ClientCredentialsPolicy(Confidential("id", "secret"), StringList{}), UsageError);
}

TEST_CASE("refresh: a fresh token is used, an old one renewed once", "[oauth][refresh_policy]") {
    MockTransport transport;
    transport.reply(200, answer("new", 3600));
    std::int64_t now = 1'000'000;
    RefreshPolicy const policy{Native{"client"},
                               Token{.access_token = "old", .refresh_token = "rt", .expires_at_seconds = now + 1000},
                               {.now = [&] { return now; }}};
    CHECK(header(policy, transport) == "Bearer old");
    now += 930;
    CHECK(header(policy, transport) == "Bearer old");
    now += 15;  // 55 seconds left
    CHECK(header(policy, transport) == "Bearer new");
    CHECK(header(policy, transport) == "Bearer new");
    REQUIRE(transport.request_count() == 1);
    auto const request = transport.requests()[0];
    CHECK(request.url == "https://auth.globus.org/v2/oauth2/token");
    CHECK(request.body == "refresh_token=rt&grant_type=refresh_token&client_id=client");
    CHECK(request.url.find("rt") == std::string::npos);
    CHECK(request.authorization.empty());
}

TEST_CASE("refresh: a confidential client proves itself by Basic", "[oauth][refresh_policy]") {
    MockTransport transport;
    transport.reply(200, answer("new", 3600));
    RefreshPolicy const policy{Confidential{"id", "secret"}, "rt"};
    CHECK(header(policy, transport) == "Bearer new");
    CHECK(transport.requests()[0].authorization == Secret("Basic aWQ6c2VjcmV0"));
    CHECK(transport.requests()[0].body == "refresh_token=rt&grant_type=refresh_token");
}

TEST_CASE("refresh: a new refresh token is taken over, a missing one keeps the old", "[oauth][refresh_policy]") {
    MockTransport transport;
    transport.reply(200, answer("a1", 0, R"(, "refresh_token": "rt2")"))
        .reply(200, answer("a2", 0))
        .reply(200, answer("a3", 0, R"(, "refresh_token": "")"))
        .reply(200, answer("a4", 3600, R"(, "refresh_token": null)"));
    RefreshPolicy const policy{Native{"client"}, "rt1"};
    std::vector<std::string> sent;
    for (int i = 0; i != 4; ++i) (void)header(policy, transport);
    for (auto const& request : transport.requests()) sent.push_back(request.body.substr(14, 3));
    CHECK(sent == std::vector<std::string>{"rt1", "rt2", "rt2", "rt2"});
    CHECK(policy.token().refresh_token == Secret("rt2"));
}

TEST_CASE("refresh: answers that cannot be used change nothing", "[oauth][refresh_policy]") {
    auto const bad = GENERATE(
        std::string(R"([])"), std::string(R"({})"), std::string("<html>"), std::string(R"({"error": "invalid_grant"})"),
        answer("", 5), answer("a b", 5), answer("x", -1), answer("x", 5, R"(, "other_tokens": {})"),
        answer("x", 5, R"(, "other_tokens": [null])"),
        answer(
            "x", 5,
            R"(, "other_tokens": [{"access_token": "y", "token_type": "Bearer", "resource_server": "groups.api.globus.org"}])"),
        std::string(R"({"access_token": "x", "token_type": "mac", "resource_server": "transfer.api.globus.org"})"),
        std::string(R"({"access_token": 5, "token_type": "Bearer", "resource_server": "transfer.api.globus.org"})"),
        std::string(R"({"access_token": "x", "token_type": "Bearer"})"),
        std::string(R"({"access_token": "x", "token_type": "Bearer", "resource_server": "r", "expires_in": "3600"})"),
        std::string(R"({"access_token": "x", "token_type": "Bearer", "resource_server": "r", "expires_in": 1e308})"),
        std::string(R"({"access_token": "x", "token_type": "Bearer", "resource_server": "r", "expires_in": 0.5})"));
    MockTransport transport;
    transport.otherwise([&](http::Request const&) { return http::Response{.status = 200, .body = bad}; });
    RefreshPolicy const policy{Native{"client"}, expired()};
    CHECK_THROWS_AS(policy.authorize(transport, context), DecodeError);
    CHECK(policy.token().access_token == Secret("old"));
    CHECK(policy.token().refresh_token == Secret("rt"));
}

TEST_CASE("refresh: one renewal however many threads ask", "[oauth][refresh_policy]") {
    for (int round = 0; round != 20; ++round) {
        MockTransport transport;
        transport.reply([](http::Request const&) {
            std::this_thread::sleep_for(2ms);
            return http::Response{.status = 200, .body = answer("new", 3600)};
        });
        RefreshPolicy const policy{Native{"client"}, expired()};
        std::atomic<int> good = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i != 32; ++i)
                threads.emplace_back([&, copy = policy] { good += header(copy, transport) == "Bearer new"; });
        }
        REQUIRE(good == 32);
        REQUIRE(transport.request_count() == 1);
    }
}

TEST_CASE("refresh: a 401 renews once, for its own token only", "[oauth][refresh_policy]") {
    MockTransport transport;
    transport.reply(200, answer("second", 3600)).reply(200, answer("third", 3600));
    RefreshPolicy const policy{Native{"client"}, Token{.access_token = "first", .refresh_token = "rt"}};
    Authorization const first = policy.authorize(transport, context);
    CHECK(policy.unauthorized(first, transport, context));
    CHECK(policy.unauthorized(first, transport, context));  // late news of the old token
    CHECK(transport.request_count() == 1);
    CHECK(header(policy, transport) == "Bearer second");
}

TEST_CASE("refresh: a refusal ends it, a living token is used to its end", "[oauth][refresh_policy]") {
    MockTransport transport;
    transport.reply(400, R"({"error": "invalid_grant"})");
    std::int64_t now = 1'000'000;
    RefreshPolicy const policy{Native{"client"},
                               Token{.access_token = "old", .refresh_token = "rt", .expires_at_seconds = now + 30},
                               {.now = [&] { return now; }}};
    CHECK(header(policy, transport) == "Bearer old");
    now += 29;
    CHECK(header(policy, transport) == "Bearer old");
    now += 2;
    CHECK_THROWS_AS(policy.authorize(transport, context), AuthApiError);
    CHECK_THROWS_AS(policy.authorize(transport, context), AuthApiError);
    CHECK(transport.request_count() == 1);
}

TEST_CASE("refresh: on_refresh may use the policy, and may throw", "[oauth][refresh_policy]") {
    MockTransport transport;
    transport.reply(200, answer("new", 3600));
    std::vector<std::string> seen;
    int errors = 0;
    RefreshPolicy<Native> const* self = nullptr;
    RefreshPolicy const policy{Native{"client"},
                               expired(),
                               {.on_refresh =
                                    [&](Token const& token) {
                                        seen.push_back(token.access_token.reveal());
                                        seen.push_back(header(*self, transport));
                                        throw std::runtime_error("disk full");
                                    },
                                .on_error = [&](std::exception_ptr) { ++errors; }}};
    self = &policy;
    CHECK(header(policy, transport) == "Bearer new");
    CHECK(seen == std::vector<std::string>{"new", "Bearer new"});
    CHECK(errors == 1);
}

TEST_CASE("refresh: a waiter keeps its own deadline and stop", "[oauth][refresh_policy]") {
    MockTransport transport;
    std::atomic<bool> go = false;
    transport.reply([&](http::Request const&) {
        while (!go) std::this_thread::sleep_for(1ms);
        return http::Response{.status = 200, .body = answer("new", 3600)};
    });
    RefreshPolicy const policy{Native{"client"}, expired()};
    std::jthread leader([&] { (void)header(policy, transport); });
    while (transport.request_count() == 0) std::this_thread::sleep_for(1ms);
    AuthContext hurried = context;
    hurried.deadline = http::Clock::now() + 20ms;
    CHECK_THROWS_AS(policy.authorize(transport, hurried), NetworkError);
    std::stop_source stop;
    AuthContext stoppable = context;
    stoppable.stop = stop.get_token();
    std::jthread stopper([&] {
        std::this_thread::sleep_for(20ms);
        stop.request_stop();
    });
    CHECK_THROWS_AS(policy.authorize(transport, stoppable), NetworkError);
    go = true;
    leader.join();
    CHECK(header(policy, transport) == "Bearer new");
    CHECK(transport.request_count() == 1);
}

TEST_CASE("client credentials: the app's own token", "[oauth][client_credentials_policy]") {
    MockTransport transport;
    transport.reply(200, answer("mine", 3600));
    ClientCredentialsPolicy const policy{{"id", "secret"}, {"scope:a", "scope:b"}};
    CHECK(header(policy, transport) == "Bearer mine");
    CHECK(transport.requests()[0].body == "grant_type=client_credentials&scope=scope%3Aa+scope%3Ab");
}

TEST_CASE("token source: a file or function that something else renews", "[oauth][token_source_policy]") {
    MockTransport const unused;
    auto const path = std::filesystem::temp_directory_path() / ("globus-token-" + std::to_string(::getpid()));
    std::ofstream(path) << "first\n";
    auto const policy = TokenSourcePolicy::file(path);
    auto const first = policy.authorize(unused, context);
    CHECK(first.header == Secret("Bearer first"));
    CHECK_FALSE(policy.unauthorized(first, unused, context));  // nobody has renewed it
    std::ofstream(path) << "second\n";
    CHECK(policy.unauthorized(first, unused, context));
    CHECK(header(policy, unused) == "Bearer second");
    std::filesystem::remove(path);
    CHECK_THROWS_AS(TokenSourcePolicy::file(path).authorize(unused, context), UsageError);
    CHECK_THROWS_AS(TokenSourcePolicy([] { return Secret(""); }).authorize(unused, context), UsageError);
}

TEST_CASE("pkce: S256 as in RFC 7636, appendix B", "[oauth][pkce]") {
    Pkce const pkce{Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")};
    CHECK(pkce.challenge() == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    CHECK(Pkce{}.verifier().reveal().size() == 43);
    CHECK_FALSE(Pkce{}.verifier() == Pkce{}.verifier());
    CHECK(random_state() != random_state());
    for (std::string const& bad :
         {std::string(42, 'a'), std::string(129, 'a'), std::string(42, 'a') + "+", std::string()})
        CHECK_THROWS_AS(Pkce{Secret(bad)}, UsageError);
}
