// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_RETRY_AFTER_IPP
#define GLOBUS_HTTP_IMPL_RETRY_AFTER_IPP

#include <globus/core/config.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry_after.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// The seconds that one Retry-After header asks for; nothing if it is negative or malformed.
constexpr std::optional<std::int64_t> parse_retry_after(std::string_view text, std::int64_t now) {
    constexpr std::int64_t longest = std::int64_t{10} * 366 * 86400;
    now = std::clamp(now, std::int64_t{-62167219200}, std::int64_t{253402300799});  // the years 0 to 9999
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    if (text.empty()) return std::nullopt;
    if (text.find_first_not_of("0123456789") == std::string_view::npos) {
        std::int64_t seconds = 0;
        for (char const c : text) seconds = std::min(longest, seconds * 10 + (c - '0'));
        return seconds;
    }
    auto const date = parse_http_date(text, now);
    if (!date) return std::nullopt;
    return std::clamp<std::int64_t>(*date - now, 0, longest);
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<std::chrono::seconds> retry_after(http::Headers const& headers, std::int64_t now) {
    std::optional<std::chrono::seconds> longest;
    for (auto const& [name, value] : headers) {
        if (!http::detail::equal_ignoring_case(name, "Retry-After")) continue;
        if (auto const asked = detail::parse_retry_after(value, now))
            longest = std::max(longest, std::optional(std::chrono::seconds(*asked)));
    }
    return longest;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_RETRY_AFTER_IPP
