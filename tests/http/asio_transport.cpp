// SPDX-License-Identifier: Apache-2.0
// What AsioTransport adds to the exchange that it shares with CurlTransport: executors, limits and ends.
#include <globus/http/asio_transport.hpp>

#include <support/asio_client.hpp>
#include <support/catch.hpp>
#include <support/sandbox_client.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

http::Request a_request(sandbox::Session& server) {
    http::Request request{.url = server.base_url() + "v0.10/task_list"};
    if (request.url.find("//v0.10") != std::string::npos) request.url.replace(request.url.find("//v0.10"), 2, "/");
    request.authorization = Secret("Bearer " + server.user_token(TransferService::resource_server));
    return request;
}

}  // namespace

TEST_CASE("A transport runs on a thread pool, from many threads", "[http][async]") {
    sandbox::Server server;
    http::Request const request = a_request(server);
    asio::thread_pool pool(4);
    AsioTransport const transport(pool, AsioOptions{.max_requests_per_host = 8});
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i != 100; ++i)
                    transport.async_send(request, [&](std::exception_ptr error, http::Response const& answer) {
                        good += !error && answer.status == 200;
                    });
            });
    }
    pool.join();
    CHECK(good == 400);
    CHECK(transport.send(request).status == 200);  // without the pool
}

TEST_CASE("No more requests are on their way than may be, and hosts take turns", "[http][async]") {
    sandbox::Server first, second;
    for (sandbox::Session* const server :
         {static_cast<sandbox::Session*>(&first), static_cast<sandbox::Session*>(&second)})
        server->add_fault(rule("task_list", "after_commit", R"({"type": "stall"})"));
    asio::io_context io;
    AsioTransport const transport(io, AsioOptions{.max_requests_per_host = 4, .max_requests = 6});
    std::stop_source stop;
    int ended = 0;
    for (sandbox::Session* const server :
         {static_cast<sandbox::Session*>(&first), static_cast<sandbox::Session*>(&second)})
        for (int i = 0; i != 20; ++i) {
            http::Request request = a_request(*server);
            request.stop = stop.get_token();
            transport.async_send(request, [&](std::exception_ptr error, http::Response const&) {
                ended += as<NetworkError>(error)->kind() == NetworkError::Kind::cancelled;
            });
        }
    asio::steady_timer timer(io);
    when(
        timer, [&] { return first.count("task_list") == 4 && second.count("task_list") == 2; },
        [&] { stop.request_stop(); });
    io.run();
    CHECK(ended == 40);
    CHECK(first.count("task_list") + second.count("task_list") == 6);
}

TEST_CASE("A sink takes a body as it comes, and what it throws is the caller's", "[http][async]") {
    sandbox::Server server;
    AsioTransport const transport;
    http::Request request = a_request(server);
    std::string body;
    int heads = 0;
    request.on_head = [&](http::Response const& head) { heads += head.status == 200; };
    request.sink = [&](std::string_view piece) {
        body += piece;
        return true;
    };
    CHECK(transport.async_send(request, asio::use_future).get().body.empty());
    CHECK(heads == 1);
    CHECK(body.find("DATA") != std::string::npos);
    request.sink = [](std::string_view) -> bool { throw std::runtime_error("the disk is full"); };
    CHECK_THROWS_AS(transport.async_send(request, asio::use_future).get(), std::runtime_error);
    request.sink = [](std::string_view) { return false; };
    CHECK_THROWS_AS(transport.async_send(request, asio::use_future).get(), NetworkError);
}

TEST_CASE("What an answer unpacks to, and its size, have limits", "[http][async]") {
    sandbox::Server server;
    AsioTransport const transport;
    http::Request request = a_request(server);
    request.max_response_bytes = 1000;
    server.add_fault(rule("task_list", "before_commit", R"({"type": "gzip_bomb", "size": 1000000000})"));
    std::optional<NetworkError> error;
    try {
        (void)transport.async_send(request, asio::use_future).get();
    } catch (NetworkError const& e) {
        error = e;
    }
    REQUIRE(error);
    CHECK(error->kind() == NetworkError::Kind::too_large);
}

TEST_CASE("A request that cannot be sent fails like any other", "[http][async]") {
    AsioTransport const transport;
    CHECK_THROWS_AS(transport.async_send({.url = "nonsense"}, asio::use_future).get(), Error);
    CHECK_THROWS_AS(
        transport.async_send({.url = "http://127.0.0.1:1/", .headers = {{"X", "a\nb"}}}, asio::use_future).get(),
        UsageError);
    try {
        (void)transport.async_send({.url = "http://127.0.0.1:1/"}, asio::use_future).get();
        FAIL("nobody listens");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::connect);
        CHECK(error.sent() == NetworkError::Sent::no);
    }
    CHECK_THROWS_AS(AsioTransport(AsioOptions{.max_requests = 0}), UsageError);
}

TEST_CASE("A transport is destroyed while requests are on their way, and on its own thread", "[http][async]") {
    sandbox::Server server;
    http::Request const request = a_request(server);
    std::promise<int> status;
    {
        auto transport = std::make_shared<std::optional<AsioTransport>>(std::in_place);
        (*transport)->async_send(request, [transport, &status](std::exception_ptr, http::Response const& answer) {
            transport->reset();
            status.set_value(answer.status);
        });
    }
    CHECK(status.get_future().get() == 200);
}
