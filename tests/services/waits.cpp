// SPDX-License-Identifier: Apache-2.0
// Waiting for runs of flows and timers, for tasks of indexes and for their deletion, by calls that block and by calls
// that do not.
#include <globus/asio.hpp>
#include <globus/globus.hpp>
#include <globus/services/flows/async.hpp>
#include <globus/services/search/async.hpp>
#include <globus/services/timers/async.hpp>
#include <globus/services/transfer/async.hpp>

#include <support/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Kind = flows::RunVerdict::Kind;

std::string run(std::string const& status) { return R"({"run_id": "r", "status": ")" + status + "\"}"; }

/// The waits of a client that block.
struct Blocking {
    template <class S>
    using ClientOf = Client<S, AccessTokenPolicy, MockTransport, NoRetry>;

    template <class S>
    ClientOf<S> client(MockTransport mock) const {
        return ClientOf<S>{"token", {.transport = std::move(mock)}};
    }
    auto run_wait(ClientOf<FlowsService> const& client, flows::RunWait wait, CallOptions options = {}) const {
        return client.run_wait(std::move(wait), options);
    }
    auto task_wait(ClientOf<SearchService> const& client, search::TaskWait wait) const {
        return client.task_wait(std::move(wait));
    }
    auto index_delete_wait(ClientOf<SearchService> const& client, search::IndexDeleteWait wait) const {
        return client.index_delete_wait(std::move(wait));
    }
    auto timer_wait(ClientOf<TimersService> const& client, timers::TimerWait wait) const {
        return client.timer_wait(std::move(wait));
    }
};

/// The waits that do not.
struct Async {
    template <class S>
    using ClientOf = Client<S, AccessTokenPolicy, AsioTransport, NoRetry>;

    template <class S>
    ClientOf<S> client(MockTransport mock) {
        return ClientOf<S>{"token", {.transport = AsioTransport{io, std::move(mock)}}};
    }
    auto run_wait(ClientOf<FlowsService> const& client, flows::RunWait wait, CallOptions options = {}) {
        return result(async_run_wait(client, std::move(wait), std::move(options), asio::use_future));
    }
    auto task_wait(ClientOf<SearchService> const& client, search::TaskWait wait) {
        return result(async_task_wait(client, std::move(wait), asio::use_future));
    }
    auto index_delete_wait(ClientOf<SearchService> const& client, search::IndexDeleteWait wait) {
        return result(async_index_delete_wait(client, std::move(wait), asio::use_future));
    }
    auto timer_wait(ClientOf<TimersService> const& client, timers::TimerWait wait) {
        return result(async_timer_wait(client, std::move(wait), asio::use_future));
    }

    asio::io_context io;

private:
    template <class T>
    T result(std::future<T> future) {
        io.restart();
        io.run();
        return future.get();
    }
};

}  // namespace

TEMPLATE_TEST_CASE("run_wait ends when the run does, or waits for its user", "[flows]", Blocking, Async) {
    TestType driver;
    std::vector<std::pair<char const*, Kind>> const ends{
        {"SUCCEEDED", Kind::succeeded}, {"FAILED", Kind::failed}, {"ENDED", Kind::ended}, {"INACTIVE", Kind::inactive}};
    for (auto const& [status, kind] : ends) {
        INFO(status);
        MockTransport mock;
        mock.reply(200, run("ACTIVE")).reply(200, run("A NEW STATUS")).reply(200, run(status));
        std::vector<std::string> seen;
        auto const verdict = driver.run_wait(
            driver.template client<FlowsService>(mock),
            {.run_id = "r", .timeout = 5s, .polling_interval = 10ms, .on_progress = [&](flows::Run const& one) {
                 seen.push_back(one.status);
             }});
        CHECK(verdict.kind == kind);
        CHECK(verdict.succeeded() == (kind == Kind::succeeded));
        CHECK(verdict.ended() == (kind != Kind::inactive));
        CHECK(verdict.run.status == status);
        CHECK(seen == std::vector<std::string>{"ACTIVE", "A NEW STATUS", status});
    }
}

