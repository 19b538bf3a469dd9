// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_DOCUMENTS_HPP
#define GLOBUS_SERVICES_AUTH_DOCUMENTS_HPP

#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What Globus Auth answers. Members bear the service's names; the pages named say what they mean.

namespace globus::auth {

/// An identity: one account at one identity provider. https://docs.globus.org/api/auth/reference/#identity_resource
struct Identity {
    Optional<std::string> id = {};
    Optional<std::string> username = {};  ///< as in "ada@example.org"
    Optional<std::string> name = {};
    Optional<std::string> email = {};
    Optional<std::string> organization = {};
    Optional<std::string> identity_provider = {};
    Optional<std::string> identity_type = {};  ///< "login" or "service"
    Optional<std::string> status = {};         ///< "unused", "used", "private" or "closed"
    GLOBUS_MEMBERS(Identity, id, username, name, email, organization, identity_provider, identity_type, status);
};

/// An institution or other place where people have accounts.
/// https://docs.globus.org/api/auth/reference/#identity_providers_resources
struct IdentityProvider {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> short_name = {};
    std::vector<std::string> alternative_names = {};
    std::vector<std::string> domains = {};
    GLOBUS_MEMBERS(IdentityProvider, id, name, short_name, alternative_names, domains);
};

/// What was asked to be included with identities.
struct IncludedWithIdentities {
    std::vector<IdentityProvider> identity_providers = {};
    GLOBUS_MEMBERS(IncludedWithIdentities, identity_providers);
};

/// Identities that were looked up. Those that do not exist are left out.
struct IdentityList {
    std::vector<Identity> identities = {};
    Optional<IncludedWithIdentities> included = {};  ///< with the query parameter include=identity_provider
    GLOBUS_MEMBERS(IdentityList, identities, included);
};

/// Identity providers that were looked up.
struct IdentityProviderList {
    std::vector<IdentityProvider> identity_providers = {};
    GLOBUS_MEMBERS(IdentityProviderList, identity_providers);
};

/// Where OpenID Connect programs find what they need. https://openid.net/specs/openid-connect-discovery-1_0.html
struct OpenidConfiguration {
    Optional<std::string> issuer = {};
    Optional<std::string> authorization_endpoint = {};
    Optional<std::string> userinfo_endpoint = {};
    Optional<std::string> token_endpoint = {};
    Optional<std::string> revocation_endpoint = {};
    Optional<std::string> jwks_uri = {};
    std::vector<std::string> response_types_supported = {};
    std::vector<std::string> id_token_signing_alg_values_supported = {};
    std::vector<std::string> scopes_supported = {};
    std::vector<std::string> token_endpoint_auth_methods_supported = {};
    std::vector<std::string> claims_supported = {};
    std::vector<std::string> subject_types_supported = {};
    GLOBUS_MEMBERS(OpenidConfiguration, issuer, authorization_endpoint, userinfo_endpoint, token_endpoint,
                   revocation_endpoint, jwks_uri, response_types_supported, id_token_signing_alg_values_supported,
                   scopes_supported, token_endpoint_auth_methods_supported, claims_supported, subject_types_supported);
};

/// One of the identities that a person has linked.
struct LinkedIdentity {
    Optional<std::string> sub = {};
    Optional<std::string> username = {};
    Optional<std::string> name = {};
    Optional<std::string> email = {};
    Optional<std::string> organization = {};
    Optional<std::string> identity_provider = {};
    Optional<std::string> identity_provider_display_name = {};
    Optional<std::int64_t> last_authentication = {};  ///< seconds since 1970
    GLOBUS_MEMBERS(LinkedIdentity, sub, username, name, email, organization, identity_provider,
                   identity_provider_display_name, last_authentication);
};

/// Who a token stands for; which members there are depends on its scopes (openid, profile, email).
/// https://docs.globus.org/api/auth/reference/#get_or_post_v2_oauth2_userinfo_resource
struct UserProfile {
    Optional<std::string> sub = {};
    Optional<std::string> preferred_username = {};
    Optional<std::string> name = {};
    Optional<std::string> email = {};
    Optional<std::string> organization = {};
    Optional<std::string> identity_provider = {};
    Optional<std::string> identity_provider_display_name = {};
    Optional<std::int64_t> last_authentication = {};  ///< seconds since 1970
    std::vector<LinkedIdentity> identity_set = {};
    GLOBUS_MEMBERS(UserProfile, sub, preferred_username, name, email, organization, identity_provider,
                   identity_provider_display_name, last_authentication, identity_set);
};

/// What Globus Auth knows of a token.
/// https://docs.globus.org/api/auth/reference/#token_introspection_post_v2_oauth2_token_introspect
struct TokenIntrospection {
    Optional<bool> active = {};  ///< false: revoked, expired or never issued; there are no other members then
    Optional<std::string> scope = {};
    Optional<std::string> sub = {};
    Optional<std::string> username = {};
    Optional<std::string> name = {};
    Optional<std::string> email = {};
    Optional<std::string> client_id = {};
    std::vector<std::string> aud = {};
    Optional<std::string> iss = {};
    Optional<std::int64_t> exp = {};  ///< seconds since 1970, as are iat and nbf
    Optional<std::int64_t> iat = {};
    Optional<std::int64_t> nbf = {};
    Optional<std::string> token_type = {};
    Optional<std::string> dependent_tokens_cache_id = {};
    Optional<std::vector<std::string>> identity_set = {};  ///< with include "identity_set"
    Optional<Json> identity_set_detail = {};               ///< with include "identity_set_detail"
    Optional<Json> session_info = {};                      ///< with include "session_info"
    Optional<Json> policy_evaluations = {};
    GLOBUS_MEMBERS(TokenIntrospection, active, scope, sub, username, name, email, client_id, aud, iss, exp, iat, nbf,
                   token_type, dependent_tokens_cache_id, identity_set, identity_set_detail, session_info,
                   policy_evaluations);
};

/// The outcome of a revocation: `active` is false. https://docs.globus.org/api/auth/reference/#token-revoke
struct RevokedToken {
    Optional<bool> active = {};
    GLOBUS_MEMBERS(RevokedToken, active);
};

/// A group that administers a project.
struct AdminGroup {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    GLOBUS_MEMBERS(AdminGroup, id, name);
};

/// Who administers a project.
struct ProjectAdmins {
    std::vector<Identity> identities = {};
    std::vector<AdminGroup> groups = {};
    GLOBUS_MEMBERS(ProjectAdmins, identities, groups);
};

/// A project: what owns clients and policies. https://docs.globus.org/api/auth/reference/#project_resource
struct Project {
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> project_name = {};
    Optional<std::string> contact_email = {};
    Optional<std::vector<std::string>> admin_ids = {};
    Optional<std::vector<std::string>> admin_group_ids = {};
    Optional<ProjectAdmins> admins = {};
    GLOBUS_MEMBERS(Project, id, display_name, project_name, contact_email, admin_ids, admin_group_ids, admins);
};

/// A project, as the answer to one call wraps it.
struct ProjectDocument {
    Optional<Project> project = {};
    GLOBUS_MEMBERS(ProjectDocument, project);
};

/// The projects that the caller may administer.
struct ProjectList {
    std::vector<Project> projects = {};
    GLOBUS_MEMBERS(ProjectList, projects);
};

/// An authentication policy: who may use what it is put on, and how fresh the login must be.
/// https://docs.globus.org/api/auth/reference/#policy_resource
struct Policy {
    Optional<std::string> id = {};
    Optional<std::string> project_id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    Optional<bool> high_assurance = {};
    Optional<std::int64_t> authentication_assurance_timeout = {};  ///< seconds
    Optional<bool> required_mfa = {};
    Optional<std::vector<std::string>> domain_constraints_include = {};
    Optional<std::vector<std::string>> domain_constraints_exclude = {};
    GLOBUS_MEMBERS(Policy, id, project_id, display_name, description, high_assurance, authentication_assurance_timeout,
                   required_mfa, domain_constraints_include, domain_constraints_exclude);
};

/// An authentication policy, as the answer to one call wraps it.
struct PolicyDocument {
    Optional<Policy> policy = {};
    GLOBUS_MEMBERS(PolicyDocument, policy);
};

/// The authentication policies of the projects that the caller may administer.
struct PolicyList {
    std::vector<Policy> policies = {};
    GLOBUS_MEMBERS(PolicyList, policies);
};

/// Pages that the login shows for a client.
struct ClientLinks {
    Optional<std::string> terms_and_conditions = {};
    Optional<std::string> privacy_policy = {};
    GLOBUS_MEMBERS(ClientLinks, terms_and_conditions, privacy_policy);
};

/// A registered app or service. https://docs.globus.org/api/auth/reference/#client_resource
struct RegisteredClient {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> project = {};
    Optional<std::string> client_type = {};  ///< as in "confidential_client"
    Optional<bool> public_client = {};
    Optional<std::string> visibility = {};  ///< "public" or "private"
    Optional<std::string> parent_client = {};
    Optional<std::string> required_idp = {};
    Optional<std::string> preselect_idp = {};
    std::vector<std::string> redirect_uris = {};
    std::vector<std::string> scopes = {};  ///< ids
    std::vector<std::string> grant_types = {};
    std::vector<std::string> fqdns = {};
    Optional<ClientLinks> links = {};
    Optional<bool> prompt_for_named_grant = {};
    Optional<bool> userinfo_from_effective_identity = {};
    GLOBUS_MEMBERS(RegisteredClient, id, name, project, client_type, public_client, visibility, parent_client,
                   required_idp, preselect_idp, redirect_uris, scopes, grant_types, fqdns, links,
                   prompt_for_named_grant, userinfo_from_effective_identity);
};

/// A client's credential. https://docs.globus.org/api/auth/reference/#client_credential_resource
struct ClientCredential {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> client = {};
    Optional<std::string> created = {};  ///< ISO 8601
    Optional<Secret> secret = {};        ///< only in the answer to its creation; never to be had again
    GLOBUS_MEMBERS(ClientCredential, id, name, client, created, secret);
};

/// What comes with a client that was made from a template.
struct IncludedWithClient {
    Optional<ClientCredential> client_credential = {};
    GLOBUS_MEMBERS(IncludedWithClient, client_credential);
};

/// A client, as the answer to one call wraps it.
struct ClientDocument {
    Optional<RegisteredClient> client = {};
    Optional<IncludedWithClient> included = {};
    GLOBUS_MEMBERS(ClientDocument, client, included);
};

/// The clients of the projects that the caller may administer.
struct ClientList {
    std::vector<RegisteredClient> clients = {};
    GLOBUS_MEMBERS(ClientList, clients);
};

/// A credential, as the answer to one call wraps it.
struct ClientCredentialDocument {
    Optional<ClientCredential> credential = {};
    GLOBUS_MEMBERS(ClientCredentialDocument, credential);
};

/// The credentials of a client.
struct ClientCredentialList {
    std::vector<ClientCredential> credentials = {};
    GLOBUS_MEMBERS(ClientCredentialList, credentials);
};

/// A scope that another scope brings along.
struct DependentScope {
    Optional<std::string> scope = {};  ///< its id
    Optional<bool> optional = {};
    Optional<bool> requires_refresh_token = {};
    GLOBUS_MEMBERS(DependentScope, scope, optional, requires_refresh_token);
};

/// A registered scope. https://docs.globus.org/api/auth/reference/#scope_resource
struct RegisteredScope {
    Optional<std::string> id = {};
    Optional<std::string> scope_string = {};
    Optional<std::string> name = {};
    Optional<std::string> description = {};
    Optional<std::string> client = {};
    Optional<bool> advertised = {};
    Optional<bool> allows_refresh_token = {};
    std::vector<std::string> required_domains = {};
    std::vector<DependentScope> dependent_scopes = {};
    GLOBUS_MEMBERS(RegisteredScope, id, scope_string, name, description, client, advertised, allows_refresh_token,
                   required_domains, dependent_scopes);
};

/// A scope, as the answer to one call wraps it.
struct ScopeDocument {
    Optional<RegisteredScope> scope = {};
    GLOBUS_MEMBERS(ScopeDocument, scope);
};

/// The scopes that were asked for, or that the caller may administer.
struct ScopeList {
    std::vector<RegisteredScope> scopes = {};
    GLOBUS_MEMBERS(ScopeList, scopes);
};

/// A person's consent to a scope. https://docs.globus.org/api/auth/reference/#consents
struct Consent {
    Optional<std::int64_t> id = {};
    Optional<std::string> client = {};
    Optional<std::string> scope = {};  ///< the scope's id
    Optional<std::string> scope_name = {};
    Optional<std::string> effective_identity = {};
    std::vector<std::int64_t> dependency_path = {};  ///< ids of consents, from the root to this one
    Optional<std::string> status = {};               ///< as in "approved"
    Optional<std::string> created = {};              ///< ISO 8601
    Optional<std::string> updated = {};              ///< ISO 8601
    Optional<std::string> last_used = {};            ///< ISO 8601
    Optional<bool> allows_refresh = {};
    Optional<bool> auto_approved = {};
    Optional<bool> atomically_revocable = {};
    GLOBUS_MEMBERS(Consent, id, client, scope, scope_name, effective_identity, dependency_path, status, created,
                   updated, last_used, allows_refresh, auto_approved, atomically_revocable);
};

/// What a person has consented to.
struct ConsentList {
    std::vector<Consent> consents = {};
    GLOBUS_MEMBERS(ConsentList, consents);
};

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_DOCUMENTS_HPP
