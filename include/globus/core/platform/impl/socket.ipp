// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/core/platform/socket.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

#ifdef MSG_NOSIGNAL
inline constexpr int without_sigpipe = MSG_NOSIGNAL;
#else
inline constexpr int without_sigpipe = 0;  // the sockets have SO_NOSIGPIPE instead
#endif

#ifdef SOCK_CLOEXEC
GLOBUS_DECL Descriptor new_socket(int family, int type, int protocol) {
    return Descriptor(::socket(family, type | SOCK_CLOEXEC, protocol));
}
GLOBUS_DECL Descriptor accept_from(Descriptor const& listener) {
    return Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}
GLOBUS_DECL bool make_pipe(int (&ends)[2]) { return ::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0; }
#else
GLOBUS_DECL Descriptor new_socket(int family, int type, int protocol) {
    Descriptor made(::socket(family, type, protocol));
    if (!made) return made;
    ::fcntl(made.get(), F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
    int const on = 1;
    ::setsockopt(made.get(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    return made;
}
GLOBUS_DECL int configured(int number) {
    ::fcntl(number, F_SETFD, FD_CLOEXEC);
    ::fcntl(number, F_SETFL, O_NONBLOCK);
    return number;
}
GLOBUS_DECL Descriptor accept_from(Descriptor const& listener) {
    int const number = ::accept(listener.get(), nullptr, nullptr);  // it has the listener's SO_NOSIGPIPE
    return Descriptor(number < 0 ? number : configured(number));
}
GLOBUS_DECL bool make_pipe(int (&ends)[2]) {
    if (::pipe(ends) != 0) return false;
    for (int const end : ends) configured(end);
    return true;
}
#endif

GLOBUS_DECL WakeUp WakeUp::make() {
    int ends[2];
    if (!make_pipe(ends)) return {};
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

GLOBUS_DECL void WakeUp::wake() const noexcept { [[maybe_unused]] auto const written = ::write(writer.get(), "", 1); }

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

GLOBUS_DECL void poll(std::vector<Polled>& all, std::chrono::milliseconds longest) {
    std::vector<pollfd> waiting;
    for (Polled const& one : all)
        waiting.push_back({one.number, static_cast<short>(one.to_write ? POLLOUT : POLLIN), 0});
    ::poll(waiting.data(), static_cast<nfds_t>(waiting.size()), static_cast<int>(longest.count()));
    for (std::size_t i = 0; i != all.size(); ++i) all[i].ready = (waiting[i].revents & waiting[i].events) != 0;
}

GLOBUS_DECL std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size) {
    return ::recv(socket.get(), buffer, size, 0);
}

GLOBUS_DECL std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes) {
    return ::send(socket.get(), bytes.data(), bytes.size(), without_sigpipe);
}

GLOBUS_DECL void end_writing(Descriptor const& socket) { ::shutdown(socket.get(), SHUT_WR); }

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP
