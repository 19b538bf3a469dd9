// SPDX-License-Identifier: Apache-2.0
// One odd value of a document leaves the rest of it as it is.
#include <globus/client/response.hpp>
#include <globus/core/json.hpp>

#include "support/catch.hpp"
#include "support/streamed.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Inner {
    Optional<std::string> name = {};
    std::int64_t size = 7;
    GLOBUS_MEMBERS(Inner, name, size);
};

/// Every place that a value can have.
struct Outer {
    Optional<std::string> text = {};
    Optional<std::int64_t> number = {};
    Optional<std::int32_t> small = {};
    Optional<double> real = {};
    Optional<bool> flag = {};
    Optional<Secret> secret = {};
    Optional<Timestamp> time = {};
    Optional<WholeSeconds> span = {};
    Optional<Inner> maybe = {};
    Optional<std::vector<std::string>> maybe_list = {};
    std::string plain_text = "plain";
    std::int64_t plain_number = 5;
    bool plain_flag = true;
    Secret plain_secret = {};
    Inner inner = {};
    std::vector<Inner> list = {};
    std::vector<std::string> texts = {};
    std::vector<std::vector<std::int64_t>> rows = {};
    std::vector<Optional<std::string>> maybe_texts = {};
    std::map<std::string, Inner> map = {};
    std::map<std::string, std::string> words = {};
    std::map<std::string, std::vector<Inner>> lists = {};
    std::map<std::string, std::map<std::string, std::int64_t>> maps = {};
    StringList one_or_more = {};
    Optional<Json> any = {};
    Optional<std::string> last = {};
    GLOBUS_MEMBERS(Outer, text, number, small, real, flag, secret, time, span, maybe, maybe_list, plain_text,
                   plain_number, plain_flag, plain_secret, inner, list, texts, rows, maybe_texts, map, words, lists,
                   maps, one_or_more, any, last);
};

template <class T = Outer>
Response<T> answered(std::string const& text, bool wrote = false) {
    http::Response raw{.status = 200, .body = text};
    Response<T> const whole(raw, {.wrote = wrote});
    for (std::size_t cut = 0; cut <= text.size(); cut += text.size() / 5 + 1) {  // and the same in pieces
        CHECK(streamed<T>({.pieces = halves_of(text, cut)}).mismatch() == whole.mismatch());
    }
    return whole;
}

/// An answer in which one member has this value, between two that are right.
Response<Outer> with(std::string const& member, std::string const& value) {
    INFO(member << ": " << value);
    auto answer = answered("{\"any\": 1, \"" + member + "\": " + value + ", \"last\": \"read\"}");
    CHECK(*answer->last == "read");
    CHECK(*answer->any == 1);
    return answer;
}

constexpr char const* values[] = {"null",     "true",        "1",  "-1.5", "1e400", "18446744073709551615",
                                  "\"text\"", "\"\\ud800\"", "[]", "[1]",  "{}",    "{\"name\": \"a\"}",
                                  "[[]]",     "[null]"};

}  // namespace

TEST_CASE("odd values: whatever a member is, the others are read", "[core][odd]") {
    for (std::string_view const member : Outer::members::keys)
        for (char const* value : values)
            if (member != "last" && member != "any") (void)with(std::string(member), value);
}

TEST_CASE("odd values: null is an empty list or map and no document, which is not odd", "[core][odd]") {
    for (char const* member : {"text", "number", "flag", "secret", "time", "span", "maybe", "maybe_list", "inner",
                               "list", "texts", "rows", "map", "words", "lists", "maps", "one_or_more"}) {
        auto const answer = with(member, "null");
        CHECK(answer.mismatch().empty());
        CHECK_FALSE(answer.has_list(member));
    }
    CHECK(with("inner", "null")->inner.size == 7);
    CHECK(with("rows", "[[1], null, [2]]")->rows == std::vector<std::vector<std::int64_t>>{{1}, {}, {2}});
    CHECK(with("lists", R"({"a": null, "b": [{}]})")->lists.at("a").empty());
    CHECK(with("maps", R"({"a": null})")->maps.at("a").empty());
    CHECK(with("maybe_texts", R"(["a", null])")->maybe_texts.size() == 2);
    CHECK(answered<std::vector<Inner>>("null").mismatch().empty());
    CHECK_THAT(with("plain_text", "null").mismatch(), ContainsSubstring("'plain_text' should be a text but is null"));
}

