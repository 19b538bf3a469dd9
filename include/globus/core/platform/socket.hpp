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

// Descriptors that do not survive an exec, from their first moment on if the system supports that, since another
// thread may start a program at any time. Those that listen do not block, either. A function that fails says why in
// errno.

/// Makes a socket, as socket(2) does.
Descriptor new_socket(int family, int type, int protocol);
/// Accepts a connection, as accept(2) does.
Descriptor accept_from(Descriptor const& listener);

/// What wakes a thread that polls `reader`.
struct WakeUp {
    /// Makes a pair; both ends are empty, and errno says why, if that fails.
    [[nodiscard]] static WakeUp make();
    void wake() const noexcept;

    Descriptor reader = Descriptor();
    Descriptor writer = Descriptor();
};

/// Listens on 127.0.0.1.
struct LoopbackListener {
    /// Listens at a port of the system's choice; the socket is empty, and errno says why, if that fails.
    [[nodiscard]] static LoopbackListener make();

    Descriptor socket = Descriptor();
    std::uint16_t port = 0;
};

/// A descriptor to wait for.
struct Polled {
    int number = -1;        ///< less than 0: none
    bool to_write = false;  ///< whether to wait until it can be written to, or else read from
    bool ready = false;     ///< it is ready; set by `poll`
};
/// Waits until one of them is ready or has failed, or time runs out.
void poll(std::vector<Polled>& all, std::chrono::milliseconds longest);

/// Receives as recv(2) does: it returns how many bytes came, 0 at the end, or -1 and errno.
std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size);
/// Sends as send(2) does, without a signal if the other end is closed.
std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes);
/// Tells the other end that nothing more comes.
void end_writing(Descriptor const& socket);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/socket.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_SOCKET_HPP