TEMPLATE_TEST_CASE("run_wait makes up for a look that fails in passing, and tells of one that does not", "[flows]",
                   Blocking, Async) {
    TestType driver;
    MockTransport mock;
    mock.reply(503, "{}").reply(200, "{\"run_id\": ").reply(200, run("SUCCEEDED"));
    CHECK(driver
              .run_wait(driver.template client<FlowsService>(mock),
                        {.run_id = "r", .timeout = 5s, .polling_interval = 10ms})
              .succeeded());

    MockTransport gone;
    gone.reply(200, run("ACTIVE")).reply(404, R"({"error": {"code": "NOT_FOUND"}})");
    CHECK_THROWS_AS(driver.run_wait(driver.template client<FlowsService>(gone),
                                    {.run_id = "r", .timeout = 5s, .polling_interval = 10ms}),
                    FlowsApiError);
}

TEMPLATE_TEST_CASE("run_wait returns what it saw when time runs out, or the error if it saw nothing", "[flows]",
                   Blocking, Async) {
    TestType driver;
    flows::RunWait const short_wait{.run_id = "r", .timeout = 50ms, .polling_interval = 10ms};
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = run("ACTIVE")}; });
    auto const verdict = driver.run_wait(driver.template client<FlowsService>(mock), short_wait);
    CHECK(verdict.kind == Kind::timed_out);
    CHECK_FALSE(verdict.ended());
    CHECK(verdict.run.run_id == "r");
    CHECK(mock.request_count() >= 2);

    MockTransport busy;
    busy.otherwise([](http::Request const&) { return http::Response{.status = 503, .body = "{}"}; });
    CHECK_THROWS_AS(driver.run_wait(driver.template client<FlowsService>(busy), short_wait), FlowsApiError);
}

TEST_CASE("A wait looks less and less often, up to its interval, and at the end of its time", "[polling]") {
    using detail::PollingPlan;
    using Seconds = PollingPlan::Seconds;
    struct Case {
        double timeout, polling_interval, first_interval;
        std::vector<double> looks;
    };
    for (Case const& one : {Case{10, 10, 0.5, {0.5, 1.25, 2.375, 4.0625, 6.59375, 10}},
                            Case{3, 1, 0.5, {0.5, 1.25, 2.25, 3}}, Case{1, 0.2, 0.5, {0.2, 0.4, 0.6, 0.8, 1}},
                            Case{7, 3, 3, {3, 6}}, Case{8, 3, 3, {3, 6, 8}}, Case{0.01, 30, 0.5, {0.01}}}) {
        PollingPlan plan("a_wait", {.timeout = Seconds(one.timeout),
                                    .polling_interval = Seconds(one.polling_interval),
                                    .first_interval = Seconds(one.first_interval)});
        std::vector<double> looks;
        Seconds now{0};
        double pause = 0;
        while (auto const look = plan.next(now)) {
            looks.push_back(look->latest.count());
            CHECK(look->earliest <= look->latest);
            CHECK(look->latest - look->earliest <= 0.1 * (look->latest - now) + Seconds(1e-9));
            pause = (look->latest - now).count();
            now = look->latest;
        }
        CHECK(pause <= one.polling_interval + 1e-9);
        REQUIRE(looks.size() == one.looks.size());
        for (std::size_t i = 0; i != looks.size(); ++i) CHECK(looks[i] == Catch::Approx(one.looks[i]));
    }
}

TEST_CASE("A look that takes long leaves out the looks that it made impossible", "[polling]") {
    using Seconds = detail::PollingPlan::Seconds;
    detail::PollingPlan plan("a_wait", {.timeout = 20s, .polling_interval = 2s, .first_interval = 2s});
    CHECK(plan.next(Seconds(0))->latest == Seconds(2));
    CHECK(plan.next(Seconds(7))->latest == Seconds(8));
    CHECK(plan.next(Seconds(8))->latest == Seconds(10));
    CHECK_FALSE(plan.next(Seconds(25)));
}

