// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_COMPUTE_ERRORS_HPP
#define GLOBUS_SERVICES_COMPUTE_ERRORS_HPP

#include <globus/oauth/api_error.hpp>

namespace globus {

/// Globus Compute answered with an error status.
class GLOBUS_VISIBLE ComputeApiError : public ApiError {
public:
    using ApiError::ApiError;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_COMPUTE_ERRORS_HPP
