// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <sqlite3.h>
#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>
#include <support/temporary_directory.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <optional>
#include <string>

// Options::state: a sandbox that is started again goes on where the last one was.

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace fs = std::filesystem;
namespace json = boost::json;
using Catch::Matchers::ContainsSubstring;

namespace {

sb::Options kept_in(fs::path const& directory) {
    sb::Options options;
    options.state = directory;
    return options;
}

/// A client of a service, with a token of the first user.
struct Caller : Client {
    Caller(sb::Session& session, std::string const& resource_server) : Client(session) {
        token = session.user_token(resource_server);
    }
};

/// Makes something in every service; the token that did it in Transfer.
std::string fill(sb::Server& server) {
    Caller transfer(server, "transfer.api.globus.org");
    std::string const source = server.source_collection();
    CHECK(
        transfer.post("/v0.10/bookmark", R"({"name": "b", "endpoint_id": ")" + source + R"(", "path": "/"})").status ==
        201);
    CHECK(transfer
              .post("/v0.10/endpoint/" + source + "/access", R"({"DATA_TYPE": "access", "principal": "",
                        "principal_type": "all_authenticated_users", "path": "/", "permissions": "r"})")
              .status == 201);
    CHECK(transfer
              .post("/v0.10/endpoint/" + source + "/role", R"({"DATA_TYPE": "role", "principal_type": "identity",
                        "role": "access_manager", "principal": ")" +
                                                               server.user().id + "\"}")
              .status == 200);
    CHECK(transfer
              .post("/v0.10/transfer",
                    R"({"DATA_TYPE": "transfer", "submission_id": "6dc0f7a1-0000-4000-8000-000000000001",
                        "label": "kept", "source_endpoint": ")" +
                        source + R"(", "destination_endpoint": ")" + server.destination_collection() +
                        R"(", "DATA": [{"DATA_TYPE": "transfer_item", "source_path": "/data/",
                        "destination_path": "/data/", "recursive": true}]})")
              .status == 202);
    Caller groups(server, "groups.api.globus.org");
    auto const group = groups.post("/v2/groups", R"({"name": "Lab"})").text("id");
    CHECK(groups.post("/v2/groups/" + group, R"({"add": [{"identity_id": "x", "role": "manager"}]})").status == 200);
    Caller search(server, "search.api.globus.org");
    auto const index = search.post("/v1/index", R"({"display_name": "I", "description": "D"})").text("id");
    CHECK(search
              .post("/v1/index/" + index + "/ingest", R"({"ingest_type": "GMetaEntry", "ingest_data": {"subject": "s",
                        "visible_to": ["public"], "content": {"kind": "star"}}})")
              .status == 200);
    return transfer.token;
}

/// The files of a state as they are at this moment: what a process leaves that is killed now.
void copy_as_killed(fs::path const& from, fs::path const& to) {
    fs::create_directories(to);
    for (char const* const name : {"sandbox.db", "sandbox.db-wal"})
        if (fs::exists(from / name)) fs::copy_file(from / name, to / name);
}

int execute(fs::path const& file, char const* sql) {
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    int const code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    sqlite3_close(database);
    return code;
}

}  // namespace

