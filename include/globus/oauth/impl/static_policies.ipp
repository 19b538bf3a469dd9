// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_STATIC_POLICIES_IPP
#define GLOBUS_OAUTH_IMPL_STATIC_POLICIES_IPP

#include <globus/core/config.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/static_policies.hpp>

namespace globus {

GLOBUS_DECL AccessTokenPolicy::AccessTokenPolicy(Secret access_token) : header_("Bearer " + access_token.reveal()) {
    detail::check_token("the access token", access_token.reveal());
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_STATIC_POLICIES_IPP
