// SPDX-License-Identifier: Apache-2.0
// What an app does when the tokens that it has are of no more use.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/parse.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <atomic>
#include <barrier>
#include <chrono>
#include <latch>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace app_test;
using namespace globus;
using namespace std::chrono_literals;

TEST_CASE("A refresh token that is of no use any more means a login") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{});
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    CHECK(transfer.task_list().http_status() == 200);
    server.revoke_all_tokens();
    CHECK_THROWS_AS(transfer.task_list(), LoginRequiredError);
    CHECK(terminal.asked == 1);
    CHECK(app.run([&] { return transfer.task_list().http_status(); }) == 200);
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
    CHECK(app.run([&] { return transfer.task_list().http_status(); }) == 200);
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
    CHECK(app.run([&] { return transfer.operation_ls({.endpoint_id = server.mapped_collection()}).http_status(); }) ==
          200);
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
    CHECK(there.task_list().http_status() == 200);
    one.logout();
    CHECK_THROWS_AS(there.task_list(), LoginRequiredError);
    CHECK(two.login_required());
    one.login();
    CHECK(there.task_list().http_status() == 200);
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
    CHECK(server.count("oauth2_revoke_token") == 2);  // its access and refresh token
    CHECK(here.task_list().http_status() == 200);
    one.logout();
    two.login({.parameters = bob});
    CHECK(storage.get_token_data("auth.globus.org")->identity_id == "22222222-2222-4222-8222-222222222222");
}

TEST_CASE("A login is refused although its tokens cannot be revoked") {
    sandbox::Server server({.users = {{.id = "11111111-1111-4111-8111-111111111111", .username = "ada@example.org"},
                                      {.id = "22222222-2222-4222-8222-222222222222", .username = "bob@example.org"}}});
    Terminal terminal;
    MemoryTokenStorage const storage;
    auto const app = make_app(server, terminal, storage);
    app.login();
    auto const before = storage.get_token_data_by_resource_server();
    server.add_fault(R"({"match": {"operation": "oauth2_revoke_token"}, "times": "always",
                         "action": {"type": "status", "code": 400}})");
    try {
        app.login({.parameters = {.session_required_identities = std::vector<std::string>{"bob@example.org"}}});
        FAIL_CHECK("the tokens of another user were stored");
    } catch (TokenValidationError const& error) {
        CHECK(error.kind() == TokenValidationError::Kind::identity_mismatch);
    }
    CHECK(server.count("oauth2_revoke_token") == 2);
    CHECK(storage.get_token_data_by_resource_server() == before);
}

TEST_CASE("A 401 that says what the user has to do is answered by that login, once") {
    sandbox::Server server;
    Terminal terminal;
    bool const refresh = GENERATE(true, false);
    auto const app = make_app(server, terminal, MemoryTokenStorage{}, refresh);
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    auto const fault = [&](int status, std::string const& times) {
        server.add_fault(boost::json::parse(
            R"({"match": {"operation": "task_list"}, "times": )" + times +
            R"(, "action": {"type": "status", "code": )" + std::to_string(status) +
            R"(, "body": {"code": "AuthorizationRequired", "message": "m", "authorization_parameters":
                {"session_message": "stronger", "session_required_mfa": true}}}})"));
    };
    fault(401, refresh ? "2" : "1");  // a token that renews itself is tried once more before
    CHECK(app.run([&] { return transfer.task_list().http_status(); }) == 200);
    CHECK(terminal.asked == 2);
    CHECK(terminal.url.find("session_required_mfa=True") != std::string::npos);
    CHECK(terminal.url.find("session_message=stronger") != std::string::npos);

    int const status = GENERATE(401, 404);  // a 404 is not about who is asking
    fault(status, R"("always")");
    try {
        (void)app.run([&] { return transfer.task_list(); });
        FAIL_CHECK("an error that stays was hidden");
    } catch (TransferApiError const& error) {
        CHECK(error.http_status() == status);
        CHECK(error.authorization_parameters()->session_required_mfa == true);
    }
    CHECK(terminal.asked == (status == 401 ? 3 : 2));
}