TEST_CASE("sandbox state: a sandbox goes on where the last one ended", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    fs::path const directory = scratch.path() / "state";
    json::object before;
    json::value keys;
    std::string token;
    std::pair<std::string, std::string> application;
    {
        sb::Server server(kept_in(directory));
        token = fill(server);
        CHECK(server.wait_for_tasks());
        Client client(server);
        CHECK(log_in(client, server, "openid " + transfer_scope).status == 200);
        keys = client.get("/jwk.json").json();
        application = {server.client_id(), server.client_secret()};
        before = server.state();
    }
    CHECK(before.at("tasks").as_array().size() == 1);
    sb::Server server(kept_in(directory));
    CHECK(json::serialize(server.state()) == json::serialize(before));
    CHECK(application == std::pair(server.client_id(), server.client_secret()));
    Client client(server);
    CHECK(client.get("/jwk.json").json() == keys);
    client.token = token;
    CHECK(client.get("/v0.10/bookmark_list").json().at("DATA").as_array().size() == 1);
    std::string const source = "/v0.10/endpoint/" + server.source_collection();
    CHECK(client.get(source + "/access_list").json().at("DATA").as_array().size() == 1);
    CHECK(client.get(source + "/role_list").body.find("access_manager") != std::string::npos);
    auto const task = client.get("/v0.10/task_list").json().at("DATA").at(0);
    CHECK(task.at("label").as_string() == "kept");
    CHECK(task.at("status").as_string() == "SUCCEEDED");
    auto const id = json::value_to<std::string>(task.at("task_id"));
    CHECK(client.get("/v0.10/task/" + id + "/event_list").json().at("DATA").as_array().size() >= 2);
    CHECK(fs::exists(server.directory(server.destination_collection()) / "data/numbers.csv"));
    // What is made now has an identifier of its own.
    auto const made = Caller(server, "groups.api.globus.org").post("/v2/groups", R"({"name": "new"})").text("id");
    CHECK(json::serialize(before).find(made) == std::string::npos);
}

TEST_CASE("sandbox state: what was answered is there after a kill", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    sb::Server server(kept_in(scratch.path() / "state"));
    auto const token = fill(server);
    CHECK(server.wait_for_tasks());
    copy_as_killed(scratch.path() / "state", scratch.path() / "killed");
    sb::Server other(kept_in(scratch.path() / "killed"));
    CHECK(json::serialize(other.state()) == json::serialize(server.state()));
    // A task that was under way is carried out.
    sb::Options slow = kept_in(scratch.path() / "slow");
    slow.clock = sb::ClockMode::manual;
    slow.task_duration = std::chrono::seconds(100);
    std::string later;
    {
        sb::Server running(slow);
        later = fill(running);
        running.advance_clock(std::chrono::seconds(30));
        CHECK(running.state().at("tasks").at(0).at("status").as_string() == "ACTIVE");
        copy_as_killed(slow.state, scratch.path() / "slow killed");
    }
    fs::copy(slow.state / "collections", scratch.path() / "slow killed/collections", fs::copy_options::recursive);
    slow.state = scratch.path() / "slow killed";
    sb::Server again(slow);
    CHECK(again.state().at("tasks").at(0).at("status").as_string() == "ACTIVE");
    again.advance_clock(std::chrono::seconds(100));
    CHECK(again.state().at("tasks").at(0).at("status").as_string() == "SUCCEEDED");
    Client client(again);
    client.token = later;
    CHECK(client.get("/v0.10/task_list").status == 200);
}

