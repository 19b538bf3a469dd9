// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_IMPL_GROUPS_MANAGER_IPP
#define GLOBUS_SERVICES_GROUPS_IMPL_GROUPS_MANAGER_IPP

#include <globus/core/config.hpp>
#include <globus/services/groups/groups_manager.hpp>
#include <globus/services/groups/service.hpp>

#include <utility>

namespace globus {

GLOBUS_DECL http::Response MembershipRefused::as_json(http::Response response) {
    response.headers.set("Content-Type", "application/json");
    return response;
}

GLOBUS_DECL bool MembershipRefused::read_refusals(boost::json::object const& document, Reading& reading) {
    auto const* errors = document.if_contains("errors");
    if (errors == nullptr) return false;
    groups::detail::for_each_refusal(*errors, [&](std::string_view action, Json const& raw) {
        auto const one = groups::detail::refused_membership(action, raw);
        SubError error{.code = one.code, .message = one.detail, .has_message = !one.detail.empty()};
        if (raw.is_object()) error.raw = raw.get_object();
        if (error.has_message) reading.messages.push_back(one.action + ' ' + one.identity_id + ": " + one.detail);
        reading.errors.push_back(std::move(error));
    });
    reading.code = common_code(reading.errors);
    return true;
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GROUPS_IMPL_GROUPS_MANAGER_IPP
