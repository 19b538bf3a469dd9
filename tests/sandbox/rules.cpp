// SPDX-License-Identifier: Apache-2.0
// Who may do what: access rules, roles, scopes, what belongs to somebody alone.
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

/// Two callers of one sandbox: its user, and its application.
struct Two {
    explicit Two(std::string const& scope) : user(server), app(server) {
        user.token = server.user_token(scope);
        app.token = app.form("/v2/oauth2/token", "grant_type=client_credentials&scope=" + encode(scope), basic(server))
                        .text("access_token");
    }
    std::string guest(std::string const& path = "/data/") {
        return user
            .post("/v0.10/shared_endpoint", R"({"display_name": "G", "host_endpoint": ")" + server.source_collection() +
                                                R"(", "host_path": ")" + path + "\"}")
            .text("id");
    }
    std::string rule(std::string const& path, std::string const& permissions) const {
        return R"({"principal_type": "identity", "principal": ")" + server.client_id() + R"(", "path": ")" + path +
               R"(", "permissions": ")" + permissions + "\"}";
    }
    sb::Server server;
    Client user;
    Client app;
};

}  // namespace

TEST_CASE("sandbox rules: a guest collection is for those whom a rule names", "[sandbox][rules]") {
    Two two(transfer_scope);
    std::string const id = two.guest();
    std::string const files = "/v0.10/operation/endpoint/" + id;
    std::string const rules = "/v0.10/endpoint/" + id + "/access";
    CHECK(two.app.get(files + "/ls?path=/").code() == "EndpointPermissionDenied");
    auto const made = two.user.post(rules, two.rule("/", "r"));
    CHECK(made.status == 201);
    CHECK(two.user.post(rules, two.rule("/", "r")).status == 409);
    CHECK(two.app.get(files + "/ls?path=/").status == 200);
    CHECK(two.app.post(files + "/mkdir", R"({"path": "/new"})").status == 403);
    CHECK(two.user.send("PUT", rules + "/" + made.text("access_id"), {}, R"({"permissions": "rw"})").status == 200);
    CHECK(two.app.post(files + "/mkdir", R"({"path": "/new"})").status == 202);
    CHECK(two.user.send("DELETE", rules + "/" + made.text("access_id")).status == 200);
    CHECK(two.app.get(files + "/ls?path=/").status == 403);
}

TEST_CASE("sandbox rules: a rule that means nothing is refused", "[sandbox][rules]") {
    Two two(transfer_scope);
    std::string const rules = "/v0.10/endpoint/" + two.guest() + "/access";
    CHECK(two.user.post(rules, two.rule("/", "x")).status == 400);
    CHECK(two.user.post(rules, two.rule("/x", "r")).status == 400);
    CHECK(two.user.post("/v0.10/endpoint/" + two.server.mapped_collection() + "/access", two.rule("/", "r")).status ==
          400);
    // Everybody's rule has a principal, too.
    CHECK(two.user.post(rules, R"({"principal_type": "anonymous", "path": "/", "permissions": "r"})").status == 201);
    CHECK(two.user.get(rules + "_list").json().at("DATA").at(0).at("principal").as_string() == "");
}

TEST_CASE("sandbox rules: the data of a collection are for the same people as its listings", "[sandbox][rules][data]") {
    Two two(transfer_scope);
    std::string const id = two.guest();
    std::string const rules = "/v0.10/endpoint/" + id + "/access";
    std::string const file = "/data/" + id + "/numbers.csv";
    Client data(two.server);
    CHECK(data.get(file).status == 302);
    CHECK(data.send("GET", file, {{"X-Requested-With", "XMLHttpRequest"}}).status == 401);
    data.token =
        data.form("/v2/oauth2/token",
                  "grant_type=client_credentials&scope=" + encode("https://auth.globus.org/scopes/" + id + "/https"),
                  basic(two.server))
            .text("access_token");
    CHECK(data.get(file).status == 403);
    auto const rule = two.user.post(rules, two.rule("/", "r")).text("access_id");
    CHECK(data.get(file).status == 200);
    CHECK(data.send("PUT", "/data/" + id + "/new.txt", {}, "new").status == 403);
    two.user.send("PUT", rules + "/" + rule, {}, R"({"permissions": "rw"})");
    CHECK(data.send("PUT", "/data/" + id + "/new.txt", {}, "new").status == 201);
    // What everybody may read, needs no token.
    Client anybody(two.server);
    two.user.post(rules, R"({"principal_type": "anonymous", "path": "/nested/", "permissions": "r"})");
    CHECK(anybody.get(file).status == 302);
    CHECK(anybody.get("/data/" + id + "/nested/notes.md").status == 200);
    CHECK(anybody.send("PUT", "/data/" + id + "/nested/none.txt", {}, "new").status == 302);
}

