// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_ANSWERS_HPP
#define GLOBUS_SERVICES_GCS_ANSWERS_HPP

#include <globus/core/duration.hpp>
#include <globus/core/error.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/gcs/words.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the manager of Globus Connect Server answers.

namespace globus::gcs {

/// A collection. https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/
struct Collection {
    static constexpr std::string_view kind = "collection";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};  ///< a UUID
    Optional<CollectionType> collection_type = {};
    Optional<std::string> display_name = {};
    Optional<std::string> identity_id = {};           ///< of the owner
    Optional<std::string> storage_gateway_id = {};    ///< that it is on
    Optional<std::string> connector_id = {};          ///< see GlobusConnectServerConnector
    Optional<std::string> mapped_collection_id = {};  ///< of a guest collection
    Optional<std::string> user_credential_id = {};    ///< of a guest collection
    Optional<std::string> collection_base_path = {};  ///< its root, as in the document that made it
    Optional<std::string> root_path = {};             ///< its root, an absolute path of the storage
    Optional<std::string> domain_name = {};           ///< of the HTTPS and GridFTP server
    Optional<std::string> manager_url = {};           ///< of the API of its endpoint
    Optional<std::string> https_url = {};             ///< below which files can be read
    Optional<std::string> tlsftp_url = {};            ///< as in "tlsftp://host:443"
    Optional<std::string> contact_email = {};         ///< for questions about it
    Optional<std::string> contact_info = {};          ///< phone, address and the like
    Optional<std::string> default_directory = {};     ///< where a listing that names no path begins
    Optional<std::string> department = {};            ///< of the organization
    Optional<std::string> description = {};
    Optional<std::string> info_link = {};          ///< URL of a page about it
    Optional<std::string> organization = {};       ///< that runs it
    Optional<std::string> user_message = {};       ///< shown to those who use it
    Optional<std::string> user_message_link = {};  ///< URL that goes with user_message
    Optional<StringList> keywords = {};            ///< by which people can find it
    Optional<bool> is_public = {};                 ///< `public` on the wire: seen by all who search
    Optional<bool> high_assurance = {};            ///< it requires fresh logins and keeps records for audits
    Optional<bool> require_high_assurance = {};    ///< the older name of high_assurance
    Optional<bool> disable_verify = {};            ///< checksums cannot be asked for
    Optional<bool> enable_https = {};              ///< files can be read and written by HTTPS
    Optional<bool> force_encryption = {};          ///< data is always sent over TLS
    Optional<bool> force_verify = {};              ///< checksums are always compared
    Optional<bool> delete_protected = {};          ///< it cannot be deleted
    Optional<bool> allow_guest_collections = {};   ///< they can be made and used
    Optional<bool> disable_anonymous_writes = {};  ///< access rules of guest collections cannot let everybody write
    Optional<WholeMinutes> authentication_assurance_timeout = {};  ///< the older name of authentication_timeout_mins
    Optional<WholeMinutes> authentication_timeout_mins = {};       ///< how long a login counts as fresh
    Optional<WholeMinutes> acl_expiration_mins = {};               ///< how long access rules of guest collections hold
    Optional<WholeDays> auto_delete_timeout = {};  ///< time without access after which a guest collection is deleted
    Optional<Json> policies = {};                  ///< of its connector
    /// Where guest collections may be: lists of paths `none`, `read` and `read_write`.
    Optional<Json> sharing_restrict_paths = {};
    Optional<StringList> sharing_users_allow = {};  ///< local user names that may make guest collections; null for all
    Optional<StringList> sharing_users_deny = {};   ///< local user names that may not
    static constexpr auto wire = wires(globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(Collection, DATA_TYPE, id, collection_type, display_name, identity_id, storage_gateway_id,
                   connector_id, mapped_collection_id, user_credential_id, collection_base_path, root_path, domain_name,
                   manager_url, https_url, tlsftp_url, contact_email, contact_info, default_directory, department,
                   description, info_link, organization, user_message, user_message_link, keywords, is_public,
                   high_assurance, require_high_assurance, disable_verify, enable_https, force_encryption, force_verify,
                   delete_protected, allow_guest_collections, disable_anonymous_writes,
                   authentication_assurance_timeout, authentication_timeout_mins, acl_expiration_mins,
                   auto_delete_timeout, policies, sharing_restrict_paths, sharing_users_allow, sharing_users_deny);
};

/// What is public about an endpoint. Its connectors, which have the last four members, follow it in the answer's
/// `data`.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Info/
struct Info {
    static constexpr std::string_view kind = "info";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> api_version = {};  ///< as in "1.29.0"
    Optional<std::string> client_id = {};    ///< of the endpoint, which is the endpoint's id
    Optional<std::string> domain_name = {};  ///< of the manager's API
    Optional<std::string> endpoint_id = {};
    Optional<std::string> manager_version = {};  ///< of Globus Connect Server, as in "5.4.61"
    Optional<std::string> id = {};               ///< of a connector
    Optional<std::string> display_name = {};     ///< of a connector, as in "POSIX"
    Optional<bool> is_baa = {};                  ///< the connector is for data under a BAA, too
    Optional<bool> is_ha = {};                   ///< the connector is for high assurance, too
    GLOBUS_MEMBERS(Info, DATA_TYPE, api_version, client_id, domain_name, endpoint_id, manager_version, id, display_name,
                   is_baa, is_ha);
};

/// An endpoint. https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/
struct Endpoint {
    static constexpr std::string_view kind = "endpoint";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};  ///< a UUID
    Optional<std::string> display_name = {};
    Optional<std::string> contact_email = {};  ///< for questions about it
    Optional<std::string> contact_info = {};   ///< phone, address and the like
    Optional<std::string> department = {};     ///< of the organization
    Optional<std::string> description = {};
    Optional<std::string> info_link = {};     ///< URL of a page about it
    Optional<std::string> organization = {};  ///< that runs it
    Optional<NetworkUse> network_use = {};
    Optional<std::string> subscription_id = {};                ///< that it is managed under; null for none
    Optional<std::string> gcs_manager_url = {};                ///< of this API
    Optional<StringList> keywords = {};                        ///< by which people can find it
    Optional<bool> allow_udt = {};                             ///< transfers may use UDT
    Optional<bool> is_public = {};                             ///< `public` on the wire: seen by all who search
    Optional<std::int64_t> max_concurrency = {};               ///< files at a time, at most
    Optional<std::int64_t> max_parallelism = {};               ///< connections per file, at most
    Optional<std::int64_t> preferred_concurrency = {};         ///< files at a time
    Optional<std::int64_t> preferred_parallelism = {};         ///< connections per file
    Optional<std::int64_t> gridftp_control_channel_port = {};  ///< TCP port
    static constexpr auto wire = wires(globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(Endpoint, DATA_TYPE, id, display_name, contact_email, contact_info, department, description,
                   info_link, organization, network_use, subscription_id, gcs_manager_url, keywords, allow_udt,
                   is_public, max_concurrency, max_parallelism, preferred_concurrency, preferred_parallelism,
                   gridftp_control_channel_port);
};

/// A storage gateway. https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/
struct StorageGateway {
    static constexpr std::string_view kind = "storage_gateway";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};  ///< a UUID
    Optional<std::string> display_name = {};
    Optional<std::string> connector_id = {};  ///< see GlobusConnectServerConnector
    Optional<std::string> root = {};          ///< path below which collections can be
    Optional<std::string> mapping = {};       ///< the older form of identity_mappings, as in "username_without_domain"
    Optional<StringList> allowed_domains = {};   ///< of identities that may use it
    Optional<StringList> users_allow = {};       ///< local user names that may use it; null for all
    Optional<StringList> users_deny = {};        ///< local user names that may not
    Optional<bool> high_assurance = {};          ///< it requires fresh logins and keeps records for audits
    Optional<bool> require_high_assurance = {};  ///< the older name of high_assurance
    Optional<bool> require_mfa = {};             ///< it requires multi-factor authentication
    Optional<WholeMinutes> authentication_assurance_timeout = {};  ///< the older name of authentication_timeout_mins
    Optional<WholeMinutes> authentication_timeout_mins = {};       ///< how long a login counts as fresh
    Optional<Json> identity_mappings = {};                         ///< how identities become local accounts
    Optional<Json> policies = {};                                  ///< of its connector
    Optional<Json> restrict_paths = {};  ///< where collections may be: lists of paths `none`, `read` and `read_write`
    GLOBUS_MEMBERS(StorageGateway, DATA_TYPE, id, display_name, connector_id, root, mapping, allowed_domains,
                   users_allow, users_deny, high_assurance, require_high_assurance, require_mfa,
                   authentication_assurance_timeout, authentication_timeout_mins, identity_mappings, policies,
                   restrict_paths);
};

