// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_UTF8_IPP
#define GLOBUS_CORE_IMPL_UTF8_IPP

#include <globus/core/config.hpp>
#include <globus/core/utf8.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::size_t utf8_sequence(std::string_view text) noexcept {
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const continues = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0U) == 0x80U; };
    unsigned const first = at(0);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return continues(1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        if (!continues(1) || !continues(2)) return 0;
        bool const overlong = first == 0xE0U && at(1) < 0xA0U;
        bool const surrogate = first == 0xEDU && at(1) > 0x9FU;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        bool const overlong = first == 0xF0U && at(1) < 0x90U;
        bool const too_large = first == 0xF4U && at(1) > 0x8FU;
        return overlong || too_large ? 0 : 4;
    }
    return 0;
}

GLOBUS_DECL std::optional<char32_t> take_code_point(std::string_view& text) noexcept {
    std::size_t const length = utf8_sequence(text);
    if (length == 0) {
        text.remove_prefix(1);
        return std::nullopt;
    }
    auto const byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
    char32_t point = length == 1 ? byte(0) : byte(0) & (0x7FU >> length);
    for (std::size_t i = 1; i != length; ++i) point = point << 6U | (byte(i) & 0x3FU);
    text.remove_prefix(length);
    return point;
}

GLOBUS_DECL void append_code_point(std::string& out, char32_t point) {
    auto const put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xC0U | point >> 6U);
    } else {
        if (point < 0x10000) {
            put(0xE0U | point >> 12U);
        } else {
            put(0xF0U | point >> 18U);
            put(0x80U | (point >> 12U & 0x3FU));
        }
        put(0x80U | (point >> 6U & 0x3FU));
    }
    put(0x80U | (point & 0x3FU));
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_UTF8_IPP
