// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_ERRORS_IPP
#define GLOBUS_OAUTH_IMPL_ERRORS_IPP

#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/oauth/errors.hpp>

#include <string_view>

namespace globus {

GLOBUS_DECL std::string_view AuthApiError::oauth_error_description() const noexcept {
    return document_text("error_description");
}

GLOBUS_DECL void AuthApiError::take_error_id(Reading& reading) {
    boost::json::value const* only = nullptr;
    for (SubError const& sub : reading.errors) {
        auto const* id = sub.raw.if_contains("id");
        if (id == nullptr || id->is_null()) continue;
        if (only != nullptr && *only != *id) return;
        only = id;
    }
    if (only != nullptr && only->is_string()) reading.request_id = only->get_string();
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_ERRORS_IPP
