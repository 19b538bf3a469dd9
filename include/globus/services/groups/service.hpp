// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_SERVICE_HPP
#define GLOBUS_SERVICES_GROUPS_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/groups/errors.hpp>
#include <globus/services/groups/operations.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace globus {

using groups::BatchMembershipActions;
using groups::GroupMemberVisibility;
using groups::GroupPolicies;
using groups::GroupRequiredSignupFields;
using groups::GroupRole;
using groups::GroupVisibility;
using groups::IdentityPreferences;

/**
 * Globus Groups: groups of people, their members and policies.
 *
 *     Client<GroupsService, AccessTokenPolicy> client{token};
 *     for (groups::Group const& group : *client.get_my_groups()) ...
 *
 * GroupsManager has a function for each change to a membership. https://groups.api.globus.org/redoc
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for; ids are
 * UUIDs as text.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; GroupsApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct GroupsService {
    static constexpr std::string_view name = "groups";
    static constexpr std::string_view resource_server = "groups.api.globus.org";
    using scopes = GroupsScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::view_my_groups_and_memberships};
    using error = GroupsApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<
            Asked, groups::GetMyGroups, groups::GetGroup, groups::GetGroupBySubscriptionId, groups::DeleteGroup,
            groups::CreateGroup, groups::UpdateGroup, groups::GetGroupPolicies, groups::SetGroupPolicies,
            groups::GetIdentityPreferences, groups::SetIdentityPreferences, groups::GetMembershipFields,
            groups::SetMembershipFields, groups::BatchMembershipAction, groups::SetSubscriptionAdminVerified>();
    }

    template <class Client>
    struct Operations;
};

/// The operations of Groups as member functions of its Client.
template <class Client>
struct GroupsService::Operations {
    /// @copydoc groups::GetMyGroups
    Response<std::vector<groups::Group>> get_my_groups(groups::GetMyGroups op = {},
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetGroup
    Response<groups::Group> get_group(groups::GetGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetGroupBySubscriptionId
    Response<groups::SubscriptionGroup> get_group_by_subscription_id(groups::GetGroupBySubscriptionId op,
                                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::DeleteGroup
    Response<groups::Group> delete_group(groups::DeleteGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::CreateGroup
    Response<groups::Group> create_group(groups::CreateGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::UpdateGroup
    Response<groups::Group> update_group(groups::UpdateGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetGroupPolicies
    Response<groups::Policies> get_group_policies(groups::GetGroupPolicies op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::SetGroupPolicies
    Response<groups::Policies> set_group_policies(groups::SetGroupPolicies op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetIdentityPreferences
    Response<Json> get_identity_preferences(groups::GetIdentityPreferences op = {},
                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::SetIdentityPreferences
    Response<Json> set_identity_preferences(groups::SetIdentityPreferences op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetMembershipFields
    Response<Json> get_membership_fields(groups::GetMembershipFields op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::SetMembershipFields
    Response<Json> set_membership_fields(groups::SetMembershipFields op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::BatchMembershipAction
    Response<groups::MembershipActionResult> batch_membership_action(groups::BatchMembershipAction op,
                                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::SetSubscriptionAdminVerified
    Response<groups::SubscriptionVerification> set_subscription_admin_verified(groups::SetSubscriptionAdminVerified op,
                                                                               CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GROUPS_SERVICE_HPP
