// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_SCOPES_HPP
#define GLOBUS_OAUTH_SCOPES_HPP

#include <globus/core/config.hpp>
#include <globus/core/values.hpp>
#include <globus/oauth/scope.hpp>

#include <string>
#include <string_view>
#include <utility>

// The scopes of the Globus services, each with the resource server whose tokens carry it.
// https://docs.globus.org/api/auth/reference/#globus_scopes

namespace globus {

/// The scopes of Globus Auth.
struct AuthScopes {
    static constexpr std::string_view resource_server = "auth.globus.org";
    static constexpr std::string_view email = "email";  ///< the email address, in userinfo and the id_token
    /// Projects, and the policies, clients, credentials and scopes in them.
    static constexpr std::string_view manage_projects = "urn:globus:auth:scope:auth.globus.org:manage_projects";
    static constexpr std::string_view openid = "openid";    ///< with it a login gives an id_token
    static constexpr std::string_view profile = "profile";  ///< name, organization, ..., in userinfo and the id_token
    static constexpr std::string_view view_authentications =
        "urn:globus:auth:scope:auth.globus.org:view_authentications";
    static constexpr std::string_view view_clients = "urn:globus:auth:scope:auth.globus.org:view_clients";
    static constexpr std::string_view view_clients_and_scopes =
        "urn:globus:auth:scope:auth.globus.org:view_clients_and_scopes";
    static constexpr std::string_view view_consents = "urn:globus:auth:scope:auth.globus.org:view_consents";
    static constexpr std::string_view view_identities = "urn:globus:auth:scope:auth.globus.org:view_identities";
    /// The other identities that the user has linked to the one of the login.
    static constexpr std::string_view view_identity_set = "urn:globus:auth:scope:auth.globus.org:view_identity_set";
};

/// The scopes of Globus Compute.
struct ComputeScopes {
    static constexpr std::string_view resource_server = "funcx_service";
    static constexpr std::string_view all = "https://auth.globus.org/scopes/facd7ccc-c5f4-42aa-916b-a0e270e2c2a9/all";
};

/// The scopes of Globus Flows.
struct FlowsScopes {
    static constexpr std::string_view resource_server = "flows.globus.org";
    static constexpr std::string_view all = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all";
    /// Creating, changing and deleting flows.
    static constexpr std::string_view manage_flows =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/manage_flows";
    static constexpr std::string_view run = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run";
    /// Cancelling, resuming and changing runs.
    static constexpr std::string_view run_manage =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run_manage";
    /// Listing and reading runs.
    static constexpr std::string_view run_status =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run_status";
    /// Listing and reading flows.
    static constexpr std::string_view view_flows =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/view_flows";
};

/// The scopes of Globus Groups.
struct GroupsScopes {
    static constexpr std::string_view resource_server = "groups.api.globus.org";
    static constexpr std::string_view all = "urn:globus:auth:scope:groups.api.globus.org:all";
    static constexpr std::string_view view_my_groups_and_memberships =
        "urn:globus:auth:scope:groups.api.globus.org:view_my_groups_and_memberships";
};

/// The scopes of Nexus, the predecessor of Groups.
struct NexusScopes {
    static constexpr std::string_view resource_server = "nexus.api.globus.org";
    static constexpr std::string_view groups = "urn:globus:auth:scope:nexus.api.globus.org:groups";
};

/// The scopes of Globus Search.
struct SearchScopes {
    static constexpr std::string_view resource_server = "search.api.globus.org";
    static constexpr std::string_view all = "urn:globus:auth:scope:search.api.globus.org:all";
    static constexpr std::string_view globus_connect_server =
        "urn:globus:auth:scope:search.api.globus.org:globus_connect_server";
    static constexpr std::string_view ingest = "urn:globus:auth:scope:search.api.globus.org:ingest";
    static constexpr std::string_view search = "urn:globus:auth:scope:search.api.globus.org:search";
};

/// The scopes of Globus Timers.
struct TimersScopes {
    static constexpr std::string_view resource_server = "524230d7-ea86-4a52-8312-86065a9e0417";
    static constexpr std::string_view timer =
        "https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer";
};

/// The scopes of Globus Transfer.
struct TransferScopes {
    static constexpr std::string_view resource_server = "transfer.api.globus.org";
    static constexpr std::string_view all = "urn:globus:auth:scope:transfer.api.globus.org:all";
    /// Setting up Globus Connect Personal.
    static constexpr std::string_view gcp_install = "urn:globus:auth:scope:transfer.api.globus.org:gcp_install";
};

/// The scopes of the manager of one Globus Connect Server endpoint.
class GcsEndpointScopes {
public:
    /// The id is not checked.
    explicit GcsEndpointScopes(std::string endpoint_id) : id_(std::move(endpoint_id)) {}

    /// The id of the endpoint.
    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    /// The scope that the operations of GcsService need.
    [[nodiscard]] std::string manage_collections() const;

private:
    std::string id_;
};

/// The scopes of one collection.
class GcsCollectionScopes {
public:
    /// The id is not checked.
    explicit GcsCollectionScopes(std::string collection_id) : id_(std::move(collection_id)) {}

    /// The id of the collection.
    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    /// The scope that Transfer needs for a mapped collection.
    [[nodiscard]] std::string data_access() const { return "https://auth.globus.org/scopes/" + id_ + "/data_access"; }
    /// Reading and writing files by HTTPS.
    [[nodiscard]] std::string https() const { return "https://auth.globus.org/scopes/" + id_ + "/https"; }

private:
    std::string id_;
};

/// The scopes of one flow.
class SpecificFlowScopes {
public:
    /// The id is not checked.
    explicit SpecificFlowScopes(std::string flow_id) : id_(std::move(flow_id)) {}

    /// The id of the flow.
    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    /// Running the flow.
    [[nodiscard]] std::string user() const;

private:
    std::string id_;
};

/// The scope of Transfer with the optional consents that mapped collections require.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] Scope transfer_scope_with_data_access(StringList const& collection_ids);

/// The scope of one flow that moves files of mapped collections.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] Scope flow_scope_with_data_access(SpecificFlowScopes const& flow, StringList const& collection_ids);

/// The scope of Timers for timers that move files of mapped collections.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] Scope timers_scope_with_data_access(StringList const& collection_ids);

/// The scope of Timers for timers that run flows.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] Scope timers_scope_with_flows(StringList const& flow_ids);

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/scopes.ipp>
#endif

#endif  // GLOBUS_OAUTH_SCOPES_HPP
