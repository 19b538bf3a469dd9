// SPDX-License-Identifier: Apache-2.0
// What CurlTransport makes of answers that claim things, of bodies that flow, and of a process without descriptors.
#include <globus/client/client.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/transfer.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

using Kind = NetworkError::Kind;

http::Request asking(std::string url) {
    http::Request request;
    request.url = std::move(url);
    return request;
}

/// What the request fails with.
NetworkError failure(http::Request const& request, CurlTransport const& transport = {}) {
    try {
        (void)transport.send(request);
    } catch (NetworkError const& error) {
        return error;
    }
    FAIL("it was answered");
    std::abort();
}

/// Sends a body of `pieces` of 100 bytes with a pause after each.
ByteServer::Answer slowly(int pieces, std::chrono::milliseconds pause) {
    return [=](ByteServer::Writer const& write) {
        write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(100 * pieces) + "\r\n\r\n");
        for (int i = 0; i != pieces && write(std::string(100, 'x')); ++i) std::this_thread::sleep_for(pause);
    };
}

}  // namespace

TEST_CASE("curl transport: trailers are no headers, whatever they look like", "[http][curl_transport]") {
    for (std::string const trailer :
         {"X-Mine: forged\r\n", "HTTP/1.1 500 Oops: x\r\nRetry-After: 1000\r\n", "Content-Encoding: gzip\r\n"}) {
        INFO(trailer);
        ByteServer const server([&](ByteServer::Writer const& write) {
            write(
                "HTTP/1.1 100 Continue\r\nX-Early: yes\r\n\r\n"
                "HTTP/1.1 200 OK\r\nX-Mine: yes\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" +
                trailer + "\r\n");
        });
        auto const answer = CurlTransport().send(asking(server.url()));
        CHECK(answer.status == 200);
        CHECK(answer.reason == "OK");
        CHECK(answer.body == "{}");
        CHECK(answer.headers.size() == 2);
        CHECK(answer.headers.get("X-Mine") == "yes");
    }
}

