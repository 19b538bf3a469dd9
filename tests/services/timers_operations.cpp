// SPDX-License-Identifier: Apache-2.0
#include <globus/services/timers.hpp>
#include <globus/services/transfer/payloads.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using TimersClient = Client<TimersService, AccessTokenPolicy, MockTransport>;

TimersClient make_client(MockTransport const& mock) { return TimersClient{"token", {.transport = mock}}; }
Json body_of(http::Request const& request) { return boost::json::parse(request.body); }

}  // namespace

TEST_CASE("A timer of transfers has a schedule and no submission id of its own", "[timers]") {
    MockTransport mock;
    mock.reply(201, R"({"timer": {"job_id": "t1", "status": "new", "interval": null, "tomorrow's": 1}})");
    transfer::TransferData data{.source_endpoint = "a", .destination_endpoint = "b"};
    data.submission_id = "of one run";
    data.add_item({.source_path = "/x", .destination_path = "/y"});
    auto const made = make_client(mock).create_timer(
        {.timer =
             TransferTimer{.name = "nightly ☃",
                           .schedule = RecurringTimerSchedule{.interval_seconds = 86400, .end = EndAfter{.count = 5}},
                           .body = data}});
    CHECK(made->timer->job_id == "t1");
    CHECK(made->timer->interval.is_null());
    CHECK(made.json().at("timer").at("tomorrow's") == 1);

    REQUIRE(mock.request_count() == 1);
    CHECK(mock.requests()[0].url == "https://timer.automate.globus.org/v2/timer");
    Json const sent = body_of(mock.requests()[0]).at("timer");
    CHECK(sent.at("timer_type") == "transfer");
    CHECK(sent.at("name") == "nightly ☃");
    CHECK(sent.at("schedule") == boost::json::parse(R"({"type": "recurring", "interval_seconds": 86400,
                                                        "end": {"condition": "iterations", "count": 5}})"));
    CHECK_FALSE(sent.at("body").as_object().contains("submission_id"));
    CHECK(sent.at("body").at("DATA").at(0).at("source_path") == "/x");
    CHECK(data.submission_id == "of one run");  // the caller's document is as it was
}

TEST_CASE("A timer ends after so many runs or at a time", "[timers]") {
    auto const written = [](Optional<timers::TimerEnd> end) {
        RecurringTimerSchedule schedule{.interval_seconds = 60};
        schedule.end = std::move(end);
        schedule.check();
        return boost::json::parse(to_json(schedule)).at("end");
    };
    CHECK(written(EndAfter{.count = 7}) == boost::json::parse(R"({"condition": "iterations", "count": 7})"));
    CHECK(written(EndAt{.datetime = "2030-01-02T03:04:05+00:00"}) ==
          boost::json::parse(R"({"condition": "time", "datetime": "2030-01-02T03:04:05+00:00"})"));
    CHECK(written(Json{{"condition", "new"}}) == Json{{"condition", "new"}});
    CHECK(written(EndAfter{.count = 1, .additional_fields = {{"new", 1}}}).at("new") == 1);

    RecurringTimerSchedule never{.interval_seconds = 60, .end = EndAfter{.count = 0}};
    CHECK_THROWS_AS(never.check(), UsageError);
    CHECK_THROWS_AS(written(EndAt{.datetime = ""}), UsageError);
    static_assert(!std::is_convertible_v<int, timers::TimerEnd>);
    static_assert(!std::is_convertible_v<char const*, timers::TimerEnd>);

    MockTransport mock;
    CHECK_THROWS_AS(make_client(mock).create_timer({.timer = TransferTimer{.schedule = never, .body = Json{{"a", 1}}}}),
                    UsageError);
    CHECK(mock.request_count() == 0);
}

TEST_CASE("A timer takes times and spans of the program, and any text", "[timers]") {
    using std::chrono::sys_days, std::chrono::year;
    CHECK(to_json(RecurringTimerSchedule{.interval_seconds = 24h, .start = sys_days{year(2030) / 1 / 2} + 90min}) ==
          R"({"type":"recurring","interval_seconds":86400,"start":"2030-01-02T01:30:00+00:00"})");
    OnceTimerSchedule const once{.datetime = "at noon"};
    CHECK_NOTHROW(once.check());
    CHECK(to_json(once) == R"({"type":"once","datetime":"at noon"})");
    OnceTimerSchedule const replaced{.datetime = "2030-02-30", .additional_fields = {{"datetime", "2030-03-02"}}};
    CHECK_NOTHROW(replaced.check());
}

TEST_CASE("A timer that was read tells its end and what it does", "[timers]") {
    auto const read = [](char const* text) {
        Response<timers::Timer> response{http::Response{.status = 200, .body = text}};
        CHECK(response.mismatch().empty());
        return *std::move(response);
    };
    auto const timer = read(R"({"stop_after": {"date": "2030-01-01T00:00:00+00:00", "n_runs": 5}, "timer_type": "flow",
                                "flow_id": "f", "activity": {"code": "run_in_progress", "duration_seconds": 1.5}})");
    CHECK(timer.stop_after->date == "2030-01-01T00:00:00+00:00");
    CHECK(timer.stop_after->n_runs == 5);
    CHECK(timer.activity->code == "run_in_progress");
    CHECK(timer.activity->duration_seconds == 1.5);
    CHECK(timer.flow_id == "f");
    CHECK(read(R"({"stop_after": null, "activity": null})").stop_after.is_null());
}

