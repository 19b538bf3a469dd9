// SPDX-License-Identifier: Apache-2.0
// G1 and G2: the library is a guest in its process. It handles no signal, is hurt by none, and shares libcurl.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/parse.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/temporary_directory.hpp"

#include <curl/curl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

template <class Driver>
using Transfer = ClientBy<Driver, TransferService, AccessTokenPolicy>;

/// How every signal is handled.
class Dispositions {
public:
    Dispositions() {
        for (int signal = 1; signal != 65; ++signal)
            ::sigaction(signal, nullptr, &all_[static_cast<std::size_t>(signal)]);
        ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked_);
    }
    /// The first signal that is handled in another way than by `other`; 0: none is.
    /// @param same_thread  false: what each blocks is its own affair
    [[nodiscard]] int differs(Dispositions const& other, bool same_thread = true) const {
        for (int signal = 1; signal != 65; ++signal) {
            auto const &a = all_[static_cast<std::size_t>(signal)], &b = other.all_[static_cast<std::size_t>(signal)];
            if (a.sa_handler != b.sa_handler || a.sa_flags != b.sa_flags) return signal;
            for (int masked = 1; masked != 65; ++masked)
                if (::sigismember(&a.sa_mask, masked) != ::sigismember(&b.sa_mask, masked)) return signal;
            if (same_thread && ::sigismember(&blocked_, signal) != ::sigismember(&other.blocked_, signal))
                return signal;
        }
        return 0;
    }

private:
    std::array<struct sigaction, 65> all_{};
    sigset_t blocked_{};
};

/// Runs `body` in a process of its own; how that ended, as waitpid tells it.
template <class F>
int in_a_process(F body) {
    pid_t const child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

/// A sandbox that speaks TLS, and a client of it.
struct Secure {
    Secure() {
        sandbox::Options options;
        options.tls = sandbox::Tls::good;
        server.emplace(options);
        write_file(directory / "ca.pem", server->ca_pem());
    }
    template <class Driver>
    [[nodiscard]] Transfer<Driver> client() {
        return Transfer<Driver>{server->user_token("transfer.api.globus.org"),
                                {.transport = Driver::transport({.ca_file = directory / "ca.pem"}),
                                 .base_url = server->base_url(),
                                 .auth_url = server->base_url(),
                                 .timeout = 20s}};
    }
    TemporaryDirectory directory;
    std::optional<sandbox::Server> server;
};

/// SIGALRM a thousand times in a second, to a handler that counts and lets system calls be interrupted.
class Storm {
public:
    Storm() {
        alarms = 0;
        struct sigaction mine {};
        mine.sa_handler = [](int) { ++alarms; };
        ::sigaction(SIGALRM, &mine, &old_);
        itimerval const storm{{0, 1000}, {0, 1000}};
        ::setitimer(ITIMER_REAL, &storm, nullptr);
    }
    Storm(Storm const&) = delete;
    Storm& operator=(Storm const&) = delete;
    ~Storm() {
        itimerval const calm{};
        ::setitimer(ITIMER_REAL, &calm, nullptr);
        ::sigaction(SIGALRM, &old_, nullptr);
    }
    static inline std::atomic<int> alarms = 0;

private:
    struct sigaction old_ {};
};

}  // namespace

TEMPLATE_TEST_CASE("G1: libcurl takes neither SIGPIPE nor the timer of the program", "[reliability][G1]", Blocking,
                   Asynchronous) {
    // it does, for the time that it works, unless it is told that it may use no signal
    sandbox::Server server;
    Transfer<TestType> const transfer{server.user_token("transfer.api.globus.org"),
                                      {.base_url = server.base_url(), .auth_url = server.base_url()}};
    struct sigaction old {
    }, standard{};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &standard, &old);
    itimerval mine{{0, 0}, {3000, 0}}, after{};
    ::setitimer(ITIMER_REAL, &mine, nullptr);
    Dispositions const before;
    int during = 0, pieces = 0;
    auto const looks = [&, caller = std::this_thread::get_id()](std::string_view) {  // called by libcurl
        ++pieces;
        if (during == 0) during = Dispositions().differs(before, std::this_thread::get_id() == caller);
        return true;
    };
    for (int i = 0; i != 20; ++i) (void)transfer.template get<Bytes>("v0.10/task_list", {}, {.sink = looks});
    Transfer<TestType> const nobody{"token", {.base_url = "https://localhost:1/", .auth_url = "https://localhost:1/"}};
    CHECK_FALSE(nobody.try_send(TaskList{}, {.timeout = 500ms}).has_value());
    ::getitimer(ITIMER_REAL, &after);
    itimerval const none{};
    ::setitimer(ITIMER_REAL, &none, nullptr);
    CHECK(after.it_value.tv_sec > 2900);
    CHECK(pieces >= 20);
    CHECK(during == 0);
    CHECK(Dispositions().differs(before) == 0);
    ::sigaction(SIGPIPE, &old, nullptr);
}

