// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

TEST_CASE("sandbox managers: the guest collections over a collection are listed", "[sandbox][transfer]") {
    sb::Server server;
    Client client(server);
    client.token = server.user_token(transfer_scope);
    std::string const host = server.source_collection();
    auto const share = [&](Client& owner) {
        return owner
            .post("/v0.10/shared_endpoint",
                  R"({"display_name": "Guest", "host_endpoint": ")" + host + R"(", "host_path": "/data"})")
            .text("id");
    };
    auto const mine = share(client);
    Client other(server);
    other.token =
        other.form("/v2/oauth2/token", "grant_type=client_credentials&scope=" + encode(transfer_scope), basic(server))
            .text("access_token");
    auto const theirs = share(other);
    auto const ids = [](json::value const& list) {
        std::string out;
        for (auto const& one : list.as_array()) out += json::value_to<std::string>(one.at("id")) + " ";
        return out;
    };
    std::string const base = "/v0.10/endpoint/" + host;
    auto const all = client.get(base + "/shared_endpoint_list").json();
    CHECK(ids(all.at("shared_endpoints")) == mine + " " + theirs + " ");
    CHECK(all.at("next_token").is_null());
    auto const first = client.get(base + "/shared_endpoint_list?max_results=1").json();
    CHECK(ids(first.at("shared_endpoints")) == mine + " ");
    auto const token = json::value_to<std::string>(first.at("next_token"));
    CHECK(ids(client.get(base + "/shared_endpoint_list?max_results=1&next_token=" + token)
                  .json()
                  .at("shared_endpoints")) == theirs + " ");
    CHECK(ids(client.get(base + "/my_shared_endpoint_list").json().at("DATA")) == mine + " ");
    CHECK(ids(client.get("/v0.10/endpoint_manager/endpoint/" + host + "/hosted_endpoint_list").json().at("DATA")) ==
          mine + " " + theirs + " ");
    auto const monitored = ids(client.get("/v0.10/endpoint_manager/monitored_endpoints").json().at("DATA"));
    CHECK(monitored.find(host) != std::string::npos);
    CHECK(monitored.find(mine) != std::string::npos);
    CHECK(monitored.find(theirs) == std::string::npos);
    CHECK(client.get("/v0.10/endpoint/none/shared_endpoint_list").status == 404);
    CHECK(client.post(base + "/access", R"({"path": "/"})").status == 400);  // whom the rule is for is missing
}

TEST_CASE("sandbox managers: a GCS Manager keeps collections, gateways, credentials and roles", "[sandbox][gcs]") {
    sb::Server server;
    std::string url;
    std::string endpoint;
    for (auto const& [name, value] : server.environment()) {
        if (name == "GLOBUS_SANDBOX_GCS_URL") url = value;
        if (name == "GLOBUS_SANDBOX_GCS_ENDPOINT") endpoint = value;
    }
    CHECK(url == server.base_url() + "api/");
    Client client(server);
    auto const info = client.get("/api/info").json();
    CHECK(info.at("data").at(0).at("endpoint_id").as_string() == endpoint);
    CHECK(client.get("/api/collections").status == 401);
    client.token = server.user_token(transfer_scope);
    CHECK(client.get("/api/collections").status == 401);
    client.token = server.user_token("urn:globus:auth:scope:" + endpoint + ":manage_collections");
    auto const mapped = client.get("/api/collections").json();
    REQUIRE(mapped.at("data").as_array().size() == 1);
    CHECK(mapped.at("data").at(0).at("id").as_string() == server.mapped_collection());
    CHECK(client.get("/api/endpoint").json().at("data").at(0).at("id").as_string() == endpoint);
    CHECK(client.send("PATCH", "/api/endpoint", {}, R"({"organization": "O"})").status == 200);
    CHECK(client.get("/api/endpoint").json().at("data").at(0).at("organization").as_string() == "O");

    std::string const kind = GENERATE("collections", "storage_gateways", "user_credentials", "roles");
    std::string const all = kind + "?include=all_roles&";
    auto const before = client.get("/api/" + all).json().at("data").as_array().size();
    auto const gateway =
        json::value_to<std::string>(client.get("/api/storage_gateways").json().at("data").at(0).at("id"));
    std::string const mapped_id = server.mapped_collection();
    auto const made =
        client.post("/api/" + kind,
                    R"({"display_name": "d", "collection_type": "mapped", "storage_gateway_id": ")" + gateway +
                        R"(", "principal": "urn:globus:auth:identity:x", "role": "administrator", "collection": ")" +
                        mapped_id + "\"}");
    REQUIRE(made.status == 201);
    auto const document = made.json().at("data").at(0).as_object();
    CHECK(document.at("DATA_TYPE").as_string().ends_with("#1.0.0"));
    std::string const one = "/api/" + kind + "/" + json::value_to<std::string>(document.at("id"));
    CHECK(client.get(one).json().at("data").at(0) == document);
    CHECK(client.get("/api/" + all).json().at("data").as_array().size() == before + 1);
    auto const page = client.get("/api/" + all + "page_size=1").json();
    CHECK(page.at("has_next_page").as_bool() == (before > 0));
    if (kind != "roles") {
        CHECK(client.send("PATCH", one, {}, R"({"display_name": "e"})").status == 200);
        CHECK(client.get(one).json().at("data").at(0).at("display_name").as_string() == "e");
    } else {
        CHECK(client.get("/api/roles?collection_id=" + mapped_id).json().at("data").as_array().size() == 1);
        CHECK(client.get("/api/roles?collection_id=c2").json().at("data").as_array().empty());
    }
    CHECK(client.send("DELETE", one).status == 200);
    auto const gone = client.get(one);
    CHECK(gone.status == 404);
    CHECK(gone.code() == "not_found");
    CHECK(client.post("/api/" + kind, "no JSON").status == 422);
}

