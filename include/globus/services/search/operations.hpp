// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_OPERATIONS_HPP
#define GLOBUS_SERVICES_SEARCH_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/core/config.hpp>
#include <globus/services/search/answers.hpp>
#include <globus/services/search/payloads.hpp>

#include <cstdint>
#include <string>

// The operations of Globus Search. https://docs.globus.org/api/search/

namespace globus {
struct SearchService;
}

namespace globus::search {

// Indexes

/// Creates an index; it is a trial index until a subscription is set for it. POST /v1/index
/// It is not repeated after a lost answer, because that could make two indexes.
/// https://docs.globus.org/api/search/reference/index_create/
struct CreateIndex {
    using service = SearchService;
    using result = Index;
    static constexpr auto route = post("/v1/index");
    Required<std::string> display_name;
    Required<std::string> description;
    static constexpr auto wire = wires(in_json("display_name"), in_json("description"));
    GLOBUS_MEMBERS(CreateIndex, display_name, description);
};

/// Changes the name or description of an index. PATCH /v1/index/{index_id}
/// https://docs.globus.org/api/search/reference/index_update/
struct UpdateIndex {
    using service = SearchService;
    using result = Index;
    static constexpr auto route = patch("/v1/index/{index_id}");
    Required<std::string> index_id;
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    static constexpr auto wire = wires(in_json("display_name"), in_json("description"));
    GLOBUS_MEMBERS(UpdateIndex, index_id, display_name, description);
};

/// Marks an index for deletion; until it is deleted it can be reopened. DELETE /v1/index/{index_id}
/// https://docs.globus.org/api/search/reference/index_delete/
struct DeleteIndex {
    using service = SearchService;
    using result = IndexAcknowledgement;
    static constexpr auto route = delete_("/v1/index/{index_id}");
    Required<std::string> index_id;
    GLOBUS_MEMBERS(DeleteIndex, index_id);
};

/// Cancels the deletion of an index that is marked for it. POST /v1/index/{index_id}/reopen
/// https://docs.globus.org/api/search/reference/index_reopen/
struct ReopenIndex {
    using service = SearchService;
    using result = IndexAcknowledgement;
    static constexpr auto route = post("/v1/index/{index_id}/reopen");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> index_id;
    GLOBUS_MEMBERS(ReopenIndex, index_id);
};

/// Reads what an index is. GET /v1/index/{index_id}
/// https://docs.globus.org/api/search/reference/index_show/
struct GetIndex {
    using service = SearchService;
    using result = Index;
    static constexpr auto route = get("/v1/index/{index_id}");
    Required<std::string> index_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetIndex, index_id, query_params);
};

/// Lists the indexes that the caller has a role on. GET /v1/index_list
/// https://docs.globus.org/api/search/reference/index_list/
struct IndexList {
    using service = SearchService;
    using result = Indexes;
    static constexpr auto route = get("/v1/index_list");
    Optional<StringList> filter_roles = {};  ///< "owner", "admin", "writer": only indexes with one of these
    QueryParams query_params = {};
    GLOBUS_MEMBERS(IndexList, filter_roles, query_params);
};

// Queries

/// Searches an index. Paginated, as far as subject 10,000; `scroll` goes further. GET /v1/index/{index_id}/search
/// https://docs.globus.org/api/search/reference/get_query/
struct Search {
    using service = SearchService;
    using result = GSearchResult;
    static constexpr auto route = get("/v1/index/{index_id}/search");
    static constexpr Paging paging{PagingStyle::has_next_page, "gmeta", {}, 100, 10000};
    Required<std::string> index_id;
    Required<std::string> q;             ///< https://docs.globus.org/api/search/query#query_syntax
    Optional<std::int64_t> offset = {};  ///< of the first subject, from 0; offset + limit is at most 10,000
    Optional<std::int64_t> limit = {};   ///< subjects per page, 0 to 100; the service's default is 10
    Optional<bool> advanced = {};        ///< q is in the advanced syntax
    QueryParams query_params = {};
    GLOBUS_MEMBERS(Search, index_id, q, offset, limit, advanced, query_params);
};

