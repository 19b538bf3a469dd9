// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_ENCODING_IPP
#define GLOBUS_CORE_IMPL_ENCODING_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void append_escaped(std::string& out, char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    auto const byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

inline constexpr char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline constexpr char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

GLOBUS_DECL std::string base64(std::string_view bytes, char const* alphabet, bool padded) {
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

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::string percent_encode(std::string_view text) {
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

GLOBUS_DECL void append_form_encoded(std::string& out, std::string_view text) {
    for (char const c : text) {
        if (detail::is_unreserved(c))
            out += c;
        else if (c == ' ')
            out += '+';
        else
            detail::append_escaped(out, c);
    }
}

GLOBUS_DECL std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
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

GLOBUS_DECL std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
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

GLOBUS_DECL std::string base64_encode(std::string_view bytes) {
    return detail::base64(bytes, detail::base64_alphabet, true);
}

GLOBUS_DECL std::string base64url_encode(std::string_view bytes) {
    return detail::base64(bytes, detail::base64url_alphabet, false);
}

GLOBUS_DECL std::optional<std::string> base64url_decode(std::string_view text) {
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

GLOBUS_DECL std::string hex_encode(std::string_view bytes) {
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

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_ENCODING_IPP
