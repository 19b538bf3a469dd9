// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP
#define GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP

#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
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
    static constexpr auto wire = wires(rename("is_public", "public"));
    GLOBUS_MEMBERS(Endpoint, id, display_name, entity_type, owner_id, owner_string, description, organization,
                   department, contact_email, contact_info, info_link, keywords, default_directory, host_endpoint_id,
                   host_path, mapped_collection_id, subscription_id, tlsftp_server, https_server, gcs_version,
                   gcs_manager_url, user_message, user_message_link, network_use, max_concurrency,
                   preferred_concurrency, max_parallelism, preferred_parallelism, acl_available, acl_editable,
                   disable_verify, force_verify, force_encryption, gcp_connected, gcp_paused, high_assurance, in_use,
                   is_globus_connect, mfa_required, non_functional, is_public, shareable);
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
    GLOBUS_MEMBERS(SubmissionResult, task_id, submission_id, code, message, resource, request_id);
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
                   destination_endpoint_display_name, source_base_path, destination_base_path, nice_status,
                   nice_status_details, nice_status_short_description, nice_status_expires_in, is_ok, is_paused,
                   canceled_by_admin, canceled_by_admin_message, command, bytes_checksummed, bytes_transferred,
                   effective_bytes_per_second, directories, files, files_skipped, files_transferred, symlinks, faults,
                   subtasks_total, subtasks_pending, subtasks_retrying, subtasks_succeeded, subtasks_expired,
                   subtasks_canceled, subtasks_failed, subtasks_skipped_errors, sync_level, delete_destination_extra,
                   encrypt_data, fail_on_quota_errors, preserve_timestamp, skip_source_errors, verify_checksum,
                   recursive_symlinks, fatal_error, filter_rules);
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

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP
