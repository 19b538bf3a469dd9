// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_ENCODING_HPP
#define GLOBUS_CORE_ENCODING_HPP

#include <globus/core/config.hpp>

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

void append_escaped(std::string& out, char c);

std::string base64(std::string_view bytes, char const* alphabet, bool padded);

}  // namespace detail

/// `text` percent-encoded as one path segment or query value: all but unreserved characters (RFC 3986, section 2.1).
std::string percent_encode(std::string_view text);

/// Appends `text` as application/x-www-form-urlencoded writes it: a space is '+' (WHATWG URL, section 5).
void append_form_encoded(std::string& out, std::string_view text);

/// The text that `text` stands for; std::nullopt where a '%' is not followed by two hexadecimal digits.
/// @param plus_is_space  true in a query or form, false in a path
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// The name-value pairs of a query string, in order. A pair that is badly escaped is kept unchanged.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

/// Base64 with padding (RFC 4648, section 4).
std::string base64_encode(std::string_view bytes);

/// Base64 for URLs, without padding (RFC 4648, section 5).
std::string base64url_encode(std::string_view bytes);

/// The bytes of unpadded base64url text; std::nullopt for any other character, a wrong length or stray bits at the end.
std::optional<std::string> base64url_decode(std::string_view text);

/// Lower-case hexadecimal.
std::string hex_encode(std::string_view bytes);

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

#ifdef GLOBUS_BODIES
#include <globus/core/impl/encoding.ipp>
#endif

#endif  // GLOBUS_CORE_ENCODING_HPP
