// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_WORDS_HPP
#define GLOBUS_SERVICES_GROUPS_WORDS_HPP

#include <globus/core/open_enum.hpp>

#include <string_view>

// The words of Globus Groups that come from a set. The service may add others.

namespace globus::groups {

/// The words of a GroupRole.
struct GroupRoleWords {
    /// The constants.
    enum Known : unsigned char { unknown, member, manager, admin };
    static constexpr std::string_view words[] = {"", "member", "manager", "admin"};
};
/// What a member may do in a group: `.role = GroupRole::manager`. A manager may invite and approve members; an
/// admin may change and delete the group, too.
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
using GroupRole = OpenEnum<GroupRoleWords>;

/// The words of a GroupVisibility.
struct GroupVisibilityWords {
    /// The constants.
    enum Known : unsigned char { unknown, authenticated, private_ };
    static constexpr std::string_view words[] = {"", "authenticated", "private"};
};
/// Who sees that a group exists: everybody who has logged in, or only its members.
/// https://groups.api.globus.org/redoc#operation/update_policies_v2_groups__group_id__policies_put
using GroupVisibility = OpenEnum<GroupVisibilityWords>;

/// The words of a GroupMemberVisibility.
struct GroupMemberVisibilityWords {
    /// The constants.
    enum Known : unsigned char { unknown, members, managers };
    static constexpr std::string_view words[] = {"", "members", "managers"};
};
/// Who sees who is in a group: everybody who is in it, or only its managers and admins.
/// https://groups.api.globus.org/redoc#operation/update_policies_v2_groups__group_id__policies_put
using GroupMemberVisibility = OpenEnum<GroupMemberVisibilityWords>;

/// The words of GroupRequiredSignupFields.
struct GroupRequiredSignupFieldsWords {
    /// The constants.
    enum Known : unsigned char {
        unknown,
        institution,
        current_project_name,
        address,
        city,
        state,
        country,
        address1,
        address2,
        zip,
        phone,
        department,
        field_of_science
    };
    static constexpr std::string_view words[] = {"",
                                                 "institution",
                                                 "current_project_name",
                                                 "address",
                                                 "city",
                                                 "state",
                                                 "country",
                                                 "address1",
                                                 "address2",
                                                 "zip",
                                                 "phone",
                                                 "department",
                                                 "field_of_science"};
};
/// What people who want to join a group must tell about themselves: `.signup_fields = {GroupRequiredSignupFields::city}`.
/// https://groups.api.globus.org/redoc#operation/update_policies_v2_groups__group_id__policies_put
using GroupRequiredSignupFields = OpenEnum<GroupRequiredSignupFieldsWords>;

/// The words of a MembershipStatus.
struct MembershipStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, active, invited, pending, rejected, removed, left, declined };
    static constexpr std::string_view words[] = {"",         "active",  "invited", "pending",
                                                 "rejected", "removed", "left",    "declined"};
};
/// How a membership stands.
/// https://groups.api.globus.org/redoc
using MembershipStatus = OpenEnum<MembershipStatusWords>;

/// The words of a GroupType.
struct GroupTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, regular, plus };
    static constexpr std::string_view words[] = {"", "regular", "plus"};
};
/// What kind of group it is.
/// https://groups.api.globus.org/redoc
using GroupType = OpenEnum<GroupTypeWords>;

}  // namespace globus::groups

#endif  // GLOBUS_SERVICES_GROUPS_WORDS_HPP
