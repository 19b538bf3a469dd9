// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_OPERATIONS_HPP
#define GLOBUS_SERVICES_AUTH_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/error.hpp>
#include <globus/services/auth/answers.hpp>
#include <globus/services/auth/payloads.hpp>
#include <globus/services/auth/words.hpp>

#include <string>
#include <vector>

// The operations of Globus Auth that act for the user whose token the client has. https://docs.globus.org/api/auth/

namespace globus {
struct AuthService;
}

namespace globus::auth {

/// Reads where the endpoints of OpenID Connect are. GET /.well-known/openid-configuration
/// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
/// @tparam S  the service of the client: each of the three has this operation
template <class S>
struct GetOpenidConfiguration {
    using service = S;
    using result = OpenidConfiguration;
    static constexpr auto route = get("/.well-known/openid-configuration");
    GLOBUS_MEMBERS(GetOpenidConfiguration);
};

/// Reads who the token stands for. GET /v2/oauth2/userinfo
/// https://docs.globus.org/api/auth/reference/#get_or_post_v2_oauth2_userinfo_resource
struct Userinfo {
    using service = AuthService;
    using result = UserProfile;
    static constexpr auto route = get("/v2/oauth2/userinfo");
    GLOBUS_MEMBERS(Userinfo);
};

/// Looks identities up by user name or by id. GET /v2/api/identities
/// https://docs.globus.org/api/auth/reference/#v2_api_identities_resources
struct GetIdentities {
    using service = AuthService;
    using result = IdentityList;
    static constexpr auto route = get("/v2/api/identities");
    Optional<StringList> usernames = {};  ///< as in "ada@example.org"; instead of `ids`
    Optional<StringList> ids = {};        ///< instead of `usernames`
    /// Whether to make an identity for a user name that nobody has used yet; with usernames only; false if left out.
    Optional<bool> provision = {};
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("provision", Spelling::lower));
    GLOBUS_MEMBERS(GetIdentities, usernames, ids, provision, query_params);

    [[nodiscard]] GetIdentities normalized() const;
};

/// Looks identity providers up by domain or by id. GET /v2/api/identity_providers
/// @throws UsageError  if both domains and ids are given
/// https://docs.globus.org/api/auth/reference/#get_identity_providers
struct GetIdentityProviders {
    using service = AuthService;
    using result = IdentityProviderList;
    static constexpr auto route = get("/v2/api/identity_providers");
    Optional<StringList> domains = {};  ///< of user names, as in "example.org"; instead of `ids`
    Optional<StringList> ids = {};      ///< instead of `domains`
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetIdentityProviders, domains, ids, query_params);

    void check() const;
};

/// Lists what an identity has consented to for the client. GET /v2/api/identities/{identity_id}/consents
/// https://docs.globus.org/api/auth/reference/#consents
struct GetConsents {
    using service = AuthService;
    using result = ConsentList;
    static constexpr auto route = get("/v2/api/identities/{identity_id}/consents");
    Required<std::string> identity_id;
    Optional<bool> all = false;  ///< true: those given to other clients, too
    GLOBUS_MEMBERS(GetConsents, identity_id, all);
};

// Projects

/// Reads a project. GET /v2/api/projects/{project_id}
/// https://docs.globus.org/api/auth/reference/#get_projects
struct GetProject {
    using service = AuthService;
    using result = ProjectDocument;
    static constexpr auto route = get("/v2/api/projects/{project_id}");
    Required<std::string> project_id;
    GLOBUS_MEMBERS(GetProject, project_id);
};

/// Lists the projects that the user administers. GET /v2/api/projects
/// https://docs.globus.org/api/auth/reference/#get_projects
struct GetProjects {
    using service = AuthService;
    using result = ProjectList;
    static constexpr auto route = get("/v2/api/projects");
    GLOBUS_MEMBERS(GetProjects);
};

/// Makes a project. POST /v2/api/projects
/// https://docs.globus.org/api/auth/reference/#create_project
struct CreateProject {
    using service = AuthService;
    using result = ProjectDocument;
    static constexpr auto route = post("/v2/api/projects");
    Required<std::string> display_name;
    Required<std::string> contact_email;        ///< for questions about the project
    Optional<StringList> admin_ids = {};        ///< identities; the user's own if both are left out
    Optional<StringList> admin_group_ids = {};  ///< groups
    static constexpr auto wire =
        wires(in_json("display_name", "project/display_name"), in_json("contact_email", "project/contact_email"),
              in_json("admin_ids", "project/admin_ids"), in_json("admin_group_ids", "project/admin_group_ids"));
    GLOBUS_MEMBERS(CreateProject, display_name, contact_email, admin_ids, admin_group_ids);
};

