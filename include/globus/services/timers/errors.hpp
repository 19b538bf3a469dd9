// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_ERRORS_HPP
#define GLOBUS_SERVICES_TIMERS_ERRORS_HPP

#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>

#include <utility>

namespace globus {

/**
 * Globus Timers answered with an error status. https://docs.globus.org/api/timers/
 *
 * Timers describes an error in one object, `{"error": {"code": ..., "detail": ...}}`, or lists the invalid members of a
 * request, as in `{"detail": [{"loc": ["body", "start"], "msg": "field required"}]}`. Such a message reads "field
 * required: body.start".
 */
class GLOBUS_VISIBLE TimersApiError : public ApiError {
public:
    /// Reads what the answer says is wrong.
    TimersApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), read_error, nullptr) {}

private:
    static bool read_error(boost::json::object const& document, Reading& reading);
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/timers/impl/errors.ipp>
#endif

#endif  // GLOBUS_SERVICES_TIMERS_ERRORS_HPP
