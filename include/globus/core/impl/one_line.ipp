// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_ONE_LINE_IPP
#define GLOBUS_CORE_IMPL_ONE_LINE_IPP

#include <globus/core/config.hpp>
#include <globus/core/one_line.hpp>
#include <globus/core/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// A character that must not reach a terminal, by its number: `\x1B`, `\u202E`, `\U000E0041`.
GLOBUS_DECL void append_as_number(std::string& line, char32_t c) {
    constexpr char digits[] = "0123456789ABCDEF";
    int const wide = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    line += wide == 2 ? "\\x" : wide == 4 ? "\\u" : "\\U";
    for (int shift = 4 * (wide - 1); shift >= 0; shift -= 4)
        line += digits[static_cast<std::uint32_t>(c) >> static_cast<unsigned>(shift) & 15U];
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::string one_line(std::string_view text, std::size_t most) {
    std::string line;
    line.reserve(std::min(text.size(), most));
    std::size_t cut = 0;  // where "..." can follow
    bool blank = false;   // there was a blank, which is written before the next character
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

#endif  // GLOBUS_CORE_IMPL_ONE_LINE_IPP
