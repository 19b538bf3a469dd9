// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace fs = std::filesystem;
namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

sb::Options with_duration(milliseconds duration, sb::ClockMode clock = sb::ClockMode::manual) {
    sb::Options options;
    options.clock = clock;
    options.task_duration = duration;
    return options;
}

struct Fixture {
    explicit Fixture(sb::Options options) : server(std::move(options)), client(server) {
        client.token = server.user_token(transfer_scope);
        from = server.directory(server.source_collection());
        to = server.directory(server.destination_collection());
    }

    Answer send(json::array items, json::object more = {}) {
        more["DATA_TYPE"] = "transfer";
        more["submission_id"] = client.get("/v0.10/submission_id").text("value");
        more["source_endpoint"] = server.source_collection();
        more["destination_endpoint"] = server.destination_collection();
        more["DATA"] = std::move(items);
        return client.post("/v0.10/transfer", json::serialize(more));
    }
    std::string submit(json::array items, json::object more = {}) {
        auto const answer = send(std::move(items), std::move(more));
        REQUIRE(answer.status == 202);
        return answer.text("task_id");
    }
    std::string submit(std::string const& source, std::string const& destination) {
        return submit(json::array{item(source, destination)});
    }
    std::string remove(std::string const& path, json::object more = {}) {
        more["DATA_TYPE"] = "delete";
        more["submission_id"] = client.get("/v0.10/submission_id").text("value");
        more["endpoint"] = server.source_collection();
        more["DATA"] = json::array{json::object{{"path", path}}};
        return client.post("/v0.10/delete", json::serialize(more)).text("task_id");
    }
    static json::object item(std::string const& source, std::string const& destination, bool recursive = false) {
        return {{"source_path", source}, {"destination_path", destination}, {"recursive", recursive}};
    }
    json::object task(std::string const& id) { return client.get("/v0.10/task/" + id).json().as_object(); }
    std::string shown(std::string const& id, char const* name) {
        auto const document = task(id);
        return document.at(name).is_string() ? json::value_to<std::string>(document.at(name)) : "";
    }
    std::vector<std::string> events(std::string const& id) {
        std::vector<std::string> out;
        auto const list = client.get("/v0.10/task/" + id + "/event_list?limit=100").json();
        for (auto const& event : list.at("DATA").as_array())
            out.insert(out.begin(), json::value_to<std::string>(event.at("code")));
        return out;
    }
    void tick(milliseconds by) { server.advance_clock(by); }

    sb::Server server;
    Client client;
    fs::path from;
    fs::path to;
};

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("sandbox tasks: a task is queued, runs, grows and ends", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(4000)));
    auto const id = f.submit("/data/nested/deep/blob.bin", "/blob");
    CHECK(f.shown(id, "nice_status") == "QUEUED");
    f.tick(milliseconds(0));
    CHECK(f.shown(id, "status") == "ACTIVE");
    CHECK(f.shown(id, "nice_status") == "OK");
    CHECK(f.task(id).at("bytes_transferred").as_int64() == 0);
    CHECK(f.events(id) == Codes{"STARTED"});
    std::int64_t before = 0;
    for (int second = 1; second < 4; ++second) {
        f.tick(milliseconds(1000));
        auto const bytes = f.task(id).at("bytes_transferred").as_int64();
        CHECK(bytes == 65536 * second / 4);
        CHECK(bytes > before);
        before = bytes;
        CHECK(f.shown(id, "status") == "ACTIVE");
        CHECK(!fs::exists(f.to / "blob"));
    }
    f.tick(milliseconds(999));
    CHECK(f.shown(id, "status") == "ACTIVE");
    f.tick(milliseconds(1));
    CHECK(f.shown(id, "status") == "SUCCEEDED");
    CHECK(f.task(id).at("bytes_transferred").as_int64() == 65536);
    CHECK(f.task(id).at("files_transferred").as_int64() == 1);
    CHECK(fs::file_size(f.to / "blob") == 65536);
    CHECK(f.events(id) == Codes{"STARTED", "PROGRESS", "PROGRESS", "PROGRESS", "PROGRESS", "SUCCEEDED"});
}

