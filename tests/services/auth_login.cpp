// SPDX-License-Identifier: Apache-2.0
#include <globus/oauth/id_token.hpp>
#include <globus/services/auth.hpp>

#include "support/catch.hpp"

#include <string>
#include <type_traits>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

using NativeClient = Client<NativeAppAuthService, NullPolicy, MockTransport>;
using ConfidentialClient = Client<ConfidentialAppAuthService, BasicPolicy, MockTransport>;

NativeClient native(MockTransport mock = {}) {
    return NativeClient{NativeAppAuthService{"the-app"}, NullPolicy{}, {.transport = std::move(mock)}};
}
ConfidentialClient confidential(MockTransport mock = {}) {
    return ConfidentialClient{BasicPolicy{"the-app", "the-secret"}, {.transport = std::move(mock)}};
}

constexpr char const* tokens = R"({"access_token": "at", "scope": "openid", "expires_in": 3600, "token_type": "Bearer",
    "resource_server": "auth.globus.org", "refresh_token": "rt", "other_tokens": []})";

std::string query_value(std::string const& url, std::string_view name) {
    for (auto const& [key, value] : parse_query(url.substr(url.find('?') + 1)))
        if (key == name) return value;
    return "(none)";
}

template <class Op>
concept TakesAccessType = requires(Op op) { op.access_type; };

}  // namespace

TEST_CASE("auth: a native login has a random state and PKCE", "[auth][login]") {
    auto const client = native();
    auto const first = client.oauth2_start_flow({.requested_scopes = {"openid", "email"}});
    auto const second = client.oauth2_start_flow({.requested_scopes = {"openid", "email"}});
    std::string const url = client.oauth2_get_authorize_url(first);
    CHECK(url.starts_with("https://auth.globus.org/v2/oauth2/authorize?"));
    CHECK(query_value(url, "client_id") == "the-app");
    CHECK(query_value(url, "redirect_uri") == "https://auth.globus.org/v2/web/auth-code");
    CHECK(query_value(url, "scope") == "openid email");
    CHECK(query_value(url, "response_type") == "code");
    CHECK(query_value(url, "access_type") == "online");
    CHECK(query_value(url, "code_challenge_method") == "S256");
    CHECK(query_value(url, "code_challenge") == base64url_encode(sha256(first.pkce()->verifier().reveal())));
    CHECK(query_value(url, "state") == first.state());
    CHECK(first.state().size() >= 22);
    CHECK(first.state() != second.state());
    CHECK_FALSE(first.pkce()->verifier() == second.pkce()->verifier());
}

TEST_CASE("auth: what is asked of the session goes into the URL, and nothing escapes it", "[auth][login]") {
    auto const client = confidential();
    auto const flow = client.oauth2_start_flow(
        {.redirect_uri = "https://e.org/cb?x=1&y", .requested_scopes = "a[*b c]", .refresh_tokens = true});
    std::string const url = client.oauth2_get_authorize_url(
        flow,
        {.session_required_identities = {"i1", "i2"},
         .session_required_mfa = true,
         .session_message = "why & how\r\n",
         .prompt = "login",
         .query_params = {
             {"access_type", "other"}, {"num", 5}, {"prompt", "none"}, {"list", std::vector<std::string>{"a", "b"}}}});
    CHECK(url.find("&list=a&list=b") != std::string::npos);
    CHECK(query_value(url, "redirect_uri") == "https://e.org/cb?x=1&y");
    CHECK(query_value(url, "scope") == "a[*b c]");
    CHECK(query_value(url, "session_required_identities") == "i1,i2");
    CHECK(query_value(url, "session_required_mfa") == "True");
    CHECK(query_value(url, "session_message") == "why & how\r\n");
    CHECK(query_value(url, "prompt") == "none");
    CHECK(query_value(url, "access_type") == "other");
    CHECK(query_value(url, "num") == "5");
    CHECK(query_value(url, "code_challenge") == "(none)");
    CHECK(url.find_first_of("\r\n ") == std::string::npos);
}

TEST_CASE("auth: a login that cannot be is refused before anything is sent", "[auth][login]") {
    auto const client = native();
    CHECK_THROWS_AS(client.oauth2_start_flow({.requested_scopes = ""}), UsageError);
    CHECK_THROWS_AS(client.oauth2_start_flow({.requested_scopes = StringList{}}), UsageError);
    CHECK_THROWS_AS(client.oauth2_start_flow({.requested_scopes = "a", .verifier = std::string(42, 'a')}), UsageError);
    CHECK_THROWS_AS(client.oauth2_start_flow({.requested_scopes = "a", .verifier = std::string(43, '+')}), UsageError);
    CHECK_THROWS_AS(confidential().oauth2_start_flow({.redirect_uri = "", .requested_scopes = "a"}), UsageError);
    CHECK_THROWS_AS(NativeAppAuthService{""}, UsageError);
    CHECK_THROWS_AS(confidential().oauth2_client_credentials_tokens({.requested_scopes = StringList{}}), UsageError);
    CHECK_THROWS_AS(confidential().oauth2_token({}), UsageError);
}

TEST_CASE("auth: the code is exchanged once, with what proves whose it is", "[auth][login]") {
    MockTransport mock;
    mock.reply(200, tokens);
    auto const client = native(mock);
    auto const flow = client.oauth2_start_flow({.requested_scopes = "openid", .verifier = std::string(43, 'v')});
    auto const answer = client.oauth2_exchange_code_for_tokens(flow, "the code", flow.state());
    CHECK(answer->by_resource_server("auth.globus.org").access_token == Secret("at"));
    auto const sent = mock.requests().at(0);
    CHECK(sent.url == "https://auth.globus.org/v2/oauth2/token");
    CHECK(sent.body == "client_id=the-app&grant_type=authorization_code&code=the+code&code_verifier=" +
                           std::string(43, 'v') + "&redirect_uri=https%3A%2F%2Fauth.globus.org%2Fv2%2Fweb%2Fauth-code");
    CHECK(sent.authorization.empty());
    CHECK(sent.fresh_connection);

    SECTION("a state of another login is refused") {
        CHECK_THROWS_AS(client.oauth2_exchange_code_for_tokens(flow, "code", "forged"), UsageError);
        CHECK_THROWS_AS(client.oauth2_exchange_code_for_tokens(flow, "code", ""), UsageError);
        CHECK(mock.request_count() == 1);
    }
    SECTION("a lost answer is not asked for again") {
        mock.fail(NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "gone"));
        CHECK_THROWS_AS(client.oauth2_exchange_code_for_tokens(flow, "code"), NetworkError);
        CHECK(mock.request_count() == 2);
    }
    SECTION("a refusal is an AuthApiError, and holds no secret") {
        mock.reply(400, R"({"error": "invalid_grant"})");
        try {
            (void)client.oauth2_exchange_code_for_tokens(flow, "code-secret");
            FAIL("no error");
        } catch (AuthApiError const& error) {
            CHECK(error.oauth_error() == "invalid_grant");
            CHECK_THAT(error.what(), !ContainsSubstring("code-secret"));
        }
    }
}

TEST_CASE("auth: who asks for tokens is in the form or in the header", "[auth][login]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) {
        http::Response response;
        response.status = 200;
        response.headers.add("Content-Type", "application/json");
        response.body = tokens;
        return response;
    });
    auto const app = native(mock);
    auto const server = confidential(mock);
    (void)app.oauth2_refresh_token({.refresh_token = "r t", .body_params = {{"n", 1}, {"grant_type", "x"}}});
    (void)server.oauth2_refresh_token({.refresh_token = "rt"});
    (void)app.oauth2_revoke_token({.token = "at"});
    (void)server.oauth2_revoke_token({.token = "at", .body_params = {{"token", "other"}}});
    (void)server.oauth2_client_credentials_tokens({.requested_scopes = {"a", "b[c]"}});
    (void)server.oauth2_token({.form_data = {{"grant_type", "g"}}, .body_params = {{"more", true}}});
    auto const sent = mock.requests();
    CHECK(sent[0].body == "refresh_token=r+t&grant_type=x&client_id=the-app&n=1");
    CHECK(sent[0].authorization.empty());
    CHECK(sent[1].body == "refresh_token=rt&grant_type=refresh_token");
    CHECK(sent[1].authorization == Secret("Basic " + base64_encode("the-app:the-secret")));
    CHECK(sent[2].body == "token=at&client_id=the-app");
    CHECK(sent[3].body == "token=other");
    CHECK(sent[4].body == "grant_type=client_credentials&scope=a+b%5Bc%5D");
    CHECK(sent[5].body == "grant_type=g&more=True");
}

