// SPDX-License-Identifier: Apache-2.0
// Places in collections, as people write them.
#include <globus/core/error.hpp>
#include <globus/services/gcs/location.hpp>

#include <support/catch.hpp>

#include <string>

using namespace globus;

TEST_CASE("Location: the forms that people write", "[gcs][files]") {
    std::string const id = "6c54cade-bde5-45c1-bdea-f4bd71dba2cc";
    Location const place{.collection_id = id, .path = "/home/a b/ä?.txt"};
    CHECK(Location::parse(place.uri()) == place);
    CHECK(Location::parse(place.web_url()) == place);
    CHECK(place.uri() == "globus://" + id + "/home/a%20b/%C3%A4%3F.txt");
    CHECK(Location::parse("globus://6C54CADE-bde5-45c1-bdea-f4bd71dba2cc/home/a b/ä%3F.txt") == place);
    CHECK(Location::parse(id + ":/home/a b/ä?.txt") == place);
    CHECK(Location::parse(id + ":~/x").path == "/~/x");
    CHECK(Location::parse("globus://" + id).path == "/");
    CHECK(Location::parse("https://app.globus.org/file-manager?destination_id=x&origin_id=" + id +
                          "&origin_path=%2F~%2F&two_pane=true") == Location{.collection_id = id, .path = "/~/"});
    Location const file = Location::parse("https://m-abc.xyz.data.globus.org/home/a%20b.txt");
    CHECK(file.address == "https://m-abc.xyz.data.globus.org");
    CHECK(file.collection_id.empty());
    CHECK(file.path == "/home/a b.txt");
    CHECK(file.uri() == "https://m-abc.xyz.data.globus.org/home/a%20b.txt");
    CHECK_THROWS_AS(file.web_url(), UsageError);
}

TEST_CASE("Location: what is no place", "[gcs][files]") {
    std::string const id = "6c54cade-bde5-45c1-bdea-f4bd71dba2cc";
    for (std::string const& text :
         {std::string(), std::string("/home"), std::string("globus://"), std::string("globus://abc/home"), id,
          "globus://" + id + "/a?b", "globus://" + id + "/%00", "s3://" + id + "/a",
          std::string("http://m.example.org/a"), std::string("https://user@m.example.org/a"),
          std::string("https://app.globus.org/file-manager?origin_path=%2F"),
          std::string("https://app.globus.org/file-manager?origin_id=x"), "globus://" + id + "/a\nb"}) {
        INFO(text);
        CHECK_THROWS_AS(Location::parse(text), UsageError);
    }
}
