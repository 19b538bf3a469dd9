// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINT_MANAGER_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINT_MANAGER_IPP

#include <globus/core/config.hpp>
#include <globus/services/transfer/endpoint_manager.hpp>

namespace globus::transfer {

GLOBUS_DECL void EndpointManagerTaskList::check() const {
    if (filter_endpoint_use.has_value() && !filter_endpoint.has_value())
        throw UsageError("endpoint_manager_task_list: filter_endpoint_use needs a filter_endpoint");
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINT_MANAGER_IPP
