// SPDX-License-Identifier: Apache-2.0
#include <globus/services/compute.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <string>

using namespace globus;

namespace {

template <class S>
using ComputeClient = Client<S, AccessTokenPolicy, MockTransport>;

template <class S>
ComputeClient<S> make_client(MockTransport const& mock) {
    return ComputeClient<S>{"token", {.transport = mock}};
}
Json body_of(http::Request const& request) { return boost::json::parse(request.body); }
std::string const base = "https://compute.api.globus.org/";

}  // namespace

TEST_CASE("Compute: tasks of a batch are found by their ids", "[compute]") {
    MockTransport mock;
    mock.reply(200, R"({"response": "batch", "results": {"t1": {"task_id": "t1", "status": "success", "result": "04\n"},
                                                          "t2": {"status": "failed", "exception": "E", "new": [1]}}})");
    auto const client = make_client<ComputeServiceV2>(mock);
    auto const batch = client.get_task_batch({.task_ids = {"t1", "t2"}});
    CHECK(batch->results.at("t1").result == "04\n");
    CHECK(batch->results.at("t2").exception == "E");
    CHECK(batch.json().at("results").at("t2").at("new").at(0) == 1);
    CHECK(mock.requests().at(0).url == base + "v2/batch_status");
    CHECK(body_of(mock.requests().at(0)) == boost::json::parse(R"({"task_ids": ["t1", "t2"]})"));
    mock.reply(200, R"({"results": {}})");
    CHECK(client.get_task_batch({.task_ids = "one"})->results.empty());
    CHECK(body_of(mock.requests().at(1)) == boost::json::parse(R"({"task_ids": ["one"]})"));
}

TEST_CASE("Compute: endpoints and functions of both versions", "[compute]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    auto const v2 = make_client<ComputeServiceV2>(mock);
    auto const v3 = make_client<ComputeServiceV3>(mock);
    (void)v2.get_version({.service_name = "all"});
    (void)v2.get_endpoint({.endpoint_id = "e/1"});
    (void)v2.get_endpoint_status({.endpoint_id = "e"});
    (void)v2.delete_function({.function_id = "f"});
    (void)v2.lock_endpoint({.endpoint_id = "e"});
    (void)v3.update_endpoint({.endpoint_id = "e", .data = {{"display_name", "é"}}});
    (void)v3.get_endpoint_allowlist({.endpoint_id = "e"});
    auto const requests = mock.requests();
    CHECK(requests[0].url == base + "v2/version?service=all");
    CHECK(requests[1].url == base + "v2/endpoints/e%2F1");
    CHECK(requests[2].url == base + "v2/endpoints/e/status");
    CHECK(requests[3].url == base + "v2/functions/f");
    CHECK(requests[3].method == http::Method::delete_);
    CHECK(requests[4].url == base + "v2/endpoints/e/lock");
    CHECK(requests[4].method == http::Method::post);
    CHECK(requests[5].url == base + "v3/endpoints/e");
    CHECK(requests[5].method == http::Method::put);
    CHECK(body_of(requests[5]) == Json{{"display_name", "é"}});
    CHECK(requests[6].url == base + "v3/endpoints/e/allowed_functions");
}

TEST_CASE("Compute: what a submission started, by task or by function", "[compute]") {
    MockTransport mock;
    mock.reply(200, R"({"response": "success", "task_group_id": "g",
                        "results": [{"status": "Success", "task_uuid": "t", "http_status_code": 200},
                                    {"status": "Failed", "reason": "not allowed", "http_status_code": 403}]})");
    auto const old = make_client<ComputeServiceV2>(mock).submit({.data = {{"tasks", {{"e", "f", "()"}}}}});
    REQUIRE(old->results.size() == 2);
    CHECK(old->results[0].task_uuid == "t");
    CHECK(old->results[1].reason == "not allowed");

    mock.reply(200, R"({"request_id": "r", "tasks": {"f1": ["a", "b"], "f2": []}})");
    auto const today =
        make_client<ComputeServiceV3>(mock).submit({.endpoint_id = "e", .data = {{"tasks", {{"f1", {"x", "y"}}}}}});
    CHECK(today->tasks.at("f1") == std::vector<std::string>{"a", "b"});
    CHECK(mock.requests().at(1).url == base + "v3/endpoints/e/submit");
}

TEST_CASE("Compute: a submission that may have been read is not sent twice, a question may be", "[compute]") {
    MockTransport mock;
    auto const lost = NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost");
    mock.fail(lost);
    CHECK_THROWS_AS(make_client<ComputeServiceV3>(mock).submit({.endpoint_id = "e", .data = {{"tasks", {}}}}),
                    NetworkError);
    CHECK(mock.request_count() == 1);
    mock.fail(lost).reply(200, R"({"results": {}})");
    (void)make_client<ComputeServiceV2>(mock).get_task_batch({.task_ids = "t"});
    CHECK(mock.request_count() == 3);
}

TEST_CASE("Compute: an error has the service's code and words", "[compute]") {
    MockTransport mock;
    mock.reply(404, R"({"code": "FUNCTION_NOT_FOUND", "message": "no f", "status": "Failed"})");
    try {
        (void)make_client<ComputeServiceV2>(mock).get_function({.function_id = "f"});
        FAIL("no error");
    } catch (ComputeApiError const& error) {
        CHECK(error.http_status() == 404);
        CHECK(error.code() == "FUNCTION_NOT_FOUND");
        CHECK(error.message() == "no f");
    }
}
