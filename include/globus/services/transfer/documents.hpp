// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP
#define GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP

#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What Globus Transfer answers. Members bear the service's names; the pages named say what they mean.

namespace globus::transfer {

/// A file, directory or link. https://docs.globus.org/api/transfer/file_operations/#file_document
struct File {
    Optional<std::string> name = {};
    Optional<std::string> type = {};           ///< "file", "dir", "invalid_symlink", "chr", "blk", "pipe" or "other"
    Optional<std::int64_t> size = {};          ///< bytes
    Optional<std::string> permissions = {};    ///< octal, as in "0644"
    Optional<std::string> last_modified = {};  ///< ISO 8601
    Optional<std::string> user = {};
    Optional<std::string> group = {};
    Optional<std::string> link_target = {};
    Optional<std::string> link_user = {};
    Optional<std::string> link_group = {};
    Optional<std::int64_t> link_size = {};
    Optional<std::string> link_last_modified = {};
    GLOBUS_MEMBERS(File, name, type, size, permissions, last_modified, user, group, link_target, link_user, link_group,
                   link_size, link_last_modified);
};

/// A directory's entries. https://docs.globus.org/api/transfer/file_operations/#dir_listing_response
struct FileList {
    std::vector<File> DATA = {};
    Optional<std::string> path = {};  ///< as it was asked for
    Optional<std::string> absolute_path = {};
    Optional<std::string> endpoint = {};
    Optional<std::int64_t> length = {};  ///< entries of this answer
    Optional<std::int64_t> total = {};
    GLOBUS_MEMBERS(FileList, DATA, path, absolute_path, endpoint, length, total);
};

/// A GridFTP server of an endpoint. https://docs.globus.org/api/transfer/endpoints_and_collections/#server_document
struct EndpointServer {
    Optional<Json> id = {};  ///< a number, or a UUID as text
    Optional<std::string> hostname = {};
    Optional<std::int64_t> port = {};
    Optional<std::string> scheme = {};  ///< as in "gsiftp"
    Optional<std::string> uri = {};
    Optional<std::string> subject = {};
    Optional<bool> is_connected = {};
    Optional<bool> is_paused = {};
    Optional<std::int64_t> incoming_data_port_start = {};
    Optional<std::int64_t> incoming_data_port_end = {};
    Optional<std::int64_t> outgoing_data_port_start = {};
    Optional<std::int64_t> outgoing_data_port_end = {};
    GLOBUS_MEMBERS(EndpointServer, id, hostname, port, scheme, uri, subject, is_connected, is_paused,
                   incoming_data_port_start, incoming_data_port_end, outgoing_data_port_start, outgoing_data_port_end);
};

/// An endpoint or collection. https://docs.globus.org/api/transfer/endpoints_and_collections/#endpoint_or_collection_document
struct Endpoint {
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> entity_type = {};  ///< as in "GCSv5_mapped_collection"
    Optional<std::string> owner_id = {};
    Optional<std::string> owner_string = {};
    Optional<std::string> description = {};
    Optional<std::string> organization = {};
    Optional<std::string> department = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> info_link = {};
    Optional<Json> keywords = {};  ///< a text or a list
    Optional<std::string> default_directory = {};
    Optional<std::string> host_endpoint_id = {};
    Optional<std::string> host_path = {};
    Optional<std::string> mapped_collection_id = {};
    Optional<std::string> subscription_id = {};
    Optional<std::string> tlsftp_server = {};
    Optional<std::string> https_server = {};
    Optional<std::string> gcs_version = {};
    Optional<std::string> gcs_manager_url = {};
    Optional<std::string> user_message = {};
    Optional<std::string> user_message_link = {};
    Optional<std::string> network_use = {};
    Optional<std::int64_t> max_concurrency = {};
    Optional<std::int64_t> preferred_concurrency = {};
    Optional<std::int64_t> max_parallelism = {};
    Optional<std::int64_t> preferred_parallelism = {};
    Optional<bool> acl_available = {};
    Optional<bool> acl_editable = {};
    Optional<bool> disable_verify = {};
    Optional<bool> force_verify = {};
    Optional<bool> force_encryption = {};
    Optional<bool> gcp_connected = {};
    Optional<bool> gcp_paused = {};
    Optional<bool> high_assurance = {};
    Optional<bool> in_use = {};
    Optional<bool> is_globus_connect = {};
    Optional<bool> mfa_required = {};
    Optional<bool> non_functional = {};
    Optional<bool> is_public = {};  ///< `public` on the wire
    Optional<bool> shareable = {};
    Optional<bool> subscription_admin_verified = {};
    Optional<bool> disable_anonymous_writes = {};
    Optional<std::string> non_functional_endpoint_id = {};  ///< of the host that does not work any more
    Optional<std::string> non_functional_endpoint_display_name = {};
    Optional<std::vector<EndpointServer>> DATA = {};  ///< its servers
    // what older endpoints have
    Optional<std::string> username = {};
    Optional<Secret> globus_connect_setup_key = {};
    Optional<bool> french_english_bilingual = {};
    Optional<bool> activated = {};
    Optional<std::int64_t> expires_in = {};  ///< seconds; -1 for never
    Optional<std::string> expire_time = {};  ///< ISO 8601
    Optional<std::string> myproxy_server = {};
    Optional<std::string> myproxy_dn = {};
    Optional<std::string> oauth_server = {};
    Optional<std::string> s3_url = {};
    Optional<bool> s3_owner_activated = {};
    static constexpr auto wire = wires(rename("is_public", "public"));
    GLOBUS_MEMBERS(Endpoint, id, display_name, entity_type, owner_id, owner_string, description, organization,
                   department, contact_email, contact_info, info_link, keywords, default_directory, host_endpoint_id,
                   host_path, mapped_collection_id, subscription_id, tlsftp_server, https_server, gcs_version,
                   gcs_manager_url, user_message, user_message_link, network_use, max_concurrency,
                   preferred_concurrency, max_parallelism, preferred_parallelism, acl_available, acl_editable,
                   disable_verify, force_verify, force_encryption, gcp_connected, gcp_paused, high_assurance, in_use,
                   is_globus_connect, mfa_required, non_functional, is_public, shareable, subscription_admin_verified,
                   disable_anonymous_writes, non_functional_endpoint_id, non_functional_endpoint_display_name, DATA,
                   username, globus_connect_setup_key, french_english_bilingual, activated, expires_in, expire_time,
                   myproxy_server, myproxy_dn, oauth_server, s3_url, s3_owner_activated);
};

/// A page of endpoints. https://docs.globus.org/api/transfer/endpoint_and_collection_search/
struct EndpointList {
    std::vector<Endpoint> DATA = {};
    Optional<bool> has_next_page = {};
    Optional<std::int64_t> offset = {};
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> total = {};
    GLOBUS_MEMBERS(EndpointList, DATA, has_next_page, offset, limit, total);
};

/// The outcome of an operation that answers with a sentence. https://docs.globus.org/api/transfer/overview/#result_document
struct OperationResult {
    Optional<std::string> code = {};  ///< as in "DirectoryCreated"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};
    Optional<std::string> request_id = {};
    GLOBUS_MEMBERS(OperationResult, code, message, resource, request_id);
};

/// A key that makes a submission safe to repeat. https://docs.globus.org/api/transfer/task_submit/#get_submission_id
struct SubmissionId {
    Optional<std::string> value = {};
    GLOBUS_MEMBERS(SubmissionId, value);
};

/// The outcome of a submission. https://docs.globus.org/api/transfer/task_submit/#submit_transfer_task
struct SubmissionResult {
    Optional<std::string> task_id = {};
    Optional<std::string> submission_id = {};
    Optional<std::string> code = {};  ///< "Accepted", or "Duplicate" for a submission id that was used before
    Optional<std::string> message = {};
    Optional<std::string> resource = {};
    Optional<std::string> request_id = {};
    Optional<Json> task_link = {};  ///< where the task can be read, in `href`
    GLOBUS_MEMBERS(SubmissionResult, task_id, submission_id, code, message, resource, request_id, task_link);
};

/// A transfer or delete task. https://docs.globus.org/api/transfer/task/#task_document
struct Task {
    Optional<std::string> task_id = {};
    Optional<std::string> type = {};    ///< "TRANSFER" or "DELETE"
    Optional<std::string> status = {};  ///< "ACTIVE", "INACTIVE", "SUCCEEDED" or "FAILED"
    Optional<std::string> label = {};
    Optional<std::string> username = {};
    Optional<std::string> owner_id = {};
    Optional<std::string> owner_string = {};
    Optional<std::string> request_time = {};     ///< ISO 8601
    Optional<std::string> completion_time = {};  ///< ISO 8601
    Optional<std::string> deadline = {};         ///< ISO 8601
    Optional<std::string> source_endpoint_id = {};
    Optional<std::string> source_endpoint_display_name = {};
    Optional<std::string> destination_endpoint_id = {};
    Optional<std::string> destination_endpoint_display_name = {};
    Optional<std::string> source_base_path = {};
    Optional<std::string> destination_base_path = {};
    Optional<std::string> source_local_user = {};
    Optional<std::string> destination_local_user = {};
    Optional<std::string> source_local_user_status = {};  ///< as in "OK", "NO_PERMISSION"; these of endpoint managers
    Optional<std::string> destination_local_user_status = {};
    Optional<std::string> source_host_endpoint_id = {};  ///< of the collection that a guest collection is on
    Optional<std::string> destination_host_endpoint_id = {};
    Optional<std::string> source_host_endpoint_display_name = {};
    Optional<std::string> destination_host_endpoint_display_name = {};
    Optional<std::string> source_host_path = {};
    Optional<std::string> destination_host_path = {};
    Optional<std::string> source_mapped_collection_id = {};
    Optional<std::string> destination_mapped_collection_id = {};
    Optional<std::string> source_mapped_collection_display_name = {};
    Optional<std::string> destination_mapped_collection_display_name = {};
    Optional<std::string> source_endpoint = {};  ///< its older name, as are the three below
    Optional<std::string> destination_endpoint = {};
    Optional<std::string> source_host_endpoint = {};
    Optional<std::string> destination_host_endpoint = {};
    Optional<bool> history_deleted = {};
    Optional<std::string> nice_status = {};  ///< why it does not advance, as in "PERMISSION_DENIED"
    Optional<std::string> nice_status_details = {};
    Optional<std::string> nice_status_short_description = {};
    Optional<std::int64_t> nice_status_expires_in = {};
    Optional<bool> is_ok = {};
    Optional<bool> is_paused = {};
    Optional<std::string> canceled_by_admin = {};
    Optional<std::string> canceled_by_admin_message = {};
    Optional<std::string> command = {};
    Optional<std::int64_t> bytes_checksummed = {};
    Optional<std::int64_t> bytes_transferred = {};
    Optional<std::int64_t> effective_bytes_per_second = {};
    Optional<std::int64_t> directories = {};
    Optional<std::int64_t> files = {};
    Optional<std::int64_t> files_skipped = {};
    Optional<std::int64_t> files_transferred = {};
    Optional<std::int64_t> symlinks = {};
    Optional<std::int64_t> faults = {};
    Optional<std::int64_t> subtasks_total = {};
    Optional<std::int64_t> subtasks_pending = {};
    Optional<std::int64_t> subtasks_retrying = {};
    Optional<std::int64_t> subtasks_succeeded = {};
    Optional<std::int64_t> subtasks_expired = {};
    Optional<std::int64_t> subtasks_canceled = {};
    Optional<std::int64_t> subtasks_failed = {};
    Optional<std::int64_t> subtasks_skipped_errors = {};
    Optional<Json> sync_level = {};
    Optional<bool> delete_destination_extra = {};
    Optional<bool> encrypt_data = {};
    Optional<bool> fail_on_quota_errors = {};
    Optional<bool> preserve_timestamp = {};
    Optional<bool> skip_source_errors = {};
    Optional<bool> verify_checksum = {};
    Optional<std::string> recursive_symlinks = {};
    Optional<Json> fatal_error = {};  ///< code and description of what ended a failed task
    Optional<Json> filter_rules = {};
    GLOBUS_MEMBERS(Task, task_id, type, status, label, username, owner_id, owner_string, request_time, completion_time,
                   deadline, source_endpoint_id, source_endpoint_display_name, destination_endpoint_id,
                   destination_endpoint_display_name, source_base_path, destination_base_path, source_local_user,
                   destination_local_user, source_local_user_status, destination_local_user_status,
                   source_host_endpoint_id, destination_host_endpoint_id, source_host_endpoint_display_name,
                   destination_host_endpoint_display_name, source_host_path, destination_host_path,
                   source_mapped_collection_id, destination_mapped_collection_id, source_mapped_collection_display_name,
                   destination_mapped_collection_display_name, source_endpoint, destination_endpoint,
                   source_host_endpoint, destination_host_endpoint, history_deleted, nice_status, nice_status_details,
                   nice_status_short_description, nice_status_expires_in, is_ok, is_paused, canceled_by_admin,
                   canceled_by_admin_message, command, bytes_checksummed, bytes_transferred, effective_bytes_per_second,
                   directories, files, files_skipped, files_transferred, symlinks, faults, subtasks_total,
                   subtasks_pending, subtasks_retrying, subtasks_succeeded, subtasks_expired, subtasks_canceled,
                   subtasks_failed, subtasks_skipped_errors, sync_level, delete_destination_extra, encrypt_data,
                   fail_on_quota_errors, preserve_timestamp, skip_source_errors, verify_checksum, recursive_symlinks,
                   fatal_error, filter_rules);
};

/// A page of tasks. `last_key` and `has_next_page` are those of the endpoint manager's list.
/// https://docs.globus.org/api/transfer/task/#task_list_document
struct TaskPage {
    std::vector<Task> DATA = {};
    Optional<std::int64_t> length = {};
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    Optional<std::int64_t> total = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> last_key = {};
    GLOBUS_MEMBERS(TaskPage, DATA, length, limit, offset, total, has_next_page, last_key);
};

/// Something that happened to a task. https://docs.globus.org/api/transfer/task/#event_document
struct TaskEvent {
    Optional<std::string> code = {};  ///< as in "STARTED", "FILE_NOT_FOUND"
    Optional<std::string> description = {};
    Optional<std::string> details = {};
    Optional<bool> is_error = {};
    Optional<std::string> time = {};  ///< ISO 8601
    GLOBUS_MEMBERS(TaskEvent, code, description, details, is_error, time);
};

/// A page of events. https://docs.globus.org/api/transfer/task/#event_list_document
struct TaskEventPage {
    std::vector<TaskEvent> DATA = {};
    Optional<std::int64_t> length = {};
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    Optional<std::int64_t> total = {};
    GLOBUS_MEMBERS(TaskEventPage, DATA, length, limit, offset, total);
};

// Endpoints

/// What creating or changing an endpoint answers. https://docs.globus.org/api/transfer/gcp_management/
struct EndpointResult {
    Optional<std::string> id = {};    ///< of an endpoint that was made
    Optional<std::string> code = {};  ///< as in "Created", "Updated"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};
    Optional<std::string> request_id = {};
    GLOBUS_MEMBERS(EndpointResult, id, code, message, resource, request_id);
};

/// A page of the guest collections of a host.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_guest_collection_list
struct SharedEndpointPage {
    std::vector<Endpoint> shared_endpoints = {};
    Optional<std::string> next_token = {};
    GLOBUS_MEMBERS(SharedEndpointPage, shared_endpoints, next_token);
};

/// The servers of an endpoint.
struct EndpointServerPage {
    std::vector<EndpointServer> DATA = {};
    Optional<std::string> endpoint = {};
    GLOBUS_MEMBERS(EndpointServerPage, DATA, endpoint);
};

// Who may do what

/**
 * A role on a collection; also what add_endpoint_role sends.
 *
 *     EndpointRole{.principal_type = "identity", .principal = identity_id, .role = "access_manager"}
 *
 * https://docs.globus.org/api/transfer/roles/#role_document
 */
struct EndpointRole {
    Constant<"role"> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> principal_type = {};  ///< "identity" or "group"
    Optional<std::string> principal = {};       ///< its id
    Optional<std::string> role = {};            ///< "administrator", "access_manager", "activity_manager", ...
    GLOBUS_MEMBERS(EndpointRole, DATA_TYPE, id, principal_type, principal, role);
};

/// The roles on a collection.
struct EndpointRolePage {
    std::vector<EndpointRole> DATA = {};
    Optional<std::string> endpoint = {};
    GLOBUS_MEMBERS(EndpointRolePage, DATA, endpoint);
};

/**
 * Who may read or write below a path of a guest collection; also what add_endpoint_acl_rule sends.
 *
 *     AccessRule{.principal_type = "group", .principal = group_id, .path = "/shared/", .permissions = "r"}
 *
 * https://docs.globus.org/api/transfer/acl/#access_document
 */
struct AccessRule {
    Constant<"access"> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> principal_type = {};  ///< "identity", "group", "all_authenticated_users" or "anonymous"
    Optional<std::string> principal = {};       ///< its id; empty for the last two
    Optional<std::string> path = {};            ///< begins and ends with a slash
    Optional<std::string> permissions = {};     ///< "r" or "rw"
    Optional<std::string> role_id = {};         ///< of the role that this rule comes from
    Optional<std::string> role_type = {};
    Optional<std::string> create_time = {};      ///< ISO 8601
    Optional<std::string> expiration_date = {};  ///< ISO 8601
    Optional<std::string> notify_email = {};     ///< whom to tell of a new rule
    Optional<std::string> notify_message = {};
    GLOBUS_MEMBERS(AccessRule, DATA_TYPE, id, principal_type, principal, path, permissions, role_id, role_type,
                   create_time, expiration_date, notify_email, notify_message);
};

/// The access rules of a guest collection. https://docs.globus.org/api/transfer/acl/#access_list_document
struct AccessRulePage {
    std::vector<AccessRule> DATA = {};
    Optional<std::string> endpoint = {};
    Optional<std::int64_t> length = {};
    GLOBUS_MEMBERS(AccessRulePage, DATA, endpoint, length);
};

/// What adding an access rule answers. https://docs.globus.org/api/transfer/acl/#rest_access_create
struct AccessRuleResult {
    Optional<std::string> access_id = {};  ///< of the rule, for the operations that take a rule_id
    Optional<std::string> code = {};
    Optional<std::string> message = {};
    Optional<std::string> resource = {};
    Optional<std::string> request_id = {};
    GLOBUS_MEMBERS(AccessRuleResult, access_id, code, message, resource, request_id);
};

// Bookmarks

/**
 * A name for a path of a collection; also what create_bookmark sends.
 *
 *     Bookmark{.name = "results", .endpoint_id = collection_id, .path = "/~/results/"}
 *
 * https://docs.globus.org/api/transfer/collection_bookmarks/#bookmark_document
 */
struct Bookmark {
    Constant<"bookmark"> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> endpoint_id = {};
    Optional<std::string> path = {};  ///< ends with a slash
    Optional<bool> pinned = {};
    GLOBUS_MEMBERS(Bookmark, DATA_TYPE, id, name, endpoint_id, path, pinned);
};

/// The bookmarks of the user.
struct BookmarkPage {
    std::vector<Bookmark> DATA = {};
    GLOBUS_MEMBERS(BookmarkPage, DATA);
};

// Pauses

/**
 * A rule by which the manager of a collection holds tasks.
 *
 * https://docs.globus.org/api/transfer/advanced_collection_management/#pause_rule_document
 */
struct PauseRule {
    Constant<"pause_rule"> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> message = {};  ///< for the owners of the tasks
    Optional<std::string> start_time = {};
    Optional<std::string> endpoint_id = {};
    Optional<std::string> endpoint_display_name = {};
    Optional<std::string> identity_id = {};  ///< whose tasks; everybody's if null
    Optional<std::string> created_by_host_manager = {};
    Optional<std::string> modified_by = {};
    Optional<std::string> modified_time = {};
    Optional<bool> editable = {};
    Optional<bool> pause_ls = {};
    Optional<bool> pause_mkdir = {};
    Optional<bool> pause_rename = {};
    Optional<bool> pause_symlink = {};
    Optional<bool> pause_task_delete = {};
    Optional<bool> pause_task_transfer_read = {};
    Optional<bool> pause_task_transfer_read_share = {};
    Optional<bool> pause_task_transfer_write = {};
    Optional<bool> pause_task_transfer_write_share = {};
    GLOBUS_MEMBERS(PauseRule, DATA_TYPE, id, message, start_time, endpoint_id, endpoint_display_name, identity_id,
                   created_by_host_manager, modified_by, modified_time, editable, pause_ls, pause_mkdir, pause_rename,
                   pause_symlink, pause_task_delete, pause_task_transfer_read, pause_task_transfer_read_share,
                   pause_task_transfer_write, pause_task_transfer_write_share);
};

/// The pause rules of a collection, or of all that the user manages.
struct PauseRulePage {
    std::vector<PauseRule> DATA = {};
    Optional<std::int64_t> length = {};
    GLOBUS_MEMBERS(PauseRulePage, DATA, length);
};

/// Why a task is paused, or will be. https://docs.globus.org/api/transfer/task/#get_task_pause_info
struct PauseInfo {
    std::vector<PauseRule> pause_rules = {};
    Optional<std::string> source_pause_message = {};
    Optional<std::string> destination_pause_message = {};
    Optional<std::string> source_pause_message_share = {};
    Optional<std::string> destination_pause_message_share = {};
    GLOBUS_MEMBERS(PauseInfo, pause_rules, source_pause_message, destination_pause_message, source_pause_message_share,
                   destination_pause_message_share);
};

/// What cancelling the tasks of others answers, and how far it is.
/// https://docs.globus.org/api/transfer/advanced_collection_management/#admin_cancel
struct AdminCancel {
    Optional<std::string> id = {};  ///< for endpoint_manager_cancel_status
    Optional<bool> done = {};
    GLOBUS_MEMBERS(AdminCancel, id, done);
};

// What became of single files

/// A file that a task has transferred. https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct SuccessfulTransfer {
    Optional<std::string> source_path = {};
    Optional<std::string> destination_path = {};
    GLOBUS_MEMBERS(SuccessfulTransfer, source_path, destination_path);
};

