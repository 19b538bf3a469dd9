// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_PAYLOADS_HPP
#define GLOBUS_SERVICES_AUTH_PAYLOADS_HPP

#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>

#include <string>

// The documents that an Auth program makes.

namespace globus::auth {

/**
 * A scope that another scope is to bring along, for create_scope and update_scope.
 *
 *     auth.create_scope({.client_id = id, .name = "Run", .description = "Run analyses", .scope_suffix = "run",
 *                        .dependent_scopes = {{.scope = transfer_scope_id, .optional = true,
 *                                              .requires_refresh_token = false}}});
 *
 * https://docs.globus.org/api/auth/reference/#create_scope
 */
struct DependentScopeSpec {
    Required<std::string> scope;            ///< the scope's id, not its text
    Required<bool> optional;                ///< the user may decline it
    Required<bool> requires_refresh_token;  ///< the service needs a refresh token for it
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(DependentScopeSpec, scope, optional, requires_refresh_token, additional_fields);
};

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_PAYLOADS_HPP
