// SPDX-License-Identifier: Apache-2.0
// GLOBUS_MEMBERS takes its list however it is laid out.
#include <globus/core/json.hpp>

#include "support/catch.hpp"

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
