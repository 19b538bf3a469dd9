// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_WORDS_HPP
#define GLOBUS_SERVICES_GCS_WORDS_HPP

#include <globus/core/open_enum.hpp>

#include <string_view>

// The words of Globus Connect Server that come from a set. The service may add others.

namespace globus::gcs {

/// The words of a CollectionType.
struct CollectionTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, mapped, guest };
    static constexpr std::string_view words[] = {"", "mapped", "guest"};
};
/// What kind of collection it is.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/
using CollectionType = OpenEnum<CollectionTypeWords>;

/// The words of a NetworkUse.
struct NetworkUseWords {
    /// The constants.
    enum Known : unsigned char { unknown, normal, minimal, aggressive, custom };
    static constexpr std::string_view words[] = {"", "normal", "minimal", "aggressive", "custom"};
};
/// How many files and connections an endpoint uses at a time.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/
using NetworkUse = OpenEnum<NetworkUseWords>;

/// The words of a RoleName.
struct RoleNameWords {
    /// The constants.
    enum Known : unsigned char {
        unknown,
        owner,
        administrator,
        access_manager,
        activity_manager,
        activity_monitor,
        access_monitor
    };
    static constexpr std::string_view words[] = {
        "", "owner", "administrator", "access_manager", "activity_manager", "activity_monitor", "access_monitor"};
};
/// What a role allows.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/
using RoleName = OpenEnum<RoleNameWords>;

/// The words of a GoogleAuthType.
struct GoogleAuthTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, user, service_principal, user_service_principal };
    static constexpr std::string_view words[] = {"", "user", "service_principal", "user_service_principal"};
};
/// Whose credentials reach a store.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/
using GoogleAuthType = OpenEnum<GoogleAuthTypeWords>;

/// The words of a HighAssuranceTransfers.
struct HighAssuranceTransfersWords {
    /// The constants.
    enum Known : unsigned char { unknown, inbound, outbound, all };
    static constexpr std::string_view words[] = {"", "inbound", "outbound", "all"};
};
/// Which transfers must be with high assurance collections.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/
using HighAssuranceTransfers = OpenEnum<HighAssuranceTransfersWords>;

}  // namespace globus::gcs

#endif  // GLOBUS_SERVICES_GCS_WORDS_HPP
