// SPDX-License-Identifier: Apache-2.0
// One file, one include: a call, and the answer read.
#include <globus/globus.hpp>

#include <string>

int main() {
    globus::MockTransport mock;
    mock.reply(200, R"({"DATA_TYPE": "endpoint", "id": "e1", "display_name": "Home"})");
    globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::MockTransport> const client{
        "token", {.transport = mock}};
    auto const endpoint = client.get_endpoint({.endpoint_id = "e1"});
    return endpoint->display_name == std::string("Home") ? 0 : 1;
}
