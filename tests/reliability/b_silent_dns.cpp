// SPDX-License-Identifier: Apache-2.0
// Bars B6 and B7 under a name server that never answers, which libcurl's own time-outs do not bound.
#include <globus/http/curl_transport.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/grace.hpp"
#include "support/temporary_directory.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <string>
#include <thread>

using namespace globus;
using namespace std::chrono_literals;

namespace {

/// How the process that calls without a name server ended.
enum Outcome { in_time = 0, no_namespace = 10, late, not_late_but_wrong, stopped_late };

/// Makes a network of this process alone, whose name server takes questions and says nothing.
bool enter_silence(std::string const& resolv_conf) {
    bool const user = ::geteuid() != 0;
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS | (user ? CLONE_NEWUSER : 0)) != 0) return false;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(resolv_conf.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) != 0)
        return false;
    int const server = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);  // open until the process ends
    ifreq up{};
    std::strcpy(up.ifr_name, "lo");
    up.ifr_flags = IFF_UP;
    if (::ioctl(server, SIOCSIFFLAGS, &up) != 0) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

Outcome call_in_silence() {
    Client<TransferService, AccessTokenPolicy> const transfer{"token"};  // https://transfer.api.globus.org
    auto const call = [&](CallOptions const& options) {
        try {
            (void)transfer.task_list({}, options);
        } catch (NetworkError const& error) {
            return error.kind();
        }
        return NetworkError::Kind::local;
    };
    for (auto const timeout : {500ms, 1200ms}) {
        auto const begin = http::Clock::now();
        if (call({.timeout = timeout}) != NetworkError::Kind::timeout) return not_late_but_wrong;
        if (http::Clock::now() - begin > timeout + grace) return late;
    }
    std::stop_source stop;
    http::Clock::time_point asked;
    std::jthread const stopper([&] {
        std::this_thread::sleep_for(300ms);
        asked = http::Clock::now();
        stop.request_stop();
    });
    if (call({.timeout = 30s, .stop = stop.get_token()}) != NetworkError::Kind::cancelled) return not_late_but_wrong;
    return http::Clock::now() - asked < 100ms + (grace - 250ms) ? in_time : stopped_late;
}

}  // namespace

TEST_CASE("B6 B7: a name server that never answers", "[reliability][B6][B7]") {
    TemporaryDirectory const directory;
    std::string const resolv_conf = directory / "resolv.conf";
    write_file(resolv_conf, "nameserver 127.0.0.1\n");
    pid_t const child = ::fork();
    if (child == 0) ::_exit(enter_silence(resolv_conf) ? call_in_silence() : no_namespace);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == no_namespace) {
        WARN("this machine allows no network namespace: not tested");
        return;
    }
    CHECK(WEXITSTATUS(status) == in_time);
}
