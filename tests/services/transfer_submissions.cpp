// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <iterator>
#include <string>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;
static_assert(std::input_iterator<transfer::Submissions<Transfer>::Iterator>);

TransferData files(int count) {
    TransferData data{.source_endpoint = "a", .destination_endpoint = "b"};
    for (int i = 0; i != count; ++i) data.add_item({.source_path = "/s" + std::to_string(i), .destination_path = "/d"});
    return data;
}

Json body_of(http::Request const& request) { return boost::json::parse(request.body); }

}  // namespace

TEST_CASE("the parts of a transfer are submitted as the loop comes to them", "[transfer][submit]") {
    MockTransport mock;
    Transfer const transfer{AccessTokenPolicy{"token"}, {.transport = mock}};
    std::vector<std::string> tasks;
    mock.reply(200, R"({"value": "s1"})").reply(200, R"({"code": "Accepted", "task_id": "t1"})");
    for (auto const& accepted : transfer.submit_all(files(5), 2)) {
        tasks.push_back(accepted->task_id);
        CHECK(mock.left() == 0);  // nothing is sent ahead
        std::string const n = std::to_string(tasks.size() + 1);
        mock.reply(200, R"({"value": "s)" + n + R"("})");
        mock.reply(200, R"({"code": "Accepted", "task_id": "t)" + n + R"("})");
    }
    CHECK(tasks == std::vector<std::string>{"t1", "t2", "t3"});
    REQUIRE(mock.request_count() == 6);
    CHECK(body_of(mock.requests()[5]).at("DATA").as_array().size() == 1);
    CHECK(body_of(mock.requests()[5]).at("submission_id") == "s3");
}

TEST_CASE("a walk over submissions goes on where it failed", "[transfer][submit]") {
    MockTransport mock;
    Transfer const transfer{AccessTokenPolicy{"token"}, {.transport = mock}};
    mock.reply(200, R"({"value": "s1"})").reply(200, R"({"task_id": "t1"})");
    mock.reply(200, R"({"value": "s2"})").reply(403, R"({"code": "PermissionDenied"})");
    auto walk = transfer.submit_all(files(3), 1);
    std::vector<std::string> tasks;
    auto const go_on = [&] {
        for (auto const& accepted : walk) tasks.push_back(accepted->task_id);
    };
    CHECK_THROWS_AS(go_on(), TransferApiError);
    CHECK(tasks == std::vector<std::string>{"t1"});
    CHECK(*walk.parts().at(1).submission_id == "s2");
    CHECK(walk.parts().at(2).submission_id.is_absent());

    mock.reply(200, R"({"task_id": "t2"})").reply(200, R"({"value": "s3"})").reply(200, R"({"task_id": "t3"})");
    go_on();
    CHECK(tasks == std::vector<std::string>{"t1", "t2", "t3"});
    CHECK(mock.requests()[3].body == mock.requests()[4].body);
    go_on();
    CHECK(mock.left() == 0);
}

TEST_CASE("nothing of a transfer is submitted that cannot be", "[transfer][submit]") {
    MockTransport const mock;
    Transfer const transfer{AccessTokenPolicy{"token"}, {.transport = mock}};
    CHECK_THROWS_AS(transfer.submit_all(files(3), 0), UsageError);
    CHECK_THROWS_AS(transfer.submit_all(files(0), 1), UsageError);
    CHECK(mock.request_count() == 0);
}
