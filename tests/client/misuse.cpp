// SPDX-License-Identifier: Apache-2.0
// Clients and ids that cannot be used: UsageError, before anything is sent.
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <string>
#include <utility>

using namespace globus;

namespace {

template <class A, class T>
void check_moved_from(A authorizer, T transport) {
    using Transfer = Client<TransferService, A, T>;
    Transfer client{std::move(authorizer), {.transport = std::move(transport)}};
    Transfer const other = std::move(client);
    CHECK_THROWS_AS(client.get_task({.task_id = "t"}), UsageError);
    CHECK_THROWS_AS(client.post("v0.10/x", Json{{"a", 1}}), UsageError);
    CHECK(other.get_task({.task_id = "t"})->task_id == "t");
    client = other;
    CHECK(client.get_task({.task_id = "t"})->task_id == "t");
}

}  // namespace

TEST_CASE("client: one that was moved from says so", "[client]") {
    MockTransport transport;
    transport.otherwise([](http::Request const& request) {
        bool const token = request.url.ends_with("/token");
        return http::Response{
            .status = 200,
            .body =
                token
                    ? R"({"access_token": "t", "token_type": "Bearer", "expires_in": 3600, "resource_server": "transfer.api.globus.org", "scope": "s"})"
                    : R"({"task_id": "t"})"};
    });
    check_moved_from(AccessTokenPolicy("token"), transport);
    check_moved_from(RefreshPolicy(Native("id"), "rt"), transport);
    check_moved_from(ClientCredentialsPolicy(Confidential("id", "secret"), "scope"), AnyTransport(transport));
    check_moved_from(TokenSourcePolicy([] { return Secret("t"); }), RateLimited<MockTransport>(transport));
    check_moved_from(NullPolicy(), transport);
}

TEST_CASE("client: a moved-from client over libcurl sends nothing", "[client]") {
    Client<TransferService, NullPolicy> client{NullPolicy()};
    auto const other = std::move(client);
    CHECK_THROWS_AS(client.get_task({.task_id = "t"}), UsageError);
}

TEST_CASE("client: an id of blanks is refused", "[client]") {
    MockTransport const transport;
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"token", {.transport = transport}};
    for (char const* id : {"", " ", "   ", "\t", " \r\n"})
        CHECK_THROWS_AS(transfer.get_task({.task_id = id}), UsageError);
    CHECK(transport.request_count() == 0);
}
