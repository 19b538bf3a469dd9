// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_JSON_TEXT_IPP
#define GLOBUS_CORE_IMPL_JSON_TEXT_IPP

#include <globus/core/config.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/utf8.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace globus::detail {

/// The number of bytes at the front of `text`, which is not a well-formed sequence, that one U+FFFD stands for: as many
/// as could begin a sequence, at least one (Unicode, section 3.9, "substitution of maximal subparts").
GLOBUS_DECL std::size_t utf8_broken(std::string_view text) noexcept {
    auto const first = static_cast<unsigned char>(text[0]);
    if (first < 0xC2U || first > 0xF4U || text.size() == 1) return 1;
    auto const second = static_cast<unsigned char>(text[1]);
    unsigned const low = first == 0xE0U ? 0xA0U : first == 0xF0U ? 0x90U : 0x80U;
    unsigned const high = first == 0xEDU ? 0x9FU : first == 0xF4U ? 0x8FU : 0xBFU;
    if (second < low || second > high) return 1;
    bool const third = text.size() > 2 && (static_cast<unsigned char>(text[2]) & 0xC0U) == 0x80U;
    return first >= 0xF0U && third ? 3 : 2;
}

/// The UTF-16 unit of the escape `\uXXXX` that begins `text`, or -1 if none does.
GLOBUS_DECL int escaped_unit(std::string_view text) noexcept {
    if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
    int unit = 0;
    for (char const c : text.substr(2, 4)) {
        int const digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/// The number of bytes from a backslash to the end of what it begins; `odd` says that this is half a surrogate pair,
/// `cut` that the text ends before one can tell.
GLOBUS_DECL std::size_t escape_length(std::string_view text, bool& odd, bool& cut) noexcept {
    odd = cut = false;
    if (text.size() < 2) return cut = true, text.size();
    if (text[1] != 'u') return 2;
    if (text.size() < 6) return cut = true, text.size();
    int const unit = escaped_unit(text);
    if (unit < 0xD800 || unit > 0xDFFF) return unit < 0 ? 2 : 6;
    if (unit >= 0xDC00) return odd = true, 6;
    std::string_view const next = text.substr(6, 6);
    int const low = escaped_unit(next);
    if (low >= 0xDC00 && low <= 0xDFFF) return 12;
    constexpr std::string_view begins = "\\u";
    cut = next.size() < 6 && next.substr(0, 2) == begins.substr(0, next.size());
    return odd = !cut, 6;
}

/// Skips blocks without a backslash or a byte above 127, as most of all text is. It reads eight bytes at a time.
GLOBUS_DECL char const* skip_plain(char const* at, char const* end) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U, tops = 0x8080808080808080U;
    constexpr std::ptrdiff_t block = 4 * sizeof(std::uint64_t);
    for (; end - at >= block; at += block) {
        std::uint64_t words[4];
        std::memcpy(words, at, sizeof words);
        std::uint64_t found = 0;
        for (std::uint64_t const word : words) found |= word | ((word ^ (ones * '\\')) - ones);
        if ((found & tops) != 0) break;
    }
    return at;
}

GLOBUS_DECL OddText find_odd_text(std::string_view text, std::size_t from) noexcept {
    std::size_t i = from;
    for (std::size_t checked = i; i < text.size();) {
        if (i >= checked) {
            i = static_cast<std::size_t>(skip_plain(text.data() + i, text.data() + text.size()) - text.data());
            checked = i + 32;  // each byte of a block that is not plain is looked at
            if (i == text.size()) break;
        }
        auto const c = static_cast<unsigned char>(text[i]);
        if (c == '\\') {
            bool odd, cut;
            std::size_t const length = escape_length(text.substr(i), odd, cut);
            if (odd || cut) return {i, length, cut};
            i += length;
        } else if (c < 0x80U) {
            ++i;
        } else {
            std::string_view const rest = text.substr(i);
            std::size_t const length = utf8_sequence(rest);
            if (length == 0) {
                std::size_t const broken = utf8_broken(rest);
                return {i, broken, broken == rest.size() && c >= 0xC2U && c <= 0xF4U};
            }
            i += length;
        }
    }
    return {text.size(), 0, false};
}

/// U+FFFD, which stands for what is not a character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

GLOBUS_DECL std::size_t append_mended(std::string& out, std::string_view text, bool more) {
    for (std::size_t i = 0; i != text.size();) {
        OddText const odd = find_odd_text(text, i);
        out.append(text, i, odd.at - i);
        if (odd.cut && more) return odd.at;
        // An escape that is cut off ends the document: the parser reports that.
        if (odd.cut && text[odd.at] == '\\') return out.append(text, odd.at), text.size();
        if (odd.length != 0) out.append(replacement_character);
        i = odd.at + odd.length;
    }
    return text.size();
}

GLOBUS_DECL boost::json::parse_options json_options() noexcept {
    boost::json::parse_options options;
    options.max_depth = max_json_depth;
    return options;
}

GLOBUS_DECL boost::json::value parse_exact_json(std::string_view text, boost::system::error_code& error) {
    return boost::json::parse(text, error, {}, json_options());
}

GLOBUS_DECL boost::json::value parse_json(std::string_view text, boost::system::error_code& error) {
    if (find_odd_text(text).at == text.size()) return parse_exact_json(text, error);
    std::string mended;
    append_mended(mended, text);
    return parse_exact_json(mended, error);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_JSON_TEXT_IPP
