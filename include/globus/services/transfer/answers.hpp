// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ANSWERS_HPP
#define GLOBUS_SERVICES_TRANSFER_ANSWERS_HPP

#include <globus/core/duration.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/transfer/words.hpp>

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

// What Globus Transfer answers. Members have the service's names; the pages named say what they mean.

namespace globus::transfer {

/// A file, directory or link. https://docs.globus.org/api/transfer/file_operations/#file_document
struct File {
    std::string name = {};  ///< without the directory
    FileType type = {};
    Optional<std::int64_t> size = {};        ///< bytes
    Optional<std::string> permissions = {};  ///< octal, as in "0644"
    Optional<Timestamp> last_modified = {};
    Optional<std::string> user = {};         ///< owner, as the host names the account
    Optional<std::string> group = {};        ///< as the host names it
    Optional<std::string> link_target = {};  ///< of a symbolic link; null for all else, as are the members below
    Optional<std::string> link_user = {};    ///< owner of the link itself
    Optional<std::string> link_group = {};   ///< group of the link itself
    Optional<std::int64_t> link_size = {};   ///< of the link itself, in bytes
    Optional<Timestamp> link_last_modified = {};
    static constexpr std::tuple essential{&File::name, &File::type};
    GLOBUS_MEMBERS(File, name, type, size, permissions, last_modified, user, group, link_target, link_user, link_group,
                   link_size, link_last_modified);
};

/// A directory's entries. https://docs.globus.org/api/transfer/file_operations/#dir_listing_response
struct FileList {
    std::vector<File> DATA = {};               ///< at most as many as were asked for; see `total`
    Optional<std::string> path = {};           ///< as it was asked for
    Optional<std::string> absolute_path = {};  ///< without "~"; null if the collection does not tell it
    Optional<std::string> endpoint = {};       ///< id of the collection
    Optional<std::int64_t> length = {};        ///< entries of this answer
    Optional<std::int64_t> total = {};         ///< entries of the directory that pass the filter
    static constexpr auto items = &FileList::DATA;
    GLOBUS_MEMBERS(FileList, DATA, path, absolute_path, endpoint, length, total);
};

/// A GridFTP server of an endpoint. https://docs.globus.org/api/transfer/endpoints_and_collections/#server_document
struct EndpointServer {
    Optional<Json> id = {};                                ///< a number, or a UUID as text
    Optional<std::string> hostname = {};                   ///< or an IP address
    Optional<std::int64_t> port = {};                      ///< of the control channel
    Optional<std::string> scheme = {};                     ///< as in "gsiftp"
    Optional<std::string> uri = {};                        ///< scheme, host name and port in one
    Optional<std::string> subject = {};                    ///< of the server's certificate; null for the default
    Optional<bool> is_connected = {};                      ///< of Globus Connect Personal; null for others
    Optional<bool> is_paused = {};                         ///< of Globus Connect Personal; null for others
    Optional<std::int64_t> incoming_data_port_start = {};  ///< first port that data comes in on; null if unknown
    Optional<std::int64_t> incoming_data_port_end = {};    ///< last port that data comes in on; null if unknown
    Optional<std::int64_t> outgoing_data_port_start = {};  ///< first port that data goes out from; null if unknown
    Optional<std::int64_t> outgoing_data_port_end = {};    ///< last port that data goes out from; null if unknown
    GLOBUS_MEMBERS(EndpointServer, id, hostname, port, scheme, uri, subject, is_connected, is_paused,
                   incoming_data_port_start, incoming_data_port_end, outgoing_data_port_start, outgoing_data_port_end);
};

/// An endpoint or collection.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#endpoint_or_collection_document
struct Endpoint {
    std::string id = {};  ///< a UUID
    Optional<std::string> display_name = {};
    Optional<std::string> entity_type = {};   ///< as in "GCSv5_mapped_collection"
    Optional<std::string> owner_id = {};      ///< of an identity
    Optional<std::string> owner_string = {};  ///< the owner's user name, or what the endpoint shows in its place
    Optional<std::string> description = {};
    Optional<std::string> organization = {};       ///< that runs it
    Optional<std::string> department = {};         ///< of the organization
    Optional<std::string> contact_email = {};      ///< for questions about it
    Optional<std::string> contact_info = {};       ///< phone, address and the like
    Optional<std::string> info_link = {};          ///< URL of a page about it
    Optional<Json> keywords = {};                  ///< a text or a list
    Optional<std::string> default_directory = {};  ///< where a listing that names no path begins; "/~/" if null
    Optional<std::string> host_endpoint_id = {};   ///< of a guest collection: the collection or endpoint that it is on
    Optional<std::string> host_path = {};  ///< of a guest collection: the directory on the host that is its root
    Optional<std::string> mapped_collection_id = {};  ///< of a guest collection on Globus Connect Server 5
    Optional<std::string> subscription_id = {};       ///< that it is managed under; null for none
    Optional<std::string> tlsftp_server = {};         ///< URL, as in "tlsftp://host:443"
    Optional<std::string> https_server = {};          ///< URL below which files can be read by HTTPS; null for none
    Optional<std::string> gcs_version = {};           ///< of Globus Connect Server, as in "5.4.61"
    Optional<std::string> gcs_manager_url = {};       ///< of the API that a GcsService uses
    Optional<std::string> user_message = {};          ///< shown to those who use it
    Optional<std::string> user_message_link = {};     ///< URL that goes with user_message
    Optional<NetworkUse> network_use = {};
    Optional<std::int64_t> max_concurrency = {};        ///< files at a time, at most
    Optional<std::int64_t> preferred_concurrency = {};  ///< files at a time
    Optional<std::int64_t> max_parallelism = {};        ///< connections per file, at most
    Optional<std::int64_t> preferred_parallelism = {};  ///< connections per file
    Optional<bool> acl_available = {};                  ///< it can have access rules
    Optional<bool> acl_editable = {};                   ///< the user may change its access rules
    Optional<bool> disable_verify = {};                 ///< checksums cannot be asked for
    Optional<bool> force_verify = {};                   ///< checksums are always compared
    Optional<bool> force_encryption = {};               ///< data is always sent over TLS
    Optional<bool> gcp_connected = {};      ///< of Globus Connect Personal: the machine is online; null for others
    Optional<bool> gcp_paused = {};         ///< of Globus Connect Personal: its user has paused it; null for others
    Optional<bool> high_assurance = {};     ///< it requires fresh logins and keeps records for audits
    Optional<bool> in_use = {};             ///< active tasks use it
    Optional<bool> is_globus_connect = {};  ///< it runs on Globus Connect Personal
    Optional<bool> mfa_required = {};       ///< it requires multi-factor authentication
    Optional<bool> non_functional = {};     ///< files cannot be reached through it, only through its collections
    Optional<bool> is_public = {};          ///< `public` on the wire
    Optional<bool> shareable = {};          ///< guest collections can be made on it
    Optional<bool> subscription_admin_verified = {};        ///< verified by a manager of its subscription
    Optional<bool> disable_anonymous_writes = {};           ///< access rules cannot let everybody write
    Optional<std::string> non_functional_endpoint_id = {};  ///< of the host that no longer works
    Optional<std::string> non_functional_endpoint_display_name = {};
    std::vector<EndpointServer> DATA = {};  ///< its servers
    // what older endpoints have
    Optional<std::string> username = {};  ///< of the owner
    /// The key that sets up Globus Connect Personal; it comes only with the answer that made the endpoint.
    Optional<Secret> globus_connect_setup_key = {};
    Optional<bool> french_english_bilingual = {};  ///< its texts are in both languages
    Optional<bool> activated = {};                 ///< it has a credential of the user
    Optional<WholeSeconds> expires_in = {};        ///< -1 for never
    Optional<Timestamp> expire_time = {};
    Optional<std::string> myproxy_server = {};  ///< host name
    Optional<std::string> myproxy_dn = {};      ///< of the MyProxy server's certificate
    Optional<std::string> oauth_server = {};    ///< host name
    Optional<std::string> s3_url = {};          ///< of the store behind it
    Optional<bool> s3_owner_activated = {};     ///< the owner's key opens the store for all
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
    Optional<bool> has_next_page = {};   ///< there are more
    Optional<std::int64_t> offset = {};  ///< of the first, from 0
    Optional<std::int64_t> limit = {};   ///< that was asked for
    Optional<std::int64_t> total = {};   ///< of all pages; not in every list
    static constexpr auto items = &EndpointList::DATA;
    GLOBUS_MEMBERS(EndpointList, DATA, has_next_page, offset, limit, total);
};

/// The outcome of an operation that answers with a sentence.
/// https://docs.globus.org/api/transfer/overview/#result_document
struct OperationResult {
    Optional<std::string> code = {};  ///< as in "DirectoryCreated"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};    ///< the path of the request
    Optional<std::string> request_id = {};  ///< for questions to Globus support
    GLOBUS_MEMBERS(OperationResult, code, message, resource, request_id);
};

/// A key that makes a submission safe to repeat. https://docs.globus.org/api/transfer/task_submit/#get_submission_id
struct SubmissionId {
    std::string value = {};  ///< a UUID
    static constexpr std::tuple essential{&SubmissionId::value};
    GLOBUS_MEMBERS(SubmissionId, value);
};

/// The outcome of a submission. https://docs.globus.org/api/transfer/task_submit/#submit_transfer_task
struct SubmissionResult {
    std::string task_id = {};
    Optional<std::string> submission_id = {};  ///< as it was sent
    Optional<std::string> code = {};           ///< "Accepted", or "Duplicate" for a submission id that was used before
    Optional<std::string> message = {};
    Optional<std::string> resource = {};    ///< the path of the request
    Optional<std::string> request_id = {};  ///< for questions to Globus support
    Optional<Json> task_link = {};          ///< where the task can be read, in `href`
    static constexpr std::tuple essential{&SubmissionResult::task_id};
    GLOBUS_MEMBERS(SubmissionResult, task_id, submission_id, code, message, resource, request_id, task_link);
};

/// A transfer or delete task. https://docs.globus.org/api/transfer/task/#task_document
struct Task {
    std::string task_id = {};
    TaskType type = {};
    TaskStatus status = {};
    Optional<std::string> label = {};         ///< that it was submitted with; null for none
    Optional<std::string> username = {};      ///< the older name of its owner; use owner_id
    Optional<std::string> owner_id = {};      ///< of the identity that submitted it
    Optional<std::string> owner_string = {};  ///< the owner's user name
    Optional<Timestamp> request_time = {};
    Optional<Timestamp> completion_time = {};
    Optional<Timestamp> deadline = {};
    Optional<std::string> source_endpoint_id = {};            ///< null if the collection is gone
    Optional<std::string> source_endpoint_display_name = {};  ///< null if the collection is gone
    Optional<std::string> destination_endpoint_id = {};       ///< null for a deletion, and if the collection is gone
    Optional<std::string> destination_endpoint_display_name = {};  ///< null if the collection is gone
    Optional<std::string> source_base_path = {};        ///< the directory that all source paths have in common
    Optional<std::string> destination_base_path = {};   ///< the directory that all destination paths have in common
    Optional<std::string> source_local_user = {};       ///< account on the source's host
    Optional<std::string> destination_local_user = {};  ///< account on the destination's host
    Optional<LocalUserStatus> source_local_user_status = {};       ///< for endpoint managers
    Optional<LocalUserStatus> destination_local_user_status = {};  ///< the same of the destination
    Optional<std::string> source_host_endpoint_id = {};            ///< of the collection that a guest collection is on
    Optional<std::string> destination_host_endpoint_id = {};       ///< the same of the destination
    Optional<std::string> source_host_endpoint_display_name = {};
    Optional<std::string> destination_host_endpoint_display_name = {};
    Optional<std::string> source_host_path = {};                  ///< on the host: the root of the guest collection
    Optional<std::string> destination_host_path = {};             ///< the same of the destination
    Optional<std::string> source_mapped_collection_id = {};       ///< that the guest collection is on
    Optional<std::string> destination_mapped_collection_id = {};  ///< the same of the destination
    Optional<std::string> source_mapped_collection_display_name = {};
    Optional<std::string> destination_mapped_collection_display_name = {};
    /// Older form of source_endpoint_id; the next three are older forms, too.
    Optional<std::string> source_endpoint = {};
    Optional<std::string> destination_endpoint = {};           ///< of the destination
    Optional<std::string> source_host_endpoint = {};           ///< of the source's host
    Optional<std::string> destination_host_endpoint = {};      ///< of the destination's host
    Optional<bool> history_deleted = {};                       ///< the paths of the task are no longer kept
    Optional<std::string> nice_status = {};                    ///< why it does not advance, as in "PERMISSION_DENIED"
    Optional<std::string> nice_status_details = {};            ///< the same in the words of the server that failed
    Optional<std::string> nice_status_short_description = {};  ///< the same for people
    /// When the task will fail because of it: a number of seconds, -1 for never, or an ISO 8601 time as a text.
    Optional<Json> nice_status_expires_in = {};
    Optional<bool> is_ok = {};                               ///< no error blocks it; null once it has ended
    Optional<bool> is_paused = {};                           ///< held by a pause rule or an administrator
    Optional<CanceledBy> canceled_by_admin = {};             ///< null if no manager cancelled it
    Optional<std::string> canceled_by_admin_message = {};    ///< that manager's message
    Optional<std::string> command = {};                      ///< what it came from, as in "API 0.10"
    Optional<std::int64_t> bytes_checksummed = {};           ///< bytes read to compare checksums before the transfer
    Optional<std::int64_t> bytes_transferred = {};           ///< bytes, repeated attempts included
    Optional<std::int64_t> effective_bytes_per_second = {};  ///< mean rate so far, pauses and errors included
    Optional<std::int64_t> directories = {};                 ///< of the task, found so far
    Optional<std::int64_t> files = {};                       ///< of the task, found so far
    Optional<std::int64_t> files_skipped = {};               ///< left as they were because of sync_level
    Optional<std::int64_t> files_transferred = {};           ///< that have arrived
    Optional<std::int64_t> symlinks = {};                    ///< of the task, found so far
    Optional<std::int64_t> faults = {};                      ///< errors so far, including those that passed
    Optional<std::int64_t> subtasks_total = {};      ///< steps: one for each file, directory and deletion, found so far
    Optional<std::int64_t> subtasks_pending = {};    ///< steps not begun, or under way
    Optional<std::int64_t> subtasks_retrying = {};   ///< steps that failed and are tried again
    Optional<std::int64_t> subtasks_succeeded = {};  ///< steps
    Optional<std::int64_t> subtasks_expired = {};    ///< steps not done at the deadline
    Optional<std::int64_t> subtasks_canceled = {};   ///< steps
    Optional<std::int64_t> subtasks_failed = {};     ///< steps
    Optional<std::int64_t> subtasks_skipped_errors = {};  ///< steps left out because of skip_source_errors
    Optional<Json> sync_level = {};                       ///< 0 to 3, as in SyncLevel; null for none
    Optional<bool> delete_destination_extra = {};         ///< this and those below are as they were submitted
    Optional<bool> encrypt_data = {};                     ///< as it was submitted
    Optional<bool> fail_on_quota_errors = {};             ///< as it was submitted
    Optional<bool> preserve_timestamp = {};               ///< as it was submitted
    Optional<bool> skip_source_errors = {};               ///< as it was submitted
    Optional<bool> verify_checksum = {};                  ///< as it was submitted
    Optional<SymlinkHandling> recursive_symlinks = {};    ///< as it was submitted
    Optional<Json> fatal_error = {};                      ///< code and description of what ended a failed task
    Optional<Json> filter_rules = {};                     ///< a list of FilterRule; null for none
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
    Optional<std::int64_t> length = {};   ///< tasks of this page
    Optional<std::int64_t> limit = {};    ///< that was asked for
    Optional<std::int64_t> offset = {};   ///< of the first, from 0
    Optional<std::int64_t> total = {};    ///< of all pages
    Optional<bool> has_next_page = {};    ///< there are more
    Optional<std::string> last_key = {};  ///< for the next page
    static constexpr auto items = &TaskPage::DATA;
    GLOBUS_MEMBERS(TaskPage, DATA, length, limit, offset, total, has_next_page, last_key);
};

/// Something that happened to a task. https://docs.globus.org/api/transfer/task/#event_document
struct TaskEvent {
    Optional<std::string> code = {};  ///< as in "STARTED", "FILE_NOT_FOUND"
    Optional<std::string> description = {};
    Optional<std::string> details = {};  ///< a text or JSON as text, of a form that depends on the code
    Optional<bool> is_error = {};        ///< false for progress and the like
    Optional<Timestamp> time = {};
    GLOBUS_MEMBERS(TaskEvent, code, description, details, is_error, time);
};

/// A page of events. https://docs.globus.org/api/transfer/task/#event_list_document
struct TaskEventPage {
    std::vector<TaskEvent> DATA = {};    ///< the latest first
    Optional<std::int64_t> length = {};  ///< events of this page
    Optional<std::int64_t> limit = {};   ///< that was asked for
    Optional<std::int64_t> offset = {};  ///< of the first, from 0
    Optional<std::int64_t> total = {};   ///< of all pages
    static constexpr auto items = &TaskEventPage::DATA;
    GLOBUS_MEMBERS(TaskEventPage, DATA, length, limit, offset, total);
};

// Endpoints

/// What creating or changing an endpoint answers. https://docs.globus.org/api/transfer/gcp_management/
struct EndpointResult {
    Optional<std::string> id = {};    ///< of an endpoint that was made
    Optional<std::string> code = {};  ///< as in "Created", "Updated"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};    ///< the path of the request
    Optional<std::string> request_id = {};  ///< for questions to Globus support
    GLOBUS_MEMBERS(EndpointResult, id, code, message, resource, request_id);
};

/// A page of the guest collections of a host.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_guest_collection_list
struct SharedEndpointPage {
    std::vector<Endpoint> shared_endpoints = {};
    Optional<std::string> next_token = {};  ///< for the next page; null on the last
    static constexpr auto items = &SharedEndpointPage::shared_endpoints;
    GLOBUS_MEMBERS(SharedEndpointPage, shared_endpoints, next_token);
};

/// The servers of an endpoint.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_endpoint_or_collection_server_list
struct EndpointServerPage {
    std::vector<EndpointServer> DATA = {};
    Optional<std::string> endpoint = {};  ///< its id
    static constexpr auto items = &EndpointServerPage::DATA;
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
    Optional<std::string> id = {};  ///< a UUID; null for the owner's role
    Optional<RolePrincipal> principal_type = {};
    Optional<std::string> principal = {};  ///< its id
    Optional<std::string> role = {};       ///< "administrator", "access_manager", "activity_manager", ...
    GLOBUS_MEMBERS(EndpointRole, DATA_TYPE, id, principal_type, principal, role);
};

/// The roles on a collection. https://docs.globus.org/api/transfer/roles/#role_list
struct EndpointRolePage {
    std::vector<EndpointRole> DATA = {};
    Optional<std::string> endpoint = {};  ///< id of the collection
    static constexpr auto items = &EndpointRolePage::DATA;
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
    Optional<std::string> id = {};  ///< a UUID; null for a rule that comes from a role
    Optional<AccessPrincipal> principal_type = {};
    Optional<std::string> principal = {};  ///< its id; empty for the last two
    Optional<std::string> path = {};       ///< it begins and ends with a slash
    Optional<Permissions> permissions = {};
    Optional<std::string> role_id = {};    ///< of the role that this rule comes from
    Optional<std::string> role_type = {};  ///< of that role, as in "administrator"
    Optional<Timestamp> create_time = {};
    Optional<Timestamp> expiration_date = {};
    Optional<std::string> notify_email = {};    ///< whom to tell about a new rule
    Optional<std::string> notify_message = {};  ///< that goes into the e-mail
    GLOBUS_MEMBERS(AccessRule, DATA_TYPE, id, principal_type, principal, path, permissions, role_id, role_type,
                   create_time, expiration_date, notify_email, notify_message);
};

/// The access rules of a guest collection. https://docs.globus.org/api/transfer/acl/#access_list_document
struct AccessRulePage {
    std::vector<AccessRule> DATA = {};
    Optional<std::string> endpoint = {};  ///< id of the collection
    Optional<std::int64_t> length = {};   ///< how many there are
    static constexpr auto items = &AccessRulePage::DATA;
    GLOBUS_MEMBERS(AccessRulePage, DATA, endpoint, length);
};

/// What adding an access rule answers. https://docs.globus.org/api/transfer/acl/#rest_access_create
struct AccessRuleResult {
    Optional<std::string> access_id = {};  ///< of the rule, for the operations that take a rule_id
    Optional<std::string> code = {};       ///< as in "Created"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};    ///< the path of the request
    Optional<std::string> request_id = {};  ///< for questions to Globus support
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
    Optional<std::string> id = {};    ///< a UUID; left out when it is to be made
    Optional<std::string> name = {};  ///< one that the user has not used yet
    Optional<std::string> endpoint_id = {};
    Optional<std::string> path = {};  ///< it ends with a slash
    Optional<bool> pinned = {};       ///< it is shown first
    GLOBUS_MEMBERS(Bookmark, DATA_TYPE, id, name, endpoint_id, path, pinned);
};

/// The bookmarks of the user. https://docs.globus.org/api/transfer/collection_bookmarks/#get_list_of_bookmarks
struct BookmarkPage {
    std::vector<Bookmark> DATA = {};
    static constexpr auto items = &BookmarkPage::DATA;
    GLOBUS_MEMBERS(BookmarkPage, DATA);
};

// Pauses

/**
 * A rule by which the manager of a collection pauses tasks.
 *
 * https://docs.globus.org/api/transfer/advanced_collection_management/#pause_rule_document
 */
struct PauseRule {
    Constant<"pause_rule"> DATA_TYPE = {};
    Optional<std::string> id = {};       ///< a UUID; left out when it is to be made
    Optional<std::string> message = {};  ///< for the owners of the tasks
    Optional<Timestamp> start_time = {};
    Optional<std::string> endpoint_id = {};
    Optional<std::string> endpoint_display_name = {};
    Optional<std::string> identity_id = {};  ///< whose tasks; everybody's if null
    /// It was made by the manager of a guest collection's host, not of the collection.
    Optional<bool> created_by_host_manager = {};
    Optional<std::string> modified_by = {};     ///< user name; only managers get it
    Optional<std::string> modified_by_id = {};  ///< of that user's identity
    Optional<Timestamp> modified_time = {};
    Optional<bool> editable = {};                         ///< the user may change and delete it
    Optional<bool> pause_ls = {};                         ///< true: directories cannot be listed
    Optional<bool> pause_mkdir = {};                      ///< true: no directory can be made
    Optional<bool> pause_rename = {};                     ///< true: nothing can be renamed
    Optional<bool> pause_symlink = {};                    ///< true: no link can be made
    Optional<bool> pause_task_delete = {};                ///< true: deletions are paused
    Optional<bool> pause_task_transfer_read = {};         ///< true: transfers from the collection are paused
    Optional<bool> pause_task_transfer_read_share = {};   ///< true: transfers from guest collections on it are paused
    Optional<bool> pause_task_transfer_write = {};        ///< true: transfers to the collection are paused
    Optional<bool> pause_task_transfer_write_share = {};  ///< true: transfers to guest collections on it are paused
    GLOBUS_MEMBERS(PauseRule, DATA_TYPE, id, message, start_time, endpoint_id, endpoint_display_name, identity_id,
                   created_by_host_manager, modified_by, modified_by_id, modified_time, editable, pause_ls, pause_mkdir,
                   pause_rename, pause_symlink, pause_task_delete, pause_task_transfer_read,
                   pause_task_transfer_read_share, pause_task_transfer_write, pause_task_transfer_write_share);
};

/// The pause rules of a collection, or of all that the user manages.
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_pause_rules
struct PauseRulePage {
    std::vector<PauseRule> DATA = {};
    Optional<std::int64_t> length = {};  ///< how many there are
    static constexpr auto items = &PauseRulePage::DATA;
    GLOBUS_MEMBERS(PauseRulePage, DATA, length);
};

/// Why a task is paused, or will be. https://docs.globus.org/api/transfer/task/#get_task_pause_info
struct PauseInfo {
    std::vector<PauseRule> pause_rules = {};  ///< that pause the task
    /// From the administrator who paused the task; null for none, as are those below.
    Optional<std::string> source_pause_message = {};
    Optional<std::string> destination_pause_message = {};        ///< the same of the destination
    Optional<std::string> source_pause_message_share = {};       ///< the same of the source's host
    Optional<std::string> destination_pause_message_share = {};  ///< the same of the destination's host
    static constexpr auto items = &PauseInfo::pause_rules;
    GLOBUS_MEMBERS(PauseInfo, pause_rules, source_pause_message, destination_pause_message, source_pause_message_share,
                   destination_pause_message_share);
};

/// What cancelling other users' tasks answers, and how far that is.
/// https://docs.globus.org/api/transfer/advanced_collection_management/#admin_cancel
struct AdminCancel {
    Optional<TextOrNumber> id = {};              ///< for endpoint_manager_cancel_status
    Optional<bool> done = {};                    ///< all tasks have been told; any that could not be are unchanged
    Optional<std::string> message = {};          ///< for the owners of the tasks
    std::vector<std::string> task_id_list = {};  ///< that were to be cancelled
    GLOBUS_MEMBERS(AdminCancel, id, done, message, task_id_list);
};

// What happened to single files

/// A file that a task has transferred. https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct SuccessfulTransfer {
    Optional<std::string> source_path = {};       ///< absolute, on the source
    Optional<std::string> destination_path = {};  ///< absolute, on the destination
    GLOBUS_MEMBERS(SuccessfulTransfer, source_path, destination_path);
};

