// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_ID_TOKEN_HPP
#define GLOBUS_OAUTH_ID_TOKEN_HPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/transport.hpp>
#include <globus/http/url.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/token.hpp>

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * An id_token was refused. The message is the same whatever was wrong with it, so that nobody learns from trying; only for
 * a token that is good but for the time it says what the clock of this machine has to do with that.
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

    /// Seconds by which this machine's clock seems to be ahead of that of Globus Auth, negative if it is behind; nothing if
    /// it is not the time for which the token was refused.
    [[nodiscard]] std::optional<std::chrono::seconds> clock_difference() const noexcept { return difference_; }

private:
    std::optional<std::chrono::seconds> difference_;
};

/// What a verified id_token says about who logged in. What is absent was not
/// asked for by the scopes of the login, or is not known.
/// https://docs.globus.org/api/auth/reference/#oidc_userinfo_endpoint
struct IdTokenClaims {
    std::string sub = {};  ///< the identity's id: what tokens are stored under, and the only name that never changes
    std::string iss = {};  ///< the issuer, as its configuration writes it
    std::vector<std::string> aud = {};                   ///< ids of the apps that it is for
    double exp = 0;                                      ///< seconds since 1970
    double iat = 0;                                      ///< when it was made, seconds since 1970
    std::optional<std::string> preferred_username = {};  ///< as in "user@example.org"; it can change
    std::optional<std::string> name = {};                ///< for people
    std::optional<std::string> email = {};         ///< not a name for the user: it can change, and be that of several
    std::optional<std::string> organization = {};  ///< for people
    std::optional<std::string> identity_provider = {};               ///< its id
    std::optional<std::string> identity_provider_display_name = {};  ///< for people
    boost::json::object raw = {};                                    ///< all claims, `identity_set` among them
};

/// How an id_token is to be verified.
struct IdTokenOptions {
    std::string nonce = {};               ///< that the login sent; empty: it sent none
    Secret access_token = {};             ///< the token must carry its hash (`at_hash`); empty: not checked
    std::chrono::seconds leeway{300};     ///< by how much the clocks may differ; not negative
    std::function<std::int64_t()> now{};  ///< seconds since 1970; empty: the system's clock
    /// The time at Globus Auth when it gave the token, in seconds since 1970, for the error that names the difference of the
    /// clocks; nothing: that of TokenResponse::date(), or what the token says.
    std::optional<std::int64_t> date = {};
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< for fetching keys, or waiting for them
    std::stop_token stop = {};                                          ///< cancels fetching them, and the waiting
};

/// A public RSA key that id_tokens are signed with.
class IdTokenKey {
public:
    /**
     * Reads a key of a JWKS (RFC 7517); nothing if id_tokens cannot be signed with it: not RSA, for encryption, not
     * of 2048 to 8192 bits, an even modulus, or an exponent that is even, 1 or beyond 64 bits.
     */
    [[nodiscard]] static std::optional<IdTokenKey> read(boost::json::object const& jwk);

    /// The name by which an id_token says that this is its key.
    [[nodiscard]] std::string const& kid() const noexcept { return kid_; }

    /// True if `signature` is that of `text` by this key, and the key may be used with `alg`: RS512 or RS256.
    [[nodiscard]] bool verify(std::string_view alg, std::string_view text, std::string_view signature) const;

    /// The key as other programs take it: a SubjectPublicKeyInfo in PEM (RFC 7468, section 13).
    [[nodiscard]] std::string pem() const;

private:
    explicit IdTokenKey(std::shared_ptr<EVP_PKEY const> key) : key_(std::move(key)) {}
    std::string kid_;
    std::string alg_;  ///< the one algorithm that the key is for; empty: either
    detail::Shared<EVP_PKEY const> key_;
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
 * The keys of one issuer, given once: for tests, and for programs that get them by a way of their own.
 *
 *     StaticJwks keys{"https://auth.globus.org", jwks_document};
 *
 * Thread safety: distinct objects: safe. Shared objects: reading is safe.
 */
class StaticJwks {
public:
    /// @throws DecodeError  unless `jwks` is an object with a list `keys` of at most 100
    StaticJwks(std::string issuer, Json const& jwks);

