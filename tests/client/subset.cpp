// SPDX-License-Identifier: Apache-2.0
// Services cut down to some of their operations. What does not compile is in tests/reject/.
#include <globus/globus.hpp>

#include "support/catch.hpp"

#include <boost/hana/contains.hpp>
#include <boost/hana/filter.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <concepts>
#include <string>
#include <type_traits>

using namespace globus;
namespace hana = boost::hana;

namespace {

using Reader = Client<ReadOnly<TransferService>, AccessTokenPolicy, MockTransport>;
using Mirror = Only<TransferService, GetSubmissionId, SubmitTransfer, GetTask>;

template <class S, class... Operations>
constexpr bool permits_all = (Permits<S, Operations> && ...);
template <class S, class... Operations>
constexpr bool permits_some = (Permits<S, Operations> || ...);

// What reads is permitted whatever its method, and what does not is not.
static_assert(permits_all<ReadOnly<TransferService>, OperationLs, GetTask, TaskList, GetSubmissionId>);
static_assert(!permits_some<ReadOnly<TransferService>, SubmitTransfer, OperationMkdir, UpdateTask, DeleteEndpoint>);
static_assert(permits_all<ReadOnly<SearchService>, search::Search, search::PostSearch, search::Scroll>);
static_assert(!permits_some<ReadOnly<SearchService>, search::Ingest, search::DeleteByQuery>);

static_assert(permits_all<Mirror, GetSubmissionId, SubmitTransfer, GetTask>);
static_assert(!permits_some<Mirror, OperationLs, SubmitDelete, CancelTask>);

// A whole service permits its own operations, and no service those of another.
static_assert(permits_all<TransferService, OperationLs, DeleteEndpoint>);
static_assert(!permits_some<TransferService, search::Search, int>);
static_assert(!permits_some<ReadOnly<TransferService>, search::Search, int>);

// What is cut down twice permits what both do.
static_assert(Permits<ReadOnly<Mirror>, GetTask> && !Permits<ReadOnly<Mirror>, SubmitTransfer> &&
              !Permits<ReadOnly<Mirror>, OperationLs>);
static_assert(Permits<Only<ReadOnly<TransferService>, GetTask>, GetTask>);

static_assert(Service<ReadOnly<TransferService>> && Service<Mirror>);
static_assert(ClientConfiguration<ReadOnly<TransferService>, AccessTokenPolicy, MockTransport>);
static_assert(!ClientConfiguration<ReadOnly<TransferService>, BasicPolicy, MockTransport>);
static_assert(!ClientConfiguration<ReadOnly<ConfidentialAppAuthService>, AccessTokenPolicy, MockTransport>);
static_assert(std::is_empty_v<Mirror>);

}  // namespace

TEST_CASE("subset: a client that only reads has the functions that read") {
    MockTransport transport;
    transport.reply(200, R"({"DATA": [{"name": "a.txt"}]})");
    transport.reply(200, R"({"DATA": [{"task_id": "t"}], "total": 1})");
    transport.reply(404, R"({"code": "ClientError.NotFound", "message": "no such task"})");
    transport.reply(200, R"({"own": 1})");
    Reader const reader{"token", {.transport = transport}};

    CHECK(reader.operation_ls({.endpoint_id = "e"})->DATA.size() == 1);
    for (Task const& task : reader.paginate(TaskList{})) CHECK(task.task_id == "t");
    CHECK_THROWS_AS(reader.send(GetTask{.task_id = "t"}), TransferApiError);
    CHECK(reader.get("v0.10/own").json().at("own") == 1);
    CHECK(transport.requests().at(0).url == "https://transfer.api.globus.org/v0.10/operation/endpoint/e/ls");
    CHECK(transport.request_count() == 4);
}

TEST_CASE("subset: a POST that only searches is a read") {
    MockTransport transport;
    transport.reply(200, R"({"gmeta": []})");
    Client<ReadOnly<SearchService>, AccessTokenPolicy, MockTransport> const reader{"token", {.transport = transport}};
    (void)reader.post_search({.index_id = "2d8cb8f0-5e3b-4b53-9cbc-6a6e9c5a5f0f", .data = Json{{"q", "*"}}});
    CHECK(transport.requests().at(0).method == http::Method::post);
}

