// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_TOKEN_IPP
#define GLOBUS_OAUTH_IMPL_TOKEN_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry_after.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/token.hpp>

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL Token const& TokenResponse::by_resource_server(std::string_view resource_server) const {
    auto const found = tokens_.find(std::string(resource_server));
    if (found != tokens_.end()) return found->second;
    std::string have;
    for (auto const& [name, token] : tokens_) have += (have.empty() ? "" : ", ") + name;
    throw UsageError("there is no token for the resource server '" + std::string(resource_server) +
                     "'; there are tokens for: " + have);
}

GLOBUS_DECL Token const& TokenResponse::by_scope(std::string_view scope) const {
    for (auto const& [name, token] : tokens_)
        for (std::string_view rest = token.scope; !rest.empty();) {
            std::string_view const one = rest.substr(0, rest.find(' '));
            if (one == scope) return token;
            rest.remove_prefix(one.size() == rest.size() ? one.size() : one.size() + 1);
        }
    throw UsageError("there is no token for the scope '" + std::string(scope) + "'");
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL void refuse_token(char const* why) {
    throw DecodeError(std::string("the token answer of Globus Auth cannot be used: ") + why);
}

/// A member that is a text without control characters; null counts as absent.
GLOBUS_DECL std::string answer_text(boost::json::object const& object, char const* name) {
    auto const* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_string()) refuse_token((std::string(name) + " is not a text").c_str());
    std::string text(value->get_string());
    if (has_control(text)) refuse_token((std::string(name) + " has a control character").c_str());
    return text;
}

/// The same for a token, which may have the characters that a caller's token may have.
GLOBUS_DECL Secret answer_token(boost::json::object const& object, char const* name) {
    std::string token = answer_text(object, name);
    if (!is_token_text(token)) refuse_token((std::string(name) + " has a character that no token has").c_str());
    return Secret(std::move(token));
}

/// Reads one token object (RFC 6749, section 5.1). Nothing of the answer goes into a message: it holds secrets.
GLOBUS_DECL Token read_token(boost::json::object const& object, std::int64_t now) {
    Token token;
    token.access_token = answer_token(object, "access_token");
    if (token.access_token.empty()) refuse_token("access_token is missing or empty");
    token.token_type = answer_text(object, "token_type");
    if (!http::detail::equal_ignoring_case(token.token_type, "bearer")) refuse_token("token_type is not Bearer");
    token.resource_server = answer_text(object, "resource_server");
    if (token.resource_server.empty()) refuse_token("resource_server is missing");
    token.scope = answer_text(object, "scope");
    token.refresh_token = answer_token(object, "refresh_token");

    if (auto const* expires = object.if_contains("expires_in"); expires != nullptr && !expires->is_null()) {
        constexpr double longest = 10.0 * 366 * 86400;
        double const seconds = expires->is_int64()    ? static_cast<double>(expires->get_int64())
                               : expires->is_uint64() ? static_cast<double>(expires->get_uint64())
                               : expires->is_double() ? expires->get_double()
                                                      : -1.0;
        if (!(seconds >= 0 && seconds <= longest) || seconds != std::floor(seconds))
            refuse_token("expires_in is not a whole number of seconds up to 10 years");
        token.lifetime = static_cast<std::int64_t>(seconds);
        constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
        token.expires_at_seconds = now > last - token.lifetime ? last : now + token.lifetime;
    }
    return token;
}

GLOBUS_DECL TokenResponse read_token_response(std::string_view body, std::int64_t now, bool is_list) {
    boost::system::error_code error;
    boost::json::value const document = parse_exact_json(body, error);
    if (error)
        throw DecodeError(
            "the token answer of Globus Auth cannot be used: it is not JSON", {},
            error == boost::json::error::incomplete ? DecodeError::Damage::cut_off : DecodeError::Damage::none);

    std::map<std::string, Token> tokens;
    auto const add = [&](boost::json::value const& value) {
        if (!value.is_object()) refuse_token("a token is not an object");
        Token token = read_token(value.as_object(), now);
        std::string const server = token.resource_server;
        if (!tokens.emplace(server, std::move(token)).second) refuse_token("it has two tokens for one resource server");
    };
    if (is_list) {
        if (!document.is_array()) refuse_token("it is not a list");
        for (boost::json::value const& value : document.as_array()) add(value);
        return TokenResponse(std::move(tokens), {}, {});
    }
    if (!document.is_object()) refuse_token("it is not an object");
    boost::json::object const& object = document.as_object();
    add(document);
    if (auto const* others = object.if_contains("other_tokens"); others != nullptr) {
        if (!others->is_array()) refuse_token("other_tokens is not a list");
        for (boost::json::value const& value : others->as_array()) add(value);
    }
    // The state is the caller's own text, whatever that is: a login compares the one that the browser brought.
    auto const* state = object.if_contains("state");
    return TokenResponse(std::move(tokens), answer_token(object, "id_token"),
                         state != nullptr && state->is_string() ? std::string(state->get_string()) : std::string());
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL TokenResponse TokenResponse::from_answer(std::string_view body) {
    return detail::read_token_response(body, detail::unix_now());
}

GLOBUS_DECL TokenResponse TokenResponse::from_answer(http::Response const& answer) {
    TokenResponse tokens = from_answer(std::string_view(answer.body));
    tokens.date_ = detail::parse_http_date(answer.headers.get("Date"), detail::unix_now());
    return tokens;
}

GLOBUS_DECL DependentTokenResponse DependentTokenResponse::from_answer(std::string_view body) {
    return DependentTokenResponse(detail::read_token_response(body, detail::unix_now(), true));
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_TOKEN_IPP
