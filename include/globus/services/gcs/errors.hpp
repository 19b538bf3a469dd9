// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_ERRORS_HPP
#define GLOBUS_SERVICES_GCS_ERRORS_HPP

#include <globus/http/errors.hpp>

namespace globus {

/// A Globus Connect Server answered with an error status.
class GcsApiError : public ApiError {
public:
    using ApiError::ApiError;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_ERRORS_HPP
