// SPDX-License-Identifier: Apache-2.0
// The actions of flows: questions that people answer, functions that an endpoint runs, files, and what there is not.
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using namespace sandbox_test;
using namespace std::chrono_literals;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

std::string text(json::value const& value) { return json::value_to<std::string>(value); }

/// Flows of one action.
struct Fixture {
    Fixture() : client(server), admin(static_cast<std::uint16_t>(port())) {
        client.token = server.user_token("flows.globus.org");
        admin.token = server.admin_secret();
    }
    int port() const {
        auto const url = server.admin_url();
        return std::stoi(url.substr(url.find(':', 5) + 1));
    }
    /// Starts a flow with one action; the id of its run.
    std::string start(std::string const& url, std::string const& parameters, std::string const& more = {}) {
        auto const flow = client.post("/flows", R"({"title": "T", "input_schema": {}, "definition": {"StartAt": "A",
            "States": {"Z": {"Type": "Pass", "End": true}, "A": {"Type": "Action", "ResultPath": "$.A", "Next": "Z",
            "ActionUrl": ")" + url + R"(", "Parameters": )" +
                                                    parameters + more + "}}}}");
        REQUIRE(flow.status == 201);
        Client runner(server);
        runner.token = server.user_token(flow.text("globus_auth_scope"));
        auto const id =
            runner.post("/flows/" + flow.text("id") + "/run", R"({"body": {}, "label": "L"})").text("run_id");
        server.advance_clock(10ms);
        return id;
    }
    json::value run(std::string const& id) {
        server.advance_clock(10ms);
        return client.get("/runs/" + id).json();
    }
    Answer change(std::string const& what, std::string const& body) {
        return admin.post("/admin/v1/sessions/default/" + what, body);
    }
    sb::Server server{sb::Options{.clock = sb::ClockMode::manual}};
    Client client;
    Client admin;
};

std::string const options =
    R"({"options": [{"name": "Yes", "url_suffix": "yes-1"}, {"name": "No", "url_suffix": "no-1"}],
        "landing_page": {"url_suffix": "ask-1", "page_title": "Go on?", "preamble_text": "It is ready."}})";
std::string const wait_url = "https://actions.globus.org/weboption/wait_for_option";

}  // namespace

TEST_CASE("sandbox flow actions: a run waits for somebody's choice", "[sandbox][flows]") {
    Fixture f;
    auto const id = f.start(wait_url, options);
    auto const waiting = f.run(id);
    CHECK(text(waiting.at("status")) == "ACTIVE");
    auto const input = text(waiting.at("blocking_web_input_id"));
    auto const list = f.client.get("/web_inputs?filter_run_ids=" + id).json().at("web_input_summaries");
    REQUIRE(list.as_array().size() == 1);
    CHECK(text(list.at(0).at("title")) == "Go on?");
    auto const shown = f.client.get("/web_inputs/" + input).json();
    CHECK(shown.at("user_roles") == json::array({"viewer", "respondent"}));
    auto const respond = [&](std::string const& value) {
        return f.client.post("/web_inputs/" + input + "/respond", R"({"response": {"value": ")" + value + R"("}})")
            .status;
    };
    CHECK(respond("perhaps") == 422);
    CHECK(respond(text(shown.at("options").at(1).at("option_id"))) == 200);
    CHECK(respond(text(shown.at("options").at(0).at("option_id"))) == 409);
    auto const done = f.run(id);
    CHECK(text(done.at("status")) == "SUCCEEDED");
    CHECK(done.at("blocking_web_input_id").is_null());
    CHECK(text(done.at("details").at("output").at("A").at("details").at("name")) == "No");
    CHECK(f.client.get("/web_inputs").json().at("web_input_summaries").as_array().empty());
    CHECK(f.client.get("/web_inputs/none").status == 404);
}

TEST_CASE("sandbox flow actions: a choice is made on a page, by its address, or by an admin call", "[sandbox][flows]") {
    Fixture f;
    auto const first = f.start(wait_url, options);
    Client browser(f.server);
    auto const page = browser.get("/weboption/landing_page/ask-1");
    CHECK(page.body.find("href=\"/weboption/option/yes-1\"") != std::string::npos);
    CHECK(browser.get("/weboption/option/yes-1").status == 200);
    CHECK(browser.get("/weboption/option/no-1").status == 404);
    CHECK(text(f.run(first).at("details").at("output").at("A").at("details").at("url_suffix")) == "yes-1");
    auto const second = f.start(wait_url, options);
    auto const input = text(f.run(second).at("blocking_web_input_id"));
    CHECK(f.change("web_inputs/" + input, R"({"option": "Perhaps"})").status == 400);
    CHECK(f.change("web_inputs/" + input, R"({"option": "Yes"})").status == 200);
    CHECK(f.change("web_inputs/none", R"({"option": "Yes"})").status == 404);
    CHECK(text(f.run(second).at("status")) == "SUCCEEDED");
    // A run that is canceled asks nobody any more.
    auto const third = f.start(wait_url, options);
    auto const open = text(f.run(third).at("blocking_web_input_id"));
    CHECK(f.client.post("/runs/" + third + "/cancel", "").status == 200);
    CHECK(f.client.get("/web_inputs/" + open).text("status") == "closed");
}

