// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_AUTHORIZER_IPP
#define GLOBUS_OAUTH_IMPL_AUTHORIZER_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/one_line.hpp>
#include <globus/http/message.hpp>
#include <globus/oauth/authorizer.hpp>

#include <string_view>

namespace globus::detail {

GLOBUS_DECL void check_audience(std::string_view resource_server, AuthContext const& context) {
    if (resource_server.empty() || context.resource_server.empty() ||
        http::detail::equal_ignoring_case(resource_server, context.resource_server))
        return;
    throw UsageError("the token of this policy is for " + one_line(resource_server) + ", and is not sent to " +
                     one_line(context.resource_server) + ": give each client a policy with a token of its own");
}

}  // namespace globus::detail

#endif  // GLOBUS_OAUTH_IMPL_AUTHORIZER_IPP
