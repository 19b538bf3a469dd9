// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_UTF8_HPP
#define GLOBUS_CORE_UTF8_HPP

#include <globus/core/config.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

/// The number of bytes of the UTF-8 sequence that begins `text`, or 0 if it is not well-formed (RFC 3629).
std::size_t utf8_sequence(std::string_view text) noexcept;

/// The code point that begins `text`, which is taken from it; where `text` is not UTF-8, one byte is taken and the
/// result is nothing.
std::optional<char32_t> take_code_point(std::string_view& text) noexcept;

/// Appends a code point that is not a surrogate, as UTF-8.
void append_code_point(std::string& out, char32_t point);

/// True for blanks, the plain ' ' among them, and for what ends a line or paragraph.
constexpr bool is_blank(char32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// True for ' ' and for everything that shows as itself: no controls, no other blanks, nothing that is invisible, turns
/// the direction of a text or has only a private meaning.
constexpr bool is_printable(char32_t c) {
    bool const steers = c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
                        (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
                        (c >= 0xFFF0 && c <= 0xFFFB);
    bool const private_use = (c >= 0xD800 && c <= 0xF8FF) || c >= 0xE0000;
    return c == 0x20 || !(c < 0x20 || (c >= 0x7F && c <= 0x9F) || is_blank(c) || steers || private_use);
}

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/impl/utf8.ipp>
#endif

#endif  // GLOBUS_CORE_UTF8_HPP
