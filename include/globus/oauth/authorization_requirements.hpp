// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_AUTHORIZATION_REQUIREMENTS_HPP
#define GLOBUS_OAUTH_AUTHORIZATION_REQUIREMENTS_HPP

#include <globus/core/config.hpp>
#include <globus/core/values.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace globus {

/// What a service requires before it carries out a request: consents, a fresh login, another identity. What is absent
/// or empty is not required.
/// https://docs.globus.org/api/auth/sessions/
struct AuthorizationParameters {
    std::optional<std::string> session_message = {};  ///< for the user: the reason for the request
    std::optional<std::vector<std::string>> session_required_identities =
        {};  ///< ids or names; one of them must be used
    std::optional<std::vector<std::string>> session_required_single_domain = {};  ///< domains; one of them is enough
    std::optional<std::vector<std::string>> session_required_policies = {};       ///< ids of what the login has to meet
    std::optional<bool> session_required_mfa = {};                 ///< whether multi-factor authentication is required
    std::optional<std::vector<std::string>> required_scopes = {};  ///< that the user has to consent to
    std::optional<std::string> prompt = {};  ///< "login": a fresh login, even if there is a session
};

namespace detail {

/// True if any of the parameters asks for something.
[[nodiscard]] bool asks_for_anything(AuthorizationParameters const& parameters);

/// Reads `authorization_parameters`, in current and older forms. What it cannot read goes to `other`.
AuthorizationParameters read_parameters(boost::json::object const& object, boost::json::object& other);

}  // namespace detail

/**
 * A Globus Auth Requirements Error: a service says what the user has to do before it carries out a request.
 *
 *     try {
 *         client.operation_ls({.endpoint_id = id});
 *     } catch (ApiError const& error) {
 *         if (auto const gare = to_gare(error))
 *             app.login({.parameters = gare->authorization_parameters});
 *     }
 *
 * Services say it in several ways, old and new; `to_gare` reads them all into this one.
 * https://docs.globus.org/api/flows/reference/globus-auth-requirements-errors/ (the current form)
 */
struct Gare {
    std::string code = {};  ///< "ConsentRequired", "AuthorizationRequired" or the service's own
    AuthorizationParameters authorization_parameters = {};  ///< what to ask of the user
    boost::json::object extra_parameters =
        {};                          ///< members of authorization_parameters whose name or value has no place above
    boost::json::object extra = {};  ///< other members of the document

    /// The document in the current form, on request with its other members.
    [[nodiscard]] boost::json::object to_json(bool with_extra = false) const;
};

/**
 * What a document asks for, in any of the five forms that services use; nothing if it asks for nothing.
 *
 * One value that is not what it should be does not hide the others: it counts as missing.
 */
std::optional<Gare> to_gare(Json const& document);

/**
 * What the authorize URL says about a login besides scopes, as query parameters. Empty ones are left out, since Globus
 * Auth refuses them.
 *
 *     std::string const url = flow.authorize_url(session_query(gare.authorization_parameters));
 *
 * https://docs.globus.org/api/auth/sessions/
 */
std::vector<std::pair<std::string, std::string>> session_query(AuthorizationParameters const& parameters);

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/authorization_requirements.ipp>
#endif

#endif  // GLOBUS_OAUTH_AUTHORIZATION_REQUIREMENTS_HPP
