// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ACCESS_HPP
#define GLOBUS_SERVICES_TRANSFER_ACCESS_HPP

#include <globus/client/operation.hpp>
#include <globus/services/transfer/answers.hpp>

#include <string>

// Who may do what: roles and access rules. https://docs.globus.org/api/transfer/acl/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Lists the roles on a collection. GET /endpoint/{endpoint_id}/role_list
/// https://docs.globus.org/api/transfer/roles/#role_list
struct EndpointRoleList {
    using service = TransferService;
    using result = EndpointRolePage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/role_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointRoleList, endpoint_id, query_params);
};

/// Assigns a role on a collection. POST /endpoint/{endpoint_id}/role
/// https://docs.globus.org/api/transfer/roles/#create_role
struct AddEndpointRole {
    using service = TransferService;
    using result = EndpointRole;
    static constexpr auto route = post("/v0.10/endpoint/{endpoint_id}/role");
    Required<std::string> endpoint_id;
    Required<DocumentOf<EndpointRole>> role_data;  ///< the role
    static constexpr auto wire = wires(in_json("role_data", ""));
    GLOBUS_MEMBERS(AddEndpointRole, endpoint_id, role_data);
};

/// Reads one role on a collection. GET /endpoint/{endpoint_id}/role/{role_id}
/// https://docs.globus.org/api/transfer/roles/#get_role_by_id
struct GetEndpointRole {
    using service = TransferService;
    using result = EndpointRole;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/role/{role_id}");
    Required<std::string> endpoint_id;
    Required<std::string> role_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpointRole, endpoint_id, role_id, query_params);
};

/// Removes a role. DELETE /endpoint/{endpoint_id}/role/{role_id}
/// https://docs.globus.org/api/transfer/roles/#delete_role_by_id
struct DeleteEndpointRole {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/endpoint/{endpoint_id}/role/{role_id}");
    Required<std::string> endpoint_id;
    Required<std::string> role_id;
    GLOBUS_MEMBERS(DeleteEndpointRole, endpoint_id, role_id);
};

/// Lists the access rules of a guest collection. GET /endpoint/{endpoint_id}/access_list
/// https://docs.globus.org/api/transfer/acl/#rest_access_get_list
struct EndpointAclList {
    using service = TransferService;
    using result = AccessRulePage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/access_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointAclList, endpoint_id, query_params);
};

/// Reads one access rule. GET /endpoint/{endpoint_id}/access/{rule_id}
/// https://docs.globus.org/api/transfer/acl/#get_access_rule_by_id
struct GetEndpointAclRule {
    using service = TransferService;
    using result = AccessRule;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/access/{rule_id}");
    Required<std::string> endpoint_id;
    Required<std::string> rule_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpointAclRule, endpoint_id, rule_id, query_params);
};

/// Lets somebody read, or write, below a path of a guest collection. POST /endpoint/{endpoint_id}/access
/// https://docs.globus.org/api/transfer/acl/#rest_access_create
struct AddEndpointAclRule {
    using service = TransferService;
    using result = AccessRuleResult;
    static constexpr auto route = post("/v0.10/endpoint/{endpoint_id}/access");
    Required<std::string> endpoint_id;
    Required<DocumentOf<AccessRule>> rule_data;  ///< the rule
    static constexpr auto wire = wires(in_json("rule_data", ""));
    GLOBUS_MEMBERS(AddEndpointAclRule, endpoint_id, rule_data);
};

/// Changes the permissions of an access rule; nothing else in it can change.
/// PUT /endpoint/{endpoint_id}/access/{rule_id}
/// https://docs.globus.org/api/transfer/acl/#update_access_rule
struct UpdateEndpointAclRule {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{endpoint_id}/access/{rule_id}");
    Required<std::string> endpoint_id;
    Required<std::string> rule_id;
    Required<DocumentOf<AccessRule>> rule_data;  ///< what is to change
    static constexpr auto wire = wires(in_json("rule_data", ""));
    GLOBUS_MEMBERS(UpdateEndpointAclRule, endpoint_id, rule_id, rule_data);
};

/// Deletes an access rule. DELETE /endpoint/{endpoint_id}/access/{rule_id}
/// https://docs.globus.org/api/transfer/acl/#delete_access_rule
struct DeleteEndpointAclRule {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/endpoint/{endpoint_id}/access/{rule_id}");
    Required<std::string> endpoint_id;
    Required<std::string> rule_id;
    GLOBUS_MEMBERS(DeleteEndpointAclRule, endpoint_id, rule_id);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_ACCESS_HPP
