// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
using Kind = TaskVerdict::Kind;

// "if (verdict)" would read as success, and a task that failed has ended too.
static_assert(!std::is_constructible_v<bool, TaskVerdict>);

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>;

Transfer client(MockTransport const& mock) { return Transfer{AccessTokenPolicy{"token"}, {.transport = mock}}; }

std::string task(std::string const& status, std::string const& more = {}) {
    return R"({"task_id": "t", "status": ")" + status + '"' + (more.empty() ? "" : ", " + more) + '}';
}

/// A wait whose sleeps take no time and are noted.
TaskWait quick(std::vector<double>& sleeps, std::chrono::duration<double> timeout = 30s,
               std::chrono::duration<double> interval = 10s) {
    return {.task_id = "t",
            .timeout = timeout,
            .polling_interval = interval,
            .first_interval = interval,
            .jitter = 0,
            .sleep = [&sleeps](std::chrono::duration<double> length) {
                sleeps.push_back(length.count());
                return true;
            }};
}

constexpr char not_found[] =
    R"({"DATA": [{"code": "FILE_NOT_FOUND", "is_error": true, "details": "/x"}, {"code": "STARTED", "is_error": false}]})";
constexpr char timed_out[] = R"({"DATA": [{"code": "TIMEOUT", "is_error": true, "details": "slow"}]})";

}  // namespace

TEST_CASE("task_wait says how a task ended", "[transfer][task_wait]") {
    struct Ending {
        char const* status;
        char const* more;
        Kind kind;
    };
    for (Ending const& ending :
         {Ending{"SUCCEEDED", "", Kind::succeeded}, Ending{"FAILED", "", Kind::failed},
          Ending{"INACTIVE", "", Kind::inactive}, Ending{"FAILED", R"("canceled_by_admin": "SOURCE")", Kind::cancelled},
          Ending{"FAILED", R"("fatal_error": {"code": "CANCELED"})", Kind::cancelled},
          Ending{"FAILED", R"("subtasks_canceled": 2)", Kind::cancelled},
          Ending{"FAILED", R"("fatal_error": {"code": "EXPIRED"})", Kind::failed}}) {
        MockTransport mock;
        mock.reply(200, task(ending.status, ending.more));
        std::vector<double> sleeps;
        auto const verdict = client(mock).task_wait(quick(sleeps));
        CHECK(verdict.kind == ending.kind);
        CHECK(verdict.ended() == (ending.kind != Kind::inactive));
        CHECK(verdict.succeeded() == (ending.kind == Kind::succeeded));
        CHECK(verdict.task.task_id == "t");
        CHECK(sleeps.empty());
        CHECK(mock.request_count() == 1);
    }
}

TEST_CASE("task_wait looks at the plan's times and no longer", "[transfer][task_wait]") {
    struct Plan {
        double timeout, interval;
        std::vector<double> sleeps;
    };
    for (Plan const& plan :
         {Plan{10, 10, {10}}, Plan{30, 10, {10, 10, 10}}, Plan{5, 60, {5}}, Plan{7, 3, {3, 3}}, Plan{1, 1, {1}}}) {
        MockTransport mock;
        mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = task("ACTIVE")}; });
        std::vector<double> sleeps;
        using Seconds = std::chrono::duration<double>;
        auto const verdict = client(mock).task_wait(quick(sleeps, Seconds(plan.timeout), Seconds(plan.interval)));
        CHECK_FALSE(verdict.ended());
        CHECK(verdict.kind == Kind::timed_out);
        CHECK(sleeps == plan.sleeps);
        CHECK(mock.request_count() == plan.sleeps.size() + 1);
    }
}

