// SPDX-License-Identifier: Apache-2.0
// What a reference means at a place: the examples of RFC 3986, section 5.4, and those of our own services.
#include <globus/http/url.hpp>

#include "support/catch.hpp"

#include <string>

using namespace globus;

namespace {

struct Row {
    char const* reference;
    char const* means;
};

}  // namespace

TEST_CASE("url: the normal examples of RFC 3986, section 5.4.1", "[http][url]") {
    constexpr Row rows[] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
    };
    for (Row const& row : rows) {
        INFO(row.reference);
        CHECK(http::resolve_url("http://a/b/c/d;p?q", row.reference) == row.means);
    }
}

TEST_CASE("url: the abnormal examples of RFC 3986, section 5.4.2", "[http][url]") {
    constexpr Row rows[] = {
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
        {"http:g", "http:g"},
    };
    for (Row const& row : rows) {
        INFO(row.reference);
        CHECK(http::resolve_url("http://a/b/c/d;p?q", row.reference) == row.means);
    }
}

TEST_CASE("url: references of services, with ports, queries and what is percent-encoded", "[http][url]") {
    constexpr char const* base = "https://transfer.api.globus.org:8443/v0.10/operation/endpoint/e/ls?path=%2Fa%20b&x=1";
    constexpr Row rows[] = {
        {"ls?v2=1", "https://transfer.api.globus.org:8443/v0.10/operation/endpoint/e/ls?v2=1"},
        {"?", "https://transfer.api.globus.org:8443/v0.10/operation/endpoint/e/ls?"},
        {"/v2/%7E%2Fa%20b/%2e%2E/c?d=%26#top",
         "https://transfer.api.globus.org:8443/v2/%7E%2Fa%20b/%2e%2E/c?d=%26#top"},
        {"//transfer.api.globus.org:8443/x/../y", "https://transfer.api.globus.org:8443/y"},
        {"//user@[::1]:1/x", "https://user@[::1]:1/x"},
        {"HTTPS://transfer.api.globus.org/x/./y", "https://transfer.api.globus.org/x/y"},
        {"https://other.example?q", "https://other.example?q"},
        {"a:b/c", "a:b/c"},
        {"./a:b/c", "https://transfer.api.globus.org:8443/v0.10/operation/endpoint/e/a:b/c"},
        {"1:b", "https://transfer.api.globus.org:8443/v0.10/operation/endpoint/e/1:b"},
        {"/a//b/../c", "https://transfer.api.globus.org:8443/a//c"},
        {"/...", "https://transfer.api.globus.org:8443/..."},
        {"..?x", "https://transfer.api.globus.org:8443/v0.10/operation/endpoint/?x"},
    };
    for (Row const& row : rows) {
        INFO(row.reference);
        CHECK(http::resolve_url(base, row.reference) == row.means);
    }
    CHECK(http::resolve_url("https://a", "g") == "https://a/g");
    CHECK(http::resolve_url("https://a", "../g") == "https://a/g");
    CHECK(http::resolve_url("https://a", "?y") == "https://a?y");
    CHECK(http::resolve_url("https://a?q=/b/c", "g") == "https://a/g");
    CHECK(http::resolve_url("https://a/b#f?x", "") == "https://a/b");
}

TEST_CASE("url: a text is split into the parts of which it is made", "[http][url]") {
    for (char const* text : {"",
                             "x",
                             "/",
                             "//",
                             "///",
                             "?",
                             "#",
                             "#a?b",
                             "?a#b?c",
                             "a:",
                             "a:b",
                             ":b",
                             "a+b-c.d://u:p@h:1/p;q?r#s",
                             "//h",
                             "//h?q",
                             "//h#f",
                             "https://[::1]:8080/x",
                             "1a:b",
                             "%41:b",
                             "a/b:c",
                             "a?b:c",
                             "..",
                             "https:///x"}) {
        INFO(text);
        http::Reference const parts = http::split_reference(text);
        std::string whole;
        if (parts.scheme) whole.append(*parts.scheme).append(":");
        if (parts.authority) whole.append("//").append(*parts.authority);
        whole.append(parts.path);
        if (parts.query) whole.append("?").append(*parts.query);
        if (parts.fragment) whole.append("#").append(*parts.fragment);
        CHECK(whole == text);
    }
    CHECK_FALSE(http::split_reference("#a?b").query);
    CHECK(http::split_reference("?a#b").query == "a");
    CHECK(http::split_reference("//h:1/x").authority == "h:1");
    CHECK_FALSE(http::split_reference("/x//y").authority);
}

TEST_CASE("url: a path of dots and slashes only ends in time, within its root", "[http][url]") {
    for (char const* step : {"../", "./", "/../", "/./", ".../", "/", "a/../"}) {
        std::string path;
        while (path.size() < 20000) path += step;
        std::string const url = http::resolve_url("https://a/b/c", path);
        CHECK(url.starts_with("https:/"));
        CHECK(url.find("/../") == std::string::npos);
        CHECK(url.find("/./") == std::string::npos);
    }
}
