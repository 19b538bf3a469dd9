// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>
#include <globus/version.hpp>

#include "support/catch.hpp"
#include "support/clean_line.hpp"

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

/// Decides as DefaultRetry does, and never waits.
struct Hasty : DefaultRetry {
    std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const {
        auto const wait = DefaultRetry::before_retry(attempt);
        if (!wait) return std::nullopt;
        return std::chrono::duration<double>(0);
    }
};

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport, Hasty>;

Transfer make(MockTransport const& transport) { return Transfer{"secret-token", {.transport = transport}}; }

static_assert(ClientConfiguration<TransferService, AccessTokenPolicy, MockTransport>);
static_assert(ClientConfiguration<TransferService, RefreshPolicy<Confidential>, CurlTransport>);
static_assert(ClientConfiguration<TransferService, NullPolicy, AnyTransport>);
static_assert(!ClientConfiguration<TransferService, BasicPolicy, MockTransport>);
static_assert(!ClientConfiguration<TransferService, AccessTokenPolicy, int>);
static_assert(!ClientConfiguration<int, AccessTokenPolicy, MockTransport>);

}  // namespace

TEST_CASE("client: a request as it goes out", "[client]") {
    MockTransport transport;
    transport.reply([](http::Request const& sent) {
        CHECK(sent.headers.find("Authorization") == nullptr);  // a transport gets it as a Secret
        return http::Response{.status = 200, .body = R"({"DATA": []})"};
    });
    Transfer const transfer{"tok", {.transport = transport, .app_name = "app/1"}};
    (void)transfer.operation_ls({.endpoint_id = "a/b%c", .path = "/~/x y&z", .show_hidden = false},
                                {.headers = {{"X-Mine", "1"}}, .query = {{"extra", "e"}}});
    auto const request = transport.requests().at(0);
    CHECK(request.url ==
          "https://transfer.api.globus.org/v0.10/operation/endpoint/a%2Fb%25c/ls?path=%2F~%2Fx+y%26z"
          "&show_hidden=0&extra=e");
    CHECK(request.authorization == Secret("Bearer tok"));
    CHECK(request.headers.get("Accept") == "application/json");
    CHECK(request.headers.get("User-Agent") == "globus-sdk-cpp-" GLOBUS_VERSION_STRING "/app/1");
    CHECK(request.headers.get("X-Globus-Client-Info") == "product=globus-cpp,version=" GLOBUS_VERSION_STRING);
    CHECK(request.headers.get("X-Mine") == "1");
    CHECK(request.headers.get("Authorization") == "Bearer tok");
    CHECK_FALSE(request.fresh_connection);
}

TEST_CASE("client: a parameter that is null is not sent", "[client]") {
    MockTransport transport;
    transport.reply(200, R"({"DATA": []})");
    (void)make(transport).operation_ls({.endpoint_id = "e", .path = null, .show_hidden = null});
    CHECK(transport.requests().at(0).url == "https://transfer.api.globus.org/v0.10/operation/endpoint/e/ls");
}

TEST_CASE("client: bad input is refused before anything is sent", "[client]") {
    MockTransport const transport;
    Transfer const transfer = make(transport);
    for (std::string const& bad : {std::string(), std::string("."), std::string(".."), std::string("a\0b", 3)})
        CHECK_THROWS_AS(transfer.get_task({.task_id = bad}), UsageError);
    CHECK_THROWS_AS(transfer.get("../evil"), UsageError);
    CHECK_THROWS_AS(transfer.get("http://example.org/"), UsageError);
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}, {.headers = {{"X", "a\r\nb"}}}), UsageError);
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}, {.headers = {{"Authorization", "mine"}}}), UsageError);
    CHECK_THROWS_AS((Transfer{"t", {.transport = transport, .base_url = "http://example.org/"}}), UsageError);
    CHECK_THROWS_AS((Transfer{"t", {.transport = transport, .environment = "nowhere"}}), UsageError);
    CHECK_THROWS_AS((Transfer{"t", {.transport = transport, .app_name = "a\nb"}}), UsageError);
    CHECK_THROWS_AS((Transfer{"t", {.transport = transport, .client_info = {{{"product", "a;b"}}}}}), UsageError);
    CHECK(transport.request_count() == 0);
}

