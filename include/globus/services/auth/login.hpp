// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_LOGIN_HPP
#define GLOBUS_SERVICES_AUTH_LOGIN_HPP

#include <globus/client/operation.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/token.hpp>
#include <globus/services/auth/answers.hpp>
#include <globus/services/auth/operations.hpp>
#include <globus/services/auth/words.hpp>

#include <string>
#include <utility>
#include <vector>

// What the login clients of Globus Auth do: OAuth2 (RFC 6749) as an app, not as a user.
//
// The operations are templates over the service, since native and confidential apps have most of them in common: a
// native app names itself in the form (`client_id`), and a confidential one authenticates by HTTP Basic.

namespace globus {
struct ConfidentialAppAuthService;
class NativeAppAuthService;
}  // namespace globus

namespace globus::auth {

/// How a native app starts a login; see NativeAppAuthService.
struct NativeStartFlow {
    Required<StringList> requested_scopes;    ///< at least one
    Optional<std::string> redirect_uri = {};  ///< Globus Auth's own page, which shows the code, if left out or empty
    Optional<std::string> state = {};         ///< random if left out
    Optional<Secret> verifier = {};           ///< of PKCE; random if left out
    Optional<bool> refresh_tokens = false;    ///< whether to ask for refresh tokens, too
    Optional<std::string> prefill_named_grant = {};  ///< a label for the consent, which the user can change
    GLOBUS_MEMBERS(NativeStartFlow, requested_scopes, redirect_uri, state, verifier, refresh_tokens,
                   prefill_named_grant);
};

/// How a confidential app starts a login; see ConfidentialAppAuthService.
struct ConfidentialStartFlow {
    Required<std::string> redirect_uri;     ///< one of those that the client is registered with
    Required<StringList> requested_scopes;  ///< at least one
    Optional<std::string> state = {};       ///< random if left out
    Optional<bool> refresh_tokens = false;  ///< whether to ask for refresh tokens, too
    GLOBUS_MEMBERS(ConfidentialStartFlow, redirect_uri, requested_scopes, state, refresh_tokens);
};

/// What a login may ask of the user besides scopes. https://docs.globus.org/api/auth/sessions/
struct AuthorizeUrlParams {
    Optional<StringList> session_required_identities = {};  ///< ids or user names; the user logs in with one of these
    /// The user logs in with an identity of one of these domains.
    Optional<StringList> session_required_single_domain = {};
    Optional<StringList> session_required_policies = {};  ///< ids of authentication policies that the login has to meet
    Optional<bool> session_required_mfa = {};             ///< the user logs in with multi-factor authentication
    Optional<std::string> session_message = {};           ///< shown to the user
    Optional<std::string> prompt = {};                    ///< "login": the user has to log in again
    QueryParams query_params = {};                        ///< parameters that override all others of the same name
    GLOBUS_MEMBERS(AuthorizeUrlParams, session_required_identities, session_required_single_domain,
                   session_required_policies, session_required_mfa, session_message, prompt, query_params);
};

/// Exchanges the code from a login for tokens. POST /v2/oauth2/token
/// It is never sent again on its own: a code works once.
/// @throws UsageError  if the code is empty
/// https://docs.globus.org/api/auth/developer-guide/#obtaining-authorization
template <class S>
struct Oauth2ExchangeCodeForTokens {
    using service = S;
    using result = TokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::non_idempotent;
    FromService client_id = {};
    Constant<"authorization_code"> grant_type = {};
    Required<Secret> auth_code;           ///< from the redirect or the user
    Optional<Secret> code_verifier = {};  ///< of PKCE (RFC 7636): that of the login; native apps need it
    Required<std::string> redirect_uri;   ///< that of the login
    static constexpr auto wire = wires(in_form("client_id"), in_form("grant_type"), in_form("auth_code", "code"),
                                       in_form("code_verifier"), in_form("redirect_uri"));
    GLOBUS_MEMBERS(Oauth2ExchangeCodeForTokens, client_id, grant_type, auth_code, code_verifier, redirect_uri);

