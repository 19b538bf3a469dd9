// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

struct Fixture {
    explicit Fixture(std::string const& server_name) : client(server) { client.token = server.user_token(server_name); }
    Answer put(std::string const& target, std::string const& body) { return client.send("PUT", target, {}, body); }
    Answer remove(std::string const& target) { return client.send("DELETE", target); }
    sb::Server server;
    Client client;
};

}  // namespace

TEST_CASE("sandbox groups: made, joined, changed and deleted", "[sandbox][groups]") {
    Fixture f("groups.api.globus.org");
    auto const made = f.client.post("/v2/groups", R"({"name": "Astronomers"})");
    REQUIRE(made.status == 201);
    auto const id = made.text("id");
    CHECK(f.client.get("/v2/groups/" + id).text("name") == "Astronomers");
    auto const mine = f.client.get("/v2/groups/my_groups").json();
    CHECK(mine.at(0).at("my_memberships").at(0).at("identity_id").as_string() == f.server.user().id);
    CHECK(f.put("/v2/groups/" + id, R"({"description": "d"})").text("description") == "d");
    auto const added =
        f.client.post("/v2/groups/" + id, R"({"add": [{"identity_id": "x", "role": "manager"}]})").json();
    CHECK(added.at("add").at(0).at("role").as_string() == "manager");
    CHECK_FALSE(f.client.get("/v2/groups/" + id).json().as_object().contains("memberships"));
    CHECK(f.client.get("/v2/groups/" + id + "?include=memberships").json().at("memberships").as_array().size() == 2);
    CHECK(f.put("/v2/groups/" + id + "/policies", R"({"join_requests": true, "group_visibility": "private"})").status ==
          200);
    CHECK(f.client.get("/v2/groups/" + id + "/policies").json().at("join_requests") == true);
    CHECK(f.remove("/v2/groups/" + id).text("id") == id);
    auto const gone = f.client.get("/v2/groups/" + id);
    CHECK(gone.status == 404);
    CHECK(gone.json().at("errors").at(0).at("code").as_string() == "NOT_FOUND");
    CHECK(f.client.post("/v2/groups", "{}").status == 422);
}

TEST_CASE("sandbox groups: a group has those below it", "[sandbox][groups]") {
    Fixture f("groups.api.globus.org");
    auto const above = f.client.post("/v2/groups", R"({"name": "Above"})").text("id");
    auto const below = f.client.post("/v2/groups", R"({"name": "Below", "parent_id": ")" + above + "\"}").text("id");
    auto const children = f.client.get("/v2/groups/" + above + "/children").json().at("children").as_array();
    REQUIRE(children.size() == 1);
    CHECK(children[0].at("id").as_string() == below);
    CHECK(f.client.get("/v2/groups/" + below + "/children").json().at("children").as_array().empty());
}

TEST_CASE("sandbox search: ingested entries are found, paged and deleted", "[sandbox][search]") {
    Fixture f("search.api.globus.org");
    auto const id = f.client.post("/v1/index", R"({"display_name": "I", "description": "D"})").text("id");
    std::string const base = "/v1/index/" + id;
    json::array entries;
    for (int i = 0; i < 25; ++i)
        entries.push_back(json::object{{"subject", "s" + std::to_string(i)},
                                       {"visible_to", json::array{"public"}},
                                       {"content", json::object{{"kind", i % 5 == 0 ? "star" : "planet"}}}});
    json::object const body{{"ingest_type", "GMetaList"}, {"ingest_data", json::object{{"gmeta", entries}}}};
    auto const task = f.client.post(base + "/ingest", json::serialize(body)).text("task_id");
    CHECK(f.client.get("/v1/task/" + task).text("state") == "SUCCESS");
    auto const found = f.client.get(base + "/search?q=star").json();
    CHECK(found.at("total").as_int64() == 5);
    CHECK(found.at("gmeta").at(0).at("entries").at(0).at("content").at("kind").as_string() == "star");
    auto const page = f.client.post(base + "/search", R"({"q": "*", "limit": 10, "offset": 20})").json();
    CHECK(page.at("count").as_int64() == 5);
    CHECK(page.at("has_next_page") == false);
    std::size_t scrolled = 0;
    json::value marker = nullptr;
    int pages = 0;
    do {
        auto const scroll =
            f.client
                .post(base + "/scroll", json::serialize(json::object{{"q", "*"}, {"limit", 10}, {"marker", marker}}))
                .json();
        scrolled += scroll.at("gmeta").as_array().size();
        marker = scroll.at("marker");
        ++pages;
    } while (!marker.is_null());
    CHECK(scrolled == 25);
    CHECK(pages == 3);
    CHECK(f.client.get(base + "/subject?subject=s3").text("subject") == "s3");
    CHECK(f.remove(base + "/subject?subject=s3").status == 200);
    CHECK(f.client.get(base + "/subject?subject=s3").status == 404);
    CHECK(f.client.post(base + "/delete_by_query", R"({"q": "star"})").json().at("num_subjects_deleted") == 5);
    CHECK(f.remove(base).json().at("acknowledged") == true);
    auto const pending = f.remove(base);
    CHECK(pending.status == 409);
    CHECK(pending.code() == "Conflict.IncompatibleIndexStatus");
    CHECK(f.client.post(base + "/reopen", "").status == 200);
    CHECK(f.client.get("/v1/index_list").json().at("index_list").as_array().size() == 1);
}

