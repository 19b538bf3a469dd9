// SPDX-License-Identifier: Apache-2.0
// The APIs that flows can call: who registered them, and who sees and changes them.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_REGISTERED_APIS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_REGISTERED_APIS_IPP

#include <globus/sandbox/impl/services/flows_call.ipp>

namespace globus::sandbox::detail {

/// An API that flows can call. [recorded] the members
inline void seed_registered_api(World& world) {
    std::string const id = Random(world.options.seed ^ 0xa91).uuid();
    std::string const time = iso_time(world.started_at);
    json::object const answer{{"description", "The sandbox is there"}};
    world.data.documents["registered_apis"].emplace_back(
        id,
        json::object{
            {"id", id},
            {"name", "sandbox-health"},
            {"description", "Asks the sandbox whether it is there"},
            {"roles", json::object{{"owners", json::array{json::value(identity_urn(world.options.users.front().id))}},
                                   {"administrators", json::array{}},
                                   {"viewers", json::array{"all_authenticated_users"}}}},
            {"target",
             json::object{
                 {"type", "openapi"},
                 {"openapi_version", "3.1"},
                 {"destination", json::object{{"method", "get"}, {"url", "https://127.0.0.1/health"}}},
                 {"specification", json::object{{"summary", "Health"}, {"responses", json::object{{"200", answer}}}}},
                 {"transforms", nullptr},
                 {"components", json::object{}}}},
            {"created_timestamp", time},
            {"updated_timestamp", time}});
}

/// Who the caller is to a registered API: the first that he is of these; empty for nobody. [doc] the roles
inline std::string role_at_api(FlowsCall const& in, json::object const& api) {
    auto const& roles = api.at("roles").as_object();
    for (auto const& [list, role] :
         {std::pair("owners", "owner"), std::pair("administrators", "administrator"), std::pair("viewers", "viewer")})
        if (is_among(in.world, in.identity(), roles, list)) return role;
    return {};
}

/// The API of the route, when the caller may see it, or administer it. [doc] the codes
inline json::object* registered_api(FlowsCall& in, bool change) {
    auto* const found = in.find("registered_apis");
    std::string const role = found != nullptr ? role_at_api(in, *found) : "";
    if (found == nullptr)
        in.refused = in.error(404, "NOT_FOUND", "No registered API exists with id value " + in.call.holes[0]);
    else if (role.empty() || (change && role == "viewer"))
        in.refused = in.forbidden("registered API", change ? "MANAGE" : "VIEW");
    else
        return found;
    return nullptr;
}

/// [doc] those at which the caller has one of the roles that `filter_roles` names, or is the owner
inline Reply list_registered_apis(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const wanted = split(call.argument("filter_roles", "owner"), ',');
    std::vector<json::object> items;
    for (auto const& [id, api] : in.all("registered_apis")) {
        std::string const role = role_at_api(in, api);
        if (std::find(wanted.begin(), wanted.end(), role) == wanted.end()) continue;
        json::object summary;
        for (auto const* name : {"id", "name", "description", "created_timestamp", "updated_timestamp"})
            summary[name] = api.at(name);
        items.push_back(std::move(summary));
    }
    return marked_page(call, "registered_apis", std::move(items));
}

/// What is wrong with what is to be registered, or changed; empty when nothing is. [doc] the members
inline std::string wrong_registered_api(json::object const& api) {
    auto const* target = member(api, "target");
    auto const* roles = member(api, "roles");
    if (text_of(api, "name").empty()) return "name: field required";
    if (target == nullptr || !target->is_object()) return "target: field required";
    if (text_of(*target, "type") != "openapi") return "target.type: openapi is the only one";
    auto const* destination = member(*target, "destination");
    if (destination == nullptr || text_of(*destination, "method").empty() || text_of(*destination, "url").empty())
        return "target.destination: method and url are needed";
    auto const* specification = member(*target, "specification");
    if (specification == nullptr || !specification->is_object()) return "target.specification: field required";
    if (roles == nullptr || !roles->is_object()) return "roles: an object is expected";
    auto const* owners = member(*roles, "owners");
    if (owners == nullptr || !owners->is_array() || owners->get_array().empty()) return "roles.owners: one is needed";
    return {};
}

/// Lays the parts of a target, or of the roles, over those that there are.
inline void merge_part(json::object& api, json::object const& changes, char const* name) {
    auto const* part = member(changes, name);
    if (part != nullptr && part->is_object() && api[name].is_object())
        merge(api[name].get_object(), part->get_object());
}

/// [guess] the code for what is wrong; a subscription is named, and may be any
inline Reply create_registered_api(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto body = in.body();
    if (!body) return in.refused;
    if (text_of(*body, "subscription_id").empty())
        return in.error(400, "BAD_REQUEST", "subscription_id: field required");
    std::string const id = world.random.uuid();
    json::object api{{"id", id},
                     {"name", text_of(*body, "name")},
                     {"description", text_of(*body, "description")},
                     {"roles", json::object{{"owners", json::array{json::value(in.urn())}},
                                            {"administrators", json::array{}},
                                            {"viewers", json::array{}}}},
                     {"target", json::object{{"transforms", nullptr}, {"components", json::object{}}}},
                     {"subscription_id", text_of(*body, "subscription_id")},
                     {"created_timestamp", in.now()},
                     {"updated_timestamp", in.now()}};
    for (auto const* part : {"target", "roles"}) merge_part(api, *body, part);
    if (auto const wrong = wrong_registered_api(api); !wrong.empty()) return in.error(400, "BAD_REQUEST", wrong);
    return Reply::of(201, in.add("registered_apis", id, std::move(api)));
}

inline Reply get_registered_api(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const* api = registered_api(in, false);
    return api != nullptr ? Reply::of(200, *api) : in.refused;
}

/// PATCH and DELETE. [guess] an administrator changes it, only an owner deletes it or changes its roles
inline Reply change_registered_api(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto* const api = registered_api(in, true);
    if (api == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if ((call.method == "DELETE" || body->contains("roles")) && role_at_api(in, *api) != "owner")
        return in.forbidden("registered API", "OWN");
    if (call.method == "DELETE") {
        Reply const reply = Reply::of(200, *api);
        in.remove("registered_apis");
        return reply;
    }
    json::object changed = *api;
    for (auto const* name : {"name", "description", "subscription_id"})
        if (auto const* value = body->if_contains(name)) changed[name] = *value;
    for (auto const* part : {"target", "roles"}) merge_part(changed, *body, part);
    if (auto const wrong = wrong_registered_api(changed); !wrong.empty()) return in.error(400, "BAD_REQUEST", wrong);
    changed["updated_timestamp"] = in.now();
    *api = std::move(changed);
    return Reply::of(200, *api);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_REGISTERED_APIS_IPP
