// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <filesystem>
#include <string>

// What Globus documents and few programs call: each kind is created, read, changed and deleted as a whole.

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

/// A client of a service for the first user, or for the application.
struct Caller : Client {
    Caller(sb::Session& session, std::string const& resource_server) : Client(session) {
        token = session.user_token(resource_server);
    }
};

sb::User const other_user{"0b5d0f5c-0000-4000-8000-000000000002", "other@example.org"};

/// One for another user, who has no roles.
struct Stranger : Client {
    Stranger(sb::Server& server, std::string const& scope) : Client(server) {
        Client browser(server);
        token = log_in(browser, server, scope, "&login_hint=" + encode(other_user.username)).text("access_token");
    }
};

sb::Options two_users() {
    sb::Options options;
    options.users = {{"", "ada@example.org"}, other_user};
    return options;
}

std::string variable(sb::Server& server, std::string const& name) {
    for (auto const& [one, value] : server.environment())
        if (one == name) return value;
    return {};
}

std::string data_text(Answer const& answer, char const* name) {
    return json::value_to<std::string>(answer.json().at("data").at(0).at(name));
}

}  // namespace

TEST_CASE("sandbox rare routes: the fields of an index have types and a budget", "[sandbox][search]") {
    sb::Server server(two_users());
    Caller client(server, "search.api.globus.org");
    auto const id = client.post("/v1/index", R"({"display_name": "i", "description": ""})").text("id");
    std::string const base = "/beta/index/" + id;
    CHECK(client.get(base + "/field_budget").json() ==
          json::parse(R"({"budget": 1000, "used": 0, "remaining": 1000})"));
    CHECK(client
              .post("/v1/index/" + id + "/ingest",
                    R"({"ingest_type": "GMetaEntry", "ingest_data": {"subject": "s", "visible_to": ["public"],
                        "content": {"foo": 1, "bar": {"baz": ["text"]}, "open": true, "ratio": 0.5}}})")
              .status == 200);
    CHECK(client.get(base + "/mapping").json() ==
          json::parse(R"({"@version": "2017-09-01", "mappings": {"bar.baz": "text", "foo": "long", "open": "boolean",
                          "ratio": "double"}})"));
    CHECK(client.get(base + "/mapping/bar.baz").json().at("mappings") == json::parse(R"({"bar.baz": "text"})"));
    CHECK(client.get(base + "/mapping/none").status == 404);
    CHECK(client.get(base + "/field_budget").json().at("used").as_int64() == 4);
    CHECK(client.get("/beta/index/none/mapping").code() == "NotFound.NoSuchIndex");
    Stranger other(server, "urn:globus:auth:scope:search.api.globus.org:all");
    CHECK(other.get(base + "/mapping").status == 403);
}

TEST_CASE("sandbox rare routes: runs are found by their flow, and changed together", "[sandbox][flows]") {
    sb::Options options = two_users();
    options.clock = sb::ClockMode::manual;
    sb::Server server(options);
    Caller client(server, "flows.globus.org");
    auto const make = [&](char const* title) {
        return client
            .post("/flows", std::string(R"({"title": ")") + title + R"(", "input_schema": {}, "definition": {
                "StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": true}}}})")
            .text("id");
    };
    auto const flow = make("one");
    auto const empty = make("two");
    auto const start = [&] {
        return Caller(server, flow)
            .post("/flows/" + flow + "/run", R"({"body": {}, "tags": ["a", "b"]})")
            .text("run_id");
    };
    auto const first = start();
    auto const second = start();
    CHECK(client.get("/flows/" + flow + "/runs").json().at("runs").as_array().size() == 2);
    CHECK(client.get("/flows/" + empty + "/runs").json().at("runs").as_array().empty());
    CHECK(client.get("/flows/none/runs").status == 404);
    CHECK(client.get("/flows/" + flow + "/runs/" + first + "/log").json().at("entries").as_array().size() == 1);
    CHECK(client.get("/flows/" + empty + "/runs/" + first + "/log").status == 404);
    std::string const both = R"({"filters": {"run_ids": [")" + first + R"(", ")" + second + R"("]}, )";
    CHECK(client.post("/batch/runs", both + R"("add": {"tags": ["c"]}, "remove": {"tags": ["a"]}})").status == 202);
    CHECK(json::serialize(client.get("/runs/" + second).json().at("tags")) == R"(["b","c"])");
    Stranger other(server, "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all");
    CHECK(other.get("/flows/" + flow + "/runs").status == 403);
    CHECK(other.post("/batch/runs", both + R"("set": {"status": "cancel"}})").status == 403);
    CHECK(client.post("/batch/runs", R"({"filters": {"run_ids": ["none"]}, "set": {"tags": []}})").status == 403);
    CHECK(client.post("/batch/runs", "{}").status == 422);
    CHECK(client.get("/runs/" + first).text("status") == "ACTIVE");
    CHECK(Caller(server, flow).post("/flows/" + flow + "/" + first + "/resume", "").status == 200);
    CHECK(client.post("/batch/runs", both + R"("set": {"status": "cancel", "tags": ["end"]}})").status == 202);
    CHECK(client.get("/runs/" + first).text("status") == "FAILED");
    CHECK(json::serialize(client.get("/runs/" + first).json().at("tags")) == R"(["end"])");
}

TEST_CASE("sandbox rare routes: registered APIs have owners, administrators and viewers", "[sandbox][flows]") {
    sb::Server server(two_users());
    Caller client(server, "flows.globus.org");
    std::string const target = R"("target": {"type": "openapi", "openapi_version": "3.1", "specification": {},
        "destination": {"method": "get", "url": "https://api.example.org/"}})";
    std::string const viewer = "urn:globus:auth:identity:" + other_user.id;
    auto const made = client.post("/registered_apis", R"({"name": "mine", "subscription_id": "s", )" + target +
                                                          R"(, "roles": {"viewers": [")" + viewer + R"("]}})");
    REQUIRE(made.status == 201);
    std::string const path = "/registered_apis/" + made.text("id");
    CHECK(client.post("/registered_apis", R"({"name": "mine", )" + target + "}").status == 400);
    CHECK(client.post("/registered_apis", R"({"name": "mine", "subscription_id": "s"})").status == 400);
    CHECK(client.get("/registered_apis").json().at("registered_apis").as_array().size() == 2);
    Stranger other(server, "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all");
    CHECK(other.get("/registered_apis").json().at("registered_apis").as_array().empty());
    CHECK(other.get("/registered_apis?filter_roles=viewer").json().at("registered_apis").as_array().size() == 2);
    CHECK(other.get(path).text("name") == "mine");
    CHECK(other.send("PATCH", path, {}, R"({"name": "taken"})").status == 403);
    auto const changed = client.send("PATCH", path, {},
                                     R"({"target": {"destination": {"method": "post",
        "url": "https://api.example.org/"}}, "roles": {"administrators": [")" +
                                         viewer + R"("], "viewers": []}})");
    CHECK(changed.status == 200);
    CHECK(changed.json().at("target").at("destination").at("method").as_string() == "post");
    CHECK(changed.json().at("target").at("type").as_string() == "openapi");
    CHECK(client.send("PATCH", path, {}, R"({"roles": {"owners": []}})").status == 400);
    CHECK(other.send("PATCH", path, {}, R"({"description": "by an administrator"})").status == 200);
    CHECK(other.send("DELETE", path).status == 403);
    CHECK(client.send("DELETE", path).text("description") == "by an administrator");
    CHECK(client.get(path).status == 404);
}

TEST_CASE("sandbox rare routes: Compute knows containers, and who vouches for an endpoint", "[sandbox][compute]") {
    sb::Server server(two_users());
    Caller client(server, "funcx_service");
    CHECK(client.get("/v2/authenticate").json().is_string());
    CHECK(Client(server).get("/v2/authenticate").status == 401);
    auto const id =
        client.post("/v2/containers", R"({"name": "c", "type": "singularity", "location": "/images/c.sif"})")
            .text("container_id");
    CHECK(client.get("/v2/containers/build/" + id).text("status") == "provided");
    auto const container = client.get("/v2/containers/" + id + "/singularity").json().at("container");
    CHECK(container.at("container_uuid").as_string() == id);
    CHECK(container.at("location").as_string() == "/images/c.sif");
    CHECK(client.get("/v2/containers/" + id + "/docker").status == 404);
    CHECK(client.post("/v2/containers", R"({"name": "c", "type": "tar", "location": "x"})").status == 422);
    auto const built = client.post("/v2/containers/build", R"({"name": "b", "apt": ["git"], "pip": [], "conda": []})")
                           .text("container_id");
    CHECK(client.get("/v2/containers/build/" + built).text("status") == "ready");
    CHECK(client.get("/v2/containers/build/none").status == 404);
    CHECK(client.post("/v2/containers/build", R"({"name": "b"})").status == 422);

    auto const endpoint = client.post("/v3/endpoints", R"({"endpoint_name": "e"})").text("endpoint_id");
    std::string const verify = "/v3/endpoints/" + endpoint + "/subscription-admin-verified";
    CHECK(client.send("PUT", verify, {}, R"({"subscription_admin_verified": true})").status == 200);
    CHECK(client.get("/v2/endpoints/" + endpoint).json().at("subscription_admin_verified").as_bool());
    CHECK(client.send("PUT", verify, {}, "{}").status == 422);
    Stranger other(server, "https://auth.globus.org/scopes/facd7ccc-c5f4-42aa-916b-a0e270e2c2a9/all");
    CHECK(other.send("PUT", verify, {}, R"({"subscription_admin_verified": false})").status == 403);
}

TEST_CASE("sandbox rare routes: stream gateways are access points, and have secrets for tunnels", "[sandbox][gcs]") {
    sb::Server server(two_users());
    std::string const endpoint = variable(server, "GLOBUS_SANDBOX_GCS_ENDPOINT");
    Caller manager(server, endpoint);
    Caller transfer(server, "transfer.api.globus.org");
    CHECK(manager.get("/api/stream_gateways").json().at("data").as_array().size() == 2);
    auto const made =
        manager.post("/api/stream_gateways", R"({"display_name": "lab", "contact_email": "a@example.org"})");
    REQUIRE(made.status == 201);
    auto const id = data_text(made, "id");
    std::string const point = "/v2/stream_access_points/" + id;
    auto const shown = transfer.get(point).json().at("data").at("attributes");
    CHECK(shown.at("display_name").as_string() == "lab");
    CHECK(shown.at("contact_email").as_string() == "a@example.org");
    CHECK(manager.send("PATCH", "/api/stream_gateways/" + id, {}, R"({"display_name": "hall"})").status == 200);
    CHECK(transfer.get(point).json().at("data").at("attributes").at("display_name").as_string() == "hall");
    CHECK(manager.post("/api/stream_gateways", "{}").status == 422);
    Stranger other(server, "urn:globus:auth:scope:" + endpoint + ":manage_collections");
    CHECK(other.post("/api/stream_gateways", R"({"display_name": "no"})").status == 403);

    auto const end = [](std::string const& of) {
        return R"({"data": {"type": "StreamAccessPoint", "id": ")" + of + R"("}})";
    };
    auto const tunnel = transfer
                            .post("/v2/tunnels", R"({"data": {"type": "Tunnel", "attributes": {}, "relationships": {
                                "initiator": )" + end(id) +
                                                     R"(, "listener": )" + end(id) + "}}}")
                            .json()
                            .at("data")
                            .at("id")
                            .as_string();
    std::string const wanted = R"({"stream_access_point_id": ")" + id + R"(", "tunnel_id": ")" + tunnel.c_str() + "\"";
    auto const secret = manager.post("/api/lan_secrets", wanted + R"(, "expires_in_mins": 5})");
    REQUIRE(secret.status == 201);
    CHECK_FALSE(data_text(secret, "secret").empty());
    CHECK(data_text(secret, "identity_id") == server.user().id);
    CHECK(other.post("/api/lan_secrets", wanted + "}").status == 422);  // not his tunnel
    CHECK(other.send("DELETE", "/api/lan_secrets/" + data_text(secret, "id")).status == 403);
    CHECK(manager.send("DELETE", "/api/lan_secrets/" + data_text(secret, "id")).status == 200);
    CHECK(manager.send("DELETE", "/api/lan_secrets/" + data_text(secret, "id")).status == 404);
    CHECK(manager.send("PATCH", "/api/stream_gateways/" + id, {}, R"({"allowed_domains": ["lab.example"]})").status ==
          200);
    CHECK(manager.post("/api/lan_secrets", wanted + "}").status == 403);
    CHECK(manager.send("DELETE", "/api/stream_gateways/" + id).status == 200);
    CHECK(transfer.get(point).status == 404);
}

