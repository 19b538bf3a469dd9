// SPDX-License-Identifier: Apache-2.0
// Words of a set that the service may enlarge.

#include <globus/core/json.hpp>
#include <globus/core/open_enum.hpp>

#include <support/catch.hpp>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace globus;

namespace {

struct ColourWords {
    enum Known : unsigned char { unknown, red, dark_green };
    static constexpr std::string_view words[] = {"", "RED", "dark-green"};
};
using Colour = OpenEnum<ColourWords>;

struct Painted {
    Colour colour = {};
    Optional<Colour> second = {};
    std::vector<Colour> others = {};
    GLOBUS_MEMBERS(Painted, colour, second, others);
};

char const* kind(Colour const& colour) {
    switch (colour.known()) {
        case Colour::red:
            return "red";
        case Colour::dark_green:
            return "green";
        case Colour::unknown:
            break;
    }
    return "another";
}

}  // namespace

TEST_CASE("A known word is compared with its constant or its text", "[open_enum]") {
    Colour const red = Colour::red;
    CHECK(red == Colour::red);
    CHECK(red != Colour::dark_green);
    CHECK(red == "RED");
    CHECK(red != "red");
    CHECK(red == Colour("RED"));
    CHECK(Colour(Colour::dark_green).text() == "dark-green");
    CHECK(std::string(kind(red)) == "red");
}

TEST_CASE("A word that is not known is kept, and is none of the constants", "[open_enum]") {
    Colour const blue = Colour::word("BLUE");
    CHECK(blue.known() == Colour::unknown);
    CHECK(blue != Colour::red);
    CHECK(blue == "BLUE");
    CHECK(blue != Colour::word("blue"));
    CHECK(std::string(kind(blue)) == "another");
    CHECK_FALSE(blue.empty());
    CHECK(Colour().empty());
    CHECK(Colour() == Colour::unknown);
}

TEST_CASE("A text that is no known word has to be asked for by name", "[open_enum]") {
    CHECK_THROWS_WITH(Colour("BLUE"),
                      "'BLUE' is none of the words that are known here (RED, dark-green): if the service "
                      "has it, write word(\"...\")");
    CHECK_THROWS_AS(Colour(std::string("RED\0", 4)), UsageError);
    CHECK_THROWS_AS(Colour(std::string_view("red")), UsageError);
    CHECK_THROWS_AS(Colour(static_cast<char const*>(nullptr)), UsageError);
    CHECK(Colour(std::string("RED")) == Colour::red);
    CHECK(Colour("").empty());
}

TEST_CASE("Words are printed and sorted by their texts", "[open_enum]") {
    std::ostringstream out;
    out << Colour(Colour::dark_green) << ' ' << Colour::word("BLUE") << ' ' << to_string(Colour(Colour::red));
    CHECK(out.str() == "dark-green BLUE RED");
    CHECK(Colour::word("BLUE") < Colour(Colour::red));
    std::string const text = Colour(Colour::red);
    CHECK(text == "RED");
}

TEST_CASE("Words are read and written as texts, whatever they are", "[open_enum]") {
    auto const painted = from_json<Painted>(R"({"colour": "BLUE", "second": "RED", "others": ["dark-green", "x"]})");
    CHECK(painted.colour == "BLUE");
    CHECK(painted.second == Colour::red);
    CHECK(painted.others.at(0) == Colour::dark_green);
    CHECK(painted.others.at(1).known() == Colour::unknown);
    CHECK(to_json(painted) == R"({"colour":"BLUE","second":"RED","others":["dark-green","x"]})");
    CHECK(to_json(Painted{.colour = Colour::red, .second = null}) == R"({"colour":"RED","second":null,"others":[]})");
}
