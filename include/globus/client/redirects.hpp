// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_REDIRECTS_HPP
#define GLOBUS_CLIENT_REDIRECTS_HPP

#include <globus/core/config.hpp>
#include <globus/http/message.hpp>

#include <string>

namespace globus::detail {

/// True for an answer that says where else to ask (RFC 9110, section 15.4).
bool is_redirect(http::Response const& answer);

[[noreturn]] void refuse_redirect(http::Request const& request, char const* why);

/**
 * The target of the redirect that answers a request, as the URL of the next request.
 *
 * A redirect is followed only for reads, and only to the origin that it comes from: a credential never goes elsewhere.
 *
 * @param own_origin  whether the request went to the client's own origin; otherwise no redirect is followed
 * @throws NetworkError  redirect, for what must not be followed
 */
std::string redirect_target(http::Request const& request, http::Response const& answer, bool own_origin);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/client/impl/redirects.ipp>
#endif

#endif  // GLOBUS_CLIENT_REDIRECTS_HPP
