// SPDX-License-Identifier: Apache-2.0
// A login on a machine whose clock is wrong.
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/oauth/id_token.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <string>

using namespace app_test;
using namespace std::chrono_literals;

namespace {

using TestApp = App<MemoryTokenStorage>;

/// A login by a clock that is `seconds` ahead.
TestApp app_ahead(sandbox::Server& server, Terminal& terminal, std::int64_t seconds,
                  std::chrono::seconds leeway = TestApp::Config{}.id_token_leeway) {
    return TestApp(Native{server.native_client_id()}, {.app_name = "test",
                                                       .login_flow = terminal.flow(),
                                                       .token_storage = MemoryTokenStorage(),
                                                       .auth_url = server.base_url(),
                                                       .id_token_leeway = leeway,
                                                       .now = [seconds] { return detail::unix_now() + seconds; }});
}

}  // namespace

TEST_CASE("A machine whose clock is minutes off can log in") {
    for (std::int64_t const ahead : {61, -61, 290, -290}) {
        INFO(ahead);
        sandbox::Server server;
        Terminal terminal;
        auto const app = app_ahead(server, terminal, ahead);
        app.login();
        CHECK(app.token_storage().get_token_data("auth.globus.org").has_value());
        CHECK(server.count("oauth2_revoke_token") == 0);
    }
}

TEST_CASE("A clock that is further off is named with the difference, and no token is revoked for its sake") {
    // an id token is of now and lives long: only a clock that is behind finds it too early
    for (std::int64_t const ahead : {-400, -86400}) {
        INFO(ahead);
        sandbox::Server server;
        Terminal terminal;
        auto const app = app_ahead(server, terminal, ahead);
        try {
            app.login();
            FAIL_CHECK("the login succeeded");
        } catch (IdTokenError const& error) {
            REQUIRE(error.clock_difference());
            CHECK(std::abs(error.clock_difference()->count() - ahead) <= 5);
            CHECK(std::string(error.what()).find("clock") != std::string::npos);
        }
        CHECK(server.count("oauth2_revoke_token") == 0);
        app_ahead(server, terminal, ahead, 48h).login();  // whoever knows it may allow for it
    }
}

TEST_CASE("A leeway may be small, and not negative") {
    sandbox::Server server;
    Terminal terminal;
    CHECK_THROWS_AS(app_ahead(server, terminal, 0, -1s), UsageError);
    CHECK_THROWS_AS(app_ahead(server, terminal, -30, 0s).login(), IdTokenError);
    app_ahead(server, terminal, -30, std::chrono::seconds::max()).login();
}