/// Changes a project; what is left out stays as it is. PUT /v2/api/projects/{project_id}
/// https://docs.globus.org/api/auth/reference/#update_project
struct UpdateProject {
    using service = AuthService;
    using result = ProjectDocument;
    static constexpr auto route = put("/v2/api/projects/{project_id}");
    Required<std::string> project_id;
    Optional<std::string> display_name = {};
    Optional<std::string> contact_email = {};   ///< for questions about the project
    Optional<StringList> admin_ids = {};        ///< identities, in place of those before
    Optional<StringList> admin_group_ids = {};  ///< groups, in place of those before
    static constexpr auto wire =
        wires(json_object("project"), in_json("display_name", "project/display_name"),
              in_json("contact_email", "project/contact_email"), in_json("admin_ids", "project/admin_ids"),
              in_json("admin_group_ids", "project/admin_group_ids"));
    GLOBUS_MEMBERS(UpdateProject, project_id, display_name, contact_email, admin_ids, admin_group_ids);
};

/// Deletes a project that no longer has clients or policies. DELETE /v2/api/projects/{project_id}
/// https://docs.globus.org/api/auth/reference/#delete_project
struct DeleteProject {
    using service = AuthService;
    using result = ProjectDocument;
    static constexpr auto route = delete_("/v2/api/projects/{project_id}");
    Required<std::string> project_id;
    GLOBUS_MEMBERS(DeleteProject, project_id);
};

// Policies

/// Reads an authentication policy. GET /v2/api/policies/{policy_id}
/// https://docs.globus.org/api/auth/reference/#get_policies
struct GetPolicy {
    using service = AuthService;
    using result = PolicyDocument;
    static constexpr auto route = get("/v2/api/policies/{policy_id}");
    Required<std::string> policy_id;
    GLOBUS_MEMBERS(GetPolicy, policy_id);
};

/// Lists the policies of the user's projects. GET /v2/api/policies
/// https://docs.globus.org/api/auth/reference/#get_policies
struct GetPolicies {
    using service = AuthService;
    using result = PolicyList;
    static constexpr auto route = get("/v2/api/policies");
    GLOBUS_MEMBERS(GetPolicies);
};

/// Makes an authentication policy. POST /v2/api/policies
/// https://docs.globus.org/api/auth/reference/#create_policy
struct CreatePolicy {
    using service = AuthService;
    using result = PolicyDocument;
    static constexpr auto route = post("/v2/api/policies");
    Required<std::string> project_id;  ///< that owns it
    Required<std::string> display_name;
    Required<std::string> description;                             ///< shown to those who do not meet it
    Optional<bool> high_assurance = {};                            ///< it cannot be changed later
    Optional<WholeSeconds> authentication_assurance_timeout = {};  ///< how long a login counts as fresh
    Optional<bool> required_mfa = {};  ///< multi-factor authentication; for high assurance only
    Optional<std::vector<std::string>> domain_constraints_include = {};  ///< only these domains; null: any
    Optional<std::vector<std::string>> domain_constraints_exclude = {};  ///< none of these; null: none
    static constexpr auto wire =
        wires(in_json("project_id", "policy/project_id"), in_json("display_name", "policy/display_name"),
              in_json("description", "policy/description"), in_json("high_assurance", "policy/high_assurance"),
              in_json("authentication_assurance_timeout", "policy/authentication_assurance_timeout"),
              in_json("required_mfa", "policy/required_mfa"),
              in_json("domain_constraints_include", "policy/domain_constraints_include"),
              in_json("domain_constraints_exclude", "policy/domain_constraints_exclude"));
    GLOBUS_MEMBERS(CreatePolicy, project_id, display_name, description, high_assurance,
                   authentication_assurance_timeout, required_mfa, domain_constraints_include,
                   domain_constraints_exclude);
};

