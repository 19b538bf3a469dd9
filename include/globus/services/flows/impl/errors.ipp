// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_IMPL_ERRORS_IPP
#define GLOBUS_SERVICES_FLOWS_IMPL_ERRORS_IPP

#include <globus/core/config.hpp>
#include <globus/core/json_members.hpp>
#include <globus/services/flows/errors.hpp>

namespace globus {

GLOBUS_DECL bool FlowsApiError::read_error(boost::json::object const& document, Reading& reading) {
    auto const* error = globus::detail::object_member(document, "error");
    if (error == nullptr) return false;
    reading.errors = {sub_error(*error, {"detail", "title"})};
    reading.code = reading.errors.front().code;
    if (auto const* details = globus::detail::object_list(error->if_contains("detail"))) {
        for (boost::json::value const& item : *details)
            if (auto const* detail = item.if_object())
                if (auto const text = globus::detail::text_member(*detail, "msg")) reading.messages.emplace_back(*text);
    } else if (reading.errors.front().has_message) {
        reading.messages.push_back(reading.errors.front().message);
    }
    return true;
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_IMPL_ERRORS_IPP
