// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_SERVICE_HPP
#define GLOBUS_SERVICES_TRANSFER_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/core/crypto.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/transfer/ensure_directory.hpp>
#include <globus/services/transfer/errors.hpp>
#include <globus/services/transfer/operations.hpp>
#include <globus/services/transfer/recursive_ls.hpp>
#include <globus/services/transfer/submission_file.hpp>
#include <globus/services/transfer/submissions.hpp>
#include <globus/services/transfer/task_wait.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

// Transfer is the most used service, so its operations and documents are visible in namespace globus itself. Those of
// other services are in namespaces of their own, as in globus::search::GetTask.
using namespace transfer;

namespace detail {

/// `Data` is what a submission takes: the typed document, or a Json of the same form.
template <class Data, class Typed>
concept Submittable = std::same_as<std::remove_cvref_t<Data>, Typed> || std::convertible_to<Data, Json>;

}  // namespace detail

/**
 * Globus Transfer: files, transfers between collections, and the tasks that do them.
 *
 *     Client<TransferService, AccessTokenPolicy> transfer{token};
 *
 * https://docs.globus.org/api/transfer/
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for; ids are
 * UUIDs as text; the paths in the operations' comments are relative to the API's version, such as /v0.10.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; TransferApiError for an error status; DecodeError for an answer that is
 * not what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its
 * own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct TransferService {
    static constexpr std::string_view name = "transfer";
    static constexpr std::string_view resource_server = "transfer.api.globus.org";
    using scopes = TransferScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::all};
    using error = TransferApiError;
    using credential = BearerCredential;

    /// True for a 502 that an endpoint behind the service caused; asking again at once is of no use.
    [[nodiscard]] static bool endpoint_trouble(ApiError const& error) { return detail::is_endpoint_error(error); }

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<
            Asked, GetEndpoint, UpdateEndpoint, DeleteEndpoint, EndpointSearch, SetSubscriptionId,
            SetSubscriptionAdminVerified, MyEffectivePauseRuleList, MySharedEndpointList, GetSharedEndpointList,
            CreateSharedEndpoint, EndpointServerList, GetEndpointServer, OperationLs, OperationStat, OperationMkdir,
            OperationRename, GetSubmissionId, SubmitTransfer, SubmitDelete, TaskList, TaskEventList, GetTask,
            UpdateTask, CancelTask, TaskPauseInfo, TaskSuccessfulTransfers, TaskSkippedErrors, EndpointRoleList,
            AddEndpointRole, GetEndpointRole, DeleteEndpointRole, EndpointAclList, GetEndpointAclRule,
            AddEndpointAclRule, UpdateEndpointAclRule, DeleteEndpointAclRule, BookmarkList, CreateBookmark, GetBookmark,
            UpdateBookmark, DeleteBookmark, EndpointManagerMonitoredEndpoints, EndpointManagerHostedEndpointList,
            EndpointManagerGetEndpoint, EndpointManagerAclList, EndpointManagerTaskList, EndpointManagerGetTask,
            EndpointManagerTaskEventList, EndpointManagerTaskPauseInfo, EndpointManagerTaskSuccessfulTransfers,
            EndpointManagerTaskSkippedErrors, EndpointManagerCancelTasks, EndpointManagerCancelStatus,
            EndpointManagerPauseTasks, EndpointManagerResumeTasks, EndpointManagerPauseRuleList,
            EndpointManagerCreatePauseRule, EndpointManagerGetPauseRule, EndpointManagerUpdatePauseRule,
            EndpointManagerDeletePauseRule, CreateTunnel, UpdateTunnel, GetTunnel, DeleteTunnel, ListTunnels,
            GetTunnelEvents, GetStreamAccessPoint>();
    }

    template <class Client>
    struct Operations;
};

/// The operations of Transfer as member functions of its Client.
template <class Client>
struct TransferService::Operations {
    // Endpoints and collections

    /// @copydoc transfer::GetEndpoint
    Response<Endpoint> get_endpoint(GetEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::UpdateEndpoint
    Response<EndpointResult> update_endpoint(UpdateEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteEndpoint
    Response<OperationResult> delete_endpoint(DeleteEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointSearch
    Response<EndpointList> endpoint_search(EndpointSearch op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::SetSubscriptionId
    Response<OperationResult> set_subscription_id(SetSubscriptionId op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::SetSubscriptionAdminVerified
    Response<OperationResult> set_subscription_admin_verified(SetSubscriptionAdminVerified op,
                                                              CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::MyEffectivePauseRuleList
    Response<PauseRulePage> my_effective_pause_rule_list(MyEffectivePauseRuleList op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::MySharedEndpointList
    Response<EndpointList> my_shared_endpoint_list(MySharedEndpointList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetSharedEndpointList
    Response<SharedEndpointPage> get_shared_endpoint_list(GetSharedEndpointList op,
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::CreateSharedEndpoint
    Response<EndpointResult> create_shared_endpoint(CreateSharedEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointServerList
    Response<EndpointServerPage> endpoint_server_list(EndpointServerList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetEndpointServer
    Response<EndpointServer> get_endpoint_server(GetEndpointServer op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    // Files and directories

    /// @copydoc transfer::OperationLs
    Response<FileList> operation_ls(OperationLs op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::OperationStat
    Response<File> operation_stat(OperationStat op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::OperationMkdir
    Response<OperationResult> operation_mkdir(OperationMkdir op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::OperationRename
    Response<OperationResult> operation_rename(OperationRename op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * Makes a directory and those above it that are missing; it succeeds if the directory already exists.
     *
     *     client.ensure_directory({.endpoint_id = id, .path = "/~/archive/2024/run1/"});
     *
     * Anything that exists under a directory's name is taken to be a directory.
     *
     * @return true if it made the directory, false if it was there
     * @throws TransferApiError  if a directory cannot be made, and what Client::send throws
     */
    bool ensure_directory(EnsureDirectory directory, CallOptions const& options = {}) const {
        auto const call = self().begin_call(options);
        return detail::ensure_directory(self(), directory, call.options());
    }

    /// All entries below a path, as a range; see RecursiveListing.
    RecursiveListing<Client> recursive_ls(RecursiveLs what, CallOptions options = {}) const& {
        return RecursiveListing<Client>(self(), std::move(what), std::move(options));
    }
    // clang-format off
    void recursive_ls(RecursiveLs what, CallOptions options = {}) const&& = delete;  // the range needs the client: give it a name that lives as long
    // clang-format on

    // Submissions and tasks

    /// @copydoc transfer::GetSubmissionId
    Response<SubmissionId> get_submission_id(GetSubmissionId op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskList
    Response<TaskPage> task_list(TaskList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskEventList
    Response<TaskEventPage> task_event_list(TaskEventList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetTask
    Response<Task> get_task(GetTask op, CallOptions const& options = {}) const { return self().send(op, options); }
    /// @copydoc transfer::UpdateTask
    Response<OperationResult> update_task(UpdateTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::CancelTask
    Response<OperationResult> cancel_task(CancelTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskPauseInfo
    Response<PauseInfo> task_pause_info(TaskPauseInfo op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskSuccessfulTransfers
    Response<SuccessfulTransferPage> task_successful_transfers(TaskSuccessfulTransfers op,
                                                               CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskSkippedErrors
    Response<SkippedErrorPage> task_skipped_errors(TaskSkippedErrors op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * Submits a transfer exactly once, however often it has to be sent.
     *
     *     TransferData data{.source_endpoint = here, .destination_endpoint = there};
     *     data.add_item({.source_path = "/~/run1/", .destination_path = "/archive/run1/", .recursive = true});
     *     auto accepted = client.submit_transfer(data);
     *
     * The submission id is fetched first if `data` has none, and is fixed from then on: when an answer is lost, the
     * same document is sent again, and the service answers "Duplicate" with the task that it already has. The id is in
     * `data` afterwards, and in every error (`submission_id(error)`): store it, so that a later run of the program
     * cannot submit twice. To submit the same transfer again on purpose, reset it.
     *
     * @param data  a TransferData, or a Json of the same form
     * @throws UsageError  for what TransferData::check refuses; nothing is sent then
     */
    template <class Data = TransferData>
        requires detail::Submittable<Data, TransferData>
    Response<SubmissionResult> submit_transfer(Data&& data, CallOptions const& options = {}) const {
        return submit<SubmitTransfer, TransferData>(std::forward<Data>(data), options);
    }
    /// Submits a deletion, exactly once; see submit_transfer.
    /// @param data  a DeleteData, or a Json of the same form
    template <class Data = DeleteData>
        requires detail::Submittable<Data, DeleteData>
    Response<SubmissionResult> submit_delete(Data&& data, CallOptions const& options = {}) const {
        return submit<SubmitDelete, DeleteData>(std::forward<Data>(data), options);
    }

    /**
     * Submits a transfer, or finds the task of the same transfer that an earlier start of the program has submitted with
     * the same file; see transfer::SubmissionFile.
     *
     *     SubmissionFile const file{"nightly.submission"};
     *     std::string const task_id = client.submit_or_resume(data, file);
     *     if (client.task_wait({.task_id = task_id, .timeout = 8h}).ended()) file.remove();
     *
     * If the service refuses a transfer that no earlier start has sent, the file is removed again. After any other error
     * it stays, and the next call goes on.
     *
     * @return the task's id
     * @throws UsageError  for what TransferData::check refuses, and if the file belongs to another transfer; nothing is
     *                     sent then
     * @throws Error       if the file cannot be read, or not be written before the transfer is sent; and what
     *                     submit_transfer throws
     */
    std::string submit_or_resume(TransferData data, SubmissionFile const& file, CallOptions const& options = {}) const {
        return resume<SubmitTransfer>(std::move(data), file, options);
    }
    /// The same for a deletion.
    std::string submit_or_resume(DeleteData data, SubmissionFile const& file, CallOptions const& options = {}) const {
        return resume<SubmitDelete>(std::move(data), file, options);
    }

    /**
     * Submits a transfer in parts of at most `max_items` items, one after the other, as a loop over the answers reaches
     * them; see transfer::Submissions.
     *
     * @throws UsageError  for what TransferData::check refuses, and if `max_items` is 0; nothing is sent then
     */
    transfer::Submissions<Client> submit_all(TransferData data, std::size_t max_items,
                                             CallOptions options = {}) const& {
        data.check();
        return {self(), transfer::split_transfer_data(std::move(data), max_items), std::move(options)};
    }
    // clang-format off
    void submit_all(TransferData data, std::size_t max_items, CallOptions options = {}) const&& = delete;  // the range needs the client: give it a name that lives as long
    // clang-format on
    /// Like the function split_transfer_data, but with a submission id fetched for each part. Store the parts:
    /// submitting any of them again makes no second task.
    std::vector<TransferData> split_transfer_data(TransferData data, std::size_t max_items,
                                                  CallOptions const& options = {}) const {
        std::vector<TransferData> parts = transfer::split_transfer_data(std::move(data), max_items);
        auto const call = self().begin_call(options);
        for (TransferData& part : parts) part.submission_id = new_submission_id(call.options());
        return parts;
    }

    /**
     * Waits until a task has ended, or time runs out.
     *
     *     auto verdict = client.task_wait({.task_id = id, .timeout = 1h, .on_fault = OnFault::fail_fast});
     *     if (!verdict.succeeded()) explain(verdict.task, verdict.faults);
     *
     * It looks at the task at once, after half a second (`first_interval`), and then after half as much again each time,
     * up to every `polling_interval`. When the number of faults has grown, it reads what they are. A look may fail for
     * a passing reason (a lost connection, a 503); the next one makes up for it.
     *
     * With an unknown status the wait goes on. The callbacks may destroy the client, which cancels the wait, and what
     * they throw ends it.
     *
     * @param options  for each request; `deadline` ends the wait, too, and `stop` cancels it within 100 ms
     * @return how the wait ended
     * @throws UsageError        for a time-out or an interval under 10 ms, and for OnFault::cancel if the service of
     *                           this client is cut down, see ReadOnly, and CancelTask is left out
     * @throws TaskWaitCancelled  if `stop` or `sleep` asked, or the client was destroyed; it has what was seen so far
     * @throws NetworkError      the last look's error, if none succeeded
     * @throws TransferApiError  if the task does not exist or may not be read
     */
    TaskVerdict task_wait(TaskWait wait, CallOptions const& options = {}) const {
        return detail::TaskWaiting<Client>(self(), std::move(wait), options).run();
    }

    /**
     * Tells the app of this client that it needs the data_access scope of mapped collections, so that a login asks for
     * it before a service does. It returns the client.
     *
     *     app.client<TransferService>().add_app_data_access_scope(collection_id);
     *
     * @throws UsageError  for an id that is not a UUID
     */
    Client const& add_app_data_access_scope(StringList const& collection_ids) const {
        return self().add_app_scope(transfer_scope_with_data_access(collection_ids));
    }

    // Roles and access rules

    /// @copydoc transfer::EndpointRoleList
    Response<EndpointRolePage> endpoint_role_list(EndpointRoleList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::AddEndpointRole
    Response<EndpointRole> add_endpoint_role(AddEndpointRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetEndpointRole
    Response<EndpointRole> get_endpoint_role(GetEndpointRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteEndpointRole
    Response<OperationResult> delete_endpoint_role(DeleteEndpointRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointAclList
    Response<AccessRulePage> endpoint_acl_list(EndpointAclList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetEndpointAclRule
    Response<AccessRule> get_endpoint_acl_rule(GetEndpointAclRule op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::AddEndpointAclRule
    Response<AccessRuleResult> add_endpoint_acl_rule(AddEndpointAclRule op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::UpdateEndpointAclRule
    Response<OperationResult> update_endpoint_acl_rule(UpdateEndpointAclRule op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteEndpointAclRule
    Response<OperationResult> delete_endpoint_acl_rule(DeleteEndpointAclRule op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    // Bookmarks

    /// @copydoc transfer::BookmarkList
    Response<BookmarkPage> bookmark_list(BookmarkList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::CreateBookmark
    Response<Bookmark> create_bookmark(CreateBookmark op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetBookmark
    Response<Bookmark> get_bookmark(GetBookmark op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::UpdateBookmark
    Response<Bookmark> update_bookmark(UpdateBookmark op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteBookmark
    Response<OperationResult> delete_bookmark(DeleteBookmark op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    // For managers and monitors of collections

    /// @copydoc transfer::EndpointManagerMonitoredEndpoints
    Response<EndpointList> endpoint_manager_monitored_endpoints(EndpointManagerMonitoredEndpoints op = {},
                                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerHostedEndpointList
    Response<EndpointList> endpoint_manager_hosted_endpoint_list(EndpointManagerHostedEndpointList op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerGetEndpoint
    Response<Endpoint> endpoint_manager_get_endpoint(EndpointManagerGetEndpoint op,
                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerAclList
    Response<AccessRulePage> endpoint_manager_acl_list(EndpointManagerAclList op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskList
    Response<TaskPage> endpoint_manager_task_list(EndpointManagerTaskList op = {},
                                                  CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerGetTask
    Response<Task> endpoint_manager_get_task(EndpointManagerGetTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskEventList
    Response<TaskEventPage> endpoint_manager_task_event_list(EndpointManagerTaskEventList op,
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskPauseInfo
    Response<PauseInfo> endpoint_manager_task_pause_info(EndpointManagerTaskPauseInfo op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskSuccessfulTransfers
    Response<SuccessfulTransferPage> endpoint_manager_task_successful_transfers(
        EndpointManagerTaskSuccessfulTransfers op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskSkippedErrors
    Response<SkippedErrorPage> endpoint_manager_task_skipped_errors(EndpointManagerTaskSkippedErrors op,
                                                                    CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerCancelTasks
    Response<AdminCancel> endpoint_manager_cancel_tasks(EndpointManagerCancelTasks op,
                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerCancelStatus
    Response<AdminCancel> endpoint_manager_cancel_status(EndpointManagerCancelStatus op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerPauseTasks
    Response<OperationResult> endpoint_manager_pause_tasks(EndpointManagerPauseTasks op,
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerResumeTasks
    Response<OperationResult> endpoint_manager_resume_tasks(EndpointManagerResumeTasks op,
                                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerPauseRuleList
    Response<PauseRulePage> endpoint_manager_pause_rule_list(EndpointManagerPauseRuleList op = {},
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerCreatePauseRule
    Response<PauseRule> endpoint_manager_create_pause_rule(EndpointManagerCreatePauseRule op = {},
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerGetPauseRule
    Response<PauseRule> endpoint_manager_get_pause_rule(EndpointManagerGetPauseRule op,
                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerUpdatePauseRule
    Response<PauseRule> endpoint_manager_update_pause_rule(EndpointManagerUpdatePauseRule op,
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerDeletePauseRule
    Response<OperationResult> endpoint_manager_delete_pause_rule(EndpointManagerDeletePauseRule op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    // Tunnels

    /**
     * Makes a tunnel between two stream access points, exactly once, however often it has to be sent.
     *
     * A submission id is made if `data` has none; it is in `data` afterwards, and in every error.
     *
     * @param data  a CreateTunnelData, or a Json of the same form
     * @throws UsageError  for a Json without a member `data`
     */
    template <class Data = CreateTunnelData>
        requires detail::Submittable<Data, CreateTunnelData>
    Response<TunnelDocument> create_tunnel(Data&& data, CallOptions const& options = {}) const {
        return submit<CreateTunnel, CreateTunnelData>(std::forward<Data>(data), options);
    }
    /// @copydoc transfer::UpdateTunnel
    Response<TunnelDocument> update_tunnel(UpdateTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetTunnel
    Response<TunnelDocument> get_tunnel(GetTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteTunnel
    Response<ApiResult> delete_tunnel(DeleteTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::ListTunnels
    Response<TunnelPage> list_tunnels(ListTunnels op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetTunnelEvents
    Response<TunnelEventPage> get_tunnel_events(GetTunnelEvents op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetStreamAccessPoint
    Response<StreamAccessPointDocument> get_stream_access_point(GetStreamAccessPoint op,
                                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }

    /// @throws DecodeError  if the service answers without one
    [[nodiscard]] std::string new_submission_id(CallOptions const& options) const {
        auto answer = get_submission_id({}, options);
        if (answer->value.empty()) throw DecodeError("Transfer gave no submission id", answer.text());
        return (*std::move(answer)).value;
    }

    /// Sets the submission id of `data`, in the caller's object unless that is const, and sends it.
    template <class Submit, class Typed, class Data>
    Response<typename Submit::result> submit(Data&& data, CallOptions const& options) const {
        using Held = std::conditional_t<std::same_as<std::remove_cvref_t<Data>, Typed>, Typed, Json>;
        if constexpr (!std::same_as<std::remove_reference_t<Data>, Held>) {
            return submit<Submit, Typed>(Held(data), options);
        } else {
            if constexpr (!std::same_as<Held, Json>) data.check();  // before an id is fetched
            auto const call = self().begin_call(options);
            std::optional<std::string> const id = submission_id<Submit>(data, call.options());
            if (id && id->empty()) throw UsageError("the submission id is empty: leave it out, and a new one is used");
            CallOptions submitting = call.options();
            if (!id && !submitting.retry_as) submitting.retry_as = RetryClass::non_idempotent;
            try {
                return self().send(Submit{.data = DocumentOf<Typed>(std::forward<Data>(data))}, submitting);
            } catch (Error const&) {
                if (!id) throw;
                detail::rethrow_changed<TransferApiError, AuthApiError, NetworkError, DecodeError>(
                    [&](auto const& error) { return detail::SubmissionEndedBy(error, *id); });
            }
        }
    }

    template <class Submit, class Data>
    std::string resume(Data data, SubmissionFile const& file, CallOptions const& options) const {
        data.check();
        if (data.additional_fields.contains("submission_id"))
            throw UsageError("submit_or_resume: the submission id is to be a member, no additional field");
        std::string const digest = detail::digest_of(data);
        std::string const own_id = data.submission_id.value_or("");
        auto const call = self().begin_call(options);
        auto record = file.read();
        bool begun = false;
        if (!record) {
            SubmissionFile::Record const fresh{own_id.empty() ? new_submission_id(call.options()) : own_id, digest};
            record = file.begin(fresh);
            begun = record->submission_id == fresh.submission_id;
        }
        detail::check_same_submission(file, *record, digest, own_id);
        if (!record->task_id.empty()) return record->task_id;
        data.submission_id = record->submission_id;
        try {
            record->task_id = submit<Submit, Data>(data, call.options())->task_id;
        } catch (Error const& error) {
            if (begun && !error.outcome_unknown()) file.remove();
            throw;
        }
        try {
            file.write(*record);
        } catch (Error const&) {  // its submission id is enough: the next call asks the service for the task
        }
        return record->task_id;
    }

    /// The submission id that `data` has or is given now; nothing if it is null.
    template <class Submit, class Data>
    std::optional<std::string> submission_id(Data& data, CallOptions const& options) const {
        auto const text = [](Json const& id) {
            return id.is_string() ? std::optional<std::string>(id.as_string()) : std::nullopt;
        };
        constexpr bool makes_it = std::same_as<Submit, CreateTunnel>;  // others ask the service for it
        if constexpr (std::same_as<Data, Json>) {
            if constexpr (makes_it) {
                std::string id = CreateTunnel::set_submission_id(data);
                return id.empty() ? std::nullopt : std::optional<std::string>(std::move(id));
            } else {
                if (!data.is_object()) throw UsageError("a submission must be a JSON object");
                if (!data.as_object().contains("submission_id"))
                    data.as_object()["submission_id"] = new_submission_id(options);
                return text(data.as_object()["submission_id"]);
            }
        } else {
            if (Json const* const id = data.additional_fields.if_contains("submission_id")) return text(*id);
            if (data.submission_id.is_absent())
                data.submission_id = makes_it ? detail::random_uuid() : new_submission_id(options);
            return data.submission_id ? std::optional<std::string>(*data.submission_id) : std::nullopt;
        }
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_SERVICE_HPP
