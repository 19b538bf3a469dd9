// SPDX-License-Identifier: Apache-2.0
#include <globus/http/url.hpp>

#include "support/catch.hpp"

#include <curl/curl.h>

#include <random>
#include <string>
#include <vector>

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

TEST_CASE("url: what is the same origin here is the same host, port and scheme to libcurl", "[http][url]") {
    std::mt19937 random(7);  // any seed will do
    std::vector<std::string> const bases{"https://transfer.api.globus.org/v0.10/task?limit=1#x",
                                         "http://127.0.0.1:8080/a/b", "https://[::1]:443/",
                                         "https://user:pass@m-abc.data.globus.org:8443/x"};
    static constexpr char letters[] = "/\\@:?#[]%.;&=aZ09-_~!$'()*+,|^`{}<>\"\t\n\r \x7f\x80\xe2\0";
    struct Parts {
        bool read = false;
        std::string scheme = {}, host = {}, port = {}, user = {};
    };
    auto const by_libcurl = [](std::string const& text) {
        Parts parts;
        CURLU* const url = curl_url();
        parts.read = curl_url_set(url, CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) == CURLUE_OK;
        auto const part = [&](CURLUPart which, unsigned flags, std::string& to) {
            char* value = nullptr;
            if (curl_url_get(url, which, &value, flags) == CURLUE_OK && value != nullptr) to = value;
            curl_free(value);
        };
        part(CURLUPART_SCHEME, 0, parts.scheme);
        part(CURLUPART_HOST, 0, parts.host);
        part(CURLUPART_PORT, CURLU_DEFAULT_PORT, parts.port);
        part(CURLUPART_USER, 0, parts.user);
        curl_url_cleanup(url);
        for (std::string* const text_of : {&parts.host, &parts.scheme})
            for (char& c : *text_of) c = http::detail::lower(c);
        return parts;
    };
    int compared = 0;
    for (int i = 0; i != 60000; ++i) {
        std::string const& base = bases[random() % bases.size()];
        std::string text = base;
        for (auto changes = random() % 3 + 1; changes != 0; --changes) {
            auto const at = random() % text.size();
            char const c = letters[random() % (sizeof letters - 1)];
            switch (random() % 3) {
                case 0:
                    text[at] = c;
                    break;
                case 1:
                    text.insert(at, 1, c);
                    break;
                default:
                    text.erase(at, 1);
            }
            if (text.empty()) text = "x";
        }
        try {
            http::Url const url = http::parse_url(text);
            if (!http::same_origin(url, http::parse_url(base))) continue;
            Parts const theirs = by_libcurl(text);
            if (!theirs.read) continue;  // what libcurl refuses goes nowhere
            ++compared;
            Parts const wanted = by_libcurl(base);
            CAPTURE(text);
            REQUIRE(theirs.scheme == wanted.scheme);
            REQUIRE(theirs.host == wanted.host);
            REQUIRE(theirs.port == wanted.port);
            if (!url.has_userinfo) REQUIRE(theirs.user.empty());
        } catch (UsageError const&) {  // no URL
        }
    }
    CHECK(compared > 1000);
}
