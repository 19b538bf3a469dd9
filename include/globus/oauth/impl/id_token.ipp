// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_ID_TOKEN_IPP
#define GLOBUS_OAUTH_IMPL_ID_TOKEN_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/json_members.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>
#include <globus/http/any_transport.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/id_token.hpp>

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL StaticJwks::StaticJwks(std::string issuer, Json const& jwks) : issuer_(std::move(issuer)) {
    auto const* object = jwks.if_object();
    auto const* keys = object != nullptr ? object->if_contains("keys") : nullptr;
    if (keys == nullptr || !keys->is_array()) throw DecodeError("a JWKS document has no list of keys");
    if (keys->get_array().size() > 100) throw DecodeError("a JWKS document has more than 100 keys");
    for (boost::json::value const& item : keys->get_array()) {
        if (!item.is_object()) continue;
        if (std::optional<IdTokenKey> key = IdTokenKey::read(item.get_object())) keys_.push_back(*std::move(key));
    }
}

GLOBUS_DECL std::optional<IdTokenKey> StaticJwks::key(std::string_view kid, IdTokenOptions const&) const {
    IdTokenKey const* found = nullptr;
    for (IdTokenKey const& key : keys_) {
        if (key.kid() != kid) continue;
        if (found != nullptr) return std::nullopt;  // two keys have one name: it is not known which is meant
        found = &key;
    }
    return found != nullptr ? std::optional(*found) : std::nullopt;
}

}  // namespace globus

namespace globus::detail {

/// The digest that an algorithm signs; nullptr for all that are not allowed.
GLOBUS_DECL EVP_MD const* id_token_digest(std::string_view alg) {
    return alg == "RS512" ? EVP_sha512() : alg == "RS256" ? EVP_sha256() : nullptr;
}

/// The members of all objects in a document.
GLOBUS_DECL std::size_t count_members(boost::json::value const& value) {
    std::size_t count = 0;
    if (auto const* object = value.if_object()) {
        count += object->size();
        for (auto const& member : *object) count += count_members(member.value());
    } else if (auto const* array = value.if_array()) {
        for (auto const& item : *array) count += count_members(item);
    }
    return count;
}

/// The object that `segment` is in base64url. A name that stands twice in one object is refused, since two readers
/// could take two values (RFC 7519, section 4).
GLOBUS_DECL std::optional<boost::json::object> read_jwt_object(std::string_view segment) {
    std::optional<std::string> const text = base64url_decode(segment);
    if (!text) return std::nullopt;
    boost::system::error_code error;
    boost::json::value value = parse_exact_json(*text, error);
    if (error || !value.is_object()) return std::nullopt;
    std::size_t colons = 0;
    bool quoted = false;
    for (std::size_t i = 0; i != text->size(); ++i) {
        char const c = (*text)[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == ':')
            ++colons;
    }
    if (colons != count_members(value)) return std::nullopt;
    return std::move(value.get_object());
}

/// A member that is a text and not empty.
GLOBUS_DECL std::optional<std::string> jwt_text(boost::json::object const& object, std::string_view name) {
    auto const* value = object.if_contains(name);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) return std::nullopt;
    return std::string(value->get_string());
}

/// A NumericDate (RFC 7519, section 2) that can be one.
GLOBUS_DECL std::optional<double> jwt_time(boost::json::object const& object, std::string_view name) {
    auto const* value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    double const seconds = value->to_number<double>();
    if (!(seconds >= 0 && seconds <= 253402300799.0)) return std::nullopt;  // up to the year 9999
    return seconds;
}

/// Checks everything but key, issuer, signature and time.
GLOBUS_DECL bool id_token_header_is_good(boost::json::object const& header) {
    for (char const* name : {"crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip"})
        if (header.contains(name)) return false;
    auto const* type = header.if_contains("typ");
    return type == nullptr || (type->is_string() && http::detail::equal_ignoring_case(type->get_string(), "JWT"));
}

