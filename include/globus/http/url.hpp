// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_URL_HPP
#define GLOBUS_HTTP_URL_HPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace globus::http {

/// A URI reference in its parts (RFC 3986, section 4.1), which are views into the text that was split: any text is one.
struct Reference {
    std::optional<std::string_view> scheme = {};     ///< without its ":"
    std::optional<std::string_view> authority = {};  ///< without its "//"; an empty one differs from none
    std::string_view path = {};                      ///< empty if there is none
    std::optional<std::string_view> query = {};      ///< without its "?"
    std::optional<std::string_view> fragment = {};   ///< without its "#"
};

/// Splits a URI reference; nothing is checked or decoded.
constexpr Reference split_reference(std::string_view text) {
    Reference parts;
    if (auto const hash = text.find('#'); hash != std::string_view::npos) {
        parts.fragment = text.substr(hash + 1);
        text = text.substr(0, hash);
    }
    if (auto const mark = text.find('?'); mark != std::string_view::npos) {
        parts.query = text.substr(mark + 1);
        text = text.substr(0, mark);
    }
    auto const is_scheme = [](std::string_view word) {
        auto const letter = [](char c) { return detail::lower(c) >= 'a' && detail::lower(c) <= 'z'; };
        if (word.empty() || !letter(word.front())) return false;
        for (char const c : word)
            if (!letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
        return true;
    };
    if (auto const colon = text.find(':'); colon != std::string_view::npos && is_scheme(text.substr(0, colon))) {
        parts.scheme = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (text.starts_with("//")) {
        auto const slash = text.find('/', 2);
        parts.authority = text.substr(2, slash == std::string_view::npos ? slash : slash - 2);
        text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash);
    }
    parts.path = text;
    return parts;
}

/// The parts of an absolute http or https URL; views into the text that was parsed (RFC 3986, section 3).
struct Url {
    std::string_view scheme = {};    ///< "https" or "http"
    std::string_view userinfo = {};  ///< the part before the "@"
    std::string_view host = {};      ///< with the brackets of an IPv6 address
    std::string_view port = {};      ///< empty: the scheme's own
    std::string_view path = {};      ///< from its slash on; empty if there is none
    std::string_view query = {};     ///< without its "?"
    std::string_view fragment = {};  ///< without its "#"
    bool has_userinfo = false;       ///< distinguishes an empty one from none
    bool has_query = false;          ///< distinguishes an empty one from none
    bool has_fragment = false;       ///< distinguishes an empty one from none
};

namespace detail {

/// True for characters that no URL contains unescaped.
constexpr bool has_blank_or_control(std::string_view text) {
    for (char const c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return true;
    return false;
}

}  // namespace detail

/// Splits an absolute URL; throws UsageError when it is not http or https, has no host or an impossible port.
Url parse_url(std::string_view text);

namespace detail {

/// True for a host name of letters, digits, '-', '_' and single dots within, and for an IPv6 address in brackets. Names
/// in other scripts are written in their ASCII form ("xn--...").
constexpr bool is_plain_host(std::string_view host) {
    if (host.starts_with('[')) {
        if (!host.ends_with(']') || host.find(':') == std::string_view::npos) return false;
        for (char const c : host.substr(1, host.size() - 2))
            if (globus::detail::hex_digit(c) < 0 && c != ':' && c != '.') return false;
        return true;
    }
    char before = '.';
    for (char const c : host) {
        if (!globus::detail::is_unreserved(c) || c == '~' || (c == '.' && before == '.')) return false;
        before = c;
    }
    return before != '.';
}

}  // namespace detail

/// The path without its segments "." and "..", which are resolved (RFC 3986, section 5.2.4).
std::string remove_dot_segments(std::string_view path);

/**
 * Resolves a reference: the Location of an answer, or a link in it (RFC 3986, section 5.2).
 *
 * What is percent-encoded stays as it is; the scheme becomes lower case. Whether the target may be requested is for the
 * caller to judge: a reference can lead anywhere.
 *
 * @param base  an absolute URL; the one of the request that was answered
 */
std::string resolve_url(std::string_view base, std::string_view reference);

/// True for 127.0.0.1 and [::1]. A name is not enough: a resolver can be told anything.
constexpr bool is_loopback(std::string_view host) { return host == "127.0.0.1" || host == "[::1]"; }

/// True when both have the same scheme, host and port, where a missing port is the scheme's own.
bool same_origin(Url const& a, Url const& b);

/// True when `url` has the host and scheme of `base`, whatever the port, and no user name in it. It is false for what
/// is not a URL.
bool is_on_host_of(std::string_view url, std::string_view base);

/**
 * Checks the base URL of a service and gives it one slash at its end.
 *
 * Credentials go over http only to 127.0.0.1 and [::1], and naming such a URL, in code or in an environment variable,
 * is the opt-in: nothing else enables it, and no other host can be opted in.
 *
 * @throws UsageError  unless it is https, or http to a literal loopback address, without user, query and fragment; for
 *                     a host that is not a plain ASCII name or IPv6 address, or has a dot at its end or a zone; and for
 *                     '.' and '..' in the path
 */
std::string check_base_url(std::string text);

/**
 * The URL of an address as people write and paste it (RFC 3987, section 3.1): after the host, characters that no URL
 * contains (blanks, non-ASCII letters, brackets, a '%' that begins no escape) are percent-encoded byte by byte. All
 * else stays, including `%20` and the fragment. Blanks around the address are dropped.
 *
 * @throws UsageError  for a control character. The host is not checked.
 */
std::string encode_iri(std::string_view text);

/// Checks that `name` is a valid header name, and `value` a valid value (RFC 9110, section 5); else it throws
/// UsageError. The message names the header and never the value.
void check_header(std::string_view name, std::string_view value);

}  // namespace globus::http

#ifdef GLOBUS_BODIES
#include <globus/http/impl/url.ipp>
#endif

#endif  // GLOBUS_HTTP_URL_HPP
