// SPDX-License-Identifier: Apache-2.0
#include <globus/app.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace globus;

TEST_CASE("The header of apps is all that an app of either kind needs") {
    TemporaryDirectory const directory;
    JsonTokenStorage const storage(directory / "tokens.json");
    UserApp<Native> const user{{.app_name = "test", .client = Native{"id"}, .storage = storage}};
    ClientApp<> const account{{.app_name = "test", .client = Confidential{"id", "secret"}, .storage = storage}};
    CHECK(user.login_required());
    CHECK(account.login_required());
}