    void check() const { globus::detail::check_given("the authorization code", auth_code->reveal()); }
};

/// Exchanges a refresh token for an access token. POST /v2/oauth2/token
/// It is sent at most once more if its answer is lost, since that may have brought a new refresh token.
/// A program rarely needs it, since RefreshPolicy does it in time.
/// @throws UsageError  if the token is empty
/// https://docs.globus.org/api/auth/reference/#refresh_token_grant_post_v2oauth2token
template <class S>
struct Oauth2RefreshToken {
    using service = S;
    using result = TokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::grant;
    Required<Secret> refresh_token;  ///< from a login or an earlier refresh
    Constant<"refresh_token"> grant_type = {};
    FromService client_id = {};
    QueryParams body_params = {};  ///< form fields, besides its own
    static constexpr auto wire =
        wires(in_form("refresh_token"), in_form("grant_type"), in_form("client_id"), in_form("body_params"));
    GLOBUS_MEMBERS(Oauth2RefreshToken, refresh_token, grant_type, client_id, body_params);

    void check() const { globus::detail::check_given("the refresh token", refresh_token->reveal()); }
};

/// Revokes an access or refresh token (RFC 7009). POST /v2/oauth2/token/revoke
/// @throws UsageError  if the token is empty
/// https://docs.globus.org/api/auth/reference/#token_revocation_post_v2oauth2tokenrevoke
template <class S>
struct Oauth2RevokeToken {
    using service = S;
    using result = RevokedToken;
    static constexpr auto route = post("/v2/oauth2/token/revoke");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<Secret> token;  ///< an access or refresh token
    FromService client_id = {};
    QueryParams body_params = {};  ///< form fields, besides its own
    static constexpr auto wire = wires(in_form("token"), in_form("client_id"), in_form("body_params"));
    GLOBUS_MEMBERS(Oauth2RevokeToken, token, client_id, body_params);

    void check() const { globus::detail::check_given("the token to revoke", token->reveal()); }
};

/// Sends any form to the token endpoint. POST /v2/oauth2/token
/// https://www.rfc-editor.org/rfc/rfc6749#section-3.2
/// @throws UsageError  if there is nothing to send
template <class S>
struct Oauth2Token {
    using service = S;
    using result = TokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::non_idempotent;
    QueryParams form_data = {};    ///< as in {{"grant_type", "..."}, ...}; nothing is added to these
    QueryParams body_params = {};  ///< form fields, besides its own
    static constexpr auto wire = wires(in_form("form_data"), in_form("body_params"));
    GLOBUS_MEMBERS(Oauth2Token, form_data, body_params);

    void check() const {
        if (form_data.empty() && body_params.empty()) throw UsageError("oauth2_token has no form to send");
    }
};

/// Gets tokens with which a confidential app acts as itself. POST /v2/oauth2/token
/// A program rarely needs it, since ClientCredentialsPolicy does it in time.
/// @throws UsageError  if there is no scope
/// https://docs.globus.org/api/auth/reference/#client_credentials_grant_post_v2oauth2token
template <class S>
struct Oauth2ClientCredentialsTokens {
    using service = S;
    using result = TokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::grant;
    Constant<"client_credentials"> grant_type = {};
    Required<StringList> requested_scopes;  ///< at least one
    static constexpr auto wire = wires(in_form("grant_type"), in_form("requested_scopes", "scope", Spelling::space));
    GLOBUS_MEMBERS(Oauth2ClientCredentialsTokens, grant_type, requested_scopes);

    void check() const { (void)join_scopes(*requested_scopes); }
};

/// The form that Oauth2GetDependentTokens sends. POST /v2/oauth2/token
/// https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
template <class S>
struct DependentTokenForm {
    using service = S;
    static constexpr auto route = post("/v2/oauth2/token");
    Constant<"urn:globus:auth:grant_type:dependent_token"> grant_type = {};
    Required<Secret> token;                  ///< that the resource server was called with
    Optional<std::string> access_type = {};  ///< "offline" asks for refresh tokens, too
    Optional<StringList> scope = {};         ///< some of the dependent scopes; all if left out
    QueryParams additional_params = {};      ///< form fields, which override its own
    static constexpr auto wire = wires(in_form("grant_type"), in_form("token"), in_form("access_type"),
                                       in_form("scope", "scope", Spelling::space), in_form("additional_params"));
    GLOBUS_MEMBERS(DependentTokenForm, grant_type, token, access_type, scope, additional_params);
};

/// Gets tokens with which a resource server calls other services for the user who called it. POST /v2/oauth2/token
/// @throws UsageError  if the token is empty
/// https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
template <class S>
struct Oauth2GetDependentTokens {
    using service = S;
    using result = DependentTokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::grant;
    Required<Secret> token;              ///< that the resource server was called with
    Optional<bool> refresh_tokens = {};  ///< whether to ask for refresh tokens, too
    Optional<StringList> scope = {};     ///< some of the dependent scopes; all if left out
    QueryParams additional_params = {};  ///< form fields, which override its own
    GLOBUS_MEMBERS(Oauth2GetDependentTokens, token, refresh_tokens, scope, additional_params);

    void check() const { globus::detail::check_given("the token to get dependent tokens for", token->reveal()); }
    [[nodiscard]] DependentTokenForm<S> normalized() const {
        DependentTokenForm<S> form{.token = token, .scope = scope, .additional_params = additional_params};
        if (refresh_tokens.value_or(false)) form.access_type = "offline";
        return form;
    }
};

/// Reads what Globus Auth knows about a token. POST /v2/oauth2/token/introspect
/// @throws UsageError  if the token is empty
/// https://docs.globus.org/api/auth/reference/#token_introspection_post_v2_oauth2_token_introspect
template <class S>
struct Oauth2TokenIntrospect {
    using service = S;
    using result = TokenIntrospection;
    static constexpr auto route = post("/v2/oauth2/token/introspect");
    static constexpr RetryClass retry = RetryClass::read;
    Required<Secret> token;  ///< an access or refresh token
    /// "session_info", "identity_set", "identity_set_detail"; several are separated by commas.
    Optional<std::string> include = {};
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_form("token"), in_form("include"));
    GLOBUS_MEMBERS(Oauth2TokenIntrospect, token, include, query_params);

    void check() const { globus::detail::check_given("the token to look at", token->reveal()); }
};

/// Registers an instance of a native app, a confidential client with a secret of its own. POST /v2/api/clients
/// https://docs.globus.org/api/auth/reference/#create_client
struct CreateNativeAppInstance {
    using service = NativeAppAuthService;
    using result = ClientDocument;
    static constexpr auto route = post("/v2/api/clients");
    Required<std::string> template_id;  ///< the native app's client id
    Required<std::string> name;         ///< for people
    static constexpr auto wire = wires(in_json("template_id", "client/template_id"), in_json("name", "client/name"));
    GLOBUS_MEMBERS(CreateNativeAppInstance, template_id, name);
};

/// Registers a client that belongs to this one. POST /v2/api/clients
/// @throws UsageError  unless exactly one of public_client and client_type is given, and both links or neither
/// https://docs.globus.org/api/auth/reference/#create_client
struct CreateChildClient {
    using service = ConfidentialAppAuthService;
    using result = ClientDocument;
    static constexpr auto route = post("/v2/api/clients");
    Required<std::string> name;                             ///< for people
    Optional<bool> public_client = {};                      ///< true: it cannot keep a secret
    Optional<ClientType> client_type = {};                  ///< what kind of app it is
    Optional<ClientVisibility> visibility = {};             ///< who can see it
    Optional<std::vector<std::string>> redirect_uris = {};  ///< where a login may send the browser
    Optional<std::string> terms_and_conditions = {};        ///< URL
    Optional<std::string> privacy_policy = {};              ///< URL
    Optional<std::string> required_idp = {};                ///< users need an identity of this provider
    Optional<std::string> preselect_idp = {};               ///< the login page offers this provider first, by its id
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("name", "client/name"), in_json("public_client", "client/public_client"),
              in_json("client_type", "client/client_type"), in_json("visibility", "client/visibility"),
              in_json("redirect_uris", "client/redirect_uris"),
              in_json("terms_and_conditions", "client/links/terms_and_conditions"),
              in_json("privacy_policy", "client/links/privacy_policy"), in_json("required_idp", "client/required_idp"),
              in_json("preselect_idp", "client/preselect_idp"), in_json("additional_fields", "client"));
    GLOBUS_MEMBERS(CreateChildClient, name, public_client, client_type, visibility, redirect_uris, terms_and_conditions,
                   privacy_policy, required_idp, preselect_idp, additional_fields);

    void check() const { check_new_client(*this); }
    [[nodiscard]] CreateChildClient normalized() const { return without_empty_links(*this); }
};

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_LOGIN_HPP
