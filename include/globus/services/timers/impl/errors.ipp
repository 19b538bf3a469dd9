// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_IMPL_ERRORS_IPP
#define GLOBUS_SERVICES_TIMERS_IMPL_ERRORS_IPP

#include <globus/core/config.hpp>
#include <globus/core/json_members.hpp>
#include <globus/http/error_words.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/timers/errors.hpp>

#include <utility>

namespace globus {

GLOBUS_DECL bool TimersApiError::read_error(boost::json::object const& document, Reading& reading) {
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

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_IMPL_ERRORS_IPP
