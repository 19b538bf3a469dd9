// SPDX-License-Identifier: Apache-2.0
// Access rules and roles: documents of an endpoint.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_RULES_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_RULES_IPP

#include <globus/sandbox/impl/services/transfer/call.ipp>

namespace globus::sandbox::detail {

template <class Kind>
struct EndpointDocuments {
    /// [doc] who may see and change them
    static bool allowed(TransferCall& in, Endpoint const& endpoint) {
        if (in.manages(endpoint, {"administrator", Kind::manager})) return true;
        in.refused = in.error(403, "PermissionDenied", "You do not have the role to see or change this");
        return false;
    }
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        Endpoint* const endpoint = in.endpoint(call.holes[0]);
        if (endpoint == nullptr || !allowed(in, *endpoint)) return in.refused;
        json::array out;
        for (auto const& one : Kind::of(*endpoint)) out.push_back(one);
        auto const length = out.size();
        return Reply::of(200, json::object{{"DATA_TYPE", Kind::list_type},
                                           {"endpoint", endpoint->id},
                                           {"length", length},
                                           {"DATA", std::move(out)}});
    }
    static Reply add(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        Endpoint* const endpoint = in.endpoint(call.holes[0]);
        if (endpoint == nullptr) return in.refused;
        auto body = in.body();
        if (!body || !allowed(in, *endpoint)) return in.refused;
        for (auto const* needed : Kind::needed)
            if (text_of(*body, needed).empty())
                return in.error(400, "ClientError.BadRequest", std::string(needed) + " is missing");
        if (auto const wrong = Kind::wrong(*endpoint, *body); !wrong.empty())
            return in.error(400, "ClientError.BadRequest", wrong);
        for (auto const& one : Kind::of(*endpoint))
            if (Kind::same(one, *body)) return in.error(409, "Exists", "There is one like this already");
        std::string const id = world.random.uuid();
        (*body)["id"] = id;
        (*body)["DATA_TYPE"] = Kind::type;
        Kind::complete(*body);
        Kind::of(*endpoint).push_back(*body);
        if constexpr (Kind::returns_document) return Reply::of(200, *body);
        return in.result(201, "Created", "Created successfully", {{"access_id", id}}, "access_create_result");
    }
    static json::object* find(TransferCall& in) {
        if (in.token == nullptr) return nullptr;
        Endpoint* const endpoint = in.endpoint(in.call.holes[0]);
        if (endpoint == nullptr || !allowed(in, *endpoint)) return nullptr;
        for (auto& one : Kind::of(*endpoint))
            if (text_of(one, "id") == in.call.holes[1]) return &one;
        in.refused = in.error(404, Kind::missing, "Not found");
        return nullptr;
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        json::object const* const found = find(in);
        return found != nullptr ? Reply::of(200, *found) : in.refused;
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        json::object* const found = find(in);
        if (found == nullptr) return in.refused;
        auto const body = in.body();
        if (!body) return in.refused;
        json::object changed = *found;
        for (auto const& item : *body) changed[item.key()] = item.value();
        if (auto const wrong = Kind::wrong(world.data.endpoints[call.holes[0]], changed); !wrong.empty())
            return in.error(400, "ClientError.BadRequest", wrong);
        for (auto const& item : *body)
            if (item.key() != "id") (*found)[item.key()] = item.value();
        return in.result(200, "Updated", "Updated successfully");
    }
    static Reply remove(World& world, Call& call) {
        TransferCall in(world, call);
        json::object const* const found = find(in);
        if (found == nullptr) return in.refused;
        auto& all = Kind::of(world.data.endpoints[call.holes[0]]);
        all.erase(all.begin() + (found - all.data()));
        return in.result(200, "Deleted", "Deleted successfully");
    }
};

struct RuleKind {
    static constexpr char const* type = "access";
    static constexpr char const* list_type = "access_list";
    static constexpr char const* missing = "AccessRuleNotFound";
    static constexpr bool returns_document = false;
    static constexpr std::array<char const*, 3> needed{"principal_type", "path", "permissions"};
    static std::vector<json::object>& of(Endpoint& endpoint) { return endpoint.rules; }
    static constexpr char const* manager = "access_manager";
    /// What is wrong with a rule; nothing when it is good. [doc] the values; [guess] the sentences
    static std::string wrong(Endpoint const& endpoint, json::object const& rule) {
        std::string const principal = text_of(rule, "principal_type");
        std::string const permissions = text_of(rule, "permissions");
        if (!endpoint.kind.ends_with("_guest_collection")) return "Only guest collections have access rules";
        if (permissions != "r" && permissions != "rw") return "permissions must be r or rw";
        std::string const path = text_of(rule, "path");
        if (!path.starts_with('/') || !path.ends_with('/')) return "path must begin and end with a slash";
        if (principal != "identity" && principal != "group" && principal != "anonymous" &&
            principal != "all_authenticated_users")
            return "principal_type is unknown";
        bool const everybody = principal == "anonymous" || principal == "all_authenticated_users";
        if (everybody && flag_of(endpoint.document, "high_assurance"))  // [doc]
            return "A collection of high assurance is shared with people and groups only";
        if (!everybody && text_of(rule, "principal").empty()) return "principal is missing";
        return {};
    }
    /// [recorded] a rule for everybody has a principal, too: an empty one
    static void complete(json::object& rule) {
        if (!rule.contains("principal")) rule["principal"] = "";
        for (auto const* name : {"role_id", "role_type", "create_time", "expiration_date"})
            if (!rule.contains(name)) rule[name] = nullptr;
    }
    static bool same(json::object const& a, json::object const& b) {
        return text_of(a, "principal") == text_of(b, "principal") && text_of(a, "path") == text_of(b, "path") &&
               text_of(a, "principal_type") == text_of(b, "principal_type");
    }
};

struct RoleKind {
    static constexpr char const* type = "role";
    static constexpr char const* list_type = "role_list";
    static constexpr char const* missing = "RoleNotFound";
    static constexpr bool returns_document = true;
    static constexpr std::array<char const*, 2> needed{"principal", "role"};
    static std::vector<json::object>& of(Endpoint& endpoint) { return endpoint.roles; }
    static constexpr char const* manager = "administrator";
    static std::string wrong(Endpoint const&, json::object const& role) {
        for (auto const* known : {"administrator", "access_manager", "activity_manager", "activity_monitor"})
            if (text_of(role, "role") == known) return {};
        return "role is unknown";
    }
    static void complete(json::object& role) {
        if (!role.contains("principal_type")) role["principal_type"] = "identity";
    }
    static bool same(json::object const& a, json::object const& b) {
        return text_of(a, "principal") == text_of(b, "principal") && text_of(a, "role") == text_of(b, "role");
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_RULES_IPP
