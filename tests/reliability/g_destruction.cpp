// SPDX-License-Identifier: Apache-2.0
// G3: a client may go while it is called, and at the very end of its program.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/parse.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/entries.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy>;
constexpr int thread_count = 64;

template <class Driver>
auto client_of(sandbox::Session& server, LogHook log = {}) {
    using C = ClientBy<Driver, TransferService, AccessTokenPolicy>;
    return std::make_unique<C>(
        server.user_token("transfer.api.globus.org"),
        typename C::Options{
            .base_url = server.base_url(), .auth_url = server.base_url(), .timeout = 60s, .log = std::move(log)});
}

long threads_of_this_process() { return entries_of("/proc/self/task"); }

/// What happens to a call of each of 64 threads whose client is destroyed.
struct Ends {
    std::atomic<int> begun = 0, good = 0, cancelled = 0, other = 0;
    std::atomic<std::int64_t> slowest_ms = 0;  ///< from the beginning of the destruction

    /// Destroys it some time after the calls began.
    template <class C, class Call>
    void destroy_under(std::unique_ptr<C> client, Call const& call, std::chrono::milliseconds after) {
        destroy_under(std::move(client), call, [after] { std::this_thread::sleep_for(after); });
    }
    /// Destroys it once `ready` has returned.
    template <class C, class Call, std::invocable Ready>
    void destroy_under(std::unique_ptr<C> client, Call const& call, Ready const& ready) {
        std::atomic<std::int64_t> destroyed_at = 0;
        auto const now = [] {
            return std::chrono::duration_cast<std::chrono::milliseconds>(http::Clock::now().time_since_epoch()).count();
        };
        std::vector<std::jthread> threads;
        for (int t = 0; t != thread_count; ++t)
            threads.emplace_back([&, mine = client.get()] {
                ++begun;
                try {
                    call(*mine);
                    ++good;
                } catch (NetworkError const& error) {
                    ++(error.kind() == NetworkError::Kind::cancelled ? cancelled : other);
                } catch (Error const&) {
                    ++other;
                }
                if (destroyed_at != 0) {
                    auto const took = now() - destroyed_at;
                    for (auto seen = slowest_ms.load(); seen < took && !slowest_ms.compare_exchange_weak(seen, took);) {
                    }
                }
            });
        while (begun != thread_count) std::this_thread::yield();
        ready();
        destroyed_at = now();
        client.reset();
        auto const took = now() - destroyed_at;
        CHECK(took < 1000);
    }
    void check() const {
        INFO("good " << good << ", cancelled " << cancelled << ", other " << other << ", slowest " << slowest_ms
                     << " ms");
        CHECK(good + cancelled == thread_count);
        CHECK(other == 0);
        CHECK(slowest_ms < 1000);
    }
};

/// Runs `body` and then std::exit, in a process of its own; how that ended, as waitpid tells it.
template <class F>
int exit_of(F body) {
    pid_t const child = ::fork();
    if (child == 0) {
        body();
        std::exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

boost::json::value stalled(char const* phase) {
    return boost::json::object{
        {"phase", phase}, {"times", "always"}, {"action", boost::json::object{{"type", "stall"}}}};
}

/// Of a process that ends by std::exit: it is there until then. It is not made before the fork, lest the child wait for
/// a lock that the server's thread held.
ByteServer const& lasting_server() {
    static ByteServer const& server = *new ByteServer([](ByteServer::Writer const& write) {
        write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"DATA\": []}");
    });
    return server;
}
Transfer::Options to_lasting_server() {
    return {.base_url = lasting_server().url(), .auth_url = lasting_server().url(), .timeout = 10s};
}

/// Destroyed after everything that is made later.
std::optional<Transfer> outliving;

}  // namespace

