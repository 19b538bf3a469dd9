// SPDX-License-Identifier: Apache-2.0
// Groups: documents, memberships and what each action makes of them.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GROUPS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GROUPS_IPP

#include <globus/sandbox/impl/services/plain.ipp>

namespace globus::sandbox::detail {

/// A call to Groups.
struct GroupsCall : PlainCall {
    GroupsCall(World& in, Call& of) : PlainCall(in, of) {
        if (token == nullptr) return;
        static constexpr std::string_view all = "urn:globus:auth:scope:groups.api.globus.org:all";
        static constexpr std::string_view view =
            "urn:globus:auth:scope:groups.api.globus.org:view_my_groups_and_memberships";
        static constexpr std::string_view view_groups = "urn:globus:auth:scope:groups.api.globus.org:view_my_groups";
        if (call.method == "GET")
            (void)has_one_of({all, view, view_groups});
        else
            (void)has_one_of({all});
    }

    /// The group that the route names: one that was made, or the sandbox's own, which has a subscription.
    json::object* group() {
        auto* found = find("groups");
        if (found == nullptr) found = find("groups.subscription");
        if (found == nullptr) refused = missing();
        return found != nullptr && session_fits(found->at("policies")) ? found : nullptr;
    }

    /// [doc] a group of high assurance is for who logged in a short time ago, in this session. [guess] the code
    bool session_fits(json::value const& policies) {
        auto const limit = static_cast<Millis>(number_of(policies, "authentication_assurance_timeout", 28800) * 1000);
        if (!flag_of(policies, "is_high_assurance") || is_recent(world, *token, limit, true)) return true;
        json::object const parameters{{"session_required_identities", json::array{json::value(token->identity)}},
                                      {"session_message", "You must reauthenticate to see this group"}};
        refused = Reply::of(403, json::object{{"code", "AuthorizationRequired"},
                                              {"detail", text_of(parameters, "session_message")},
                                              {"authorization_parameters", parameters}});
        return false;
    }

    static json::object* membership(json::object& group, std::string const& identity) {
        for (auto& one : group["memberships"].as_array())
            if (text_of(one, "identity_id") == identity) return &one.as_object();
        return nullptr;
    }

    /// The caller's role, while he is an active member.
    std::string role(json::object const& group) const {
        for (auto const& one : group.at("memberships").as_array())
            if (text_of(one, "identity_id") == token->identity && text_of(one, "status") == "active")
                return text_of(one, "role");
        return {};
    }

    /// Whether the group can be seen. [doc] its members see it, and with the visibility "authenticated" everybody
    bool sees(json::object const& group) {
        if (text_of(group.at("policies"), "group_visibility") == "authenticated") return true;
        for (auto const& one : group.at("memberships").as_array()) {
            std::string const status = text_of(one, "status");
            if (text_of(one, "identity_id") == token->identity &&
                (status == "active" || status == "invited" || status == "pending"))
                return true;
        }
        refused = error(403, "FORBIDDEN", "You may not see this group");
        return false;
    }

    /// [doc] an administrator may change a group
    bool administers(json::object const& group) {
        if (role(group) == "admin") return true;
        refused = error(403, "FORBIDDEN", "Only an administrator may do this");
        return false;
    }

