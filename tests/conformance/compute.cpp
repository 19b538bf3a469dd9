// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/compute/service.hpp>

namespace conformance {

void add_compute() {
    add_service<globus::ComputeServiceV2>("ComputeClientV2");
    add_service<globus::ComputeServiceV3>("ComputeClientV3");
}

}  // namespace conformance
