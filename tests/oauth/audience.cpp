// SPDX-License-Identifier: Apache-2.0
// A token goes only to the resource server that it is for.
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/stored_refresh_policy.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/token_source_policy.hpp>
#include <globus/services/flows.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <string>
#include <utility>

using namespace globus;

namespace {

std::string const id = "ae341a98-d274-11e5-b888-dbae3a8ba545";
constexpr auto transfer_server = TransferService::resource_server;
constexpr auto groups_server = GroupsService::resource_server;

std::string token_of(std::string_view server, std::string const& more = "") {
    return R"({"access_token": "for-)" + std::string(server) +
           R"(", "refresh_token": "rotated", "token_type": "Bearer", "expires_in": 3600, "resource_server": ")" +
           std::string(server) + '"' + more + '}';
}

/// Globus Auth, which answers all grants with one text, and services that take every token.
struct World {
    std::string answer;
    MockTransport transport;
    explicit World(std::string text) : answer(std::move(text)) {
        transport.otherwise([this](http::Request const& request) {
            bool const grant = request.url.ends_with("/v2/oauth2/token");
            return http::Response{.status = 200, .body = grant ? answer : "{}"};
        });
    }
    /// The last credential that was sent to a service.
    [[nodiscard]] std::string sent() const {
        std::string last;
        for (http::Request const& request : transport.requests())
            if (!request.url.ends_with("/v2/oauth2/token")) last = request.authorization.reveal();
        return last;
    }
    template <class S, class P>
    void call(S service, P policy) const {
        Client<S, P, MockTransport> const client{std::move(service), std::move(policy), {.transport = transport}};
        (void)client.template get<Bytes>("x");
    }
};

Token held(std::string_view server) {
    return {.resource_server = std::string(server), .access_token = "held", .refresh_token = "rt"};
}

}  // namespace

TEST_CASE("audience: a renewed token of another service is not sent, and not lost either", "[oauth][audience]") {
    World const world(token_of(groups_server));
    RefreshPolicy const policy{Confidential{"id", "secret"}, "rt"};
    CHECK_THROWS_AS(world.call(TransferService{}, policy), UsageError);
    CHECK_THROWS_AS(world.call(SpecificFlowService{id}, policy), UsageError);
    CHECK_THROWS_AS(world.call(GcsCollectionService{id, "m.example.org"}, policy), UsageError);
    CHECK(world.sent().empty());
    CHECK(world.transport.request_count() == 1);  // by then it is known whose the token is
    CHECK(policy.token().refresh_token == Secret("rotated"));
    world.call(GroupsService{}, policy);
    CHECK(world.sent() == "Bearer for-groups.api.globus.org");
    CHECK(world.transport.request_count() == 2);
}

TEST_CASE("audience: where it is known whose a token is, nothing is asked for", "[oauth][audience]") {
    World const world(token_of(groups_server));
    MemoryTokenStorage const storage;
    storage.store_token_data_by_resource_server({{std::string(groups_server), TokenData::from(held(groups_server))}});
    UserApp<Native, NoLoginFlow, MemoryTokenStorage, MockTransport> const app{
        Native{"client"}, {.app_name = "test", .token_storage = storage, .transport = world.transport}};
    auto const refused = [&](auto policy) {
        CHECK_THROWS_AS(world.call(TransferService{}, policy), UsageError);
        CHECK_THROWS_AS(world.call(GcsCollectionService{id, "m.example.org"}, policy), UsageError);
    };
    refused(RefreshPolicy{Native{"id"}, held(groups_server)});
    refused(ClientCredentialsPolicy{{"id", "secret"}, "s", held(groups_server)});
    refused(stored_refresh_policy(Native{"id"}, storage, groups_server));
    refused(TokenSourcePolicy([] { return Secret("token"); }, std::string(groups_server)));
    refused(AppPolicy(app, GroupsService{}));
    CHECK(world.transport.request_count() == 0);
    world.call(GcsCollectionService{"AE341A98-D274-11E5-B888-DBAE3A8BA545", "m.example.org"},
               RefreshPolicy{Native{"id"}, held(id)});
    CHECK(world.sent() == "Bearer held");
}

TEST_CASE("audience: of an answer with several tokens the one is taken that the client needs", "[oauth][audience]") {
    for (auto const& [first, second] :
         {std::pair(transfer_server, groups_server), std::pair(groups_server, transfer_server)}) {
        World const world(token_of(first, R"(, "other_tokens": [)" + token_of(second) + ']'));
        world.call(TransferService{}, RefreshPolicy{Native{"id"}, "rt"});
        CHECK(world.sent() == "Bearer for-transfer.api.globus.org");
        world.call(GroupsService{}, ClientCredentialsPolicy{{"id", "secret"}, {"a", "b"}});
        CHECK(world.sent() == "Bearer for-groups.api.globus.org");
        Token expired = held(groups_server);
        expired.expires_at_seconds = 1;
        world.call(GroupsService{}, RefreshPolicy{Native{"id"}, expired});
        CHECK(world.sent() == "Bearer for-groups.api.globus.org");
        CHECK_THROWS_AS(world.call(SpecificFlowService{id}, RefreshPolicy{Native{"id"}, "rt"}), DecodeError);
    }
}
