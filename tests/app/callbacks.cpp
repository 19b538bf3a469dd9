// SPDX-License-Identifier: Apache-2.0
// What a program is told, it is told when nothing is held: its function may use the object that tells.
#include <globus/app/client_app.hpp>
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/app/validating_token_storage.hpp>
#include <globus/services/transfer.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

using namespace app_test;
using namespace std::chrono_literals;

namespace {

std::string const transfer_server = "transfer.api.globus.org";

/// A storage in memory that stores nothing more when it is full, and does `meddle` whenever it is read.
class Storage : public TokenStorageFunctions<Storage> {
public:
    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const {
        if (state_->meddle) state_->meddle();
        return memory_.get_token_data_by_resource_server();
    }
    void update(std::function<bool(TokenDataByResourceServer&)> const& change) const {
        memory_.update([&](TokenDataByResourceServer& tokens) {
            if (!change(tokens)) return false;
            if (state_->full) throw TokenStorageError(TokenStorageError::Kind::io, "test", "is full");
            return true;
        });
    }
    void is_full(bool full = true) const { state_->full = full; }
    void on_read(std::function<void()> meddle) const { state_->meddle = std::move(meddle); }

private:
    struct State {
        bool full = false;
        std::function<void()> meddle;
    };
    MemoryTokenStorage memory_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// Not the 120 s after which a call that waits for itself gives up.
constexpr auto at_once = 20s;

}  // namespace

TEST_CASE("An observer of errors may use the policy and the client that it hears of") {
    sandbox::Server server;
    Terminal terminal;
    Storage const storage;
    int told = 0, answered = 0;
    std::function<void()> call;
    App<Storage> const app{Native{server.native_client_id()},
                           {.app_name = "test",
                            .login_flow = terminal.flow(),
                            .token_storage = storage,
                            .request_refresh_tokens = true,
                            .auth_url = server.base_url(),
                            .on_error = [&](std::exception_ptr) {
                                if (++told == 1) call();
                            }}};
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    storage.is_full();
    auto const start = http::Clock::now();
    SECTION("the client of a user app") {
        call = [&] { answered += transfer.task_list().http_status() == 200; };
        server.expire_access_tokens();
        CHECK(transfer.task_list().http_status() == 200);
    }
    SECTION("another client of that app, and the app") {
        call = [&] {
            answered += client_of<TransferService>(app, server).task_list().http_status() == 200;
            app.login();
        };
        server.expire_access_tokens();
        CHECK(transfer.task_list().http_status() == 200);
    }
    SECTION("a policy of a stored token") {
        std::optional<RefreshPolicy<Native>> policy;
        call = [&] { answered += !policy->authorize(CurlTransport(), AuthContext{server.base_url()}).header.empty(); };
        storage.is_full(false);
        storage.update([](TokenDataByResourceServer& tokens) {
            tokens.at(transfer_server).expires_at_seconds = 1;
            return true;
        });
        storage.is_full();
        policy = stored_refresh_policy(Native{server.native_client_id()}, storage, transfer_server,
                                       {.on_error = [&](std::exception_ptr) {
                                           if (++told == 1) call();
                                       }});
        CHECK_FALSE(policy->authorize(CurlTransport(), AuthContext{server.base_url()}).header.empty());
    }
    SECTION("the client of a service account") {
        std::optional<Client<TransferService, AppPolicy<ClientApp<Storage>>, CurlTransport>> client;
        ClientApp<Storage> const account{Confidential{server.client_id(), server.client_secret()},
                                         {.app_name = "test",
                                          .token_storage = Storage(storage),
                                          .auth_url = server.base_url(),
                                          .on_error = [&](std::exception_ptr) {
                                              if (++told == 1) answered += client->task_list().http_status() == 200;
                                          }}};
        client.emplace(client_of<TransferService>(account, server));
        server.expire_access_tokens();
        CHECK(client->task_list().http_status() == 200);
    }
    CHECK(told >= 1);
    CHECK(answered == 1);
    CHECK(http::Clock::now() - start < at_once);
}

TEST_CASE("An observer hears of what went wrong while consents were looked up, and may use the app") {
    sandbox::Server server;
    Terminal terminal;
    Storage const storage;
    int told = 0, answered = 0;
    std::function<void()> call = [] {};
    auto const needing = [&] {
        App<Storage> const app{Native{server.native_client_id()},
                               {.app_name = "test",
                                .login_flow = terminal.flow(),
                                .token_storage = storage,
                                .request_refresh_tokens = true,
                                .auth_url = server.base_url(),
                                .on_error = [&](std::exception_ptr) {
                                    if (++told == 1) call();
                                }}};
        app.add_scope_requirements(transfer_server, {transfer_scope_with_data_access(server.mapped_collection())});
        return app;
    };
    needing().login();
    auto const app = needing();  // the next start of the program, which has to look
    auto const transfer = client_of<TransferService>(app, server);
    call = [&] { answered += transfer.task_list().http_status() == 200; };
    storage.update([](TokenDataByResourceServer& tokens) {
        tokens.at("auth.globus.org").expires_at_seconds = 1;  // renewed to ask for consents
        return true;
    });
    storage.is_full();
    auto const start = http::Clock::now();
    CHECK(transfer.task_list().http_status() == 200);
    CHECK(told >= 1);
    CHECK(answered == 1);
    CHECK(http::Clock::now() - start < at_once);
}

TEST_CASE("A storage that asks its own app or policy for a token is refused at once") {
    sandbox::Server server;
    Terminal terminal;
    Storage const storage;
    auto const app = make_app(server, terminal, storage);
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    int refused = 0;
    auto const start = http::Clock::now();
    storage.on_read([&, inside = false]() mutable {
        if (std::exchange(inside, true)) return;
        try {
            (void)transfer.task_list();
        } catch (UsageError const&) {
            ++refused;
        }
        inside = false;
    });
    CHECK(transfer.task_list().http_status() == 200);
    CHECK(refused >= 1);
    CHECK(http::Clock::now() - start < at_once);
    storage.on_read({});
}

TEST_CASE("Rules for tokens are asked without the lock of their storage") {
    MemoryTokenStorage const storage;
    int asked = 0;
    ValidatingTokenStorage<MemoryTokenStorage> const checked(
        storage, {{.before_store = [&](TokenDataByResourceServer const&, std::string const& identity) {
            CHECK(identity == (asked == 0 ? "" : "ada"));
            // what another program does meanwhile is seen
            if (++asked == 1)
                storage.store_token_data_by_resource_server({{"b",
                                                              {.resource_server = "b",
                                                               .identity_id = "ada",
                                                               .scope = "s",
                                                               .access_token = Secret("u"),
                                                               .expires_at_seconds = 9}}});
        }}});
    checked.store_token_data_by_resource_server(
        {{"a", {.resource_server = "a", .scope = "s", .access_token = Secret("t"), .expires_at_seconds = 9}}});
    CHECK(asked == 2);
    CHECK(storage.get_token_data_by_resource_server().size() == 2);
}
