// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

Headers as(std::string const& id, std::string const& secret) {
    return {{"Authorization", "Basic " + base64(id + ":" + secret)}};
}

/// A sandbox, and a developer who manages applications.
struct Fixture {
    Fixture() : client(server), anonymous(server) { client.token = server.user_token("auth.globus.org"); }

    std::string make_client() {
        auto const made = client.post("/v2/api/clients", R"({"client": {"name": "c", "project": "p",
            "client_type": "confidential_client", "fqdns": ["app.example.org"]}})");
        REQUIRE(made.status == 201);
        return json::value_to<std::string>(made.json().at("client").at("id"));
    }
    json::object make_credential(std::string const& id) {
        auto const made = client.post("/v2/api/clients/" + id + "/credentials", R"({"credential": {"name": "x"}})");
        REQUIRE(made.status == 201);
        return made.json().at("credential").as_object();
    }
    int log_in_as(std::string const& id, std::string const& secret) {
        return anonymous.form("/v2/oauth2/token", "grant_type=client_credentials&scope=openid", as(id, secret)).status;
    }
    static std::string text(json::object const& document, char const* name) {
        return json::value_to<std::string>(document.at(name));
    }

    sb::Server server;
    Client client;
    Client anonymous;
};

}  // namespace

TEST_CASE("sandbox applications: a credential opens the door until it is deleted", "[sandbox][auth]") {
    Fixture f;
    auto const id = f.make_client();
    auto const first = f.make_credential(id);
    auto const second = f.make_credential(id);
    CHECK(f.log_in_as(id, "guess") == 401);
    CHECK(f.log_in_as(id, f.text(first, "secret")) == 200);
    CHECK(f.log_in_as(id, f.text(second, "secret")) == 200);
    auto const other = f.make_client();
    f.make_credential(other);
    CHECK(f.client.get("/v2/api/clients/" + id + "/credentials").json().at("credentials").as_array().size() == 2);
    CHECK(f.client.send("DELETE", "/v2/api/clients/" + id + "/credentials/" + f.text(first, "id")).status == 200);
    CHECK(f.log_in_as(id, f.text(first, "secret")) == 401);
    CHECK(f.log_in_as(id, f.text(second, "secret")) == 200);

    auto const token =
        f.anonymous.form("/v2/oauth2/token", "grant_type=client_credentials&scope=" + encode(transfer_scope),
                         as(id, f.text(second, "secret")));
    Client holder(f.server);
    holder.token = token.text("access_token");
    CHECK(holder.get("/v0.10/task_list").status == 200);
    CHECK(f.client.send("DELETE", "/v2/api/clients/" + id).status == 200);
    CHECK(f.log_in_as(id, f.text(second, "secret")) == 401);
    CHECK(holder.get("/v0.10/task_list").status == 401);
}

TEST_CASE("sandbox applications: an instance of a native application has a credential", "[sandbox][auth]") {
    Fixture f;
    auto const made = f.anonymous.post(
        "/v2/api/clients", R"({"client": {"name": "i", "template_id": ")" + f.server.native_client_id() + R"("}})");
    REQUIRE(made.status == 201);
    auto const credential = made.json().at("included").at("client_credential").as_object();
    CHECK(f.log_in_as(f.text(credential, "client"), f.text(credential, "secret")) == 200);
}

TEST_CASE("sandbox applications: an application makes a child of itself", "[sandbox][auth]") {
    Fixture f;
    std::string const body = R"({"client": {"name": "kid", "public_client": true, "redirect_uris": []}})";
    auto const made = f.anonymous.post("/v2/api/clients", body, basic(f.server));
    REQUIRE(made.status == 201);
    auto const child = made.json().at("client").as_object();
    CHECK(f.text(child, "parent_client") == f.server.client_id());
    auto const login = f.anonymous.get("/v2/oauth2/authorize?response_type=code&client_id=" + f.text(child, "id") +
                                       "&redirect_uri=" + encode("http://127.0.0.1:9/cb") +
                                       "&scope=openid&code_challenge=" + challenge + "&code_challenge_method=S256");
    CHECK(!parameter(login.header("Location"), "code").empty());
    CHECK(f.anonymous.post("/v2/api/clients", body, as(f.server.client_id(), "guess")).status == 401);
}