/// A page of transferred files.
struct SuccessfulTransferPage {
    std::vector<SuccessfulTransfer> DATA = {};
    Optional<Json> marker = {};
    Optional<Json> next_marker = {};  ///< a number or a text; null on the last page
    GLOBUS_MEMBERS(SuccessfulTransferPage, DATA, marker, next_marker);
};

/// A path that a task left out, because skip_source_errors was set.
/// https://docs.globus.org/api/transfer/task/#get_task_skipped_errors
struct SkippedError {
    Optional<std::string> source_path = {};
    Optional<std::string> destination_path = {};
    Optional<std::string> error_code = {};  ///< "FILE_NOT_FOUND" or "PERMISSION_DENIED"
    Optional<std::string> error_details = {};
    Optional<std::string> error_time = {};  ///< ISO 8601
    Optional<bool> is_directory = {};
    Optional<bool> is_symlink = {};
    Optional<bool> is_delete_destination_extra = {};
    Optional<std::string> external_checksum = {};
    Optional<std::string> checksum_algorithm = {};
    GLOBUS_MEMBERS(SkippedError, source_path, destination_path, error_code, error_details, error_time, is_directory,
                   is_symlink, is_delete_destination_extra, external_checksum, checksum_algorithm);
};

/// A page of skipped paths.
struct SkippedErrorPage {
    std::vector<SkippedError> DATA = {};
    Optional<Json> marker = {};
    Optional<Json> next_marker = {};  ///< a number or a text; null on the last page
    GLOBUS_MEMBERS(SkippedErrorPage, DATA, marker, next_marker);
};

