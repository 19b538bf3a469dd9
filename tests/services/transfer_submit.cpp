// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

Transfer client(MockTransport const& mock) { return Transfer{AccessTokenPolicy{"token"}, {.transport = mock}}; }

Json body_of(http::Request const& request) { return boost::json::parse(request.body); }

NetworkError lost() { return {NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost"}; }

constexpr char accepted[] = R"({"code": "Accepted", "task_id": "t", "submission_id": "s1"})";

}  // namespace

TEST_CASE("a submission's id is fetched once and stays in the caller's object", "[transfer][submit]") {
    MockTransport mock;
    auto const transfer = client(mock);
    mock.reply(200, R"({"value": "s1"})").fail(lost()).reply(200, accepted);
    TransferData data{.source_endpoint = "a", .destination_endpoint = "b"};
    data.add_item({.source_path = "/x", .destination_path = "/y"});
    CHECK(transfer.submit_transfer(data)->task_id == "t");
    CHECK(*data.submission_id == "s1");
    REQUIRE(mock.request_count() == 3);
    CHECK(mock.requests()[1].body == mock.requests()[2].body);
    CHECK(body_of(mock.requests()[2]).at("submission_id") == "s1");

    mock.reply(200, R"({"code": "Duplicate", "task_id": "t", "submission_id": "s1"})");
    CHECK(*transfer.submit_transfer(data)->code == "Duplicate");
    CHECK(mock.requests().back().body == mock.requests()[2].body);
}

TEST_CASE("a submission is taken in any form", "[transfer][submit]") {
    MockTransport mock;
    auto const transfer = client(mock);
    mock.reply(200, R"({"value": "s1"})").reply(200, accepted);
    (void)transfer.submit_delete({.endpoint = "e", .recursive = true, .DATA = {{.path = "/x"}}});
    CHECK(body_of(mock.requests().back()).at("submission_id") == "s1");

    Json json{{"DATA_TYPE", "delete"}, {"endpoint", "e"}};
    mock.reply(200, R"({"value": "s2"})").reply(200, accepted);
    (void)transfer.submit_delete(json);
    CHECK(json.at("submission_id") == "s2");

    std::vector<transfer::TransferItem> const items{{.source_path = "/x", .destination_path = "/y"}};
    TransferData const constant{.source_endpoint = "a", .destination_endpoint = "b", .DATA = items};
    mock.reply(200, R"({"value": "s3"})").reply(200, accepted);
    (void)transfer.submit_transfer(constant);
    CHECK(constant.submission_id.is_absent());
    CHECK(body_of(mock.requests().back()).at("submission_id") == "s3");

    TransferData extra{.source_endpoint = "a", .destination_endpoint = "b", .DATA = items};
    extra.additional_fields["submission_id"] = "mine";
    mock.reply(200, accepted);
    (void)transfer.submit_transfer(extra);
    CHECK(body_of(mock.requests().back()).at("submission_id") == "mine");
    CHECK_THROWS_AS(transfer.submit_transfer(Json("text")), UsageError);
    CHECK(mock.left() == 0);
}

TEST_CASE("a submission without a key is not repeated", "[transfer][submit]") {
    MockTransport mock;
    auto const transfer = client(mock);
    mock.fail(lost());
    CHECK_THROWS_AS(transfer.submit_transfer(Json{{"DATA_TYPE", "transfer"}, {"submission_id", nullptr}}),
                    NetworkError);
    CHECK(mock.request_count() == 1);
}

TEST_CASE("the errors of a submission name its id", "[transfer][submit]") {
    MockTransport mock;
    auto const transfer = client(mock);
    mock.reply(200, R"({"value": "s1"})").reply(403, R"({"code": "PermissionDenied", "message": "no"})");
    try {
        (void)transfer.submit_delete({.endpoint = "e", .DATA = {{.path = "/x"}}});
        FAIL("a 403 was taken for a success");
    } catch (TransferApiError const& error) {
        CHECK(submission_id(error) == "s1");
        CHECK(error.code() == "PermissionDenied");
    }
    mock.reply(200, R"({"value": "s2"})")
        .fail(NetworkError(NetworkError::Kind::tls, NetworkError::Sent::no, "not trusted"));
    try {
        (void)transfer.submit_delete({.endpoint = "e", .DATA = {{.path = "/x"}}});
        FAIL("no answer was taken for a success");
    } catch (SubmissionError const& error) {  // whatever else it is
        CHECK(error.submission_id() == "s2");
    }
    mock.reply(404, "{}");
    auto const other = transfer.try_send(transfer::GetTask{.task_id = "t"});
    REQUIRE_FALSE(other);
    CHECK(submission_id(other.error()).empty());
}

TEST_CASE("a large transfer is split", "[transfer][submit]") {
    TransferData data{.source_endpoint = "a", .destination_endpoint = "b", .label = "many", .submission_id = "old"};
    for (int i = 0; i != 7; ++i)
        data.add_item({.source_path = "/s/" + std::to_string(i), .destination_path = "/d/" + std::to_string(i)});

    auto const parts = transfer::split_transfer_data(data, 3);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].DATA.size() == 3);
    CHECK(parts[2].DATA.size() == 1);
    CHECK(*parts[2].DATA[0].source_path == "/s/6");
    for (TransferData const& part : parts) {
        CHECK(part.submission_id.is_absent());
        CHECK(*part.label == "many");
    }
    CHECK(transfer::split_transfer_data(data, static_cast<std::size_t>(-1)).size() == 1);
    CHECK(transfer::split_transfer_data({.source_endpoint = "a", .destination_endpoint = "b"}, 5).size() == 1);
    CHECK_THROWS_AS(transfer::split_transfer_data(data, 0), UsageError);

    MockTransport mock;
    mock.reply(200, R"({"value": "s1"})").reply(200, R"({"value": "s2"})").reply(200, R"({"value": "s3"})");
    auto const stored = client(mock).split_transfer_data(data, 3);
    REQUIRE(stored.size() == 3);
    CHECK(*stored[0].submission_id == "s1");
    CHECK(*stored[2].submission_id == "s3");
}
