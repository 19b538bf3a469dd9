// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_ERRORS_HPP
#define GLOBUS_SERVICES_FLOWS_ERRORS_HPP

#include <globus/core/json_members.hpp>
#include <globus/oauth/api_error.hpp>

#include <utility>

namespace globus {

/**
 * Globus Flows answered with an error status. https://docs.globus.org/api/flows/
 *
 * Flows puts what is wrong into one object: `{"error": {"code": ..., "detail": ...}}`, where `detail` is a text or a
 * list of what does not fit.
 */
class GLOBUS_VISIBLE FlowsApiError : public ApiError {
public:
    /// Reads what the answer says is wrong.
    FlowsApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), read_error, nullptr) {}

private:
    static bool read_error(boost::json::object const& document, Reading& reading) {
        auto const* error = globus::detail::object_member(document, "error");
        if (error == nullptr) return false;
        reading.errors = {sub_error(*error, {"detail", "title"})};
        reading.code = reading.errors.front().code;
        if (auto const* details = globus::detail::object_list(error->if_contains("detail"))) {
            for (boost::json::value const& item : *details)
                if (auto const* detail = item.if_object())
                    if (auto const text = globus::detail::text_member(*detail, "msg"))
                        reading.messages.emplace_back(*text);
        } else if (reading.errors.front().has_message) {
            reading.messages.push_back(reading.errors.front().message);
        }
        return true;
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_ERRORS_HPP
