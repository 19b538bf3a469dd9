// SPDX-License-Identifier: Apache-2.0
// Keys and id tokens.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_KEYS_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_KEYS_IPP

#include <globus/sandbox/impl/auth/scopes.ipp>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace globus::sandbox::detail {

/// The key as PEM, which the state keeps.
inline std::string pem_of(EVP_PKEY* key) {
    std::unique_ptr<BIO, decltype(&BIO_free)> const text(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PrivateKey(text.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* bytes = nullptr;
    auto const size = BIO_get_mem_data(text.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

/// A new key, with which id tokens are signed from now on.
inline void World::add_key() {
    std::shared_ptr<EVP_PKEY> const key(EVP_RSA_gen(2048), &EVP_PKEY_free);
    keys.insert(keys.begin(), {"sandbox-key-" + std::to_string(random.number() % 1000000), key, pem_of(key.get())});
}

inline World::Key const& World::key_locked() {
    if (keys.empty()) add_key();
    return keys.front();
}

inline std::string number_base64(EVP_PKEY const* key, char const* name) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(number);
    return base64(bytes, true);
}

/// [doc] JSON Web Key Set, RFC 7517
inline json::object key_set(World& world) {
    world.key_locked();
    json::array out;
    for (auto const& one : world.keys)
        out.push_back(json::object{{"alg", "RS512"},
                                   {"e", number_base64(one.key.get(), "e")},
                                   {"kid", one.kid},
                                   {"kty", "RSA"},
                                   {"n", number_base64(one.key.get(), "n")},
                                   {"use", "sig"}});
    return {{"keys", std::move(out)}};
}

inline std::string sign_rs512(EVP_PKEY* key, std::string const& text) {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    auto const* bytes = reinterpret_cast<unsigned char const*>(text.data());
    std::size_t size = 0;
    std::string out;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha512(), nullptr, key) == 1 &&
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1) {
        out.resize(size);
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size());
        out.resize(size);
    }
    return out;
}

/// `iss` of our tokens: the discovery document and the id tokens agree on it. [guess] that a client compares them.
inline std::string issuer(World const& world) { return world.base_url.substr(0, world.base_url.size() - 1); }

inline std::string email_of(User const& user) { return user.email.empty() ? user.username : user.email; }

/// [doc] the claims of Globus id tokens; OpenID Connect Core, section 2
inline std::string make_id_token(World& world, std::string const& client_id, User const& user, std::string const& nonce,
                                 std::string const& access_token, Millis authenticated) {
    World::Key const& key = world.key_locked();
    Millis const now = world.now_locked();
    std::string const hash = digest(EVP_sha512(), access_token);
    json::object claims{
        {"iss", issuer(world)},
        {"sub", user.id},
        {"aud", client_id},
        {"iat", now / 1000},
        {"exp", now / 1000 + world.token_lifetime.count()},
        {"auth_time", authenticated / 1000},
        {"at_hash", base64(std::string_view(hash).substr(0, hash.size() / 2), true)},
        {"name", user.name},
        {"email", email_of(user)},
        {"preferred_username", user.username},
        {"organization", user.organization},
        {"identity_provider", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
        {"identity_provider_display_name", "Globus Sandbox"},
        {"last_authentication", authenticated / 1000},
        {"identity_set",
         json::array{json::object{
             {"sub", user.id}, {"username", user.username}, {"name", user.name}, {"email", email_of(user)}}}}};
    if (!nonce.empty()) claims["nonce"] = nonce;
    std::string const head = json::serialize(json::object{{"alg", "RS512"}, {"kid", key.kid}, {"typ", "JWT"}});
    std::string const signed_part = base64(head, true) + "." + base64(json::serialize(claims), true);
    return signed_part + "." + base64(sign_rs512(key.key.get(), signed_part), true);
}

/// [doc] OpenID Connect Discovery, section 3
inline Reply discovery_endpoint(World& world, Call&) {
    std::string const base = issuer(world);
    return Reply::of(200,
                     json::object{{"issuer", base},
                                  {"authorization_endpoint", base + "/v2/oauth2/authorize"},
                                  {"userinfo_endpoint", base + "/v2/oauth2/userinfo"},
                                  {"token_endpoint", base + "/v2/oauth2/token"},
                                  {"revocation_endpoint", base + "/v2/oauth2/token/revoke"},
                                  {"introspection_endpoint", base + "/v2/oauth2/token/introspect"},
                                  {"jwks_uri", base + "/jwk.json"},
                                  {"response_types_supported", json::array{"code"}},
                                  {"id_token_signing_alg_values_supported", json::array{"RS512"}},
                                  {"scopes_supported", json::array{"openid", "email", "profile"}},
                                  {"token_endpoint_auth_methods_supported", json::array{"client_secret_basic"}},
                                  {"claims_supported", json::array{"at_hash", "aud", "email", "exp", "name", "nonce",
                                                                   "preferred_username", "iat", "iss", "sub"}},
                                  {"subject_types_supported", json::array{"public"}}});
}

inline Reply keys_endpoint(World& world, Call&) { return Reply::of(200, key_set(world)); }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_KEYS_IPP
