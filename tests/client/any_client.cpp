// SPDX-License-Identifier: Apache-2.0
// Clients for code that is no template: the policies are hidden, and what they promise is not.
#include <globus/globus.hpp>

#include "support/catch.hpp"

#include <concepts>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

using namespace globus;

namespace {

using Plain = Client<TransferService, AccessTokenPolicy, MockTransport>;
using Observer = AnyClient<ReadOnly<TransferService>>;

static_assert(std::convertible_to<Plain, AnyClient<TransferService>>);
static_assert(std::convertible_to<Client<TransferService, AppPolicy<UserApp<Native>>>, AnyClient<TransferService>>);
static_assert(std::convertible_to<Plain, Client<TransferService, AccessTokenPolicy, AnyTransport>>);
static_assert(std::convertible_to<Plain, Observer>);
// What is refused: another service, more than the original may do, and a policy that is another one.
static_assert(!std::convertible_to<Plain, AnyClient<SearchService>>);
static_assert(!std::convertible_to<Observer, AnyClient<TransferService>>);
static_assert(!std::convertible_to<AnyClient<TransferService>, Plain>);
static_assert(!std::convertible_to<Plain, Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>>);

char const* const listing = R"({"DATA": [{"name": "a", "type": "file"}, {"name": "b", "type": "file"}]})";

std::size_t count_files(AnyClient<TransferService> const& transfer) {
    return transfer.operation_ls({.endpoint_id = "id"}).size();
}
std::size_t observe(Observer const& transfer) { return transfer.operation_ls({.endpoint_id = "id"}).size(); }

}  // namespace

TEST_CASE("A function that is no template takes any client of a service") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = listing}; });
    Plain const plain{"token", {.transport = mock, .app_name = "counter"}};
    CHECK(count_files(plain) == 2);
    CHECK(observe(plain) == 2);
    CHECK(count_files(Client<TransferService, NullPolicy, AnyTransport, NoRetry>{NullPolicy{}, {.transport = mock}}) ==
          2);
    REQUIRE(mock.request_count() == 3);
    auto const requests = mock.requests();
    CHECK(requests[0].authorization == Secret("Bearer token"));
    CHECK(requests[0].headers.get("User-Agent").ends_with("counter"));
    CHECK(requests[2].authorization.empty());
}

TEST_CASE("A converted client shares the token and its renewal with the original") {
    MockTransport mock;
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const original{
        RefreshPolicy{Native{"app"}, "refresh"}, {.transport = mock}};
    mock.reply(200, R"({"access_token": "at", "expires_in": 3600, "token_type": "Bearer", "scope": "s",
                       "resource_server": "transfer.api.globus.org"})");
    mock.reply(200, listing).reply(200, listing);
    CHECK(count_files(original) == 2);
    CHECK(original.operation_ls({.endpoint_id = "id"}).size() == 2);
    CHECK(mock.request_count() == 3);
    CHECK(mock.requests().back().authorization == Secret("Bearer at"));
}

TEST_CASE("A converted client repeats what the original repeats") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 503}; });
    CHECK_THROWS_AS(count_files(ClientWith<TransferService, MockTransport, NoRetry>{NullPolicy{}, {.transport = mock}}),
                    TransferApiError);
    CHECK(mock.request_count() == 1);

    DefaultRetry const retry{.max_attempts = 2, .base = {}};
    CHECK_THROWS_AS(count_files(Client<TransferService, NullPolicy, MockTransport>{
                        NullPolicy{}, {.transport = mock, .retry = retry}}),
                    TransferApiError);
    CHECK(mock.request_count() == 3);
    CHECK(retry.budget->left() == RetryBudget::capacity - DefaultRetry::cost);
}

TEST_CASE("What would not compile for a policy is refused for it as an AnyPolicy") {
    AnyPolicy const basic = BasicPolicy{"id", "secret"}, token = AccessTokenPolicy{"token"}, none = NullPolicy{};
    using Catch::Matchers::ContainsSubstring;
    CHECK_THROWS_WITH((Client<TransferService, AnyPolicy>{basic}), ContainsSubstring("use ClientCredentialsPolicy"));
    CHECK_THROWS_WITH((Client<ConfidentialAppAuthService, AnyPolicy>{token}), ContainsSubstring("use BasicPolicy"));
    CHECK_THROWS_WITH((Client<NativeAppAuthService, AnyPolicy>{NativeAppAuthService{"id"}, token}),
                      ContainsSubstring("use NullPolicy"));
    CHECK_NOTHROW(Client<ConfidentialAppAuthService, AnyPolicy>{basic});
    CHECK_NOTHROW(Client<NativeAppAuthService, AnyPolicy>{NativeAppAuthService{"id"}, none});
    CHECK_NOTHROW(Client<TransferService, AnyPolicy>{token});
}

TEST_CASE("An AnyPolicy gives at once what the policy inside has at once") {
    AuthContext const context{.auth_url = "https://auth.example.org/"};
    CHECK(AnyPolicy(AccessTokenPolicy{"token"}).authorize_at_once(context)->header == Secret("Bearer token"));
    CHECK(AnyPolicy(NullPolicy{}).authorize_at_once(context)->header.empty());
    RefreshPolicy const expired{Native{"app"}, "refresh"};
    CHECK_FALSE(AnyPolicy(expired).authorize_at_once(context));
    CHECK_FALSE(AnyPolicy(TokenSourcePolicy{[] { return Secret("t"); }}).authorize_at_once(context));
}

TEST_CASE("A converted client outlives the original, and ends its calls when it is destroyed") {
    MockTransport mock;
    std::mutex mutex;
    std::condition_variable_any changed;
    bool arrived = false;
    mock.reply([&](http::Request const& request) -> http::Response {
        std::unique_lock lock(mutex);
        arrived = true;
        changed.notify_all();
        changed.wait(lock, request.stop, [] { return false; });
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes, "stopped");
    });
    std::optional<AnyClient<TransferService>> any;
    {
        Plain const original{"token", {.transport = mock}};
        any.emplace(original);
    }
    std::optional<NetworkError::Kind> end;
    std::jthread caller([&, &client = *any] {
        try {
            (void)client.operation_ls({.endpoint_id = "id"});
        } catch (NetworkError const& error) {
            end = error.kind();
        }
    });
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return arrived; });
    }
    any.reset();
    caller.join();
    CHECK(end == NetworkError::Kind::cancelled);
}

TEST_CASE("A client that was moved from converts to nothing") {
    Plain original{"token", {.transport = MockTransport{}}};
    Plain const moved = std::move(original);
    CHECK_THROWS_AS(AnyClient<TransferService>(original), UsageError);
}
