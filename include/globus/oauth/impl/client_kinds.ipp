// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_CLIENT_KINDS_IPP
#define GLOBUS_OAUTH_IMPL_CLIENT_KINDS_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>
#include <globus/oauth/client_kinds.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL void check_given(std::string_view what, std::string_view text) {
    if (text.empty())
        throw UsageError(std::string(what) + " is empty: see whether the variable or file that it comes from is set");
}

GLOBUS_DECL bool has_control(std::string_view text) {
    for (char const c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
    return false;
}

GLOBUS_DECL void check_credential(std::string_view what, std::string_view text) {
    check_given(what, text);
    if (has_control(text)) throw UsageError(std::string(what) + " has a newline or another control character in it");
}

GLOBUS_DECL bool is_token_text(std::string_view text) {
    for (char const c : text)
        if (c < '!' || c > '~') return false;
    return true;
}

GLOBUS_DECL void check_token(std::string_view what, std::string_view text) {
    check_given(what, text);
    if (!is_token_text(text))
        throw UsageError(std::string(what) + " has a blank, a newline or another character that no token has");
}

GLOBUS_DECL void check_client_id(std::string_view id) {
    check_credential("the client id", id);
    if (id.find(':') != std::string_view::npos)
        throw UsageError("the client id has a colon in it, which HTTP Basic cannot carry");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL BasicCredential::BasicCredential(std::string username, Secret password)
    : username_(std::move(username)), password_(std::move(password)) {
    detail::check_client_id(username_);
    detail::check_credential("the client secret", password_.reveal());
}

GLOBUS_DECL Secret BasicCredential::header() const {
    if (password_.empty()) throw UsageError("this credential was moved from: use the one that it was moved to");
    std::string pair = username_ + ':' + password_.reveal();
    Secret value("Basic " + base64_encode(pair));
    detail::wipe(pair);
    return value;
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_CLIENT_KINDS_IPP
