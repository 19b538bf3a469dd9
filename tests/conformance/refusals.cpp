// SPDX-License-Identifier: Apache-2.0
#include "refusals.hpp"

#include <globus/core/error.hpp>
#include <globus/oauth/scope.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace conformance {
namespace {

bool any_text(Json const& value, std::function<bool(std::string_view)> const& is) {
    if (value.is_string()) return is(std::string_view(value.get_string()));
    if (value.is_array())
        return std::any_of(value.get_array().begin(), value.get_array().end(),
                           [&](Json const& item) { return any_text(item, is); });
    if (value.is_object())
        for (auto const& member : value.get_object())
            if (any_text(member.value(), is)) return true;
    return false;
}

/// A token in an answer that RFC 6749 does not allow, or two for one resource server.
bool has_bad_token(Json const& value, std::set<std::string>& servers) {
    if (value.is_array())
        return std::any_of(value.get_array().begin(), value.get_array().end(),
                           [&](Json const& item) { return has_bad_token(item, servers); });
    if (!value.is_object()) return false;
    auto const has_control = [](std::string_view text) {
        return std::any_of(text.begin(), text.end(), [](char const c) { return (c >= 0 && c < ' ') || c == 0x7F; });
    };
    auto const no_token = [](std::string_view text) {
        return std::any_of(text.begin(), text.end(), [](char const c) { return c < '!' || c > '~'; });
    };
    if (find(value, "access_token") != nullptr) {
        if (!servers.insert(string_member(value, "resource_server")).second) return true;
        for (char const* name : {"access_token", "refresh_token", "id_token", "token_type"})
            if (any_text(member(value, name), no_token)) return true;
        for (char const* name : {"scope", "resource_server"})
            if (any_text(member(value, name), has_control)) return true;
        for (char const* name : {"access_token", "token_type", "resource_server"})
            if (string_member(value, name).empty()) return true;
        if (string_member(value, "token_type").size() != std::string_view("Bearer").size()) return true;
    }
    for (auto const& member : value.get_object())
        if (has_bad_token(member.value(), servers)) return true;
    return false;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(' ') == std::string_view::npos; }

/// The rule by which a case with these values is refused; empty if by none.
std::string rule_of_refusal(Json const& recorded, globus::Error const& error) {
    Json const& kwargs = member(recorded, "kwargs");
    std::string_view const words = error.what();
    auto const says = [&](char const* part) { return words.find(part) != std::string_view::npos; };
    auto const controls = [](std::string_view text) {
        return std::any_of(text.begin(), text.end(), [](char const c) { return c >= 0 && c < ' '; });
    };
    if (dynamic_cast<globus::ScopeError const*>(&error) != nullptr) return has_forbidden_scope(kwargs) ? "scopes" : "";
    if (dynamic_cast<globus::DecodeError const*>(&error) != nullptr) {
        Json const* responses = find(recorded, "responses");
        for (Json const& response : responses != nullptr ? responses->as_array() : Array()) {
            std::set<std::string> servers;
            if (has_bad_token(member(response, "json"), servers)) return "tokens";
        }
        return "";
    }
    if (says("cannot be part of a path") && any_text(kwargs, [](std::string_view text) {
            return is_blank(text) || text == "." || text == ".." || text.find('\0') != std::string_view::npos;
        }))
        return "segments";
    if (says(" is empty") || says("is empty,"))
        for (char const* name : {"token", "refresh_token", "state", "auth_code"})
            if (find(kwargs, name) != nullptr && text_member(kwargs, name).empty()) return "empty texts";
    if (says("at least one scope") &&
        !any_text(member(kwargs, "requested_scopes"), [](std::string_view text) { return !is_blank(text); }))
        return "scopes";
    if (says("the access token"))
        for (char const c : access_token_of(member(recorded, "requests")))
            if (c < '!' || c > '~') return "tokens";
    if (says("interval_seconds is") &&
        boost::json::serialize(kwargs).find("\"interval_seconds\":") != std::string::npos)
        return "limits";
    if (says("the label has") && any_text(kwargs, [&](std::string_view text) {
            return text.size() > 128 || controls(text) || text.starts_with(' ') || text.ends_with(' ');
        }))
        return "limits";
    return "";
}

}  // namespace

bool refused_on_purpose(Json const& recorded, std::exception_ptr const& thrown) {
    std::string rule;
    try {
        std::rethrow_exception(thrown);
    } catch (globus::Error const& error) {
        rule = rule_of_refusal(recorded, error);
    } catch (std::exception const&) {  // told by the comparison
    }
    if (!rule.empty()) on_purpose(rule);
    return !rule.empty();
}

}  // namespace conformance
