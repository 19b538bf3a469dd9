// SPDX-License-Identifier: Apache-2.0
// C6: an answer over the limit is refused in bounded memory, however it is sent and whatever reads it.
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/grace.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace globus;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib, gigabyte = 1000000000;
constexpr std::size_t limit = 2 * mib;

template <class Driver>
ClientBy<Driver, TransferService, AccessTokenPolicy> client_of(std::string const& url) {
    return ClientBy<Driver, TransferService, AccessTokenPolicy>{
        "token", {.base_url = url, .auth_url = url, .timeout = 60s, .max_response_bytes = limit}};
}

/// Sends a gigabyte after `head`, as a list of one long text, for as long as somebody reads.
ByteServer::Answer gigabyte_after(std::string head, bool chunked = false) {
    return [head = std::move(head), chunked](ByteServer::Writer const& write) {
        std::string const piece(64 * kib, 'x');
        std::string const framed = chunked ? "10000\r\n" + piece + "\r\n" : piece;
        bool open = write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + head + "\r\n") &&
                    write(chunked ? "b\r\n{\"DATA\": [\"\r\n" : "{\"DATA\": [\"");
        for (std::size_t sent = 0; open && sent < gigabyte; sent += piece.size()) open = write(framed);
    };
}

/// A number of /proc/self/status, in bytes.
std::size_t status_of(std::string const& name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ':')) return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10) * kib;
    return 0;
}

/// Calls `use` with a client of `url` in a process of its own. True if it failed as too large, and the memory of the
/// process grew by three times the limit at most.
template <class Driver, class F>
bool refused_in_bounds(std::string const& url, F use) {
    pid_t const child = ::fork();
    if (child == 0) {
        auto const transfer = client_of<Driver>(url);
        try {  // what libcurl takes once is no part of the answer
            (void)client_of<Driver>("http://127.0.0.1:1/").task_list({}, {.timeout = 100ms});
        } catch (Error const&) {
        }
        std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
        std::size_t const before = status_of("VmRSS");
        int result = 1;
        try {
            use(transfer);
        } catch (NetworkError const& error) {
            result = error.kind() == NetworkError::Kind::too_large ? 0 : 2;
        } catch (Error const&) {
            result = 3;
        }
        std::size_t const peak = status_of("VmHWM");
        // a sanitizer keeps what was freed, and more beside all that is used
        if (result == 0 && (before == 0 || (!sanitized && peak > before + 3 * limit))) result = 4;
        ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    UNSCOPED_INFO("the child ended with " << status);
    return status == 0;
}

/// Walks over the tasks.
template <class C>
void read_pages(C const& transfer) {
    if constexpr (requires { transfer.inner(); }) {
        auto tasks = transfer.inner().async_paginate(TaskList{});
        while (tasks.async_next(boost::asio::use_future).get()) continue;
    } else {
        for (Task const& task : transfer.paginate(TaskList{})) (void)task;
    }
}

/// What a server may have handed to the system, which keeps it for a client that has stopped reading.
constexpr std::size_t in_between = 8 * mib;

}  // namespace

TEMPLATE_TEST_CASE("C6: a gigabyte is refused in bounded memory, however it is framed and read", "[reliability][C6]",
                   Blocking, Asynchronous) {
    struct Framing {
        char const* head;
        bool chunked;
    };
    for (Framing const& framing : {Framing{"Content-Length: 1000000000\r\n", false},
                                   Framing{"Transfer-Encoding: chunked\r\n", true}, Framing{"", false}}) {
        INFO(framing.head);
        ByteServer const server(gigabyte_after(framing.head, framing.chunked));
        auto const check = [&](char const* what, auto use) {
            INFO(what);
            std::size_t const before = server.sent();
            CHECK(refused_in_bounds<TestType>(server.url(), use));
            CHECK(server.sent() - before < limit + in_between);
        };
        check("a document", [](auto const& transfer) { (void)transfer.task_list(); });
        check("without its text", [](auto const& transfer) { (void)transfer.task_list({}, {.keep_text = false}); });
        check("Json", [](auto const& transfer) { (void)transfer.get("v0.10/task_list"); });
        check("pages", [](auto const& transfer) { read_pages(transfer); });
        check("Bytes", [](auto const& transfer) { (void)transfer.template get<Bytes>("v0.10/x"); });
    }
}

TEST_CASE("C6: what is read of an answer is the limit and 64 KiB at most", "[reliability][C6]") {
    ByteServer const server(gigabyte_after(""));
    for (bool const keep : {true, false}) {
        std::size_t handed = 0;
        struct Counting {
            CurlTransport below = {};
            std::size_t* handed;
            http::Response send(http::Request const& request) const {
                http::Request counted = request;
                counted.sink = [&](std::string_view piece) {
                    *handed += piece.size();
                    return !request.sink || request.sink(piece);
                };
                if (request.sink) return below.send(counted);
                http::Response response = below.send(request);
                *handed += response.body.size();
                return response;
            }
        };
        Client<TransferService, AccessTokenPolicy, Counting> const transfer{
            "token", {.transport = {.handed = &handed}, .base_url = server.url(), .max_response_bytes = limit}};
        CHECK_THROWS_AS(transfer.task_list({}, {.keep_text = keep}), NetworkError);
        CHECK(handed <= limit + 64 * kib);
    }
    CHECK(server.connections() == 2);  // an answer that is too large is not asked for again
}

