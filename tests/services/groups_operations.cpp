// SPDX-License-Identifier: Apache-2.0
#include <globus/services/groups.hpp>
#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <string>
#include <string_view>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

using Groups = Client<GroupsService, AccessTokenPolicy, MockTransport>;

Groups make_client(MockTransport const& mock) { return Groups{"token", {.transport = mock}}; }

}  // namespace

TEST_CASE("My groups are a list of typed groups", "[groups]") {
    MockTransport mock;
    mock.reply(200, R"([{"id": "g1", "name": "beamline", "parent_id": null, "new_member": 1,
                         "my_memberships": [{"group_id": "g1", "role": "admin", "status": "active"}],
                         "policies": {"group_visibility": "private"}},
                        {"id": "g2"}])");
    auto const mine = make_client(mock).get_my_groups({.statuses = {"active", "invited"}});

    CHECK(mock.requests().at(0).url == "https://groups.api.globus.org/v2/groups/my_groups?statuses=active%2Cinvited");
    REQUIRE(mine->size() == 2);
    groups::Group const& first = mine->front();
    CHECK(first.parent_id.is_null());
    REQUIRE(first.my_memberships.size() == 1);
    CHECK(first.my_memberships.front().role == GroupRole::admin);
    CHECK(first.policies->group_visibility == GroupVisibility::private_);
    CHECK(mine->back().my_memberships.empty());
}

TEST_CASE("A group id is one segment of the path", "[groups]") {
    MockTransport mock;
    mock.reply(200, "{}");
    auto const client = make_client(mock);
    client.get_group({.group_id = "a/b c%?#", .include = "memberships"});
    CHECK(mock.requests().at(0).url ==
          "https://groups.api.globus.org/v2/groups/a%2Fb%20c%25%3F%23?include=memberships");
    CHECK_THROWS_AS(client.get_group({.group_id = ".."}), UsageError);
    CHECK_THROWS_AS(client.delete_group({.group_id = ""}), UsageError);
    CHECK(mock.request_count() == 1);
}

TEST_CASE("A group is verified for a subscription, or by null for none", "[groups]") {
    MockTransport mock;
    mock.reply(200, R"({"group_id": "g", "subscription_admin_verified_id": "s"})");
    mock.reply(200, R"({"group_id": "g", "subscription_admin_verified_id": null})");
    auto const client = make_client(mock);
    CHECK(client.set_subscription_admin_verified({.group_id = "g", .subscription_id = "s"})
              ->subscription_admin_verified_id == "s");
    CHECK(client.set_subscription_admin_verified({.group_id = "g", .subscription_id = null})
              ->subscription_admin_verified_id.is_null());
    CHECK(mock.requests().at(0).body == R"({"subscription_admin_verified_id":"s"})");
    CHECK(mock.requests().at(1).body == R"({"subscription_admin_verified_id":null})");
}

TEST_CASE("Actions on memberships are gathered by kind", "[groups]") {
    BatchMembershipActions actions;
    actions.add_members("alice").change_roles(GroupRole::admin, {"bob", "carol"}).join({}).leave("dave");
    actions.add_members("eve", GroupRole::manager);

    MockTransport mock;
    mock.reply(200, R"({"add": [{"identity_id": "alice", "status": "active"}], "errors": {"add": [{"code": "X"}]}})");
    auto const done = make_client(mock).batch_membership_action({.group_id = "g", .actions = actions});

    CHECK(boost::json::parse(mock.requests().at(0).body) == boost::json::parse(R"({
        "add": [{"identity_id": "alice", "role": "member"}, {"identity_id": "eve", "role": "manager"}],
        "change_role": [{"identity_id": "bob", "role": "admin"}, {"identity_id": "carol", "role": "admin"}],
        "join": [], "leave": [{"identity_id": "dave"}]})"));
    REQUIRE(done->add.size() == 1);
    CHECK(done->add.front().status == "active");
    CHECK(done->errors->at("add").at(0).at("code") == "X");
}

TEST_CASE("What sends invitations is not sent again after a lost answer", "[groups]") {
    MockTransport mock;
    mock.fail(NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "the connection was closed"));
    auto const client = make_client(mock);
    CHECK_THROWS_AS(client.batch_membership_action({.group_id = "g", .actions = BatchMembershipActions{}}),
                    NetworkError);
    CHECK(mock.request_count() == 1);
}

TEST_CASE("A refusal is a GroupsApiError", "[groups]") {
    MockTransport mock;
    mock.reply(403, R"({"code": "PermissionDenied", "message": "no", "request_id": "r1"})");
    try {
        make_client(mock).create_group({.data = {{"name", "n"}}});
        FAIL("it was not refused");
    } catch (GroupsApiError const& error) {
        CHECK(error.code() == "PermissionDenied");
        CHECK_THAT(error.what(), ContainsSubstring("r1"));
    }
}

TEST_CASE("The manager does one thing a call", "[groups]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    GroupsManager const manager{make_client(mock)};
    manager.create_group({.name = "n", .description = "d"});
    manager.create_group({.name = "n", .description = "d", .parent_id = "p"});
    manager.add_member({.group_id = "g", .identity_id = "i"});
    manager.change_role({.group_id = "g", .identity_id = "i", .role = GroupRole::manager});
    manager.reject_join_request({.group_id = "g", .identity_id = "i"});
    manager.set_group_policies({.group_id = "g",
                                .is_high_assurance = false,
                                .group_visibility = GroupVisibility::authenticated,
                                .group_members_visibility = GroupMemberVisibility::managers,
                                .join_requests = true,
                                .signup_fields = {GroupRequiredSignupFields::zip}});

    std::string_view const bodies[] = {
        R"({"name":"n","description":"d","parent_id":null})",
        R"({"name":"n","description":"d","parent_id":"p"})",
        R"({"add":[{"identity_id":"i","role":"member"}]})",
        R"({"change_role":[{"identity_id":"i","role":"manager"}]})",
        R"({"reject":[{"identity_id":"i"}]})",
        R"({"is_high_assurance":false,"group_visibility":"authenticated","group_members_visibility":"managers",)"
        R"("join_requests":true,"signup_fields":["zip"],"authentication_assurance_timeout":null})"};
    auto const requests = mock.requests();
    REQUIRE(requests.size() == std::size(bodies));
    for (std::size_t i = 0; i != requests.size(); ++i) CHECK(requests[i].body == bodies[i]);
    CHECK(requests[5].method == http::Method::put);
    CHECK(requests[5].url == "https://groups.api.globus.org/v2/groups/g/policies");
}
