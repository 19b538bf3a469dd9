// SPDX-License-Identifier: Apache-2.0
// What a child process inherits of the library's descriptors: nothing. Bar G5.
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

/// The descriptors of this process, or only those that a program it starts would get.
std::set<int> descriptors(bool inherited) {
    std::set<int> found;
    for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        int const file = std::atoi(entry.path().filename().c_str());
        int const flags = ::fcntl(file, F_GETFD);
        if (flags >= 0 && (!inherited || (flags & FD_CLOEXEC) == 0)) found.insert(file);
    }
    return found;
}

/// How many descriptors a program sees that is started now.
int seen_by_a_child() { return std::system("exit $(ls /proc/self/fd | wc -l)"); }

/// Takes connections to a loopback port and never answers.
class Silence {
public:
    Silence() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket_, 64) == 0);
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + '/';
    }
    Silence(Silence const&) = delete;
    Silence& operator=(Silence const&) = delete;
    ~Silence() { ::close(socket_); }
    [[nodiscard]] std::string const& url() const noexcept { return url_; }

private:
    int socket_;
    std::string url_;
};

}  // namespace

TEST_CASE("G5: a child process gets no descriptor of calls in flight", "[reliability][G5]") {
    constexpr std::size_t calls = 16;
    Silence const server;
    auto const before = descriptors(false);
    auto const before_inherited = descriptors(true);
    int const before_seen = seen_by_a_child();
    Client<TransferService, AccessTokenPolicy> const transfer{"token",
                                                              {.base_url = server.url(), .auth_url = server.url()}};
    std::stop_source stop;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i != calls; ++i)
        threads.emplace_back([&] { (void)transfer.try_send(TaskList{}, {.timeout = 60s, .stop = stop.get_token()}); });
    auto const patience = std::chrono::steady_clock::now() + 10s;
    while (descriptors(false).size() < before.size() + 2 * calls && std::chrono::steady_clock::now() < patience)
        std::this_thread::sleep_for(5ms);
    std::this_thread::sleep_for(50ms);
    CHECK(descriptors(false).size() >= before.size() + 2 * calls);  // a connection each, and what wakes it
    CHECK(descriptors(true) == before_inherited);
    CHECK(seen_by_a_child() == before_seen);
    stop.request_stop();
    threads.clear();
    CHECK(descriptors(true) == before_inherited);
}

TEST_CASE("G5: nor does it get one of clients that begin all at once", "[reliability][G5]") {
    constexpr std::ptrdiff_t calls = 16;
    auto const before = descriptors(true);
    for (int round = 0; round != 200; ++round) {
        CurlTransport const transport;
        {
            std::barrier all(calls);
            std::vector<std::jthread> threads;
            for (std::ptrdiff_t i = 0; i != calls; ++i)
                threads.emplace_back([&] {
                    http::Request request;
                    request.url = "http://127.0.0.1:1/";
                    all.arrive_and_wait();
                    try {
                        (void)transport.send(request);
                    } catch (NetworkError const&) {  // nobody listens there
                    }
                    all.arrive_and_wait();  // each has a handle of its own
                });
        }
        INFO("round " << round);
        REQUIRE(descriptors(true) == before);
    }
}
