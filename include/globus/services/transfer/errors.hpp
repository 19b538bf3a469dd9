// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
#define GLOBUS_SERVICES_TRANSFER_ERRORS_HPP

#include <globus/http/errors.hpp>

namespace globus {

/// Globus Transfer answered with an error status. https://docs.globus.org/api/transfer/overview/#errors
class TransferApiError : public ApiError {
public:
    using ApiError::ApiError;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
