// SPDX-License-Identifier: Apache-2.0
// What goes on by itself: timers that run, runs of flows that end.
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <filesystem>
#include <string>

using namespace sandbox_test;
using namespace std::chrono_literals;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

struct Manual {
    explicit Manual(std::string const& server_name) : client(server) { client.token = server.user_token(server_name); }
    sb::Server server{sb::Options{.clock = sb::ClockMode::manual}};
    Client client;

    std::string transfer(std::string const& to) const {
        return R"({"source_endpoint": ")" + server.source_collection() + R"(", "destination_endpoint": ")" +
               server.destination_collection() + R"(", "DATA": [{"source_path": "/hello.txt", "destination_path": ")" +
               to + R"("}]})";
    }
    bool arrived(std::string const& name) const {
        return std::filesystem::exists(server.directory(server.destination_collection()) / name);
    }
};

/// A flow, and a client with a token for it.
struct Flow : Manual {
    Flow(std::string const& definition, std::string const& schema) : Manual("flows.globus.org") {
        auto const made = client.post(
            "/flows", R"({"title": "T", "definition": )" + definition + R"(, "input_schema": )" + schema + "}");
        REQUIRE(made.status == 201);
        id = made.text("id");
        token = server.user_token(made.text("globus_auth_scope"));
    }
    Answer run(std::string const& input) {
        Client runner(server);
        runner.token = token;
        return runner.post("/flows/" + id + "/run", R"({"body": )" + input + "}");
    }
    json::value ended(std::string const& input) {
        auto const started = run(input).text("run_id");
        server.advance_clock(10ms);
        return client.get("/runs/" + started).json();
    }
    std::string id;
    std::string token;
};

std::string text(json::value const& value) { return json::value_to<std::string>(value); }

}  // namespace

TEST_CASE("sandbox timers: a recurring timer runs on the sandbox's clock until its end", "[sandbox][timers]") {
    Manual f("524230d7-ea86-4a52-8312-86065a9e0417");
    auto const made = f.client
                          .post("/v2/timer", R"({"timer": {"timer_type": "transfer", "body": )" + f.transfer("/t.txt") +
                                                 R"(, "schedule": {"type": "recurring", "interval_seconds": 60,
                                                     "end": {"condition": "iterations", "iterations": 3}}}})")
                          .json()
                          .at("timer");
    CHECK(made.at("status").as_string() == "new");
    CHECK_FALSE(made.at("schedule").at("start").is_null());
    CHECK(made.at("next_run") == made.at("schedule").at("start"));
    auto const runs = [&] { return f.client.get("/jobs/" + text(made.at("job_id"))).json(); };
    f.server.advance_clock(1s);
    CHECK(runs().at("n_runs") == 1);
    CHECK(f.arrived("t.txt"));
    f.server.advance_clock(60s);
    CHECK(runs().at("n_runs") == 2);
    CHECK(runs().at("results").at("data").as_array().size() == 2);
    f.server.advance_clock(1h);
    CHECK(runs().at("n_runs") == 3);
    CHECK(runs().at("next_run").is_null());
}

TEST_CASE("sandbox timers: what is paused does not run, and what is too fast is refused", "[sandbox][timers]") {
    Manual f("524230d7-ea86-4a52-8312-86065a9e0417");
    auto const recurring = [&](std::string const& seconds) {
        return f.client.post("/v2/timer", R"({"timer": {"timer_type": "transfer", "body": )" + f.transfer("/p.txt") +
                                              R"(, "schedule": {"type": "recurring", "start": "2200-01-01T00:00:00Z",
                                                  "interval_seconds": )" +
                                              seconds + "}}}");
    };
    CHECK(recurring("59").status == 422);
    auto const id = text(recurring("60").json().at("timer").at("job_id"));
    CHECK(f.client.post("/jobs/" + id + "/pause", "").status == 200);
    f.server.set_clock(std::chrono::sys_days(std::chrono::year(2200) / 1 / 2));
    f.client.token = f.server.user_token("524230d7-ea86-4a52-8312-86065a9e0417");
    CHECK(f.client.get("/jobs/" + id).json().at("n_runs") == 0);
    CHECK(f.client.post("/jobs/" + id + "/resume", "").status == 200);
    f.server.advance_clock(30s);
    CHECK(f.client.get("/jobs/" + id).json().at("n_runs") == 1);
}

TEST_CASE("sandbox timers: a callback to somewhere else is an error, and nothing leaves", "[sandbox][timers]") {
    Manual f("524230d7-ea86-4a52-8312-86065a9e0417");
    auto const id = f.client
                        .post("/jobs/", R"({"start": "2000-01-01T00:00:00Z", "callback_url": "https://example.org/run",
                                            "callback_body": {}})")
                        .text("job_id");
    f.server.advance_clock(1s);
    auto const job = f.client.get("/jobs/" + id).json();
    CHECK(job.at("n_runs") == 1);
    CHECK(job.at("n_errors") == 1);
}

