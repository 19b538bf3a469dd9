// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_SOCKET_HPP
#define GLOBUS_CORE_PLATFORM_SOCKET_HPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace globus::detail {

// Descriptors that do not survive an exec: from their first moment on, where the system can make them so, since another
// thread may start a program at any time. Those for listening do not block, either.

#ifdef SOCK_CLOEXEC
inline Descriptor new_socket(int family, int type, int protocol) {
    return Descriptor(::socket(family, type | SOCK_CLOEXEC, protocol));
}
inline Descriptor accept_from(Descriptor const& listener) {
    return Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}
inline bool make_pipe(int (&ends)[2]) { return ::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0; }
#else
inline Descriptor new_socket(int family, int type, int protocol) {
    Descriptor made(::socket(family, type, protocol));
    if (made) ::fcntl(made.get(), F_SETFD, FD_CLOEXEC);
    return made;
}
inline int configured(int number) {
    ::fcntl(number, F_SETFD, FD_CLOEXEC);
    ::fcntl(number, F_SETFL, O_NONBLOCK);
    return number;
}
inline Descriptor accept_from(Descriptor const& listener) {
    int const number = ::accept(listener.get(), nullptr, nullptr);
    return Descriptor(number < 0 ? number : configured(number));
}
inline bool make_pipe(int (&ends)[2]) {
    if (::pipe(ends) != 0) return false;
    for (int const end : ends) configured(end);
    return true;
}
#endif

/// What wakes a thread that polls `reader`.
struct WakeUp {
    /// Both are empty, and errno says why, where there can be none.
    [[nodiscard]] static WakeUp make();
    void wake() const noexcept { [[maybe_unused]] auto const written = ::write(writer.get(), "", 1); }

    Descriptor reader = Descriptor();
    Descriptor writer = Descriptor();
};

/// Listens on 127.0.0.1.
struct LoopbackListener {
    /// At a port of the system's choice; the socket is empty, and errno says why, where that cannot be.
    [[nodiscard]] static LoopbackListener make();

    Descriptor socket = Descriptor();
    std::uint16_t port = 0;
};

/// As recv(2): how many bytes came, 0 at the end, -1 and errno.
std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size);
/// As send(2), without a signal where the other end is closed.
std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes);
/// Tells the other end that nothing more comes.
inline void end_writing(Descriptor const& socket) { ::shutdown(socket.get(), SHUT_WR); }

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/socket.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_SOCKET_HPP
