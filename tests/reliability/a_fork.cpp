// SPDX-License-Identifier: Apache-2.0
// A process that is forked while threads call: bar A9.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/asio_client.hpp"
#include "support/catch.hpp"
#include "support/grace.hpp"
#include "support/sandbox_client.hpp"

#include <boost/asio/use_future.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Transfer = Client<TransferService, RefreshPolicy<Confidential>>;

constexpr int good = 33;

/// A sanitizer's allocator does not survive a fork while a thread is in it: then calls make room for forks.
std::shared_mutex room;
std::atomic<bool> forking = false;  ///< calls that go on and on would never make room

/// The status with which a child process ends that runs `f`: killed if that takes longer than 10 s.
int status_of_child(std::function<bool()> const& f) {
    std::unique_lock lock(room, std::defer_lock);
    if (sanitized) {
        forking = true;
        lock.lock();
        std::this_thread::sleep_for(20ms);  // the sandbox has done its work
    }
    pid_t const child = ::fork();
    if (child == 0) {
        ::alarm(10);
        try {
            ::_exit(f() ? good : 1);
        } catch (...) {
            ::_exit(2);
        }
    }
    forking = false;
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// True if `f` is refused as made in another process, within a millisecond or what the machine adds to that.
template <class F>
bool refused(F&& f) {
    auto const start = http::Clock::now();
    try {
        f();
        return false;
    } catch (UsageError const& error) {
        return std::string(error.what()).find("fork") != std::string::npos && http::Clock::now() - start < 1ms + grace;
    }
}

}  // namespace

TEST_CASE("A9: what a child process inherits is refused and goes in peace, and the parent does not notice",
          "[reliability][A9]") {
    sandbox::Server server;
    std::string const url = server.base_url();
    std::string const token = server.user_token("transfer.api.globus.org");
    server.set_token_lifetime(5s);  // a renewal is under way often
    ClientOptions<CurlTransport> const options{.base_url = url, .auth_url = url};
    std::optional<RefreshPolicy<Confidential>> policy(
        std::in_place, Confidential{server.client_id(), server.client_secret()},
        Secret(server.issue_refresh_token("transfer.api.globus.org", server.client_id())));
    std::optional<Transfer> transfer(std::in_place, *policy, options);
    std::optional<CurlTransport> transport(std::in_place);
    std::atomic<int> calls = 0, failed = 0;
    std::atomic<bool> enough = false;
    std::vector<std::jthread> threads;
    for (int t = 0; t != 16; ++t)
        threads.emplace_back([&] {
            while (!enough) {
                std::shared_lock lock(room, std::defer_lock);
                while (forking) std::this_thread::sleep_for(1ms);
                if (sanitized) lock.lock();
                ++calls;
                try {
                    (void)transfer->task_list();
                } catch (Error const&) {
                    ++failed;
                }
            }
        });
    while (calls < 100) std::this_thread::sleep_for(1ms);

    // one that fails takes 10 s: the first is enough
    int const forks = sanitized ? 100 : 1000;
    int peaceful = 0;
    while (peaceful != forks && status_of_child([&] {
                                    bool const all = refused([&] { (void)transfer->task_list(); }) &&
                                                     refused([&] { (void)transport->send({.url = url}); }) &&
                                                     refused([&] { (void)policy->token(); });
                                    transfer.reset();
                                    policy.reset();
                                    transport.reset();
                                    return all;
                                }) == good)
        ++peaceful;
    int anew = 0;
    while (anew != 50 && status_of_child([&] {
                             return Client<TransferService, AccessTokenPolicy>{token,
                                                                               {.base_url = url, .auth_url = url}}
                                        .task_list()
                                        .http_status() == 200;
                         }) == good)
        ++anew;
    enough = true;
    threads.clear();
    CHECK(peaceful == forks);
    CHECK(anew == 50);
    CHECK(failed == 0);
    CHECK(transfer->task_list().http_status() == 200);
}

TEST_CASE("A9: a child process makes its own asynchronous client after its parent used one", "[reliability][A9]") {
    sandbox::Server server;
    std::string const url = server.base_url();
    std::string const token = server.user_token("transfer.api.globus.org");
    auto const list = [&] {
        AsioTransferClient const transfer{AccessTokenPolicy{token}, {.transport = AsioTransport{}, .base_url = url}};
        return transfer.async_send(transfer::TaskList{}, boost::asio::use_future).get().http_status() == 200;
    };
    REQUIRE(list());
    CHECK(status_of_child(list) == good);
}
