// SPDX-License-Identifier: Apache-2.0
// Calls that do not block: how they begin and end. What they decide is the machine's, see http/call.cpp.
#include <globus/asio.hpp>
#include <globus/http/mock_transport.hpp>

#include <support/asio_client.hpp>
#include <support/catch.hpp>
#include <support/grace.hpp>
#include <support/sandbox_client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Listed = Response<FileList>;
constexpr auto nothing_cares = asio::detached;

OperationLs listing(sandbox::Session& server) { return {.endpoint_id = server.source_collection(), .path = "/"}; }

/// The milliseconds that a function takes.
template <class F>
double took(F const& f) {
    auto const begin = http::Clock::now();
    f();
    return std::chrono::duration<double, std::milli>(http::Clock::now() - begin).count();
}

}  // namespace

TEST_CASE("A callback gets the answer, on the executor and after the call has begun", "[client][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io});
    std::thread::id called_on;
    std::size_t size = 0;
    bool began = false;
    client.async_send(listing(server), [&](std::exception_ptr error, Listed files) {
        CHECK(began);
        CHECK(!error);
        size = files.size();
        called_on = std::this_thread::get_id();
    });
    began = true;
    io.run();
    CHECK(called_on == std::this_thread::get_id());
    CHECK(size == client.operation_ls(listing(server)).size());
}

TEST_CASE("A transport without an executor has a thread of its own", "[client][async]") {
    sandbox::Server server;
    auto const client = asio_client_of(server, AsioTransport{});
    auto first = client.async_send(listing(server), asio::use_future);
    auto second = client.async_try_send(OperationLs{.endpoint_id = "no such"}, {.timeout = 5s}, asio::use_future);
    CHECK(first.get().http_status() == 200);
    auto const refused = second.get();
    REQUIRE(!refused);
    CHECK(dynamic_cast<TransferApiError const*>(&refused.error()) != nullptr);
}

TEST_CASE("A coroutine awaits calls, and catches what they throw", "[client][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io});
    int status = 0, refused = 0, raw = 0;
    auto const work = [&]() -> asio::awaitable<void> {
        Listed const files = co_await client.async_send(listing(server), asio::use_awaitable);
        status = files.http_status();
        auto const again = co_await client.async_send(listing(server))(asio::use_awaitable);  // deferred
        CHECK(again.size() == files.size());
        // g++ 12 destroys twice what a braced list in a co_await makes, so the arguments have names.
        AsioTransferClient::RawRequest const tasks{.path = "v0.10/task_list"};
        raw = (co_await client.async_request(tasks, {}, asio::use_awaitable)).http_status();
        OperationLs const nowhere{.endpoint_id = ""}, unknown{.endpoint_id = "no such"};
        try {
            (void)co_await client.async_send(nowhere, asio::use_awaitable);
        } catch (UsageError const&) {
            ++refused;
        }
        try {
            (void)co_await client.async_send(unknown, asio::use_awaitable);
        } catch (TransferApiError const&) {
            ++refused;
        }
    };
    std::exception_ptr ended;
    asio::co_spawn(io, work, [&](std::exception_ptr error) { ended = error; });
    io.run();
    CHECK(!ended);
    CHECK(status == 200);
    CHECK(raw == 200);
    CHECK(refused == 2);
}

TEST_CASE("A call that is refused for a while tries again, without a thread that sleeps", "[client][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io}, quick());
    server.add_fault(rule("operation_ls", "before_commit", R"({"type": "status", "code": 503})", "2"));
    server.add_fault(rule("operation_ls", "after_commit", R"({"type": "reset"})", "1"));
    int status = 0, others = 0;
    client.async_send(listing(server), [&](std::exception_ptr, Listed files) { status = files.http_status(); });
    asio::steady_timer timer(io, 1ms);
    timer.async_wait([&](auto) { ++others; });
    io.run();
    CHECK(status == 200);
    CHECK(others == 1);
}

TEST_CASE("A thousand calls are on their way at once, on one thread", "[client][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io, AsioOptions{.max_requests_per_host = 20}});
    int good = 0;
    for (int i = 0; i != 1000; ++i)
        client.async_send(GetTask{.task_id = "00000000-0000-0000-0000-000000000000"},
                          [&](std::exception_ptr error, auto) { good += as<TransferApiError>(error).has_value(); });
    io.run();
    CHECK(good == 1000);
}