TEST_CASE("sandbox managers: Transfer knows what the GCS Manager makes, changes and deletes", "[sandbox][gcs]") {
    sb::Server server;
    Client client(server);
    Client transfer(server);
    transfer.token = server.user_token(transfer_scope);
    std::string const endpoint = transfer.get("/v0.10/endpoint/" + server.source_collection()).text("owner_id");
    CHECK(transfer.get("/v0.10/endpoint/" + endpoint).text("entity_type") == "GCSv5_endpoint");
    client.token = server.user_token("urn:globus:auth:scope:" + endpoint + ":manage_collections");
    auto const first = [&](std::string const& path) { return client.get(path).json().at("data").at(0).at("id"); };
    auto const make = [&](std::string const& kind, json::object const& document) {
        auto const made = client.post("/api/" + kind, json::serialize(document));
        REQUIRE(made.status == 201);
        return json::value_to<std::string>(made.json().at("data").at(0).at("id"));
    };
    auto const gateway = first("/api/storage_gateways");
    auto const mapped =
        make("collections", {{"collection_type", "mapped"}, {"display_name", "M"}, {"storage_gateway_id", gateway}});
    CHECK(transfer.get("/v0.10/endpoint/" + mapped).text("entity_type") == "GCSv5_mapped_collection");
    json::object guest{{"collection_type", "guest"}, {"display_name", "G"}, {"mapped_collection_id", mapped}};
    CHECK(client.post("/api/collections", json::serialize(guest)).status == 422);  // a credential is needed
    guest["user_credential_id"] = make("user_credentials", {{"storage_gateway_id", gateway}, {"username", "me"}});
    auto const shared = make("collections", guest);
    CHECK(transfer.get("/v0.10/endpoint/" + shared).text("host_endpoint_id") == mapped);
    CHECK(client.send("PATCH", "/api/collections/" + shared, {}, R"({"display_name": "New"})").status == 200);
    CHECK(transfer.get("/v0.10/endpoint/" + shared).text("display_name") == "New");
    CHECK(client.send("DELETE", "/api/collections/" + mapped).status == 200);
    CHECK(transfer.get("/v0.10/endpoint/" + mapped).status == 404);
    CHECK(transfer.get("/v0.10/endpoint/" + shared).status == 404);
}

TEST_CASE("sandbox managers: one API is registered, and no run asks anything", "[sandbox][flows]") {
    sb::Server server;
    Client client(server);
    client.token = server.user_token("flows.globus.org");
    CHECK(client.get("/registered_apis").json().at("registered_apis").as_array().size() == 1);
    CHECK(client.get("/web_inputs").json().at("web_input_summaries").as_array().empty());
    for (auto const& [method, path] : {std::pair("GET", "/registered_apis/x"), std::pair("GET", "/web_inputs/x"),
                                       std::pair("POST", "/web_inputs/x/respond")}) {
        auto const answer = client.send(method, path);
        CHECK(answer.status == 404);
        CHECK(answer.json().at("error").at("code").as_string() == "NOT_FOUND");
    }
    CHECK(server.count("respond_to_web_input") == 1);
}

