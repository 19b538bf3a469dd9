// SPDX-License-Identifier: Apache-2.0
// What a sandbox begins with, from a JSON document: people, applications, collections, and what the services keep.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_SEED_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_SEED_IPP

#include <globus/sandbox/impl/session/host.ipp>

namespace globus::sandbox::detail {

/// An error that says where the document is wrong.
[[noreturn]] inline void wrong_seed(std::string const& where, std::string const& what) {
    throw SandboxError("sandbox: the configuration is wrong at " + where + ": " + what);
}

/// What an object of a list may have, and of what kind.
using SeedMembers = std::map<std::string_view, json::kind>;

/// The objects of a list that the document may have; each has no members but these.
inline std::vector<json::object> seed_list(json::object const& config, char const* name, SeedMembers const& known) {
    std::vector<json::object> out;
    auto const* list = config.if_contains(name);
    if (list == nullptr) return out;
    if (!list->is_array()) wrong_seed(name, "a list is expected");
    for (auto const& one : list->get_array()) {
        std::string const where = std::string(name) + "[" + std::to_string(out.size()) + "]";
        if (!one.is_object()) wrong_seed(where, "an object is expected");
        for (auto const& item : one.get_object()) {
            auto const member = known.find(std::string_view(item.key()));
            if (member == known.end()) wrong_seed(where, "there is no member " + std::string(item.key()));
            if (item.value().kind() != member->second)
                wrong_seed(where,
                           std::string(item.key()) + " is to be a " + std::string(json::to_string(member->second)));
        }
        out.push_back(one.get_object());
    }
    return out;
}

/// The list with what the service itself checks: any members.
inline std::vector<json::object> open_list(json::object const& config, char const* name) {
    std::vector<json::object> out;
    auto const* list = config.if_contains(name);
    if (list == nullptr) return out;
    if (!list->is_array()) wrong_seed(name, "a list is expected");
    for (auto const& one : list->get_array()) {
        if (!one.is_object()) wrong_seed(name, "objects are expected");
        out.push_back(one.get_object());
    }
    return out;
}

inline void read_config(json::object const& config, Options& options) {
    static std::set<std::string_view> const known{"users",  "apps",    "collections", "rules",
                                                  "groups", "indices", "flows",       "timers"};
    for (auto const& item : config)
        if (!known.contains(std::string_view(item.key())))
            wrong_seed("the top", "there is no member " + std::string(item.key()));
    constexpr auto text = json::kind::string;
    constexpr auto flag = json::kind::bool_;
    for (auto const& one :
         seed_list(config, "users",
                   {{"id", text}, {"username", text}, {"name", text}, {"email", text}, {"organization", text}})) {
        User user{text_of(one, "id"), text_of(one, "username")};
        if (user.username.empty()) wrong_seed("users", "username is missing");
        user.name = text_of(one, "name", user.name);
        user.email = text_of(one, "email");
        user.organization = text_of(one, "organization", user.organization);
        options.users.push_back(std::move(user));
    }
    for (auto const& one : seed_list(
             config, "apps", {{"id", text}, {"secret", text}, {"name", text}, {"redirect_uris", json::kind::array}})) {
        App app{text_of(one, "id"), text_of(one, "secret"), text_of(one, "name", "Sandbox App")};
        if (auto const* uris = one.if_contains("redirect_uris"); uris != nullptr && uris->is_array())
            for (auto const& uri : uris->get_array())
                if (uri.is_string()) app.redirect_uris.push_back(to_string(uri.get_string()));
        options.apps.push_back(std::move(app));
    }
    for (auto const& one : seed_list(config, "collections",
                                     {{"id", text},
                                      {"directory", text},
                                      {"display_name", text},
                                      {"kind", text},
                                      {"open", flag},
                                      {"requires_data_access", flag},
                                      {"high_assurance", flag}})) {
        Collection collection{text_of(one, "id"), text_of(one, "directory")};
        collection.display_name = text_of(one, "display_name", collection.display_name);
        std::string const kind = text_of(one, "kind", "guest");
        if (kind != "guest" && kind != "mapped") wrong_seed("collections", "kind is guest or mapped");
        collection.kind = kind == "mapped" ? CollectionKind::mapped : CollectionKind::guest;
        collection.open = flag_of(one, "open", true);
        collection.requires_data_access = flag_of(one, "requires_data_access");
        collection.high_assurance = flag_of(one, "high_assurance");
        options.collections.push_back(std::move(collection));
    }
}

/// Makes what a document describes by the calls that a program would make, for the first user.
class Seeder {
public:
    explicit Seeder(World& world) : world_(world) {
        whom_.identity = world.options.users.front().id;
        for (auto const& app : world.options.apps)
            if (app.secret.empty() && whom_.client.empty()) whom_.client = app.id;
    }

    void run(json::object const& config) {
        for (auto const& rule : open_list(config, "rules")) {
            json::object body = rule;
            body.erase("collection");
            make("transfer", "add_endpoint_acl_rule", "/access", {text_of(rule, "collection")},
                 &EndpointDocuments<RuleKind>::add, body);
        }
        for (auto const& group : open_list(config, "groups")) make_group(group);
        for (auto const& index : open_list(config, "indices")) make_index(index);
        for (auto const& flow : open_list(config, "flows"))
            make("flows", "create_flow", "/flows", {}, &create_flow, without(flow, "id"), text_of(flow, "id"));
        for (auto const& timer : open_list(config, "timers"))
            make("timers", "create_timer", "/v2/timer", {}, &create_timer, {{"timer", without(timer, "id")}},
                 text_of(timer, "id"));
    }

private:
    static json::object without(json::object object, char const* name) {
        object.erase(name);
        return object;
    }

    json::object make(char const* service, char const* operation, char const* path, std::vector<std::string> holes,
                      Reply (*handler)(World&, Call&), json::object const& body, std::string id = {}) {
        Call call;
        call.service = service;
        call.operation = operation;
        call.path = path;
        call.holes = std::move(holes);
        call.body = json::serialize(body);
        world_.random.next_uuid = std::move(id);
        Reply const reply = call_for(world_, whom_, scope_for(resource_server_of_service(service)), handler, call);
        world_.random.next_uuid.clear();
        if (reply.status >= 400) wrong_seed(operation, reply.body);
        boost::system::error_code failed;
        json::value const answer = json::parse(reply.body, failed);
        return answer.is_object() ? answer.get_object() : json::object{};
    }

    void make_group(json::object const& group) {
        json::object document = without(group, "members");
        document.erase("policies");
        std::string const id = text_of(make("groups", "create_group", "/v2/groups", {}, &create_group,
                                            without(document, "id"), text_of(group, "id")),
                                       "id");
        if (auto const* policies = group.if_contains("policies"); policies != nullptr && policies->is_object())
            for (auto const& item : policies->get_object())
                (*find_document(world_.data.documents["groups"], id))["policies"].as_object()[item.key()] =
                    item.value();
        if (auto const* members = group.if_contains("members"))
            make("groups", "batch_membership_action", "/v2/groups", {id}, &batch_membership_action,
                 {{"add", *members}});
    }

    void make_index(json::object const& index) {
        json::object document = without(index, "entries");
        std::string const id = text_of(make("search", "create_index", "/v1/index", {}, &create_index,
                                            without(document, "id"), text_of(index, "id")),
                                       "id");
        if (auto const* entries = index.if_contains("entries"))
            make("search", "ingest", "/v1/index/ingest", {id}, &ingest,
                 {{"ingest_type", "GMetaList"}, {"ingest_data", json::object{{"gmeta", *entries}}}});
    }

    World& world_;
    Behalf whom_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_SEED_IPP
