// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_ID_TOKEN_HPP
#define GLOBUS_OAUTH_ID_TOKEN_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>
#include <globus/http/any_transport.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/transport.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/token.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace globus {

/**
 * An id_token was refused. The message is the same whatever was wrong, so that nobody can learn by trying; only for a
 * token that is valid except for its time does it say how this machine's clock is involved.
 */
class GLOBUS_VISIBLE IdTokenError : public Error {
public:
    IdTokenError() : Error("the id_token cannot be trusted") {}
    /// @param why         what is wrong with the time
    /// @param difference  by how much this machine's clock is ahead; negative: behind
    IdTokenError(std::string const& why, std::chrono::seconds difference)
        : Error("the id_token cannot be trusted now: " + why +
                ". Set the clock of this machine, or allow for more leeway (IdTokenOptions::leeway)"),
          difference_(difference) {}

    /// Seconds by which this machine's clock seems to be ahead of that of Globus Auth, negative if it is behind;
    /// nothing if the token was not refused for its time.
    [[nodiscard]] std::optional<std::chrono::seconds> clock_difference() const noexcept { return difference_; }

private:
    std::optional<std::chrono::seconds> difference_;
};

/// What a verified id_token says about who logged in. Absent claims were not asked for by the login's scopes, or are
/// not known.
/// https://docs.globus.org/api/auth/reference/#oidc_userinfo_endpoint
struct IdTokenClaims {
    std::string sub = {};  ///< the identity's id: what tokens are stored under, and the only name that never changes
    std::string iss = {};  ///< the issuer, as its configuration writes it
    std::vector<std::string> aud = {};                   ///< ids of the apps that it is for
    double exp = 0;                                      ///< seconds since 1970
    double iat = 0;                                      ///< when it was made, seconds since 1970
    std::optional<std::string> preferred_username = {};  ///< as in "user@example.org"; it can change
    std::optional<std::string> name = {};                ///< for people
    std::optional<std::string> email = {};  ///< not a name for the user: it can change, and several users can share it
    std::optional<std::string> organization = {};                    ///< for people
    std::optional<std::string> identity_provider = {};               ///< its id
    std::optional<std::string> identity_provider_display_name = {};  ///< for people
    boost::json::object raw = {};                                    ///< all claims, `identity_set` among them
};

/// How to verify an id_token.
struct IdTokenOptions {
    std::string nonce = {};               ///< that the login sent; empty: it sent none
    Secret access_token = {};             ///< the token must carry its hash (`at_hash`); empty: not checked
    std::chrono::seconds leeway{300};     ///< by how much the clocks may differ; not negative
    std::function<std::int64_t()> now{};  ///< seconds since 1970; empty: the system's clock
    /// The time at Globus Auth when it issued the token, in seconds since 1970, for the error that names the difference
    /// of the clocks; nothing: TokenResponse::date(), or what the token says.
    std::optional<std::int64_t> date = {};
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< for fetching keys, or waiting for them
    std::stop_token stop = {};                                          ///< to cancel fetching them, and the wait
};

/// A public RSA key that id_tokens are signed with.
class IdTokenKey {
public:
    /**
     * Reads a key of a JWKS (RFC 7517); nothing if it cannot sign id_tokens: not RSA, for encryption, not 2048 to 8192
     * bits, an even modulus, or an exponent that is even, 1 or over 64 bits.
     */
    [[nodiscard]] static std::optional<IdTokenKey> read(boost::json::object const& jwk);

    /// The key id by which an id_token names this key.
    [[nodiscard]] std::string const& kid() const noexcept { return kid_; }

    /// True if `signature` is that of `text` by this key, and the key may be used with `alg`: RS512 or RS256.
    [[nodiscard]] bool verify(std::string_view alg, std::string_view text, std::string_view signature) const;

    /// The key as other programs take it: a SubjectPublicKeyInfo in PEM (RFC 7468, section 13).
    [[nodiscard]] std::string pem() const;

private:
    explicit IdTokenKey(std::shared_ptr<evp_pkey_st const> key);
    std::string kid_;
    std::string alg_;  ///< the only algorithm that the key is for; empty: either
    detail::Shared<evp_pkey_st const> key_;
};

/**
 * The first key of a JWKS in PEM, as IdTokenKey::pem gives it.
 *
 *     std::string const key = client.get_jwk(as_pem);   // a client of AuthService, or one for logins
 *
 * @throws DecodeError  if the document has no list `keys` that begins with an RSA key for signatures
 */
[[nodiscard]] std::string as_pem(Json const& jwks);

