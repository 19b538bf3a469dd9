// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_PROXY_IPP
#define GLOBUS_HTTP_IMPL_PROXY_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/proxy.hpp>
#include <globus/http/url.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace globus::http {

GLOBUS_DECL Proxy parse_proxy(Secret const& text) {
    auto const refuse = [](std::string const& why) {
        throw UsageError(
            "the URL of the proxy cannot be used: " + why +
            "; write it as in http://proxy.example.org:3128, and what is special in a user name and password "
            "before the host percent-encoded");
    };
    std::string_view rest = text.reveal();
    std::string_view scheme = "http";
    if (auto const colon = rest.find("://"); colon != std::string_view::npos) {
        scheme = rest.substr(0, colon);
        rest.remove_prefix(colon + 3);
    }
    constexpr std::array<std::string_view, 6> known{"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    if (std::find(known.begin(), known.end(), scheme) == known.end())
        refuse("its scheme is none of http, https, socks4, socks4a, socks5 and socks5h");
    Secret const as_http("http://" + std::string(rest));
    Url url;
    try {
        url = parse_url(as_http.reveal());
    } catch (UsageError const& error) {
        refuse(error.what());
    }
    if (!detail::is_plain_host(url.host)) refuse("its host is no name and no address");
    if ((!url.path.empty() && url.path != "/") || url.has_query || url.has_fragment)
        refuse("something follows its host and port");
    for (std::size_t i = 0; i != url.userinfo.size(); ++i) {
        if (url.userinfo[i] != '%') continue;
        int const high = i + 2 < url.userinfo.size() ? globus::detail::hex_digit(url.userinfo[i + 1]) : -1;
        int const low = i + 2 < url.userinfo.size() ? globus::detail::hex_digit(url.userinfo[i + 2]) : -1;
        int const byte = high * 16 + low;
        if (high < 0 || low < 0) refuse("a '%' in its user or password begins no escape");
        if (byte < 0x20 || byte == 0x7F) refuse("its user or password has a control character");
    }
    return {.over_tls = scheme == "https", .loopback = is_loopback(url.host) || url.host == "localhost"};
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_PROXY_IPP
