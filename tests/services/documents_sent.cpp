// SPDX-License-Identifier: Apache-2.0
#include <globus/services/auth.hpp>
#include <globus/services/compute.hpp>
#include <globus/services/flows.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/timers.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <cstdint>
#include <string>

// Documents that operations take, and members of the caller's own in them.

using namespace globus;

namespace {

template <class S>
Client<S, AccessTokenPolicy, MockTransport> make(MockTransport const& mock) {
    return Client<S, AccessTokenPolicy, MockTransport>{AccessTokenPolicy{"token"}, {.transport = mock}};
}

AdditionalFields const more{{"new", 1}};

}  // namespace

namespace documents_sent_test {
struct NewName {
    Optional<std::string> name = {};
    GLOBUS_MEMBERS(NewName, name);
};
}  // namespace documents_sent_test
using documents_sent_test::NewName;

TEST_CASE("documents: a pause rule is sent as it was read", "[transfer]") {
    MockTransport mock;
    mock.reply(201, R"({"id": "r"})").reply(200, R"({"id": "r"})").reply(200, "{}").reply(200, "{}");
    auto const transfer = make<TransferService>(mock);
    (void)transfer.endpoint_manager_create_pause_rule(
        {.data = transfer::PauseRule{.message = "wait", .endpoint_id = "e", .pause_ls = true}});
    CHECK(mock.requests()[0].body ==
          R"({"DATA_TYPE":"pause_rule","message":"wait","endpoint_id":"e","pause_ls":true})");
    (void)transfer.endpoint_manager_update_pause_rule({.pause_rule_id = "r", .data = {{"message", "still"}}});
    CHECK(mock.requests()[1].body == R"({"message":"still"})");
    (void)transfer.endpoint_manager_create_pause_rule();
    CHECK_FALSE(mock.requests()[2].has_body);
}

TEST_CASE("documents: timers and Compute take described objects and Json", "[timers][compute]") {
    MockTransport mock;
    mock.reply(200, "{}").reply(200, "{}").reply(200, "{}").reply(200, "{}");
    (void)make<TimersService>(mock).update_job({.job_id = "j", .data = NewName{.name = "n"}});
    (void)make<TimersService>(mock).update_job({.job_id = "j", .data = {{"name", "n"}}});
    (void)make<ComputeServiceV3>(mock).update_endpoint({.endpoint_id = "e", .data = NewName{.name = "n"}});
    (void)make<ComputeServiceV2>(mock).submit({.data = Json{{"name", "n"}}});
    for (http::Request const& request : mock.requests()) CHECK(request.body == R"({"name":"n"})");
}

TEST_CASE("documents: preferences of the caller's identities", "[groups]") {
    MockTransport mock;
    mock.reply(200, "{}");
    (void)make<GroupsService>(mock).set_identity_preferences({.data = IdentityPreferences{.allow_add = false}});
    CHECK(mock.requests().at(0).body == R"({"allow_add":false})");
}

TEST_CASE("documents: each takes members that the library does not know", "[services]") {
    CHECK(to_json(OnceTimerSchedule{.additional_fields = more}) == R"({"type":"once","new":1})");
    CHECK(to_json(RecurringTimerSchedule{.interval_seconds = 5, .additional_fields = more}) ==
          R"({"type":"recurring","interval_seconds":5,"new":1})");
    Json const nothing{{"a", 1}};
    CHECK(to_json(TransferTimer{.schedule = nothing, .body = nothing, .additional_fields = more}) ==
          R"({"timer_type":"transfer","schedule":{"a":1},"body":{"a":1},"new":1})");
    CHECK(to_json(FlowTimer{.flow_id = "f", .schedule = nothing, .body = nothing, .additional_fields = more}) ==
          R"({"timer_type":"flow","flow_id":"f","schedule":{"a":1},"body":{"a":1},"new":1})");
    CHECK(to_json(TimerJob{
              .callback_url = "u", .callback_body = 1, .start = "s", .interval = 7, .additional_fields = more}) ==
          R"({"callback_url":"u","callback_body":1,"start":"s","interval":7,"new":1})");
    CHECK(to_json(flows::RunActivityNotificationPolicy{.status = "FAILED", .additional_fields = more}) ==
          R"({"status":["FAILED"],"new":1})");
    CHECK(to_json(DependentScopeSpec{
              .scope = "s", .optional = true, .requires_refresh_token = false, .additional_fields = more}) ==
          R"({"scope":"s","optional":true,"requires_refresh_token":false,"new":1})");
    CHECK(to_json(groups::MembershipAction{.identity_id = "i", .additional_fields = more}) ==
          R"({"identity_id":"i","new":1})");
    BatchMembershipActions actions{.additional_fields = more};
    actions.remove_members("i");
    CHECK(to_json(actions) == R"({"remove":[{"identity_id":"i"}],"new":1})");
    CHECK(to_json(transfer::FilterRule{.name = "*", .additional_fields = more}) ==
          R"({"DATA_TYPE":"filter_rule","name":"*","method":"exclude","new":1})");
}
