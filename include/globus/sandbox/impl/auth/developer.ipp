// SPDX-License-Identifier: Apache-2.0
// What developers keep: projects, policies, clients, credentials, scopes.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_DEVELOPER_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_DEVELOPER_IPP

#include <globus/sandbox/impl/access.ipp>
#include <globus/sandbox/impl/auth/grants.ipp>
#include <globus/sandbox/impl/auth/identities.ipp>

namespace globus::sandbox::detail {

/// Whether somebody is an administrator of a project. [doc] only they see it, and what belongs to it. [guess] a project
/// that nobody made belongs to all
inline bool administers_project(World const& world, std::string const& project, std::string const& identity) {
    auto const* const found = find_document(documents_of(world, "auth.projects"), project);
    if (found == nullptr) return true;
    auto const* const admins = found->at("admin_ids").if_array();
    if (admins != nullptr && std::find(admins->begin(), admins->end(), json::value(identity)) != admins->end())
        return true;
    auto const* const groups = found->at("admin_group_ids").if_array();
    return groups != nullptr && std::any_of(groups->begin(), groups->end(), [&](json::value const& group) {
               return group.is_string() && !group_role(world, identity, to_string(group.get_string())).empty();
           });
}

/// Creates, reads, lists, updates and deletes documents of one kind, e.g. {"project": {...}} and {"projects": [...]}.
template <class Kind>
struct AuthDocuments {
    static bool is_mine(World const& world, AccessToken const& token, json::object const& document) {
        return administers_project(world, Kind::project_of(world, document), token.identity);
    }
    /// The document that the route names, for one of its administrators. [guess] everybody else gets 403
    static json::object* own(World& world, Call const& call, Reply& refused) {
        AccessToken const* const token = caller(world, call, refused);
        if (token == nullptr) return nullptr;
        auto* const found = all(world).find(call.holes.back());
        if (found == nullptr)
            refused = missing(world, call);
        else if (!is_mine(world, *token, *found))
            refused = forbidden(world, call);
        else
            return found;
        return nullptr;
    }
    /// [doc] what a developer keeps at Globus Auth needs a scope of its own
    static AccessToken const* caller(World& world, Call const& call, Reply& refused) {
        auto const* token = authenticate(world, call, "auth.globus.org", refused);
        if (token == nullptr || has_scope(*token, "urn:globus:auth:scope:auth.globus.org:manage_projects"))
            return token;
        refused = problem(world, call, 403, "FORBIDDEN", "The token has no manage_projects scope");
        return nullptr;
    }
    static Documents& all(World& world) { return world.data.documents[std::string("auth.") + Kind::many]; }
    static Reply missing(World& world, Call const& call) {
        return problem(world, call, 404, "NOT_FOUND", std::string("No ") + Kind::one + " with this id");
    }
    static Reply forbidden(World& world, Call const& call) {
        return problem(world, call, 403, "FORBIDDEN", "You are no administrator of the project");
    }
    static Reply list(World& world, Call& call) {
        Reply refused;
        AccessToken const* const token = caller(world, call, refused);
        if (token == nullptr) return refused;
        json::array out;
        for (auto const& [id, document] : all(world))
            if ((call.holes.empty() || text_of(document, "client") == call.holes[0]) &&
                is_mine(world, *token, document))
                out.push_back(document);
        return Reply::of(200, json::object{{Kind::many, std::move(out)}});
    }
    static Reply create(World& world, Call& call) {
        Reply refused;
        AccessToken const* token = caller(world, call, refused);
        if (token == nullptr) return refused;
        boost::system::error_code error;
        json::value const body = json::parse(call.body, error);
        auto const* given = error ? nullptr : member(body, Kind::one);
        if (given == nullptr || !given->is_object())
            return problem(world, call, 422, "UNPROCESSABLE_ENTITY", std::string("A ") + Kind::one + " is needed");
        json::object document = given->get_object();
        std::string const id = world.random.uuid();
        document["id"] = id;
        Kind::complete(world, call, *token, document);
        if (!is_mine(world, *token, document)) return forbidden(world, call);
        all(world).emplace_back(id, document);
        return Reply::of(201, json::object{{Kind::one, Kind::once(world, document)}});
    }
    static Reply get(World& world, Call& call) {
        Reply refused;
        auto const* const document = own(world, call, refused);
        return document != nullptr ? Reply::of(200, json::object{{Kind::one, *document}}) : refused;
    }
    static Reply update(World& world, Call& call) {
        Reply refused;
        auto* const document = own(world, call, refused);
        if (document == nullptr) return refused;
        boost::system::error_code error;
        json::value const body = json::parse(call.body, error);
        auto const* given = error ? nullptr : member(body, Kind::one);
        if (given == nullptr || !given->is_object())
            return problem(world, call, 422, "UNPROCESSABLE_ENTITY", std::string("A ") + Kind::one + " is needed");
        for (auto const& item : given->get_object())
            if (item.key() != "id") (*document)[item.key()] = item.value();
        Kind::changed(world, *document);
        return Reply::of(200, json::object{{Kind::one, *document}});
    }
    static Reply remove(World& world, Call& call) {
        Reply refused;
        auto const* const document = own(world, call, refused);
        if (document == nullptr) return refused;
        json::object const gone = *document;
        all(world).erase(call.holes.back());
        return Reply::of(200, json::object{{Kind::one, gone}});
    }
};

struct PlainKind {
    static void complete(World&, Call const&, AccessToken const&, json::object&) {}
    static void changed(World&, json::object&) {}
    static json::object once(World&, json::object const& document) { return document; }
    /// The project that a document belongs to, by way of its client if it has one.
    static std::string project_of(World const& world, json::object const& document) {
        auto const* const client = find_document(documents_of(world, "auth.clients"), text_of(document, "client"));
        return text_of(client != nullptr ? *client : document, "project", text_of(document, "project_id"));
    }
};

struct ProjectKind : PlainKind {
    static constexpr char const* one = "project";
    static constexpr char const* many = "projects";
    static std::string project_of(World const&, json::object const& document) { return text_of(document, "id"); }
    static void complete(World& world, Call const&, AccessToken const& token, json::object& document) {
        add_defaults(document, {{"admin_ids", json::array{json::value(token.identity)}}, {"admin_group_ids", nullptr}});
        changed(world, document);
    }
    /// [recorded] the members; the administrators are there by id, and as they are described
    static void changed(World& world, json::object& document) {
        document["project_name"] = text_of(document, "display_name");
        json::array identities;
        if (auto const* ids = document.at("admin_ids").if_array())
            for (auto const& id : *ids)
                if (id.is_string())
                    for (auto& known : find_identities(world, to_string(id.get_string()), false))
                        identities.push_back(std::move(known));
        json::array groups;
        if (auto const* ids = document.at("admin_group_ids").if_array())
            for (auto const& id : *ids) groups.push_back(json::object{{"id", id}});
        document["admins"] = json::object{{"identities", std::move(identities)}, {"groups", std::move(groups)}};
    }
};

struct PolicyKind : PlainKind {
    static constexpr char const* one = "policy";
    static constexpr char const* many = "policies";
    /// [recorded] the members
    static void complete(World&, Call const&, AccessToken const&, json::object& document) {
        add_defaults(document, {{"high_assurance", false},
                                {"required_mfa", false},
                                {"authentication_assurance_timeout", nullptr},
                                {"domain_constraints_include", nullptr},
                                {"domain_constraints_exclude", nullptr}});
    }
};

struct ClientKind : PlainKind {
    static constexpr char const* one = "client";
    static constexpr char const* many = "clients";
    static void complete(World&, Call const&, AccessToken const&, json::object& document) {
        bool const open =
            flag_of(document, "public_client") || text_of(document, "client_type") == "public_installed_client";
        document["public_client"] = open;
        json::array grants{"authorization_code", "refresh_token"};
        if (!open) grants.emplace_back("client_credentials");
        document["grant_types"] = std::move(grants);
        document["links"] = complete_links(document);
        // [recorded] the members
        add_defaults(document, {{"client_type", open ? "public_installed_client" : "confidential_client"},
                                {"fqdns", json::array{}},
                                {"parent_client", nullptr},
                                {"preselect_idp", nullptr},
                                {"project", nullptr},
                                {"prompt_for_named_grant", true},
                                {"redirect_uris", json::array{}},
                                {"required_idp", nullptr},
                                {"scopes", json::array{}},
                                {"userinfo_from_effective_identity", true},
                                {"visibility", "private"}});
    }
    static json::object complete_links(json::object const& document) {
        json::object links;
        if (auto const* given = document.if_contains("links"); given != nullptr && given->is_object())
            links = given->get_object();
        add_defaults(links, {{"privacy_policy", nullptr}, {"terms_and_conditions", nullptr}});
        return links;
    }
};

struct CredentialKind : PlainKind {
    static constexpr char const* one = "credential";
    static constexpr char const* many = "credentials";
    static void complete(World& world, Call const& call, AccessToken const&, json::object& document) {
        document["client"] = call.holes[0];
        document["created"] = iso_time(world.now_locked());
        document["secret"] = nullptr;
    }
    /// [recorded] the secret is told when it is made, and never again.
    static json::object once(World& world, json::object document) {
        std::string const secret = world.token("secret");
        document["secret"] = secret;
        world.data.credentials.push_back({text_of(document, "client"), text_of(document, "id"), secret});
        return document;
    }
};

/// A credential that is gone opens nothing any more.
inline Reply delete_credential(World& world, Call& call) {
    Reply reply = AuthDocuments<CredentialKind>::remove(world, call);
    if (reply.status == 200)
        std::erase_if(world.data.credentials, [&](auto const& one) { return one[1] == call.holes.back(); });
    return reply;
}

/// [guess] the code of a project that still has clients
inline Reply delete_project(World& world, Call& call) {
    using Projects = AuthDocuments<ProjectKind>;
    Reply refused;
    if (Projects::own(world, call, refused) == nullptr) return refused;
    for (auto const& [id, client] : world.data.documents["auth.clients"])
        if (text_of(client, "project") == call.holes[0])
            return problem(world, call, 409, "CONFLICT", "The project has clients; delete them first");
    return Projects::remove(world, call);
}

/// A client that is gone takes its credentials and its tokens along. A client may delete itself.
inline Reply delete_client(World& world, Call& call) {
    auto const* self = basic_client(world, call);
    Reply reply;
    if (self != nullptr && self->id == call.holes[0]) {
        auto& all = world.data.documents["auth.clients"];
        all.erase(call.holes[0]);
        reply = Reply::of(200, json::object{{"client", json::object{{"id", call.holes[0]}}}});
    } else {
        reply = AuthDocuments<ClientKind>::remove(world, call);
    }
    if (reply.status != 200) return reply;
    std::string const& id = call.holes[0];
    std::erase_if(world.data.apps, [&](App const& app) { return app.id == id; });
    std::erase_if(world.data.credentials, [&](auto const& one) { return one[0] == id; });
    world.data.documents["auth.credentials"].erase_if(
        [&](auto const& one) { return text_of(one.second, "client") == id; });
    auto const of_client = [&](auto const& token) { return token.client_id == id; };
    auto const revoke = [](auto& token) { token.revoked = true; };
    world.data.access_tokens.change_if(of_client, revoke);
    world.data.refresh_tokens.change_if(of_client, revoke);
    return reply;
}

/// All clients, or with `fqdn` the one that has this name. [doc]
inline Reply get_clients(World& world, Call& call) {
    if (!call.has_argument("fqdn")) return AuthDocuments<ClientKind>::list(world, call);
    Reply refused;
    if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    std::string const wanted = call.argument("fqdn");
    for (auto const& [id, document] : world.data.documents["auth.clients"])
        if (auto const* names = document.if_contains("fqdns"); names != nullptr && names->is_array())
            for (auto const& name : names->get_array())
                if (name.is_string() && same_name(std::string_view(name.get_string()), wanted))
                    return Reply::of(200, json::object{{"client", document}});
    return AuthDocuments<ClientKind>::missing(world, call);
}

/// A client that was made can be used like one of the options.
inline void register_client(World& world, json::object const& document, std::string const& secret) {
    App app;
    app.id = text_of(document, "id");
    app.name = text_of(document, "name");
    app.secret = flag_of(document, "public_client") ? "" : secret;
    if (auto const* uris = document.if_contains("redirect_uris"); uris != nullptr && uris->is_array())
        for (auto const& uri : uris->get_array())
            if (uri.is_string()) app.redirect_uris.push_back(to_string(uri.get_string()));
    world.data.apps.push_back(std::move(app));
}

/// A client, or with `template_id` an instance of a native application. [recorded] the answer of the latter
inline Reply create_client(World& world, Call& call) {
    boost::system::error_code error;
    json::value const body = json::parse(call.body, error);
    auto const* given = error ? nullptr : member(body, "client");
    std::string const parent = given != nullptr ? text_of(*given, "template_id") : "";
    if (App const* const maker = basic_client(world, call); maker != nullptr && given != nullptr) {
        // [doc] an application makes a child of itself; [guess] the child says so in `parent_client`
        json::object document = given->get_object();
        document["id"] = world.random.uuid();
        document["parent_client"] = maker->id;
        AccessToken nobody;
        ClientKind::complete(world, call, nobody, document);
        register_client(world, document, world.token("secret"));
        world.data.documents["auth.clients"].emplace_back(text_of(document, "id"), document);
        return Reply::of(201, json::object{{"client", document}});
    }
    if (parent.empty()) {
        Reply reply = AuthDocuments<ClientKind>::create(world, call);
        // Its secret is unknown to all until a credential is made.
        if (reply.status == 201)
            register_client(world, world.data.documents["auth.clients"].back().second, world.token("secret"));
        return reply;
    }
    App const* const app = world.app(parent);
    if (app == nullptr || !app->secret.empty())
        return problem(world, call, 422, "UNPROCESSABLE_ENTITY", "template_id is no native application");
    std::string const id = world.random.uuid();
    std::string const secret = world.token("secret");
    json::object document{{"id", id},
                          {"name", text_of(*given, "name")},
                          {"public_client", false},
                          {"client_type", "confidential_client"},
                          {"parent_client", parent},
                          {"prompt_for_named_grant", false}};
    ClientKind::complete(world, call, AccessToken(), document);
    register_client(world, document, world.token("secret"));
    world.data.documents["auth.clients"].emplace_back(id, document);
    json::object credential{{"id", world.random.uuid()},
                            {"name", "Auto-created at client creation"},
                            {"client", id},
                            {"created", iso_time(world.now_locked())},
                            {"secret", nullptr}};
    world.data.documents["auth.credentials"].emplace_back(text_of(credential, "id"), credential);
    world.data.credentials.push_back({id, text_of(credential, "id"), secret});
    credential["secret"] = secret;
    return Reply::of(201,
                     json::object{{"client", document}, {"included", json::object{{"client_credential", credential}}}});
}

struct ScopeKind : PlainKind {
    static constexpr char const* one = "scope";
    static constexpr char const* many = "scopes";
    static void complete(World&, Call const& call, AccessToken const&, json::object& document) {
        document["client"] = call.holes[0];
        document["scope_string"] =
            "https://auth.globus.org/scopes/" + call.holes[0] + "/" + text_of(document, "scope_suffix", "all");
        // [recorded] the members
        add_defaults(document, {{"advertised", false},
                                {"allows_refresh_token", true},
                                {"dependent_scopes", json::array{}},
                                {"required_domains", json::array{}}});
    }
};

/// The scopes that were made, and those of the services: by `ids`, by `scope_strings`, or one's own.
inline Reply get_scopes(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    json::array found;
    auto const& made = world.data.documents["auth.scopes"];
    auto const wanted = [&](char const* name) { return split(call.argument(name), ','); };
    if (call.has_argument("ids") && call.has_argument("scope_strings"))
        return problem(world, call, 400, "INVALID_PARAMETERS", "At most one of ids and scope_strings may be given");
    if (call.has_argument("scope_strings")) {
        for (auto const& text : wanted("scope_strings")) {
            bool known = false;
            for (auto const& [id, document] : made)
                if (text_of(document, "scope_string") == text) {
                    found.push_back(document);
                    known = true;
                }
            // [guess] the identifier of a scope that nobody made: the same for the same text
            if (!known && !resource_server_of(text).empty())
                found.push_back(json::object{{"id", Random(std::hash<std::string>{}(text)).uuid()},
                                             {"scope_string", text},
                                             {"client", resource_server_of(text)},
                                             {"name", text},
                                             {"description", "A scope of the sandbox"},
                                             {"dependent_scopes", json::array{}},
                                             {"advertised", true},
                                             {"allows_refresh_token", true},
                                             {"required_domains", json::array{}}});
        }
    } else {
        auto const ids = wanted("ids");
        for (auto const& [id, document] : made)
            if (!call.has_argument("ids") || std::find(ids.begin(), ids.end(), id) != ids.end())
                found.push_back(document);
    }
    return Reply::of(200, json::object{{"scopes", std::move(found)}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_DEVELOPER_IPP
