// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_SOCKET_HPP
#define GLOBUS_CORE_PLATFORM_SOCKET_HPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace globus::detail {

// Descriptors that do not survive an exec: from their first moment on, where the system can make them so, since another
// thread may start a program at any time. Those for listening do not block, either. What fails says why in errno.

/// As socket(2).
Descriptor new_socket(int family, int type, int protocol);
/// As accept(2).
Descriptor accept_from(Descriptor const& listener);

/// What wakes a thread that polls `reader`.
struct WakeUp {
    /// Both are empty, and errno says why, where there can be none.
    [[nodiscard]] static WakeUp make();
    void wake() const noexcept;

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

/// A descriptor that is waited for.
struct Polled {
    int number = -1;        ///< less than 0: none
    bool to_write = false;  ///< what is waited for is that it can be written to, or else read from
    bool ready = false;     ///< it can; set by `poll`
};
/// Waits until one of them is ready, or has failed, or the time is over.
void poll(std::vector<Polled>& all, std::chrono::milliseconds longest);

/// As recv(2): how many bytes came, 0 at the end, -1 and errno.
std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size);
/// As send(2), without a signal where the other end is closed.
std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes);
/// Tells the other end that nothing more comes.
void end_writing(Descriptor const& socket);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/socket.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_SOCKET_HPP
