// SPDX-License-Identifier: Apache-2.0
// A program that imports the module: a call, its answer, and an error that it catches.
#include <cstdio>
#include <string>

import globus;

int main() {
    globus::MockTransport mock;
    mock.reply(200, R"({"DATA_TYPE": "endpoint", "id": "e1", "display_name": "Home"})");
    mock.reply(404, R"({"code": "EndpointNotFound", "message": "No such endpoint"})");
    globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::MockTransport> const client{
        "token", {.transport = mock}};
    auto const endpoint = client.get_endpoint({.endpoint_id = "e1"});
    if (endpoint->display_name != std::string("Home")) return 1;
    try {
        (void)client.get_endpoint({.endpoint_id = "e2"});
    } catch (globus::TransferApiError const& error) {
        return error.code() == "EndpointNotFound" ? 0 : 2;
    }
    return 3;
}
