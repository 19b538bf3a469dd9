// SPDX-License-Identifier: Apache-2.0
// What a MockTransport does for the test of a program that uses clients.
#include <globus/globus.hpp>

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;
using Files = Client<GcsCollectionService, AccessTokenPolicy, MockTransport>;

/// An upload of `text`, a few bytes at a time.
http::Request upload(std::string_view text) {
    http::Request request{.method = http::Method::put, .url = "https://files.example.org/a"};
    request.source = [text](char* buffer, std::size_t size) mutable {
        std::size_t const given = std::min({size, text.size(), std::size_t{3}});
        std::memcpy(buffer, text.data(), given);
        text.remove_prefix(given);
        return given;
    };
    return request;
}

}  // namespace

TEST_CASE("MockTransport answers an operation with its document") {
    MockTransport mock;
    mock.answer<OperationLs>({.DATA = {{.name = "a.txt", .type = FileType::file, .size = 3}, {.name = "b"}}})
        .answer<GetTask>({.task_id = "t", .status = TaskStatus::succeeded})
        .answer<groups::GetMyGroups>({{.id = "g", .name = "climate"}})
        .answer<flows::GetFlow>({.id = "f"});
    Transfer const transfer{"token", {.transport = mock}};
    auto const files = transfer.operation_ls({.endpoint_id = "id"});
    REQUIRE(files.size() == 2);
    CHECK(files[0].size == 3);
    CHECK(files[0].type == FileType::file);
    CHECK(files.mismatch().empty());
    CHECK(transfer.get_task({.task_id = "t"})->status == TaskStatus::succeeded);
    Client<GroupsService, AccessTokenPolicy, MockTransport> const groups{"token", {.transport = mock}};
    CHECK(groups.get_my_groups().front().name == "climate");
    Client<FlowsService, AccessTokenPolicy, MockTransport> const flows{"token", {.transport = mock}};
    CHECK(flows.get_flow({.flow_id = "f"})->id == "f");
    CHECK(mock.left() == 0);
}

TEST_CASE("MockTransport refuses a request that is not of the operation whose answer is next") {
    MockTransport mock;
    Transfer const transfer{"token", {.transport = mock, .base_url = "https://test.example.org/some/base"}};
    mock.answer<GetTask>({.task_id = "t"});
    CHECK_THROWS_WITH(transfer.operation_ls({.endpoint_id = "id"}),
                      ContainsSubstring("GET /v0.10/task/{task_id}") && ContainsSubstring("/ls"));
    mock.answer<GetTask>({.task_id = "t"});
    CHECK_THROWS_AS(transfer.cancel_task({.task_id = "t"}), UsageError);
    mock.answer<GetTask>({.task_id = "t"}).answer<OperationLs>({});
    CHECK(transfer.get_task({.task_id = "t"}, {.query = {{"fields", "a/b"}}})->task_id == "t");
    CHECK(transfer.operation_ls({.endpoint_id = "id"}).empty());
}

TEST_CASE("MockTransport records what a source gave, and Authorization as a header") {
    MockTransport mock;
    std::string seen;
    mock.otherwise([&](http::Request const& request) {
        seen = request.body;
        CHECK(request.headers.find("Authorization") == nullptr);
        return http::Response{.status = 200};
    });
    http::Request request = upload("a longer text");
    request.authorization = Secret("Bearer token");
    (void)mock.send(request);
    CHECK(seen == "a longer text");
    auto const recorded = mock.requests().at(0);
    CHECK(recorded.has_body);
    CHECK(recorded.body == "a longer text");
    CHECK(recorded.headers.get("authorization") == "Bearer token");

    http::Request wrong = upload("four");
    wrong.source_size = 5;
    CHECK_THROWS_WITH(mock.send(wrong), ContainsSubstring("4 bytes"));
    CHECK(mock.request_count() == 1);
}

TEST_CASE("MockTransport feeds a sink in pieces of the size that a test names") {
    MockTransport mock;
    mock.piece_size(4).reply(200, "0123456789").reply(200, "0123456789").reply(200, "0123456789").reply(404, "none");
    Transfer const transfer{"token", {.transport = mock}};
    std::vector<std::string> pieces;
    auto const take = [&](std::string_view piece) {
        pieces.emplace_back(piece);
        return true;
    };
    (void)transfer.get<Bytes>("file", {}, {.sink = take});
    CHECK(pieces == std::vector<std::string>{"0123", "4567", "89"});

    pieces.clear();
    auto const take_one = [&](std::string_view piece) { return take(piece) && pieces.size() < 2; };
    CHECK_THROWS_AS(transfer.get<Bytes>("file", {}, {.sink = take_one}), NetworkError);
    CHECK(pieces.size() == 2);

    pieces.clear();
    std::stop_source stop;
    auto const take_and_stop = [&](std::string_view piece) { return stop.request_stop() && take(piece); };
    CHECK_THROWS_AS(transfer.get<Bytes>("file", {}, {.stop = stop.get_token(), .sink = take_and_stop}), NetworkError);
    CHECK(pieces.size() == 1);

    CHECK_THROWS_AS(transfer.get<Bytes>("file", {}, {.sink = take}), TransferApiError);
    CHECK(pieces.size() == 1);
    CHECK_THROWS_AS(mock.piece_size(0), UsageError);
}
