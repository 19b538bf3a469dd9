// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_ERRORS_HPP
#define GLOBUS_SERVICES_SEARCH_ERRORS_HPP

#include <globus/oauth/api_error.hpp>

namespace globus {

/// Globus Search answered with an error status. https://docs.globus.org/api/search/errors/
class GLOBUS_VISIBLE SearchApiError : public ApiError {
public:
    using ApiError::ApiError;

    /// The details that the service adds to the message, such as which part of a query is wrong; null if nothing.
    [[nodiscard]] boost::json::value const& error_data() const noexcept { return document_member("error_data"); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_SEARCH_ERRORS_HPP