/// A page of transferred files. https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct SuccessfulTransferPage {
    std::vector<SuccessfulTransfer> DATA = {};
    Optional<Json> marker = {};       ///< of this page
    Optional<Json> next_marker = {};  ///< a number or a text; null on the last page
    static constexpr auto items = &SuccessfulTransferPage::DATA;
    GLOBUS_MEMBERS(SuccessfulTransferPage, DATA, marker, next_marker);
};

/// A path that a task left out, because skip_source_errors was set.
/// https://docs.globus.org/api/transfer/task/#get_task_skipped_errors
struct SkippedError {
    Optional<std::string> source_path = {};       ///< absolute, on the source
    Optional<std::string> destination_path = {};  ///< null where there is none
    Optional<std::string> error_code = {};        ///< "FILE_NOT_FOUND" or "PERMISSION_DENIED"
    Optional<std::string> error_details = {};     ///< in the words of the server that failed
    Optional<Timestamp> error_time = {};
    Optional<bool> is_directory = {};                 ///< false for a file or link
    Optional<bool> is_symlink = {};                   ///< it is a link, whatever that leads to
    Optional<bool> is_delete_destination_extra = {};  ///< it was to be deleted because of delete_destination_extra
    Optional<std::string> external_checksum = {};     ///< as it was submitted; null for none
    Optional<std::string> checksum_algorithm = {};    ///< of external_checksum
    GLOBUS_MEMBERS(SkippedError, source_path, destination_path, error_code, error_details, error_time, is_directory,
                   is_symlink, is_delete_destination_extra, external_checksum, checksum_algorithm);
};

