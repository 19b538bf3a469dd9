// SPDX-License-Identifier: Apache-2.0
// Certificates made for one session: good ones, and ones that a client must refuse.
#ifndef GLOBUS_SANDBOX_IMPL_TLS_IPP
#define GLOBUS_SANDBOX_IMPL_TLS_IPP

#include <openssl/opensslv.h>
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "globus/sandbox.hpp needs OpenSSL 3.0 or newer, unlike the other headers of globus"
#endif

#include <globus/sandbox/impl/world.ipp>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace globus::sandbox::detail {

using KeyHandle = std::shared_ptr<EVP_PKEY>;
using CertificateHandle = std::shared_ptr<X509>;

/// Who signs a certificate.
struct Signer {
    CertificateHandle certificate;
    KeyHandle key;
};

inline void add_extension(X509* certificate, X509* issuer, int kind, char const* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    if (X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, kind, value)) {
        X509_add_ext(certificate, made, -1);
        X509_EXTENSION_free(made);
    }
}

/// A certificate for `key`, valid from `begin` to `end` seconds after now; self-signed without an issuer.
inline CertificateHandle make_certificate(KeyHandle const& key, std::string const& name, char const* alternatives,
                                          Signer const* issuer, std::uint64_t serial, long begin, long end) {
    CertificateHandle const made(X509_new(), &X509_free);
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), begin);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), end);
    X509_NAME* const subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>(name.c_str()), -1,
                               -1, 0);
    X509* const by = issuer != nullptr ? issuer->certificate.get() : made.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(by));
    X509_set_pubkey(made.get(), key.get());
    bool const authority = alternatives == nullptr;
    add_extension(made.get(), by, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(made.get(), by, NID_key_usage,
                  authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    add_extension(made.get(), by, NID_subject_key_identifier, "hash");
    if (!authority) add_extension(made.get(), by, NID_subject_alt_name, alternatives);
    X509_sign(made.get(), issuer != nullptr ? issuer->key.get() : key.get(), EVP_sha256());
    return made;
}

/// Makes an authority and a certificate of the wanted kind, for the life of the session.
inline void World::make_certificates() {
    auto const new_key = [] { return KeyHandle(EVP_EC_gen("P-256"), &EVP_PKEY_free); };
    // Not from the seed: what a session does must not hang on whether it has certificates.
    auto const serial = [] {
        std::uint64_t number = 0;
        RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number);
        return number;
    };
    constexpr long day = 86400;
    Signer authority{nullptr, new_key()};
    authority.certificate =
        make_certificate(authority.key, "Globus sandbox authority", nullptr, nullptr, serial(), -day, 365 * day);
    KeyHandle const key = new_key();
    std::string names =
        options.tls == Tls::wrong_host ? "DNS:elsewhere.example,IP:192.0.2.1" : "IP:127.0.0.1,DNS:localhost";
    if (!options.network_host.empty())
        names += (is_address(options.network_host) ? ",IP:" : ",DNS:") + options.network_host;
    bool const expired = options.tls == Tls::expired;
    CertificateHandle const certificate =
        make_certificate(key, "Globus sandbox", names.c_str(), options.tls == Tls::self_signed ? nullptr : &authority,
                         serial(), expired ? -2 * day : -day, expired ? -day : 365 * day);
    std::unique_ptr<BIO, decltype(&BIO_free)> const text(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509(text.get(), authority.certificate.get());
    char* bytes = nullptr;
    auto const size = BIO_get_mem_data(text.get(), &bytes);
    ca_pem.assign(bytes, static_cast<std::size_t>(size));
    tls.reset(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    bool const weak = options.tls == Tls::weak;
    SSL_CTX_set_min_proto_version(tls.get(), weak ? TLS1_1_VERSION : TLS1_2_VERSION);
    if (weak) {
        SSL_CTX_set_max_proto_version(tls.get(), TLS1_1_VERSION);
        SSL_CTX_set_cipher_list(tls.get(), "DEFAULT:@SECLEVEL=0");  // OpenSSL's default level has no TLS 1.1
    }
    if (SSL_CTX_use_certificate(tls.get(), certificate.get()) != 1 || SSL_CTX_use_PrivateKey(tls.get(), key.get()) != 1)
        throw SandboxError("sandbox: no certificate can be made");
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TLS_IPP
