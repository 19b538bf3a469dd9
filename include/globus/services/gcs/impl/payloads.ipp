// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_PAYLOADS_IPP
#define GLOBUS_SERVICES_GCS_IMPL_PAYLOADS_IPP

#include <globus/core/config.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/gcs/payloads.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace globus::detail {

/// The minor version of a schema that brought a member.
struct MemberVersion {
    std::string_view member;
    int minor;
};

inline constexpr std::array<MemberVersion, 15> collection_versions{{{"associated_flow_policy", 15},
                                                                    {"activity_notification_policy", 14},
                                                                    {"auto_delete_timeout", 13},
                                                                    {"skip_auto_delete", 13},
                                                                    {"restrict_transfers_to_high_assurance", 12},
                                                                    {"acl_expiration_mins", 10},
                                                                    {"delete_protected", 8},
                                                                    {"guest_auth_policy_id", 6},
                                                                    {"disable_anonymous_writes", 5},
                                                                    {"force_verify", 4},
                                                                    {"sharing_users_allow", 2},
                                                                    {"sharing_users_deny", 2},
                                                                    {"enable_https", 1},
                                                                    {"user_message", 1},
                                                                    {"user_message_link", 1}}};

inline constexpr std::array<MemberVersion, 1> endpoint_versions{{{"gridftp_control_channel_port", 1}}};

inline constexpr std::array<MemberVersion, 1> storage_gateway_versions{{{"require_mfa", 1}}};

/// Writes a document with the DATA_TYPE "base#1.N.0" that its members need, unless it has one.
template <class T, std::size_t N>
void write_versioned(std::string& out, T const& document, Optional<std::string> const& data_type, std::string_view base,
                     std::array<MemberVersion, N> const& versions) {
    if (!data_type.is_absent()) return write_object(out, document);
    int minor = 0;
    T::members::for_each(document, [&]<class M, class V>(M, V const& value) {
        if constexpr (is_optional<V>) {
            if (value.is_absent()) return;
            for (MemberVersion const& version : versions)
                if (version.member == M::key && version.minor > minor) minor = version.minor;
        } else if constexpr (std::same_as<V, AdditionalFields>) {
            for (MemberVersion const& version : versions)
                if (value.contains(version.member) && version.minor > minor) minor = version.minor;
        }
    });
    if constexpr (requires { document.user_message; }) {
        constexpr std::size_t short_message = 64;  // characters: a longer one came with 1.7.0
        if (document.user_message.has_value()) {
            std::size_t characters = 0;
            for (char const c : *document.user_message) characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
            if (characters > short_message && minor < 7) minor = 7;
        }
    }
    T typed = document;
    if constexpr (requires { typed.data_type; })
        typed.data_type = std::string(base) + "#1." + std::to_string(minor) + ".0";
    else
        typed.DATA_TYPE = std::string(base) + "#1." + std::to_string(minor) + ".0";
    write_object(out, typed);
}

}  // namespace globus::detail

namespace globus::gcs {

GLOBUS_DECL void MappedCollectionDocument::write_json(std::string& out) const {
    globus::detail::write_versioned(out, *this, data_type, "collection", globus::detail::collection_versions);
}

GLOBUS_DECL void GuestCollectionDocument::write_json(std::string& out) const {
    globus::detail::write_versioned(out, *this, data_type, "collection", globus::detail::collection_versions);
}

GLOBUS_DECL void EndpointDocument::write_json(std::string& out) const {
    globus::detail::write_versioned(out, *this, data_type, "endpoint", globus::detail::endpoint_versions);
}

GLOBUS_DECL void StorageGatewayDocument::write_json(std::string& out) const {
    globus::detail::write_versioned(out, *this, DATA_TYPE, "storage_gateway", globus::detail::storage_gateway_versions);
}

}  // namespace globus::gcs

#endif  // GLOBUS_SERVICES_GCS_IMPL_PAYLOADS_IPP
