// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_PAYLOADS_HPP
#define GLOBUS_SERVICES_FLOWS_PAYLOADS_HPP

#include <globus/core/json_write.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>

// The documents that a Flows program makes.

namespace globus::flows {

/**
 * When the service sends an e-mail about a run to its owner, managers and monitors.
 *
 *     flow.run_flow({.body = input, .activity_notification_policy = RunActivityNotificationPolicy{{"FAILED"}}});
 *
 * https://flows.globus.org/redoc#tag/~1flows~1{flow_id}~1run/post
 */
struct RunActivityNotificationPolicy {
    Optional<StringList> status = {};  ///< "INACTIVE", "SUCCEEDED", "FAILED"; the service's default is "INACTIVE"
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(RunActivityNotificationPolicy, status, additional_fields);

    /// The document, for a member that takes a Json.
    operator Json() const { return globus::detail::json_of(to_json(*this)); }
};

}  // namespace globus::flows

#endif  // GLOBUS_SERVICES_FLOWS_PAYLOADS_HPP
