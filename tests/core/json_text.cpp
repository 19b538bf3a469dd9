// SPDX-License-Identifier: Apache-2.0
// Texts of services that are not quite Unicode.
#include <globus/core/json_text.hpp>

#include "support/catch.hpp"

#include <random>
#include <string>
#include <string_view>
#include <utility>

using namespace globus;
using detail::parse_json;

namespace {

/// The text of `{"a": "..."}` with this between the quotes; what is no JSON is the word that tests look for.
std::string text_of(std::string const& inside) {
    boost::system::error_code error;
    auto const value = parse_json("{\"a\": \"" + inside + "\", \"b\": 1}", error);
    if (error) return "no JSON";
    CHECK(value.at("b") == 1);
    return std::string(value.at("a").as_string());
}

constexpr char const* replaced = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("half a surrogate pair as an escape is read as one replacement character", "[core][json]") {
    std::string const r = replaced;
    for (auto const& [text, expected] : {std::pair<std::string, std::string>{"\\ud800", r},
                                         {"x\\uDBFFy", "x" + r + "y"},
                                         {"\\udc00", r},
                                         {"\\uDfFf!", r + "!"},
                                         {"\\ud800\\ud800", r + r},
                                         {"\\udc00\\ud800", r + r},
                                         {"\\ud800\\u0041", r + "A"},
                                         {"\\ud83d\\n", r + "\n"},
                                         {"\\ud83d\\\\ude00", r + "\\ude00"},
                                         {"\\ud800\\ud83d\\ude00", r + "\xF0\x9F\x98\x80"}})
        CHECK(text_of(text) == expected);
}

TEST_CASE("bytes that are not UTF-8 are read as replacement characters, one for what could begin a character",
          "[core][json]") {
    std::string const r = replaced;
    for (auto const& [text, expected] : {std::pair<std::string, std::string>{"\xff", r},
                                         {"a\x80z", "a" + r + "z"},
                                         {"\xc0\xaf", r + r},
                                         {"\xe2\x82", r},
                                         {"\xe2\x82\x41", r + "A"},
                                         {"\xed\xa0\x80", r + r + r},
                                         {"\xf0\x9f\x98", r},
                                         {"\xf4\x90\x80\x80", r + r + r + r},
                                         {"\xf8\x88\x80\x80\x80", r + r + r + r + r},
                                         {"caf\xe9 \xc3\xa9", "caf" + r + " \xc3\xa9"}})
        CHECK(text_of(text) == expected);
}

TEST_CASE("texts that are Unicode stay as they are", "[core][json]") {
    for (std::string const text :
         {"plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xbf\xbd", "\xed\x9f\xbf"})
        CHECK(text_of(text) == text);
    CHECK(text_of("\\ud83d\\ude00") == "\xF0\x9F\x98\x80");
    CHECK(text_of("\\\\ud800") == "\\ud800");
    CHECK(text_of("\\\\\\\\udc00") == "\\\\udc00");
    CHECK(text_of("\\u00e9\\u0041") ==
          "\xc3\xa9"
          "A");
}

TEST_CASE("what is no JSON for another reason stays no JSON", "[core][json]") {
    for (char const* text : {"\\x", "\\u12", "\\ud80", "\n", "\\ud800\\", "\\ud800\\u12\""})
        CHECK(text_of(text) == "no JSON");
    boost::system::error_code error;
    for (std::string const text :
         {"", "\xff", "{}\xff", "[\xe2\x82]", "{\"a\": \"\xe2\x82", "{\"a\": \"\\ud8", "\\ud800", "{\"a\": \"\\"}) {
        CHECK(parse_json(text, error).is_null());
        CHECK(error);
    }
    std::string const deep(129, '[');
    (void)parse_json(deep + "\"\xff\"" + std::string(129, ']'), error);
    CHECK(error);
}

TEST_CASE("a mended text is valid, whatever its bytes were", "[core][json]") {
    std::mt19937 random(11);
    std::string_view const pieces[] = {"\\",   "u",    "d8",       "dc",       "00", "\xe2",
                                       "\x82", "\xac", "\xf0\x9f", "\xed\xa0", "a",  "\\\\"};
    for (int i = 0; i != 50000; ++i) {
        std::string text, mended;
        for (auto k = random() % 12; k != 0; --k) text += pieces[random() % std::size(pieces)];
        detail::append_mended(mended, text);
        detail::OddText const odd = detail::find_odd_text(mended);
        CHECK((odd.at == mended.size() || (odd.cut && mended[odd.at] == '\\')));
        std::string again;
        detail::append_mended(again, mended);
        CHECK(again == mended);
    }
}
