// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_MEMBERS_HPP
#define GLOBUS_CORE_JSON_MEMBERS_HPP

#include <globus/core/config.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Members of documents that somebody else wrote: one of another kind counts as missing.

namespace globus::detail {

/// A member that is a text; nothing if it is missing or of another kind.
std::optional<std::string_view> text_member(boost::json::object const& object, std::string_view name);

/// A member that is an object; nullptr if it is missing or of another kind.
boost::json::object const* object_member(boost::json::object const& object, std::string_view name);

/// The texts of a list of texts, or of one text if that may stand alone; nothing for anything else.
std::optional<std::vector<std::string>> text_list(boost::json::value const* value, bool or_one_text = false);

/// The texts in a list, without its other elements; nothing for what is not a list, or a list of other things only.
std::optional<std::vector<std::string>> texts_in(boost::json::value const* value);

/// A list that has objects in it, or is empty; nullptr for anything else.
boost::json::array const* object_list(boost::json::value const* value);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/impl/json_members.ipp>
#endif

#endif  // GLOBUS_CORE_JSON_MEMBERS_HPP
