// SPDX-License-Identifier: Apache-2.0
// Which request is which operation of Auth.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_ROUTES_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_ROUTES_IPP

#include <globus/sandbox/impl/auth/developer.ipp>
#include <globus/sandbox/impl/auth/identities.ipp>
#include <globus/sandbox/impl/auth/pages.ipp>

namespace globus::sandbox::detail {

inline std::vector<Route> const& auth_routes() {
    using Projects = AuthDocuments<ProjectKind>;
    using Policies = AuthDocuments<PolicyKind>;
    using Clients = AuthDocuments<ClientKind>;
    using Credentials = AuthDocuments<CredentialKind>;
    using Scopes = AuthDocuments<ScopeKind>;
    static std::vector<Route> const all{
        {"GET", "/.well-known/openid-configuration", "auth", "get_openid_configuration", &discovery_endpoint},
        {"GET", "/jwk.json", "auth", "get_jwk", &keys_endpoint},
        {"GET", "/v2/oauth2/authorize", "auth", "oauth2_authorize", &authorize_endpoint},
        {"GET", "/v2/web/auth-code", "auth", "auth_code_page", &code_page},
        {"GET", "/v2/web/logout", "auth", "logout_page", &logout_page},
        {"POST", "/v2/oauth2/token", "auth", "oauth2_token", &token_endpoint},
        {"POST", "/v2/oauth2/token/revoke", "auth", "oauth2_revoke_token", &revoke_endpoint},
        {"POST", "/v2/oauth2/token/validate", "auth", "oauth2_validate_token", &validate_endpoint},
        {"POST", "/v2/oauth2/token/introspect", "auth", "oauth2_token_introspect", &introspect_endpoint},
        {"GET", "/v2/oauth2/userinfo", "auth", "userinfo", &userinfo_endpoint},
        {"GET", "/v2/api/identities", "auth", "get_identities", &identities_endpoint},
        {"GET", "/v2/api/identities/{}", "auth", "get_identity", &identity_endpoint},
        {"GET", "/v2/api/identities/{}/consents", "auth", "get_consents", &consents_endpoint},
        {"GET", "/v2/api/identity_providers", "auth", "get_identity_providers", &identity_providers},
        {"GET", "/v2/api/projects", "auth", "get_projects", &Projects::list},
        {"POST", "/v2/api/projects", "auth", "create_project", &Projects::create},
        {"GET", "/v2/api/projects/{}", "auth", "get_project", &Projects::get},
        {"PUT", "/v2/api/projects/{}", "auth", "update_project", &Projects::update},
        {"DELETE", "/v2/api/projects/{}", "auth", "delete_project", &delete_project},
        {"GET", "/v2/api/policies", "auth", "get_policies", &Policies::list},
        {"POST", "/v2/api/policies", "auth", "create_policy", &Policies::create},
        {"GET", "/v2/api/policies/{}", "auth", "get_policy", &Policies::get},
        {"PUT", "/v2/api/policies/{}", "auth", "update_policy", &Policies::update},
        {"DELETE", "/v2/api/policies/{}", "auth", "delete_policy", &Policies::remove},
        {"GET", "/v2/api/clients", "auth", "get_clients", &get_clients},
        {"POST", "/v2/api/clients", "auth", "create_client", &create_client},
        {"GET", "/v2/api/clients/{}", "auth", "get_client", &Clients::get},
        {"PUT", "/v2/api/clients/{}", "auth", "update_client", &Clients::update},
        {"DELETE", "/v2/api/clients/{}", "auth", "delete_client", &delete_client},
        {"GET", "/v2/api/clients/{}/credentials", "auth", "get_client_credentials", &Credentials::list},
        {"POST", "/v2/api/clients/{}/credentials", "auth", "create_client_credential", &Credentials::create},
        {"DELETE", "/v2/api/clients/{}/credentials/{}", "auth", "delete_client_credential", &delete_credential},
        {"GET", "/v2/api/scopes", "auth", "get_scopes", &get_scopes},
        {"POST", "/v2/api/clients/{}/scopes", "auth", "create_scope", &Scopes::create},
        {"GET", "/v2/api/scopes/{}", "auth", "get_scope", &Scopes::get},
        {"GET", "/v2/api/clients/{}/scopes/{}", "auth", "get_scope", &Scopes::get},
        {"PUT", "/v2/api/scopes/{}", "auth", "update_scope", &Scopes::update},
        {"DELETE", "/v2/api/scopes/{}", "auth", "delete_scope", &Scopes::remove},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_ROUTES_IPP
