// SPDX-License-Identifier: Apache-2.0
// Who is meant by a principal: identities, groups, everybody; and who may do what at a collection.
#ifndef GLOBUS_SANDBOX_IMPL_ACCESS_IPP
#define GLOBUS_SANDBOX_IMPL_ACCESS_IPP

#include <globus/sandbox/impl/files.ipp>

namespace globus::sandbox::detail {

inline json::object const* find_document(Documents const& documents, std::string const& id) {
    return documents.find(id);
}
/// A document, to be changed.
inline json::object* find_document(Documents& documents, std::string const& id) { return documents.find(id); }

/// The documents of a kind; none when there are none.
inline Documents const& documents_of(World const& world, std::string_view kind) {
    static Documents const none;
    auto const found = world.data.documents.find(std::string(kind));
    return found == world.data.documents.end() ? none : found->second;
}

/// The role of an active member of a group; empty for everybody else.
inline std::string group_role(World const& world, std::string const& identity, std::string const& group) {
    auto const* found = find_document(documents_of(world, "groups"), group);
    if (found == nullptr) return {};
    for (auto const& one : found->at("memberships").as_array())
        if (text_of(one, "identity_id") == identity && text_of(one, "status") == "active") return text_of(one, "role");
    return {};
}

inline std::string identity_urn(std::string const& identity) { return "urn:globus:auth:identity:" + identity; }

/// Whether a principal is somebody, has him as a member, or is everybody. [doc] the forms that Search and Flows take
inline bool is_principal(World const& world, std::string const& identity, std::string_view principal) {
    static constexpr std::string_view group = "urn:globus:groups:id:";
    if (principal == "public") return true;
    if (identity.empty()) return false;
    if (principal == "all_authenticated_users" || principal == identity_urn(identity)) return true;
    return principal.starts_with(group) &&
           !group_role(world, identity, std::string(principal.substr(group.size()))).empty();
}

/// Whether somebody is among the principals of a list that a document has.
inline bool is_among(World const& world, std::string const& identity, json::object const& document,
                     std::string_view name) {
    auto const* list = document.if_contains(name);
    if (list == nullptr) return false;
    if (list->is_string()) return is_principal(world, identity, list->get_string());
    if (!list->is_array()) return false;
    for (auto const& one : list->get_array())
        if (one.is_string() && is_principal(world, identity, one.get_string())) return true;
    return false;
}

/// The subscription that the sandbox has: always the same of a session, whatever else it does.
inline std::string own_subscription(World const& world) { return Random(world.options.seed ^ 0x5ab5c41b).uuid(); }

/// Whether somebody was named when the sandbox was started: its applications and its first user may do everything with
/// what it was started with. [guess] a service account of the sandbox needs no roles
inline bool is_configured(World const& world, std::string const& identity) {
    if (world.options.users.front().id == identity) return true;
    for (auto const& app : world.options.apps)
        if (app.id == identity) return true;
    return false;
}

/// Whether somebody has one of these roles at an endpoint: its owner has all of them. [doc]
inline bool has_role_at(World const& world, Endpoint const& endpoint, std::string const& identity,
                        std::initializer_list<std::string_view> roles) {
    if (endpoint.owner == identity || (endpoint.open && is_configured(world, identity))) return true;
    for (auto const& role : endpoint.roles) {
        std::string const principal = text_of(role, "principal");
        bool const mine = text_of(role, "principal_type") == "group" ? !group_role(world, identity, principal).empty()
                                                                     : principal == identity;
        if (mine && std::find(roles.begin(), roles.end(), text_of(role, "role")) != roles.end()) return true;
    }
    return false;
}

/// What somebody may do with a path.
enum class Access { none, read, write };

/// Whether a rule is for somebody, and still holds. [doc] everybody is "anonymous", with a token or without one
inline bool rule_is_for(World const& world, json::object const& rule, std::string const& identity) {
    if (auto const end = parse_time(text_of(rule, "expiration_date")); end && *end <= world.now_locked()) return false;
    std::string const type = text_of(rule, "principal_type");
    if (type == "anonymous") return true;
    if (identity.empty()) return false;
    if (type == "all_authenticated_users") return true;
    std::string const principal = text_of(rule, "principal");
    return type == "group" ? !group_role(world, identity, principal).empty() : principal == identity;
}

/// What the access rules of a collection give somebody, or nobody in particular, for a path. [doc] a rule is for what is
/// below its path
inline Access access_to(World const& world, Endpoint const& endpoint, std::string const& identity,
                        std::string_view path) {
    // [guess] a mapped collection lets everybody in: each identity has an account there
    if (!identity.empty() && (endpoint.open || endpoint.kind == "GCSv5_mapped_collection" ||
                              has_role_at(world, endpoint, identity, {"administrator"})))
        return Access::write;
    Access best = Access::none;
    std::string const wanted = normal_path(path) + "/";
    for (auto const& rule : endpoint.rules) {
        std::string const top = normal_path(text_of(rule, "path")) + "/";
        if (!wanted.starts_with(top) || !rule_is_for(world, rule, identity)) continue;
        best = std::max(best, text_of(rule, "permissions") == "rw" ? Access::write : Access::read);
    }
    return best;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_ACCESS_IPP
