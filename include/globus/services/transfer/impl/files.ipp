// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_FILES_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_FILES_IPP

#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/transfer/files.hpp>

namespace globus::transfer {

GLOBUS_DECL bool OperationRename::already_done(ApiError const& error) {
    return error.code() == "ClientError.NotFound" || error.code() == "ExternalError.RenameFailed.NotFound";
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_FILES_IPP
