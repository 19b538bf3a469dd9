// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_PEER_USER_HPP
#define GLOBUS_CORE_PLATFORM_PEER_USER_HPP

#include <globus/core/config.hpp>

// Which user's process is at the other end of a loopback connection over IPv4, as Linux lists it in /proc/net/tcp.
// Every user of the machine can reach a port of 127.0.0.1; this is how a listener tells them apart.

namespace globus::detail {

/// False if the other end of a connection on this machine belongs to another user. It is true if the system does not
/// say.
[[nodiscard]] bool is_of_this_user(int socket);

/// Whether the other end of a loopback connection surely belongs to another user: neither to this one nor to root.
[[nodiscard]] bool is_of_another_user(int socket);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/peer_user.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_PEER_USER_HPP
