// SPDX-License-Identifier: Apache-2.0
#include <globus/services/flows.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/timers.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <string>

// Members that only some answers of an operation have.

using namespace globus;

TEST_CASE("answers: timers of both forms", "[timers]") {
    auto const made = from_json<timers::NewTimer>(
        R"({"timer": {"timer_type": "transfer", "number_of_runs": 2, "number_of_errors": 1, "body": {"DATA": []},
                      "schedule": {"type": "recurring", "interval_seconds": 60}}})");
    CHECK(made.timer->timer_type == "transfer");
    CHECK(made.timer->number_of_runs == 2);
    CHECK(made.timer->number_of_errors == 1);
    CHECK(made.timer->body->at("DATA").is_array());
    auto const old = from_json<timers::Timer>(R"({"interval": 90.5, "callback_body": {"body": {"label": "x"}}})");
    CHECK(old.interval == 90.5);
    CHECK(old.callback_body->at_pointer("/body/label") == "x");
    CHECK(from_json<timers::Timer>(R"({"interval": 864000})").interval == 864000.0);
}

TEST_CASE("answers: the connectors of a Globus Connect Server", "[gcs]") {
    auto const answer = from_json<gcs::Answer<gcs::Info>>(
        R"({"data": [{"DATA_TYPE": "info#1.0.0", "endpoint_id": "e"},
                     {"DATA_TYPE": "connector#1.1.0", "display_name": "POSIX", "id": "c", "is_baa": false, "is_ha": true}]})");
    CHECK(answer.one().endpoint_id == "e");
    REQUIRE(answer.data.size() == 2);
    CHECK(answer.data[1].display_name == "POSIX");
    CHECK(answer.data[1].id == "c");
    CHECK(answer.data[1].is_baa == false);
    CHECK(answer.data[1].is_ha == true);
}

TEST_CASE("answers: an endpoint with its servers", "[transfer]") {
    auto const endpoint = from_json<transfer::Endpoint>(
        R"({"DATA": [{"DATA_TYPE": "server", "hostname": "h", "port": 2811}], "disable_anonymous_writes": true,
            "expire_time": "2000-01-02 03:45:06+00:00", "non_functional_endpoint_id": "n",
            "non_functional_endpoint_display_name": "old", "s3_owner_activated": false})");
    CHECK(endpoint.DATA.at(0).hostname == "h");
    CHECK(endpoint.DATA.at(0).port == 2811);
    CHECK(endpoint.disable_anonymous_writes == true);
    CHECK(endpoint.expire_time == "2000-01-02 03:45:06+00:00");
    CHECK(endpoint.non_functional_endpoint_id == "n");
    CHECK(endpoint.non_functional_endpoint_display_name == "old");
    CHECK(endpoint.s3_owner_activated == false);
    CHECK(from_json<transfer::Endpoint>(R"({"DATA": null})").DATA.empty());
}

TEST_CASE("answers: files are sorted by the time of their last change", "[transfer]") {
    auto list = from_json<transfer::FileList>(
        R"({"DATA": [{"name": "b", "last_modified": "2024-01-02 00:30:00+01:00"},
                     {"name": "c", "last_modified": "2024-01-02 00:00:00+00:00"},
                     {"name": "a", "last_modified": "2024-01-01T23:00:00Z"}]})");
    std::sort(list.DATA.begin(), list.DATA.end(),
              [](auto const& x, auto const& y) { return *x.last_modified < *y.last_modified; });
    std::string names;
    for (auto const& file : list.DATA) names += file.name;
    CHECK(names == "abc");
    CHECK(*list.DATA[0].last_modified < std::chrono::sys_days{std::chrono::year(2024) / 1 / 2});
    CHECK(*list.DATA[2].last_modified - *list.DATA[1].last_modified == std::chrono::minutes(30));
}

TEST_CASE("answers: a task as the manager of a collection sees it", "[transfer]") {
    auto const page = from_json<transfer::TaskPage>(
        R"({"DATA": [{"source_endpoint": "a#b", "destination_endpoint": "c#d", "source_host_endpoint": "h",
                      "destination_host_endpoint": "i", "source_host_path": "/s", "destination_host_path": "/d",
                      "source_local_user_status": "NO_PERMISSION", "destination_local_user_status": "OK",
                      "source_host_endpoint_display_name": "S", "destination_host_endpoint_display_name": "D",
                      "source_mapped_collection_display_name": "M",
                      "destination_mapped_collection_display_name": "N"}]})");
    transfer::Task const& task = page.DATA.at(0);
    CHECK(task.source_endpoint == "a#b");
    CHECK(task.destination_endpoint == "c#d");
    CHECK(task.source_host_endpoint == "h");
    CHECK(task.destination_host_endpoint == "i");
    CHECK(task.source_host_path == "/s");
    CHECK(task.destination_host_path == "/d");
    CHECK(task.source_local_user_status == "NO_PERMISSION");
    CHECK(task.destination_local_user_status == "OK");
    CHECK(task.source_host_endpoint_display_name == "S");
    CHECK(task.destination_host_endpoint_display_name == "D");
    CHECK(task.source_mapped_collection_display_name == "M");
    CHECK(task.destination_mapped_collection_display_name == "N");
    CHECK(from_json<transfer::SubmissionResult>(R"({"task_link": {"href": "/t"}})").task_link->at("href") == "/t");
}

TEST_CASE("answers: flows and runs have their older names, too", "[flows]") {
    auto const run = from_json<flows::Run>(
        R"({"action_id": "r", "manage_by": ["m"], "monitor_by": ["n"], "search": {"task_id": "t"}})");
    CHECK(run.action_id == "r");
    CHECK(run.manage_by.at(0) == "m");
    CHECK(run.monitor_by.at(0) == "n");
    CHECK(run.search->at("task_id") == "t");
    auto const flow =
        from_json<flows::Flow>(R"({"visible_to": ["public"], "runnable_by": ["b"], "administered_by": ["c"]})");
    CHECK(flow.visible_to.at(0) == "public");
    CHECK(flow.runnable_by.at(0) == "b");
    CHECK(flow.administered_by.at(0) == "c");
}
