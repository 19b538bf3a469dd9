// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_AUTHORIZATION_REQUIREMENTS_IPP
#define GLOBUS_OAUTH_IMPL_AUTHORIZATION_REQUIREMENTS_IPP

#include <globus/core/config.hpp>
#include <globus/core/json_members.hpp>
#include <globus/core/one_line.hpp>
#include <globus/core/values.hpp>
#include <globus/oauth/authorization_requirements.hpp>
#include <globus/oauth/scope.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

/// Calls `f` with the name and the value of each parameter: the one list of them, for the reader and the writers.
template <class P, class F>
void for_each_parameter(P& parameters, F const& f) {
    f("session_message", parameters.session_message);
    f("session_required_identities", parameters.session_required_identities);
    f("session_required_policies", parameters.session_required_policies);
    f("session_required_single_domain", parameters.session_required_single_domain);
    f("session_required_mfa", parameters.session_required_mfa);
    f("required_scopes", parameters.required_scopes);
    f("prompt", parameters.prompt);
}

/// The texts of a list, separated by commas and without those that are empty.
GLOBUS_DECL std::string join_commas(std::vector<std::string> const& texts) {
    std::string joined;
    for (std::string const& text : texts)
        if (!text.empty()) joined.append(joined.empty() ? "" : ",").append(text);
    return joined;
}

/// The texts of a text split at commas.
GLOBUS_DECL std::vector<std::string> split_commas(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0;;) {
        auto const comma = text.find(',', begin);
        parts.emplace_back(text.substr(begin, comma - begin));
        if (comma == std::string_view::npos) return parts;
        begin = comma + 1;
    }
}

/// The value of a parameter as it stands in the query of a URL; empty if it asks for nothing.
GLOBUS_DECL std::string query_value(std::optional<std::string> const& text) { return text ? one_line(*text) : ""; }
GLOBUS_DECL std::string query_value(std::optional<bool> const& flag) { return !flag ? "" : *flag ? "True" : "False"; }

GLOBUS_DECL std::string query_value(std::optional<std::vector<std::string>> const& list) {
    return list ? join_commas(*list) : "";
}

GLOBUS_DECL bool asks_for_anything(AuthorizationParameters const& parameters) {
    bool asks = false;
    for_each_parameter(parameters, [&](char const*, auto const& value) { asks = asks || !query_value(value).empty(); });
    return asks;
}

/// Those of a service's texts that are scopes; none if all together are too large for a request.
GLOBUS_DECL std::vector<std::string> readable_scopes(std::vector<std::string> texts) {
    auto const is_readable = [](std::string const& text) {
        try {
            return !Scope::parse(text).empty();
        } catch (ScopeError const&) {
            return false;
        }
    };
    std::erase_if(texts, [&](std::string const& text) { return !is_readable(text); });
    std::string all;
    for (std::string const& text : texts) all += text + ' ';
    if (texts.size() > 1 && !is_readable(all)) texts.clear();
    return texts;
}

/// These read one parameter. A value of another kind leaves it absent, and the answer is false; null means absent.
GLOBUS_DECL bool read_parameter(std::string_view, boost::json::value const& value, std::optional<std::string>& place) {
    if (value.is_string()) place = std::string(value.get_string());
    return value.is_string() || value.is_null();
}

GLOBUS_DECL bool read_parameter(std::string_view, boost::json::value const& value, std::optional<bool>& place) {
    if (value.is_bool()) place = value.get_bool();
    return value.is_bool() || value.is_null();
}

GLOBUS_DECL bool read_parameter(std::string_view name, boost::json::value const& value,
                                std::optional<std::vector<std::string>>& place) {
    bool const or_commas = name == "session_required_policies" || name == "session_required_single_domain";
    place = value.is_string() && or_commas ? split_commas(value.get_string()) : texts_in(&value);
    if (place && name == "required_scopes") place = readable_scopes(*std::move(place));
    return place || value.is_null();
}

