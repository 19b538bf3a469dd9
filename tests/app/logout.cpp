// SPDX-License-Identifier: Apache-2.0
// A logout is that of one app: tokens of other programs in the same file are theirs.
#include <globus/app/client_app.hpp>
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <string>
#include <type_traits>

using namespace app_test;

namespace {

template <class S>
S make(TemporaryDirectory const& directory, std::string name_space = "DEFAULT") {
    if constexpr (std::is_same_v<S, MemoryTokenStorage>)
        return S().in_namespace(name_space);
    else
        return S(directory / "tokens", {.namespace_name = name_space});
}

std::string const transfer_server = "transfer.api.globus.org", groups_server = "groups.api.globus.org";

}  // namespace

TEMPLATE_TEST_CASE("A logout takes the tokens of the app's own services, and a sweep takes all", "[app]",
                   MemoryTokenStorage, JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    sandbox::Server server;
    Terminal terminal;
    auto const storage = make<TestType>(directory);
    auto const one = make_app(server, terminal, storage), two = make_app(server, terminal, storage);
    auto const transfer = client_of<TransferService>(one, server);
    auto const groups = client_of<GroupsService>(two, server);
    one.login();
    two.login({.force = true});
    REQUIRE(storage.get_token_data_by_resource_server().size() == 3);
    TokenData const others = *storage.get_token_data(groups_server);

    one.logout();
    CHECK_FALSE(storage.get_token_data(transfer_server));
    CHECK_FALSE(storage.get_token_data("auth.globus.org"));
    CHECK(storage.get_token_data(groups_server) == others);
    CHECK(server.count("oauth2_revoke_token") == 4);
    CHECK(groups.get_my_groups().http_status() == 200);
    CHECK_THROWS_AS(transfer.task_list(), LoginRequiredError);
    one.logout();  // there is nothing left of its own
    CHECK(server.count("oauth2_revoke_token") == 4);

    one.login();
    one.logout({.sweep = true});
    CHECK(storage.get_token_data_by_resource_server().empty());
    CHECK(server.count("oauth2_revoke_token") == 10);
    CHECK(one.login_required());
}

TEMPLATE_TEST_CASE("A logout keeps to its namespace, also when it sweeps", "[app]", JsonTokenStorage,
                   SqliteTokenStorage) {
    TemporaryDirectory const directory;
    sandbox::Server server;
    Terminal terminal;
    auto const mine = make<TestType>(directory, "mine"), theirs = make<TestType>(directory, "theirs");
    auto const one = make_app(server, terminal, mine), two = make_app(server, terminal, theirs);
    one.login();
    two.login();
    auto const before = theirs.get_token_data_by_resource_server();
    one.logout({.sweep = true});
    CHECK(mine.get_token_data_by_resource_server().empty());
    CHECK(theirs.get_token_data_by_resource_server() == before);
}

TEST_CASE("After a logout somebody else may log in, unless tokens of the first user are left") {
    sandbox::Server server({.users = {{.id = "11111111-1111-4111-8111-111111111111", .username = "ada@example.org"},
                                      {.id = "22222222-2222-4222-8222-222222222222", .username = "bob@example.org"}}});
    Terminal terminal;
    MemoryTokenStorage const storage;
    auto const one = make_app(server, terminal, storage), two = make_app(server, terminal, storage);
    auto const groups = client_of<GroupsService>(two, server);
    two.login();
    one.logout();
    AuthorizationParameters const bob{.session_required_identities = std::vector<std::string>{"bob@example.org"}};
    try {
        one.login({.parameters = bob});
        FAIL_CHECK("tokens of two users were stored together");
    } catch (TokenValidationError const& error) {
        CHECK(error.kind() == TokenValidationError::Kind::identity_mismatch);
        CHECK(std::string(error.what()).find("sweep") != std::string::npos);
    }
    one.logout({.sweep = true});
    one.login({.parameters = bob});
    CHECK(storage.get_token_data("auth.globus.org")->identity_id == "22222222-2222-4222-8222-222222222222");
}

TEST_CASE("A service account logs out of its own services") {
    sandbox::Server server;
    MemoryTokenStorage const storage;
    ClientApp<MemoryTokenStorage> const app(Confidential{server.client_id(), server.client_secret()},
                                            {.token_storage = storage, .auth_url = server.base_url()});
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    TokenDataByResourceServer const foreign{
        {groups_server,
         {.resource_server = groups_server, .scope = "s", .access_token = Secret("another"), .expires_at_seconds = 1}}};
    storage.store_token_data_by_resource_server(foreign);
    app.logout();
    CHECK(storage.get_token_data_by_resource_server() == foreign);
}
