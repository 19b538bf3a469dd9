// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GROUPS_IMPL_ANSWERS_IPP
#define GLOBUS_SERVICES_GROUPS_IMPL_ANSWERS_IPP

#include <globus/core/config.hpp>
#include <globus/core/values.hpp>
#include <globus/services/groups/answers.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace globus::groups::detail {

GLOBUS_DECL RefusedMembership refused_membership(std::string_view action, Json const& error) {
    RefusedMembership refused{.action = std::string(action)};
    if (auto const* reason = error.if_string()) refused.detail = *reason;
    auto const text = [&](std::string_view name) {
        auto const* object = error.if_object();
        Json const* const value = object != nullptr ? object->if_contains(name) : nullptr;
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    refused.identity_id = text("identity_id");
    refused.code = text("code");
    refused.detail = text("detail");
    return refused;
}

}  // namespace globus::groups::detail

namespace globus::groups {

GLOBUS_DECL std::vector<RefusedMembership> MembershipActionResult::refused() const {
    std::vector<RefusedMembership> all;
    if (errors)
        detail::for_each_refusal(*errors, [&](std::string_view action, Json const& error) {
            all.push_back(detail::refused_membership(action, error));
        });
    return all;
}

}  // namespace globus::groups

#endif  // GLOBUS_SERVICES_GROUPS_IMPL_ANSWERS_IPP
