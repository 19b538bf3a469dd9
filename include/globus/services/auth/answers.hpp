// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_ANSWERS_HPP
#define GLOBUS_SERVICES_AUTH_ANSWERS_HPP

#include <globus/core/duration.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/auth/words.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What Globus Auth answers. Members have the service's names; the pages named say what they mean.

namespace globus::auth {

/// An identity: one account at one identity provider. https://docs.globus.org/api/auth/reference/#identity_resource
struct Identity {
    std::string id = {};                      ///< a UUID
    Optional<std::string> username = {};      ///< as in "ada@example.org"
    Optional<std::string> name = {};          ///< of the person or service; null if the provider keeps it to itself
    Optional<std::string> email = {};         ///< null if the provider keeps it to itself
    Optional<std::string> organization = {};  ///< null if the provider keeps it to itself
    Optional<std::string> identity_provider = {};  ///< its id
    Optional<IdentityType> identity_type = {};
    Optional<IdentityStatus> status = {};
    GLOBUS_MEMBERS(Identity, id, username, name, email, organization, identity_provider, identity_type, status);
};

/// An institution or other place where people have accounts.
/// https://docs.globus.org/api/auth/reference/#identity_providers_resources
struct IdentityProvider {
    std::string id = {};  ///< a UUID
    Optional<std::string> name = {};
    Optional<std::string> short_name = {};            ///< as it appears in the provider's URLs
    std::vector<std::string> alternative_names = {};  ///< by which people can find it
    std::vector<std::string> domains = {};            ///< of its user names
    GLOBUS_MEMBERS(IdentityProvider, id, name, short_name, alternative_names, domains);
};

/// What was asked to be included with identities.
/// https://docs.globus.org/api/auth/reference/#v2_api_identities_resources
struct IncludedWithIdentities {
    std::vector<IdentityProvider> identity_providers = {};  ///< of all the identities, each once
    GLOBUS_MEMBERS(IncludedWithIdentities, identity_providers);
};

/// Identities that were looked up. Those that do not exist are left out.
/// https://docs.globus.org/api/auth/reference/#v2_api_identities_resources
struct IdentityList {
    std::vector<Identity> identities = {};
    Optional<IncludedWithIdentities> included = {};  ///< with the query parameter include=identity_provider
    static constexpr auto items = &IdentityList::identities;
    GLOBUS_MEMBERS(IdentityList, identities, included);
};

/// Identity providers that were looked up. https://docs.globus.org/api/auth/reference/#get_identity_providers
struct IdentityProviderList {
    std::vector<IdentityProvider> identity_providers = {};
    static constexpr auto items = &IdentityProviderList::identity_providers;
    GLOBUS_MEMBERS(IdentityProviderList, identity_providers);
};

/// Where OpenID Connect programs find the endpoints that they need.
/// https://openid.net/specs/openid-connect-discovery-1_0.html
struct OpenidConfiguration {
    Optional<std::string> issuer = {};                                    ///< URL, the `iss` of its tokens
    Optional<std::string> authorization_endpoint = {};                    ///< URL that a browser is sent to
    Optional<std::string> userinfo_endpoint = {};                         ///< URL
    Optional<std::string> token_endpoint = {};                            ///< URL
    Optional<std::string> revocation_endpoint = {};                       ///< URL
    Optional<std::string> jwks_uri = {};                                  ///< URL of the public keys; see get_jwk
    std::vector<std::string> response_types_supported = {};               ///< as in "code"
    std::vector<std::string> id_token_signing_alg_values_supported = {};  ///< as in "RS512"
    std::vector<std::string> scopes_supported = {};                       ///< as in "openid"
    std::vector<std::string> token_endpoint_auth_methods_supported = {};  ///< as in "client_secret_basic"
    std::vector<std::string> claims_supported = {};                       ///< as in "sub"
    std::vector<std::string> subject_types_supported = {};                ///< as in "public"
    GLOBUS_MEMBERS(OpenidConfiguration, issuer, authorization_endpoint, userinfo_endpoint, token_endpoint,
                   revocation_endpoint, jwks_uri, response_types_supported, id_token_signing_alg_values_supported,
                   scopes_supported, token_endpoint_auth_methods_supported, claims_supported, subject_types_supported);
};

/// One of the identities that a person has linked.
/// https://docs.globus.org/api/auth/reference/#get_or_post_v2_oauth2_userinfo_resource
struct LinkedIdentity {
    Optional<std::string> sub = {};       ///< the identity's id
    Optional<std::string> username = {};  ///< as in "ada@example.org"
    Optional<std::string> name = {};
    Optional<std::string> email = {};              ///< as the provider has it, not verified
    Optional<std::string> organization = {};       ///< null if the provider keeps it to itself
    Optional<std::string> identity_provider = {};  ///< its id
    Optional<std::string> identity_provider_display_name = {};
    Optional<std::int64_t> last_authentication = {};  ///< seconds since 1970
    GLOBUS_MEMBERS(LinkedIdentity, sub, username, name, email, organization, identity_provider,
                   identity_provider_display_name, last_authentication);
};

/// Who a token stands for. Its scopes decide which members there are (openid, profile, email).
/// https://docs.globus.org/api/auth/reference/#get_or_post_v2_oauth2_userinfo_resource
struct UserProfile {
    std::string sub = {};                           ///< the identity's id
    Optional<std::string> preferred_username = {};  ///< of the identity that is logged in, as in "ada@example.org"
    Optional<std::string> name = {};
    Optional<std::string> email = {};              ///< as the provider has it, not verified
    Optional<std::string> organization = {};       ///< null if the provider keeps it to itself
    Optional<std::string> identity_provider = {};  ///< its id
    Optional<std::string> identity_provider_display_name = {};
    Optional<std::int64_t> last_authentication = {};  ///< seconds since 1970
    std::vector<LinkedIdentity> identity_set = {};    ///< all linked identities, including this one
    GLOBUS_MEMBERS(UserProfile, sub, preferred_username, name, email, organization, identity_provider,
                   identity_provider_display_name, last_authentication, identity_set);
};

/// What Globus Auth knows about a token.
/// https://docs.globus.org/api/auth/reference/#token_introspection_post_v2_oauth2_token_introspect
struct TokenIntrospection {
    Optional<bool> active = {};           ///< false: revoked, expired or never issued; there are no other members then
    Optional<std::string> scope = {};     ///< those of the token, with blanks between them
    Optional<std::string> sub = {};       ///< the identity's id
    Optional<std::string> username = {};  ///< of the identity that the token stands for
    Optional<std::string> name = {};
    Optional<std::string> email = {};       ///< as the provider has it, not verified
    Optional<std::string> client_id = {};   ///< that the token was issued to
    std::vector<std::string> aud = {};      ///< names of the resource servers that may be given the token
    Optional<std::string> iss = {};         ///< URL of Globus Auth
    Optional<std::int64_t> exp = {};        ///< seconds since 1970, as are iat and nbf
    Optional<std::int64_t> iat = {};        ///< when it was issued
    Optional<std::int64_t> nbf = {};        ///< when it becomes valid
    Optional<std::string> token_type = {};  ///< "Bearer"
    Optional<std::string> dependent_tokens_cache_id = {};  ///< it changes when dependent tokens should be fetched again
    std::vector<std::string> identity_set = {};            ///< with include "identity_set"
    Optional<Json> identity_set_detail = {};               ///< with include "identity_set_detail"
    Optional<Json> session_info = {};                      ///< with include "session_info"
    Optional<Json> policy_evaluations = {};                ///< of authentication policies, by their ids
    GLOBUS_MEMBERS(TokenIntrospection, active, scope, sub, username, name, email, client_id, aud, iss, exp, iat, nbf,
                   token_type, dependent_tokens_cache_id, identity_set, identity_set_detail, session_info,
                   policy_evaluations);
};

/// The outcome of a revocation: `active` is false. https://docs.globus.org/api/auth/reference/#token-revoke
struct RevokedToken {
    Optional<bool> active = {};  ///< false, also for a token that never existed
    GLOBUS_MEMBERS(RevokedToken, active);
};

/// A group that administers a project. https://docs.globus.org/api/auth/reference/#project_resource
struct AdminGroup {
    Optional<std::string> id = {};  ///< a UUID
    Optional<std::string> name = {};
    GLOBUS_MEMBERS(AdminGroup, id, name);
};

/// Who administers a project. https://docs.globus.org/api/auth/reference/#project_resource
struct ProjectAdmins {
    std::vector<Identity> identities = {};
    std::vector<AdminGroup> groups = {};
    GLOBUS_MEMBERS(ProjectAdmins, identities, groups);
};

/// A project: the owner of clients and policies. https://docs.globus.org/api/auth/reference/#project_resource
struct Project {
    std::string id = {};  ///< a UUID
    Optional<std::string> display_name = {};
    Optional<std::string> project_name = {};        ///< the older name of display_name
    Optional<std::string> contact_email = {};       ///< for questions about it
    std::vector<std::string> admin_ids = {};        ///< of identities
    std::vector<std::string> admin_group_ids = {};  ///< of groups
    Optional<ProjectAdmins> admins = {};            ///< the same with their names
    GLOBUS_MEMBERS(Project, id, display_name, project_name, contact_email, admin_ids, admin_group_ids, admins);
};

/// A project, as the answer to one call wraps it. https://docs.globus.org/api/auth/reference/#get_projects
struct ProjectDocument {
    Optional<Project> project = {};
    GLOBUS_MEMBERS(ProjectDocument, project);
};

/// The projects that the caller may administer. https://docs.globus.org/api/auth/reference/#get_projects
struct ProjectList {
    std::vector<Project> projects = {};
    static constexpr auto items = &ProjectList::projects;
    GLOBUS_MEMBERS(ProjectList, projects);
};

/// An authentication policy: who may use what it is put on, and how fresh the login must be.
/// https://docs.globus.org/api/auth/reference/#policy_resource
struct Policy {
    std::string id = {};                    ///< a UUID
    Optional<std::string> project_id = {};  ///< that it belongs to
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    Optional<bool> high_assurance = {};                            ///< it requires a login in the current session
    Optional<WholeSeconds> authentication_assurance_timeout = {};  ///< how long a login counts as fresh
    Optional<bool> required_mfa = {};                              ///< it requires multi-factor authentication
    /// Domains of user names that pass; null for all.
    Optional<std::vector<std::string>> domain_constraints_include = {};
    /// Domains of user names that do not pass; null for none.
    Optional<std::vector<std::string>> domain_constraints_exclude = {};
    GLOBUS_MEMBERS(Policy, id, project_id, display_name, description, high_assurance, authentication_assurance_timeout,
                   required_mfa, domain_constraints_include, domain_constraints_exclude);
};

/// An authentication policy, as the answer to one call wraps it.
/// https://docs.globus.org/api/auth/reference/#get_policies
struct PolicyDocument {
    Optional<Policy> policy = {};
    GLOBUS_MEMBERS(PolicyDocument, policy);
};

/// The authentication policies of the projects that the caller may administer.
/// https://docs.globus.org/api/auth/reference/#get_policies
struct PolicyList {
    std::vector<Policy> policies = {};
    static constexpr auto items = &PolicyList::policies;
    GLOBUS_MEMBERS(PolicyList, policies);
};

/// Pages that the login shows for a client. https://docs.globus.org/api/auth/reference/#client_resource
struct ClientLinks {
    Optional<std::string> terms_and_conditions = {};  ///< URL
    Optional<std::string> privacy_policy = {};        ///< URL
    GLOBUS_MEMBERS(ClientLinks, terms_and_conditions, privacy_policy);
};

/// A registered app or service. https://docs.globus.org/api/auth/reference/#client_resource
struct RegisteredClient {
    std::string id = {};  ///< a UUID
    std::string name = {};
    Optional<std::string> project = {};  ///< its id
    Optional<ClientType> client_type = {};
    Optional<bool> public_client = {};  ///< it cannot keep a secret
    Optional<ClientVisibility> visibility = {};
    Optional<std::string> parent_client = {};  ///< id of the client that made it; null for none
    Optional<std::string> required_idp = {};   ///< users need an identity of this provider, by its id; null for none
    Optional<std::string> preselect_idp = {};  ///< the login page offers this provider first, by its id; null for none
    std::vector<std::string> redirect_uris = {};  ///< where a login may send the browser
    std::vector<std::string> scopes = {};         ///< ids
    std::vector<std::string> grant_types = {};    ///< as in "authorization_code"
    std::vector<std::string> fqdns = {};          ///< domain names that it has proven to own
    Optional<ClientLinks> links = {};
    Optional<bool> prompt_for_named_grant = {};            ///< the consent page asks for a label
    Optional<bool> userinfo_from_effective_identity = {};  ///< userinfo describes the identity that the token acts for
    GLOBUS_MEMBERS(RegisteredClient, id, name, project, client_type, public_client, visibility, parent_client,
                   required_idp, preselect_idp, redirect_uris, scopes, grant_types, fqdns, links,
                   prompt_for_named_grant, userinfo_from_effective_identity);
};

/// A client's credential. https://docs.globus.org/api/auth/reference/#client_credential_resource
struct ClientCredential {
    Optional<std::string> id = {};  ///< a UUID
    Optional<std::string> name = {};
    Optional<std::string> client = {};  ///< its id
    Optional<Timestamp> created = {};
    Optional<Secret> secret = {};  ///< only in the answer to its creation; it cannot be read later
    GLOBUS_MEMBERS(ClientCredential, id, name, client, created, secret);
};

/// What comes with a client that was made from a template. https://docs.globus.org/api/auth/reference/#create_client
struct IncludedWithClient {
    Optional<ClientCredential> client_credential = {};
    GLOBUS_MEMBERS(IncludedWithClient, client_credential);
};

/// A client, as the answer to one call wraps it. https://docs.globus.org/api/auth/reference/#get_clients
struct ClientDocument {
    Optional<RegisteredClient> client = {};
    Optional<IncludedWithClient> included = {};  ///< only in the answer to create_native_app_instance
    GLOBUS_MEMBERS(ClientDocument, client, included);
};

/// The clients of the projects that the caller may administer. https://docs.globus.org/api/auth/reference/#get_clients
struct ClientList {
    std::vector<RegisteredClient> clients = {};
    static constexpr auto items = &ClientList::clients;
    GLOBUS_MEMBERS(ClientList, clients);
};

/// A credential, as the answer to one call wraps it.
/// https://docs.globus.org/api/auth/reference/#create_client_credential
struct ClientCredentialDocument {
    Optional<ClientCredential> credential = {};
    GLOBUS_MEMBERS(ClientCredentialDocument, credential);
};

/// The credentials of a client. https://docs.globus.org/api/auth/reference/#get_client_credentials
struct ClientCredentialList {
    std::vector<ClientCredential> credentials = {};
    static constexpr auto items = &ClientCredentialList::credentials;
    GLOBUS_MEMBERS(ClientCredentialList, credentials);
};

/// A scope that another scope brings along. https://docs.globus.org/api/auth/reference/#scope_resource
struct DependentScope {
    Optional<std::string> scope = {};            ///< its id
    Optional<bool> optional = {};                ///< the user may decline it
    Optional<bool> requires_refresh_token = {};  ///< the service needs a refresh token for it
    GLOBUS_MEMBERS(DependentScope, scope, optional, requires_refresh_token);
};

/// A registered scope. https://docs.globus.org/api/auth/reference/#scope_resource
struct RegisteredScope {
    std::string id = {};            ///< a UUID
    std::string scope_string = {};  ///< what a login asks for, as in "urn:..." or "https://..."
    Optional<std::string> name = {};
    Optional<std::string> description = {};
    Optional<std::string> client = {};               ///< its id
    Optional<bool> advertised = {};                  ///< people who look scopes up find it
    Optional<bool> allows_refresh_token = {};        ///< access may outlive the login
    std::vector<std::string> required_domains = {};  ///< linked identities of the user must be of these domains
    std::vector<DependentScope> dependent_scopes = {};
    GLOBUS_MEMBERS(RegisteredScope, id, scope_string, name, description, client, advertised, allows_refresh_token,
                   required_domains, dependent_scopes);
};

/// A scope, as the answer to one call wraps it. https://docs.globus.org/api/auth/reference/#get_scopes
struct ScopeDocument {
    Optional<RegisteredScope> scope = {};
    GLOBUS_MEMBERS(ScopeDocument, scope);
};

/// The scopes that were asked for, or that the caller may administer.
/// https://docs.globus.org/api/auth/reference/#get_scopes
struct ScopeList {
    std::vector<RegisteredScope> scopes = {};
    static constexpr auto items = &ScopeList::scopes;
    GLOBUS_MEMBERS(ScopeList, scopes);
};

/// A person's consent to a scope. https://docs.globus.org/api/auth/reference/#consents
struct Consent {
    Optional<std::int64_t> id = {};                  ///< a number
    Optional<std::string> client = {};               ///< id of the client that may use it
    Optional<std::string> scope = {};                ///< the scope's id
    Optional<std::string> scope_name = {};           ///< the scope's text
    Optional<std::string> effective_identity = {};   ///< id of the identity that the client acts for
    std::vector<std::int64_t> dependency_path = {};  ///< ids of consents, from the root to this one
    Optional<std::string> status = {};               ///< as in "approved"
    Optional<Timestamp> created = {};
    Optional<Timestamp> updated = {};
    Optional<Timestamp> last_used = {};
    Optional<bool> allows_refresh = {};        ///< the client may have refresh tokens
    Optional<bool> auto_approved = {};         ///< the user was not asked
    Optional<bool> atomically_revocable = {};  ///< it can be revoked on its own
    GLOBUS_MEMBERS(Consent, id, client, scope, scope_name, effective_identity, dependency_path, status, created,
                   updated, last_used, allows_refresh, auto_approved, atomically_revocable);
};

/// What a person has consented to. https://docs.globus.org/api/auth/reference/#consents
struct ConsentList {
    std::vector<Consent> consents = {};
    static constexpr auto items = &ConsentList::consents;
    GLOBUS_MEMBERS(ConsentList, consents);
};

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_ANSWERS_HPP