GLOBUS_DECL AuthorizationParameters read_parameters(boost::json::object const& object, boost::json::object& other) {
    AuthorizationParameters parameters;
    for (auto const& member : object) {
        bool read = false;
        for_each_parameter(parameters, [&](std::string_view name, auto& place) {
            if (name == member.key()) read = read_parameter(name, member.value(), place);
        });
        if (!read) other.insert(member);
    }
    return parameters;
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL boost::json::object Gare::to_json(bool with_extra) const {
    boost::json::object parameters;
    if (with_extra) parameters = extra_parameters;
    detail::for_each_parameter(authorization_parameters, [&](char const* name, auto const& value) {
        if (!value) return;
        if constexpr (requires { value->front().size(); })
            parameters[name] = boost::json::array(value->begin(), value->end());
        else
            parameters[name] = *value;
    });
    boost::json::object document{{"code", code}, {"authorization_parameters", std::move(parameters)}};
    if (with_extra) document.insert(extra.begin(), extra.end());
    return document;
}

}  // namespace globus

namespace globus::detail {

/// Reads ConsentRequired as Transfer (`required_scopes`) and action providers (`required_scope`) wrote it before there
/// was one form for all. Adds what it has read to `names`.
GLOBUS_DECL void read_consent(boost::json::object const& document, Gare& gare, std::vector<std::string_view>& names) {
    AuthorizationParameters& asked = gare.authorization_parameters;
    auto const* const list = document.if_contains("required_scopes");
    auto const one = text_member(document, "required_scope");
    if (auto texts = one ? text_list(list) : texts_in(list)) {
        asked.required_scopes = readable_scopes(*std::move(texts));
        names.push_back("required_scopes");
    } else if (one) {
        asked.required_scopes = readable_scopes({std::string(*one)});
        names.push_back("required_scope");
    }
    if (!asked.required_scopes || document.contains("authorization_parameters")) return;
    if (auto const text = text_member(document, names.back() == "required_scope" ? "description" : "message"))
        asked.session_message = *text;
}

/// Reads dependent_consent_required, as Globus Auth writes it.
GLOBUS_DECL void read_dependent_consent(boost::json::object const& document, Gare& gare,
                                        std::vector<std::string_view>& names) {
    auto const* const errors = object_list(document.if_contains("errors"));
    if (text_member(document, "error") != "dependent_consent_required" || errors == nullptr) return;
    for (boost::json::value const& error : *errors) {
        auto const* const object = error.if_object();
        auto const* const scopes = object != nullptr ? object->if_contains("unapproved_scopes") : nullptr;
        auto texts = texts_in(scopes);
        if (!texts) continue;
        auto& all = gare.authorization_parameters.required_scopes;
        if (!all) all.emplace();
        for (std::string& scope : readable_scopes(*std::move(texts))) all->push_back(std::move(scope));
    }
    if (!gare.authorization_parameters.required_scopes) return;
    gare.code = "ConsentRequired";
    names.insert(names.end(), {"error", "errors"});
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<Gare> to_gare(Json const& document) {
    boost::json::object const* const object = document.if_object();
    if (object == nullptr) return std::nullopt;
    Gare gare;
    gare.code = detail::text_member(*object, "code").value_or("");
    std::vector<std::string_view> names{"code", "authorization_parameters"};  // members that do not go into `extra`
    auto const* const parameters = detail::object_member(*object, "authorization_parameters");
    if (parameters != nullptr)
        gare.authorization_parameters = detail::read_parameters(*parameters, gare.extra_parameters);
    auto const& scopes = gare.authorization_parameters.required_scopes;
    if (gare.code == "ConsentRequired" && (!scopes || scopes->empty())) detail::read_consent(*object, gare, names);
    if (parameters == nullptr && !scopes) detail::read_dependent_consent(*object, gare, names);
    if (parameters == nullptr && !scopes) return std::nullopt;
    if (gare.code.empty()) gare.code = "AuthorizationRequired";
    for (auto const& member : *object)
        if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
            gare.extra.insert(member);
    return gare;
}

GLOBUS_DECL std::vector<std::pair<std::string, std::string>> session_query(AuthorizationParameters const& parameters) {
    std::vector<std::pair<std::string, std::string>> query;
    detail::for_each_parameter(parameters, [&](std::string_view name, auto const& value) {
        if (name == "required_scopes") return;  // the scopes of the flow include them
        if (std::string text = detail::query_value(value); !text.empty()) query.emplace_back(name, std::move(text));
    });
    return query;
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_AUTHORIZATION_REQUIREMENTS_IPP
