// SPDX-License-Identifier: Apache-2.0
// How long is waited, and what Retry-After does to it: bar B5.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/sandbox_client.hpp"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

http::Response busy(std::vector<std::string> const& asked = {}) {
    http::Response response{.status = 503};
    for (std::string const& value : asked) response.headers.add("Retry-After", value);
    return response;
}

/// A moment in the form that strftime's `format` describes.
std::string date(char const* format, std::int64_t moment) {
    std::time_t const time = static_cast<std::time_t>(moment);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[64];
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

/// The distance of samples, in units of `limit`, from the uniform distribution (Kolmogorov and Smirnov).
double distance(std::vector<double> samples, double limit) {
    std::sort(samples.begin(), samples.end());
    double worst = 0;
    auto const count = static_cast<double>(samples.size());
    for (std::size_t i = 0; i != samples.size(); ++i) {
        double const at = samples[i] / limit;
        worst = std::max(
            {worst, std::abs(at - static_cast<double>(i) / count), std::abs(at - static_cast<double>(i + 1) / count)});
    }
    return worst;
}

}  // namespace

TEST_CASE("B5: forty forms of Retry-After", "[reliability][B5]") {
    constexpr std::int64_t longest = std::int64_t{10} * 366 * 86400;
    constexpr char const* imf = "%a, %d %b %Y %H:%M:%S GMT";
    constexpr char const* rfc850 = "%A, %d-%b-%y %H:%M:%S GMT";
    constexpr char const* asctime = "%a %b %e %H:%M:%S %Y";
    std::int64_t const now = detail::unix_now();
    struct Row {
        std::vector<std::string> values;
        std::optional<std::int64_t> seconds;  ///< nothing: as if it was not there
    };
    std::vector<Row> const rows{
        {{"0"}, 0},
        {{"1"}, 1},
        {{"120"}, 120},
        {{" 7\t"}, 7},
        {{"007"}, 7},
        {{"3600"}, 3600},
        {{"99999999999999999999999"}, longest},
        {{"9223372036854775807"}, longest},
        {{"9223372036854775808"}, longest},
        {{"18446744073709551616"}, longest},
        {{std::string(1'000'000, '9')}, longest},
        {{std::string(1'000'000, '0')}, 0},
        {{std::string(1'000'000, 'x')}, {}},
        {{"-5"}, {}},
        {{"-0"}, {}},
        {{"+1"}, {}},
        {{"1e9"}, {}},
        {{"1_000"}, {}},
        {{"1,000"}, {}},
        {{"0.5"}, {}},
        {{".5"}, {}},
        {{"5."}, {}},
        {{"0x10"}, {}},
        {{"1;2"}, {}},
        {{"1 2"}, {}},
        {{"NaN"}, {}},
        {{"inf"}, {}},
        {{"soon"}, {}},
        {{""}, {}},
        {{"\xFF\xFE"}, {}},
        {{date(imf, now + 100)}, 100},
        {{date(rfc850, now + 100)}, 100},
        {{date(asctime, now + 100)}, 100},
        {{date(imf, now - 100)}, 0},
        {{"Thu, 01 Jan 1970 00:00:00 GMT"}, 0},
        {{"Fri, 31 Dec 9999 23:59:59 GMT"}, longest},
        {{"Mon, 99 Foo 9999 99:99:99 GMT"}, {}},
        {{"Sun, 06 Nov 1994 08:49:37 CET"}, {}},
        {{"3", "8"}, 8},
        {{"8", "3"}, 8},
        {{"soon", "8"}, 8},
        {{"8", "-5"}, 8},
    };
    REQUIRE(rows.size() >= 40);
    for (Row const& row : rows) {
        INFO(row.values[0].substr(0, 40));
        DefaultRetry const retry;
        http::Response const answer = busy(row.values);
        auto const wait = retry.before_retry({.response = &answer, .time_left = std::chrono::hours(24 * 366 * 11)});
        REQUIRE(wait.has_value());
        double const asked = static_cast<double>(row.seconds.value_or(0));
        CHECK(wait->count() >= asked - (row.values[0].ends_with("GMT") || row.values[0].size() == 24 ? 2 : 0));
        CHECK(wait->count() <= std::max(asked, 0.5));
        if (asked < 2) continue;
        CHECK_FALSE(retry.before_retry({.response = &answer, .time_left = std::chrono::duration<double>(asked - 3)}));
    }
}

