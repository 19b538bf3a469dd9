// SPDX-License-Identifier: Apache-2.0
// High assurance: what a login was, and what collections, flows and groups want it to be.
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

sb::Options with_two_users() {
    sb::Options options;
    options.clock = sb::ClockMode::manual;
    options.users = {{"", "ada@example.org"}, {"", "bob@lab.example.edu"}};
    return options;
}

std::string text_at(json::value const& value) { return json::value_to<std::string>(value); }

struct Fixture {
    Fixture() : client(server), developer(server) { developer.token = server.user_token("auth.globus.org"); }

    /// Logs in with these parameters besides; false when the login was refused.
    bool log_in(std::string const& scope, std::string const& more = {}) {
        auto const answer = sandbox_test::log_in(client, server, scope, more);
        if (answer.status != 200) return false;
        client.token = answer.text("access_token");
        return true;
    }
    std::string policy(std::string const& members) {
        auto const made = developer.post("/v2/api/policies",
                                         R"({"policy": {"display_name": "P", "description": "d", )" + members + "}}");
        REQUIRE(made.status == 201);
        return text_at(made.json().at("policy").at("id"));
    }
    /// Changes the document of the first collection.
    void require(std::string const& members) {
        Client manager(server);
        manager.token = server.user_token(transfer_scope);
        REQUIRE(manager.send("PUT", "/v0.10/endpoint/" + server.source_collection(), {}, members).status == 200);
    }
    Answer list() { return client.get("/v0.10/operation/endpoint/" + server.source_collection() + "/ls?path=/"); }

    sb::Server server{with_two_users()};
    Client client;
    Client developer;
};

std::string const flows_scope = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all";

}  // namespace

TEST_CASE("sandbox assurance: a collection with a policy says which login would do", "[sandbox][assurance]") {
    Fixture f;
    auto const id = f.policy(R"("high_assurance": true, "required_mfa": true, "authentication_assurance_timeout": 60)");
    f.require(R"({"authentication_policy_id": ")" + id + "\"}");
    REQUIRE(f.log_in(transfer_scope));
    auto const refused = f.list();
    CHECK(refused.status == 403);
    CHECK(refused.code() == "AuthPolicyFailed");
    auto const wanted = text_at(refused.json().at("authorization_parameters").at("session_required_policies"));
    CHECK(wanted == id);
    REQUIRE(f.log_in(transfer_scope, "&session_required_policies=" + wanted));
    CHECK(f.list().status == 200);
    f.server.advance_clock(std::chrono::seconds(61));
    CHECK(f.list().code() == "AuthPolicyFailed");
}

TEST_CASE("sandbox assurance: a policy is for some domains", "[sandbox][assurance]") {
    Fixture f;
    auto const id = f.policy(R"("high_assurance": false, "domain_constraints_include": ["*.example.edu"])");
    f.require(R"({"authentication_policy_id": ")" + id + "\"}");
    REQUIRE(f.log_in(transfer_scope));  // ada
    CHECK(f.list().code() == "AuthPolicyFailed");
    REQUIRE(f.log_in(transfer_scope, "&session_required_policies=" + id));  // bob, whom the policy lets in
    CHECK(f.list().status == 200);
    CHECK_FALSE(f.log_in(transfer_scope,
                         "&login_hint=x&session_required_identities=ada%40example.org"
                         "&session_required_policies=" +
                             id));
}

TEST_CASE("sandbox assurance: a collection of high assurance wants a recent login of this session",
          "[sandbox][assurance]") {
    Fixture f;
    f.require(R"({"high_assurance": true, "authentication_timeout_mins": 30, "mfa_required": true})");
    REQUIRE(f.log_in(transfer_scope));
    auto const refused = f.list();
    CHECK(refused.status == 502);
    CHECK(refused.code() == "ExternalError.DirListingFailed.LoginFailed");
    auto const parameters = refused.json().at("authorization_parameters");
    CHECK(parameters.at("session_required_mfa") == true);
    auto const who = text_at(parameters.at("session_required_identities").at(0));
    std::string const again = "&session_required_mfa=true&session_required_identities=" + who;
    REQUIRE(f.log_in(transfer_scope, again));
    CHECK(f.list().status == 200);
    f.server.advance_clock(std::chrono::minutes(31));
    CHECK(f.list().code() == "ExternalError.DirListingFailed.LoginFailed");
    // A login elsewhere does not help this session; its own does.
    std::string const late = f.client.token;
    REQUIRE(f.log_in(transfer_scope, again));
    CHECK(f.list().status == 200);
    f.client.token = late;
    CHECK(f.list().status == 502);
    // Without high assurance any login of the identity counts.
    f.require(R"({"high_assurance": false, "mfa_required": false})");
    CHECK(f.list().status == 200);
    f.server.advance_clock(std::chrono::minutes(31));
    CHECK(f.list().status == 502);
}

TEST_CASE("sandbox assurance: everybody is nobody at a collection of high assurance", "[sandbox][assurance]") {
    Fixture f;
    f.require(R"({"high_assurance": true, "authentication_timeout_mins": 30})");
    REQUIRE(f.log_in(transfer_scope));
    std::string const rules = "/v0.10/endpoint/" + f.server.source_collection() + "/access";
    CHECK(f.client.post(rules, R"({"principal_type": "anonymous", "path": "/", "permissions": "r"})").status == 400);
}

