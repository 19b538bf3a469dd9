// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

struct Fixture {
    Fixture() : admin(static_cast<std::uint16_t>(std::stoi(port_text()))), client(server) {
        admin.token = server.admin_secret();
        client.token = server.user_token(transfer_scope);
    }
    std::string port_text() const {
        auto const url = server.admin_url();
        return url.substr(url.rfind(':') + 1);
    }
    Answer call(std::string const& what, std::string const& body) {
        return admin.send("POST", "/admin/v1/sessions/default/" + what, {}, body);
    }
    /// What is said about a call that is refused.
    std::string why(std::string const& what, std::string const& body) {
        auto const answer = call(what, body);
        CHECK(answer.status == 400);
        return answer.status == 400 ? answer.text("error") : "";
    }
    sb::Server server;
    Client admin;
    Client client;
};

using Catch::Matchers::ContainsSubstring;

}  // namespace

TEST_CASE("sandbox admin input: a bare number is the exact count", "[sandbox][admin]") {
    Fixture f;
    f.client.get("/v0.10/task_list");
    f.client.get("/v0.10/task_list");
    auto const status = [&](std::string const& count) {
        return f.call("verify", R"([{"operation": "task_list", "count": )" + count + "}]").status;
    };
    CHECK(status("2") == 200);
    CHECK(status("1") == 417);
    CHECK(status("3") == 417);
    CHECK(status(R"({"min": 1})") == 200);
    CHECK(status(R"({"max": 1})") == 417);
    CHECK(f.call("verify", R"([{"operation": "transfer.task_list", "count": 2}])").status == 200);
    CHECK(f.call("verify", R"([{"operation": "submit_transfer", "count": 0}])").status == 200);
}

TEST_CASE("sandbox admin input: what means nothing is refused with a reason", "[sandbox][admin]") {
    Fixture f;
    CHECK_THAT(f.why("verify", R"([{"operation": "get_taks", "count": 0}])"), ContainsSubstring("get_taks"));
    CHECK_THAT(f.why("verify", R"([{"operation": "get_task", "cuont": 1}])"), ContainsSubstring("cuont"));
    CHECK_THAT(f.why("verify", R"([{"operation": "get_task", "count": {"mni": 1}}])"), ContainsSubstring("mni"));
    CHECK_THAT(f.why("verify", R"([{"operation": "get_task", "count": -1}])"), ContainsSubstring("count"));
    CHECK_THAT(f.why("verify", R"([{"count": 1}])"), ContainsSubstring("operation"));
    auto const rule = [&](std::string const& match, std::string const& action) {
        return f.why("faults", R"({"match": )" + match + R"(, "action": )" + action + "}");
    };
    CHECK_THAT(rule(R"({"operation": "get_taks"})", R"({"type": "reset"})"), ContainsSubstring("get_taks"));
    CHECK_THAT(rule(R"({"operation": ["get_task", "x"]})", R"({"type": "reset"})"), ContainsSubstring("\"x\""));
    CHECK_THAT(rule(R"({"service": "tranfser"})", R"({"type": "reset"})"), ContainsSubstring("tranfser"));
    CHECK_THAT(rule(R"({"connection": "old"})", R"({"type": "reset"})"), ContainsSubstring("old"));
    CHECK_THAT(rule(R"({"nth": [1, 0]})", R"({"type": "reset"})"), ContainsSubstring("nth"));
    CHECK_THAT(rule(R"({"every": "2"})", R"({"type": "reset"})"), ContainsSubstring("every"));
    CHECK_THAT(rule(R"({"header": "x"})", R"({"type": "reset"})"), ContainsSubstring("header"));
    CHECK_THAT(rule(R"({"operation": 1})", R"({"type": "reset"})"), ContainsSubstring("operation"));
    CHECK_THAT(rule("{}", R"({"type": "status", "code": 503, "retry_aftr": 1})"), ContainsSubstring("retry_aftr"));
    CHECK_THAT(rule("{}", R"({"type": "corrupt", "kind": "burn"})"), ContainsSubstring("burn"));
    CHECK_THAT(rule("{}", R"({"type": "sequence", "actions": [{"type": "reset", "ms": 1}]})"), ContainsSubstring("ms"));
    CHECK_THAT(f.why("faults", R"({"probability": 2, "action": {"type": "reset"}})"), ContainsSubstring("probability"));
    CHECK(f.server.faults().empty());
    CHECK_THAT(f.why("clock", R"({"advance_s": -5})"), ContainsSubstring("advance_s"));
    CHECK_THAT(f.why("clock", R"({"advance_s": "5"})"), ContainsSubstring("advance_s"));
    CHECK_THAT(f.why("clock", R"({"advance": 5})"), ContainsSubstring("advance"));
    CHECK_THAT(f.why("tokens", R"({"lifetime_s": -1})"), ContainsSubstring("lifetime_s"));
    CHECK_THAT(f.why("tokens", R"({"issue": {"scopes": "x"}})"), ContainsSubstring("scopes"));
    CHECK_THAT(f.why("scenario", R"({"name": "auth_down", "times": 2})"), ContainsSubstring("times"));
    for (char const* body : {R"({"token_lifetime_s": -1})", R"({"sede": 1})", R"({"rate_limit": {"rpm": 1}})",
                             R"({"task_duration_ms": "long"})"})
        CHECK(f.admin.send("POST", "/admin/v1/sessions", {}, body).status == 400);
    CHECK_THROWS_AS(f.server.verify({{.operation = "get_taks", .at_least = 0}}), sb::SandboxError);
    CHECK_THROWS_AS(f.server.advance_clock(std::chrono::seconds(-1)), sb::SandboxError);
    CHECK_THROWS_AS(f.server.set_token_lifetime(std::chrono::seconds(-1)), sb::SandboxError);
}

TEST_CASE("sandbox admin input: one token expires alone", "[sandbox][admin]") {
    Fixture f;
    Client other(f.server);
    other.token = f.server.user_token(transfer_scope);
    CHECK(f.call("tokens", R"({"expire": ")" + f.client.token + R"("})").status == 200);
    CHECK(f.client.get("/v0.10/task_list").status == 401);
    CHECK(other.get("/v0.10/task_list").status == 200);
    CHECK_THAT(f.why("tokens", R"({"expire": "nope"})"), ContainsSubstring("no such token"));
    CHECK_THAT(f.why("tokens", R"({"revoke": "nope"})"), ContainsSubstring("no such token"));
    CHECK_THAT(f.why("tokens", R"({"expire": 5})"), ContainsSubstring("expire"));
    CHECK(other.get("/v0.10/task_list").status == 200);
    CHECK_THROWS_AS(f.server.expire_token("nope"), sb::SandboxError);
    f.server.expire_token(other.token);
    CHECK(other.get("/v0.10/task_list").status == 401);
    f.client.token = f.server.user_token(transfer_scope);
    CHECK(f.call("tokens", R"({"expire": "all"})").status == 200);
    CHECK(f.client.get("/v0.10/task_list").status == 401);
}

TEST_CASE("sandbox session: the clock can be set", "[sandbox][admin]") {
    Fixture f;
    auto const year = std::chrono::system_clock::from_time_t(2000000000);
    f.server.set_clock(year);
    CHECK(f.server.now() - year < std::chrono::seconds(60));
    CHECK(f.client.get("/v0.10/task_list").status == 401);
    CHECK(f.call("clock", R"({"set": "2001-01-01T00:00:00+00:00"})").status == 200);
    CHECK(f.server.now() < std::chrono::system_clock::from_time_t(1000000000));
}

TEST_CASE("sandbox session: an expectation that does not hold ends its scope with an exception", "[sandbox][admin]") {
    Fixture f;
    auto const list = [&] { f.client.get("/v0.10/task_list"); };
    auto const expect = [&](std::uint64_t most, int calls) {
        f.server.clear_journal();
        sb::Expecting once(f.server, {{.operation = "task_list", .at_least = 1, .at_most = most}});
        for (int i = 0; i < calls; ++i) list();
    };
    CHECK_NOTHROW(expect(2, 2));
    CHECK_THROWS_AS(expect(1, 2), sb::VerifyError);
    CHECK_THROWS_AS(expect(1, 0), sb::VerifyError);
    SECTION("so does a rule that never fired") {
        f.server.add_fault(R"({"match": {"operation": "get_task"}, "action": {"type": "reset"}})");
        CHECK_THROWS_AS(expect(1, 1), sb::VerifyError);
        CHECK(f.server.unfired_faults().size() == 1);
    }
    SECTION("but not in place of another exception") {
        auto const fail = [&] {
            sb::Expecting once(f.server, {{.operation = "submit_transfer"}});
            throw std::logic_error("first");
        };
        CHECK_THROWS_AS(fail(), std::logic_error);
    }
    SECTION("and only once") {
        auto const twice = [&] {
            sb::Expecting once(f.server, {{.operation = "submit_transfer"}});
            CHECK_THROWS_AS(once.verify(), sb::VerifyError);
        };
        CHECK_NOTHROW(twice());
    }
}
