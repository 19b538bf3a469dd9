// SPDX-License-Identifier: Apache-2.0
#include <globus/core/json.hpp>

#include "support/catch.hpp"

#include <boost/hana.hpp>
#include <boost/json/parse.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace globus;

struct Item {
    Optional<std::string> name = {};
    Optional<std::int64_t> size = {};
    Optional<bool> hidden = {};
    Optional<double> rate = {};
    Optional<Json> extra = {};
    Optional<std::string> is_public = {};
    static constexpr auto wire = wires(globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(Item, name, size, hidden, rate, extra, is_public);
};

struct Listing {
    Constant<"listing"> DATA_TYPE = {};
    std::vector<Item> DATA = {};
    std::map<std::string, std::int64_t> counts = {};
    AdditionalFields more = {};
    GLOBUS_MEMBERS(Listing, DATA_TYPE, DATA, counts, more);
};

static_assert(Described<Item>);
static_assert(!Described<std::string>);
static_assert(boost::hana::Struct<Item>::value);

}  // namespace

TEST_CASE("json: what does not fit is told by the member that it is in", "[core][json]") {
    using Catch::Matchers::ContainsSubstring;
    CHECK_THROWS_WITH((from_json<Listing>(R"({"DATA": [{"size": 1}, 5]})")), ContainsSubstring("member 'DATA'"));
    CHECK_THROWS_WITH((from_json<std::map<std::string, Listing>>(R"({"a": {"counts": {"b": 1, "c": ""}}})")),
                      ContainsSubstring("member 'counts'"));
    CHECK_THROWS_WITH((from_json<std::map<std::string, Item>>(R"({"a": {"size": 1}, "b": 5})")),
                      ContainsSubstring("the answer should be an object but is an integer"));
}

TEST_CASE("json: a document is read without a DOM, whatever the order of its members", "[core][json]") {
    auto const listing = from_json<Listing>(
        R"({"unknown": [1, {"a": [2]}], "counts": {"a": 1, "b": 2},
            "DATA": [{"size": 3, "name": "\u00e9\n", "hidden": false, "rate": 2, "public": "yes",
                      "extra": {"x": [1, -2, 3.5, true, null, "s", {"y": {}}]}},
                     {"name": null, "size": -9223372036854775808}, {}]})");
    REQUIRE(listing.DATA.size() == 3);
    CHECK(*listing.DATA[0].name == "\xC3\xA9\n");
    CHECK(*listing.DATA[0].size == 3);
    CHECK(listing.DATA[0].hidden == false);
    CHECK(*listing.DATA[0].rate == 2.0);
    CHECK(*listing.DATA[0].is_public == "yes");
    CHECK(*listing.DATA[0].extra == boost::json::parse(R"({"x": [1, -2, 3.5, true, null, "s", {"y": {}}]})"));
    CHECK(listing.DATA[1].name.is_null());
    CHECK(listing.DATA[2].name.is_absent());
    CHECK(listing.counts == std::map<std::string, std::int64_t>{{"a", 1}, {"b", 2}});
}

TEST_CASE("json: every piece-wise cut of a document reads the same", "[core][json]") {
    std::string const text =
        R"({"DATA": [{"name": "a\"bc\u20ac", "size": -12, "rate": 1.5e3, "extra": [{"k": "v"}]}, {"name": "z"}]})";
    auto const whole = from_json<Listing>(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Listing pieces;
        detail::JsonDocumentReader reader(detail::slot_of(pieces));
        reader.write(std::string_view(text).substr(0, cut));
        reader.write(std::string_view(text).substr(cut));
        reader.finish();
        REQUIRE(to_json(pieces) == to_json(whole));
        REQUIRE(*pieces.DATA.at(0).name == "a\"bc\xE2\x82\xAC");
    }
}

TEST_CASE("json: what is not JSON, or not all of it, is an error", "[core][json]") {
    for (char const* text : {"", "{", R"({"DATA": [)", "nonsense", R"({"DATA": []} x)",
                             "{\"DATA\": [{\"name\": \xff}]}", "{\"a\": NaN}", "\x80{\"a\": 1}", "<html></html>"})
        CHECK_THROWS_AS(from_json<Listing>(text), DecodeError);
}

TEST_CASE("json: nesting is limited, so that no answer can exhaust the stack", "[core][json]") {
    auto const nested = [](int depth) {
        return R"({"unknown": )" + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + "}";
    };
    CHECK_NOTHROW(from_json<Listing>(nested(64)));
    CHECK_THROWS_AS(from_json<Listing>(nested(129)), DecodeError);
    CHECK_THROWS_AS(from_json<Listing>(nested(100000)), DecodeError);
}

