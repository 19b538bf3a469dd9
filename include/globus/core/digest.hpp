// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_DIGEST_HPP
#define GLOBUS_CORE_DIGEST_HPP

#include <globus/core/config.hpp>

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace globus {

/**
 * The digest of a file, to compare it by.
 *
 *     Digest const wanted = Digest::sha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
 *
 * Texts are hexadecimal, as sha256sum prints them, or base64, as headers have them.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Digest {
public:
    /// How it was computed. MD5 (RFC 1321) finds accidents only; the others (FIPS 180-4) also find forgeries.
    enum class Algorithm : unsigned char { md5, sha256, sha512 };

    /// @throws UsageError  for a text that is not of this algorithm
    static Digest md5(std::string_view text) { return {Algorithm::md5, text}; }
    /// @throws UsageError  for a text that is not of this algorithm
    static Digest sha256(std::string_view text) { return {Algorithm::sha256, text}; }
    /// @throws UsageError  for a text that is not of this algorithm
    static Digest sha512(std::string_view text) { return {Algorithm::sha512, text}; }

    /// @param text  hexadecimal or base64
    /// @throws UsageError  for a text that is not of this algorithm
    Digest(Algorithm algorithm, std::string_view text);

    /// How it was computed.
    [[nodiscard]] Algorithm algorithm() const noexcept { return algorithm_; }
    /// The digest itself: 16, 32 or 64 bytes.
    [[nodiscard]] std::string const& bytes() const noexcept { return bytes_; }
    /// Lower-case hexadecimal.
    [[nodiscard]] std::string hex() const;

    friend bool operator==(Digest const&, Digest const&) = default;

private:
    Algorithm algorithm_;
    std::string bytes_;
};

/// Its name in HTTP, such as "sha-256" (RFC 9530, section 6).
constexpr char const* to_string(Digest::Algorithm algorithm) noexcept {
    switch (algorithm) {
        case Digest::Algorithm::md5:
            return "md5";
        case Digest::Algorithm::sha256:
            return "sha-256";
        case Digest::Algorithm::sha512:
            return "sha-512";
    }
    return "unknown";
}

/**
 * The computation of a digest, from pieces.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe.
 */
class DigestStream {
public:
    /// @throws Error  if OpenSSL does not offer the algorithm, as MD5 in FIPS mode
    explicit DigestStream(Digest::Algorithm algorithm);

    /// Adds bytes.
    void update(std::string_view bytes);
    /// The digest of all that was added; the stream is as new afterwards.
    [[nodiscard]] Digest finish();
    /// Forgets what was added.
    void restart();

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    Digest::Algorithm algorithm_;
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/core/impl/digest.ipp>
#endif

#endif  // GLOBUS_CORE_DIGEST_HPP
