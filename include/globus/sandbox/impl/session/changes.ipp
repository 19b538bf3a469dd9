// SPDX-License-Identifier: Apache-2.0
// Changes from outside: tokens, the clock, collections, scenarios, variables.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_CHANGES_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_CHANGES_IPP

#include <globus/sandbox/impl/session/reports.ipp>

namespace globus::sandbox::detail {

inline std::string user_token(World& world, std::string_view scope) {
    Change const change(world);
    auto const scopes = split_scopes(scope_for(scope));
    if (!scopes || scopes->empty() || resource_server_of(scopes->front()).empty())
        throw SandboxError("sandbox: not a scope: " + std::string(scope));
    Grant grant;
    for (auto const& app : world.options.apps)
        if (app.secret.empty() && grant.client_id.empty()) grant.client_id = app.id;
    grant.identity = world.options.users.front().id;
    grant.scopes = *scopes;
    grant.session["sandbox_login"] = world.now_locked();
    return issue_access_token(world, grant, resource_server_of(scopes->front()), *scopes, "").token;
}

inline std::string refresh_token(World& world, std::string_view scope, std::string_view client) {
    Change const change(world);
    auto const scopes = split_scopes(scope_for(scope));
    if (!scopes || scopes->empty() || resource_server_of(scopes->front()).empty())
        throw SandboxError("sandbox: not a scope: " + std::string(scope));
    Grant grant;
    grant.client_id = std::string(client);
    for (auto const& app : world.options.apps)
        if (app.secret.empty() && grant.client_id.empty()) grant.client_id = app.id;
    if (world.app(grant.client_id) == nullptr) throw SandboxError("sandbox: no such application: " + grant.client_id);
    grant.identity = world.options.users.front().id;
    grant.scopes = *scopes;
    grant.offline = true;
    grant.session["sandbox_login"] = world.now_locked();
    return issue_refresh(world, grant, resource_server_of(scopes->front()), *scopes, "").token;
}

/// False when there is no such token.
inline bool revoke(World& world, std::string const& token) {
    Change const change(world);
    auto const access = world.data.access_tokens.find(token);
    auto const refresh = world.data.refresh_tokens.find(token);
    if (access != world.data.access_tokens.end()) access->second.revoked = true;
    if (refresh != world.data.refresh_tokens.end()) revoke_family(world, refresh->second.family);
    return access != world.data.access_tokens.end() || refresh != world.data.refresh_tokens.end();
}

/// False when there is no such access token.
inline bool expire(World& world, std::string const& token) {
    Change const change(world);
    auto const found = world.data.access_tokens.find(token);
    if (found == world.data.access_tokens.end()) return false;
    found->second.expires = std::min(found->second.expires, world.now_locked());
    return true;
}

inline void revoke_all(World& world) {
    Change const change(world);
    for (auto& [text, token] : world.data.access_tokens) token.revoked = true;
    for (auto& [text, token] : world.data.refresh_tokens) token.revoked = true;
}

inline void expire_all(World& world) {
    Change const change(world);
    for (auto& [text, token] : world.data.access_tokens) token.expires = std::min(token.expires, world.now_locked());
}

inline void rotate(World& world) {
    Change const change(world);
    world.key_locked();
    world.add_key();
}

inline void set_lifetime(World& world, std::chrono::seconds lifetime) {
    if (lifetime.count() < 0) throw SandboxError("sandbox: the lifetime of tokens cannot be negative");
    std::lock_guard lock(world.mutex);
    world.token_lifetime = lifetime;
}

inline void advance(World& world, Millis by) {
    if (by < 0) throw SandboxError("sandbox: time does not go backwards; set the clock instead");
    {
        Change const change(world);
        world.clock_offset += by;
    }
    world.wake.notify_all();
    world.run_due_tasks();
}

inline void set_clock(World& world, Millis to) {
    {
        Change const change(world);
        world.clock_offset += to - world.now_locked();
    }
    world.wake.notify_all();
    world.run_due_tasks();
}

inline void set_state(World& world, std::string const& collection, std::string const& state) {
    static std::set<std::string> const known{"ok", "disconnected", "login_failed", "permission_denied", "size_limit"};
    if (!known.contains(state)) throw SandboxError("sandbox: unknown state of a collection: " + state);
    Change const change(world);
    auto const found = world.data.endpoints.find(collection);
    if (found == world.data.endpoints.end()) throw SandboxError("sandbox: no such collection: " + collection);
    found->second.state = state;
}

inline void run_scenario(World& world, std::string const& name) {
    auto const found = scenarios().find(name);
    if (found == scenarios().end()) throw SandboxError("sandbox: no such scenario: " + name);
    if (name == "key_rotation") return rotate(world);
    std::lock_guard lock(world.mutex);
    world.add_rules_locked(json::value(found->second));
}

inline void take_snapshot(World& world) {
    std::lock_guard lock(world.mutex);
    world.snapshot = std::make_unique<Data>(world.data);
    keep_copy(world, Part::snapshot);
}

inline void restore_snapshot(World& world) {
    Change const change(world);
    if (!world.snapshot) throw SandboxError("sandbox: there is no snapshot");
    world.data = *world.snapshot;
}

/// What a rule of the session that never fired says.
inline json::array unfired_rules(World& world) {
    std::lock_guard lock(world.mutex);
    json::array out;
    for (auto const& rule : world.rules)
        if (rule.fired == 0) out.push_back(json::object{{"rule_id", rule.id}, {"rule", rule.source}});
    return out;
}

/// The tokens among the variables: the same each time, for they are issued at the first one.
inline Pairs environment_tokens(World& world, std::string const& client, std::string const& native) {
    {
        std::lock_guard lock(world.mutex);
        if (!world.data.environment.empty()) return world.data.environment;
    }
    Pairs out;
    for (auto const* service : {"auth", "transfer", "groups", "search", "flows", "timers", "compute"}) {
        std::string name = service;
        for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        std::string const server = resource_server_of_service(service);
        out.emplace_back("GLOBUS_SANDBOX_" + name + "_REFRESH_TOKEN", refresh_token(world, server, client));
        out.emplace_back("GLOBUS_SANDBOX_NATIVE_" + name + "_REFRESH_TOKEN", refresh_token(world, server, native));
    }
    out.emplace_back("GLOBUS_SANDBOX_TRANSFER_TOKEN", user_token(world, "transfer.api.globus.org"));
    Change const change(world);
    if (world.data.environment.empty()) world.data.environment = out;
    return world.data.environment;
}

inline Pairs environment_of(World& world) {
    Pairs out;
    // All names that the SDKs know: a service that one of them misses would be the real one.
    for (auto const* service :
         {"AUTH", "TRANSFER", "GROUPS", "SEARCH", "FLOWS", "TIMER", "TIMERS", "COMPUTE", "NEXUS", "APP", "ACTIONS"})
        out.emplace_back("GLOBUS_SDK_SERVICE_URL_" + std::string(service), world.base_url);
    out.emplace_back("GLOBUS_SANDBOX_URL", world.base_url);
    std::string client;
    std::string secret;
    std::string native;
    for (auto const& app : world.options.apps) {
        if (app.secret.empty() && native.empty()) native = app.id;
        if (!app.secret.empty() && client.empty()) {
            client = app.id;
            secret = app.secret;
        }
    }
    out.emplace_back("GLOBUS_SANDBOX_CLIENT_ID", client);
    out.emplace_back("GLOBUS_SANDBOX_CLIENT_SECRET", secret);
    out.emplace_back("GLOBUS_SANDBOX_NATIVE_CLIENT_ID", native);
    out.emplace_back("GLOBUS_SANDBOX_USER_ID", world.options.users.front().id);
    out.emplace_back("GLOBUS_SANDBOX_USERNAME", world.options.users.front().username);
    auto const& source = world.options.collections.front();
    auto const& destination = world.options.collections[world.options.collections.size() > 1 ? 1 : 0];
    out.emplace_back("GLOBUS_SANDBOX_SOURCE_COLLECTION", source.id);
    out.emplace_back("GLOBUS_SANDBOX_DESTINATION_COLLECTION", destination.id);
    out.emplace_back("GLOBUS_SANDBOX_SOURCE_DIRECTORY", source.directory.string());
    out.emplace_back("GLOBUS_SANDBOX_DESTINATION_DIRECTORY", destination.directory.string());
    for (auto const& collection : world.options.collections) {
        if (!collection.requires_data_access) continue;
        out.emplace_back("GLOBUS_SANDBOX_MAPPED_COLLECTION", collection.id);
        break;
    }
    out.emplace_back("GLOBUS_SANDBOX_HTTPS_URL", world.https_url);
    out.emplace_back("GLOBUS_SANDBOX_SUBSCRIPTION_ID", own_subscription(world));
    out.emplace_back("GLOBUS_SANDBOX_SUBSCRIPTION_GROUP", subscription_group(world));
    out.emplace_back("GLOBUS_SANDBOX_GCS_URL", world.base_url + "api/");
    out.emplace_back("GLOBUS_SANDBOX_GCS_HTTPS_URL", world.https_url + "api/");
    out.emplace_back("GLOBUS_SANDBOX_GCS_ENDPOINT", world.gcs_id);
    for (auto const& token : environment_tokens(world, client, native)) out.push_back(token);
    return out;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_CHANGES_IPP