/**
 * The keys of one issuer, given once: for tests, and for programs that get them in their own way.
 *
 *     StaticJwks keys{"https://auth.globus.org", jwks_document};
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class StaticJwks {
public:
    /// @throws DecodeError  unless `jwks` is an object with a list `keys` of at most 100
    StaticJwks(std::string issuer, Json const& jwks);

    /// The issuer from the constructor; the options are not used.
    [[nodiscard]] std::string issuer(IdTokenOptions const&) const { return issuer_; }
    /// The key of that name; nothing if there is none, or more than one.
    [[nodiscard]] std::optional<IdTokenKey> key(std::string_view kid, IdTokenOptions const&) const;

private:
    std::string issuer_;
    std::vector<IdTokenKey> keys_;
};

/// `S` knows the issuer of id_tokens and its keys by their names. Models: StaticJwks, JwksCache.
template <class S>
concept JwksSource = requires(S const& source, std::string_view kid, IdTokenOptions const& options) {
    { source.issuer(options) } -> std::same_as<std::string>;
    { source.key(kid, options) } -> std::same_as<std::optional<IdTokenKey>>;
};

namespace detail {

/// The part of a JwksCache that does not depend on its transport.
class FetchedKeys {
public:
    FetchedKeys(AnyTransport transport, std::string auth_url, std::function<http::Clock::time_point()> now);

    [[nodiscard]] std::string issuer(IdTokenOptions const& options) const;
    [[nodiscard]] std::optional<IdTokenKey> key(std::string_view kid, IdTokenOptions const& options) const;

private:
    struct State;

    ProcessBound<State> state_;
};

}  // namespace detail

/**
 * The keys of Globus Auth, fetched when the first id_token is verified and kept.
 *
 *     JwksCache keys{CurlTransport{}, Environment::current().service_url("auth")};
 *     IdTokenClaims const claims = decode_id_token(tokens, client_id, keys);
 *
 * It asks `.well-known/openid-configuration`, and learns there where the keys are. Both are public: no credential is
 * sent. The configuration must name the issuer that it was asked of, and keys on the issuer's host. Keys are fetched
 * again after a day, and when a token names an unknown key, at most once in 60 seconds: a change of keys at Globus Auth
 * is noticed at the next token that names a new key, so logins go on, and a forged token costs at most one request.
 *
 * @par Errors
 * AuthApiError, NetworkError and DecodeError if keys cannot be fetched.
 * @par Thread safety
 * Any function may be called from any thread. Copies share the keys; one thread fetches, and those that need the result
 * wait, as long as their options allow.
 *
 * https://docs.globus.org/api/auth/developer-guide/#openid-connect, OpenID Connect Discovery 1.0
 */
template <Transport T>
class JwksCache {
public:
    /// @param auth_url  base URL of Globus Auth
    /// @param now       tells the time for the 60 seconds and the day; empty: http::Clock
    /// @throws UsageError  for an invalid base URL
    JwksCache(T transport, std::string auth_url, std::function<http::Clock::time_point()> now = {})
        : keys_(AnyTransport(std::move(transport)), std::move(auth_url), std::move(now)) {}

    /// The issuer, as its own configuration writes it.
    [[nodiscard]] std::string issuer(IdTokenOptions const& options) const { return keys_.issuer(options); }
    /// The key of that name; nothing if the issuer has none.
    [[nodiscard]] std::optional<IdTokenKey> key(std::string_view kid, IdTokenOptions const& options) const {
        return keys_.key(kid, options);
    }

private:
    detail::FetchedKeys keys_;
};

namespace detail {

/// An id_token that is valid, except for its issuer, its signature and the time, which are not checked yet.
struct ReadIdToken {
    IdTokenClaims claims;
    std::string alg, kid;
    std::string_view text;  ///< that is signed
    std::string signature;
};

/// @param token  must live as long as the result
/// @throws IdTokenError
ReadIdToken read_id_token(std::string_view token, std::string_view client_id, IdTokenOptions const& options);
/// @throws IdTokenError  also without a key
IdTokenClaims verify_id_token(ReadIdToken read, std::optional<IdTokenKey> const& key, IdTokenOptions const& options);

}  // namespace detail

/**
 * Verifies an id_token and says who logged in.
 *
 *     IdTokenClaims const claims = decode_id_token(tokens.id_token(), client_id, keys, {.nonce = nonce});
 *
 * The token must be signed by the issuer's key that it names (RS512 or RS256 only), be from that issuer, for this
 * client and valid now, and carry the nonce that was sent. A key or an address inside the token is never used.
 *
 * @param id_token   as TokenResponse::id_token() gives it
 * @param client_id  of the application that asked for it
 * @param keys       a JwksCache, usually
 *
 * @par Errors
 * IdTokenError for a token that cannot be trusted, whatever the reason; UsageError for a negative leeway; and what
 * `keys` throws.
 * @par Thread safety
 * It may be called from any thread.
 *
 * OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725
 */
template <JwksSource S>
IdTokenClaims decode_id_token(Secret const& id_token, std::string_view client_id, S const& keys,
                              IdTokenOptions const& options = {}) {
    // What the token itself says is checked first: only a token that could be good is worth a request for keys. The
    // time is checked last: about a token that is not good otherwise nobody learns what is wrong.
    detail::ReadIdToken read = detail::read_id_token(id_token.reveal(), client_id, options);
    if (read.claims.iss != keys.issuer(options)) throw IdTokenError();
    std::optional<IdTokenKey> const key = keys.key(read.kid, options);
    return detail::verify_id_token(std::move(read), key, options);
}

/// The same, for an answer of the token endpoint.
/// @throws IdTokenError  also if there is no id_token, because the scope `openid` was not requested
template <JwksSource S>
IdTokenClaims decode_id_token(TokenResponse const& tokens, std::string_view client_id, S const& keys,
                              IdTokenOptions const& options = {}) {
    IdTokenOptions dated = options;
    if (!dated.date) dated.date = tokens.date();
    return decode_id_token(tokens.id_token(), client_id, keys, dated);
}

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/id_token.ipp>
#endif

#endif  // GLOBUS_OAUTH_ID_TOKEN_HPP