TEST_CASE("auth: dependent tokens and introspection", "[auth][login]") {
    MockTransport mock;
    mock.reply(200, R"([{"access_token": "at", "scope": "s1 s2", "expires_in": 60, "token_type": "bearer",
                        "resource_server": "groups.api.globus.org"}])")
        .reply(200, "[]")
        .reply(200, R"({"active": true, "aud": ["a", "b"], "exp": 1715289767, "identity_set": null})");
    auto const client = confidential(mock);
    auto const dependent = client.oauth2_get_dependent_tokens({.token = "t", .refresh_tokens = true, .scope = "s1 s2"});
    CHECK(dependent->by_scope("s2").resource_server == "groups.api.globus.org");
    CHECK(client.oauth2_get_dependent_tokens({.token = "t", .refresh_tokens = false})->by_resource_server().empty());
    auto const known = client.oauth2_token_introspect({.token = "t", .include = "session_info"});
    CHECK(known->active == true);
    CHECK(known->aud.size() == 2);
    CHECK(known->exp == 1715289767);
    auto const sent = mock.requests();
    CHECK(sent[0].body ==
          "grant_type=urn%3Aglobus%3Aauth%3Agrant_type%3Adependent_token&token=t&access_type=offline&scope=s1+s2");
    CHECK(sent[1].body == "grant_type=urn%3Aglobus%3Aauth%3Agrant_type%3Adependent_token&token=t");
    static_assert(!TakesAccessType<auth::Oauth2GetDependentTokens<ConfidentialAppAuthService>>);
    CHECK(sent[2].body == "token=t&include=session_info");
    CHECK_FALSE(sent[2].fresh_connection);
}

TEST_CASE("auth: keys are read without a credential, and from the host of Globus Auth alone", "[auth][login]") {
    MockTransport mock;
    mock.reply(200, R"({"jwks_uri": "https://auth.globus.org/jwk.json"})").reply(200, R"({"keys": []})");
    auto const client = confidential(mock);
    CHECK(client.get_jwk().json().at("keys").is_array());
    for (http::Request const& request : mock.requests())
        if (request.url.ends_with("jwk.json")) CHECK(request.authorization.empty());
    CHECK(mock.request_count() == 2);
    for (char const* elsewhere : {"https://keys.example.org/k?a=b%20c", "http://auth.globus.org/jwk.json",
                                  "https://auth.globus.org@evil.example/k", "https://user@auth.globus.org/k",
                                  "https://auth.globus.org.evil.example/k", "http://127.0.0.1/k",
                                  "ftp://auth.globus.org/k", "//auth.globus.org/k", "/jwk.json", "jwk.json", ""}) {
        INFO(elsewhere);
        CHECK_THROWS_AS(client.get_jwk(auth::OpenidConfiguration{.jwks_uri = elsewhere}), UsageError);
    }
    CHECK_THROWS_AS(client.get_jwk(auth::OpenidConfiguration{}), UsageError);
    CHECK(mock.request_count() == 2);
}

TEST_CASE("auth: which policy fits which service is known to the compiler", "[auth][login]") {
    STATIC_REQUIRE(ClientConfiguration<AuthService, AccessTokenPolicy, MockTransport>);
    STATIC_REQUIRE(ClientConfiguration<NativeAppAuthService, NullPolicy, MockTransport>);
    STATIC_REQUIRE(ClientConfiguration<ConfidentialAppAuthService, BasicPolicy, MockTransport>);
    STATIC_REQUIRE_FALSE(ClientConfiguration<AuthService, BasicPolicy, MockTransport>);
    STATIC_REQUIRE_FALSE(ClientConfiguration<NativeAppAuthService, BasicPolicy, MockTransport>);
    STATIC_REQUIRE_FALSE(ClientConfiguration<ConfidentialAppAuthService, AccessTokenPolicy, MockTransport>);
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<NativeAppAuthService>);
}

TEST_CASE("auth: a signing key can be handed to other programs as PEM", "[auth][login]") {
    MockTransport mock;
    std::string const modulus = std::string(341, 'x') + "Q";  // 2048 bits, odd
    mock.reply(200, R"({"keys": [{"kty": "RSA", "kid": "k", "use": "sig", "e": "AQAB", "n": ")" + modulus + R"("}]})");
    auth::OpenidConfiguration configuration;
    configuration.jwks_uri = "https://auth.globus.org/jwk.json";
    auto const keys = native(mock).get_jwk(configuration);
    auto const key = IdTokenKey::read(keys.json().at("keys").at(0).as_object());
    REQUIRE(key);
    CHECK(key->pem().starts_with("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"));
    CHECK(key->pem().ends_with("-----END PUBLIC KEY-----\n"));
}
