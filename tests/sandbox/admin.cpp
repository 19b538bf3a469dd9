// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::uint16_t port_of(std::string const& url) {
    auto const colon = url.rfind(':');
    return static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
}

struct Fixture {
    Fixture() : admin(port_of(server.admin_url())) { admin.token = server.admin_secret(); }
    Answer call(std::string const& method, std::string const& path, std::string const& body = {}) {
        return admin.send(method, "/admin/v1/sessions" + path, {}, body);
    }
    sb::Server server;
    Client admin;
};

}  // namespace

TEST_CASE("sandbox admin: the secret is needed", "[sandbox][admin]") {
    Fixture f;
    CHECK(f.call("GET", "").status == 200);
    f.admin.token = "guess";
    CHECK(f.call("GET", "").status == 401);
    f.admin.token = "";
    CHECK(f.call("GET", "").status == 401);
    CHECK(f.call("POST", "/default/tokens", R"({"revoke": "all"})").status == 401);
    sb::Server other;
    CHECK(other.admin_secret() != f.server.admin_secret());
    // The services' port has no admin calls.
    Client service(f.server);
    service.token = f.server.admin_secret();
    CHECK(service.get("/admin/v1/sessions").status == 404);
}

TEST_CASE("sandbox admin: faults, journal, state and verification over HTTP", "[sandbox][admin]") {
    Fixture f;
    Client client(f.server);
    client.token = f.server.user_token(transfer_scope);
    auto const made = f.call("POST", "/default/faults",
                             R"({"match": {"operation": "task_list"}, "action": {"type": "status", "code": 418}})");
    CHECK(made.status == 201);
    CHECK(made.json().at("rule_id").as_int64() == 1);
    CHECK(client.get("/v0.10/task_list").status == 418);
    CHECK(client.get("/v0.10/task_list?limit=1").status == 200);
    CHECK(f.call("GET", "/default/faults").json().at("faults").at(0).at("fired").as_int64() == 1);
    CHECK(f.call("POST", "/default/faults", R"({"action": {"type": "explode"}})").status == 400);
    CHECK(f.call("POST", "/default/faults", "{").status == 400);

    auto const journal = f.call("GET", "/default/journal?operation=task_list").json().at("journal").as_array();
    REQUIRE(journal.size() == 2);
    CHECK(journal[0].at("fault").as_string() == "status by rule 1");
    CHECK(journal[0].at("status").as_int64() == 418);
    CHECK(journal[1].at("path").as_string() == "/v0.10/task_list?limit=1");
    CHECK(journal[1].at("fault").is_null());
    CHECK(journal[1].at("headers").at("Authorization").as_string() == "Bearer [redacted]");
    CHECK(f.call("GET", "/default/journal?after=1").json().at("journal").as_array().size() == 1);
    CHECK(f.call("GET", "/default/state").json().at("tasks").as_array().empty());

    CHECK(f.call("POST", "/default/verify", R"([{"operation": "task_list", "count": {"min": 2, "max": 2}}])").status ==
          200);
    auto const wrong = f.call("POST", "/default/verify", R"([{"operation": "task_list", "count": {"max": 1}}])");
    CHECK(wrong.status == 417);
    CHECK(wrong.json().at("differences").at(0).at("count").as_int64() == 2);
    CHECK(f.call("POST", "/default/scenario", R"({"name": "auth_down"})").status == 201);
    CHECK(client.get("/jwk.json").status == 503);
    CHECK(f.call("DELETE", "/default/faults").status == 200);
    CHECK(client.get("/jwk.json").status == 200);
}

TEST_CASE("sandbox admin: tokens and collections are changed over HTTP", "[sandbox][admin]") {
    Fixture f;
    auto const tokens = f.call("POST", "/default/tokens", R"({"issue": {"scope": "transfer.api.globus.org"}})").json();
    Client client(f.server);
    client.token = json::value_to<std::string>(tokens.at("access_token"));
    auto const ls = "/v0.10/operation/endpoint/" + f.server.source_collection() + "/ls";
    CHECK(client.get(ls).status == 200);
    CHECK(
        f.call("POST", "/default/collections/" + f.server.source_collection(), R"({"state": "disconnected"})").status ==
        200);
    CHECK(client.get(ls).status == 502);
    CHECK(f.call("POST", "/default/collections/none", R"({"state": "ok"})").status == 400);
    CHECK(f.call("POST", "/default/tokens", R"({"expire": true})").status == 200);
    CHECK(client.get(ls).status == 401);
    CHECK(f.call("POST", "/default/tokens", R"({"explode": true})").status == 400);
    CHECK(f.call("POST", "/default/tokens",
                 R"({"require_session": {"service": "transfer",
                     "authorization_parameters": {"session_required_policies": ["p"]}}})")
              .status == 200);
    client.token = f.server.user_token(transfer_scope);
    CHECK(client.get("/v0.10/task_list").status == 403);
}

