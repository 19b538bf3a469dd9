// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_IMPL_SERVICE_IPP
#define GLOBUS_SERVICES_FLOWS_IMPL_SERVICE_IPP

#include <globus/core/config.hpp>
#include <globus/services/flows/operations.hpp>
#include <globus/services/flows/service.hpp>

#include <algorithm>
#include <string>

namespace globus {

GLOBUS_DECL std::string SpecificFlowService::user_scope() const {
    std::string word = *flow_id;
    std::replace(word.begin(), word.end(), '-', '_');
    return "https://auth.globus.org/scopes/" + *flow_id + "/flow_" + word + "_user";
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_IMPL_SERVICE_IPP