TEMPLATE_TEST_CASE("run_wait ends when it is cancelled, or its client is destroyed", "[flows]", Blocking, Async) {
    TestType driver;
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
              return driver.run_wait(
                  driver.template client<FlowsService>(mock),
                  {.run_id = "r", .timeout = 1h, .on_progress = [&](flows::Run const&) { stop.request_stop(); }},
                  {.stop = stop.get_token()});
          }) == NetworkError::Kind::cancelled);

    std::optional client(driver.template client<FlowsService>(mock));
    CHECK(kind_of([&] {
              return driver.run_wait(*client, {.run_id = "r",
                                               .timeout = 5s,
                                               .polling_interval = 10ms,
                                               .on_progress = [&](flows::Run const&) { client.reset(); }});
          }) == NetworkError::Kind::cancelled);
}

TEMPLATE_TEST_CASE("What a callback of run_wait throws ends the wait", "[flows]", Blocking, Async) {
    TestType driver;
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = run("ACTIVE")}; });
    auto const lost = [](flows::Run const&) {
        throw NetworkError(NetworkError::Kind::connect, NetworkError::Sent::no, "a call of the callback's own");
    };
    CHECK_THROWS_WITH(driver.run_wait(driver.template client<FlowsService>(mock),
                                      {.run_id = "r", .timeout = 5s, .polling_interval = 10ms, .on_progress = lost}),
                      "a call of the callback's own");
    CHECK(mock.request_count() == 1);
}

TEMPLATE_TEST_CASE("Impossible times of a wait are refused before anything is sent", "[flows]", Blocking, Async) {
    TestType driver;
    MockTransport mock;
    auto const client = driver.template client<FlowsService>(mock);
    double const nan = std::numeric_limits<double>::quiet_NaN();
    using Span = std::chrono::duration<double>;
    for (Span const span : {Span(-1), Span(0), Span(0.009), Span(nan)}) {
        CHECK_THROWS_AS(driver.run_wait(client, {.run_id = "r", .timeout = span}), UsageError);
        CHECK_THROWS_AS(driver.run_wait(client, {.run_id = "r", .polling_interval = span}), UsageError);
    }
    CHECK(mock.request_count() == 0);
}

TEMPLATE_TEST_CASE("task_wait of Search ends when the task does", "[search]", Blocking, Async) {
    TestType driver;
    using SearchKind = search::TaskVerdict::Kind;
    for (auto const& [state, kind] : {std::pair{"SUCCESS", SearchKind::succeeded}, {"FAILED", SearchKind::failed}}) {
        MockTransport mock;
        mock.reply(200, R"({"task_id": "t", "state": "PENDING"})")
            .reply(200, R"({"task_id": "t", "state": ")" + std::string(state) + "\"}");
        auto const client = driver.template client<SearchService>(mock);
        auto const verdict = driver.task_wait(client, {.task_id = "t", .timeout = 5s, .polling_interval = 10ms});
        CHECK(verdict.kind == kind);
        CHECK(verdict.ended());
        CHECK(std::string(to_string(verdict.kind)) == (kind == SearchKind::failed ? "failed" : "succeeded"));
    }
}

