// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

/// A program that does a little of everything, on a connection that it keeps.
struct Program {
    explicit Program(sb::Server& of) : server(of), client(of) {
        tokens[0] = server.user_token(transfer_scope);
        tokens[1] = server.user_token("search.api.globus.org");
    }
    void step(int number) {
        client.token = tokens[0];
        client.get("/v0.10/task_list");
        json::object const item{{"source_path", "/hello.txt"}, {"destination_path", "/" + std::to_string(number)}};
        char id[37];
        std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", number);
        client.post("/v0.10/transfer",
                    json::serialize(json::object{{"DATA_TYPE", "transfer"},
                                                 {"submission_id", id},
                                                 {"source_endpoint", server.source_collection()},
                                                 {"destination_endpoint", server.destination_collection()},
                                                 {"DATA", json::array{item}}}));
        client.token = tokens[1];
        if (number == 0) client.get("/v1/index_list");  // a slow answer is enough once
        client.token = "";
        client.get("/jwk.json");
    }
    sb::Server& server;
    Client client;
    std::string tokens[2];
};

}  // namespace

TEST_CASE("sandbox scenarios: each rule of each scenario fires", "[sandbox][faults]") {
    for (auto const& name : sb::Session::scenario_names()) {
        if (name == "key_rotation") continue;  // no rule, but done at once
        sb::Server server;
        server.scenario(name);
        REQUIRE(!server.faults().empty());
        Program program(server);
        for (int i = 0; i < 700 && !server.unfired_faults().empty(); ++i) program.step(i);
        INFO(name << ": " << json::serialize(server.unfired_faults()));
        CHECK(server.unfired_faults().empty());
    }
}

TEST_CASE("sandbox scenarios: a token that expires in the middle of paging stays expired", "[sandbox][faults]") {
    sb::Server server;
    server.scenario("token_expires_mid_paging");
    Client client(server);
    client.token = server.user_token(transfer_scope);
    client.get("/v0.10/submission_id");  // is no page
    client.get("/v0.10/endpoint/" + server.source_collection());
    CHECK(client.get("/v0.10/task_list?offset=0").status == 200);
    CHECK(client.get("/v0.10/task_list?offset=10").status == 200);
    auto const expired = client.get("/v0.10/task_list?offset=20");
    CHECK(expired.status == 401);
    CHECK(expired.code() == "AuthenticationFailed");
    CHECK(client.get("/v0.10/task_list?offset=20").status == 401);
    client.token = server.user_token(transfer_scope);
    CHECK(client.get("/v0.10/task_list?offset=20").status == 200);
}

TEST_CASE("sandbox scenarios: any status may expire the token that it answers", "[sandbox][faults]") {
    sb::Server server;
    server.add_fault(R"({"match": {"operation": "task_list"},
                         "action": {"type": "status", "code": 503, "expire_token": true}})");
    Client client(server);
    client.token = server.user_token(transfer_scope);
    Client other(server);
    other.token = server.user_token(transfer_scope);
    CHECK(client.get("/v0.10/task_list").status == 503);
    CHECK(client.get("/v0.10/task_list").status == 401);
    CHECK(other.get("/v0.10/task_list").status == 200);
}
