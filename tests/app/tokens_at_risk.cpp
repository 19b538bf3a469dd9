// SPDX-License-Identifier: Apache-2.0
// What becomes of tokens when something goes wrong around them: none that works is dropped, thrown away or overlooked.
#include <globus/app/client_app.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace app_test;
using namespace globus;

namespace {

std::string const transfer_server = "transfer.api.globus.org";

/// A storage in memory whose disk is full, or which breaks altogether, when it is told so.
class FrailStorage : public TokenStorageFunctions<FrailStorage> {
public:
    enum class State { good, full, broken };

    void is(State state) const { *state_ = state; }
    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const {
        if (*state_ == State::broken) throw TokenStorageError(TokenStorageError::Kind::corrupt, "frail", "is broken");
        return memory_.get_token_data_by_resource_server();
    }
    void update(std::function<bool(TokenDataByResourceServer&)> const& change) const {
        TokenDataByResourceServer tokens = get_token_data_by_resource_server();
        if (!change(tokens)) return;
        if (*state_ == State::full) throw TokenStorageError(TokenStorageError::Kind::io, "frail", "is full");
        memory_.update([&](TokenDataByResourceServer& stored) {
            stored = tokens;
            return true;
        });
    }

private:
    MemoryTokenStorage memory_;
    std::shared_ptr<State> state_ = std::make_shared<State>(State::good);
};
using State = FrailStorage::State;

/// An observer that counts the token storage's errors.
struct Observer {
    std::shared_ptr<int> told = std::make_shared<int>(0);
    void operator()(std::exception_ptr error) const {
        try {
            std::rethrow_exception(error);
        } catch (TokenStorageError const&) {
            ++*told;
        }
        throw std::runtime_error("dropped");
    }
};

}  // namespace

TEST_CASE("A 401 for a token that a login has replaced meanwhile renews nothing") {
    sandbox::Server server;
    Terminal terminal;
    MemoryTokenStorage const storage;
    auto const app = make_app(server, terminal, storage);
    (void)client_of<TransferService>(app, server);
    app.login();
    CurlTransport const transport;
    std::string const url = server.base_url();
    AuthContext const context{url};
    Authorization const old = app.authorization_for(transfer_server, transport, context);
    app.login({.force = true});
    Authorization const fresh = app.authorization_for(transfer_server, transport, context);
    REQUIRE_FALSE(fresh.header == old.header);
    CHECK(app.replace_refused(transfer_server, old, transport, context));
    CHECK(server.count("oauth2_refresh_token") == 0);
    CHECK(app.authorization_for(transfer_server, transport, context).header == fresh.header);

    // but one for the present token does, even where another policy gave it out
    app.add_scope_requirements(transfer_server, {Scope("one:more")});
    auto tokens = storage.get_token_data_by_resource_server();
    tokens.at(transfer_server).scope += " one:more";
    storage.store_token_data_by_resource_server(tokens);
    CHECK(app.replace_refused(transfer_server, {fresh.header, fresh.generation + 7}, transport, context));
    CHECK(server.count("oauth2_refresh_token") == 1);
    CHECK_FALSE(app.authorization_for(transfer_server, transport, context).header == fresh.header);
}

TEST_CASE("A 401 for a token that a service account has replaced meanwhile renews nothing") {
    sandbox::Server server;
    ClientApp<MemoryTokenStorage> const app{Confidential{server.client_id(), server.client_secret()},
                                            {.app_name = "test", .auth_url = server.base_url()}};
    (void)client_of<TransferService>(app, server);
    CurlTransport const transport;
    std::string const url = server.base_url();
    AuthContext const context{url};
    Authorization const old = app.authorization_for(transfer_server, transport, context);
    app.login({.force = true});
    Authorization const fresh = app.authorization_for(transfer_server, transport, context);
    REQUIRE_FALSE(fresh.header == old.header);
    CHECK(app.replace_refused(transfer_server, old, transport, context));
    CHECK(server.count("oauth2_client_credentials_tokens") == 2);
    CHECK(app.authorization_for(transfer_server, transport, context).header == fresh.header);
}

TEST_CASE("A renewed token that cannot be stored is used, and the app's observer is told") {
    sandbox::Server server;
    Terminal terminal;
    FrailStorage const storage;
    Observer const observer;
    App<FrailStorage> const app{Native{server.native_client_id()},
                                {.app_name = "test",
                                 .login_flow = terminal.flow(),
                                 .token_storage = storage,
                                 .request_refresh_tokens = true,
                                 .auth_url = server.base_url(),
                                 .on_error = observer}};
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    storage.is(State::full);
    server.expire_access_tokens();
    CHECK(transfer.task_list().http_status() == 200);
    CHECK(*observer.told == 1);

    FrailStorage const other;
    ClientApp<FrailStorage> const account{
        Confidential{server.client_id(), server.client_secret()},
        {.app_name = "test", .token_storage = other, .auth_url = server.base_url(), .on_error = observer}};
    other.is(State::full);
    CHECK(client_of<TransferService>(account, server).task_list().http_status() == 200);
    CHECK(*observer.told == 2);
}

TEST_CASE("The tokens of a login that cannot be stored or verified are taken back") {
    sandbox::Server server;
    Terminal terminal;
    FrailStorage const storage;
    auto const app = make_app(server, terminal, storage);
    SECTION("the disk is full") {
        storage.is(State::full);
        CHECK_THROWS_AS(app.login({.force = true}), TokenStorageError);
    }
    SECTION("the storage breaks") {
        CHECK_FALSE(app.scope_requirements().empty());
        App<FrailStorage> const breaking{
            Native{server.native_client_id()},
            {.app_name = "test",
             .login_flow = CommandLineLoginFlow({.show = [&](auto const& url) { terminal.url = url; },
                                                 .read_code =
                                                     [&] {
                                                         storage.is(State::broken);
                                                         return std::optional(browse(terminal.url).first);
                                                     }}),
             .token_storage = storage,
             .request_refresh_tokens = true,
             .auth_url = server.base_url()}};
        CHECK_THROWS_AS(breaking.login({.force = true}), TokenStorageError);
    }
    SECTION("there are no keys to verify it with") {
        server.add_fault(R"({"match": {"operation": "get_jwk"}, "times": "always",
                             "action": {"type": "status", "code": 404}})");
        CHECK_THROWS_AS(app.login({.force = true}), ApiError);
    }
    CHECK(server.count("oauth2_exchange_code_for_tokens") == 1);
    CHECK(server.count("oauth2_revoke_token") == 2);  // its access and its refresh token
    storage.is(State::good);
    CHECK(storage.get_token_data_by_resource_server().empty());
}
