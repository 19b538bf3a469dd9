// SPDX-License-Identifier: Apache-2.0
// Security on the wire: bars C1, C3, C4, C6, C7, C9.
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy>;

Transfer client_of(sandbox::Session& server) {
    return Transfer{server.user_token("transfer.api.globus.org"),
                    {.base_url = server.base_url(), .auth_url = server.base_url(), .timeout = 10s}};
}

boost::json::value always(std::string const& operation, std::string const& phase, std::string const& action) {
    return boost::json::parse(R"({"match": {"operation": ")" + operation + R"("}, "phase": ")" + phase +
                              R"(", "times": "always", "action": )" + action + "}");
}

}  // namespace

TEST_CASE("C1: nothing goes to a second server by a redirect", "[reliability][C1]") {
    sandbox::Server first, second;
    auto const transfer = client_of(first);
    std::string const there = second.base_url(), port = std::to_string(second.port());
    for (int const code : {300, 301, 302, 303, 304, 305, 306, 307, 308}) {
        for (std::string const& location :
             {there + "v0.10/task_list", "//127.0.0.1:" + port + "/x", "http://u:p@127.0.0.1:" + port + "/x",
              "http://localhost:" + port + "/x", "http://[::1]:" + port + "/x", std::string("file:///etc/passwd"),
              std::string("data:text/plain,x"), std::string(), there + std::string(10000, 'x')}) {
            first.clear_faults();
            first.add_fault(boost::json::parse(
                R"({"phase": "after_body", "times": "always", "action": {"type": "redirect", "code": )" +
                std::to_string(code) + R"(, "location": ")" + location + "\"}}"));
            (void)transfer.try_send(TaskList{});
            (void)transfer.try_send(OperationMkdir{.endpoint_id = "x", .path = "/x"});
            (void)transfer.try_send(SubmitTransfer{.data = Json{{"DATA_TYPE", "transfer"}}});
            (void)transfer.try_send(CancelTask{.task_id = "x"});
        }
        Client<TransferService, RefreshPolicy<Native>> const renewing{
            RefreshPolicy{Native{first.native_client_id()}, "canary-refresh-token"},
            {.base_url = first.base_url(), .auth_url = first.base_url(), .timeout = 2s}};
        (void)renewing.try_send(TaskList{});
    }
    CHECK(second.count() == 0);
}

TEST_CASE("C1: a redirect that leads in a circle ends", "[reliability][C1]") {
    sandbox::Server server;
    auto const transfer = client_of(server);
    server.add_fault(always("task_list", "after_body",
                            R"({"type": "redirect", "code": 302, "location": "/v0.10/task_list?again"})"));
    CHECK_THROWS_AS(transfer.task_list(), NetworkError);
    CHECK(server.count("task_list") <= 7);
}

TEST_CASE("C3: no byte that a caller gives makes a second header", "[reliability][C3]") {
    sandbox::Server server;
    std::string const token = server.user_token("transfer.api.globus.org");
    for (int byte = 0; byte != 256; ++byte) {
        bool const control = byte < 32 || byte == 127;
        for (std::string const& text :
             {std::string(1, static_cast<char>(byte)) + "X-Evil: 1", "a" + std::string(1, static_cast<char>(byte)),
              "a" + std::string(1, static_cast<char>(byte)) + "X-Evil: 1"}) {
            if (control && byte != '\t') {
                CHECK_THROWS_AS(AccessTokenPolicy(token + text), UsageError);
                CHECK_THROWS_AS((Transfer{token, {.base_url = server.base_url(), .app_name = text}}), UsageError);
                CHECK_THROWS_AS(
                    (Transfer{token, {.base_url = server.base_url(), .client_info = {{{"product", text}}}}}),
                    UsageError);
                CHECK_THROWS_AS((Transfer{token, {.base_url = server.base_url() + text}}), UsageError);
            }
            auto const transfer = client_of(server);
            auto const answer = transfer.try_send(TaskList{}, {.headers = {{"X-Mine", text}}});
            CHECK(answer.has_value() == (!control || byte == '\t'));
        }
    }
    for (auto const& entry : server.journal())
        for (auto const& [name, value] : entry.headers) CHECK(name != "X-Evil");
}

TEST_CASE("C4: whatever an id is, it is one segment, and the one that was given", "[reliability][C4]") {
    MockTransport transport;
    transport.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"t", {.transport = transport}};
    std::mt19937 random(1);
    std::string const prefix = "https://transfer.api.globus.org/v0.10/task/";
    int bad = 0;
    for (int i = 0; i != 100000; ++i) {
        std::string id(1 + random() % 12, '\0');
        for (char& c : id)
            c = random() % 3 == 0 ? "./%\\;?#&=+ "[random() % 11] : static_cast<char>(1 + random() % 255);
        if (id == "." || id == ".." || id.find_first_not_of(" \t\r\n") == std::string::npos) continue;
        (void)transfer.get_task({.task_id = id});
        auto const url = transport.requests().back().url;
        if (i % 64 == 0) transport.clear();
        std::string const segment = url.substr(prefix.size());
        bad += !url.starts_with(prefix) || segment.find_first_of("/?#") != std::string::npos ||
               percent_decode(segment) != id;
    }
    CHECK(bad == 0);
}

TEST_CASE("C6: an answer over the limit is refused in bounded memory", "[reliability][C6]") {
    sandbox::Server server;
    Transfer const transfer{server.user_token("transfer.api.globus.org"),
                            {.base_url = server.base_url(),
                             .auth_url = server.base_url(),
                             .timeout = 20s,
                             .max_response_bytes = std::size_t{4} << 20}};
    (void)transfer.task_list();
    for (char const* action :
         {R"({"type": "json", "size": 200000000})", R"({"type": "headers", "flood_bytes": 2000000})",
          R"({"type": "gzip_bomb", "size": 200000000})"}) {
        server.clear_faults();
        server.add_fault(always(
            "task_list", std::string(action).find("gzip") != std::string::npos ? "after_body" : "in_body", action));
        auto const answer = transfer.try_send(TaskList{});
        CHECK_FALSE(answer.has_value());
    }
    server.clear_faults();
    CHECK(transfer.task_list().status() == 200);
}

TEST_CASE("C7: no secret is in a log, a message or a stream", "[reliability][C7]") {
    sandbox::Server server;
    std::string log;
    std::vector<std::string> const canaries{"canary-access-token-1", "canary-refresh-token-2", "canary-client-secret-3",
                                            "canary-code-4", "canary-query-5"};
    auto const hook = [&](LogEvent const& event) {
        log += std::string(event.method) + std::string(event.url) + std::string(event.error) +
               std::string(event.request_id) + '\n';
    };
    auto const note = [&](auto const& call) {
        try {
            call();
        } catch (std::exception const& error) {
            log += error.what();
            log += '\n';
        }
    };
    for (char const* action : {R"({"type": "reset"})", R"({"type": "status", "code": 500})",
                               R"({"type": "status", "code": 401})", R"({"type": "corrupt", "kind": "html"})",
                               R"({"type": "truncate", "after_bytes": 3})", R"({"type": "pass"})"}) {
        server.clear_faults();
        server.add_fault(
            boost::json::parse(std::string(R"({"phase": ")") +
                               (std::string(action).find("status") != std::string::npos ? "after_body" : "in_body") +
                               R"(", "times": "always", "action": )" + action + "}"));
        CallOptions const soon{.timeout = 300ms};
        note([&] {
            Transfer const transfer{canaries[0],
                                    {.base_url = server.base_url(), .auth_url = server.base_url(), .log = hook}};
            (void)transfer.get_task({.task_id = "t", .query_params = {{"token", canaries[4]}}}, soon);
        });
        note([&] {
            Client<TransferService, RefreshPolicy<Confidential>> const transfer{
                RefreshPolicy{Confidential{"id", canaries[2]}, canaries[1]},
                {.base_url = server.base_url(), .auth_url = server.base_url(), .log = hook}};
            (void)transfer.task_list({}, soon);
        });
        note([&] {
            Client<ConfidentialAppAuthService, BasicPolicy> const auth{BasicPolicy{"id", canaries[2]},
                                                                       {.base_url = server.base_url(), .log = hook}};
            (void)auth.oauth2_token_introspect({.token = canaries[0]}, soon);
        });
    }
    note([&] { AccessTokenPolicy const bad(canaries[0] + "\n"); });
    note([&] { Confidential const bad("id", Secret(canaries[2] + "\r")); });
    REQUIRE(log.size() > 1000);
    for (std::string const& canary : canaries)
        for (std::string const& form : {canary, base64_encode(canary), percent_encode(canary), canary.substr(0, 12)})
            CHECK(log.find(form) == std::string::npos);
}

TEST_CASE("C9: verifiers and states are random, and none comes twice", "[reliability][C9]") {
    std::set<std::string> seen;
    for (int i = 0; i != 1000; ++i) {
        Pkce const pkce;
        CHECK(seen.insert(pkce.verifier().reveal()).second);
        CHECK(seen.insert(random_state()).second);
        CHECK(pkce.verifier().reveal().size() >= 43);
    }
}
