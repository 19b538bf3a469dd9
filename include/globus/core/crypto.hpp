// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_CRYPTO_HPP
#define GLOBUS_CORE_CRYPTO_HPP

#include <globus/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

/// The 32 bytes of the SHA-256 digest of `bytes` (FIPS 180-4).
std::string sha256(std::string_view bytes);

/// `count` bytes from OpenSSL's cryptographic generator; throws Error if it has no entropy.
std::string random_bytes(std::size_t count);

namespace detail {

/// A random UUID (RFC 9562, section 5.4).
std::string random_uuid();

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/core/impl/crypto.ipp>
#endif

#endif  // GLOBUS_CORE_CRYPTO_HPP
