// SPDX-License-Identifier: Apache-2.0
// Globus Groups: a group for a beamline's users, by which rules it is joined, and who is in it.
//
// What uses a client is a template over its transport: here it runs on a script, in your program on CurlTransport.
#include <globus/services/groups.hpp>

#include "expect.hpp"

#include <cstdio>
#include <exception>
#include <string>

using namespace globus;
using groups::BatchMembershipActions, groups::GroupMemberVisibility, groups::GroupPolicies, groups::GroupRole,
    groups::GroupVisibility, groups::Membership;

template <class Client>
std::string open_group(Client const& client, std::string const& manager, StringList const& users) {
    auto const created = client.create_group({.data = Json{{"name", "Beamline 7"}, {"description", "Run 2026-3"}}});
    std::string const id = created->id;
    client.set_group_policies(
        {.group_id = id,
         .data = GroupPolicies{.is_high_assurance = false,
                               .group_visibility = GroupVisibility::private_,
                               .group_members_visibility = GroupMemberVisibility::managers,
                               .join_requests = true,
                               .signup_fields = {groups::GroupRequiredSignupFields::institution}}});

    BatchMembershipActions actions;
    actions.add_members(users).add_members(manager, GroupRole::manager);
    auto const done = client.batch_membership_action({.group_id = id, .actions = actions});
    if (done->errors) std::printf("not added: %s\n", serialize(*done->errors).c_str());
    std::printf("%zu members\n", done->add.size());
    return id;
}

template <class Client>
void members(Client const& client, std::string const& id) {
    auto const group = client.get_group({.group_id = id, .include = {"memberships"}});
    for (Membership const& member : group->memberships)
        std::printf("%s  %s\n", member.username.value_or("").c_str(), member.role.text().c_str());
}

int main() try {
    MockTransport mock;
    mock.reply(201, R"({"id": "g1", "name": "Beamline 7"})")
        .reply(200, R"({"join_requests": true})")
        .reply(200, R"({"add": [{"identity_id": "a"}, {"identity_id": "b"}, {"identity_id": "m"}]})")
        .reply(200, R"({"id": "g1", "name": "Beamline 7", "memberships": [
                        {"username": "ada@example.org", "role": "member", "status": "active"},
                        {"username": "mia@example.org", "role": "manager", "status": "active"}]})");
    Client<GroupsService, AccessTokenPolicy, MockTransport> const client{"token", {.transport = mock}};

    members(client, open_group(client, "m", {"a", "b"}));

    std::string const base = "https://groups.api.globus.org/v2/groups";
    expect(mock, 0, "POST", base, R"({"name":"Beamline 7","description":"Run 2026-3"})");
    expect(mock, 1, "PUT", base + "/g1/policies",
           R"({"is_high_assurance":false,"group_visibility":"private","group_members_visibility":"managers",)"
           R"("join_requests":true,"signup_fields":["institution"]})");
    expect(mock, 2, "POST", base + "/g1",
           R"({"add":[{"identity_id":"a","role":"member"},{"identity_id":"b","role":"member"},)"
           R"({"identity_id":"m","role":"manager"}]})");
    expect(mock, 3, "GET", base + "/g1?include=memberships");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