/// @throws IdTokenError  for a token that is not valid now, with the difference of the clocks
GLOBUS_DECL void check_id_token_time(IdTokenClaims const& claims, IdTokenOptions const& options) {
    auto const now = options.now ? options.now() : unix_now();
    auto const leeway = static_cast<double>(options.leeway.count());
    auto const begins = std::max(claims.iat, jwt_time(claims.raw, "nbf").value_or(0));
    bool const early = begins > static_cast<double>(now) + leeway;
    if (!early && claims.exp > static_cast<double>(now) - leeway) return;
    auto const limit = static_cast<std::int64_t>(early ? std::ceil(begins) : claims.exp);
    std::chrono::seconds const difference(now - options.date.value_or(limit));
    std::string const size = std::to_string(difference.count() < 0 ? -difference.count() : difference.count()) + " s";
    std::string why = early ? "by this machine's clock it will be good in " : "by this machine's clock it has ended ";
    why += std::to_string(early ? limit - now : now - limit) + (early ? " s" : " s ago");
    if (options.date)
        why += ", and that clock is " + size + (difference.count() < 0 ? " behind" : " ahead of") + " Globus Auth";
    throw IdTokenError(why, difference);
}

/// Reads the claims; nothing if one of them is wrong. Whether they hold now is checked by check_id_token_time.
GLOBUS_DECL std::optional<IdTokenClaims> check_id_token_claims(boost::json::object object, std::string_view client_id,
                                                               std::string_view alg, IdTokenOptions const& options) {
    IdTokenClaims claims;
    auto const sub = jwt_text(object, "sub");
    auto const iss = jwt_text(object, "iss");
    auto const exp = jwt_time(object, "exp");
    auto const iat = jwt_time(object, "iat");
    if (!sub || sub->size() > 255 || !iss || !exp || !iat) return std::nullopt;
    if (object.contains("nbf") && !jwt_time(object, "nbf")) return std::nullopt;

    auto const* aud = object.if_contains("aud");
    auto const audience = text_list(aud, true);
    if (!audience || client_id.empty()) return std::nullopt;
    if (std::find(audience->begin(), audience->end(), client_id) == audience->end()) return std::nullopt;
    if (audience->size() > 1 || object.contains("azp"))
        if (jwt_text(object, "azp") != client_id) return std::nullopt;

    if (!options.nonce.empty()) {
        auto const nonce = jwt_text(object, "nonce");
        if (!nonce || !(Secret(*nonce) == Secret(options.nonce))) return std::nullopt;
    }
    if (!options.access_token.empty()) {  // OpenID Connect Core 1.0, section 3.1.3.6
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        std::string const& token = options.access_token.reveal();
        if (EVP_Digest(token.data(), token.size(), digest, &size, id_token_digest(alg), nullptr) != 1)
            return std::nullopt;
        std::string const half(reinterpret_cast<char const*>(digest), size / 2);
        if (jwt_text(object, "at_hash") != base64url_encode(half)) return std::nullopt;
    }

    claims.sub = *sub;
    claims.iss = *iss;
    claims.aud = *audience;
    claims.exp = *exp;
    claims.iat = *iat;
    claims.preferred_username = jwt_text(object, "preferred_username");
    claims.name = jwt_text(object, "name");
    claims.email = jwt_text(object, "email");
    claims.organization = jwt_text(object, "organization");
    claims.identity_provider = jwt_text(object, "identity_provider");
    claims.identity_provider_display_name = jwt_text(object, "identity_provider_display_name");
    claims.raw = std::move(object);
    return claims;
}

