// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_CLEAN_LINE_HPP
#define GLOBUS_TESTS_SUPPORT_CLEAN_LINE_HPP

#include <cstddef>
#include <string_view>

/// True for a text that may go to a terminal or a log: UTF-8 without a control character, a line's end or anything that
/// turns the direction of a text. It is written without the library's own tables, to judge them.
inline bool is_clean_line(std::string_view text) {
    auto const byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    for (std::size_t i = 0; i < text.size();) {
        unsigned const first = byte(i);
        if (first < 0x20 || first == 0x7F) return false;
        std::size_t const length = first < 0x80                     ? 1
                                   : first >= 0xC2 && first < 0xE0  ? 2
                                   : first >= 0xE0 && first < 0xF0  ? 3
                                   : first >= 0xF0 && first <= 0xF4 ? 4
                                                                    : 0;
        if (length == 0) return false;
        unsigned point = length == 1 ? first : first & (0x7FU >> length);
        for (std::size_t k = 1; k != length; ++k) {
            if ((byte(i + k) & 0xC0U) != 0x80U) return false;
            point = point << 6U | (byte(i + k) & 0x3FU);
        }
        bool const control = point >= 0x80 && point <= 0x9F;
        bool const line_end = point == 0x2028 || point == 0x2029;
        bool const direction = point == 0x61C || point == 0x200E || point == 0x200F ||
                               (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
        bool const surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (control || line_end || direction || surrogate) return false;
        i += length;
    }
    return true;
}

#endif  // GLOBUS_TESTS_SUPPORT_CLEAN_LINE_HPP
