// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Seconds since 1970 of "Tue, 24 Nov 2026 02:01:50 GMT".
std::time_t read_date(std::string const& text) {
    std::tm t{};
    REQUIRE(::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &t) != nullptr);
    return ::timegm(&t);
}

struct Fixture {
    explicit Fixture(sb::Options options = {}) : server(std::move(options)), client(server) {
        client.token = server.user_token(transfer_scope);
    }
    Answer list() { return client.get("/v0.10/task_list"); }
    void rule(std::string const& action, std::string const& phase = "") {
        server.add_fault(json::value(R"({"match": {"operation": "task_list"}, "action": )" + action +
                                     (phase.empty() ? "" : R"(, "phase": ")" + phase + "\"") + "}"));
    }
    sb::Server server;
    Client client;
};

}  // namespace

TEST_CASE("sandbox wire: in_body a part of the answer goes out before the fault", "[sandbox][faults]") {
    Fixture f;
    auto const whole = f.list();
    std::string const type = GENERATE("reset", "close");
    f.rule(R"({"type": ")" + type + "\"}", "in_body");
    auto const half = f.list();
    CHECK(half.status == 200);
    CHECK(half.body == whole.body.substr(0, whole.body.size() / 2));
    CHECK(!half.complete);
    CHECK(half.closed);
    CHECK(half.reset == (type == "reset"));
    f.rule(R"({"type": ")" + type + R"(", "after_bytes": 3})", "in_body");
    CHECK(f.list().body == whole.body.substr(0, 3));
    auto const entry = f.server.journal("task_list").back();
    CHECK(entry.status == 200);
    CHECK(entry.bytes_out > 3);
    CHECK(f.list().complete);
}

TEST_CASE("sandbox wire: a stall in_body is in the middle of the answer", "[sandbox][faults]") {
    Fixture f;
    auto const whole = f.list();
    f.rule(R"({"type": "stall", "ms": 300, "after_bytes": 4})", "in_body");
    REQUIRE(f.client.connect());
    f.client.write("GET /v0.10/task_list HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + f.client.token +
                   "\r\n\r\n");
    auto const begin = std::chrono::steady_clock::now();
    auto const seen = f.client.wait_for("\r\n\r\n");
    CHECK(seconds_since(begin) < 0.25);
    CHECK(seen.substr(seen.find("\r\n\r\n") + 4).size() <= 4);
    auto const answer = f.client.read();
    CHECK(seconds_since(begin) >= 0.29);
    CHECK(answer.body == whole.body);
    CHECK(f.list().status == 200);
}

TEST_CASE("sandbox wire: a status in after_headers does not wait for the body", "[sandbox][faults]") {
    sb::Server server;
    server.add_fault(R"({"match": {"operation": "create_group"}, "phase": "after_headers", "times": 2,
                         "action": {"type": "status", "code": 413}})");
    Client client(server);
    std::string const head = "POST /v2/groups HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n";
    SECTION("while the body is held back") {
        REQUIRE(client.connect());
        client.write(head + "Expect: 100-continue\r\n\r\n");
    }
    SECTION("while it is on its way") {
        REQUIRE(client.connect());
        client.write(head + "\r\n" + std::string(200000, 'x'));
    }
    auto const answer = client.read();
    CHECK(answer.status == 413);
    CHECK(answer.complete);
    CHECK(lower(answer.header("Connection")) == "close");
    CHECK(!answer.reset);
}

TEST_CASE("sandbox wire: dates are those of the machine, whatever the session's clock says", "[sandbox][faults]") {
    Fixture f;
    f.server.advance_clock(std::chrono::hours(24));
    f.rule(R"({"type": "status", "code": 503, "retry_after": {"http_date": 30}})");
    auto const answer = f.list();
    auto const now = std::time(nullptr);
    CHECK(std::abs(read_date(answer.header("Date")) - now) <= 2);
    CHECK(std::abs(read_date(answer.header("Retry-After")) - now - 30) <= 2);
    CHECK(!f.list().header("Date").empty());
}

TEST_CASE("sandbox wire: a gzip bomb is as dense as it is told to be", "[sandbox][faults]") {
    Fixture f;
    auto const size_of = [&](std::string const& members) {
        f.rule(R"({"type": "gzip_bomb", "size": 20000000)" + members + "}");
        auto const bomb = f.list();
        CHECK(bomb.body.starts_with("\x1f\x8b"));
        // RFC 1952, 2.3.1: the last four bytes are the size of what was packed
        std::uint32_t unpacked = 0;
        for (std::size_t i = 0; i < 4; ++i)
            unpacked |= static_cast<std::uint32_t>(static_cast<unsigned char>(bomb.body[bomb.body.size() - 4 + i]))
                        << (8 * i);
        CHECK(unpacked >= 20000000);
        CHECK(unpacked < 20001000);
        return static_cast<double>(bomb.body.size());
    };
    CHECK(size_of("") == Catch::Approx(20000000 / 158.0).epsilon(0.01));
    CHECK(size_of(R"(, "ratio": 1000)") == Catch::Approx(20000).epsilon(0.01));
    CHECK(size_of(R"(, "ratio": 10)") == Catch::Approx(2000000).epsilon(0.01));
}

TEST_CASE("sandbox wire: 1xx answers bear their names", "[sandbox][faults]") {
    Fixture f;
    f.rule(R"({"type": "informational", "code": 103})");
    CHECK(f.list().head.starts_with("HTTP/1.1 103 Early Hints\r\n"));
    f.client.close();
    f.rule(R"({"type": "informational"})");
    CHECK(f.list().head.starts_with("HTTP/1.1 100 Continue\r\n"));
}

TEST_CASE("sandbox wire: what is no good request is refused", "[sandbox]") {
    Fixture f;
    auto const send = [&](std::string const& text) {
        Client client(f.server);
        REQUIRE(client.connect());
        client.write(text);
        return client.read();
    };
    CHECK(send("GET /jwk.json HTTP/1.1\r\n\r\n").status == 400);  // RFC 9112, 3.2
    CHECK(send("GET /jwk.json HTTP/1.0\r\n\r\n").status == 200);
    auto const wrong = f.client.send("DELETE", "/v0.10/task_list");
    CHECK(wrong.status == 405);
    CHECK(wrong.header("Allow") == "GET");
    CHECK(f.client.send("POST", "/v0.10/endpoint/x").header("Allow") == "DELETE, GET, PUT");
    CHECK(f.client.send("PATCH", "/v0.10/nothing").status == 404);
}
