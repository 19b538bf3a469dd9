// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_IMPL_SERVICE_IPP
#define GLOBUS_SERVICES_FLOWS_IMPL_SERVICE_IPP

#include <globus/client/client.hpp>
#include <globus/core/config.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/flows/errors.hpp>
#include <globus/services/flows/operations.hpp>
#include <globus/services/flows/service.hpp>

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace globus {

GLOBUS_DECL std::string SpecificFlowService::user_scope() const {
    std::string word = *flow_id;
    std::replace(word.begin(), word.end(), '-', '_');
    return "https://auth.globus.org/scopes/" + *flow_id + "/flow_" + word + "_user";
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_IMPL_SERVICE_IPP
