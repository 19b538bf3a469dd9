// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_REDIRECTS_HPP
#define GLOBUS_CLIENT_REDIRECTS_HPP

#include <globus/core/error.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>

#include <algorithm>
#include <string>

namespace globus::detail {

/// An answer that says where else to ask (RFC 9110, section 15.4).
inline bool is_redirect(http::Response const& answer) {
    int const status = answer.status;
    return (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
           answer.headers.find("Location") != nullptr;
}

[[noreturn]] inline void refuse_redirect(http::Request const& request, char const* why) {
    throw NetworkError(NetworkError::Kind::redirect, NetworkError::Sent::yes,
                       http::describe(request) + " was answered with a redirect " + why);
}

/**
 * Where the redirect that answers a request leads, as the URL of the next request.
 *
 * A redirect is followed for reads only, and to the origin that it comes from: a credential never goes elsewhere.
 *
 * @param own_origin  whether the request went to the client's own origin; from another one nothing is followed
 * @throws NetworkError  redirect, for what must not be followed
 */
inline std::string redirect_target(http::Request const& request, http::Response const& answer, bool own_origin) {
    if (request.method != http::Method::get && request.method != http::Method::head)
        refuse_redirect(request, "that is not followed, because it is not a GET");
    std::string target = http::resolve_url(request.url, answer.headers.get("Location"));
    target.erase(std::min(target.find('#'), target.size()));  // a fragment is never sent
    bool same = false;
    try {
        http::Url const to = http::parse_url(target);
        same = http::same_origin(http::parse_url(request.url), to) && !to.has_userinfo;
    } catch (UsageError const&) {  // not an http URL
    }
    if (!same || !own_origin) refuse_redirect(request, "to another place, which is not followed");
    if (target == request.url) refuse_redirect(request, "to itself");
    return target;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_REDIRECTS_HPP
