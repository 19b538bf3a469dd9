// SPDX-License-Identifier: Apache-2.0
// What a caller is told when an earlier attempt may have done it, and what errors say.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

template <class S>
Client<S, AccessTokenPolicy, MockTransport> client_on(MockTransport const& mock, LogHook log = {}) {
    return Client<S, AccessTokenPolicy, MockTransport>{
        "token", {.transport = mock, .retry = {.base = 0s, .throttled = 0s}, .log = std::move(log)}};
}

MockTransport& lose(MockTransport& mock) {
    return mock.fail(NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost"));
}
MockTransport& refuse_connection(MockTransport& mock) {
    return mock.fail(NetworkError(NetworkError::Kind::connect, NetworkError::Sent::no, "nobody listens"));
}

constexpr char const* exists = R"({"code": "ExternalError.MkdirFailed.Exists", "message": "Path already exists"})";
constexpr char const* not_found = R"({"code": "ClientError.NotFound", "message": "Path not found"})";

}  // namespace

TEST_CASE("Client: what an earlier attempt has done is a success that says so", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    lose(mock).reply(502, exists);
    auto const made = transfer.operation_mkdir({.endpoint_id = "e", .path = "/d"});
    CHECK(made.replayed());
    CHECK(made.http_status() == 502);
    lose(mock).reply(404, not_found);
    CHECK(transfer.operation_rename({.endpoint_id = "e", .oldpath = "/a", .newpath = "/b"}).replayed());
    mock.reply(500, "{}").reply(404, R"({"code": "BookmarkNotFound"})");
    CHECK(transfer.delete_bookmark({.bookmark_id = "b"}).replayed());
    mock.reply(200, R"({"DATA_TYPE": "resul)").reply(404, R"({"code": "BookmarkNotFound"})");
    CHECK(transfer.delete_("v0.10/bookmark/b").replayed());
    mock.reply(200, R"({"code": "DirectoryCreated"})");
    CHECK_FALSE(transfer.operation_mkdir({.endpoint_id = "e", .path = "/d"}).replayed());
}

TEST_CASE("Client: the same error is an error where nothing can have been done", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    mock.reply(502, exists);
    CHECK_THROWS_AS(transfer.operation_mkdir({.endpoint_id = "e", .path = "/d"}), TransferApiError);
    refuse_connection(mock).reply(404, not_found);
    CHECK_THROWS_AS(transfer.operation_rename({.endpoint_id = "e", .oldpath = "/a", .newpath = "/b"}),
                    TransferApiError);
    mock.reply(429, "{}").reply(404, R"({"code": "BookmarkNotFound"})");
    CHECK_THROWS_AS(transfer.delete_bookmark({.bookmark_id = "b"}), TransferApiError);
    lose(mock).reply(404, "<html>no such page</html>", {{"Content-Type", "text/html"}});  // of a proxy
    CHECK_THROWS_AS(transfer.delete_bookmark({.bookmark_id = "b"}), TransferApiError);
}

TEST_CASE("Client: an error says whether it may have been done", "[client][outcome]") {
    MockTransport mock;
    auto const groups = client_on<GroupsService>(mock);
    auto const unknown = [&] {
        auto const answer = groups.try_send(groups::CreateGroup{.data = Json{{"name", "n"}}});
        REQUIRE_FALSE(answer);
        return answer.error().outcome_unknown();
    };
    lose(mock);
    CHECK(unknown());
    mock.reply(503, "{}");
    CHECK(unknown());
    mock.reply(201, R"({"name": "n)");
    CHECK(unknown());
    mock.reply(400, "{}");
    CHECK_FALSE(unknown());
    for (int i = 0; i != 4; ++i) refuse_connection(mock);
    CHECK_FALSE(unknown());
    for (int i = 0; i != 4; ++i) lose(mock);
    auto const listing = groups.try_send(groups::GetMyGroups{});
    REQUIRE_FALSE(listing);
    CHECK_FALSE(listing.error().outcome_unknown());  // it only reads
    CHECK(mock.left() == 0);
}

TEST_CASE("Client: a sink that has taken a piece is not given it again", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    std::string taken;
    auto const sink = [&](std::string_view piece) {
        taken += piece;
        return true;
    };
    mock.reply([](http::Request const& request) -> http::Response {
        request.sink("01234");
        throw NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "cut off");
    });
    CHECK_THROWS_AS(transfer.get("file", {}, {.sink = sink}), NetworkError);
    CHECK(taken == "01234");
    CHECK(mock.request_count() == 1);
    taken.clear();
    lose(mock).reply(200, "0123456789");
    CHECK(transfer.get("file", {}, {.sink = sink}).http_status() == 200);
    CHECK(taken == "0123456789");
}

