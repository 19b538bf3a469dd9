// SPDX-License-Identifier: Apache-2.0
// Which proxy a request goes through, and what is said of it.
#include <globus/services/groups.hpp>
#include <globus/services/transfer.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/proxy.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A variable of the environment for the time of a test.
class Variable {
public:
    Variable(char const* name, std::string const& value) : name_(name) {
        if (char const* before = std::getenv(name)) before_ = before;
        ::setenv(name, value.c_str(), 1);
    }
    Variable(Variable const&) = delete;
    Variable& operator=(Variable const&) = delete;
    ~Variable() {
        if (before_)
            ::setenv(name_, before_->c_str(), 1);
        else
            ::unsetenv(name_);
    }

private:
    char const* name_;
    std::optional<std::string> before_;
};

ByteServer::Answer const good = [](ByteServer::Writer const& write) {
    write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
};

/// What a request ended with: "" for an answer.
std::string outcome(CurlOptions options, std::string const& url) {
    http::Request request;
    request.url = url;
    try {
        (void)CurlTransport{std::move(options)}.send(request);
        return {};
    } catch (NetworkError const& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("proxies: one that is named is used, for a loopback address too", "[http][curl_transport]") {
    ByteServer const server(good);
    TestProxy const proxy(TestProxy::refusing(200));  // a whole answer of its own
    for (std::string const& url : {proxy.url(), proxy.address(), proxy.url() + '/'}) {
        auto const asked = proxy.heads().size();
        CHECK(outcome({.proxy = url}, server.url()).empty());
        REQUIRE(proxy.heads().size() == asked + 1);
        CHECK_THAT(proxy.heads().back(), ContainsSubstring("GET " + server.url() + " HTTP/1.1"));
    }
    CHECK(server.connections() == 0);
    Variable const everything("no_proxy", "*");  // the code says more than the environment
    CHECK(outcome({.proxy = proxy.url()}, server.url()).empty());
    CHECK(server.connections() == 0);
}

TEST_CASE("proxies: none is used where the code says so", "[http][curl_transport]") {
    ByteServer const server(good);
    TestProxy const proxy(TestProxy::refusing(403));
    CHECK(outcome({.proxy = proxy.url(), .no_proxy = "example.org,127.0.0.1"}, server.url()).empty());
    CHECK(outcome({.proxy = proxy.url(), .no_proxy = "*"}, server.url()).empty());
    CHECK(server.connections() == 2);
    Variable const https("https_proxy", proxy.url());
    std::string const elsewhere = "https://service.invalid/";
    CHECK_THAT(outcome({}, elsewhere), ContainsSubstring("the proxy answered 403"));
    CHECK_THAT(outcome({.proxy = ""}, elsewhere), ContainsSubstring("service.invalid") && !ContainsSubstring("proxy"));
    CHECK_THAT(outcome({.no_proxy = ".invalid"}, elsewhere), !ContainsSubstring("proxy"));
    CHECK(proxy.heads().size() == 1);
    CHECK_THAT(outcome({.proxy = proxy.url()}, elsewhere), ContainsSubstring("the proxy answered 403"));
    Variable const none("no_proxy", "service.invalid");
    CHECK_THAT(outcome({}, elsewhere), !ContainsSubstring("proxy"));
    CHECK_THAT(outcome({.proxy = proxy.url()}, elsewhere), ContainsSubstring("the proxy answered 403"));
    CHECK(proxy.heads().size() == 3);
}

TEST_CASE("proxies: a loopback address is reached by no proxy of the environment, nor by one elsewhere",
          "[http][curl_transport]") {
    ByteServer const server(good);
    TestProxy const proxy(TestProxy::refusing(403));
    Variable const a("http_proxy", proxy.url());
    Variable const b("all_proxy", proxy.url());
    Variable const c("no_proxy", "");
    CHECK(outcome({}, server.url()).empty());
    CHECK(outcome({.proxy = "http://proxy.invalid:3128"}, server.url()).empty());
    CHECK(server.connections() == 2);
    CHECK(proxy.heads().empty());
}

TEST_CASE("proxies: a URL that is none is refused at once, and not repeated", "[http][curl_transport]") {
    for (std::string const url :
         {"http://user:Pa55word@", "http://user:Pa55word@proxy:port", "http://user:Pa55word@proxy:99999",
          "http://user:Pa55/word@proxy", "http://user:Pa55 word@proxy", "http://user:Pa55word@proxy/path",
          "http://user:Pa55word@proxy?a=b", "http://user:Pa55word@proxy#a", "ftp://user:Pa55word@proxy",
          "user:Pa55word@proxy:x", "http://user:Pa55word@pro\nxy", "http://user:Pa55word@pro'xy",
          "http://user:Pa55word%0@proxy", "http://user:Pa55word%0Ax@proxy", "http://user:Pa55word%zz@proxy",
          "://Pa55word", "http://Pa55word..proxy", "quic://Pa55word"}) {
        INFO(url);
        try {
            CurlTransport const transport{{.proxy = url}};
            FAIL("it was taken");
        } catch (UsageError const& error) {
            CHECK_THAT(error.what(), ContainsSubstring("proxy"));
            CHECK_THAT(error.what(), !ContainsSubstring("Pa55") && !ContainsSubstring("word@"));
        }
    }
    for (char const* url : {"http://user:p%40%2F%3A@proxy.example.org:3128", "proxy", "proxy:3128", "[::1]:3128",
                            "socks5h://u@[fe80::1]:1080/", "https://proxy.example.org", "socks4://127.0.0.1"})
        CHECK_NOTHROW(CurlTransport{{.proxy = url}});
}

TEST_CASE("proxies: no word of libcurl brings a proxy's password into a message", "[http][curl_transport]") {
    for (std::string const url :
         {"http://user:Pa55word@proxy.invalid:3128", "http://user:Pa55word@proxy:99999999", "http://user:Pa55word",
          "http://user:Pa55 word@proxy", "ftp://user:Pa55word@proxy.invalid", "http://user:Pa55'word@[proxy",
          "http://user:Pa55word@127.0.0.1:1", "socks5://user:Pa55word@127.0.0.1:1",
          "https://user:Pa55word@127.0.0.1:1"}) {
        INFO(url);
        Variable const environment("https_proxy", url);
        std::string const said = outcome({}, "https://service.invalid/?code=S3cret");
        CHECK_FALSE(said.empty());
        CHECK_THAT(said, !ContainsSubstring("Pa55") && !ContainsSubstring("S3cret"));
    }
}

TEST_CASE("proxies: one that refuses plain http answers for the service, and nothing was done",
          "[http][curl_transport]") {
    ByteServer const server(good);
    for (int const status : {403, 407}) {
        TestProxy const proxy(TestProxy::refusing(status));
        Client<GroupsService, AccessTokenPolicy> const groups{
            "token", {.transport = CurlTransport{{.proxy = proxy.url()}}, .base_url = server.url()}};
        try {
            (void)groups.create_group({.data = Json{{"name", "n"}}});
            FAIL("it succeeded");
        } catch (ApiError const& error) {
            CHECK(error.http_status() == status);
            CHECK_FALSE(error.outcome_unknown());
        }
        CHECK(proxy.heads().size() == 1);
    }
    CHECK(server.connections() == 0);
}
