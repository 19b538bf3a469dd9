// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_GARE_HPP
#define GLOBUS_APP_GARE_HPP

#include <globus/core/values.hpp>
#include <globus/http/errors.hpp>
#include <globus/oauth/authorization_flow.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * A Globus Auth Requirements Error: a service says what the user has to do before it will serve.
 *
 *     try {
 *         client.operation_ls({.endpoint_id = id});
 *     } catch (ApiError const& error) {
 *         if (auto const gare = to_gare(error))
 *             app.login({.parameters = gare->authorization_parameters});
 *     }
 *
 * Services say it in several ways, old and new; `to_gare` reads them all into this one.
 * https://docs.globus.org/api/flows/reference/globus-auth-requirements-errors/ (the form of today)
 */
struct Gare {
    std::string code = {};  ///< "ConsentRequired", "AuthorizationRequired" or the service's own
    AuthorizationParameters authorization_parameters = {};  ///< what to ask of the user
    boost::json::object extra_parameters =
        {};                          ///< members of authorization_parameters that this library has no name for
    boost::json::object extra = {};  ///< other members of the document

    /// The document in today's form; with what else stood in it, if that is wanted.
    [[nodiscard]] boost::json::object to_json(bool with_extra = false) const {
        boost::json::object parameters;
        AuthorizationParameters const& p = authorization_parameters;
        auto const text = [&](char const* name, std::optional<std::string> const& value) {
            if (value) parameters[name] = *value;
        };
        auto const list = [&](char const* name, std::optional<std::vector<std::string>> const& value) {
            if (!value) return;
            boost::json::array items;
            for (std::string const& item : *value) items.emplace_back(item);
            parameters[name] = std::move(items);
        };
        text("session_message", p.session_message);
        list("session_required_identities", p.session_required_identities);
        list("session_required_policies", p.session_required_policies);
        list("session_required_single_domain", p.session_required_single_domain);
        if (p.session_required_mfa) parameters["session_required_mfa"] = *p.session_required_mfa;
        list("required_scopes", p.required_scopes);
        text("prompt", p.prompt);
        boost::json::object document{{"code", code}};
        if (with_extra)
            for (auto const& member : extra_parameters) parameters[member.key()] = member.value();
        document["authorization_parameters"] = std::move(parameters);
        if (with_extra)
            for (auto const& member : extra) document[member.key()] = member.value();
        return document;
    }
};

namespace detail {

/// Reads the members of a document one by one; what is left over is `extra`. A member that does not fit spoils all.
class GareReader {
public:
    explicit GareReader(boost::json::object const& object) : extra(object) {}

    [[nodiscard]] std::optional<std::string> text(char const* name) {
        auto const value = take(name);
        if (!value) return std::nullopt;
        if (value->is_string()) return std::string(value->get_string());
        good = false;
        return std::nullopt;
    }
    [[nodiscard]] std::optional<bool> boolean(char const* name) {
        auto const value = take(name);
        if (!value) return std::nullopt;
        if (value->is_bool()) return value->get_bool();
        good = false;
        return std::nullopt;
    }
    [[nodiscard]] std::optional<std::vector<std::string>> list(char const* name, bool or_commas = false) {
        auto const value = take(name);
        if (!value) return std::nullopt;
        if (or_commas && value->is_string()) return split_commas(value->get_string());
        auto texts = text_list(&*value, false);
        if (!texts) good = false;
        return texts;
    }
    /// Null counts as absent.
    [[nodiscard]] std::optional<boost::json::value> take(char const* name) {
        auto const* found = extra.if_contains(name);
        if (found == nullptr) return std::nullopt;
        boost::json::value value = *found;
        extra.erase(name);
        if (value.is_null()) return std::nullopt;
        return value;
    }

    boost::json::object extra;
    bool good = true;
};

/// The form of today, and, if `lenient`, the one before: no code, lists as text with commas, no scopes.
inline std::optional<Gare> read_parameters_gare(boost::json::object const& document, bool lenient) {
    GareReader outer(document);
    Gare gare;
    auto const code = outer.text("code");
    auto const parameters = outer.take("authorization_parameters");
    if (!outer.good || (!code && !lenient) || !parameters || !parameters->is_object()) return std::nullopt;
    gare.code = code.value_or("");
    if (lenient && gare.code.empty()) gare.code = "AuthorizationRequired";
    GareReader inner(parameters->get_object());
    AuthorizationParameters& p = gare.authorization_parameters;
    p.session_message = inner.text("session_message");
    p.session_required_identities = inner.list("session_required_identities");
    p.session_required_policies = inner.list("session_required_policies", lenient);
    p.session_required_single_domain = inner.list("session_required_single_domain", lenient);
    p.session_required_mfa = inner.boolean("session_required_mfa");
    if (!lenient) p.required_scopes = inner.list("required_scopes");
    p.prompt = inner.text("prompt");
    if (lenient && p.prompt && p.prompt != "login") return std::nullopt;
    if (!inner.good) return std::nullopt;
    gare.extra_parameters = std::move(inner.extra);
    gare.extra = std::move(outer.extra);
    return gare;
}

/// ConsentRequired as Transfer (`required_scopes`) and action providers (`required_scope`) write it.
inline std::optional<Gare> read_consent_gare(boost::json::object const& document, bool of_action_provider) {
    GareReader reader(document);
    Gare gare;
    gare.code = reader.text("code").value_or("");
    if (gare.code != "ConsentRequired") return std::nullopt;
    AuthorizationParameters& p = gare.authorization_parameters;
    if (of_action_provider) {
        auto const scope = reader.text("required_scope");
        if (!scope) return std::nullopt;
        p.required_scopes = std::vector{*scope};
        if (auto const more = reader.take("authorization_parameters"); more && more->is_object())
            gare.extra_parameters = more->get_object();
    } else {
        p.required_scopes = reader.list("required_scopes");
    }
    gare.extra = reader.extra;
    p.session_message = reader.text(of_action_provider ? "description" : "message");
    if (!reader.good || !p.required_scopes) return std::nullopt;
    return gare;
}

/// dependent_consent_required, as Globus Auth writes it.
inline std::optional<Gare> read_dependent_gare(boost::json::object const& document) {
    GareReader reader(document);
    auto const errors = reader.take("errors");
    if (reader.text("error") != "dependent_consent_required" || !errors || !errors->is_array() ||
        errors->get_array().empty() || !errors->get_array().front().is_object())
        return std::nullopt;
    GareReader first(errors->get_array().front().get_object());
    Gare gare;
    gare.code = "ConsentRequired";
    gare.authorization_parameters.required_scopes =
        first.list("unapproved_scopes").value_or(std::vector<std::string>{});
    if (!first.good) return std::nullopt;
    return gare;
}

}  // namespace detail

