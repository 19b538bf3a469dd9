// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_ERRORS_HPP
#define GLOBUS_SERVICES_TIMERS_ERRORS_HPP

#include <globus/http/errors.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

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
        auto const* error = document.if_contains("error");
        if (error != nullptr && error->is_object()) {
            reading.errors = {sub_error(error->get_object(), {"detail", "title"})};
            reading.code = reading.errors.front().code;
            if (reading.errors.front().has_message) reading.messages.push_back(reading.errors.front().message);
            return true;
        }
        auto const* details = globus::detail::object_list(document.if_contains("detail"));
        if (details == nullptr) return false;
        for (boost::json::value const& item : *details) {
            SubError sub = sub_error(item.get_object(), {"msg"});
            auto const where = globus::detail::text_list(item.get_object().if_contains("loc"));
            if (sub.has_message && where) reading.messages.push_back(sub.message + ": " + joined(*where));
            reading.errors.push_back(std::move(sub));
        }
        reading.code = common_code(reading.errors);
        return true;
    }
    static std::string joined(std::vector<std::string> const& levels) {
        std::string path;
        for (std::string const& level : levels) {
            if (&level != levels.data()) path += '.';
            path += level;
        }
        return path;
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_ERRORS_HPP