    /// The issuer that the constructor was told; the options are not used.
    [[nodiscard]] std::string issuer(IdTokenOptions const&) const { return issuer_; }
    /// The key of that name; nothing if there is none, or more than one.
    [[nodiscard]] std::optional<IdTokenKey> key(std::string_view kid, IdTokenOptions const&) const;

private:
    std::string issuer_;
    std::map<std::string, std::optional<IdTokenKey>, std::less<>> keys_;
};

/// `S` knows the issuer of id_tokens and its keys by their names. Models: StaticJwks, JwksCache.
template <class S>
concept JwksSource = requires(S const& source, std::string_view kid, IdTokenOptions const& options) {
    { source.issuer(options) } -> std::same_as<std::string>;
    { source.key(kid, options) } -> std::same_as<std::optional<IdTokenKey>>;
};

/**
 * The keys of Globus Auth, fetched when the first id_token is verified and kept.
 *
 *     JwksCache keys{CurlTransport{}, Environment::current().service_url("auth")};
 *     IdTokenClaims const claims = decode_id_token(tokens, client_id, keys);
 *
 * Asks `.well-known/openid-configuration`, and there learns where the keys are. Both are public: no credential is sent.
 * The configuration has to name the same issuer as it was asked of, and keys on the issuer's host. Keys are fetched
 * again after a day, and when a token names one that is not there, at most once in 60 seconds: a change of keys at
 * Globus Auth goes unnoticed, and a forged token costs one request at most.
 *
 * @par Errors
 * AuthApiError, NetworkError and DecodeError, when keys cannot be had.
 * @par Thread safety
 * Any function may be called from any thread. Copies share the keys; one thread fetches, and those that need what it
 * fetches wait, as long as their options allow.
 *
 * https://docs.globus.org/api/auth/developer-guide/#openid-connect, OpenID Connect Discovery 1.0
 */
template <Transport T>
class JwksCache {
public:
    /// @param auth_url  base URL of Globus Auth
    /// @param now       reads the time for the 60 seconds and the day; empty: http::Clock
    /// @throws UsageError  for a base URL that is not one
    JwksCache(T transport, std::string auth_url, std::function<http::Clock::time_point()> now = {})
        : state_(std::in_place, std::move(transport), http::check_base_url(std::move(auth_url)),
                 now ? std::move(now) : &http::Clock::now) {}

    /// The issuer, as its own configuration writes it.
    [[nodiscard]] std::string issuer(IdTokenOptions const& options) const {
        State& state = *state_;
        std::unique_lock lock(state.mutex);
        while (state.issuer.empty()) fetch_or_wait(state, lock, options);
        return state.issuer;
    }
    /// The key of that name; nothing if the issuer has none.
    [[nodiscard]] std::optional<IdTokenKey> key(std::string_view kid, IdTokenOptions const& options) const {
        State& state = *state_;
        std::unique_lock lock(state.mutex);
        for (;;) {
            auto const now = state.now();
            if (state.keys && now - state.fetched <= std::chrono::hours(24)) {
                if (auto found = state.keys->key(kid, options)) return found;
                if (!state.fetching.busy()) {
                    if (state.looked_again && now - *state.looked_again < std::chrono::seconds(60)) return std::nullopt;
                    state.looked_again = now;  // before the request: one that fails counts, too
                }
            }
            fetch_or_wait(state, lock, options);
        }
    }

private:
    struct State {
        State(T t, std::string url, std::function<http::Clock::time_point()> clock)
            : transport(std::move(t)), auth_url(std::move(url)), now(std::move(clock)) {}
        T const transport;
        std::string const auth_url;
        std::function<http::Clock::time_point()> const now;
        std::mutex mutex;  ///< of what follows; free while something is fetched
        detail::SingleFlight fetching;
        std::string issuer;
        std::string jwks_uri;
        std::optional<StaticJwks> keys;
        http::Clock::time_point fetched{};
        std::optional<http::Clock::time_point> looked_again;  ///< for a key that was not there
    };

