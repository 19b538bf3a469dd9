// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_OPERATIONS_HPP
#define GLOBUS_SERVICES_GROUPS_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/services/groups/answers.hpp>
#include <globus/services/groups/payloads.hpp>

#include <string>
#include <vector>

// The operations of Globus Groups. https://groups.api.globus.org/redoc

namespace globus {
struct GroupsService;
}

namespace globus::groups {

// Groups

/// Lists the groups that the caller's identities are in, with those memberships. GET /v2/groups/my_groups
/// `statuses` chooses the memberships: "active", "invited", "pending", "rejected", "removed", "left", "declined".
/// https://groups.api.globus.org/redoc#operation/get_my_groups_and_memberships_v2_groups_my_groups_get
struct GetMyGroups {
    using service = GroupsService;
    using result = std::vector<Group>;
    static constexpr auto route = get("/v2/groups/my_groups");
    Optional<StringList> statuses = {};  ///< of memberships; the service's default is "active"
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetMyGroups, statuses, query_params);
};

/// Reads a group. GET /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/get_group_v2_groups__group_id__get
struct GetGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = get("/v2/groups/{group_id}");
    Required<std::string> group_id;
    /// "memberships", "my_memberships", "policies", "allowed_actions", "child_ids": what to read as well.
    Optional<StringList> include = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetGroup, group_id, include, query_params);
};

/// Finds the group that provides a subscription. GET /v2/subscription_info/{subscription_id}
/// https://groups.api.globus.org/redoc#operation/get_group_by_subscription_id_v2_subscription_info__subscription_id__get
struct GetGroupBySubscriptionId {
    using service = GroupsService;
    using result = SubscriptionGroup;
    static constexpr auto route = get("/v2/subscription_info/{subscription_id}");
    Required<std::string> subscription_id;
    GLOBUS_MEMBERS(GetGroupBySubscriptionId, subscription_id);
};

/// Deletes a group; answers with what it was. DELETE /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/delete_group_v2_groups__group_id__delete
struct DeleteGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = delete_("/v2/groups/{group_id}");
    Required<std::string> group_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteGroup, group_id, query_params);
};

/// Creates a group with a `name`, `description` and the like. POST /v2/groups
/// It is not repeated after a lost answer, because that could make two groups.
/// https://groups.api.globus.org/redoc#operation/create_group_v2_groups_post
struct CreateGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = post("/v2/groups");
    Required<Document> data;  ///< a Json with `name` and, optionally, `description`, `parent_id` and so on
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateGroup, data, query_params);
};

/// Changes a group's name, description and the like. PUT /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/update_group_v2_groups__group_id__put
struct UpdateGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = put("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<Document> data;  ///< a Json of what is to change
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateGroup, group_id, data, query_params);
};

/// Verifies that a group belongs to a subscription or, with null, to none. The caller must administer the subscription.
/// PUT /v2/groups/{group_id}/subscription_admin_verified
/// https://groups.api.globus.org/redoc#operation/update_subscription_admin_verified_id_v2_groups__group_id__
struct SetSubscriptionAdminVerified {
    using service = GroupsService;
    using result = SubscriptionVerification;
    static constexpr auto route = put("/v2/groups/{group_id}/subscription_admin_verified");
    Required<std::string> group_id;
    Required<Optional<std::string>> subscription_id;  ///< or null
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("subscription_id", "subscription_admin_verified_id"));
    GLOBUS_MEMBERS(SetSubscriptionAdminVerified, group_id, subscription_id, query_params);
};

// Policies

/// Reads the policies of a group. GET /v2/groups/{group_id}/policies
/// https://groups.api.globus.org/redoc#operation/get_policies_v2_groups__group_id__policies_get
struct GetGroupPolicies {
    using service = GroupsService;
    using result = Policies;
    static constexpr auto route = get("/v2/groups/{group_id}/policies");
    Required<std::string> group_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetGroupPolicies, group_id, query_params);
};

/// Sets the policies of a group to a GroupPolicies. PUT /v2/groups/{group_id}/policies
/// https://groups.api.globus.org/redoc#operation/update_policies_v2_groups__group_id__policies_put
struct SetGroupPolicies {
    using service = GroupsService;
    using result = Policies;
    static constexpr auto route = put("/v2/groups/{group_id}/policies");
    Required<std::string> group_id;
    Required<DocumentOf<GroupPolicies>> data;  ///< all the policies
    QueryParams query_params = {};
    GLOBUS_MEMBERS(SetGroupPolicies, group_id, data, query_params);
};

// Preferences and membership fields of the caller's identities

/// Reads the preferences of the caller's identities: whether they may be added to groups. GET /v2/preferences
/// https://groups.api.globus.org/redoc#operation/get_identity_set_preferences_v2_preferences_get
struct GetIdentityPreferences {
    using service = GroupsService;
    using result = Json;
    static constexpr auto route = get("/v2/preferences");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetIdentityPreferences, query_params);
};

/// Sets the preferences of the caller's identities: whether they may be added to groups. PUT /v2/preferences
/// https://groups.api.globus.org/redoc#operation/put_identity_set_preferences_v2_preferences_put
struct SetIdentityPreferences {
    using service = GroupsService;
    using result = Json;
    static constexpr auto route = put("/v2/preferences");
    Required<DocumentOf<IdentityPreferences>> data;  ///< the preferences
    QueryParams query_params = {};
    GLOBUS_MEMBERS(SetIdentityPreferences, data, query_params);
};

/// Reads what the caller's identities have told a group about themselves. GET /v2/groups/{group_id}/membership_fields
/// https://groups.api.globus.org/redoc#operation/get_membership_fields_v2_groups__group_id__membership_fields_get
struct GetMembershipFields {
    using service = GroupsService;
    using result = Json;
    static constexpr auto route = get("/v2/groups/{group_id}/membership_fields");
    Required<std::string> group_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetMembershipFields, group_id, query_params);
};

/// Sets what the caller's identities tell a group about themselves. PUT /v2/groups/{group_id}/membership_fields
/// https://groups.api.globus.org/redoc#operation/put_membership_fields_v2_groups__group_id__membership_fields_put
struct SetMembershipFields {
    using service = GroupsService;
    using result = Json;
    static constexpr auto route = put("/v2/groups/{group_id}/membership_fields");
    Required<std::string> group_id;
    Required<Document> data;  ///< a Json of the fields, by the identity's id
    QueryParams query_params = {};
    GLOBUS_MEMBERS(SetMembershipFields, group_id, data, query_params);
};

// Memberships

/// Carries out a BatchMembershipActions on the memberships of a group. POST /v2/groups/{group_id}
/// The answer says what was done and, in refused(), what was not: the status is 200 even if everything was refused. It
/// is not repeated after a lost answer, because invitations are sent as e-mails.
/// @throws UsageError  for what the actions' own check() refuses
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct BatchMembershipAction {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<DocumentOf<BatchMembershipActions>> actions;  ///< what to do with which identities
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("actions", ""));
    GLOBUS_MEMBERS(BatchMembershipAction, group_id, actions, query_params);

    void check() const { actions->check(); }
};

}  // namespace globus::groups

#endif  // GLOBUS_SERVICES_GROUPS_OPERATIONS_HPP
