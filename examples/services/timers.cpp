// SPDX-License-Identifier: Apache-2.0
// Globus Timers: a transfer every night, whose first run is waited for, and a run of a flow on a certain day.
#include <globus/services/timers.hpp>
#include <globus/services/transfer/payloads.hpp>

#include "expect.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

using namespace globus;
using namespace std::chrono_literals;
using timers::FlowTimer, timers::OnceTimerSchedule, timers::RecurringTimerSchedule, timers::TransferTimer;
using transfer::TransferData;

template <class Client>
std::string every_night(Client const& client, TransferData const& data) {
    auto const made = client.create_timer(
        {.timer = TransferTimer{
             .name = "nightly",
             .schedule = RecurringTimerSchedule{.interval_seconds = 24h, .start = "2026-12-01T01:00:00Z"_time},
             .body = data}});
    return made->timer->job_id;
}

template <class Client>
std::string at_the_end(Client const& client, std::string const& flow_id) {
    auto const made =
        client.create_timer({.timer = FlowTimer{.flow_id = flow_id,
                                                .name = "publish",
                                                .schedule = OnceTimerSchedule{.datetime = "2027-01-31T12:00:00+00:00"},
                                                .body = Json{{"body", {{"run", "2026-3"}}}, {"label", "Publish"}}}});
    return made->timer->job_id;
}

template <class Client>
void first_run(Client const& client, std::string const& job_id) {
    auto const verdict = client.timer_wait({.job_id = job_id, .n_runs = 1, .timeout = 25h});
    std::printf("%s; next run: %s\n", to_string(verdict.kind),
                verdict.timer.next_run ? verdict.timer.next_run->text().c_str() : "none");
}

int main() try {
    MockTransport mock;
    mock.reply(201, R"({"timer": {"job_id": "t1"}})")
        .reply(200, R"({"job_id": "t1", "status": "new", "n_runs": 0, "next_run": "2026-12-01T01:00:00+00:00"})")
        .reply(200, R"({"job_id": "t1", "status": "loaded", "n_runs": 1, "next_run": "2026-12-02T01:00:00+00:00"})")
        .reply(201, R"({"timer": {"job_id": "t2"}})");
    Client<TimersService, AccessTokenPolicy, MockTransport> const client{"token", {.transport = mock}};
    TransferData data{.source_endpoint = "here", .destination_endpoint = "there"};
    data.add_item({.source_path = "/data/", .destination_path = "/mirror/", .recursive = true});

    std::string const nightly = every_night(client, data);
    std::printf("%s\n", nightly.c_str());
    first_run(client, nightly);
    std::printf("%s\n", at_the_end(client, "f1").c_str());

    std::string const url = "https://timer.automate.globus.org/v2/timer";
    expect(mock, 0, "POST", url,
           R"({"timer":{"timer_type":"transfer","name":"nightly",)"
           R"("schedule":{"type":"recurring","interval_seconds":86400,"start":"2026-12-01T01:00:00+00:00"},)"
           R"("body":{"DATA_TYPE":"transfer","source_endpoint":"here","destination_endpoint":"there",)"
           R"("DATA":[{"DATA_TYPE":"transfer_item","source_path":"/data/","destination_path":"/mirror/",)"
           R"("recursive":true}]}}})");
    expect(mock, 2, "GET", "https://timer.automate.globus.org/jobs/t1");
    expect(mock, 3, "POST", url,
           R"({"timer":{"timer_type":"flow","flow_id":"f1","name":"publish",)"
           R"("schedule":{"type":"once","datetime":"2027-01-31T12:00:00+00:00"},)"
           R"("body":{"body":{"run":"2026-3"},"label":"Publish"}}})");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
