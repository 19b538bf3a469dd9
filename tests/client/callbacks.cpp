// SPDX-License-Identifier: Apache-2.0
// What a call runs of the user's runs outside of every lock: it may call the client that it was called by.
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

/// Answers every question as Transfer might: listings, tasks, and a refusal of what is closed.
MockTransport service() {
    MockTransport mock;
    mock.otherwise([](http::Request const& request) {
        http::Response answer{.status = 200, .headers = {{"Content-Type", "application/json"}}};
        if (request.url.find("closed") != std::string::npos) {
            answer.status = 403;
            answer.body = R"({"code": "PermissionDenied", "message": "m", "request_id": "r"})";
        } else if (request.url.find("/ls") != std::string::npos) {
            answer.body = R"({"DATA": [{"name": "closed", "type": "dir"}, {"name": "f", "type": "file"}]})";
        } else {
            answer.body = R"({"task_id": "t", "status": "ACTIVE"})";
        }
        return answer;
    });
    return mock;
}

/// How a call ended that had to be cancelled.
template <class F>
std::optional<NetworkError::Kind> ending(F const& call) {
    try {
        call();
    } catch (NetworkError const& error) {
        return error.kind();
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("callbacks: each may call the client that it was called by", "[client]") {
    auto const mock = service();
    std::optional<Transfer> client;
    int called = 0;
    auto const call = [&] {
        ++called;
        CHECK(client->get_task({.task_id = "t"}, {.timeout = 5s})->status == "ACTIVE");
    };
    SECTION("the log hook") {
        bool within = false;
        client.emplace(AccessTokenPolicy{"token"}, Transfer::Options{.transport = mock, .log = [&](LogEvent const&) {
                                                                         if (std::exchange(within, true)) return;
                                                                         call();
                                                                         within = false;
                                                                     }});
        (void)client->task_list();
    }
    SECTION("the sink, the callbacks of helpers, and that of a stop_token") {
        client.emplace(AccessTokenPolicy{"token"}, Transfer::Options{.transport = mock});
        (void)client->get("anything", {}, {.sink = [&](std::string_view) {
                              call();
                              return true;
                          }});
        TaskWait wait{.task_id = "t", .timeout = 2s, .polling_interval = 1s, .first_interval = 1s};
        wait.on_progress = [&](TaskProgress const&) { call(); };
        wait.sleep = [&](std::chrono::duration<double>) {
            call();
            return true;
        };
        (void)client->task_wait(wait);
        RecursiveLs what{.endpoint_id = "e", .path = "/"};
        what.on_error = [&](std::string const&, ApiError const&) {
            call();
            for (FileEntry const& entry : client->recursive_ls({.endpoint_id = "e", .path = "/", .max_depth = 0}))
                CHECK_FALSE(entry.path.empty());
            return true;
        };
        for (FileEntry const& entry : client->recursive_ls(what)) CHECK(entry.depth == 0);
        CHECK(called == 1 + 3 + 2 + 1);
        std::stop_source source;
        std::stop_callback const stopped(source.get_token(), call);
        wait.sleep = nullptr;
        wait.on_progress = [&](TaskProgress const&) { source.request_stop(); };
        CHECK_THROWS_AS(client->task_wait(wait, {.stop = source.get_token()}), TaskWaitCancelled);
    }
    CHECK(called != 0);
}

TEST_CASE("callbacks: each may cancel its own call", "[client]") {
    auto mock = service();
    std::stop_source source;
    CallOptions options{.stop = source.get_token()};
    Transfer const client{AccessTokenPolicy{"token"}, {.transport = mock, .log = [&](LogEvent const& event) {
                                                           if (event.status == 503) source.request_stop();
                                                       }}};
    SECTION("the log hook, between two attempts") {
        mock.reply(503, {}, {{"Retry-After", "20"}});
        CHECK(ending([&] { (void)client.task_list({}, options); }) == NetworkError::Kind::cancelled);
    }
    SECTION("the sink") {
        options.sink = [&](std::string_view) { return false; };
        CHECK(ending([&] { (void)client.get("anything", {}, options); }) == NetworkError::Kind::cancelled);
    }
    SECTION("the callbacks of task_wait") {
        TaskWait wait{.task_id = "t"};
        wait.on_progress = [&](TaskProgress const&) { source.request_stop(); };
        CHECK(ending([&] { (void)client.task_wait(wait, options); }) == NetworkError::Kind::cancelled);
    }
    SECTION("on_error, for the listing that comes next") {
        RecursiveLs what{.endpoint_id = "e", .path = "/"};
        int listed = 0;
        mock.reply(200, R"({"DATA": [{"name": "closed", "type": "dir"}, {"name": "d", "type": "dir"}]})");
        what.on_error = [&](std::string const&, ApiError const&) { return source.request_stop(); };
        CHECK(ending([&] {
                  for (FileEntry const& entry : client.recursive_ls(what, options)) listed += entry.depth == 0;
              }) == NetworkError::Kind::cancelled);
        CHECK(listed == 2);
    }
    CHECK(mock.request_count() <= 2);
}
