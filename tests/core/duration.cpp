// SPDX-License-Identifier: Apache-2.0
#include <globus/core/duration.hpp>
#include <globus/core/json.hpp>

#include "support/catch.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <sstream>

using namespace globus;
using namespace std::chrono_literals;

namespace {

struct Spans {
    Optional<Seconds> seconds = {};
    Optional<Minutes> minutes = {};
    Days days = {};
    GLOBUS_MEMBERS(Spans, seconds, minutes, days);
};

static_assert(std::convertible_to<std::chrono::hours, Optional<Seconds>>);
static_assert(std::convertible_to<int, Required<Seconds>> && std::convertible_to<std::uint32_t, Seconds>);
static_assert(!std::convertible_to<std::chrono::milliseconds, Seconds>);
static_assert(!std::convertible_to<std::chrono::seconds, Minutes>);
static_assert(!std::convertible_to<std::chrono::duration<double>, Seconds>);
static_assert(!std::convertible_to<bool, Seconds> && !std::convertible_to<double, Seconds>);

}  // namespace

TEST_CASE("duration: a span and a number of units are the same", "[core][duration]") {
    CHECK(Seconds(24h) == 86400);
    CHECK(Seconds(24h).count() == 86400);
    CHECK(Seconds(90) == 90s);
    CHECK(Seconds(90) < 2min);
    CHECK(Minutes(2h) == 120);
    CHECK(Days(std::chrono::weeks(2)) == 14);
    CHECK(Seconds(-1) < 0s);
    CHECK(std::chrono::seconds(Seconds(90)) + 30s == 2min);
    CHECK(Seconds() == 0);
    CHECK(Optional<Seconds>(1min) == 60);
    std::ostringstream out;
    out << Seconds(1h);
    CHECK(out.str() == "3600");
}

TEST_CASE("duration: documents have it as a number", "[core][duration]") {
    CHECK(to_json(Spans{.seconds = 24h, .minutes = 5, .days = std::chrono::days(3)}) ==
          R"({"seconds":86400,"minutes":5,"days":3})");
    auto const read = from_json<Spans>(R"({"seconds": -1, "minutes": 90.0, "days": 7})");
    CHECK(read.seconds == -1);
    CHECK(read.minutes == 90min);
    CHECK(read.days == std::chrono::weeks(1));
    CHECK(from_json<Spans>(R"({"seconds": null})").seconds.is_null());
}
