// SPDX-License-Identifier: Apache-2.0
// One rule for what may be sent twice of grants, whoever sends them: a policy or an operation.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/services/auth.hpp>

#include "support/catch.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace globus;

namespace {

using Kind = NetworkError::Kind;
using Sent = NetworkError::Sent;
using Answer = std::function<http::Response(http::Request const&)>;

Answer lost(Kind kind) {
    return [kind](http::Request const&) -> http::Response { throw NetworkError(kind, Sent::yes, "lost"); };
}
Answer not_sent() {
    return [](http::Request const&) -> http::Response { throw NetworkError(Kind::connect, Sent::no, "not sent"); };
}
Answer status(int code) {
    return [code](http::Request const&) {
        return http::Response{.status = code, .headers = {{"Retry-After", "0"}}, .body = "{}"};
    };
}
Answer tokens() {
    return [](http::Request const& request) {
        std::string const token =
            R"({"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "resource_server": "r"})";
        bool const list = request.body.find("dependent_token") != std::string::npos;
        return http::Response{.status = 200, .body = list ? '[' + token + ']' : token};
    };
}

/// All that sends a grant which may be repeated, by name.
std::vector<std::pair<std::string, std::function<void(MockTransport const&)>>> senders() {
    AuthContext static const context{"https://auth.globus.org/"};
    auto const confidential = [](MockTransport const& transport) {
        return Client<ConfidentialAppAuthService, BasicPolicy, MockTransport>(
            BasicPolicy("id", "secret"), {.transport = transport, .retry = {.base = {}, .throttled = {}}});
    };
    return {
        {"RefreshPolicy",
         [](MockTransport const& transport) { (void)RefreshPolicy(Native("id"), "rt").authorize(transport, context); }},
        {"ClientCredentialsPolicy",
         [](MockTransport const& transport) {
             (void)ClientCredentialsPolicy(Confidential("id", "secret"), "s").authorize(transport, context);
         }},
        {"oauth2_refresh_token",
         [=](MockTransport const& transport) {
             (void)confidential(transport).oauth2_refresh_token({.refresh_token = "rt"});
         }},
        {"oauth2_refresh_token of a native app",
         [](MockTransport const& transport) {
             Client<NativeAppAuthService, NullPolicy, MockTransport> const client(
                 NativeAppAuthService("id"), NullPolicy(),
                 {.transport = transport, .retry = {.base = {}, .throttled = {}}});
             (void)client.oauth2_refresh_token({.refresh_token = "rt"});
         }},
        {"oauth2_client_credentials_tokens",
         [=](MockTransport const& transport) {
             (void)confidential(transport).oauth2_client_credentials_tokens({.requested_scopes = "s"});
         }},
        {"oauth2_get_dependent_tokens",
         [=](MockTransport const& transport) {
             (void)confidential(transport).oauth2_get_dependent_tokens({.token = "t"});
         }},
    };
}

/// The requests for a script of answers, and whether the last one brought tokens.
std::pair<std::size_t, bool> send(std::function<void(MockTransport const&)> const& sender,
                                  std::vector<Answer> const& script, Answer const& otherwise) {
    MockTransport transport;
    for (Answer const& answer : script) transport.reply(answer);
    transport.otherwise(otherwise);
    bool good = true;
    try {
        sender(transport);
    } catch (Error const&) {
        good = false;
    }
    for (http::Request const& request : transport.requests()) CHECK(request.fresh_connection);
    return {transport.request_count(), good};
}

}  // namespace

TEST_CASE("grants: one whose answer is lost is sent once more, whoever sends it", "[oauth][grants][reliability][A6]") {
    for (auto const& [name, sender] : senders()) {
        INFO(name);
        for (Answer const& loss : {lost(Kind::interrupted), lost(Kind::timeout), lost(Kind::protocol), status(500),
                                   status(502), status(504)}) {
            CHECK(send(sender, {}, loss) == std::pair<std::size_t, bool>(2, false));
            CHECK(send(sender, {loss}, tokens()) == std::pair<std::size_t, bool>(2, true));
            CHECK(send(sender, {loss, loss}, tokens()) == std::pair<std::size_t, bool>(2, false));
            CHECK(send(sender, {loss, status(503)}, tokens()) == std::pair<std::size_t, bool>(2, false));
            CHECK(send(sender, {loss, not_sent()}, tokens()) == std::pair<std::size_t, bool>(3, true));
            CHECK(send(sender, {status(503), loss}, tokens()) == std::pair<std::size_t, bool>(3, true));
        }
        auto const cut = [](http::Request const&) { return http::Response{.status = 200, .body = R"({"access)"}; };
        CHECK(send(sender, {cut}, tokens()) == std::pair<std::size_t, bool>(1, false));
        CHECK(send(sender, {status(400)}, tokens()) == std::pair<std::size_t, bool>(1, false));
        CHECK(send(sender, {status(503), status(429)}, tokens()) == std::pair<std::size_t, bool>(3, true));
        CHECK(send(sender, {not_sent(), not_sent()}, tokens()) == std::pair<std::size_t, bool>(3, true));
    }
}

TEST_CASE("grants: a code is never sent twice, and what only looks or revokes may be", "[oauth][grants]") {
    auto const sent = [](auto const& call) {
        MockTransport transport;
        transport.otherwise(lost(Kind::interrupted));
        Client<ConfidentialAppAuthService, BasicPolicy, MockTransport> const client(
            BasicPolicy("id", "secret"), {.transport = transport, .retry = {.base = {}, .throttled = {}}});
        CHECK_THROWS_AS(call(client), NetworkError);
        return transport.request_count();
    };
    CHECK(sent([](auto const& client) {
              return client.send(auth::Oauth2ExchangeCodeForTokens<ConfidentialAppAuthService>{
                  .auth_code = "code", .redirect_uri = "https://example.org/"});
          }) == 1);
    CHECK(sent([](auto const& client) {  // the form may be of any grant, a device's or a code's
              return client.oauth2_token({.form_data = {{"grant_type", "refresh_token"}}});
          }) == 1);
    CHECK(sent([](auto const& client) { return client.oauth2_revoke_token({.token = "t"}); }) == 4);
    CHECK(sent([](auto const& client) { return client.oauth2_token_introspect({.token = "t"}); }) == 4);
}
