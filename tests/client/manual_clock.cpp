// SPDX-License-Identifier: Apache-2.0
// Hours of waiting on a clock that a test moves.
#include <globus/asio.hpp>
#include <globus/http/manual_clock.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/services/transfer.hpp>
#include <globus/services/transfer/async.hpp>

#include <services/directory_trees.hpp>
#include <support/asio_client.hpp>
#include <support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <exception>
#include <map>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Seconds = std::chrono::duration<double>;

/// The processor time of this process, in seconds.
double cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Blocking {
    explicit Blocking(ManualClock&) {}
    /// Sends a GetTask over a mock.
    Response<Task> get(MockTransport const& mock, DefaultRetry const& retry, CallOptions const& options) const {
        Client<TransferService, AccessTokenPolicy, MockTransport> const client{"token",
                                                                               {.transport = mock, .retry = retry}};
        return client.get_task({.task_id = "t"}, options);
    }
};
struct Async {
    explicit Async(ManualClock& one) : clock(one) {}
    Response<Task> get(MockTransport const& mock, DefaultRetry const& retry, CallOptions const& options) const {
        asio::io_context io;
        AsioTransferClient const client{"token", {.transport = AsioTransport{io, mock}, .retry = retry}};
        auto answer = client.async_send(GetTask{.task_id = "t"}, options, asio::use_future);
        clock.run(io);
        return answer.get();
    }
    ManualClock& clock;
};

std::string task(std::string const& status) { return R"({"task_id": "t", "status": ")" + status + "\"}"; }

}  // namespace

TEMPLATE_TEST_CASE("10,000 seconds of slow answers and retries take no time on a manual clock", "[client][async]",
                   Blocking, Async) {
    ManualClock clock;
    MockTransport mock;
    for (int i = 0; i != 49; ++i) mock.after(100s).reply(503, "{}", {{"Retry-After", "110"}});
    mock.after(5s).reply(200, task("SUCCEEDED"));
    double const before = cpu();
    auto const answer = TestType(clock).get(mock, {.max_attempts = 50}, {.timeout = 24h});
    CHECK(answer->status == TaskStatus::succeeded);
    CHECK(mock.request_count() == 50);
    CHECK(clock.elapsed() >= Seconds(49 * 210 + 5));
    CHECK(clock.elapsed() < Seconds(49 * 210 + 5 + 49 * 20));  // and the jitter
    CHECK(cpu() - before < 1);
}

TEMPLATE_TEST_CASE("A deadline ends the wait for an answer, and that for another attempt", "[client][async]", Blocking,
                   Async) {
    ManualClock clock;
    MockTransport mock;
    SECTION("the answer is late") { mock.after(61s).reply(200, task("ACTIVE")); }
    SECTION("the second one is") {
        mock.after(10s).reply(503, "{}", {{"Retry-After", "20"}}).after(40s).reply(200, task("ACTIVE"));
    }
    SECTION("all are") {
        mock.after(1h).otherwise([](http::Request const&) { return http::Response{.status = 200}; });
    }
    try {
        (void)TestType(clock).get(mock, {}, {.timeout = 60s});
        FAIL("there was no time for it");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::timeout);
        CHECK(error.sent() == NetworkError::Sent::yes);
    }
    CHECK(clock.elapsed().count() == Catch::Approx(60));
}

TEST_CASE("Cancellation ends a wait on a manual clock", "[client][async]") {
    ManualClock clock;
    MockTransport mock;
    SECTION("for a late answer") { mock.after(1h).reply(200, task("ACTIVE")); }
    SECTION("for another attempt") { mock.reply(503, "{}", {{"Retry-After", "3600"}}); }
    asio::io_context io;
    AsioTransferClient const client{"token", {.transport = AsioTransport{io, mock}}};
    asio::cancellation_signal signal;
    std::optional<NetworkError> error;
    client.async_send(
        GetTask{.task_id = "t"}, {.timeout = 24h},
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e, auto) { error = as<NetworkError>(e); }));
    io.poll();
    clock.advance(1800s);
    io.poll();
    CHECK(mock.request_count() == 1);
    CHECK(!error);
    signal.emit(asio::cancellation_type::terminal);
    clock.run(io);
    REQUIRE(error);
    CHECK(error->kind() == NetworkError::Kind::cancelled);
    CHECK(error->sent() == NetworkError::Sent::yes);
    CHECK(clock.elapsed() == Seconds(1800));
}