TEST_CASE("Client: a stream that was read is not sent again, but the token is renewed", "[client][outcome]") {
    MockTransport mock;
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const transfer{
        RefreshPolicy{Native{"client"}, Token{.access_token = "old", .refresh_token = "rt"}}, {.transport = mock}};
    auto const put = [&] {
        http::Request request;
        request.method = http::Method::put;
        request.url = transfer.base_url() + "file";
        request.source = [](char*, std::size_t) { return std::size_t{0}; };
        return transfer.exchange<Response<Json>>(std::move(request), RetryClass::idempotent);
    };
    mock.reply(401, "{}");
    mock.reply(200, R"({"access_token": "new", "token_type": "Bearer", "expires_in": 3600, "scope": "s",
                        "resource_server": "transfer.api.globus.org"})");
    CHECK_THROWS_AS(put(), TransferApiError);
    mock.reply(200, "{}");
    CHECK(put().http_status() == 200);
    CHECK(mock.requests().back().authorization == Secret("Bearer new"));
}

TEST_CASE("Client: an answer that cannot be read says what was asked and answered", "[client][outcome]") {
    MockTransport mock;
    std::vector<std::int64_t> waits;
    auto const transfer =
        client_on<TransferService>(mock, [&](LogEvent const& event) { waits.push_back(event.retry_in.count()); });
    for (int i = 0; i != 4; ++i) mock.reply(200, R"({"DATA": [)", {{"X-Request-ID", "r-1"}});
    try {
        (void)transfer.task_list();
        FAIL("it is cut off");
    } catch (DecodeError const& error) {
        std::string const what = error.what();
        for (char const* part : {"GET https://transfer.api.globus.org/v0.10/task_list", "200", "r-1"})
            CHECK_THAT(what, Catch::Matchers::ContainsSubstring(part));
        CHECK(error.body() == R"({"DATA": [)");
    }
    CHECK(waits == std::vector<std::int64_t>{0, 0, 0, -1});
    for (int i = 0; i != 4; ++i) mock.reply(200, "");
    CHECK_THROWS_AS(transfer.task_list(), DecodeError);
    CHECK(mock.left() == 0);
    for (int i = 0; i != 4; ++i) mock.reply(200, "");
    CHECK_THROWS_AS(transfer.task_list({}, {.keep_text = false}), DecodeError);
}

TEST_CASE("Client: an answer that is whole and no JSON is not asked for again", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    for (bool const keep_text : {true, false})
        for (char const* text : {"<html>Service</html>", R"({"DATA": []} {"DATA": []})", R"({"DATA": tru]})",
                                 "{'DATA': []}", "{\"DATA\": \xC3\x28}"}) {
            INFO(text);
            mock.clear();
            mock.reply(200, text).reply(200, R"({"DATA": []})");
            CHECK_THROWS_AS(transfer.task_list({}, {.keep_text = keep_text}), DecodeError);
            CHECK(mock.left() == 1);
            for (char const* cut : {R"({"DATA": [)", R"({"DATA": tr)", "{\"DATA\": \"\xC3"}) {
                INFO(cut);
                mock.clear();
                mock.reply(200, cut).reply(200, R"({"DATA": []})");
                CHECK(transfer.task_list({}, {.keep_text = keep_text}).http_status() == 200);
                CHECK(mock.left() == 0);
            }
        }
}

TEST_CASE("Client: a renewal that fails is not the service's failure", "[client][outcome]") {
    MockTransport mock;
    Client<GroupsService, RefreshPolicy<Native>, MockTransport> const groups{
        RefreshPolicy{Native{"client"}, Token{.access_token = "old", .refresh_token = "rt"}},
        {.transport = mock, .retry = {.base = 0s, .throttled = 0s}}};
    mock.reply(401, "{}");
    lose(mock);
    lose(mock);
    try {
        (void)groups.create_group({.data = Json{{"name", "n"}}});
        FAIL("there is no token");
    } catch (NetworkError const& error) {
        CHECK_FALSE(error.outcome_unknown());
    }
    CHECK(mock.request_count() == 3);  // and no second layer of attempts
}

TEST_CASE("Client: threads that share an error of a renewal do not share a submission id", "[client][outcome]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) {
        return http::Response{
            .status = 400, .headers = {{"Content-Type", "application/json"}}, .body = R"({"error": "invalid_grant"})"};
    });
    Client<TransferService, RefreshPolicy<Native>, MockTransport> const transfer{
        RefreshPolicy{Native{"client"}, "refused"}, {.transport = mock}};
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != 8; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i != 50; ++i) {
                    std::string const id = std::to_string(t) + '-' + std::to_string(i);
                    TransferData data{.source_endpoint = "a", .destination_endpoint = "b", .submission_id = id};
                    data.add_item({.source_path = "/a", .destination_path = "/b"});
                    try {
                        (void)transfer.submit_transfer(data);
                    } catch (AuthApiError const& error) {
                        right += submission_id(error) == id;
                    }
                }
            });
    }
    CHECK(right == 400);
    auto const other = transfer.try_send(TaskList{});
    REQUIRE_FALSE(other);
    CHECK(submission_id(other.error()).empty());
}