TEST_CASE("odd values: a member of another kind is absent or keeps its default, and is told", "[core][odd]") {
    struct Case {
        char const *member, *value, *told;
    };
    for (auto const& [member, value, told] :
         {Case{"text", "5", "'text' should be a text but is an integer"},
          Case{"text", "false", "'text' should be a text but is true or false"},
          Case{"text", "[]", "'text' should be a text but is a list"},
          Case{"number", "\"5\"", "'number' should be an integer in range but is a text"},
          Case{"number", "1.5", "'number' should be an integer in range but is a number"},
          Case{"number", "18446744073709551615", "'number' should be an integer in range but is an integer"},
          Case{"small", "2147483648", "'small' should be"}, Case{"real", "1e400", "'real' should be a number"},
          Case{"flag", "\"yes\"", "'flag' should be true or false but is a text"},
          Case{"flag", "1", "'flag' should be"}, Case{"secret", "5", "'secret' should be a text but is an integer"},
          Case{"time", "1700000000", "'time' should be a time as a text but is an integer"},
          Case{"span", "\"90\"", "'span' should be an integer in range but is a text"},
          Case{"span", "1.5", "'span' should be an integer in range but is a number"},
          Case{"span", "18446744073709551615", "'span' should be an integer in range but is an integer"},
          Case{"maybe", "[]", "'maybe' should be an object but is a list"},
          Case{"maybe_list", "{}", "'maybe_list' should be a list but is an object"}}) {
        auto const answer = with(member, value);
        CHECK_THAT(answer.mismatch(), ContainsSubstring(told));
        CHECK(answer.json().as_object().contains(member));
        CHECK((answer->text.is_absent() && answer->number.is_absent() && answer->small.is_absent() &&
               answer->real.is_absent() && answer->flag.is_absent() && answer->secret.is_absent() &&
               answer->maybe.is_absent() && answer->maybe_list.is_absent()));
    }
    CHECK(with("plain_text", "5")->plain_text == "plain");
    CHECK(with("plain_number", "\"5\"")->plain_number == 5);
    CHECK(with("inner", "\"x\"")->inner.size == 7);
    CHECK(with("list", "{}")->list.empty());
    CHECK(with("map", "[]")->map.empty());
    CHECK(with("plain_secret", "[1]")->plain_secret.reveal().empty());
    CHECK(with("one_or_more", "\"one\"")->one_or_more == StringList("one"));
    CHECK(with("one_or_more", "\"one\"").mismatch().empty());
}

TEST_CASE("odd values: an element or entry of another kind is left out, and is told by its place", "[core][odd]") {
    auto const list = with("list", R"([{"name": "a"}, 5, null, "x", [{}], {"name": "b"}])");
    REQUIRE(list->list.size() == 2);
    CHECK(*list->list[0].name == "a");
    CHECK(*list->list[1].name == "b");
    CHECK(list.list_size("list") == 6);
    CHECK(list.mismatch() == "the answer's member 'list' should be an object but is an integer, at list[1]");

    CHECK(with("texts", R"(["a", 5, null, {}, "b"])")->texts == std::vector<std::string>{"a", "b"});
    CHECK(with("rows", R"([[1], 5, ["x", 2]])")->rows == std::vector<std::vector<std::int64_t>>{{1}, {2}});
    auto const maybe = with("maybe_texts", R"(["a", 5, "b"])");
    REQUIRE(maybe->maybe_texts.size() == 3);  // an Optional keeps its place
    CHECK(maybe->maybe_texts[1].is_absent());

    auto const map = with("map", R"({"a": {"name": "x"}, "b": 5, "c": null, "d": {"size": "1", "name": "y"}})");
    CHECK(map->map.size() == 2);
    CHECK(*map->map.at("d").name == "y");
    CHECK(map->map.at("d").size == 7);
    CHECK_THAT(map.mismatch(), ContainsSubstring("at map.b"));
    CHECK(with("words", R"({"a": "x", "b": 1})")->words == std::map<std::string, std::string>{{"a", "x"}});
    CHECK_THAT(with("lists", R"({"a": [], "b": [{}, {"size": ""}]})").mismatch(),
               ContainsSubstring("member 'size' should be an integer in range but is a text, at lists.b[1].size"));
    CHECK_THAT(with("maps", R"({"a": {"x": 1}, "b": {"y": true}})").mismatch(), ContainsSubstring("at maps.b.y"));
    CHECK_THAT(with("maybe", R"({"name": 1})").mismatch(), ContainsSubstring("at maybe.name"));
}

TEST_CASE("odd values: what is told is one short line, whoever names the entries", "[core][odd]") {
    std::string const name(100000, 'k');
    for (std::string const& key : {name, std::string("a\\u001b[2J\\nb"), std::string("\\ud800")}) {
        auto const answer = with("words", "{\"" + key + "\": 1}");
        CHECK(answer.mismatch().size() < 400);
        CHECK(answer.mismatch().find_first_of("\n\x1b") == std::string::npos);
    }
}

