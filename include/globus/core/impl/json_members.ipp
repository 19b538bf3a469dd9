// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_JSON_MEMBERS_IPP
#define GLOBUS_CORE_IMPL_JSON_MEMBERS_IPP

#include <globus/core/config.hpp>
#include <globus/core/json_members.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::optional<std::string_view> text_member(boost::json::object const& object, std::string_view name) {
    boost::json::value const* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string_view(value->get_string());
}

GLOBUS_DECL boost::json::object const* object_member(boost::json::object const& object, std::string_view name) {
    boost::json::value const* value = object.if_contains(name);
    return value != nullptr ? value->if_object() : nullptr;
}

GLOBUS_DECL std::optional<std::vector<std::string>> text_list(boost::json::value const* value, bool or_one_text) {
    if (value == nullptr) return std::nullopt;
    if (or_one_text && value->is_string()) return std::vector{std::string(value->get_string())};
    if (!value->is_array()) return std::nullopt;
    std::vector<std::string> texts;
    for (boost::json::value const& item : value->get_array()) {
        if (!item.is_string()) return std::nullopt;
        texts.emplace_back(item.get_string());
    }
    return texts;
}

GLOBUS_DECL std::optional<std::vector<std::string>> texts_in(boost::json::value const* value) {
    if (value == nullptr || !value->is_array()) return std::nullopt;
    std::vector<std::string> texts;
    for (boost::json::value const& item : value->get_array())
        if (item.is_string()) texts.emplace_back(item.get_string());
    if (texts.empty() && !value->get_array().empty()) return std::nullopt;
    return texts;
}

GLOBUS_DECL boost::json::array const* object_list(boost::json::value const* value) {
    if (value == nullptr || !value->is_array()) return nullptr;
    boost::json::array const& list = value->get_array();
    auto const is_object = [](boost::json::value const& item) { return item.is_object(); };
    return list.empty() || std::any_of(list.begin(), list.end(), is_object) ? &list : nullptr;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_JSON_MEMBERS_IPP