    /// A group as the caller sees it. [recorded] the members; `memberships` only for who asks for them
    json::object show(json::object const& group, bool with_memberships) const {
        json::object out = group;
        json::array mine;
        for (auto const& one : group.at("memberships").as_array())
            if (text_of(one, "identity_id") == token->identity) mine.push_back(one);
        out["my_memberships"] = std::move(mine);
        std::string const own = role(group);
        bool const managers = text_of(group.at("policies"), "group_members_visibility") == "managers";
        if (!with_memberships || own.empty() || (managers && own == "member")) out.erase("memberships");
        return out;
    }
};

/// [recorded] the members of a group
inline json::object new_group(std::string const& id) {
    return {{"id", id},
            {"name", ""},
            {"description", nullptr},
            {"terms_and_conditions", nullptr},
            {"parent_id", nullptr},
            {"group_type", "regular"},
            {"enforce_session", false},
            {"session_limit", 28800},
            {"session_timeouts", json::object{}},
            {"policies", json::object{{"is_high_assurance", false},
                                      {"authentication_assurance_timeout", 28800},
                                      {"group_visibility", "private"},
                                      {"group_members_visibility", "managers"},
                                      {"join_requests", false},
                                      {"signup_fields", json::array{}}}},
            {"subscription_id", nullptr},
            {"subscription_info", nullptr},
            {"subscription_admin_verified_id", nullptr},
            {"memberships", json::array{}}};
}

inline std::string subscription_group(World const& world) { return Random(world.options.seed ^ 0x6709c1de).uuid(); }

/// The group of the sandbox's own subscription. Nobody is its member, everybody sees it.
inline void seed_subscription(World& world) {
    std::string const id = subscription_group(world);
    json::object group = new_group(id);
    group["name"] = "Sandbox subscription";
    group["group_type"] = "plus";
    group["policies"].as_object()["group_visibility"] = "authenticated";
    group["subscription_id"] = own_subscription(world);
    group["subscription_info"] = json::object{{"name", "Sandbox subscription"},
                                              {"subscriber_name", "Globus Sandbox"},
                                              {"is_high_assurance", true},
                                              {"is_baa", false},
                                              {"connectors", json::object{}}};
    world.data.documents["groups.subscription"].emplace_back(id, std::move(group));
}

inline Reply create_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (text_of(*body, "name").empty()) return in.error(422, "UNPROCESSABLE_ENTITY", "name is missing");
    std::string const id = world.random.uuid();
    json::object group = new_group(id);
    for (auto const& item : *body)
        if (group.contains(item.key()) && item.key() != "id" && item.key() != "memberships" && item.key() != "policies")
            group[item.key()] = item.value();
    group["memberships"].as_array().push_back(json::object{{"group_id", id},
                                                           {"identity_id", in.token->identity},
                                                           {"username", username_of(world, in.token->identity)},
                                                           {"role", "admin"},
                                                           {"status", "active"}});
    return Reply::of(201, in.show(in.add("groups", id, std::move(group)), true));
}

inline Reply my_groups(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const wanted = split(call.argument("statuses", "active"), ',');  // [doc]
    json::array out;
    for (auto const& [id, group] : in.all("groups")) {
        bool mine = false;
        for (auto const& one : group.at("memberships").as_array())
            mine = mine || (text_of(one, "identity_id") == in.token->identity &&
                            std::find(wanted.begin(), wanted.end(), text_of(one, "status")) != wanted.end());
        if (mine) out.push_back(in.show(group, false));
    }
    return Reply::of(200, out);
}

/// [guess] the caller's memberships, by group
inline Reply group_statuses(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    json::object out;
    for (auto const& [id, group] : in.all("groups"))
        for (auto const& one : group.at("memberships").as_array())
            if (text_of(one, "identity_id") == in.token->identity) out[id] = text_of(one, "status");
    return Reply::of(200, out);
}

inline Reply get_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const* group = in.group();
    if (group == nullptr || !in.sees(*group)) return in.refused;
    auto const include = split(call.argument("include"), ',');
    return Reply::of(200, in.show(*group, std::find(include.begin(), include.end(), "memberships") != include.end()));
}

inline Reply update_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.group();
    if (group == nullptr || !in.administers(*group)) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (call.operation == "set_subscription_admin_verified") {
        auto const* verified = body->if_contains("subscription_admin_verified_id");
        if (verified == nullptr)
            return in.error(422, "UNPROCESSABLE_ENTITY", "subscription_admin_verified_id is missing");
        (*group)["subscription_admin_verified_id"] = *verified;
        return Reply::of(200, json::object{{"group_id", call.holes[0]}, {"subscription_admin_verified_id", *verified}});
    }
    for (auto const& item : *body)
        if (item.key() != "id" && item.key() != "memberships" && item.key() != "my_memberships")
            (*group)[item.key()] = item.value();
    return Reply::of(200, in.show(*group, false));
}

inline Reply delete_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const* group = in.group();
    if (group == nullptr || !in.administers(*group)) return in.refused;
    Reply const reply = Reply::of(200, in.show(*group, false));
    in.remove("groups");
    return reply;
}

/// `policies` or `membership_fields` of a group.
inline Reply part_of_group(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.group();
    if (group == nullptr || !in.sees(*group)) return in.refused;
    std::string const& part = call.segments.back();
    if (call.method == "PUT") {
        if (part == "policies" && !in.administers(*group)) return in.refused;
        auto const body = in.body();
        if (!body) return in.refused;
        if (part == "policies")
            merge((*group)[part].as_object(), *body);
        else
            (*group)[part] = *body;
    }
    if (!group->contains(part)) (*group)[part] = json::object{};
    return Reply::of(200, (*group)[part]);
}

