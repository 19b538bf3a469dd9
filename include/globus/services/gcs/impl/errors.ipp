// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_ERRORS_IPP
#define GLOBUS_SERVICES_GCS_IMPL_ERRORS_IPP

#include <globus/core/config.hpp>
#include <globus/services/gcs/errors.hpp>

#include <string_view>

namespace globus {

GLOBUS_DECL std::string_view GcsApiError::detail_data_type() const noexcept {
    auto const* object = detail().if_object();
    auto const* type = object != nullptr ? object->if_contains("DATA_TYPE") : nullptr;
    return type != nullptr && type->is_string() ? std::string_view(type->get_string()) : std::string_view();
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_ERRORS_IPP
