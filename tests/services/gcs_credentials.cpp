// SPDX-License-Identifier: Apache-2.0
// Where the tokens of collections go, and what a login that is required looks like.
#include <globus/http/mock_transport.hpp>
#include <globus/services/gcs.hpp>

#include <support/catch.hpp>
#include <support/temporary_directory.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

using namespace globus;

namespace {

std::string const id = "6c54cade-bde5-45c1-bdea-f4bd71dba2cc";
using Files = Client<GcsCollectionService, AccessTokenPolicy, MockTransport, NoRetry>;

Files files(MockTransport const& mock) {
    return Files(GcsCollectionService{id, "m.example.org"}, "token", {.transport = mock});
}

http::Response redirect(std::string const& location) { return {.status = 302, .headers = {{"Location", location}}}; }

/// Each way to use a file.
std::vector<std::function<void(Files const&)>> ways(TemporaryDirectory const& here) {
    return {[](Files const& c) { (void)c.stat_file("/f"); }, [](Files const& c) { (void)c.open("/f"); },
            [](Files const& c) { (void)c.read_file("/f"); },
            [&](Files const& c) { c.download({.path = "/f", .to = here / "f"}); },
            [](Files const& c) { c.upload({.from = std::span<std::byte const>(), .path = "/f"}); }};
}

}  // namespace

TEST_CASE("files: a redirect to the collection's login is an error that says what is required", "[gcs][files]") {
    MockTransport mock;
    TemporaryDirectory here;
    std::string const own = "https://auth.globus.org/scopes/" + id + "/";
    std::string const login = "https://auth.globus.org/v2/oauth2/authorize?response_type=code&client_id=" + id +
                              "&scope=openid+" + percent_encode(own + "https") + "+" +
                              percent_encode(own + "data_access") + "+" +
                              percent_encode("urn:globus:auth:scope:transfer.api.globus.org:all");
    for (auto const& way : ways(here)) {
        mock.clear();
        for (int i = 0; i != 2; ++i) mock.reply(redirect(login));  // an upload asks whether it was the token's age
        try {
            way(files(mock));
            FAIL("it was answered with a redirect");
        } catch (ApiError const& error) {
            CHECK(error.http_status() == 401);
            REQUIRE(error.requirements().size() == 1);
            CHECK(error.required_scopes() == std::vector{own + "https", own + "data_access"});  // no others
            CHECK(!error.outcome_unknown());
        }
    }
}

TEST_CASE("files: no other redirect is followed with a token", "[gcs][files]") {
    MockTransport mock;
    TemporaryDirectory here;
    for (char const* location :
         {"https://elsewhere.example.org/f", "http://m.example.org/f", "https://m.example.org:444/f",
          "https://auth.globus.org/v2/oauth2/authorize?client_id=31ce9ba0-176d-45a5-add3-f37d233ba47d&scope=all"})
        for (auto const& way : ways(here)) {
            mock.clear();
            mock.reply(redirect(location));
            CHECK_THROWS_AS(way(files(mock)), NetworkError);
            CHECK(mock.request_count() == 1);
        }
}

TEST_CASE("files: the token of one collection goes to no other", "[gcs][files]") {
    MockTransport mock;
    auto const one = files(mock);
    for (char const* address : {"https://other.example.org/f", "globus://31ce9ba0-176d-45a5-add3-f37d233ba47d/f"}) {
        CHECK_THROWS_AS(one.stat_file(address), UsageError);
        CHECK_THROWS_AS(one.open(address), UsageError);
    }
    mock.reply(200, "");
    (void)one.stat_file("https://m.example.org/a%20b/c");
    CHECK(mock.requests().back().url == "https://m.example.org/a%20b/c");
    mock.reply(200, "");
    (void)one.stat_file("globus://" + id + "/a%20b/c");
    CHECK(mock.requests().back().url == "https://m.example.org/a%20b/c");
}
