// SPDX-License-Identifier: Apache-2.0
// Every wait has an end: bars B6 and B7, each kind of silence alone.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/parse.hpp>

#include "support/catch.hpp"
#include "support/deaf.hpp"
#include "support/drivers.hpp"
#include "support/grace.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

template <class Driver>
using Transfer = ClientBy<Driver, TransferService, AccessTokenPolicy>;

template <class Driver>
Transfer<Driver> client_at(std::string const& url, std::string const& token = "t") {
    return Transfer<Driver>{token, {.base_url = url, .auth_url = url}};
}

using Sent = NetworkError::Sent;

/// The call ends by its deadline; and it ends soon after a stop. Its errors say whether it was sent.
void ends_in_time(std::function<void(CallOptions const&)> const& call, std::optional<Sent> sent) {
    for (auto const timeout : {300ms, 700ms}) {
        auto const begin = http::Clock::now();
        try {
            call({.timeout = timeout});
            FAIL("there was no time for the call");
        } catch (NetworkError const& error) {
            if (sent) CHECK(error.sent() == *sent);
        } catch (ApiError const&) {  // of the attempt before
        }
        CHECK(http::Clock::now() - begin < timeout + grace);
    }
    std::stop_source stop;
    http::Clock::time_point asked;
    std::jthread const stopper([&] {
        std::this_thread::sleep_for(200ms);
        asked = http::Clock::now();
        stop.request_stop();
    });
    try {
        call({.timeout = 30s, .stop = stop.get_token()});
        FAIL("the call was stopped");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::cancelled);
        if (sent) CHECK(error.sent() == *sent);
    }
    CHECK(http::Clock::now() - asked < 100ms + (grace - 250ms));
}

/// The same against a sandbox that does `action` to every listing of tasks.
template <class Driver>
void ends_in_time_with(char const* phase, char const* action) {
    sandbox::Server server;
    auto const transfer = client_at<Driver>(server.base_url(), server.user_token("transfer.api.globus.org"));
    server.add_fault(boost::json::parse(std::string(R"({"match": {"operation": "task_list"}, "phase": ")") + phase +
                                        R"(", "times": "always", "action": )" + action + "}"));
    ends_in_time([&](CallOptions const& options) { (void)transfer.task_list({}, options); }, Sent::yes);
}

}  // namespace

TEMPLATE_TEST_CASE("B6 B7: a server that accepts and says nothing", "[reliability][B6][B7]", Blocking, Asynchronous) {
    Deaf const deaf(16);
    auto const transfer = client_at<TestType>(deaf.url("http"));
    ends_in_time([&](CallOptions const& options) { (void)transfer.task_list({}, options); }, Sent::yes);
}

TEMPLATE_TEST_CASE("B6 B7: a connection that is never made", "[reliability][B6][B7]", Blocking, Asynchronous) {
    Deaf deaf(0);
    deaf.fill(4);
    auto const transfer = client_at<TestType>(deaf.url("http"));
    ends_in_time([&](CallOptions const& options) { (void)transfer.task_list({}, options); }, Sent::no);
}

TEMPLATE_TEST_CASE("B6 B7: a TLS handshake that stalls", "[reliability][B6][B7]", Blocking, Asynchronous) {
    Deaf const deaf(16);
    auto const transfer = client_at<TestType>(deaf.url("https"));
    ends_in_time([&](CallOptions const& options) { (void)transfer.task_list({}, options); }, Sent::no);
}

TEMPLATE_TEST_CASE("B6 B7: an answer that does not begin", "[reliability][B6][B7]", Blocking, Asynchronous) {
    ends_in_time_with<TestType>("before_commit", R"({"type": "stall"})");
}

TEMPLATE_TEST_CASE("B6 B7: an answer of one byte a second", "[reliability][B6][B7]", Blocking, Asynchronous) {
    ends_in_time_with<TestType>("in_body", R"({"type": "dribble", "bytes_per_s": 1})");
}

TEMPLATE_TEST_CASE("B6 B7: headers of one byte a second", "[reliability][B6][B7]", Blocking, Asynchronous) {
    ends_in_time_with<TestType>("in_body", R"({"type": "dribble", "bytes_per_s": 1, "head": true})");
}

TEMPLATE_TEST_CASE("B6 B7: a wait between attempts", "[reliability][B6][B7]", Blocking, Asynchronous) {
    ends_in_time_with<TestType>("after_body", R"({"type": "status", "code": 503, "retry_after": {"seconds": 20}})");
}

