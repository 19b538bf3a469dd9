// SPDX-License-Identifier: Apache-2.0
// Empty tokens and codes are refused before anything is sent.
#include <globus/services/auth.hpp>

#include "support/catch.hpp"

using namespace globus;

TEST_CASE("auth login: an empty token, code or state is refused", "[services][auth]") {
    MockTransport const transport;
    Client<NativeAppAuthService, NullPolicy, MockTransport> const native{
        NativeAppAuthService{"id"}, NullPolicy{}, {.transport = transport}};
    Client<ConfidentialAppAuthService, BasicPolicy, MockTransport> const confidential{BasicPolicy{"id", "secret"},
                                                                                      {.transport = transport}};
    CHECK_THROWS_AS(native.oauth2_refresh_token({.refresh_token = ""}), UsageError);
    CHECK_THROWS_AS(native.oauth2_revoke_token({.token = ""}), UsageError);
    CHECK_THROWS_AS(native.oauth2_start_flow({.requested_scopes = "openid", .state = ""}), UsageError);
    auto const flow = native.oauth2_start_flow({.requested_scopes = "openid"});
    CHECK_THROWS_AS(native.oauth2_exchange_code_for_tokens(flow, ""), UsageError);
    CHECK_THROWS_AS(confidential.oauth2_refresh_token({.refresh_token = ""}), UsageError);
    CHECK_THROWS_AS(confidential.oauth2_revoke_token({.token = ""}), UsageError);
    CHECK_THROWS_AS(confidential.oauth2_token_introspect({.token = ""}), UsageError);
    CHECK_THROWS_AS(confidential.oauth2_get_dependent_tokens({.token = ""}), UsageError);
    CHECK_THROWS_AS(confidential.oauth2_start_flow(
                        {.redirect_uri = "https://example.org/", .requested_scopes = "openid", .state = ""}),
                    UsageError);
    CHECK(transport.request_count() == 0);
}
