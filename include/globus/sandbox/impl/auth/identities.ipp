// SPDX-License-Identifier: Apache-2.0
// People, identities and consents.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_IDENTITIES_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_IDENTITIES_IPP

#include <globus/sandbox/impl/auth/tokens.ipp>

namespace globus::sandbox::detail {

inline Reply userinfo_endpoint(World& world, Call& call) {
    Reply refused;
    AccessToken const* token = authenticate(world, call, "auth.globus.org", refused);
    if (token == nullptr) return refused;
    auto const has = [&](char const* scope) {
        return std::find(token->scopes.begin(), token->scopes.end(), scope) != token->scopes.end();
    };
    if (!has("openid")) return problem(world, call, 403, "FORBIDDEN", "The token has no openid scope");
    json::object answer{{"sub", token->identity}, {"preferred_username", username_of(world, token->identity)}};
    if (auto const* user = world.user(token->identity)) {
        if (has("profile")) {
            answer["name"] = user->name;
            answer["organization"] = user->organization;
            answer["identity_provider"] = "41143743-f3c8-4d60-bbdb-eeecaba85bd9";
            answer["identity_provider_display_name"] = "Globus Sandbox";
        }
        if (has("email")) answer["email"] = email_of(*user);
        // [doc] the linked identities need a scope of their own
        if (has("urn:globus:auth:scope:auth.globus.org:view_identity_set"))
            answer["identity_set"] = json::array{json::object{
                {"sub", user->id}, {"username", user->username}, {"name", user->name}, {"email", email_of(*user)}}};
    }
    return Reply::of(200, answer);
}

/// [recorded] the members of a person's identity
inline json::object describe_identity(World const& world, User const& user) {
    bool const used = std::any_of(world.options.users.begin(), world.options.users.end(),
                                  [&](User const& one) { return one.id == user.id; });
    json::object out{{"email", email_of(user)},
                     {"id", user.id},
                     {"identity_provider", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
                     {"identity_type", "login"},
                     {"name", user.name},
                     {"organization", user.organization},
                     {"status", used ? "used" : "unused"},
                     {"username", user.username}};
    if (!used)  // [doc] nobody knows more of a provisioned identity than its name
        for (auto const* name : {"email", "name", "organization"}) out[name] = nullptr;
    return out;
}

/// [doc] an application has an identity of the domain clients.auth.globus.org
inline json::object describe_identity(World const& world, App const& app) {
    return {{"email", nullptr},
            {"id", app.id},
            {"identity_provider", "3ee9ce7f-5d6f-4d1b-9bd6-4d0a6d4f0a1c"},
            {"identity_type", "service"},
            {"name", app.name},
            {"organization", nullptr},
            {"status", "used"},
            {"username", username_of(world, app.id)}};
}

/// The identities of an id or a username.
inline json::array find_identities(World const& world, std::string const& wanted, bool by_name) {
    json::array found;
    for (auto const* list : {&world.options.users, &world.data.users})
        for (auto const& user : *list)
            if (same_name(by_name ? user.username : user.id, wanted)) found.push_back(describe_identity(world, user));
    for (auto const* list : {&world.options.apps, &world.data.apps})
        for (auto const& app : *list)
            if (same_name(by_name ? username_of(world, app.id) : app.id, wanted))
                found.push_back(describe_identity(world, app));
    return found;
}

/// One identity, by its id. [guess] the shape: that of one in the list
inline Reply identity_endpoint(World& world, Call& call) {
    Reply refused;
    if (basic_client(world, call) == nullptr && authenticate(world, call, "auth.globus.org", refused) == nullptr)
        return refused;
    auto found = find_identities(world, call.holes[0], false);
    if (found.empty()) return problem(world, call, 404, "NOT_FOUND", "No identity with this id");
    return Reply::of(200, json::object{{"identity", std::move(found.front())}});
}

/// Identities by name or id. Who is not known is left out, or made with `provision`. [doc]
inline Reply identities_endpoint(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    json::array found;
    bool const by_name = call.has_argument("usernames");
    bool const by_id = call.has_argument("ids");
    if (by_name == by_id)
        return problem(world, call, 400, "INVALID_PARAMETERS", "Exactly one of usernames and ids is needed");
    for (auto const& wanted : split(call.argument(by_name ? "usernames" : "ids"), ',')) {
        auto known = find_identities(world, wanted, by_name);
        bool const provision = by_name && known.empty() && lower(call.argument("provision")) == "true";
        if (provision && wanted.find('@') != std::string::npos) {
            world.data.users.push_back({world.random.uuid(), wanted, "", "", ""});
            known.push_back(describe_identity(world, world.data.users.back()));
        }
        for (auto& one : known) found.push_back(std::move(one));
    }
    json::object answer{{"identities", std::move(found)}};
    if (call.argument("include").find("identity_provider") != std::string::npos)
        answer["included"] = json::object{
            {"identity_providers",
             json::array{json::object{{"id", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"}, {"name", "Globus Sandbox"}}}}};
    return Reply::of(200, answer);
}

/// [recorded] the members of a consent
inline Reply consents_endpoint(World& world, Call& call) {
    Reply refused;
    AccessToken const* token = authenticate(world, call, "auth.globus.org", refused);
    if (token == nullptr) return refused;
    if (token->identity != call.holes[0]) return problem(world, call, 403, "FORBIDDEN", "Not one's own identity");
    bool const all = lower(call.argument("all")) == "true";
    json::array list;
    for (auto const& one : world.data.consents) {
        if (one.identity != call.holes[0] || one.scope.find('[') != std::string::npos) continue;
        if (!all && one.client_id != token->client_id) continue;
        json::array path;
        for (auto const id : one.path) path.emplace_back(id);
        list.push_back(json::object{{"created", iso_time(one.created)},
                                    {"id", one.id},
                                    {"status", "approved"},
                                    {"updated", iso_time(one.created)},
                                    {"allows_refresh", one.allows_refresh},
                                    {"dependency_path", std::move(path)},
                                    {"scope_name", one.scope},
                                    {"atomically_revocable", one.atomically_revocable},
                                    {"effective_identity", one.identity},
                                    {"auto_approved", false},
                                    {"last_used", iso_time(one.created)},
                                    {"scope", Random(std::hash<std::string>{}(one.scope)).uuid()},
                                    {"client", one.client_id}});
    }
    return Reply::of(200, json::object{{"consents", std::move(list)}});
}

/// [recorded] the members of an identity provider, all of which the sandbox has but one
inline Reply identity_providers(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    bool const by_domain = call.has_argument("domains");
    if (by_domain == call.has_argument("ids"))
        return problem(world, call, 400, "INVALID_PARAMETERS", "Exactly one of domains and ids is needed");
    json::object const own{{"id", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
                           {"name", "Globus Sandbox"},
                           {"short_name", "sandbox"},
                           {"domains", json::array{"example.org"}},
                           {"alternative_names", json::array{}}};
    json::array found;
    for (auto const& wanted : split(call.argument(by_domain ? "domains" : "ids"), ','))
        if (wanted == (by_domain ? "example.org" : text_of(own, "id"))) found.push_back(own);
    return Reply::of(200, json::object{{"identity_providers", std::move(found)}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_IDENTITIES_IPP