/// Searches an index by a SearchQueryV1. Paginated, as far as subject 10,000. POST /v1/index/{index_id}/search `offset`
/// and `limit` take the place of those in `data`. It only reads, and is repeated as reads are.
/// https://docs.globus.org/api/search/reference/post_query/
struct PostSearch {
    using service = SearchService;
    using result = GSearchResult;
    static constexpr auto route = post("/v1/index/{index_id}/search");
    static constexpr RetryClass retry = RetryClass::read;
    static constexpr Paging paging{PagingStyle::has_next_page, "gmeta", {}, 100, 10000};
    Required<std::string> index_id;
    Required<DocumentOf<SearchQueryV1>> data;  ///< the query
    Optional<std::int64_t> offset = {};        ///< of the first subject, from 0; offset + limit is at most 10,000
    Optional<std::int64_t> limit = {};         ///< subjects per page, 0 to 100; the service's default is 10
    static constexpr auto wire = wires(in_json("offset"), in_json("limit"));
    GLOBUS_MEMBERS(PostSearch, index_id, data, offset, limit);

    /// The same operation, with the `offset` and `limit` of `data` where it has none of its own.
    [[nodiscard]] PostSearch normalized() const;
};

/// Reads all that matches a SearchScrollQuery, page by page. Paginated. POST /v1/index/{index_id}/scroll
/// `marker` takes the place of that in `data`.
/// https://docs.globus.org/api/search/reference/scroll_query/
struct Scroll {
    using service = SearchService;
    using result = GSearchResult;
    static constexpr auto route = post("/v1/index/{index_id}/scroll");
    static constexpr RetryClass retry = RetryClass::read;
    static constexpr Paging paging{PagingStyle::marker, "gmeta", "marker"};
    Required<std::string> index_id;
    Required<DocumentOf<SearchScrollQuery>> data;  ///< the query
    Optional<std::string> marker = {};             ///< the previous page's
    static constexpr auto wire = wires(in_json("marker"));
    GLOBUS_MEMBERS(Scroll, index_id, data, marker);
};

// Data

/// Puts subjects into an index, in a task. POST /v1/index/{index_id}/ingest
/// It is not repeated after a lost answer, because it would undo a later ingest of the same subjects. Where there is
/// none, say so by CallOptions::retry_as. https://docs.globus.org/api/search/reference/ingest/
struct Ingest {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = post("/v1/index/{index_id}/ingest");
    Required<std::string> index_id;
    Required<DocumentOf<GIngest>> data;  ///< the entries
    GLOBUS_MEMBERS(Ingest, index_id, data);

    /// @throws UsageError  see GIngest
    void check() const { data->check(); }
};

/// Deletes the subjects that match a query, in a task. POST /v1/index/{index_id}/delete_by_query
/// https://docs.globus.org/api/search/reference/delete_by_query/
struct DeleteByQuery {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = post("/v1/index/{index_id}/delete_by_query");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> index_id;
    Required<DocumentOf<SearchQueryV1>> data;  ///< with `q` or filters
    GLOBUS_MEMBERS(DeleteByQuery, index_id, data);
};

/// Deletes subjects, in a task. POST /v1/index/{index_id}/batch_delete_by_subject
/// https://docs.globus.org/api/search/reference/batch_delete_by_subject/
struct BatchDeleteBySubject {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = post("/v1/index/{index_id}/batch_delete_by_subject");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> index_id;
    Required<StringList> subjects;            ///< as they were ingested
    AdditionalFields additional_params = {};  ///< further members of the document
    static constexpr auto wire = wires(in_json("subjects"));
    GLOBUS_MEMBERS(BatchDeleteBySubject, index_id, subjects, additional_params);
};

// Subjects and entries

