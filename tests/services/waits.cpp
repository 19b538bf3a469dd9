// SPDX-License-Identifier: Apache-2.0
// Waiting for runs of flows and for tasks of indexes.

#include <globus/globus.hpp>

#include <support/catch.hpp>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Flows = Client<FlowsService, AccessTokenPolicy, MockTransport, NoRetry>;
using Search = Client<SearchService, AccessTokenPolicy, MockTransport, NoRetry>;
using Kind = flows::RunVerdict::Kind;

constexpr Polling quick{.timeout = 5s, .interval = 10ms, .longest_interval = 10ms};

std::string run(std::string const& status) { return R"({"run_id": "r", "status": ")" + status + "\"}"; }

Flows flows_client(MockTransport mock) { return Flows{"token", {.transport = std::move(mock)}}; }

}  // namespace

TEST_CASE("run_wait ends when the run does, or waits for its user", "[flows]") {
    std::vector<std::pair<char const*, Kind>> const ends{
        {"SUCCEEDED", Kind::succeeded}, {"FAILED", Kind::failed}, {"ENDED", Kind::ended}, {"INACTIVE", Kind::inactive}};
    for (auto const& [status, kind] : ends) {
        INFO(status);
        MockTransport mock;
        mock.reply(200, run("ACTIVE")).reply(200, run("A NEW STATUS")).reply(200, run(status));
        std::vector<std::string> seen;
        auto const verdict =
            flows_client(mock).run_wait({.run_id = "r", .polling = quick, .on_progress = [&](flows::Run const& one) {
                                             seen.push_back(one.status);
                                         }});
        CHECK(verdict.kind == kind);
        CHECK(verdict.succeeded() == (kind == Kind::succeeded));
        CHECK(verdict.ended() == (kind != Kind::inactive));
        CHECK(verdict.run.status == status);
        CHECK(seen == std::vector<std::string>{"ACTIVE", "A NEW STATUS", status});
    }
}

TEST_CASE("run_wait makes up for a look that fails in passing, and tells of one that does not", "[flows]") {
    MockTransport mock;
    mock.reply(503, "{}").reply(200, "{\"run_id\": ").reply(200, run("SUCCEEDED"));
    CHECK(flows_client(mock).run_wait({.run_id = "r", .polling = quick}).succeeded());

    MockTransport gone;
    gone.reply(200, run("ACTIVE")).reply(404, R"({"error": {"code": "NOT_FOUND"}})");
    CHECK_THROWS_AS(flows_client(gone).run_wait({.run_id = "r", .polling = quick}), FlowsApiError);
}

TEST_CASE("run_wait returns what it saw when time runs out, or the error if it saw nothing", "[flows]") {
    Polling const short_wait{.timeout = 50ms, .interval = 10ms, .longest_interval = 10ms};
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = run("ACTIVE")}; });
    auto const verdict = flows_client(mock).run_wait({.run_id = "r", .polling = short_wait});
    CHECK(verdict.kind == Kind::timed_out);
    CHECK_FALSE(verdict.ended());
    CHECK(verdict.run.run_id == "r");
    CHECK(mock.request_count() >= 2);

    MockTransport busy;
    busy.otherwise([](http::Request const&) { return http::Response{.status = 503, .body = "{}"}; });
    CHECK_THROWS_AS(flows_client(busy).run_wait({.run_id = "r", .polling = short_wait}), FlowsApiError);
}

TEST_CASE("run_wait looks less and less often", "[flows]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = run("ACTIVE")}; });
    (void)flows_client(mock).run_wait(
        {.run_id = "r", .polling = {.timeout = 400ms, .interval = 10ms, .longest_interval = 10s}});
    CHECK(mock.request_count() <= 10);  // 40 at the first interval
}

TEST_CASE("run_wait ends when it is cancelled, or its client is destroyed", "[flows]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = run("ACTIVE")}; });
    std::stop_source stop;
    auto const kind_of = [](auto const& call) {
        try {
            (void)call();
        } catch (NetworkError const& error) {
            return error.kind();
        }
        return NetworkError::Kind::local;
    };
    CHECK(kind_of([&] {
              return flows_client(mock).run_wait({.run_id = "r",
                                                  .polling = {.timeout = 1h},
                                                  .on_progress = [&](flows::Run const&) { stop.request_stop(); }},
                                                 {.stop = stop.get_token()});
          }) == NetworkError::Kind::cancelled);

    auto client = std::make_unique<Flows>("token", Flows::Options{.transport = mock});
    CHECK(kind_of([&] {
              return client->run_wait(
                  {.run_id = "r", .polling = quick, .on_progress = [&](flows::Run const&) { client.reset(); }});
          }) == NetworkError::Kind::cancelled);
}

TEST_CASE("What a callback of run_wait throws ends the wait", "[flows]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = run("ACTIVE")}; });
    auto const lost = [](flows::Run const&) {
        throw NetworkError(NetworkError::Kind::connect, NetworkError::Sent::no, "a call of the callback's own");
    };
    CHECK_THROWS_WITH(flows_client(mock).run_wait({.run_id = "r", .polling = quick, .on_progress = lost}),
                      "a call of the callback's own");
    CHECK(mock.request_count() == 1);
}

TEST_CASE("Impossible times of a wait are refused before anything is sent", "[flows]") {
    MockTransport mock;
    auto const client = flows_client(mock);
    double const nan = std::numeric_limits<double>::quiet_NaN();
    using Span = std::chrono::duration<double>;
    for (Polling const& polling : {Polling{.timeout = -1s}, Polling{.timeout = Span(nan)}, Polling{.interval = 1ms},
                                   Polling{.interval = Span(nan)}, Polling{.interval = 10s, .longest_interval = 1s},
                                   Polling{.longest_interval = Span(nan)}})
        CHECK_THROWS_AS(client.run_wait({.run_id = "r", .polling = polling}), UsageError);
    CHECK(mock.request_count() == 0);
}

TEST_CASE("task_wait of Search ends when the task does", "[search]") {
    using SearchKind = search::TaskVerdict::Kind;
    for (auto const& [state, kind] : {std::pair{"SUCCESS", SearchKind::succeeded}, {"FAILED", SearchKind::failed}}) {
        MockTransport mock;
        mock.reply(200, R"({"task_id": "t", "state": "PENDING"})")
            .reply(200, R"({"task_id": "t", "state": ")" + std::string(state) + "\"}");
        Search const client{"token", {.transport = mock}};
        auto const verdict = client.task_wait({.task_id = "t", .polling = quick});
        CHECK(verdict.kind == kind);
        CHECK(verdict.ended());
        CHECK(std::string(to_string(verdict.kind)) == (kind == SearchKind::failed ? "failed" : "succeeded"));
    }
}
