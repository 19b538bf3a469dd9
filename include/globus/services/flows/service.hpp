// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_SERVICE_HPP
#define GLOBUS_SERVICES_FLOWS_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/flows/errors.hpp>
#include <globus/services/flows/operations.hpp>
#include <globus/services/flows/run_wait.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

using flows::RunActivityNotificationPolicy;

/**
 * Globus Flows: flows, their runs, and what runs ask of people. A SpecificFlowService starts a flow.
 *
 *     Client<FlowsService, AccessTokenPolicy> client{token};
 *     for (flows::Run const& run : client.paginate(flows::ListRuns{})) ...
 *
 * https://docs.globus.org/api/flows/
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for, and
 * `additional_fields` members of the document; ids are UUIDs as text, people and groups are URNs
 * ("urn:globus:auth:identity:...").
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; FlowsApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct FlowsService {
    static constexpr std::string_view name = "flows";
    static constexpr std::string_view resource_server = "flows.globus.org";
    using scopes = FlowsScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::all};
    using error = FlowsApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, flows::CreateFlow, flows::GetFlow, flows::ListFlows, flows::UpdateFlow,
                                  flows::DeleteFlow, flows::ValidateFlow, flows::ListRuns, flows::GetRunLogs,
                                  flows::GetRun, flows::GetRunDefinition, flows::CancelRun, flows::UpdateRun,
                                  flows::DeleteRun, flows::GetRegisteredApi, flows::ListRegisteredApis,
                                  flows::ListWebInputs, flows::GetWebInput, flows::RespondToWebInput>();
    }

    template <class Client>
    struct Operations;
};

/// The operations of Flows as member functions of its Client.
template <class Client>
struct FlowsService::Operations {
    /// @copydoc flows::CreateFlow
    Response<flows::Flow> create_flow(flows::CreateFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetFlow
    Response<flows::Flow> get_flow(flows::GetFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ListFlows
    Response<flows::FlowPage> list_flows(flows::ListFlows op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::UpdateFlow
    Response<flows::Flow> update_flow(flows::UpdateFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::DeleteFlow
    Response<flows::Flow> delete_flow(flows::DeleteFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ValidateFlow
    Response<flows::FlowValidation> validate_flow(flows::ValidateFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ListRuns
    Response<flows::RunPage> list_runs(flows::ListRuns op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetRunLogs
    Response<flows::RunLogPage> get_run_logs(flows::GetRunLogs op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetRun
    Response<flows::Run> get_run(flows::GetRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetRunDefinition
    Response<flows::RunDefinition> get_run_definition(flows::GetRunDefinition op,
                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::CancelRun
    Response<flows::Run> cancel_run(flows::CancelRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::UpdateRun
    Response<flows::Run> update_run(flows::UpdateRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::DeleteRun
    Response<flows::Run> delete_run(flows::DeleteRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetRegisteredApi
    Response<flows::RegisteredApi> get_registered_api(flows::GetRegisteredApi op,
                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ListRegisteredApis
    Response<flows::RegisteredApiPage> list_registered_apis(flows::ListRegisteredApis op = {},
                                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ListWebInputs
    Response<flows::WebInputPage> list_web_inputs(flows::ListWebInputs op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetWebInput
    Response<flows::WebInput> get_web_input(flows::GetWebInput op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::RespondToWebInput
    Response<flows::WebInputResponse> respond_to_web_input(flows::RespondToWebInput op,
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * Waits until a run has ended or needs its user, or time runs out.
     *
     *     auto const verdict = client.run_wait({.run_id = run->run_id, .timeout = 2h});
     *     if (!verdict.succeeded()) explain(verdict.run);
     *
     * A look may fail for a passing reason (a lost connection, a 503); the next one makes up for it.
     *
     * @param options  for each request; `deadline` ends the wait, too, and `stop` cancels it within 100 ms
     * @throws UsageError     for a time-out or polling_interval below 10 ms
     * @throws NetworkError   cancelled, by `stop` or the client's destruction; the last look's error, if none succeeded
     * @throws FlowsApiError  if the run does not exist or may not be read
     */
    flows::RunVerdict run_wait(flows::RunWait wait, CallOptions const& options = {}) const {
        return detail::wait_by(self(), detail::RunWatch(std::move(wait)), options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

/**
 * One flow of Globus Flows. Running it takes a token for that flow, not for the service.
 *
 *     Client<SpecificFlowService, AccessTokenPolicy> flow{SpecificFlowService{flow_id}, token};
 *     auto run = flow.run_flow({.body = {{"source", "/~/a"}, {"target", "/~/b"}}, .label = "nightly"});
 *
 * The token is for the resource server `flow_id`, with the scope `scopes().user()`.
 * https://docs.globus.org/api/flows/
 *
 * What its operations have in common: `additional_fields` takes members of the document that an operation has no member
 * for; people and groups are URNs.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; FlowsApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct SpecificFlowService {
    static constexpr std::string_view name = "flows";
    using error = FlowsApiError;
    using credential = BearerCredential;
    /// The parts of paths that come from the service, not from the operation.
    static constexpr std::array<std::string_view, 1> route_members{"flow_id"};

    Required<std::string> flow_id;

    [[nodiscard]] std::string const& resource_server() const noexcept { return *flow_id; }
    /// The scopes of the flow.
    [[nodiscard]] SpecificFlowScopes scopes() const { return SpecificFlowScopes(*flow_id); }
    /// The scopes that a client of an app asks for: the one for starting, resuming and validating runs of the flow.
    [[nodiscard]] std::array<std::string, 1> default_scopes() const { return {scopes().user()}; }
    /// The value that the service gives to paths: its flow_id.
    [[nodiscard]] std::string route_value(std::string_view) const { return *flow_id; }

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, flows::RunFlow, flows::ResumeRun, flows::ValidateRun>();
    }

    template <class Client>
    struct Operations;
};

/// The operations of one flow as member functions of its Client.
template <class Client>
struct SpecificFlowService::Operations {
    /// @copydoc flows::RunFlow
    Response<flows::Run> run_flow(flows::RunFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ResumeRun
    Response<flows::Run> resume_run(flows::ResumeRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ValidateRun
    Response<flows::RunValidation> validate_run(flows::ValidateRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /// Tells the app of this client that the flow moves files of mapped collections, so that a login asks for their
    /// data_access scope. It returns the client.
    /// @throws UsageError  for an id that is not a UUID
    Client const& add_app_transfer_data_access_scope(StringList const& collection_ids) const {
        return self().add_app_scope(flow_scope_with_data_access(self().service().scopes(), collection_ids));
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_SERVICE_HPP
