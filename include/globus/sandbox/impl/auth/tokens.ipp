// SPDX-License-Identifier: Apache-2.0
// Tokens and consents are issued.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_TOKENS_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_TOKENS_IPP

#include <globus/sandbox/impl/auth/callers.ipp>

namespace globus::sandbox::detail {

/// What the tokens of one grant have in common.
struct Grant {
    std::string client_id;
    std::string identity;
    std::vector<std::string> scopes;
    bool offline = false;
    std::string nonce;
    Millis authenticated = 0;
    json::object session;
};

/// Forgets what nobody can tell from what never was: a long run must not remember it all. Who presents an access token
/// that expired long ago need not be told so.
inline void sweep_grants(World& world) {
    auto& data = world.data;
    Millis const now = world.now_locked();
    data.access_tokens.erase_if([&](AccessToken const& token) { return token.expires + 3600000 < now; });
    data.codes.erase_if([&](AuthorizationCode const& code) { return code.expires < now; });
    data.refresh_tokens.erase_if([&](RefreshToken const& token) {
        return token.revoked || (token.spent && !world.options.detect_refresh_token_reuse);
    });
    data.token_sweep = std::max<std::size_t>(1000, 2 * data.access_tokens.size());
    data.code_sweep = std::max<std::size_t>(1000, 2 * data.codes.size());
}

inline AccessToken const& issue_access_token(World& world, Grant const& grant, std::string const& server,
                                             std::vector<std::string> scopes, std::string const& family) {
    AccessToken token;
    token.token = world.token("access");
    token.client_id = grant.client_id;
    token.identity = grant.identity;
    token.resource_server = server;
    token.scopes = std::move(scopes);
    token.issued = world.now_locked();
    token.expires = token.issued + world.token_lifetime.count() * 1000;
    token.family = family;
    token.session = grant.session;
    token.generation =
        ++world.data.generations[family.empty() ? grant.client_id + "/" + grant.identity + "/" + server : family];
    if (world.data.access_tokens.size() >= world.data.token_sweep) sweep_grants(world);
    return world.data.access_tokens[token.token] = token;
}

inline RefreshToken const& issue_refresh(World& world, Grant const& grant, std::string const& server,
                                         std::vector<std::string> scopes, std::string family) {
    RefreshToken token;
    token.token = world.token("refresh");
    token.client_id = grant.client_id;
    token.identity = grant.identity;
    token.resource_server = server;
    token.scopes = std::move(scopes);
    token.family = family.empty() ? token.token : std::move(family);
    token.session = grant.session;
    return world.data.refresh_tokens[token.token] = token;
}

inline json::object describe_token(World& world, AccessToken const& token, std::string const& refresh) {
    std::vector<std::string> names;
    for (auto const& scope : token.scopes) names.push_back(bare_scope(scope));
    json::object out{{"access_token", token.token},
                     {"scope", join_words(names)},
                     {"expires_in", world.token_lifetime.count()},
                     {"resource_server", token.resource_server},
                     {"token_type", "Bearer"}};
    if (!refresh.empty()) out["refresh_token"] = refresh;
    return out;
}

/// One token for each resource server, in the order in which the scopes name them.
inline std::vector<json::object> issue_tokens(World& world, Grant const& grant) {
    std::vector<std::pair<std::string, std::vector<std::string>>> by_server;
    for (auto const& scope : grant.scopes) {
        auto const server = resource_server_of(scope);
        auto const same = [&](auto const& entry) { return entry.first == server; };
        auto const found = std::find_if(by_server.begin(), by_server.end(), same);
        if (found == by_server.end())
            by_server.push_back({server, {scope}});
        else
            found->second.push_back(scope);
    }
    std::vector<json::object> out;
    for (auto const& [server, scopes] : by_server) {
        std::string refresh;
        if (grant.offline) refresh = issue_refresh(world, grant, server, scopes, "").token;
        AccessToken const token = issue_access_token(world, grant, server, scopes, refresh);
        out.push_back(describe_token(world, token, refresh));
    }
    return out;
}

/// [recorded] the first token is the answer, the others are its `other_tokens`.
inline Reply token_answer(World& world, Grant const& grant) {
    auto tokens = issue_tokens(world, grant);
    json::object answer = tokens.empty() ? json::object{} : std::move(tokens.front());
    json::array others;
    for (std::size_t i = 1; i < tokens.size(); ++i) others.push_back(std::move(tokens[i]));
    bool const openid = std::find(grant.scopes.begin(), grant.scopes.end(), "openid") != grant.scopes.end();
    if (auto const* user = world.user(grant.identity); openid && user != nullptr)
        answer["id_token"] = make_id_token(world, grant.client_id, *user, grant.nonce, text_of(answer, "access_token"),
                                           grant.authenticated);
    answer["other_tokens"] = std::move(others);
    return Reply::of(200, answer);
}

/// [recorded] the short shape of the token endpoint: {"error": "invalid_grant"}
inline Reply oauth_error(int status, std::string const& error, std::string const& description = {}) {
    json::object document{{"error", error}};
    if (!description.empty()) document["error_description"] = description;
    Reply reply = Reply::of(status, document);
    if (status == 401) reply.headers.emplace_back("WWW-Authenticate", "Basic");
    return reply;
}

inline void revoke_family(World& world, std::string const& family) {
    auto const of_family = [&](auto const& token) { return token.family == family; };
    auto const revoke = [](auto& token) { token.revoked = true; };
    world.data.refresh_tokens.change_if(of_family, revoke);
    world.data.access_tokens.change_if(of_family, revoke);
}

inline void record_consents(World& world, Grant const& grant, Scope const& scope, std::vector<std::int64_t> path) {
    auto& consents = world.data.consents;
    auto const same = [&](Consent const& one) {
        return one.client_id == grant.client_id && one.identity == grant.identity && one.scope == scope.name &&
               one.path.size() == path.size() + 1 && std::equal(path.begin(), path.end(), one.path.begin());
    };
    auto found = std::find_if(consents.begin(), consents.end(), same);
    if (found == consents.end()) {
        Consent made;
        made.id = 1000 + static_cast<std::int64_t>(consents.size());
        made.client_id = grant.client_id;
        made.identity = grant.identity;
        made.scope = scope.name;
        made.path = path;
        made.path.push_back(made.id);
        made.created = world.now_locked();
        made.atomically_revocable = scope.optional;
        consents.push_back(made);
        found = std::prev(consents.end());
    }
    found->allows_refresh = found->allows_refresh || grant.offline;
    auto const next = found->path;
    for (auto const& dependency : scope.dependencies) record_consents(world, grant, dependency, next);
}

/// The whole text of a consent with its dependencies is what a ConsentRequired answer may ask for.
inline void record_consents(World& world, Grant const& grant) {
    for (auto const& text : grant.scopes) {
        record_consents(world, grant, read_scope(text), {});
        if (text.find('[') != std::string::npos) {
            Scope whole;
            whole.name = text;
            record_consents(world, grant, whole, {});
        }
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_TOKENS_IPP