TEMPLATE_TEST_CASE("index_delete_wait ends when the index is gone, or will stay", "[search]", Blocking, Async) {
    TestType driver;
    using SearchKind = search::IndexDeleteVerdict::Kind;
    std::string const pending = R"({"id": "i", "status": "delete-pending"})";
    MockTransport mock;
    auto const client = driver.template client<SearchService>(mock);
    std::size_t seen = 0;
    auto const wait = [&](std::chrono::duration<double> timeout) {
        return driver.index_delete_wait(client, {.index_id = "i",
                                                 .timeout = timeout,
                                                 .polling_interval = 10ms,
                                                 .on_progress = [&](search::Index const& index) {
                                                     CHECK(index.id == "i");
                                                     ++seen;
                                                 }});
    };
    mock.reply(200, pending).reply(503, "{}").reply(200, pending);
    SECTION("it is gone") {
        mock.reply(404, R"({"code": "NotFound.NoSuchIndex"})");
        auto const verdict = wait(5s);
        CHECK(verdict.kind == SearchKind::deleted);
        CHECK(verdict.succeeded());
        CHECK(verdict.index.status == search::IndexStatus::delete_pending);
        CHECK(seen == 2);
    }
    SECTION("somebody reopens it") {
        mock.reply(200, R"({"id": "i", "status": "open"})");
        auto const verdict = wait(5s);
        CHECK(verdict.kind == SearchKind::open);
        CHECK(verdict.ended());
        CHECK_FALSE(verdict.succeeded());
        CHECK(to_string(verdict.kind) == std::string("open"));
    }
    SECTION("time runs out") {
        mock.otherwise([&](http::Request const&) { return http::Response{.status = 200, .body = pending}; });
        auto const verdict = wait(100ms);
        CHECK(verdict.kind == SearchKind::timed_out);
        CHECK_FALSE(verdict.ended());
    }
    SECTION("it may not be read") {
        mock.reply(403, R"({"code": "Forbidden"})");
        CHECK_THROWS_AS(wait(5s), SearchApiError);
    }
}

TEMPLATE_TEST_CASE("timer_wait ends with the next run, or when there will be none", "[timers]", Blocking, Async) {
    TestType driver;
    using TimerKind = timers::TimerVerdict::Kind;
    auto const timer = [](int runs, int errors, std::string const& more = R"("status": "loaded")") {
        return R"({"job_id": "j", "n_runs": )" + std::to_string(runs) + R"(, "n_errors": )" + std::to_string(errors) +
               ", " + more + "}";
    };
    MockTransport mock;
    auto const client = driver.template client<TimersService>(mock);
    timers::TimerWait wait{.job_id = "j", .timeout = 5s, .polling_interval = 10ms};
    SECTION("the next run") {
        mock.reply(200, timer(3, 1)).reply(503, "{}").reply(200, timer(3, 1)).reply(200, timer(4, 1));
        auto const verdict = driver.timer_wait(client, wait);
        CHECK(verdict.succeeded());
        CHECK(verdict.timer.n_runs == 4);
    }
    SECTION("it fails") {
        mock.reply(200, timer(3, 1)).reply(200, timer(4, 2));
        auto const verdict = driver.timer_wait(client, wait);
        CHECK(verdict.kind == TimerKind::failed);
        CHECK(verdict.ended());
    }
    SECTION("the first, which has been already") {
        wait.n_runs = 1;
        mock.reply(200, timer(1, 0, R"("status": "ended", "activity": null)"));
        CHECK(driver.timer_wait(client, wait).kind == TimerKind::succeeded);
        mock.reply(200, timer(1, 1, R"("status": "ended", "activity": null)"));
        CHECK(driver.timer_wait(client, wait).kind == TimerKind::failed);
    }
    SECTION("there is no other") {
        mock.reply(200, timer(1, 0, R"("status": "ended", "activity": null)"));
        CHECK(driver.timer_wait(client, wait).kind == TimerKind::ended);
    }
    SECTION("it is paused") {
        mock.reply(200, timer(1, 0)).reply(200, timer(1, 0, R"("status": "inactive")"));
        auto const verdict = driver.timer_wait(client, wait);
        CHECK(verdict.kind == TimerKind::paused);
        CHECK_FALSE(verdict.ended());
        mock.reply(200, timer(1, 0, R"("activity": {"code": "paused", "reason": "user"})"));
        CHECK(driver.timer_wait(client, wait).kind == TimerKind::paused);
    }
    SECTION("time runs out") {
        wait.timeout = 50ms;
        mock.otherwise([&](http::Request const&) { return http::Response{.status = 200, .body = timer(1, 0)}; });
        CHECK(driver.timer_wait(client, wait).kind == TimerKind::timed_out);
    }
    CHECK(mock.left() == 0);
}
