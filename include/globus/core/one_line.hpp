// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_ONE_LINE_HPP
#define GLOBUS_CORE_ONE_LINE_HPP

#include <globus/core/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// A character that must not reach a terminal, by its number: `\x1B`, `\u202E`, `\U000E0041`.
inline void append_as_number(std::string& line, char32_t c) {
    constexpr char digits[] = "0123456789ABCDEF";
    int const wide = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    line += wide == 2 ? "\\x" : wide == 4 ? "\\u" : "\\U";
    for (int shift = 4 * (wide - 1); shift >= 0; shift -= 4)
        line += digits[static_cast<std::uint32_t>(c) >> static_cast<unsigned>(shift) & 15U];
}

}  // namespace detail

/**
 * A text of somebody else as one clean line, for messages and logs: nobody who words it can make lines of his own,
 * steer a terminal, turn the direction of what follows or fill a disk.
 *
 * Line breaks, tabs and rare blanks become one blank, other characters that do not show are given by their number
 * (`\x1B`), bytes that are not UTF-8 become U+FFFD. What is longer than `most` ends in "...". A line stays as it is.
 *
 * @param most  bytes that the line may have; 3 or more
 */
[[nodiscard]] inline std::string one_line(std::string_view text, std::size_t most = 1000) {
    std::string line;
    line.reserve(std::min(text.size(), most));
    std::size_t cut = 0;  // where "..." can follow
    bool blank = false;   // there was one that waits for a character
    while (!text.empty()) {
        char32_t const c = detail::take_code_point(text).value_or(U'\uFFFD');
        if (c != U' ' && detail::is_blank(c)) {
            blank = true;
            continue;
        }
        if (line.size() + 3 <= most) cut = line.size();
        if (std::exchange(blank, false) && !line.empty() && line.back() != ' ' && c != U' ') line += ' ';
        if (detail::is_printable(c))
            detail::append_code_point(line, c);
        else
            detail::append_as_number(line, c);
        if (line.size() > most) return line.replace(cut, line.npos, "...");
    }
    return line;
}

}  // namespace globus

#endif  // GLOBUS_CORE_ONE_LINE_HPP
