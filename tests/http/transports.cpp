// SPDX-License-Identifier: Apache-2.0
#include <globus/http/any_transport.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/http/rate_limiter.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <fstream>
#include <ranges>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

http::Request const request{.url = "http://127.0.0.1:9/"};

template <class R>
concept temporary_begins = requires(R requests) { std::move(requests).begin(); };

template <class T>
void check_moved_from(T transport) {
    T const other = std::move(transport);
    CHECK_THROWS_AS(transport.send(request), UsageError);
    T const copy = transport;  // of one that was moved from: as bad, and no crash
    CHECK_THROWS_AS(copy.send(request), UsageError);
    transport = other;
    try {
        (void)transport.send(request);
    } catch (NetworkError const&) {  // nobody listens there
    }
}

}  // namespace

TEST_CASE("transports: one that was moved from says so", "[http][transport]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200}; });
    check_moved_from(mock);
    check_moved_from(CurlTransport());
    check_moved_from(AnyTransport(mock));
    check_moved_from(RateLimited<MockTransport>(mock));
    MockTransport const other = std::move(mock);
    CHECK_THROWS_AS(mock.reply(200), UsageError);
    CHECK_THROWS_AS(mock.requests(), UsageError);
    RateLimiter limiter;
    RateLimiter const moved = std::move(limiter);
    CHECK_THROWS_AS(limiter.acquire(), UsageError);
    CHECK_NOTHROW(moved.acquire());
}

TEST_CASE("mock transport: a late or stopped request is not sent, and takes no answer", "[http][mock_transport]") {
    MockTransport mock;
    mock.reply(200, "{}");
    http::Request late = request;
    late.deadline = http::Clock::now() - 1ms;
    try {
        (void)mock.send(late);
        FAIL();
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::timeout);
        CHECK(error.sent() == NetworkError::Sent::no);
    }
    std::stop_source stop;
    stop.request_stop();
    http::Request stopped = request;
    stopped.stop = stop.get_token();
    try {
        (void)mock.send(stopped);
        FAIL();
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::cancelled);
        CHECK(error.sent() == NetworkError::Sent::no);
    }
    CHECK(mock.request_count() == 0);
    CHECK(mock.left() == 1);
    http::Request good = request;
    good.deadline = http::Clock::now() + 1h;
    CHECK(mock.send(good).status == 200);
}

TEST_CASE("curl transport: certificates that cannot be read are refused at once", "[http][curl_transport]") {
    TemporaryDirectory const directory;
    std::string const file = (directory.path() / "ca.pem").string();
    std::ofstream(file) << "x";
    CHECK_NOTHROW(CurlTransport{{.ca_file = file}});
    CHECK_NOTHROW(CurlTransport{{.ca_path = directory.path().string()}});
    for (CurlOptions const& options :
         {CurlOptions{.ca_file = file + ".not"}, CurlOptions{.ca_file = directory.path().string()},
          CurlOptions{.ca_path = file + ".not"}, CurlOptions{.ca_path = file}}) {
        try {
            CurlTransport const transport{options};
            FAIL();
        } catch (UsageError const& error) {
            std::string const named = options.ca_file.empty() ? options.ca_path : options.ca_file;
            CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring(named));
        }
    }
}

TEST_CASE("MockTransport: a request that is asked of it stays where it is", "[http][transport]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200}; });
    auto const send = [&](int number) {
        (void)mock.send(
            http::Request{.url = "https://host.example/a/path/of/some/length/" + std::to_string(number),
                          .headers = {{"X-Number", "number " + std::to_string(number) + " of those that are sent"}}});
    };
    send(0);
    http::Request const& first = mock.requests().back();
    std::string const& url = mock.requests().at(0).url;
    std::string_view const header = mock.requests()[0].headers.get("X-Number");
    for (int number = 1; number != 100; ++number) send(number);
    CHECK(first.url.ends_with("/0"));
    CHECK(&first.url == &url);
    CHECK(header == "number 0 of those that are sent");
    CHECK(&mock.requests().front() == &first);
    CHECK(mock.requests().back().url.ends_with("/99"));
    for (auto const& [name, value] : mock.requests().back().headers) CHECK(value.starts_with("number 99"));

    int number = 0;
    for (http::Request const& sent : mock.requests()) CHECK(sent.url.ends_with('/' + std::to_string(number++)));
    CHECK(number == 100);
    auto mine = mock.requests();  // a vector of copies, which its owner may change
    mine.erase(mine.begin(), mine.begin() + 99);
    mine.front().url = "changed";
    CHECK(mock.requests().size() == 100);
    CHECK(std::vector<http::Request>(mine).at(0).url == "changed");
    mock.clear();
    CHECK(mine.back().url == "changed");
    CHECK_THROWS_AS(mock.requests().back(), std::out_of_range);
    CHECK_THROWS_AS(mock.requests().front(), std::out_of_range);
    CHECK_THROWS_AS(mock.requests()[0], std::out_of_range);
    using Requests = MockTransport::Requests;
    static_assert(std::is_lvalue_reference_v<decltype(std::declval<Requests>().back())>);
    static_assert(std::ranges::forward_range<Requests> && !temporary_begins<Requests>);  // nothing would be behind it
}