TEST_CASE("sandbox rules: a rule may end", "[sandbox][rules]") {
    Two two(transfer_scope);
    std::string const id = two.guest();
    std::string const files = "/v0.10/operation/endpoint/" + id + "/ls?path=/";
    two.user.post("/v0.10/endpoint/" + id + "/access",
                  R"({"principal_type": "all_authenticated_users", "path": "/", "permissions": "r",
                      "expiration_date": "2100-01-01T00:00:00+00:00"})");
    CHECK(two.app.get(files).status == 200);
    two.server.set_clock(std::chrono::system_clock::from_time_t(4133980800));  // 2101
    two.app.token = two.app
                        .form("/v2/oauth2/token", "grant_type=client_credentials&scope=" + encode(transfer_scope),
                              basic(two.server))
                        .text("access_token");
    CHECK(two.app.get(files).status == 403);
}

TEST_CASE("sandbox rules: a project is its administrators', with all that belongs to it", "[sandbox][rules][auth]") {
    Two two("urn:globus:auth:scope:auth.globus.org:manage_projects");
    auto const id_of = [](Answer const& made, char const* kind) {
        return json::value_to<std::string>(made.json().at(kind).at("id"));
    };
    auto const made =
        two.user.post("/v2/api/projects", R"({"project": {"display_name": "P", "contact_email": "p@x.org"}})");
    CHECK(made.json().at("project").at("admins").at("identities").at(0).at("id").as_string() == two.server.user().id);
    std::string const project = id_of(made, "project");
    std::string const policy =
        R"({"policy": {"display_name": "P", "description": "d", "project_id": ")" + project + "\"}}";
    CHECK(two.app.get("/v2/api/projects").json().at("projects").as_array().empty());
    CHECK(two.app.get("/v2/api/projects/" + project).status == 403);
    CHECK(two.app.post("/v2/api/policies", policy).status == 403);
    std::string const made_policy = id_of(two.user.post("/v2/api/policies", policy), "policy");
    CHECK(two.app.get("/v2/api/policies/" + made_policy).status == 403);
    std::string const change =
        R"({"project": {"admin_ids": [")" + two.server.user().id + R"(", ")" + two.server.client_id() + R"("]}})";
    CHECK(two.app.send("PUT", "/v2/api/projects/" + project, {}, change).status == 403);
    CHECK(two.user.send("PUT", "/v2/api/projects/" + project, {}, change).status == 200);
    CHECK(two.app.get("/v2/api/policies/" + made_policy).status == 200);
    CHECK(two.app.send("DELETE", "/v2/api/policies/" + made_policy).status == 200);
}

TEST_CASE("sandbox rules: roles let others manage a collection", "[sandbox][rules]") {
    Two two(transfer_scope);
    std::string const id = two.guest();
    std::string const endpoint = "/v0.10/endpoint/" + id;
    CHECK(two.app.post(endpoint + "/access", two.rule("/", "r")).status == 403);
    CHECK(two.app.send("DELETE", endpoint).status == 403);
    CHECK(two.app.get("/v0.10/endpoint_manager/task_list?filter_endpoint=" + id).status == 403);
    auto const role = [&](std::string const& name) {
        return two.user
            .post(endpoint + "/role", R"({"principal_type": "identity", "principal": ")" + two.server.client_id() +
                                          R"(", "role": ")" + name + "\"}")
            .status;
    };
    CHECK(role("access_manager") == 200);
    CHECK(two.app.post(endpoint + "/access", two.rule("/", "r")).status == 201);
    CHECK(role("activity_monitor") == 200);
    CHECK(two.app.get("/v0.10/endpoint_manager/task_list?filter_endpoint=" + id).status == 200);
    CHECK(role("emperor") == 400);
    CHECK(role("administrator") == 200);
    CHECK(two.app.send("DELETE", endpoint).status == 200);
}

