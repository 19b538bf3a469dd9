// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
#define GLOBUS_SERVICES_TRANSFER_ERRORS_HPP

#include <globus/oauth/api_error.hpp>

#include <string_view>

namespace globus {

/// Globus Transfer answered with an error status. https://docs.globus.org/api/transfer/overview/#errors
class GLOBUS_VISIBLE TransferApiError : public ApiError {
public:
    using ApiError::ApiError;
};

namespace detail {

/// True if a code of Transfer says that an endpoint failed, and not Transfer itself: asking again would not help.
constexpr bool is_endpoint_code(std::string_view code) {
    std::string_view const first = code.substr(0, code.find('.'));
    return first == "ExternalError" || first == "EndpointError";
}

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