TEST_CASE("G1: what cancels a call ends it at once, whatever it waits for", "[client][async]") {
    sandbox::Server server;
    asio::io_context io;
    AsioTransport const transport(io, AsioOptions{.max_requests_per_host = 1});
    auto client = std::make_unique<AsioTransferClient>(asio_client_of(server, transport));
    asio::cancellation_signal signal;
    std::stop_source stop;
    std::optional<NetworkError> error;
    http::Clock::time_point cancelled, ended;
    auto const note = [&](std::exception_ptr e, Listed const&) {
        ended = http::Clock::now();
        error = as<NetworkError>(e);
    };
    auto by_slot = asio::bind_cancellation_slot(signal.slot(), note);

    std::string action = R"({"type": "stall"})", phase = "after_commit";
    CallOptions options{.timeout = 30s};
    std::function<void()> cancel = [&] { signal.emit(asio::cancellation_type::terminal); };
    bool expects_sent = true;
    SECTION("a connection that says nothing") {}
    SECTION("the rest of a body") { phase = "in_body"; }
    SECTION("its next attempt") {
        phase = "before_commit";
        action = R"({"type": "status", "code": 503, "retry_after": {"seconds": 20}})";
    }
    SECTION("a connection, by its stop_token") {
        options.stop = stop.get_token();
        cancel = [&] { stop.request_stop(); };
    }
    SECTION("a connection, when its client is destroyed") {
        cancel = [&] { client.reset(); };
    }
    SECTION("its turn") {
        expects_sent = false;
        client->async_send(TaskList{}, {.timeout = 1s}, nothing_cares);
        server.add_fault(rule("task_list", "after_commit", action));
    }
    server.add_fault(rule("operation_ls", phase, action));
    client->async_send(listing(server), options, std::move(by_slot));
    asio::steady_timer timer(io, 200ms);
    timer.async_wait([&](auto) {
        cancelled = http::Clock::now();
        cancel();
    });
    io.run();
    REQUIRE(error);
    CHECK(error->kind() == NetworkError::Kind::cancelled);
    CHECK((error->sent() == NetworkError::Sent::yes || !expects_sent));
    CHECK(ended - cancelled < 10ms);
}

TEST_CASE("B2: a deadline holds for each of many calls", "[client][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io, AsioOptions{.max_requests_per_host = 50}});
    server.add_fault(rule("operation_ls", "after_commit", R"({"type": "stall"})"));
    auto const begin = http::Clock::now();
    int timed_out = 0;
    std::clock_t first = 0, last = 0;  // of the processor's time: the machine may have others to serve
    for (int i = 0; i != 1000; ++i)
        client.async_send(listing(server), {.deadline = begin + 1s}, [&](std::exception_ptr error, auto) {
            if (timed_out == 0) first = std::clock();
            timed_out += as<NetworkError>(error)->kind() == NetworkError::Kind::timeout;
            last = std::clock();
        });
    io.run();
    CHECK(http::Clock::now() - begin >= 1s);
    CHECK(timed_out == 1000);
    CHECK(static_cast<double>(last - first) / CLOCKS_PER_SEC < std::chrono::duration<double>(grace).count());
}

TEST_CASE("A handler may destroy the client, the transport and itself", "[client][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto client = std::make_unique<AsioTransferClient>(asio_client_of(server, AsioTransport{io}));
    int cancelled = 0, good = 0;
    for (int i = 0; i != 3; ++i)
        client->async_send(listing(server), {}, [&](std::exception_ptr error, auto) {
            client.reset();
            good += !error;
            cancelled += error && as<NetworkError>(error)->kind() == NetworkError::Kind::cancelled;
        });
    io.run();
    CHECK(good >= 1);
    CHECK(good + cancelled == 3);
}

TEST_CASE("An execution context that ends destroys the handlers of what is on its way", "[client][async]") {
    sandbox::Server server;
    server.add_fault(rule("operation_ls", "after_commit", R"({"type": "stall"})"));
    server.add_fault(rule("task_list", "before_commit", R"({"type": "status", "code": 503})"));
    auto io = std::make_unique<asio::io_context>();
    std::optional<AsioTransferClient> client(asio_client_of(server, AsioTransport{*io}));
    auto const held = std::make_shared<int>(0);
    int called = 0;
    client->async_send(listing(server), [held, &called](std::exception_ptr, auto) { ++called; });
    client->async_send(TaskList{}, [held, &called](std::exception_ptr, auto) { ++called; });  // waits to try again
    io->run_for(100ms);
    client->async_send(TaskList{}, [held, &called](std::exception_ptr, auto) { ++called; });  // not begun
    SECTION("before the client") {
        io.reset();
        client->async_send(TaskList{}, [held, &called](std::exception_ptr, auto) { ++called; });
        client.reset();
    }
    SECTION("after the client") {
        client.reset();
        io.reset();
    }
    CHECK(called == 0);
    CHECK(held.use_count() == 1);
}

TEST_CASE("A mock's answers are posted", "[client][async]") {
    MockTransport mock;
    mock.reply(503, "{}").reply(200, R"({"DATA": [{"name": "a"}, {"name": "b"}]})");
    asio::io_context io;
    AsioTransferClient const client{"token", {.transport = AsioTransport{io, mock}, .retry = quick()}};
    std::vector<std::string> names;
    client.async_send(OperationLs{.endpoint_id = "x"}, [&](std::exception_ptr error, Listed files) {
        CHECK(!error);
        for (File const& file : files) names.push_back(file.name);
    });
    CHECK(mock.request_count() == 0);
    io.run();
    CHECK(names == std::vector<std::string>{"a", "b"});
    CHECK(mock.requests().at(0).authorization.reveal() == "Bearer token");
}
