// SPDX-License-Identifier: Apache-2.0
// Globus Flows: the flows that one may start, and a run of one of them, which sends an e-mail if it fails, to its end.
#include <globus/services/flows.hpp>

#include "expect.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

using namespace globus;
using namespace std::chrono_literals;
using flows::Flow, flows::Run, flows::RunActivityNotificationPolicy;

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

template <class Client>
void wait(Client const& client, std::string const& run_id) {
    auto const show = [](Run const& run) { std::printf("  %s\n", run.status.text().c_str()); };
    auto const verdict = client.run_wait({.run_id = run_id, .timeout = 2h, .on_progress = show});
    std::printf("%s\n", to_string(verdict.kind));
    if (!verdict.succeeded() && verdict.run.details)
        std::printf("%s\n", verdict.run.details->code.value_or("").c_str());
}

int main() try {
    MockTransport mock;
    mock.reply(200, R"({"flows": [{"id": "f1", "title": "Analyse"}], "marker": "m", "has_next_page": true})")
        .reply(200, R"({"flows": [{"id": "f2", "title": "Publish"}], "marker": null, "has_next_page": false})")
        .reply(201, R"({"run_id": "r1", "status": "ACTIVE"})")
        .reply(200, R"({"run_id": "r1", "status": "ACTIVE"})")
        .reply(200, R"({"run_id": "r1", "status": "FAILED", "details": {"code": "ActionUnableToRun"}})");
    Client<FlowsService, AccessTokenPolicy, MockTransport> const client{"token", {.transport = mock}};
    Client<SpecificFlowService, AccessTokenPolicy, MockTransport> const analyse{
        SpecificFlowService{"f1"}, "token-of-the-flow", {.transport = mock}};

    list(client);
    std::string const run_id = start(analyse, "42");
    std::printf("run %s\n", run_id.c_str());
    wait(client, run_id);

    std::string const base = "https://flows.automate.globus.org/flows";
    expect(mock, 0, "GET", base + "?filter_roles=flow_starter&orderby=title+ASC");
    expect(mock, 1, "GET", base + "?filter_roles=flow_starter&orderby=title+ASC&marker=m");
    expect(mock, 2, "POST", base + "/f1/run",
           R"({"body":{"sample":"42"},"label":"Sample 42","tags":["beamline-7"],)"
           R"("activity_notification_policy":{"status":["FAILED"]}})");
    expect(mock, 4, "GET", "https://flows.automate.globus.org/runs/r1");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
