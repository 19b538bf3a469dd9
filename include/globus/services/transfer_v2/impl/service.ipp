// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_V2_IMPL_SERVICE_IPP
#define GLOBUS_SERVICES_TRANSFER_V2_IMPL_SERVICE_IPP

#include <globus/core/config.hpp>
#include <globus/services/transfer/errors.hpp>
#include <globus/services/transfer_v2/operations.hpp>
#include <globus/services/transfer_v2/service.hpp>

namespace globus {

GLOBUS_DECL bool TransferServiceV2::endpoint_trouble(ApiError const& error) {
    for (SubError const& one : error.errors())
        if (detail::is_endpoint_code(one.code)) return true;
    return false;
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_V2_IMPL_SERVICE_IPP
