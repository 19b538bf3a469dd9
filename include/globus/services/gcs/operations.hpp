// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_OPERATIONS_HPP
#define GLOBUS_SERVICES_GCS_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/services/gcs/answers.hpp>
#include <globus/services/gcs/payloads.hpp>

#include <cstdint>
#include <string>

// The operations of the manager of Globus Connect Server. https://docs.globus.org/globus-connect-server/v5/api/

namespace globus {
struct GcsService;
}

namespace globus::gcs {

/// Reads what is public about an endpoint: its id, its domain, its connectors. GET /info
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Info/#getInfo
struct GetGcsInfo {
    using service = GcsService;
    using result = Answer<Info>;
    static constexpr auto route = get("/info");
    static constexpr bool anonymous = true;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetGcsInfo, query_params);
};

/// Reads the settings of the endpoint. GET /endpoint
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/#getEndpoint
struct GetEndpoint {
    using service = GcsService;
    using result = Answer<Endpoint>;
    static constexpr auto route = get("/endpoint");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpoint, query_params);
};

/// Changes the settings of the endpoint. PATCH /endpoint
/// It is sent only once, because sending it again would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/#patchEndpoint
struct UpdateEndpoint {
    using service = GcsService;
    using result = Answer<Endpoint>;
    static constexpr auto route = patch("/endpoint");
    Required<DocumentOf<EndpointDocument>> endpoint_data;  ///< what is to change
    Optional<StringList> include = {};                     ///< "endpoint" to get the endpoint in the answer
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("endpoint_data", ""));
    GLOBUS_MEMBERS(UpdateEndpoint, endpoint_data, include, query_params);
};

/// Lists the collections of the endpoint. Paginated. GET /collections
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#ListCollections
struct GetCollectionList {
    using service = GcsService;
    using result = Answer<Collection>;
    static constexpr auto route = get("/collections");
    static constexpr Paging paging{PagingStyle::marker, "data", "marker"};
    Optional<std::string> mapped_collection_id = {};  ///< only guest collections on this one
    Optional<StringList> filter = {};                 ///< as in "mapped_collections"
    Optional<StringList> include = {};                ///< "private_policies"
    Optional<std::int64_t> page_size = {};            ///< at most this many per page
    Optional<std::string> marker = {};                ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetCollectionList, mapped_collection_id, filter, include, page_size, marker, query_params);
};

/// Reads a collection. GET /collections/{collection_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#getCollection
struct GetCollection {
    using service = GcsService;
    using result = Answer<Collection>;
    static constexpr auto route = get("/collections/{collection_id}");
    Required<std::string> collection_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetCollection, collection_id, query_params);
};

/// Makes a collection. POST /collections
/// It is sent only once, because sending it again would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#createCollection
struct CreateCollection {
    using service = GcsService;
    using result = Answer<Collection>;
    static constexpr auto route = post("/collections");
    Required<DocumentOf<MappedCollectionDocument, GuestCollectionDocument>> collection_data;  ///< the collection
    static constexpr auto wire = wires(in_json("collection_data", ""));
    GLOBUS_MEMBERS(CreateCollection, collection_data);
};

/// Changes a collection. PATCH /collections/{collection_id}
/// It is sent only once, because sending it again would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#patchCollection
struct UpdateCollection {
    using service = GcsService;
    using result = Answer<Collection>;
    static constexpr auto route = patch("/collections/{collection_id}");
    Required<std::string> collection_id;
    Required<DocumentOf<MappedCollectionDocument, GuestCollectionDocument>> collection_data;  ///< the collection
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("collection_data", ""));
    GLOBUS_MEMBERS(UpdateCollection, collection_id, collection_data, query_params);
};

/// Deletes a collection. DELETE /collections/{collection_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#deleteCollection
struct DeleteCollection {
    using service = GcsService;
    using result = Answer<Json>;
    static constexpr auto route = delete_("/collections/{collection_id}");
    Required<std::string> collection_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteCollection, collection_id, query_params);
};

/// Lists the storage gateways of the endpoint. Paginated. GET /storage_gateways
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#getStorageGateways
struct GetStorageGatewayList {
    using service = GcsService;
    using result = Answer<StorageGateway>;
    static constexpr auto route = get("/storage_gateways");
    static constexpr Paging paging{PagingStyle::marker, "data", "marker"};
    Optional<StringList> include = {};      ///< "private_policies", "accounts"
    Optional<std::int64_t> page_size = {};  ///< at most this many per page
    Optional<std::string> marker = {};      ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetStorageGatewayList, include, page_size, marker, query_params);
};

/// Makes a storage gateway. POST /storage_gateways
/// It is sent only once, because sending it again would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#postStorageGateway
struct CreateStorageGateway {
    using service = GcsService;
    using result = Answer<StorageGateway>;
    static constexpr auto route = post("/storage_gateways");
    Required<DocumentOf<StorageGatewayDocument>> data;  ///< the gateway
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateStorageGateway, data, query_params);
};

