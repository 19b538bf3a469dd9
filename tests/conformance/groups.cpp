// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/groups/groups_manager.hpp>
#include <globus/services/groups/service.hpp>

namespace conformance {

using globus::groups::BatchMembershipActions;

template <>
struct Helpers<BatchMembershipActions> {
    static void call(BatchMembershipActions& actions, std::string_view name, Json const& kwargs) {
        globus::StringList ids;
        fill(ids, member(kwargs, "identity_ids"));
        globus::groups::GroupRole role = globus::groups::GroupRole::member;
        if (Json const* given = find(kwargs, "role")) fill(role, *given);
        using B = BatchMembershipActions;
        struct Plain {
            std::string_view name;
            B& (B::*add)(globus::StringList);
        };
        constexpr Plain plain_helpers[] = {
            {"accept_invites", &B::accept_invites},
            {"approve_pending", &B::approve_pending},
            {"decline_invites", &B::decline_invites},
            {"join", &B::join},
            {"leave", &B::leave},
            {"reject_join_requests", &B::reject_join_requests},
            {"remove_members", &B::remove_members},
            {"request_join", &B::request_join},
        };
        for (Plain const& helper : plain_helpers)
            if (helper.name == name) return void((actions.*helper.add)(std::move(ids)));
        if (name == "add_members") return void(actions.add_members(std::move(ids), role));
        if (name == "invite_members") return void(actions.invite_members(std::move(ids), role));
        if (name == "change_roles") return void(actions.change_roles(role, std::move(ids)));
        throw Misfit("BatchMembershipActions has no helper " + std::string(name));
    }
};

void add_groups() {
    add_service<globus::GroupsService>("GroupsClient");
    add_operations<globus::GroupsService>("GroupsManager", globus::groups::manager::operations());
    add_builder<globus::groups::GroupPolicies>();
    add_builder<BatchMembershipActions>();
}

}  // namespace conformance
