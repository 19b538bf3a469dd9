// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_PAYLOADS_HPP
#define GLOBUS_SERVICES_GCS_PAYLOADS_HPP

#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>
#include <globus/services/gcs/words.hpp>

#include <cstdint>
#include <map>
#include <string>

// The documents that a manager of Globus Connect Server makes. A document's DATA_TYPE names the version of its schema:
// if it is left out, it is the first version that has all the members that are set.

namespace globus::gcs {

/// What a mapped collection on POSIX allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct POSIXCollectionPolicies {
    std::string DATA_TYPE = "posix_collection_policies#1.0.0";
    /// POSIX groups whose members may make guest collections; all if left out.
    Optional<StringList> sharing_groups_allow = {};
    Optional<StringList> sharing_groups_deny = {};  ///< POSIX groups whose members may not
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(POSIXCollectionPolicies, DATA_TYPE, sharing_groups_allow, sharing_groups_deny, additional_fields);
};

/// What a mapped collection on POSIXStaging allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct POSIXStagingCollectionPolicies {
    std::string DATA_TYPE = "posix_staging_collection_policies#1.0.0";
    /// POSIX groups whose members may make guest collections; all if left out.
    Optional<StringList> sharing_groups_allow = {};
    Optional<StringList> sharing_groups_deny = {};  ///< POSIX groups whose members may not
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(POSIXStagingCollectionPolicies, DATA_TYPE, sharing_groups_allow, sharing_groups_deny,
                   additional_fields);
};

/// What a mapped collection on GoogleCloudStorage allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct GoogleCloudStorageCollectionPolicies {
    std::string DATA_TYPE = "google_cloud_storage_collection_policies#1.0.0";
    Optional<std::string> project = {};  ///< id of the Google Cloud project
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GoogleCloudStorageCollectionPolicies, DATA_TYPE, project, additional_fields);
};

/// What a storage gateway on POSIX allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct POSIXStoragePolicies {
    std::string DATA_TYPE = "posix_storage_policies#1.0.0";
    Optional<StringList> groups_allow = {};  ///< POSIX groups whose members may use it; all if left out
    Optional<StringList> groups_deny = {};   ///< POSIX groups whose members may not
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(POSIXStoragePolicies, DATA_TYPE, groups_allow, groups_deny, additional_fields);
};

/// What a storage gateway on POSIXStaging allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct POSIXStagingStoragePolicies {
    std::string DATA_TYPE = "posix_staging_storage_policies#1.0.0";
    Optional<StringList> groups_allow = {};  ///< POSIX groups whose members may use it; all if left out
    Optional<StringList> groups_deny = {};   ///< POSIX groups whose members may not
    Optional<std::string> stage_app = {};    ///< path of the program that brings files in
    Optional<Json> environment = {};         ///< variables that the program gets: a list of objects `name`, `value`
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(POSIXStagingStoragePolicies, DATA_TYPE, groups_allow, groups_deny, stage_app, environment,
                   additional_fields);
};

/// What a storage gateway on BlackPearl allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct BlackPearlStoragePolicies {
    std::string DATA_TYPE = "blackpearl_storage_policies#1.0.0";
    Optional<std::string> s3_endpoint = {};  ///< URL of the appliance
    /// Path of the file that maps user names to their access ids and secrets.
    Optional<std::string> bp_access_id_file = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(BlackPearlStoragePolicies, DATA_TYPE, s3_endpoint, bp_access_id_file, additional_fields);
};

/// What a storage gateway on Box allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct BoxStoragePolicies {
    std::string DATA_TYPE = "box_storage_policies#1.0.0";
    Optional<std::string> enterpriseID = {};       ///< of the Box enterprise that is used
    Optional<SecretDocument> boxAppSettings = {};  ///< how it identifies itself to Box
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(BoxStoragePolicies, DATA_TYPE, enterpriseID, boxAppSettings, additional_fields);
};

