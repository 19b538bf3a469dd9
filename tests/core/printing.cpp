// SPDX-License-Identifier: Apache-2.0
// Values and errors in streams and, where there is one, in std::format.

#include <globus/globus.hpp>

#include <support/catch.hpp>

#include <concepts>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <version>
#ifdef __cpp_lib_format
#include <format>
#endif

using namespace globus;

TEST_CASE("A program prints what it was answered", "[printing]") {
    MockTransport mock;
    mock.reply(200, R"({"task_id": "t", "status": "SUCCEEDED", "label": "nightly", "files": 3,
                        "completion_time": "2026-01-02T03:04:05+00:00", "type": "MOVE"})");
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"token", {.transport = mock}};
    auto const task = transfer.get_task({.task_id = "t"});
    std::ostringstream out;
    out << task->task_id << '|' << task->status << '|' << task->type << '|' << task->label << '|' << task->files << '|'
        << task->completion_time << '|' << task->deadline;
    CHECK(out.str() == "t|SUCCEEDED|MOVE|nightly|3|2026-01-02T03:04:05+00:00|");
#ifdef __cpp_lib_format
    CHECK(std::format("{}|{}|{:>9}|{}|{}|{}", task->status, task->type, task->label, task->files, task->completion_time,
                      task->deadline) == "SUCCEEDED|MOVE|  nightly|3|2026-01-02T03:04:05+00:00|");
#endif
}

TEST_CASE("An error prints what it says", "[printing]") {
    UsageError const error("a path is empty");
    std::ostringstream out;
    out << error;
    CHECK(out.str() == "a path is empty");
#ifdef __cpp_lib_format
    CHECK(std::format("{}", error) == "a path is empty");
    CHECK(std::format("[{}]", Optional<std::string>(null)) == "[null]");
    static_assert(!std::default_initializable<std::formatter<Secret, char>>);
    static_assert(!std::default_initializable<std::formatter<Optional<Secret>, char>>);
#endif
}

TEST_CASE("How a wait ended, and why no answer came, prints", "[printing]") {
    std::ostringstream out;
    out << TaskVerdict::Kind::failed << ' ' << flows::RunVerdict::Kind::inactive << ' ' << search::TaskVerdict{}.kind
        << ' ' << search::IndexDeleteVerdict::Kind::deleted << ' ' << timers::TimerVerdict::Kind::paused << ' '
        << NetworkError::Kind::proxy << ' ' << NetworkError::Sent::no;
    CHECK(out.str() == "failed inactive timed_out deleted paused proxy no");
}

TEST_CASE("Every enumerator of the errors has its name as a text", "[printing]") {
    using Kind = NetworkError::Kind;
    std::vector<std::pair<Kind, std::string_view>> const kinds{
        {Kind::timeout, "timeout"},         {Kind::cancelled, "cancelled"}, {Kind::resolve, "resolve"},
        {Kind::connect, "connect"},         {Kind::proxy, "proxy"},         {Kind::tls, "tls"},
        {Kind::interrupted, "interrupted"}, {Kind::too_large, "too_large"}, {Kind::redirect, "redirect"},
        {Kind::protocol, "protocol"},       {Kind::local, "local"}};
    for (auto const& [kind, name] : kinds) CHECK(to_string(kind) == name);
    CHECK(std::string_view(to_string(NetworkError::Sent::no)) == "no");
    CHECK(std::string_view(to_string(TaskVerdict::Kind::timed_out)) == "timed_out");
    CHECK(std::string_view(to_string(OnFault::fail_fast)) == "fail_fast");
    CHECK(std::string_view(to_string(TokenStorageError::Kind::too_new)) == "too_new");
    CHECK(std::string_view(to_string(TokenValidationError::Kind::unmet_scopes)) == "unmet_scopes");
    CHECK(std::string_view(to_string(LoginError::Kind::no_code)) == "no_code");
    CHECK(std::string_view(to_string(WithoutBrowser::print)) == "print");
    CHECK(std::string_view(to_string(RetryClass::non_idempotent)) == "non_idempotent");
    CHECK(std::string_view(to_string(PagingStyle::next_link)) == "next_link");
}
