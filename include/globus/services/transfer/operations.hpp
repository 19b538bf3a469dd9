// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP
#define GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/services/transfer/data.hpp>
#include <globus/services/transfer/documents.hpp>

#include <cstdint>
#include <string>

// The operations of Globus Transfer. https://docs.globus.org/api/transfer/
//
// What all have in common: `query_params` takes parameters that the operation has no member for; every operation throws
// what Client::send throws; ids are UUIDs as text.

namespace globus {
struct TransferService;
}

namespace globus::transfer {

// Endpoints and collections

/// Reads an endpoint or collection. GET /endpoint/<endpoint_id>
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_endpoint_or_collection_by_id
struct GetEndpoint {
    using service = TransferService;
    using result = Endpoint;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpoint, endpoint_id, query_params);
};

/// Searches endpoints and collections; at least one filter must be given. Paginated. GET /endpoint_search
/// https://docs.globus.org/api/transfer/endpoint_and_collection_search/
struct EndpointSearch {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint_search");
    static constexpr Paging paging{PagingStyle::has_next_page, "DATA", {}, 100, 1000};
    static constexpr auto items = &EndpointList::DATA;
    Optional<std::string> filter_fulltext = {};  ///< words to find
    Optional<std::string> filter_scope = {};     ///< "all", "my-endpoints", "recently-used", ...
    Optional<std::string> filter_owner_id = {};
    Optional<std::string> filter_host_endpoint = {};
    Optional<bool> filter_non_functional = {};
    Optional<std::string> filter_entity_type = {};  ///< as in "GCSv5_mapped_collection"
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("filter_non_functional", Spelling::number));
    GLOBUS_MEMBERS(EndpointSearch, filter_fulltext, filter_scope, filter_owner_id, filter_host_endpoint,
                   filter_non_functional, filter_entity_type, limit, offset, query_params);
};

// Files

/// Lists a directory of a collection. GET /operation/endpoint/<endpoint_id>/ls
/// https://docs.globus.org/api/transfer/file_operations/#list_directory_contents
struct OperationLs {
    using service = TransferService;
    using result = FileList;
    static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/ls");
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};     ///< the collection's default directory if left out
    Optional<bool> show_hidden = {};     ///< names that begin with a dot; shown if left out
    Optional<StringList> orderby = {};   ///< as in "name ASC" or {"type", "size DESC"}
    Optional<std::int64_t> limit = {};   ///< at most so many entries
    Optional<std::int64_t> offset = {};  ///< skip so many
    Optional<TransferFilters> filter = {};
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where it maps to several
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("show_hidden", Spelling::number), in_query("filter", Spelling::repeat));
    GLOBUS_MEMBERS(OperationLs, endpoint_id, path, show_hidden, orderby, limit, offset, filter, local_user,
                   query_params);
};

/// Reads what is known of one file or directory. GET /operation/endpoint/<endpoint_id>/stat
/// https://docs.globus.org/api/transfer/file_operations/#stat
struct OperationStat {
    using service = TransferService;
    using result = File;
    static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/stat");
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};
    Optional<std::string> local_user = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(OperationStat, endpoint_id, path, local_user, query_params);
};

/// Makes a directory. POST /operation/endpoint/<endpoint_id>/mkdir
/// A directory that exists is a TransferApiError with code "ExternalError.MkdirFailed.Exists".
/// https://docs.globus.org/api/transfer/file_operations/#make_directory
struct OperationMkdir {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/operation/endpoint/{endpoint_id}/mkdir");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    Required<std::string> path;
    Optional<std::string> local_user = {};
    QueryParams query_params = {};
    Constant<"mkdir"> DATA_TYPE = {};
    static constexpr auto wire = wires(in_json("DATA_TYPE"), in_json("path"), in_json("local_user"));
    GLOBUS_MEMBERS(OperationMkdir, endpoint_id, path, local_user, query_params, DATA_TYPE);
};

/// Renames or moves a file or directory within a collection. POST /operation/endpoint/<endpoint_id>/rename
/// https://docs.globus.org/api/transfer/file_operations/#rename
struct OperationRename {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/operation/endpoint/{endpoint_id}/rename");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    Required<std::string> oldpath;
    Required<std::string> newpath;
    Optional<std::string> local_user = {};
    QueryParams query_params = {};
    Constant<"rename"> DATA_TYPE = {};
    static constexpr auto wire = wires(in_json("DATA_TYPE"), in_json("oldpath", "old_path"),
                                       in_json("newpath", "new_path"), in_json("local_user"));
    GLOBUS_MEMBERS(OperationRename, endpoint_id, oldpath, newpath, local_user, query_params, DATA_TYPE);
};

// Submissions

/// Gets a submission id: a key that makes a submission safe to repeat. GET /submission_id
/// https://docs.globus.org/api/transfer/task_submit/#get_submission_id
struct GetSubmissionId {
    using service = TransferService;
    using result = SubmissionId;
    static constexpr auto route = get("/v0.10/submission_id");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetSubmissionId, query_params);
};

/// Submits a transfer whose document has its submission id. POST /transfer
/// The member function submit_transfer fetches the id where there is none.
/// https://docs.globus.org/api/transfer/task_submit/#submit_transfer_task
struct SubmitTransfer {
    using service = TransferService;
    using result = SubmissionResult;
    static constexpr auto route = post("/v0.10/transfer");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<Document> data;
    GLOBUS_MEMBERS(SubmitTransfer, data);
};

/// Submits a deletion whose document has its submission id. POST /delete
/// The member function submit_delete fetches the id where there is none.
/// https://docs.globus.org/api/transfer/task_submit/#submit_delete_task
struct SubmitDelete {
    using service = TransferService;
    using result = SubmissionResult;
    static constexpr auto route = post("/v0.10/delete");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<Document> data;
    GLOBUS_MEMBERS(SubmitDelete, data);
};

// Tasks

/// Lists the tasks of the user. Paginated. GET /task_list
/// https://docs.globus.org/api/transfer/task/#get_task_list
struct TaskList {
    using service = TransferService;
    using result = TaskPage;
    static constexpr auto route = get("/v0.10/task_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    static constexpr auto items = &TaskPage::DATA;
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    Optional<StringList> orderby = {};
    Optional<TransferFilter> filter = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskList, limit, offset, orderby, filter, query_params);
};

/// Lists what happened to a task, the latest first. Paginated. GET /task/<task_id>/event_list
/// https://docs.globus.org/api/transfer/task/#get_event_list
struct TaskEventList {
    using service = TransferService;
    using result = TaskEventPage;
    static constexpr auto route = get("/v0.10/task/{task_id}/event_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    static constexpr auto items = &TaskEventPage::DATA;
    Required<std::string> task_id;
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskEventList, task_id, limit, offset, query_params);
};

/// Reads a task. GET /task/<task_id>
/// https://docs.globus.org/api/transfer/task/#get_task_by_id
struct GetTask {
    using service = TransferService;
    using result = Task;
    static constexpr auto route = get("/v0.10/task/{task_id}");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTask, task_id, query_params);
};

/// Cancels a task; one that has ended already stays as it is. POST /task/<task_id>/cancel
/// https://docs.globus.org/api/transfer/task/#cancel_task_by_id
struct CancelTask {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/task/{task_id}/cancel");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> task_id;
    GLOBUS_MEMBERS(CancelTask, task_id);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP
