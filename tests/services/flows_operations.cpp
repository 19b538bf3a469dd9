// SPDX-License-Identifier: Apache-2.0
#include <globus/services/flows.hpp>
#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <string>
#include <vector>

using namespace globus;

namespace {

using FlowsClient = Client<FlowsService, AccessTokenPolicy, MockTransport>;
using FlowClient = Client<SpecificFlowService, AccessTokenPolicy, MockTransport>;

FlowsClient make_client(MockTransport const& mock) { return FlowsClient{"token", {.transport = mock}}; }
FlowClient make_client(MockTransport const& mock, std::string flow_id) {
    return FlowClient{SpecificFlowService{std::move(flow_id)}, "token", {.transport = mock}};
}

Json body_of(http::Request const& request) { return boost::json::parse(request.body); }

}  // namespace

TEST_CASE("A run of a flow is sent to that flow", "[flows]") {
    MockTransport mock;
    mock.reply(201, R"({"run_id": "r1", "status": "ACTIVE", "completion_time": null,
                        "details": {"code": "FlowStarting", "details": {"input": {}}}, "tags": ["a"]})");
    auto const flow = make_client(mock, "1-2/3");
    auto const run = flow.run_flow({.body = {{"source", "/~/a"}},
                                    .label = "nightly",
                                    .tags = {"a"},
                                    .activity_notification_policy = RunActivityNotificationPolicy{{"FAILED"}},
                                    .additional_fields = {{"label", "mine"}, {"extra", {1, 2}}}});

    CHECK(mock.requests().at(0).url == "https://flows.automate.globus.org/flows/1-2%2F3/run");
    CHECK(body_of(mock.requests().at(0)) == boost::json::parse(R"({"body": {"source": "/~/a"}, "label": "mine",
        "tags": ["a"], "activity_notification_policy": {"status": ["FAILED"]}, "extra": [1, 2]})"));
    CHECK(run->status == "ACTIVE");
    CHECK(run->completion_time.is_null());
    CHECK(run->details->code == "FlowStarting");
}

TEST_CASE("The scope of a flow is made of its id", "[flows]") {
    SpecificFlowService const flow{"5ab0cc2d-c3ef-579e-8ae4-e92bb95613ea"};
    CHECK(flow.resource_server() == "5ab0cc2d-c3ef-579e-8ae4-e92bb95613ea");
    CHECK(flow.scopes().user() ==
          "https://auth.globus.org/scopes/5ab0cc2d-c3ef-579e-8ae4-e92bb95613ea/"
          "flow_5ab0cc2d_c3ef_579e_8ae4_e92bb95613ea_user");
}

TEST_CASE("Starting a run is not repeated, checking one is", "[flows]") {
    MockTransport mock;
    mock.reply(502, "{}")
        .reply(502, "{}", {{"Retry-After", "0"}})
        .reply(200, R"({"message": "validation successful"})");
    auto const flow = make_client(mock, "f");
    CHECK_THROWS_AS(flow.run_flow({.body = {{"x", 1}}}), FlowsApiError);
    CHECK(mock.request_count() == 1);
    CHECK(flow.validate_run({.body = {{"x", 1}}})->message == "validation successful");
    CHECK(mock.request_count() == 3);
}

TEST_CASE("A cancellation is repeated, a resumption is not", "[flows]") {
    MockTransport mock;
    mock.reply(503, "{}", {{"Retry-After", "0"}}).reply(200, R"({"status": "FAILED"})").reply(503, "{}");
    CHECK(make_client(mock).cancel_run({.run_id = "r"})->status == "FAILED");
    CHECK(mock.request_count() == 2);
    CHECK_FALSE(mock.requests().at(1).has_body);
    CHECK_THROWS_AS(make_client(mock, "f").resume_run({.run_id = "r"}), FlowsApiError);
    CHECK(mock.request_count() == 3);
    CHECK(mock.requests().at(2).url == "https://flows.automate.globus.org/runs/r/resume");
}

TEST_CASE("A flow's members are sent only if they are given, null included", "[flows]") {
    MockTransport mock;
    mock.reply(201, R"({"id": "f", "definition": {"StartAt": "a"}})")
        .reply(200, "{}")
        .reply(200, R"({"DELETED": true})");
    auto const client = make_client(mock);
    auto const flow = client.create_flow({.title = "t",
                                          .definition = {{"StartAt", "a"}},
                                          .input_schema = boost::json::object(),
                                          .flow_viewers = {"public"},
                                          .subscription_id = null});
    CHECK(flow->definition->at("StartAt") == "a");
    CHECK(body_of(mock.requests().at(0)) == boost::json::parse(R"({"title": "t", "definition": {"StartAt": "a"},
        "input_schema": {}, "flow_viewers": ["public"], "subscription_id": null})"));
    client.update_flow({.flow_id = "f"});
    CHECK(mock.requests().at(1).body == "{}");
    CHECK(client.delete_flow({.flow_id = "f"})->deleted == true);
}

TEST_CASE("Any JSON answers a question of a run", "[flows]") {
    Json const values[] = {nullptr, false, 0, "text", boost::json::array{1, nullptr}, {{"k", "v"}}};
    for (Json const& value : values) {
        MockTransport mock;
        mock.reply(200, R"({"status": "ok"})");
        CHECK(make_client(mock).respond_to_web_input({.web_input_id = "w", .value = value})->status == "ok");
        CHECK(body_of(mock.requests().at(0)).at("response").at("value") == value);
    }
}

TEST_CASE("Orders are repeated in lists of flows, joined in lists of web inputs", "[flows]") {
    MockTransport mock;
    mock.reply(200, "{}").reply(200, "{}");
    auto const client = make_client(mock);
    client.list_flows({.filter_roles = {"flow_owner", "flow_starter"}, .orderby = {"title ASC", "id"}});
    client.list_web_inputs({.filter_states = "open", .orderby = {"a", "b"}, .per_page = 5});
    CHECK(
        mock.requests().at(0).url ==
        "https://flows.automate.globus.org/flows?filter_roles=flow_owner%2Cflow_starter&orderby=title+ASC&orderby=id");
    CHECK(mock.requests().at(1).url ==
          "https://flows.automate.globus.org/web_inputs?filter_states=open&orderby=a%2Cb&per_page=5");
}

TEST_CASE("Pages of runs follow has_next_page, those of web inputs the marker", "[flows]") {
    MockTransport mock;
    mock.reply(200, R"({"runs": [{"run_id": "1"}], "marker": "m&1", "has_next_page": true})")
        .reply(200, R"({"runs": [{"run_id": "2"}], "marker": "m2", "has_next_page": false})")
        .reply(200, R"({"web_input_summaries": [{"id": "3"}], "marker": "n"})")
        .reply(200, R"({"web_input_summaries": [{"id": "4", "flow": {"title": "T"}}], "marker": null})");
    auto const client = make_client(mock);
    std::vector<std::string> ids;
    for (flows::Run const& run : client.paginate(flows::ListRuns{.filter_flow_id = "f"})) ids.push_back(run.run_id);
    for (flows::WebInputSummary const& input : client.paginate(flows::ListWebInputs{})) ids.push_back(*input.id);

    CHECK(ids == std::vector<std::string>{"1", "2", "3", "4"});
    CHECK(mock.requests().at(1).url == "https://flows.automate.globus.org/runs?filter_flow_id=f&marker=m%261");
    CHECK(mock.requests().at(3).url == "https://flows.automate.globus.org/web_inputs?marker=n");
    CHECK(mock.left() == 0);
}