TEST_CASE("json: a member of another type is refused by name, never bent", "[core][json]") {
    using Catch::Matchers::ContainsSubstring;
    CHECK_THROWS_WITH(from_json<Listing>(R"({"DATA": [{"size": "3"}]})"), ContainsSubstring("'size'"));
    CHECK_THROWS_WITH(from_json<Listing>(R"({"DATA": [{"size": 1.5}]})"), ContainsSubstring("integer"));
    CHECK_THROWS_WITH(from_json<Listing>(R"({"DATA": [{"size": 1e400}]})"), ContainsSubstring("'size'"));
    CHECK_THROWS_WITH(from_json<Listing>(R"({"DATA": [{"size": 9223372036854775808}]})"), ContainsSubstring("'size'"));
    CHECK_THROWS_WITH(from_json<Listing>(R"({"DATA": [{"rate": 1e999}]})"), ContainsSubstring("'rate'"));
    CHECK_THROWS_WITH(from_json<Listing>(R"({"DATA": {}})"), ContainsSubstring("a list"));
    CHECK_THROWS_WITH(from_json<Listing>("[]"), ContainsSubstring("an object"));
    CHECK(*from_json<Item>(R"({"size": 3.0})").size == 3);
}

TEST_CASE("json: absent members are not written, null ones are", "[core][json]") {
    Item item{.name = null, .size = 7};
    CHECK(to_json(item) == R"({"name":null,"size":7})");
    item.name = "q\"\\\x01\xE2\x82\xAC";
    CHECK(to_json(item) == "{\"name\":\"q\\\"\\\\\\u0001\xE2\x82\xAC\",\"size\":7}");
    CHECK_THROWS_AS(to_json(Item{.name = "\xff"}), UsageError);
    CHECK_THROWS_AS(to_json(Item{.name = "\xED\xA0\x80"}), UsageError);  // a surrogate
    CHECK_THROWS_AS(to_json(Item{.rate = std::numeric_limits<double>::infinity()}), UsageError);
    CHECK_THROWS_AS(to_json(Item{.rate = std::numeric_limits<double>::quiet_NaN()}), UsageError);
}

TEST_CASE("json: a Json that JSON cannot say is refused, wherever it stands", "[core][json]") {
    double const infinity = std::numeric_limits<double>::infinity();
    double const nan = std::numeric_limits<double>::quiet_NaN();
    auto const nested = [](int depth) {
        Json value = 1;
        for (int i = 0; i != depth; ++i) value = i % 2 == 0 ? Json(boost::json::array{value}) : Json{{"a", value}};
        return value;
    };
    for (Json const& bad : {Json(nan), Json(-infinity), Json("\xff"), Json{{"x", nan}}, Json{{"\xED\xA0\x80", 1}},
                            Json{{"x", {1, {{"y", "\xC3"}}}}}, nested(129)}) {
        CHECK_THROWS_AS(to_json(bad), UsageError);
        CHECK_THROWS_AS(to_json(Item{.extra = bad}), UsageError);
        CHECK_THROWS_AS(to_json(Document(bad)), UsageError);
        Listing listing;
        listing.more["x"] = bad;
        CHECK_THROWS_AS(to_json(listing), UsageError);
    }
    CHECK_THROWS_AS(to_json(boost::json::object{{"x", nan}}), UsageError);
    CHECK_THROWS_AS(to_json(boost::json::array{nan, 1}), UsageError);
    Json const good{{"\xE2\x82\xAC", {1.5, -2, true, nullptr, "\xF0\x9F\x98\x80"}}};
    CHECK(boost::json::parse(to_json(good)) == good);
    CHECK_NOTHROW(to_json(nested(128)));
}

TEST_CASE("json: additional fields are merged over the members", "[core][json]") {
    Listing listing;
    listing.DATA.push_back(Item{.size = 1});
    listing.more = {{"DATA_TYPE", "mine"}, {"tomorrow", nullptr}};
    CHECK(boost::json::parse(to_json(listing)) ==
          boost::json::parse(R"({"DATA": [{"size": 1}], "counts": {}, "DATA_TYPE": "mine", "tomorrow": null})"));
}

TEST_CASE("json: what is written is read back", "[core][json]") {
    for (std::int64_t const number :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{0}, std::numeric_limits<std::int64_t>::max()})
        CHECK(*from_json<Item>(to_json(Item{.size = number})).size == number);
    std::string every;
    for (int c = 0; c < 128; ++c) every += static_cast<char>(c);
    CHECK(*from_json<Item>(to_json(Item{.name = every})).name == every);
}

TEST_CASE("json: described types are Hana structs", "[core][members]") {
    namespace hana = boost::hana;
    static_assert(hana::length(hana::accessors<Item>()) == hana::size_c<6>);
    Item const item{.name = "n"};
    CHECK(*hana::at_key(item, BOOST_HANA_STRING("name")) == "n");
}
