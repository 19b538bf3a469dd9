// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_ERRORS_HPP
#define GLOBUS_SERVICES_GROUPS_ERRORS_HPP

#include <globus/oauth/api_error.hpp>

namespace globus {

/// Globus Groups answered with an error status.
class GLOBUS_VISIBLE GroupsApiError : public ApiError {
public:
    using ApiError::ApiError;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GROUPS_ERRORS_HPP
