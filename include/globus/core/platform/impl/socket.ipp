// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/core/platform/socket.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL WakeUp WakeUp::make() {
    int ends[2];
    if (!make_pipe(ends)) return {};
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

GLOBUS_DECL LoopbackListener LoopbackListener::make() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    Descriptor made = new_socket(AF_INET, SOCK_STREAM, 0);
    if (!made || ::fcntl(made.get(), F_SETFL, O_NONBLOCK) != 0 || ::bind(made.get(), generic, size) != 0 ||
        ::listen(made.get(), SOMAXCONN) != 0 || ::getsockname(made.get(), generic, &size) != 0)
        return {};
    return {std::move(made), ntohs(address.sin_port)};
}

GLOBUS_DECL std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size) {
    return ::recv(socket.get(), buffer, size, 0);
}

GLOBUS_DECL std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes) {
    return ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP
