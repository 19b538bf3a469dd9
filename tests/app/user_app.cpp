// SPDX-License-Identifier: Apache-2.0
#include <globus/app/client_app.hpp>
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <atomic>
#include <barrier>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace app_test;
using namespace globus;
using namespace std::chrono_literals;

static_assert(AuthorizingApp<UserApp<Native>, CurlTransport>);
static_assert(AuthorizingApp<ClientApp<>, MockTransport>);

TEST_CASE("A user logs in once and the next start of the program finds the tokens") {
    TemporaryDirectory const directory;
    JsonTokenStorage const storage(directory / "tokens.json");
    sandbox::Server server;
    Terminal terminal;
    {
        auto const app = make_app(server, terminal, storage);
        auto const transfer = client_of<TransferService>(app, server);
        CHECK(app.login_required());
        CHECK_THROWS_AS(transfer.task_list(), LoginRequiredError);
        CHECK(terminal.asked == 0);  // a call never prompts
        CHECK(app.run([&] { return transfer.task_list().http_status(); }) == 200);
        CHECK(terminal.asked == 1);
        CHECK_FALSE(app.login_required());
        app.login();
        CHECK(terminal.asked == 1);
        CHECK(terminal.url.find("access_type=offline") != std::string::npos);
        CHECK(terminal.url.find("code_challenge_method=S256") != std::string::npos);
        CHECK(storage.get_token_data("transfer.api.globus.org")->identity_id == server.user().id);
    }
    auto const app = make_app(server, terminal, storage);
    auto const transfer = client_of<TransferService>(app, server);
    CHECK(transfer.task_list().http_status() == 200);
    server.expire_access_tokens();
    CHECK(transfer.task_list().http_status() == 200);  // renewed, and stored
    CHECK(terminal.asked == 1);

    // another scope needs another login
    auto const groups = client_of<GroupsService>(app, server);
    CHECK(app.login_required());
    CHECK_THROWS_AS(groups.get_my_groups(), LoginRequiredError);
    app.login();
    CHECK(terminal.asked == 2);
    CHECK(groups.get_my_groups().http_status() == 200);

    app.logout();
    CHECK(storage.get_token_data_by_resource_server().empty());
    CHECK(server.count("oauth2_revoke_token") == 6);
    CHECK_THROWS_AS(transfer.task_list(), LoginRequiredError);
}

TEST_CASE("Clients may be made for each request, and add what they need only once") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{}, false);
    app.login();
    for (int i = 0; i != 100; ++i) (void)client_of<TransferService>(app, server);
    CHECK(app.scope_requirements().at("transfer.api.globus.org") == Scope::parse(TransferScopes::all));
    app.login();
    for (int i = 0; i != 3; ++i) CHECK(client_of<TransferService>(app, server).task_list().http_status() == 200);
    CHECK(terminal.asked == 2);
    app.add_scope_requirements("transfer.api.globus.org",
                               {transfer_scope_with_data_access(server.mapped_collection())});
    CHECK(app.scope_requirements().at("transfer.api.globus.org").size() == 1);
}

TEST_CASE("64 threads that need a login cause one") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{});
    auto const transfer = client_of<TransferService>(app, server);
    std::atomic<int> good = 0;
    {
        std::barrier start(64);
        std::vector<std::jthread> threads;
        for (int t = 0; t != 64; ++t)
            threads.emplace_back([&] {
                start.arrive_and_wait();
                good += app.run([&] { return transfer.task_list().http_status(); }) == 200;
            });
    }
    CHECK(good == 64);
    CHECK(terminal.asked == 1);
    CHECK(server.count("oauth2_exchange_code_for_tokens") == 1);
}

TEST_CASE("A consent that a collection asks for is fetched, and the call made again") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{}, false);
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    std::string const id = server.source_collection();
    server.require_consent("transfer", {transfer_scope_with_data_access(id).text()});
    CHECK_THROWS_AS(transfer.operation_ls({.endpoint_id = id}), TransferApiError);
    CHECK(app.run([&] { return transfer.operation_ls({.endpoint_id = id}).http_status(); }) == 200);
    CHECK(terminal.asked == 2);
    CHECK(terminal.url.find("data_access") != std::string::npos);
}

TEST_CASE("A session that a service asks for is fetched once, not for ever") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{}, false);
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    server.require_session("transfer", {{"session_required_mfa", true}});
    CHECK(app.run([&] { return transfer.task_list().http_status(); }) == 200);
    CHECK(terminal.asked == 2);
    CHECK(terminal.url.find("session_required_mfa=True") != std::string::npos);

    server.add_fault(R"({"match": {"operation": "task_list"}, "times": "always", "action": {"type": "status",
        "code": 403, "body": {"code": "ConsentRequired", "authorization_parameters": {"required_scopes": ["x"]}}}})");
    try {
        (void)app.run([&] { return transfer.task_list(); });
        FAIL_CHECK("an error that stays was hidden");
    } catch (TransferApiError const& error) {
        CHECK(error.http_status() == 403);
    } catch (Error const& error) {
        INFO(error.what());
        CHECK(terminal.asked == 3);
    }
    CHECK(terminal.asked == 3);
}

