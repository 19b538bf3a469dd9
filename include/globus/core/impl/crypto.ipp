// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_CRYPTO_IPP
#define GLOBUS_CORE_IMPL_CRYPTO_IPP

#include <globus/core/config.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/error.hpp>

#include <openssl/opensslv.h>
#if OPENSSL_VERSION_NUMBER < 0x10101000L
#error "globus needs OpenSSL 1.1.1 or newer: name the directory of its headers with -I, and that of its library with -L"
#include GLOBUS_DETAIL_STOP
#endif
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <climits>
#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

GLOBUS_DECL std::string sha256(std::string_view bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

GLOBUS_DECL std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (count > INT_MAX || RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw Error("the system's random generator failed");
    return bytes;
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL std::string random_uuid() {
    constexpr char digits[] = "0123456789abcdef";
    std::string bytes = random_bytes(16);
    bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x40U);
    bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
    std::string text;
    for (std::size_t i = 0; i != bytes.size(); ++i) {
        auto const byte = static_cast<unsigned char>(bytes[i]);
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_CRYPTO_IPP
