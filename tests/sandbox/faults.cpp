// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A sandbox, a client that may use Transfer, and a rule with a given action for the task list.
struct Fixture {
    explicit Fixture(sb::Options options = {}) : server(std::move(options)), client(server) {
        client.token = server.user_token(transfer_scope);
    }
    Answer list() { return client.get("/v0.10/task_list"); }
    void rule(std::string const& action, std::string const& more = "") {
        server.add_fault(json::value(R"({"match": {"operation": "task_list"}, "action": )" + action +
                                     (more.empty() ? "" : ", " + more) + "}"));
    }
    sb::Server server;
    Client client;
};

std::string group_body(std::string const& name) { return R"({"name": ")" + name + "\"}"; }

}  // namespace

TEST_CASE("sandbox faults: a status takes the place of the answer", "[sandbox][faults]") {
    Fixture f;
    f.rule(R"({"type": "status", "code": 503, "retry_after": {"seconds": 7}})");
    auto const refused = f.list();
    CHECK(refused.status == 503);
    CHECK(refused.code() == "ServiceUnavailable");
    CHECK(refused.header("Retry-After") == "7");
    CHECK(f.list().status == 200);
    f.rule(R"({"type": "status", "code": 429, "retry_after": {"http_date": 60}, "html": true})");
    auto const dated = f.list();
    CHECK(dated.header("Retry-After").ends_with(" GMT"));
    CHECK(dated.header("Content-Type") == "text/html");
    f.rule(R"({"type": "status", "code": 400, "body": {"a": 1}, "headers": {"X-Y": "z"}})");
    auto const custom = f.list();
    CHECK(custom.body == R"({"a":1})");
    CHECK(custom.header("X-Y") == "z");
    f.rule(R"({"type": "status", "code": 502, "retry_after": {"raw": "soon"}, "problem": {"title": "t"}})");
    auto const raw = f.list();
    CHECK(raw.header("Retry-After") == "soon");
    CHECK(raw.header("Content-Type") == "application/problem+json");
}

TEST_CASE("sandbox faults: reset is RST and close is FIN", "[sandbox][faults]") {
    Fixture f;
    f.rule(R"({"type": "reset"})");
    auto const reset = f.list();
    CHECK(reset.status == 0);
    CHECK(reset.closed);
    CHECK(reset.reset);
    f.rule(R"({"type": "close"})");
    auto const closed = f.list();
    CHECK(closed.status == 0);
    CHECK(closed.closed);
    CHECK(!closed.reset);
    CHECK(f.list().status == 200);
}

TEST_CASE("sandbox faults: after_commit the effect took place, before it did not", "[sandbox][faults]") {
    Fixture f;
    f.client.token = f.server.user_token("groups.api.globus.org");
    auto const groups = [&] { return f.server.state().at("groups").as_array().size(); };
    std::string const phase = GENERATE("after_headers", "after_body", "before_commit", "after_commit");
    f.server.add_fault(json::value(R"({"match": {"operation": "create_group"}, "phase": ")" + phase +
                                   R"(", "action": {"type": "reset"}})"));
    CHECK(f.client.post("/v2/groups", group_body("lost")).status == 0);
    CHECK(groups() == (phase == "after_commit" ? 1 : 0));
    auto const entry = f.server.journal("create_group").back();
    CHECK(entry.committed == (phase == "after_commit"));
    CHECK(entry.status == 0);
    CHECK(entry.fault == "reset by rule 1");
    f.client.post("/v2/groups", group_body("kept"));
    CHECK(f.server.count("create_group") == 2);
}

TEST_CASE("sandbox faults: a lost reply to a submission leaves one task", "[sandbox][faults]") {
    Fixture f;
    f.server.scenario("lost_submit_reply");
    auto const id = f.client.get("/v0.10/submission_id").text("value");
    std::string const body = json::serialize(
        json::object{{"DATA_TYPE", "transfer"},
                     {"submission_id", id},
                     {"source_endpoint", f.server.source_collection()},
                     {"destination_endpoint", f.server.destination_collection()},
                     {"DATA", json::array{json::object{{"source_path", "/hello.txt"}, {"destination_path", "/h"}}}}});
    CHECK(f.client.post("/v0.10/transfer", body).status == 0);
    auto const again = f.client.post("/v0.10/transfer", body);
    CHECK(again.code() == "Duplicate");
    CHECK(f.server.state().at("tasks").as_array().size() == 1);
    CHECK(f.server.state().at("tasks").at(0).at("task_id").as_string() == again.text("task_id"));
}