struct FetchedKeys::State {
    State(AnyTransport t, std::string url, std::function<http::Clock::time_point()> clock)
        : transport(std::move(t)), auth_url(std::move(url)), now(std::move(clock)) {}
    AnyTransport const transport;
    std::string const auth_url;
    std::function<http::Clock::time_point()> const now;
    std::mutex mutex;  ///< of what follows; it is free while something is fetched
    SingleFlight fetching;
    std::string issuer;
    std::string jwks_uri;
    std::optional<StaticJwks> keys;
    http::Clock::time_point fetched{};
    std::optional<http::Clock::time_point> looked_again;  ///< when a key was not there

    /// Where the issuer and its keys are.
    struct Configuration {
        std::string issuer, jwks_uri;
    };

    /// Fetches the configuration if it is not there, else the keys; or waits for the thread that does. What is there
    /// stays until its replacement is known to be good.
    void fetch_or_wait(std::unique_lock<std::mutex>& lock, IdTokenOptions const& options);
    [[nodiscard]] Configuration fetch_configuration(IdTokenOptions const& options) const;
    /// GET of a public document.
    [[nodiscard]] Json get(std::string const& url, IdTokenOptions const& options) const;
};

GLOBUS_DECL void FetchedKeys::State::fetch_or_wait(std::unique_lock<std::mutex>& lock, IdTokenOptions const& options) {
    Wait const call{"the keys of Globus Auth", options.deadline, options.stop};
    if (issuer.empty()) {
        auto const fetch = [&] { return fetch_configuration(options); };
        if (std::optional<Configuration> found = fetching.ask_or_wait(lock, call, fetch)) {
            issuer = std::move(found->issuer);
            jwks_uri = std::move(found->jwks_uri);
        }
    } else {
        auto const fetch = [&, of = issuer, uri = jwks_uri] { return StaticJwks(of, get(uri, options)); };
        if (std::optional<StaticJwks> fresh = fetching.ask_or_wait(lock, call, fetch)) {
            keys = std::move(fresh);
            fetched = now();
        }
    }
}

GLOBUS_DECL FetchedKeys::State::Configuration FetchedKeys::State::fetch_configuration(
    IdTokenOptions const& options) const {
    Json const document = get(auth_url + ".well-known/openid-configuration", options);
    auto const text = [&](char const* name) {
        auto const* value = document.is_object() ? document.get_object().if_contains(name) : nullptr;
        if (value == nullptr || !value->is_string())
            throw DecodeError(std::string("the OpenID configuration of Globus Auth has no ") + name);
        return std::string(value->get_string());
    };
    Configuration configuration{.issuer = text("issuer"), .jwks_uri = text("jwks_uri")};
    std::string slashed = configuration.issuer;
    if (!slashed.ends_with('/')) slashed += '/';
    if (slashed != auth_url) throw DecodeError("the OpenID configuration of " + auth_url + " names another issuer");
    bool good = false;
    try {
        http::Url const place = http::parse_url(configuration.jwks_uri);
        http::Url const own = http::parse_url(slashed);
        good = !place.has_userinfo && (place.scheme == "https" || http::is_loopback(place.host)) &&
               http::detail::equal_ignoring_case(place.host, own.host) && place.scheme == own.scheme;
    } catch (UsageError const&) {  // it is not a URL
    }
    if (!good) throw DecodeError("the OpenID configuration of " + auth_url + " has its keys on another host");
    return configuration;
}

GLOBUS_DECL Json FetchedKeys::State::get(std::string const& url, IdTokenOptions const& options) const {
    http::Request request;
    request.url = url;
    request.headers = {{"Accept", "application/json"}};
    request.deadline = std::min(options.deadline, http::Clock::now() + std::chrono::seconds(60));
    request.stop = options.stop;
    request.max_response_bytes = std::size_t{1} << 20;
    http::Response response = http::send_repeatable(transport, request);
    if (response.status != 200) throw AuthApiError(request, std::move(response));
    boost::system::error_code error;
    Json document = parse_exact_json(response.body, error);
    if (error) throw DecodeError("the answer to GET " + url + " is not JSON");
    return document;
}

