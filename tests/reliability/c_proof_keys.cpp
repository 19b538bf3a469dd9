// SPDX-License-Identifier: Apache-2.0
// C9: what proves that a login's answer belongs to it is random, and new for each login.
#include <globus/services/auth.hpp>

#include "support/catch.hpp"

#include <set>
#include <string>
#include <string_view>

using namespace globus;

namespace {

std::string parameter(std::string const& url, std::string_view name) {
    std::string found;
    for (auto const& [key, value] : parse_query(std::string_view(url).substr(url.find('?') + 1)))
        if (key == name) found = value;
    return found;
}

}  // namespace

TEST_CASE("C9: verifiers and states are random, and none comes twice", "[reliability][C9]") {
    std::set<std::string> seen;
    std::set<char> verifier_characters, state_characters;
    for (int i = 0; i != 1000; ++i) {
        Pkce const pkce;
        std::string const verifier = pkce.verifier().reveal(), state = random_state();
        CHECK(seen.insert(verifier).second);
        CHECK(seen.insert(state).second);
        CHECK(base64url_decode(verifier).value().size() >= 32);  // 256 bits
        CHECK(base64url_decode(state).value().size() >= 16);     // 128 bits
        CHECK((verifier.size() >= 43 && verifier.size() <= 128));
        for (char const c : verifier) CHECK(detail::is_unreserved(c));
        verifier_characters.insert(verifier.begin(), verifier.end());
        state_characters.insert(state.begin(), state.end());
    }
    CHECK(verifier_characters.size() == 64);
    CHECK(state_characters.size() == 64);
    // each byte takes nearly every value, where it stands: no part of them is constant
    for (std::size_t at = 0; at != 32; ++at) {
        std::set<char> values;
        for (int i = 0; i != 1000; ++i) values.insert(base64url_decode(Pkce().verifier().reveal()).value()[at]);
        CHECK(values.size() > 200);
    }
}

TEST_CASE("C9: the challenge is that of RFC 7636, appendix B", "[reliability][C9]") {
    Pkce const pkce(Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    CHECK(pkce.challenge() == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("C9: a verifier of the caller's has the length and characters of RFC 7636", "[reliability][C9]") {
    for (std::size_t const size : {0U, 1U, 42U, 129U, 1000U})
        CHECK_THROWS_AS(Pkce(Secret(std::string(size, 'a'))), UsageError);
    for (std::size_t const size : {43U, 128U}) CHECK_NOTHROW(Pkce(Secret(std::string(size, 'a'))));
    for (int byte = 0; byte != 256; ++byte) {
        std::string text(50, 'a');
        text[static_cast<std::size_t>(byte) % 50] = static_cast<char>(byte);
        INFO(byte);
        if (byte < 128 && (detail::is_unreserved(static_cast<char>(byte))))
            CHECK_NOTHROW(Pkce(Secret(text)));
        else
            CHECK_THROWS_AS(Pkce(Secret(text)), UsageError);
    }
}

TEST_CASE("C9: each login has a verifier and a state of its own, and S256 is its method", "[reliability][C9]") {
    Client<NativeAppAuthService, NullPolicy, MockTransport> const native{NativeAppAuthService("id"), NullPolicy{}};
    Client<ConfidentialAppAuthService, BasicPolicy, MockTransport> const confidential{BasicPolicy{"id", "secret"}};
    std::set<std::string> seen;
    for (int i = 0; i != 100; ++i) {
        auto const flow = native.oauth2_start_flow({.requested_scopes = "openid"});
        std::string const url = flow.authorize_url();
        CHECK(seen.insert(flow.pkce()->verifier().reveal()).second);
        CHECK(seen.insert(parameter(url, "state")).second);
        CHECK(seen.insert(parameter(url, "code_challenge")).second);
        CHECK(parameter(url, "code_challenge") == base64url_encode(sha256(flow.pkce()->verifier().reveal())));
        CHECK(parameter(url, "code_challenge_method") == "S256");
        CHECK(url.find(flow.pkce()->verifier().reveal()) == std::string::npos);
        auto const other =
            confidential.oauth2_start_flow({.redirect_uri = "https://x.org/", .requested_scopes = "openid"});
        CHECK(seen.insert(parameter(other.authorize_url(), "state")).second);
    }
}
