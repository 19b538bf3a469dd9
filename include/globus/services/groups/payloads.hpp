// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_PAYLOADS_HPP
#define GLOBUS_SERVICES_GROUPS_PAYLOADS_HPP

#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/groups/words.hpp>

#include <string>
#include <utility>
#include <vector>

// The documents that a Groups program makes.

namespace globus::groups {

/**
 * The policies to be set for a group, all of them at once.
 *
 *     client.set_group_policies({.group_id = id,
 *                                .data = GroupPolicies{.is_high_assurance = false,
 *                                                      .group_visibility = GroupVisibility::private_,
 *                                                      .group_members_visibility = GroupMemberVisibility::managers,
 *                                                      .join_requests = true,
 *                                                      .signup_fields = {GroupRequiredSignupFields::institution}}});
 *
 * https://groups.api.globus.org/redoc#operation/update_policies_v2_groups__group_id__policies_put
 */
struct GroupPolicies {
    Required<bool> is_high_assurance;                          ///< it requires fresh logins
    Required<GroupVisibility> group_visibility;                ///< who sees that the group exists
    Required<GroupMemberVisibility> group_members_visibility;  ///< who sees who is in it
    Required<bool> join_requests;                              ///< whether people who are not invited may ask to join
    Required<std::vector<GroupRequiredSignupFields>> signup_fields;  ///< what people who join must tell
    /// Time after which a high assurance group asks for another login; null for the default.
    Optional<WholeSeconds> authentication_assurance_timeout = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GroupPolicies, is_high_assurance, group_visibility, group_members_visibility, join_requests,
                   signup_fields, authentication_assurance_timeout, additional_fields);
};

/**
 * What the caller's identities allow, for set_identity_preferences.
 *
 *     client.set_identity_preferences({.data = IdentityPreferences{.allow_add = false}});
 *
 * https://groups.api.globus.org/redoc#operation/put_identity_set_preferences_v2_preferences_put
 */
struct IdentityPreferences {
    Optional<bool> allow_add = {};  ///< others may add them to groups without asking
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(IdentityPreferences, allow_add, additional_fields);
};

/// One identity of a batch of actions, and its role where the action gives one.
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct MembershipAction {
    Required<std::string> identity_id;  ///< whose membership it is
    Optional<GroupRole> role = {};      ///< for `added`, `changed_roles` and `invited` only
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(MembershipAction, identity_id, role, additional_fields);
};

/**
 * Actions on the memberships of a group that are sent together.
 *
 *     BatchMembershipActions actions;
 *     actions.add_members({alice, bob}).change_roles(GroupRole::admin, carol).remove_members(dave);
 *     client.batch_membership_action({.group_id = id, .actions = actions});
 *
 * Each function takes one identity id or several, and adds to those of earlier calls.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 * https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
 */
struct BatchMembershipActions {
    using Actions = Optional<std::vector<MembershipAction>>;

    Actions accepted = {};       ///< by accept_invites
    Actions added = {};          ///< by add_members
    Actions approved = {};       ///< by approve_pending
    Actions changed_roles = {};  ///< by change_roles
    Actions declined = {};       ///< by decline_invites
    Actions invited = {};        ///< by invite_members
    Actions joined = {};         ///< by join
    Actions left = {};           ///< by leave
    Actions rejected = {};       ///< by reject_join_requests
    Actions removed = {};        ///< by remove_members
    Actions requested = {};      ///< by request_join
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(rename("accepted", "accept"), rename("added", "add"), rename("approved", "approve"),
              rename("changed_roles", "change_role"), rename("declined", "decline"), rename("invited", "invite"),
              rename("joined", "join"), rename("left", "leave"), rename("rejected", "reject"),
              rename("removed", "remove"), rename("requested", "request_join"));
    GLOBUS_MEMBERS(BatchMembershipActions, accepted, added, approved, changed_roles, declined, invited, joined, left,
                   rejected, removed, requested, additional_fields);

    /// Accepts invitations, for identities of the caller's own.
    BatchMembershipActions& accept_invites(StringList identity_ids) { return put(accepted, std::move(identity_ids)); }
    /// Makes identities members without asking them.
    BatchMembershipActions& add_members(StringList identity_ids, GroupRole role = GroupRole::member);
    /// Grants the requests that identities made by request_join.
    BatchMembershipActions& approve_pending(StringList identity_ids) { return put(approved, std::move(identity_ids)); }
    /// Gives members another role.
    BatchMembershipActions& change_roles(GroupRole role, StringList identity_ids);
    /// Declines invitations, for identities of the caller's own.
    BatchMembershipActions& decline_invites(StringList identity_ids) { return put(declined, std::move(identity_ids)); }
    /// Invites identities; the service sends each an e-mail.
    BatchMembershipActions& invite_members(StringList identity_ids, GroupRole role = GroupRole::member);
    /// Joins the group, if its policies let anybody in, with identities of the caller's own.
    BatchMembershipActions& join(StringList identity_ids) { return put(joined, std::move(identity_ids)); }
    /// Leaves the group, with identities of the caller's own.
    BatchMembershipActions& leave(StringList identity_ids) { return put(left, std::move(identity_ids)); }
    /// Refuses the requests that identities made by request_join.
    BatchMembershipActions& reject_join_requests(StringList identity_ids);
    /// Removes members from the group.
    BatchMembershipActions& remove_members(StringList identity_ids) { return put(removed, std::move(identity_ids)); }
    /// Asks to join the group, with identities of the caller's own.
    BatchMembershipActions& request_join(StringList identity_ids) { return put(requested, std::move(identity_ids)); }

    /// @throws UsageError  for an action on an empty identity id
    void check() const;

private:
    BatchMembershipActions& put(Actions& actions, StringList identity_ids, Optional<GroupRole> role = {});
};

}  // namespace globus::groups

#ifdef GLOBUS_BODIES
#include <globus/services/groups/impl/payloads.ipp>
#endif

#endif  // GLOBUS_SERVICES_GROUPS_PAYLOADS_HPP
