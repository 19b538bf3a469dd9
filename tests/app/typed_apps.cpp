// SPDX-License-Identifier: Apache-2.0
#include <globus/app/client_app.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/services/flows.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/search.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <boost/hana.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace globus;
namespace hana = boost::hana;

namespace {

using Backup = UserApp<Native, TransferService, MockTransport, GroupsService, NoLoginFlow, MemoryTokenStorage>;

static_assert(Backup::serves<TransferService> && Backup::serves<ReadOnly<TransferService>>);
static_assert(!Backup::serves<SearchService>);
static_assert(UserApp<Native>::serves<SearchService>);
using Observer = UserApp<Native, ReadOnly<TransferService>>;
static_assert(Observer::serves<ReadOnly<TransferService>> && !Observer::serves<TransferService>);

// The parts come in any order, and those that are left out are as usual.
static_assert(std::same_as<Backup::Config, UserAppConfig<NoLoginFlow, MemoryTokenStorage, MockTransport>>);
static_assert(std::same_as<UserApp<Native, MemoryTokenStorage>::Config,
                           UserAppConfig<CommandLineLoginFlow, MemoryTokenStorage, CurlTransport>>);
static_assert(std::same_as<ClientApp<SearchService>::Config, ClientAppConfig<JsonTokenStorage, CurlTransport>>);

}  // namespace

TEST_CASE("An app that names its services asks for the scopes of all of them") {
    Backup const app{Native{"client"}, {.app_name = "test"}};
    auto const needs = app.scope_requirements();
    CHECK(needs.size() == 3);  // and openid of Globus Auth
    CHECK(Scope::join(needs.at("transfer.api.globus.org")) == TransferScopes::all);
    CHECK(Scope::join(needs.at("groups.api.globus.org")) == GroupsScopes::view_my_groups_and_memberships);

    auto const transfer = app.client<TransferService>();
    CHECK(transfer.authorizer().resource_server() == "transfer.api.globus.org");
    CHECK(app.scope_requirements() == needs);

    ClientApp<SearchService, MemoryTokenStorage, MockTransport> const ingest{Confidential{"id", "secret"}};
    CHECK(ingest.scope_requirements().contains("search.api.globus.org"));
}

TEST_CASE("The policies of an app are a map by its services") {
    Backup const app{Native{"client"}, {.app_name = "test"}};
    auto const policies = app.policies();
    static_assert(decltype(hana::size(policies))::value == 2);
    Client<GroupsService, AppPolicy<Backup>, MockTransport> const groups{policies[hana::type_c<GroupsService>]};
    CHECK(groups.authorizer().resource_server() == "groups.api.globus.org");
    std::vector<std::string> servers;
    hana::for_each(policies, [&](auto const& one) { servers.push_back(hana::second(one).resource_server()); });
    CHECK(servers == std::vector<std::string>{"transfer.api.globus.org", "groups.api.globus.org"});
}

TEST_CASE("A service with data of its own adds its scopes when its client is made") {
    UserApp<Native, SpecificFlowService, NoLoginFlow, MemoryTokenStorage, MockTransport> const app{
        Native{"client"}, {.app_name = "test"}};
    CHECK(app.scope_requirements().size() == 1);
    std::string const id = "ae341a98-d274-11e5-b888-dbae3a8ba545";
    auto const flow = app.client(SpecificFlowService{id});
    CHECK(app.scope_requirements().contains(id));
}
