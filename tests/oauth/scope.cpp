// SPDX-License-Identifier: Apache-2.0
#include <globus/oauth/scopes.hpp>

#include "support/catch.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace globus;

namespace {

std::vector<std::string> texts(std::vector<Scope> const& scopes) {
    std::vector<std::string> out;
    for (Scope const& scope : scopes) out.push_back(scope.text());
    return out;
}

}  // namespace

TEST_CASE("scope: text and back", "[oauth][scope]") {
    for (char const* text : {"foo", "*foo", "foo[bar]", "foo[*bar baz[qux]]", "*foo[bar[baz]]"})
        CHECK(Scope::parse_one(text).text() == text);
    CHECK(texts(Scope::parse("foo[bar] foo[*baz] foo[baz]")) == std::vector<std::string>{"foo[bar baz]"});
    CHECK(texts(Scope::parse("foo *foo")) == std::vector<std::string>{"*foo", "foo"});
    CHECK(texts(Scope::parse("a[b] c[b[d]]")) == std::vector<std::string>{"a[b[d]]", "c[b[d]]"});
    CHECK(texts(Scope::merge(Scope::parse("foo[bar]"), Scope::parse("foo[baz]"))) ==
          std::vector<std::string>{"foo[bar baz]"});
    CHECK(transfer_scope_with_data_access("d7267384-d101-5266-a72d-d612e0290973").text() ==
          "urn:globus:auth:scope:transfer.api.globus.org:all[*https://auth.globus.org/scopes/"
          "d7267384-d101-5266-a72d-d612e0290973/data_access]");
    CHECK(SpecificFlowScopes("a-b-c").user() == "https://auth.globus.org/scopes/a-b-c/flow_a_b_c_user");
    Scope const scope = Scope::parse_one("foo[bar[baz] *qux]");
    CHECK(scope.contains(Scope("foo")));
    CHECK(scope.contains(Scope::parse_one("foo[bar]")));
    CHECK(scope.contains(Scope::parse_one("*foo[*qux]")));
    CHECK_FALSE(scope.contains(Scope::parse_one("foo[qux]")));
    CHECK_FALSE(scope.contains(Scope::parse_one("foo[baz]")));
}

TEST_CASE("scope: what is no scope is refused", "[oauth][scope]") {
    for (char const* bad : {"foo[",
                            "foo]",
                            "[foo]",
                            "foo[]",
                            "foo[[bar]]",
                            "foo[bar",
                            "foo[bar]]",
                            "*",
                            "foo *",
                            "* foo",
                            "**foo",
                            "foo[*]",
                            "*[foo]",
                            "foo[bar]baz",
                            "foo [bar]",
                            "foo[bar]*baz",
                            "foo[bar][baz]",
                            "]",
                            "[",
                            "foo*",
                            "foo[foo]",
                            "foo[bar] bar[foo]",
                            "a[b] b[c] c[a]",
                            "foo\tbar",
                            "foo\nbar",
                            "a\"b",
                            "a\\b",
                            "\xC3\xA9"})
        CHECK_THROWS_AS(Scope::parse(bad), ScopeError);
    for (char const* bad : {"foo bar", "foo[bar]", "*foo", "foo]"}) CHECK_THROWS_AS(Scope(bad), ScopeError);
    CHECK_THROWS_AS(Scope::parse_one("a b"), ScopeError);
    CHECK_THROWS_AS(Scope::parse_one(""), ScopeError);
}

TEST_CASE("scope: the recorded texts are read as the reference reads them", "[oauth][scope]") {
    char const* const folder = std::getenv("GLOBUS_CONTRACT_DIR");
    if (folder == nullptr || *folder == '\0') {
        WARN("no recording: GLOBUS_CONTRACT_DIR is not set");
        return;
    }
    std::ifstream stream(std::string(folder) + "/scopes.json");
    auto const recorded = boost::json::parse(std::string(std::istreambuf_iterator<char>(stream), {}));
    int compared = 0;
    for (auto const& one : recorded.at("parse").as_array()) {
        std::string const input(one.at("input").as_string());
        bool const control =
            input.find_first_of("\t\n") != std::string::npos;  // no scope has such (RFC 6749, section 3.3)
        INFO(input);
        if (control || one.as_object().contains("error")) {
            CHECK_THROWS_AS(Scope::parse(input), ScopeError);
        } else {
            CHECK(texts(Scope::parse(input)) == boost::json::value_to<std::vector<std::string>>(one.at("canonical")));
        }
        ++compared;
    }
    for (auto const& one : recorded.at("merge").as_array()) {
        auto const merged = [&] {
            return Scope::merge(Scope::parse(one.at("a").as_string()), Scope::parse(one.at("b").as_string()));
        };
        if (one.as_object().contains("error"))
            CHECK_THROWS_AS(merged(), ScopeError);
        else
            CHECK(texts(merged()) == boost::json::value_to<std::vector<std::string>>(one.at("canonical")));
        ++compared;
    }
    CHECK(compared > 50);
}

TEST_CASE("scopes: what comes out of a text is bounded, too, and reads again", "[oauth][scope]") {
    std::size_t const limit = std::size_t{512} << 10;
    // A diamond: each layer comes out twice as often as the one above it.
    auto const diamond = [](int layers, std::size_t width) {
        std::string text;
        for (int layer = 0; layer != layers; ++layer)
            for (char const* const from : {"a", "b"}) {
                std::string const next = std::to_string(layer + 1) + std::string(width, 'n');
                text += from + std::to_string(layer) + std::string(width, 'n') + "[a" + next + " b" + next + "] ";
            }
        text.pop_back();
        return text;
    };
    int refused = 0;
    for (int layers = 1; layers != 12; ++layers)
        for (std::size_t const width : {1U, 10U, 100U, 1000U, 7000U}) {
            std::string const text = diamond(layers, width);
            if (text.size() > limit) continue;
            INFO(layers << " layers of " << width);
            std::clock_t const begin = std::clock();
            try {
                auto const scopes = Scope::parse(text);
                std::string const out = Scope::join(scopes);
                CHECK(out.size() <= limit);
                CHECK(Scope::join(Scope::parse(out)) == out);
            } catch (ScopeError const&) {
                ++refused;
            }
            CHECK(std::clock() - begin < 2 * CLOCKS_PER_SEC);
        }
    CHECK(refused > 0);
    // a plain text of the greatest length is read
    std::string plain(limit / 2, 'x');
    plain += ' ' + std::string(limit - plain.size() - 1, 'y');
    CHECK(Scope::join(Scope::parse(plain)) == plain);
}
