// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_RETRY_AFTER_HPP
#define GLOBUS_HTTP_RETRY_AFTER_HPP

#include <globus/core/config.hpp>
#include <globus/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace globus {

namespace detail {

/// Days since 1970-01-01 of a Gregorian date.
constexpr std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
    year -= month <= 2 ? 1 : 0;
    std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
    auto const year_of_era = static_cast<unsigned>(year - era * 400);
    unsigned const day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

/// Reads `width` digits of `text` at `at`; -1 if they are not digits.
constexpr int digits_at(std::string_view text, std::size_t at, std::size_t width) {
    if (at + width > text.size()) return -1;
    int number = 0;
    for (std::size_t i = at; i != at + width; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

constexpr int month_number(std::string_view name) {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (name.size() != 3) return 0;
    for (std::size_t i = 0; i != 12; ++i)
        if (names.substr(i * 3, 3) == name) return static_cast<int>(i) + 1;
    return 0;
}

/// The seconds since 1970 of any of the three date forms of RFC 9110, section 5.6.7.
constexpr std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now) {
    int year = -1, month = 0, day = -1;
    std::string_view clock;
    if (text.size() == 29 && text.substr(3, 2) == ", " && text.substr(25) == " GMT") {  // Sun, 06 Nov 1994 08:49:37 GMT
        day = digits_at(text, 5, 2), month = month_number(text.substr(8, 3)), year = digits_at(text, 12, 4);
        clock = text.substr(17, 8);
    } else if (text.size() == 24) {  // Sun Nov  6 08:49:37 1994
        day = text[8] == ' ' ? digits_at(text, 9, 1) : digits_at(text, 8, 2);
        month = month_number(text.substr(4, 3)), year = digits_at(text, 20, 4);
        clock = text.substr(11, 8);
    } else if (auto const comma = text.find(", "); comma != std::string_view::npos && text.size() == comma + 24 &&
                                                   text.ends_with(" GMT")) {  // Sunday, 06-Nov-94 08:49:37 GMT
        std::string_view const date = text.substr(comma + 2);
        day = digits_at(date, 0, 2), month = month_number(date.substr(3, 3)), year = digits_at(date, 7, 2);
        if (year >= 0) {
            year += 1900;  // the year of that ending which is at most 50 years ahead
            std::int64_t const this_year = 1970 + now / 31556952;
            while (year + 100 <= this_year + 50) year += 100;
        }
        clock = date.substr(10, 8);
    }
    int const hour = digits_at(clock, 0, 2), minute = digits_at(clock, 3, 2), second = digits_at(clock, 6, 2);
    if (year < 0 || month == 0 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return std::nullopt;
    std::int64_t const minutes = std::int64_t{60} * hour + minute;
    return days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * 86400 + minutes * 60 +
           second;
}

std::int64_t unix_now();

}  // namespace detail

/**
 * How long an answer's Retry-After asks to wait: seconds, or until a date in any form of RFC 9110, section 5.6.7. With
 * several such headers the longest wait counts.
 *
 * @param now  seconds since 1970, for a date
 * @return nothing for a header that is missing, negative or malformed; at most 10 years
 */
std::optional<std::chrono::seconds> retry_after(http::Headers const& headers, std::int64_t now = detail::unix_now());

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/http/impl/retry_after.ipp>
#endif

#endif  // GLOBUS_HTTP_RETRY_AFTER_HPP