TEST_CASE("sandbox assurance: a storage gateway is for some domains", "[sandbox][assurance][gcs]") {
    Fixture f;
    std::string gcs;
    for (auto const& [name, value] : f.server.environment())
        if (name == "GLOBUS_SANDBOX_GCS_ENDPOINT") gcs = value;
    Client manager(f.server);
    manager.token = f.server.user_token("urn:globus:auth:scope:" + gcs + ":manage_collections");
    auto const id_of = [](Answer const& made) { return text_at(made.json().at("data").at(0).at("id")); };
    auto const gateway = id_of(manager.post("/api/storage_gateways", R"({"display_name": "S", "high_assurance": true,
        "authentication_timeout_mins": 10, "allowed_domains": ["lab.example.edu"]})"));
    auto const mapped = id_of(manager.post("/api/collections", R"({"collection_type": "mapped", "display_name": "M",
        "storage_gateway_id": ")" + gateway + "\"}"));
    REQUIRE(f.log_in(transfer_scope));
    CHECK(f.client.get("/v0.10/endpoint/" + mapped).json().at("high_assurance") == true);
    std::string const listing = "/v0.10/operation/endpoint/" + mapped + "/ls?path=/";
    auto const refused = f.client.get(listing);
    CHECK(refused.status == 502);
    auto const domains = refused.json().at("authorization_parameters").at("session_required_single_domain");
    REQUIRE(domains.as_array().size() == 1);
    auto const guest = manager.post("/api/collections", R"({"collection_type": "guest", "display_name": "G",
        "mapped_collection_id": ")" + mapped + "\"}");
    CHECK(guest.status == 403);
    CHECK(text_at(guest.json().at("detail").at("DATA_TYPE")) == "not_from_allowed_domain#1.0.0");
    REQUIRE(f.log_in(transfer_scope, "&session_required_single_domain=" + text_at(domains.at(0))));
    CHECK(f.client.get(listing).status == 200);
    CHECK_FALSE(f.log_in(transfer_scope, "&session_required_single_domain=nowhere.example.com"));
}

TEST_CASE("sandbox assurance: flows and groups have policies, too", "[sandbox][assurance][flows][groups]") {
    Fixture f;
    auto const id = f.policy(R"("high_assurance": true, "required_mfa": true)");
    REQUIRE(f.log_in(flows_scope));
    auto const flow =
        f.client
            .post("/flows", R"({"title": "F", "input_schema": {}, "authentication_policy_id": ")" + id +
                                R"(", "definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}})")
            .text("id");
    auto const refused = f.client.get("/flows/" + flow);
    CHECK(refused.status == 403);
    CHECK(refused.code() == "AuthenticationPolicyRequired");
    REQUIRE(f.log_in(flows_scope, "&session_required_policies=" + id));
    CHECK(f.client.get("/flows/" + flow).status == 200);

    REQUIRE(f.log_in("urn:globus:auth:scope:groups.api.globus.org:all"));
    auto const group = f.client.post("/v2/groups", R"({"name": "G"})").text("id");
    auto const policies = f.client.send("PUT", "/v2/groups/" + group + "/policies", {}, R"({"is_high_assurance": true,
        "authentication_assurance_timeout": 600, "group_visibility": "private", "join_requests": false})");
    CHECK(policies.status == 200);
    CHECK(f.client.get("/v2/groups/" + group).status == 200);
    f.server.advance_clock(std::chrono::seconds(601));
    CHECK(f.client.get("/v2/groups/" + group).json().as_object().contains("authorization_parameters"));
}

TEST_CASE("sandbox assurance: the page that asks shows why, and who may log in", "[sandbox][assurance][web]") {
    auto options = with_two_users();
    options.ask = true;
    sb::Server const server{options};
    Client browser(server);
    auto const page = browser.get(authorize_target(
        server, transfer_scope, "&session_required_single_domain=lab.example.edu&session_message=Use%20the%20lab%27s"));
    CHECK(page.status == 200);
    CHECK(page.body.find("<p id=\"message\">Use the lab's</p>") != std::string::npos);
    CHECK(page.body.find("bob@lab.example.edu") != std::string::npos);
    CHECK(page.body.find("ada@example.org") == std::string::npos);
}

TEST_CASE("sandbox assurance: introspection tells of the session, which a refresh does not renew",
          "[sandbox][assurance][auth]") {
    Fixture f;
    auto const first =
        sandbox_test::log_in(f.client, f.server, transfer_scope, "&access_type=offline&session_required_mfa=true");
    f.server.advance_clock(std::chrono::hours(1));
    auto const second =
        f.client.form("/v2/oauth2/token", "grant_type=refresh_token&client_id=" + f.server.native_client_id() +
                                              "&refresh_token=" + first.text("refresh_token"));
    auto const session_of = [&](Answer const& tokens) {
        return f.client
            .form("/v2/oauth2/token/introspect", "include=session_info&token=" + tokens.text("access_token"),
                  basic(f.server))
            .json()
            .at("session_info")
            .at("authentications")
            .at(f.server.user().id);
    };
    CHECK(session_of(first) == session_of(second));
    CHECK(session_of(first).at("amr") == json::array({"pwd", "mfa"}));
}
