// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_ERRORS_HPP
#define GLOBUS_SERVICES_FLOWS_ERRORS_HPP

#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>

#include <utility>

namespace globus {

/**
 * Globus Flows answered with an error status. https://docs.globus.org/api/flows/
 *
 * Flows describes an error in one object: `{"error": {"code": ..., "detail": ...}}`, where `detail` is a text or a list
 * of what is invalid.
 */
class GLOBUS_VISIBLE FlowsApiError : public ApiError {
public:
    /// Reads what the answer says is wrong.
    FlowsApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), read_error, nullptr) {}

private:
    static bool read_error(boost::json::object const& document, Reading& reading);
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/flows/impl/errors.ipp>
#endif

#endif  // GLOBUS_SERVICES_FLOWS_ERRORS_HPP
