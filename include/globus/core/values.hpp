// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_VALUES_HPP
#define GLOBUS_CORE_VALUES_HPP

#include <globus/core/members.hpp>
#include <globus/core/text_at.hpp>

#include <boost/json/value.hpp>

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// Any JSON document, as Boost.JSON holds it.
using Json = boost::json::value;

/// Members that a service may add in the future: they are merged into the document that holds them, and override
/// members of the same name.
using AdditionalFields = boost::json::object;

/**
 * One text or several, where the service takes either: `.orderby = "name ASC"` and `.orderby = {"name ASC", "size"}`.
 */
class StringList : public std::vector<std::string> {
public:
    StringList() = default;
    /// One text. @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    StringList(char const* one, detail::CodeLine where = detail::CodeLine::here())
        : std::vector<std::string>{detail::text_at(one, where)} {}
    StringList(std::string one) : std::vector<std::string>{std::move(one)} {}
    StringList(std::string_view one) : std::vector<std::string>{std::string(one)} {}
    /// Any number of texts, in this order.
    StringList(std::initializer_list<std::string> several) : std::vector<std::string>(several) {}
    StringList(std::vector<std::string> several) : std::vector<std::string>(std::move(several)) {}
};

/// A text that the service also writes as a number, which is then read as its digits.
struct TextOrNumber : std::string {
    using std::string::string;
    TextOrNumber() = default;
    /// Takes a text as it is.
    TextOrNumber(std::string text) : std::string(std::move(text)) {}
};

/**
 * A member whose value is always `Text`, such as a document's DATA_TYPE. It takes no room and cannot be changed.
 *
 *     Constant<"transfer_item"> DATA_TYPE = {};
 */
template <detail::Name Text>
struct Constant {
    static constexpr std::string_view value{Text.text, sizeof Text.text - 1};  ///< as it is sent
    friend constexpr bool operator==(Constant, Constant) = default;
};

}  // namespace globus

#endif  // GLOBUS_CORE_VALUES_HPP