TEST_CASE("sandbox rare routes: the endpoint and collections have domains, and are checked", "[sandbox][gcs]") {
    sb::Server server(two_users());
    std::string const endpoint = variable(server, "GLOBUS_SANDBOX_GCS_ENDPOINT");
    std::string const mapped = variable(server, "GLOBUS_SANDBOX_MAPPED_COLLECTION");
    Caller manager(server, endpoint);
    std::string const gateway = data_text(manager.get("/api/storage_gateways"), "id");
    std::string const credential = data_text(
        manager.post("/api/user_credentials", R"({"storage_gateway_id": ")" + gateway + R"(", "username": "ada"})"),
        "id");
    std::string const guest =
        data_text(manager.post("/api/collections", R"({"collection_type": "guest", "display_name": "g",
            "collection_base_path": "/", "mapped_collection_id": ")" +
                                                       mapped + R"(", "user_credential_id": ")" + credential + "\"}"),
                  "id");
    std::string const domain = R"({"domain_name": "data.example.org", "certificate": "C", "private_key": "K",
        "wildcard": true})";
    for (auto const& path : {std::string("/api/endpoint"), "/api/collections/" + mapped}) {
        CHECK(manager.get(path + "/domain").status == 404);
        CHECK(manager.send("PUT", path + "/domain", {}, R"({"domain_name": "x", "wildcard": false})").status == 422);
        CHECK(manager.send("PUT", path + "/domain", {}, domain).status == 200);
        CHECK(data_text(manager.get(path + "/domain"), "domain_name") == "data.example.org");
        CHECK_FALSE(manager.get(path + "/domain").json().at("data").at(0).as_object().contains("private_key"));
        CHECK(data_text(manager.get(path), "domain_name") == "data.example.org");
    }
    CHECK(data_text(manager.get("/api/collections/" + guest), "domain_name") == guest + ".data.example.org");
    CHECK(manager.send("DELETE", "/api/collections/" + mapped + "/domain").status == 200);
    CHECK(manager.get("/api/collections/" + mapped + "/domain").status == 404);
    CHECK(data_text(manager.get("/api/collections/" + mapped), "domain_name") == mapped + ".data.example.org");
    CHECK(manager.send("DELETE", "/api/endpoint/domain").status == 200);
    CHECK_FALSE(manager.get("/api/collections/" + guest).json().at("data").at(0).as_object().contains("domain_name"));
    CHECK(manager.get("/api/collections/none/domain").status == 404);
    Stranger other(server, "urn:globus:auth:scope:" + endpoint + ":manage_collections");
    CHECK(other.get("/api/endpoint/domain").status == 403);
    CHECK(other.get("/api/collections/check").status == 403);

    CHECK(manager.get("/api/collections/check").json().at("data").as_array().size() == 2);
    std::string const check = "/api/collections/" + mapped + "/check";
    CHECK(manager.get(check).json().at("data").at(0).at("error").is_null());
    std::filesystem::remove_all(server.directory(mapped));
    CHECK(manager.get(check).json().at("data").at(0).at("error").at("code").as_string() == "base_path_missing");
    CHECK(manager.get("/api/collections/check?filter=guest-collections").json().at("data").as_array().size() == 1);
    CHECK(manager.send("DELETE", "/api/storage_gateways/" + gateway).status == 200);
    CHECK(manager.get(check).json().at("data").at(0).at("error").at("code").as_string() == "storage_gateway_missing");
}
