// SPDX-License-Identifier: Apache-2.0
#include <globus/http/url.hpp>

#include "support/catch.hpp"

#include <string>

using namespace globus;

TEST_CASE("url: a base URL is https, or http to a literal loopback address", "[http][url]") {
    CHECK(http::check_base_url("https://transfer.api.globus.org") == "https://transfer.api.globus.org/");
    CHECK(http::check_base_url("http://127.0.0.1:8080/x/") == "http://127.0.0.1:8080/x/");
    CHECK(http::check_base_url("http://[::1]:8080") == "http://[::1]:8080/");
    for (char const* bad :
         {"", "transfer.api.globus.org", "http://example.org/", "http://localhost/", "http://127.0.0.1.example.org/",
          "ftp://example.org/", "https://", "https://user@example.org/", "https://user:pw@example.org/",
          "https://example.org/?a=b", "https://example.org/#f", "https://example.org:0/", "https://example.org:65536/",
          "https://example.org:x/", "https://exa mple.org/", "https://example.org/\n", "file:///etc/passwd"})
        CHECK_THROWS_AS(http::check_base_url(bad), UsageError);
}

TEST_CASE("url: a base URL has a plain host and a plain path", "[http][url]") {
    for (char const* good : {"https://a-b_c.example.org/", "https://Example.ORG/", "https://example.org:1/",
                             "https://example.org:65535/x/", "https://192.0.2.1/", "https://[2001:db8::1]:8443/",
                             "https://[::ffff:192.0.2.1]/", "https://xn--bcher-kva.example/",
                             "https://example.org/a.b/..c/~d/e%20f/", "https://example.org/a:b@c/"})
        CHECK(http::check_base_url(good) == good);
    for (char const* host : {"exa<mple>.org",
                             "example.org%00",
                             "example%2Eorg",
                             "example.org.",
                             ".example.org",
                             "example..org",
                             ".",
                             "..",
                             "b\xC3\xBC"
                             "cher.example",
                             "example.org\\evil.org",
                             "example.org\\@evil.org",
                             "a,b",
                             "a;b",
                             "a!b",
                             "a*b",
                             "a'b",
                             "[::1%25eth0]",
                             "[fe80::1%eth0]",
                             "[::1]x",
                             "x[::1]",
                             "[::1",
                             "::1",
                             "[]",
                             "[1]",
                             "[v1.a:b]",
                             "a]b",
                             "user@example.org",
                             "example.org:",
                             "example.org:0",
                             "example.org:65536",
                             "example.org:-1",
                             "example.org:+1",
                             "example.org:0x50",
                             "example.org:80:80"})
        CHECK_THROWS_AS(http::check_base_url("https://" + std::string(host) + "/"), UsageError);
    for (char const* path : {".",    "..",    "a/../b", "a/./b",    "a/..",     "%2e",   "%2E%2e", "a/%2e%2e/b",
                             ".%2e", "a%2Fb", "a%5Cb",  "a\\..\\b", "%00",      "a%0Ab", "%",      "%4",
                             "%zz",  "a<b",   "a\"b",   "a|b",      "\xC3\xA9", "?q",    "#f"})
        CHECK_THROWS_AS(http::check_base_url("https://example.org/" + std::string(path)), UsageError);
    for (char const* bad :
         {"HTTPS://example.org/", "Https://example.org/", "http://example.org/", "http://[::1%25lo]/"})
        CHECK_THROWS_AS(http::check_base_url(bad), UsageError);
}

TEST_CASE("url: the same origin is scheme, host and port", "[http][url]") {
    auto const same = [](char const* a, char const* b) {
        return http::same_origin(http::parse_url(a), http::parse_url(b));
    };
    CHECK(same("https://a.org/x", "https://A.org:443/y"));
    CHECK_FALSE(same("https://a.org/", "http://a.org/"));
    CHECK_FALSE(same("https://a.org/", "https://a.org:8443/"));
    CHECK_FALSE(same("https://a.org/", "https://b.a.org/"));
    CHECK_FALSE(same("https://a.org/", "https://a.org@evil.org/"));
}

TEST_CASE("url: no byte but tab gets through a header", "[http][url]") {
    for (int c = 0; c < 256; ++c) {
        for (std::string const& value :
             {std::string(1, static_cast<char>(c)) + "x", "x" + std::string(1, static_cast<char>(c)),
              "x" + std::string(1, static_cast<char>(c)) + "y"}) {
            bool const control = (c < 32 && c != '\t') || c == 127;
            if (control)
                CHECK_THROWS_AS(http::check_header("X-Name", value), UsageError);
            else
                CHECK_NOTHROW(http::check_header("X-Name", value));
        }
    }
    try {
        http::check_header("X-Token", "secret\r\nX-Evil: 1");
        FAIL();
    } catch (UsageError const& error) {
        CHECK(std::string(error.what()).find("X-Token") != std::string::npos);
        CHECK(std::string(error.what()).find("secret") == std::string::npos);
    }
    for (char const* name : {"", "a b", "a:b", "a\n", "\xC3\xA9"})
        CHECK_THROWS_AS(http::check_header(name, "v"), UsageError);
}
