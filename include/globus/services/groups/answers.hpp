// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_ANSWERS_HPP
#define GLOBUS_SERVICES_GROUPS_ANSWERS_HPP

#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/groups/words.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

// What Globus Groups answers. Members have the service's names, as in https://groups.api.globus.org/redoc

namespace globus::groups {

/// The membership of one identity in a group.
/// https://groups.api.globus.org/redoc#operation/get_group_v2_groups__group_id__get
struct Membership {
    Optional<std::string> group_id = {};
    std::string identity_id = {};         ///< whose membership it is
    Optional<std::string> username = {};  ///< as in "ada@example.org"
    GroupRole role = {};
    MembershipStatus status = {};
    Optional<Json> membership_fields = {};            ///< what the group's signup_fields ask for, by name
    Optional<std::string> status_reason = {};         ///< what the person who last changed it said about it
    Optional<std::string> source_group_id = {};       ///< of the group that it comes from
    Optional<std::string> invite_email_address = {};  ///< that the invitation was sent to
    Optional<Timestamp> invite_time = {};
    Optional<Timestamp> updated = {};
    GLOBUS_MEMBERS(Membership, group_id, identity_id, username, role, status, membership_fields, status_reason,
                   source_group_id, invite_email_address, invite_time, updated);
};

/// Who sees a group, and how people join it.
/// https://groups.api.globus.org/redoc#operation/get_policies_v2_groups__group_id__policies_get
struct Policies {
    Optional<bool> is_high_assurance = {};                         ///< it requires fresh logins
    Optional<WholeSeconds> authentication_assurance_timeout = {};  ///< how long a login counts as fresh
    Optional<GroupVisibility> group_visibility = {};
    Optional<GroupMemberVisibility> group_members_visibility = {};
    Optional<bool> join_requests = {};                          ///< people who are not invited may ask to join
    std::vector<GroupRequiredSignupFields> signup_fields = {};  ///< what people who join must tell
    GLOBUS_MEMBERS(Policies, is_high_assurance, authentication_assurance_timeout, group_visibility,
                   group_members_visibility, join_requests, signup_fields);
};

/// What a subscription allows for one kind of storage.
/// https://groups.api.globus.org/redoc#operation/get_group_by_subscription_id_v2_subscription_info__subscription_id__get
struct ConnectorTerms {
    Optional<bool> is_ha = {};   ///< high assurance
    Optional<bool> is_baa = {};  ///< covered by a business associate agreement
    GLOBUS_MEMBERS(ConnectorTerms, is_ha, is_baa);
};

/// What a subscription allows.
/// https://groups.api.globus.org/redoc#operation/get_group_by_subscription_id_v2_subscription_info__subscription_id__get
struct SubscriptionInfo {
    Optional<std::string> name = {};
    Optional<std::string> subscription_id = {};
    Optional<bool> is_high_assurance = {};                  ///< it allows high assurance collections
    Optional<bool> is_baa = {};                             ///< covered by a business associate agreement
    std::map<std::string, ConnectorTerms> connectors = {};  ///< by the connector's id
    GLOBUS_MEMBERS(SubscriptionInfo, name, subscription_id, is_high_assurance, is_baa, connectors);
};

/// A group. Members marked "by include" come only if `include` asks for them.
/// https://groups.api.globus.org/redoc#operation/get_group_v2_groups__group_id__get
struct Group {
    std::string id = {};  ///< a UUID
    std::string name = {};
    Optional<std::string> description = {};
    Optional<std::string> parent_id = {};  ///< of the group that it is a part of; null for none
    Optional<GroupType> group_type = {};
    Optional<bool> enforce_session = {};  ///< it requires a login in the current session
    Optional<WholeSeconds> session_limit = {};
    Optional<Json> session_timeouts = {};                                  ///< seconds, by the identity provider's id
    std::vector<Membership> my_memberships = {};                           ///< of the caller's identities
    std::vector<Membership> memberships = {};                              ///< by include
    Optional<Policies> policies = {};                                      ///< by include
    std::vector<std::string> child_ids = {};                               ///< by include
    std::map<std::string, std::vector<std::string>> allowed_actions = {};  ///< by include
    Optional<std::string> subscription_id = {};         ///< of the subscription that the group provides; null for none
    Optional<SubscriptionInfo> subscription_info = {};  ///< of that subscription
    /// Id of the subscription that it is verified to belong to; null for none.
    Optional<std::string> subscription_admin_verified_id = {};
    GLOBUS_MEMBERS(Group, id, name, description, parent_id, group_type, enforce_session, session_limit,
                   session_timeouts, my_memberships, memberships, policies, child_ids, allowed_actions, subscription_id,
                   subscription_info, subscription_admin_verified_id);
};

/// The group that provides a subscription.
/// https://groups.api.globus.org/redoc#operation/get_group_by_subscription_id_v2_subscription_info__subscription_id__get
struct SubscriptionGroup {
    Optional<std::string> group_id = {};
    Optional<std::string> subscription_id = {};
    Optional<SubscriptionInfo> subscription_info = {};
    GLOBUS_MEMBERS(SubscriptionGroup, group_id, subscription_id, subscription_info);
};

/// The subscription that a group is verified to belong to.
/// https://groups.api.globus.org/redoc#operation/update_subscription_admin_verified_id_v2_groups__group_id__
struct SubscriptionVerification {
    Optional<std::string> group_id = {};
    Optional<std::string> subscription_admin_verified_id = {};  ///< null: to none
    GLOBUS_MEMBERS(SubscriptionVerification, group_id, subscription_admin_verified_id);
};

/// A membership that was not made or changed, and why.
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct RefusedMembership {
    std::string action = {};       ///< as the service calls it: "add", "invite", "change_role", ...
    std::string identity_id = {};  ///< whose membership it is
    std::string code = {};         ///< the service's word for the reason
    std::string detail = {};       ///< the reason, for people
    GLOBUS_MEMBERS(RefusedMembership, action, identity_id, code, detail);

    friend bool operator==(RefusedMembership const&, RefusedMembership const&) = default;
};

namespace detail {

/// Calls `f(action, error)` for each error of an answer. Anything that is there and not empty is one, whatever its
/// form.
template <class F>
void for_each_refusal(Json const& errors, F const& f, std::string_view action = {}) {
    if (auto const* list = errors.if_array()) {
        for (Json const& one : *list) for_each_refusal(one, f, action);
    } else if (auto const* by_action = errors.if_object(); by_action != nullptr && action.empty()) {
        for (auto const& [name, of_action] : *by_action) for_each_refusal(of_action, f, name);
    } else if (!errors.is_null()) {
        f(action, errors);
    }
}

/// What one of these errors says.
RefusedMembership refused_membership(std::string_view action, Json const& error);

}  // namespace detail

/// The memberships that a batch of actions made or changed, by action. The status is 200 even if all were refused:
/// `refused()` lists those, which GroupsManager throws.
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct MembershipActionResult {
    std::vector<Membership> accept = {};        ///< by accept_invites
    std::vector<Membership> add = {};           ///< by add_members
    std::vector<Membership> approve = {};       ///< by approve_pending
    std::vector<Membership> change_role = {};   ///< by change_roles
    std::vector<Membership> decline = {};       ///< by decline_invites
    std::vector<Membership> invite = {};        ///< by invite_members
    std::vector<Membership> join = {};          ///< by join
    std::vector<Membership> leave = {};         ///< by leave
    std::vector<Membership> reject = {};        ///< by reject_join_requests
    std::vector<Membership> remove = {};        ///< by remove_members
    std::vector<Membership> request_join = {};  ///< by request_join
    Optional<Json> errors = {};                 ///< as the service wrote them; see refused()
    GLOBUS_MEMBERS(MembershipActionResult, accept, add, approve, change_role, decline, invite, join, leave, reject,
                   remove, request_join, errors);

    /// What was not done, in the service's order; empty if all was.
    [[nodiscard]] std::vector<RefusedMembership> refused() const;
};

}  // namespace globus::groups

#ifdef GLOBUS_BODIES
#include <globus/services/groups/impl/answers.ipp>
#endif

#endif  // GLOBUS_SERVICES_GROUPS_ANSWERS_HPP