TEMPLATE_TEST_CASE("G3: a client that is destroyed ends its calls within a second", "[reliability][G3]", Blocking,
                   Asynchronous) {
    std::jthread([] {}).join();  // a sanitizer has a thread of its own from then on
    long const threads_before = threads_of_this_process();
    {
        sandbox::Server server;
        for (char const* phase : {"accept", "after_headers", "before_commit", "in_body"}) {
            INFO(phase);
            server.clear_faults();
            server.add_fault(stalled(phase));
            Ends ends;
            ends.destroy_under(
                client_of<TestType>(server), [](auto const& client) { (void)client.task_list(); }, 150ms);
            ends.check();
            CHECK(ends.cancelled == thread_count);
        }
        server.clear_faults();  // calls that wait between two attempts, and those that are done
        server.add_fault(boost::json::parse(
            R"({"times": "always", "action": {"type": "status", "code": 503, "retry_after": {"seconds": 20}}})"));
        Ends waiting;
        std::atomic<int> answered = 0;
        waiting.destroy_under(
            client_of<TestType>(server, [&](LogEvent const&) { ++answered; }),
            [](auto const& client) { (void)client.task_list(); },
            [&] {
                while (answered != thread_count) std::this_thread::sleep_for(1ms);
            });
        CHECK(waiting.slowest_ms < 1000);
        CHECK(waiting.cancelled == 50);  // as many may wait at once: then the budget is spent
        CHECK(waiting.other == thread_count - 50);
        server.clear_faults();
        std::stop_source source;  // that the caller has one of his own changes nothing
        server.add_fault(stalled("in_body"));
        Ends own;
        own.destroy_under(
            client_of<TestType>(server),
            [&](auto const& client) { (void)client.task_list({}, {.stop = source.get_token()}); }, 150ms);
        own.check();
        CHECK(own.cancelled == thread_count);
        CHECK_FALSE(source.stop_requested());
        server.clear_faults();
        Ends done;
        done.destroy_under(
            client_of<TestType>(server), [](auto const& client) { (void)client.task_list(); }, 300ms);
        done.check();
    }
    auto const patience = http::Clock::now() + 2s;
    while (threads_of_this_process() > threads_before && http::Clock::now() < patience)
        std::this_thread::sleep_for(10ms);
    CHECK(threads_of_this_process() <= threads_before);
}

TEMPLATE_TEST_CASE("G3: a client may go while copies of it are still calling", "[reliability][G3]", Blocking,
                   Asynchronous) {
    sandbox::Server server;
    auto owner = client_of<TestType>(server);
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != thread_count; ++t)
            threads.emplace_back([&, copy = *owner] {
                for (int i = 0; i != 20; ++i) good += copy.task_list().http_status() == 200;
            });
        owner.reset();
    }
    CHECK(good == thread_count * 20);
}

TEST_CASE("G3: a client with static storage is destroyed in peace", "[reliability][G3]") {
    CHECK(exit_of([] {  // made and used before anything of libcurl and OpenSSL is
              outliving.emplace("token", to_lasting_server());
              if (outliving->task_list().http_status() != 200) std::_Exit(7);
          }) == 0);
    CHECK(exit_of([] {  // and made within another one's life
              static Transfer const inner{"token", to_lasting_server()};
              if (inner.task_list().http_status() != 200) std::_Exit(7);
              outliving.emplace(inner);
              if (outliving->task_list().http_status() != 200) std::_Exit(7);
          }) == 0);
    CHECK(exit_of([] {  // a call while the program ends
              outliving.emplace("token", to_lasting_server());
              std::atexit([] {
                  if (!outliving->try_send(TaskList{}).has_value()) std::_Exit(8);
                  std::string const heads = lasting_server().received();
                  if (heads.find("\r\nAccept: application/json\r\n", heads.rfind("GET ")) == std::string::npos)
                      std::_Exit(9);
              });
              if (outliving->task_list().http_status() != 200)
                  std::_Exit(7);  // what this makes once is destroyed first
          }) == 0);
}

TEST_CASE("G3: a thread that still calls when the program ends is told so by its client", "[reliability][G3]") {
    // a test of its own: nothing has made a thread before the process is forked
    CHECK(exit_of([] {
              outliving.emplace("token", Transfer::Options{.base_url = "http://127.0.0.1:1/"});
              std::thread([] { (void)outliving->try_send(TaskList{}, {.timeout = 5s}); }).detach();
              std::this_thread::sleep_for(20ms);
          }) == 0);
}