TEST_CASE("Client: a submission has an id in every error, and never an empty one", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    TransferData const data{
        .source_endpoint = "a", .destination_endpoint = "b", .DATA = {{.source_path = "/a", .destination_path = "/b"}}};
    mock.reply(200, R"({"value": "fetched"})");
    mock.reply(202, "{garbage");
    try {
        (void)transfer.submit_transfer(data);
        FAIL("it cannot be read");
    } catch (DecodeError const& error) {
        CHECK(submission_id(error) == "fetched");
        CHECK(error.outcome_unknown());
    }
    for (char const* answer : {"{}", R"({"value": ""})", R"({"value": null})"}) {
        mock.reply(200, answer);
        CHECK_THROWS_AS(transfer.submit_transfer(data), DecodeError);
    }
    TransferData empty = data;
    empty.submission_id = "";
    CHECK_THROWS_AS(transfer.submit_transfer(empty), UsageError);
    CHECK(mock.left() == 0);
}

TEST_CASE("Client: what cannot be a call is refused before it is sent", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    for (double const seconds : {-1.0, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(transfer.task_list({}, {.timeout = std::chrono::duration<double>(seconds)}), UsageError);
    for (char const* url : {"https://user:word@transfer.api.globus.org/x", "https://transfer.api.globus.org/x#part",
                            "https://transfer.api.globus.org/x\r\nX-Evil: 1", "https://transfer.api.globus.org/a b"})
        CHECK_THROWS_AS(transfer.get(url), UsageError);
    CHECK_THROWS_AS((Client<TransferService, AccessTokenPolicy, MockTransport>{"t",
                                                                               {.transport = mock,
                                                                                .base_url = "https://a.example/",
                                                                                .environment = "productoin",
                                                                                .auth_url = "https://b.example/"}}),
                    UsageError);
    CHECK(mock.request_count() == 0);
}

TEST_CASE("Client: a redirect that leads nowhere is no document", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    for (int const status : {300, 302, 304, 305, 399}) {
        mock.reply(status, "{}");
        CHECK_THROWS_AS(transfer.task_list(), TransferApiError);
        mock.reply(status, "{}");
        CHECK(transfer.get("v0.10/task_list").http_status() == status);
    }
}

TEST_CASE("Client: the limit of an answer's size holds where its text is not kept, too", "[client][outcome]") {
    MockTransport mock;
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{
        "token", {.transport = mock, .max_response_bytes = 1000}};
    std::string const page = R"({"DATA": [{"label": ")" + std::string(1000, 'x') + "\"}]}";
    for (bool const keep_text : {true, false}) {
        mock.reply(200, page);
        auto const answer = transfer.try_send(TaskList{}, {.keep_text = keep_text});
        REQUIRE_FALSE(answer);
        auto const* error = dynamic_cast<NetworkError const*>(&answer.error());
        REQUIRE(error != nullptr);
        CHECK(error->kind() == NetworkError::Kind::too_large);
    }
    mock.reply(200, page);
    CHECK_THROWS_AS(
        [&] {
            for (Task const& task : transfer.paginate(TaskList{})) (void)task;
        }(),
        NetworkError);
    CHECK(mock.request_count() == 3);
}

TEST_CASE("Client: several requests of one call share its deadline", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    std::vector<http::Clock::time_point> deadlines;
    auto const note = [&](char const* body) {
        mock.reply([&deadlines, body](http::Request const& request) {
            deadlines.push_back(request.deadline);
            std::this_thread::sleep_for(20ms);
            return http::Response{.status = 200, .body = body};
        });
    };
    note(R"({"value": "id"})");
    note(R"({"task_id": "t", "code": "Accepted"})");
    TransferData data{.source_endpoint = "a", .destination_endpoint = "b"};
    data.add_item({.source_path = "/a", .destination_path = "/b"});
    (void)transfer.submit_transfer(data, {.timeout = 5s});
    REQUIRE(deadlines.size() == 2);
    CHECK(deadlines[0] == deadlines[1]);
}

TEST_CASE("Client: a retry that the deadline leaves no time for costs nothing of the budget", "[client][outcome]") {
    MockTransport mock;
    DefaultRetry const retry;
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"token",
                                                                             {.transport = mock, .retry = retry}};
    for (int i = 0; i != 60; ++i) {
        mock.reply(503, "{}", {{"Retry-After", "3600"}});
        auto const answer = transfer.try_send(TaskList{});
        REQUIRE_FALSE(answer);
        CHECK(dynamic_cast<ApiError const&>(answer.error()).retry_after() == std::chrono::hours(1));
    }
    CHECK(retry.budget->left() == RetryBudget::capacity);
}

TEST_CASE("Client: a sink may take a document, of which nothing is left then", "[client][outcome]") {
    MockTransport mock;
    auto const transfer = client_on<TransferService>(mock);
    std::string taken;
    mock.reply(200, R"({"DATA": []})");
    auto const answer = transfer.task_list({}, {.sink = [&](std::string_view piece) {
                                               taken += piece;
                                               return true;
                                           }});
    CHECK(taken == R"({"DATA": []})");
    CHECK(answer.text().empty());
}