/// A page of skipped paths. https://docs.globus.org/api/transfer/task/#get_task_skipped_errors
struct SkippedErrorPage {
    std::vector<SkippedError> DATA = {};
    Optional<Json> marker = {};       ///< of this page
    Optional<Json> next_marker = {};  ///< a number or a text; null on the last page
    static constexpr auto items = &SkippedErrorPage::DATA;
    GLOBUS_MEMBERS(SkippedErrorPage, DATA, marker, next_marker);
};

// Tunnels and other JSON:API documents, whose resource is in `data`

/// The name of another resource. https://jsonapi.org/format/#document-resource-identifier-objects
struct ResourceId {
    Optional<std::string> type = {};  ///< as in "StreamAccessPoint"
    Optional<std::string> id = {};    ///< a UUID
    GLOBUS_MEMBERS(ResourceId, type, id);
};

/// A relationship to another resource. https://jsonapi.org/format/#document-resource-object-relationships
struct Relationship {
    Optional<ResourceId> data = {};  ///< null for none
    GLOBUS_MEMBERS(Relationship, data);
};

/// What a tunnel is, and its state. https://docs.globus.org/api/transfer/
struct TunnelAttributes {
    Optional<std::string> label = {};   ///< for people
    Optional<std::string> state = {};   ///< as in "AWAITING_LISTENER", "STOPPING"
    Optional<std::string> status = {};  ///< the state in a sentence
    Optional<Timestamp> created_time = {};
    Optional<std::string> submission_id = {};         ///< that it was made with
    Optional<WholeMinutes> lifetime_mins = {};        ///< how long it may live
    Optional<bool> restartable = {};                  ///< the service may start it again after a failure
    Optional<std::string> initiator_ip_address = {};  ///< of the end that connects; null until it is known
    Optional<std::int64_t> initiator_port = {};       ///< of the end that connects; null until it is known
    Optional<std::string> listener_ip_address = {};   ///< where the listening program waits; null until it is known
    Optional<std::int64_t> listener_port = {};        ///< where the listening program waits; null until it is known
    GLOBUS_MEMBERS(TunnelAttributes, label, state, status, created_time, submission_id, lifetime_mins, restartable,
                   initiator_ip_address, initiator_port, listener_ip_address, listener_port);
};

