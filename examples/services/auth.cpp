// SPDX-License-Identifier: Apache-2.0
// Globus Auth: a service's project, its client and a scope that brings others along; and who stands behind ids.
#include <globus/oauth/scopes.hpp>
#include <globus/services/auth.hpp>

#include "expect.hpp"

#include <cstdio>
#include <exception>
#include <string>

using namespace globus;

/// @return the text of a scope that lets the service `client_id` transfer for its user
template <class Client>
std::string make_scope(Client const& auth, std::string const& client_id) {
    auto const known = auth.get_scopes({.scope_strings = {std::string(TransferScopes::all),
                                                          std::string(GroupsScopes::view_my_groups_and_memberships)}});
    auto const made = auth.create_scope(
        {.client_id = client_id,
         .name = "Archive runs",
         .description = "Copy runs to the archive",
         .scope_suffix = "archive",
         .dependent_scopes = {{.scope = known->scopes[0].id, .optional = false, .requires_refresh_token = true},
                              {.scope = known->scopes[1].id, .optional = true, .requires_refresh_token = false}}});
    return made->scope->scope_string;
}

template <class Client>
void who(Client const& auth, std::string const& creator, std::string const& owner) {
    IdentityMap people{auth, {creator, owner}};  // one request for both
    for (std::string const& id : {creator, owner}) std::printf("%s\n", people[id].username.value_or("").c_str());
}

int main() try {
    MockTransport mock;
    mock.reply(200, R"({"scopes": [{"id": "s1"}, {"id": "s2"}]})")
        .reply(201, R"({"scope": {"id": "s3", "scope_string": "https://auth.globus.org/scopes/c1/archive"}})")
        .reply(200, R"({"identities": [{"id": "00000000-0000-0000-0000-00000000000a", "username": "ada@example.org"},
                                       {"id": "00000000-0000-0000-0000-00000000000b", "username": "bob@example.org"}]})");
    Client<AuthService, AccessTokenPolicy, MockTransport> const auth{"token", {.transport = mock}};

    std::printf("%s\n", make_scope(auth, "c1").c_str());
    who(auth, "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b");

    std::string const base = "https://auth.globus.org/v2/api/";
    expect(mock, 0, "GET",
           base +
               "scopes?scope_strings=urn%3Aglobus%3Aauth%3Ascope%3Atransfer.api.globus.org%3Aall%2C"
               "urn%3Aglobus%3Aauth%3Ascope%3Agroups.api.globus.org%3Aview_my_groups_and_memberships");
    expect(mock, 1, "POST", base + "clients/c1/scopes",
           R"({"scope":{"name":"Archive runs","description":"Copy runs to the archive","scope_suffix":"archive",)"
           R"("dependent_scopes":[{"scope":"s1","optional":false,"requires_refresh_token":true},)"
           R"({"scope":"s2","optional":true,"requires_refresh_token":false}]}})");
    expect(mock, 2, "GET",
           base + "identities?ids=00000000-0000-0000-0000-00000000000a%2C00000000-0000-0000-0000-00000000000b");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
