// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_BYTE_SERVER_HPP
#define GLOBUS_TESTS_SUPPORT_BYTE_SERVER_HPP

// A server on this machine that knows no HTTP: it keeps what comes, and sends what a test gives it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

/// Takes one connection after the other. The head of a request is kept, then the answer is sent and the connection
/// closed.
class ByteServer {
public:
    /// What is sent goes through this; it counts.
    class Writer {
    public:
        Writer(int socket, std::atomic<std::size_t>& sent) : socket_(socket), sent_(sent) {}
        /// False when the other side has closed.
        bool operator()(std::string_view bytes) const {
            while (!bytes.empty()) {
                auto const size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
                if (size <= 0) return false;
                sent_ += static_cast<std::size_t>(size);
                bytes.remove_prefix(static_cast<std::size_t>(size));
            }
            return true;
        }

    private:
        int socket_;
        std::atomic<std::size_t>& sent_;
    };
    using Answer = std::function<void(Writer const&)>;

    /// @param address  "127.0.0.1" or "::1"
    explicit ByteServer(
        Answer answer = [](Writer const&) {}, char const* address = "127.0.0.1")
        : answer_(std::move(answer)), six_(std::string_view(address) == "::1") {
        listener_ = ::socket(six_ ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in four{};
        sockaddr_in6 six{};
        four.sin_family = AF_INET;
        six.sin6_family = AF_INET6;
        ::inet_pton(six_ ? AF_INET6 : AF_INET, address,
                    six_ ? static_cast<void*>(&six.sin6_addr) : static_cast<void*>(&four.sin_addr));
        auto* const at = six_ ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
        socklen_t size = six_ ? sizeof six : sizeof four;
        if (::bind(listener_, at, size) != 0 || ::listen(listener_, 64) != 0 ||
            ::getsockname(listener_, at, &size) != 0)
            throw std::runtime_error(std::string("cannot listen on ") + address);
        port_ = ntohs(six_ ? six.sin6_port : four.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ByteServer(ByteServer const&) = delete;
    ByteServer& operator=(ByteServer const&) = delete;
    ~ByteServer() {
        ::shutdown(listener_, SHUT_RDWR);  // wakes accept
        thread_.join();
        ::close(listener_);
    }

    [[nodiscard]] std::string port() const { return std::to_string(port_); }
    [[nodiscard]] std::string url() const { return (six_ ? "http://[::1]:" : "http://127.0.0.1:") + port() + '/'; }
    /// Everything that has come so far.
    [[nodiscard]] std::string received() const {
        std::lock_guard const lock(mutex_);
        return received_;
    }
    [[nodiscard]] int connections() const { return connections_; }
    /// How many bytes the other side's system has taken.
    [[nodiscard]] std::size_t sent() const { return sent_; }

private:
    void serve() {
        while (true) {
            int const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) return;
            ++connections_;
            timeval const limit{2, 0};
            ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
            ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
            std::string head;
            char buffer[4096];
            while (head.find("\r\n\r\n") == std::string::npos) {
                auto const size = ::recv(socket, buffer, sizeof buffer, 0);
                if (size <= 0) break;
                head.append(buffer, static_cast<std::size_t>(size));
                std::lock_guard const lock(mutex_);
                received_.append(buffer, static_cast<std::size_t>(size));
            }
            answer_(Writer(socket, sent_));
            ::shutdown(socket, SHUT_WR);
            while (::recv(socket, buffer, sizeof buffer, 0) > 0) {  // else what is unread resets the connection
            }
            ::close(socket);
        }
    }

    Answer answer_;
    bool six_;
    int listener_ = -1;
    unsigned port_ = 0;
    mutable std::mutex mutex_;
    std::string received_;
    std::atomic<int> connections_ = 0;
    std::atomic<std::size_t> sent_ = 0;
    std::jthread thread_;
};

#endif  // GLOBUS_TESTS_SUPPORT_BYTE_SERVER_HPP