/// The two ends of a tunnel, and whose it is. https://docs.globus.org/api/transfer/
struct TunnelRelationships {
    Optional<Relationship> initiator = {};  ///< the StreamAccessPoint that connects
    Optional<Relationship> listener = {};   ///< the StreamAccessPoint that waits for it
    Optional<Relationship> owner = {};      ///< an identity
    GLOBUS_MEMBERS(TunnelRelationships, initiator, listener, owner);
};

/// A tunnel: a connection between two stream access points. https://docs.globus.org/api/transfer/
struct Tunnel {
    Optional<std::string> type = {};  ///< "Tunnel"
    std::string id = {};              ///< a UUID
    TunnelAttributes attributes = {};
    TunnelRelationships relationships = {};
    GLOBUS_MEMBERS(Tunnel, type, id, attributes, relationships);
};

/// The JSON:API document of a tunnel. https://docs.globus.org/api/transfer/
struct TunnelDocument {
    Optional<Tunnel> data = {};
    Optional<Json> meta = {};  ///< further facts, such as the id of the request
    GLOBUS_MEMBERS(TunnelDocument, data, meta);
};

/// A page of tunnels; `links` leads to the next. https://docs.globus.org/api/transfer/
struct TunnelPage {
    std::vector<Tunnel> data = {};
    Optional<Json> links = {};  ///< URLs, of the next page among them; null for none
    Optional<Json> meta = {};   ///< further facts, such as the id of the request
    static constexpr auto items = &TunnelPage::data;
    GLOBUS_MEMBERS(TunnelPage, data, links, meta);
};