TEST_CASE("task_wait looks soon at first, and may be asked below a second", "[transfer][task_wait]") {
    MockTransport mock;
    std::vector<double> sleeps;
    mock.reply(200, task("ACTIVE")).reply(200, task("ACTIVE")).reply(200, task("SUCCEEDED"));
    TaskWait wait = quick(sleeps);
    wait.first_interval = TaskWait{.task_id = "t"}.first_interval;
    CHECK(client(mock).task_wait(wait).succeeded());
    CHECK(sleeps == std::vector<double>{0.5, 0.75});

    mock.reply(200, task("ACTIVE")).reply(200, task("SUCCEEDED"));
    auto const begun = http::Clock::now();
    CHECK(client(mock).task_wait({.task_id = "t", .polling_interval = 20ms}).succeeded());
    CHECK(http::Clock::now() - begun < 400ms);
}

TEST_CASE("task_wait's jitter makes looks earlier, not fewer or later", "[transfer][task_wait]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = task("ACTIVE")}; });
    std::vector<double> sleeps;
    TaskWait wait = quick(sleeps, 100s, 10s);
    wait.jitter = 0.5;
    (void)client(mock).task_wait(wait);
    REQUIRE(sleeps.size() == 10);
    double sum = 0;
    bool varied = false;
    for (std::size_t i = 0; i != sleeps.size(); ++i) {
        sum += sleeps[i];
        double const planned = 10.0 * static_cast<double>(i + 1);
        CHECK(sum <= planned + 1e-9);
        CHECK(sum >= planned - 5 - 1e-9);
        varied = varied || std::abs(sum - planned) > 1e-6;
    }
    CHECK(varied);
    CHECK(sum == Catch::Approx(100));
}

TEST_CASE("task_wait reads what the faults are", "[transfer][task_wait]") {
    MockTransport mock;
    std::vector<double> sleeps;
    SECTION("and waits on") {
        mock.reply(200, task("ACTIVE", R"("faults": 1)")).reply(200, not_found);
        mock.reply(200, task("ACTIVE", R"("faults": 1)"));
        mock.reply(200, task("SUCCEEDED", R"("faults": 1)"));
        auto const verdict = client(mock).task_wait(quick(sleeps));
        CHECK(verdict.kind == Kind::succeeded);
        REQUIRE(verdict.faults.size() == 1);
        CHECK(*verdict.faults[0].code == "FILE_NOT_FOUND");
        CHECK(mock.requests()[1].url.find("/task/t/event_list?") != std::string::npos);
        CHECK(mock.left() == 0);
    }
    SECTION("or names them when time is over") {
        mock.reply(200, task("ACTIVE", R"("faults": 1)")).reply(200, not_found);
        mock.reply(200, task("ACTIVE", R"("faults": 1)"));
        auto const verdict = client(mock).task_wait(quick(sleeps, 10s));
        CHECK(verdict.kind == Kind::faulting);
        CHECK_FALSE(verdict.ended());
    }
    SECTION("or fails fast") {
        TaskWait wait = quick(sleeps);
        wait.on_fault = OnFault::fail_fast;
        mock.reply(200, task("ACTIVE", R"("faults": 1)")).reply(200, timed_out);  // may heal
        mock.reply(200, task("ACTIVE", R"("faults": 2)")).reply(200, not_found);
        auto const verdict = client(mock).task_wait(wait);
        CHECK(verdict.kind == Kind::faulting);
        CHECK(sleeps.size() == 1);
        CHECK(mock.left() == 0);
    }
    SECTION("or cancels the task") {
        TaskWait wait = quick(sleeps);
        wait.on_fault = OnFault::cancel;
        mock.reply(200, task("ACTIVE", R"("faults": 1)")).reply(200, not_found);
        mock.reply(503);  // the first attempt to cancel
        mock.reply(200, task("ACTIVE", R"("faults": 1)")).reply(200, R"({"code": "Canceled"})");
        mock.reply(200, task("FAILED", R"("faults": 1)"));
        auto const verdict = client(mock).task_wait(wait);
        CHECK(verdict.kind == Kind::cancelled);
        CHECK(verdict.ended());
        CHECK(mock.requests()[4].url.ends_with("/task/t/cancel"));
        CHECK(mock.left() == 0);
    }
    SECTION("a pause is named too") {
        mock.reply(200, task("ACTIVE", R"("is_paused": true)")).reply(200, task("ACTIVE", R"("is_paused": true)"));
        CHECK(client(mock).task_wait(quick(sleeps, 10s)).kind == Kind::paused);
    }
}

