// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_PEER_USER_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_PEER_USER_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/peer_user.hpp>

#ifdef __linux__
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#endif
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
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

/// Whose the connection is that has `from` at its own end and `to` at the other; nothing if that cannot be asked this way
/// (sock_diag(7)). It asks for the one connection: to read /proc/net/tcp takes milliseconds where memory is large.
GLOBUS_DECL std::optional<unsigned> user_by_sock_diag([[maybe_unused]] sockaddr_in const& from,
                                                      [[maybe_unused]] sockaddr_in const& to) {
    std::optional<unsigned> user;
#ifdef __linux__
    int const diag = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (diag < 0) return user;
    struct {
        nlmsghdr head;
        inet_diag_req_v2 wanted;
    } request{};
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.head.nlmsg_flags = NLM_F_REQUEST;
    request.wanted.sdiag_family = AF_INET;
    request.wanted.sdiag_protocol = IPPROTO_TCP;
    request.wanted.idiag_states = ~std::uint32_t{0};
    request.wanted.id.idiag_sport = from.sin_port;
    request.wanted.id.idiag_dport = to.sin_port;
    request.wanted.id.idiag_src[0] = from.sin_addr.s_addr;
    request.wanted.id.idiag_dst[0] = to.sin_addr.s_addr;
    request.wanted.id.idiag_cookie[0] = request.wanted.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    struct {
        nlmsghdr head;
        inet_diag_msg found;
        char attributes[1024];
    } answer{};
    bool const sent = ::send(diag, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request);
    ssize_t const size = sent ? ::recv(diag, &answer, sizeof answer, MSG_DONTWAIT) : -1;  // the kernel answers at once
    ::close(diag);
    if (size >= static_cast<ssize_t>(sizeof answer.head + sizeof answer.found) &&
        answer.head.nlmsg_type == SOCK_DIAG_BY_FAMILY && answer.found.id.idiag_sport == from.sin_port &&
        answer.found.id.idiag_dport == to.sin_port && answer.found.idiag_inode != 0)
        user = answer.found.idiag_uid;
#endif
    return user;
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
    if (auto const user = user_by_sock_diag(there, here)) return {.user = user};
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
