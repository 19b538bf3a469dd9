// SPDX-License-Identifier: Apache-2.0
// Records as JSON, by the lists of their members.
#ifndef GLOBUS_SANDBOX_IMPL_STATE_CODEC_IPP
#define GLOBUS_SANDBOX_IMPL_STATE_CODEC_IPP

#include <globus/core/members.hpp>
#include <globus/sandbox/impl/common.ipp>
#include <globus/sandbox/impl/util.ipp>

#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus::sandbox::detail {

template <class T>
json::value saved(T const& value);
template <class T>
void read_saved(json::value const& from, T& into);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_common = false;
template <class T>
inline constexpr bool is_common<Common<T>> = true;
template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;

/// What a record is in the database: a described struct is an object, what has several values is a list.
template <class T>
json::value saved(T const& value) {
    if constexpr (Described<T>) {
        json::object out;
        T::members::for_each(value, [&](auto member, auto const& part) { out[member.key] = saved(part); });
        return out;
    } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
        return json::string(value.string());
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<std::int64_t>(value);
    } else if constexpr (is_common<T>) {
        return saved(value.get());
    } else if constexpr (is_optional<T>) {
        return value ? saved(*value) : json::value(nullptr);
    } else if constexpr (is_pair<T>) {
        return json::array{saved(value.first), saved(value.second)};
    } else if constexpr (std::is_constructible_v<json::value, T const&>) {
        return json::value(value);
    } else {
        json::array out;
        for (auto const& one : value) out.push_back(saved(one));
        return out;
    }
}

/// The reverse. What an object does not have stays as it is. @throws std::exception for what was never written
template <class T>
void read_saved(json::value const& from, T& into) {
    if constexpr (Described<T>) {
        auto const& object = from.as_object();
        T::members::for_each(into, [&](auto member, auto& part) {
            if (auto const* found = object.if_contains(member.key)) read_saved(*found, part);
        });
    } else if constexpr (std::is_same_v<T, json::value>) {
        into = from;
    } else if constexpr (std::is_same_v<T, json::object>) {
        into = from.as_object();
    } else if constexpr (std::is_same_v<T, std::string>) {
        into = to_string(from.as_string());
    } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
        into = to_string(from.as_string());
    } else if constexpr (std::is_same_v<T, bool>) {
        into = from.as_bool();
    } else if constexpr (std::is_enum_v<T>) {
        into = static_cast<T>(from.to_number<std::int64_t>());
    } else if constexpr (std::is_arithmetic_v<T>) {
        into = from.to_number<T>();
    } else if constexpr (is_common<T>) {
        std::remove_cvref_t<decltype(into.get())> value;
        read_saved(from, value);
        into = std::move(value);
    } else if constexpr (is_optional<T>) {
        if (from.is_null())
            into.reset();
        else
            read_saved(from, into.emplace());
    } else if constexpr (is_pair<T>) {
        read_saved(from.as_array().at(0), into.first);
        read_saved(from.as_array().at(1), into.second);
    } else if constexpr (is_array<T>) {
        for (std::size_t i = 0; i < into.size(); ++i) read_saved(from.as_array().at(i), into[i]);
    } else {
        into.clear();
        for (auto const& one : from.as_array()) {
            typename T::value_type part{};
            read_saved(one, part);
            into.insert(into.end(), std::move(part));
        }
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_STATE_CODEC_IPP
