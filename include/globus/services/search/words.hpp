// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_WORDS_HPP
#define GLOBUS_SERVICES_SEARCH_WORDS_HPP

#include <globus/core/open_enum.hpp>

#include <string_view>

// The words of Globus Search that come from a set. The service may add others.

namespace globus::search {

/// The words of a IndexStatus.
struct IndexStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, open, delete_pending };
    static constexpr std::string_view words[] = {"", "open", "delete-pending"};
};
/// Whether an index is in use, or about to be deleted.
/// https://docs.globus.org/api/search/
using IndexStatus = OpenEnum<IndexStatusWords>;

/// The words of a TaskState.
struct TaskStateWords {
    /// The constants.
    enum Known : unsigned char { unknown, creating, pending, progress, success, failed };
    static constexpr std::string_view words[] = {"", "CREATING", "PENDING", "PROGRESS", "SUCCESS", "FAILED"};
};
/// How far a task is.
/// https://docs.globus.org/api/search/reference/get_task/
using TaskState = OpenEnum<TaskStateWords>;

/// The words of a RoleName.
struct RoleNameWords {
    /// The constants.
    enum Known : unsigned char { unknown, owner, admin, writer };
    static constexpr std::string_view words[] = {"", "owner", "admin", "writer"};
};
/// What a role on an index allows.
/// https://docs.globus.org/api/search/
using RoleName = OpenEnum<RoleNameWords>;

/// The words of a PrincipalType.
struct PrincipalTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, identity, group };
    static constexpr std::string_view words[] = {"", "identity", "group"};
};
/// Who has a role on an index.
/// https://docs.globus.org/api/search/
using PrincipalType = OpenEnum<PrincipalTypeWords>;

/// The words of a FacetType.
struct FacetTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, terms, date_histogram, numeric_histogram, sum, avg };
    static constexpr std::string_view words[] = {"", "terms", "date_histogram", "numeric_histogram", "sum", "avg"};
};
/// What a facet counts or computes.
/// https://docs.globus.org/api/search/reference/post_query/
using FacetType = OpenEnum<FacetTypeWords>;

/// The words of a SortOrder.
struct SortOrderWords {
    /// The constants.
    enum Known : unsigned char { unknown, asc, desc };
    static constexpr std::string_view words[] = {"", "asc", "desc"};
};
/// Which way subjects are sorted.
/// https://docs.globus.org/api/search/reference/post_query/
using SortOrder = OpenEnum<SortOrderWords>;

}  // namespace globus::search

#endif  // GLOBUS_SERVICES_SEARCH_WORDS_HPP