/// Reads a storage gateway. GET /storage_gateways/{storage_gateway_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#getStorageGateway
struct GetStorageGateway {
    using service = GcsService;
    using result = Answer<StorageGateway>;
    static constexpr auto route = get("/storage_gateways/{storage_gateway_id}");
    Required<std::string> storage_gateway_id;
    Optional<StringList> include = {};  ///< "private_policies", "accounts"
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetStorageGateway, storage_gateway_id, include, query_params);
};

/// Changes a storage gateway. PATCH /storage_gateways/{storage_gateway_id}
/// It is sent only once, because sending it again would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#patchStorageGateway
struct UpdateStorageGateway {
    using service = GcsService;
    using result = Answer<StorageGateway>;
    static constexpr auto route = patch("/storage_gateways/{storage_gateway_id}");
    Required<std::string> storage_gateway_id;
    Required<DocumentOf<StorageGatewayDocument>> data;  ///< what is to change
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateStorageGateway, storage_gateway_id, data, query_params);
};

/// Deletes a storage gateway. DELETE /storage_gateways/{storage_gateway_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#deleteStorageGateway
struct DeleteStorageGateway {
    using service = GcsService;
    using result = Answer<Json>;
    static constexpr auto route = delete_("/storage_gateways/{storage_gateway_id}");
    Required<std::string> storage_gateway_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteStorageGateway, storage_gateway_id, query_params);
};

/// Lists the roles on the endpoint or on one collection. Paginated. GET /roles
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/#listRoles
struct GetRoleList {
    using service = GcsService;
    using result = Answer<Role>;
    static constexpr auto route = get("/roles");
    static constexpr Paging paging{PagingStyle::marker, "data", "marker"};
    Optional<std::string> collection_id = {};  ///< only roles on this one; those on the endpoint if left out
    Optional<std::string> include = {};        ///< "all_roles"
    Optional<std::int64_t> page_size = {};     ///< at most this many per page
    Optional<std::string> marker = {};         ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRoleList, collection_id, include, page_size, marker, query_params);
};

/// Assigns a role. POST /roles
/// It is sent only once, because sending it again would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/#postRole
struct CreateRole {
    using service = GcsService;
    using result = Answer<Role>;
    static constexpr auto route = post("/roles");
    Required<DocumentOf<GCSRoleDocument>> data;  ///< the role
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateRole, data, query_params);
};

/// Reads a role. GET /roles/{role_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/#getRole
struct GetRole {
    using service = GcsService;
    using result = Answer<Role>;
    static constexpr auto route = get("/roles/{role_id}");
    Required<std::string> role_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRole, role_id, query_params);
};

/// Removes a role. DELETE /roles/{role_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/#deleteRole
struct DeleteRole {
    using service = GcsService;
    using result = Answer<Json>;
    static constexpr auto route = delete_("/roles/{role_id}");
    Required<std::string> role_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteRole, role_id, query_params);
};

/// Lists the caller's credentials. Paginated. GET /user_credentials
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#getUserCredentials
struct GetUserCredentialList {
    using service = GcsService;
    using result = Answer<UserCredential>;
    static constexpr auto route = get("/user_credentials");
    static constexpr Paging paging{PagingStyle::marker, "data", "marker"};
    Optional<std::string> storage_gateway = {};  ///< its id
    Optional<std::int64_t> page_size = {};       ///< at most this many per page
    Optional<std::string> marker = {};           ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetUserCredentialList, storage_gateway, page_size, marker, query_params);
};

/// Makes a credential. POST /user_credentials
/// It is sent only once, because sending it again would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#postUserCredential
struct CreateUserCredential {
    using service = GcsService;
    using result = Answer<UserCredential>;
    static constexpr auto route = post("/user_credentials");
    Required<DocumentOf<UserCredentialDocument>> data;  ///< the credential
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateUserCredential, data, query_params);
};

/// Reads a credential. GET /user_credentials/{user_credential_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#getUserCredential
struct GetUserCredential {
    using service = GcsService;
    using result = Answer<UserCredential>;
    static constexpr auto route = get("/user_credentials/{user_credential_id}");
    Required<std::string> user_credential_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetUserCredential, user_credential_id, query_params);
};

/// Changes a credential. PATCH /user_credentials/{user_credential_id}
/// It is sent only once, because sending it again would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#patchUserCredential
struct UpdateUserCredential {
    using service = GcsService;
    using result = Answer<UserCredential>;
    static constexpr auto route = patch("/user_credentials/{user_credential_id}");
    Required<std::string> user_credential_id;
    Required<DocumentOf<UserCredentialDocument>> data;  ///< what is to change
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateUserCredential, user_credential_id, data, query_params);
};

/// Deletes a credential. DELETE /user_credentials/{user_credential_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#deleteUserCredential
struct DeleteUserCredential {
    using service = GcsService;
    using result = Answer<Json>;
    static constexpr auto route = delete_("/user_credentials/{user_credential_id}");
    Required<std::string> user_credential_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteUserCredential, user_credential_id, query_params);
};

}  // namespace globus::gcs

#endif  // GLOBUS_SERVICES_GCS_OPERATIONS_HPP