TEST_CASE("odd values: a text that is not Unicode is mended where it stands, and told", "[core][odd]") {
    std::string const r = "\xEF\xBF\xBD";
    for (std::string const odd : {"\\ud800", "\\uDC00", "\xff"}) {
        std::string const text = "\"a" + odd + "\"";
        CHECK(*with("text", text)->text == "a" + r);
        CHECK(with("text", text).mismatch() == "the answer's member 'text' is not Unicode");
        CHECK(with("plain_secret", text)->plain_secret.reveal() == "a" + r);
        CHECK(with("texts", "[\"b\", " + text + "]")->texts == std::vector<std::string>{"b", "a" + r});
        CHECK(with("texts", "[\"b\", " + text + "]").mismatch() ==
              "the answer's member 'texts' is not Unicode, at texts[1]");
        CHECK(with("list", "[{\"name\": " + text + "}]").mismatch() ==
              "the answer's member 'name' is not Unicode, at list[0].name");
        CHECK(with("words", "{" + text + ": \"w\"}")->words.at("a" + r) == "w");
        CHECK_THAT(with("words", "{" + text + ": \"w\"}").mismatch(), ContainsSubstring("name"));
        CHECK(with("unknown", "[{\"x\": " + text + "}]").mismatch() == "the answer has a text that is not Unicode");
        auto const any = answered("{\"any\": {\"x\": [" + text + "]}}");
        CHECK(any->any->at("x").at(0) == Json("a" + r));
        CHECK(any.mismatch() == "the answer's member 'any' is not Unicode");
        CHECK(any.json().at("any") == *any->any);
        CHECK(any.text().find(odd) != std::string::npos);  // the text as it came
        CHECK(from_json<Json>("[" + text + "]").at(0) == Json("a" + r));
        CHECK(*from_json<Outer>("{\"text\": " + text + "}").text == "a" + r);
        CHECK_NOTHROW(to_json(*with("text", text)));  // what was read can be sent
        CHECK(Response<Json>(http::Response{.status = 200, .body = text})->as_string() == "a" + r);
    }
    CHECK(with("text", "\"\xF0\x9F\x98\x80 \\ud83d\\ude00\"").mismatch().empty());
}

TEST_CASE("odd values: a document that is another one is refused, but not after a call that changed something",
          "[core][odd]") {
    for (char const* text : {"[]", "5", "\"x\"", "true", "null", "[{\"text\": \"a\"}]"}) {
        INFO(text);
        auto const read = answered(text);
        CHECK_THAT(read.mismatch(), ContainsSubstring("the answer should be an object"));
        CHECK_THROWS_AS(*read, DecodeError);
        CHECK(read.text() == text);
        CHECK_NOTHROW(read.json());
        auto const wrote = answered(text, true);
        CHECK(wrote.mismatch() == read.mismatch());
        CHECK(wrote->text.is_absent());
    }
    CHECK_THROWS_AS(*answered<std::vector<Inner>>("{}"), DecodeError);
    CHECK_THROWS_AS((*answered<std::map<std::string, Inner>>("[]")), DecodeError);
    CHECK(answered<std::vector<Inner>>("[1, {}]")->size() == 1);
    CHECK((answered<std::map<std::string, Inner>>(R"({"a": 1, "b": {}})")->size()) == 1);
}

TEST_CASE("odd values: of a name that stands twice the last one counts, odd or not", "[core][odd]") {
    auto const answer = answered(R"({"list": [{}, {}, 1], "list": [{"name": "a"}], "words": {"a": "x", "a": 1}})");
    CHECK(answer->list.size() == 1);
    CHECK(answer.list_size("list") == 1);
    CHECK(answer->words.empty());
}

TEST_CASE("odd values: an integer is in a floating-point member itself, or it does not fit", "[core][odd]") {
    for (char const* exact : {"9007199254740992", "-9007199254740992", "9007199254740994", "1152921504606846976",
                              "9223372036854775808", "-9223372036854775808", "18446744073709549568", "0", "-1"})
        CHECK(with("real", exact).mismatch().empty());
    for (char const* rounded : {"9007199254740993", "-9007199254740993", "9223372036854775807", "18446744073709551615",
                                "18446744073709551616", "123456789012345678901234567890"}) {
        auto const answer = with("real", rounded);
        CHECK(answer->real.is_absent());
        CHECK_THAT(answer.mismatch(), ContainsSubstring("'real' should be a number but is an integer"));
    }
    CHECK(*with("real", "1.5e300")->real == 1.5e300);
    for (double const number :
         {9007199254740994.0, 1e20, 123456789012345683968.0, 1.7976931348623157e308, -1e16, 0.1}) {
        Outer written{.real = number};
        std::string const text = to_json(written);
        CHECK(*from_json<Outer>(text).real == number);
        if (number > 1e15 || number < -1e15)  // not an integer to those who have integers of any size
            CHECK(text.find_first_of("eE.", text.find("\"real\":") + 7) != std::string::npos);
    }
}