TEST_CASE("client: a non-idempotent request goes alone, and once", "[client]") {
    MockTransport transport;
    transport.reply(503);
    Transfer const transfer = make(transport);
    CHECK_THROWS_AS(transfer.post("v0.10/thing", Json{{"a", 1}}), TransferApiError);
    REQUIRE(transport.request_count() == 1);
    CHECK(transport.requests()[0].fresh_connection);
    transport.reply(503).reply(200, "{}");
    CHECK(transfer.post("v0.10/thing", Json{{"a", 1}}, {.retry_as = RetryClass::idempotent}).http_status() == 200);
}

TEST_CASE("client: a read is repeated after a passing failure, not after another", "[client]") {
    MockTransport transport;
    Transfer const transfer = make(transport);
    transport.reply(503)
        .reply(500)
        .fail(NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "gone"))
        .reply(200, R"({"task_id": "t"})");
    CHECK(transfer.get_task({.task_id = "t"})->task_id == "t");
    transport.clear();
    for (int i = 0; i != 9; ++i) transport.reply(502);
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}), TransferApiError);
    CHECK(transport.request_count() == 4);
    transport.clear();
    transport.reply(502, R"({"code": "ExternalError.DirListingFailed.GCDisconnected", "message": "m"})");
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}), TransferApiError);
    transport.reply(404);
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}), TransferApiError);
    CHECK(transport.request_count() == 2);
}

TEST_CASE("client: an answer that is cut off is asked for again, one that stays so is an error", "[client]") {
    MockTransport transport;
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{
        "token", {.transport = transport, .retry = {.base = std::chrono::seconds(0)}}};
    transport.reply(200, R"({"task_id": "t)").reply(200, R"({"task_id": "t"})");
    CHECK(transfer.get_task({.task_id = "t"})->task_id == "t");
    transport.clear();
    for (int i = 0; i != 4; ++i) transport.reply(200, R"({"task_id": "t)");
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}), DecodeError);
    CHECK(transport.left() == 0);
    transport.reply(200, R"({"task_id": "t)").reply(200, R"({"task_id": "t"})");
    CHECK(transfer.get_task({.task_id = "t"}, {.keep_text = false})->task_id == "t");
}

TEST_CASE("client: 503 and then 401 still renews once, a 401 that stays is an error", "[client]") {
    auto const token = [](char const* name) {
        return std::string(R"({"access_token": ")") + name +
               R"(", "token_type": "Bearer", "expires_in": 3600, "resource_server": "transfer.api.globus.org"})";
    };
    MockTransport transport;
    Client<TransferService, RefreshPolicy<Native>, MockTransport, Hasty> const transfer{
        RefreshPolicy{Native{"id"}, Token{.access_token = "a", .refresh_token = "rt"}}, {.transport = transport}};
    transport.reply(503).reply(401).reply(200, token("b")).reply(200, R"({"task_id": "t"})");
    CHECK(transfer.get_task({.task_id = "t"})->task_id == "t");
    CHECK(transport.requests().back().authorization == Secret("Bearer b"));
    transport.clear();
    transport.reply(401).reply(200, token("c")).reply(401);
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}), TransferApiError);
    CHECK(transport.request_count() == 3);
    transport.clear();
    transport.reply(403);
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}), TransferApiError);
    CHECK(transport.request_count() == 1);
}

TEST_CASE("client: credentials stay on the client's own origin", "[client]") {
    MockTransport transport;
    transport.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    Transfer const transfer = make(transport);
    (void)transfer.get("https://elsewhere.example.org/x");
    (void)transfer.get("https://transfer.api.globus.org/v0.10/x");
    (void)transfer.get("https://transfer.api.globus.org:444/v0.10/x");
    auto const requests = transport.requests();
    CHECK(requests[0].authorization.empty());
    CHECK(requests[1].authorization == Secret("Bearer secret-token"));
    CHECK(requests[2].authorization.empty());
}

