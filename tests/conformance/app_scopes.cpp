// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/oauth/static_policies.hpp>
#include <globus/services/flows/service.hpp>
#include <globus/services/timers/service.hpp>
#include <globus/services/transfer/service.hpp>

#include <memory>

// Scopes that depend on what a program works with, which clients add to their app.

namespace conformance {
namespace {

/// In an app's place: keeps what is added.
struct Scopes : globus::AccessTokenPolicy {
    Scopes() : globus::AccessTokenPolicy("token") {}
    void add_app_scope(globus::Scope scope) const { *added = std::move(scope); }
    std::shared_ptr<globus::Scope> added = std::make_shared<globus::Scope>("none");
};

template <class S>
auto client_of(Scopes const& scopes, S service) {
    globus::ClientOptions<globus::MockTransport> const options{.transport = {}};
    return globus::Client<S, Scopes, globus::MockTransport>{std::move(service), scopes, options};
}

globus::Scope scope_of(Json const& scenario) {
    std::string const call = string_member(scenario, "call");
    std::string const server = string_member(scenario, "resource_server");
    globus::StringList ids;
    fill(ids, member(scenario, "kwargs").as_object().begin()->value());
    Scopes const scopes;
    if (call == "add_app_data_access_scope")
        client_of(scopes, globus::TransferService{}).add_app_data_access_scope(ids);
    else if (call == "add_app_flow_user_scope")
        client_of(scopes, globus::TimersService{}).add_app_flow_user_scope(ids);
    else if (call != "add_app_transfer_data_access_scope")
        throw Missing(call);
    else if (server == globus::TimersScopes::resource_server)
        client_of(scopes, globus::TimersService{}).add_app_transfer_data_access_scope(ids);
    else
        client_of(scopes, globus::SpecificFlowService{server}).add_app_transfer_data_access_scope(ids);
    return *scopes.added;
}

void app_scopes(Json const& scenario) {
    globus::MockTransport const unused;
    Object recorded = scenario.as_object();
    recorded.erase("scopes_after");
    if (Json const* after = find(scenario, "scopes_after")) recorded["result"] = after->as_array().back();
    expect_none(check_call(recorded, unused, [&] { return Answer{.result = Json(scope_of(scenario).text())}; }));
}

}  // namespace

void add_app_scopes() {
    for (char const* service : {"flows", "timers", "transfer"})
        scenarios()[service + std::string(".scenario.app_scopes.")] = app_scopes;
}

}  // namespace conformance