TEST_CASE("faults that cannot heal are known by code and by words", "[transfer][task_wait]") {
    CHECK(transfer::cannot_heal({.code = "FILE_NOT_FOUND", .is_error = true}));
    CHECK(transfer::cannot_heal({.code = "PERMISSION_DENIED"}));
    CHECK(transfer::cannot_heal(
        {.code = "ENDPOINT_ERROR", .details = "500 open: No such file or directory", .is_error = true}));
    CHECK_FALSE(transfer::cannot_heal({.code = "CONNECTION_RESET", .is_error = true}));
    CHECK_FALSE(transfer::cannot_heal({.code = "FILE_NOT_FOUND", .is_error = false}));
    CHECK_FALSE(transfer::cannot_heal({}));
}

TEST_CASE("task_wait survives what passes", "[transfer][task_wait]") {
    MockTransport mock;
    std::vector<double> sleeps;
    SECTION("between looks") {
        mock.reply(503).fail({NetworkError::Kind::connect, NetworkError::Sent::no, "refused"});
        mock.reply(200, "{\"task_id\": \"t\", \"sta").reply(200, task("SUCCEEDED"));
        CHECK(client(mock).task_wait(quick(sleeps)).kind == Kind::succeeded);
        CHECK(sleeps.size() == 3);
    }
    SECTION("but not for ever") {
        mock.otherwise([](http::Request const&) { return http::Response{.status = 503}; });
        CHECK_THROWS_AS(client(mock).task_wait(quick(sleeps)), TransferApiError);
        CHECK(mock.request_count() == 4);
    }
    SECTION("and says what it saw last") {
        mock.reply(200, task("ACTIVE", R"("label": "seen")"));
        mock.otherwise([](http::Request const&) { return http::Response{.status = 503}; });
        auto const verdict = client(mock).task_wait(quick(sleeps));
        CHECK(verdict.kind == Kind::timed_out);
        CHECK(*verdict.task.label == "seen");
    }
    SECTION("not a task that is not there") {
        mock.reply(200, task("ACTIVE")).reply(404, R"({"code": "TaskNotFound", "message": "none"})");
        CHECK_THROWS_AS(client(mock).task_wait(quick(sleeps)), TransferApiError);
    }
}

TEST_CASE("task_wait tells how far the task is", "[transfer][task_wait]") {
    MockTransport mock;
    mock.reply(200, task("ACTIVE", R"("bytes_transferred": 100, "effective_bytes_per_second": 7, "files": 3,
                                      "files_transferred": 1, "nice_status": "OK")"));
    mock.reply(200, task("SUCCEEDED", R"("bytes_transferred": 600, "files": 3, "files_transferred": 3)"));
    std::vector<double> sleeps;
    std::vector<std::int64_t> rates, files;
    std::vector<std::string> statuses;
    TaskWait wait = quick(sleeps);
    wait.on_progress = [&](TaskProgress const& now) {
        rates.push_back(now.bytes_per_second);
        files.push_back(now.files);
        statuses.push_back(now.nice_status);
        CHECK(now.files_total == 3);
        CHECK(now.task.task_id == std::string("t"));
    };
    (void)client(mock).task_wait(wait);
    CHECK(rates == std::vector<std::int64_t>{7, 50});
    CHECK(files == std::vector<std::int64_t>{1, 3});
    CHECK(statuses == std::vector<std::string>{"OK", ""});
}

TEST_CASE("task_wait is cancelled within 100 ms", "[transfer][task_wait]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = task("ACTIVE")}; });
    auto const transfer = client(mock);
    std::stop_source source;
    std::chrono::steady_clock::time_point asked;
    std::jthread const other([&] {
        while (mock.request_count() == 0) std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(20ms);
        asked = std::chrono::steady_clock::now();
        source.request_stop();
    });
    try {
        (void)transfer.task_wait({.task_id = "t", .timeout = 60s}, {.stop = source.get_token()});
        FAIL("the wait was not cancelled");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::cancelled);
        CHECK(std::chrono::steady_clock::now() - asked < 100ms);
    }
}

