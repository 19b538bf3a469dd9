// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_CRYPTO_HPP
#define GLOBUS_CORE_CRYPTO_HPP

#include <globus/core/error.hpp>

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <climits>
#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

/// The 32 bytes of the SHA-256 digest of `bytes` (FIPS 180-4).
inline std::string sha256(std::string_view bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

/// `count` bytes from OpenSSL's cryptographic generator; throws Error if it has no entropy.
inline std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (count > INT_MAX || RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw Error("the system's random generator failed");
    return bytes;
}

namespace detail {

/// A random UUID (RFC 9562, section 5.4).
inline std::string random_uuid() {
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

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CORE_CRYPTO_HPP
