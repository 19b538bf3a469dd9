// SPDX-License-Identifier: Apache-2.0
// Scopes. Written apart from the SDK's own on purpose: an error of ours there would be mirrored here.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_SCOPES_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_SCOPES_IPP

#include <globus/sandbox/impl/faults/answers.ipp>

namespace globus::sandbox::detail {

/// Splits at the blanks outside of brackets; nothing when the brackets do not match.
inline std::optional<std::vector<std::string>> split_scopes(std::string_view text) {
    std::vector<std::string> out;
    std::string current;
    int depth = 0;
    for (char const c : text) {
        if (c == '[') ++depth;
        if (c == ']' && --depth < 0) return std::nullopt;
        if (c == ' ' && depth == 0) {
            if (!current.empty()) out.push_back(std::exchange(current, {}));
        } else {
            current += c;
        }
    }
    if (depth != 0) return std::nullopt;
    if (!current.empty()) out.push_back(current);
    return out;
}

/// Reads one scope with its dependencies: `a[*b c[d]]`.
inline Scope read_scope(std::string_view text, int depth = 0) {
    Scope scope;
    if (!text.empty() && text[0] == '*') {
        scope.optional = true;
        text.remove_prefix(1);
    }
    auto const bracket = text.find('[');
    scope.name = std::string(text.substr(0, bracket));
    if (bracket != std::string_view::npos && text.back() == ']' && depth < 64)
        if (auto const inner = split_scopes(text.substr(bracket + 1, text.size() - bracket - 2)))
            for (auto const& one : *inner) scope.dependencies.push_back(read_scope(one, depth + 1));
    return scope;
}

inline std::string bare_scope(std::string_view scope) { return std::string(scope.substr(0, scope.find('['))); }

/// Who a scope's token is for. [recorded] names; empty when Globus Auth would not know the scope.
inline std::string resource_server_of(std::string_view full) {
    std::string const scope = bare_scope(full);
    if (scope == "openid" || scope == "email" || scope == "profile") return "auth.globus.org";
    static constexpr std::string_view urn = "urn:globus:auth:scope:";
    if (scope.starts_with(urn)) {
        auto const rest = std::string_view(scope).substr(urn.size());
        auto const colon = rest.find(':');
        return colon == std::string_view::npos || colon + 1 == rest.size() ? "" : std::string(rest.substr(0, colon));
    }
    static constexpr std::string_view url = "https://auth.globus.org/scopes/";
    if (scope.starts_with(url)) {
        auto const rest = std::string_view(scope).substr(url.size());
        auto const slash = rest.find('/');
        if (slash == std::string_view::npos || slash + 1 == rest.size()) return {};
        auto const owner = rest.substr(0, slash);
        if (owner == "eec9b274-0c81-4334-bdc2-54e90e689b9a") return "flows.globus.org";
        if (owner == "facd7ccc-c5f4-42aa-916b-a0e270e2c2a9") return "funcx_service";
        return std::string(owner);
    }
    return {};
}

/// The resource server whose tokens a service takes.
inline std::string resource_server_of_service(std::string_view service) {
    if (service == "auth") return "auth.globus.org";
    if (service == "transfer") return "transfer.api.globus.org";
    if (service == "groups") return "groups.api.globus.org";
    if (service == "search") return "search.api.globus.org";
    if (service == "flows") return "flows.globus.org";
    if (service == "timers") return "524230d7-ea86-4a52-8312-86065a9e0417";
    if (service == "compute") return "funcx_service";
    return {};
}

/// A scope for whoever names a resource server instead.
inline std::string scope_for(std::string_view scope_or_server) {
    if (!resource_server_of(scope_or_server).empty()) return std::string(scope_or_server);
    std::string const server(scope_or_server);
    if (server == "auth.globus.org")
        return "openid profile email urn:globus:auth:scope:auth.globus.org:view_identities "
               "urn:globus:auth:scope:auth.globus.org:view_identity_set "
               "urn:globus:auth:scope:auth.globus.org:manage_projects "
               "urn:globus:auth:scope:auth.globus.org:view_consents";
    if (server == "flows.globus.org") return "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all";
    if (server == "funcx_service") return "https://auth.globus.org/scopes/facd7ccc-c5f4-42aa-916b-a0e270e2c2a9/all";
    if (server == "524230d7-ea86-4a52-8312-86065a9e0417")
        return "https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer";
    if (is_uuid(server)) return "https://auth.globus.org/scopes/" + server + "/https";
    return "urn:globus:auth:scope:" + server + ":all";
}

inline std::string join_words(std::vector<std::string> const& words) {
    std::string out;
    for (auto const& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_SCOPES_IPP