/// A role on an endpoint or collection. https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/
struct Role {
    static constexpr std::string_view kind = "role";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};          ///< a UUID
    Optional<std::string> collection = {};  ///< its id; null for a role on the endpoint
    Optional<std::string> principal = {};   ///< URN of an identity or group
    Optional<RoleName> role = {};
    GLOBUS_MEMBERS(Role, DATA_TYPE, id, collection, principal, role);
};

/// A user's account on a storage gateway.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/
struct UserCredential {
    static constexpr std::string_view kind = "user_credential";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};            ///< a UUID
    Optional<std::string> identity_id = {};   ///< whose it is
    Optional<std::string> connector_id = {};  ///< see GlobusConnectServerConnector
    Optional<std::string> username = {};      ///< local account, in the connector's form
    Optional<std::string> display_name = {};
    Optional<std::string> storage_gateway_id = {};  ///< that it is for
    Optional<bool> invalid = {};                    ///< the storage has refused it
    Optional<bool> provisioned = {};                ///< it was made by the service, not by the user
    Optional<Json> policies = {};                   ///< of its connector
    GLOBUS_MEMBERS(UserCredential, DATA_TYPE, id, identity_id, connector_id, username, display_name, storage_gateway_id,
                   invalid, provisioned, policies);
};

/**
 * The envelope of every answer: the outcome, and the documents that were asked for.
 *
 *     auto answer = client.get_collection({.collection_id = id});
 *     answer->one().display_name
 *
 * https://docs.globus.org/globus-connect-server/v5/api/
 */
