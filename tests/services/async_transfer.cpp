// SPDX-License-Identifier: Apache-2.0
// Submissions and waits of Transfer, without blocking.
#include <globus/asio.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/services/transfer/async.hpp>

#include <support/asio_client.hpp>
#include <support/catch.hpp>
#include <support/sandbox_client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

using namespace globus;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

TransferData a_transfer(sandbox::Session& server) {
    TransferData data{.source_endpoint = server.source_collection(),
                      .destination_endpoint = server.destination_collection(),
                      .label = "without a thread"};
    data.add_item({.source_path = "/file1.txt", .destination_path = "/copy-of-file1.txt"});
    return data;
}

}  // namespace

TEST_CASE("B1: a transfer is submitted once although its answer was lost, and waited for", "[services][async][B1]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io}, quick());
    server.add_fault(rule("submit_transfer", "after_commit", R"({"type": "reset"})", "2"));
    std::optional<TaskVerdict::Kind> kind;
    int looks = 0;
    async_submit_transfer(client, a_transfer(server), [&](std::exception_ptr error, auto accepted) {
        REQUIRE(!error);
        TaskWait wait{.task_id = accepted->task_id, .timeout = 20s};
        wait.on_progress = [&](TaskProgress const&) { ++looks; };
        async_task_wait(client, wait, [&](std::exception_ptr ended, TaskVerdict verdict) {
            CHECK(!ended);
            kind = verdict.kind;
        });
    });
    io.run();
    CHECK(kind == TaskVerdict::Kind::succeeded);
    CHECK(looks >= 1);
    CHECK(server.count("get_submission_id") == 1);
    CHECK(server.count("submit_transfer") == 3);
    CHECK(server.state().at("tasks").as_array().size() == 1);
}

TEST_CASE("An error of a submission has the submission id", "[services][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = asio_client_of(server, AsioTransport{io}, quick());
    server.add_fault(rule("submit_delete", "before_commit", R"({"type": "status", "code": 400})"));
    DeleteData data{.endpoint = server.source_collection()};
    data.add_item({.path = "/file1.txt"});
    std::string id;
    int usage = 0;
    async_submit_delete(client, data, {.timeout = 5s}, [&](std::exception_ptr error, auto) {
        auto const refused = as<TransferApiError>(error);
        REQUIRE(refused);
        try {
            std::rethrow_exception(error);
        } catch (Error const& e) {
            id = submission_id(e);
        }
    });
    async_submit_transfer(client, TransferData{.source_endpoint = "a", .destination_endpoint = "b"},
                          [&](std::exception_ptr error, auto) { usage += as<UsageError>(error).has_value(); });
    io.run();
    CHECK(id.size() == 36);
    CHECK(usage == 1);
    CHECK(server.count("submit_transfer") == 0);
}

TEST_CASE("A wait that is cancelled says what it saw", "[services][async]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) -> http::Response {
        return {.status = 200,
                .headers = {{"Content-Type", "application/json"}},
                .body = R"({"task_id": "t", "status": "ACTIVE", "faults": 0, "bytes_transferred": 7})"};
    });
    asio::io_context io;
    std::optional<AsioTransferClient> client(std::in_place, "token",
                                             AsioTransferClient::Options{.transport = AsioTransport{io, mock}});
    asio::cancellation_signal signal;
    std::optional<TaskWaitCancelled> error;
    std::optional<TaskVerdict::Kind> kind;
    TaskWait wait{.task_id = "t", .timeout = 60s, .polling_interval = 30s};
    bool const timed = GENERATE(false, true);
    if (timed) wait.timeout = 50ms;
    async_task_wait(*client, wait,
                    asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e, TaskVerdict verdict) {
                        error = as<TaskWaitCancelled>(e);
                        if (!e) kind = verdict.kind;
                    }));
    asio::steady_timer timer(io, 100ms);
    bool const by_signal = GENERATE(false, true);
    timer.async_wait([&](auto) {
        if (by_signal)
            signal.emit(asio::cancellation_type::terminal);
        else
            client.reset();
    });
    auto const begin = http::Clock::now();
    io.run();
    CHECK(http::Clock::now() - begin < 5s);
    if (timed) {
        CHECK(kind == TaskVerdict::Kind::timed_out);
    } else {
        REQUIRE(error);
        CHECK(error->seen().task.bytes_transferred == 7);
    }
}