TEST_CASE("task_wait goes on while a status is not known", "[transfer][task_wait]") {
    for (std::string const unknown : {R"("status": "PAUSED_BY_MOON")", R"("status": "")", R"("status": null)",
                                      R"("status": "succeeded")", R"("other": 1)"}) {
        INFO(unknown);
        std::string const odd = "{" + unknown + "}";
        std::vector<double> sleeps;
        MockTransport mock;
        mock.reply(200, odd).reply(200, odd).reply(200, task("SUCCEEDED"));
        CHECK(client(mock).task_wait(quick(sleeps)).kind == Kind::succeeded);
        CHECK(sleeps.size() == 2);
        mock.otherwise([&](http::Request const&) { return http::Response{.status = 200, .body = odd}; });
        auto const verdict = client(mock).task_wait(quick(sleeps));
        CHECK(verdict.kind == Kind::timed_out);
        CHECK_FALSE(verdict.ended());
    }
}

TEST_CASE("task_wait that is cancelled keeps what it knew", "[transfer][task_wait]") {
    MockTransport mock;
    std::stop_source source;
    std::vector<double> sleeps;
    TaskWait wait = quick(sleeps);
    auto const cancelled = [&] {
        try {
            (void)client(mock).task_wait(wait, {.stop = source.get_token()});
        } catch (TaskWaitCancelled const& error) {
            CHECK(error.kind() == NetworkError::Kind::cancelled);
            return error.seen();
        }
        FAIL("the wait was not cancelled");
        return TaskVerdict{};
    };
    SECTION("between two looks") {
        mock.reply(200, task("ACTIVE", R"("files_transferred": 3, "faults": 1)")).reply(200, not_found);
        wait.sleep = [](std::chrono::duration<double>) { return false; };
        TaskVerdict const seen = cancelled();
        CHECK(seen.task.files_transferred == 3);
        CHECK(seen.kind == Kind::faulting);
        CHECK(seen.faults.size() == 1);
    }
    SECTION("within a look") {
        mock.reply(200, task("ACTIVE", R"("is_paused": true, "bytes_transferred": 5)"));
        mock.fail({NetworkError::Kind::cancelled, NetworkError::Sent::yes, "cancelled"});
        TaskVerdict const seen = cancelled();
        CHECK(seen.task.bytes_transferred == 5);
        CHECK(seen.kind == Kind::paused);
    }
    SECTION("before the first look, of which it knows nothing") {
        source.request_stop();
        TaskVerdict const seen = cancelled();
        CHECK(seen.task.task_id.empty());
        CHECK(mock.request_count() == 0);
    }
    SECTION("as does whoever catches a NetworkError") {
        wait.sleep = [](std::chrono::duration<double>) { return false; };
        mock.reply(200, task("ACTIVE"));
        CHECK_THROWS_AS(client(mock).task_wait(wait), NetworkError);
    }
}

TEST_CASE("task_wait counts with any numbers of the service", "[transfer][task_wait]") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(),
                           least = std::numeric_limits<std::int64_t>::min();
    std::vector<std::int64_t> const extremes{least, most, 0, least, -1, most, most, 1};
    MockTransport mock;
    std::int64_t faults = 0;
    for (std::int64_t const number : extremes) {
        std::string const text = std::to_string(number);
        mock.reply(200, task("ACTIVE", R"("bytes_transferred": )" + text + R"(, "files": )" + text +
                                           R"(, "files_transferred": )" + text + R"(, "faults": )" + text +
                                           R"(, "effective_bytes_per_second": )" + text));
        if (number > faults) mock.reply(200, R"({"DATA": []})");  // what they are is asked when there are more
        faults = std::max(faults, number);
    }
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = task("SUCCEEDED")}; });
    std::vector<double> sleeps;
    TaskWait wait = quick(sleeps, 1000s, 1s);
    std::vector<std::int64_t> bytes, rates;
    wait.on_progress = [&](TaskProgress const& now) {
        bytes.push_back(now.bytes);
        rates.push_back(now.bytes_per_second);
    };
    CHECK(client(mock).task_wait(wait).succeeded());
    REQUIRE(bytes.size() >= 3);
    CHECK(rates[0] == least);  // the service's own word
    CHECK(rates[1] == most);   // twice as much, were there such a number
    for (std::size_t i = 1; i < rates.size(); ++i) {
        CHECK((rates[i] > 0) == (bytes[i] > bytes[i - 1]));
        CHECK((rates[i] < 0) == (bytes[i] < bytes[i - 1]));
    }
}

