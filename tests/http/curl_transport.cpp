// SPDX-License-Identifier: Apache-2.0
#include <globus/http/curl_transport.hpp>

#include "support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace globus;

namespace {

/// Answers the n-th request, on whichever connection it comes, with the n-th text.
class Script {
public:
    explicit Script(std::vector<std::string> answers)
        : answers_(std::move(answers)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener_, 8) == 0);
        REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + '/';
        thread_ = std::jthread([this](std::stop_token const& stop) { serve(stop); });
    }
    Script(Script const&) = delete;
    Script& operator=(Script const&) = delete;
    ~Script() {
        thread_ = {};
        ::close(listener_);
    }
    [[nodiscard]] std::string const& url() const noexcept { return url_; }
    [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

private:
    void serve(std::stop_token const& stop) {
        std::vector<pollfd> files{{listener_, POLLIN, 0}};
        std::size_t next = 0;
        while (!stop.stop_requested()) {
            ::poll(files.data(), files.size(), 20);
            for (std::size_t i = 1; i < files.size(); ++i) {
                char buffer[16384];
                if ((files[i].revents & POLLIN) == 0) continue;
                if (::recv(files[i].fd, buffer, sizeof buffer, 0) <= 0)
                    files[i].events = files[i].revents = 0;
                else if (next < answers_.size())
                    (void)::send(files[i].fd, answers_[next].data(), answers_[next].size(), MSG_NOSIGNAL), ++next;
            }
            if ((files[0].revents & POLLIN) != 0) {
                files.push_back({::accept(listener_, nullptr, nullptr), POLLIN, 0});
                ++connections_;
            }
        }
        for (std::size_t i = 1; i < files.size(); ++i) ::close(files[i].fd);
    }

    std::vector<std::string> const answers_;
    int listener_;
    std::string url_;
    std::atomic<std::size_t> connections_ = 0;
    std::jthread thread_;
};

std::string const good = "HTTP/1.1 200 OK\r\nX-Mine: yes\r\nContent-Length: 2\r\n\r\n{}";
std::string const forged = "HTTP/1.1 200 OK\r\nX-Forged: yes\r\nContent-Length: 0\r\n\r\n";

}  // namespace

TEST_CASE("curl transport: a connection is used again after a good answer", "[http][curl_transport]") {
    Script server({good, good});
    CurlTransport const transport;
    for (int i = 0; i != 2; ++i) CHECK(transport.send({.url = server.url()}).body == "{}");
    CHECK(server.connections() == 1);
}

TEST_CASE("curl transport: bytes that an answer left behind are no part of the next", "[http][curl_transport]") {
    auto const dirty =
        GENERATE_COPY(std::string("HTTP/1.1 204 No Content\r\n\r\n") + forged,
                      std::string("HTTP/1.1 304 Not Modified\r\n\r\n") + forged, good + forged,
                      std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") + forged);
    Script server({dirty, good});
    CurlTransport const transport;
    CHECK(transport.send({.url = server.url()}).headers.find("X-Forged") == nullptr);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(transport.send({.url = server.url()}).headers.get("X-Mine") == "yes");
}

TEST_CASE("curl transport: a connection is not used again after an answer with bad framing", "[http][curl_transport]") {
    auto const bad =
        GENERATE(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
                 std::string("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), std::string("nonsense\r\n\r\n"));
    Script server({bad, good});
    CurlTransport const transport;
    CHECK_THROWS_AS(transport.send({.url = server.url()}), NetworkError);
    CHECK(transport.send({.url = server.url()}).headers.get("X-Mine") == "yes");
    CHECK(server.connections() == 2);
}

TEST_CASE("curl transport: nothing of an informational answer is in the real one", "[http][curl_transport]") {
    Script server({"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"});
    auto const response = CurlTransport().send({.url = server.url()});
    CHECK(response.status == 200);
    CHECK(response.reason.empty());
    CHECK(response.headers.find("Link") == nullptr);
}
