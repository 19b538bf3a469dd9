// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_TOKEN_STORAGE_IPP
#define GLOBUS_APP_IMPL_TOKEN_STORAGE_IPP

#include <globus/app/token_storage.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/token.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL TokenData TokenData::from(Token const& token, std::string identity_id) {
    return {.resource_server = token.resource_server,
            .identity_id = std::move(identity_id),
            .scope = token.scope,
            .access_token = token.access_token,
            .refresh_token = token.refresh_token,
            .expires_at_seconds = token.expires_at_seconds.value_or(0),
            .token_type = token.token_type};
}

GLOBUS_DECL Token TokenData::token() const {
    return {.resource_server = resource_server,
            .scope = scope,
            .access_token = access_token,
            .refresh_token = refresh_token,
            .token_type = token_type.empty() ? "Bearer" : token_type,
            .expires_at_seconds = expires_at_seconds};
}

GLOBUS_DECL TokenData TokenData::from_json(boost::json::object const& object) {
    auto const refuse = [](std::string_view name, char const* kind) {
        throw DecodeError("a stored token has no " + std::string(name) + " that is " + kind);
    };
    auto const text = [&](std::string_view name, bool needed) -> std::string {
        auto const* value = object.if_contains(name);
        if (!needed && (value == nullptr || value->is_null())) return {};
        if (value == nullptr || !value->is_string()) refuse(name, "a text");
        std::string read(value->as_string());
        if (detail::has_control(read)) refuse(name, "without a control character");
        return read;
    };
    auto const token = [&](std::string_view name, bool needed) {
        std::string read = text(name, needed);
        if (!detail::is_token_text(read)) refuse(name, "of the characters that tokens have");
        return Secret(std::move(read));
    };
    TokenData data;
    data.resource_server = text("resource_server", true);
    data.identity_id = text("identity_id", false);
    data.scope = text("scope", true);
    data.access_token = token("access_token", true);
    data.refresh_token = token("refresh_token", false);
    auto const* expires = object.if_contains("expires_at_seconds");
    if (expires == nullptr || !expires->is_int64()) refuse("expires_at_seconds", "a whole number");
    data.expires_at_seconds = expires->get_int64();
    data.token_type = text("token_type", false);
    for (auto const& [name, value] : object)
        if (name != "resource_server" && name != "identity_id" && name != "scope" && name != "access_token" &&
            name != "refresh_token" && name != "expires_at_seconds" && name != "token_type")
            data.extra[name] = value;
    return data;
}

}  // namespace globus

namespace globus::detail {

/// Refuses to store what could not be read again. @throws UsageError
GLOBUS_DECL void check_token_data(TokenData const& data) {
    for (auto const& [name, token] :
         {std::pair{"an access token", &data.access_token}, {"a refresh token", &data.refresh_token}})
        if (!is_token_text(token->reveal()))
            throw UsageError(std::string(name) + " has a blank, a newline or another character that no token has");
    for (auto const& [name, text] : {std::pair{"resource server", &data.resource_server},
                                     {"scope", &data.scope},
                                     {"type", &data.token_type},
                                     {"identity", &data.identity_id}})
        if (has_control(*text))
            throw UsageError(std::string("the ") + name + " of a token has a control character in it");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL boost::json::object TokenData::to_json() const {
    detail::check_token_data(*this);
    boost::json::object object;
    object["resource_server"] = resource_server;
    if (!identity_id.empty()) object["identity_id"] = identity_id;
    object["scope"] = scope;
    object["access_token"] = access_token.reveal();
    if (!refresh_token.empty()) object["refresh_token"] = refresh_token.reveal();
    object["expires_at_seconds"] = expires_at_seconds;
    if (!token_type.empty()) object["token_type"] = token_type;
    for (auto const& [name, value] : extra) object[name] = value;
    return object;
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL std::shared_ptr<Turn> make_storage_turn() {
    return std::make_shared<Turn>(
        "a token storage was to be changed from within its own update, which would wait for itself: change what that "
        "update was given");
}

}  // namespace globus::detail

#endif  // GLOBUS_APP_IMPL_TOKEN_STORAGE_IPP