template <class T>
struct Answer {
    Optional<std::string> code = {};  ///< "success", or what went wrong
    Optional<Json> detail = {};       ///< more about the code, in a form that depends on it
    Optional<std::string> message = {};
    Optional<std::int64_t> http_response_code = {};  ///< the same as the response's status
    std::vector<T> data = {};           ///< documents of the kind that was asked for, and what was included with them
    Optional<bool> has_next_page = {};  ///< there are more
    Optional<std::string> marker = {};  ///< for the next page
    static constexpr auto items = &Answer::data;
    GLOBUS_MEMBERS(Answer, code, detail, message, http_response_code, data, has_next_page, marker);

    /// The position in `data` of the first document of the kind that was asked for; nothing if there is none.
    [[nodiscard]] std::optional<std::size_t> position() const
        requires requires(T const& document) { document.DATA_TYPE; }
    {
        for (std::size_t i = 0; i != data.size(); ++i) {
            std::string_view const type = data[i].DATA_TYPE ? std::string_view(*data[i].DATA_TYPE) : std::string_view{};
            if (type.starts_with(T::kind) && type.substr(T::kind.size()).starts_with('#')) return i;
        }
        return std::nullopt;
    }
    /// That document; throws UsageError if there is none.
    [[nodiscard]] T const& one() const
        requires requires(T const& document) { document.DATA_TYPE; }
    {
        auto const at = position();
        if (!at)
            throw UsageError("this answer of Globus Connect Server has no " + std::string(T::kind) + " in its data");
        return data[*at];
    }
};

}  // namespace globus::gcs

#endif  // GLOBUS_SERVICES_GCS_ANSWERS_HPP
