// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_URL_IPP
#define GLOBUS_HTTP_IMPL_URL_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace globus::http {

GLOBUS_DECL Url parse_url(std::string_view text) {
    auto const refuse = [](char const* why) { throw UsageError(std::string("this is not a usable URL: ") + why); };
    if (detail::has_blank_or_control(text)) refuse("it has a blank or control character");
    Url url;
    Reference const parts = split_reference(text);
    if (!parts.scheme || !parts.authority) refuse("write it with its scheme, as in https://example.org/");
    url.scheme = *parts.scheme;
    if (url.scheme != "https" && url.scheme != "http") refuse("its scheme is neither https nor http");
    url.path = parts.path;
    url.has_query = parts.query.has_value();
    url.query = parts.query.value_or(std::string_view{});
    url.has_fragment = parts.fragment.has_value();
    url.fragment = parts.fragment.value_or(std::string_view{});
    std::string_view authority = *parts.authority;
    if (auto const at = authority.rfind('@'); at != std::string_view::npos) {
        url.has_userinfo = true;
        url.userinfo = authority.substr(0, at);
        authority = authority.substr(at + 1);
    }
    auto const bracket = authority.rfind(']');
    auto const port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    url.host = authority.substr(0, port);
    if (port != std::string_view::npos) {
        url.port = authority.substr(port + 1);
        unsigned number = 0;
        for (char const c : url.port) {
            if (c < '0' || c > '9' || url.port.size() > 5) refuse("its port is not a number");
            number = number * 10 + static_cast<unsigned>(c - '0');
        }
        if (number == 0 || number > 65535) refuse("its port is not in 1 to 65535");
    }
    if (url.host.empty()) refuse("it has no host");
    return url;
}

}  // namespace globus::http

