// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_SERVICE_HPP
#define GLOBUS_SERVICES_AUTH_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/auth/login.hpp>
#include <globus/services/auth/operations.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

using auth::DependentScopeSpec;

namespace auth {

/// What all three kinds of Auth client have in common: OpenID Connect's own documents.
template <class Client, class S>
struct OpenidOperations {
    /// Reads where the endpoints of OpenID Connect are; see auth::GetOpenidConfiguration.
    Response<OpenidConfiguration> get_openid_configuration(GetOpenidConfiguration<S> op = {},
                                                           CallOptions const& options = {}) const {
        return openid().send(op, options);
    }

    /// The public keys that id_tokens are signed with (RFC 7517), from the configuration's `jwks_uri`. They are public:
    /// no credential is sent.
    /// @throws UsageError  if the configuration has no jwks_uri, or one that is not on the host of Globus Auth
    Response<Json> get_jwk(OpenidConfiguration const& openid_configuration, CallOptions const& options = {}) const {
        http::Request request;
        request.url = openid_configuration.jwks_uri.value_or("");
        if (request.url.empty()) throw UsageError("get_jwk: the OpenID configuration has no jwks_uri");
        if (!http::is_on_host_of(request.url, openid().base_url()))
            throw UsageError("get_jwk: the OpenID configuration has its keys on another host than " +
                             openid().base_url());
        return openid().template exchange<Response<Json>>(std::move(request), RetryClass::read, options, false);
    }
    /// The same, with the configuration that Globus Auth gives, in two calls.
    Response<Json> get_jwk(CallOptions const& options = {}) const {
        auto const call = openid().begin_call(options);
        return get_jwk(*get_openid_configuration({}, call.options()), call.options());
    }

    /**
     * The keys in another form, such as `as_pem` of globus/oauth/id_token.hpp.
     *
     *     std::string const key = client.get_jwk(as_pem);   // as OpenSSL and libraries of JWTs read it
     *
     * @throws what `form` throws
     */
    template <std::invocable<Json const&> Form>
    std::invoke_result_t<Form, Json const&> get_jwk(OpenidConfiguration const& openid_configuration, Form form,
                                                    CallOptions const& options = {}) const {
        return form(get_jwk(openid_configuration, options).json());
    }
    /// The same, with the configuration that Globus Auth gives, in two calls.
    template <std::invocable<Json const&> Form>
    std::invoke_result_t<Form, Json const&> get_jwk(Form form, CallOptions const& options = {}) const {
        return form(get_jwk(options).json());
    }

private:
    [[nodiscard]] Client const& openid() const { return static_cast<Client const&>(*this); }
};

/// What both login clients have in common.
template <class Client, class S>
struct LoginOperations : OpenidOperations<Client, S> {
    /// The URL that the user's browser is sent to, for a flow that oauth2_start_flow began. It sends nothing.
    [[nodiscard]] std::string oauth2_get_authorize_url(AuthorizationCodeFlow const& flow,
                                                       AuthorizeUrlParams const& params = {}) const {
        std::vector<std::pair<std::string, std::string>> more;
        auto const add = [&](char const* name, std::string value) { more.emplace_back(name, std::move(value)); };
        auto const add_list = [&](char const* name, Optional<StringList> const& list) {
            if (!list) return;
            std::string joined;
            for (std::string const& item : *list) joined += (&item == list->data() ? "" : ",") + item;
            add(name, std::move(joined));
        };
        add_list("session_required_identities", params.session_required_identities);
        add_list("session_required_single_domain", params.session_required_single_domain);
        add_list("session_required_policies", params.session_required_policies);
        if (params.session_required_mfa) add("session_required_mfa", *params.session_required_mfa ? "True" : "False");
        if (params.session_message) add("session_message", *params.session_message);
        if (params.prompt) add("prompt", *params.prompt);
        for (auto const& [name, value] : params.query_params)
            std::erase_if(more, [&taken = name](auto const& named) { return named.first == taken; });
        for (auto const& [name, value] : params.query_params)
            for (std::string const& text : value.texts()) more.emplace_back(name, text);
        return flow.authorize_url(more);
    }