/// Something that happened to a tunnel. https://docs.globus.org/api/transfer/
struct TunnelEvent {
    Optional<std::string> type = {};  ///< as in "TunnelEvent"
    Optional<Json> id = {};           ///< a number
    TaskEvent attributes = {};
    GLOBUS_MEMBERS(TunnelEvent, type, id, attributes);
};

/// A page of what happened to a tunnel; `links` leads to the next. https://docs.globus.org/api/transfer/
struct TunnelEventPage {
    std::vector<TunnelEvent> data = {};
    Optional<Json> links = {};  ///< URLs, of the next page among them; null for none
    Optional<Json> meta = {};   ///< further facts, such as the id of the request
    static constexpr auto items = &TunnelEventPage::data;
    GLOBUS_MEMBERS(TunnelEventPage, data, links, meta);
};

/// What a stream access point is. https://docs.globus.org/api/transfer/
struct StreamAccessPointAttributes {
    Optional<std::string> display_name = {};
    Optional<std::string> advertised_owner = {};  ///< the owner that it shows
    Optional<std::string> description = {};
    Optional<std::string> organization = {};   ///< that runs it
    Optional<std::string> department = {};     ///< of the organization
    Optional<std::string> contact_email = {};  ///< for questions about it
    Optional<std::string> contact_info = {};   ///< phone, address and the like
    Optional<std::string> info_link = {};      ///< URL of a page about it
    Optional<Json> keywords = {};              ///< a text or a list
    Optional<std::string> tlsftp_server = {};  ///< URL, as in "tlsftp://host:443"
    GLOBUS_MEMBERS(StreamAccessPointAttributes, display_name, advertised_owner, description, organization, department,
                   contact_email, contact_info, info_link, keywords, tlsftp_server);
};

