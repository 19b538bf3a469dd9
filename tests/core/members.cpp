// SPDX-License-Identifier: Apache-2.0
// GLOBUS_MEMBERS takes its list however it is laid out.
#include <globus/core/json.hpp>

#include "support/catch.hpp"

#include <boost/hana/accessors.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/size.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

using namespace globus;

namespace {

// clang-format off
struct Tight { Optional<std::string> source = {}; Optional<std::string> destination = {}; int count = 0; GLOBUS_MEMBERS(Tight,source,destination,count); };
struct Loose { Optional<std::string> source = {}; Optional<std::string> destination = {}; int count = 0;
    GLOBUS_MEMBERS( Loose ,	source
        , /* where
             it goes */ destination,// the end of the line
        count	 ); };
struct Alone { int count = 0; GLOBUS_MEMBERS(Alone,count); };
struct Mixed { int a1 = 0; int _b = 0; int C = 0; int d_e = 0; GLOBUS_MEMBERS(Mixed, a1,_b ,C , d_e); };
struct Renamed { int is_public = 0; int other = 0; static constexpr auto wire = wires(globus::rename("is_public", "public")); GLOBUS_MEMBERS(Renamed,other,is_public); };
struct Empty { GLOBUS_MEMBERS(Empty); };
struct Shuffled { int first = 1; int second = 2; Optional<std::string> third = "3"; GLOBUS_MEMBERS(Shuffled, second, third, first); };
// Members may have the names of what a macro would call its own.
struct Odd { int object = 1; int f = 2; int F = 3; int Object = 4; int O = 5; int self = 6; int all = 7; int size = 8; int keys = 9; GLOBUS_MEMBERS(Odd, object, f, F, Object, O, self, all, size, keys); };
template <class T> struct Holds { T value = {}; GLOBUS_MEMBERS(Holds, value); };
// Never sent or read, so that nobody looks whether its list is whole.
struct Unused { int listed = 0; int forgotten = 0; GLOBUS_MEMBERS(Unused, listed); };
struct Wide {
    int m001 = 0; int m002 = 0; int m003 = 0; int m004 = 0; int m005 = 0; int m006 = 0; int m007 = 0; int m008 = 0;
    int m009 = 0; int m010 = 0; int m011 = 0; int m012 = 0; int m013 = 0; int m014 = 0; int m015 = 0; int m016 = 0;
    int m017 = 0; int m018 = 0; int m019 = 0; int m020 = 0; int m021 = 0; int m022 = 0; int m023 = 0; int m024 = 0;
    int m025 = 0; int m026 = 0; int m027 = 0; int m028 = 0; int m029 = 0; int m030 = 0; int m031 = 0; int m032 = 0;
    int m033 = 0; int m034 = 0; int m035 = 0; int m036 = 0; int m037 = 0; int m038 = 0; int m039 = 0; int m040 = 0;
    int m041 = 0; int m042 = 0; int m043 = 0; int m044 = 0; int m045 = 0; int m046 = 0; int m047 = 0; int m048 = 0;
    int m049 = 0; int m050 = 0; int m051 = 0; int m052 = 0; int m053 = 0; int m054 = 0; int m055 = 0; int m056 = 0;
    int m057 = 0; int m058 = 0; int m059 = 0; int m060 = 0; int m061 = 0; int m062 = 0; int m063 = 0; int m064 = 0;
    int m065 = 0; int m066 = 0; int m067 = 0; int m068 = 0; int m069 = 0; int m070 = 0; int m071 = 0; int m072 = 0;
    int m073 = 0; int m074 = 0; int m075 = 0; int m076 = 0; int m077 = 0; int m078 = 0; int m079 = 0; int m080 = 0;
    int m081 = 0; int m082 = 0; int m083 = 0; int m084 = 0; int m085 = 0; int m086 = 0; int m087 = 0; int m088 = 0;
    int m089 = 0; int m090 = 0; int m091 = 0; int m092 = 0; int m093 = 0; int m094 = 0; int m095 = 0; int m096 = 0;
    int m097 = 0; int m098 = 0; int m099 = 0; int m100 = 0; int m101 = 0; int m102 = 0; int m103 = 0; int m104 = 0;
    int m105 = 0; int m106 = 0; int m107 = 0; int m108 = 0; int m109 = 0; int m110 = 0; int m111 = 0; int m112 = 0;
    int m113 = 0; int m114 = 0; int m115 = 0; int m116 = 0; int m117 = 0; int m118 = 0; int m119 = 0; int m120 = 0;
    int m121 = 0; int m122 = 0; int m123 = 0; int m124 = 0; int m125 = 0; int m126 = 0; int m127 = 0; int m128 = 0;
    int m129 = 0; int m130 = 0; int m131 = 0; int m132 = 0; int m133 = 0; int m134 = 0; int m135 = 0; int m136 = 0;
    int m137 = 0; int m138 = 0; int m139 = 0; int m140 = 0; int m141 = 0; int m142 = 0; int m143 = 0; int m144 = 0;
    int m145 = 0; int m146 = 0; int m147 = 0; int m148 = 0; int m149 = 0; int m150 = 0;
    GLOBUS_MEMBERS(Wide, m001, m002, m003, m004, m005, m006, m007, m008, m009, m010, m011, m012, m013, m014, m015,
        m016, m017, m018, m019, m020, m021, m022, m023, m024, m025, m026, m027, m028, m029, m030, m031, m032, m033,
        m034, m035, m036, m037, m038, m039, m040, m041, m042, m043, m044, m045, m046, m047, m048, m049, m050, m051,
        m052, m053, m054, m055, m056, m057, m058, m059, m060, m061, m062, m063, m064, m065, m066, m067, m068, m069,
        m070, m071, m072, m073, m074, m075, m076, m077, m078, m079, m080, m081, m082, m083, m084, m085, m086, m087,
        m088, m089, m090, m091, m092, m093, m094, m095, m096, m097, m098, m099, m100, m101, m102, m103, m104, m105,
        m106, m107, m108, m109, m110, m111, m112, m113, m114, m115, m116, m117, m118, m119, m120, m121, m122, m123,
        m124, m125, m126, m127, m128, m129, m130, m131, m132, m133, m134, m135, m136, m137, m138, m139, m140, m141,
        m142, m143, m144, m145, m146, m147, m148, m149, m150);
};
// clang-format on

template <class T>
std::string keys() {
    std::string all;
    for (std::string_view const key : T::members::keys) all += '<' + std::string(key) + '>';
    return all;
}

}  // namespace

