// SPDX-License-Identifier: Apache-2.0
// Globus Flows: the flows that one may start, and a run of one of them that sends an e-mail if it fails.
#include <globus/services/flows.hpp>

#include "expect.hpp"

#include <cstdio>
#include <exception>
#include <string>

using namespace globus;
using flows::Flow, flows::RunActivityNotificationPolicy;

template <class Client>
void list(Client const& client) {
    flows::ListFlows const mine{.filter_roles = {"flow_starter"}, .orderby = {"title ASC"}};
    for (Flow const& flow : client.paginate(mine)) std::printf("%s  %s\n", flow.id.c_str(), flow.title.c_str());
}

/// @param flow  a client of one flow, whose token has that flow's own scope
template <class Client>
std::string start(Client const& flow, std::string const& sample) {
    auto const run = flow.run_flow({.body = {{"sample", sample}},
                                    .label = "Sample " + sample,
                                    .tags = {"beamline-7"},
                                    .activity_notification_policy = RunActivityNotificationPolicy{{"FAILED"}}});
    return run->run_id;
}

int main() try {
    MockTransport mock;
    mock.reply(200, R"({"flows": [{"id": "f1", "title": "Analyse"}], "marker": "m", "has_next_page": true})")
        .reply(200, R"({"flows": [{"id": "f2", "title": "Publish"}], "marker": null, "has_next_page": false})")
        .reply(201, R"({"run_id": "r1", "status": "ACTIVE"})");
    list(Client<FlowsService, AccessTokenPolicy, MockTransport>{"token", {.transport = mock}});
    Client<SpecificFlowService, AccessTokenPolicy, MockTransport> const analyse{
        SpecificFlowService{"f1"}, "token-of-the-flow", {.transport = mock}};

    std::printf("run %s\n", start(analyse, "42").c_str());

    std::string const base = "https://flows.automate.globus.org/flows";
    expect(mock, 0, "GET", base + "?filter_roles=flow_starter&orderby=title+ASC");
    expect(mock, 1, "GET", base + "?filter_roles=flow_starter&orderby=title+ASC&marker=m");
    expect(mock, 2, "POST", base + "/f1/run",
           R"({"body":{"sample":"42"},"label":"Sample 42","tags":["beamline-7"],)"
           R"("activity_notification_policy":{"status":["FAILED"]}})");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