    /// Where an issuer and its keys are.
    struct Configuration {
        std::string issuer, jwks_uri;
    };

    /// Fetches the configuration if it is not there, else the keys; or waits for the thread that does. What is there
    /// stays as it is until what takes its place is known to be good.
    static void fetch_or_wait(State& state, std::unique_lock<std::mutex>& lock, IdTokenOptions const& options) {
        detail::Wait const call{"the keys of Globus Auth", options.deadline, options.stop};
        if (state.issuer.empty()) {
            auto const fetch = [&] { return fetch_configuration(state, options); };
            if (std::optional<Configuration> found = state.fetching.ask_or_wait(lock, call, fetch)) {
                state.issuer = std::move(found->issuer);
                state.jwks_uri = std::move(found->jwks_uri);
            }
        } else {
            auto const fetch = [&, issuer = state.issuer, uri = state.jwks_uri] {
                return StaticJwks(issuer, get(state, uri, options));
            };
            if (std::optional<StaticJwks> keys = state.fetching.ask_or_wait(lock, call, fetch)) {
                state.keys = std::move(keys);
                state.fetched = state.now();
            }
        }
    }

    [[nodiscard]] static Configuration fetch_configuration(State const& state, IdTokenOptions const& options) {
        Json const document = get(state, state.auth_url + ".well-known/openid-configuration", options);
        auto const text = [&](char const* name) {
            auto const* value = document.is_object() ? document.get_object().if_contains(name) : nullptr;
            if (value == nullptr || !value->is_string())
                throw DecodeError(std::string("the OpenID configuration of Globus Auth has no ") + name);
            return std::string(value->get_string());
        };
        Configuration configuration{.issuer = text("issuer"), .jwks_uri = text("jwks_uri")};
        std::string slashed = configuration.issuer;
        if (!slashed.ends_with('/')) slashed += '/';
        if (slashed != state.auth_url)
            throw DecodeError("the OpenID configuration of " + state.auth_url + " names another issuer");
        bool good = false;
        try {
            http::Url const keys = http::parse_url(configuration.jwks_uri);
            http::Url const own = http::parse_url(slashed);
            good = !keys.has_userinfo && (keys.scheme == "https" || http::is_loopback(keys.host)) &&
                   http::detail::equal_ignoring_case(keys.host, own.host) && keys.scheme == own.scheme;
        } catch (UsageError const&) {  // not a URL
        }
        if (!good) throw DecodeError("the OpenID configuration of " + state.auth_url + " has its keys on another host");
        return configuration;
    }

    /// GET of a public document.
    [[nodiscard]] static Json get(State const& state, std::string const& url, IdTokenOptions const& options) {
        http::Request request;
        request.url = url;
        request.headers = {{"Accept", "application/json"}};
        request.deadline = std::min(options.deadline, http::Clock::now() + std::chrono::seconds(60));
        request.stop = options.stop;
        request.max_response_bytes = std::size_t{1} << 20;
        http::Response response = http::send_repeatable(state.transport, request);
        if (response.status != 200) throw AuthApiError(request, std::move(response));
        boost::system::error_code error;
        Json document = detail::parse_exact_json(response.body, error);
        if (error) throw DecodeError("the answer to GET " + url + " is not JSON");
        return document;
    }