namespace globus::http::detail {

/// True for a path of the characters of RFC 3986, section 3.3, without dot segments, and without dots, slashes and
/// control characters that are percent-encoded.
constexpr bool is_plain_path(std::string_view path) {
    constexpr std::string_view others = "!$&'()*+,;=:@";
    std::string_view rest = path;
    while (!rest.empty()) {
        rest.remove_prefix(1);  // the slash
        std::string_view const segment = rest.substr(0, rest.find('/'));
        if (segment == "." || segment == "..") return false;
        rest.remove_prefix(segment.size());
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        char const c = path[i];
        if (c == '%') {
            if (i + 2 >= path.size()) return false;
            int const high = globus::detail::hex_digit(path[i + 1]);
            int const low = globus::detail::hex_digit(path[i + 2]);
            if (high < 0 || low < 0) return false;
            int const byte = high * 16 + low;
            if (byte < 0x20 || byte == '.' || byte == '/' || byte == '\\' || byte == 0x7F) return false;
            i += 2;
        } else if (c != '/' && !globus::detail::is_unreserved(c) && others.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

}  // namespace globus::http::detail

namespace globus::http {

GLOBUS_DECL std::string remove_dot_segments(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        if (path.starts_with("../") || path.starts_with("./")) {
            path.remove_prefix(path.find('/') + 1);
        } else if (path == "." || path == "..") {
            break;
        } else if (path.starts_with("/./") || path == "/.") {
            path.remove_prefix(2);
            if (path.empty()) path = "/";
        } else if (path.starts_with("/../") || path == "/..") {
            path.remove_prefix(3);
            if (path.empty()) path = "/";
            auto const slash = out.rfind('/');
            out.erase(slash == std::string::npos ? 0 : slash);
        } else {
            auto const next = path.find('/', 1);
            out += path.substr(0, next);
            path.remove_prefix(next == std::string_view::npos ? path.size() : next);
        }
    }
    return out;
}

GLOBUS_DECL std::string resolve_url(std::string_view base, std::string_view reference) {
    Reference const from = split_reference(base);
    Reference to = split_reference(reference);
    std::string path;
    if (to.scheme || to.authority) {
        path = remove_dot_segments(to.path);
        if (!to.scheme) to.scheme = from.scheme;
    } else {
        if (to.path.empty()) {
            path = from.path;
            if (!to.query) to.query = from.query;
        } else if (to.path.starts_with('/')) {
            path = remove_dot_segments(to.path);
        } else {  // it stands beside the last segment of the base
            auto const slash = from.path.rfind('/');
            path = slash == std::string_view::npos ? "/" : std::string(from.path.substr(0, slash + 1));
            path = remove_dot_segments(path.append(to.path));
        }
        to.scheme = from.scheme;
        to.authority = from.authority;
    }
    std::string url;
    if (to.scheme) {
        for (char const c : *to.scheme) url += detail::lower(c);
        url += ':';
    }
    if (to.authority) url.append("//").append(*to.authority);
    url += path;
    if (to.query) url.append("?").append(*to.query);
    if (to.fragment) url.append("#").append(*to.fragment);
    return url;
}

GLOBUS_DECL bool same_origin(Url const& a, Url const& b) {
    auto const port = [](Url const& url) -> std::string_view {
        return !url.port.empty() ? url.port : url.scheme == "https" ? "443" : "80";
    };
    return a.scheme == b.scheme && detail::equal_ignoring_case(a.host, b.host) && port(a) == port(b);
}

GLOBUS_DECL bool is_on_host_of(std::string_view url, std::string_view base) {
    try {
        Url const a = parse_url(url), b = parse_url(base);
        return !a.has_userinfo && a.scheme == b.scheme && detail::equal_ignoring_case(a.host, b.host);
    } catch (UsageError const&) {
        return false;
    }
}

GLOBUS_DECL std::string check_base_url(std::string text) {
    Url const url = parse_url(text);
    if (url.scheme == "http" && !is_loopback(url.host))
        throw UsageError(
            "the base URL is http, so that credentials would travel in clear text: use https "
            "(http is allowed to 127.0.0.1 and [::1] only)");
    if (url.has_userinfo) throw UsageError("the base URL has a user name in it: pass credentials by the authorizer");
    if (url.has_query || url.has_fragment) throw UsageError("the base URL has a query or fragment: leave that out");
    if (!detail::is_plain_host(url.host))
        throw UsageError(
            "the base URL's host has a character that no host name has, or a dot at its end: write it as in "
            "https://example.org/ (a name in another script by its form in ASCII, xn--...)");
    if (!detail::is_plain_path(url.path))
        throw UsageError("the base URL's path has '.' or '..' in it, or a character that a path cannot have");
    if (!text.ends_with('/')) text += '/';
    return text;
}

GLOBUS_DECL std::string encode_iri(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    for (std::size_t i = 0; i != text.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        bool const c1 = byte == 0xC2 && i + 1 != text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (byte < 0x20 || byte == 0x7F || c1) throw UsageError("the address has a control character in it");
    }
    auto const scheme = text.find("://");
    std::size_t const host = scheme == std::string_view::npos ? 0 : scheme + 3;
    std::size_t const rest = std::min(text.find_first_of("/?#", host), text.size());
    std::string url(text.substr(0, rest));
    constexpr std::string_view others = "/?#!$&'()*+,;=:@";
    for (std::size_t i = rest; i != text.size(); ++i) {
        char const c = text[i];
        bool const escape = c == '%' && i + 2 < text.size() && globus::detail::hex_digit(text[i + 1]) >= 0 &&
                            globus::detail::hex_digit(text[i + 2]) >= 0;
        if (escape || globus::detail::is_unreserved(c) || others.find(c) != std::string_view::npos)
            url += c;
        else
            globus::detail::append_escaped(url, c);
    }
    return url;
}

GLOBUS_DECL void check_header(std::string_view name, std::string_view value) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    bool good = !name.empty();
    for (char const c : name) {
        bool const alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        good = good && (alnum || others.find(c) != std::string_view::npos);
    }
    if (!good) throw UsageError("a header's name is empty or has a character that is not allowed in it");
    for (char const c : value) {
        auto const byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7F)
            throw UsageError("the value for the header " + std::string(name) +
                             " has a newline or another control character in it");
    }
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_URL_IPP
