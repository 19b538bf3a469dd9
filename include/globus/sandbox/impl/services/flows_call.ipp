// SPDX-License-Identifier: Apache-2.0
// A call to Flows: who asks, what he is to flows and runs, and how lists are answered.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_CALL_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_CALL_IPP

#include <globus/sandbox/impl/services/plain.ipp>

namespace globus::sandbox::detail {

/// What a session lacks for a flow with a policy; nothing when it is good enough. [recorded] the answer
inline std::optional<Reply> wrong_session_for(World& world, AccessToken const& token, json::object const& flow) {
    std::string const policy = text_of(flow, "authentication_policy_id");
    if (policy.empty() || satisfies_policy(world, token, policy)) return std::nullopt;
    return Reply::of(
        403,
        json::object{
            {"code", "AuthenticationPolicyRequired"},
            {"authorization_parameters",
             json::object{{"session_message", "Globus Flows detected an unsatisfied session policy for this resource."},
                          {"session_required_policies", json::array{json::value(policy)}}}},
            {"debug_id", world.random.uuid()}});
}

/// A call to Flows.
struct FlowsCall : PlainCall {
    FlowsCall(World& in, Call& of) : PlainCall(in, of) {
        if (token == nullptr) return;
        std::string const prefix = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/";
        bool const runs = call.operation.find("run") != std::string::npos;
        bool const reads = call.method == "GET";
        // [doc] a scope for looking at each, and one for changing it
        (void)has_one_of({prefix + "all", prefix + (runs ? "run_manage" : "manage_flows"),
                          reads ? prefix + (runs ? "run_status" : "view_flows") : prefix + "all"});
    }

    std::string identity() const { return token != nullptr ? token->identity : ""; }

    /// Who the caller is to a flow: the first that he is of these; empty for nobody. [doc] the roles
    std::string role_at_flow(json::object const& flow) const {
        if (text_of(flow, "flow_owner") == urn()) return "flow_owner";
        for (auto const& [list, role] :
             {std::pair("flow_administrators", "flow_administrator"), std::pair("flow_starters", "flow_starter"),
              std::pair("flow_viewers", "flow_viewer"), std::pair("run_managers", "run_manager"),
              std::pair("run_monitors", "run_monitor")})
            if (is_among(world, identity(), flow, list)) return role;
        return {};
    }
    std::string role_at_run(json::object const& run) const {
        if (text_of(run, "run_owner") == urn()) return "run_owner";
        if (is_among(world, identity(), run, "run_managers")) return "run_manager";
        if (is_among(world, identity(), run, "run_monitors")) return "run_monitor";
        auto const* flow = find_document(all("flows"), text_of(run, "flow_id"));
        if (flow == nullptr) return {};
        if (is_among(world, identity(), *flow, "run_managers")) return "flow_run_manager";
        if (is_among(world, identity(), *flow, "run_monitors")) return "flow_run_monitor";
        return {};
    }

    /// [recorded] the code and the text
    Reply forbidden(char const* what, char const* permission) const {
        return error(403, "FORBIDDEN",
                     std::string("You do not have the necessary permissions to perform this action on the ") + what +
                         " with id value " + call.holes[0] + ". Missing permissions: " + permission + ".");
    }

    /// Whether the session satisfies the policy of a flow.
    bool session_fits(json::object const& flow) {
        auto wrong = wrong_session_for(world, *token, flow);
        if (wrong) refused = std::move(*wrong);
        return !wrong;
    }

    /// The flow of the route, when the caller may see it, or administer it.
    json::object* flow(bool change) {
        auto* const found = find("flows");
        std::string const role = found != nullptr ? role_at_flow(*found) : "";
        if (found == nullptr)
            refused = error(404, "NOT_FOUND", "No flow exists with id value " + call.holes[0]);
        else if (role.empty() || (change && role != "flow_owner" && role != "flow_administrator"))
            refused = forbidden("flow", change ? "MANAGE" : "VIEW");
        else if (session_fits(*found))
            return found;
        return nullptr;
    }
    json::object* run(bool change) {
        auto* const found = find("runs");
        std::string const role = found != nullptr ? role_at_run(*found) : "";
        if (found == nullptr)
            refused = error(404, "NOT_FOUND", "No run exists with id value " + call.holes[0]);
        else if (role.empty() || (change && role != "run_owner" && !role.ends_with("run_manager")))
            refused = forbidden("run", change ? "MANAGE" : "VIEW");
        else if (auto const* flow = find_document(all("flows"), text_of(*found, "flow_id"));
                 flow == nullptr || session_fits(*flow))
            return found;
        return nullptr;
    }

    json::object show_flow(json::object flow) const {
        std::string const role = role_at_flow(flow);
        flow["user_role"] = role;
        // [recorded] the older names of the same lists
        for (auto const& [name, older] :
             {std::pair("flow_viewers", "visible_to"), std::pair("flow_starters", "runnable_by"),
              std::pair("flow_administrators", "administered_by")})
            if (auto const* list = flow.if_contains(name)) flow[older] = json::value(*list);
        return flow;
    }
    json::object show_run(json::object run) const {
        std::string const role = role_at_run(run);
        run["user_role"] = role;
        for (auto const& [name, older] :
             {std::pair("run_managers", "manage_by"), std::pair("run_monitors", "monitor_by")})
            if (auto const* list = run.if_contains(name)) run[older] = json::value(*list);
        return run;
    }
};

/// An error with a list of faults. [recorded] the shape
inline Reply flows_error(World& world, int status, char const* code, json::array detail, std::string const& message) {
    return Reply::of(
        status,
        json::object{{"error", json::object{{"code", code}, {"detail", std::move(detail)}, {"message", message}}},
                     {"debug_id", world.random.uuid()}});
}

/// Whether a document has the role that `filter_roles` (or, before, `filter_role`) asks for.
inline bool role_filter_fits(Call const& call, std::string const& role) {
    std::string const wanted = call.argument("filter_roles", call.argument("filter_role"));
    if (wanted.empty()) return true;
    auto const list = split(wanted, ',');
    return std::find(list.begin(), list.end(), role) != list.end();
}

/// Pages by a marker. [guess] what it looks like: the place in the list
inline Reply marked_page(Call const& call, char const* kind, std::vector<json::object> items) {
    sort_items(items, call.argument("orderby"));
    auto const limit = std::clamp<std::int64_t>(to_integer(call.argument("per_page")).value_or(20), 1, 100);
    auto const begin = to_integer(call.argument("marker")).value_or(0);
    bool const more = begin + limit < static_cast<std::int64_t>(items.size());
    return Reply::of(
        200, json::object{{kind, cut(items, begin, limit)},
                          {"limit", limit},
                          {"has_next_page", more},
                          {"marker", more ? json::value(std::to_string(begin + limit)) : json::value(nullptr)}});
}

inline bool fulltext_fits(Call const& call, json::object const& document) {
    auto const words = lower(call.argument("filter_fulltext"));
    return words.empty() || lower(json::serialize(document)).find(words) != std::string::npos;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOWS_CALL_IPP
