// SPDX-License-Identifier: Apache-2.0
// The types of clients: picked from policies in any order, and deduced from a constructor's arguments. They are checked
// when this file is compiled.
#include <globus/globus.hpp>

#include "support/catch.hpp"

#include <concepts>
#include <string>

using namespace globus;

namespace {

using All = Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>;
static_assert(std::same_as<ClientWith<TransferService, AccessTokenPolicy, MockTransport, NoRetry>, All>);
static_assert(std::same_as<ClientWith<TransferService, NoRetry, MockTransport, AccessTokenPolicy>, All>);
static_assert(std::same_as<ClientWith<TransferService, MockTransport, AccessTokenPolicy, NoRetry>, All>);

static_assert(std::same_as<ClientWith<SearchService>, Client<SearchService, NullPolicy>>);
static_assert(std::same_as<ClientWith<SearchService, NoRetry, RefreshPolicy<Native>>,
                           Client<SearchService, RefreshPolicy<Native>, CurlTransport, NoRetry>>);
static_assert(std::same_as<ClientWith<ConfidentialAppAuthService, AnyTransport, BasicPolicy>,
                           Client<ConfidentialAppAuthService, BasicPolicy, AnyTransport>>);
static_assert(std::same_as<ClientWith<ReadOnly<TransferService>, AppPolicy<UserApp<Native>>>,
                           Client<ReadOnly<TransferService>, AppPolicy<UserApp<Native>>>>);

/// A retry policy of a user's own.
struct Patient : DefaultRetry {};
static_assert(std::same_as<ClientWith<TransferService, Patient, AccessTokenPolicy>,
                           Client<TransferService, AccessTokenPolicy, CurlTransport, Patient>>);

}  // namespace

TEST_CASE("client: its type follows from a service and a policy") {
    Confidential const app{"id", "secret"};
    Client transfer{TransferService{}, RefreshPolicy{app, "refresh token"}};
    static_assert(std::same_as<decltype(transfer), Client<TransferService, RefreshPolicy<Confidential>>>);
    Client search{ReadOnly{SearchService{}}, NullPolicy{}};
    static_assert(std::same_as<decltype(search), Client<ReadOnly<SearchService>, NullPolicy>>);
    CHECK(transfer.base_url() == "https://transfer.api.globus.org/");
    CHECK(search.base_url() == "https://search.api.globus.org/");
}

TEST_CASE("client: its type follows from its options, too") {
    MockTransport transport;
    transport.reply(200, R"({"task_id": "t"})");
    Client transfer{TransferService{}, AccessTokenPolicy{"token"},
                    ClientOptions<MockTransport, NoRetry>{.transport = transport}};
    static_assert(std::same_as<decltype(transfer), All>);
    CHECK(transfer.get_task({.task_id = "t"})->task_id == "t");
    Client copy{transfer};
    static_assert(std::same_as<decltype(copy), All>);
}
