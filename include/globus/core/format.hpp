// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_FORMAT_HPP
#define GLOBUS_CORE_FORMAT_HPP

// std::format for the library's values, where the standard library has it.
//
//     std::format("{} is {}", task->label, task->status)

#include <globus/core/error.hpp>
#include <globus/core/open_enum.hpp>
#include <globus/core/optional.hpp>

#include <version>

#ifdef __cpp_lib_format

#include <concepts>
#include <format>
#include <string_view>

/// Formats a word as its text.
template <std::derived_from<globus::detail::Word> T>
struct std::formatter<T, char> : std::formatter<std::string_view, char> {
    auto format(T const& word, auto& context) const {
        return std::formatter<std::string_view, char>::format(word.text(), context);
    }
};

/// Formats an error as its message.
template <std::derived_from<globus::Error> T>
struct std::formatter<T, char> : std::formatter<std::string_view, char> {
    auto format(T const& error, auto& context) const {
        return std::formatter<std::string_view, char>::format(error.what(), context);
    }
};

/// Formats the value as its own formatter does; `null` for null, and nothing if it is absent.
template <class T>
    requires requires { std::formatter<T, char>(); }
struct std::formatter<globus::Optional<T>, char> : std::formatter<T, char> {
    auto format(globus::Optional<T> const& optional, auto& context) const {
        if (optional.has_value()) return std::formatter<T, char>::format(*optional, context);
        return std::formatter<std::string_view, char>().format(optional.is_null() ? "null" : "", context);
    }
};

#endif  // __cpp_lib_format

#endif  // GLOBUS_CORE_FORMAT_HPP
