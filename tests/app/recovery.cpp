// SPDX-License-Identifier: Apache-2.0
// What an app does when the tokens that it has are of no more use.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <atomic>
#include <barrier>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace app_test;
using namespace globus;

TEST_CASE("A refresh token that is of no use any more means a login") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{});
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    CHECK(transfer.task_list().status() == 200);
    server.revoke_all_tokens();
    CHECK_THROWS_AS(transfer.task_list(), LoginRequiredError);
    CHECK(terminal.asked == 1);
    CHECK(app.run([&] { return transfer.task_list().status(); }) == 200);
    CHECK(terminal.asked == 2);
}

TEST_CASE("A token that a service refuses and nobody can renew means a login in run alone") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{}, false);
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    server.revoke_all_tokens();
    CHECK_THROWS_AS(transfer.task_list(), TransferApiError);
    CHECK(app.run([&] { return transfer.task_list().status(); }) == 200);
    CHECK(terminal.asked == 2);

    // a login that does not help is not asked for again
    server.add_fault(R"({"match": {"operation": "task_list"}, "times": "always",
                         "action": {"type": "status", "code": 401, "body": {"code": "AuthenticationFailed"}}})");
    CHECK_THROWS_AS(app.run([&] { return transfer.task_list(); }), TransferApiError);
    CHECK(terminal.asked == 3);
}

TEST_CASE("Consents are looked up with a token that lives") {
    sandbox::Server server;
    Terminal terminal;
    MemoryTokenStorage const storage;
    auto const needs = [&](auto const& app) {
        app.add_scope_requirements("transfer.api.globus.org",
                                   {transfer_scope_with_data_access(server.mapped_collection())});
    };
    bool const refresh = GENERATE(true, false);
    {
        auto const app = make_app(server, terminal, storage, refresh);
        needs(app);
        app.login();
        CHECK_FALSE(app.login_required());
        CHECK(server.count("get_consents") == 1);
    }
    server.expire_access_tokens();
    auto const app = make_app(server, terminal, storage, refresh);
    needs(app);
    auto const transfer = client_of<TransferService>(app, server);
    CHECK(app.login_required() == !refresh);
    CHECK(app.run([&] { return transfer.operation_ls({.endpoint_id = server.mapped_collection()}).status(); }) == 200);
    CHECK(terminal.asked == (refresh ? 1 : 2));
}

TEST_CASE("Two programs that share a file see each other's logins and logouts") {
    TemporaryDirectory const directory;
    sandbox::Server server;
    Terminal terminal;
    bool const refresh = GENERATE(true, false);
    auto const one = make_app(server, terminal, JsonTokenStorage(directory / "tokens.json"), refresh);
    auto const two = make_app(server, terminal, JsonTokenStorage(directory / "tokens.json"), refresh);
    auto const here = client_of<TransferService>(one, server);
    auto const there = client_of<TransferService>(two, server);
    one.login();
    CHECK(there.task_list().status() == 200);
    one.logout();
    CHECK_THROWS_AS(there.task_list(), Error);
    CHECK(two.login_required());
    one.login();
    CHECK(there.task_list().status() == 200);
    CHECK(terminal.asked == 2);
}

TEST_CASE("Two programs that share a file cannot log in as two users") {
    TemporaryDirectory const directory;
    sandbox::Server server({.users = {{.id = "11111111-1111-4111-8111-111111111111", .username = "ada@example.org"},
                                      {.id = "22222222-2222-4222-8222-222222222222", .username = "bob@example.org"}}});
    Terminal terminal;
    JsonTokenStorage const storage(directory / "tokens.json");
    auto const one = make_app(server, terminal, storage);
    auto const two = make_app(server, terminal, storage);
    auto const here = client_of<TransferService>(one, server);
    one.login();
    auto const before = storage.get_token_data_by_resource_server();
    AuthorizationParameters const bob{.session_required_identities = std::vector<std::string>{"bob@example.org"}};
    try {
        two.login({.parameters = bob});
        FAIL_CHECK("the tokens of another user were stored");
    } catch (TokenValidationError const& error) {
        CHECK(error.kind() == TokenValidationError::Kind::identity_mismatch);
    }
    CHECK(storage.get_token_data_by_resource_server() == before);
    one.logout();
    two.login({.parameters = bob});
    CHECK(storage.get_token_data("auth.globus.org")->identity_id == "22222222-2222-4222-8222-222222222222");
}

TEST_CASE("Threads that are asked for different consents at once get both") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{});
    auto const transfer = client_of<TransferService>(app, server);
    auto const groups = client_of<GroupsService>(app, server);
    app.login();
    server.require_consent("transfer", {transfer_scope_with_data_access(server.source_collection()).text()});
    server.require_consent("groups", {std::string(GroupsScopes::all)});
    std::barrier both_refused(2);
    std::atomic<int> good = 0;
    auto const call = [&](auto const& operation) {
        bool first = true;
        auto const once = [&] {
            try {
                return operation();
            } catch (ApiError const&) {
                if (std::exchange(first, false)) both_refused.arrive_and_wait();
                throw;
            }
        };
        try {
            good += app.run(once) == 200;
        } catch (Error const&) {  // is not good
        }
    };
    {
        std::jthread const one([&] { call([&] { return transfer.task_list().status(); }); });
        std::jthread const two([&] { call([&] { return groups.get_my_groups().status(); }); });
    }
    CHECK(good == 2);
    CHECK(terminal.asked == 3);
}

TEST_CASE("A login after Globus Auth changed its keys is believed") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{});
    app.login();
    server.rotate_keys();
    app.login({.force = true});
    CHECK(terminal.asked == 2);
    CHECK_FALSE(app.login_required());
}