TEST_CASE("sandbox admin: sessions do not see each other", "[sandbox][admin]") {
    Fixture f;
    auto const made = f.call("POST", "", R"({"seed": 7, "clock": "manual", "token_lifetime_s": 60})");
    REQUIRE(made.status == 201);
    auto const id = made.text("session");
    auto const url = json::value_to<std::string>(made.json().at("base_urls").at("transfer"));
    Client inside(port_of(url));
    Client outside(f.server);
    inside.token = made.text("user_token");
    outside.token = f.server.user_token(transfer_scope);
    CHECK(inside.get("/v0.10/task_list").status == 200);
    f.call("POST", "/" + id + "/faults", R"({"times": "always", "action": {"type": "status", "code": 500}})");
    CHECK(inside.get("/v0.10/task_list").status == 500);
    CHECK(outside.get("/v0.10/task_list").status == 200);
    CHECK(f.server.faults().empty());
    CHECK(f.server.count("task_list") == 1);
    std::swap(inside.token, outside.token);
    f.call("DELETE", "/" + id + "/faults");
    CHECK(inside.get("/v0.10/task_list").status == 401);
    CHECK(outside.get("/v0.10/task_list").status == 401);
    std::swap(inside.token, outside.token);
    CHECK(f.call("POST", "/" + id + "/clock", R"({"advance_s": 60})").status == 200);
    CHECK(inside.get("/v0.10/task_list").status == 401);
    CHECK(outside.get("/v0.10/task_list").status == 200);

    CHECK(f.call("POST", "/" + id + "/faults", R"({"action": {"type": "reset"}})").status == 201);
    auto const strict = f.call("DELETE", "/" + id + "?strict=1");
    CHECK(strict.status == 409);
    CHECK(strict.json().at("unfired").as_array().size() == 1);
    CHECK(f.call("DELETE", "/" + id).status == 200);
    CHECK(f.call("GET", "/" + id).status == 404);
    CHECK(!Client(port_of(url)).connect());
    CHECK(f.call("DELETE", "/default").status == 400);
    CHECK(f.call("POST", "", R"({"tls": "perfect"})").status == 400);
}

TEST_CASE("sandbox session: in process, with its own options", "[sandbox][admin]") {
    sb::Server server;
    sb::Options options;
    options.rotate_refresh_tokens = true;
    auto session = server.open_session(options);
    CHECK(session.base_url() != server.base_url());
    CHECK(session.native_client_id() == server.native_client_id());  // of the same seed
    CHECK(session.user_token(transfer_scope) != server.user_token(transfer_scope));
    Client client(session);
    client.token = session.user_token(transfer_scope);
    CHECK(client.get("/v0.10/task_list").status == 200);
    CHECK(session.count("transfer.task_list") == 1);
    CHECK(server.count() == 0);
    CHECK_NOTHROW(session.verify({{.operation = "task_list", .at_least = 1, .at_most = 1}}));
    CHECK_THROWS_AS(session.verify({{.operation = "task_list", .at_least = 2}}), sb::VerifyError);
    CHECK_THROWS_AS(session.verify({{.operation = "task_list", .path = "/v0.10/*_other"}}), sb::VerifyError);
    CHECK_NOTHROW(session.verify({{.operation = "task_list", .path = "/v0.10/*"}}));
    server.close_session(session);
    CHECK(!Client(session).connect());
    CHECK_THROWS_AS(server.close_session(session), sb::SandboxError);
}

TEST_CASE("sandbox session: ends with its last handle", "[sandbox][admin]") {
    sb::Server server;
    auto handle = std::make_optional(server.open_session());
    auto const port = handle->port();
    auto const files = handle->directory(handle->source_collection());
    auto copy = std::make_optional(*handle);
    handle.reset();
    CHECK(Client(port).connect());
    copy.reset();
    CHECK(!Client(port).connect());
    CHECK(!fs::exists(files));
}

