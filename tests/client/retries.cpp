// SPDX-License-Identifier: Apache-2.0
// What a client sends again, counted: sequences of answers in, requests out. The waits are those of http/retry.cpp.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/transfer/service.hpp>
#include <globus/services/transfer_v2/service.hpp>

#include <support/catch.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Method = http::Method;

/// A retry policy that waits for nothing but what a service asks for.
DefaultRetry at_once() { return {.base = 0s, .throttled = 0s}; }
DefaultRetry at_once(int max_attempts) { return {.max_attempts = max_attempts, .base = 0s, .throttled = 0s}; }

struct Outcome {
    int status = 0;  ///< of a success or of an error; 0: no answer came
    std::size_t requests = 0;

    friend bool operator==(Outcome const&, Outcome const&) = default;
};

/// Sends a request that is answered with each of `statuses` in turn, the last one for ever; 0 is a lost connection.
template <class S = TransferService>
Outcome outcome(Method method, std::vector<int> const& statuses, std::string const& body = "{}",
                DefaultRetry const& retry = at_once(), http::Headers headers = {}) {
    MockTransport mock;
    headers.add("Content-Type", "application/json");
    auto const answer = [&](int status) {
        return [=](http::Request const&) -> http::Response {
            if (status == 0) throw NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost");
            return {.status = status, .headers = headers, .body = status < 400 ? "{}" : body};
        };
    };
    for (int const status : statuses) mock.reply(answer(status));
    mock.otherwise(answer(statuses.back()));
    Client<S, AccessTokenPolicy, MockTransport> const client("token", {.transport = mock, .retry = retry});
    Outcome out;
    try {
        out.status = client.request({.method = method, .path = "x"}).http_status();
    } catch (ApiError const& error) {
        out.status = error.http_status();
    } catch (NetworkError const&) {
    }
    out.requests = mock.request_count();
    return out;
}

}  // namespace

TEST_CASE("Client: a passing failure is tried four times", "[client][retry]") {
    for (int const status : {0, 408, 429, 500, 502, 503, 504}) {
        INFO(status);
        for (Method const method : {Method::get, Method::put, Method::delete_}) {
            CHECK(outcome(method, {status, 200}) == Outcome{200, 2});
            CHECK(outcome(method, {status}) == Outcome{status, 4});
            CHECK(outcome(method, {status}, "{}", at_once(2)) == Outcome{status, 2});
            CHECK(outcome(method, {status}, "{}", at_once(11)) == Outcome{status, 11});
        }
        std::size_t const once = status == 429 ? 4 : 1;  // what creates something is repeated only if it was refused
        for (Method const method : {Method::post, Method::patch})
            CHECK(outcome(method, {status}) == Outcome{status, once});
    }
    CHECK(outcome(Method::get, {500, 0, 503, 504}) == Outcome{504, 4});
    CHECK(outcome(Method::get, {503, 404}) == Outcome{404, 2});
    for (int const status : {400, 401, 403, 404, 409, 422, 501, 505})
        CHECK(outcome(Method::get, {status, 200}) == Outcome{status, 1});
}

TEST_CASE("Client: trouble at an endpoint of Transfer is not tried again", "[client][retry]") {
    auto const body = [](std::string const& code) { return R"({"code": ")" + code + R"("})"; };
    auto const errors = [](std::string const& code) {
        return R"({"errors": [{"x": 1}, {"code": ")" + code + R"("}]})";
    };
    for (char const* code : {"EndpointError", "ExternalError", "ExternalError.DirListingFailed.LoginFailed"}) {
        INFO(code);
        for (int const status : {500, 502, 503}) {
            CHECK(outcome(Method::get, {status, 200}, body(code)) == Outcome{status, 1});
            CHECK(outcome<TransferServiceV2>(Method::get, {status, 200}, errors(code)) == Outcome{status, 1});
        }
        CHECK(outcome(Method::get, {429, 200}, body(code)) == Outcome{200, 2});
    }
    for (char const* code : {"ClientError.EndpointError", "ServiceUnavailable", "EndpointErrors", ""})
        CHECK(outcome(Method::get, {502, 200}, body(code)) == Outcome{200, 2});
    for (char const* text : {"[1]", R"({"code": null})", R"({"errors": []})", R"({"errors": [5]})", "<html>"}) {
        CHECK(outcome(Method::get, {502, 200}, text) == Outcome{200, 2});
        CHECK(outcome<TransferServiceV2>(Method::get, {502, 200}, text) == Outcome{200, 2});
    }
}

TEST_CASE("Client: what Retry-After asks for and the deadline does not have is not waited for", "[client][retry]") {
    auto const started = http::Clock::now();
    for (char const* asked : {"121", "99999999999", "Fri, 31 Dec 2049 23:59:59 GMT"})
        for (int const status : {429, 500, 503})
            CHECK(outcome(Method::get, {status, 200}, "{}", at_once(), {{"Retry-After", asked}}) == Outcome{status, 1});
    for (char const* asked : {"-5", "0", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"})
        CHECK(outcome(Method::get, {503, 200}, "{}", at_once(), {{"Retry-After", asked}}) == Outcome{200, 2});
    CHECK(http::Clock::now() - started < 1s);
}

TEST_CASE("Client: a renewed token is used once and at once, whatever came before", "[client][retry]") {
    struct Row {
        std::vector<int> statuses;
        Outcome outcome;
        std::optional<int> attempts = {};
    };
    Row const rows[] = {
        {{401, 200}, {200, 2}},         {{401, 401, 200}, {401, 2}},    {{500, 401, 200}, {200, 3}},
        {{401, 500, 200}, {200, 3}},    {{0, 401, 200}, {200, 3}},      {{401, 200}, {200, 2}, 1},
        {{401, 500, 200}, {500, 2}, 1}, {{401, 500, 200}, {200, 3}, 2}, {{401, 500, 500, 500, 200}, {200, 5}},
    };
    for (Row const& row : rows) {
        MockTransport mock;
        std::size_t api = 0;
        mock.otherwise([&](http::Request const& request) -> http::Response {
            if (request.url.find("/oauth2/token") != std::string::npos)
                return {.status = 200,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = R"({"access_token": "new", "token_type": "Bearer", "expires_in": 3600,
                                    "resource_server": "transfer.api.globus.org", "scope": "all"})"};
            int const status = row.statuses.at(api++);
            if (status == 0) throw NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost");
            return {.status = status, .body = "{}"};
        });
        Token const token{.access_token = Secret("old"), .refresh_token = Secret("refresh")};
        Client<TransferService, RefreshPolicy<Native>, MockTransport> const client(
            RefreshPolicy(Native("client"), token),
            {.transport = mock, .retry = row.attempts ? at_once(*row.attempts) : at_once()});
        Outcome out;
        try {
            out.status = client.get("x").http_status();
        } catch (ApiError const& error) {
            out.status = error.http_status();
        }
        out.requests = api;
        CHECK(out == row.outcome);
        CHECK(mock.request_count() == api + 1);  // one renewal
        CHECK(client.authorizer().token().refresh_token.reveal() == "refresh");
    }
}