TEST_CASE("subset: a client that only reads sends nothing but GET and HEAD of its user's own requests") {
    MockTransport transport;
    Reader const reader{"token", {.transport = transport}};
    for (auto const method : {http::Method::post, http::Method::put, http::Method::patch, http::Method::delete_})
        CHECK_THROWS_AS(reader.request({.method = method, .path = "v0.10/thing"}), UsageError);
    CHECK(transport.request_count() == 0);
    transport.reply(200);
    CHECK(reader.request<Bytes>({.method = http::Method::head, .path = "v0.10/thing"}).http_status() == 200);
}

TEST_CASE("subset: functions of several requests are there if these are in the list") {
    MockTransport transport;
    transport.reply(200, R"({"value": "s"})");
    transport.reply(202, R"({"task_id": "t", "code": "Accepted"})");
    transport.reply(200, R"({"task_id": "t", "status": "SUCCEEDED"})");
    Client<Mirror, AccessTokenPolicy, MockTransport> const mirror{"token", {.transport = transport}};

    TransferData data{.source_endpoint = "a", .destination_endpoint = "b"};
    data.add_item({.source_path = "/a", .destination_path = "/b"});
    CHECK(mirror.submit_transfer(data)->task_id == "t");
    CHECK(mirror.send(GetTask{.task_id = "t"})->status == "SUCCEEDED");
}

TEST_CASE("subset: task_wait needs no right to cancel, unless it is to cancel") {
    MockTransport transport;
    transport.reply(200, R"({"task_id": "t", "status": "SUCCEEDED"})");
    Reader const reader{"token", {.transport = transport}};
    CHECK_THROWS_AS(reader.task_wait({.task_id = "t", .on_fault = OnFault::cancel}), UsageError);
    CHECK(transport.request_count() == 0);
    CHECK(reader.task_wait({.task_id = "t", .on_fault = OnFault::fail_fast}).succeeded());
}

TEST_CASE("subset: the data of a service is kept") {
    MockTransport transport;
    transport.reply(200, R"({"result": "ok"})");
    ReadOnly const flow{SpecificFlowService{"9e1f5d8e-16ef-4b5c-a27c-0b1d5f6c1f2b"}};
    static_assert(std::same_as<decltype(flow), ReadOnly<SpecificFlowService> const>);
    Client<ReadOnly<SpecificFlowService>, AccessTokenPolicy, MockTransport> const client{
        flow, "token", {.transport = transport}};
    (void)client.validate_run({.body = Json{{"a", 1}}});
    CHECK(transport.requests().at(0).url ==
          "https://flows.automate.globus.org/flows/9e1f5d8e-16ef-4b5c-a27c-0b1d5f6c1f2b/validate_run");
}

TEST_CASE("subset: files of a collection are read") {
    MockTransport transport;
    transport.reply(200, "bytes");
    ReadOnly const collection{GcsCollectionService{"c", "https://data.example.org"}};
    Client<ReadOnly<GcsCollectionService>, AccessTokenPolicy, MockTransport> const client{
        collection, "token", {.transport = transport}};
    CHECK(*client.read_file("a.txt") == "bytes");
}

TEST_CASE("subset: an app's client asks for the scopes of the service") {
    UserApp<Native, NoLoginFlow, MemoryTokenStorage, MockTransport> const app{
        Native{"25de0aed-aa83-4600-a1be-a62a910af116"}, {.app_name = "reader", .transport = MockTransport()}};
    auto const reader = app.client<ReadOnly<TransferService>>();
    CHECK(app.scope_requirements().at("transfer.api.globus.org") == std::vector{Scope(TransferScopes::all)});
    CHECK_THROWS_AS(reader.operation_ls({.endpoint_id = "e"}), LoginRequiredError);
}

TEST_CASE("subset: the tuple of operations is cut down, too") {
    std::size_t left = 0;
    hana::for_each(ReadOnly<TransferService>::operations(), [&](auto type) {
        CHECK(retry_class_of<typename decltype(type)::type>() == RetryClass::read);
        ++left;
    });
    std::size_t reads = 0;
    hana::for_each(TransferService::operations(),
                   [&](auto type) { reads += retry_class_of<typename decltype(type)::type>() == RetryClass::read; });
    CHECK(left == reads);
    CHECK(left != 0);
    static_assert(hana::contains(Mirror::operations(), hana::type_c<GetTask>));
    static_assert(!hana::contains(Mirror::operations(), hana::type_c<OperationLs>));
}