TEST_CASE("sandbox tasks: seven tasks of three seconds, three at a time, take nine", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(3000)));
    std::vector<std::string> ids;
    for (int i = 0; i < 7; ++i) ids.push_back(f.submit("/hello.txt", "/" + std::to_string(i)));
    auto const count = [&](std::string const& name, std::string const& value) {
        int out = 0;
        for (auto const& id : ids) out += f.shown(id, name.c_str()) == value ? 1 : 0;
        return out;
    };
    f.tick(milliseconds(0));
    CHECK(count("nice_status", "OK") == 3);
    CHECK(count("nice_status", "QUEUED") == 4);
    f.tick(milliseconds(2999));
    CHECK(count("status", "SUCCEEDED") == 0);
    f.tick(milliseconds(1));
    CHECK(count("status", "SUCCEEDED") == 3);
    CHECK(count("nice_status", "OK") == 3);
    SECTION("step by step") {
        f.tick(milliseconds(3000));
        CHECK(count("status", "SUCCEEDED") == 6);
        f.tick(milliseconds(2999));
    }
    SECTION("at once") { f.tick(milliseconds(5999)); }
    CHECK(count("status", "SUCCEEDED") == 6);
    f.tick(milliseconds(1));
    CHECK(count("status", "SUCCEEDED") == 7);
}

TEST_CASE("sandbox tasks: with the real clock a poller sees a task run, and the engine wakes for the next one",
          "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(400), sb::ClockMode::real));
    for (int round = 0; round < 2; ++round) {
        auto const begin = std::chrono::steady_clock::now();
        auto const id = f.submit("/hello.txt", "/" + std::to_string(round));
        bool ran = false;
        while (f.shown(id, "status") == "ACTIVE") {
            ran = ran || f.shown(id, "nice_status") == "OK";
            std::this_thread::sleep_for(milliseconds(10));
        }
        auto const took = std::chrono::steady_clock::now() - begin;
        CHECK(f.shown(id, "status") == "SUCCEEDED");
        CHECK(ran);
        CHECK(took >= milliseconds(390));
        CHECK(took < milliseconds(4000));
    }
}

TEST_CASE("sandbox tasks: a deadline ends a task that runs", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(10000)));
    auto const id = f.submit("/hello.txt", "/late");
    std::string const deadline = "1999-01-01T00:00:00+00:00";
    f.tick(milliseconds(5000));
    CHECK(f.shown(id, "nice_status") == "OK");
    CHECK(f.client.send("PUT", "/v0.10/task/" + id, {}, R"({"deadline": ")" + deadline + "\"}").status == 200);
    f.tick(milliseconds(0));
    CHECK(f.shown(id, "status") == "FAILED");
    CHECK(!fs::exists(f.to / "late"));
}

TEST_CASE("sandbox tasks: a pause rule pauses what it is for", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(0)));
    auto const rule = [&](std::string const& endpoint, std::string const& flag) {
        return f.client
            .post("/v0.10/endpoint_manager/pause_rule", R"({"DATA_TYPE": "pause_rule", "message": "maintenance",
                  "endpoint_id": ")" + endpoint + R"(", ")" +
                                                            flag + R"(": true})")
            .text("id");
    };
    auto const reading = rule(f.server.source_collection(), "pause_task_transfer_read");
    auto const id = f.submit("/hello.txt", "/paused");
    CHECK(f.task(id).at("is_paused") == true);
    f.tick(milliseconds(60000));
    CHECK(f.shown(id, "status") == "ACTIVE");
    CHECK(f.shown(id, "nice_status") == "PAUSED_BY_ADMIN");
    CHECK(!fs::exists(f.to / "paused"));
    auto const info = f.client.get("/v0.10/task/" + id + "/pause_info").json().at("pause_rules").as_array();
    REQUIRE(info.size() == 1);
    CHECK(info[0].at("message").as_string() == "maintenance");
    auto const effective = [&](std::string const& endpoint) {
        return f.client.get("/v0.10/endpoint/" + endpoint + "/my_effective_pause_rule_list")
            .json()
            .at("DATA")
            .as_array()
            .size();
    };
    CHECK(effective(f.server.source_collection()) == 1);
    CHECK(effective(f.server.destination_collection()) == 0);
    CHECK(f.server.wait_for_tasks(milliseconds(0)));  // none is about to do anything
    auto const other = f.remove("/file1.txt");
    f.tick(milliseconds(0));
    CHECK(f.shown(other, "status") == "SUCCEEDED");  // the rule is not for deletes

    CHECK(f.client.send("DELETE", "/v0.10/endpoint_manager/pause_rule/" + reading).status == 200);
    CHECK(f.task(id).at("is_paused") == false);
    f.tick(milliseconds(0));
    CHECK(f.shown(id, "status") == "SUCCEEDED");
    CHECK(f.events(id) == Codes{"PAUSED", "UNPAUSED", "STARTED", "PROGRESS", "SUCCEEDED"});
    rule(f.server.destination_collection(), "pause_task_transfer_write");
    CHECK(f.task(f.submit("/hello.txt", "/again")).at("is_paused") == true);
}

