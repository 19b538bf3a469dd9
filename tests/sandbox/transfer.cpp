// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

sb::Options manual() {
    sb::Options options;
    options.clock = sb::ClockMode::manual;
    return options;
}

void write(fs::path const& file, std::string const& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

std::string read(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A sandbox with a client that may use Transfer.
struct Fixture {
    explicit Fixture(sb::Options options = {}) : server(std::move(options)), client(server) {
        client.token = server.user_token(transfer_scope);
        source = server.source_collection();
        destination = server.destination_collection();
        from = server.directory(source);
        to = server.directory(destination);
    }

    std::string operation(std::string const& collection, std::string const& name) const {
        return "/v0.10/operation/endpoint/" + collection + "/" + name;
    }

    std::vector<std::string> names(std::string const& query) {
        std::vector<std::string> out;
        auto const listing = client.get(operation(source, "ls") + query).json();
        for (auto const& item : listing.at("DATA").as_array())
            out.push_back(json::value_to<std::string>(item.at("name")));
        return out;
    }

    std::string submission_id() { return client.get("/v0.10/submission_id").text("value"); }

    std::string transfer(json::array items, json::object more = {}) {
        more["DATA_TYPE"] = "transfer";
        if (!more.contains("submission_id")) more["submission_id"] = submission_id();
        more["source_endpoint"] = source;
        more["destination_endpoint"] = destination;
        more["DATA"] = std::move(items);
        return json::serialize(more);
    }

    static json::object item(std::string const& a, std::string const& b, bool recursive = false) {
        return {{"DATA_TYPE", "transfer_item"}, {"source_path", a}, {"destination_path", b}, {"recursive", recursive}};
    }

    std::string submit(json::array items, json::object more = {}) {
        auto const answer = client.post("/v0.10/transfer", transfer(std::move(items), std::move(more)));
        REQUIRE(answer.status == 202);
        return answer.text("task_id");
    }

    json::object task(std::string const& id) { return client.get("/v0.10/task/" + id).json().as_object(); }
    std::string status(std::string const& id) { return json::value_to<std::string>(task(id).at("status")); }

    void tick(int seconds = 1) { server.advance_clock(std::chrono::seconds(seconds)); }

    sb::Server server;
    Client client;
    std::string source;
    std::string destination;
    fs::path from;
    fs::path to;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("sandbox transfer: a listing shows the files of the directory", "[sandbox][transfer]") {
    Fixture f;
    auto const answer = f.client.get(f.operation(f.source, "ls"));
    REQUIRE(answer.status == 200);
    auto const document = answer.json();
    CHECK(document.at("DATA_TYPE").as_string() == "file_list");
    CHECK(document.at("absolute_path").as_string() == "/");
    CHECK(f.names("") == Names{".hidden", "data", "empty", "file1.txt", "file2.txt", "hello.txt"});
    CHECK(f.names("?show_hidden=0") == Names{"data", "empty", "file1.txt", "file2.txt", "hello.txt"});
    CHECK(f.names("?path=%2Fdata") == Names{".settings", "nested", "numbers.csv"});
    CHECK(f.names("?path=%2F~%2Fdata%2Fnested%2F") == Names{"deep", "notes.md"});
    CHECK(f.names("?orderby=type%20ASC,name%20DESC") ==
          Names{"empty", "data", "hello.txt", "file2.txt", "file1.txt", ".hidden"});
    CHECK(f.names("?limit=2&offset=1") == Names{"data", "empty"});
    CHECK(f.names("?filter=name:~*.TXT/name:!file2.txt") == Names{"file1.txt", "hello.txt"});
    CHECK(f.names("?filter=name:~file*&filter=type:file") == Names{"file1.txt", "file2.txt"});
    CHECK(f.names("?filter=type:dir") == Names{"data", "empty"});
    CHECK(f.names("?filter=size:%3E20/type:file") == Names{".hidden", "hello.txt"});
    CHECK(f.names("?filter=name:file1.txt,hello.txt") == Names{"file1.txt", "hello.txt"});
    auto const page = f.client.get(f.operation(f.source, "ls") + "?limit=2").json();
    CHECK(page.at("length").as_int64() == 2);
    CHECK(page.at("total").as_int64() == 6);
    CHECK(f.client.get(f.operation(f.source, "ls") + "?limit=0").status == 400);
}

TEST_CASE("sandbox transfer: nothing outside of a collection can be reached", "[sandbox][transfer]") {
    Fixture f;
    CHECK(f.names("?path=%2F..%2F..%2F..") == f.names(""));
    fs::create_directory_symlink("/", f.from / "root");
    fs::create_symlink("/etc/hostname", f.from / "name");
    fs::create_symlink("hello.txt", f.from / "inside");
    auto const refused = f.client.get(f.operation(f.source, "ls") + "?path=%2Froot%2Fetc");
    CHECK(refused.status == 403);
    CHECK(refused.code() == "EndpointPermissionDenied");
    CHECK(f.client.get(f.operation(f.source, "stat") + "?path=%2Fname").status == 403);
    CHECK(f.client.get(f.operation(f.source, "stat") + "?path=%2Finside").text("link_target") == "hello.txt");
    CHECK(f.client.post(f.operation(f.source, "mkdir"), R"({"path": "/root/tmp/escaped"})").status == 403);
    auto const listed = f.client.get(f.operation(f.source, "ls") + "?filter=name:root").json();
    CHECK(listed.at("DATA").at(0).at("type").as_string() == "invalid_symlink");
}

TEST_CASE("sandbox transfer: stat, mkdir and rename, and their errors", "[sandbox][transfer]") {
    Fixture f;
    auto const stat = f.client.get(f.operation(f.source, "stat") + "?path=%2Fhello.txt").json();
    CHECK(stat.at("name").as_string() == "hello.txt");
    CHECK(stat.at("type").as_string() == "file");
    CHECK(stat.at("size").as_int64() == 24);
    CHECK(f.client.get(f.operation(f.source, "stat") + "?path=%2Fnone").code() == "NotFound");

    auto const mkdir = [&](std::string const& path) {
        return f.client.post(f.operation(f.destination, "mkdir"), R"({"DATA_TYPE": "mkdir", "path": ")" + path + "\"}");
    };
    auto const made = mkdir("/~/new");
    CHECK(made.code() == "DirectoryCreated");
    CHECK(fs::is_directory(f.to / "new"));
    auto const again = mkdir("/new/");
    CHECK(again.status == 502);
    CHECK(again.code() == "ExternalError.MkdirFailed.Exists");
    CHECK(mkdir("/a/b/c").code() == "ClientError.NotFound");
    CHECK(f.client.post(f.operation(f.destination, "mkdir"), "not json").status == 400);

    auto const rename = [&](std::string const& from, std::string const& to) {
        return f.client.post(f.operation(f.destination, "rename"),
                             R"({"old_path": ")" + from + R"(", "new_path": ")" + to + "\"}");
    };
    CHECK(rename("/new", "/newer").code() == "FileRenamed");
    CHECK(fs::is_directory(f.to / "newer"));
    CHECK(rename("/new", "/other").code() == "ClientError.NotFound");
    CHECK(mkdir("/new").status == 202);
    CHECK(rename("/new", "/newer").status == 502);

    auto const missing = f.client.get(f.operation(f.source, "ls") + "?path=%2Fnone");
    CHECK(missing.status == 404);
    CHECK(missing.code() == "ClientError.NotFound");
    auto const file = f.client.get(f.operation(f.source, "ls") + "?path=%2Fhello.txt");
    CHECK(file.status == 502);
    CHECK(file.code() == "ExternalError.DirListingFailed.NotDirectory");
    CHECK(f.client.get(f.operation("no-such-id", "ls")).code() == "EndpointNotFound");
}

TEST_CASE("sandbox transfer: a collection can be away", "[sandbox][transfer]") {
    Fixture f;
    auto const ls = [&] { return f.client.get(f.operation(f.source, "ls")); };
    f.server.set_collection_state(f.source, "disconnected");
    CHECK(ls().code() == "ExternalError.DirListingFailed.GCDisconnected");
    f.server.set_collection_state(f.source, "login_failed");
    CHECK(ls().code() == "ExternalError.DirListingFailed.LoginFailed");
    f.server.set_collection_state(f.source, "size_limit");
    CHECK(ls().code() == "ExternalError.DirListingFailed.SizeLimit");
    f.server.set_collection_state(f.source, "permission_denied");
    CHECK(ls().status == 403);
    CHECK(ls().code() == "EndpointPermissionDenied");
    f.server.set_collection_state(f.source, "ok");
    CHECK(ls().status == 200);
    CHECK_THROWS_AS(f.server.set_collection_state(f.source, "asleep"), sb::SandboxError);
}

TEST_CASE("sandbox transfer: a task waits while a collection is away", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    auto const id = f.submit({f.item("/hello.txt", "/h")});
    f.server.set_collection_state(f.destination, "login_failed");
    f.tick();
    CHECK(f.status(id) == "INACTIVE");
    f.server.set_collection_state(f.destination, "disconnected");
    f.tick();
    CHECK(f.status(id) == "ACTIVE");
    CHECK(f.task(id).at("faults").as_int64() == 2);
    f.server.set_collection_state(f.destination, "ok");
    f.tick();
    CHECK(f.status(id) == "SUCCEEDED");
}

TEST_CASE("sandbox transfer: a mapped collection may want its own consent", "[sandbox][transfer][gare]") {
    sb::Options options;
    sb::Collection mapped;
    mapped.id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    mapped.kind = sb::CollectionKind::mapped;
    mapped.requires_data_access = true;
    options.collections = {mapped};
    Fixture f(options);
    auto const refused = f.client.get(f.operation(f.source, "ls"));
    REQUIRE(refused.status == 403);
    CHECK(refused.code() == "ConsentRequired");
    auto const wanted = json::value_to<std::string>(refused.json().at("required_scopes").at(0));
    f.client.token = "";
    auto const token = log_in(f.client, f.server, wanted).text("access_token");
    f.client.token = token;
    CHECK(f.client.get(f.operation(f.source, "ls")).status == 200);
    f.client.token = "";
    auto const later = log_in(f.client, f.server, transfer_scope).text("access_token");
    f.client.token = later;
    CHECK(f.client.get(f.operation(f.source, "ls")).status == 200);  // the consent was given once for all
}

TEST_CASE("sandbox transfer: the samples have a mapped collection", "[sandbox][transfer][gare]") {
    Fixture f;
    std::string const mapped = f.server.mapped_collection();
    REQUIRE(!mapped.empty());
    CHECK(mapped != f.server.source_collection());
    CHECK(mapped != f.server.destination_collection());
    CHECK(f.client.get(f.operation(mapped, "ls")).code() == "ConsentRequired");
    bool told = false;
    for (auto const& [name, value] : f.server.environment())
        told = told || (name == "GLOBUS_SANDBOX_MAPPED_COLLECTION" && value == mapped);
    CHECK(told);
}

TEST_CASE("sandbox transfer: a task copies the bytes", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    auto const id = f.submit({f.item("/data/", "/copy/", true), f.item("/hello.txt", "/greetings/hi.txt")},
                             {{"label", "mine"}, {"verify_checksum", true}});
    CHECK(f.status(id) == "ACTIVE");
    CHECK(f.task(id).at("nice_status_short_description").as_string() == "Queued");
    CHECK(!fs::exists(f.to / "copy"));
    f.tick();
    auto const task = f.task(id);
    CHECK(task.at("status").as_string() == "SUCCEEDED");
    CHECK(task.at("label").as_string() == "mine");
    CHECK(task.at("files").as_int64() == 5);
    CHECK(task.at("files_transferred").as_int64() == 5);
    CHECK(task.at("directories").as_int64() == 3);
    CHECK(task.at("faults").as_int64() == 0);
    CHECK(task.at("completion_time").is_string());
    CHECK(read(f.to / "copy/nested/deep/blob.bin") == read(f.from / "data/nested/deep/blob.bin"));
    CHECK(read(f.to / "copy/.settings") == read(f.from / "data/.settings"));
    CHECK(read(f.to / "greetings/hi.txt") == read(f.from / "hello.txt"));
    auto const done = f.client.get("/v0.10/task/" + id + "/successful_transfers").json();
    CHECK(done.at("DATA").as_array().size() == 5);
    CHECK(done.at("next_marker").is_null());
    auto const events = f.client.get("/v0.10/task/" + id + "/event_list").json().at("DATA").as_array();
    REQUIRE(events.size() == 3);
    CHECK(events[0].at("code").as_string() == "SUCCEEDED");
    CHECK(events[2].at("code").as_string() == "STARTED");
}

TEST_CASE("sandbox transfer: with the real clock a task runs by itself", "[sandbox][transfer][tasks]") {
    Fixture f;
    auto const id = f.submit({f.item("/hello.txt", "/hello.txt")});
    REQUIRE(f.server.wait_for_tasks());
    CHECK(f.status(id) == "SUCCEEDED");
    CHECK(read(f.to / "hello.txt") == read(f.from / "hello.txt"));
}

TEST_CASE("sandbox transfer: a submission id is carried out once", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    auto const body = f.transfer({f.item("/hello.txt", "/x")});
    auto const first = f.client.post("/v0.10/transfer", body);
    auto const second = f.client.post("/v0.10/transfer", body);
    CHECK(first.status == 202);
    CHECK(first.code() == "Accepted");
    CHECK(second.status == 200);
    CHECK(second.code() == "Duplicate");
    CHECK(first.text("task_id") == second.text("task_id"));
    f.tick();
    auto const third = f.client.post("/v0.10/transfer", body);
    CHECK(third.code() == "Duplicate");
    CHECK(f.server.state().at("tasks").as_array().size() == 1);
}

TEST_CASE("sandbox transfer: what is wrong with a submission is said", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    auto const empty = f.client.post("/v0.10/transfer", f.transfer({}));
    CHECK(empty.status == 400);
    CHECK(empty.code() == "ClientError.BadRequest.NoTransferItems");
    CHECK(f.client.post("/v0.10/transfer", f.transfer({f.item("/a", "/b")}, {{"submission_id", "no"}})).status == 400);
    auto body = json::parse(f.transfer({f.item("/a", "/b")})).as_object();
    body["destination_endpoint"] = "nowhere";
    auto const nowhere = f.client.post("/v0.10/transfer", json::serialize(body));
    CHECK(nowhere.status == 404);
    CHECK(nowhere.code() == "EndpointNotFound");

    f.submit({f.item("/hello.txt", "/same")});
    auto const conflict = f.client.post("/v0.10/transfer", f.transfer({f.item("/hello.txt", "/same")}));
    CHECK(conflict.status == 409);
    CHECK(conflict.code() == "Conflict");
    f.tick();
    CHECK(f.client.post("/v0.10/transfer", f.transfer({f.item("/hello.txt", "/same")})).status == 202);
}

TEST_CASE("sandbox transfer: three tasks of a user run, a hundred may wait", "[sandbox][transfer][tasks]") {
    auto options = manual();
    options.max_pending_tasks = 5;
    Fixture f(options);
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(f.submit({f.item("/none", "/" + std::to_string(i))}));
    auto const many = f.client.post("/v0.10/transfer", f.transfer({f.item("/none", "/more")}));
    CHECK(many.status == 409);
    CHECK(many.code() == "TooManyPendingJobs");
    f.tick();
    for (std::size_t i = 0; i < 5; ++i) CHECK(f.task(ids[i]).at("faults").as_int64() == (i < 3 ? 1 : 0));
    f.client.post("/v0.10/task/" + ids[0] + "/cancel", "");
    f.tick();
    CHECK(f.task(ids[3]).at("faults").as_int64() == 1);
    CHECK(f.task(ids[4]).at("nice_status").as_string() == "QUEUED");
}

TEST_CASE("sandbox transfer: a missing source keeps the task active until its deadline", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    auto const id = f.submit({f.item("/none.txt", "/x"), f.item("/hello.txt", "/y")});
    for (int fault = 1; fault <= 3; ++fault) {
        f.tick();
        auto const task = f.task(id);
        CHECK(task.at("status").as_string() == "ACTIVE");
        CHECK(task.at("faults").as_int64() == fault);
        CHECK(task.at("nice_status").as_string() == "FILE_NOT_FOUND");
        CHECK(task.at("is_ok") == false);
    }
    CHECK(fs::exists(f.to / "y"));
    auto const errors = f.client.get("/v0.10/task/" + id + "/event_list?filter_is_error=1").json();
    CHECK(errors.at("total").as_int64() == 3);
    SECTION("it fails when its time is over") {
        f.tick(24 * 3600);
        auto const task = f.task(id);
        CHECK(task.at("status").as_string() == "FAILED");
        CHECK(task.at("fatal_error").at("code").as_string() == "EXPIRED");
        CHECK(task.at("nice_status").is_null());
    }
    SECTION("it succeeds when the file appears") {
        write(f.from / "none.txt", "now");
        f.tick();
        CHECK(f.status(id) == "SUCCEEDED");
        CHECK(read(f.to / "x") == "now");
        CHECK(f.task(id).at("faults").as_int64() == 3);
    }
    SECTION("it can be cancelled, once") {
        CHECK(f.client.post("/v0.10/task/" + id + "/cancel", "").code() == "Canceled");
        CHECK(f.status(id) == "FAILED");
        CHECK(f.client.post("/v0.10/task/" + id + "/cancel", "").code() == "TaskComplete");
    }
    SECTION("its label and deadline can be changed") {
        CHECK(f.client.send("PUT", "/v0.10/task/" + id, {}, R"({"label": "new", "deadline": "2000-01-01 00:00:00"})")
                  .code() == "Updated");
        CHECK(f.client.send("PUT", "/v0.10/task/" + id, {}, R"({"status": "SUCCEEDED"})").status == 400);
        f.tick();
        CHECK(f.status(id) == "FAILED");
        CHECK(f.task(id).at("label").as_string() == "new");
    }
}

TEST_CASE("sandbox transfer: sync levels, filters and skipped errors", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    write(f.from / "set/a.txt", "aaaa");
    write(f.from / "set/b.log", "bbbb");
    write(f.to / "set/a.txt", "old!");
    auto const old = fs::last_write_time(f.to / "set/a.txt") + std::chrono::hours(1);
    fs::last_write_time(f.to / "set/a.txt", old);
    auto const run = [&](json::object more) {
        auto const id = f.submit({f.item("/set/", "/set/", true)}, std::move(more));
        f.tick();
        REQUIRE(f.status(id) == "SUCCEEDED");
        return f.task(id).at("files_skipped").as_int64();
    };
    CHECK(run({{"sync_level", 0}}) == 1);
    CHECK(read(f.to / "set/a.txt") == "old!");
    CHECK(run({{"sync_level", 1}}) == 2);
    CHECK(read(f.to / "set/a.txt") == "old!");
    CHECK(run({{"sync_level", 2}}) == 2);
    CHECK(read(f.to / "set/a.txt") == "old!");
    CHECK(run({{"sync_level", 3}}) == 1);
    CHECK(read(f.to / "set/a.txt") == "aaaa");

    write(f.to / "set/extra", "");
    fs::remove(f.to / "set/b.log");
    run({{"delete_destination_extra", true},
         {"filter_rules", json::array{json::object{{"method", "exclude"}, {"name", "*.log"}}}}});
    CHECK(!fs::exists(f.to / "set/extra"));
    CHECK(!fs::exists(f.to / "set/b.log"));

    auto const id = f.submit({f.item("/none", "/n"), f.item("/hello.txt", "/h")}, {{"skip_source_errors", true}});
    f.tick();
    CHECK(f.status(id) == "SUCCEEDED");
    auto const skipped = f.client.get("/v0.10/task/" + id + "/skipped_errors").json().at("DATA").as_array();
    REQUIRE(skipped.size() == 1);
    CHECK(skipped[0].at("error_code").as_string() == "FILE_NOT_FOUND");
}

TEST_CASE("sandbox transfer: an external checksum is compared", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    write(f.from / "sum", "hello");
    auto right = f.item("/sum", "/right");
    right["external_checksum"] = "5d41402abc4b2a76b9719d911017c592";
    right["checksum_algorithm"] = "MD5";
    auto wrong = f.item("/sum", "/wrong");
    wrong["external_checksum"] = "00000000000000000000000000000000";
    wrong["checksum_algorithm"] = "MD5";
    auto const good = f.submit({right});
    auto const bad = f.submit({wrong});
    f.tick();
    CHECK(f.status(good) == "SUCCEEDED");
    CHECK(f.task(bad).at("nice_status").as_string() == "VERIFY_CHECKSUM");
}

TEST_CASE("sandbox transfer: a delete task deletes", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    auto const submit = [&](std::string const& path, bool recursive, bool ignore_missing = false) {
        json::object body{{"DATA_TYPE", "delete"},
                          {"submission_id", f.submission_id()},
                          {"endpoint", f.source},
                          {"recursive", recursive},
                          {"ignore_missing", ignore_missing},
                          {"DATA", json::array{json::object{{"DATA_TYPE", "delete_item"}, {"path", path}}}}};
        auto const answer = f.client.post("/v0.10/delete", json::serialize(body));
        REQUIRE(answer.status == 202);
        f.tick();
        return answer.text("task_id");
    };
    CHECK(f.status(submit("/hello.txt", false)) == "SUCCEEDED");
    CHECK(!fs::exists(f.from / "hello.txt"));
    CHECK(f.status(submit("/data", false)) == "FAILED");
    CHECK(fs::exists(f.from / "data"));
    CHECK(f.status(submit("/data/nested", true)) == "SUCCEEDED");
    CHECK(!fs::exists(f.from / "data/nested"));
    CHECK(f.status(submit("/none", false)) == "FAILED");
    CHECK(f.status(submit("/absent", false, true)) == "SUCCEEDED");
    CHECK(fs::exists(f.from));
}

TEST_CASE("sandbox transfer: the task list has filters, orders and pages", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    for (int i = 0; i < 12; ++i) {
        f.submit({f.item("/hello.txt", "/" + std::to_string(i))}, {{"label", "t" + std::to_string(i % 3)}});
        f.tick();
    }
    f.submit({f.item("/hello.txt", "/last")});
    auto const first = f.client.get("/v0.10/task_list").json();
    CHECK(first.at("DATA").as_array().size() == 10);
    CHECK(first.at("total").as_int64() == 13);
    CHECK(first.at("DATA").at(0).at("status").as_string() == "ACTIVE");
    CHECK(f.client.get("/v0.10/task_list?offset=10").json().at("DATA").as_array().size() == 3);
    CHECK(f.client.get("/v0.10/task_list?filter=status:SUCCEEDED/label:t1").json().at("total").as_int64() == 4);
    auto const ordered = f.client.get("/v0.10/task_list?orderby=request_time%20ASC&limit=1&fields=label,status").json();
    CHECK(ordered.at("DATA").at(0).as_object() == json::object{{"label", "t0"}, {"status", "SUCCEEDED"}});
    CHECK(f.client.get("/v0.10/task/unknown").code() == "TaskNotFound");
}

TEST_CASE("sandbox transfer: an administrator can pause and resume", "[sandbox][transfer][tasks]") {
    Fixture f(manual());
    auto const id = f.submit({f.item("/hello.txt", "/p")});
    auto const manage = [&](std::string const& what) {
        return f.client.post("/v0.10/endpoint_manager/" + what,
                             R"({"task_id_list": [")" + id + R"("], "message": "because"})");
    };
    CHECK(manage("admin_pause").status == 200);
    f.tick(60);
    CHECK(f.status(id) == "ACTIVE");
    CHECK(f.task(id).at("is_paused") == true);
    CHECK(f.client.get("/v0.10/task/" + id + "/pause_info").json().at("source_pause_message").is_string());
    CHECK(manage("admin_resume").status == 200);
    f.tick();
    CHECK(f.status(id) == "SUCCEEDED");
}

TEST_CASE("sandbox transfer: endpoints, rules, roles and bookmarks", "[sandbox][transfer]") {
    Fixture f;
    auto const endpoint = f.client.get("/v0.10/endpoint/" + f.source).json();
    CHECK(endpoint.at("id").as_string() == f.source);
    CHECK(f.client.send("PUT", "/v0.10/endpoint/" + f.source, {}, R"({"display_name": "Renamed"})").code() ==
          "Updated");
    auto const found = f.client.get("/v0.10/endpoint_search?filter_fulltext=renamed").json();
    REQUIRE(found.at("DATA").as_array().size() == 1);
    CHECK(found.at("DATA").at(0).at("id").as_string() == f.source);
    CHECK(f.client.get("/v0.10/endpoint_search").status == 400);
    auto const pages = f.client.get("/v0.10/endpoint_search?filter_scope=my-endpoints&limit=1").json();
    CHECK(pages.at("has_next_page") == true);

    auto const shared = f.client.post("/v0.10/shared_endpoint", R"({"display_name": "Guest", "host_endpoint": ")" +
                                                                    f.source + R"(", "host_path": "/data"})");
    REQUIRE(shared.status == 201);
    auto const guest = f.client.get(f.operation(shared.text("id"), "ls")).json();
    CHECK(guest.at("DATA").as_array().size() == 3);

    std::string const base = "/v0.10/endpoint/" + f.source;
    std::string const rule = R"({"DATA_TYPE": "access", "principal_type": "identity", "principal": "x", "path": "/",)"
                             R"( "permissions": "r"})";
    auto const added = f.client.post(base + "/access", rule);
    CHECK(added.status == 201);
    CHECK(f.client.post(base + "/access", rule).code() == "Exists");
    auto const id = added.text("access_id");
    CHECK(f.client.send("PUT", base + "/access/" + id, {}, R"({"permissions": "rw"})").status == 200);
    CHECK(f.client.get(base + "/access/" + id).text("permissions") == "rw");
    CHECK(f.client.get(base + "/access_list").json().at("length").as_int64() == 1);
    CHECK(f.client.send("DELETE", base + "/access/" + id).status == 200);
    CHECK(f.client.get(base + "/access/" + id).status == 404);
    auto const role = f.client.post(base + "/role", R"({"principal": "x", "role": "administrator"})");
    CHECK(f.client.get(base + "/role/" + role.text("id")).status == 200);

    auto const bookmark = f.client.post("/v0.10/bookmark", R"({"name": "b", "path": "/", "endpoint_id": "x"})");
    CHECK(bookmark.status == 201);
    CHECK(f.client.post("/v0.10/bookmark", R"({"name": "b"})").code() == "BookmarkExists");
    CHECK(f.client.get("/v0.10/bookmark_list").json().at("DATA").as_array().size() == 1);

    auto const points = f.client.get("/v2/stream_access_points").json();
    auto const between = [](std::string const& initiator, std::string const& listener) {
        return R"({"data": {"type": "Tunnel", "attributes": {"submission_id": "s", "label": "l"}, "relationships": {
            "initiator": {"data": {"type": "StreamAccessPoint", "id": ")" +
               initiator + R"("}}, "listener": {"data": {"type": "StreamAccessPoint", "id": ")" + listener +
               R"("}}}}})";
    };
    auto const point = [&](std::size_t i) { return std::string(points.at("data").at(i).at("id").as_string()); };
    CHECK(f.client.post("/v2/tunnels", between("i", point(1))).status == 404);
    std::string const tunnel = between(point(0), point(1));
    auto const made = f.client.post("/v2/tunnels", tunnel).json();
    CHECK(f.client.post("/v2/tunnels", tunnel).json().at("data").at("id") == made.at("data").at("id"));
    CHECK(f.client.send("DELETE", "/v0.10/endpoint/" + f.destination).code() == "Deleted");
    CHECK(f.client.get("/v0.10/endpoint/" + f.destination).status == 404);
}

TEST_CASE("sandbox transfer: 16 programs submit at once, each task once", "[sandbox][transfer][tasks]") {
    Fixture f;
    std::vector<std::thread> threads;
    std::vector<std::string> bodies;
    for (int i = 0; i < 16; ++i)
        bodies.push_back(f.transfer({f.item("/hello.txt", "/t" + std::to_string(i % 4) + "/" + std::to_string(i))}));
    for (auto const& body : bodies)
        threads.emplace_back([&] {
            Client mine(f.server);
            mine.token = f.client.token;
            for (int k = 0; k < 3; ++k) mine.post("/v0.10/transfer", body);
        });
    for (auto& thread : threads) thread.join();
    CHECK(f.server.count("submit_transfer") == 48);
    REQUIRE(f.server.wait_for_tasks());
    auto const state = f.server.state();
    CHECK(state.at("tasks").as_array().size() == 16);
    for (auto const& task : state.at("tasks").as_array()) CHECK(task.at("status").as_string() == "SUCCEEDED");
}