TEST_CASE("sandbox managers: a group is its administrator's", "[sandbox][groups]") {
    sb::Server server;
    Client client(server);
    client.token = server.user_token("groups.api.globus.org");
    Client stranger(server);
    stranger.token =
        stranger
            .form("/v2/oauth2/token",
                  "grant_type=client_credentials&scope=" + encode("urn:globus:auth:scope:groups.api.globus.org:all"),
                  basic(server))
            .text("access_token");
    auto const id = client.post("/v2/groups", R"({"name": "g"})").text("id");
    CHECK(stranger.send("PUT", "/v2/groups/" + id, {}, R"({"name": "theirs"})").status == 403);
    CHECK(stranger.send("DELETE", "/v2/groups/" + id).status == 403);
    CHECK(client.get("/v2/groups/" + id).text("name") == "g");

    std::string const me = server.user().id;
    auto const count = [&](std::string const& query) {
        return client.get("/v2/groups/my_groups" + query).json().as_array().size();
    };
    CHECK(count("") == 1);
    CHECK(count("?statuses=left") == 0);
    client.post("/v2/groups/" + id, R"({"leave": [{"identity_id": ")" + me + R"("}]})");
    CHECK(count("") == 0);
    CHECK(count("?statuses=left,pending") == 1);
    client.send("PUT", "/v2/preferences", {}, R"({")" + me + R"(": {"allow_add": false}})");
    CHECK(client.get("/v2/preferences").json().at(me).at("allow_add") == false);
}

TEST_CASE("sandbox managers: sharing policies, vouched collections, and several deleted at once", "[sandbox][gcs]") {
    sb::Server server;
    Client client(server);
    Client transfer(server);
    transfer.token = server.user_token(transfer_scope);
    std::string const host = server.mapped_collection();
    std::string const endpoint = transfer.get("/v0.10/endpoint/" + host).text("owner_id");
    client.token = server.user_token("urn:globus:auth:scope:" + endpoint + ":manage_collections");
    auto const id_of = [](Answer const& made) {
        return json::value_to<std::string>(made.json().at("data").at(0).at("id"));
    };
    std::string const policy =
        R"({"collection_id": ")" + host + R"(", "sharing_restrict_paths": {"none": ["/private"]}})";
    auto const made = client.post("/api/sharing_policies", policy);
    REQUIRE(made.status == 201);
    CHECK(client.post("/api/sharing_policies", R"({"collection_id": "none"})").status == 422);
    CHECK(client.get("/api/sharing_policies?collection_id=" + host).json().at("data").as_array().size() == 1);
    CHECK(client.send("DELETE", "/api/sharing_policies/" + id_of(made)).status == 200);
    CHECK(client.get("/api/sharing_policies/" + id_of(made)).status == 404);

    auto const gateway = id_of(client.get("/api/storage_gateways"));
    auto const credential = id_of(
        client.post("/api/user_credentials", R"({"storage_gateway_id": ")" + gateway + R"(", "username": "me"})"));
    auto const guest = [&] {
        return id_of(client.post("/api/collections", R"({"collection_type": "guest", "display_name": "G",
            "mapped_collection_id": ")" + host + R"(", "user_credential_id": ")" +
                                                         credential + "\"}"));
    };
    auto const first = guest();
    auto const second = guest();
    CHECK(client
              .send("PUT", "/api/collections/" + first + "/subscription_admin_verified", {},
                    R"({"subscription_admin_verified": true})")
              .status == 200);
    CHECK(transfer.get("/v0.10/endpoint/" + first).json().at("subscription_admin_verified") == true);
    auto const remove = [&](std::string const& ids) {
        return client.post("/api/collections/batch_delete", R"({"ids": [)" + ids + "]}").status;
    };
    CHECK(remove("\"" + first + "\", \"" + host + "\"") == 422);
    CHECK(transfer.get("/v0.10/endpoint/" + first).status == 200);
    CHECK(remove("\"" + first + "\", \"nobody\", \"" + second + "\"") == 202);
    CHECK(transfer.get("/v0.10/endpoint/" + first).status == 404);
    CHECK(transfer.get("/v0.10/endpoint/" + second).status == 404);
}