TEST_CASE("sandbox rules: a token does what its scopes say", "[sandbox][rules]") {
    sb::Server server;
    Client client(server);
    client.token = server.user_token("urn:globus:auth:scope:transfer.api.globus.org:gcp_install");
    CHECK(client.get("/v0.10/task_list").status == 403);
    auto const made = client.post("/v0.10/endpoint", R"({"display_name": "laptop", "is_globus_connect": true})");
    CHECK(made.status == 201);
    CHECK_FALSE(made.text("globus_connect_setup_key").empty());
    client.token = server.user_token("urn:globus:auth:scope:groups.api.globus.org:view_my_groups_and_memberships");
    CHECK(client.get("/v2/groups/my_groups").status == 200);
    CHECK(client.post("/v2/groups", R"({"name": "G"})").status == 403);
    client.token = server.user_token("urn:globus:auth:scope:search.api.globus.org:search");
    CHECK(client.post("/v1/index", R"({"display_name": "I"})").status == 403);
    client.token = server.user_token("openid");
    CHECK(client.get("/v2/api/projects").status == 403);
}

TEST_CASE("sandbox rules: bookmarks, timers and indices are their owner's", "[sandbox][rules]") {
    Two two(transfer_scope);
    std::string const bookmark =
        R"({"name": "B", "path": "/", "endpoint_id": ")" + two.server.source_collection() + "\"}";
    auto const id = two.user.post("/v0.10/bookmark", bookmark).text("id");
    CHECK(two.app.get("/v0.10/bookmark_list").json().at("DATA").as_array().empty());
    CHECK(two.app.get("/v0.10/bookmark/" + id).status == 404);
    CHECK(two.app.post("/v0.10/bookmark", bookmark).status == 201);
    CHECK(two.user.post("/v0.10/bookmark", bookmark).status == 409);
    std::string const newer = R"({"data": {"type": "Bookmark", "attributes": {"name": "B", "path": "/"}}})";
    auto const made = two.user.post("/v2/bookmarks", newer);
    CHECK(made.status == 201);
    CHECK(two.user.get("/v2/bookmarks").json().at("data").as_array().size() == 1);
    CHECK(two.app.get("/v2/bookmarks").json().at("data").as_array().empty());
    auto const newer_id = json::value_to<std::string>(made.json().at("data").at("id"));
    CHECK(two.app.send("DELETE", "/v2/bookmarks/" + newer_id).status == 404);
    Two search("urn:globus:auth:scope:search.api.globus.org:all");
    auto const index = search.user.post("/v1/index", R"({"display_name": "I"})").text("id");
    CHECK(search.app.get("/v1/index_list").json().at("index_list").as_array().empty());
    CHECK(search.app.send("DELETE", "/v1/index/" + index).status == 403);
    Two timers("https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer");
    timers.user.post("/jobs/", R"({"start": "2999-01-01T00:00:00Z", "callback_url": "u"})");
    CHECK(timers.app.get("/jobs/").json().at("jobs").as_array().empty());
}

TEST_CASE("sandbox rules: memberships follow their state machine", "[sandbox][groups]") {
    Two two("urn:globus:auth:scope:groups.api.globus.org:all");
    auto const group = two.user.post("/v2/groups", R"({"name": "G"})").text("id");
    std::string const path = "/v2/groups/" + group;
    std::string const them = R"([{"identity_id": ")" + two.server.client_id() + R"("}])";
    auto const act = [&](Client& who, std::string const& action, std::string const& whom) {
        return who.post(path, "{\"" + action + "\": " + whom + "}").json();
    };
    auto const code = [](json::value const& answer, char const* action) {
        return json::value_to<std::string>(answer.at("errors").at(action).at(0).at("code"));
    };
    CHECK(two.app.get(path).status == 403);
    CHECK(code(act(two.app, "accept", them), "accept") == "NO_MEMBERSHIP");
    CHECK(act(two.user, "invite", them).at("invite").at(0).at("status").as_string() == "invited");
    auto const invited = two.app.get(path).json().at("my_memberships");
    REQUIRE(invited.as_array().size() == 1);
    CHECK(invited.at(0).at("status").as_string() == "invited");
    CHECK(act(two.app, "accept", them).at("accept").at(0).at("status").as_string() == "active");
    CHECK(code(act(two.user, "add", them), "add") == "ALREADY_ACTIVE");
    // A member has no say in who else is one.
    std::string const owner = R"([{"identity_id": ")" + two.server.user().id + R"("}])";
    CHECK(code(act(two.app, "remove", owner), "remove") == "FORBIDDEN");
    CHECK(two.app.send("DELETE", path).status == 403);
    CHECK(act(two.app, "leave", them).at("leave").at(0).at("status").as_string() == "left");
    CHECK(code(act(two.user, "remove", them), "remove") == "NO_MEMBERSHIP");
}
