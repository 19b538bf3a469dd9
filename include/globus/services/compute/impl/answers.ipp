// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_COMPUTE_IMPL_ANSWERS_IPP
#define GLOBUS_SERVICES_COMPUTE_IMPL_ANSWERS_IPP

#include <globus/core/config.hpp>
#include <globus/services/compute/answers.hpp>

namespace globus::compute_v2 {

GLOBUS_DECL bool SubmittedTask::accepted() const {
    if (http_status_code) return *http_status_code >= 200 && *http_status_code < 300;
    return status && *status == "success";
}

}  // namespace globus::compute_v2

#endif  // GLOBUS_SERVICES_COMPUTE_IMPL_ANSWERS_IPP