/// What a storage gateway on Ceph allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct CephStoragePolicies {
    std::string DATA_TYPE = "ceph_storage_policies#1.0.0";
    Optional<std::string> s3_endpoint = {};        ///< URL of the S3 API
    Optional<StringList> s3_buckets = {};          ///< other owners' buckets to show at the root
    Optional<std::string> ceph_admin_key_id = {};  ///< of the administrator whose key is used to get users' keys
    Optional<Secret> ceph_admin_secret_key = {};   ///< of that administrator
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(CephStoragePolicies, DATA_TYPE, s3_endpoint, s3_buckets, ceph_admin_key_id, ceph_admin_secret_key,
                   additional_fields);
};

/// What a storage gateway on GoogleDrive allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct GoogleDriveStoragePolicies {
    std::string DATA_TYPE = "google_drive_storage_policies#1.0.0";
    Optional<std::string> client_id = {};             ///< registered with Google
    Optional<Secret> secret = {};                     ///< of that client
    Optional<std::int64_t> user_api_rate_quota = {};  ///< calls of one user that Google lets the client make
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GoogleDriveStoragePolicies, DATA_TYPE, client_id, secret, user_api_rate_quota, additional_fields);
};

/// What a storage gateway on GoogleCloud allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct GoogleCloudStoragePolicies {
    std::string DATA_TYPE = "google_cloud_storage_policies#1.0.0";
    Optional<std::string> client_id = {};               ///< registered with Google
    Optional<Secret> secret = {};                       ///< of that client
    Optional<SecretDocument> service_account_key = {};  ///< Google's JSON file of a service account
    Optional<StringList> buckets = {};                  ///< that may be used and are shown at the root; all if left out
    Optional<StringList> projects = {};                 ///< ids of those that may be used; all if left out
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GoogleCloudStoragePolicies, DATA_TYPE, client_id, secret, service_account_key, buckets, projects,
                   additional_fields);
};

/// What a storage gateway on OneDrive allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct OneDriveStoragePolicies {
    std::string DATA_TYPE = "onedrive_storage_policies#1.0.0";
    Optional<std::string> client_id = {};             ///< registered with Microsoft
    Optional<Secret> secret = {};                     ///< of that client
    Optional<std::string> tenant = {};                ///< id of the Microsoft tenant whose users may log in
    Optional<std::int64_t> user_api_rate_limit = {};  ///< that Microsoft gives the client, for a user
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(OneDriveStoragePolicies, DATA_TYPE, client_id, secret, tenant, user_api_rate_limit,
                   additional_fields);
};

/// What a storage gateway on AzureBlob allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct AzureBlobStoragePolicies {
    std::string DATA_TYPE = "azure_blob_storage_policies#1.0.0";
    Optional<std::string> client_id = {};     ///< registered with Microsoft
    Optional<Secret> secret = {};             ///< of that client
    Optional<std::string> tenant = {};        ///< id of the Microsoft tenant whose users may log in
    Optional<std::string> account = {};       ///< of Azure Storage
    Optional<GoogleAuthType> auth_type = {};  ///< whose credentials reach the store
    Optional<bool> adls = {};                 ///< the account has Data Lake Gen2
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(AzureBlobStoragePolicies, DATA_TYPE, client_id, secret, tenant, account, auth_type, adls,
                   additional_fields);
};

/// What a storage gateway on S3 allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct S3StoragePolicies {
    std::string DATA_TYPE = "s3_storage_policies#1.0.0";
    Optional<std::string> s3_endpoint = {};           ///< URL of the S3 API
    Optional<StringList> s3_buckets = {};             ///< other owners' buckets to show at the root
    Optional<bool> s3_user_credential_required = {};  ///< every user needs a key of their own
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(S3StoragePolicies, DATA_TYPE, s3_endpoint, s3_buckets, s3_user_credential_required,
                   additional_fields);
};

/// What a storage gateway on ActiveScale allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct ActiveScaleStoragePolicies {
    std::string DATA_TYPE = "s3_storage_policies#1.0.0";
    Optional<std::string> s3_endpoint = {};           ///< URL of the S3 API
    Optional<StringList> s3_buckets = {};             ///< other owners' buckets to show at the root
    Optional<bool> s3_user_credential_required = {};  ///< every user needs a key of their own
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(ActiveScaleStoragePolicies, DATA_TYPE, s3_endpoint, s3_buckets, s3_user_credential_required,
                   additional_fields);
};

