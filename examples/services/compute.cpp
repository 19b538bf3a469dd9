// SPDX-License-Identifier: Apache-2.0
// Globus Compute: a function, called for many inputs on one endpoint, and what became of the calls.
#include <globus/services/compute.hpp>

#include "expect.hpp"

#include <cstdio>
#include <exception>
#include <string>

using namespace globus;

/// @param code   the function, and
/// @param calls  its arguments, a text for each call; all as the Globus Compute SDK serialises them
template <class ClientV2, class ClientV3>
void call(ClientV2 const& v2, ClientV3 const& v3, std::string const& endpoint, std::string const& code,
          boost::json::array const& calls) {
    auto const function = v3.register_function({.data = {{"function_name", "double"}, {"function_code", code}}});
    std::string const id = *function->function_uuid;
    auto const submitted = v3.submit({.endpoint_id = endpoint, .data = {{"tasks", {{id, calls}}}}});

    auto const states = v2.get_task_batch({.task_ids = submitted->tasks.at(id)});
    for (auto const& [task, state] : states->results) std::printf("%s  %s\n", task.c_str(), state.status->c_str());
}

int main() try {
    MockTransport mock;
    mock.reply(200, R"({"function_uuid": "f1"})")
        .reply(200, R"({"task_group_id": "g1", "tasks": {"f1": ["t1", "t2"]}})")
        .reply(200, R"({"results": {"t1": {"status": "success"}, "t2": {"status": "pending"}}})");
    Client<ComputeServiceV2, AccessTokenPolicy, MockTransport> const v2{"token", {.transport = mock}};
    Client<ComputeServiceV3, AccessTokenPolicy, MockTransport> const v3{"token", {.transport = mock}};

    call(v2, v3, "e1", "code", {"1", "2"});

    std::string const base = "https://compute.api.globus.org/";
    expect(mock, 0, "POST", base + "v3/functions", R"({"function_name":"double","function_code":"code"})");
    expect(mock, 1, "POST", base + "v3/endpoints/e1/submit", R"({"tasks":{"f1":["1","2"]}})");
    expect(mock, 2, "POST", base + "v2/batch_status", R"({"task_ids":["t1","t2"]})");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
