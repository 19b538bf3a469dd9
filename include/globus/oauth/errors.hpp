// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_ERRORS_HPP
#define GLOBUS_OAUTH_ERRORS_HPP

#include <globus/http/errors.hpp>

namespace globus {

/// Globus Auth answered with an error status. https://docs.globus.org/api/auth/reference/#errors
class AuthApiError : public ApiError {
public:
    using ApiError::ApiError;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_ERRORS_HPP