TEST_CASE("sandbox flows: a flow is run with a token of its own", "[sandbox][flows]") {
    Fixture f("flows.globus.org");
    std::string const waiting = R"({"StartAt": "a", "States": {"a": {"Type": "Wait", "Seconds": 600, "End": true}}})";
    auto const made =
        f.client.post("/flows", R"({"title": "T", "definition": )" + waiting + R"(, "input_schema": {}})");
    REQUIRE(made.status == 201);
    auto const id = made.text("id");
    CHECK(f.client.post("/flows", R"({"title": "T"})").status == 422);
    CHECK(f.client.post("/flows/validate", R"({"definition": )" + waiting + "}").status == 200);
    CHECK(f.client.post("/flows/validate", R"({"definition": {}})").status == 422);
    std::string const input = R"({"body": {"x": 1}, "label": "L"})";
    CHECK(f.client.post("/flows/" + id + "/run", input).status == 401);
    auto const manage = f.client.token;
    f.client.token = f.server.user_token(made.text("globus_auth_scope"));
    auto const run = f.client.post("/flows/" + id + "/run", input);
    REQUIRE(run.status == 201);
    CHECK(run.text("status") == "ACTIVE");
    CHECK(f.client.post("/flows/" + id + "/validate_run", input).text("message") == "validation successful");
    f.client.token = manage;
    auto const run_id = run.text("run_id");
    CHECK(f.client.get("/runs/" + run_id + "/definition").json().at("definition").at("StartAt").as_string() == "a");
    CHECK(f.client.post("/runs/" + run_id + "/release", "").status == 409);
    CHECK(f.client.post("/runs/" + run_id + "/cancel", "").text("status") == "FAILED");
    CHECK(f.client.post("/runs/" + run_id + "/release", "").status == 200);
    CHECK(f.client.get("/runs/" + run_id).status == 404);
    for (int i = 0; i < 24; ++i)
        f.client.post("/flows", R"({"title": "T", "definition": )" + waiting + R"(, "input_schema": {}})");
    auto const first = f.client.get("/flows").json();
    CHECK(first.at("flows").as_array().size() == 20);
    CHECK(first.at("has_next_page") == true);
    auto const marker = json::value_to<std::string>(first.at("marker"));
    auto const second = f.client.get("/flows?marker=" + marker).json();
    CHECK(second.at("flows").as_array().size() == 5);
    CHECK(second.at("marker").is_null());
    CHECK(f.remove("/flows/" + id).json().at("DELETED") == true);
}

TEST_CASE("sandbox timers: both versions are made, paused and deleted", "[sandbox][timers]") {
    Fixture f("524230d7-ea86-4a52-8312-86065a9e0417");
    auto const second = f.client.post("/v2/timer",
                                      R"({"timer": {"timer_type": "transfer", "name": "N", "body": {},
                                          "schedule": {"type": "once", "datetime": "2999-01-01T00:00:00Z"}}})");
    REQUIRE(second.status == 201);
    auto const id = json::value_to<std::string>(second.json().at("timer").at("job_id"));
    auto const invalid = f.client.post("/jobs/", R"({"name": "old"})");
    CHECK(invalid.status == 422);
    CHECK(invalid.json().at("detail").as_array().size() == 2);
    CHECK(f.client.post("/jobs/", R"({"start": "2999-01-01T00:00:00Z", "callback_url": "u"})").status == 201);
    CHECK(f.client.get("/jobs/").json().at("jobs").as_array().size() == 2);
    CHECK(f.client.post("/jobs/" + id + "/pause", "").text("message") == "Successfully paused job " + id + ".");
    CHECK(f.client.get("/jobs/" + id).text("status") == "inactive");
    CHECK(f.client.post("/jobs/" + id + "/resume", "").status == 200);
    CHECK(f.client.send("PATCH", "/jobs/" + id, {}, R"({"name": "M"})").text("name") == "M");
    CHECK(f.remove("/jobs/" + id).status == 200);
    CHECK(f.client.get("/jobs/" + id).status == 404);
}

