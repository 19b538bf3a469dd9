// SPDX-License-Identifier: Apache-2.0
// Which answers to a write promise that it was not done, and what is never sent again.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <chrono>
#include <optional>
#include <string>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Groups = Client<GroupsService, AccessTokenPolicy, MockTransport>;
using Kind = NetworkError::Kind;
using Sent = NetworkError::Sent;

Groups groups_on(MockTransport const& mock) {
    return Groups{"token", {.transport = mock, .retry = {.base = 0s, .throttled = 0s}}};
}

/// Whether the error of making a group that is answered with `answer` says that it may have been done.
bool may_be_done(http::Response const& answer, CallOptions const& options = {}) {
    MockTransport mock;
    mock.otherwise([&](http::Request const&) { return answer; });
    auto const made = groups_on(mock).try_send(groups::CreateGroup{.data = Json{{"name", "n"}}}, options);
    REQUIRE_FALSE(made);
    return made.error().outcome_unknown();
}

constexpr char const* new_token = R"({"access_token": "new", "token_type": "Bearer", "expires_in": 3600, "scope": "s",
                                      "resource_server": "groups.api.globus.org"})";

}  // namespace

TEST_CASE("Client: only a client's error promises that a write was not done", "[client][outcome]") {
    for (int status = 0; status != 1000; ++status) {
        if (status >= 200 && status < 300) continue;
        INFO(status);
        bool const promise = status >= 400 && status < 500 && status != 408;
        CHECK(may_be_done({.status = status, .body = "{}"}) == !promise);
    }
}

TEST_CASE("Client: a write that is answered by a redirect may have been done, wherever it leads", "[client][outcome]") {
    for (int const status : {300, 301, 302, 303, 304, 305, 307, 308, 399})
        for (char const* location :
             {"", "/v2/groups/new", "?x", "https://groups.api.globus.org/v2/groups/new", "https://elsewhere.example/"})
            for (auto const retry_as : {std::optional<RetryClass>{}, std::optional(RetryClass::never),
                                        std::optional(RetryClass::idempotent), std::optional(RetryClass::keyed)}) {
                INFO(status << ' ' << location);
                CHECK(may_be_done({.status = status, .headers = {{"Location", location}}, .body = "{}"},
                                  {.retry_as = retry_as}));
            }
    CHECK_FALSE(may_be_done({.status = 303, .headers = {{"Location", "/x"}}}, {.retry_as = RetryClass::read}));
}

TEST_CASE("Client: a success that cannot be read may have been done", "[client][outcome]") {
    for (char const* body : {"", "{", "<html>", "{\"name\": ", "nul"})
        for (int const status : {200, 201}) {
            if (status == 201 && *body == '\0') continue;  // an answer without a document is one
            INFO(status << ' ' << body);
            CHECK(may_be_done({.status = status, .headers = {{"Content-Type", "application/json"}}, .body = body}));
        }
}

TEST_CASE("Client: what an earlier attempt may have done is not forgotten over a later refusal", "[client][outcome]") {
    for (int const last : {400, 401, 403, 409, 425, 429}) {
        MockTransport mock;
        mock.fail(NetworkError(Kind::interrupted, Sent::yes, "lost"));
        mock.otherwise([&](http::Request const&) { return http::Response{.status = last, .body = "{}"}; });
        Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{
            "token", {.transport = mock, .retry = {.base = 0s, .throttled = 0s}}};
        auto const cancelled = transfer.try_send(transfer::CancelTask{.task_id = "t"});
        REQUIRE_FALSE(cancelled);
        CHECK(cancelled.error().outcome_unknown());
    }
}

TEST_CASE("Client: what never left this machine was not done, however often it was tried", "[client][outcome]") {
    for (Kind const kind : {Kind::resolve, Kind::connect, Kind::proxy, Kind::tls, Kind::timeout, Kind::interrupted,
                            Kind::protocol, Kind::cancelled, Kind::local})
        for (Sent const sent : {Sent::no, Sent::yes}) {
            MockTransport mock;
            mock.otherwise([&](http::Request const&) -> http::Response { throw NetworkError(kind, sent, "broken"); });
            auto const made = groups_on(mock).try_send(groups::CreateGroup{.data = Json{{"name", "n"}}});
            REQUIRE_FALSE(made);
            CHECK(made.error().outcome_unknown() == (sent == Sent::yes));
            if (sent == Sent::yes) CHECK(mock.request_count() == 1);
        }
}