TEST_CASE("client: redirects are followed for a read on the same origin only", "[client]") {
    MockTransport transport;
    Transfer const transfer = make(transport);
    auto const redirect = [&](int status, std::string location) {
        transport.clear();
        transport.reply(status, {}, {{"Location", std::move(location)}}).reply(200, R"({"task_id": "t"})");
    };
    redirect(302, "/v0.10/moved");
    CHECK(transfer.get_task({.task_id = "t"})->task_id == "t");
    CHECK(transport.requests().back().url == "https://transfer.api.globus.org/v0.10/moved");
    for (char const* location :
         {"https://evil.example.org/", "//evil.example.org/", "http://transfer.api.globus.org/",
          "https://transfer.api.globus.org:1/", "https://u@transfer.api.globus.org/", "file:///etc", "data:,x", ""}) {
        for (int const status : {301, 302, 303, 307, 308}) {
            redirect(status, location);
            CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}), NetworkError);
            CHECK(transport.request_count() == 1);
        }
    }
    redirect(307, "/v0.10/moved");
    CHECK_THROWS_AS(transfer.post("v0.10/x", Json{{"a", 1}}), NetworkError);
    CHECK(transport.request_count() == 1);
}

TEST_CASE("client: a deadline ends the waits, a stop ends the call", "[client]") {
    MockTransport transport;
    transport.otherwise([](http::Request const&) {
        return http::Response{.status = 503, .headers = {{"Retry-After", "3600"}}};
    });
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"t", {.transport = transport}};
    auto const begin = http::Clock::now();
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}, {.timeout = 5s}), TransferApiError);
    CHECK(http::Clock::now() - begin < 1s);
    std::stop_source stop;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(30ms);
        stop.request_stop();
    });
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}, {.timeout = 7200s, .stop = stop.get_token()}), NetworkError);
    CHECK(http::Clock::now() - begin < 1s);
}

TEST_CASE("client: the log hook is told of every attempt, and of no secret", "[client]") {
    MockTransport transport;
    transport.reply(503).reply(200, "{}", {{"X-Request-ID", "r1"}});
    std::string log;
    Transfer const transfer{"canary-token", {.transport = transport, .log = [&](LogEvent const& event) {
                                                 CHECK(event.service == "transfer");
                                                 CHECK(event.operation == "GetTask");
                                                 log += std::string(event.method) + ' ' + std::string(event.url) + ' ' +
                                                        std::to_string(event.status) + ' ' +
                                                        std::string(event.request_id) + '\n';
                                                 throw 1;  // must not matter
                                             }}};
    (void)transfer.get_task({.task_id = "t", .query_params = {{"code", "canary-query"}}});
    CHECK(log ==
          "GET https://transfer.api.globus.org/v0.10/task/t 503 \n"
          "GET https://transfer.api.globus.org/v0.10/task/t 200 r1\n");
}

TEST_CASE("client: the log hook is told of the token request that a call needs", "[client]") {
    MockTransport transport;
    transport.reply(200, R"({"access_token": "canary-token", "token_type": "Bearer", "expires_in": 3600, "scope": "s",
                             "resource_server": "transfer.api.globus.org"})");
    transport.reply(200, "{}").reply(200, "{}");
    std::string log;
    Client<TransferService, ClientCredentialsPolicy, MockTransport> const transfer{
        ClientCredentialsPolicy({"id", "canary-secret"}, "s"),
        {.transport = transport, .log = [&](LogEvent const& event) {
             log += std::string(event.service) + ' ' + std::string(event.operation) + ' ' + std::string(event.url) +
                    ' ' + std::to_string(event.attempt) + ' ' + std::to_string(event.status) + '\n';
         }}};
    (void)transfer.get_task({.task_id = "t"});
    (void)transfer.get("v0.10/new");
    CHECK(log ==
          "auth token https://auth.globus.org/v2/oauth2/token 1 200\n"
          "transfer GetTask https://transfer.api.globus.org/v0.10/task/t 1 200\n"
          "transfer  https://transfer.api.globus.org/v0.10/new 1 200\n");
}

TEST_CASE("client: no answer makes lines or controls of its own in a log", "[client]") {
    MockTransport transport;
    transport.reply(200, "{}",
                    {{"X-Request-ID", "r1\x1b]0;me\x07\n2025-01-01 logged in \xe2\x80\xae" + std::string(9000, 'x')}});
    transport.fail(NetworkError(NetworkError::Kind::connect, NetworkError::Sent::no, "the proxy said: no\r\n\x1b[2J"));
    std::vector<std::string> texts;
    auto const hook = [&](LogEvent const& event) {
        for (std::string_view const text : {event.method, event.url, event.request_id, event.error})
            texts.emplace_back(text);
    };
    Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry> const transfer{
        "token", {.transport = transport, .log = hook}};
    (void)transfer.get_task({.task_id = "t"});
    CHECK_THROWS_AS(transfer.get_task({.task_id = "t"}), NetworkError);
    REQUIRE(texts.size() == 8);
    for (std::string const& text : texts) {
        CHECK(is_clean_line(text));
        CHECK(text.size() <= 1000);
    }
    CHECK(texts[2].starts_with("r1"));
    CHECK(texts[7].starts_with("the proxy said: no"));
}

