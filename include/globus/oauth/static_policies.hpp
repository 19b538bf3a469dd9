// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_STATIC_POLICIES_HPP
#define GLOBUS_OAUTH_STATIC_POLICIES_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>

#include <string>
#include <utility>

namespace globus {

/// A policy that sends no credential: for the few operations that need none, and for a native app's login client.
/// @par Thread safety
/// Any function may be called from any thread.
class NullPolicy {
public:
    using credential = NoCredential;
    static constexpr bool never_blocks = true;  ///< see Authorizer

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const&) const {
        return {};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const&, T const&, AuthContext const&) const {
        return false;
    }
};

/**
 * A policy that sends the id and secret of a confidential client by HTTP Basic (RFC 7617).
 *
 *     Client<ConfidentialAppAuthService, BasicPolicy> auth{BasicPolicy{"client id", "client secret"}};
 *
 * @par Thread safety
 * Any function may be called from any thread.
 */
class BasicPolicy {
public:
    using credential = BasicCredential;
    static constexpr bool never_blocks = true;  ///< see Authorizer
    using client_kind = Confidential;

    /// @throws UsageError  for an empty id or secret, a control character, or a colon in the id
    BasicPolicy(std::string client_id, Secret client_secret)
        : BasicPolicy(Confidential(std::move(client_id), std::move(client_secret))) {}
    BasicPolicy(char const* client_id, Secret client_secret)
        : BasicPolicy(Confidential(client_id, std::move(client_secret))) {}
    explicit BasicPolicy(Confidential client) : client_(std::move(client)) {}

    /// The id of the client, which is not a secret.
    [[nodiscard]] std::string const& client_id() const noexcept { return client_.client_id(); }
    /// The client, from which another policy can be made.
    [[nodiscard]] Confidential const& client() const noexcept { return client_; }

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const&) const {
        return {client_.credential().header(), 0};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const&, T const&, AuthContext const&) const {
        return false;
    }

private:
    Confidential client_;
};

/**
 * A policy that sends an access token from elsewhere, until it expires. It cannot renew the token: see RefreshPolicy.
 *
 *     Client<TransferService, AccessTokenPolicy> transfer{"Agx..."};
 *
 * @par Thread safety
 * Any function may be called from any thread.
 */
class AccessTokenPolicy {
public:
    using credential = BearerCredential;
    static constexpr bool never_blocks = true;  ///< see Authorizer

    /// @throws UsageError  for an empty token, or one with a blank or another character that a token cannot have
    AccessTokenPolicy(Secret access_token);
    AccessTokenPolicy(std::string access_token) : AccessTokenPolicy(Secret(std::move(access_token))) {}
    AccessTokenPolicy(char const* access_token) : AccessTokenPolicy(Secret(access_token)) {}

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const&) const {
        if (header_.empty())
            throw UsageError("this AccessTokenPolicy was moved from: use the one that it was moved to");
        return {header_, 0};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const&, T const&, AuthContext const&) const {
        return false;
    }

private:
    Secret header_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/static_policies.ipp>
#endif

#endif  // GLOBUS_OAUTH_STATIC_POLICIES_HPP
