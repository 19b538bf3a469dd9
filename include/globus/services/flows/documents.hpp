// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_DOCUMENTS_HPP
#define GLOBUS_SERVICES_FLOWS_DOCUMENTS_HPP

#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What Globus Flows answers. Members bear the service's names; https://flows.globus.org/redoc says what they mean.
// Times are ISO 8601, people and groups are URNs.

namespace globus::flows {

/// A flow: a definition that can be run, and who may see, start and change it.
struct Flow {
    Optional<std::string> id = {};
    Optional<std::string> title = {};
    Optional<std::string> subtitle = {};
    Optional<std::string> description = {};
    Optional<std::vector<std::string>> keywords = {};
    Optional<Json> definition = {};    ///< states and what leads from one to the next
    Optional<Json> input_schema = {};  ///< the JSON Schema that a run's body has to meet
    Optional<std::string> globus_auth_scope = {};
    Optional<std::string> globus_auth_username = {};
    Optional<std::string> principal_urn = {};  ///< the flow itself, as an identity
    Optional<std::string> flow_owner = {};
    Optional<std::vector<std::string>> flow_viewers = {};   ///< or "public"
    Optional<std::vector<std::string>> flow_starters = {};  ///< or "all_authenticated_users"
    Optional<std::vector<std::string>> flow_administrators = {};
    Optional<std::vector<std::string>> visible_to = {};       ///< the older name of flow_viewers
    Optional<std::vector<std::string>> runnable_by = {};      ///< the older name of flow_starters
    Optional<std::vector<std::string>> administered_by = {};  ///< the older name of flow_administrators
    Optional<std::vector<std::string>> run_managers = {};
    Optional<std::vector<std::string>> run_monitors = {};
    Optional<std::string> user_role = {};  ///< the caller's, as in "flow_starter"
    Optional<std::string> created_by = {};
    Optional<std::string> created_at = {};
    Optional<std::string> updated_at = {};
    Optional<std::string> deleted_at = {};
    Optional<bool> deleted = {};  ///< `DELETED` on the wire: the flow is no more
    Optional<std::string> subscription_id = {};
    Optional<std::string> authentication_policy_id = {};
    Optional<std::string> flow_url = {};
    Optional<std::string> action_url = {};
    Optional<std::string> api_version = {};
    Optional<std::vector<std::string>> types = {};
    Optional<bool> synchronous = {};
    Optional<bool> log_supported = {};
    static constexpr auto wire = wires(rename("deleted", "DELETED"));
    GLOBUS_MEMBERS(Flow, id, title, subtitle, description, keywords, definition, input_schema, globus_auth_scope,
                   globus_auth_username, principal_urn, flow_owner, flow_viewers, flow_starters, flow_administrators,
                   visible_to, runnable_by, administered_by, run_managers, run_monitors, user_role, created_by,
                   created_at, updated_at, deleted_at, deleted, subscription_id, authentication_policy_id, flow_url,
                   action_url, api_version, types, synchronous, log_supported);
};

/// A page of flows.
struct FlowPage {
    std::vector<Flow> flows = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(FlowPage, flows, limit, has_next_page, marker);
};

/// A definition that is valid: the scopes that it needs, by whose they are.
struct FlowValidation {
    Optional<std::map<std::string, std::vector<std::string>>> scopes = {};
    GLOBUS_MEMBERS(FlowValidation, scopes);
};

/// What happens in a run now, or how it ended.
struct RunDetails {
    Optional<std::string> code = {};  ///< as in "FlowSucceeded", "ActionUnableToRun"
    Optional<std::string> description = {};
    Optional<std::string> time = {};
    Optional<Json> details = {};
    Optional<Json> input = {};
    Optional<Json> output = {};  ///< what the states have left, by name
    GLOBUS_MEMBERS(RunDetails, code, description, time, details, input, output);
};

/// The flow of a run, as it was when the run began; comes only if it was asked for.
struct FlowDescription {
    Optional<std::string> title = {};
    Optional<std::string> subtitle = {};
    Optional<std::string> description = {};
    Optional<std::vector<std::string>> keywords = {};
    GLOBUS_MEMBERS(FlowDescription, title, subtitle, description, keywords);
};

/// A run of a flow.
struct Run {
    Optional<std::string> run_id = {};
    Optional<std::string> flow_id = {};
    Optional<std::string> flow_title = {};
    Optional<std::string> flow_last_updated = {};
    Optional<FlowDescription> flow_description = {};
    Optional<std::string> status = {};  ///< "ACTIVE", "INACTIVE" (it waits to be resumed), "SUCCEEDED" or "FAILED"
    Optional<std::string> display_status = {};
    Optional<RunDetails> details = {};
    Optional<std::string> label = {};
    Optional<std::vector<std::string>> tags = {};
    Optional<std::string> start_time = {};
    Optional<std::string> completion_time = {};
    Optional<std::string> created_by = {};
    Optional<std::string> run_owner = {};
    Optional<std::vector<std::string>> run_managers = {};
    Optional<std::vector<std::string>> run_monitors = {};
    Optional<std::string> user_role = {};                ///< the caller's, as in "run_owner"
    Optional<std::string> action_id = {};                ///< the same as run_id
    Optional<std::vector<std::string>> manage_by = {};   ///< the older name of run_managers
    Optional<std::vector<std::string>> monitor_by = {};  ///< the older name of run_monitors
    Optional<Json> search = {};                          ///< the task that puts the run into an index
    GLOBUS_MEMBERS(Run, run_id, flow_id, flow_title, flow_last_updated, flow_description, status, display_status,
                   details, label, tags, start_time, completion_time, created_by, run_owner, run_managers, run_monitors,
                   user_role, action_id, manage_by, monitor_by, search);
};

/// A page of runs.
struct RunPage {
    std::vector<Run> runs = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(RunPage, runs, limit, has_next_page, marker);
};

/// Something that happened in a run.
struct RunLogEntry {
    Optional<std::string> time = {};
    Optional<std::string> code = {};  ///< as in "FlowStarted", "ActionCompleted"
    Optional<std::string> description = {};
    Optional<Json> details = {};
    GLOBUS_MEMBERS(RunLogEntry, time, code, description, details);
};

/// A page of what happened in a run.
struct RunLogPage {
    std::vector<RunLogEntry> entries = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(RunLogPage, entries, limit, has_next_page, marker);
};

/// The definition that a run follows, as the flow's was when the run began.
struct RunDefinition {
    Optional<std::string> flow_id = {};
    Optional<Json> definition = {};
    Optional<Json> input_schema = {};
    GLOBUS_MEMBERS(RunDefinition, flow_id, definition, input_schema);
};

/// A body that a flow would accept.
struct RunValidation {
    Optional<std::string> message = {};
    GLOBUS_MEMBERS(RunValidation, message);
};

/// Who may do what with a registered API.
struct RegisteredApiRoles {
    Optional<std::vector<std::string>> owners = {};
    Optional<std::vector<std::string>> administrators = {};
    Optional<std::vector<std::string>> viewers = {};
    GLOBUS_MEMBERS(RegisteredApiRoles, owners, administrators, viewers);
};

/// A web API that flows can call. Lists have the id, name, description and times only.
struct RegisteredApi {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> description = {};
    Optional<std::string> status = {};  ///< as in "ACTIVE"
    Optional<RegisteredApiRoles> roles = {};
    Optional<Json> target = {};              ///< the OpenAPI operation that is called
    Optional<Json> data_templates = {};      ///< how a state's data becomes a request, and an answer the state's data
    Optional<Json> state_input_schema = {};  ///< the JSON Schema of a state's data
    Optional<std::string> subscription_id = {};
    Optional<std::string> created_timestamp = {};
    Optional<std::string> edited_timestamp = {};
    Optional<std::string> updated_timestamp = {};
    Optional<std::string> scheduled_deletion_timestamp = {};
    GLOBUS_MEMBERS(RegisteredApi, id, name, description, status, roles, target, data_templates, state_input_schema,
                   subscription_id, created_timestamp, edited_timestamp, updated_timestamp,
                   scheduled_deletion_timestamp);
};

/// A page of registered APIs.
struct RegisteredApiPage {
    std::vector<RegisteredApi> registered_apis = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(RegisteredApiPage, registered_apis, limit, has_next_page, marker);
};

/// The flow that a web input belongs to.
struct WebInputFlow {
    Optional<std::string> id = {};
    Optional<std::string> title = {};
    GLOBUS_MEMBERS(WebInputFlow, id, title);
};

/// The run that waits for a web input.
struct WebInputRun {
    Optional<std::string> id = {};
    Optional<std::string> label = {};
    GLOBUS_MEMBERS(WebInputRun, id, label);
};

/// Who may see and who may answer a web input.
struct WebInputRoles {
    Optional<std::vector<std::string>> viewer_urns = {};
    Optional<std::vector<std::string>> respondent_urns = {};
    GLOBUS_MEMBERS(WebInputRoles, viewer_urns, respondent_urns);
};

/// One of the answers that a web input offers.
struct WebInputOption {
    Optional<std::string> option_id = {};  ///< the value to respond with
    Optional<std::string> label = {};
    Optional<std::string> description = {};
    GLOBUS_MEMBERS(WebInputOption, option_id, label, description);
};

/// A question of a run that waits for somebody's answer.
struct WebInput {
    Optional<std::string> id = {};
    Optional<std::string> status = {};                   ///< "open" or "closed"
    Optional<std::vector<std::string>> user_roles = {};  ///< the caller's: "viewer", "respondent"
    Optional<std::string> input_type = {};               ///< as in "selection"
    Optional<Json> input_schema = {};                    ///< the JSON Schema that an answer has to meet
    Optional<Json> context = {};                         ///< title and text of the question
    Optional<std::vector<WebInputOption>> options = {};
    Optional<WebInputRoles> roles = {};
    Optional<std::string> creator_urn = {};
    Optional<WebInputFlow> flow = {};
    Optional<WebInputRun> run = {};
    Optional<std::string> created_timestamp = {};
    Optional<std::string> edited_timestamp = {};
    Optional<std::string> closed_timestamp = {};
    GLOBUS_MEMBERS(WebInput, id, status, user_roles, input_type, input_schema, context, options, roles, creator_urn,
                   flow, run, created_timestamp, edited_timestamp, closed_timestamp);
};

/// A web input as it stands in a list.
struct WebInputSummary {
    Optional<std::string> id = {};
    Optional<std::string> status = {};  ///< "open" or "closed"
    Optional<std::vector<std::string>> user_roles = {};
    Optional<std::string> input_type = {};
    Optional<std::string> title = {};
    Optional<WebInputFlow> flow = {};
    Optional<WebInputRun> run = {};
    Optional<std::string> created_timestamp = {};
    Optional<std::string> edited_timestamp = {};
    Optional<std::string> closed_timestamp = {};
    GLOBUS_MEMBERS(WebInputSummary, id, status, user_roles, input_type, title, flow, run, created_timestamp,
                   edited_timestamp, closed_timestamp);
};

/// A page of web inputs.
struct WebInputPage {
    std::vector<WebInputSummary> web_input_summaries = {};
    Optional<std::string> marker = {};  ///< null on the last page
    GLOBUS_MEMBERS(WebInputPage, web_input_summaries, marker);
};

/// An answer to a web input was taken.
struct WebInputResponse {
    Optional<std::string> status = {};
    GLOBUS_MEMBERS(WebInputResponse, status);
};

}  // namespace globus::flows

#endif  // GLOBUS_SERVICES_FLOWS_DOCUMENTS_HPP