GLOBUS_DECL FetchedKeys::FetchedKeys(AnyTransport transport, std::string auth_url,
                                     std::function<http::Clock::time_point()> now)
    : state_(std::in_place, std::move(transport), http::check_base_url(std::move(auth_url)),
             now ? std::move(now) : &http::Clock::now) {}

GLOBUS_DECL std::string FetchedKeys::issuer(IdTokenOptions const& options) const {
    State& state = *state_;
    std::unique_lock lock(state.mutex);
    while (state.issuer.empty()) state.fetch_or_wait(lock, options);
    return state.issuer;
}

GLOBUS_DECL std::optional<IdTokenKey> FetchedKeys::key(std::string_view kid, IdTokenOptions const& options) const {
    State& state = *state_;
    std::unique_lock lock(state.mutex);
    for (;;) {
        auto const now = state.now();
        if (state.keys && now - state.fetched <= std::chrono::hours(24)) {
            if (auto found = state.keys->key(kid, options)) return found;
            if (!state.fetching.busy()) {
                if (state.looked_again && now - *state.looked_again < std::chrono::seconds(60)) return std::nullopt;
                state.looked_again = now;  // it is set before the request, since one that fails counts, too
            }
        }
        state.fetch_or_wait(lock, options);
    }
}

GLOBUS_DECL ReadIdToken read_id_token(std::string_view token, std::string_view client_id,
                                      IdTokenOptions const& options) {
    if (options.leeway.count() < 0) throw UsageError("the leeway of an id_token is negative: it is 0 at least");
    constexpr std::size_t longest = std::size_t{64} << 10;
    if (token.size() > longest) throw IdTokenError();
    auto const first = token.find('.');
    auto const second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) throw IdTokenError();

    auto const header = read_jwt_object(token.substr(0, first));
    auto payload = read_jwt_object(token.substr(first + 1, second - first - 1));
    auto signature = base64url_decode(token.substr(second + 1));
    if (!header || !payload || !signature || !id_token_header_is_good(*header)) throw IdTokenError();
    auto alg = jwt_text(*header, "alg");
    auto kid = jwt_text(*header, "kid");
    if (!alg || id_token_digest(*alg) == nullptr || !kid) throw IdTokenError();
    auto claims = check_id_token_claims(std::move(*payload), client_id, *alg, options);
    if (!claims) throw IdTokenError();
    return {*std::move(claims), *std::move(alg), *std::move(kid), token.substr(0, second), *std::move(signature)};
}

GLOBUS_DECL IdTokenClaims verify_id_token(ReadIdToken read, std::optional<IdTokenKey> const& key,
                                          IdTokenOptions const& options) {
    if (!key || !key->verify(read.alg, read.text, read.signature)) throw IdTokenError();
    check_id_token_time(read.claims, options);
    return std::move(read.claims);
}