/// What a document asks for; nothing if it asks for nothing, or is not of a form that is known.
inline std::optional<Gare> to_gare(Json const& document) {
    boost::json::object const* const object = document.if_object();
    if (object == nullptr) return std::nullopt;
    if (auto gare = detail::read_parameters_gare(*object, false)) return gare;
    if (auto gare = detail::read_parameters_gare(*object, true)) return gare;
    if (auto gare = detail::read_consent_gare(*object, false)) return gare;
    if (auto gare = detail::read_consent_gare(*object, true)) return gare;
    return detail::read_dependent_gare(*object);
}
/// The same of one of the errors that an answer lists.
inline std::optional<Gare> to_gare(SubError const& error) { return to_gare(Json(error.raw)); }

/// All that an answer asks for: each of the errors that it lists, and the document as a whole.
inline std::vector<Gare> to_gares(ApiError const& error) {
    std::vector<Gare> gares;
    boost::json::object const* const root = error.raw_json().if_object();
    if (root == nullptr) return gares;
    auto const add = [&](std::optional<Gare> gare) {
        if (gare) gares.push_back(std::move(*gare));
    };
    if (root->contains("errors"))
        for (SubError const& sub : error.errors()) add(to_gare(sub));
    if (auto const* inner = root->if_contains("error"); inner != nullptr && inner->is_object()) add(to_gare(*inner));
    add(to_gare(error.raw_json()));
    return gares;
}
/// What an answer asks for: the document as a whole, or the first of the errors in it that asks for something.
inline std::optional<Gare> to_gare(ApiError const& error) {
    if (auto gare = to_gare(error.raw_json())) return gare;
    auto gares = to_gares(error);
    if (gares.empty()) return std::nullopt;
    return std::move(gares.front());
}

/// True if the document or error asks for a consent or a login.
template <class E>
    requires requires(E const& error) { to_gare(error); }
bool is_gare(E const& error) {
    return to_gare(error).has_value();
}

/// All that several documents or errors ask for.
template <class E>
std::vector<Gare> to_gares(std::vector<E> const& errors) {
    std::vector<Gare> gares;
    for (E const& error : errors) {
        if constexpr (std::derived_from<E, ApiError>) {
            for (Gare& gare : to_gares(error)) gares.push_back(std::move(gare));
        } else if (auto gare = to_gare(error)) {
            gares.push_back(std::move(*gare));
        }
    }
    return gares;
}
/// True if any of several documents or errors asks for a consent or a login.
template <class E>
bool has_gares(std::vector<E> const& errors) {
    for (E const& error : errors)
        if (is_gare(error)) return true;
    return false;
}

/**
 * What the authorize URL says of a login besides scopes, as query parameters.
 *
 *     std::string const url = flow.authorize_url(session_query(gare.authorization_parameters));
 *
 * https://docs.globus.org/api/auth/sessions/
 */
inline std::vector<std::pair<std::string, std::string>> session_query(AuthorizationParameters const& parameters) {
    std::vector<std::pair<std::string, std::string>> query;
    auto const list = [&](char const* name, std::optional<std::vector<std::string>> const& items) {
        if (!items) return;
        std::string joined;
        for (std::string const& item : *items) joined += (joined.empty() ? "" : ",") + item;
        query.emplace_back(name, joined);
    };
    list("session_required_identities", parameters.session_required_identities);
    list("session_required_single_domain", parameters.session_required_single_domain);
    list("session_required_policies", parameters.session_required_policies);
    if (parameters.session_required_mfa)
        query.emplace_back("session_required_mfa", *parameters.session_required_mfa ? "True" : "False");
    if (parameters.session_message) query.emplace_back("session_message", *parameters.session_message);
    if (parameters.prompt) query.emplace_back("prompt", *parameters.prompt);
    return query;
}

}  // namespace globus

#endif  // GLOBUS_APP_GARE_HPP
