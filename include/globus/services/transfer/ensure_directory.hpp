// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP
#define GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP

#include <globus/client/call_options.hpp>
#include <globus/core/optional.hpp>
#include <globus/services/transfer/errors.hpp>
#include <globus/services/transfer/files.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace globus::transfer {

/// The directory that ensure_directory makes, if it is not there.
struct EnsureDirectory {
    Required<std::string> endpoint_id;
    Required<std::string> path;             ///< of the directory, with / between its parts
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where it maps to several
};

}  // namespace globus::transfer

namespace globus::detail {

/// True for the error of a directory whose parent is not there.
inline bool parent_is_missing(TransferApiError const& error) {
    std::string_view const code = error.code();
    if (code == "ClientError.NotFound" || code == "ExternalError.MkdirFailed.NotFound") return true;
    return code.starts_with("ExternalError.MkdirFailed") &&
           error.message().find("No such file or directory") != std::string::npos;
}

/// The directory above, with a slash at its end; empty if there is none that could be made.
inline std::string parent_directory(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    auto const slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    std::string_view parent = path.substr(0, slash);
    while (parent.ends_with('/')) parent.remove_suffix(1);
    std::string_view const name = parent.substr(parent.rfind('/') + 1);
    if (name.empty() || name.starts_with('~')) return {};  // "/", "/~" and "~user" are not made
    return std::string(parent) + '/';
}

/// Makes `directory.path` and, from the lowest that is there, the directories above it. True if it made it.
template <class Client>
bool ensure_directory(Client const& client, transfer::EnsureDirectory const& directory, CallOptions const& options) {
    std::vector<std::string> missing{*directory.path};  // each the parent of the one before
    bool made = false;
    bool climbing = true;  // until one is there; what is missing below one that is there, no climbing cures
    while (!missing.empty()) {
        try {
            (void)client.operation_mkdir(
                {.endpoint_id = *directory.endpoint_id, .path = missing.back(), .local_user = directory.local_user},
                options);
            climbing = false;
            made = true;
        } catch (TransferApiError const& error) {
            climbing = climbing && parent_is_missing(error) && !parent_directory(missing.back()).empty();
            if (!climbing && !transfer::OperationMkdir::already_done(error)) throw;
            made = false;
        }
        if (climbing)
            missing.push_back(parent_directory(missing.back()));
        else
            missing.pop_back();
    }
    return made;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP
