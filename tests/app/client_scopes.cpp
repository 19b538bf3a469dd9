// SPDX-License-Identifier: Apache-2.0
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/compute.hpp>
#include <globus/services/flows.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/search.hpp>
#include <globus/services/timers.hpp>
#include <globus/services/transfer.hpp>
#include <globus/services/transfer_v2.hpp>

#include "support/catch.hpp"

#include <array>
#include <string>
#include <string_view>

using namespace globus;

namespace {

std::string const id = "ae341a98-d274-11e5-b888-dbae3a8ba545";

/// A service of somebody's own, with an app of theirs behind it.
struct PlainService {
    [[maybe_unused]] static constexpr std::string_view name = "plain";
    static constexpr std::string_view resource_server = "plain.example.org";
    using error = ApiError;
    using credential = BearerCredential;
};
struct OwnService : PlainService {
    static constexpr std::array<std::string_view, 2> default_scopes{"https://own.example.org/read", "openid"};
};

/// What a client of the service makes an app ask for.
template <class Service>
std::string asked_for() {
    UserApp<Native, NoLoginFlow, MemoryTokenStorage, MockTransport> const app{Native{"client"}, {.app_name = "test"}};
    AppPolicy const policy(app, Service{});
    CHECK(policy.resource_server() == Service::resource_server);
    return Scope::join(app.scope_requirements().at(std::string(Service::resource_server)));
}

}  // namespace

TEST_CASE("Clients tell their app what they need") {
    UserApp<Native, NoLoginFlow, MemoryTokenStorage, MockTransport> const app{Native{"client"}, {.app_name = "test"}};
    auto const needs = [&](std::string_view server) {
        return Scope::join(app.scope_requirements().at(std::string(server)));
    };
    auto const transfer = app.client<TransferService>();
    CHECK(&transfer.add_app_data_access_scope(id) == &transfer);
    CHECK(needs(TransferScopes::resource_server) == transfer_scope_with_data_access(id).text());

    auto const timers = app.client<TimersService>();
    timers.add_app_flow_user_scope(id).add_app_transfer_data_access_scope(id);
    CHECK(Scope::parse(needs(TimersScopes::resource_server)) ==
          Scope::merge({timers_scope_with_flows(id)}, {timers_scope_with_data_access(id)}));

    auto const flow = app.client(SpecificFlowService{id});
    CHECK(needs(id) == SpecificFlowScopes(id).user());
    flow.add_app_transfer_data_access_scope({id, id});
    CHECK(needs(id) == flow_scope_with_data_access(SpecificFlowScopes(id), id).text());

    CHECK_THROWS_AS(transfer.add_app_data_access_scope({id, "no"}), UsageError);
    CHECK_THROWS_AS(timers.add_app_flow_user_scope("no"), UsageError);
    transfer.add_app_scope(Scope(TransferScopes::gcp_install));
    CHECK(app.scope_requirements().at("transfer.api.globus.org").size() == 2);
}

TEST_CASE("A client of a collection asks its app for the scope of its files") {
    UserApp<Native, NoLoginFlow, MemoryTokenStorage, MockTransport> const app{Native{"client"}, {.app_name = "test"}};
    auto const files = app.client(GcsCollectionService{id, "m-abc.data.globus.org"});
    CHECK(files.authorizer().resource_server() == id);
    CHECK(Scope::join(app.scope_requirements().at(id)) == GcsCollectionScopes(id).https());
    CHECK_THROWS_AS(app.client(GcsCollectionService{"", "m-abc.data.globus.org"}), UsageError);
    CHECK_THROWS_AS(app.client<GcsCollectionService>(), UsageError);
}

TEST_CASE("What a client of an app asks for is named by its service") {
    CHECK(asked_for<TransferService>() == TransferScopes::all);
    CHECK(asked_for<TransferServiceV2>() == TransferScopes::all);
    CHECK(asked_for<GroupsService>() == GroupsScopes::view_my_groups_and_memberships);
    CHECK(asked_for<SearchService>() == SearchScopes::search);
    CHECK(asked_for<FlowsService>() == FlowsScopes::all);
    CHECK(asked_for<TimersService>() == TimersScopes::timer);
    CHECK(asked_for<ComputeServiceV2>() == ComputeScopes::all);
    CHECK(asked_for<ComputeServiceV3>() == ComputeScopes::all);
    Scope const openid(AuthScopes::openid), profile(AuthScopes::profile), email(AuthScopes::email);
    CHECK(Scope::parse(asked_for<AuthService>()) == Scope::merge({openid, profile}, {email}));
    CHECK(asked_for<OwnService>() == Scope::join(Scope::merge({Scope("https://own.example.org/read")}, {openid})));
    CHECK(asked_for<PlainService>().empty());
}