TEST_CASE("sandbox state: changes by admin calls, timers and runs of flows are kept", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    sb::Options options = kept_in(scratch.path() / "state");
    options.clock = sb::ClockMode::manual;
    std::string revoked;
    std::string expired;
    json::value runs;
    {
        sb::Server server(options);
        revoked = server.user_token("transfer.api.globus.org");
        expired = server.user_token("groups.api.globus.org");
        server.revoke_token(revoked);
        server.expire_token(expired);
        server.require_consent("search", {"urn:globus:auth:scope:search.api.globus.org:all"});
        server.seed(json::parse(R"({"flows": [{"title": "F", "definition": {"StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 60, "Next": "P"}, "P": {"Type": "Pass", "End": true}}},
            "input_schema": {}, "flow_starters": ["all_authenticated_users"]}]})")
                        .as_object());
        auto const flow = server.state().at("flows").at(0);
        Caller runner(server, json::value_to<std::string>(flow.at("globus_auth_scope")));
        CHECK(runner.post("/flows/" + json::value_to<std::string>(flow.at("id")) + "/run", R"({"body": {}})").status ==
              201);
        server.advance_clock(std::chrono::seconds(30));
        runs = server.state().at("runs");
        Caller timers(server, "524230d7-ea86-4a52-8312-86065a9e0417");
        CHECK(timers
                  .post("/v2/timer",
                        R"({"timer": {"timer_type": "transfer", "name": "t", "schedule": {"type": "recurring",
                        "interval_seconds": 3600}, "body": {"source_endpoint": ")" +
                            server.source_collection() + R"(", "destination_endpoint": ")" +
                            server.destination_collection() +
                            R"(", "DATA": [{"DATA_TYPE": "transfer_item", "source_path": "/hello.txt",
                        "destination_path": "/hello.txt"}]}}})")
                  .status == 201);
        server.set_collection_state(server.source_collection(), "disconnected");
    }
    sb::Server server(options);
    CHECK(server.state().at("runs") == runs);
    CHECK(json::serialize(server.state().at("flows")).find("\"F\"") != std::string::npos);
    Client client(server);
    client.token = revoked;
    CHECK(client.get("/v0.10/task_list").status == 401);
    client.token = expired;
    CHECK(client.get("/v2/groups/my_groups").status == 401);
    client.token = server.user_token("search.api.globus.org");
    CHECK(client.get("/v1/index_list").status == 403);
    CHECK(server.state().at("collections").at(0).at("state").as_string() == "disconnected");
    // What a document describes is made once.
    server.seed(json::parse(R"({"groups": [{"name": "again"}]})").as_object());
    CHECK(server.state().at("groups").as_array().empty());
    server.advance_clock(std::chrono::seconds(60));
    CHECK(server.state().at("runs").at(0).at("status").as_string() == "SUCCEEDED");
    auto const tasks = server.state().at("tasks").as_array().size();
    server.set_collection_state(server.source_collection(), "ok");
    server.advance_clock(std::chrono::hours(2));
    CHECK(server.state().at("tasks").as_array().size() > tasks);
}

TEST_CASE("sandbox state: a reset goes back to the first start, a restore to the snapshot", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    auto const groups_of = [](sb::Server& server) { return server.state().at("groups").as_array().size(); };
    auto const make_group = [](sb::Server& server) {
        Caller(server, "groups.api.globus.org").post("/v2/groups", R"({"name": "G"})");
    };
    {
        sb::Server server(kept_in(scratch.path()));
        server.seed(json::parse(R"({"groups": [{"name": "seeded"}]})").as_object());
        make_group(server);
        server.snapshot();
        make_group(server);
    }
    {
        sb::Server server(kept_in(scratch.path()));
        CHECK(groups_of(server) == 3);
        server.restore();
        CHECK(groups_of(server) == 2);
    }
    {
        sb::Server server(kept_in(scratch.path()));
        CHECK(groups_of(server) == 2);
        server.reset();
        CHECK(groups_of(server) == 1);
    }
    sb::Server server(kept_in(scratch.path()));
    CHECK(groups_of(server) == 1);
    CHECK(server.state().at("groups").at(0).at("name").as_string() == "seeded");
}

TEST_CASE("sandbox state: users and applications that are named later are added", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    auto options = kept_in(scratch.path());
    options.users = {{"", "ada@example.org"}};
    std::string ada;
    {
        sb::Server server(options);
        ada = server.user().id;
    }
    options.users = {{"", "bob@example.org"}, {"", "ada@example.org"}};
    options.apps = {{"0a1b2c3d-0000-4000-8000-000000000001", ""}};
    sb::Server server(options);
    CHECK(server.user().id == ada);
    Client client(server);
    client.token = server.user_token("auth.globus.org");
    auto const found = client.get("/v2/api/identities?usernames=ada%40example.org,bob%40example.org").json();
    CHECK(found.at("identities").as_array().size() == 2);
    CHECK(server.issue_refresh_token("transfer.api.globus.org", options.apps[0].id).starts_with("sandbox-"));
    // Collections are made when the directory is new.
    auto elsewhere = kept_in(scratch.path() / "other");
    elsewhere.collections = {{"", "data"}};
    { sb::Server const first(elsewhere); }
    elsewhere.collections.push_back({"", "more"});
    CHECK_THROWS_WITH(sb::Server(elsewhere), ContainsSubstring("has no collection \"more\""));
}

