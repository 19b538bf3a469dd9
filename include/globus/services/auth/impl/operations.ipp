// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_IMPL_OPERATIONS_IPP
#define GLOBUS_SERVICES_AUTH_IMPL_OPERATIONS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/services/auth/operations.hpp>

namespace globus::auth {

GLOBUS_DECL GetIdentities GetIdentities::normalized() const {
    GetIdentities sent = *this;
    if (usernames)
        sent.provision = provision.value_or(false);
    else
        sent.provision.reset();
    return sent;
}

GLOBUS_DECL void GetIdentityProviders::check() const {
    if (domains && ids) throw UsageError("get_identity_providers takes domains or ids, not both");
}

GLOBUS_DECL void GetClient::check() const {
    if (client_id.has_value() == fqdn.has_value())
        throw UsageError("get_client takes exactly one of client_id and fqdn");
}

GLOBUS_DECL void UpdateClient::check() const {
    if (terms_and_conditions.has_value() != privacy_policy.has_value() ||
        terms_and_conditions.is_null() != privacy_policy.is_null())
        throw UsageError("update_client takes terms_and_conditions and privacy_policy together or neither");
}

GLOBUS_DECL void GetScopes::check() const {
    if (scope_strings && ids) throw UsageError("get_scopes takes scope_strings or ids, not both");
}

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_IMPL_OPERATIONS_IPP
