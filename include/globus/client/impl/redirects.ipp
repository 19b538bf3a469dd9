// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_REDIRECTS_IPP
#define GLOBUS_CLIENT_IMPL_REDIRECTS_IPP

#include <globus/client/redirects.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>

#include <algorithm>
#include <string>

namespace globus::detail {

GLOBUS_DECL bool is_redirect(http::Response const& answer) {
    int const status = answer.status;
    return (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
           answer.headers.find("Location") != nullptr;
}

GLOBUS_DECL void refuse_redirect(http::Request const& request, char const* why) {
    throw NetworkError(NetworkError::Kind::redirect, NetworkError::Sent::yes,
                       http::describe(request) + " was answered with a redirect " + why);
}

GLOBUS_DECL std::string redirect_target(http::Request const& request, http::Response const& answer, bool own_origin) {
    if (request.method != http::Method::get && request.method != http::Method::head)
        refuse_redirect(request, "that is not followed, because it is not a GET");
    std::string target = http::resolve_url(request.url, answer.headers.get("Location"));
    target.erase(std::min(target.find('#'), target.size()));  // a fragment is never sent
    bool same = false;
    try {
        http::Url const to = http::parse_url(target);
        same = http::same_origin(http::parse_url(request.url), to) && !to.has_userinfo;
    } catch (UsageError const&) {  // it is not an http URL
    }
    if (!same || !own_origin) refuse_redirect(request, "to another place, which is not followed");
    if (target == request.url) refuse_redirect(request, "to itself");
    return target;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_REDIRECTS_IPP
