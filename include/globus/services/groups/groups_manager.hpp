// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_GROUPS_MANAGER_HPP
#define GLOBUS_SERVICES_GROUPS_GROUPS_MANAGER_HPP

#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/services/groups/service.hpp>
#include <globus/services/groups/words.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

// The most common operations on a group, one change per call. GroupsManager has a function for each.

namespace globus::groups::manager {

/// Creates a group, below another if `parent_id` is given. POST /v2/groups
/// https://groups.api.globus.org/redoc#operation/create_group_v2_groups_post
struct CreateGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = post("/v2/groups");
    Required<std::string> name;  ///< for people
    Required<std::string> description;
    Optional<std::string> parent_id = null;  ///< of the group that it becomes a part of; none if left out
    static constexpr auto wire = wires(in_json("name"), in_json("description"), in_json("parent_id"));
    GLOBUS_MEMBERS(CreateGroup, name, description, parent_id);
};

/// Sets the policies of a group, all of them at once; see GroupPolicies. PUT /v2/groups/{group_id}/policies
/// https://groups.api.globus.org/redoc#operation/update_policies_v2_groups__group_id__policies_put
struct SetGroupPolicies {
    using service = GroupsService;
    using result = Policies;
    static constexpr auto route = put("/v2/groups/{group_id}/policies");
    Required<std::string> group_id;
    Required<bool> is_high_assurance;                                ///< it requires fresh logins
    Required<GroupVisibility> group_visibility;                      ///< who sees that the group exists
    Required<GroupMemberVisibility> group_members_visibility;        ///< who sees who is in it
    Required<bool> join_requests;                                    ///< people who are not invited may ask to join
    Required<std::vector<GroupRequiredSignupFields>> signup_fields;  ///< what people who join must tell
    Optional<WholeSeconds> authentication_assurance_timeout = null;  ///< null for the service's default
    static constexpr auto wire =
        wires(in_json("is_high_assurance"), in_json("group_visibility"), in_json("group_members_visibility"),
              in_json("join_requests"), in_json("signup_fields"), in_json("authentication_assurance_timeout"));
    GLOBUS_MEMBERS(SetGroupPolicies, group_id, is_high_assurance, group_visibility, group_members_visibility,
                   join_requests, signup_fields, authentication_assurance_timeout);
};

/// Accepts the invitation of one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct AcceptInvite {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    static constexpr auto wire = wires(in_json("identity_id", "accept/0/identity_id"));
    GLOBUS_MEMBERS(AcceptInvite, group_id, identity_id);
};

/// Makes an identity a member without asking it. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct AddMember {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;   ///< whose membership it is
    GroupRole role = GroupRole::member;  ///< that the member gets
    static constexpr auto wire = wires(in_json("identity_id", "add/0/identity_id"), in_json("role", "add/0/role"));
    GLOBUS_MEMBERS(AddMember, group_id, identity_id, role);
};

/// Grants a RequestJoin of an identity. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct ApprovePending {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    static constexpr auto wire = wires(in_json("identity_id", "approve/0/identity_id"));
    GLOBUS_MEMBERS(ApprovePending, group_id, identity_id);
};

/// Gives a member another role. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct ChangeRole {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    Required<GroupRole> role;           ///< that the member gets
    static constexpr auto wire =
        wires(in_json("identity_id", "change_role/0/identity_id"), in_json("role", "change_role/0/role"));
    GLOBUS_MEMBERS(ChangeRole, group_id, identity_id, role);
};

/// Declines the invitation of one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct DeclineInvite {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    static constexpr auto wire = wires(in_json("identity_id", "decline/0/identity_id"));
    GLOBUS_MEMBERS(DeclineInvite, group_id, identity_id);
};

/// Invites an identity; the service sends it an e-mail. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct InviteMember {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;   ///< whose membership it is
    GroupRole role = GroupRole::member;  ///< that the member gets
    static constexpr auto wire =
        wires(in_json("identity_id", "invite/0/identity_id"), in_json("role", "invite/0/role"));
    GLOBUS_MEMBERS(InviteMember, group_id, identity_id, role);
};

/// Joins a group that lets anybody in, with one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct Join {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    static constexpr auto wire = wires(in_json("identity_id", "join/0/identity_id"));
    GLOBUS_MEMBERS(Join, group_id, identity_id);
};

/// Leaves the group, with one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct Leave {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    static constexpr auto wire = wires(in_json("identity_id", "leave/0/identity_id"));
    GLOBUS_MEMBERS(Leave, group_id, identity_id);
};

/// Refuses a RequestJoin of an identity. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct RejectJoinRequest {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    static constexpr auto wire = wires(in_json("identity_id", "reject/0/identity_id"));
    GLOBUS_MEMBERS(RejectJoinRequest, group_id, identity_id);
};

/// Removes a member from the group. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct RemoveMember {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    static constexpr auto wire = wires(in_json("identity_id", "remove/0/identity_id"));
    GLOBUS_MEMBERS(RemoveMember, group_id, identity_id);
};

/// Asks to join the group, with one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct RequestJoin {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;  ///< whose membership it is
    static constexpr auto wire = wires(in_json("identity_id", "request_join/0/identity_id"));
    GLOBUS_MEMBERS(RequestJoin, group_id, identity_id);
};

