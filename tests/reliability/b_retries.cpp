// SPDX-License-Identifier: Apache-2.0
// What is sent twice, and what is not: bars B1 to B5 and B8, over real connections.
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/search.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

template <class Service, class Retry = DefaultRetry>
Client<Service, AccessTokenPolicy, CurlTransport, Retry> client_of(sandbox::Session& server, Retry retry = {}) {
    return Client<Service, AccessTokenPolicy, CurlTransport, Retry>{
        server.user_token(Service::resource_server),
        {.retry = std::move(retry), .base_url = server.base_url(), .auth_url = server.base_url(), .timeout = 20s}};
}

boost::json::value rule(std::string const& operation, std::string const& phase, std::string const& action,
                        std::string const& times = "\"always\"") {
    return boost::json::parse(R"({"match": {"operation": ")" + operation + R"("}, "phase": ")" + phase +
                              R"(", "times": )" + times + R"(, "action": )" + action + "}");
}

TransferData some_files(sandbox::Session const& server) {
    TransferData data{.source_endpoint = server.source_collection(),
                      .destination_endpoint = server.destination_collection()};
    data.add_item({.source_path = "/file1.txt", .destination_path = "/copy-of-file1.txt"});
    return data;
}

DefaultRetry quick() {
    return {.base = std::chrono::duration<double>(0.01), .throttled = std::chrono::duration<double>(0.01)};
}

}  // namespace

TEST_CASE("B1: a create whose answer is lost is sent once, and says that its outcome is unknown", "[reliability][B1]") {
    sandbox::Server server;
    auto const groups = client_of<GroupsService>(server);
    for (char const* action :
         {R"({"type": "reset"})", R"({"type": "close"})", R"({"type": "status", "code": 500})",
          R"({"type": "status", "code": 503})", R"({"type": "status", "code": 502, "html": true})"}) {
        server.clear_journal();
        server.clear_faults();
        server.add_fault(rule("create_group", "after_commit", action));
        try {
            (void)groups.create_group({.data = Json{{"name", "n"}, {"description", "d"}}});
            FAIL("the answer was lost");
        } catch (NetworkError const& error) {
            CHECK(error.sent() == NetworkError::Sent::yes);
        } catch (GroupsApiError const& error) {
            CHECK(error.http_status() >= 500);
        }
        CHECK(server.count("create_group") == 1);
    }
}

TEST_CASE("B2: a kept connection that dies does not make libcurl send a create again", "[reliability][B2]") {
    sandbox::Server server;
    auto const groups = client_of<GroupsService>(server);
    for (char const* action : {R"({"type": "reset"})", R"({"type": "close"})"}) {
        server.clear_faults();
        for (int i = 0; i != 5; ++i) (void)groups.get_my_groups();  // warm, kept connections
        server.clear_journal();
        server.add_fault(rule("create_group", "after_commit", action));
        CHECK_THROWS_AS(groups.create_group({.data = Json{{"name", "n"}, {"description", "d"}}}), NetworkError);
        CHECK(server.count("create_group") == 1);
    }
}

TEST_CASE("B3: a submission whose answers are lost makes exactly one task", "[reliability][B3]") {
    sandbox::Server server;
    auto const transfer = client_of<TransferService>(server, quick());
    for (char const* action :
         {R"({"type": "reset"})", R"({"type": "close"})", R"({"type": "truncate", "after_bytes": 20})"}) {
        server.clear_faults();
        auto const before = server.state().at("tasks").as_array().size();
        server.add_fault(rule("submit_transfer",
                              std::string(action).find("truncate") == std::string::npos ? "after_commit" : "in_body",
                              action, "3"));
        auto data = some_files(server);
        data.DATA[0].destination_path = "/copy-" + std::to_string(before);
        auto const accepted = transfer.submit_transfer(data);
        CHECK(accepted->code == "Duplicate");
        CHECK(server.state().at("tasks").as_array().size() == before + 1);
        CHECK(transfer.get_task({.task_id = *accepted->task_id})->task_id == accepted->task_id);
    }
}