TEST_CASE("A web application sends its user to the login, and finishes it when the code comes") {
    sandbox::Server server(
        {.apps = {{.id = "web", .secret = "secret", .redirect_uris = {"https://portal.example/cb"}}}});
    UserApp<Confidential, NoLoginFlow, MemoryTokenStorage> const app{
        Confidential{"web", "secret"},
        {.app_name = "portal", .login_redirect_uri = "https://portal.example/cb", .auth_url = server.base_url()}};
    auto const transfer = client_of<TransferService>(app, server);
    CHECK_THROWS_AS(app.login(), LoginRequiredError);
    std::optional<Login> login;
    try {
        (void)transfer.task_list();
    } catch (LoginRequiredError const& error) {
        CHECK(error.kind() == TokenValidationError::Kind::missing_token);
        login = error.login();
    }
    REQUIRE(login);
    auto const [code, state] = browse(login->url());
    REQUIRE_FALSE(code.empty());
    CHECK_THROWS_AS(app.finish_login(*login, code, "forged"), UsageError);
    app.finish_login(*login, code, state);
    CHECK(transfer.task_list().http_status() == 200);
    CHECK_THROWS_AS(app.finish_login(*login, code, state), UsageError);  // a code works once

    server.expire_access_tokens();
    CHECK_THROWS_AS(transfer.task_list(), TransferApiError);  // it cannot renew: no refresh token was asked for
}

TEST_CASE("Somebody else's login is refused, and changes nothing") {
    MemoryTokenStorage const storage;
    sandbox::Server first({.users = {{.id = "11111111-1111-4111-8111-111111111111", .username = "a@example.org"}}});
    Terminal terminal;
    auto const app = make_app(first, terminal, storage);
    app.login();
    auto const before = storage.get_token_data_by_resource_server();
    auto tokens = before;
    for (auto& [server, data] : tokens) data.identity_id = "22222222-2222-4222-8222-222222222222";
    storage.store_token_data_by_resource_server(tokens);
    auto const other = make_app(first, terminal, storage);
    try {
        other.login({.force = true});
        FAIL_CHECK("another user's tokens were stored");
    } catch (TokenValidationError const& error) {
        CHECK(error.kind() == TokenValidationError::Kind::identity_mismatch);
    }
    CHECK(storage.get_token_data_by_resource_server() == tokens);
}

TEST_CASE("A service account gets its tokens by itself, and keeps them") {
    TemporaryDirectory const directory;
    JsonTokenStorage const storage(directory / "tokens.json");
    sandbox::Server server;
    ClientApp<> const app{Confidential{server.client_id(), server.client_secret()},
                          {.app_name = "ingest", .token_storage = storage, .auth_url = server.base_url()}};
    auto const transfer = client_of<TransferService>(app, server);
    CHECK(app.login_required());
    CHECK(transfer.task_list().http_status() == 200);
    CHECK(server.count("oauth2_client_credentials_tokens") == 1);
    server.expire_access_tokens();
    CHECK(transfer.task_list().http_status() == 200);
    CHECK(server.count("oauth2_client_credentials_tokens") == 2);
    ClientApp<> const again{Confidential{server.client_id(), server.client_secret()},
                            {.app_name = "ingest", .token_storage = storage, .auth_url = server.base_url()}};
    CHECK(client_of<TransferService>(again, server).task_list().http_status() == 200);
    CHECK(server.count("oauth2_client_credentials_tokens") == 2);  // the stored token lives

    app.login({.force = true});
    CHECK(server.count("oauth2_client_credentials_tokens") == 3);
    CHECK_FALSE(app.login_required());
    app.logout();
    CHECK(storage.get_token_data_by_resource_server().empty());
}

TEST_CASE("What an app is made of is checked") {
    using WebApp = UserApp<Confidential, NoLoginFlow, MemoryTokenStorage, MockTransport>;
    CHECK_THROWS_AS((WebApp{Confidential{"id", "secret"}, {.app_name = "x"}}), UsageError);
    using Filed = UserApp<Native, NoLoginFlow, JsonTokenStorage, MockTransport>;
    CHECK_THROWS_AS((Filed{Native{"id"}, {.app_name = ""}}), UsageError);
    CHECK_THROWS_AS((Filed{Native{"id"}, {.app_name = "con"}}), UsageError);
    CHECK_THROWS_AS((WebApp{Confidential{"id", "secret"},
                            {.app_name = "x", .login_redirect_uri = "https://e.org", .environment = "nowhere"}}),
                    UsageError);
    using Plain = UserApp<Native, NoLoginFlow, MemoryTokenStorage, MockTransport>;
    Plain const app{Native{"id"}, {.app_name = "x"}};
    CHECK_THROWS_AS(app.client(TransferService{}, ClientOptions<MockTransport>{.environment = "preview"}), UsageError);
    CHECK_THROWS_AS(app.add_scope_requirements("", {Scope("a")}), UsageError);
    CHECK_THROWS_AS(app.authorization_for("nobody", MockTransport{}, AuthContext{"https://auth.globus.org/"}),
                    UsageError);
}

TEST_CASE("A stored token that would become a header of its own is not sent") {
    sandbox::Server server;
    Terminal terminal;
    MemoryTokenStorage const storage;
    auto const app = make_app(server, terminal, storage, false);
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    storage.update([](TokenDataByResourceServer& tokens) {
        tokens.at("transfer.api.globus.org").access_token = Secret("A\r\nX-Evil: 1");
        return true;
    });
    CHECK_THROWS_AS(transfer.task_list(), UsageError);
    CHECK(server.count("task_list") == 0);
}
