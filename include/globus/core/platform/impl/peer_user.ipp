// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_PEER_USER_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_PEER_USER_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/peer_user.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

/// The line of a connection in /proc/net/tcp or tcp6 that has `from` at its own end and `to` at the other (proc(5)).
GLOBUS_DECL bool is_line_of(std::string const& line, sockaddr_in const& from, sockaddr_in const& to, unsigned& user) {
    char own[33] = {}, other[33] = {};
    unsigned own_port = 0, other_port = 0;
    unsigned long long inode = 0;
    if (std::sscanf(line.c_str(), " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %*x %*x:%*x %*x:%*x %*x %u %*u %llu", own,
                    &own_port, other, &other_port, &user, &inode) != 6 ||
        own_port != ntohs(from.sin_port) || other_port != ntohs(to.sin_port) || inode == 0)
        return false;  // a connection without an inode is closed, and it is not known whose it was
    auto const is = [](std::string_view digits, sockaddr_in const& address) {
        char wanted[9];
        std::snprintf(wanted, sizeof wanted, "%08X", static_cast<unsigned>(address.sin_addr.s_addr));
        if (digits.size() == 32 &&
            digits.substr(16, 8) != (std::endian::native == std::endian::little ? "FFFF0000" : "0000FFFF"))
            return false;
        return digits.ends_with(wanted);
    };
    return is(own, from) && is(other, to);
}

/// What the system says about the other end of a connection.
struct Peer {
    bool told = true;                   ///< false: the system does not tell, as only Linux does
    std::optional<unsigned> user = {};  ///< if the connection is listed: it is of this machine and network namespace
};

GLOBUS_DECL Peer peer_of(int socket) {
    sockaddr_in here{}, there{};
    socklen_t here_size = sizeof here, there_size = sizeof there;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0 ||
        ::getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size) != 0 || here.sin_family != AF_INET)
        return {};
    bool told = false;
    for (char const* const name : {"/proc/net/tcp", "/proc/net/tcp6"}) {  // an IPv6 socket may be used for IPv4
        std::ifstream table(name);
        told = told || table.is_open();
        for (std::string line; std::getline(table, line);)
            if (unsigned user = 0; is_line_of(line, there, here, user)) return {.user = user};
    }
    return {.told = told};
}

GLOBUS_DECL bool is_of_this_user(int socket) {
    Peer const peer = peer_of(socket);
    return peer.user ? *peer.user == ::geteuid() : !peer.told;
}

GLOBUS_DECL bool is_of_another_user(int socket) {
    Peer const peer = peer_of(socket);
    return peer.user && *peer.user != ::geteuid() && *peer.user != 0;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_PEER_USER_IPP