TEST_CASE("Looking for consents takes no longer than the call that needs them") {
    sandbox::Server server;
    Terminal terminal;
    MemoryTokenStorage const storage;
    std::string const id = server.mapped_collection();
    auto const needing = [&] {
        auto const app = make_app(server, terminal, storage);
        app.add_scope_requirements("transfer.api.globus.org", {transfer_scope_with_data_access(id)});
        return app;
    };
    needing().login();
    auto const app = needing();  // the next start of the program, which has to look
    auto const transfer = client_of<TransferService>(app, server);
    server.add_fault(R"({"match": {"operation": "get_consents"}, "times": "always",
                         "action": {"type": "stall", "ms": 20000}})");
    auto const start = std::chrono::steady_clock::now();
    auto const since = [&] { return std::chrono::steady_clock::now() - start; };
    auto const kind = [&](CallOptions const& call) {
        try {
            (void)transfer.operation_ls({.endpoint_id = id}, call);
        } catch (NetworkError const& error) {
            return std::optional(error.kind());
        } catch (Error const&) {  // is no end of the wait
        }
        return std::optional<NetworkError::Kind>();
    };
    CHECK(kind({.timeout = 300ms}) == NetworkError::Kind::timeout);
    CHECK(since() < 1500ms);

    // other threads wait for the first one's look, and give up when they want to
    std::stop_source first, second;
    std::atomic<int> cancelled = 0;
    std::chrono::steady_clock::duration waited{}, looked{};
    {
        std::jthread const looking([&] {
            cancelled += kind({.stop = first.get_token()}) == NetworkError::Kind::cancelled;
            looked = since();
        });
        std::this_thread::sleep_for(200ms);
        std::jthread const waiting([&] {
            cancelled += kind({.stop = second.get_token()}) == NetworkError::Kind::cancelled;
            waited = since();
        });
        CHECK(kind({.timeout = 200ms}) == NetworkError::Kind::timeout);
        second.request_stop();
        std::this_thread::sleep_for(300ms);
        first.request_stop();
    }
    CHECK(cancelled == 2);
    CHECK(waited < looked);
    CHECK(since() < 5s);

    std::stop_source gone;
    gone.request_stop();
    CHECK_THROWS_AS(app.login_required({.stop = gone.get_token()}), NetworkError);
    CHECK_THROWS_AS(app.login({.stop = gone.get_token()}), NetworkError);
    CHECK(terminal.asked == 1);
}

TEST_CASE("Who waits for another thread's login can be cancelled") {
    sandbox::Server server;
    std::latch asking(1), answered(1);
    std::string url;
    App<MemoryTokenStorage> const app{
        Native{server.native_client_id()},
        {.app_name = "test",
         .login_flow = CommandLineLoginFlow({.show = [&](auto const& shown) { url = shown; },
                                             .read_code =
                                                 [&] {
                                                     asking.count_down();
                                                     answered.wait();
                                                     return std::optional(browse(url).first);
                                                 }}),
         .token_storage = MemoryTokenStorage{},
         .auth_url = server.base_url()}};
    std::jthread const first([&] { app.login(); });
    asking.wait();
    std::stop_source source;
    std::optional<LoginError::Kind> kind;
    auto const start = std::chrono::steady_clock::now();
    {
        std::jthread const second([&] {
            try {
                app.login({.stop = source.get_token()});
            } catch (LoginError const& error) {
                kind = error.kind();
            }
        });
        std::this_thread::sleep_for(100ms);
        source.request_stop();
    }
    CHECK(kind == LoginError::Kind::cancelled);
    CHECK(std::chrono::steady_clock::now() - start < 1s);
    answered.count_down();
    app.login();  // its turn comes when the first one is done, and there is nothing left to ask
    CHECK_FALSE(app.login_required());
    CHECK(server.count("oauth2_exchange_code_for_tokens") == 1);
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
        std::jthread const one([&] { call([&] { return transfer.task_list().http_status(); }); });
        std::jthread const two([&] { call([&] { return groups.get_my_groups().http_status(); }); });
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