// Tunnels and other JSON:API documents, whose resource stands in `data`

/// Names another resource.
struct ResourceId {
    Optional<std::string> type = {};  ///< as in "StreamAccessPoint"
    Optional<std::string> id = {};
    GLOBUS_MEMBERS(ResourceId, type, id);
};

/// A relationship to another resource.
struct Relationship {
    Optional<ResourceId> data = {};
    GLOBUS_MEMBERS(Relationship, data);
};

/// What a tunnel is and how it does.
struct TunnelAttributes {
    Optional<std::string> label = {};
    Optional<std::string> state = {};   ///< as in "AWAITING_LISTENER", "STOPPING"
    Optional<std::string> status = {};  ///< the state in a sentence
    Optional<std::string> created_time = {};
    Optional<std::string> submission_id = {};
    Optional<std::int64_t> lifetime_mins = {};
    Optional<bool> restartable = {};
    Optional<std::string> initiator_ip_address = {};
    Optional<std::int64_t> initiator_port = {};
    Optional<std::string> listener_ip_address = {};
    Optional<std::int64_t> listener_port = {};
    GLOBUS_MEMBERS(TunnelAttributes, label, state, status, created_time, submission_id, lifetime_mins, restartable,
                   initiator_ip_address, initiator_port, listener_ip_address, listener_port);
};