inline Reply preferences(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto& all = in.all("groups.preferences");
    auto* found = find_document(all, in.token->identity);
    if (found == nullptr) found = &in.add("groups.preferences", in.token->identity, {});
    if (call.method == "PUT") {
        auto const body = in.body();
        if (!body) return in.refused;
        // [doc] preferences are given by identity, as they are answered
        auto const* own = body->if_contains(in.token->identity);
        merge(*found, own != nullptr && own->is_object() ? own->get_object() : *body);
    }
    return Reply::of(200, json::object{{in.token->identity, *found}});
}

// Memberships ---------------------------------------------------------------------------------------------------------

/// An action on a membership: who may do it, from which states, and to which it leads.
struct GroupAction {
    char const* name;
    bool by_manager;                  ///< by managers, for others; else by the member himself
    std::set<std::string_view> from;  ///< states in which it makes sense; "" is no membership
    char const* to;                   ///< "" leaves the state as it is
    char const* wrong_state;          ///< the code when it makes none
    char const* detail;               ///< and the text
};

/// [doc] the actions; [recorded] ALREADY_ACTIVE and NO_MEMBERSHIP; [guess] the other codes
inline std::vector<GroupAction> const& group_actions() {
    static constexpr char const* active = "The identity is already an active member of the group.";
    static constexpr char const* none = "Identity has no membership in group.";
    static std::set<std::string_view> const outside{"",     "invited", "pending", "declined",
                                                    "left", "removed", "rejected"};
    static std::set<std::string_view> const gone{"", "declined", "left", "removed", "rejected"};
    static std::vector<GroupAction> const all{
        {"add", true, outside, "active", "ALREADY_ACTIVE", active},
        {"invite", true, gone, "invited", "ALREADY_ACTIVE", active},
        {"approve", true, {"pending"}, "active", "NO_MEMBERSHIP", none},
        {"reject", true, {"pending"}, "rejected", "NO_MEMBERSHIP", none},
        {"remove", true, {"active", "invited", "pending"}, "removed", "NO_MEMBERSHIP", none},
        {"change_role", true, {"active"}, "", "NO_MEMBERSHIP", none},
        {"accept", false, {"invited"}, "active", "NO_MEMBERSHIP", none},
        {"decline", false, {"invited"}, "declined", "NO_MEMBERSHIP", none},
        {"join", false, outside, "active", "ALREADY_ACTIVE", active},
        {"request_join", false, gone, "pending", "ALREADY_ACTIVE", active},
        {"leave", false, {"active"}, "left", "NO_MEMBERSHIP", none},
    };
    return all;
}

/// Why the caller may not do this; nothing when he may. [doc] managers add and remove members, administrators change
/// roles and everybody else's; [guess] the code
inline std::string denied(GroupsCall const& in, json::object const& group, GroupAction const& action,
                          std::string const& identity, std::string const& wanted_role) {
    std::string const role = in.role(group);
    if (action.by_manager) {
        if (role == "admin") return {};
        bool const managing = role == "manager" && std::string_view(action.name) != "change_role" &&
                              (wanted_role.empty() || wanted_role == "member");
        return managing ? "" : "You do not have the role to do this.";
    }
    if (identity != in.token->identity) return "Only the identity itself may do this.";
    bool const asks = std::string_view(action.name) == "join" || std::string_view(action.name) == "request_join";
    if (asks && !flag_of(group.at("policies"), "join_requests")) return "The group takes no requests to join.";
    return {};
}

/// One entry of an action: the membership that comes of it, or what is wrong.
inline json::object act_on_membership(GroupsCall& in, json::object& group, GroupAction const& action,
                                      json::value const& entry, bool& good) {
    std::string const identity = text_of(entry, "identity_id");
    std::string const wanted_role = text_of(entry, "role");
    auto const wrong = [&](char const* code, std::string const& detail) {
        good = false;
        return json::object{{"code", code}, {"detail", detail}, {"identity_id", identity}};
    };
    if (auto const why = denied(in, group, action, identity, wanted_role); !why.empty()) return wrong("FORBIDDEN", why);
    auto* found = GroupsCall::membership(group, identity);
    std::string const state = found != nullptr ? text_of(*found, "status") : "";
    if (!action.from.contains(state)) return wrong(action.wrong_state, action.detail);
    if (found == nullptr) {
        auto& all = group["memberships"].as_array();
        all.push_back(json::object{{"group_id", group.at("id")},
                                   {"identity_id", identity},
                                   {"username", username_of(in.world, identity)},
                                   {"role", "member"}});
        found = &all.back().as_object();
    }
    if (action.to[0] != '\0') (*found)["status"] = action.to;
    if (!wanted_role.empty()) (*found)["role"] = wanted_role;
    good = true;
    return *found;
}

