// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_ERRORS_HPP
#define GLOBUS_SERVICES_TIMERS_ERRORS_HPP

#include <globus/core/json_members.hpp>
#include <globus/http/error_words.hpp>
#include <globus/oauth/api_error.hpp>

#include <utility>

namespace globus {

/**
 * Globus Timers answered with an error status. https://docs.globus.org/api/timers/
 *
 * Timers puts what is wrong into one object, `{"error": {"code": ..., "detail": ...}}`, or lists the members of a
 * request that do not fit, as `{"detail": [{"loc": ["body", "start"], "msg": "field required"}]}`. Such a message reads
 * "field required: body.start".
 */
class GLOBUS_VISIBLE TimersApiError : public ApiError {
public:
    /// Reads what the answer says is wrong.
    TimersApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), read_error, nullptr) {}

private:
    static bool read_error(boost::json::object const& document, Reading& reading) {
        if (auto const* error = globus::detail::object_member(document, "error")) {
            reading.errors = {sub_error(*error, {"detail", "title"})};
            reading.code = reading.errors.front().code;
            if (reading.errors.front().has_message) reading.messages.push_back(reading.errors.front().message);
            return true;
        }
        auto const* details = globus::detail::object_list(document.if_contains("detail"));
        if (details == nullptr) return false;
        for (boost::json::value const& item : *details) {
            if (!item.is_object()) continue;
            SubError sub = sub_error(item.get_object(), {"msg"});
            auto const* const where = item.get_object().if_contains("loc");
            if (sub.has_message && globus::detail::text_list(where))
                reading.messages.push_back(sub.message + ": " + globus::detail::place_of(*where));
            reading.errors.push_back(std::move(sub));
        }
        reading.code = common_code(reading.errors);
        return true;
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_ERRORS_HPP
