// SPDX-License-Identifier: Apache-2.0
#include <globus/services/gcs.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <string>
#include <vector>

using namespace globus;

namespace {

using GcsClient = Client<GcsService, AccessTokenPolicy, MockTransport>;

GcsClient make_client(MockTransport const& mock) {
    return GcsClient{GcsService{"g.data.globus.org"}, "token", {.transport = mock}};
}
Json body_of(http::Request const& request) { return boost::json::parse(request.body); }
std::string const base = "https://g.data.globus.org/api/";

}  // namespace

TEST_CASE("GCS: the document that was asked for is found among the others", "[gcs]") {
    MockTransport mock;
    mock.reply(200, R"({"code": "success", "data": [{"DATA_TYPE": "collections#1.0.0", "id": "no"},
        {"DATA_TYPE": "collection#1.15.0", "id": "c", "public": true, "display_name": "é", "brand_new": 5}]})");
    auto const client = make_client(mock);
    auto const answer =
        client.get_collection({.collection_id = "c", .query_params = {{"include", "private_policies"}}});
    CHECK(answer->one().id == "c");
    CHECK(answer->one().is_public == true);
    CHECK(answer.json().at("data").at(*answer->position()).at("brand_new") == 5);
    CHECK(mock.requests().at(0).url == base + "collections/c?include=private_policies");

    for (char const* body : {R"({"data": []})", R"({"data": [{"DATA_TYPE": "role#1.0.0"}]})", "{}"}) {
        mock.reply(200, body);
        CHECK_THROWS_AS(client.get_collection({.collection_id = "c"})->one(), UsageError);
    }
}

TEST_CASE("GCS: a collection is created with the first schema that has its members", "[gcs]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 201, .body = R"({"data": []})"}; });
    auto const client = make_client(mock);
    auto const sent = [&](MappedCollectionDocument document) {
        (void)client.create_collection({.collection_data = std::move(document)});
        CHECK(mock.requests().back().method == http::Method::post);
        CHECK(mock.requests().back().url == base + "collections");
        return body_of(mock.requests().back());
    };
    CHECK(sent({.collection_base_path = "/"}) ==
          boost::json::parse(R"({"DATA_TYPE": "collection#1.0.0", "collection_type": "mapped",
                                 "collection_base_path": "/"})"));
    CHECK(sent({.enable_https = true}).at("DATA_TYPE") == "collection#1.1.0");
    CHECK(sent({.enable_https = true, .auto_delete_timeout = 3}).at("DATA_TYPE") == "collection#1.13.0");
    CHECK(sent({.user_message = std::string(64, 'x')}).at("DATA_TYPE") == "collection#1.1.0");
    CHECK(sent({.user_message = std::string(65, 'x')}).at("DATA_TYPE") == "collection#1.7.0");
    CHECK(sent({.data_type = "collection#1.9.0", .is_public = false}) ==
          boost::json::parse(R"({"DATA_TYPE": "collection#1.9.0", "collection_type": "mapped", "public": false})"));
    CHECK(sent({.policies = POSIXCollectionPolicies{}, .additional_fields = {{"of_tomorrow", 1}}}).at("of_tomorrow") ==
          1);
}

TEST_CASE("GCS: gateways, roles and credentials are written as documents", "[gcs]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = R"({"data": []})"}; });
    auto const client = make_client(mock);
    (void)client.create_storage_gateway(
        {.data = StorageGatewayDocument{
             .connector_id = "k", .policies = POSIXStoragePolicies{.groups_allow = {"g"}}, .require_mfa = true}});
    (void)client.create_role({.data = GCSRoleDocument{.collection = "c", .principal = "p", .role = "administrator"}});
    (void)client.update_user_credential(
        {.user_credential_id = "u",
         .data = UserCredentialDocument{.username = "me", .policies = Json{{"x", nullptr}}}});
    (void)client.delete_role({.role_id = "r r"});
    auto const requests = mock.requests();
    CHECK(body_of(requests[0]) ==
          boost::json::parse(R"({"DATA_TYPE": "storage_gateway#1.1.0", "connector_id": "k", "require_mfa": true,
              "policies": {"DATA_TYPE": "posix_storage_policies#1.0.0", "groups_allow": ["g"]}})"));
    CHECK(body_of(requests[1]) == boost::json::parse(R"({"DATA_TYPE": "role#1.0.0", "collection": "c",
              "principal": "p", "role": "administrator"})"));
    CHECK(requests[2].method == http::Method::patch);
    CHECK(requests[2].url == base + "user_credentials/u");
    CHECK(body_of(requests[2]).at("policies").at("x").is_null());
    CHECK(requests[3].url == base + "roles/r%20r");
}

TEST_CASE("GCS: lists are walked page by page, and on from where a walk broke", "[gcs]") {
    MockTransport mock;
    auto const client = make_client(mock);
    mock.reply(200, R"({"data": [{"id": "a"}, {"id": "b"}], "has_next_page": true, "marker": "m&1"})");
    mock.reply(200, R"({"data": [], "has_next_page": true, "marker": "m2"})");
    mock.reply(200, R"({"data": [{"id": "c"}]})");
    std::vector<std::string> ids;
    for (gcs::Collection const& collection : client.paginate(gcs::GetCollectionList{.page_size = 2}))
        ids.push_back(*collection.id);
    CHECK(ids == std::vector<std::string>{"a", "b", "c"});
    auto const requests = mock.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].url == base + "collections?page_size=2");
    CHECK(requests[1].url == base + "collections?page_size=2&marker=m%261");
    CHECK(requests[2].url.ends_with("marker=m2"));

    mock.reply(200, R"({"data": [{"id": "r"}], "has_next_page": true, "marker": "n"})");
    mock.reply(403, R"({"code": "permission_denied"})").reply(200, R"({"data": [{"id": "s"}]})");
    auto walk = client.paginate(gcs::GetRoleList{});
    auto role = walk.begin();
    CHECK((*role).id == "r");
    CHECK_THROWS_AS(++role, GcsApiError);
    auto rest = walk.begin();  // the page that failed is asked for again
    CHECK((*rest).id == "s");
    CHECK(mock.requests().back().url.ends_with("roles?marker=n"));
}

