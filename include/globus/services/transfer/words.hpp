// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_WORDS_HPP
#define GLOBUS_SERVICES_TRANSFER_WORDS_HPP

#include <globus/core/open_enum.hpp>

#include <string_view>

// The words of Globus Transfer that come from a set. The service may add others.

namespace globus::transfer {

/// The words of a FileType.
struct FileTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, file, dir, invalid_symlink, chr, blk, pipe, other };
    static constexpr std::string_view words[] = {"", "file", "dir", "invalid_symlink", "chr", "blk", "pipe", "other"};
    /// The word of a constant.
    friend constexpr std::string_view word_of(Known known) noexcept { return words[known]; }
};
/// What an entry of a directory is.
/// https://docs.globus.org/api/transfer/file_operations/#file_document
using FileType = OpenEnum<FileTypeWords>;

/// The words of a FilterMethod.
struct FilterMethodWords {
    /// The constants.
    enum Known : unsigned char { unknown, exclude, include };
    static constexpr std::string_view words[] = {"", "exclude", "include"};
};
/// What a filter rule does with the names that it matches.
/// https://docs.globus.org/api/transfer/task_submit/#filter_rules
using FilterMethod = OpenEnum<FilterMethodWords>;

/// The words of a TaskType.
struct TaskTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, transfer, delete_ };
    static constexpr std::string_view words[] = {"", "TRANSFER", "DELETE"};
    /// The word of a constant.
    friend constexpr std::string_view word_of(Known known) noexcept { return words[known]; }
};
/// What a task does.
/// https://docs.globus.org/api/transfer/task/#task_document
using TaskType = OpenEnum<TaskTypeWords>;

/// The words of a TaskStatus.
struct TaskStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, active, inactive, succeeded, failed };
    static constexpr std::string_view words[] = {"", "ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED"};
    /// The word of a constant.
    friend constexpr std::string_view word_of(Known known) noexcept { return words[known]; }
};
/// How far a task is. An inactive one waits for its user, and may go on.
/// https://docs.globus.org/api/transfer/task/#task_document
using TaskStatus = OpenEnum<TaskStatusWords>;

/// The words of a LocalUserStatus.
struct LocalUserStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, ok, no_permission, not_scanned, endpoint_error, no_endpoint };
    static constexpr std::string_view words[] = {"",           "OK", "NO_PERMISSION", "NOT_SCANNED", "ENDPOINT_ERROR",
                                                 "NO_ENDPOINT"};
};
/// Whether the local account of a task is known, for the managers of its endpoints.
/// https://docs.globus.org/api/transfer/advanced_collection_management/
using LocalUserStatus = OpenEnum<LocalUserStatusWords>;

/// The words of a CanceledBy.
struct CanceledByWords {
    /// The constants.
    enum Known : unsigned char { unknown, source, destination, both };
    static constexpr std::string_view words[] = {"", "SOURCE", "DESTINATION", "BOTH"};
};
/// Whose manager cancelled a task.
/// https://docs.globus.org/api/transfer/task/#task_document
using CanceledBy = OpenEnum<CanceledByWords>;

/// The words of a SymlinkHandling.
struct SymlinkHandlingWords {
    /// The constants.
    enum Known : unsigned char { unknown, ignore, keep, copy };
    static constexpr std::string_view words[] = {"", "ignore", "keep", "copy"};
};
/// What happens to the links in the directories of a transfer.
/// https://docs.globus.org/api/transfer/task_submit/#transfer_specific_fields
using SymlinkHandling = OpenEnum<SymlinkHandlingWords>;

/// The words of a EndpointUse.
struct EndpointUseWords {
    /// The constants.
    enum Known : unsigned char { unknown, source, destination };
    static constexpr std::string_view words[] = {"", "source", "destination"};
};
/// On which side of a transfer an endpoint is.
/// https://docs.globus.org/api/transfer/advanced_collection_management/
using EndpointUse = OpenEnum<EndpointUseWords>;

/// The words of a NetworkUse.
struct NetworkUseWords {
    /// The constants.
    enum Known : unsigned char { unknown, normal, minimal, aggressive, custom };
    static constexpr std::string_view words[] = {"", "normal", "minimal", "aggressive", "custom"};
};
/// How many files and connections an endpoint uses at a time.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/
using NetworkUse = OpenEnum<NetworkUseWords>;

/// The words of a RolePrincipal.
struct RolePrincipalWords {
    /// The constants.
    enum Known : unsigned char { unknown, identity, group };
    static constexpr std::string_view words[] = {"", "identity", "group"};
};
/// Who has a role on an endpoint.
/// https://docs.globus.org/api/transfer/endpoint_roles/
using RolePrincipal = OpenEnum<RolePrincipalWords>;

/// The words of a AccessPrincipal.
struct AccessPrincipalWords {
    /// The constants.
    enum Known : unsigned char { unknown, identity, group, all_authenticated_users, anonymous };
    static constexpr std::string_view words[] = {"", "identity", "group", "all_authenticated_users", "anonymous"};
};
/// Whom an access rule is for.
/// https://docs.globus.org/api/transfer/acl/
using AccessPrincipal = OpenEnum<AccessPrincipalWords>;

/// The words of a Permissions.
struct PermissionsWords {
    /// The constants.
    enum Known : unsigned char { unknown, r, rw };
    static constexpr std::string_view words[] = {"", "r", "rw"};
};
/// What an access rule allows.
/// https://docs.globus.org/api/transfer/acl/
using Permissions = OpenEnum<PermissionsWords>;

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_WORDS_HPP
