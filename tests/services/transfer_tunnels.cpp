// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>
#include <globus/services/transfer_v2.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <string>
#include <vector>

using namespace globus;

namespace {

template <class Service>
auto client(MockTransport const& mock) {
    return Client<Service, AccessTokenPolicy, MockTransport>{AccessTokenPolicy{"token"}, {.transport = mock}};
}

std::string id_in(http::Request const& request) {
    return std::string(boost::json::parse(request.body).at_pointer("/data/attributes/submission_id").as_string());
}

NetworkError lost() { return {NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost"}; }

}  // namespace

TEST_CASE("both versions make a tunnel of its document", "[transfer][tunnels]") {
    MockTransport mock;
    mock.reply(200, R"({"data": {"id": "one"}})").fail(lost()).reply(200, R"({"data": {"id": "two"}})");
    CHECK(client<TransferService>(mock)
              .create_tunnel({.initiator_stream_access_point = "i", .listener_stream_access_point = "l"})
              ->data->id == "one");
    TunnelCreateDocument const document{.initiator_stream_access_point = "i", .listener_stream_access_point = "l"};
    auto const second = client<TransferServiceV2>(mock);
    CHECK(second.create_tunnel(document)->data->id == "two");
    REQUIRE(mock.request_count() == 3);
    CHECK(id_in(mock.requests()[1]) == *document.submission_id);
    CHECK(mock.requests()[1].body == mock.requests()[2].body);

    mock.reply(200, "{}").reply(200, "{}");
    (void)second.create_tunnel({.initiator_stream_access_point = "i", .listener_stream_access_point = "l"});
    (void)second.create_tunnel({.data = document});
    CHECK(mock.requests()[4].body == mock.requests()[1].body);
}

TEST_CASE("a tunnel is made once", "[transfer][tunnels]") {
    MockTransport mock;
    auto const transfer = client<TransferService>(mock);
    CreateTunnelData data{.initiator_stream_access_point = "i", .listener_stream_access_point = "l"};
    mock.fail(lost()).reply(200, R"({"data": {"id": "tunnel", "type": "Tunnel", "attributes": {"state": "STOPPED"}}})");
    auto const tunnel = transfer.create_tunnel(data);
    REQUIRE(tunnel->data);
    CHECK(tunnel->data->id == "tunnel");
    CHECK(*tunnel->data->attributes.state == "STOPPED");
    REQUIRE(mock.request_count() == 2);
    CHECK(mock.requests()[0].body == mock.requests()[1].body);
    CHECK(is_uuid(id_in(mock.requests()[0])));
    CHECK(*data.submission_id == id_in(mock.requests()[0]));

    mock.reply(403, "{}");
    try {
        (void)transfer.create_tunnel(data);
        FAIL("a 403 was taken for a success");
    } catch (TransferApiError const& error) {
        CHECK(submission_id(error) == *data.submission_id);
    }
}

TEST_CASE("the document of a tunnel may be a Json", "[transfer][tunnels]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    auto const transfer = client<TransferService>(mock);
    Json json{{"data", {{"type", "Tunnel"}}}};
    (void)transfer.create_tunnel(json);
    CHECK(json.at_pointer("/data/attributes/submission_id") == Json(id_in(mock.requests()[0])));
    (void)transfer.send(CreateTunnel{.data = Json{{"data", {{"type", "Tunnel"}}}}});
    CHECK(id_in(mock.requests()[1]) != id_in(mock.requests()[0]));
    CHECK_THROWS_AS(transfer.create_tunnel(Json{{"type", "Tunnel"}}), UsageError);
    CHECK_THROWS_AS(transfer.send(CreateTunnel{.data = Json("text")}), UsageError);
    CHECK(mock.request_count() == 2);
}

TEST_CASE("builders write JSON:API documents", "[transfer][tunnels]") {
    CHECK(boost::json::parse(to_json(TunnelUpdateDocument{.state = "STOPPING"})) ==
          boost::json::parse(R"({"data": {"type": "Tunnel", "attributes": {"state": "STOPPING"}}})"));
    BookmarkCreateDocument bookmark{.collection = "c\"1", .name = "n", .path = "/p/"};
    bookmark.additional_fields["name"] = "other";
    bookmark.additional_fields["more"] = 1;
    CHECK(boost::json::parse(to_json(bookmark)) == boost::json::parse(R"({"data": {"type": "Bookmark",
        "relationships": {"collection": {"data": {"type": "Collection", "id": "c\"1"}}},
        "attributes": {"path": "/p/", "name": "other", "more": 1}}})"));
    TunnelCreateDocument const first{.initiator_stream_access_point = "i", .listener_stream_access_point = "l"};
    TunnelCreateDocument const second{.initiator_stream_access_point = "i", .listener_stream_access_point = "l"};
    CHECK(is_uuid(*first.submission_id));
    CHECK(*first.submission_id != *second.submission_id);
    CHECK(to_json(first) == to_json(first));
}

TEST_CASE("version 2 repeats only what has a key", "[transfer][tunnels]") {
    MockTransport mock;
    auto const transfer = client<TransferServiceV2>(mock);
    SECTION("with one") {
        mock.fail(lost()).reply(200, "{}");
        TunnelCreateDocument document{.initiator_stream_access_point = "i", .listener_stream_access_point = "l"};
        (void)transfer.create_tunnel({.data = document});
        CHECK(mock.request_count() == 2);
        CHECK(mock.requests()[0].body == mock.requests()[1].body);
    }
    SECTION("without") {
        mock.fail(lost());
        CHECK_THROWS_AS(transfer.create_tunnel({.data = Json{{"data", Json(boost::json::object())}}}), NetworkError);
        CHECK(mock.request_count() == 1);
    }
}

TEST_CASE("version 2 follows the links of its pages", "[transfer][paging]") {
    MockTransport mock;
    auto const transfer = client<TransferServiceV2>(mock);
    mock.reply(200, R"({"data": [{"id": "1", "attributes": {"display_name": "first"}}],
        "links": {"next": "https://elsewhere.example/v2/stream_access_points?page%5Bafter%5D=x%2Fy&a=1"}})");
    mock.reply(200, R"({"data": [{"id": "2"}], "links": null})");
    std::vector<std::string> ids;
    for (StreamAccessPoint const& point : transfer.paginate(transfer_v2::ListStreamAccessPoints{}))
        ids.push_back(point.id);
    CHECK(ids == std::vector<std::string>{"1", "2"});
    CHECK(mock.requests().at(1).url ==
          "https://transfer.api.globus.org/v2/stream_access_points?page%5Bafter%5D=x%2Fy&a=1");
}

TEST_CASE("bookmarks of version 2 are typed", "[transfer]") {
    MockTransport mock;
    mock.reply(200, R"({"data": [{"type": "Bookmark", "id": "b", "attributes": {"name": "n", "path": "/p"},
        "relationships": {"collection": {"data": {"type": "Collection", "id": "c"}}}}],
        "included": [{"type": "Collection", "id": "c", "attributes": {"display_name": "lab", "high_assurance": true}}]})");
    auto const list = client<TransferServiceV2>(mock).list_bookmarks({.query_params = {{"include", "collection"}}});
    REQUIRE(list->data.size() == 1);
    CHECK(*list->data[0].attributes.path == "/p");
    CHECK(*list->data[0].relationships.collection->data->id == "c");
    CHECK(*list->included.at(0).attributes.high_assurance);
    CHECK(mock.requests()[0].url.ends_with("/v2/bookmarks?include=collection"));
}
