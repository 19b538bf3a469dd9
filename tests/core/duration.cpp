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
    Optional<WholeSeconds> seconds = {};
    Optional<WholeMinutes> minutes = {};
    WholeDays days = {};
    GLOBUS_MEMBERS(Spans, seconds, minutes, days);
};

static_assert(std::convertible_to<std::chrono::hours, Optional<WholeSeconds>>);
static_assert(std::convertible_to<int, Required<WholeSeconds>> && std::convertible_to<std::uint32_t, WholeSeconds>);
static_assert(!std::convertible_to<std::chrono::milliseconds, WholeSeconds>);
static_assert(!std::convertible_to<std::chrono::seconds, WholeMinutes>);
static_assert(!std::convertible_to<std::chrono::duration<double>, WholeSeconds>);
static_assert(!std::convertible_to<bool, WholeSeconds> && !std::convertible_to<double, WholeSeconds>);

}  // namespace

TEST_CASE("duration: a span and a number of units are the same", "[core][duration]") {
    CHECK(WholeSeconds(24h) == 86400);
    CHECK(WholeSeconds(24h).count() == 86400);
    CHECK(WholeSeconds(90) == 90s);
    CHECK(WholeSeconds(90) < 2min);
    CHECK(WholeMinutes(2h) == 120);
    CHECK(WholeDays(std::chrono::weeks(2)) == 14);
    CHECK(WholeSeconds(-1) < 0s);
    CHECK(std::chrono::seconds(WholeSeconds(90)) + 30s == 2min);
    CHECK(WholeSeconds() == 0);
    CHECK(Optional<WholeSeconds>(1min) == 60);
    std::ostringstream out;
    out << WholeSeconds(1h);
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
