// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP
#define GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP

#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/optional.hpp>
#include <globus/services/transfer/errors.hpp>
#include <globus/services/transfer/files.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace globus::transfer {

/// The directory that ensure_directory makes if it is missing.
struct EnsureDirectory {
    Required<std::string> endpoint_id;
    Required<std::string> path;             ///< of the directory, with / between its parts
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
};

}  // namespace globus::transfer

namespace globus::detail {

/// True for the error for a directory whose parent is missing.
bool parent_is_missing(TransferApiError const& error);

/// The directory above, with a slash at its end; it is empty if there is none that could be made.
std::string parent_directory(std::string_view path);

/// Makes `directory.path` and the missing directories above it. It returns true if it made the directory.
template <class Client>
bool ensure_directory(Client const& client, transfer::EnsureDirectory const& directory, CallOptions const& options) {
    std::vector<std::string> missing{*directory.path};  // each one is the parent of the one before
    bool made = false;
    bool climbing = true;  // until a directory is there: what is missing below it is not cured by climbing
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

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/ensure_directory.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP
