// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP
#define GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP

#include <globus/core/config.hpp>
#include <globus/oauth/pkce.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// Scopes as one text, separated by spaces. @throws UsageError  if there is none
std::string join_scopes(std::vector<std::string> const& scopes);

/**
 * One login of a user: the authorization code grant of OAuth2 (RFC 6749, section 4.1).
 *
 * It holds what the authorize URL and the exchange of the code must agree on, and what proves that both belong to it: a
 * random `state` and, for a native app, a PKCE verifier (RFC 7636). One object is for one login; it does not change.
 *
 *     AuthorizationCodeFlow flow({.client_id = id, .auth_url = "https://auth.globus.org/", .scope = "openid",
 *                                 .redirect_uri = "https://example.org/callback"});
 *     open_browser(flow.authorize_url());
 *
 * Most programs get it from `oauth2_start_flow` of a login client.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class AuthorizationCodeFlow {
public:
    /// The settings of a flow.
    struct Settings {
        std::string client_id = {};          ///< of the app that asks
        std::string auth_url = {};           ///< base URL of Globus Auth
        std::string scope = {};              ///< separated by spaces
        std::string redirect_uri = {};       ///< where the code is sent
        std::string state = random_state();  ///< what the redirect must bring back; for one login only
        bool refresh_tokens = false;         ///< whether refresh tokens are asked for (`access_type=offline`)
        std::optional<Pkce> pkce = {};       ///< a native app's
        std::optional<std::string> prefill_named_grant = {};  ///< the label of the consent that the user sees
    };

    /// @throws UsageError  for an unusable client id or auth_url, and if there is no scope, redirect_uri or state
    explicit AuthorizationCodeFlow(Settings settings);

    /// The id of the app that asks; only that app can exchange the code.
    [[nodiscard]] std::string const& client_id() const noexcept { return settings_.client_id; }
    /// The scopes asked for, separated by spaces.
    [[nodiscard]] std::string const& scope() const noexcept { return settings_.scope; }
    /// Where the code is sent; its exchange must name it, too (RFC 6749, section 4.1.3).
    [[nodiscard]] std::string const& redirect_uri() const noexcept { return settings_.redirect_uri; }
    /// What the redirect must bring back; see check_state.
    [[nodiscard]] std::string const& state() const noexcept { return settings_.state; }
    /// True if refresh tokens are asked for.
    [[nodiscard]] bool refresh_tokens() const noexcept { return settings_.refresh_tokens; }
    /// The PKCE verifier; empty for a confidential app.
    [[nodiscard]] std::optional<Pkce> const& pkce() const noexcept { return settings_.pkce; }

    /**
     * The URL that the user's browser is sent to.
     *
     * @param more  parameters besides the flow's own; they replace its own of the same name
     */
    [[nodiscard]] std::string authorize_url(std::vector<std::pair<std::string, std::string>> const& more = {}) const;

    /// Compares the `state` that came back with the one sent, in a time that reveals nothing about it.
    /// @throws UsageError  if they differ: the answer does not belong to this login
    void check_state(std::string_view returned) const;

private:
    Settings settings_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/authorization_flow.ipp>
#endif

#endif  // GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP
