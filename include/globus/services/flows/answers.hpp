// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_ANSWERS_HPP
#define GLOBUS_SERVICES_FLOWS_ANSWERS_HPP

#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/flows/words.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What Globus Flows answers. Members have the service's names; https://flows.globus.org/redoc says what they mean.
// People and groups are URNs.

namespace globus::flows {

/// A flow: a definition that can be run, and who may see, start and change it.
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1{flow_id}/get
struct Flow {
    std::string id = {};                  ///< a UUID
    std::string title = {};               ///< for people
    Optional<std::string> subtitle = {};  ///< what the flow is for, in a few words
    Optional<std::string> description = {};
    std::vector<std::string> keywords = {};             ///< by which people can find it
    Optional<Json> definition = {};                     ///< states and what leads from one to the next
    Optional<Json> input_schema = {};                   ///< the JSON Schema that a run's body has to meet
    Optional<std::string> globus_auth_scope = {};       ///< the scope that starts the flow
    Optional<std::string> globus_auth_username = {};    ///< user name of the flow's own identity
    Optional<std::string> principal_urn = {};           ///< the flow itself, as an identity
    Optional<std::string> flow_owner = {};              ///< URN
    std::vector<std::string> flow_viewers = {};         ///< or "public"
    std::vector<std::string> flow_starters = {};        ///< or "all_authenticated_users"
    std::vector<std::string> flow_administrators = {};  ///< URNs of those who may change and delete the flow
    std::vector<std::string> visible_to = {};           ///< the older name of flow_viewers
    std::vector<std::string> runnable_by = {};          ///< the older name of flow_starters
    std::vector<std::string> administered_by = {};      ///< the older name of flow_administrators
    std::vector<std::string> run_managers = {};         ///< URNs of those who may manage every run of the flow
    std::vector<std::string> run_monitors = {};         ///< URNs of those who may see every run of the flow
    Optional<std::string> user_role = {};               ///< the caller's, as in "flow_starter"
    Optional<std::string> created_by = {};              ///< URN
    Optional<Timestamp> created_at = {};
    Optional<Timestamp> updated_at = {};
    Optional<Timestamp> deleted_at = {};                  ///< null for a flow that is there
    Optional<bool> deleted = {};                          ///< `DELETED` on the wire: the flow has been deleted
    Optional<std::string> subscription_id = {};           ///< that it is managed under; null for none
    Optional<std::string> authentication_policy_id = {};  ///< that users of the flow have to meet; null for none
    Optional<std::string> flow_url = {};                  ///< of this flow in the API
    Optional<std::string> action_url = {};                ///< at which other flows start this one
    Optional<std::string> api_version = {};               ///< of the action provider interface, as in "1.0"
    std::vector<std::string> types = {};                  ///< of the action provider interface, as in "Action"
    Optional<bool> synchronous = {};                      ///< false: a run goes on after its start has been answered
    Optional<bool> log_supported = {};                    ///< its runs have logs
    static constexpr auto wire = wires(rename("deleted", "DELETED"));
    GLOBUS_MEMBERS(Flow, id, title, subtitle, description, keywords, definition, input_schema, globus_auth_scope,
                   globus_auth_username, principal_urn, flow_owner, flow_viewers, flow_starters, flow_administrators,
                   visible_to, runnable_by, administered_by, run_managers, run_monitors, user_role, created_by,
                   created_at, updated_at, deleted_at, deleted, subscription_id, authentication_policy_id, flow_url,
                   action_url, api_version, types, synchronous, log_supported);
};

/// A page of flows. https://flows.globus.org/redoc#tag/Flows/paths/~1flows/get
struct FlowPage {
    std::vector<Flow> flows = {};
    Optional<std::int64_t> limit = {};  ///< of a page
    Optional<bool> has_next_page = {};  ///< there are more
    Optional<std::string> marker = {};  ///< for the next page
    static constexpr auto items = &FlowPage::flows;
    GLOBUS_MEMBERS(FlowPage, flows, limit, has_next_page, marker);
};

/// A definition that is valid: the scopes that it needs, by whose they are.
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1validate/post
struct FlowValidation {
    std::map<std::string, std::vector<std::string>> scopes = {};  ///< by the resource server's name
    GLOBUS_MEMBERS(FlowValidation, scopes);
};

/// What happens in a run now, or how it ended. https://flows.globus.org/redoc#tag/Flows/paths/~1runs~1{run_id}/get
struct RunDetails {
    Optional<std::string> code = {};  ///< as in "FlowSucceeded", "ActionUnableToRun"
    Optional<std::string> description = {};
    Optional<Timestamp> time = {};
    Optional<Json> details = {};  ///< of a form that depends on the code
    Optional<Json> input = {};    ///< of the state that the run is in
    Optional<Json> output = {};   ///< the states' outputs, by name
    GLOBUS_MEMBERS(RunDetails, code, description, time, details, input, output);
};

/// The flow of a run, as it was when the run began; it comes only on request.
/// https://flows.globus.org/redoc#tag/Flows/paths/~1runs~1{run_id}/get
struct FlowDescription {
    Optional<std::string> title = {};     ///< for people
    Optional<std::string> subtitle = {};  ///< what the flow is for, in a few words
    Optional<std::string> description = {};
    std::vector<std::string> keywords = {};  ///< by which people can find it
    GLOBUS_MEMBERS(FlowDescription, title, subtitle, description, keywords);
};

/// A run of a flow. https://flows.globus.org/redoc#tag/Flows/paths/~1runs~1{run_id}/get
struct Run {
    std::string run_id = {};
    Optional<std::string> flow_id = {};
    Optional<std::string> flow_title = {};  ///< as it is now
    Optional<Timestamp> flow_last_updated = {};
    Optional<FlowDescription> flow_description = {};  ///< by include_flow_description
    RunStatus status = {};
    Optional<std::string> display_status = {};  ///< the status for people
    Optional<RunDetails> details = {};
    Optional<std::string> label = {};    ///< for people
    std::vector<std::string> tags = {};  ///< by which people can find it
    Optional<Timestamp> start_time = {};
    Optional<Timestamp> completion_time = {};    ///< null until it has ended
    Optional<std::string> created_by = {};       ///< URN of the identity that started it
    Optional<std::string> run_owner = {};        ///< URN
    std::vector<std::string> run_managers = {};  ///< URNs of those who may manage the run
    std::vector<std::string> run_monitors = {};  ///< URNs of those who may see the run
    Optional<std::string> user_role = {};        ///< the caller's, as in "run_owner"
    Optional<std::string> action_id = {};        ///< the same as run_id
    std::vector<std::string> manage_by = {};     ///< the older name of run_managers
    std::vector<std::string> monitor_by = {};    ///< the older name of run_monitors
    Optional<Json> search = {};                  ///< the task that puts the run into an index
    GLOBUS_MEMBERS(Run, run_id, flow_id, flow_title, flow_last_updated, flow_description, status, display_status,
                   details, label, tags, start_time, completion_time, created_by, run_owner, run_managers, run_monitors,
                   user_role, action_id, manage_by, monitor_by, search);
};

/// A page of runs. https://flows.globus.org/redoc#tag/Runs/paths/~1runs/get
struct RunPage {
    std::vector<Run> runs = {};
    Optional<std::int64_t> limit = {};  ///< of a page
    Optional<bool> has_next_page = {};  ///< there are more
    Optional<std::string> marker = {};  ///< for the next page
    static constexpr auto items = &RunPage::runs;
    GLOBUS_MEMBERS(RunPage, runs, limit, has_next_page, marker);
};

/// Something that happened in a run. https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{action_id}~1log/get
struct RunLogEntry {
    Optional<Timestamp> time = {};
    Optional<std::string> code = {};  ///< as in "FlowStarted", "ActionCompleted"
    Optional<std::string> description = {};
    Optional<Json> details = {};  ///< of a form that depends on the code
    GLOBUS_MEMBERS(RunLogEntry, time, code, description, details);
};

/// A page of what happened in a run. https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{action_id}~1log/get
struct RunLogPage {
    std::vector<RunLogEntry> entries = {};
    Optional<std::int64_t> limit = {};  ///< of a page
    Optional<bool> has_next_page = {};  ///< there are more
    Optional<std::string> marker = {};  ///< for the next page
    static constexpr auto items = &RunLogPage::entries;
    GLOBUS_MEMBERS(RunLogPage, entries, limit, has_next_page, marker);
};

/// The definition that a run follows: the flow's when the run began.
/// https://flows.globus.org/redoc#tag/Flows/paths/~1runs~1{run_id}~1definition/get
struct RunDefinition {
    Optional<std::string> flow_id = {};
    Optional<Json> definition = {};    ///< states and what leads from one to the next
    Optional<Json> input_schema = {};  ///< the JSON Schema that the body had to meet
    GLOBUS_MEMBERS(RunDefinition, flow_id, definition, input_schema);
};

/// A body that a flow would accept. https://flows.globus.org/redoc#tag/Runs
struct RunValidation {
    Optional<std::string> message = {};
    GLOBUS_MEMBERS(RunValidation, message);
};

/// Who may do what with a registered API. https://flows.globus.org/redoc#tag/Registered-APIs
struct RegisteredApiRoles {
    std::vector<std::string> owners = {};          ///< URNs of those who may do anything with it
    std::vector<std::string> administrators = {};  ///< URNs of those who may change it
    std::vector<std::string> viewers = {};         ///< URNs of those who may see it
    GLOBUS_MEMBERS(RegisteredApiRoles, owners, administrators, viewers);
};

/// A web API that flows can call. Lists have only its id, name, description and times.
/// https://flows.globus.org/redoc#tag/Registered-APIs
struct RegisteredApi {
    std::string id = {};  ///< a UUID
    Optional<std::string> name = {};
    Optional<std::string> description = {};
    Optional<ApiStatus> status = {};
    Optional<RegisteredApiRoles> roles = {};
    Optional<Json> target = {};              ///< the OpenAPI operation that is called
    Optional<Json> data_templates = {};      ///< how a state's data becomes a request, and an answer the state's data
    Optional<Json> state_input_schema = {};  ///< the JSON Schema of a state's data
    Optional<std::string> subscription_id = {};  ///< that it is managed under; null for none
    Optional<Timestamp> created_timestamp = {};
    Optional<Timestamp> edited_timestamp = {};              ///< when somebody last changed it
    Optional<Timestamp> updated_timestamp = {};             ///< when any part of it last changed
    Optional<Timestamp> scheduled_deletion_timestamp = {};  ///< null unless it is to be deleted
    GLOBUS_MEMBERS(RegisteredApi, id, name, description, status, roles, target, data_templates, state_input_schema,
                   subscription_id, created_timestamp, edited_timestamp, updated_timestamp,
                   scheduled_deletion_timestamp);
};

/// A page of registered APIs. https://flows.globus.org/redoc#tag/Registered-APIs
struct RegisteredApiPage {
    std::vector<RegisteredApi> registered_apis = {};
    Optional<std::int64_t> limit = {};  ///< of a page
    Optional<bool> has_next_page = {};  ///< there are more
    Optional<std::string> marker = {};  ///< for the next page
    static constexpr auto items = &RegisteredApiPage::registered_apis;
    GLOBUS_MEMBERS(RegisteredApiPage, registered_apis, limit, has_next_page, marker);
};

/// The flow that a web input belongs to.
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}/get
struct WebInputFlow {
    Optional<std::string> id = {};     ///< a UUID
    Optional<std::string> title = {};  ///< for people
    GLOBUS_MEMBERS(WebInputFlow, id, title);
};

/// The run that waits for a web input.
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}/get
struct WebInputRun {
    Optional<std::string> id = {};     ///< a UUID
    Optional<std::string> label = {};  ///< for people
    GLOBUS_MEMBERS(WebInputRun, id, label);
};

/// Who may see and who may answer a web input.
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}/get
struct WebInputRoles {
    std::vector<std::string> viewer_urns = {};      ///< of those who may see it
    std::vector<std::string> respondent_urns = {};  ///< of those who may answer it
    GLOBUS_MEMBERS(WebInputRoles, viewer_urns, respondent_urns);
};

/// One of the answers that a web input offers.
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}/get
struct WebInputOption {
    Optional<std::string> option_id = {};  ///< the value to respond with
    Optional<std::string> label = {};      ///< for people
    Optional<std::string> description = {};
    GLOBUS_MEMBERS(WebInputOption, option_id, label, description);
};

/// A question of a run that waits for somebody's answer.
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}/get
struct WebInput {
    Optional<std::string> id = {};  ///< a UUID
    Optional<WebInputStatus> status = {};
    std::vector<std::string> user_roles = {};  ///< the caller's: "viewer", "respondent"
    Optional<std::string> input_type = {};     ///< as in "selection"
    Optional<Json> input_schema = {};          ///< the JSON Schema that an answer has to meet
    Optional<Json> context = {};               ///< title and text of the question
    std::vector<WebInputOption> options = {};  ///< to choose from; null where the answer is not a choice
    Optional<WebInputRoles> roles = {};
    Optional<std::string> creator_urn = {};  ///< of the run's owner, or whoever made it
    Optional<WebInputFlow> flow = {};
    Optional<WebInputRun> run = {};
    Optional<Timestamp> created_timestamp = {};
    Optional<Timestamp> edited_timestamp = {};  ///< when somebody last changed it
    Optional<Timestamp> closed_timestamp = {};  ///< null while it is open
    GLOBUS_MEMBERS(WebInput, id, status, user_roles, input_type, input_schema, context, options, roles, creator_urn,
                   flow, run, created_timestamp, edited_timestamp, closed_timestamp);
};

