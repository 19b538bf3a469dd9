// SPDX-License-Identifier: Apache-2.0
// Where a redirect leads, and whether it is followed there.
#include <globus/asio.hpp>
#include <globus/services/transfer.hpp>

#include <support/asio_client.hpp>
#include <support/catch.hpp>
#include <support/sandbox_client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <string>

using namespace globus;
namespace asio = boost::asio;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>;

/// The URL that a GET of the listing is redirected to; "refused" for the typed error.
/// @param get  sends it over a mock
template <class F>
std::string led_to(std::string const& location, int status, F const& get) {
    MockTransport mock;
    mock.reply(status, {}, {{"Location", location}}).reply(200, "{}");
    try {
        get(mock);
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::redirect);
        CHECK(error.sent() == NetworkError::Sent::yes);
        CHECK(mock.request_count() == 1);
        return "refused";
    }
    http::Request const last = mock.requests().at(1);
    CHECK(last.authorization == Secret("Bearer token"));
    return last.url;
}

/// The same, by a call that blocks and by one that does not.
std::string led_to(std::string const& location, int status = 302) {
    std::string const path = "v0.10/operation/endpoint/e/ls";
    QueryParams const query{{"path", "/a b"}};
    std::string const url = led_to(location, status, [&](MockTransport const& mock) {
        (void)Transfer{"token", {.transport = mock}}.get(path, query);
    });
    CHECK(url == led_to(location, status, [&](MockTransport const& mock) {
              asio::io_context io;
              AsioTransferClient const transfer{"token", {.transport = AsioTransport{io, mock}, .retry = quick()}};
              auto answer = transfer.async_request(AsioTransferClient::RawRequest{.path = path, .query = query}, {},
                                                   asio::use_future);
              io.run();
              (void)answer.get();
          }));
    return url;
}

}  // namespace

TEST_CASE("client: a redirect is resolved against the URL that was asked", "[client]") {
    std::string const host = "https://transfer.api.globus.org/", here = host + "v0.10/operation/endpoint/e/";
    for (int const status : {301, 302, 303, 307, 308}) {
        CHECK(led_to("ls?v2=1", status) == here + "ls?v2=1");
        CHECK(led_to("?x", status) == here + "ls?x");
        CHECK(led_to("./x", status) == here + "x");
        CHECK(led_to("../x", status) == host + "v0.10/operation/endpoint/x");
        CHECK(led_to("../../../../../../x", status) == host + "x");
        CHECK(led_to("//transfer.api.globus.org/x", status) == host + "x");
        CHECK(led_to("//TRANSFER.api.globus.org:443/x", status) == "https://TRANSFER.api.globus.org:443/x");
        CHECK(led_to("/x/./y/../z?a=%2F%20#f", status) == host + "x/z?a=%2F%20");
        CHECK(led_to("/%2e%2E/%7e", status) == host + "%2e%2E/%7e");
        CHECK(led_to(host + "x/..", status) == host);
        CHECK(led_to("HTTPS://transfer.api.globus.org/x", status) == host + "x");
        CHECK(led_to("ls#f", status) == here + "ls");
    }
}

TEST_CASE("client: a redirect to another place, to itself or to no place is refused", "[client]") {
    for (char const* location : {"//evil.example.org/x",
                                 "https://evil.example.org/",
                                 "http://transfer.api.globus.org/x",
                                 "//",
                                 "//transfer.api.globus.org:444/x",
                                 "//transfer.api.globus.org:80/x",
                                 "//transfer.api.globus.org./x",
                                 "//u@transfer.api.globus.org/x",
                                 "//u:p@transfer.api.globus.org/x",
                                 "//@transfer.api.globus.org/x",
                                 "https:x",
                                 "https:/x",
                                 "https:///x",
                                 "http:ls",
                                 "ftp://transfer.api.globus.org/x",
                                 "data:,x",
                                 "file:///x",
                                 "javascript:x",
                                 "https://transfer.api.globus.org\\@evil.example.org/",
                                 "//transfer.api.globus.org:x/",
                                 "//transfer.api.globus.org:99999/",
                                 "/a b",
                                 "/a\tb",
                                 "/a\x7f",
                                 "",
                                 "#f",
                                 "#",
                                 "ls?path=%2Fa+b",
                                 "./ls?path=%2Fa+b",
                                 "../e/ls?path=%2Fa+b"}) {
        INFO(location);
        CHECK(led_to(location) == "refused");
    }
}

TEST_CASE("client: each redirect of a chain is resolved against the one before", "[client]") {
    MockTransport mock;
    mock.reply(302, {}, {{"Location", "../b/c"}}).reply(307, {}, {{"Location", "d"}});
    mock.reply(308, {}, {{"Location", "?e"}}).reply(200, "{}");
    Transfer const transfer{"token", {.transport = mock}};
    (void)transfer.get("a/b/c/d");
    CHECK(mock.requests().at(1).url == "https://transfer.api.globus.org/a/b/b/c");
    CHECK(mock.requests().at(2).url == "https://transfer.api.globus.org/a/b/b/d");
    CHECK(mock.requests().at(3).url == "https://transfer.api.globus.org/a/b/b/d?e");
}

TEST_CASE("client: a chain of redirects that always leads on ends", "[client]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) {
        return http::Response{.status = 302, .headers = {{"Location", "x/x"}}};
    });
    Transfer const transfer{"token", {.transport = mock}};
    CHECK_THROWS_AS(transfer.get("a"), NetworkError);
    CHECK(mock.request_count() == 6);  // five hops
}

TEST_CASE("client: from a place that is not the client's own nothing is followed", "[client]") {
    for (char const* location :
         {"x", "/x", "?x", "https://elsewhere.example.org/x", "https://transfer.api.globus.org/x"}) {
        MockTransport mock;
        mock.reply(302, {}, {{"Location", location}}).reply(200, "{}");
        Transfer const transfer{"token", {.transport = mock}};
        CHECK_THROWS_AS(transfer.get("https://elsewhere.example.org/a"), NetworkError);
        CHECK(mock.requests().at(0).authorization.empty());
        CHECK(mock.request_count() == 1);
    }
}
