// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_SCOPES_IPP
#define GLOBUS_OAUTH_IMPL_SCOPES_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/values.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/oauth/scopes.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace globus {

GLOBUS_DECL std::string GcsEndpointScopes::manage_collections() const {
    return "urn:globus:auth:scope:" + id_ + ":manage_collections";
}

GLOBUS_DECL std::string SpecificFlowScopes::user() const {
    std::string name = id_;
    std::replace(name.begin(), name.end(), '-', '_');
    return "https://auth.globus.org/scopes/" + id_ + "/flow_" + name + "_user";
}

}  // namespace globus

namespace globus::detail {

/// @throws UsageError  for a text that is no UUID: it would be a scope that nobody has
GLOBUS_DECL void check_uuids(char const* name, StringList const& ids) {
    for (std::size_t i = 0; i != ids.size(); ++i)
        if (!is_uuid(ids[i]))
            throw UsageError(std::string(name) + '[' + std::to_string(i) + "] is not a UUID: give the ids themselves");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL Scope transfer_scope_with_data_access(StringList const& collection_ids) {
    detail::check_uuids("collection_ids", collection_ids);
    Scope scope(TransferScopes::all);
    for (std::string const& id : collection_ids)
        scope = scope.with_dependency(Scope(GcsCollectionScopes(id).data_access()).with_optional());
    return scope;
}

GLOBUS_DECL Scope flow_scope_with_data_access(SpecificFlowScopes const& flow, StringList const& collection_ids) {
    return Scope(flow.user()).with_dependency(transfer_scope_with_data_access(collection_ids).with_optional());
}

GLOBUS_DECL Scope timers_scope_with_data_access(StringList const& collection_ids) {
    return Scope(TimersScopes::timer).with_dependency(transfer_scope_with_data_access(collection_ids));
}

GLOBUS_DECL Scope timers_scope_with_flows(StringList const& flow_ids) {
    detail::check_uuids("flow_ids", flow_ids);
    Scope scope(TimersScopes::timer);
    for (std::string const& id : flow_ids) scope = scope.with_dependency(Scope(SpecificFlowScopes(id).user()));
    return scope;
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_SCOPES_IPP