TEST_CASE("curl transport: a header that joins to the one before is looked at", "[http][curl_transport]") {
    ByteServer const server(
        [](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
    CurlTransport const transport;
    http::Request request = asking(server.url());
    request.headers = {{"A", "1"}, {"B", "2"}};
    CHECK(transport.send(request).status == 200);
    for (http::Headers const& headers : {http::Headers{{"A", "1\nB: 2"}}, http::Headers{{"A: 1\nB", "2"}},
                                         http::Headers{{"A", "1"}, {"B: 2\n", ""}}}) {
        request.headers = headers;
        CHECK_THROWS_AS(transport.send(request), UsageError);
    }
    request.headers = {{"A", "1"}, {"B", "2"}};
    CHECK(transport.send(request).status == 200);
    CHECK(server.connections() == 2);
}

TEST_CASE("curl transport: a length that is claimed sizes nothing", "[http][curl_transport]") {
    std::string const body = [] {
        std::string text = R"({"DATA": [)";
        for (int i = 0; i != 200; ++i) text += R"({"name": "a"},)";
        return text + R"({"name": "b"}]})";
    }();
    for (char const* length : {"9000000000000000000", "3000000000", "-1", "18446744073709551616", "1", "0"}) {
        INFO(length);
        ByteServer const server([&](ByteServer::Writer const& write) {
            write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: " + std::string(length) +
                  "\r\n\r\n");
            char size[32];
            std::snprintf(size, sizeof size, "%zx\r\n", body.size());
            write(size + body + "\r\n0\r\n\r\n");
        });
        for (std::size_t const limit : {std::size_t{64} << 20, std::size_t{1} << 62}) {
            Client<TransferService, AccessTokenPolicy, CurlTransport, NoRetry> const transfer{
                "t", {.base_url = server.url(), .max_response_bytes = limit}};
            for (bool const keep : {true, false}) {
                auto const answer = transfer.try_send(TaskList{}, {.keep_text = keep});
                if (answer.has_value()) CHECK((*answer)->DATA.size() == 201);
            }
            std::size_t count = 0;
            try {
                for (Task const& task : transfer.paginate(TaskList{})) count += sizeof task != 0;
                CHECK(count == 201);
            } catch (Error const&) {
            }
        }
    }
    ByteServer const promises([](ByteServer::Writer const& write) {
        write("HTTP/1.1 200 OK\r\nContent-Length: 4000000000000000000\r\n\r\n{");
    });
    http::Request request = asking(promises.url());
    request.max_response_bytes = std::size_t{1} << 62;
    CHECK(failure(request).kind() == Kind::interrupted);
}

TEST_CASE("curl transport: what went wrong reads differently for each cause", "[http][curl_transport]") {
    std::string const unknown = failure(asking("https://service.invalid/x?code=S3cret")).what();
    std::string const refused = failure(asking("http://127.0.0.1:1/x?code=S3cret")).what();
    CHECK_THAT(unknown, ContainsSubstring("resolve") && ContainsSubstring("service.invalid"));
    CHECK_THAT(refused, ContainsSubstring("127.0.0.1 port 1") && ContainsSubstring("refused"));
    for (std::string const& said : {unknown, refused}) CHECK_THAT(said, !ContainsSubstring("S3cret"));
    CHECK_THAT(failure(asking("http://user:Pa55word@127.0.0.1:1/")).what(), !ContainsSubstring("Pa55word"));
    ByteServer const server(
        [](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
    CurlTransport const transport;  // what one request ended with is not said of the next
    CHECK_THAT(failure(asking("http://127.0.0.1:1/"), transport).what(), ContainsSubstring("refused"));
    CHECK(transport.send(asking(server.url())).status == 200);
    http::Request late = asking(server.url());
    late.deadline = http::Clock::now() - 1s;
    CHECK_THAT(failure(late, transport).what(), !ContainsSubstring("refused"));
}

TEST_CASE("curl transport: a body that flows lasts as long as it flows", "[http][curl_transport]") {
    ByteServer const server(slowly(8, 50ms));
    CurlTransport const transport;
    for (bool const sink : {true, false}) {
        http::Request request = asking(server.url());
        std::size_t came = 0;
        if (sink) request.sink = [&](std::string_view piece) { return came += piece.size(), true; };
        request.deadline = http::Clock::now() + 200ms;
        request.flows = true;
        auto const answer = transport.send(request);
        CHECK(came + answer.body.size() == 800);
        request.flows = false;
        request.deadline = http::Clock::now() + 200ms;
        CHECK(failure(request).kind() == Kind::timeout);
    }
    ByteServer const silent([](ByteServer::Writer const&) { std::this_thread::sleep_for(500ms); });
    http::Request request = asking(silent.url());
    request.flows = true;
    request.deadline = http::Clock::now() + 200ms;
    CHECK(failure(request).kind() == Kind::timeout);
    ByteServer const stalls([](ByteServer::Writer const& write) {
        write("HTTP/1.1 200 OK\r\nContent-Length: 800\r\n\r\nx");
        std::this_thread::sleep_for(5s);
    });
    request.url = stalls.url();
    request.deadline = http::Clock::now() + 500ms;
    auto const begin = http::Clock::now();
    CHECK(failure(request, CurlTransport{{.idle_timeout = 1s}}).kind() == Kind::timeout);
    CHECK(http::Clock::now() - begin < 4900ms);
}

TEST_CASE("curl transport: a source that flows lasts as long as it flows", "[http][curl_transport]") {
    ByteServer const server(
        [](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
    http::Request request = asking(server.url());
    request.method = http::Method::put;
    int left = 8;
    request.source = [&](char* buffer, std::size_t) -> std::size_t {
        if (left-- == 0) return 0;
        std::this_thread::sleep_for(50ms);
        *buffer = 'x';
        return 1;
    };
    request.source_size = 8;
    request.deadline = http::Clock::now() + 200ms;
    request.flows = true;
    CHECK(CurlTransport().send(request).status == 200);
}

TEST_CASE("call options: files and sinks may flow unless somebody said how long a call may take", "[client]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    auto const flows = [&](auto const& call) {
        auto const before = mock.request_count();
        call();
        auto const requests = mock.requests();
        http::Request const& request = requests.at(before);
        CHECK(request.deadline <= http::Clock::now() + 121s);
        return request.flows;
    };
    using Files = Client<GcsCollectionService, AccessTokenPolicy, MockTransport>;
    using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;
    GcsCollectionService const service{"id", "collection.example.org"};
    Files const files{service, "t", {.transport = mock}};
    Files const timed{service, "t", {.transport = mock, .timeout = 100s}};
    Transfer const transfer{"t", {.transport = mock}};
    CallOptions sink, brief, until;
    sink.sink = [](std::string_view) { return true; };
    brief.timeout = 50s;
    brief.sink = sink.sink;
    until.deadline = http::Clock::now() + 50s;
    CHECK(flows([&] { (void)files.read_file("/x"); }));
    CHECK(flows([&] { (void)files.read_file("/x", sink); }));
    CHECK(flows([&] { (void)transfer.get("x", {}, sink); }));
    CHECK(flows([&] { (void)transfer.get<Bytes>("x"); }));
    CHECK_FALSE(flows([&] { (void)transfer.get("x"); }));
    CHECK_FALSE(flows([&] { (void)transfer.task_list({}, {.keep_text = false}); }));
    CHECK_FALSE(flows([&] { (void)timed.read_file("/x", sink); }));
    CHECK_FALSE(flows([&] { (void)files.read_file("/x", brief); }));
    CHECK_FALSE(flows([&] { (void)files.read_file("/x", until); }));
}

TEST_CASE("curl transport: a URL with a NUL or control character is refused on a warm handle, too",
          "[http][curl_transport]") {
    ByteServer const server(
        [](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
    CurlTransport const transport;
    for (int turn = 0; turn != 2; ++turn) {
        for (char const c : {'\0', '\n', '\r', '\t', ' ', '\x7f', '\x01'})
            for (std::string const& url :
                 {server.url() + "a" + c + "b", server.url() + c, server.url() + "?" + c + "x"}) {
                try {
                    (void)transport.send(asking(url));
                    FAIL("it was sent");
                } catch (UsageError const&) {
                } catch (NetworkError const& error) {
                    CHECK(error.sent() == NetworkError::Sent::no);
                }
            }
        CHECK(server.connections() == turn);
        CHECK(transport.send(asking(server.url())).status == 200);
    }
}

TEST_CASE("curl transport: a process without descriptors is told so, and goes on when there are some",
          "[http][curl_transport]") {
    ByteServer const server(
        [](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    for (int free = 0; free != 6; ++free) {
        CurlTransport const transport;
        std::vector<int> taken;
        rlimit few = before;
        few.rlim_cur = 512;
        ::setrlimit(RLIMIT_NOFILE, &few);
        for (int file; (file = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken.push_back(file);
        for (int i = 0; i != free; ++i) {
            ::close(taken.back());
            taken.pop_back();
        }
        int const served = server.connections();
        bool answered = false, told = true;  // looked at when there are descriptors again: a sanitizer needs some, too
        try {
            answered = transport.send(asking(server.url())).status == 200;
        } catch (NetworkError const& error) {
            // the server of this process has no descriptor for a connection either
            told = server.connections() != served || error.sent() == NetworkError::Sent::no;
        }
        for (int const file : taken) ::close(file);
        ::setrlimit(RLIMIT_NOFILE, &before);
        INFO(free << " descriptors");
        CHECK(told);
        CHECK((answered || free < 5));
        CHECK(transport.send(asking(server.url())).status == 200);
    }
}

TEST_CASE("curl transport: new handles change no descriptor of others", "[http][curl_transport]") {
    std::atomic<bool> over = false;
    std::atomic<int> changed = 0;
    std::vector<std::jthread> others;
    for (int i = 0; i != 3; ++i)
        others.emplace_back([&] {
            while (!over) {
                std::array<std::array<int, 2>, 8> pipes{};
                for (auto& ends : pipes)
                    if (::pipe(ends.data()) != 0) ends = {-1, -1};
                for (auto const& ends : pipes) (void)!::write(ends[1], "x", 1);
                std::this_thread::yield();
                for (auto const& ends : pipes) {
                    if (ends[0] >= 0 && ::fcntl(ends[0], F_GETFD) != 0) ++changed;
                    ::close(ends[0]);
                    ::close(ends[1]);
                }
            }
        });
    auto const end = std::chrono::steady_clock::now() + 2s;
    while (std::chrono::steady_clock::now() < end)
        CHECK_THROWS_AS(CurlTransport().send(asking("http://127.0.0.1:1/")), NetworkError);
    over = true;
    others.clear();
    CHECK(changed == 0);
}
