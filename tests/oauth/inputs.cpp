// SPDX-License-Identifier: Apache-2.0
// Credentials that cannot be right are refused before anything is sent.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/oauth/token_source_policy.hpp>

#include "support/catch.hpp"

#include <functional>
#include <string>
#include <utility>

using namespace globus;

namespace {

AuthContext const context{"https://auth.globus.org/"};

using Catch::Matchers::ContainsSubstring;

template <class P>
void check_moved_from(P policy) {
    MockTransport transport;
    transport.otherwise([](http::Request const&) {
        return http::Response{
            .status = 200,
            .body =
                R"({"access_token": "t", "token_type": "Bearer", "expires_in": 3600, "resource_server": "r", "scope": "s"})"};
    });
    P const other = std::move(policy);
    CHECK_THROWS_AS(policy.authorize(transport, context), UsageError);
    CHECK(transport.request_count() == 0);
    CHECK_FALSE(other.authorize(transport, context).header.empty());
}

}  // namespace

TEST_CASE("credentials: what std::getenv gives for a variable that is not set is empty", "[oauth]") {
    char const* const unset = nullptr;
    CHECK_THROWS_WITH(AccessTokenPolicy(unset), ContainsSubstring("the access token is empty: "));
    CHECK_THROWS_AS(AccessTokenPolicy(unset), UsageError);
    CHECK_THROWS_WITH(Confidential("id", unset), ContainsSubstring("the client secret is empty: "));
    CHECK_THROWS_WITH(Confidential(unset, "secret"), ContainsSubstring("the client id is empty: "));
    CHECK_THROWS_WITH(BasicCredential(unset, unset), ContainsSubstring("the client id is empty: "));
    CHECK_THROWS_WITH(BasicPolicy("id", unset), ContainsSubstring("the client secret is empty: "));
    CHECK_THROWS_WITH(BasicPolicy(unset, "secret"), ContainsSubstring("the client id is empty: "));
    CHECK_THROWS_WITH(Native(unset), ContainsSubstring("the client id is empty: "));
    CHECK_THROWS_WITH(RefreshPolicy(Native("id"), unset), ContainsSubstring("the refresh token is empty: "));
    CHECK_THROWS_AS(ClientCredentialsPolicy(Confidential("id", "secret"), unset), UsageError);
    CHECK_THROWS_WITH(Scope(unset), ContainsSubstring("an environment variable"));
    std::function<Secret()> const none;
    CHECK_THROWS_AS(TokenSourcePolicy(none), UsageError);
}

TEST_CASE("credentials: an access token is printable ASCII without blanks", "[oauth]") {
    MockTransport const unused;
    for (std::string const& bad : {std::string(), std::string("a b"), std::string(" a"), std::string("a "),
                                   std::string("a\tb"), std::string("a\r\nb"), std::string("a\n"),
                                   std::string("a\0b", 3), std::string("\x7F"), std::string("\xC3\xA9")}) {
        CHECK_THROWS_AS(AccessTokenPolicy(bad), UsageError);
        CHECK_THROWS_AS(TokenSourcePolicy([&] { return Secret(bad); }).authorize(unused, context), UsageError);
    }
    for (char const* bad : {"", "a\n", "\x7F"}) CHECK_THROWS_AS(RefreshPolicy(Native("id"), bad), UsageError);
    std::string all;
    for (char c = '!'; c <= '~'; ++c) all += c;
    CHECK(AccessTokenPolicy(all).authorize(unused, context).header == Secret("Bearer " + all));
}

TEST_CASE("credentials: an id is not empty and has no colon, a secret may have any letter", "[oauth]") {
    for (char const* id : {"", "a:b", ":", "a\nb"}) {
        CHECK_THROWS_AS(Native(id), UsageError);
        CHECK_THROWS_AS(Confidential(id, "secret"), UsageError);
        CHECK_THROWS_AS(BasicPolicy(id, "secret"), UsageError);
        CHECK_THROWS_AS(BasicPolicy(std::string(id), "secret"), UsageError);
    }
    CHECK(BasicCredential("id", "p:\xC3\xA9").header() == Secret("Basic aWQ6cDrDqQ=="));
}

TEST_CASE("credentials: one that was moved from says so", "[oauth]") {
    check_moved_from(AccessTokenPolicy("token"));
    check_moved_from(BasicPolicy("a client id that is longer than a short text", "secret"));
    check_moved_from(TokenSourcePolicy([] { return Secret("token"); }));
    check_moved_from(RefreshPolicy(Native("id"), "rt"));
    check_moved_from(RefreshPolicy(Confidential("id", "secret"), "rt"));
    check_moved_from(ClientCredentialsPolicy(Confidential("id", "secret"), "scope"));
    Native native("id");
    Native const other = std::move(native);
    CHECK_THROWS_AS(RefreshPolicy(native, "rt"), UsageError);
    CHECK_NOTHROW(RefreshPolicy(other, "rt"));
    Confidential app("id", "secret");
    Confidential const kept = std::move(app);
    CHECK_THROWS_AS(ClientCredentialsPolicy(app, "scope"), UsageError);
    CHECK_NOTHROW(ClientCredentialsPolicy(kept, "scope"));
}

TEST_CASE("authorization flow: a state cannot be empty", "[oauth][authorization_flow]") {
    AuthorizationCodeFlow::Settings settings{.client_id = "id",
                                             .auth_url = "https://auth.globus.org/",
                                             .scope = "openid",
                                             .redirect_uri = "https://example.org/"};
    AuthorizationCodeFlow const flow(settings);
    CHECK_NOTHROW(flow.check_state(flow.state()));
    CHECK_THROWS_AS(flow.check_state(""), UsageError);
    settings.state.clear();
    CHECK_THROWS_AS(AuthorizationCodeFlow(settings), UsageError);
}
