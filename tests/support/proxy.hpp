// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_PROXY_HPP
#define GLOBUS_TESTS_SUPPORT_PROXY_HPP

// A proxy on this machine that a test tells what to grant and what to refuse.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// Keeps the heads of what it is asked, and answers each connection as it is told.
class TestProxy {
public:
    /// What becomes of a connection. The answer is sent as it is; then bytes go to and fro between the client and a
    /// port of this machine, or, without one, the connection is closed.
    struct Decision {
        std::string answer = {};
        int port = 0;
    };
    /// By the head of a request, such as "CONNECT example.org:443 HTTP/1.1\r\n...".
    using Decide = std::function<Decision(std::string const& head)>;

    explicit TestProxy(Decide decide) : decide_(std::move(decide)), listener_(listening(port_)) {
        thread_ = std::jthread([this] { serve(); });
    }
    TestProxy(TestProxy const&) = delete;
    TestProxy& operator=(TestProxy const&) = delete;
    ~TestProxy() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        {
            std::lock_guard const lock(mutex_);
            for (int const socket : open_) ::shutdown(socket, SHUT_RDWR);
        }
        connections_.clear();
        ::close(listener_);
    }

    /// Refuses every CONNECT with this status.
    static Decide refusing(int status) {
        return [=](std::string const&) {
            return Decision{"HTTP/1.1 " + std::to_string(status) + " As Told\r\nContent-Length: 0\r\n\r\n"};
        };
    }
    /// Grants every CONNECT. @param port  of this machine, wherever the client wants to go; 0: nobody is there
    static Decide granting(int port) {
        return [=](std::string const&) { return Decision{"HTTP/1.1 200 Granted\r\n\r\n", port}; };
    }

    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] std::string url() const { return "http://" + address(); }
    /// The heads that came so far.
    [[nodiscard]] std::vector<std::string> heads() const {
        std::lock_guard const lock(mutex_);
        return heads_;
    }

private:
    static sockaddr_in loopback(int port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<in_port_t>(port));
        return address;
    }
    static int listening(int& port) {
        int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        auto* const at = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket, at, size) != 0 || ::listen(socket, 64) != 0 || ::getsockname(socket, at, &size) != 0)
            throw std::runtime_error("the proxy cannot listen");
        port = ntohs(address.sin_port);
        return socket;
    }
    void serve() {
        while (true) {
            int const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) return;
            note(socket, true);
            connections_.emplace_back([this, socket] {
                connection(socket);
                note(socket, false);
                ::close(socket);
            });
        }
    }
    void note(int socket, bool is_open) {
        std::lock_guard const lock(mutex_);
        if (is_open)
            open_.insert(socket);
        else
            open_.erase(socket);
    }
    static bool send_all(int socket, std::string_view bytes) {
        while (!bytes.empty()) {
            auto const size = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    void connection(int socket) {
        std::string head;
        char c = 0;
        while (head.find("\r\n\r\n") == std::string::npos) {
            if (::recv(socket, &c, 1, 0) != 1) return;
            head += c;
        }
        {
            std::lock_guard const lock(mutex_);
            heads_.push_back(head);
        }
        Decision const decision = decide_(head);
        if (!send_all(socket, decision.answer) || decision.port == 0) return;
        int const other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in const address = loopback(decision.port);
        if (::connect(other, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0) relay(socket, other);
        ::close(other);
    }
    static void relay(int a, int b) {
        pollfd files[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
        char buffer[16384];
        while (::poll(files, 2, -1) > 0)
            for (int i = 0; i != 2; ++i) {
                if (files[i].revents == 0) continue;
                auto const size = ::recv(files[i].fd, buffer, sizeof buffer, 0);
                if (size <= 0 || !send_all(files[1 - i].fd, {buffer, static_cast<std::size_t>(size)})) return;
            }
    }

    Decide decide_;
    int port_ = 0;
    int listener_;
    mutable std::mutex mutex_;
    std::vector<std::string> heads_;
    std::set<int> open_;
    std::vector<std::jthread> connections_;
    std::jthread thread_;
};

#endif  // GLOBUS_TESTS_SUPPORT_PROXY_HPP
