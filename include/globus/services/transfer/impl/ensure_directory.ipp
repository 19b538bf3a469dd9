// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_ENSURE_DIRECTORY_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_ENSURE_DIRECTORY_IPP

#include <globus/core/config.hpp>
#include <globus/services/transfer/ensure_directory.hpp>
#include <globus/services/transfer/errors.hpp>

#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL bool parent_is_missing(TransferApiError const& error) {
    std::string_view const code = error.code();
    if (code == "ClientError.NotFound" || code == "ExternalError.MkdirFailed.NotFound") return true;
    return code.starts_with("ExternalError.MkdirFailed") &&
           error.message().find("No such file or directory") != std::string::npos;
}

GLOBUS_DECL std::string parent_directory(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    auto const slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    std::string_view parent = path.substr(0, slash);
    while (parent.ends_with('/')) parent.remove_suffix(1);
    std::string_view const name = parent.substr(parent.rfind('/') + 1);
    if (name.empty() || name.starts_with('~')) return {};  // "/", "/~" and "~user" are not made
    return std::string(parent) + '/';
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_ENSURE_DIRECTORY_IPP