TEST_CASE("B5: waits double from half a second, or one after a 429, up to twenty", "[reliability][B5]") {
    http::Response const unavailable = busy(), throttled{.status = 429};
    for (bool const throttle : {false, true})
        for (int number = 1; number != 9; ++number) {
            INFO(number << throttle);
            double const limit = std::min(20.0, (throttle ? 1.0 : 0.5) * std::exp2(number - 1));
            double highest = 0;
            for (int i = 0; i != 300; ++i) {
                DefaultRetry const retry{.max_attempts = 10};
                highest = std::max(
                    highest,
                    retry.before_retry({.number = number, .response = throttle ? &throttled : &unavailable})->count());
            }
            CHECK(highest <= limit);
            CHECK(highest > limit * 0.9);
        }
}

TEST_CASE("B5: the jitter is uniform", "[reliability][B5]") {
    // p > 0.01 over 10,000 draws; by chance one sample in a hundred is worse, three in a row one in a million
    http::Response const answer = busy();
    double best = 1;
    for (int sample = 0; sample != 3 && best >= 1.628 / 100; ++sample) {
        std::vector<double> waits;
        for (int i = 0; i != 10'000; ++i) waits.push_back(DefaultRetry{}.before_retry({.response = &answer})->count());
        best = std::min(best, distance(std::move(waits), 0.5));
    }
    CHECK(best < 1.628 / 100);
}

TEST_CASE("B5: a thousand clients that fail at once do not come back at once", "[reliability][B5]") {
    http::Response const answer = busy();
    std::vector<double> moments(1000);
    for (double& moment : moments)
        std::thread([&] { moment = DefaultRetry{}.before_retry({.response = &answer})->count(); }).join();
    std::vector<int> in_ten_ms(51);
    for (double const moment : moments) ++in_ten_ms[static_cast<std::size_t>(moment * 100)];
    CHECK(*std::max_element(in_ten_ms.begin(), in_ten_ms.end()) < 55);  // 20 on average; by chance one time in 10^9
    CHECK(distance(moments, 0.5) < 0.1);
}

TEST_CASE("B5: processes that are forked do not come back at once", "[reliability][B5]") {
    http::Response const answer = busy();
    auto const wait = [&] { return DefaultRetry{}.before_retry({.response = &answer})->count(); };
    std::set<double> waits{wait()};
    int to_parent[2];
    REQUIRE(::pipe(to_parent) == 0);
    for (int i = 0; i != 8; ++i) {
        pid_t const child = ::fork();
        if (child == 0) {
            double const drawn = wait();
            ::_exit(::write(to_parent[1], &drawn, sizeof drawn) == sizeof drawn ? 0 : 1);
        }
        double drawn = 0;
        REQUIRE(::read(to_parent[0], &drawn, sizeof drawn) == sizeof drawn);
        waits.insert(drawn);
        ::waitpid(child, nullptr, 0);
    }
    ::close(to_parent[0]);
    ::close(to_parent[1]);
    CHECK(waits.size() == 9);
}

TEMPLATE_TEST_CASE("B5: Retry-After is never shortened, in either form", "[reliability][B5]", Blocking, Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_by<TestType, TransferService>(server);
    for (char const* wait : {R"({"seconds": 1})", R"({"http_date": 2})"}) {
        server.clear_faults();
        server.add_fault(rule("task_list", "after_body",
                              std::string(R"({"type": "status", "code": 429, "retry_after": )") + wait + "}", "1"));
        auto const begin = http::Clock::now();
        CHECK(transfer.task_list().http_status() == 200);
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
        CHECK(error.retry_after() == 3600s);
    }
    CHECK(http::Clock::now() - begin < 1s);
}

TEMPLATE_TEST_CASE("B5: a hostile Retry-After does no harm", "[reliability][B5]", Blocking, Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_by<TestType, TransferService>(server, quick());
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
