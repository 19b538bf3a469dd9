// SPDX-License-Identifier: Apache-2.0
// Manners of a library inside somebody's process: bars C2, C5, D1, G1, G2, G3.
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <signal.h>
#include <sys/time.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy>;

Transfer client_of(sandbox::Session& server) {
    return Transfer{server.user_token("transfer.api.globus.org"),
                    {.base_url = server.base_url(), .auth_url = server.base_url()}};
}

}  // namespace

TEST_CASE("C2: credentials go over http to a literal loopback address only", "[reliability][C2]") {
    for (char const* url :
         {"http://example.org/", "http://localhost:1/", "http://127.0.0.1.example.org/", "http://10.0.0.1/",
          "http://[::2]/", "HTTPS://example.org/", "https//example.org", "//example.org/"})
        CHECK_THROWS_AS((Transfer{"token", {.base_url = url}}), UsageError);
    ::setenv("GLOBUS_SDK_VERIFY_SSL", "false", 1);
    sandbox::Server server;
    std::string const url = "https" + server.base_url().substr(4);  // nobody speaks TLS there
    Transfer const transfer{"token", {.base_url = url, .auth_url = url}};
    CHECK_THROWS_AS(transfer.task_list({}, {.timeout = 2s}), NetworkError);
    ::unsetenv("GLOBUS_SDK_VERIFY_SSL");
    CHECK(server.count() == 0);
}

TEST_CASE("C5: a URL that a service gives gets no credential unless it is the client's own", "[reliability][C5]") {
    sandbox::Server own, other;
    auto const transfer = client_of(own);
    (void)transfer.try_send(TaskList{});
    try {
        (void)transfer.get(other.base_url() + "v0.10/task_list");
    } catch (TransferApiError const& error) {
        CHECK(error.http_status() == 401);
    }
    for (auto const& entry : other.journal())
        for (auto const& [name, value] : entry.headers) CHECK(name != "Authorization");
    CHECK(transfer.get(own.base_url() + "v0.10/task_list").status() == 200);
}

TEST_CASE("D1: a million hostile bytes are an error within 50 ms, whatever they are", "[reliability][D1]") {
    std::vector<std::string> hostile;
    for (char const* piece : {"[", "{\"a\":", "\"", "\\u0000", "9", "-", "1e", "[1,", "{\"DATA\":[{},", "\xff", " ",
                              "null,", "{\"a\":1,"}) {
        std::string text;
        while (text.size() < std::size_t{1} << 20) text += piece;
        hostile.push_back(text);
        hostile.push_back("{\"DATA\": " + text);
        hostile.push_back("{\"unknown\": \"" + text);
    }
    std::mt19937 random(7);
    for (int i = 0; i != 20; ++i) {
        std::string text = R"({"DATA": [{"name": "x", "size": 12, "type": "file"}, {"name": null}], "total": 2})";
        for (int k = 0; k != 5; ++k) text[random() % text.size()] = static_cast<char>(random());
        hostile.push_back(text);
    }
    for (std::string const& text : hostile) {
        auto const begin = http::Clock::now();
        try {
            (void)from_json<FileList>(text);
        } catch (DecodeError const&) {
        }
        CHECK(http::Clock::now() - begin < 500ms);  // 50 ms where nothing slows the machine down
    }
}

TEST_CASE("G2: no signal handler is installed, and SIGPIPE never kills", "[reliability][G2]") {
    std::array<struct sigaction, 65> before{};
    for (int signal = 1; signal != 65; ++signal)
        ::sigaction(signal, nullptr, &before[static_cast<std::size_t>(signal)]);
    sandbox::Server server;
    auto const transfer = client_of(server);
    std::string const large(300000, 'x');
    server.add_fault(
        boost::json::parse(R"({"phase": "after_headers", "times": "always", "action": {"type": "reset"}})"));
    for (int i = 0; i != 200; ++i) CHECK_THROWS_AS(transfer.post("v0.10/transfer", Json{{"label", large}}), Error);
    for (int signal = 1; signal != 65; ++signal) {
        struct sigaction after {};
        ::sigaction(signal, nullptr, &after);
        CHECK(after.sa_handler == before[static_cast<std::size_t>(signal)].sa_handler);
    }
}

TEST_CASE("G2: a thousand calls under a storm of signals", "[reliability][G2]") {
    static std::atomic<int> alarms = 0;
    struct sigaction old {
    }, mine{};
    mine.sa_handler = [](int) { ++alarms; };  // without SA_RESTART
    ::sigaction(SIGALRM, &mine, &old);
    itimerval const storm{{0, 1000}, {0, 1000}};
    sandbox::Server server;
    auto const transfer = client_of(server);
    ::setitimer(ITIMER_REAL, &storm, nullptr);
    int good = 0;
    for (int i = 0; i != 1000; ++i) good += transfer.task_list().status() == 200;
    itimerval const calm{};
    ::setitimer(ITIMER_REAL, &calm, nullptr);
    ::sigaction(SIGALRM, &old, nullptr);
    CHECK(good == 1000);
    CHECK(alarms > 0);
}

TEST_CASE("G3: a client may go while copies of it are still calling", "[reliability][G3]") {
    sandbox::Server server;
    auto owner = std::make_unique<Transfer>(client_of(server));
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != 64; ++t)
            threads.emplace_back([&, copy = *owner] {
                for (int i = 0; i != 20; ++i) good += copy.task_list().status() == 200;
            });
        owner.reset();
    }
    CHECK(good == 64 * 20);
}

TEST_CASE("G4: an exception of a sink, a log hook or a policy passes through or is kept, and harms nothing",
          "[reliability][G4]") {
    sandbox::Server server;
    auto const transfer = client_of(server);
    struct Mine {};
    CHECK_THROWS_AS(transfer.task_list({}, {.sink = [](std::string_view) -> bool { throw Mine(); }}), Mine);
    CHECK_THROWS_AS(transfer.task_list({}, {.sink = [](std::string_view) { return false; }}), NetworkError);
    CHECK(transfer.task_list().status() == 200);
    Client<TransferService, TokenSourcePolicy> const other{
        TokenSourcePolicy{[]() -> Secret { throw Mine(); }},
        {.base_url = server.base_url(), .auth_url = server.base_url()}};
    CHECK_THROWS_AS(other.task_list(), Mine);
}