    detail::ProcessBound<State> state_;
};

/**
 * Verifies an id_token and says who logged in.
 *
 *     IdTokenClaims const claims = decode_id_token(tokens.id_token(), client_id, keys, {.nonce = nonce});
 *
 * It must be signed by the issuer's key of the name that it gives (RS512 or RS256, nothing else), be of that issuer,
 * for this client and for now, and carry the nonce that was sent. A key or an address inside the token is never used.
 *
 * @param id_token   as TokenResponse::id_token() gives it
 * @param client_id  of the application that asked for it
 * @param keys       a JwksCache, usually
 *
 * @par Errors
 * IdTokenError for a token that cannot be trusted, whatever the reason; UsageError for a leeway that is negative; and what
 * `keys` throws.
 * @par Thread safety
 * May be called from any thread.
 *
 * OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725
 */
template <JwksSource S>
IdTokenClaims decode_id_token(Secret const& id_token, std::string_view client_id, S const& keys,
                              IdTokenOptions const& options = {});

/// The same for an answer of the token endpoint.
/// @throws IdTokenError  also if it has no id_token: the scope `openid` was not asked for
template <JwksSource S>
IdTokenClaims decode_id_token(TokenResponse const& tokens, std::string_view client_id, S const& keys,
                              IdTokenOptions const& options = {}) {
    IdTokenOptions dated = options;
    if (!dated.date) dated.date = tokens.date();
    return decode_id_token(tokens.id_token(), client_id, keys, dated);
}

namespace detail {

/// The digest that an algorithm signs; nullptr for all that are not allowed.
EVP_MD const* id_token_digest(std::string_view alg);

/// The object that `segment` is in base64url. A name that stands twice in one object is refused, since two readers
/// could take two values (RFC 7519, section 4).
std::optional<boost::json::object> read_jwt_object(std::string_view segment);

/// A member that is a text and not empty.
std::optional<std::string> jwt_text(boost::json::object const& object, std::string_view name);

/// The checks of everything but key, issuer, signature and time.
bool id_token_header_is_good(boost::json::object const& header);

/// @throws IdTokenError  for a token that is not of now, with the difference of the clocks
void check_id_token_time(IdTokenClaims const& claims, IdTokenOptions const& options);

/// Reads the claims; nothing if one of them is wrong. Whether they are of now is for check_id_token_time to say.
std::optional<IdTokenClaims> check_id_token_claims(boost::json::object object, std::string_view client_id,
                                                   std::string_view alg, IdTokenOptions const& options);

}  // namespace detail

std::string as_pem(Json const& jwks);

template <JwksSource S>
IdTokenClaims decode_id_token(Secret const& id_token, std::string_view client_id, S const& keys,
                              IdTokenOptions const& options) {
    if (options.leeway.count() < 0) throw UsageError("the leeway of an id_token is negative: it is 0 at least");
    constexpr std::size_t longest = std::size_t{64} << 10;
    std::string_view const token = id_token.reveal();
    if (token.size() > longest) throw IdTokenError();
    auto const first = token.find('.');
    auto const second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) throw IdTokenError();

    auto const header = detail::read_jwt_object(token.substr(0, first));
    auto payload = detail::read_jwt_object(token.substr(first + 1, second - first - 1));
    auto const signature = base64url_decode(token.substr(second + 1));
    if (!header || !payload || !signature || !detail::id_token_header_is_good(*header)) throw IdTokenError();
    auto const alg = detail::jwt_text(*header, "alg");
    auto const kid = detail::jwt_text(*header, "kid");
    if (!alg || detail::id_token_digest(*alg) == nullptr || !kid) throw IdTokenError();

    // What the token itself says comes first: only one that could be good is worth a request for keys. The time comes last:
    // of a token that is not good otherwise nobody learns what is wrong.
    auto claims = detail::check_id_token_claims(std::move(*payload), client_id, *alg, options);
    if (!claims || claims->iss != keys.issuer(options)) throw IdTokenError();
    std::optional<IdTokenKey> const key = keys.key(*kid, options);
    if (!key || !key->verify(*alg, token.substr(0, second), *signature)) throw IdTokenError();
    detail::check_id_token_time(*claims, options);
    return std::move(*claims);
}

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/id_token.ipp>
#endif

#endif  // GLOBUS_OAUTH_ID_TOKEN_HPP
