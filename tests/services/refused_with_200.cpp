// SPDX-License-Identifier: Apache-2.0
// Answers whose status is 200 and that say no all the same.
#include <globus/services/compute.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <exception>
#include <functional>
#include <string>
#include <vector>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

template <class S>
using Of = Client<S, AccessTokenPolicy, MockTransport>;
using Manager = GroupsManager<Of<GroupsService>>;

template <class S>
Of<S> make(MockTransport const& mock) {
    return Of<S>{"token", {.transport = mock}};
}

std::string refusal(std::string const& action) {
    return R"({")" + action + R"(": [], "errors": {")" + action +
           R"(": [{"identity_id": "i", "code": "NOT_ALLOWED", "detail": "you are no manager"}]}})";
}

}  // namespace

TEST_CASE("GroupsManager throws what the service refused, whatever was to be done", "[groups]") {
    struct Action {
        char const* name;
        std::function<void(Manager const&)> act;
    };
    std::vector<Action> const actions{
        {"accept", [](Manager const& m) { m.accept_invite({.group_id = "g", .identity_id = "i"}); }},
        {"add", [](Manager const& m) { m.add_member({.group_id = "g", .identity_id = "i"}); }},
        {"approve", [](Manager const& m) { m.approve_pending({.group_id = "g", .identity_id = "i"}); }},
        {"change_role",
         [](Manager const& m) { m.change_role({.group_id = "g", .identity_id = "i", .role = GroupRole::admin}); }},
        {"decline", [](Manager const& m) { m.decline_invite({.group_id = "g", .identity_id = "i"}); }},
        {"invite", [](Manager const& m) { m.invite_member({.group_id = "g", .identity_id = "i"}); }},
        {"join", [](Manager const& m) { m.join({.group_id = "g", .identity_id = "i"}); }},
        {"leave", [](Manager const& m) { m.leave({.group_id = "g", .identity_id = "i"}); }},
        {"reject", [](Manager const& m) { m.reject_join_request({.group_id = "g", .identity_id = "i"}); }},
        {"remove", [](Manager const& m) { m.remove_member({.group_id = "g", .identity_id = "i"}); }},
        {"request_join", [](Manager const& m) { m.request_join({.group_id = "g", .identity_id = "i"}); }},
    };
    for (Action const& action : actions) {
        INFO(action.name);
        MockTransport mock;
        mock.reply(200, refusal(action.name));
        Manager const manager{make<GroupsService>(mock)};
        try {
            action.act(manager);
            FAIL_CHECK("nothing was thrown");
        } catch (MembershipRefused const& error) {
            REQUIRE(error.refused().size() == 1);
            CHECK(error.refused()[0] ==
                  groups::RefusedMembership{action.name, "i", "NOT_ALLOWED", "you are no manager"});
            CHECK(error.code() == "NOT_ALLOWED");
            CHECK_THAT(error.what(), ContainsSubstring("/v2/groups/g") && ContainsSubstring("you are no manager"));
            CHECK(error.http_status() == 200);
            CHECK(error.errors().at(0).raw.at("detail") == "you are no manager");
            CHECK_FALSE(error.outcome_unknown());
        }
        CHECK(mock.request_count() == 1);
    }
}

TEST_CASE("what was done beside a refusal stays readable, and the error is a GroupsApiError", "[groups]") {
    MockTransport mock;
    mock.reply(200, R"({"add": [{"identity_id": "other", "status": "active"}], "errors": {"add": [
                        {"identity_id": "i", "code": "A", "detail": "first"}, {"identity_id": "j", "code": "B"}]}})");
    Manager const manager{make<GroupsService>(mock)};
    std::exception_ptr kept;
    try {
        manager.add_member({.group_id = "g", .identity_id = "i"});
    } catch (GroupsApiError const&) {
        kept = std::current_exception();
    }
    REQUIRE(kept);
    try {
        std::rethrow_exception(kept);
    } catch (MembershipRefused const& error) {
        CHECK(error.result().add.at(0).identity_id == "other");
        REQUIRE(error.refused().size() == 2);
        CHECK(error.refused()[1].identity_id == "j");
        CHECK(error.code().empty());  // two reasons have no code in common
    }
}

