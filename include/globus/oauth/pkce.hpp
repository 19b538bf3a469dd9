// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_PKCE_HPP
#define GLOBUS_OAUTH_PKCE_HPP

#include <globus/core/config.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/secret.hpp>

#include <string>

namespace globus {

/**
 * The proof that an authorization code is redeemed by the app that asked for it: a secret verifier and its public
 * challenge (RFC 7636, method S256; `plain` is not offered).
 */
class Pkce {
public:
    /// A new verifier of 256 random bits.
    Pkce() : Pkce(Secret(base64url_encode(random_bytes(32)))) {}

    /// The caller's own verifier.
    /// @throws UsageError  unless it has 43 to 128 characters of A-Z a-z 0-9 - . _ ~
    explicit Pkce(Secret verifier);

    /// The secret, which goes to the token endpoint with the code.
    [[nodiscard]] Secret const& verifier() const noexcept { return verifier_; }
    /// What goes into the authorize URL: the SHA-256 of the verifier, in base64url.
    [[nodiscard]] std::string challenge() const { return base64url_encode(sha256(verifier_.reveal())); }

private:
    Secret verifier_;
};

/// A `state` of 128 random bits, for the redirect of a login (RFC 6749, section 10.12).
inline std::string random_state() { return base64url_encode(random_bytes(16)); }

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/pkce.ipp>
#endif

#endif  // GLOBUS_OAUTH_PKCE_HPP