/// [recorded] what was done, by action, and under `errors` what could not be
inline Reply batch_membership_action(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.group();
    auto const body = group != nullptr ? in.body() : std::nullopt;
    if (!body) return in.refused;
    json::object answer;
    json::object errors;
    for (auto const& item : *body) {
        auto const& all = group_actions();
        auto const action =
            std::find_if(all.begin(), all.end(), [&](auto const& one) { return item.key() == one.name; });
        auto const* entries = item.value().if_array();
        if (action == all.end() || entries == nullptr)
            return in.error(422, "UNPROCESSABLE_ENTITY", "Unknown action: " + std::string(item.key()));
        json::array done;
        json::array failed;
        for (auto const& entry : *entries) {
            bool good = false;
            json::object result = act_on_membership(in, *group, *action, entry, good);
            (good ? done : failed).push_back(std::move(result));
        }
        answer[item.key()] = std::move(done);
        if (!failed.empty()) errors[item.key()] = std::move(failed);
    }
    if (!errors.empty()) answer["errors"] = std::move(errors);
    return Reply::of(200, answer);
}

/// [recorded] the members: less of the subscription than its own group shows
inline Reply group_by_subscription(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    for (auto const* kind : {"groups", "groups.subscription"})
        for (auto const& [id, group] : in.all(kind)) {
            if (text_of(group, "subscription_id") != call.holes[0]) continue;
            json::object info;
            if (auto const* all = group.at("subscription_info").if_object())
                for (auto const* name : {"is_high_assurance", "is_baa", "connectors"})
                    if (auto const* value = all->if_contains(name)) info[name] = *value;
            return Reply::of(
                200, json::object{
                         {"group_id", id}, {"subscription_id", call.holes[0]}, {"subscription_info", std::move(info)}});
        }
    return in.missing();
}

/// The groups below one, as far as the caller sees them. [doc]
inline Reply group_children(World& world, Call& call) {
    GroupsCall in(world, call);
    if (!in) return in.refused;
    auto const* const above = in.group();
    if (above == nullptr || !in.sees(*above)) return in.refused;
    json::array out;
    for (auto const& [id, group] : in.all("groups"))
        if (text_of(group, "parent_id") == call.holes[0] && in.sees(group)) out.push_back(in.show(group, false));
    return Reply::of(200, json::object{{"children", std::move(out)}});
}

inline std::vector<Route> const& groups_routes() {
    static constexpr char const* s = "groups";
    static std::vector<Route> const all{
        {"GET", "/v2/groups/my_groups", s, "get_my_groups", &my_groups},
        {"GET", "/v2/groups/statuses", s, "get_statuses", &group_statuses},
        {"GET", "/v2/groups/{}", s, "get_group", &get_group},
        {"POST", "/v2/groups", s, "create_group", &create_group},
        {"PUT", "/v2/groups/{}", s, "update_group", &update_group},
        {"DELETE", "/v2/groups/{}", s, "delete_group", &delete_group},
        {"POST", "/v2/groups/{}", s, "batch_membership_action", &batch_membership_action},
        {"GET", "/v2/groups/{}/policies", s, "get_group_policies", &part_of_group},
        {"PUT", "/v2/groups/{}/policies", s, "set_group_policies", &part_of_group},
        {"GET", "/v2/groups/{}/membership_fields", s, "get_membership_fields", &part_of_group},
        {"PUT", "/v2/groups/{}/membership_fields", s, "set_membership_fields", &part_of_group},
        {"PUT", "/v2/groups/{}/subscription_admin_verified", s, "set_subscription_admin_verified", &update_group},
        {"GET", "/v2/groups/{}/children", s, "get_children", &group_children},
        {"GET", "/v2/preferences", s, "get_identity_preferences", &preferences},
        {"PUT", "/v2/preferences", s, "set_identity_preferences", &preferences},
        {"GET", "/v2/subscription_info/{}", s, "get_group_by_subscription_id", &group_by_subscription},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GROUPS_IPP
