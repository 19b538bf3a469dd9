// SPDX-License-Identifier: Apache-2.0
// What browsers and programs that bring their own application meet.
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

TEST_CASE("sandbox web: pages of this machine may call, others may not", "[sandbox][web]") {
    sb::Server server(sb::Options{.allowed_origins = {"https://app.example.org"}});
    Client client(server);
    client.token = server.user_token(transfer_scope);
    auto const list = [&](std::string const& method, std::string const& origin) {
        return client.send(method, "/v0.10/task_list",
                           {{"Origin", origin}, {"Access-Control-Request-Headers", "authorization"}});
    };
    for (std::string const good : {"http://localhost:3000", "http://127.0.0.1:8080", "https://app.example.org"}) {
        CAPTURE(good);
        CHECK(list("GET", good).header("Access-Control-Allow-Origin") == good);
        auto const before = list("OPTIONS", good);
        CHECK(before.status == 204);
        CHECK(before.header("Access-Control-Allow-Headers") == "authorization");
        CHECK(before.header("Access-Control-Allow-Methods").find("DELETE") != std::string::npos);
        client.close();
    }
    for (std::string const bad : {"https://evil.example", "http://localhost.evil.example", "null",
                                  "http://127.0.0.1.evil.example", "file://"}) {
        CAPTURE(bad);
        auto const refused = list("GET", bad);
        CHECK(refused.status == 403);
        CHECK(refused.header("Access-Control-Allow-Origin").empty());
    }
    CHECK(client.get("/v0.10/task_list").header("Access-Control-Allow-Origin").empty());
    // A page never reads what a login answers.
    CHECK(client.send("GET", authorize_target(server, transfer_scope), {{"Origin", "http://localhost:1"}})
              .header("Access-Control-Allow-Origin")
              .empty());
}

TEST_CASE("sandbox web: a base address may end with a slash", "[sandbox][web]") {
    sb::Server server;
    Client client(server);
    client.token = server.user_token(transfer_scope);
    CHECK(client.get("//v0.10/task_list").status == 200);
    CHECK(client.get("/health").text("status") == "ok");
    CHECK(client.get("/").body.find(server.source_collection()) != std::string::npos);
}

TEST_CASE("sandbox web: the CLI makes an application of its own, validates and revokes", "[sandbox][web]") {
    sb::Server server;
    Client client(server);
    std::string const cli = "95fdeba8-fac2-42bd-a357-e068d82ff78e";
    auto const made =
        client.post("/v2/api/clients", R"({"client": {"template_id": ")" + cli + R"(", "name": "Globus CLI"}})");
    REQUIRE(made.status == 201);
    auto const credential = made.json().at("included").at("client_credential");
    Headers const own{{"Authorization", "Basic " + base64(json::value_to<std::string>(credential.at("client")) + ":" +
                                                          json::value_to<std::string>(credential.at("secret")))}};
    auto const token =
        client.form("/v2/oauth2/token", "grant_type=client_credentials&scope=" + encode(transfer_scope), own)
            .text("access_token");
    auto const active = [&] {
        return client.form("/v2/oauth2/token/validate", "token=" + token, own).json().at("active") == true;
    };
    CHECK(active());
    CHECK(client.form("/v2/oauth2/token/revoke", "client_id=" + cli + "&token=" + token).status == 200);
    CHECK_FALSE(active());
    CHECK(client.form("/v2/oauth2/token/validate", "token=" + token).status == 401);
}

TEST_CASE("sandbox web: several users log in, and the page asks whom", "[sandbox][web]") {
    sb::Server server(sb::Options{.users = {{"", "ada@example.org"}, {"", "bob@example.com"}}, .ask = true});
    Client client(server);
    auto const page = client.get(authorize_target(server, "openid"));
    CHECK(page.status == 200);
    CHECK(page.body.find("bob@example.com") != std::string::npos);
    CHECK(client.get(authorize_target(server, "openid", "&sandbox_decision=deny"))
              .header("Location")
              .find("access_denied") != std::string::npos);
    auto const who = [&](std::string const& more) {
        Client browser(server);
        auto const token = log_in(browser, server, "openid", "&sandbox_decision=allow" + more).text("access_token");
        browser.token = token;
        return browser.get("/v2/oauth2/userinfo").text("preferred_username");
    };
    CHECK(who("") == "ada@example.org");
    CHECK(who("&sandbox_user=bob%40example.com") == "bob@example.com");
    CHECK(who("&login_hint=bob%40example.com") == "bob@example.com");
    CHECK(who("&session_required_single_domain=example.com") == "bob@example.com");
}

TEST_CASE("sandbox web: any application, when asked for", "[sandbox][web]") {
    std::string const target =
        "/v2/oauth2/authorize?response_type=code&client_id=11111111-2222-4333-8444-555555555555"
        "&redirect_uri=" +
        encode("http://127.0.0.1:9/cb") + "&scope=openid&code_challenge=" + challenge + "&code_challenge_method=S256";
    sb::Server strict;
    CHECK(Client(strict).get(target).status == 400);
    sb::Server open(sb::Options{.any_app = true});
    CHECK(Client(open).get(target).status == 302);
}

TEST_CASE("sandbox web: what is provisioned is an identity, and the variables name each service", "[sandbox][web]") {
    sb::Server server;
    Client client(server);
    client.token = server.user_token("auth.globus.org");
    auto const ask = [&](std::string const& more) {
        return client.get("/v2/api/identities?usernames=new%40example.org" + more).json().at("identities").as_array();
    };
    CHECK(ask("").empty());
    auto const made = ask("&provision=true");
    REQUIRE(made.size() == 1);
    CHECK(json::value_to<std::string>(made[0].at("status")) == "unused");
    CHECK(ask("&provision=true")[0] == made[0]);
    std::string names;
    for (auto const& [name, value] : server.environment()) names += name + " ";
    for (std::string const service : {"AUTH", "TRANSFER", "GROUPS", "SEARCH", "FLOWS", "TIMER", "TIMERS", "COMPUTE"})
        CHECK(names.find("GLOBUS_SDK_SERVICE_URL_" + service + " ") != std::string::npos);
    CHECK(server.https_url().starts_with("https://127.0.0.1:"));
    CHECK(server.ca_pem().find("BEGIN CERTIFICATE") != std::string::npos);
}

TEST_CASE("sandbox web: a reset brings back the begin", "[sandbox][web]") {
    sb::Server server;
    Client client(server);
    auto const token = server.user_token(transfer_scope);
    client.token = token;
    client.post("/v0.10/bookmark", R"({"name": "B", "path": "/", "endpoint_id": "x"})");
    server.reset();
    CHECK(client.get("/v0.10/bookmark_list").status == 401);
    client.token = server.user_token(transfer_scope);
    CHECK(client.get("/v0.10/bookmark_list").json().at("DATA").as_array().empty());
}