TEMPLATE_TEST_CASE("G1: the program may prepare libcurl before, after or never, and use it beside", "[reliability][G1]",
                   Blocking, Asynchronous) {
    ByteServer const server([](ByteServer::Writer const& write) {
        write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n{\"DATA\": []}");
    });
    auto const call = [&] {
        Transfer<TestType> const transfer{"token",
                                          {.base_url = server.url(), .auth_url = server.url(), .timeout = 10s}};
        return transfer.task_list().http_status() == 200;
    };
    auto const own = [&] {  // the program's own use of libcurl
        CURL* const easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, server.url().c_str());
        curl_easy_setopt(
            easy, CURLOPT_WRITEFUNCTION,
            +[](char*, std::size_t size, std::size_t count, void*) { return size * count; });
        CURLcode const code = curl_easy_perform(easy);
        curl_easy_cleanup(easy);
        return code == CURLE_OK;
    };
    CHECK(in_a_process([&] { return call() && call() ? 0 : 1; }) == 0);
    CHECK(in_a_process([&] {
              curl_global_init(CURL_GLOBAL_ALL);
              bool const good = call() && own() && call();
              curl_global_cleanup();  // the library has prepared libcurl for itself
              return good && call() ? 0 : 1;
          }) == 0);
    CHECK(in_a_process([&] {
              bool const good = call();
              curl_global_init(CURL_GLOBAL_ALL);
              bool const both = own() && call();
              curl_global_cleanup();
              return good && both && call() ? 0 : 1;
          }) == 0);
}

TEMPLATE_TEST_CASE("G2: a thousand uploads over TLS that the server resets, and SIGPIPE never kills",
                   "[reliability][G2]", Blocking, Asynchronous) {
    Secure place;
    auto const transfer = place.client<TestType>();
    place.server->add_fault(
        boost::json::parse(R"({"phase": "after_headers", "times": "always", "action": {"type": "reset"}})"));
    std::string const large(300000, 'x');
    struct sigaction old {
    }, standard{};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &standard, &old);
    Dispositions const before;
    int failed = 0;
    for (int i = 0; i != 1000; ++i) try {
            (void)transfer.post("v0.10/transfer", Json{{"label", large}});
        } catch (NetworkError const&) {
            ++failed;
        }
    CHECK(failed == 1000);
    CHECK(Dispositions().differs(before) == 0);
    sigset_t pending;
    ::sigpending(&pending);
    CHECK(::sigismember(&pending, SIGPIPE) == 0);
    ::sigaction(SIGPIPE, &old, nullptr);
}

TEMPLATE_TEST_CASE("G2: the end of a connection that the server has closed raises no SIGPIPE either",
                   "[reliability][G2]", Blocking, Asynchronous) {
    auto place = std::make_unique<Secure>();
    std::vector<Transfer<TestType>> clients;
    for (int i = 0; i != 50; ++i) {
        clients.push_back(place->client<TestType>());
        CHECK(clients.back().task_list().http_status() == 200);
    }
    place.reset();  // resets what is open
    std::this_thread::sleep_for(20ms);
    for (auto const& client : clients) (void)client.try_send(TaskList{}, {.timeout = 50ms});
    clients.clear();
    SUCCEED("the process lives");
}

TEST_CASE("G2: a signal that the program waits for is not taken from it", "[reliability][G2]") {
    Secure place;
    auto const transfer = place.client<Blocking>();
    sigset_t pipe, before, pending;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
    ::pthread_kill(::pthread_self(), SIGPIPE);
    CHECK(transfer.task_list().http_status() == 200);
    ::sigpending(&pending);
    CHECK(::sigismember(&pending, SIGPIPE) == 1);
    timespec const now{};
    ::sigtimedwait(&pipe, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEMPLATE_TEST_CASE("G2: a thousand calls under a storm of signals all succeed", "[reliability][G2]", Blocking,
                   Asynchronous) {
    Secure place;
    sandbox::Server plain;
    for (bool const tls : {false, true}) {
        auto const transfer = tls ? place.client<TestType>()
                                  : Transfer<TestType>{plain.user_token("transfer.api.globus.org"),
                                                       {.base_url = plain.base_url(), .auth_url = plain.base_url()}};
        Storm const storm;
        int good = 0, failed = 0;
        for (int i = 0; i != 500; ++i) good += transfer.try_send(TaskList{}, {.headers = {{"X-N", "1"}}}).has_value();
        for (int i = 0; i != 500; ++i) try {
                good +=
                    transfer.post("v0.10/endpoint_search", Json{{"n", std::string(20000, 'x')}}).http_status() == 200;
            } catch (ApiError const&) {  // there is no such operation: an answer all the same
                ++good;
            } catch (Error const&) {
                ++failed;
            }
        CHECK(good == 1000);
        CHECK(failed == 0);
        CHECK(Storm::alarms > 100);
    }
}