TEMPLATE_TEST_CASE("C6: an answer of just the limit is read, one more byte is not", "[reliability][C6]", Blocking,
                   Asynchronous) {
    for (std::size_t const size : {limit, limit + 1}) {
        std::string const body = '"' + std::string(size - 2, 'x') + '"';
        for (bool const length : {true, false}) {
            ByteServer const server([&](ByteServer::Writer const& write) {
                write("HTTP/1.1 200 OK\r\n" +
                      (length ? "Content-Length: " + std::to_string(size) + "\r\n" : std::string()) + "\r\n" + body);
            });
            auto const transfer = client_of<TestType>(server.url());
            auto const answer = Result<Response<Json>>::from([&] { return transfer.get("x"); });
            CHECK(answer.has_value() == (size == limit));
            if (answer.has_value()) CHECK(answer->text() == body);
        }
    }
}

TEMPLATE_TEST_CASE("C6: an answer that unpacks to more than the limit is refused in bounded memory",
                   "[reliability][C6]", Blocking, Asynchronous) {
    sandbox::Server server;
    server.add_fault(boost::json::object{{"phase", "after_body"},
                                         {"times", "always"},
                                         {"action", boost::json::object{{"type", "gzip_bomb"}, {"size", 1000 * mib}}}});
    CHECK(refused_in_bounds<TestType>(server.base_url(), [](auto const& transfer) { (void)transfer.task_list(); }));
    CHECK(refused_in_bounds<TestType>(
        server.base_url(), [](auto const& transfer) { (void)transfer.task_list({}, {.keep_text = false}); }));
    CHECK(refused_in_bounds<TestType>(server.base_url(), [](auto const& transfer) { (void)transfer.get("v0.10/x"); }));
}

TEMPLATE_TEST_CASE("C6: headers are limited in their sum, and 1xx answers in their number", "[reliability][C6]",
                   Blocking, Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_of<TestType>(server.base_url());
    auto const answered = [&](char const* action) {
        server.clear_faults();
        server.clear_journal();
        server.add_fault(
            boost::json::parse(R"({"phase": "in_body", "times": "always", "action": )" + std::string(action) + "}"));
        try {
            (void)transfer.get("x");
        } catch (NetworkError const& error) {
            CHECK(error.kind() == NetworkError::Kind::too_large);
            CHECK(server.count() == 1);
            return false;
        } catch (ApiError const&) {
        }
        return true;
    };
    CHECK(answered(R"({"type": "headers", "flood_bytes": 200000})"));
    CHECK_FALSE(answered(R"({"type": "headers", "flood_bytes": 300000})"));
    CHECK_FALSE(answered(R"({"type": "headers", "flood_bytes": 20000000})"));
    CHECK(answered(R"({"type": "informational", "count": 16})"));
    CHECK_FALSE(answered(R"({"type": "informational", "count": 17})"));
}

TEMPLATE_TEST_CASE("C6: 64 KiB are kept of an error's body, and a token answer has a mebibyte", "[reliability][C6]",
                   Blocking, Asynchronous) {
    std::string const text = R"({"code": "X", "message": ")" + std::string(mib, 'x') + "\"}";
    ByteServer const server([&](ByteServer::Writer const& write) {
        write("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n" + text);
    });
    try {
        (void)client_of<TestType>(server.url()).task_list();
        FAIL("it was read");
    } catch (ApiError const& error) {
        CHECK(error.body() == text.substr(0, 64 * kib));
        CHECK(std::string(error.what()).size() < 1000);
    }
    for (std::size_t const size : {mib, mib + 1}) {
        std::string const begin = R"({"access_token": "a", "token_type": "bearer", "resource_server": "x", )"
                                  R"("scope": "all", "expires_in": 60, "x": ")";
        std::string const body = begin + std::string(size - begin.size() - 2, 'x') + "\"}";
        MockTransport transport;
        transport.otherwise([&](http::Request const& request) {
            CHECK(request.max_response_bytes == mib);
            return http::Response{.status = 200, .body = body};
        });
        AuthContext const context{"https://auth.globus.org/"};
        RefreshPolicy const policy{Native{"id"}, "refresh-token"};
        if (size == mib) CHECK(policy.authorize(transport, context).header.reveal() == "Bearer a");
        if (size != mib) CHECK_THROWS_AS(policy.authorize(transport, context), NetworkError);
        Client<ConfidentialAppAuthService, BasicPolicy, MockTransport> const auth{BasicPolicy{"id", "secret"},
                                                                                  {.transport = transport}};
        if (size == mib) CHECK(auth.oauth2_refresh_token({.refresh_token = "t"}).http_status() == 200);
        if (size != mib) CHECK_THROWS_AS(auth.oauth2_refresh_token({.refresh_token = "t"}), NetworkError);
    }
}
