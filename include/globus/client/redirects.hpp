// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_REDIRECTS_HPP
#define GLOBUS_CLIENT_REDIRECTS_HPP

#include <globus/core/config.hpp>
#include <globus/http/message.hpp>

#include <string>

namespace globus::detail {

/// An answer that says where else to ask (RFC 9110, section 15.4).
bool is_redirect(http::Response const& answer);

[[noreturn]] void refuse_redirect(http::Request const& request, char const* why);

/**
 * Where the redirect that answers a request leads, as the URL of the next request.
 *
 * A redirect is followed for reads only, and to the origin that it comes from: a credential never goes elsewhere.
 *
 * @param own_origin  whether the request went to the client's own origin; from another one nothing is followed
 * @throws NetworkError  redirect, for what must not be followed
 */
std::string redirect_target(http::Request const& request, http::Response const& answer, bool own_origin);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/client/impl/redirects.ipp>
#endif

#endif  // GLOBUS_CLIENT_REDIRECTS_HPP