TEST_CASE("sandbox state: only its owner reads it, and one sandbox at a time uses it", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    fs::path const directory = scratch.path() / "new/state";
    sb::Server const server(kept_in(directory));
    struct stat facts {};
    REQUIRE(::stat(directory.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0700);
    for (char const* const name : {"sandbox.db", "sandbox.db-wal"}) {
        REQUIRE(::stat((directory / name).c_str(), &facts) == 0);
        CHECK((facts.st_mode & 0777) == 0600);
    }
    CHECK_THROWS_WITH(sb::Server(kept_in(directory)), ContainsSubstring("is used by another sandbox"));
}

TEST_CASE("sandbox state: a directory that cannot be used is one sentence", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    auto const complaint = [&](fs::path const& directory) -> std::string {
        try {
            sb::Server const server(kept_in(directory));
        } catch (sb::StateError const& error) {
            return error.what();
        }
        return "none";
    };
    std::ofstream(scratch.path() / "file") << "x";
    CHECK_THAT(complaint(scratch.path() / "file"), ContainsSubstring("it is no directory"));
    CHECK_THAT(complaint(scratch.path() / "file/below"), ContainsSubstring("cannot be the directory of the state"));
    fs::create_directories(scratch.path() / "text");
    std::ofstream(scratch.path() / "text/sandbox.db") << std::string(5000, 'x');
    CHECK_THAT(complaint(scratch.path() / "text"), ContainsSubstring("is not the state of a sandbox"));
    fs::create_directories(scratch.path() / "foreign");
    CHECK(execute(scratch.path() / "foreign/sandbox.db", "CREATE TABLE t (x)") == SQLITE_OK);
    CHECK_THAT(complaint(scratch.path() / "foreign"), ContainsSubstring("is not the state of a sandbox"));
    { sb::Server const server(kept_in(scratch.path() / "newer")); }
    CHECK(execute(scratch.path() / "newer/sandbox.db", "PRAGMA user_version=7") == SQLITE_OK);
    CHECK_THAT(complaint(scratch.path() / "newer"), ContainsSubstring("newer globus-sandbox: its format is 7"));
    { sb::Server const server(kept_in(scratch.path() / "damaged")); }
    CHECK(execute(scratch.path() / "damaged/sandbox.db", "UPDATE records SET value = '{' WHERE name = 'session'") ==
          SQLITE_OK);
    CHECK_THAT(complaint(scratch.path() / "damaged"), ContainsSubstring("is damaged"));
    // A foreign file stays as it was.
    CHECK(fs::file_size(scratch.path() / "text/sandbox.db") == 5000);
}

TEST_CASE("sandbox state: what cannot be written is not acknowledged", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    sb::Server server(kept_in(scratch.path()));
    Caller groups(server, "groups.api.globus.org");
    auto const before = ::signal(SIGXFSZ, SIG_IGN);
    rlimit usual{};
    ::getrlimit(RLIMIT_FSIZE, &usual);
    rlimit const full{1, usual.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    auto const refused = groups.post("/v2/groups", R"({"name": "lost"})");
    ::setrlimit(RLIMIT_FSIZE, &usual);
    ::signal(SIGXFSZ, before);
    CHECK(refused.status == 500);
    CHECK_THAT(refused.body, ContainsSubstring("sandbox.db cannot be used"));
    CHECK(groups.post("/v2/groups", R"({"name": "kept"})").status == 201);
}
