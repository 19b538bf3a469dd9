// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_CLIENT_KINDS_HPP
#define GLOBUS_OAUTH_CLIENT_KINDS_HPP

#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// Text that was given at all.
inline void check_given(std::string_view what, std::string_view text) {
    if (text.empty())
        throw UsageError(std::string(what) + " is empty: see whether the variable or file that it comes from is set");
}

inline bool has_control(std::string_view text) {
    for (char const c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
    return false;
}

/// Text that may stand in a credential: not empty, no control character.
inline void check_credential(std::string_view what, std::string_view text) {
    check_given(what, text);
    if (has_control(text)) throw UsageError(std::string(what) + " has a newline or another control character in it");
}

/// What tokens are made of: printable ASCII (RFC 6749, appendix A) without blanks, since a header carries one word
/// (RFC 6750, section 2.1), and a copied text may have some.
inline bool is_token_text(std::string_view text) {
    for (char const c : text)
        if (c < '!' || c > '~') return false;
    return true;
}
/// Text that may be a token, given by the caller.
inline void check_token(std::string_view what, std::string_view text) {
    check_given(what, text);
    if (!is_token_text(text))
        throw UsageError(std::string(what) + " has a blank, a newline or another character that no token has");
}

inline void check_client_id(std::string_view id) {
    check_credential("the client id", id);
    if (id.find(':') != std::string_view::npos)
        throw UsageError("the client id has a colon in it, which HTTP Basic cannot carry");
}

}  // namespace detail

/// What HTTP Basic carries: the id and secret of a confidential client, or a user name and password (RFC 7617).
class BasicCredential {
public:
    /// @throws UsageError  for an empty part, a control character, or a colon in the name
    BasicCredential(std::string username, Secret password)
        : username_(std::move(username)), password_(std::move(password)) {
        detail::check_client_id(username_);
        detail::check_credential("the client secret", password_.reveal());
    }
    /// A null pointer, as std::getenv gives for a variable that is not set, is an empty name.
    BasicCredential(char const* username, Secret password)
        : BasicCredential(std::string(username != nullptr ? username : ""), std::move(password)) {}

    /// The user name, or the id of a client.
    [[nodiscard]] std::string const& username() const noexcept { return username_; }
    /// The password, or the secret of a client.
    [[nodiscard]] Secret const& password() const noexcept { return password_; }

    /// The value of the Authorization header.
    /// @throws UsageError  if this object was moved from
    [[nodiscard]] Secret header() const {
        if (password_.empty()) throw UsageError("this credential was moved from: use the one that it was moved to");
        std::string pair = username_ + ':' + password_.reveal();
        Secret value("Basic " + base64_encode(pair));
        detail::wipe(pair);
        return value;
    }

private:
    std::string username_;
    Secret password_;
};

/**
 * An OAuth2 client that can keep a secret: it proves itself to Globus Auth by HTTP Basic.
 *
 *     Confidential app{"b1e2...", std::getenv("CLIENT_SECRET")};
 *
 * One object serves any number of RefreshPolicies and ClientCredentialsPolicies.
 * https://docs.globus.org/api/auth/developer-guide/#register-app
 */
class Confidential {
public:
    /// @throws UsageError  for an empty id or secret
    Confidential(std::string client_id, Secret client_secret)
        : credential_(std::move(client_id), std::move(client_secret)) {}
    Confidential(char const* client_id, Secret client_secret) : credential_(client_id, std::move(client_secret)) {}
    explicit Confidential(BasicCredential credential) : credential_(std::move(credential)) {}

    /// The id, which is no secret.
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

    /// The id, which is all that such a client has.
    [[nodiscard]] std::string const& client_id() const noexcept { return client_id_; }

private:
    std::string client_id_;
};

/// `K` is one of the two kinds of OAuth2 client: Confidential or Native.
template <class K>
concept ClientKind = std::same_as<K, Confidential> || std::same_as<K, Native>;

}  // namespace globus

#endif  // GLOBUS_OAUTH_CLIENT_KINDS_HPP