TEST_CASE("Client: a call that is cancelled between attempts says whether it may have been done", "[client][outcome]") {
    enum class Before { not_sent, lost, refused, failed };
    for (Before const before : {Before::not_sent, Before::lost, Before::refused, Before::failed}) {
        std::stop_source stop;
        MockTransport mock;
        mock.otherwise([&](http::Request const&) -> http::Response {
            stop.request_stop();
            if (before == Before::not_sent) throw NetworkError(Kind::connect, Sent::no, "nobody listens");
            if (before == Before::lost) throw NetworkError(Kind::interrupted, Sent::yes, "lost");
            return {.status = before == Before::refused ? 429 : 503, .body = "{}"};
        });
        Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{
            "token", {.transport = mock, .retry = {.base = 100s, .throttled = 100s, .cap = 100s}}};
        auto const cancelled = transfer.try_send(CancelTask{.task_id = "t"}, {.timeout = 1h, .stop = stop.get_token()});
        REQUIRE_FALSE(cancelled);
        auto const* error = dynamic_cast<NetworkError const*>(&cancelled.error());
        REQUIRE(error != nullptr);
        bool const perhaps = before == Before::lost || before == Before::failed;
        CHECK(error->kind() == Kind::cancelled);
        CHECK((error->sent() == Sent::yes) == perhaps);
        CHECK(error->outcome_unknown() == perhaps);
    }
}

TEST_CASE("Client: what is to be sent once is, whatever comes of it", "[client][outcome]") {
    for (int const status : {0, 401, 408, 429, 500, 502, 503, 504}) {
        MockTransport mock;
        mock.otherwise([&](http::Request const& request) -> http::Response {
            CHECK(request.fresh_connection);
            if (status == 0) throw NetworkError(Kind::connect, Sent::no, "nobody listens");
            return {.status = status, .headers = {{"Retry-After", "0"}}, .body = "{}"};
        });
        auto const groups = groups_on(mock);
        CHECK_FALSE(groups.try_send(groups::CreateGroup{.data = Json{{"name", "n"}}}, {.retry_as = RetryClass::never}));
        CHECK(mock.request_count() == 1);
        CHECK_FALSE(groups.try_send(groups::GetMyGroups{}, {.retry_as = RetryClass::never}));
        CHECK(mock.request_count() == 2);
    }
    MockTransport mock;
    mock.reply(200, "{");
    CHECK_THROWS_AS(groups_on(mock).get("x", {}, {.retry_as = RetryClass::never}), DecodeError);
    CHECK(mock.request_count() == 1);
}

TEST_CASE("Client: a retry policy of one's own cannot repeat what is to be sent once", "[client][outcome]") {
    struct Always {
        std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const {
            return attempt.number < 3 ? std::optional(std::chrono::duration<double>(0)) : std::nullopt;
        }
        void succeeded(Attempt const&) const noexcept {}
    };
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 503, .body = "{}"}; });
    Client<GroupsService, AccessTokenPolicy, MockTransport, Always> const groups{"token", {.transport = mock}};
    CHECK_THROWS_AS(groups.post("x", Json(), {.retry_as = RetryClass::never}), GroupsApiError);
    CHECK(mock.request_count() == 1);
}

TEST_CASE("Client: what is to be sent once is not sent again with a new token, but the next call has it",
          "[client][outcome]") {
    MockTransport mock;
    Client<GroupsService, RefreshPolicy<Native>, MockTransport> const groups{
        RefreshPolicy{Native{"client"}, Token{.access_token = "old", .refresh_token = "rt"}}, {.transport = mock}};
    mock.reply(401, "{}").reply(200, new_token).reply(201, "{}");
    CHECK_THROWS_AS(groups.create_group({.data = Json{{"name", "n"}}}, {.retry_as = RetryClass::never}),
                    GroupsApiError);
    CHECK(mock.request_count() == 2);
    CHECK(groups.create_group({.data = Json{{"name", "n"}}}).http_status() == 201);
    CHECK(mock.requests().at(2).authorization == Secret("Bearer new"));
}

TEST_CASE("Client: what creates is sent again after 401 and 429, which count as not done", "[client][outcome]") {
    MockTransport mock;
    Client<GroupsService, RefreshPolicy<Native>, MockTransport> const groups{
        RefreshPolicy{Native{"client"}, Token{.access_token = "old", .refresh_token = "rt"}},
        {.transport = mock, .retry = {.base = 0s, .throttled = 0s}}};
    mock.reply(401, "{}").reply(200, new_token).reply(429, "{}").reply(201, "{}");
    CHECK(groups.create_group({.data = Json{{"name", "n"}}}).http_status() == 201);
    CHECK(mock.request_count() == 4);
}