TEST_CASE("A timer of a flow names the flow", "[timers]") {
    MockTransport mock;
    mock.reply(201, "{}");
    (void)make_client(mock).create_timer(
        {.timer = FlowTimer{.flow_id = "f", .schedule = OnceTimerSchedule{}, .body = {{"body", {{"x", 1}}}}}});
    CHECK(body_of(mock.requests().at(0)) == boost::json::parse(R"({"timer": {"timer_type": "flow", "flow_id": "f",
        "schedule": {"type": "once"}, "body": {"body": {"x": 1}}}})"));
}

TEST_CASE("A timer of the older form says whether it runs again", "[timers]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 201, .body = "{}"}; });
    auto const client = make_client(mock);
    (void)client.create_job({.data = TimerJob{.callback_url = "https://actions.example.org/",
                                              .callback_body = {{"body", {}}},
                                              .start = "2030-01-01T00:00:00",
                                              .interval = 1min}});
    (void)client.create_job(
        {.data = TimerJob{.callback_url = "u", .callback_body = 1, .start = "s", .interval = null}});
    CHECK(mock.requests()[0].url == "https://timer.automate.globus.org/jobs/");
    CHECK(body_of(mock.requests()[0]).at("interval") == 60);
    CHECK(body_of(mock.requests()[1]).at("interval").is_null());
}

TEST_CASE("Timers are listed, paused, resumed, changed and deleted by their ids", "[timers]") {
    MockTransport mock;
    auto const client = make_client(mock);
    mock.reply(200, R"({"jobs": [{"job_id": "a", "n_runs": 9007199254740993}, {"job_id": "b"}]})");
    auto const list = client.list_jobs();
    REQUIRE(list->jobs.size() == 2);
    CHECK(list->jobs[0].n_runs == 9007199254740993);

    mock.reply(200, R"({"message": "done"})").reply(200, R"({"message": "done"})").reply(200, "{}").reply(200, "{}");
    CHECK(client.pause_job({.job_id = "a/b"})->message == "done");
    CHECK(client.resume_job({.job_id = "c", .update_credentials = true})->message == "done");
    (void)client.update_job({.job_id = "c", .data = {{"name", "n"}}});
    (void)client.delete_job({.job_id = "c"});
    auto const requests = mock.requests();
    std::string const jobs = "https://timer.automate.globus.org/jobs/";
    CHECK(requests[1].url == jobs + "a%2Fb/pause");
    CHECK(requests[1].body.empty());
    CHECK(requests[2].url == jobs + "c/resume");
    CHECK(body_of(requests[2]) == Json{{"update_credentials", true}});
    CHECK(requests[3].method == http::Method::patch);
    CHECK(body_of(requests[3]) == Json{{"name", "n"}});
    CHECK(requests[4].method == http::Method::delete_);
    for (char const* id : {"", ".", ".."}) CHECK_THROWS_AS(client.get_job({.job_id = id}), UsageError);
    CHECK(mock.request_count() == 5);
}

TEST_CASE("Timers says what is wrong in one object or member by member", "[timers]") {
    MockTransport mock;
    auto const client = make_client(mock);
    mock.reply(404, R"({"error": {"code": "NOT_FOUND", "detail": "no such timer"}})");
    mock.reply(422, R"({"detail": [{"loc": ["body", "start"], "msg": "field required", "type": "value_error.missing"},
                                   {"loc": ["query"], "msg": "odd", "type": "x"}]})");
    auto const missing = client.try_send(timers::GetJob{.job_id = "a"});
    REQUIRE_FALSE(missing);
    try {
        (void)missing.value();
    } catch (TimersApiError const& error) {
        CHECK(error.code() == "NOT_FOUND");
        CHECK(error.message() == "no such timer");
    }
    try {
        (void)client.get_job({.job_id = "a"});
        FAIL("no error");
    } catch (TimersApiError const& error) {
        CHECK(error.http_status() == 422);
        CHECK(error.messages() == std::vector<std::string>{"field required: body.start", "odd: query"});
        CHECK(error.errors().size() == 2);
    }
}
