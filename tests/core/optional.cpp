// SPDX-License-Identifier: Apache-2.0
// Members that may be left out, with the standard library's types, algorithms and streams.

#include <globus/core/json.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>

#include <support/catch.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Named {
    Optional<std::string> name = {};
};

template <class T>
concept Printable = requires(std::ostream& out, T const& value) { out << value; };

template <class T>
std::string printed(T const& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

}  // namespace

TEST_CASE("Optionals are ordered: absent, null, then by value", "[optional]") {
    std::vector<Optional<std::int64_t>> numbers{5, null, {}, 3};
    std::ranges::sort(numbers);
    CHECK(numbers == std::vector<Optional<std::int64_t>>{{}, null, 3, 5});
    CHECK(Optional<std::int64_t>(3) < 5);
    CHECK(Optional<std::int64_t>() < 0);
    CHECK(Optional<std::string>("b") > "a");
    CHECK(5 > Optional<std::int64_t>(3));
    static_assert(!std::three_way_comparable<Optional<std::optional<Null>>>);
}

TEST_CASE("An Optional prints its value, null, or nothing", "[optional]") {
    CHECK(printed(Optional<std::string>("name")) == "name");
    CHECK(printed(Optional<std::int64_t>(7)) == "7");
    CHECK(printed(Optional<std::string>(null)) == "null");
    CHECK(printed(Optional<std::string>()) == "");
    static_assert(!Printable<Optional<Secret>>);
    static_assert(!Printable<Optional<std::vector<int>>>);
}

TEST_CASE("An Optional converts from and to std::optional", "[optional]") {
    std::optional<std::string> const given = "a", none;
    Optional<std::string> optional = given;
    CHECK(optional == "a");
    optional = none;
    CHECK(optional.is_absent());
    std::optional<std::string> back = Optional<std::string>("b");
    CHECK(back == "b");
    back = Optional<std::string>(null);
    CHECK_FALSE(back);
    std::optional<std::string_view> const views = "view";
    CHECK(Optional<std::string>(views) == "view");
    CHECK(Optional<bool>(std::optional<bool>(false)) == false);
    CHECK(Optional<bool>(std::optional<bool>()).is_absent());
    static_assert(!std::convertible_to<std::optional<std::string>, Optional<bool>>);
}

TEST_CASE("What is made of an Optional's value is there if the value is", "[optional]") {
    auto const size = [](std::string const& text) { return text.size(); };
    CHECK(Optional<std::string>("four").transform(size) == 4U);
    CHECK_FALSE(Optional<std::string>(null).transform(size));
    CHECK_FALSE(Optional<std::string>().transform(size));
}

TEST_CASE("Optionals are keys of unordered containers", "[optional]") {
    std::unordered_set<Optional<std::string>> const keys{"a", "a", null, {}, {}};
    CHECK(keys.size() == 3);
    CHECK(keys.contains(std::string("a")));
}

TEST_CASE("A member that is a text takes a view of one, and refuses a null pointer", "[optional]") {
    std::string_view const view = "view";
    CHECK(Optional<std::string>(view) == "view");
    CHECK(*Required<std::string>(view) == "view");
    char const* const unset = nullptr;
    char const* const set = "set";
    CHECK(Optional<std::string>(set) == "set");
    // The error names the line, which has the member's name.
    std::string const line = std::to_string(__LINE__ + 1);
    auto const make = [&] { return Named{.name = unset}; };
    CHECK_THROWS_WITH(make(), ContainsSubstring("a null pointer was given where a text belongs, in line " + line +
                                                " of optional.cpp"));
    CHECK_THROWS_AS(make(), UsageError);
    CHECK_THROWS_AS(Required<std::string>(unset), UsageError);
    CHECK_THROWS_AS(Optional<StringList>(unset), UsageError);
    CHECK_THROWS_AS(StringList(unset), UsageError);
    CHECK_THROWS_AS(Optional<Timestamp>(unset), UsageError);
    CHECK(Optional<StringList>(set) == StringList{"set"});
    static_assert(!std::convertible_to<std::nullptr_t, Optional<std::string>>);
    static_assert(!std::convertible_to<std::nullptr_t, Required<std::string>>);
    CHECK(Optional<Json>(nullptr)->is_null());
    static_assert(!std::convertible_to<int, Optional<std::string>>);
    static_assert(!std::convertible_to<std::string_view, Optional<bool>>);
}
