// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"
#include "values.hpp"

#include <globus/oauth/scopes.hpp>

// Scopes that depend on what a program works with: the reference's add_app_* functions add them to an app.

namespace conformance {
namespace {

globus::Scope scope_of(Json const& scenario) {
    std::string const call = string_member(scenario, "call");
    globus::StringList ids;
    fill(ids, member(scenario, "kwargs").as_object().begin()->value());
    if (call == "add_app_data_access_scope") return globus::transfer_scope_with_data_access(ids);
    if (call == "add_app_flow_user_scope") return globus::timers_scope_with_flows(ids);
    if (call != "add_app_transfer_data_access_scope") throw Missing(call);
    std::string const server = string_member(scenario, "resource_server");
    if (server == globus::TimersScopes::resource_server) return globus::timers_scope_with_data_access(ids);
    return globus::flow_scope_with_data_access(globus::SpecificFlowScopes(server), ids);
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