TEST_CASE("sandbox tasks: identical paths are compared as paths", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(1000)));
    f.submit(json::array{Fixture::item("/data/", "/copy/", true)});
    auto const same = f.send({Fixture::item("/~/data", "/copy/./x/..", true)});
    CHECK(same.status == 409);
    CHECK(same.code() == "Conflict");
    CHECK(same.text("message") == "A transfer with identical paths has not yet completed");
    CHECK(f.send({Fixture::item("/data", "/other", true)}).status == 202);
}

TEST_CASE("sandbox tasks: symbolic links are left out, kept or copied", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(0)));
    fs::create_directories(f.from / "links/~");
    std::ofstream(f.from / "links/file") << "f";
    fs::create_symlink("file", f.from / "links/inside");
    fs::create_symlink("/etc/hostname", f.from / "links/outside");
    fs::create_directory_symlink("..", f.from / "links/up");
    for (std::string const mode : {"ignore", "keep", "copy"}) {
        auto const id = f.submit({Fixture::item("/links/", "/" + mode, true)}, {{"recursive_symlinks", mode}});
        f.tick(milliseconds(0));
        CHECK(f.shown(id, "status") == "SUCCEEDED");
        fs::path const there = f.to / mode;
        CHECK(fs::is_regular_file(there / "file"));
        CHECK(fs::is_directory(there / "~"));
        CHECK(fs::is_symlink(there / "inside") == (mode == "keep"));
        CHECK(fs::is_symlink(there / "outside") == (mode == "keep"));
        CHECK(fs::is_regular_file(there / "inside") == (mode != "ignore"));
        CHECK((mode == "keep" || !fs::exists(fs::symlink_status(there / "outside"))));
        CHECK(!fs::exists(there / "up/links/up/links"));
    }
    json::object link = Fixture::item("/links/inside", "/link");
    link["DATA_TYPE"] = "transfer_symlink_item";
    auto const id = f.submit({link});
    f.tick(milliseconds(0));
    CHECK(f.shown(id, "status") == "SUCCEEDED");
    CHECK(fs::read_symlink(f.to / "link") == "file");
}

TEST_CASE("sandbox tasks: a delete may be of a pattern", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(0)));
    auto const plain = f.remove("/file*.txt");
    f.tick(milliseconds(0));
    CHECK(f.shown(plain, "status") == "FAILED");
    auto const id = f.remove("/file*.txt", {{"interpret_globs", true}});
    f.tick(milliseconds(0));
    CHECK(f.shown(id, "status") == "SUCCEEDED");
    CHECK(!fs::exists(f.from / "file1.txt"));
    CHECK(!fs::exists(f.from / "file2.txt"));
    CHECK(fs::exists(f.from / "hello.txt"));
}

TEST_CASE("sandbox tasks: a pattern is one of the shell", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(0)));
    for (auto const* name : {"run1", "run2", "run3", "run[1]"}) std::ofstream(f.from / name) << name;
    auto const remove = [&](std::string const& pattern) {
        auto const id = f.remove(pattern, {{"interpret_globs", true}});
        f.tick(milliseconds(0));
        CHECK(f.shown(id, "status") == "SUCCEEDED");
    };
    remove("/run[12]");
    CHECK_FALSE(fs::exists(f.from / "run1"));
    CHECK_FALSE(fs::exists(f.from / "run2"));
    CHECK(fs::exists(f.from / "run3"));
    CHECK(fs::exists(f.from / "run[1]"));
    remove("/run\\[1]");
    CHECK_FALSE(fs::exists(f.from / "run[1]"));
    remove("/run[!0-2]");
    CHECK_FALSE(fs::exists(f.from / "run3"));
}

TEST_CASE("sandbox tasks: those of the same second stand in the order of their submission", "[sandbox][tasks]") {
    Fixture f(with_duration(milliseconds(1000)));
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i) ids.push_back(f.submit("/hello.txt", "/" + std::to_string(i)));
    auto const first = [&](std::string const& query) {
        return json::value_to<std::string>(
            f.client.get("/v0.10/task_list" + query).json().at("DATA").at(0).at("task_id"));
    };
    CHECK(first("?orderby=request_time%20ASC") == ids.front());
    CHECK(first("?orderby=request_time%20DESC") == ids.back());
    CHECK(first("") == ids.back());
}