TEST_CASE("task_wait takes times without end, and ends at once where none is left", "[transfer][task_wait]") {
    using Seconds = std::chrono::duration<double>;
    double const inf = std::numeric_limits<double>::infinity();
    MockTransport mock;
    auto const transfer = client(mock);
    std::vector<double> sleeps;
    for (double const length : {inf, 1.7e308, 1e18}) {
        mock.reply(200, task("ACTIVE")).reply(200, task("SUCCEEDED"));
        CHECK(transfer.task_wait(quick(sleeps, Seconds(length), 1s)).succeeded());
        mock.reply(200, task("ACTIVE")).reply(200, task("SUCCEEDED"));
        CHECK(transfer.task_wait(quick(sleeps, 5s, Seconds(length))).succeeded());
        mock.reply(200, task("ACTIVE")).reply(200, task("SUCCEEDED"));
        CHECK(transfer.task_wait(quick(sleeps, Seconds(length), Seconds(length))).succeeded());
    }
    mock.reply(200, task("ACTIVE")).reply(200, task("SUCCEEDED"));
    CHECK(transfer.task_wait(quick(sleeps), {.deadline = http::Clock::time_point::max()}).succeeded());
    for (auto const past : {http::Clock::time_point::min(), http::Clock::time_point(), http::Clock::now()}) {
        try {
            (void)transfer.task_wait({.task_id = "t"}, {.deadline = past});
            FAIL("there was no time for a look");
        } catch (NetworkError const& error) {
            CHECK(error.kind() == NetworkError::Kind::timeout);
        }
    }
    for (double const length : {-inf, -1.0, 0.0, 0.009, std::nan("")}) {
        CHECK_THROWS_AS(transfer.task_wait({.task_id = "t", .timeout = Seconds(length)}), UsageError);
        CHECK_THROWS_AS(transfer.task_wait({.task_id = "t", .polling_interval = Seconds(length)}), UsageError);
        CHECK_THROWS_AS(transfer.task_wait({.task_id = "t", .first_interval = Seconds(length)}), UsageError);
    }
    for (double const part : {-inf, -0.1, 1.0, inf, std::nan("")})
        CHECK_THROWS_AS(transfer.task_wait({.task_id = "t", .jitter = part}), UsageError);
    CHECK(mock.left() == 0);
}

TEST_CASE("task_wait keeps the deadline of its options", "[transfer][task_wait]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = task("ACTIVE")}; });
    auto const start = http::Clock::now();
    auto const verdict = client(mock).task_wait({.task_id = "t", .timeout = 60s}, {.deadline = start + 100ms});
    CHECK(verdict.kind == Kind::timed_out);
    CHECK(http::Clock::now() - start < 1s);
    CHECK(mock.request_count() == 1);
}

TEST_CASE("task_wait refuses times that are too short", "[transfer][task_wait]") {
    MockTransport mock;
    auto const transfer = client(mock);
    std::chrono::duration<double> const nan{std::numeric_limits<double>::quiet_NaN()};
    CHECK_THROWS_AS(transfer.task_wait({.task_id = "t", .timeout = 9ms}), UsageError);
    CHECK_THROWS_AS(transfer.task_wait({.task_id = "t", .polling_interval = 0s}), UsageError);
    CHECK_THROWS_AS(transfer.task_wait({.task_id = "t", .timeout = nan}), UsageError);
    CHECK_THROWS_AS(transfer.task_wait({.task_id = "t", .jitter = 1}), UsageError);
    CHECK(mock.request_count() == 0);
}
