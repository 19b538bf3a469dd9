// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_DOCUMENTS_HPP
#define GLOBUS_SERVICES_GCS_DOCUMENTS_HPP

#include <globus/core/error.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>

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
    Optional<std::string> id = {};
    Optional<std::string> collection_type = {};
    Optional<std::string> display_name = {};
    Optional<std::string> identity_id = {};
    Optional<std::string> storage_gateway_id = {};
    Optional<std::string> connector_id = {};
    Optional<std::string> mapped_collection_id = {};
    Optional<std::string> user_credential_id = {};
    Optional<std::string> collection_base_path = {};
    Optional<std::string> root_path = {};
    Optional<std::string> domain_name = {};
    Optional<std::string> manager_url = {};
    Optional<std::string> https_url = {};
    Optional<std::string> tlsftp_url = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> default_directory = {};
    Optional<std::string> department = {};
    Optional<std::string> description = {};
    Optional<std::string> info_link = {};
    Optional<std::string> organization = {};
    Optional<std::string> user_message = {};
    Optional<std::string> user_message_link = {};
    Optional<StringList> keywords = {};
    Optional<bool> is_public = {};
    Optional<bool> high_assurance = {};
    Optional<bool> require_high_assurance = {};
    Optional<bool> disable_verify = {};
    Optional<bool> enable_https = {};
    Optional<bool> force_encryption = {};
    Optional<bool> force_verify = {};
    Optional<bool> delete_protected = {};
    Optional<bool> allow_guest_collections = {};
    Optional<bool> disable_anonymous_writes = {};
    Optional<std::int64_t> authentication_assurance_timeout = {};
    Optional<std::int64_t> authentication_timeout_mins = {};
    Optional<std::int64_t> acl_expiration_mins = {};
    Optional<std::int64_t> auto_delete_timeout = {};
    Optional<Json> policies = {};
    Optional<Json> sharing_restrict_paths = {};
    Optional<StringList> sharing_users_allow = {};
    Optional<StringList> sharing_users_deny = {};
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

/// What anybody may know of an endpoint. In the answer's `data` its connectors follow, which have the last four members.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Info/
struct Info {
    static constexpr std::string_view kind = "info";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> api_version = {};
    Optional<std::string> client_id = {};
    Optional<std::string> domain_name = {};
    Optional<std::string> endpoint_id = {};
    Optional<std::string> manager_version = {};
    Optional<std::string> id = {};            ///< of a connector
    Optional<std::string> display_name = {};  ///< of a connector, as in "POSIX"
    Optional<bool> is_baa = {};               ///< the connector is for data under a BAA, too
    Optional<bool> is_ha = {};                ///< the connector is for high assurance, too
    GLOBUS_MEMBERS(Info, DATA_TYPE, api_version, client_id, domain_name, endpoint_id, manager_version, id, display_name,
                   is_baa, is_ha);
};

/// An endpoint. https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/
struct Endpoint {
    static constexpr std::string_view kind = "endpoint";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> department = {};
    Optional<std::string> description = {};
    Optional<std::string> info_link = {};
    Optional<std::string> organization = {};
    Optional<std::string> network_use = {};
    Optional<std::string> subscription_id = {};
    Optional<std::string> gcs_manager_url = {};
    Optional<StringList> keywords = {};
    Optional<bool> allow_udt = {};
    Optional<bool> is_public = {};
    Optional<std::int64_t> max_concurrency = {};
    Optional<std::int64_t> max_parallelism = {};
    Optional<std::int64_t> preferred_concurrency = {};
    Optional<std::int64_t> preferred_parallelism = {};
    Optional<std::int64_t> gridftp_control_channel_port = {};
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
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> connector_id = {};
    Optional<std::string> root = {};
    Optional<std::string> mapping = {};
    Optional<StringList> allowed_domains = {};
    Optional<StringList> users_allow = {};
    Optional<StringList> users_deny = {};
    Optional<bool> high_assurance = {};
    Optional<bool> require_high_assurance = {};
    Optional<bool> require_mfa = {};
    Optional<std::int64_t> authentication_assurance_timeout = {};
    Optional<std::int64_t> authentication_timeout_mins = {};
    Optional<Json> identity_mappings = {};
    Optional<Json> policies = {};
    Optional<Json> restrict_paths = {};
    GLOBUS_MEMBERS(StorageGateway, DATA_TYPE, id, display_name, connector_id, root, mapping, allowed_domains,
                   users_allow, users_deny, high_assurance, require_high_assurance, require_mfa,
                   authentication_assurance_timeout, authentication_timeout_mins, identity_mappings, policies,
                   restrict_paths);
};

/// A role on an endpoint or collection. https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/
struct Role {
    static constexpr std::string_view kind = "role";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> collection = {};
    Optional<std::string> principal = {};
    Optional<std::string> role = {};
    GLOBUS_MEMBERS(Role, DATA_TYPE, id, collection, principal, role);
};

/// A user's account on a storage gateway. https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/
struct UserCredential {
    static constexpr std::string_view kind = "user_credential";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> identity_id = {};
    Optional<std::string> connector_id = {};
    Optional<std::string> username = {};
    Optional<std::string> display_name = {};
    Optional<std::string> storage_gateway_id = {};
    Optional<bool> invalid = {};
    Optional<bool> provisioned = {};
    Optional<Json> policies = {};
    GLOBUS_MEMBERS(UserCredential, DATA_TYPE, id, identity_id, connector_id, username, display_name, storage_gateway_id,
                   invalid, provisioned, policies);
};

/**
 * The envelope of every answer: how it went, and the documents that were asked for.
 *
 *     auto answer = client.get_collection({.collection_id = id});
 *     answer->one().display_name
 *
 * https://docs.globus.org/globus-connect-server/v5/api/
 */
template <class T>
struct Answer {
    Optional<std::string> code = {};  ///< "success", or what went wrong
    Optional<Json> detail = {};
    Optional<std::string> message = {};
    Optional<std::int64_t> http_response_code = {};
    std::vector<T> data = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(Answer, code, detail, message, http_response_code, data, has_next_page, marker);

    /// Where in `data` the first document of the kind that was asked for stands; nothing if there is none.
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

#endif  // GLOBUS_SERVICES_GCS_DOCUMENTS_HPP