/// Changes an authentication policy; what is left out stays as it is. PUT /v2/api/policies/{policy_id}
/// https://docs.globus.org/api/auth/reference/#update_policy
struct UpdatePolicy {
    using service = AuthService;
    using result = PolicyDocument;
    static constexpr auto route = put("/v2/api/policies/{policy_id}");
    Required<std::string> policy_id;
    Optional<std::string> project_id = {};                         ///< that it moves to
    Optional<WholeSeconds> authentication_assurance_timeout = {};  ///< how long a login counts as fresh
    Optional<bool> required_mfa = {};  ///< multi-factor authentication; for high assurance only
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    Optional<std::vector<std::string>> domain_constraints_include = {};  ///< only these domains; null: any
    Optional<std::vector<std::string>> domain_constraints_exclude = {};  ///< none of these; null: none
    static constexpr auto wire =
        wires(json_object("policy"), in_json("project_id", "policy/project_id"),
              in_json("authentication_assurance_timeout", "policy/authentication_assurance_timeout"),
              in_json("required_mfa", "policy/required_mfa"), in_json("display_name", "policy/display_name"),
              in_json("description", "policy/description"),
              in_json("domain_constraints_include", "policy/domain_constraints_include"),
              in_json("domain_constraints_exclude", "policy/domain_constraints_exclude"));
    GLOBUS_MEMBERS(UpdatePolicy, policy_id, project_id, authentication_assurance_timeout, required_mfa, display_name,
                   description, domain_constraints_include, domain_constraints_exclude);
};

/// Deletes an authentication policy. DELETE /v2/api/policies/{policy_id}
/// https://docs.globus.org/api/auth/reference/#delete_policy
struct DeletePolicy {
    using service = AuthService;
    using result = PolicyDocument;
    static constexpr auto route = delete_("/v2/api/policies/{policy_id}");
    Required<std::string> policy_id;
    GLOBUS_MEMBERS(DeletePolicy, policy_id);
};

// Clients

/// Reads a client, by its id or by a domain name that it has proven to own. GET /v2/api/clients/{client_id} or ?fqdn=
/// @throws UsageError  unless exactly one of client_id and fqdn is given
/// https://docs.globus.org/api/auth/reference/#get_clients
struct GetClient {
    using service = AuthService;
    using result = ClientDocument;
    static constexpr auto route = get("/v2/api/clients/{client_id}");
    Optional<std::string> client_id = {};  ///< instead of `fqdn`
    Optional<std::string> fqdn = {};       ///< domain name; instead of `client_id`
    GLOBUS_MEMBERS(GetClient, client_id, fqdn);

    void check() const;
};

/// Lists the clients of the user's projects. GET /v2/api/clients
/// https://docs.globus.org/api/auth/reference/#get_clients
struct GetClients {
    using service = AuthService;
    using result = ClientList;
    static constexpr auto route = get("/v2/api/clients");
    GLOBUS_MEMBERS(GetClients);
};

/// What create_client and create_child_client have in common: which members go together.
template <class Create>
void check_new_client(Create const& create) {
    if (create.public_client.has_value() == create.client_type.has_value())
        throw UsageError("a new client takes exactly one of public_client and client_type");
    if (create.terms_and_conditions.value_or("").empty() != create.privacy_policy.value_or("").empty())
        throw UsageError("a new client takes terms_and_conditions and privacy_policy together or neither");
}
/// Links that are empty are not sent.
template <class Create>
Create without_empty_links(Create create) {
    if (create.terms_and_conditions.value_or("").empty()) {
        create.terms_and_conditions.reset();
        create.privacy_policy.reset();
    }
    return create;
}

/// Registers a client. POST /v2/api/clients
/// @throws UsageError  unless exactly one of public_client and client_type is given, and both links or neither
/// https://docs.globus.org/api/auth/reference/#create_client
struct CreateClient {
    using service = AuthService;
    using result = ClientDocument;
    static constexpr auto route = post("/v2/api/clients");
    Required<std::string> name;                             ///< for people
    Required<std::string> project;                          ///< the project's id
    Optional<bool> public_client = {};                      ///< true: it cannot keep a secret
    Optional<ClientType> client_type = {};                  ///< what kind of app it is
    Optional<ClientVisibility> visibility = {};             ///< who can see it
    Optional<std::vector<std::string>> redirect_uris = {};  ///< where a login may send the browser
    Optional<std::string> terms_and_conditions = {};        ///< URL
    Optional<std::string> privacy_policy = {};              ///< URL
    Optional<std::string> required_idp = {};                ///< users need an identity of this provider
    Optional<std::string> preselect_idp = {};  ///< the login page offers this provider first, by its id; null for none
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("name", "client/name"), in_json("project", "client/project"),
              in_json("public_client", "client/public_client"), in_json("client_type", "client/client_type"),
              in_json("visibility", "client/visibility"), in_json("redirect_uris", "client/redirect_uris"),
              in_json("terms_and_conditions", "client/links/terms_and_conditions"),
              in_json("privacy_policy", "client/links/privacy_policy"), in_json("required_idp", "client/required_idp"),
              in_json("preselect_idp", "client/preselect_idp"), in_json("additional_fields", "client"));
    GLOBUS_MEMBERS(CreateClient, name, project, public_client, client_type, visibility, redirect_uris,
                   terms_and_conditions, privacy_policy, required_idp, preselect_idp, additional_fields);

    void check() const { check_new_client(*this); }
    [[nodiscard]] CreateClient normalized() const { return without_empty_links(*this); }
};

/// Changes a client; what is left out stays, what is null is cleared. PUT /v2/api/clients/{client_id}
/// @throws UsageError  if one of the two links is a URL, and the other null or left out
/// https://docs.globus.org/api/auth/reference/#update_client
struct UpdateClient {
    using service = AuthService;
    using result = ClientDocument;
    static constexpr auto route = put("/v2/api/clients/{client_id}");
    Required<std::string> client_id;
    Optional<std::string> name = {};                        ///< for people
    Optional<ClientVisibility> visibility = {};             ///< who can see it
    Optional<std::vector<std::string>> redirect_uris = {};  ///< where a login may send the browser
    Optional<std::string> terms_and_conditions = {};        ///< URL, or null
    Optional<std::string> privacy_policy = {};              ///< URL, or null
    Optional<std::string> required_idp = {};   ///< users need an identity of this provider, by its id; null for none
    Optional<std::string> preselect_idp = {};  ///< the login page offers this provider first, by its id; null for none
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(json_object("client"), in_json("name", "client/name"), in_json("visibility", "client/visibility"),
              in_json("redirect_uris", "client/redirect_uris"),
              in_json("terms_and_conditions", "client/links/terms_and_conditions"),
              in_json("privacy_policy", "client/links/privacy_policy"), in_json("required_idp", "client/required_idp"),
              in_json("preselect_idp", "client/preselect_idp"), in_json("additional_fields", "client"));
    GLOBUS_MEMBERS(UpdateClient, client_id, name, visibility, redirect_uris, terms_and_conditions, privacy_policy,
                   required_idp, preselect_idp, additional_fields);

    void check() const;
};

/// Deletes a client. DELETE /v2/api/clients/{client_id}
/// https://docs.globus.org/api/auth/reference/#delete_client
struct DeleteClient {
    using service = AuthService;
    using result = ClientDocument;
    static constexpr auto route = delete_("/v2/api/clients/{client_id}");
    Required<std::string> client_id;
    GLOBUS_MEMBERS(DeleteClient, client_id);
};

/// Lists the credentials of a client, without their secrets. GET /v2/api/clients/{client_id}/credentials
/// https://docs.globus.org/api/auth/reference/#get_client_credentials
struct GetClientCredentials {
    using service = AuthService;
    using result = ClientCredentialList;
    static constexpr auto route = get("/v2/api/clients/{client_id}/credentials");
    Required<std::string> client_id;
    GLOBUS_MEMBERS(GetClientCredentials, client_id);
};

/// Makes a secret for a client; this answer is the only one that holds it. POST /v2/api/clients/{client_id}/credentials
/// https://docs.globus.org/api/auth/reference/#create_client_credential
struct CreateClientCredential {
    using service = AuthService;
    using result = ClientCredentialDocument;
    static constexpr auto route = post("/v2/api/clients/{client_id}/credentials");
    Required<std::string> client_id;
    Required<std::string> name;  ///< for people
    static constexpr auto wire = wires(in_json("name", "credential/name"));
    GLOBUS_MEMBERS(CreateClientCredential, client_id, name);
};

/// Deletes a secret. DELETE /v2/api/clients/{client_id}/credentials/{credential_id}
/// https://docs.globus.org/api/auth/reference/#delete_client_credentials
struct DeleteClientCredential {
    using service = AuthService;
    using result = ClientCredentialDocument;
    static constexpr auto route = delete_("/v2/api/clients/{client_id}/credentials/{credential_id}");
    Required<std::string> client_id;
    Required<std::string> credential_id;
    GLOBUS_MEMBERS(DeleteClientCredential, client_id, credential_id);
};

// Scopes

