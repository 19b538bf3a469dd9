// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/flows/service.hpp>

namespace conformance {

template <>
struct ServiceOf<globus::SpecificFlowService> {
    static globus::SpecificFlowService make(Json const& kwargs) { return {.flow_id = text(member(kwargs, "flow_id"))}; }
};

void add_flows() {
    add_service<globus::FlowsService>("FlowsClient");
    add_service<globus::SpecificFlowService>("SpecificFlowClient");
    add_builder<globus::flows::RunActivityNotificationPolicy>();
}

}  // namespace conformance
