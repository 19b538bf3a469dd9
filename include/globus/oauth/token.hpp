// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_TOKEN_HPP
#define GLOBUS_OAUTH_TOKEN_HPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/message.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// The tokens for one resource server, as Globus Auth gives them.
/// https://docs.globus.org/api/auth/reference/#token_response
struct Token {
    std::string resource_server = {};   ///< the service that takes the token: "transfer.api.globus.org"
    std::string scope = {};             ///< the scopes granted, separated by spaces
    Secret access_token = {};           ///< what authorises requests
    Secret refresh_token = {};          ///< empty: none
    std::string token_type = "Bearer";  ///< an answer with another type is refused
    std::optional<std::int64_t> expires_at_seconds = {};  ///< seconds since 1970; nothing: the answer did not say
    std::int64_t lifetime = 0;                            ///< seconds, as the answer said; 0: it did not
};

/**
 * The answer of the token endpoint: one Token per resource server, and an id_token if `openid` was requested.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class TokenResponse {
public:
    TokenResponse() = default;
    /// Takes tokens from elsewhere, by their resource server. They are not checked.
    TokenResponse(std::map<std::string, Token> tokens, Secret id_token, std::string state)
        : tokens_(std::move(tokens)), id_token_(std::move(id_token)), state_(std::move(state)) {}

    /// Reads the answer of the token endpoint, received now.
    /// @throws DecodeError  if it breaks RFC 6749, section 5.1; the message holds nothing of the answer
    [[nodiscard]] static TokenResponse from_answer(std::string_view body);
    /// The same, for an answer with its headers, which give the time.
    [[nodiscard]] static TokenResponse from_answer(http::Response const& answer);

    /// All tokens, by their resource server.
    [[nodiscard]] std::map<std::string, Token> const& by_resource_server() const noexcept GLOBUS_LIFETIMEBOUND {
        return tokens_;
    }

    /// The token for a resource server; if there is none, it throws UsageError, which lists the servers that have one.
    [[nodiscard]] Token const& by_resource_server(std::string_view resource_server) const;
    /// The token that carries `scope`; throws UsageError if none does. Optional scopes (`*`) and dependencies do not
    /// count.
    [[nodiscard]] Token const& by_scope(std::string_view scope) const;
    /// The signed id_token; empty unless the scope `openid` was granted.
    [[nodiscard]] Secret const& id_token() const noexcept GLOBUS_LIFETIMEBOUND { return id_token_; }
    /// The `state` of the answer; empty if it has none.
    [[nodiscard]] std::string const& state() const noexcept GLOBUS_LIFETIMEBOUND { return state_; }
    /// When it was made, by the clock of Globus Auth: seconds since 1970; nothing if it does not say (`Date`, RFC 9110,
    /// section 6.6.1).
    [[nodiscard]] std::optional<std::int64_t> date() const noexcept { return date_; }

private:
    std::map<std::string, Token> tokens_;
    Secret id_token_;
    std::string state_;
    std::optional<std::int64_t> date_;
};

namespace detail {

/// Reads the answer of a grant: an object with `other_tokens`, or for dependent tokens a list of objects.
TokenResponse read_token_response(std::string_view body, std::int64_t now, bool is_list = false);

}  // namespace detail

/// The answer to a grant for dependent tokens: a list, one Token per resource server.
/// https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
class DependentTokenResponse : public TokenResponse {
public:
    DependentTokenResponse() = default;
    /// Takes the tokens of another answer.
    explicit DependentTokenResponse(TokenResponse tokens) : TokenResponse(std::move(tokens)) {}

    /// Like TokenResponse::from_answer, for a list of tokens.
    /// @throws DecodeError  also if it is not a list
    [[nodiscard]] static DependentTokenResponse from_answer(std::string_view body);
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/token.ipp>
#endif

#endif  // GLOBUS_OAUTH_TOKEN_HPP
