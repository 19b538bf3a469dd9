// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_OPERATIONS_HPP
#define GLOBUS_SERVICES_FLOWS_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/services/flows/answers.hpp>
#include <globus/services/flows/payloads.hpp>

#include <cstdint>
#include <string>

// The operations of Globus Flows. https://docs.globus.org/api/flows/

namespace globus {
struct FlowsService;
struct SpecificFlowService;
}  // namespace globus

namespace globus::flows {

// Flows

/// Creates a flow. POST /flows
/// It is not repeated after a lost answer, because that could make two flows.
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows/post
struct CreateFlow {
    using service = FlowsService;
    using result = Flow;
    static constexpr auto route = post("/flows");
    Required<std::string> title;                          ///< for people, 1 to 128 characters
    Required<Json> definition;                            ///< states and what leads from one to the next
    Required<Json> input_schema;                          ///< the JSON Schema that a run's body has to meet
    Optional<std::string> subtitle = {};                  ///< what the flow is for, at most 128 characters
    Optional<std::string> description = {};               ///< at most 4096 characters
    Optional<StringList> flow_viewers = {};               ///< or "public"
    Optional<StringList> flow_starters = {};              ///< or "all_authenticated_users"
    Optional<StringList> flow_administrators = {};        ///< URNs of those who may change and delete the flow
    Optional<StringList> run_managers = {};               ///< URNs of those who may manage every run of the flow
    Optional<StringList> run_monitors = {};               ///< URNs of those who may see every run of the flow
    Optional<StringList> keywords = {};                   ///< by which people can find it, at most 1024
    Optional<std::string> subscription_id = {};           ///< that it is managed under
    Optional<std::string> authentication_policy_id = {};  ///< of a high assurance policy; it needs a subscription
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(
        in_json("title"), in_json("definition"), in_json("input_schema"), in_json("subtitle"), in_json("description"),
        in_json("flow_viewers"), in_json("flow_starters"), in_json("flow_administrators"), in_json("run_managers"),
        in_json("run_monitors"), in_json("keywords"), in_json("subscription_id"), in_json("authentication_policy_id"));
    GLOBUS_MEMBERS(CreateFlow, title, definition, input_schema, subtitle, description, flow_viewers, flow_starters,
                   flow_administrators, run_managers, run_monitors, keywords, subscription_id, authentication_policy_id,
                   additional_fields);
};

/// Reads a flow. GET /flows/{flow_id}
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1{flow_id}/get
struct GetFlow {
    using service = FlowsService;
    using result = Flow;
    static constexpr auto route = get("/flows/{flow_id}");
    Required<std::string> flow_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetFlow, flow_id, query_params);
};

/// Lists the flows that the caller may see. Paginated. GET /flows
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows/get
struct ListFlows {
    using service = FlowsService;
    using result = FlowPage;
    static constexpr auto route = get("/flows");
    static constexpr Paging paging{PagingStyle::marker, "flows", "marker"};
    /// Only flows on which the caller has one of these: "flow_owner", "flow_administrators", "flow_starters",
    /// "flow_viewers", "run_managers", "run_monitors".
    Optional<StringList> filter_roles = {};
    Optional<std::string> filter_fulltext = {};  ///< words of the title, subtitle, description, keywords or owner
    Optional<StringList> orderby = {};           ///< as in "title ASC"
    Optional<std::string> marker = {};           ///< the previous page's
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("orderby", Spelling::repeat));
    GLOBUS_MEMBERS(ListFlows, filter_roles, filter_fulltext, orderby, marker, query_params);
};

