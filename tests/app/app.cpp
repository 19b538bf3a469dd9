// SPDX-License-Identifier: Apache-2.0
#include <globus/app.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <concepts>

using namespace globus;

TEST_CASE("The header of apps is all that an app of either kind needs") {
    TemporaryDirectory const directory;
    JsonTokenStorage const storage(directory / "tokens.json");
    UserApp const user{Native{"id"}, {.app_name = "test", .token_storage = storage}};
    static_assert(std::same_as<decltype(user), UserApp<Native> const>);
    ClientApp const account{Confidential{"id", "secret"}, {.app_name = "test", .token_storage = storage}};
    CHECK(user.login_required());
    CHECK(account.login_required());
}
