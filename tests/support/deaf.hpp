// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_DEAF_HPP
#define GLOBUS_TESTS_SUPPORT_DEAF_HPP

#include "support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

/// A port that nobody serves: connections are made by the kernel, or wait, and nothing is said.
class Deaf {
public:
    explicit Deaf(int backlog) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket_, backlog) == 0);
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    ~Deaf() {
        for (int const filler : fillers_) ::close(filler);
        ::close(socket_);
    }
    Deaf(Deaf const&) = delete;
    Deaf& operator=(Deaf const&) = delete;

    /// Takes all places of the backlog, so that the next connection is not made.
    void fill(int count) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port_);
        for (int i = 0; i != count; ++i) {
            fillers_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
            (void)::connect(fillers_.back(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    /// A connection that was made, -1 if none waits.
    [[nodiscard]] int accept() const { return ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); }
    [[nodiscard]] std::string url(char const* scheme) const {
        return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + "/";
    }

private:
    int socket_;
    std::uint16_t port_ = 0;
    std::vector<int> fillers_;
};

#endif  // GLOBUS_TESTS_SUPPORT_DEAF_HPP