/// Reads a scope. GET /v2/api/scopes/{scope_id}
/// https://docs.globus.org/api/auth/reference/#get_scopes
struct GetScope {
    using service = AuthService;
    using result = ScopeDocument;
    static constexpr auto route = get("/v2/api/scopes/{scope_id}");
    Required<std::string> scope_id;
    GLOBUS_MEMBERS(GetScope, scope_id);
};

/// Looks scopes up by their text or by id, or lists those of the user's projects. GET /v2/api/scopes
/// @throws UsageError  if both scope_strings and ids are given
/// https://docs.globus.org/api/auth/reference/#get_scopes
struct GetScopes {
    using service = AuthService;
    using result = ScopeList;
    static constexpr auto route = get("/v2/api/scopes");
    Optional<StringList> scope_strings = {};  ///< as in "openid"; instead of `ids`
    Optional<StringList> ids = {};            ///< instead of `scope_strings`
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetScopes, scope_strings, ids, query_params);

    void check() const;
};

/// Registers a scope of a client. POST /v2/api/clients/{client_id}/scopes
/// https://docs.globus.org/api/auth/reference/#create_scope
struct CreateScope {
    using service = AuthService;
    using result = ScopeDocument;
    static constexpr auto route = post("/v2/api/clients/{client_id}/scopes");
    Required<std::string> client_id;
    Required<std::string> name;  ///< for people
    Required<std::string> description;
    Required<std::string> scope_suffix;  ///< lower-case letters, digits and underscores
    /// Linked identities of the user must be of these domains.
    Optional<std::vector<std::string>> required_domains = {};
    Optional<std::vector<DependentScopeSpec>> dependent_scopes = {};  ///< that it brings along
    Optional<bool> advertised = {};                                   ///< people who look scopes up find it
    Optional<bool> allows_refresh_token = {};                         ///< access may outlive the login
    static constexpr auto wire =
        wires(in_json("name", "scope/name"), in_json("description", "scope/description"),
              in_json("scope_suffix", "scope/scope_suffix"), in_json("required_domains", "scope/required_domains"),
              in_json("dependent_scopes", "scope/dependent_scopes"), in_json("advertised", "scope/advertised"),
              in_json("allows_refresh_token", "scope/allows_refresh_token"));
    GLOBUS_MEMBERS(CreateScope, client_id, name, description, scope_suffix, required_domains, dependent_scopes,
                   advertised, allows_refresh_token);
};

/// Changes a scope; what is left out stays as it is. PUT /v2/api/scopes/{scope_id}
/// https://docs.globus.org/api/auth/reference/#update_scope
struct UpdateScope {
    using service = AuthService;
    using result = ScopeDocument;
    static constexpr auto route = put("/v2/api/scopes/{scope_id}");
    Required<std::string> scope_id;
    Optional<std::string> name = {};  ///< for people
    Optional<std::string> description = {};
    Optional<std::string> scope_suffix = {};  ///< lower-case letters, digits and underscores
    /// Linked identities of the user must be of these domains.
    Optional<std::vector<std::string>> required_domains = {};
    Optional<std::vector<DependentScopeSpec>> dependent_scopes = {};  ///< that it brings along
    Optional<bool> advertised = {};                                   ///< people who look scopes up find it
    Optional<bool> allows_refresh_token = {};                         ///< access may outlive the login
    static constexpr auto wire =
        wires(json_object("scope"), in_json("name", "scope/name"), in_json("description", "scope/description"),
              in_json("scope_suffix", "scope/scope_suffix"), in_json("required_domains", "scope/required_domains"),
              in_json("dependent_scopes", "scope/dependent_scopes"), in_json("advertised", "scope/advertised"),
              in_json("allows_refresh_token", "scope/allows_refresh_token"));
    GLOBUS_MEMBERS(UpdateScope, scope_id, name, description, scope_suffix, required_domains, dependent_scopes,
                   advertised, allows_refresh_token);
};

/// Deletes a scope. DELETE /v2/api/scopes/{scope_id}
/// https://docs.globus.org/api/auth/reference/#delete_scope
struct DeleteScope {
    using service = AuthService;
    using result = ScopeDocument;
    static constexpr auto route = delete_("/v2/api/scopes/{scope_id}");
    Required<std::string> scope_id;
    GLOBUS_MEMBERS(DeleteScope, scope_id);
};

}  // namespace globus::auth

#ifdef GLOBUS_BODIES
#include <globus/services/auth/impl/operations.ipp>
#endif

#endif  // GLOBUS_SERVICES_AUTH_OPERATIONS_HPP