/// The two ends of a tunnel, and whose it is.
struct TunnelRelationships {
    Optional<Relationship> initiator = {};
    Optional<Relationship> listener = {};
    Optional<Relationship> owner = {};
    GLOBUS_MEMBERS(TunnelRelationships, initiator, listener, owner);
};

/// A tunnel: a connection between two stream access points.
struct Tunnel {
    Optional<std::string> type = {};
    Optional<std::string> id = {};
    TunnelAttributes attributes = {};
    TunnelRelationships relationships = {};
    GLOBUS_MEMBERS(Tunnel, type, id, attributes, relationships);
};

/// The JSON:API document of a tunnel.
struct TunnelDocument {
    Optional<Tunnel> data = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(TunnelDocument, data, meta);
};

/// A page of tunnels; `links` leads to the next.
struct TunnelPage {
    std::vector<Tunnel> data = {};
    Optional<Json> links = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(TunnelPage, data, links, meta);
};

/// Something that happened to a tunnel.
struct TunnelEvent {
    Optional<std::string> type = {};
    Optional<Json> id = {};  ///< a number
    TaskEvent attributes = {};
    GLOBUS_MEMBERS(TunnelEvent, type, id, attributes);
};

/// A page of what happened to a tunnel; `links` leads to the next.
struct TunnelEventPage {
    std::vector<TunnelEvent> data = {};
    Optional<Json> links = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(TunnelEventPage, data, links, meta);
};

