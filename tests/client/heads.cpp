// SPDX-License-Identifier: Apache-2.0
// A caller sees status and headers before the body.

#include <globus/globus.hpp>

#include <support/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace globus;

TEST_CASE("on_head sees the headers of a success before its body, and no error", "[call]") {
    MockTransport mock;
    mock.reply(503, "{}").reply({.status = 200, .headers = {{"Content-Length", "4"}}, .body = "data"});
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"token", {.transport = mock}};
    std::vector<std::string> seen;
    auto const answer = transfer.get<Bytes>(
        "file", {},
        {.sink =
             [&](std::string_view piece) {
                 seen.emplace_back(piece);
                 return true;
             },
         .on_head = [&](http::Response const& head) { seen.emplace_back(head.headers.get("Content-Length")); }});
    CHECK(answer.http_status() == 200);
    CHECK(seen == std::vector<std::string>{"4", "data"});
}

TEST_CASE("What on_head throws ends the call", "[call]") {
    MockTransport mock;
    mock.reply(200, R"({"task_id": "t", "status": "ACTIVE"})");
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"token", {.transport = mock}};
    CHECK_THROWS_WITH(
        transfer.get_task({.task_id = "t"}, {.on_head = [](http::Response const&) { throw UsageError("stop"); }}),
        "stop");
}
