// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_ANSWERS_HPP
#define GLOBUS_SERVICES_SEARCH_ANSWERS_HPP

#include <globus/core/config.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/search/words.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What Globus Search answers. Members have the service's names; the pages named say what they mean.

namespace globus::search {

/// An index. https://docs.globus.org/api/search/reference/index_show/
struct Index {
    std::string id = {};  ///< a UUID
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    Optional<IndexStatus> status = {};
    Optional<Timestamp> creation_date = {};
    Optional<bool> is_trial = {};                ///< a trial index is deleted by the service after some time
    Optional<std::string> subscription_id = {};  ///< that it is paid by; null for a trial index
    Optional<std::int64_t> max_size_in_mb = {};  ///< megabytes that the index may have
    Optional<std::int64_t> size_in_mb = {};      ///< megabytes
    Optional<std::int64_t> num_subjects = {};    ///< how many there are
    Optional<std::int64_t> num_entries = {};     ///< of all subjects
    std::vector<std::string> permissions = {};   ///< the caller's roles; in a list of indexes
    GLOBUS_MEMBERS(Index, id, display_name, description, status, creation_date, is_trial, subscription_id,
                   max_size_in_mb, size_in_mb, num_subjects, num_entries, permissions);
};

/// The indexes that the caller has a role on. https://docs.globus.org/api/search/reference/index_list/
struct Indexes {
    std::vector<Index> index_list = {};
    static constexpr auto items = &Indexes::index_list;
    GLOBUS_MEMBERS(Indexes, index_list);
};

/// The service will do what was asked for an index. https://docs.globus.org/api/search/reference/index_delete/
struct IndexAcknowledgement {
    Optional<std::string> index_id = {};
    Optional<bool> acknowledged = {};  ///< true
    GLOBUS_MEMBERS(IndexAcknowledgement, index_id, acknowledged);
};

/// What an index holds about a subject, or a part of it. https://docs.globus.org/api/search/reference/get_subject/
struct GMetaResultEntry {
    Optional<Json> content = {};                           ///< the ingester's document
    Optional<std::string> entry_id = {};                   ///< null for a subject's only entry
    std::vector<std::string> matched_principal_sets = {};  ///< why the caller may see it
    GLOBUS_MEMBERS(GMetaResultEntry, content, entry_id, matched_principal_sets);
};

/// A subject with those of its entries that the caller may see.
/// https://docs.globus.org/api/search/reference/get_subject/
struct GMetaResult {
    std::string subject = {};  ///< the ingester's name for it, mostly a URL
    std::vector<GMetaResultEntry> entries = {};
    static constexpr auto items = &GMetaResult::entries;
    GLOBUS_MEMBERS(GMetaResult, subject, entries);
};

/// How many subjects have one value of a facet, or one in a range.
/// https://docs.globus.org/api/search/reference/post_query/#gbucket
struct GBucket {
    Optional<Json> value = {};  ///< of the field; a range is an object with `from` and `to`
    std::int64_t count = 0;     ///< subjects
    GLOBUS_MEMBERS(GBucket, value, count);

    /// The value as text: a text as it is, everything else as JSON; empty if there is none.
    [[nodiscard]] std::string text() const;
};

/// What a facet of a query has counted or computed.
/// https://docs.globus.org/api/search/reference/post_query/#gfacetresult
struct GFacetResult {
    std::string name = {};                    ///< as the query calls the facet
    std::vector<GBucket> buckets = {};        ///< of a facet that counts
    Optional<double> value = {};              ///< of one that computes, such as a sum
    Optional<double> approximate_value = {};  ///< of one that estimates
    static constexpr auto items = &GFacetResult::buckets;
    GLOBUS_MEMBERS(GFacetResult, name, buckets, value, approximate_value);
};

/// A page of subjects that a query found. A `marker` comes with a scroll only.
/// https://docs.globus.org/api/search/reference/post_query/
struct GSearchResult {
    std::vector<GMetaResult> gmeta = {};
    Optional<std::int64_t> count = {};             ///< subjects of this page
    Optional<std::int64_t> total = {};             ///< subjects that match
    Optional<std::int64_t> offset = {};            ///< of this page
    Optional<bool> has_next_page = {};             ///< there are more
    Optional<std::string> marker = {};             ///< for the next page of a scroll; null on the last
    std::vector<GFacetResult> facet_results = {};  ///< in the order of the query's facets
    static constexpr auto items = &GSearchResult::gmeta;
    GLOBUS_MEMBERS(GSearchResult, gmeta, count, total, offset, has_next_page, marker, facet_results);
};

/// Something that the service does after its answer. https://docs.globus.org/api/search/reference/get_task/
struct Task {
    std::string task_id = {};
    Optional<std::string> index_id = {};
    TaskState state = {};
    Optional<std::string> state_description = {};  ///< the state for people
    Optional<std::string> task_type = {};          ///< as in "INGEST"
    Optional<Timestamp> creation_date = {};
    Optional<Timestamp> completion_date = {};
    Optional<std::string> message = {};      ///< what went wrong; null for none
    Optional<Json> additional_details = {};  ///< of a failure
    GLOBUS_MEMBERS(Task, task_id, index_id, state, state_description, task_type, creation_date, completion_date,
                   message, additional_details);
};

/// The latest tasks of an index. https://docs.globus.org/api/search/reference/task_list/
struct Tasks {
    std::vector<Task> tasks = {};  ///< the latest first
    static constexpr auto items = &Tasks::tasks;
    GLOBUS_MEMBERS(Tasks, tasks);
};

/// A task does what was asked for: `get_task` says how far it is.
/// https://docs.globus.org/api/search/reference/ingest/
struct TaskAcknowledgement {
    std::string task_id = {};
    Optional<bool> acknowledged = {};                    ///< true
    Optional<bool> success = {};                         ///< in answers to an ingest
    Optional<std::int64_t> num_documents_ingested = {};  ///< in answers to an ingest
    GLOBUS_MEMBERS(TaskAcknowledgement, task_id, acknowledged, success, num_documents_ingested);
};

/// What an identity or group may do with an index. https://docs.globus.org/api/search/reference/role_create/
struct Role {
    std::string id = {};  ///< a UUID
    Optional<std::string> index_id = {};
    RoleName role_name = {};
    Optional<std::string> principal = {};  ///< a URN
    Optional<PrincipalType> principal_type = {};
    Optional<Timestamp> creation_date = {};
    GLOBUS_MEMBERS(Role, id, index_id, role_name, principal, principal_type, creation_date);
};

/// The roles on an index. https://docs.globus.org/api/search/reference/role_list/
struct Roles {
    std::vector<Role> role_list = {};
    static constexpr auto items = &Roles::role_list;
    GLOBUS_MEMBERS(Roles, role_list);
};

/// A role that was deleted. https://docs.globus.org/api/search/reference/role_delete/
struct DeletedRole {
    Optional<Role> deleted = {};  ///< as it was
    Optional<bool> success = {};  ///< true
    GLOBUS_MEMBERS(DeletedRole, deleted, success);
};

}  // namespace globus::search

#ifdef GLOBUS_BODIES
#include <globus/services/search/impl/answers.ipp>
#endif

#endif  // GLOBUS_SERVICES_SEARCH_ANSWERS_HPP
