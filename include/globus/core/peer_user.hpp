// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PEER_USER_HPP
#define GLOBUS_CORE_PEER_USER_HPP

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

namespace globus::detail {

/**
 * The user whose process is at the other end of a loopback connection over IPv4, as Linux lists it in /proc/net/tcp.
 * Nothing where the system does not tell: elsewhere than on Linux, or when the other end is in another network namespace.
 *
 * A port of 127.0.0.1 can be reached by every user of the machine; this is how a listener tells them apart.
 */
[[nodiscard]] inline std::optional<uid_t> peer_user(int socket) {
    sockaddr_in here{}, there{};
    socklen_t here_size = sizeof here, there_size = sizeof there;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0 ||
        ::getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size) != 0 || here.sin_family != AF_INET ||
        there.sin_family != AF_INET)
        return std::nullopt;
    std::ifstream table("/proc/net/tcp");
    std::string line;
    while (std::getline(table, line)) {
        // "sl: local:port remote:port state queues timer retransmits uid ...", addresses as the bytes of a number
        std::uint32_t from = 0, to = 0;
        unsigned from_port = 0, to_port = 0, state = 0;
        unsigned long user = 0;
        if (std::sscanf(line.c_str(), " %*d: %" SCNx32 ":%x %" SCNx32 ":%x %x %*x:%*x %*x:%*x %*x %lu", &from,
                        &from_port, &to, &to_port, &state, &user) != 6)
            continue;
        if (from == there.sin_addr.s_addr && from_port == ntohs(there.sin_port) && to == here.sin_addr.s_addr &&
            to_port == ntohs(here.sin_port))
            return static_cast<uid_t>(user);
    }
    return std::nullopt;
}

/// Whether the other end of a loopback connection surely belongs to another user: neither to this one nor to root.
[[nodiscard]] inline bool is_of_another_user(int socket) {
    auto const user = peer_user(socket);
    return user && *user != ::geteuid() && *user != 0;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PEER_USER_HPP
