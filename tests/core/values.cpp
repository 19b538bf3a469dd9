// SPDX-License-Identifier: Apache-2.0
#include <globus/core/crypto.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>

#include "support/catch.hpp"

#include <string>
#include <type_traits>

using namespace globus;

static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_constructible_v<Optional<bool>, char const*>);
static_assert(!std::is_default_constructible_v<Required<std::string>>);
static_assert(std::is_constructible_v<Optional<std::string>, char const*>);

TEST_CASE("optional: absent, null and a value are three things", "[core][optional]") {
    Optional<std::string> text;
    CHECK(text.is_absent());
    CHECK_THROWS_AS(text.value(), UsageError);
    text = null;
    CHECK(text.is_null());
    CHECK_FALSE(text == Optional<std::string>());
    text = "x";
    CHECK(text.has_value());
    CHECK(text.value() == "x");
    text.reset();
    CHECK(text.is_absent());
    CHECK(text.value_or("other") == "other");
    Optional<StringList> list = {"a", "b"};
    CHECK(list->size() == 2);
    list = "one";
    CHECK(*list == StringList{"one"});
}

TEST_CASE("secret: compares in full and forgets on destruction", "[core][secret]") {
    CHECK(Secret("abc") == Secret("abc"));
    CHECK_FALSE(Secret("abc") == Secret("abd"));
    CHECK_FALSE(Secret("abc") == Secret("abcd"));
    alignas(std::string) unsigned char room[sizeof(Secret)];
    auto* secret = new (room) Secret("short-secret");  // short enough to lie in the object itself
    secret->~Secret();
    CHECK(std::string(reinterpret_cast<char*>(room), sizeof room).find("short") == std::string::npos);
    Secret from("moved-secret");
    Secret const to = std::move(from);
    CHECK(to.reveal() == "moved-secret");
    CHECK(from.empty());
}

TEST_CASE("secret: a null pointer is an empty secret", "[core][secret]") {
    char const* const unset = nullptr;
    CHECK(Secret(unset).empty());
}

TEST_CASE("encoding: percent, form, base64 and hex", "[core][encoding]") {
    CHECK(percent_encode("a/b%c d~\xC3\xA9") == "a%2Fb%25c%20d~%C3%A9");
    std::string form;
    append_form_encoded(form, "a b&c=d+e");
    CHECK(form == "a+b%26c%3Dd%2Be");
    CHECK(percent_decode("a%2Fb+c", true) == "a/b c");
    CHECK(percent_decode("%4") == std::nullopt);
    CHECK(percent_decode("%zz") == std::nullopt);
    // RFC 4648, section 10
    for (auto const& [plain, coded] : {std::pair{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"}})
        CHECK(base64_encode(plain) == coded);
    std::string all;
    for (int c = 0; c < 256; ++c) {
        all += static_cast<char>(c);
        CHECK(base64url_decode(base64url_encode(all)) == all);
        CHECK(percent_decode(percent_encode(all)) == all);
    }
    CHECK(base64url_decode("Zg==") == std::nullopt);
    CHECK(base64url_decode("Zh") == std::nullopt);  // stray bits
    CHECK(hex_encode(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(is_uuid("ddb59aef-6d04-11e5-ba46-22000b92c6ec"));
    CHECK_FALSE(is_uuid("ddb59aef-6d04-11e5-ba46-22000b92c6e"));
    CHECK_FALSE(is_uuid("ddb59aef_6d04-11e5-ba46-22000b92c6ec"));
    CHECK(parse_query("a=1&b=x+y&b=%2F&c") ==
          std::vector<std::pair<std::string, std::string>>{{"a", "1"}, {"b", "x y"}, {"b", "/"}, {"c", ""}});
}

TEST_CASE("result: a value, or the error with its own type", "[core][error]") {
    auto const good = Result<int>::from([] { return 7; });
    CHECK(*good == 7);
    CHECK_THROWS_AS(good.error(), UsageError);
    auto const bad = Result<int>::from([]() -> int { throw UsageError("no"); });
    REQUIRE_FALSE(bad);
    CHECK(dynamic_cast<UsageError const*>(&bad.error()) != nullptr);
    CHECK_THROWS_AS(bad.value(), UsageError);
    CHECK_THROWS_AS(Result<int>::from([]() -> int { throw 1; }), int);  // not ours: it passes through
}
