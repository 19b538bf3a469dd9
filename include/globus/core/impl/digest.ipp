// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_DIGEST_IPP
#define GLOBUS_CORE_IMPL_DIGEST_IPP

#include <globus/core/config.hpp>
#include <globus/core/digest.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL EVP_MD const* digest_of(Digest::Algorithm algorithm) {
    switch (algorithm) {
        case Digest::Algorithm::md5:
            return EVP_md5();
        case Digest::Algorithm::sha256:
            return EVP_sha256();
        case Digest::Algorithm::sha512:
            break;
    }
    return EVP_sha512();
}

GLOBUS_DECL std::optional<std::string> hex_decode(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        int const high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

GLOBUS_DECL std::optional<std::string> base64_decode(std::string_view text) {
    std::string url;
    for (char const c : text.substr(0, text.find('='))) url += c == '+' ? '-' : c == '/' ? '_' : c;
    return base64url_decode(url);
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL Digest::Digest(Algorithm algorithm, std::string_view text) : algorithm_(algorithm) {
    std::size_t const size = algorithm == Algorithm::md5 ? 16 : algorithm == Algorithm::sha256 ? 32 : 64;
    auto bytes = text.size() == 2 * size ? detail::hex_decode(text) : detail::base64_decode(text);
    if (!bytes || bytes->size() != size)
        throw UsageError(std::string("this is no ") + to_string(algorithm) + " digest: give its " +
                         std::to_string(2 * size) + " hexadecimal digits, or base64");
    bytes_ = *std::move(bytes);
}

GLOBUS_DECL std::string Digest::hex() const { return hex_encode(bytes_); }

GLOBUS_DECL void DigestStream::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

GLOBUS_DECL DigestStream::DigestStream(Digest::Algorithm algorithm)
    : algorithm_(algorithm), context_(EVP_MD_CTX_new()) {
    restart();
}

GLOBUS_DECL void DigestStream::update(std::string_view bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) throw Error("OpenSSL computes no digest");
}

GLOBUS_DECL Digest DigestStream::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), out.data(), &size) != 1) throw Error("OpenSSL computes no digest");
    restart();
    return {algorithm_, hex_encode(std::string_view(reinterpret_cast<char const*>(out.data()), size))};
}

GLOBUS_DECL void DigestStream::restart() {
    if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), detail::digest_of(algorithm_), nullptr) != 1)
        throw Error(std::string("OpenSSL does not offer ") + to_string(algorithm_));
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_DIGEST_IPP
