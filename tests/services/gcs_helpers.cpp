// SPDX-License-Identifier: Apache-2.0
// Globus Connect Server: addresses, the connector table, what a client learns of its endpoint, files by their addresses.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/gcs/connector_table.hpp>
#include <globus/services/gcs/downloader.hpp>
#include <globus/services/transfer/service.hpp>

#include <support/catch.hpp>

using namespace globus;

namespace {

using Manager = Client<GcsService, AccessTokenPolicy, MockTransport>;

std::string const mapped = "811b42ed-a9ac-5b31-a46e-dedf398c0b20", other = "6f764f2b-e61d-5446-9603-a8075805336a";

http::Response login_of(std::string const& collection_id) {
    return {.status = 302,
            .headers = {{"Location", "https://auth.globus.org/v2/oauth2/authorize?x=1&client_id=" + collection_id}}};
}

}  // namespace

TEST_CASE("GcsService: an address is a host name or a URL", "[gcs]") {
    for (char const* address : {"abc.data.globus.org", "https://abc.data.globus.org", "https://abc.data.globus.org/",
                                "https://abc.data.globus.org/api", "https://abc.data.globus.org/api/"})
        CHECK(GcsService{address}.base_url() == "https://abc.data.globus.org/api/");
    CHECK_THROWS_AS(GcsService{""}.base_url(), UsageError);
    CHECK_THROWS_AS(Manager(GcsService{"http://abc.data.globus.org"}, "token"), UsageError);
}

TEST_CASE("GCSClient: the endpoint is asked for its id once and without a credential", "[gcs]") {
    MockTransport mock;
    Manager const manager(GcsService{"abc.data.globus.org"}, "token", {.transport = mock});
    for (char const* bad :
         {R"({"data": []})", R"({"data": [{"client_id": null}]})", R"({"data": [{"client_id": "c"}]})"}) {
        mock.reply(200, bad);
        CHECK_THROWS_AS(manager.endpoint_client_id(), DecodeError);
    }
    mock.clear();
    mock.reply(
        200,
        R"({"data": [{"DATA_TYPE": "connector#1.0.0"}, {"DATA_TYPE": "info#1.0.0", "client_id": "06a24bef-940e-418a-97bc-48229c64cc99"}]})");
    Manager const copy = manager;
    CHECK(manager.endpoint_client_id() == "06a24bef-940e-418a-97bc-48229c64cc99");
    CHECK(manager.endpoint_client_id() == "06a24bef-940e-418a-97bc-48229c64cc99");
    CHECK(copy.endpoint_client_id() == "06a24bef-940e-418a-97bc-48229c64cc99");
    REQUIRE(mock.request_count() == 1);
    CHECK(mock.requests()[0].url == "https://abc.data.globus.org/api/info");
    CHECK(mock.requests()[0].authorization.empty());
}

TEST_CASE("ConnectorTable: by id and by any spelling of a name", "[gcs]") {
    ConnectorTable const table;
    for (GlobusConnectServerConnector const& connector : table.all_connectors()) {
        CHECK(*table.lookup(connector.connector_id) == connector);
        CHECK(*table.lookup(connector.name) == connector);
    }
    for (char const* name : {"Google Drive", "google-drive", "gOOgle_dRiVe", "  google - drive\t"})
        CHECK(table.lookup(name)->connector_id == "976cf0cf-78c3-4aab-82d2-7c16adbcc281");
    CHECK(table.lookup("GoogleDrive") == nullptr);
    CHECK(table.lookup("") == nullptr);
    ConnectorTable const longer = table.extend({"Star Trek Transporter", "0b19772d-729a-4c8f-93e1-59d5778cecf3"});
    CHECK(longer.lookup("star_trek transporter")->name == "Star Trek Transporter");
    CHECK(table.lookup("star_trek transporter") == nullptr);
}

TEST_CASE("GCSDownloader: asks for the scopes that each collection needs", "[gcs]") {
    MockTransport mock;
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer("transfer-token", {.transport = mock});
    std::vector<std::pair<std::string, StringList>> asked;
    GCSDownloader const files(transfer, [&](std::string const& id, StringList const& scopes) {
        asked.emplace_back(id, scopes);
        return AccessTokenPolicy("token-of-" + id);
    });

    mock.reply(login_of(mapped));
    mock.reply(
        200,
        R"({"entity_type": "GCSv5_mapped_collection", "high_assurance": false, "https_server": "https://m.example.org"})");
    mock.reply(200, "bytes", {{"Content-Type", "text/plain"}});
    CHECK(files.read_file("https://m.example.org/a%20b.txt?x=1") == "bytes");
    REQUIRE(mock.request_count() == 3);
    CHECK(mock.requests()[0].authorization.empty());
    CHECK(mock.requests()[1].url.ends_with("/endpoint/" + mapped));
    CHECK(mock.requests()[2].url == "https://m.example.org/a%20b.txt?x=1");
    CHECK(mock.requests()[2].authorization.reveal() == "Bearer token-of-" + mapped);

    mock.reply(200, "more", {{"Content-Type", "text/plain"}});
    CHECK(files.read_file("https://m.example.org/c") == "more");  // its collection is known by now
    CHECK(mock.request_count() == 4);

    for (char const* kind : {R"("GCSv5_mapped_collection", "high_assurance": true)", R"("GCSv5_guest_collection")"}) {
        std::string const host = "https://" + std::to_string(mock.request_count()) + ".example.org";
        mock.reply(login_of(other));
        mock.reply(200, R"({"entity_type": )" + std::string(kind) + R"(, "https_server": ")" + host + "\"}");
        mock.reply(200, "");
        CHECK(files.read_file(host + "/f").empty());
    }
    std::string const base = "https://auth.globus.org/scopes/";
    REQUIRE(asked.size() == 3);
    CHECK(asked[0].second == StringList{base + mapped + "/https", base + mapped + "/data_access"});
    CHECK(asked[1].second == StringList{base + other + "/https"});
    CHECK(asked[2].second == StringList{base + other + "/https"});
}

TEST_CASE("GCSDownloader: an address of no collection is an error before a token is asked for", "[gcs]") {
    MockTransport mock;
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer("transfer-token", {.transport = mock});
    GCSDownloader const files(transfer, [](std::string const&, StringList const&) -> AccessTokenPolicy {
        throw std::logic_error("a token is asked for");
    });
    for (char const* uri : {"m.example.org/f", "http://m.example.org/f", "https://user@m.example.org/f", "https:///f"})
        CHECK_THROWS_AS(files.read_file(uri), UsageError);
    CHECK(mock.request_count() == 0);
    mock.reply(200, "public");
    CHECK_THROWS_AS(files.read_file("https://m.example.org/f"), UsageError);
    mock.reply(
        http::Response{.status = 302, .headers = {{"Location", "https://auth.globus.org/?client_id=a&client_id=b"}}});
    CHECK_THROWS_AS(files.read_file("https://m.example.org/f"), UsageError);
    mock.reply(404, "none");
    CHECK_THROWS_AS(files.read_file("https://m.example.org/f"), ApiError);
    CHECK(mock.left() == 0);
}
