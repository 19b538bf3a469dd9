// SPDX-License-Identifier: Apache-2.0
// Who is asking: bearer tokens and the credentials of applications.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_CALLERS_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_CALLERS_IPP

#include <globus/sandbox/impl/auth/keys.ipp>

namespace globus::sandbox::detail {

inline Reply problem(World& world, Call const& call, int status, std::string const& code, std::string const& message) {
    return error_reply(call.service, status, code, message, world.random.request_id(), call.path);
}

/// Who a bearer token stands for: a user or an application.
inline std::string username_of(World const& world, std::string const& identity) {
    if (auto const* user = world.user(identity)) return user->username;
    return identity + "@clients.auth.globus.org";  // [doc] the identity of an application
}

/// Whether a login was asked for what is required: each of the wanted values must be among those it was asked for.
inline bool session_has(json::object const& session, std::string_view name, json::value const& wanted) {
    auto const* given = session.if_contains(name);
    if (given == nullptr || !given->is_string()) return false;
    auto const values = split(std::string_view(given->get_string()), ',');
    auto const has = [&](std::string_view value) {
        for (auto const& one : values)
            if (trim(one) == value) return true;
        return false;
    };
    if (wanted.is_bool()) return lower(values.front()) == "true" || values.front() == "1";
    if (wanted.is_string()) {
        for (auto const& one : split(std::string_view(wanted.get_string()), ','))
            if (!has(trim(one))) return false;
        return true;
    }
    if (auto const* list = wanted.if_array())
        for (auto const& one : *list)
            if (!one.is_string() || !has(std::string_view(one.get_string()))) return false;
    return true;
}

inline bool has_scope(AccessToken const& token, std::string_view scope) {
    return std::any_of(token.scopes.begin(), token.scopes.end(),
                       [&](std::string const& one) { return bare_scope(one) == scope; });
}

/// The token of a call to `service`; when it is not good enough, `refused` says why. [recorded] codes
inline AccessToken const* authenticate(World& world, Call const& call, std::string const& resource_server,
                                       Reply& refused) {
    std::string const code = call.service == "auth" ? "UNAUTHORIZED" : "AuthenticationFailed";
    std::string const bearer = call.bearer();
    if (bearer.empty()) {
        refused = problem(world, call, 401, call.service == "auth" ? code : "ClientError.AuthenticationFailed",
                          "Call must be authenticated");
        refused.headers.emplace_back("WWW-Authenticate", "Bearer");
        return nullptr;
    }
    auto const& tokens = world.data.access_tokens.all();
    auto const found = tokens.find(bearer);
    char const* why = nullptr;
    if (found == tokens.end())
        why = "Token is not valid";
    else if (found->second.revoked)
        why = "Token is not active";
    else if (found->second.expires <= world.now_locked())
        why = "Token has expired";
    else if (found->second.resource_server != resource_server)
        why = "Token is for another resource server";
    if (why != nullptr) {
        refused = problem(world, call, 401, code, why);
        refused.headers.emplace_back("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        return nullptr;
    }
    AccessToken const& token = found->second;
    auto const demand = [&](json::object parameters, std::vector<std::string> const& scopes) {
        json::object document{
            {"code", scopes.empty() ? "AuthorizationRequired" : "ConsentRequired"},
            {"message", scopes.empty() ? "The session does not satisfy a policy" : "Missing required consent"},
            {"request_id", world.random.request_id()},
            {"resource", call.path}};
        if (!scopes.empty()) {
            json::array list;
            for (auto const& scope : scopes) list.emplace_back(scope);
            document["required_scopes"] = list;
            parameters["required_scopes"] = std::move(list);
        }
        if (!parameters.contains("session_message")) parameters["session_message"] = document["message"];
        document["authorization_parameters"] = std::move(parameters);
        refused = Reply::of(403, document);
    };
    for (auto const& requirement : world.data.requirements) {
        if (requirement.service != call.service) continue;
        for (auto const& item : requirement.authorization_parameters) {
            std::string_view const name = item.key();
            if (!name.starts_with("session_required") && name != "prompt") continue;
            if (item.value().is_bool() && !item.value().get_bool()) continue;
            if (!session_has(token.session, name, item.value())) {
                demand(requirement.authorization_parameters, {});
                return nullptr;
            }
        }
        if (requirement.scopes.empty()) continue;
        for (auto const& wanted : requirement.scopes) {
            bool given = false;
            for (auto const& consent : world.data.consents)
                given = given || (consent.identity == token.identity && consent.scope == wanted);
            if (!given) {
                demand({}, requirement.scopes);
                return nullptr;
            }
        }
    }
    return &token;
}

/// Whether this is the secret of the application, or that of one of its credentials.
inline bool knows_secret(World const& world, App const& app, std::string_view secret) {
    if (app.secret.empty()) return false;
    if (equal_secret(app.secret, secret)) return true;
    for (auto const& [client, credential, known] : world.data.credentials)
        if (client == app.id && equal_secret(known, secret)) return true;
    return false;
}

/// The application that presents id and secret by Basic; null when it does not, or wrongly.
inline App const* basic_client(World const& world, Call const& call) {
    std::string const value = call.header("Authorization");
    if (value.size() < 6 || !same_name(std::string_view(value).substr(0, 6), "Basic ")) return nullptr;
    auto const decoded = base64_decode(trim(value.substr(6)));
    auto const colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) return nullptr;
    auto const* app = world.app(decoded->substr(0, colon));
    if (app == nullptr || !knows_secret(world, *app, decoded->substr(colon + 1))) return nullptr;
    return app;
}

/// The application that a form comes from: by Basic, or by its members. [doc] RFC 6749, 2.3.1: an application with a
/// secret must show it; in the form it may, too
inline App const* form_client(World& world, Call const& call, Pairs const& form) {
    if (same_name(call.header("Authorization").substr(0, 6), "Basic ")) return basic_client(world, call);
    App const* const app = world.app_or_any(pair_or(form, "client_id"));
    if (app != nullptr && !app->secret.empty() && !knows_secret(world, *app, pair_or(form, "client_secret")))
        return nullptr;
    return app;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_CALLERS_IPP
