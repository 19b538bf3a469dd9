// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_JWT_HPP
#define GLOBUS_TESTS_SUPPORT_JWT_HPP

// Keys and signed tokens, made with OpenSSL: good ones and all kinds of bad ones.

#include <globus/core/encoding.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace jwt_test {

namespace json = boost::json;

/// A key pair of OpenSSL.
class Key {
public:
    static Key rsa(unsigned bits = 2048) { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits})); }
    static Key ec() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }
    static Key ed25519() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

    [[nodiscard]] std::string number(char const* name) const {
        BIGNUM* value = nullptr;
        if (EVP_PKEY_get_bn_param(key_.get(), name, &value) != 1) throw std::runtime_error("no such number");
        std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
        BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_free(value);
        return bytes;
    }
    /// The public key of RSA as a JWK.
    [[nodiscard]] json::object jwk(std::string_view kid, std::string_view alg = "RS512") const {
        return {{"kty", "RSA"},
                {"use", "sig"},
                {"kid", kid},
                {"alg", alg},
                {"n", globus::base64url_encode(number(OSSL_PKEY_PARAM_RSA_N))},
                {"e", globus::base64url_encode(number(OSSL_PKEY_PARAM_RSA_E))}};
    }
    [[nodiscard]] std::string public_pem() const {
        std::unique_ptr<BIO, decltype(&BIO_free)> const bio(BIO_new(BIO_s_mem()), &BIO_free);
        PEM_write_bio_PUBKEY(bio.get(), key_.get());
        char* text = nullptr;
        auto const size = BIO_get_mem_data(bio.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }
    [[nodiscard]] std::string public_der() const {
        unsigned char* bytes = nullptr;
        int const size = i2d_PUBKEY(key_.get(), &bytes);
        std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
        OPENSSL_free(bytes);
        return der;
    }
    /// @param digest  "SHA512", ...; nullptr for keys that have their own
    [[nodiscard]] std::string sign(std::string_view text, char const* digest = "SHA512", bool pss = false) const {
        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
        EVP_PKEY_CTX* options = nullptr;
        if (EVP_DigestSignInit_ex(context.get(), &options, digest, nullptr, nullptr, key_.get(), nullptr) != 1)
            throw std::runtime_error("cannot sign");
        if (pss) EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
        auto const* bytes = reinterpret_cast<unsigned char const*>(text.data());
        std::size_t size = 0;
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
        std::string signature(size, '\0');
        if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                           text.size()) != 1)
            throw std::runtime_error("cannot sign");
        signature.resize(size);
        return signature;
    }

private:
    explicit Key(EVP_PKEY* key) : key_(key, &EVP_PKEY_free) {
        if (!key_) throw std::runtime_error("OpenSSL cannot make this key");
    }
    std::shared_ptr<EVP_PKEY> key_;
};

inline std::string hmac(std::string_view key, std::string_view text, EVP_MD const* digest) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<unsigned char const*>(text.data()),
         text.size(), bytes, &size);
    return {reinterpret_cast<char*>(bytes), size};
}

/// Header and payload as they are signed; both may be any text.
inline std::string unsigned_jwt(std::string_view header, std::string_view payload) {
    return globus::base64url_encode(header) + '.' + globus::base64url_encode(payload);
}
inline std::string jwt(std::string_view header, std::string_view payload, Key const& key, char const* digest = "SHA512",
                       bool pss = false) {
    std::string const text = unsigned_jwt(header, payload);
    return text + '.' + globus::base64url_encode(key.sign(text, digest, pss));
}
inline std::string jwt(json::object const& header, json::object const& payload, Key const& key,
                       char const* digest = "SHA512") {
    return jwt(json::serialize(header), json::serialize(payload), key, digest);
}

}  // namespace jwt_test

#endif  // GLOBUS_TESTS_SUPPORT_JWT_HPP
