// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_REFRESH_POLICY_HPP
#define GLOBUS_OAUTH_REFRESH_POLICY_HPP

#include <globus/core/handle.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/renewal.hpp>
#include <globus/oauth/token_endpoint.hpp>

#include <optional>
#include <string>
#include <utility>

namespace globus {

/**
 * A policy that sends an access token, and renews it with a refresh token: shortly before it expires, and once after a
 * 401.
 *
 *     Confidential app{"client id", "client secret"};
 *     Client transfer{TransferService{}, RefreshPolicy{app, "refresh token"}};
 *
 * However many threads ask, one renewal runs at a time and all get its result. While the token is still valid nobody
 * waits: one caller renews ahead, the others go on with the current token. A new refresh token in the answer replaces
 * the old one; without one, the old one stays. An answer for more than one resource server is refused: make one
 * RefreshPolicy for each.
 *
 * @tparam K  the app that asks for tokens: Confidential, which authenticates by HTTP Basic, or Native, which gives its
 *            id
 *
 * @par Errors
 * AuthApiError if Globus Auth refuses the refresh token (`oauth_error()` "invalid_grant": log in again), NetworkError
 * if it cannot be reached, DecodeError for an answer that cannot be used. Each is thrown by the call that needed the
 * token, once the current token has really expired. After a refusal no more requests are made.
 * @par Thread safety
 * Any function may be called from any thread. Copies share the token and its renewal.
 *
 * https://docs.globus.org/api/auth/reference/#refresh_token_grant
 */
template <class K>
class RefreshPolicy {
    static_assert(
        ClientKind<K>,
        "globus::RefreshPolicy<K>: K is not a kind of OAuth2 client. Use RefreshPolicy<Confidential> for an app "
        "with a client secret, or RefreshPolicy<Native> for one with a client id only.");

public:
    using credential = BearerCredential;
    using client_kind = K;

    /// Starts with only a refresh token: the first call asks for an access token.
    /// @throws UsageError  for an empty refresh token or one with a control character
    RefreshPolicy(K client, Secret refresh_token, RenewalOptions options = {})
        : RefreshPolicy(std::move(client), Token{.refresh_token = std::move(refresh_token)}, std::move(options)) {}

    /// Starts with the tokens of an earlier login.
    /// @throws UsageError  if the token has no refresh token
    RefreshPolicy(K client, Token token, RenewalOptions options = {})
        : state_(std::in_place, std::move(client), std::move(token), std::move(options)) {}

    template <Transport T>
    [[nodiscard]] Authorization authorize(T const& transport, AuthContext const& context) const {
        State& state = *state_;
        Asking<T> grant(state, transport, context);
        return state.renewal.present_or_renewed(context, grant);
    }
    /// The token, if a call need not wait for a renewal. @throws what a renewal was refused with
    [[nodiscard]] std::optional<Authorization> authorize_at_once(AuthContext const& context) const {
        return state_->renewal.present_at_once(context);
    }
    template <Transport T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const& transport,
                                    AuthContext const& context) const {
        State& state = *state_;
        Asking<T> grant(state, transport, context);
        return state.renewal.renew_after(refused, context, grant);
    }

    /// The current tokens.
    [[nodiscard]] Token token() const { return state_->renewal.token(); }
    /// The app that asks for tokens: the one that the refresh token was given to.
    [[nodiscard]] K const& client() const { return state_->client; }

private:
    struct State {
        State(K c, Token token, RenewalOptions options)
            : client(std::move(c)), renewal(std::move(token), std::move(options)) {
            detail::check_client_id(client.client_id());  // it is empty in a client that was moved from
            detail::check_credential("the refresh token", renewal.token().refresh_token.reveal());
        }
        K const client;
        detail::Renewal renewal;
    };

    template <class T>
    struct Asking final : detail::Grant {
        Asking(State const& s, T const& over, AuthContext const& call) : state(s), transport(over), context(call) {}
        Token ask(Token const& old, detail::GrantRun& run) override {
            TokenResponse const answer = detail::request_token(
                state.client, {{"refresh_token", old.refresh_token.reveal()}, {"grant_type", "refresh_token"}},
                transport, context, run);
            return detail::token_for(old.resource_server.empty() ? context.resource_server : old.resource_server,
                                     answer);
        }
        State const& state;
        T const& transport;
        AuthContext const& context;
    };

    detail::ProcessBound<State> state_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_REFRESH_POLICY_HPP
