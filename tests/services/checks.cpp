// SPDX-License-Identifier: Apache-2.0
#include <globus/services/groups.hpp>
#include <globus/services/timers.hpp>
#include <globus/services/transfer.hpp>
#include <globus/services/transfer_v2.hpp>

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

// What builders refuse before anything is sent.

using namespace globus;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

template <class S>
Client<S, AccessTokenPolicy, MockTransport> make(MockTransport const& mock) {
    return Client<S, AccessTokenPolicy, MockTransport>{AccessTokenPolicy{"token"}, {.transport = mock}};
}

TransferData good_transfer() {
    TransferData data{.source_endpoint = "here", .destination_endpoint = "there"};
    data.add_item({.source_path = "/a", .destination_path = "/b"});
    return data;
}

/// The words of the refusal; nothing has been sent.
std::string refusal(std::function<void(MockTransport const&)> const& call) {
    MockTransport const mock;
    std::string words;
    try {
        call(mock);
    } catch (UsageError const& error) {
        words = error.what();
    }
    CHECK(mock.request_count() == 0);
    return words;
}

std::string refusal(std::function<void(TransferData&)> const& change) {
    TransferData data = good_transfer();
    change(data);
    return refusal([&](MockTransport const& mock) { (void)make<TransferService>(mock).submit_transfer(data); });
}

Json sent(TransferData data) {
    MockTransport mock;
    mock.reply(200, R"({"value": "s1"})").reply(200, R"({"code": "Accepted"})");
    (void)make<TransferService>(mock).submit_transfer(std::move(data));
    return boost::json::parse(mock.requests().at(1).body);
}

}  // namespace

TEST_CASE("checks: a transfer that Transfer would refuse is not sent", "[transfer][checks]") {
    CHECK_THAT(refusal([](TransferData& data) { data.source_endpoint = ""; }), ContainsSubstring("source_endpoint"));
    CHECK_THAT(refusal([](TransferData& data) { data.destination_endpoint = ""; }),
               ContainsSubstring("destination_endpoint is empty"));
    CHECK_THAT(refusal([](TransferData& data) { data.DATA.clear(); }), ContainsSubstring("add_item"));
    CHECK_THAT(refusal([](TransferData& data) { data.sync_level = 4; }), ContainsSubstring("sync_level is 4"));
    CHECK_THAT(refusal([](TransferData& data) { data.sync_level = -1; }), ContainsSubstring("sync_level is -1"));
    CHECK_THAT(refusal([](TransferData& data) { data.deadline = "2027-02-29 12:00:00"; }),
               ContainsSubstring("deadline is \"2027-02-29 12:00:00\": there is no such time"));
    CHECK_THAT(refusal([](TransferData& data) { data.label = std::string(129, 'x'); }),
               ContainsSubstring("129 characters"));
    CHECK_THAT(refusal([](TransferData& data) { data.label = "two\nlines"; }), ContainsSubstring("line break"));
    CHECK_THAT(refusal([](TransferData& data) { data.label = "two\rlines"; }), ContainsSubstring("line break"));
    CHECK_THAT(refusal([](TransferData& data) { data.label = " x"; }), ContainsSubstring("blank"));
    CHECK_THAT(refusal([](TransferData& data) { data.label = "x\t"; }), ContainsSubstring("blank"));
    CHECK_THAT(
        refusal([](TransferData& data) { data.add_filter_rule({.name = "*", .method = FilterMethod::word("keep")}); }),
        ContainsSubstring("\"include\" or \"exclude\", not \"keep\""));
    CHECK_THAT(refusal([](TransferData& data) { data.add_filter_rule({.name = "*", .type = FileType::word("link")}); }),
               ContainsSubstring("\"file\" or \"dir\", not \"link\""));
}

TEST_CASE("checks: what may be is sent", "[transfer][checks]") {
    TransferData data = good_transfer();
    std::string label;
    for (int i = 0; i != 128; ++i) label += "\xc3\xbc";  // 128 characters, 256 bytes
    data.label = label;
    data.sync_level = 3;
    data.deadline = std::chrono::sys_days{std::chrono::year(2027) / 3 / 1} + 12h;
    data.add_filter_rule({.name = "*.h5", .method = FilterMethod::include, .type = FileType::file})
        .add_filter_rule({.name = "*"});
    CHECK(sent(data).at("label") == Json(label));
    CHECK(sent(data).at("deadline") == "2027-03-01T12:00:00+00:00");
    data.deadline = "in a week";
    CHECK(sent(data).at("deadline") == "in a week");

    TransferData tomorrow = good_transfer();
    tomorrow.sync_level = 9;
    tomorrow.DATA.clear();
    tomorrow.additional_fields = {{"sync_level", 4}, {"DATA", Json(boost::json::array{1})}};
    tomorrow.add_filter_rule({.name = "*", .additional_fields = {{"method", "keep"}}});
    CHECK(sent(tomorrow).at("sync_level") == 4);
    CHECK(sent(tomorrow).at("filter_rules").at(0).at("method") == "keep");
    CHECK(to_json(TransferData{.source_endpoint = "", .destination_endpoint = ""}).size() > 10);  // not sent yet
}

