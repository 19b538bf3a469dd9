// SPDX-License-Identifier: Apache-2.0
// A token of a collection goes to the collection's own host and nowhere else, and its address may be written as people do.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/gcs/downloader.hpp>
#include <globus/services/transfer/service.hpp>

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace globus;

namespace {

std::string const id = "811b42ed-a9ac-5b31-a46e-dedf398c0b20";
std::string const own = "https://m-abc.data.globus.org";

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

/// A host that claims to be a collection, and what Transfer says of that.
struct World {
    std::string claimed = id;
    std::string document = R"({"entity_type": "GCSv5_guest_collection", "https_server": ")" + own + "\"}";
    MockTransport transport;
    int asked = 0;  ///< tokens

    World() {
        transport.otherwise([this](http::Request const& request) -> http::Response {
            if (request.url.starts_with("https://transfer.api.globus.org/")) return {.status = 200, .body = document};
            if (!request.authorization.empty()) return {.status = 200, .body = "bytes"};
            return {.status = 302, .headers = {{"Location", "https://auth.globus.org/?client_id=" + claimed}}};
        });
    }
    std::string read(std::string const& uri) {
        GCSDownloader const files(Transfer("transfer-token", {.transport = transport}),
                                  [this](std::string const&, StringList const&) {
                                      ++asked;
                                      return AccessTokenPolicy("collection-token");
                                  });
        return files.read_file(uri);
    }
    /// Where the token of the collection was sent to.
    [[nodiscard]] std::vector<std::string> trusted() const {
        std::vector<std::string> urls;
        for (http::Request const& request : transport.requests())
            if (request.authorization == Secret("Bearer collection-token")) urls.push_back(request.url);
        return urls;
    }
};

}  // namespace

TEST_CASE("GCSDownloader: a host that says it is another's collection gets no token", "[gcs]") {
    for (char const* uri :
         {"https://evil.example/f", "https://m-abc.data.globus.org.evil.example/f", "https://evil.example/m-abc.data",
          "https://m-abc.data.globus.org:8443/f", "https://data.globus.org/f", "http://127.0.0.1/f",
          "https://m-abc.data.globus.org%2eevil.example/f", "https://m-abc.data.globus.org@evil.example/f",
          "http://m-abc.data.globus.org/f", "https://evil.example\\@m-abc.data.globus.org/f"}) {
        INFO(uri);
        World world;
        CHECK_THROWS_AS(world.read(uri), UsageError);
        CHECK(world.asked == 0);
        CHECK(world.trusted().empty());
    }
    World world;
    for (char const* uri : {"https://m-abc.data.globus.org/f", "https://M-ABC.data.globus.org:443/f"})
        CHECK(world.read(uri) == "bytes");
    CHECK(world.asked == 2);
}

TEST_CASE("GCSDownloader: without the collection's address from Transfer no token is asked for", "[gcs]") {
    for (char const* document :
         {R"({})", R"({"https_server": null})", R"({"https_server": ""})",
          R"({"https_server": "m-abc.data.globus.org"})", R"({"https_server": "http://m-abc.data.globus.org"})",
          R"({"https_server": "https://other.example"})"}) {
        INFO(document);
        World world;
        world.document = document;
        CHECK_THROWS_AS(world.read(own + "/f"), UsageError);
        CHECK(world.asked == 0);
        CHECK(world.trusted().empty());
    }
}

TEST_CASE("GCSDownloader: a collection's id that is no UUID is not asked for at Transfer", "[gcs]") {
    for (char const* claimed : {"", "c", "../identities", "811b42ed-a9ac-5b31-a46e-dedf398c0b2",
                                "811b42ed-a9ac-5b31-a46e-dedf398c0b20x", "811b42ed-a9ac-5b31-a46e-dedf398c0b20%2Fls",
                                "transfer.api.globus.org", "811b42ed-a9ac-5b31-a46e-dedf398c0b20&client_id=x"}) {
        INFO(claimed);
        World world;
        world.claimed = claimed;
        CHECK_THROWS_AS(world.read(own + "/f"), UsageError);
        CHECK(world.transport.request_count() == 1);
        CHECK(world.asked == 0);
    }
    World world;
    world.claimed = "811B42ED-A9AC-5B31-A46E-DEDF398C0B20";
    CHECK(world.read(own + "/f") == "bytes");
    CHECK(world.transport.requests().at(1).url.ends_with("/endpoint/" + id));
}

TEST_CASE("GCSDownloader: addresses are as people paste them", "[gcs]") {
    for (auto const& [pasted, sent] : std::vector<std::pair<std::string, std::string>>{
             {"/home/a b.txt", "/home/a%20b.txt"},
             {"/home/a%20b.txt", "/home/a%20b.txt"},
             {"/50%/x", "/50%25/x"},
             {"/50%", "/50%25"},
             {"/5%2", "/5%252"},
             {"/%zz%41", "/%25zz%41"},
             {"/caf\xC3\xA9/\xE6\x97\xA5.txt", "/caf%C3%A9/%E6%97%A5.txt"},
             {"/a[1]{2}|^`\\<>\"", "/a%5B1%5D%7B2%7D%7C%5E%60%5C%3C%3E%22"},
             {"/a+b,(c);d=e@f:g!$&'*~", "/a+b,(c);d=e@f:g!$&'*~"},
             {"/f?x=a b&y=%C3%A9", "/f?x=a%20b&y=%C3%A9"},
             {"/end ", "/end"}}) {
        World world;
        CHECK(world.read(own + pasted) == "bytes");
        CHECK(world.trusted() == std::vector<std::string>{own + sent});
        CHECK(world.transport.requests().at(0).url == own + sent);
    }
    for (std::string const& bad :
         {std::string("/a\nb"), std::string("/a\r\nX: y"), std::string("/a\tb"), std::string("/a\0b", 4),
          std::string("/\x7F"), std::string("/\xC2\x85"), std::string("/f#part"), std::string("/f\n")}) {
        World world;
        CHECK_THROWS_AS(world.read(own + bad), UsageError);
        CHECK(world.trusted().empty());
    }
    for (char const* bad :
         {"https://m abc.data.globus.org/f", "https://m\xC3\xA9.example/f", "m-abc.data.globus.org/f"}) {
        World world;
        CHECK_THROWS_AS(world.read(bad), UsageError);
        CHECK(world.transport.request_count() == 0);
    }
}

TEST_CASE("GcsCollectionService: address and id come from one document of Transfer", "[gcs]") {
    auto const service = GcsCollectionService::of(transfer::Endpoint{.id = id, .https_server = own});
    CHECK(service.collection_id == id);
    CHECK(service.base_url() == own);
    CHECK(service.resource_server() == id);
    CHECK(service.scopes().https() == "https://auth.globus.org/scopes/" + id + "/https");
    CHECK_THROWS_AS(GcsCollectionService::of(transfer::Endpoint{.id = id}), UsageError);
    CHECK_THROWS_AS(GcsCollectionService::of(transfer::Endpoint{.https_server = own}), UsageError);
    for (char const* address : {"http://m-abc.data.globus.org", "user@m-abc.data.globus.org", "m-abc.data.globus.org?x",
                                "m-abc.data.globus.org#x", "m-abc.data.globus.org/../x", "m abc"})
        CHECK_THROWS_AS((Client<GcsCollectionService, AccessTokenPolicy, MockTransport>{
                            GcsCollectionService{id, address}, "token", {.transport = MockTransport()}}),
                        UsageError);
}
