// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_CLIENT_CREDENTIALS_POLICY_IPP
#define GLOBUS_OAUTH_IMPL_CLIENT_CREDENTIALS_POLICY_IPP

#include <globus/core/config.hpp>
#include <globus/core/values.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/renewal.hpp>

#include <string>
#include <utility>

namespace globus {

GLOBUS_DECL ClientCredentialsPolicy::State::State(Confidential c, StringList list, Token token, RenewalOptions options)
    : client(std::move(c)), renewal(std::move(token), std::move(options)) {
    detail::check_client_id(client.client_id());  // it is empty in a client that was moved from
    for (std::string const& scope : list) scopes += (scopes.empty() ? "" : " ") + scope;
    detail::check_credential("the list of scopes", scopes);
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_CLIENT_CREDENTIALS_POLICY_IPP
