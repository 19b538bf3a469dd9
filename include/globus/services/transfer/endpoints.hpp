// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ENDPOINTS_HPP
#define GLOBUS_SERVICES_TRANSFER_ENDPOINTS_HPP

#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/core/config.hpp>
#include <globus/services/transfer/answers.hpp>

#include <cstdint>
#include <string>

// Endpoints and collections: https://docs.globus.org/api/transfer/endpoints_and_collections/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Reads an endpoint or collection. GET /endpoint/{endpoint_id}
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_endpoint_or_collection_by_id
struct GetEndpoint {
    using service = TransferService;
    using result = Endpoint;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpoint, endpoint_id, query_params);
};

/// Changes an endpoint or collection; members that `data` does not name stay as they are. PUT /endpoint/{endpoint_id}
/// https://docs.globus.org/api/transfer/gcp_management/#update_collection_by_id
struct UpdateEndpoint {
    using service = TransferService;
    using result = EndpointResult;
    static constexpr auto route = put("/v0.10/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    Required<Document> data;  ///< as in Json{{"DATA_TYPE", "endpoint"}, {"display_name", "lab"}}
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateEndpoint, endpoint_id, data, query_params);
};

/// Deletes an endpoint or collection. DELETE /endpoint/{endpoint_id}
/// https://docs.globus.org/api/transfer/gcp_management/#delete_collection_by_id
struct DeleteEndpoint {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(DeleteEndpoint, endpoint_id);
};

/// Searches endpoints and collections; at least one filter must be given. Paginated. GET /endpoint_search
/// https://docs.globus.org/api/transfer/endpoint_and_collection_search/
struct EndpointSearch {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint_search");
    static constexpr Paging paging{PagingStyle::has_next_page, "DATA", {}, 100, 1000};
    Optional<std::string> filter_fulltext = {};       ///< words to find
    Optional<std::string> filter_scope = {};          ///< "all", "my-endpoints", "recently-used", ...
    Optional<std::string> filter_owner_id = {};       ///< those of this identity only
    Optional<std::string> filter_host_endpoint = {};  ///< guest collections on this host only, by its id
    /// True: only endpoints that cannot be used directly; false: only the others.
    Optional<bool> filter_non_functional = {};
    Optional<std::string> filter_entity_type = {};  ///< as in "GCSv5_mapped_collection"
    Optional<std::int64_t> limit = {};              ///< of a page, 1 to 100
    Optional<std::int64_t> offset = {};             ///< of the first, from 0; offset + limit is at most 1000
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("filter_non_functional", Spelling::number));
    GLOBUS_MEMBERS(EndpointSearch, filter_fulltext, filter_scope, filter_owner_id, filter_host_endpoint,
                   filter_non_functional, filter_entity_type, limit, offset, query_params);
};

/// Puts a collection of Globus Connect Personal under a subscription, or removes it from one.
/// PUT /endpoint/{collection_id}/subscription
/// @throws UsageError  if subscription_id is left out
/// https://docs.globus.org/api/transfer/gcp_management/#associate_collection_subscription
struct SetSubscriptionId {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{collection_id}/subscription");
    Required<std::string> collection_id;
    Optional<std::string> subscription_id = {};  ///< its id, "DEFAULT" for the one that the user has, or null for none
    static constexpr auto wire = wires(in_json("subscription_id"));
    GLOBUS_MEMBERS(SetSubscriptionId, collection_id, subscription_id);

    void check() const;
};

/// Says that a collection of Globus Connect Personal is verified by the manager of its subscription, or not.
/// PUT /endpoint/{collection_id}/subscription_admin_verified
/// https://docs.globus.org/api/transfer/gcp_management/#set_subscription_admin_verified
struct SetSubscriptionAdminVerified {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{collection_id}/subscription_admin_verified");
    Required<std::string> collection_id;
    Required<bool> subscription_admin_verified;  ///< false takes it back
    static constexpr auto wire = wires(in_json("subscription_admin_verified"));
    GLOBUS_MEMBERS(SetSubscriptionAdminVerified, collection_id, subscription_admin_verified);
};

/// Lists the pause rules of a collection that apply to the user.
/// GET /endpoint/{endpoint_id}/my_effective_pause_rule_list
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_collection_pause_rules
struct MyEffectivePauseRuleList {
    using service = TransferService;
    using result = PauseRulePage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/my_effective_pause_rule_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(MyEffectivePauseRuleList, endpoint_id, query_params);
};

/// Lists the guest collections of a host that the user owns. GET /endpoint/{endpoint_id}/my_shared_endpoint_list
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_my_guest_collection_list
struct MySharedEndpointList {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/my_shared_endpoint_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(MySharedEndpointList, endpoint_id, query_params);
};

/// Lists the guest collections of a host. Paginated. GET /endpoint/{endpoint_id}/shared_endpoint_list
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_guest_collection_list
struct GetSharedEndpointList {
    using service = TransferService;
    using result = SharedEndpointPage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/shared_endpoint_list");
    static constexpr Paging paging{PagingStyle::next_token, "shared_endpoints", "next_token"};
    Required<std::string> endpoint_id;
    Optional<std::int64_t> max_results = {};  ///< at most this many per page
    Optional<std::string> next_token = {};    ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetSharedEndpointList, endpoint_id, max_results, next_token, query_params);
};

/// Makes a guest collection. POST /shared_endpoint
/// For a host on Globus Connect Server 5, use its own API.
/// https://docs.globus.org/api/transfer/gcp_management/#create_guest_collection
struct CreateSharedEndpoint {
    using service = TransferService;
    using result = EndpointResult;
    static constexpr auto route = post("/v0.10/shared_endpoint");
    Required<Document> data;  ///< host_endpoint, host_path, display_name, ...
    GLOBUS_MEMBERS(CreateSharedEndpoint, data);
};

/// Lists the servers of an endpoint. GET /endpoint/{endpoint_id}/server_list
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_endpoint_or_collection_server_list
struct EndpointServerList {
    using service = TransferService;
    using result = EndpointServerPage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/server_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointServerList, endpoint_id, query_params);
};

/// Reads one server of an endpoint. GET /endpoint/{endpoint_id}/server/{server_id}
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_server_by_id
struct GetEndpointServer {
    using service = TransferService;
    using result = EndpointServer;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/server/{server_id}");
    Required<std::string> endpoint_id;
    Required<std::string> server_id;  ///< a number is given as its digits
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpointServer, endpoint_id, server_id, query_params);
};

}  // namespace globus::transfer

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/endpoints.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_ENDPOINTS_HPP
