// SPDX-License-Identifier: Apache-2.0
// What a long run and whoever sends a lot can make a sandbox remember.
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;

TEST_CASE("sandbox bounds: of too many tasks the oldest that are over are forgotten", "[sandbox][bounds]") {
    sb::Server server(sb::Options{.clock = sb::ClockMode::manual, .task_limit = 20});
    Client client(server);
    client.token = server.user_token(transfer_scope);
    auto const submit = [&](int number) {
        std::string const text = std::to_string(number);
        return client
            .post("/v0.10/transfer",
                  R"({"DATA_TYPE": "transfer", "submission_id": "00000000-0000-4000-8000-0000000000)" +
                      std::string(number < 10 ? "0" : "") + text + R"(", "source_endpoint": ")" +
                      server.source_collection() + R"(", "destination_endpoint": ")" + server.destination_collection() +
                      R"(", "DATA": [{"source_path": "/hello.txt", "destination_path": "/)" + text + R"("}]})")
            .text("task_id");
    };
    std::string first;
    std::string last;
    for (int i = 0; i < 60; ++i) {
        last = submit(i);
        if (first.empty()) first = last;
        server.advance_clock(std::chrono::seconds(1));
    }
    CHECK(server.state().at("tasks").as_array().size() <= 20);
    CHECK(client.get("/v0.10/task/" + last).status == 200);
    CHECK(client.get("/v0.10/task/" + first).status == 404);
    CHECK(server.count("submit_transfer") == 60);
}

TEST_CASE("sandbox bounds: long requests do not fill the memory", "[sandbox][bounds]") {
    sb::Server server;
    Client client(server);
    Headers const long_ones(15, {"X-Long", std::string(60000, 'x')});
    for (int i = 0; i < 60; ++i) REQUIRE(client.send("GET", "/health", long_ones).status == 200);
    CHECK(server.count() == 60);
    auto const kept = server.journal();
    CHECK(kept.size() > 20);
    CHECK(kept.size() < 45);
    CHECK(kept.back().number == 60);
}

TEST_CASE("sandbox bounds: other machines are served when it is told so, under one name", "[sandbox][bounds]") {
    sb::Server const server(sb::Options{.network_host = "sandbox.test"});
    std::string const port = std::to_string(server.port());
    CHECK(server.base_url() == "http://sandbox.test:" + port + "/");
    CHECK(server.https_url().starts_with("https://sandbox.test:"));
    Client client(server);
    auto const ask = [&](std::string const& host) {
        client.close();
        REQUIRE(client.connect());
        client.write("GET /health HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        return client.read().status;
    };
    CHECK(ask("sandbox.test:" + port) == 200);
    CHECK(ask("127.0.0.1:" + port) == 200);
    CHECK(ask("other.test:" + port) == 400);
    CHECK(ask("sandbox.test.evil.example") == 400);
    // The admin calls stay on this machine, unless whoever started it chose the secret.
    CHECK(server.admin_url().starts_with("http://127.0.0.1:"));
    sb::Server const open(sb::Options{.admin_secret = "0123456789abcdef", .network_host = "sandbox.test"});
    CHECK(open.admin_url().starts_with("http://sandbox.test:"));
    CHECK_THROWS_AS(sb::Server(sb::Options{.network_host = "a b"}), sb::SandboxError);
    sb::Server const usual;
    Client guest(usual);
    REQUIRE(guest.connect());
    guest.write("GET /health HTTP/1.1\r\nHost: sandbox.test\r\n\r\n");
    CHECK(guest.read().status == 400);
}
