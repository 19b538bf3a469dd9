// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_ENCODING_HPP
#define GLOBUS_CORE_ENCODING_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

namespace detail {

/// A letter, digit, '-', '.', '_' or '~' (RFC 3986, section 2.3).
constexpr bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

inline void append_escaped(std::string& out, char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    auto const byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

inline constexpr char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

inline std::string base64(std::string_view bytes, char const* alphabet, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        auto const byte = [&](std::size_t k) {
            return i + k < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + k])) : 0U;
        };
        std::uint32_t const triple = byte(0) << 16 | byte(1) << 8 | byte(2);
        std::size_t const digits = bytes.size() - i >= 3 ? 4 : bytes.size() - i + 1;
        for (std::size_t d = 0; d != 4; ++d) {
            if (d < digits)
                out += alphabet[(triple >> (18 - 6 * d)) & 63U];
            else if (padded)
                out += '=';
        }
    }
    return out;
}

}  // namespace detail

/// `text` percent-encoded as one path segment or query value: all but unreserved characters (RFC 3986, section 2.1).
inline std::string percent_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char const c : text) {
        if (detail::is_unreserved(c))
            out += c;
        else
            detail::append_escaped(out, c);
    }
    return out;
}

/// Appends `text` as application/x-www-form-urlencoded writes it: a space is '+' (WHATWG URL, section 5).
inline void append_form_encoded(std::string& out, std::string_view text) {
    for (char const c : text) {
        if (detail::is_unreserved(c))
            out += c;
        else if (c == ' ')
            out += '+';
        else
            detail::append_escaped(out, c);
    }
}

/// The text that `text` stands for; std::nullopt where a '%' is not followed by two hexadecimal digits.
/// @param plus_is_space  true in a query or form, false in a path
inline std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            int const high = detail::hex_digit(text[i + 1]);
            int const low = detail::hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i] == '+' && plus_is_space ? ' ' : text[i];
        }
    }
    return out;
}

/// The name-value pairs of a query string, in order. A pair that is badly escaped is kept as it stands.
inline std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!query.empty()) {
        std::string_view const pair = query.substr(0, query.find('&'));
        query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
        if (pair.empty()) continue;
        auto const equals = pair.find('=');
        std::string_view const name = pair.substr(0, equals);
        std::string_view const value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        pairs.emplace_back(percent_decode(name, true).value_or(std::string(name)),
                           percent_decode(value, true).value_or(std::string(value)));
    }
    return pairs;
}

/// Base64 with padding (RFC 4648, section 4).
inline std::string base64_encode(std::string_view bytes) {
    return detail::base64(bytes, detail::base64_alphabet, true);
}

/// Base64 for URLs, without padding (RFC 4648, section 5).
inline std::string base64url_encode(std::string_view bytes) {
    return detail::base64(bytes, detail::base64url_alphabet, false);
}

/// The bytes of unpadded base64url text; std::nullopt for any other character, a wrong length or stray bits at the end.
inline std::optional<std::string> base64url_decode(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (char const c : text) {
        std::string_view const alphabet(detail::base64url_alphabet, 64);
        auto const digit = alphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 255U);
        }
    }
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return out;
}

/// Lower-case hexadecimal.
inline std::string hex_encode(std::string_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (char const c : bytes) {
        auto const byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

/// True if `text` is a UUID: 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4).
constexpr bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i != text.size(); ++i) {
        bool const hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : detail::hex_digit(text[i]) < 0) return false;
    }
    return true;
}

}  // namespace globus

#endif  // GLOBUS_CORE_ENCODING_HPP
