// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_ANY_POLICY_IPP
#define GLOBUS_OAUTH_IMPL_ANY_POLICY_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/oauth/any_policy.hpp>

namespace globus {

GLOBUS_DECL void AnyPolicy::check_credential(bool takes_basic, bool takes_nothing) const {
    Concept const& inside = *inside_;
    if (takes_basic && !inside.is_basic)
        throw UsageError("this service is reached by the id and secret of a confidential app: use BasicPolicy");
    if (takes_nothing && !inside.is_nothing)
        throw UsageError("this service is the login client of a native app, which only names itself: use NullPolicy");
    if (!takes_basic && inside.is_basic)
        throw UsageError(
            "this service takes a token, and BasicPolicy has an app's id and secret: use ClientCredentialsPolicy or "
            "RefreshPolicy, or ConfidentialAppAuthService for the app's own requests to Globus Auth");
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_ANY_POLICY_IPP
