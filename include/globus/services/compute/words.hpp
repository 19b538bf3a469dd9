// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_COMPUTE_WORDS_HPP
#define GLOBUS_SERVICES_COMPUTE_WORDS_HPP

#include <globus/core/open_enum.hpp>

#include <string_view>

// The words of Globus Compute that come from a set. The service may add others.

namespace globus::compute {

/// The words of a EndpointState.
struct EndpointStateWords {
    /// The constants.
    enum Known : unsigned char { unknown, online, offline };
    static constexpr std::string_view words[] = {"", "online", "offline"};
};
/// Whether an endpoint can take tasks.
/// https://compute.api.globus.org/redoc
using EndpointState = OpenEnum<EndpointStateWords>;

/// The words of a EndpointFilter.
struct EndpointFilterWords {
    /// The constants.
    enum Known : unsigned char { unknown, owner, any };
    static constexpr std::string_view words[] = {"", "owner", "any"};
};
/// Which endpoints are listed: those of the caller, or all that the caller may use.
/// https://compute.api.globus.org/redoc
using EndpointFilter = OpenEnum<EndpointFilterWords>;

}  // namespace globus::compute

#endif  // GLOBUS_SERVICES_COMPUTE_WORDS_HPP
