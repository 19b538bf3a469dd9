// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP
#define GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP

#include <globus/core/error.hpp>
#include <globus/core/form.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/url.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/pkce.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// Scopes as one text, separated by spaces. @throws UsageError  if there is none
inline std::string join_scopes(std::vector<std::string> const& scopes) {
    std::string joined;
    for (std::string const& scope : scopes) {
        if (!joined.empty()) joined += ' ';
        joined += scope;
    }
    if (joined.find_first_not_of(' ') == std::string::npos) throw UsageError("at least one scope has to be asked for");
    return joined;
}

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
    /// What a flow is made of.
    struct Settings {
        std::string client_id = {};          ///< of the app that asks
        std::string auth_url = {};           ///< base URL of Globus Auth
        std::string scope = {};              ///< separated by spaces
        std::string redirect_uri = {};       ///< where the code comes to
        std::string state = random_state();  ///< what the redirect has to bring back; of one login only
        bool refresh_tokens = false;         ///< whether refresh tokens are asked for (`access_type=offline`)
        std::optional<Pkce> pkce = {};       ///< a native app's
        std::optional<std::string> prefill_named_grant = {};  ///< what the user sees the consent called
    };

    /// @throws UsageError  for an unusable client id or auth_url, and if there is no scope, redirect_uri or state
    explicit AuthorizationCodeFlow(Settings settings) : settings_(std::move(settings)) {
        detail::check_client_id(settings_.client_id);
        settings_.auth_url = http::check_base_url(std::move(settings_.auth_url));
        settings_.scope = join_scopes({settings_.scope});
        if (settings_.redirect_uri.empty()) throw UsageError("a login needs a redirect_uri");
        if (settings_.state.empty())
            throw UsageError("the state of a login is empty, so that a forged answer would pass: leave it out");
    }

    /// The app that asks, which alone can exchange the code.
    [[nodiscard]] std::string const& client_id() const noexcept { return settings_.client_id; }
    /// The scopes asked for, separated by spaces.
    [[nodiscard]] std::string const& scope() const noexcept { return settings_.scope; }
    /// Where the code comes to; its exchange has to name it, too (RFC 6749, section 4.1.3).
    [[nodiscard]] std::string const& redirect_uri() const noexcept { return settings_.redirect_uri; }
    /// What the redirect has to bring back, see check_state.
    [[nodiscard]] std::string const& state() const noexcept { return settings_.state; }
    /// True if refresh tokens are asked for.
    [[nodiscard]] bool refresh_tokens() const noexcept { return settings_.refresh_tokens; }
    /// Empty for a confidential app.
    [[nodiscard]] std::optional<Pkce> const& pkce() const noexcept { return settings_.pkce; }

    /**
     * The URL that the user's browser is sent to.
     *
     * @param more  parameters besides the flow's own; those of the same name take its place
     */
    [[nodiscard]] std::string authorize_url(std::vector<std::pair<std::string, std::string>> const& more = {}) const {
        std::vector<std::pair<std::string, std::string>> query{{"client_id", settings_.client_id},
                                                               {"redirect_uri", settings_.redirect_uri},
                                                               {"scope", settings_.scope},
                                                               {"state", settings_.state},
                                                               {"response_type", "code"}};
        if (settings_.pkce) {
            query.emplace_back("code_challenge", settings_.pkce->challenge());
            query.emplace_back("code_challenge_method", "S256");
        }
        query.emplace_back("access_type", settings_.refresh_tokens ? "offline" : "online");
        if (settings_.prefill_named_grant) query.emplace_back("prefill_named_grant", *settings_.prefill_named_grant);
        for (auto const& [name, value] : more)
            std::erase_if(query, [&taken = name](auto const& own) { return own.first == taken; });
        query.insert(query.end(), more.begin(), more.end());
        std::string url = settings_.auth_url + "v2/oauth2/authorize";
        for (auto const& [name, value] : query) detail::add_to_query(url, name, value);
        return url;
    }

    /// Compares the `state` that came back with the one sent, in a time that tells nothing of it.
    /// @throws UsageError  if they differ: the answer does not belong to this login
    void check_state(std::string_view returned) const {
        if (!(Secret(returned) == Secret(std::string_view(settings_.state))))
            throw UsageError("the state that came back is not the one of this login: the answer may be forged");
    }

private:
    Settings settings_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP
