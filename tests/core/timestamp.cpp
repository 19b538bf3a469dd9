// SPDX-License-Identifier: Apache-2.0
#include <globus/core/json.hpp>
#include <globus/core/timestamp.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <compare>
#include <concepts>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr Timestamp::Time moment = std::chrono::sys_days{std::chrono::year(2026) / 1 / 2} + 3h + 4min + 5s;

struct Holder {
    Timestamp plain = "unset";
    Optional<Timestamp> maybe = {};
    std::vector<Timestamp> list = {};
    Optional<std::string> last = {};
    GLOBUS_MEMBERS(Holder, plain, maybe, list, last);
};

static_assert(std::convertible_to<std::string, Timestamp> && std::convertible_to<char const*, Optional<Timestamp>>);
static_assert(std::convertible_to<std::chrono::sys_days, Required<Timestamp>>);
static_assert(!std::convertible_to<int, Timestamp> && !std::convertible_to<Timestamp, std::string>);
static_assert(std::is_nothrow_move_constructible_v<Timestamp>);
static_assert(std::three_way_comparable<Timestamp, std::weak_ordering> && std::totally_ordered<Timestamp>);
static_assert(std::totally_ordered_with<Timestamp, std::chrono::system_clock::time_point>);

}  // namespace

TEST_CASE("timestamp: each form that a service sends is read", "[core][timestamp]") {
    for (char const* text :
         {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05-00:00", "2026-01-02t03:04:05z",
          "2026-01-02 03:04:05+00:00", "2026-01-02 03:04:05", "2026-01-02T03:04:05.0", "2026-01-02T05:04:05+0200",
          "2026-01-01T19:34:05-07:30", "2026-01-02T04:04:05+01", "2026-01-02T03:04:05.000000999Z"}) {
        CAPTURE(text);
        Timestamp const read = text;
        CHECK(read.time() == moment);
        CHECK(read.text() == text);
    }
    CHECK(Timestamp("2026-01-02").time() == moment - 3h - 4min - 5s);
    CHECK(Timestamp("2026-01-02T03:04:60Z").time() == moment + 55s);
    CHECK(Timestamp("2024-02-29").time() == std::chrono::sys_days{std::chrono::year(2024) / 2 / 29});
    CHECK(Timestamp("0001-01-01").time() == std::chrono::sys_days{std::chrono::year(1) / 1 / 1});
    CHECK(Timestamp("9999-12-31T23:59:59.999999Z").time() ==
          std::chrono::sys_days{std::chrono::year(10000) / 1 / 1} - 1us);
}

TEST_CASE("timestamp: a fraction counts to the microsecond", "[core][timestamp]") {
    CHECK(Timestamp("2026-01-02T03:04:05.5Z").time() == moment + 500ms);
    CHECK(Timestamp("2026-01-02T03:04:05.04+00:00").time() == moment + 40ms);
    CHECK(Timestamp("2026-01-02T03:04:05.678901").time() == moment + 678901us);
    CHECK(Timestamp("2026-01-02T03:04:05.678901999").time() == moment + 678901us);
}

TEST_CASE("timestamp: what is no time keeps its text", "[core][timestamp]") {
    for (char const* text : {"",
                             "now",
                             "2026",
                             "2026-01",
                             "2026-1-2",
                             "26-01-02",
                             "2026-13-01",
                             "2026-00-01",
                             "2026-02-30",
                             "2025-02-29",
                             "2026-01-00",
                             "0000-01-01",
                             "2026-01-02T",
                             "2026-01-02T03:04",
                             "2026-01-02T24:00:00",
                             "2026-01-02T25:00:00",
                             "2026-01-02T03:60:05",
                             "2026-01-02T03:04:61",
                             "2026-01-02T03:04:05.",
                             "2026-01-02T03:04:05.1234567891",
                             "2026-01-02T03:04:05,5",
                             "2026-01-02T03:04:05+",
                             "2026-01-02T03:04:05+1",
                             "2026-01-02T03:04:05+01:",
                             "2026-01-02T03:04:05+01:6",
                             "2026-01-02T03:04:05+24:00",
                             "2026-01-02T03:04:05+01:60",
                             "2026-01-02T03:04:05ZZ",
                             "2026-01-02T03:04:05Z ",
                             " 2026-01-02",
                             "2026-01-02Z",
                             "2026-01-02_03:04:05",
                             "-2026-01-02",
                             "2026-01-02T03:04:-5",
                             "99999999999999999999-01-01"}) {
        CAPTURE(text);
        Timestamp const read = text;
        CHECK_FALSE(read.time());
        CHECK(read.text() == text);
        CHECK_THROWS_AS(read.sys_time(), DecodeError);
    }
    CHECK_THROWS_WITH(Timestamp("tomorrow").sys_time(), ContainsSubstring("\"tomorrow\" is no time"));
    CHECK_THROWS_AS(Timestamp(static_cast<char const*>(nullptr)), UsageError);
    CHECK(Timestamp().text().empty());
}

TEST_CASE("timestamp: a time of the program gets a text", "[core][timestamp]") {
    CHECK(Timestamp(moment).text() == "2026-01-02T03:04:05+00:00");
    CHECK(Timestamp(moment + 1us).text() == "2026-01-02T03:04:05.000001+00:00");
    CHECK(Timestamp(moment + 500ms).text() == "2026-01-02T03:04:05.500000+00:00");
    CHECK(Timestamp(std::chrono::sys_time<std::chrono::nanoseconds>(-1ns)).text() ==
          "1969-12-31T23:59:59.999999+00:00");
    CHECK(Timestamp(std::chrono::floor<std::chrono::days>(moment)).text() == "2026-01-02T00:00:00+00:00");
    CHECK(Timestamp(std::chrono::sys_time<std::chrono::duration<double>>(1.5s)).text() ==
          "1970-01-01T00:00:01.500000+00:00");

    Timestamp::Time const first = "0001-01-01T00:00:00Z"_time, last = "9999-12-31T23:59:59.999999Z"_time;
    CHECK(Timestamp(first).text() == "0001-01-01T00:00:00+00:00");
    CHECK(Timestamp(last).text() == "9999-12-31T23:59:59.999999+00:00");
    CHECK_THROWS_AS(Timestamp(first - 1us), UsageError);
    CHECK_THROWS_AS(Timestamp(last + 1us), UsageError);
    CHECK_THROWS_AS(Timestamp(std::chrono::sys_seconds::max()), UsageError);
    CHECK_THROWS_AS(Timestamp(std::chrono::sys_seconds::min()), UsageError);
}

TEST_CASE("timestamp: times that the program made are read again", "[core][timestamp]") {
    for (auto time = "0001-01-01"_time; time < "9999-12-30"_time; time += 9973h + 59min + 59s + 999999us) {
        if (Timestamp(time).time() == time) continue;
        CAPTURE(Timestamp(time).text());
        FAIL("another time was read");
    }
}

TEST_CASE("timestamp: it is compared by its time", "[core][timestamp]") {
    Timestamp const early = "2026-01-02T03:04:05+02:00", late = "2026-01-02 03:04:05";
    CHECK(early < late);
    CHECK(early != late);
    CHECK(late == "2026-01-02T03:04:05Z");
    CHECK(late == moment);
    CHECK(late < moment + 1us);
    CHECK(moment - 1h < late);
    CHECK((late <=> std::chrono::floor<std::chrono::days>(moment)) == std::weak_ordering::greater);
    CHECK(late < std::chrono::system_clock::time_point::max());
    CHECK(late < std::chrono::sys_seconds::max());
    CHECK(late > std::chrono::sys_seconds::min());
    CHECK(Timestamp("9999-01-01") > std::chrono::sys_time<std::chrono::nanoseconds>::max());
    CHECK(Timestamp("now") != moment);
    CHECK(Timestamp("now") > moment);
    CHECK(Optional<Timestamp>("2026-01-02 03:04:05") == "2026-01-02T03:04:05Z");
}

TEST_CASE("timestamp: what is no time is sorted after all times, by its text", "[core][timestamp]") {
    std::vector<Timestamp> times = {"now", "2026-01-02", "", "2026-01-01", "2026-01-01T12:00:00+14:00", "2026-02-30"};
    std::sort(times.begin(), times.end());
    std::vector<std::string> texts;
    for (Timestamp const& time : times) texts.push_back(time.text());
    CHECK(texts ==
          std::vector<std::string>{"2026-01-01T12:00:00+14:00", "2026-01-01", "2026-01-02", "", "2026-02-30", "now"});
    CHECK(Timestamp("now") == Timestamp("now"));
    CHECK(Timestamp("now") != Timestamp("then"));
}

TEST_CASE("timestamp: the span between two is a duration", "[core][timestamp]") {
    Timestamp const begun = "2026-01-02T03:04:05Z", ended = "2026-01-02 05:04:05.25";
    CHECK(ended - begun == 2h + 250ms);
    CHECK(moment + 1s - begun == 1s);
    CHECK(Timestamp("9999-12-31") - Timestamp("0001-01-01") == std::chrono::days(3652058));
    CHECK_THROWS_AS(ended - Timestamp("never"), DecodeError);
}

TEST_CASE("timestamp: it prints its text", "[core][timestamp]") {
    std::ostringstream out;
    out << Timestamp("2026-01-02 03:04:05") << ' ' << Timestamp(moment);
    CHECK(out.str() == "2026-01-02 03:04:05 2026-01-02T03:04:05+00:00");
#ifdef __cpp_lib_format
    CHECK(std::format("{:>12}", Timestamp("2026-01-02")) == "  2026-01-02");
#endif
}

TEST_CASE("timestamp: a literal is read by the compiler", "[core][timestamp]") {
    static_assert("2026-01-02T03:04:05Z"_time == moment);
    static_assert("2026-01-02 03:04:05.25-01:00"_time == moment + 1h + 250ms);
}

TEST_CASE("timestamp: documents have it as a text", "[core][timestamp]") {
    auto const read = from_json<Holder>(
        R"({"plain": "2026-01-02 03:04:05+00:00", "maybe": null, "list": ["2026-01-02", "soon"], "last": "x"})");
    CHECK(read.plain == moment);
    CHECK(read.maybe.is_null());
    REQUIRE(read.list.size() == 2);
    CHECK(read.list[1].text() == "soon");
    CHECK(to_json(read) ==
          R"({"plain":"2026-01-02 03:04:05+00:00","maybe":null,"list":["2026-01-02","soon"],"last":"x"})");
    CHECK(to_json(Holder{.plain = moment, .maybe = "a\"b"}) ==
          R"({"plain":"2026-01-02T03:04:05+00:00","maybe":"a\"b","list":[]})");
}

TEST_CASE("timestamp: a time that is impossible is told from a word", "[core][timestamp]") {
    for (char const* text : {"2026-02-30", "2026-13-01T00:00:00Z", "2026-01-02T25:00:00Z", "2026-01-02 00:00:00+99:00"})
        CHECK_THROWS_WITH(detail::check_time("deadline", text),
                          ContainsSubstring("deadline is \"" + std::string(text) + "\": there is no such time"));
    for (char const* text : {"", "now", "2026-W01-1", "2026-01-02", "2026-01-02T03:04Z"})
        CHECK_NOTHROW(detail::check_time("deadline", text));
}
