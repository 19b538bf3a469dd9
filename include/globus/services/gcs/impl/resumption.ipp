// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_RESUMPTION_IPP
#define GLOBUS_SERVICES_GCS_IMPL_RESUMPTION_IPP

#include <globus/core/config.hpp>
#include <globus/core/digest.hpp>
#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry_after.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace globus::detail {

GLOBUS_DECL std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

GLOBUS_DECL std::optional<std::uint64_t> read_size(std::string_view text) {
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // The largest file that systems know of has 2^63 - 1 bytes.
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || number >> 63 != 0)
        return std::nullopt;
    return number;
}

GLOBUS_DECL std::optional<std::int64_t> date_of(http::Headers const& headers, std::string_view name) {
    std::string_view const text = headers.get(name);
    return text.empty() ? std::nullopt : parse_http_date(text, unix_now());
}

/// Adds the digests of a header: `sha-256=:base64:, md5=...`. Those that this library does not know are skipped.
GLOBUS_DECL void read_digests(std::string_view text, std::vector<Digest>& digests) {
    while (!text.empty()) {
        std::string_view one = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        one = trimmed(one);
        auto const equals = one.find('=');
        if (equals == std::string_view::npos) continue;
        std::string_view const name = one.substr(0, equals);
        std::string_view value = one.substr(equals + 1);
        if (value.size() > 1 && value.front() == ':' && value.back() == ':') value = value.substr(1, value.size() - 2);
        for (auto const algorithm : {Digest::Algorithm::md5, Digest::Algorithm::sha256, Digest::Algorithm::sha512})
            if (http::detail::equal_ignoring_case(name, to_string(algorithm))) try {
                    digests.emplace_back(algorithm, value);
                } catch (UsageError const&) {  // the server says something that is none
                }
    }
}

GLOBUS_DECL FileStat read_file_stat(http::Headers const& headers, int status) {
    FileStat stat;
    stat.etag = headers.get("ETag");
    stat.content_type = headers.get("Content-Type");
    stat.ranges = http::detail::equal_ignoring_case(headers.get("Accept-Ranges"), "bytes") || status == 206;
    if (auto const seconds = date_of(headers, "Last-Modified"))
        stat.modified = std::chrono::sys_seconds(std::chrono::seconds(*seconds));
    if (status == 206) {
        if (auto const range = read_content_range(headers.get("Content-Range"))) stat.size = range->size;
    } else if (headers.find("Transfer-Encoding") == nullptr) {
        stat.size = read_size(headers.get("Content-Length"));
    }
    for (auto const& [name, value] : headers) {
        if (http::detail::equal_ignoring_case(name, "Repr-Digest") || http::detail::equal_ignoring_case(name, "Digest"))
            read_digests(value, stat.digests);
        if (status == 200 && http::detail::equal_ignoring_case(name, "Content-Digest"))
            read_digests(value, stat.digests);
        if (status == 200 && http::detail::equal_ignoring_case(name, "Content-MD5"))
            read_digests("md5=" + value, stat.digests);
    }
    return stat;
}

GLOBUS_DECL std::string validator_of(http::Headers const& headers) {
    std::string_view const tag = headers.get("ETag");
    if (tag.size() > 1 && tag.front() == '"') return std::string(tag);
    auto const changed = date_of(headers, "Last-Modified"), sent = date_of(headers, "Date");
    if (changed && sent && *sent - *changed > 1) return std::string(headers.get("Last-Modified"));
    return {};
}

GLOBUS_DECL std::optional<ContentRange> read_content_range(std::string_view text) {
    constexpr std::string_view unit = "bytes ";
    auto const slash = text.find('/');
    if (!text.starts_with(unit) || slash == std::string_view::npos) return std::nullopt;
    std::string_view const range = trimmed(text.substr(unit.size(), slash - unit.size()));
    std::string_view const whole = trimmed(text.substr(slash + 1));
    ContentRange read;
    if (whole != "*") {
        read.size = read_size(whole);
        if (!read.size) return std::nullopt;
    }
    if (range == "*") {
        read.satisfied = false;
        return read.size ? std::optional(read) : std::nullopt;
    }
    auto const dash = range.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    auto const first = read_size(range.substr(0, dash)), last = read_size(range.substr(dash + 1));
    if (!first || !last || *last < *first || (read.size && *last >= *read.size)) return std::nullopt;
    read.first = *first;
    read.last = *last;
    return read;
}

GLOBUS_DECL std::optional<std::uint64_t> first_to_ask(HeldPart const& held) {
    if (held.bytes == 0 || held.validator.empty()) return std::nullopt;
    // Of a complete file the last byte is asked for again: the answer says whether it is still the same file.
    if (!held.size || held.bytes < *held.size) return held.bytes;
    return *held.size == 0 ? std::nullopt : std::optional(*held.size - 1);
}

GLOBUS_DECL Verdict judge(HeldPart const& held, std::optional<std::uint64_t> asked, int status,
                          http::Headers const& headers) {
    using Kind = Verdict::Kind;
    std::string const validator = validator_of(headers);
    bool const same = !held.validator.empty() && validator == held.validator;
    bool const other = !validator.empty() && !held.validator.empty() && validator != held.validator;
    std::optional<ContentRange> const range = read_content_range(headers.get("Content-Range"));
    switch (status) {
        case 200: {
            auto const size = read_file_stat(headers, status).size;
            bool const fits = !size || !held.size || size == held.size;
            return {.kind = same && fits ? Kind::repeat : Kind::restart, .size = size};
        }
        case 206: {
            bool const fits = range && range->satisfied && asked && range->first == *asked && !other &&
                              (!range->size || !held.size || range->size == held.size);
            if (!fits) return {.kind = Kind::ask_whole};
            return {.kind = Kind::append, .first = range->first, .size = range->size ? range->size : held.size};
        }
        case 416: {
            bool const all = range && !range->satisfied && asked && held.bytes == *range->size && !other;
            return {.kind = all ? Kind::complete : Kind::ask_whole, .first = held.bytes, .size = held.bytes};
        }
        default:
            return {.kind = Kind::ask_whole};
    }
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_RESUMPTION_IPP
