// SPDX-License-Identifier: Apache-2.0
#include <globus/services/auth.hpp>

#include "support/catch.hpp"

#include <string>

using namespace globus;

namespace {

using AuthClient = Client<AuthService, AccessTokenPolicy, MockTransport>;

AuthClient make(MockTransport mock) { return AuthClient{"token", {.transport = std::move(mock)}}; }

template <class O>
std::string url_of(O const& operation) {
    return detail::to_request(operation, AuthService{}, "https://auth.globus.org/").url.substr(24);
}
template <class O>
std::string body_of(O const& operation) {
    return detail::to_request(operation, AuthService{}, "https://auth.globus.org/").body;
}

}  // namespace

TEST_CASE("auth: identities are looked up by name or id, and provision goes with names", "[auth]") {
    CHECK(url_of(auth::GetIdentities{.usernames = {"a@e.org", "b+c@e.org"}}) ==
          "v2/api/identities?usernames=a%40e.org%2Cb%2Bc%40e.org&provision=false");
    CHECK(url_of(auth::GetIdentities{.usernames = "a", .provision = true}) ==
          "v2/api/identities?usernames=a&provision=true");
    CHECK(url_of(auth::GetIdentities{.ids = {"1", "2"}, .provision = true}) == "v2/api/identities?ids=1%2C2");
    CHECK(url_of(auth::GetIdentities{.ids = "1", .query_params = {{"include", "identity_provider"}}}) ==
          "v2/api/identities?ids=1&include=identity_provider");
    CHECK(url_of(auth::GetConsents{.identity_id = "a/b"}) == "v2/api/identities/a%2Fb/consents?all=False");
    CHECK(url_of(auth::GetConsents{.identity_id = "i", .all = true}) == "v2/api/identities/i/consents?all=True");
}

TEST_CASE("auth: arguments that exclude one another are refused before anything is sent", "[auth]") {
    MockTransport mock;
    auto const client = make(mock);
    CHECK_THROWS_AS(client.get_identity_providers({.domains = "a.org", .ids = "1"}), UsageError);
    CHECK_THROWS_AS(client.get_scopes({.scope_strings = "a", .ids = "1"}), UsageError);
    CHECK_THROWS_AS(client.get_client({}), UsageError);
    CHECK_THROWS_AS(client.get_client({.client_id = "1", .fqdn = "a.org"}), UsageError);
    CHECK_THROWS_AS(client.create_client({.name = "n", .project = "p"}), UsageError);
    CHECK_THROWS_AS(
        client.create_client({.name = "n", .project = "p", .public_client = true, .client_type = "client_identity"}),
        UsageError);
    CHECK_THROWS_AS(client.create_client({.name = "n",
                                          .project = "p",
                                          .public_client = true,
                                          .terms_and_conditions = "https://e.org/",
                                          .privacy_policy = ""}),
                    UsageError);
    CHECK_THROWS_AS(client.update_client({.client_id = "c", .terms_and_conditions = null, .privacy_policy = "p"}),
                    UsageError);
    CHECK_THROWS_AS(client.get_project({.project_id = ".."}), UsageError);
    CHECK_THROWS_AS(client.delete_client_credential({.client_id = "c", .credential_id = ""}), UsageError);
    CHECK(mock.request_count() == 0);
}