/// A web input as it appears in a list. https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs/get
struct WebInputSummary {
    Optional<std::string> id = {};  ///< a UUID
    Optional<WebInputStatus> status = {};
    std::vector<std::string> user_roles = {};  ///< the caller's: "viewer", "respondent"
    Optional<std::string> input_type = {};     ///< as in "selection"
    Optional<std::string> title = {};          ///< for people
    Optional<WebInputFlow> flow = {};
    Optional<WebInputRun> run = {};
    Optional<Timestamp> created_timestamp = {};
    Optional<Timestamp> edited_timestamp = {};  ///< when somebody last changed it
    Optional<Timestamp> closed_timestamp = {};  ///< null while it is open
    GLOBUS_MEMBERS(WebInputSummary, id, status, user_roles, input_type, title, flow, run, created_timestamp,
                   edited_timestamp, closed_timestamp);
};

/// A page of web inputs. https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs/get
struct WebInputPage {
    std::vector<WebInputSummary> web_input_summaries = {};
    Optional<std::string> marker = {};  ///< null on the last page
    static constexpr auto items = &WebInputPage::web_input_summaries;
    GLOBUS_MEMBERS(WebInputPage, web_input_summaries, marker);
};

/// An answer to a web input was taken.
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}~1respond/post
struct WebInputResponse {
    Optional<std::string> status = {};  ///< as in "ok"
    GLOBUS_MEMBERS(WebInputResponse, status);
};

}  // namespace globus::flows

#endif  // GLOBUS_SERVICES_FLOWS_ANSWERS_HPP