TEST_CASE("sandbox flows: passes, choices and failures run to an end", "[sandbox][flows]") {
    Flow f(R"({"StartAt": "A", "States": {
                "A": {"Type": "Pass", "Parameters": {"x.$": "$.v", "y.=": "'n' + 'm'"}, "ResultPath": "$.r", "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.v", "NumericGreaterThan": 5, "Next": "Big"}],
                      "Default": "Ok"},
                "Big": {"Type": "Fail", "Error": "TooBig", "Cause": "v"},
                "Ok": {"Type": "Pass", "End": true}}})",
           R"({"type": "object", "properties": {"v": {"type": "integer"}}, "required": ["v"]})");
    CHECK(f.run(R"({"v": "three"})").status == 400);
    CHECK(f.run("{}").status == 400);
    auto const good = f.ended(R"({"v": 3})");
    CHECK(good.at("status").as_string() == "SUCCEEDED");
    CHECK(good.at("details").at("output").at("r") == json::parse(R"({"x": 3, "y": "nm"})"));
    auto const log = f.client.get("/runs/" + text(good.at("run_id")) + "/log?limit=100").json().at("entries");
    CHECK(text(log.at(0).at("code")) == "FlowStarted");
    CHECK(text(log.at(log.as_array().size() - 1).at("code")) == "FlowSucceeded");
    CHECK(f.ended(R"({"v": 9})").at("status").as_string() == "FAILED");
    CHECK(f.client.post("/runs/" + text(good.at("run_id")) + "/resume", "").status == 409);
}

TEST_CASE("sandbox flows: a run waits on the sandbox's clock", "[sandbox][flows]") {
    Flow f(R"({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": true}}})", "{}");
    auto const id = f.run("{}").text("run_id");
    f.server.advance_clock(599s);
    CHECK(f.client.get("/runs/" + id).text("status") == "ACTIVE");
    f.server.advance_clock(2s);
    CHECK(f.client.get("/runs/" + id).text("status") == "SUCCEEDED");
}

TEST_CASE("sandbox flows: a transfer action moves files, and stands still while it cannot", "[sandbox][flows]") {
    sb::Server const names{sb::Options{.clock = sb::ClockMode::manual}};
    Manual const ids("flows.globus.org");  // the same seed, the same identifiers
    Flow f(R"({"StartAt": "T", "States": {"T": {"Type": "Action", "End": true, "ResultPath": "$.T",
                "ActionUrl": "https://transfer.actions.globus.org/transfer", "Parameters": )" +
               ids.transfer("/flow.txt") + "}}}",
           "{}");
    f.server.set_collection_state(f.server.destination_collection(), "login_failed");
    auto const id = text(f.ended("{}").at("run_id"));
    CHECK(f.client.get("/runs/" + id).text("status") == "INACTIVE");
    f.server.set_collection_state(f.server.destination_collection(), "ok");
    CHECK(f.client.post("/runs/" + id + "/resume", "").status == 200);
    f.server.advance_clock(5s);
    CHECK(f.client.get("/runs/" + id).text("status") == "SUCCEEDED");
    CHECK(f.arrived("flow.txt"));
}

TEST_CASE("sandbox flows: a definition that leads nowhere is refused", "[sandbox][flows]") {
    Manual f("flows.globus.org");
    auto const status = [&](std::string const& definition) {
        return f.client.post("/flows/validate", R"({"definition": )" + definition + "}").status;
    };
    CHECK(status(R"({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}})") == 200);
    CHECK(status(R"({"StartAt": "B", "States": {"A": {"Type": "Pass", "End": true}}})") == 422);
    CHECK(status(R"({"StartAt": "A", "States": {"A": {"Type": "Pass"}}})") == 422);
    CHECK(status(R"({"StartAt": "A", "States": {"A": {"Type": "Dance", "End": true}}})") == 422);
    CHECK(status(R"({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Z"}}})") == 422);
}

TEST_CASE("sandbox tasks: a delete ends with its first error, an item without recursive is detected",
          "[sandbox][transfer]") {
    Manual f(transfer_scope);
    auto const task = [&](std::string const& kind, std::string const& body) {
        auto const id =
            f.client
                .post("/v0.10/" + kind, R"({"submission_id": ")" + f.client.get("/v0.10/submission_id").text("value") +
                                            R"(", )" + body.substr(1))
                .text("task_id");
        f.server.advance_clock(10ms);
        return f.client.get("/v0.10/task/" + id).json();
    };
    auto const gone =
        task("delete", R"({"endpoint": ")" + f.server.source_collection() + R"(", "DATA": [{"path": "/none"}]})");
    CHECK(gone.at("status").as_string() == "FAILED");
    CHECK(gone.at("fatal_error").at("code").as_string() == "FILE_NOT_FOUND");
    CHECK(gone.at("subtasks_failed") == 1);
    std::string body = f.transfer("/copy");
    body.replace(body.find("/hello.txt"), 10, "/data");
    auto const copied = task("transfer", body);
    CHECK(copied.at("status").as_string() == "SUCCEEDED");
    CHECK(f.arrived("copy/nested/notes.md"));
    auto const done =
        f.client.get("/v0.10/task/" + text(copied.at("task_id")) + "/successful_transfers").json().at("DATA");
    CHECK(text(done.at(0).at("checksum_algorithm")) == "SHA256");
    CHECK(done.at(0).at("size").as_int64() > 0);
}