TEST_CASE("auth: documents are wrapped as the service wants them", "[auth]") {
    CHECK(url_of(auth::GetClient{.fqdn = "a.org"}) == "v2/api/clients?fqdn=a.org");
    CHECK(url_of(auth::GetClient{.client_id = "c"}) == "v2/api/clients/c");
    CHECK(body_of(auth::CreateProject{.display_name = "d", .contact_email = "e", .admin_ids = "one"}) ==
          R"({"project":{"display_name":"d","contact_email":"e","admin_ids":["one"]}})");
    CHECK(body_of(auth::UpdateProject{.project_id = "p"}) == R"({"project":{}})");
    CHECK(body_of(auth::UpdateClient{.client_id = "c"}) == R"({"client":{}})");
    CHECK(body_of(auth::UpdateScope{"s", "n"}) == R"({"scope":{"name":"n"}})");  // path parameters come first
    CHECK(body_of(auth::UpdatePolicy{.policy_id = "p", .domain_constraints_include = null}) ==
          R"({"policy":{"domain_constraints_include":null}})");
    CHECK(body_of(auth::CreateClient{.name = "n",
                                     .project = "p",
                                     .public_client = false,
                                     .terms_and_conditions = "",
                                     .privacy_policy = "",
                                     .additional_fields = {{"name", "other"}, {"x", 1}}}) ==
          R"({"client":{"name":"other","project":"p","public_client":false,"x":1}})");
    CHECK(body_of(auth::UpdateClient{.client_id = "c", .terms_and_conditions = null, .privacy_policy = null}) ==
          R"({"client":{"links":{"terms_and_conditions":null,"privacy_policy":null}}})");
    CHECK(body_of(auth::CreateScope{
              .client_id = "c",
              .name = "n",
              .description = "d",
              .scope_suffix = "s",
              .dependent_scopes = {{.scope = "x", .optional = true, .requires_refresh_token = false}}}) ==
          R"({"scope":{"name":"n","description":"d","scope_suffix":"s",)"
          R"("dependent_scopes":[{"scope":"x","optional":true,"requires_refresh_token":false}]}})");
    CHECK(body_of(auth::UpdateScope{.scope_id = "s", .required_domains = std::vector<std::string>{}}) ==
          R"({"scope":{"required_domains":[]}})");
    CHECK(body_of(auth::CreateClientCredential{.client_id = "c", .name = "n"}) == R"({"credential":{"name":"n"}})");
}

TEST_CASE("auth: answers are typed", "[auth]") {
    MockTransport mock;
    mock.reply(200, R"({"sub": "1", "identity_set": [{"sub": "2", "last_authentication": 7}]})")
        .reply(200, R"({"project": {"id": "p", "admin_group_ids": null, "admins": {"identities": [{"id": "i"}],
                        "groups": []}}})")
        .reply(200, R"({"consents": [{"id": 1, "dependency_path": [1]}, {"id": 2, "dependency_path": [1, 2]}]})")
        .reply(200, R"({"credential": {"id": "x", "secret": "s"}})");
    auto const client = make(mock);
    CHECK(client.userinfo()->identity_set.at(0).last_authentication == 7);
    auto const project = client.get_project({.project_id = "p"});
    CHECK(project->project->admins->identities.at(0).id == "i");
    CHECK(project->project->admin_group_ids.empty());
    CHECK(client.get_consents({.identity_id = "i"})->consents.at(1).dependency_path == std::vector<std::int64_t>{1, 2});
    CHECK(client.create_client_credential({.client_id = "c", .name = "n"})->credential->secret == "s");
    CHECK(mock.requests().at(0).authorization == Secret("Bearer token"));
}

TEST_CASE("auth: a secret is made once, whatever becomes of the answer", "[auth]") {
    MockTransport mock;
    mock.fail(NetworkError(NetworkError::Kind::interrupted, NetworkError::Sent::yes, "gone"));
    CHECK_THROWS_AS(make(mock).create_client_credential({.client_id = "c", .name = "n"}), NetworkError);
    CHECK(mock.request_count() == 1);
}

TEST_CASE("auth: errors are AuthApiErrors with Auth's id", "[auth]") {
    MockTransport mock;
    mock.reply(401, R"({"errors": [{"status": "401", "id": "abc", "code": "UNAUTHORIZED", "detail": "no"}]})");
    try {
        (void)make(mock).get_projects();
        FAIL("no error");
    } catch (AuthApiError const& error) {
        CHECK(error.code() == "UNAUTHORIZED");
        CHECK(error.request_id() == "abc");
    }
}
