// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_CLIENT_CREDENTIALS_POLICY_HPP
#define GLOBUS_OAUTH_CLIENT_CREDENTIALS_POLICY_HPP

#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/values.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/renewal.hpp>
#include <globus/oauth/token_endpoint.hpp>

#include <optional>
#include <string>
#include <utility>

namespace globus {

/**
 * A policy for an app that acts as itself, not for a user: it gets access tokens by the app's own id and secret, and
 * renews them in time.
 *
 *     Client<TransferService, ClientCredentialsPolicy> transfer{
 *         ClientCredentialsPolicy{{"client id", "client secret"}, "urn:globus:auth:scope:transfer.api.globus.org:all"}};
 *
 * The scopes must belong to one resource server. Renewal, errors and thread safety are those of RefreshPolicy.
 * https://docs.globus.org/api/auth/reference/#client_credentials_grant
 */
class ClientCredentialsPolicy {
public:
    using credential = BearerCredential;
    using client_kind = Confidential;

    /// @throws UsageError  if no scope is given
    ClientCredentialsPolicy(Confidential client, StringList scopes, RenewalOptions options = {})
        : ClientCredentialsPolicy(std::move(client), std::move(scopes), Token{}, std::move(options)) {}

    /// Starts with a token from an earlier run.
    ClientCredentialsPolicy(Confidential client, StringList scopes, Token token, RenewalOptions options = {})
        : state_(std::in_place, std::move(client), std::move(scopes), std::move(token), std::move(options)) {}

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

    /// The current token; before the first call it is the one from the constructor, if any.
    [[nodiscard]] Token token() const { return state_->renewal.token(); }
    /// The app itself.
    [[nodiscard]] Confidential const& client() const { return state_->client; }

private:
    struct State {
        State(Confidential c, StringList list, Token token, RenewalOptions options);
        Confidential const client;
        std::string scopes;
        detail::Renewal renewal;
    };

    template <class T>
    struct Asking final : detail::Grant {
        Asking(State const& s, T const& over, AuthContext const& call) : state(s), transport(over), context(call) {}
        Token ask(Token const& old, detail::GrantRun& run) override {
            TokenResponse const answer = detail::request_token(
                state.client, {{"grant_type", "client_credentials"}, {"scope", state.scopes}}, transport, context, run);
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

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/client_credentials_policy.ipp>
#endif

#endif  // GLOBUS_OAUTH_CLIENT_CREDENTIALS_POLICY_HPP
