// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_WORDS_HPP
#define GLOBUS_SERVICES_AUTH_WORDS_HPP

#include <globus/core/open_enum.hpp>

#include <string_view>

// The words of Globus Auth that come from a set. The service may add others.

namespace globus::auth {

/// The words of a IdentityType.
struct IdentityTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, login, service };
    static constexpr std::string_view words[] = {"", "login", "service"};
};
/// Who an identity is for: a person, or an app.
/// https://docs.globus.org/api/auth/reference/#get_identities
using IdentityType = OpenEnum<IdentityTypeWords>;

/// The words of a IdentityStatus.
struct IdentityStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, unused, used, private_, closed };
    static constexpr std::string_view words[] = {"", "unused", "used", "private", "closed"};
};
/// Whether an identity has been used, and can be.
/// https://docs.globus.org/api/auth/reference/#get_identities
using IdentityStatus = OpenEnum<IdentityStatusWords>;

/// The words of a ClientVisibility.
struct ClientVisibilityWords {
    /// The constants.
    enum Known : unsigned char { unknown, public_, private_ };
    static constexpr std::string_view words[] = {"", "public", "private"};
};
/// Who can see a registered app.
/// https://docs.globus.org/api/auth/reference/#create_client
using ClientVisibility = OpenEnum<ClientVisibilityWords>;

/// The words of a ClientType.
struct ClientTypeWords {
    /// The constants.
    enum Known : unsigned char {
        unknown,
        client_identity,
        confidential_client,
        globus_connect_server,
        public_installed_client,
        hybrid_confidential_client_resource_server,
        resource_server
    };
    static constexpr std::string_view words[] = {"",
                                                 "client_identity",
                                                 "confidential_client",
                                                 "globus_connect_server",
                                                 "public_installed_client",
                                                 "hybrid_confidential_client_resource_server",
                                                 "resource_server"};
};
/// What kind of app a registered one is.
/// https://docs.globus.org/api/auth/reference/#create_client
using ClientType = OpenEnum<ClientTypeWords>;

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_WORDS_HPP