/// The types of all of these, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
template <class Asked = void>
constexpr auto operations() {
    return globus::detail::hana_types<Asked, CreateGroup, SetGroupPolicies, AcceptInvite, AddMember, ApprovePending,
                                      ChangeRole, DeclineInvite, InviteMember, Join, Leave, RejectJoinRequest,
                                      RemoveMember, RequestJoin>();
}

}  // namespace globus::groups::manager

namespace globus {

/**
 * Globus Groups refused what a GroupsManager was to do to a membership. The service says so along with what it did, in
 * an answer whose status is 200.
 *
 *     catch (MembershipRefused const& error) {
 *         for (groups::RefusedMembership const& one : error.refused()) tell(one.identity_id, one.code, one.detail);
 *     }
 *
 * `code()`, `messages()` and `errors()` have the service's words, as for other errors.
 */
class GLOBUS_VISIBLE MembershipRefused : public GroupsApiError {
public:
    /// Takes what the answer to `request` says.
    MembershipRefused(http::Request const& request, http::Response response, groups::MembershipActionResult result)
        : GroupsApiError(request, as_json(std::move(response)), read_refusals, nullptr),
          facts_(std::make_shared<Facts const>(Facts{result.refused(), std::move(result)})) {}

    /// Who was refused what, and why; never empty.
    [[nodiscard]] std::vector<groups::RefusedMembership> const& refused() const noexcept { return facts_->refused; }
    /// The whole answer, including what was done.
    [[nodiscard]] groups::MembershipActionResult const& result() const noexcept { return facts_->result; }

private:
    struct Facts {
        std::vector<groups::RefusedMembership> refused;
        groups::MembershipActionResult result;
    };

    /// The answer as JSON, whatever its Content-Type says, since the typed document was read from it.
    static http::Response as_json(http::Response response);
    static bool read_refusals(boost::json::object const& document, Reading& reading);

    std::shared_ptr<Facts const> facts_;  ///< shared, so that copying an error does not throw
};

/**
 * A Groups client with one function for each change to a group or its members.
 *
 *     GroupsManager manager{client};
 *     auto group = manager.create_group({.name = "beamline 7", .description = "those who measure"});
 *     manager.invite_member({.group_id = *group->id, .identity_id = alice, .role = GroupRole::manager});
 *
 * Each call is one request of the client, with its retries and errors. Only set_group_policies is repeated after a lost
 * answer. For several members at once, use BatchMembershipActions.
 *
 * @par Errors
 * Those of the client, and MembershipRefused for what the service refuses to do to a membership in an answer whose
 * status is 200.
 *
 * @tparam C  a Client<GroupsService, ...>; this keeps a copy, which shares the client's connections and tokens
 *
 * @par Thread safety
 * As for the client: any function may be called from any thread.
 */
template <class C>
class GroupsManager {
public:
    /// Takes a copy of the client, which shares connections and tokens with it.
    explicit GroupsManager(C client) : client_(std::move(client)) {}

    /// @copydoc groups::manager::CreateGroup
    Response<groups::Group> create_group(groups::manager::CreateGroup op, CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::SetGroupPolicies
    Response<groups::Policies> set_group_policies(groups::manager::SetGroupPolicies op,
                                                  CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::AcceptInvite
    Response<groups::MembershipActionResult> accept_invite(groups::manager::AcceptInvite op,
                                                           CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::AddMember
    Response<groups::MembershipActionResult> add_member(groups::manager::AddMember op,
                                                        CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::ApprovePending
    Response<groups::MembershipActionResult> approve_pending(groups::manager::ApprovePending op,
                                                             CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::ChangeRole
    Response<groups::MembershipActionResult> change_role(groups::manager::ChangeRole op,
                                                         CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::DeclineInvite
    Response<groups::MembershipActionResult> decline_invite(groups::manager::DeclineInvite op,
                                                            CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::InviteMember
    Response<groups::MembershipActionResult> invite_member(groups::manager::InviteMember op,
                                                           CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::Join
    Response<groups::MembershipActionResult> join(groups::manager::Join op, CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::Leave
    Response<groups::MembershipActionResult> leave(groups::manager::Leave op, CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::RejectJoinRequest
    Response<groups::MembershipActionResult> reject_join_request(groups::manager::RejectJoinRequest op,
                                                                 CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::RemoveMember
    Response<groups::MembershipActionResult> remove_member(groups::manager::RemoveMember op,
                                                           CallOptions const& options = {}) const {
        return act(op, options);
    }
    /// @copydoc groups::manager::RequestJoin
    Response<groups::MembershipActionResult> request_join(groups::manager::RequestJoin op,
                                                          CallOptions const& options = {}) const {
        return act(op, options);
    }

    /// The client, for operations that have no function here.
    [[nodiscard]] C const& client() const noexcept { return client_; }

private:
    /// Sends an action on a membership, and throws MembershipRefused if it was refused.
    template <class O>
    Response<groups::MembershipActionResult> act(O const& op, CallOptions const& options) const {
        auto response = client_.send(op, options);
        if (response->refused().empty()) return response;
        throw MembershipRefused(
            globus::detail::to_request(op, client_.service(), client_.base_url()),
            http::Response{.status = response.http_status(), .headers = response.headers(), .body = response.text()},
            *response);
    }

    C client_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/groups/impl/groups_manager.ipp>
#endif

#endif  // GLOBUS_SERVICES_GROUPS_GROUPS_MANAGER_HPP