TEST_CASE("sandbox session: a handle that outlives the server tells what happened", "[sandbox][admin]") {
    auto server = std::make_optional<sb::Server>();
    sb::Session const session = *server;
    Client(session).get("/jwk.json");
    server.reset();
    CHECK(session.count("get_jwk") == 1);
    CHECK(!Client(session).connect());
}

TEST_CASE("sandbox session: a snapshot brings tokens, tasks and documents back", "[sandbox][admin]") {
    sb::Server server;
    CHECK_THROWS_AS(server.restore(), sb::SandboxError);
    Client client(server);
    client.token = server.user_token("groups.api.globus.org");
    client.post("/v2/groups", R"({"name": "a"})");
    server.snapshot();
    client.post("/v2/groups", R"({"name": "b"})");
    server.revoke_all_tokens();
    CHECK(client.get("/v2/groups/my_groups").status == 401);
    server.restore();
    CHECK(client.get("/v2/groups/my_groups").json().as_array().size() == 1);
}

TEST_CASE("sandbox session: the environment tells every service", "[sandbox][admin]") {
    sb::Server server;
    std::string auth;
    std::string refresh;
    int services = 0;
    for (auto const& [name, value] : server.environment()) {
        if (name.starts_with("GLOBUS_SDK_SERVICE_URL_")) {
            ++services;
            CHECK(value == server.base_url());
        }
        if (name == "GLOBUS_SANDBOX_NATIVE_TRANSFER_REFRESH_TOKEN") refresh = value;
    }
    CHECK(services == 11);  // all names that the SDKs know
    Client client(server);
    CHECK(client
              .form("/v2/oauth2/token",
                    "grant_type=refresh_token&refresh_token=" + refresh + "&client_id=" + server.native_client_id())
              .status == 200);
}

TEST_CASE("sandbox: collections come from options, from directories, or from samples", "[sandbox]") {
    std::string pattern = (fs::temp_directory_path() / "sandbox-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    fs::path const root = pattern;
    fs::create_directories(root / "archive");
    std::ofstream(root / "archive/a") << "a";
    {
        sb::Options options;
        options.root = root;
        sb::Server server(options);
        CHECK(server.directory(server.source_collection()) == root / "source");
        CHECK(server.state().at("collections").as_array().size() == 3);
    }
    CHECK(fs::exists(root / "archive/a"));
    {
        sb::Options options;
        options.root = root;
        sb::Collection mine;
        mine.id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
        mine.directory = "archive";
        options.collections = {mine};
        sb::Server server(options);
        CHECK(server.source_collection() == mine.id);
        CHECK(server.destination_collection() == mine.id);
        CHECK(server.directory(mine.id) == root / "archive");
        CHECK_THROWS_AS(server.directory("none"), sb::SandboxError);
    }
    fs::remove_all(root);
    fs::path samples;
    {
        sb::Server server;
        samples = server.directory(server.source_collection());
        CHECK(fs::exists(samples / "hello.txt"));
    }
    CHECK(!fs::exists(samples));
    sb::Options nowhere;
    nowhere.root = root / "none";
    CHECK_THROWS_AS(sb::Server(nowhere), sb::SandboxError);
}

TEST_CASE("sandbox: a port that is taken is an error, and other hosts' names are not answered", "[sandbox]") {
    sb::Server server;
    sb::Options options;
    options.port = server.port();
    CHECK_THROWS_AS(sb::Server(options), sb::SandboxError);
    Client client(server);
    REQUIRE(client.connect());
    client.write("GET /jwk.json HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    CHECK(client.read().status == 400);
    REQUIRE(client.connect());
    client.write("GET /jwk.json HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
    CHECK(client.read().status == 200);
    client.close();
    REQUIRE(client.connect());
    client.write("NONSENSE\r\n\r\n");
    CHECK(client.read().status == 400);
}

TEST_CASE("sandbox: many connections at once", "[sandbox]") {
    sb::Server server;
    std::string const token = server.user_token(transfer_scope);
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 32; ++i)
        threads.emplace_back([&] {
            for (int k = 0; k < 5; ++k) {
                Client client(server);
                client.token = token;
                for (int j = 0; j < 10; ++j) good += client.get("/v0.10/task_list").status == 200 ? 1 : 0;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(good == 1600);
    CHECK(server.count("task_list") == 1600);
}
