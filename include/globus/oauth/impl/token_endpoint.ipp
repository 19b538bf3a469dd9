// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_TOKEN_ENDPOINT_IPP
#define GLOBUS_OAUTH_IMPL_TOKEN_ENDPOINT_IPP

#include <globus/core/config.hpp>
#include <globus/http/retry.hpp>
#include <globus/oauth/token_endpoint.hpp>

#include <chrono>
#include <optional>

namespace globus::detail {

GLOBUS_DECL std::optional<std::chrono::duration<double>> GrantRun::before_retry(Attempt const& attempt) const {
    auto const wait = retry.before_retry(attempt);
    out_of_time = !wait && attempt.number < retry.max_attempts && may_retry(attempt) &&
                  retry.budget->left() >= DefaultRetry::cost;
    return wait;
}

}  // namespace globus::detail

#endif  // GLOBUS_OAUTH_IMPL_TOKEN_ENDPOINT_IPP