/// What a storage gateway on Irods allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct IrodsStoragePolicies {
    std::string DATA_TYPE = "irods_storage_policies#1.0.0";
    Optional<std::string> irods_environment_file = {};     ///< path on the endpoint
    Optional<std::string> irods_authentication_file = {};  ///< path on the endpoint
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(IrodsStoragePolicies, DATA_TYPE, irods_environment_file, irods_authentication_file,
                   additional_fields);
};

/// What a storage gateway on HPSS allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct HPSSStoragePolicies {
    std::string DATA_TYPE = "hpss_storage_policies#1.0.0";
    Optional<std::string> authentication_mech = {};  ///< "krb5" or "unix"
    Optional<std::string> authenticator = {};        ///< what it authenticates with
    /// Whether checksums are kept with the files' metadata. Newer servers call this uda_checksum: put that into
    /// additional_fields.
    Optional<bool> uda_checksum_support = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(HPSSStoragePolicies, DATA_TYPE, authentication_mech, authenticator, uda_checksum_support,
                   additional_fields);
};

/// A mapped collection to be made or changed: files of a storage gateway, as the gateway's accounts see them.
/// https://docs.globus.org/globus-connect-server/v5/api/schemas/Collection_1_15_0_schema/
struct MappedCollectionDocument {
    Optional<std::string> data_type = {};  ///< deduced from the members that are set, if left out
    Constant<"mapped"> collection_type = {};
    Optional<std::string> collection_base_path = {};  ///< its root, an absolute path of the storage; needed to make one
    Optional<std::string> contact_email = {};         ///< for questions about it
    Optional<std::string> contact_info = {};          ///< phone, address and the like
    Optional<std::string> default_directory = {};     ///< where a listing that names no path begins
    Optional<std::string> department = {};            ///< of the organization
    Optional<std::string> description = {};
    Optional<std::string> display_name = {};
    Optional<std::string> identity_id = {};   ///< of the owner
    Optional<std::string> info_link = {};     ///< URL of a page about it
    Optional<std::string> organization = {};  ///< that runs it
    /// Which transfers must be with high assurance collections; null: none.
    Optional<HighAssuranceTransfers> restrict_transfers_to_high_assurance = {};
    Optional<std::string> user_message = {};       ///< shown to those who use it
    Optional<std::string> user_message_link = {};  ///< URL that goes with user_message
    Optional<StringList> keywords = {};            ///< by which people can find it
    Optional<bool> disable_verify = {};            ///< checksums cannot be asked for
    Optional<bool> enable_https = {};      ///< files can be read and written by HTTPS; this needs a subscription
    Optional<bool> force_encryption = {};  ///< data is always sent over TLS
    Optional<bool> force_verify = {};      ///< checksums are always compared
    Optional<bool> is_public = {};         ///< `public` on the wire
    /// How long access rules of guest collections hold; high assurance only.
    Optional<WholeMinutes> acl_expiration_mins = {};
    Optional<std::string> domain_name = {};  ///< of the HTTPS and GridFTP server
    /// Authentication policy that users of its guest collections have to meet.
    Optional<std::string> guest_auth_policy_id = {};
    Optional<std::string> storage_gateway_id = {};  ///< that it is on; needed to make one
    /// Local user names that may make guest collections; all if left out.
    Optional<StringList> sharing_users_allow = {};
    Optional<StringList> sharing_users_deny = {};  ///< local user names that may not
    /// Where guest collections may be: lists of paths `none`, `read` and `read_write`.
    Optional<Json> sharing_restrict_paths = {};
    Optional<bool> delete_protected = {};          ///< it cannot be deleted; true for a new one, if left out
    Optional<bool> allow_guest_collections = {};   ///< they can be made and used
    Optional<bool> disable_anonymous_writes = {};  ///< access rules of guest collections cannot let everybody write
    Optional<WholeDays> auto_delete_timeout = {};  ///< time without access after which a guest collection is deleted
    Optional<Json> associated_flow_policy = {};    ///< which flows run when it is used
    Optional<Document> policies = {};              ///< of its connector, as in POSIXCollectionPolicies
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(globus::rename("data_type", "DATA_TYPE"), globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(MappedCollectionDocument, data_type, collection_type, collection_base_path, contact_email,
                   contact_info, default_directory, department, description, display_name, identity_id, info_link,
                   organization, restrict_transfers_to_high_assurance, user_message, user_message_link, keywords,
                   disable_verify, enable_https, force_encryption, force_verify, is_public, acl_expiration_mins,
                   domain_name, guest_auth_policy_id, storage_gateway_id, sharing_users_allow, sharing_users_deny,
                   sharing_restrict_paths, delete_protected, allow_guest_collections, disable_anonymous_writes,
                   auto_delete_timeout, associated_flow_policy, policies, additional_fields);

    void write_json(std::string& out) const;
};

/// A guest collection to be made or changed: a directory of a mapped collection that its owner shares.
/// https://docs.globus.org/globus-connect-server/v5/api/schemas/Collection_1_15_0_schema/
struct GuestCollectionDocument {
    Optional<std::string> data_type = {};  ///< deduced from the members that are set, if left out
    Constant<"guest"> collection_type = {};
    /// Its root, a path below that of the mapped collection; needed to make one.
    Optional<std::string> collection_base_path = {};
    Optional<std::string> contact_email = {};      ///< for questions about it
    Optional<std::string> contact_info = {};       ///< phone, address and the like
    Optional<std::string> default_directory = {};  ///< where a listing that names no path begins
    Optional<std::string> department = {};         ///< of the organization
    Optional<std::string> description = {};
    Optional<std::string> display_name = {};
    Optional<std::string> identity_id = {};   ///< of the owner
    Optional<std::string> info_link = {};     ///< URL of a page about it
    Optional<std::string> organization = {};  ///< that runs it
    /// Which transfers must be with high assurance collections; null: none.
    Optional<HighAssuranceTransfers> restrict_transfers_to_high_assurance = {};
    Optional<std::string> user_message = {};       ///< shown to those who use it
    Optional<std::string> user_message_link = {};  ///< URL that goes with user_message
    Optional<StringList> keywords = {};            ///< by which people can find it
    Optional<bool> disable_verify = {};            ///< checksums cannot be asked for
    Optional<bool> enable_https = {};      ///< files can be read and written by HTTPS; this needs a subscription
    Optional<bool> force_encryption = {};  ///< data is always sent over TLS
    Optional<bool> force_verify = {};      ///< checksums are always compared
    Optional<bool> is_public = {};         ///< `public` on the wire
    /// How long access rules of guest collections hold; high assurance only.
    Optional<WholeMinutes> acl_expiration_mins = {};
    Optional<Json> associated_flow_policy = {};       ///< which flows run when it is used
    Optional<std::string> mapped_collection_id = {};  ///< that it is on; needed to make one
    Optional<std::string> user_credential_id = {};    ///< the owner's, with which the storage is used
    Optional<bool> skip_auto_delete = {};             ///< the mapped collection's auto_delete_timeout does not count
    /// The transfers about which its managers get e-mail: `status` ("SUCCEEDED", "FAILED") and `transfer_use`
    /// ("source", "destination").
    Optional<std::map<std::string, StringList>> activity_notification_policy = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(globus::rename("data_type", "DATA_TYPE"), globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(GuestCollectionDocument, data_type, collection_type, collection_base_path, contact_email,
                   contact_info, default_directory, department, description, display_name, identity_id, info_link,
                   organization, restrict_transfers_to_high_assurance, user_message, user_message_link, keywords,
                   disable_verify, enable_https, force_encryption, force_verify, is_public, acl_expiration_mins,
                   associated_flow_policy, mapped_collection_id, user_credential_id, skip_auto_delete,
                   activity_notification_policy, additional_fields);

    void write_json(std::string& out) const;
};

/// The settings of an endpoint.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/
struct EndpointDocument {
    Optional<std::string> data_type = {};      ///< deduced from the members that are set, if left out
    Optional<std::string> contact_email = {};  ///< for questions about it
    Optional<std::string> contact_info = {};   ///< phone, address and the like
    Optional<std::string> department = {};     ///< of the organization
    Optional<std::string> description = {};
    Optional<std::string> display_name = {};
    Optional<std::string> info_link = {};        ///< URL of a page about it
    Optional<NetworkUse> network_use = {};       ///< how many files and connections at a time
    Optional<std::string> organization = {};     ///< that runs it
    Optional<std::string> subscription_id = {};  ///< that it is managed under; "DEFAULT" for the caller's
    Optional<StringList> keywords = {};          ///< by which people can find it
    Optional<bool> allow_udt = {};               ///< transfers may use UDT
    Optional<bool> is_public = {};               ///< `public` on the wire
    /// Files at a time, at most; for network_use "custom", as are the next three.
    Optional<std::int64_t> max_concurrency = {};
    Optional<std::int64_t> max_parallelism = {};               ///< connections per file, at most
    Optional<std::int64_t> preferred_concurrency = {};         ///< files at a time
    Optional<std::int64_t> preferred_parallelism = {};         ///< connections per file
    Optional<std::int64_t> gridftp_control_channel_port = {};  ///< TCP port; 443 if left out
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(globus::rename("data_type", "DATA_TYPE"), globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(EndpointDocument, data_type, contact_email, contact_info, department, description, display_name,
                   info_link, network_use, organization, subscription_id, keywords, allow_udt, is_public,
                   max_concurrency, max_parallelism, preferred_concurrency, preferred_parallelism,
                   gridftp_control_channel_port, additional_fields);

    void write_json(std::string& out) const;
};

/// A role on an endpoint or collection.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/
struct GCSRoleDocument {
    std::string DATA_TYPE = "role#1.0.0";
    Optional<std::string> collection = {};  ///< its id; left out for a role on the endpoint
    Optional<std::string> principal = {};   ///< URN of an identity or group
    Optional<RoleName> role = {};           ///< what it allows
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GCSRoleDocument, DATA_TYPE, collection, principal, role, additional_fields);
};

/// A storage gateway: how a storage system is reached, and by whom.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/
struct StorageGatewayDocument {
    Optional<std::string> DATA_TYPE = {};  ///< deduced from the members that are set, if left out
    Optional<std::string> display_name = {};
    Optional<std::string> connector_id = {};  ///< what it connects to; see GlobusConnectServerConnector
    Optional<std::string> root = {};          ///< path below which collections can be; all of the storage if left out
    Optional<Json> identity_mappings = {};  ///< how identities become local accounts: a list of the service's documents
    Optional<Document> policies = {};       ///< of its connector, as in POSIXStoragePolicies
    Optional<StringList> allowed_domains = {};  ///< of identities that may use it
    Optional<bool> high_assurance = {};         ///< it requires fresh logins and keeps records for audits
    Optional<bool> require_mfa = {};            ///< it requires multi-factor authentication; high assurance only
    Optional<WholeMinutes> authentication_timeout_mins = {};  ///< how long a login counts as fresh
    Optional<StringList> users_allow = {};                    ///< local user names that may use it; all if left out
    Optional<StringList> users_deny = {};                     ///< local user names that may not
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(StorageGatewayDocument, DATA_TYPE, display_name, connector_id, root, identity_mappings, policies,
                   allowed_domains, high_assurance, require_mfa, authentication_timeout_mins, users_allow, users_deny,
                   additional_fields);

    void write_json(std::string& out) const;
};

/// A user's account on a storage gateway.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/
struct UserCredentialDocument {
    std::string DATA_TYPE = "user_credential#1.0.0";
    Optional<std::string> identity_id = {};   ///< whose it is
    Optional<std::string> connector_id = {};  ///< what it is for; see GlobusConnectServerConnector
    Optional<std::string> username = {};      ///< local account, in the connector's form
    Optional<std::string> display_name = {};
    Optional<std::string> storage_gateway_id = {};  ///< that it is for
    Optional<Json> policies = {};                   ///< of its connector
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(UserCredentialDocument, DATA_TYPE, identity_id, connector_id, username, display_name,
                   storage_gateway_id, policies, additional_fields);
};

}  // namespace globus::gcs

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/payloads.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_PAYLOADS_HPP
