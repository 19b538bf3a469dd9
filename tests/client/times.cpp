// SPDX-License-Identifier: Apache-2.0
// Time-outs and deadlines at their extremes. Under -fsanitize=undefined an overflow ends the program.
#include <globus/http/mock_transport.hpp>
#include <globus/http/rate_limiter.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <chrono>
#include <limits>
#include <optional>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Seconds = std::chrono::duration<double>;
using Limits = std::numeric_limits<double>;
using http::Clock;
using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

Clock::time_point const past[] = {Clock::time_point::min(), Clock::time_point::min() + 1ns, Clock::time_point(),
                                  Clock::now() - 1h, Clock::now()};
Clock::time_point const future[] = {Clock::now() + 1h, Clock::time_point::max() - 1ns, Clock::time_point::max()};

template <class F>
void runs_out_of_time(F const& call) {
    try {
        call();
        FAIL("there was no time for it");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::timeout);
        CHECK(error.sent() == NetworkError::Sent::no);
        CHECK_FALSE(error.outcome_unknown());
    }
}

}  // namespace

TEST_CASE("client: a deadline that has passed ends any call before it is sent", "[client][times]") {
    for (auto const deadline : past) {
        MockTransport mock;
        mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = R"({"DATA": []})"}; });
        Transfer const transfer{"t", {.transport = mock}};
        CallOptions const options{.deadline = deadline};
        runs_out_of_time([&] { (void)transfer.task_list({}, options); });
        runs_out_of_time([&] { (void)transfer.get("x", {}, options); });
        runs_out_of_time([&] { (void)transfer.post("x", Json(), options); });
        runs_out_of_time([&] { (void)transfer.paginate(TaskList{}, options).begin(); });
        runs_out_of_time([&] {
            TransferData data{.source_endpoint = "s", .destination_endpoint = "d"};
            data.add_item({.source_path = "/a", .destination_path = "/b"});
            (void)transfer.submit_transfer(data, options);
        });
        Client<TransferService, RefreshPolicy<Native>, MockTransport> const renewing{
            RefreshPolicy{Native{"c"}, "refresh"}, {.transport = mock}};
        runs_out_of_time([&] { (void)renewing.task_list({}, options); });
        Client<TransferService, AccessTokenPolicy, RateLimited<MockTransport>> const limited{
            "t", {.transport = {mock, RateLimiter{}}}};
        runs_out_of_time([&] { (void)limited.task_list({}, options); });
        CHECK(mock.request_count() == 0);
    }
}

TEST_CASE("client: a transport never meets a deadline at the end of a clock", "[client][times]") {
    for (auto const deadline : future)
        for (double const timeout : {1.0, 1e9, 1e10, 1.7e308, Limits::infinity()}) {
            MockTransport mock;
            mock.reply(200, "{}");
            Transfer const transfer{"t", {.transport = mock}};
            (void)transfer.get("x", {}, {.timeout = Seconds(timeout), .deadline = deadline});
            Seconds const left = mock.requests().at(0).deadline - Clock::now();
            CHECK(left.count() > 0.5);
            CHECK(left <= std::chrono::hours(24 * 365));
            CHECK(left.count() <= timeout);
        }
}

TEST_CASE("client: a time-out that is no time is refused, one of a call and one of the client", "[client][times]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    for (double const bad : {-1.0, -1e-300, -1.7e308, -Limits::infinity(), Limits::quiet_NaN()}) {
        CHECK_THROWS_AS((Transfer{"t", {.transport = mock}}.get("x", {}, {.timeout = Seconds(bad)})), UsageError);
        CHECK_THROWS_AS((Transfer{"t", {.transport = mock, .timeout = Seconds(bad)}}.get("x")), UsageError);
    }
    CHECK(mock.request_count() == 0);
    for (double const none : {0.0, 1e-300, Limits::denorm_min()})
        runs_out_of_time([&] { (void)Transfer{"t", {.transport = mock}}.get("x", {}, {.timeout = Seconds(none)}); });
}

TEST_CASE("client: whatever time a retry policy names, the next attempt is at once, in time, or never",
          "[client][times]") {
    struct Odd {
        Seconds wait;
        std::optional<Seconds> before_retry(Attempt const&) const { return wait; }
        void succeeded(Attempt const&) const noexcept {}
    };
    for (double const wait : {0.0, -1.0, -1e300, -Limits::infinity(), 1e300, Limits::infinity(), Limits::quiet_NaN()}) {
        MockTransport mock;
        std::chrono::milliseconds retry_in{-2};
        mock.reply(503, "{}").reply(200, "{}");
        Client<TransferService, AccessTokenPolicy, MockTransport, Odd> const transfer{
            "t", {.transport = mock, .retry = {Seconds(wait)}, .log = [&](LogEvent const& event) {
                      if (event.status == 503) retry_in = event.retry_in;
                  }}};
        bool const again = wait <= 0;
        CHECK(transfer.try_send(GetTask{.task_id = "t"}).has_value() == again);
        CHECK(retry_in == (again ? 0ms : -1ms));
        CHECK(mock.request_count() == (again ? 2u : 1u));
    }
}

TEST_CASE("client: a policy that is asked directly keeps any deadline", "[client][times]") {
    for (auto const deadline : past) {
        MockTransport mock;
        RefreshPolicy const policy{Native{"c"}, "refresh"};
        runs_out_of_time([&] {
            (void)policy.authorize(mock, AuthContext{.auth_url = "https://auth.globus.org/", .deadline = deadline});
        });
    }
}