TEST_CASE("GCS: an error has the endpoint's details", "[gcs]") {
    MockTransport mock;
    mock.reply(422, R"({"DATA_TYPE": "result#1.0.0", "code": "unprocessable", "http_response_code": 422,
                        "message": "no", "detail": {"DATA_TYPE": "reason#1.0.0", "reason": "é"}})");
    try {
        (void)make_client(mock).get_endpoint();
        FAIL("no error");
    } catch (GcsApiError const& error) {
        CHECK(error.code() == "unprocessable");
        CHECK(error.message() == "no");
        CHECK(error.detail_data_type() == "reason#1.0.0");
        CHECK(error.detail().at("reason") == "é");
    }
}

TEST_CASE("GCS: files of a collection come as they are, or go to a sink", "[gcs]") {
    MockTransport mock;
    Client<GcsCollectionService, AccessTokenPolicy, MockTransport> const files{
        GcsCollectionService{"id", "m.example.org"}, "token", {.transport = mock}};
    mock.reply(200, std::string("\0\xff not JSON", 11), {{"Content-Type", "application/octet-stream"}});
    CHECK(files.read_file("/a b/c").text() == std::string("\0\xff not JSON", 11));
    CHECK(mock.requests().at(0).url == "https://m.example.org/a%20b/c");
    CHECK(mock.requests().at(0).authorization.reveal() == "Bearer token");
    std::string taken;
    mock.reply(200, "in pieces", {{"Content-Type", "text/plain"}});
    auto const answer = files.read_file("x", {.sink = [&](std::string_view piece) {
                                            taken += piece;
                                            return true;
                                        }});
    CHECK(taken == "in pieces");
    CHECK(answer.text().empty());
    CHECK_THROWS_AS(files.read_file("a/../b"), UsageError);
}