TEST_CASE("a refusal in an odd form is one, too, and empty errors are none", "[groups]") {
    for (char const* refused : {R"({"errors": {"add": [{"detail": "no"}]}})", R"({"errors": {"add": ["no"]}})",
                                R"({"errors": {"add": "no"}})", R"({"errors": [{"code": "X"}]})", R"({"errors": "no"})",
                                R"({"errors": {"another": [{}]}})"}) {
        INFO(refused);
        MockTransport mock;
        mock.reply(200, refused);
        CHECK_THROWS_AS(Manager{make<GroupsService>(mock)}.add_member({.group_id = "g", .identity_id = "i"}),
                        MembershipRefused);
    }
    for (char const* done : {R"({"add": [{"identity_id": "i"}]})", R"({"add": [{"identity_id": "i"}], "errors": null})",
                             R"({"add": [{"identity_id": "i"}], "join": null, "errors": {}})",
                             R"({"add": [{"identity_id": "i"}], "errors": {"add": [], "join": null}})"}) {
        INFO(done);
        MockTransport mock;
        mock.reply(200, done);
        auto const result = Manager{make<GroupsService>(mock)}.add_member({.group_id = "g", .identity_id = "i"});
        CHECK(result->add.size() == 1);
        CHECK(result->join.empty());
        CHECK(result.mismatch().empty());
    }
}

TEST_CASE("a batch of actions tells what was refused beside what was done", "[groups]") {
    MockTransport mock;
    mock.reply(200, R"({"invite": [{"identity_id": "a"}], "remove": null,
                        "errors": {"invite": [{"identity_id": "b", "code": "X", "detail": "d"}],
                                   "remove": [{"identity_id": "c", "code": "Y", "detail": "e"}]}})");
    BatchMembershipActions actions;
    actions.invite_members({"a", "b"}).remove_members("c");
    auto const result = make<GroupsService>(mock).batch_membership_action({.group_id = "g", .actions = actions});
    CHECK(result->invite.size() == 1);
    CHECK(result->remove.empty());
    CHECK(result->refused() ==
          std::vector<groups::RefusedMembership>{{"invite", "b", "X", "d"}, {"remove", "c", "Y", "e"}});
}

TEST_CASE("a submission to Compute tells of each task whether it was accepted", "[compute]") {
    MockTransport mock;
    mock.reply(200, R"({"response": "batch", "results": [
        {"status": "success", "task_uuid": "a", "http_status_code": 200},
        {"status": "Failed", "task_uuid": "b", "http_status_code": 404, "reason": "no such endpoint"},
        "the service is full", {"status": "success", "task_uuid": "c"}]})");
    auto const answer = make<ComputeServiceV2>(mock).submit({.data = Json{{"task_group_id", "t"}}});
    CHECK(answer.mismatch().empty());
    REQUIRE(answer->results.size() == 4);
    CHECK(answer->results[0].accepted());
    CHECK_FALSE(answer->results[1].accepted());
    CHECK(answer->results[1].reason == "no such endpoint");
    CHECK_FALSE(answer->results[2].accepted());
    CHECK(answer->results[2].reason == "the service is full");
    CHECK(answer->results[3].accepted());
}

TEST_CASE("the id of a cancellation leads to its status, as a number or a text", "[transfer]") {
    for (char const* id : {"18446744073709551615", "-1", "42", R"("42")", R"("4a7c")"}) {
        INFO(id);
        MockTransport mock;
        mock.reply(200, std::string(R"({"id": )") + id + "}").reply(200, R"({"id": 1, "done": true})");
        auto const transfer = make<TransferService>(mock);
        auto const begun = transfer.endpoint_manager_cancel_tasks({.task_ids = {"t"}, .message = "m"});
        CHECK(begun.mismatch().empty());
        CHECK(*transfer.endpoint_manager_cancel_status({.admin_cancel_id = *begun->id})->done);
        std::string digits = id;
        std::erase(digits, '"');
        CHECK(mock.requests().at(1).url.ends_with("/admin_cancel/" + digits));
    }
}