TEST_CASE("sandbox flow actions: an option may be for some people only", "[sandbox][flows]") {
    Fixture f;
    std::string const app = "urn:globus:auth:identity:" + f.server.client_id();
    auto const id = f.start(
        wait_url, R"({"options": [{"name": "Yes", "url_suffix": "yes-2", "selectable_by": [")" + app + R"("]}]})");
    auto const input = text(f.run(id).at("blocking_web_input_id"));
    Client browser(f.server);
    CHECK(browser.get("/weboption/option/yes-2").status == 403);
    auto const shown = f.client.get("/web_inputs/" + input).json();
    std::string const body = R"({"response": {"value": ")" + text(shown.at("options").at(0).at("option_id")) + R"("}})";
    CHECK(f.client.post("/web_inputs/" + input + "/respond", body).status == 403);
    Client other(f.server);
    other.token = other
                      .form("/v2/oauth2/token",
                            "grant_type=client_credentials&scope=" +
                                encode("https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all"),
                            basic(f.server))
                      .text("access_token");
    CHECK(other.post("/web_inputs/" + input + "/respond", body).status == 200);
    CHECK(text(f.run(id).at("status")) == "SUCCEEDED");
}

TEST_CASE("sandbox flow actions: functions of Compute end when an admin call says so", "[sandbox][flows][compute]") {
    Fixture f;
    Client compute(f.server);
    compute.token = f.server.user_token("funcx_service");
    auto const endpoint = compute.post("/v3/endpoints", R"({"endpoint_name": "E"})").text("endpoint_id");
    auto const function =
        compute.post("/v3/functions", R"({"function_name": "f", "function_code": "x"})").text("function_uuid");
    std::string const tasks = R"({"endpoint_id": ")" + endpoint + R"(", "tasks": [{"function_id": ")" + function +
                              R"(", "args": [1]}, {"function_id": ")" + function + R"("}]})";
    auto const url = "https://compute.actions.globus.org/v3";
    auto const tasks_after = [&](std::string const& run) {
        (void)f.run(run);
        std::vector<std::string> ids;
        auto const all = f.server.state();
        for (auto const& one : all.at("compute.tasks").as_array()) ids.push_back(text(one.at("task_id")));
        return ids;
    };
    auto const id = f.start(url, tasks);
    auto const ids = tasks_after(id);
    REQUIRE(ids.size() == 2);
    CHECK(f.change("compute_tasks/" + ids[0], R"({"result": "42"})").status == 200);
    CHECK(text(f.run(id).at("status")) == "ACTIVE");
    CHECK(f.change("compute_tasks/" + ids[1], R"({"result": "43"})").status == 200);
    auto const done = f.run(id);
    CHECK(text(done.at("status")) == "SUCCEEDED");
    auto const details = done.at("details").at("output").at("A").at("details");
    CHECK(details.at("result") == json::array({"42", "43"}));
    CHECK(text(details.at("results").at(0).at("task_id")) == ids[0]);
    auto const failing = f.start("https://compute.actions.globus.org",
                                 R"({"endpoint": ")" + endpoint + R"(", "function": ")" + function + R"("})");
    auto const more = tasks_after(failing);
    REQUIRE(more.size() == 3);
    CHECK(f.change("compute_tasks/" + more[2], R"({"exception": "no"})").status == 200);
    CHECK(text(f.run(failing).at("status")) == "FAILED");
    CHECK(text(f.run(f.start(url, R"({"endpoint_id": "none", "tasks": [{"function_id": "x"}]})")).at("status")) ==
          "FAILED");
}

TEST_CASE("sandbox flow actions: files are listed, made and deleted", "[sandbox][flows]") {
    Fixture f;
    std::string const where = f.server.source_collection();
    auto const action = [&](std::string const& name, std::string const& parameters) {
        return f.run(f.start("https://transfer.actions.globus.org/" + name, parameters));
    };
    auto const made = action("mkdir", R"({"endpoint_id": ")" + where + R"(", "path": "/made"})");
    CHECK(text(made.at("status")) == "SUCCEEDED");
    CHECK(std::filesystem::is_directory(f.server.directory(where) / "made"));
    auto const listed = action("ls", R"({"endpoint_id": ")" + where + R"(", "path": "/data"})");
    CHECK(listed.at("details").at("output").at("A").at("details").at("DATA").as_array().size() == 3);
    CHECK(text(action("mkdir", R"({"endpoint_id": ")" + where + R"(", "path": "/made"})").at("status")) == "FAILED");
    auto const gone = action("delete", R"({"endpoint_id": ")" + where + R"(", "items": ["/made"], "recursive": true})");
    (void)gone;
    f.server.advance_clock(5s);
    CHECK_FALSE(std::filesystem::exists(f.server.directory(where) / "made"));
}

TEST_CASE("sandbox flow actions: what the sandbox does not do is said, and can be caught", "[sandbox][flows]") {
    Fixture f;
    auto const url = "https://actions.globus.org/notification/notify";
    auto const id = f.start(url, R"({"body_template": "x"})");
    auto const failed = f.run(id);
    CHECK(text(failed.at("status")) == "FAILED");
    CHECK(text(failed.at("details").at("details").at("cause")).find("no action provider at " + std::string(url)) !=
          std::string::npos);
    auto const caught = f.start(url, "{}", R"(, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}])");
    CHECK(text(f.run(caught).at("status")) == "SUCCEEDED");
    auto const sum = f.run(
        f.start("https://actions.globus.org/expression_eval", R"({"expression": "x + 1", "arguments": {"x": 2}})"));
    CHECK(sum.at("details").at("output").at("A").at("details").at("result") == 3);
}