TEST_CASE("sandbox applications: an application with a secret shows it to revoke a token", "[sandbox][auth]") {
    Fixture f;
    auto const token =
        f.anonymous
            .form("/v2/oauth2/token", "grant_type=client_credentials&scope=" + encode(transfer_scope), basic(f.server))
            .text("access_token");
    Client holder(f.server);
    holder.token = token;
    auto const revoke = [&](std::string const& more, Headers headers = {}) {
        return f.anonymous.form("/v2/oauth2/token/revoke", "token=" + token + more, std::move(headers)).status;
    };
    CHECK(revoke("&client_id=" + f.server.client_id()) == 401);
    CHECK(revoke("", as(f.server.client_id(), "guess")) == 401);
    CHECK(holder.get("/v0.10/task_list").status == 200);
    CHECK(revoke("", basic(f.server)) == 200);
    CHECK(holder.get("/v0.10/task_list").status == 401);
}

TEST_CASE("sandbox applications: they have identities, names and scopes", "[sandbox][auth]") {
    Fixture f;
    auto const& user = f.server.user().id;
    auto const found = f.client.get("/v2/api/identities?ids=" + user + "," + f.server.client_id()).json();
    REQUIRE(found.at("identities").as_array().size() == 2);
    CHECK(found.at("identities").at(1).at("username").as_string() == f.server.client_id() + "@clients.auth.globus.org");

    auto const id = f.make_client();
    CHECK(f.client.get("/v2/api/clients?fqdn=app.example.org").json().at("client").at("id").as_string() == id);
    CHECK(f.client.get("/v2/api/clients?fqdn=none.example.org").status == 404);

    auto const made = f.client.post("/v2/api/clients/" + id + "/scopes",
                                    R"({"scope": {"name": "s", "description": "d", "scope_suffix": "use"}})");
    auto const scope = made.json().at("scope").as_object();
    auto const count = [&](std::string const& query) {
        return f.client.get("/v2/api/scopes" + query).json().at("scopes").as_array().size();
    };
    CHECK(count("") == 1);
    CHECK(count("?ids=" + f.text(scope, "id")) == 1);
    CHECK(count("?ids=00000000-0000-4000-8000-000000000000") == 0);
    CHECK(count("?scope_strings=" + encode(f.text(scope, "scope_string"))) == 1);
    CHECK(count("?scope_strings=nonsense") == 0);
    auto const known = f.client.get("/v2/api/scopes?scope_strings=" + encode(transfer_scope)).json().at("scopes");
    REQUIRE(known.as_array().size() == 1);
    CHECK(known.at(0).at("scope_string").as_string() == transfer_scope);

    auto const providers = f.client.get("/v2/api/identity_providers?domains=example.org,other.org").json();
    REQUIRE(providers.at("identity_providers").as_array().size() == 1);
    auto const provider = json::value_to<std::string>(providers.at("identity_providers").at(0).at("id"));
    CHECK(f.client.get("/v2/api/identity_providers?ids=" + provider).json() == providers);
    CHECK(f.client.get("/v2/api/identity_providers").status == 400);
}

TEST_CASE("sandbox applications: a session requirement is met by its values, not by its name",
          "[sandbox][auth][gare]") {
    sb::Server server;
    Client client(server);
    auto const status = [&](std::string const& asked) {
        client.token = "";
        auto const token = log_in(client, server, transfer_scope, asked).text("access_token");
        client.token = token;
        return client.get("/v0.10/task_list").status;
    };
    SECTION("a list") {
        server.require_session("transfer", {{"session_required_policies", json::array{"p1", "p2"}}});
        CHECK(status("") == 403);
        CHECK(status("&session_required_policies=p3") == 403);
        CHECK(status("&session_required_policies=p1") == 403);
        CHECK(status("&session_required_policies=p2,p3,p1") == 200);
    }
    SECTION("a flag") {
        server.require_session("transfer", {{"session_required_mfa", true}});
        CHECK(status("&session_required_mfa=false") == 403);
        CHECK(status("&session_required_mfa=True") == 200);
    }
    SECTION("a text") {
        server.require_session("transfer", {{"session_required_single_domain", "example.org"}});
        CHECK(status("") == 403);
        // Nobody of this domain can log in.
        CHECK(log_in(client, server, transfer_scope, "&session_required_single_domain=example.com").status == 401);
        CHECK(status("&session_required_single_domain=example.com,example.org") == 200);
    }
}