/// The RSAPublicKey of RFC 8017, appendix A.1.1: what every OpenSSL makes a key from.
GLOBUS_DECL std::string rsa_public_key_der(BIGNUM const* n, BIGNUM const* e) {
    std::string numbers;
    for (BIGNUM const* const number : {n, e}) {
        std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> const integer(BN_to_ASN1_INTEGER(number, nullptr),
                                                                                  &ASN1_INTEGER_free);
        int const size = integer ? i2d_ASN1_INTEGER(integer.get(), nullptr) : -1;
        if (size < 0) throw Error("OpenSSL could not write a number");
        numbers.resize(numbers.size() + static_cast<std::size_t>(size));
        auto* to = reinterpret_cast<unsigned char*>(numbers.data() + numbers.size()) - size;
        i2d_ASN1_INTEGER(integer.get(), &to);
    }
    int const size = static_cast<int>(numbers.size());
    std::string der(static_cast<std::size_t>(ASN1_object_size(1, size, V_ASN1_SEQUENCE) - size), '\0');
    auto* at = reinterpret_cast<unsigned char*>(der.data());
    ASN1_put_object(&at, 1, size, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    return der + numbers;
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL IdTokenKey::IdTokenKey(std::shared_ptr<evp_pkey_st const> key) : key_(std::move(key)) {}

GLOBUS_DECL std::optional<IdTokenKey> IdTokenKey::read(boost::json::object const& jwk) {
    auto const absent_or = [&](char const* name, std::string_view wanted) {
        auto const* value = jwk.if_contains(name);
        return value == nullptr || (value->is_string() && value->get_string() == wanted);
    };
    auto const kid = detail::jwt_text(jwk, "kid");
    auto const alg = detail::jwt_text(jwk, "alg");
    if (!kid || detail::jwt_text(jwk, "kty") != "RSA" || !absent_or("use", "sig")) return std::nullopt;
    if (jwk.contains("alg") && (!alg || detail::id_token_digest(*alg) == nullptr)) return std::nullopt;
    if (auto const* uses = jwk.if_contains("key_ops")) {
        auto const list = detail::text_list(uses, false);
        if (!list || std::find(list->begin(), list->end(), "verify") == list->end()) return std::nullopt;
    }

    using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
    auto const number = [&](char const* name) {
        std::optional<std::string> bytes;
        if (auto const text = detail::jwt_text(jwk, name); text && text->size() <= 2048)
            bytes = base64url_decode(*text);
        if (!bytes) return Number(nullptr, &BN_free);
        return Number(
            BN_bin2bn(reinterpret_cast<unsigned char const*>(bytes->data()), static_cast<int>(bytes->size()), nullptr),
            &BN_free);
    };
    Number const n = number("n");
    Number const e = number("e");
    if (!n || !e || BN_num_bits(n.get()) < 2048 || BN_num_bits(n.get()) > 8192 || !BN_is_odd(n.get()) ||
        !BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > 64)
        return std::nullopt;

    std::string const der = detail::rsa_public_key_der(n.get(), e.get());
    auto const* at = reinterpret_cast<unsigned char const*>(der.data());
    std::shared_ptr<EVP_PKEY> made(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())),
                                   &EVP_PKEY_free);
    if (!made) {
        ERR_clear_error();
        return std::nullopt;
    }
    IdTokenKey key(std::move(made));
    key.kid_ = *kid;
    key.alg_ = alg.value_or("");
    return key;
}

GLOBUS_DECL bool IdTokenKey::verify(std::string_view alg, std::string_view text, std::string_view signature) const {
    EVP_MD const* const digest = detail::id_token_digest(alg);
    if (digest == nullptr || (!alg_.empty() && alg != alg_)) return false;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    auto const bytes = [](std::string_view view) { return reinterpret_cast<unsigned char const*>(view.data()); };
    auto* const key = const_cast<EVP_PKEY*>(&*key_);  // OpenSSL only counts references
    bool const good =
        context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
    if (!good) ERR_clear_error();
    return good;
}

GLOBUS_DECL std::string IdTokenKey::pem() const {
    std::unique_ptr<BIO, decltype(&BIO_free)> const memory(BIO_new(BIO_s_mem()), &BIO_free);
    char* bytes = nullptr;
    if (!memory || PEM_write_bio_PUBKEY(memory.get(), const_cast<EVP_PKEY*>(&*key_)) != 1)
        throw Error("OpenSSL could not write a key");
    auto const size = BIO_get_mem_data(memory.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

GLOBUS_DECL std::string as_pem(Json const& jwks) {
    boost::system::error_code error;
    Json const* const first = jwks.find_pointer("/keys/0", error);
    std::optional<IdTokenKey> key;
    if (first != nullptr && first->is_object()) key = IdTokenKey::read(first->get_object());
    if (!key) throw DecodeError("the key set does not begin with an RSA key for signatures");
    return key->pem();
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_ID_TOKEN_IPP