TEST_CASE("sandbox faults: rules match by nth, every, connection, header, path and generation", "[sandbox][faults]") {
    Fixture f;
    auto const statuses = [&](int count) {
        std::string out;
        for (int i = 0; i < count; ++i) out += std::to_string(f.list().status) + " ";
        return out;
    };
    SECTION("nth") {
        f.server.add_fault(R"({"match": {"operation": "task_list", "nth": [2, 4]},
                               "action": {"type": "status", "code": 500}})");
        CHECK(statuses(5) == "200 500 200 500 200 ");
    }
    SECTION("every") {
        f.server.add_fault(R"({"match": {"every": 3}, "action": {"type": "status", "code": 500}})");
        CHECK(statuses(6) == "200 200 500 200 200 500 ");
    }
    SECTION("times") {
        f.rule(R"({"type": "status", "code": 500})", R"("times": 2)");
        CHECK(statuses(4) == "500 500 200 200 ");
        CHECK(f.server.faults().at(0).at("fired").as_uint64() == 2);
        CHECK(f.server.faults().at(0).at("remaining").as_uint64() == 0);
    }
    SECTION("always, until they are cleared") {
        f.rule(R"({"type": "status", "code": 500})", R"("times": "always")");
        CHECK(statuses(3) == "500 500 500 ");
        f.server.clear_faults();
        CHECK(statuses(1) == "200 ");
    }
    SECTION("connection") {
        f.server.add_fault(R"({"match": {"connection": "reused"}, "times": "always",
                               "action": {"type": "status", "code": 500}})");
        CHECK(statuses(2) == "200 500 ");
        f.client.close();
        CHECK(statuses(1) == "200 ");
    }
    SECTION("header and path") {
        f.server.add_fault(R"({"match": {"header": {"x-test": "a*"}, "path": "/v0.10/*"}, "times": "always",
                               "action": {"type": "status", "code": 500}})");
        CHECK(f.client.send("GET", "/v0.10/task_list", {{"X-Test", "abc"}}).status == 500);
        CHECK(f.client.send("GET", "/v0.10/task_list", {{"X-Test", "b"}}).status == 200);
        CHECK(f.client.send("GET", "/.well-known/openid-configuration", {{"X-Test", "abc"}}).status == 200);
    }
    SECTION("generation of the token") {
        f.server.add_fault(R"({"match": {"token_generation": 2}, "times": "always",
                               "action": {"type": "status", "code": 401}})");
        CHECK(statuses(1) == "200 ");
        f.client.token = f.server.user_token(transfer_scope);
        CHECK(statuses(1) == "401 ");
    }
    SECTION("service and method") {
        f.server.add_fault(R"({"match": {"service": ["auth", "groups"], "method": "GET"}, "times": "always",
                               "action": {"type": "status", "code": 500}})");
        CHECK(statuses(1) == "200 ");
        CHECK(f.client.get("/jwk.json").status == 500);
    }
    SECTION("a sequence") {
        f.rule(R"({"type": "sequence", "actions": [{"type": "status", "code": 503}, {"type": "pass"},
                   {"type": "status", "code": 401}]})");
        CHECK(statuses(4) == "503 200 401 200 ");
    }
    SECTION("an operation with its service") {
        f.server.add_fault(R"({"match": {"operation": ["search.get_task", "transfer.task_list"]}, "times": "always",
                               "action": {"type": "status", "code": 500}})");
        CHECK(statuses(1) == "500 ");
        CHECK(f.client.get("/v0.10/task/none").status == 404);
    }
    SECTION("every grant of the token endpoint") {
        f.server.add_fault(R"({"match": {"operation": "oauth2_token"}, "action": {"type": "status", "code": 503}})");
        CHECK(f.client.form("/v2/oauth2/token", "grant_type=refresh_token").status == 503);
    }
}

TEST_CASE("sandbox faults: probabilities repeat with the seed", "[sandbox][faults]") {
    auto const run = [](std::uint64_t seed) {
        sb::Options options;
        options.seed = seed;
        Fixture f(options);
        f.rule(R"({"type": "status", "code": 500})", R"("probability": 0.3)");
        std::string out;
        for (int i = 0; i < 100; ++i) out += f.list().status == 500 ? 'x' : '.';
        return out;
    };
    auto const first = run(5);
    CHECK(first == run(5));
    CHECK(first != run(6));
    auto const hits = std::count(first.begin(), first.end(), 'x');
    CHECK(hits > 10);
    CHECK(hits < 60);
}

TEST_CASE("sandbox faults: bodies are cut, slowed and spoilt", "[sandbox][faults]") {
    Fixture f;
    auto const whole = f.list();
    SECTION("truncate") {
        f.rule(R"({"type": "truncate", "after_bytes": 10})");
        auto const cut = f.list();
        CHECK(cut.header("Content-Length") == std::to_string(whole.body.size()));
        CHECK(cut.body == whole.body.substr(0, 10));
        CHECK(!cut.complete);
        CHECK(cut.closed);
    }
    SECTION("truncate without a length") {
        f.rule(R"({"type": "truncate", "after_bytes": 10, "keep_length": false})");
        auto const cut = f.list();
        CHECK(cut.header("Content-Length").empty());
        CHECK(cut.body == whole.body.substr(0, 10));
    }
    SECTION("dribble") {
        f.rule(R"({"type": "dribble", "bytes_per_s": 200})");
        auto const begin = std::chrono::steady_clock::now();
        auto const slow = f.list();
        CHECK(slow.body == whole.body);
        CHECK(seconds_since(begin) > 0.8 * static_cast<double>(whole.body.size()) / 200);
    }
    SECTION("stall") {
        f.rule(R"({"type": "stall", "ms": 150})");
        auto const begin = std::chrono::steady_clock::now();
        CHECK(f.list().status == 200);
        CHECK(seconds_since(begin) >= 0.15);
    }
    SECTION("corrupt") {
        auto const spoilt = [&](std::string const& kind) {
            f.rule(R"({"type": "corrupt", "kind": ")" + kind + "\"}");
            auto const answer = f.list();
            CHECK(answer.complete);
            CHECK(answer.body != whole.body);
            return answer.body;
        };
        CHECK(spoilt("flip").size() == whole.body.size());
        CHECK(spoilt("utf8").find("\xc3\x28") != std::string::npos);
        CHECK(spoilt("nul").find('\0') != std::string::npos);
        CHECK(spoilt("html").starts_with("<html>"));
        boost::system::error_code error;
        json::parse(spoilt("json_garbage"), error);
        CHECK(error.failed());
    }
    SECTION("json") {
        f.rule(R"({"type": "json", "depth": 64})");
        CHECK(f.list().body == std::string(64, '[') + std::string(64, ']'));
        f.rule(R"({"type": "json", "missing": ["total"], "wrong_type": {"limit": "ten"}})");
        auto const edited = f.list().json();
        CHECK(!edited.as_object().contains("total"));
        CHECK(edited.at("limit").as_string() == "ten");
        f.rule(R"({"type": "json", "size": 100000, "big_numbers": true, "duplicate_keys": true})");
        auto const large = f.list().body;
        CHECK(large.size() > 100000);
        boost::system::error_code error;
        json::parse(large, error);
        CHECK(!error.failed());
        CHECK(large.find("18446744073709551616") != std::string::npos);
        CHECK(large.find("\"DATA_TYPE\"") != large.rfind("\"DATA_TYPE\""));
    }
    SECTION("gzip bomb") {
        f.rule(R"({"type": "gzip_bomb", "size": 10000000})");
        auto const bomb = f.list();
        CHECK(bomb.header("Content-Encoding") == "gzip");
        CHECK(bomb.body.starts_with("\x1f\x8b"));
        CHECK(bomb.body.size() < 10000000 / 100);
    }
    CHECK(f.list().status == 200);
}

TEST_CASE("sandbox faults: framing and headers that no server should send", "[sandbox][faults]") {
    Fixture f;
    auto const whole = f.list();
    auto const framed = [&](std::string const& member) {
        f.rule(R"({"type": "framing", )" + member + "}");
        auto answer = f.list();
        f.client.close();
        return answer;
    };
    CHECK(framed(R"("length": -1)").header("Content-Length") == "-1");
    CHECK(framed(R"("length": "huge")").header("Content-Length").size() == 23);
    CHECK(framed(R"("length": "+5")").header("Content-Length") == std::to_string(whole.body.size() + 5));
    auto const twice = framed(R"("length": "duplicate")").head;
    CHECK(twice.find("Content-Length") != twice.rfind("Content-Length"));
    CHECK(framed(R"("bad_chunk": true)").body.starts_with("zz\r\n"));
    auto const endless = framed(R"("no_headers_end": true)");
    CHECK(endless.status == 0);
    CHECK(endless.head.find("Content-Length") != std::string::npos);

    auto const with = [&](std::string const& member) {
        f.rule(R"({"type": "headers", )" + member + "}");
        auto answer = f.list();
        CHECK(answer.body == whole.body);
        return answer.head;
    };
    CHECK(with(R"("flood_bytes": 200000)").size() > 200000);
    CHECK(with(R"("duplicate": true)").find("X-Twice: 2") != std::string::npos);
    CHECK(with(R"("crlf": true)").find("\r\n two") != std::string::npos);
    CHECK(with(R"("nul": true)").find('\0') != std::string::npos);
    CHECK(with(R"("set": {"X-A": "b"})").find("X-A: b") != std::string::npos);

    f.rule(R"({"type": "informational", "count": 3, "code": 103})");
    CHECK(f.list().status == 103);
    CHECK(f.client.read().status == 103);
    CHECK(f.client.read().status == 103);
    CHECK(f.client.read().body == whole.body);

    f.rule(R"({"type": "redirect", "code": 307, "location": "http://127.0.0.1:1/x"})");
    auto const redirect = f.list();
    CHECK(redirect.status == 307);
    CHECK(redirect.header("Location") == "http://127.0.0.1:1/x");
}

TEST_CASE("sandbox faults: connections are refused, dropped and reset before a request", "[sandbox][faults]") {
    Fixture f;
    SECTION("refuse closes the port for a while") {
        f.rule(R"({"type": "refuse", "ms": 300})");
        auto const begin = std::chrono::steady_clock::now();
        CHECK(f.list().reset);
        Client other(f.server);
        CHECK(!other.connect());
        while (!other.connect() && seconds_since(begin) < 10)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        CHECK(seconds_since(begin) >= 0.29);
        CHECK(f.list().status == 200);
    }
    SECTION("drop_idle") {
        Client other(f.server);
        other.token = f.client.token;
        CHECK(other.get("/v0.10/task_list").status == 200);
        f.rule(R"({"type": "drop_idle"})");
        CHECK(f.list().status == 200);
        auto const dropped = other.get("/v0.10/task_list");
        CHECK(dropped.status == 0);
        CHECK(f.client.connected());
        CHECK(other.get("/v0.10/task_list").status == 200);
    }
    SECTION("a pooled connection dies between two requests") {
        f.server.add_fault(R"({"match": {"connection": "reused"}, "phase": "before_request",
                               "action": {"type": "close"}})");
        CHECK(f.list().status == 200);
        CHECK(f.list().status == 0);
        CHECK(f.server.count("task_list") == 1);
        CHECK(f.list().status == 200);
    }
    SECTION("a pooled connection dies when the request was read") {
        f.server.add_fault(R"({"match": {"connection": "reused", "operation": "task_list"}, "phase": "after_body",
                               "action": {"type": "reset"}})");
        CHECK(f.list().status == 200);
        CHECK(f.list().reset);
        CHECK(f.server.count("task_list") == 2);
    }
    SECTION("accept") {
        f.server.add_fault(R"({"phase": "accept", "action": {"type": "reset"}})");
        CHECK(f.list().status == 0);
        CHECK(f.list().status == 200);
    }
}

TEST_CASE("sandbox faults: a malformed rule is refused with a reason", "[sandbox][faults]") {
    sb::Server server;
    auto const why = [&](char const* rule) {
        try {
            server.add_fault(rule);
        } catch (sb::SandboxError const& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    using Catch::Matchers::ContainsSubstring;
    CHECK_THAT(why("{"), ContainsSubstring("not JSON"));
    CHECK_THAT(why("{}"), ContainsSubstring("action"));
    CHECK_THAT(why(R"({"action": {"type": "explode"}})"), ContainsSubstring("explode"));
    CHECK_THAT(why(R"({"phase": "later", "action": {"type": "reset"}})"), ContainsSubstring("later"));
    CHECK_THAT(why(R"({"match": {"color": 1}, "action": {"type": "reset"}})"), ContainsSubstring("color"));
    CHECK_THAT(why(R"({"when": 1, "action": {"type": "reset"}})"), ContainsSubstring("when"));
    CHECK_THAT(why(R"({"times": "often", "action": {"type": "reset"}})"), ContainsSubstring("times"));
    CHECK_THAT(why(R"({"action": {"type": "tls", "alert": true}})"), ContainsSubstring("TLS"));
    CHECK_THAT(why(R"({"match": {"operation": "x"}, "phase": "accept", "action": {"type": "reset"}})"),
               ContainsSubstring("operation"));
    CHECK(server.faults().empty());
}

TEST_CASE("sandbox faults: every scenario can be started", "[sandbox][faults]") {
    for (auto const& name : sb::Session::scenario_names()) {
        sb::Server server;
        CHECK_NOTHROW(server.scenario(name));
    }
    sb::Server server;
    CHECK_THROWS_AS(server.scenario("doom"), sb::SandboxError);
    CHECK(sb::Session::scenario_names() ==
          std::vector<std::string>{"auth_down", "flaky_1pct", "key_rotation", "lost_submit_reply", "rate_limited",
                                   "rolling_restart", "slow_search", "token_expires_mid_paging"});
}

TEST_CASE("sandbox faults: a rate limit is enforced by the clock", "[sandbox][faults]") {
    sb::Options options;
    options.clock = sb::ClockMode::manual;
    options.rate_limit = {2, 4};
    Fixture f(options);
    int good = 0;
    for (int i = 0; i < 10; ++i) good += f.list().status == 200 ? 1 : 0;
    CHECK(good == 4);
    auto const refused = f.list();
    CHECK(refused.status == 429);
    CHECK(refused.header("Retry-After") == "1");
    f.server.advance_clock(std::chrono::seconds(1));
    CHECK(f.list().status == 200);
    CHECK(f.list().status == 200);
    CHECK(f.list().status == 429);
}

TEST_CASE("sandbox faults: the same seed and calls give the same journal", "[sandbox][faults][journal]") {
    auto const run = [] {
        sb::Options options;
        options.clock = sb::ClockMode::manual;
        Fixture f(options);
        f.server.add_fault(R"({"match": {}, "probability": 0.2, "action": {"type": "status", "code": 503}})");
        f.server.add_fault(
            R"({"match": {}, "phase": "after_commit", "probability": 0.1, "action": {"type": "reset"}})");
        auto const refresh = f.server.issue_refresh_token(transfer_scope);
        for (int i = 0; i < 30; ++i) {
            f.list();
            Client other(f.server);
            other.form("/v2/oauth2/token", "grant_type=refresh_token&refresh_token=" + refresh +
                                               "&client_id=" + f.server.native_client_id());
            f.server.advance_clock(std::chrono::milliseconds(250));
        }
        std::string out;
        for (auto const& entry : f.server.journal())
            out += std::to_string(entry.number) + " " + std::to_string(entry.time) + " " + entry.operation + " " +
                   entry.target + " " + entry.body_sha256 + " " + std::to_string(entry.token_generation) + " " +
                   std::to_string(entry.connection) + " " + entry.fault + " " + std::to_string(entry.committed) + " " +
                   std::to_string(entry.status) + " " + std::to_string(entry.bytes_out) + "\n";
        return out;
    };
    auto const first = run();
    for (int i = 0; i < 3; ++i) CHECK(run() == first);
}

TEST_CASE("sandbox: the end of a server is prompt, whatever its connections do", "[sandbox][faults]") {
    std::vector<std::unique_ptr<Client>> clients;
    auto server = std::make_unique<sb::Server>();
    server->add_fault(
        R"({"match": {"operation": "task_list"}, "times": 5, "action": {"type": "stall", "ms": "forever"}})");
    server->add_fault(R"({"match": {"operation": "get_jwk"}, "times": 5,
                          "action": {"type": "dribble", "bytes_per_s": 1, "head": true}})");
    auto const send = [&](std::string const& text) {
        auto& client = *clients.emplace_back(std::make_unique<Client>(*server));
        REQUIRE(client.connect());
        client.write(text);
    };
    for (int i = 0; i < 5; ++i) {
        send("");
        send("GET / HT");
        send("POST /v2/groups HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nab");
        send("GET /v0.10/task_list HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        send("GET /jwk.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }
    while (server->count() < 15) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    auto const begin = std::chrono::steady_clock::now();
    server.reset();
    CHECK(seconds_since(begin) < 1);  // 0.2 s without a sanitizer
    for (auto& client : clients) CHECK_NOTHROW(client->read());
}
