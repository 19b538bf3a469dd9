// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_TEXT_AT_HPP
#define GLOBUS_CORE_TEXT_AT_HPP

#include <globus/core/config.hpp>

#include <concepts>
#include <string>
#include <type_traits>

namespace globus::detail {

/// A line of a program. As a default argument, `CodeLine::here()` is the line of the call.
struct CodeLine {
    char const* file = "";
    int line = 0;
    static constexpr CodeLine here(char const* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
        return {file, line};
    }
};

/// The text at a pointer.
/// @param where  the line that gives it
/// @throws UsageError  for a null pointer, as getenv() gives it; it names the line
std::string text_at(char const* text, CodeLine where);

/// A pointer to a text that is given to a `T`, which is made from a text.
template <class U, class T>
concept PointsToText =
    std::is_pointer_v<U> && std::convertible_to<U, char const*> && std::convertible_to<std::string, T>;

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/impl/text_at.ipp>
#endif

#endif  // GLOBUS_CORE_TEXT_AT_HPP