TEST_CASE("checks: deletions and tunnels", "[transfer][checks]") {
    auto const deletion = [](DeleteData data) {
        return refusal([&](MockTransport const& mock) { (void)make<TransferService>(mock).submit_delete(data); });
    };
    CHECK_THAT(deletion({.endpoint = "e"}), ContainsSubstring("add_item"));
    CHECK_THAT(deletion({.endpoint = "", .DATA = {{.path = "/x"}}}), ContainsSubstring("endpoint is empty"));
    CHECK_THAT(deletion({.endpoint = "e", .label = "a\nb", .DATA = {{.path = "/x"}}}), ContainsSubstring("line break"));
    CHECK_THAT(deletion({.endpoint = "e", .deadline = "2027-04-31", .DATA = {{.path = "/x"}}}),
               ContainsSubstring("deadline is \"2027-04-31\""));
    CHECK_THAT(refusal([](MockTransport const& mock) {
                   (void)make<TransferService>(mock).send(transfer::SubmitTransfer{
                       .data = TransferData{.source_endpoint = "", .destination_endpoint = "b"}});
               }),
               ContainsSubstring("source_endpoint is empty"));
    CHECK_THAT(refusal([](MockTransport const& mock) {
                   (void)make<TransferService>(mock).create_tunnel(
                       {.initiator_stream_access_point = "i", .listener_stream_access_point = ""});
               }),
               ContainsSubstring("listener_stream_access_point is empty"));
    CHECK_THAT(refusal([](MockTransport const& mock) {
                   (void)make<TransferServiceV2>(mock).create_tunnel(
                       TunnelCreateDocument{.initiator_stream_access_point = "", .listener_stream_access_point = "l"});
               }),
               ContainsSubstring("initiator_stream_access_point is empty"));
}

TEST_CASE("checks: timers", "[timers][checks]") {
    auto const refused = [](timers::TimerDocument timer) {
        return refusal(
            [&](MockTransport const& mock) { (void)make<TimersService>(mock).create_timer({.timer = timer}); });
    };
    CHECK_THAT(
        refused(TransferTimer{.schedule = RecurringTimerSchedule{.interval_seconds = 0}, .body = good_transfer()}),
        ContainsSubstring("interval_seconds is 0"));
    TransferData empty = good_transfer();
    empty.DATA.clear();
    CHECK_THAT(refused(TransferTimer{.schedule = OnceTimerSchedule{}, .body = empty}), ContainsSubstring("no items"));
    CHECK_THAT(
        refused(FlowTimer{.flow_id = "f", .schedule = RecurringTimerSchedule{.interval_seconds = -5}, .body = 1}),
        ContainsSubstring("interval_seconds is -5"));
    CHECK_THAT(refused(FlowTimer{.flow_id = "", .schedule = OnceTimerSchedule{}, .body = 1}),
               ContainsSubstring("flow_id is empty"));
    auto const job = [](Optional<WholeSeconds> interval) {
        return refusal([&](MockTransport const& mock) {
            TimerJob const made{.callback_url = "u", .callback_body = 1, .start = "s", .interval = interval};
            (void)make<TimersService>(mock).create_job({.data = made});
        });
    };
    CHECK_THAT(job(0), ContainsSubstring("the interval is 0"));

    auto const scheduled = [&](DocumentOf<OnceTimerSchedule, RecurringTimerSchedule> schedule) {
        return refused(TransferTimer{.schedule = std::move(schedule), .body = good_transfer()});
    };
    CHECK_THAT(scheduled(OnceTimerSchedule{.datetime = "2027-02-30T00:00:00Z"}),
               ContainsSubstring("datetime is \"2027-02-30T00:00:00Z\": there is no such time"));
    CHECK_THAT(scheduled(RecurringTimerSchedule{.interval_seconds = 24h, .start = "2027-13-01"}),
               ContainsSubstring("start is \"2027-13-01\""));
    CHECK_THAT(
        scheduled(RecurringTimerSchedule{.interval_seconds = 24h, .end = EndAt{.datetime = "2027-01-01 25:00:00"}}),
        ContainsSubstring("datetime is"));
    auto const job_of = [](Timestamp start, Optional<Timestamp> stop_after) {
        return refusal([&](MockTransport const& mock) {
            TimerJob const made{
                .callback_url = "u", .callback_body = 1, .start = start, .interval = 1h, .stop_after = stop_after};
            (void)make<TimersService>(mock).create_job({.data = made});
        });
    };
    CHECK_THAT(job_of("2027-00-01", {}), ContainsSubstring("start is"));
    CHECK_THAT(job_of("2027-01-01", "2027-01-32"), ContainsSubstring("stop_after is"));

    MockTransport mock;
    mock.reply(201, "{}").reply(201, "{}");
    (void)make<TimersService>(mock).create_timer(
        {.timer = TransferTimer{.schedule = RecurringTimerSchedule{.interval_seconds = 1}, .body = good_transfer()}});
    (void)make<TimersService>(mock).create_job(
        {.data = TimerJob{.callback_url = "u", .callback_body = 1, .start = "s", .interval = null}});
    CHECK(mock.left() == 0);
}

TEST_CASE("checks: membership actions name somebody", "[groups][checks]") {
    BatchMembershipActions actions;
    actions.add_members({"alice", ""});
    CHECK_THAT(refusal([&](MockTransport const& mock) {
                   (void)make<GroupsService>(mock).batch_membership_action({.group_id = "g", .actions = actions});
               }),
               ContainsSubstring("empty identity_id"));
}