/// What a stream access point is.
struct StreamAccessPointAttributes {
    Optional<std::string> display_name = {};
    Optional<std::string> advertised_owner = {};
    Optional<std::string> description = {};
    Optional<std::string> organization = {};
    Optional<std::string> department = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> info_link = {};
    Optional<Json> keywords = {};
    Optional<std::string> tlsftp_server = {};
    GLOBUS_MEMBERS(StreamAccessPointAttributes, display_name, advertised_owner, description, organization, department,
                   contact_email, contact_info, info_link, keywords, tlsftp_server);
};

/// What a stream access point belongs to.
struct StreamAccessPointRelationships {
    Optional<Relationship> host_endpoint = {};
    GLOBUS_MEMBERS(StreamAccessPointRelationships, host_endpoint);
};

/// An end that a tunnel can have.
struct StreamAccessPoint {
    Optional<std::string> type = {};
    Optional<std::string> id = {};
    StreamAccessPointAttributes attributes = {};
    StreamAccessPointRelationships relationships = {};
    GLOBUS_MEMBERS(StreamAccessPoint, type, id, attributes, relationships);
};

/// The JSON:API document of a stream access point.
struct StreamAccessPointDocument {
    Optional<StreamAccessPoint> data = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(StreamAccessPointDocument, data, meta);
};

/// A page of stream access points; `links` leads to the next.
struct StreamAccessPointPage {
    std::vector<StreamAccessPoint> data = {};
    Optional<Json> links = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(StreamAccessPointPage, data, links, meta);
};

/// The outcome of a JSON:API operation that leaves no resource, such as a deletion.
struct ApiResult {
    Optional<Json> data = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(ApiResult, data, meta);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP
