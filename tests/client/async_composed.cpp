// SPDX-License-Identifier: Apache-2.0
// Pages and many operations, without blocking.
#include <globus/asio.hpp>
#include <globus/http/mock_transport.hpp>

#include <support/asio_client.hpp>
#include <support/catch.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Answers with pages of two tasks, of five in all; the third request fails once.
MockTransport five_tasks() {
    MockTransport mock;
    mock.reply(200, R"({"DATA": [{"task_id": "1"}, {"task_id": "2"}], "total": 5, "offset": 0, "limit": 2})");
    mock.reply(200, R"({"DATA": [{"task_id": "3"}, {"task_id": "4"}], "total": 5, "offset": 2, "limit": 2})");
    mock.reply(404, R"({"code": "NotFound"})");
    mock.reply(200, R"({"DATA": [{"task_id": "5"}], "total": 5, "offset": 4, "limit": 2})");
    return mock;
}

}  // namespace

TEST_CASE("A walk over items goes on where an error stopped it", "[client][async]") {
    MockTransport mock = five_tasks();
    asio::io_context io;
    AsioTransferClient const client{"token", {.transport = AsioTransport{io, mock}}};
    std::string ids;
    int errors = 0;
    auto const walk = [&]() -> asio::awaitable<void> {
        auto tasks = client.async_paginate(TaskList{.limit = 2});
        while (true) {
            std::optional<Task> task;
            try {
                task = co_await tasks.async_next(asio::use_awaitable);
            } catch (TransferApiError const&) {
                ++errors;
                continue;
            }
            if (!task) break;
            ids += task->task_id;
        }
        CHECK(!(co_await tasks.async_next(asio::use_awaitable)));
    };
    asio::co_spawn(io, walk, [](std::exception_ptr error) { CHECK(!error); });
    io.run();
    CHECK(ids == "12345");
    CHECK(errors == 1);
    CHECK(mock.requests().back().url.ends_with("limit=2&offset=4"));
}

TEST_CASE("A walk over pages hands them out with their text", "[client][async]") {
    MockTransport mock = five_tasks();
    asio::io_context io;
    std::optional<AsioTransferClient> client(std::in_place, "token",
                                             AsioTransferClient::Options{.transport = AsioTransport{io, mock}});
    auto pages = client->async_paginate(TaskList{.limit = 2});
    std::vector<std::size_t> sizes;
    std::optional<NetworkError> error;
    auto const next = [&](auto const& again) -> void {
        pages.async_next_page([&, again](std::exception_ptr e, auto page) {
            if (e) {
                error = as<NetworkError>(e);
                return;
            }
            CHECK(!page->text().empty());
            sizes.push_back(page->size());
            if (sizes.size() == 2) client.reset();
            again(again);
        });
    };
    next(next);
    io.run();
    CHECK(sizes == std::vector<std::size_t>{2, 2});
    REQUIRE(error);
    CHECK(error->kind() == NetworkError::Kind::cancelled);
}

TEST_CASE("Many operations: a few at once, each outcome in its place", "[client][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io});
    std::vector<OperationLs> all;
    for (int i = 0; i != 60; ++i)
        all.push_back({.endpoint_id = i % 3 == 0 ? "00000000-0000-0000-0000-000000000000" : server.source_collection(),
                       .path = "/"});
    int good = 0, refused = 0;
    bool ordered = true;
    async_gather(client, all, 7, {}, [&](std::vector<Result<Response<FileList>>> results) {
        REQUIRE(results.size() == 60);
        for (std::size_t i = 0; i != results.size(); ++i) {
            ordered = ordered && results[i].has_value() == (i % 3 != 0);
            ++(results[i] ? good : refused);
        }
    });
    io.run();
    CHECK(ordered);
    CHECK(good == 40);
    CHECK(refused == 20);
}

TEST_CASE("Many operations end when they are cancelled", "[client][async]") {
    sandbox::Server server;
    server.add_fault(boost::json::parse(
        R"({"match": {"operation": "operation_ls"}, "phase": "after_commit", "times": "always", "action": {"type": "stall"}})"));
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io});
    std::vector<OperationLs> const all(100, {.endpoint_id = server.source_collection(), .path = "/"});
    asio::cancellation_signal signal;
    long cancelled = 0;
    async_gather(client, all, 10, {},
                 asio::bind_cancellation_slot(signal.slot(), [&](std::vector<Result<Response<FileList>>> results) {
                     cancelled = std::count_if(results.begin(), results.end(), [](auto const& result) {
                         auto const* const error = dynamic_cast<NetworkError const*>(&result.error());
                         return error != nullptr && error->kind() == NetworkError::Kind::cancelled;
                     });
                 }));
    asio::steady_timer timer(io);
    when(
        timer, [&] { return server.count("operation_ls") == 10; },
        [&] { signal.emit(asio::cancellation_type::terminal); });
    io.run();
    CHECK(cancelled == 100);
    CHECK(server.count("operation_ls") == 10);
}

TEST_CASE("Nothing to gather is no results", "[client][async]") {
    asio::io_context io;
    AsioTransferClient const client{"token", {.transport = AsioTransport{io, MockTransport{}}}};
    bool called = false;
    async_gather(client, std::vector<OperationLs>(), 0, {}, [&](auto results) { called = results.empty(); });
    CHECK(!called);
    io.run();
    CHECK(called);
}