TEST_CASE("B3: a program that died between two attempts goes on with the stored id", "[reliability][B3]") {
    sandbox::Server server;
    std::string stored;
    auto data = some_files(server);
    {
        auto const first = client_of<TransferService>(server, NoRetry{});
        // twice, since a keyed write may go over a kept connection, where libcurl repeats it by itself
        server.add_fault(rule("submit_transfer", "after_commit", R"({"type": "reset"})", "2"));
        try {
            (void)first.submit_transfer(data);
            FAIL("the answer was lost");
        } catch (NetworkError const& error) {
            stored = error.submission_id();
        }
    }
    REQUIRE_FALSE(stored.empty());
    auto const second = client_of<TransferService>(server);
    data.submission_id = stored;
    CHECK(second.submit_transfer(data)->code == "Duplicate");
    CHECK(server.state().at("tasks").as_array().size() == 1);
}

TEST_CASE("B4: 1,000 calls from 64 threads against a host that always fails: at most 1,100 requests",
          "[reliability][B4]") {
    sandbox::Server server;
    auto const transfer = client_of<TransferService>(server, quick());
    server.add_fault(rule("task_list", "after_body", R"({"type": "status", "code": 503})"));
    std::atomic<int> next = 0, failed = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != 64; ++t)
            threads.emplace_back([&] {
                while (next++ < 1000) {
                    try {
                        (void)transfer.task_list();
                    } catch (TransferApiError const&) {
                        ++failed;
                    }
                }
            });
    }
    CHECK(failed == 1000);
    CHECK(server.count("task_list") <= 1100);
    server.clear_faults();
    auto const begin = http::Clock::now();
    for (int i = 0; i != 200; ++i) CHECK(transfer.task_list().status() == 200);
    CHECK(http::Clock::now() - begin < 5s);
}

TEST_CASE("B5: Retry-After is never shortened, in either form", "[reliability][B5]") {
    sandbox::Server server;
    auto const transfer = client_of<TransferService>(server);
    for (char const* wait : {R"({"seconds": 1})", R"({"http_date": 2})"}) {
        server.clear_faults();
        server.add_fault(rule("task_list", "after_body",
                              std::string(R"({"type": "status", "code": 429, "retry_after": )") + wait + "}", "1"));
        auto const begin = http::Clock::now();
        CHECK(transfer.task_list().status() == 200);
        CHECK(http::Clock::now() - begin >= 1s);
    }
    server.clear_faults();
    server.add_fault(
        rule("task_list", "after_body", R"({"type": "status", "code": 503, "retry_after": {"seconds": 3600}})"));
    auto const begin = http::Clock::now();
    try {
        (void)transfer.task_list();
        FAIL("it cannot fit the deadline");
    } catch (TransferApiError const& error) {
        CHECK(error.headers().get("Retry-After") == "3600");
    }
    CHECK(http::Clock::now() - begin < 1s);
}

TEST_CASE("B5: a hostile Retry-After does no harm", "[reliability][B5]") {
    sandbox::Server server;
    auto const transfer = client_of<TransferService>(server, quick());
    for (char const* raw :
         {"-5", "1e9", "1_000", "0.5", "99999999999999999999999", "soon", "Mon, 99 Foo 9999 99:99:99 GMT",
          "Thu, 01 Jan 1970 00:00:00 GMT", "0", "", "+1", "0x1", "1;2", "NaN"}) {
        server.clear_faults();
        server.add_fault(rule("task_list", "after_body",
                              std::string(R"({"type": "status", "code": 503, "retry_after": {"raw": ")") + raw + "\"}}",
                              "1"));
        bool const fits = std::string(raw) != "99999999999999999999999";  // else there is no time left to try again
        auto const answer = transfer.try_send(TaskList{}, {.timeout = 3s});
        INFO(raw);
        CHECK(answer.has_value() == fits);
    }
}

TEST_CASE("B8: what cannot heal is tried once, and at once", "[reliability][B8]") {
    sandbox::Server server;
    auto const transfer = client_of<TransferService>(server);
    (void)transfer.task_list();
    for (int const status : {400, 403, 404, 405, 409, 410, 422, 501}) {
        server.clear_faults();
        server.clear_journal();
        server.add_fault(
            rule("task_list", "after_body", R"({"type": "status", "code": )" + std::to_string(status) + "}"));
        auto const begin = http::Clock::now();
        CHECK_THROWS_AS(transfer.task_list(), TransferApiError);
        CHECK(http::Clock::now() - begin < 50ms);
        CHECK(server.count("task_list") == 1);
    }
    auto const begin = http::Clock::now();
    CHECK_THROWS_AS(transfer.get_task({.task_id = ""}), UsageError);
    CHECK(http::Clock::now() - begin < 50ms);
}
