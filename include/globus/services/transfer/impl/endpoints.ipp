// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINTS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINTS_IPP

#include <globus/core/config.hpp>
#include <globus/services/transfer/endpoints.hpp>

namespace globus::transfer {

GLOBUS_DECL void SetSubscriptionId::check() const {
    if (subscription_id.is_absent())
        throw UsageError("set_subscription_id: give a subscription_id, \"DEFAULT\", or null to have none");
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINTS_IPP
