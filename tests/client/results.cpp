// SPDX-License-Identifier: Apache-2.0
// Values and errors of programs that do not throw.

#include <globus/globus.hpp>

#include <support/catch.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>;

char const* const one_task = R"({"DATA": [{"task_id": "a"}], "total": 1, "offset": 0, "limit": 1})";

}  // namespace

TEST_CASE("Results compose", "[result]") {
    MockTransport mock;
    mock.reply(200, R"({"DATA": [{"name": "a"}, {"name": "b"}]})").reply(404, R"({"code": "NotFound"})");
    Transfer const transfer{"token", {.transport = mock}};
    auto const count = [](auto const& listing) { return listing.size(); };

    auto const found = transfer.try_send(OperationLs{.endpoint_id = "c"});
    auto const lost = transfer.try_send(OperationLs{.endpoint_id = "c"});
    CHECK(found.map(count).value() == 2);
    CHECK(found.map(count).value_or(7) == 2);
    CHECK(lost.map(count).value_or(7) == 7);
    CHECK_THROWS_AS(lost.map(count).value(), TransferApiError);
    CHECK(&lost.map(count).error() == &lost.error());

    auto const even = [](std::size_t n) {
        return Result<std::string>::from([&] { return n % 2 == 0 ? "even" : throw UsageError("odd"); });
    };
    CHECK(found.map(count).and_then(even).value() == "even");
    CHECK(dynamic_cast<TransferApiError const*>(&lost.map(count).and_then(even).error()) != nullptr);
    CHECK(std::string(found.map([](auto const& listing) { return listing.front().name; }).value_or("none")) == "a");
    CHECK(found.map([](auto const&) -> int { throw UsageError("refused"); }).error().what() == std::string("refused"));
    CHECK_THROWS_AS(found.map([](auto const&) -> int { throw std::runtime_error("not ours"); }), std::runtime_error);
}

TEST_CASE("Any function can be tried", "[result]") {
    MockTransport mock;
    mock.reply(200, R"({"task_id": "t", "status": "SUCCEEDED"})").reply(404, R"({"code": "NotFound"})");
    Transfer const transfer{"token", {.transport = mock}};
    auto const verdict = try_call([&] { return transfer.task_wait({.task_id = "t"}); });
    REQUIRE(verdict);
    CHECK(verdict->succeeded());
    CHECK_FALSE(try_call([&] { return transfer.task_wait({.task_id = "t"}); }));
    CHECK(try_call([] {}));
    CHECK_FALSE(try_call([] { throw UsageError("no"); }));
}

TEST_CASE("A walk without exceptions ends with null, and goes on after an error", "[result]") {
    MockTransport mock;
    mock.reply(200, R"({"DATA": [{"task_id": "a"}, {"task_id": "b"}], "total": 3})")
        .reply(500, "{}")
        .reply(200, R"({"DATA": [{"task_id": "c"}], "total": 3})");
    Transfer const transfer{"token", {.transport = mock}};
    auto tasks = transfer.paginate(TaskList{.limit = 2});
    std::string ids;
    int errors = 0;
    while (true) {
        auto const task = tasks.try_next();
        if (!task) {
            ++errors;
            continue;
        }
        if (*task == nullptr) break;
        ids += (*task)->task_id;
    }
    CHECK(ids == "abc");
    CHECK(errors == 1);
    CHECK(tasks.try_next().value() == nullptr);
    CHECK(mock.requests().size() == 3);
}

TEST_CASE("A walk with try_next begins at its first item", "[result]") {
    MockTransport mock;
    mock.reply(200, one_task);
    Transfer const transfer{"token", {.transport = mock}};
    auto tasks = transfer.paginate(TaskList{});
    CHECK(tasks.try_next().value()->task_id == "a");
    CHECK(tasks.try_next().value() == nullptr);
}