TEST_CASE("client: try_send returns what send throws", "[client]") {
    MockTransport transport;
    transport.reply(403, R"({"code": "PermissionDenied", "message": "no", "request_id": "r"})")
        .reply(200, R"({"task_id": "t"})");
    Transfer const transfer = make(transport);
    auto const refused = transfer.try_send(GetTask{.task_id = "t"});
    REQUIRE_FALSE(refused);
    auto const* error = dynamic_cast<TransferApiError const*>(&refused.error());
    REQUIRE(error != nullptr);
    CHECK(error->code() == "PermissionDenied");
    CHECK(error->http_status() == 403);
    CHECK((*transfer.try_send(GetTask{.task_id = "t"}))->task_id == "t");
}

TEST_CASE("client: what does not fit the type is absent, text and JSON have all of it", "[client][response]") {
    MockTransport transport;
    transport.reply(200, R"({"task_id": "t", "files": "many", "new": [1]})").reply(200, "[1]");
    Transfer const transfer = make(transport);
    auto const task = transfer.get_task({.task_id = "t"});
    CHECK(task->files.is_absent());
    CHECK(task.mismatch().find("files") != std::string::npos);
    CHECK(task.json().at("new").at(0) == 1);
    CHECK(task.json().at("files") == "many");
    auto const list = transfer.get_task({.task_id = "t"});
    CHECK_THROWS_AS(*list, DecodeError);
    CHECK(list.text() == "[1]");
}

TEST_CASE("client: a copy of the JSON lives on its own, in whichever thread", "[client][response]") {
    auto const own = [](Json const& value) { return *value.storage() == *boost::json::storage_ptr(); };
    MockTransport transport;
    transport.reply(200, R"({"task_id": "t", "new": [{"a": "a text that is too long to be kept within a value"}]})");
    Json const copy = make(transport).get_task({.task_id = "t"}).json();
    CHECK(own(copy));
    CHECK(own(copy.at("new").at(0)));
    CHECK(copy.at("new").at(0).at("a") == "a text that is too long to be kept within a value");

    transport.reply(200, R"({"DATA": [{"list": [1, 2]}, {"list": [3]}], "has_next_page": false})");
    auto const answer = make(transport).get("v0.10/anything");
    std::vector<Json> kept(4);
    {
        std::vector<std::jthread> threads;
        for (Json& place : kept) threads.emplace_back([&] { place = Json(answer->at("DATA")); });
    }
    for (Json const& value : kept) CHECK((own(value) && value == answer.json().at("DATA")));
}

TEST_CASE("client: submissions carry one key, in the result and in every error", "[client][submit]") {
    MockTransport transport;
    Transfer const transfer = make(transport);
    TransferData data{.source_endpoint = "s", .destination_endpoint = "d"};
    data.add_item({.source_path = "/a", .destination_path = "/b"});
    transport.reply(200, R"({"value": "key-1"})")
        .fail(NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost"))
        .reply(503)
        .reply(200, R"({"task_id": "t", "code": "Duplicate"})");
    CHECK(transfer.submit_transfer(data)->code == "Duplicate");
    auto const requests = transport.requests();
    REQUIRE(requests.size() == 4);
    CHECK(requests[1].body.find("key-1") != std::string::npos);
    CHECK(requests[2].body == requests[1].body);
    CHECK(requests[3].body == requests[1].body);
    data.submission_id = "key-2";
    transport.reply(400, R"({"code": "ClientError.BadRequest", "message": "m"})");
    try {
        (void)transfer.submit_transfer(data);
        FAIL();
    } catch (TransferApiError const& error) {
        CHECK(submission_id(error) == "key-2");
    }
    for (int i = 0; i != 4; ++i)
        transport.fail(NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost"));
    try {
        (void)transfer.submit_transfer(data);
        FAIL();
    } catch (NetworkError const& error) {
        CHECK(submission_id(error) == "key-2");
    }
}