    /**
     * Exchanges the code from a login for tokens. A code works once, so the request is not sent again once it may have
     * arrived.
     *
     * @param code   what the browser brought to the redirect_uri, or the user copied from Globus' page
     */
    Response<TokenResponse> oauth2_exchange_code_for_tokens(AuthorizationCodeFlow const& flow, Secret code,
                                                            CallOptions const& options = {}) const {
        Oauth2ExchangeCodeForTokens<S> op{.auth_code = std::move(code), .redirect_uri = flow.redirect_uri()};
        if (auto const& pkce = flow.pkce()) op.code_verifier = pkce->verifier();
        return login().send(op, options);
    }
    /// The same for a code that came by a redirect, which brings the `state`, too.
    /// @param returned_state  what came with the code
    /// @throws UsageError  if it is not the state of this login; nothing is sent then
    Response<TokenResponse> oauth2_exchange_code_for_tokens(AuthorizationCodeFlow const& flow, Secret code,
                                                            std::string_view returned_state,
                                                            CallOptions const& options = {}) const {
        flow.check_state(returned_state);
        return oauth2_exchange_code_for_tokens(flow, std::move(code), options);
    }

    /// Renews tokens with a refresh token; see auth::Oauth2RefreshToken.
    Response<TokenResponse> oauth2_refresh_token(Oauth2RefreshToken<S> op, CallOptions const& options = {}) const {
        return login().send(op, options);
    }
    /// Revokes an access or refresh token; see auth::Oauth2RevokeToken.
    Response<RevokedToken> oauth2_revoke_token(Oauth2RevokeToken<S> op, CallOptions const& options = {}) const {
        return login().send(op, options);
    }
    /// Sends any form to the token endpoint; see auth::Oauth2Token.
    Response<TokenResponse> oauth2_token(Oauth2Token<S> op, CallOptions const& options = {}) const {
        return login().send(op, options);
    }

protected:
    /// The client that has these functions.
    [[nodiscard]] Client const& login() const { return static_cast<Client const&>(*this); }
};

}  // namespace auth

/**
 * Globus Auth, for a user: identities, and the projects, clients, policies and scopes that the user administers.
 *
 *     Client<AuthService, AccessTokenPolicy> client{token};
 *     auto found = client.get_identities({.usernames = "ada@example.org"});
 *
 * NativeAppAuthService and ConfidentialAppAuthService are for logins. https://docs.globus.org/api/auth/
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for; ids are
 * UUIDs as text. The operations on projects, policies, clients, credentials and scopes need a token with the scope
 * urn:globus:auth:scope:auth.globus.org:manage_projects.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; AuthApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct AuthService {
    static constexpr std::string_view name = "auth";
    static constexpr std::string_view resource_server = "auth.globus.org";
    using scopes = AuthScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::openid, scopes::profile, scopes::email};
    using error = AuthApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, auth::GetOpenidConfiguration<AuthService>, auth::Userinfo, auth::GetIdentities,
                                  auth::GetIdentityProviders, auth::GetConsents, auth::GetProject, auth::GetProjects,
                                  auth::CreateProject, auth::UpdateProject, auth::DeleteProject, auth::GetPolicy,
                                  auth::GetPolicies, auth::CreatePolicy, auth::UpdatePolicy, auth::DeletePolicy,
                                  auth::GetClient, auth::GetClients, auth::CreateClient, auth::UpdateClient,
                                  auth::DeleteClient, auth::GetClientCredentials, auth::CreateClientCredential,
                                  auth::DeleteClientCredential, auth::GetScope, auth::GetScopes, auth::CreateScope,
                                  auth::UpdateScope, auth::DeleteScope>();
    }

    template <class Client>
    struct Operations;
};

/**
 * Globus Auth, for an app that users install and that cannot keep a secret, so that it only names itself.
 *
 *     Client<NativeAppAuthService, NullPolicy> client{NativeAppAuthService{"client id"}, NullPolicy{}};
 *
 *     auto const flow = client.oauth2_start_flow({.requested_scopes = "openid email"});
 *     std::cout << "Log in at " << client.oauth2_get_authorize_url(flow) << "\nand paste the code: ";
 *     std::getline(std::cin, code);
 *     auto const tokens = client.oauth2_exchange_code_for_tokens(flow, code);
 *
 * https://docs.globus.org/api/auth/developer-guide/#native-app
 *
 * The operations are templates over the service, as in auth::Oauth2RevokeToken; `body_params` takes form fields that an
 * operation has no member for, and overrides its own.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; AuthApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
class NativeAppAuthService {
public:
    static constexpr std::string_view name = "auth";
    static constexpr std::string_view resource_server = "auth.globus.org";
    using error = AuthApiError;
    using credential = NoCredential;
    static constexpr std::size_t max_response_bytes = std::size_t{1} << 20;  ///< no token answer is longer

    /// @throws UsageError  for an empty client id
    explicit NativeAppAuthService(std::string client_id) : app_(std::move(client_id)) {}
    /// The same, for an app that has been checked.
    explicit NativeAppAuthService(Native app) : app_(std::move(app)) {}

    /// The id as it was given.
    [[nodiscard]] std::string const& client_id() const noexcept { return app_.client_id(); }
    /// The value that the service gives to operations: its client id.
    [[nodiscard]] std::string_view route_value(std::string_view) const noexcept { return app_.client_id(); }

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, auth::GetOpenidConfiguration<NativeAppAuthService>,
                                  auth::Oauth2ExchangeCodeForTokens<NativeAppAuthService>,
                                  auth::Oauth2RefreshToken<NativeAppAuthService>,
                                  auth::Oauth2RevokeToken<NativeAppAuthService>,
                                  auth::Oauth2Token<NativeAppAuthService>, auth::CreateNativeAppInstance>();
    }

    template <class Client>
    struct Operations;

private:
    Native app_;
};

/**
 * Globus Auth, for an app that keeps a secret: a web server or another service.
 *
 *     Client<ConfidentialAppAuthService, BasicPolicy> client{BasicPolicy{"client id", "client secret"}};
 *
 *     auto const flow = client.oauth2_start_flow({.redirect_uri = callback, .requested_scopes = "openid email"});
 *     redirect(client.oauth2_get_authorize_url(flow));
 *     ...                                                   // later, when the browser comes to `callback`
 *     auto const tokens = client.oauth2_exchange_code_for_tokens(flow, query["code"], query["state"]);
 *
 * https://docs.globus.org/api/auth/developer-guide/#developing-apps
 *
 * The operations are templates over the service, as in auth::Oauth2RevokeToken; `body_params` takes form fields that an
 * operation has no member for, and overrides its own.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; AuthApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct ConfidentialAppAuthService {
    static constexpr std::string_view name = "auth";
    static constexpr std::string_view resource_server = "auth.globus.org";
    using error = AuthApiError;
    using credential = BasicCredential;
    static constexpr std::size_t max_response_bytes = std::size_t{1} << 20;  ///< no token answer is longer

    /// A confidential app does not name itself in forms: HTTP Basic does.
    [[nodiscard]] static std::string_view route_value(std::string_view) noexcept { return {}; }

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, auth::GetOpenidConfiguration<ConfidentialAppAuthService>,
                                  auth::Oauth2ExchangeCodeForTokens<ConfidentialAppAuthService>,
                                  auth::Oauth2RefreshToken<ConfidentialAppAuthService>,
                                  auth::Oauth2RevokeToken<ConfidentialAppAuthService>,
                                  auth::Oauth2Token<ConfidentialAppAuthService>,
                                  auth::Oauth2ClientCredentialsTokens<ConfidentialAppAuthService>,
                                  auth::Oauth2GetDependentTokens<ConfidentialAppAuthService>,
                                  auth::Oauth2TokenIntrospect<ConfidentialAppAuthService>, auth::CreateChildClient>();
    }

    template <class Client>
    struct Operations;
};

namespace detail {
template <>
inline constexpr bool is_auth_service<AuthService> = true;
}  // namespace detail

/// The operations of Auth as member functions of its Client.
template <class Client>
struct AuthService::Operations : auth::OpenidOperations<Client, AuthService> {
    /// @copydoc auth::Userinfo
    Response<auth::UserProfile> userinfo(auth::Userinfo op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetIdentities
    Response<auth::IdentityList> get_identities(auth::GetIdentities op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetIdentityProviders
    Response<auth::IdentityProviderList> get_identity_providers(auth::GetIdentityProviders op = {},
                                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetConsents
    Response<auth::ConsentList> get_consents(auth::GetConsents op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetProject
    Response<auth::ProjectDocument> get_project(auth::GetProject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetProjects
    Response<auth::ProjectList> get_projects(auth::GetProjects op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreateProject
    Response<auth::ProjectDocument> create_project(auth::CreateProject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::UpdateProject
    Response<auth::ProjectDocument> update_project(auth::UpdateProject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeleteProject
    Response<auth::ProjectDocument> delete_project(auth::DeleteProject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetPolicy
    Response<auth::PolicyDocument> get_policy(auth::GetPolicy op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetPolicies
    Response<auth::PolicyList> get_policies(auth::GetPolicies op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreatePolicy
    Response<auth::PolicyDocument> create_policy(auth::CreatePolicy op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::UpdatePolicy
    Response<auth::PolicyDocument> update_policy(auth::UpdatePolicy op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeletePolicy
    Response<auth::PolicyDocument> delete_policy(auth::DeletePolicy op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetClient
    Response<auth::ClientDocument> get_client(auth::GetClient op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetClients
    Response<auth::ClientList> get_clients(auth::GetClients op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreateClient
    Response<auth::ClientDocument> create_client(auth::CreateClient op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::UpdateClient
    Response<auth::ClientDocument> update_client(auth::UpdateClient op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeleteClient
    Response<auth::ClientDocument> delete_client(auth::DeleteClient op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetClientCredentials
    Response<auth::ClientCredentialList> get_client_credentials(auth::GetClientCredentials op,
                                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreateClientCredential
    Response<auth::ClientCredentialDocument> create_client_credential(auth::CreateClientCredential op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeleteClientCredential
    Response<auth::ClientCredentialDocument> delete_client_credential(auth::DeleteClientCredential op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetScope
    Response<auth::ScopeDocument> get_scope(auth::GetScope op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetScopes
    Response<auth::ScopeList> get_scopes(auth::GetScopes op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreateScope
    Response<auth::ScopeDocument> create_scope(auth::CreateScope op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::UpdateScope
    Response<auth::ScopeDocument> update_scope(auth::UpdateScope op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeleteScope
    Response<auth::ScopeDocument> delete_scope(auth::DeleteScope op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    // clang-format off
    void oauth2_start_flow(auth::NativeStartFlow, CallOptions const& = {}) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_start_flow(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_get_authorize_url(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_exchange_code_for_tokens(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_refresh_token(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_revoke_token(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_token(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_client_credentials_tokens(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_get_dependent_tokens(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_token_introspect(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    // clang-format on

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

/// The operations of a native app's login client as member functions.
template <class Client>
struct NativeAppAuthService::Operations : auth::LoginOperations<Client, NativeAppAuthService> {
    /// Begins a login; see AuthorizationCodeFlow. It sends nothing.
    /// @throws UsageError  if no scope is asked for, and for an unusable verifier
    [[nodiscard]] AuthorizationCodeFlow oauth2_start_flow(auth::NativeStartFlow const& start) const {
        AuthorizationCodeFlow::Settings settings{.client_id = this->login().service().client_id(),
                                                 .auth_url = this->login().base_url(),
                                                 .scope = join_scopes(*start.requested_scopes),
                                                 .redirect_uri = start.redirect_uri.value_or("")};
        if (settings.redirect_uri.empty()) settings.redirect_uri = this->login().base_url() + "v2/web/auth-code";
        if (start.state) settings.state = *start.state;
        settings.refresh_tokens = start.refresh_tokens.value_or(false);
        settings.pkce = start.verifier ? Pkce(*start.verifier) : Pkce();
        if (start.prefill_named_grant) settings.prefill_named_grant = *start.prefill_named_grant;
        return AuthorizationCodeFlow(std::move(settings));
    }

    /// @copydoc auth::CreateNativeAppInstance
    Response<auth::ClientDocument> create_native_app_instance(auth::CreateNativeAppInstance op,
                                                              CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
};

/// The operations of a confidential app's login client as member functions.
template <class Client>
struct ConfidentialAppAuthService::Operations : auth::LoginOperations<Client, ConfidentialAppAuthService> {
    /// Begins a login; see AuthorizationCodeFlow. It sends nothing.
    /// @throws UsageError  if no scope is asked for, or redirect_uri is empty
    [[nodiscard]] AuthorizationCodeFlow oauth2_start_flow(auth::ConfidentialStartFlow const& start) const {
        AuthorizationCodeFlow::Settings settings{.client_id = this->login().authorizer().client_id(),
                                                 .auth_url = this->login().base_url(),
                                                 .scope = join_scopes(*start.requested_scopes),
                                                 .redirect_uri = *start.redirect_uri};
        if (start.state) settings.state = *start.state;
        settings.refresh_tokens = start.refresh_tokens.value_or(false);
        return AuthorizationCodeFlow(std::move(settings));
    }

    /// @copydoc auth::Oauth2ClientCredentialsTokens
    Response<TokenResponse> oauth2_client_credentials_tokens(
        auth::Oauth2ClientCredentialsTokens<ConfidentialAppAuthService> op, CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
    /// @copydoc auth::Oauth2GetDependentTokens
    Response<DependentTokenResponse> oauth2_get_dependent_tokens(
        auth::Oauth2GetDependentTokens<ConfidentialAppAuthService> op, CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
    /// @copydoc auth::Oauth2TokenIntrospect
    Response<auth::TokenIntrospection> oauth2_token_introspect(
        auth::Oauth2TokenIntrospect<ConfidentialAppAuthService> op, CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
    /// @copydoc auth::CreateChildClient
    Response<auth::ClientDocument> create_child_client(auth::CreateChildClient op,
                                                       CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_AUTH_SERVICE_HPP