/// What a stream access point belongs to. https://docs.globus.org/api/transfer/
struct StreamAccessPointRelationships {
    Optional<Relationship> host_endpoint = {};  ///< that it is on
    GLOBUS_MEMBERS(StreamAccessPointRelationships, host_endpoint);
};

/// An end that a tunnel can have. https://docs.globus.org/api/transfer/
struct StreamAccessPoint {
    Optional<std::string> type = {};  ///< "StreamAccessPoint"
    std::string id = {};              ///< a UUID
    StreamAccessPointAttributes attributes = {};
    StreamAccessPointRelationships relationships = {};
    GLOBUS_MEMBERS(StreamAccessPoint, type, id, attributes, relationships);
};

/// The JSON:API document of a stream access point. https://docs.globus.org/api/transfer/
struct StreamAccessPointDocument {
    Optional<StreamAccessPoint> data = {};
    Optional<Json> meta = {};  ///< further facts, such as the id of the request
    GLOBUS_MEMBERS(StreamAccessPointDocument, data, meta);
};

/// A page of stream access points; `links` leads to the next. https://docs.globus.org/api/transfer/
struct StreamAccessPointPage {
    std::vector<StreamAccessPoint> data = {};
    Optional<Json> links = {};  ///< URLs, of the next page among them; null for none
    Optional<Json> meta = {};   ///< further facts, such as the id of the request
    static constexpr auto items = &StreamAccessPointPage::data;
    GLOBUS_MEMBERS(StreamAccessPointPage, data, links, meta);
};

/// The outcome of a JSON:API operation that leaves no resource, such as a deletion.
/// https://jsonapi.org/format/#document-top-level
struct ApiResult {
    Optional<Json> data = {};  ///< null
    Optional<Json> meta = {};  ///< further facts, such as the id of the request
    GLOBUS_MEMBERS(ApiResult, data, meta);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_ANSWERS_HPP