/// Changes what is given of a flow; the rest stays as it is. PUT /flows/{flow_id}
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1{flow_id}/put
struct UpdateFlow {
    using service = FlowsService;
    using result = Flow;
    static constexpr auto route = put("/flows/{flow_id}");
    Required<std::string> flow_id;
    Optional<std::string> title = {};                     ///< for people, 1 to 128 characters
    Optional<Json> definition = {};                       ///< states and what leads from one to the next
    Optional<Json> input_schema = {};                     ///< the JSON Schema that a run's body has to meet
    Optional<std::string> subtitle = {};                  ///< what the flow is for, at most 128 characters
    Optional<std::string> description = {};               ///< at most 4096 characters
    Optional<std::string> flow_owner = {};                ///< an administrator who takes the flow over
    Optional<StringList> flow_viewers = {};               ///< URNs, or "public"
    Optional<StringList> flow_starters = {};              ///< URNs, or "all_authenticated_users"
    Optional<StringList> flow_administrators = {};        ///< URNs of those who may change and delete the flow
    Optional<StringList> run_managers = {};               ///< URNs of those who may manage every run of the flow
    Optional<StringList> run_monitors = {};               ///< URNs of those who may see every run of the flow
    Optional<StringList> keywords = {};                   ///< by which people can find it, at most 1024
    Optional<std::string> subscription_id = {};           ///< or "DEFAULT"
    Optional<std::string> authentication_policy_id = {};  ///< of a high assurance policy; it needs a subscription
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("title"), in_json("definition"), in_json("input_schema"), in_json("subtitle"),
              in_json("description"), in_json("flow_owner"), in_json("flow_viewers"), in_json("flow_starters"),
              in_json("flow_administrators"), in_json("run_managers"), in_json("run_monitors"), in_json("keywords"),
              in_json("subscription_id"), in_json("authentication_policy_id"));
    GLOBUS_MEMBERS(UpdateFlow, flow_id, title, definition, input_schema, subtitle, description, flow_owner,
                   flow_viewers, flow_starters, flow_administrators, run_managers, run_monitors, keywords,
                   subscription_id, authentication_policy_id, additional_fields);
};

/// Deletes a flow; answers with what it was. Its runs stay. DELETE /flows/{flow_id}
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1{flow_id}/delete
struct DeleteFlow {
    using service = FlowsService;
    using result = Flow;
    static constexpr auto route = delete_("/flows/{flow_id}");
    Required<std::string> flow_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteFlow, flow_id, query_params);
};

/// Checks a definition and lists the scopes that it needs; nothing is made. POST /flows/validate
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1validate/post
struct ValidateFlow {
    using service = FlowsService;
    using result = FlowValidation;
    static constexpr auto route = post("/flows/validate");
    static constexpr RetryClass retry = RetryClass::read;
    Required<Json> definition;         ///< states and what leads from one to the next
    Optional<Json> input_schema = {};  ///< the JSON Schema that a run's body has to meet
    static constexpr auto wire = wires(in_json("definition"), in_json("input_schema"));
    GLOBUS_MEMBERS(ValidateFlow, definition, input_schema);
};

// Runs

/// Lists the runs that the caller may see. Paginated. GET /runs
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs/get
struct ListRuns {
    using service = FlowsService;
    using result = RunPage;
    static constexpr auto route = get("/runs");
    static constexpr Paging paging{PagingStyle::marker, "runs", "marker"};
    Optional<StringList> filter_flow_id = {};  ///< only runs of these flows
    /// Only runs on which the caller has one of these: "run_owner", "run_managers", "run_monitors",
    /// "flow_run_managers", "flow_run_monitors".
    Optional<StringList> filter_roles = {};
    Optional<std::string> marker = {};  ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListRuns, filter_flow_id, filter_roles, marker, query_params);
};

/// Lists what happened in a run. Paginated. GET /runs/{run_id}/log
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{action_id}~1log/get
struct GetRunLogs {
    using service = FlowsService;
    using result = RunLogPage;
    static constexpr auto route = get("/runs/{run_id}/log");
    static constexpr Paging paging{PagingStyle::marker, "entries", "marker"};
    Required<std::string> run_id;
    Optional<std::int64_t> limit = {};  ///< of a page
    Optional<bool> reverse_order = {};  ///< the latest first
    Optional<std::string> marker = {};  ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRunLogs, run_id, limit, reverse_order, marker, query_params);
};

/// Reads a run. GET /runs/{run_id}
/// https://flows.globus.org/redoc#tag/Flows/paths/~1runs~1{run_id}/get
struct GetRun {
    using service = FlowsService;
    using result = Run;
    static constexpr auto route = get("/runs/{run_id}");
    Required<std::string> run_id;
    Optional<bool> include_flow_description = {};  ///< the flow's title, subtitle, description and keywords as well
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRun, run_id, include_flow_description, query_params);
};

/// Reads the definition and input schema that a run began with. GET /runs/{run_id}/definition
/// https://flows.globus.org/redoc#tag/Flows/paths/~1runs~1{run_id}~1definition/get
struct GetRunDefinition {
    using service = FlowsService;
    using result = RunDefinition;
    static constexpr auto route = get("/runs/{run_id}/definition");
    Required<std::string> run_id;
    GLOBUS_MEMBERS(GetRunDefinition, run_id);
};

/// Cancels a run; one that has ended stays as it is. POST /runs/{run_id}/cancel
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{run_id}~1cancel/post
struct CancelRun {
    using service = FlowsService;
    using result = Run;
    static constexpr auto route = post("/runs/{run_id}/cancel");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> run_id;
    GLOBUS_MEMBERS(CancelRun, run_id);
};

/// Changes a run's label, tags, monitors and managers, where they are given. PUT /runs/{run_id}
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{run_id}/put
struct UpdateRun {
    using service = FlowsService;
    using result = Run;
    static constexpr auto route = put("/runs/{run_id}");
    Required<std::string> run_id;
    Optional<std::string> label = {};        ///< for people
    Optional<StringList> tags = {};          ///< by which people can find it; leading and trailing blanks are removed
    Optional<StringList> run_monitors = {};  ///< URNs of those who may see the run, besides its owner
    Optional<StringList> run_managers = {};  ///< URNs of those who may manage the run, besides its owner
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("label"), in_json("tags"), in_json("run_monitors"), in_json("run_managers"));
    GLOBUS_MEMBERS(UpdateRun, run_id, label, tags, run_monitors, run_managers, additional_fields);
};

/// Deletes a run that has ended, and its log. POST /runs/{run_id}/release
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{run_id}~1release/post
struct DeleteRun {
    using service = FlowsService;
    using result = Run;
    static constexpr auto route = post("/runs/{run_id}/release");
    Required<std::string> run_id;
    GLOBUS_MEMBERS(DeleteRun, run_id);
};

// Registered APIs

/// Reads a registered API. GET /registered_apis/{registered_api_id}
/// https://flows.globus.org/redoc#tag/Registered-APIs
struct GetRegisteredApi {
    using service = FlowsService;
    using result = RegisteredApi;
    static constexpr auto route = get("/registered_apis/{registered_api_id}");
    Required<std::string> registered_api_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRegisteredApi, registered_api_id, query_params);
};

/// Lists the registered APIs that the caller may see. Paginated. GET /registered_apis
/// https://flows.globus.org/redoc#tag/Registered-APIs
struct ListRegisteredApis {
    using service = FlowsService;
    using result = RegisteredApiPage;
    static constexpr auto route = get("/registered_apis");
    static constexpr Paging paging{PagingStyle::marker, "registered_apis", "marker"};
    Optional<StringList> filter_roles = {};  ///< "owner", "administrator", "viewer"
    Optional<StringList> orderby = {};       ///< as in "name ASC"
    Optional<std::int64_t> per_page = {};    ///< at most this many per page
    Optional<std::string> marker = {};       ///< the previous page's
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("orderby", Spelling::repeat));
    GLOBUS_MEMBERS(ListRegisteredApis, filter_roles, orderby, per_page, marker, query_params);
};

// Web inputs

/// Lists the questions of runs that the caller may see or answer. Paginated. GET /web_inputs
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs/get
struct ListWebInputs {
    using service = FlowsService;
    using result = WebInputPage;
    static constexpr auto route = get("/web_inputs");
    static constexpr Paging paging{PagingStyle::nullable_marker, "web_input_summaries", "marker"};
    Optional<StringList> filter_roles = {};     ///< "viewer", "respondent"
    Optional<StringList> filter_states = {};    ///< "open", "closed"
    Optional<StringList> filter_flow_ids = {};  ///< only those of runs of these flows
    Optional<StringList> filter_run_ids = {};   ///< only those of these runs
    Optional<StringList> orderby = {};          ///< as in "created_timestamp DESC"
    Optional<std::int64_t> per_page = {};       ///< at most this many per page
    Optional<std::string> marker = {};          ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListWebInputs, filter_roles, filter_states, filter_flow_ids, filter_run_ids, orderby, per_page,
                   marker, query_params);
};