TEST_CASE("sandbox compute: functions are registered and submitted", "[sandbox][compute]") {
    Fixture f("funcx_service");
    auto const function = f.client.post("/v2/functions", R"({"function_name": "f"})").text("function_uuid");
    CHECK(f.client.get("/v2/functions/" + function).text("function_name") == "f");
    auto const endpoint = f.client.post("/v3/endpoints", R"({"display_name": "e"})").text("endpoint_id");
    CHECK(f.client.get("/v2/endpoints/" + endpoint + "/status").text("status") == "offline");
    json::object const tasks{{"tasks", json::object{{function, json::array{"a", "b"}}}}};
    auto const submitted = f.client.post("/v3/endpoints/" + endpoint + "/submit", json::serialize(tasks)).json();
    auto const& ids = submitted.at("tasks").at(function).as_array();
    REQUIRE(ids.size() == 2);
    auto const id = json::value_to<std::string>(ids[0]);
    CHECK(f.client.get("/v2/tasks/" + id).text("task_id") == id);
    auto const batch = f.client.post("/v2/batch_status", json::serialize(json::object{{"task_ids", ids}})).json();
    CHECK(batch.at("results").as_object().size() == 2);
    CHECK(f.remove("/v2/functions/" + function).status == 200);
    CHECK(f.client.get("/v2/functions/" + function).status == 404);
}

TEST_CASE("sandbox data: files of a collection by GET, Range, HEAD and PUT", "[sandbox][data]") {
    sb::Server server;
    Client client(server);
    std::string const base = "/data/" + server.source_collection();
    auto const login = client.get(base + "/hello.txt");
    CHECK(login.status == 302);
    CHECK(login.header("Location").find("/v2/oauth2/authorize") != std::string::npos);
    client.token = server.user_token(transfer_scope);
    CHECK(client.get(base + "/hello.txt").status == 401);
    client.token = server.user_token("https://auth.globus.org/scopes/" + server.source_collection() + "/https");
    auto const whole = client.get(base + "/hello.txt");
    CHECK(whole.body == "Hello from the sandbox.\n");
    auto const head = client.send("HEAD", base + "/hello.txt");
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == "24");
    auto const part = [&](std::string const& range) {
        return client.send("GET", base + "/hello.txt", {{"Range", range}});
    };
    CHECK(part("bytes=6-9").body == "from");
    CHECK(part("bytes=6-9").status == 206);
    CHECK(part("bytes=6-9").header("Content-Range") == "bytes 6-9/24");
    CHECK(part("bytes=15-").body == "sandbox.\n");
    CHECK(part("bytes=-4").body == "ox.\n");
    CHECK(part("bytes=24-").status == 416);
    CHECK(part("lines=1-2").status == 200);
    CHECK(client.get(base + "/data%2Fnumbers.csv").status == 200);
    CHECK(client.get(base + "/none").status == 404);
    CHECK(client.get(base + "/data").status == 404);
    CHECK(client.get(base + "/../../../../etc/hostname").status == 404);
    CHECK(client.send("PUT", base + "/up/new.txt", {}, "content").status == 201);
    CHECK(client.send("PUT", base + "/up/new.txt", {}, "changed").status == 200);
    std::ifstream file(server.directory(server.source_collection()) / "up/new.txt");
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "changed");
    CHECK(client.send("PUT", "/data/none/x", {}, "x").status == 404);
    CHECK(server.count("put_file") == 3);
}

TEST_CASE("sandbox: what is no operation is 404, with an error document", "[sandbox]") {
    Fixture f(transfer_scope);
    auto const nothing = f.client.get("/v0.10/nonsense");
    CHECK(nothing.status == 404);
    CHECK(nothing.code() == "ClientError.NotFound");
    CHECK(f.client.send("PATCH", "/v0.10/task_list").status == 405);
    CHECK(f.server.journal().front().operation == "unknown");
    // A segment stays one, whatever is in it.
    CHECK(f.client.get("/v0.10/task/a%2Fcancel").code() == "TaskNotFound");
}
