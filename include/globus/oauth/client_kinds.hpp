// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_CLIENT_KINDS_HPP
#define GLOBUS_OAUTH_CLIENT_KINDS_HPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// Refuses an empty text.
void check_given(std::string_view what, std::string_view text);

bool has_control(std::string_view text);

/// Refuses a text that cannot be in a credential: an empty one, or one with a control character.
void check_credential(std::string_view what, std::string_view text);

/// True for what tokens are made of: printable ASCII (RFC 6749, appendix A) without blanks, since a header carries one
/// word (RFC 6750, section 2.1); a copied text may have some.
bool is_token_text(std::string_view text);
/// Refuses a text that cannot be a token.
void check_token(std::string_view what, std::string_view text);

void check_client_id(std::string_view id);

}  // namespace detail

/// What HTTP Basic carries: the id and secret of a confidential client, or a user name and password (RFC 7617).
class BasicCredential {
public:
    /// @throws UsageError  for an empty part, a control character, or a colon in the name
    BasicCredential(std::string username, Secret password);
    /// A null pointer, as std::getenv gives for a variable that is not set, is an empty name.
    BasicCredential(char const* username, Secret password)
        : BasicCredential(std::string(username != nullptr ? username : ""), std::move(password)) {}

    /// The user name, or the id of a client.
    [[nodiscard]] std::string const& username() const noexcept { return username_; }
    /// The password, or the secret of a client.
    [[nodiscard]] Secret const& password() const noexcept { return password_; }

    /// The value of the Authorization header.
    /// @throws UsageError  if this object was moved from
    [[nodiscard]] Secret header() const;

private:
    std::string username_;
    Secret password_;
};

/**
 * An OAuth2 client that can keep a secret: it authenticates to Globus Auth by HTTP Basic.
 *
 *     Confidential app{"b1e2...", std::getenv("CLIENT_SECRET")};
 *
 * One object works for any number of RefreshPolicies and ClientCredentialsPolicies.
 * https://docs.globus.org/api/auth/developer-guide/#register-app
 */
class Confidential {
public:
    /// @throws UsageError  for an empty id or secret
    Confidential(std::string client_id, Secret client_secret)
        : credential_(std::move(client_id), std::move(client_secret)) {}
    Confidential(char const* client_id, Secret client_secret) : credential_(client_id, std::move(client_secret)) {}
    explicit Confidential(BasicCredential credential) : credential_(std::move(credential)) {}

    /// The id, which is not a secret.
    [[nodiscard]] std::string const& client_id() const noexcept { return credential_.username(); }
    /// The id and the secret, as HTTP Basic carries them.
    [[nodiscard]] BasicCredential const& credential() const noexcept { return credential_; }

private:
    BasicCredential credential_;
};

/**
 * An OAuth2 client that cannot keep a secret, such as a program that users install: it only names itself.
 * https://docs.globus.org/api/auth/developer-guide/#native-app
 */
class Native {
public:
    /// @throws UsageError  for an empty id
    explicit Native(std::string client_id) : client_id_(std::move(client_id)) { detail::check_client_id(client_id_); }
    explicit Native(char const* client_id) : Native(std::string(client_id != nullptr ? client_id : "")) {}

    /// The id: such a client has nothing else.
    [[nodiscard]] std::string const& client_id() const noexcept { return client_id_; }

private:
    std::string client_id_;
};

/// `K` is one of the two kinds of OAuth2 client: Confidential or Native.
template <class K>
concept ClientKind = std::same_as<K, Confidential> || std::same_as<K, Native>;

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/client_kinds.ipp>
#endif

#endif  // GLOBUS_OAUTH_CLIENT_KINDS_HPP