/// Reads a subject with its entries. GET /v1/index/{index_id}/subject
/// https://docs.globus.org/api/search/reference/get_subject/
struct GetSubject {
    using service = SearchService;
    using result = GMetaResult;
    static constexpr auto route = get("/v1/index/{index_id}/subject");
    Required<std::string> index_id;
    Required<std::string> subject;  ///< as it was ingested
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetSubject, index_id, subject, query_params);
};

/// Deletes a subject with its entries, in a task. DELETE /v1/index/{index_id}/subject
/// https://docs.globus.org/api/search/reference/delete_subject/
struct DeleteSubject {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = delete_("/v1/index/{index_id}/subject");
    Required<std::string> index_id;
    Required<std::string> subject;  ///< as it was ingested
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteSubject, index_id, subject, query_params);
};

/// Reads one entry of a subject: without `entry_id`, the one that has no id. GET /v1/index/{index_id}/entry
/// https://docs.globus.org/api/search/reference/get_entry/
struct GetEntry {
    using service = SearchService;
    using result = GMetaResult;
    static constexpr auto route = get("/v1/index/{index_id}/entry");
    Required<std::string> index_id;
    Required<std::string> subject;        ///< as it was ingested
    Optional<std::string> entry_id = {};  ///< as it was ingested; left out for the entry that has no id
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEntry, index_id, subject, entry_id, query_params);
};

/// Deletes one entry of a subject, in a task: without `entry_id`, the one that has no id.
/// DELETE /v1/index/{index_id}/entry
/// https://docs.globus.org/api/search/reference/delete_entry/
struct DeleteEntry {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = delete_("/v1/index/{index_id}/entry");
    Required<std::string> index_id;
    Required<std::string> subject;        ///< as it was ingested
    Optional<std::string> entry_id = {};  ///< as it was ingested; left out for the entry that has no id
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteEntry, index_id, subject, entry_id, query_params);
};

// Tasks

/// Reads how far a task is. GET /v1/task/{task_id}
/// https://docs.globus.org/api/search/reference/get_task/
struct GetTask {
    using service = SearchService;
    using result = Task;
    static constexpr auto route = get("/v1/task/{task_id}");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTask, task_id, query_params);
};

/// Lists the latest 1,000 tasks of an index. GET /v1/task_list/{index_id}
/// https://docs.globus.org/api/search/reference/task_list/
struct GetTaskList {
    using service = SearchService;
    using result = Tasks;
    static constexpr auto route = get("/v1/task_list/{index_id}");
    Required<std::string> index_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTaskList, index_id, query_params);
};

// Roles

/// Gives an identity or group a role on an index, by `role_name` and `principal`. POST /v1/index/{index_id}/role
/// https://docs.globus.org/api/search/reference/role_create/
struct CreateRole {
    using service = SearchService;
    using result = Role;
    static constexpr auto route = post("/v1/index/{index_id}/role");
    Required<std::string> index_id;
    Required<Document> data;  ///< a Json with `role_name` ("owner", "admin" or "writer") and `principal` (a URN)
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateRole, index_id, data, query_params);
};

/// Lists the roles on an index. GET /v1/index/{index_id}/role_list
/// https://docs.globus.org/api/search/reference/role_list/
struct GetRoleList {
    using service = SearchService;
    using result = Roles;
    static constexpr auto route = get("/v1/index/{index_id}/role_list");
    Required<std::string> index_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRoleList, index_id, query_params);
};

/// Removes a role. DELETE /v1/index/{index_id}/role/{role_id}
/// https://docs.globus.org/api/search/reference/role_delete/
struct DeleteRole {
    using service = SearchService;
    using result = DeletedRole;
    static constexpr auto route = delete_("/v1/index/{index_id}/role/{role_id}");
    Required<std::string> index_id;
    Required<std::string> role_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteRole, index_id, role_id, query_params);
};

}  // namespace globus::search

#ifdef GLOBUS_BODIES
#include <globus/services/search/impl/operations.ipp>
#endif

#endif  // GLOBUS_SERVICES_SEARCH_OPERATIONS_HPP
