// SPDX-License-Identifier: Apache-2.0
#include <globus/oauth/id_token.hpp>
#include <globus/services/auth.hpp>

#include "support/catch.hpp"
#include "support/jwt.hpp"

#include <boost/json/serialize.hpp>

#include <string>

using namespace globus;

TEST_CASE("auth: the key of id_tokens can be had in PEM", "[auth]") {
    auto const key = jwt_test::Key::rsa();
    std::string const keys = boost::json::serialize(Json{{"keys", boost::json::array{key.jwk("k")}}});
    MockTransport mock;
    Client<AuthService, AccessTokenPolicy, MockTransport> const client{AccessTokenPolicy{"token"}, {.transport = mock}};

    mock.reply(200, R"({"jwks_uri": "https://auth.globus.org/jwk.json"})").reply(200, keys);
    CHECK(client.get_jwk(as_pem) == key.public_pem());
    CHECK(mock.requests().at(1).url == "https://auth.globus.org/jwk.json");

    auth::OpenidConfiguration const configuration{.jwks_uri = "https://auth.globus.org/jwk.json"};
    mock.reply(200, keys).reply(200, keys);
    CHECK(client.get_jwk(configuration, as_pem) == key.public_pem());
    CHECK(client.get_jwk(configuration)->at("keys").at(0).at("kid") == "k");

    for (char const* bad : {"[]", "{}", R"({"keys": []})", R"({"keys": [1]})", R"({"keys": [{"kty": "EC"}]})"}) {
        mock.reply(200, bad);
        CHECK_THROWS_AS(client.get_jwk(configuration, as_pem), DecodeError);
    }
}