TEST_CASE("members: their names are the same with and without blanks, lines and comments between them",
          "[core][members]") {
    CHECK(keys<Tight>() == "<source><destination><count>");
    CHECK(keys<Loose>() == "<source><destination><count>");
    CHECK(keys<Alone>() == "<count>");
    CHECK(keys<Mixed>() == "<a1><_b><C><d_e>");
    CHECK(Empty::members::size == 0);
    std::string const text = R"({"source":"s","destination":"d","count":5})";
    CHECK(to_json(Tight{.source = "s", .destination = "d", .count = 5}) == text);
    CHECK(to_json(Loose{.source = "s", .destination = "d", .count = 5}) == text);
    CHECK(from_json<Tight>(text).count == 5);
    CHECK(*from_json<Loose>(text).destination == "d");
    CHECK(from_json<Renamed>(R"({"public": 3, "other": 4})").is_public == 3);
}

TEST_CASE("members: each has its own name and value, in whatever order the list is", "[core][members]") {
    CHECK(to_json(Shuffled{}) == R"({"second":2,"third":"3","first":1})");
    Shuffled const read = from_json<Shuffled>(R"({"first": 10, "second": 20, "third": "30"})");
    CHECK(read.first == 10);
    CHECK(read.second == 20);
    CHECK(*read.third == "30");
    CHECK(to_json(Odd{}) == R"({"object":1,"f":2,"F":3,"Object":4,"O":5,"self":6,"all":7,"size":8,"keys":9})");
    CHECK(from_json<Odd>(R"({"object": 10, "f": 11, "all": 12})").f == 11);
    CHECK(to_json(Holds<std::string>{.value = "v"}) == R"({"value":"v"})");
    CHECK(to_json(Empty{}) == "{}");
    CHECK(Unused{.listed = 1}.forgotten == 0);
}

TEST_CASE("members: a struct of 150 is sent, read and taken apart as one of three", "[core][members]") {
    static_assert(Wide::members::size == 150);
    Wide wide;
    int next = 0;
    Wide::members::for_each(wide, [&](auto, int& value) { value = ++next; });
    CHECK(wide.m001 == 1);
    CHECK(wide.m096 == 96);
    CHECK(wide.m097 == 97);
    CHECK(wide.m150 == 150);
    std::string const text = to_json(wide);
    CHECK(text.starts_with(R"({"m001":1,"m002":2,)"));
    CHECK(text.ends_with(R"(,"m149":149,"m150":150})"));
    Wide const read = from_json<Wide>(text);
    int sum = 0;
    Wide::members::for_each(read, [&](auto, int const& value) { sum += value; });
    CHECK(sum == 150 * 151 / 2);
    static_assert(std::is_aggregate_v<Wide>);
    static_assert(boost::hana::Struct<Wide>::value);
    CHECK(decltype(boost::hana::size(boost::hana::accessors<Wide>()))::value == 150);
}

TEST_CASE("a document to be sent is an object", "[core][json]") {
    for (Json const& value : {Json("*"), Json(5), Json(true), Json(nullptr), Json(boost::json::array{1})}) {
        CHECK_THROWS_AS(Document(value), UsageError);
        CHECK_THROWS_AS(SecretDocument(value), UsageError);
    }
    CHECK(Document(Json{{"q", "*"}}).text() == R"({"q":"*"})");
    CHECK(Document(boost::json::object{{"q", "*"}}).text() == R"({"q":"*"})");
    CHECK(SecretDocument(Json{{"key", "k"}}).reveal() == R"({"key":"k"})");
    static_assert(!std::is_constructible_v<Document, char const*> && !std::is_constructible_v<Document, int>);
    static_assert(!std::is_constructible_v<Document, std::string> && !std::is_constructible_v<Document, bool>);
    static_assert(!std::is_constructible_v<SecretDocument, char const*>);
}
