// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_BROWSER_HPP
#define GLOBUS_TESTS_SUPPORT_BROWSER_HPP

// What a browser and other programs on the same machine do to the listener of a login.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace browser_test {

/// A TCP connection to this machine.
class Connection {
public:
    explicit Connection(int port, char const* address = "127.0.0.1")
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        inet_pton(AF_INET, address, &to.sin_addr);
        timeval const limit{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    }
    Connection(Connection&& other) noexcept : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
    ~Connection() {
        if (socket_ >= 0) ::close(socket_);
    }
    [[nodiscard]] bool connected() const { return connected_; }

    void send(std::string_view text) const {
        while (!text.empty()) {
            auto const sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// All that comes until the other side closes.
    [[nodiscard]] std::string read() const {
        std::string text;
        char buffer[4096];
        for (auto size = ::recv(socket_, buffer, sizeof buffer, 0); size > 0;
             size = ::recv(socket_, buffer, sizeof buffer, 0))
            text.append(buffer, static_cast<std::size_t>(size));
        return text;
    }

private:
    int socket_;
    bool connected_ = false;
};

/// One request, and the whole answer.
inline std::string ask(int port, std::string_view text) {
    Connection const connection(port);
    connection.send(text);
    return connection.read();
}
inline std::string get(int port, std::string const& target) {
    return ask(port, "GET " + target + " HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1:" + std::to_string(port) +
                         "\r\n\r\n");
}

inline std::string header(std::string const& answer, std::string const& name) {
    auto const begin = answer.find("\r\n" + name + ": ");
    if (begin == std::string::npos || begin > answer.find("\r\n\r\n")) return {};
    auto const value = begin + name.size() + 4;
    return answer.substr(value, answer.find("\r\n", value) - value);
}

inline int port_of(std::string const& url) { return std::atoi(url.c_str() + url.find(':', url.find("://") + 3) + 1); }
inline std::string target_of(std::string const& url) {
    auto const authority = url.find("://") + 3;
    auto const end = url.find_first_of("/?", authority);
    if (end == std::string::npos) return "/";
    return (url[end] == '?' ? "/" : "") + url.substr(end);
}

/// Goes to an authorize URL of the sandbox, where the user is logged in already, or to a link to it; where the redirect
/// leads.
inline std::string redirect_of(std::string const& url) {
    std::string const location = header(get(port_of(url), target_of(url)), "Location");
    if (location.empty()) throw std::runtime_error("there is no redirect");
    return target_of(url).starts_with("/open/") ? redirect_of(location) : location;
}
/// Follows the redirect to the listener, and what that answers; the last page.
inline std::string follow(std::string const& location) {
    int const port = port_of(location);
    std::string const answer = get(port, target_of(location));
    std::string const next = header(answer, "Location");
    return next.empty() ? answer : get(port, next);
}

}  // namespace browser_test

#endif  // GLOBUS_TESTS_SUPPORT_BROWSER_HPP