/// Reads a question of a run. GET /web_inputs/{web_input_id}
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}/get
struct GetWebInput {
    using service = FlowsService;
    using result = WebInput;
    static constexpr auto route = get("/web_inputs/{web_input_id}");
    Required<std::string> web_input_id;
    GLOBUS_MEMBERS(GetWebInput, web_input_id);
};

/// Answers a question of a run, which then goes on. POST /web_inputs/{web_input_id}/respond
/// It is not repeated after a lost answer, because the first one has closed the question.
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}~1respond/post
struct RespondToWebInput {
    using service = FlowsService;
    using result = WebInputResponse;
    static constexpr auto route = post("/web_inputs/{web_input_id}/respond");
    Required<std::string> web_input_id;
    Required<Json> value;  ///< of the shape that the web input's schema asks for, such as an option's id
    static constexpr auto wire = wires(in_json("value", "response/value"));
    GLOBUS_MEMBERS(RespondToWebInput, web_input_id, value);
};

// One flow

/// Starts a run of the flow. POST /flows/{flow_id}/run
/// It is not repeated after a lost answer, because that could start two runs: `list_runs` shows whether there is one.
/// https://flows.globus.org/redoc#tag/~1flows~1{flow_id}~1run/post
struct RunFlow {
    using service = SpecificFlowService;
    using result = Run;
    static constexpr auto route = post("/flows/{flow_id}/run");
    Required<Json> body;               ///< the run's input, of the shape that the flow's input_schema asks for
    Optional<std::string> label = {};  ///< for people
    Optional<StringList> tags = {};    ///< by which people can find it; leading and trailing blanks are removed
    Optional<Json> activity_notification_policy = {};  ///< a RunActivityNotificationPolicy
    Optional<StringList> run_monitors = {};            ///< URNs of those who may see the run, besides its owner
    Optional<StringList> run_managers = {};            ///< URNs of those who may manage the run, besides its owner
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("body"), in_json("label"), in_json("tags"), in_json("activity_notification_policy"),
              in_json("run_monitors"), in_json("run_managers"));
    GLOBUS_MEMBERS(RunFlow, body, label, tags, activity_notification_policy, run_monitors, run_managers,
                   additional_fields);
};

/// Resumes an inactive run, as after a consent was given. POST /runs/{run_id}/resume
/// https://flows.globus.org/redoc#tag/Runs/paths/~1flows~1{flow_id}~1runs~1{run_id}~1resume/post
struct ResumeRun {
    using service = SpecificFlowService;
    using result = Run;
    static constexpr auto route = post("/runs/{run_id}/resume");
    Required<std::string> run_id;
    GLOBUS_MEMBERS(ResumeRun, run_id);
};

/// Checks the input of a run without starting it. POST /flows/{flow_id}/validate_run
/// https://flows.globus.org/redoc#tag/Runs
struct ValidateRun {
    using service = SpecificFlowService;
    using result = RunValidation;
    static constexpr auto route = post("/flows/{flow_id}/validate_run");
    static constexpr RetryClass retry = RetryClass::read;
    Required<Json> body;                     ///< the run's input, of the shape that the flow's input_schema asks for
    Optional<std::string> label = {};        ///< for people
    Optional<StringList> tags = {};          ///< by which people can find it; leading and trailing blanks are removed
    Optional<StringList> run_monitors = {};  ///< URNs of those who may see the run, besides its owner
    Optional<StringList> run_managers = {};  ///< URNs of those who may manage the run, besides its owner
    Optional<Json> activity_notification_policy = {};  ///< a RunActivityNotificationPolicy
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(in_json("body"), in_json("label"), in_json("tags"), in_json("run_monitors"),
                                       in_json("run_managers"), in_json("activity_notification_policy"));
    GLOBUS_MEMBERS(ValidateRun, body, label, tags, run_monitors, run_managers, activity_notification_policy,
                   additional_fields);
};

}  // namespace globus::flows

#endif  // GLOBUS_SERVICES_FLOWS_OPERATIONS_HPP
