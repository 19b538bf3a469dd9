// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_IMPL_PAYLOADS_IPP
#define GLOBUS_SERVICES_GROUPS_IMPL_PAYLOADS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/groups/payloads.hpp>

#include <string>
#include <utility>

namespace globus::groups {

GLOBUS_DECL BatchMembershipActions& BatchMembershipActions::add_members(StringList identity_ids, GroupRole role) {
    return put(added, std::move(identity_ids), std::move(role));
}

GLOBUS_DECL BatchMembershipActions& BatchMembershipActions::change_roles(GroupRole role, StringList identity_ids) {
    return put(changed_roles, std::move(identity_ids), std::move(role));
}

GLOBUS_DECL BatchMembershipActions& BatchMembershipActions::invite_members(StringList identity_ids, GroupRole role) {
    return put(invited, std::move(identity_ids), std::move(role));
}

GLOBUS_DECL BatchMembershipActions& BatchMembershipActions::reject_join_requests(StringList identity_ids) {
    return put(rejected, std::move(identity_ids));
}

GLOBUS_DECL void BatchMembershipActions::check() const {
    for (Actions const* actions : {&accepted, &added, &approved, &changed_roles, &declined, &invited, &joined, &left,
                                   &rejected, &removed, &requested}) {
        if (!*actions) continue;
        for (MembershipAction const& action : **actions)
            if (action.identity_id->empty() && !action.additional_fields.contains("identity_id"))
                throw UsageError("a membership action has an empty identity_id: give the id of an identity");
    }
}

GLOBUS_DECL BatchMembershipActions& BatchMembershipActions::put(Actions& actions, StringList identity_ids,
                                                                Optional<GroupRole> role) {
    if (!actions) actions.emplace();
    for (std::string& id : identity_ids) actions->push_back({.identity_id = std::move(id), .role = role});
    return *this;
}

}  // namespace globus::groups

#endif  // GLOBUS_SERVICES_GROUPS_IMPL_PAYLOADS_IPP