TEMPLATE_TEST_CASE("B6 B7: attempts without end", "[reliability][B6][B7]", Blocking, Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_at<TestType>(server.base_url(), server.user_token("transfer.api.globus.org"));
    server.add_fault(boost::json::parse(
        R"({"match": {"operation": "task_list"}, "phase": "after_body", "times": "always", "action": {"type": "status", "code": 503}})"));
    auto const begin = http::Clock::now();
    CHECK_THROWS_AS(transfer.task_list({}, {.timeout = 400ms}), Error);  // the last attempt may run out of time, too
    CHECK(http::Clock::now() - begin < 400ms + grace);
}

TEMPLATE_TEST_CASE("B6 B7: a renewal that stalls is inside the call's deadline", "[reliability][B6][B7]", Blocking,
                   Asynchronous) {
    sandbox::Server server;
    server.add_fault(boost::json::parse(
        R"({"match": {"operation": "oauth2_refresh_token"}, "phase": "before_commit", "times": "always", "action": {"type": "stall"}})"));
    ClientBy<TestType, TransferService, RefreshPolicy<Native>> const transfer{
        RefreshPolicy{Native{server.native_client_id()}, server.issue_refresh_token("transfer.api.globus.org")},
        {.base_url = server.base_url(), .auth_url = server.base_url()}};
    ends_in_time([&](CallOptions const& options) { (void)transfer.task_list({}, options); }, {});
}

TEMPLATE_TEST_CASE("B6 B7: a renewal that another thread makes", "[reliability][B6][B7]", Blocking, Asynchronous) {
    sandbox::Server server;
    server.add_fault(boost::json::parse(
        R"({"match": {"operation": "oauth2_refresh_token"}, "phase": "before_commit", "times": 1, "action": {"type": "stall", "ms": 3000}})"));
    ClientBy<TestType, TransferService, RefreshPolicy<Native>> const transfer{
        RefreshPolicy{Native{server.native_client_id()}, server.issue_refresh_token("transfer.api.globus.org")},
        {.base_url = server.base_url(), .auth_url = server.base_url()}};
    auto renewing = std::async(std::launch::async, [&] { return transfer.task_list().http_status(); });
    while (server.count("oauth2_refresh_token") == 0) std::this_thread::sleep_for(1ms);
    ends_in_time([&](CallOptions const& options) { (void)transfer.task_list({}, options); }, Sent::no);
    CHECK(renewing.get() == 200);  // who waited and gave up did not end it
    CHECK(server.count("oauth2_refresh_token") == 1);
}

TEMPLATE_TEST_CASE("B6 B7: a server that does not read what is sent", "[reliability][B6][B7]", Blocking, Asynchronous) {
    Deaf const deaf(16);
    auto const transfer = client_at<TestType>(deaf.url("http"));
    std::string const large(std::size_t{32} << 20, 'x');  // more than the kernel takes
    ends_in_time(
        [&](CallOptions const& options) {
            (void)transfer.request({.method = http::Method::post, .path = "x", .body = large}, options);
        },
        Sent::yes);
}

TEMPLATE_TEST_CASE("B6 B7: answers 1xx that come slowly and without end", "[reliability][B6][B7]", Blocking,
                   Asynchronous) {
    Deaf const waiting(16);
    std::jthread const server([&](std::stop_token const& stop) {
        std::vector<int> connections;
        while (!stop.stop_requested()) {
            for (int one; (one = waiting.accept()) >= 0;) connections.push_back(one);
            for (int const one : connections) (void)!::send(one, "HTTP/1.1 102 Processing\r\n\r\n", 27, MSG_NOSIGNAL);
            std::this_thread::sleep_for(100ms);
        }
        for (int const one : connections) ::close(one);
    });
    auto const transfer = Transfer<TestType>{"t",
                                             {.transport = TestType::transport({.max_informational = 1000}),
                                              .base_url = waiting.url("http"),
                                              .auth_url = waiting.url("http")}};
    ends_in_time([&](CallOptions const& options) { (void)transfer.task_list({}, options); }, Sent::yes);
}

TEMPLATE_TEST_CASE("B6: answers 1xx without end are refused", "[reliability][B6]", Blocking, Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_at<TestType>(server.base_url(), server.user_token("transfer.api.globus.org"));
    server.add_fault(boost::json::parse(
        R"({"match": {"operation": "task_list"}, "phase": "in_body", "times": "always", "action": {"type": "informational", "count": 200}})"));
    auto const begin = http::Clock::now();
    CHECK_THROWS_AS(transfer.task_list({}, {.timeout = 2s}), NetworkError);
    CHECK(http::Clock::now() - begin < 2s + grace);
}