TEST_CASE("A hundred waits of eight hours go by one manual clock", "[client][async]") {
    ManualClock clock;
    MockTransport mock;
    auto const begin = http::Clock::now();
    mock.after(2s).otherwise([begin](http::Request const&) {
        bool const done = http::Clock::now() - begin > 8h;
        return http::Response{.status = 200, .body = task(done ? "SUCCEEDED" : "ACTIVE")};
    });
    asio::io_context io;
    AsioTransferClient const client{"token", {.transport = AsioTransport{io, mock}}};
    int succeeded = 0;
    TaskWait const wait{.task_id = "t", .timeout = 10h, .polling_interval = 1h};
    for (int i = 0; i != 100; ++i)
        async_task_wait(client, wait, [&](std::exception_ptr error, TaskVerdict verdict) {
            succeeded += !error && verdict.succeeded();
        });
    clock.run(io);
    CHECK(succeeded == 100);
    CHECK(clock.elapsed() >= 8h);
    CHECK(clock.elapsed() < 10h);
}

TEST_CASE("A renewal on a thread of the library holds the clock", "[client][async]") {
    ManualClock clock;
    MockTransport mock;
    mock.after(10s).reply(503, "{}", {{"Retry-After", "20"}});
    mock.after(10s).reply(
        200,
        R"({"access_token": "new", "expires_in": 3600, "token_type": "Bearer", "resource_server": "transfer.api.globus.org", "scope": "s", "other_tokens": []})");
    mock.after(10s).reply(200, task("ACTIVE"));
    asio::io_context io;
    Token token{.access_token = "expired", .refresh_token = "refresh", .expires_at_seconds = 1};
    Client<TransferService, RefreshPolicy<Native>, AsioTransport> const client{
        RefreshPolicy{Native{"00000000-0000-0000-0000-000000000001"}, std::move(token)},
        {.transport = AsioTransport{io, mock}}};
    auto answer = client.async_send(GetTask{.task_id = "t"}, {.timeout = 120s}, asio::use_future);
    clock.run(io);
    CHECK(answer.get()->status == TaskStatus::active);
    CHECK(mock.requests().back().authorization.reveal() == "Bearer new");
    CHECK(clock.elapsed() >= 50s);
    CHECK(clock.elapsed() < 110s);
}

TEST_CASE("async_recursive_ls keeps the order of recursive_ls, whenever its listings come", "[client][async]") {
    ManualClock clock;
    unsigned const seed = GENERATE(1u, 2u, 3u);
    std::size_t const at_once = GENERATE(std::size_t(1), std::size_t(4), std::size_t(50));
    std::mt19937 random(seed);
    std::map<std::string, std::string> directories;
    std::vector<std::string> paths{"/d/"};
    for (std::size_t i = 0; i != paths.size(); ++i) {
        std::string entries;
        for (std::size_t n = 0, count = random() % 7; n != count; ++n) {
            bool const is_directory = random() % 2 == 0 && paths.size() < 200;
            std::string const name(1, static_cast<char>('a' + n));
            entries += (n == 0 ? "" : ",") + (is_directory ? directory(name) : file(name));
            if (is_directory) paths.push_back(paths[i] + name + '/');
        }
        directories[paths[i] == "/d/" ? "/d" : paths[i]] = entries;
    }
    MockTransport const source = tree(directories);
    Client<TransferService, AccessTokenPolicy, MockTransport> const blocking{"token", {.transport = source}};
    std::vector<std::string> expected, got;
    for (FileEntry const& entry : blocking.recursive_ls({.endpoint_id = "e", .path = "/d"}))
        expected.push_back(entry.path);

    MockTransport mock;
    std::size_t answered = 0, most = 0;
    for (std::size_t i = 0; i != paths.size(); ++i)
        mock.after((1 + random() % 50) * 100ms).reply([&](http::Request const& request) {
            most = std::max(most, mock.request_count() - answered++);
            return source.send(request);
        });
    asio::io_context io;
    AsioTransferClient const client{"token", {.transport = AsioTransport{io, mock}}};
    auto listing = async_recursive_ls(client, {.endpoint_id = "e", .path = "/d"}, at_once);
    auto const next = [&](auto const& again) -> void {
        listing.async_next([&, again](std::exception_ptr error, std::optional<FileEntry> entry) {
            REQUIRE(!error);
            if (!entry) return;
            got.push_back(entry->path);
            again(again);
        });
    };
    next(next);
    clock.run(io);
    CHECK(got == expected);
    CHECK(mock.left() == 0);
    CHECK(most <= at_once);
    CHECK((paths.size() < 20 || most > at_once / 4));
}

TEST_CASE("There is one manual clock at a time", "[client]") {
    auto const before = http::Clock::now();
    {
        ManualClock clock;
        CHECK_THROWS_AS(ManualClock(), UsageError);
        clock.advance(1h);
        CHECK(http::Clock::now() >= before + 1h);
        CHECK(clock.elapsed() == Seconds(3600));
        CHECK_FALSE(clock.advance());
    }
    CHECK(http::Clock::now() < before + 1h);
    CHECK_THROWS_AS(MockTransport().after(Seconds(-1)), UsageError);
}
