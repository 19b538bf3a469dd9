// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP

#include <globus/core/config.hpp>
#include <globus/services/transfer/task_wait.hpp>

#include <string_view>

namespace globus::transfer {

GLOBUS_DECL bool cannot_heal(TaskEvent const& fault) {
    if (!fault.is_error.value_or(true)) return false;
    std::string_view const code = fault.code ? std::string_view(*fault.code) : std::string_view{};
    for (std::string_view const known : {"FILE_NOT_FOUND", "NO_SUCH_FILE", "NOT_FOUND", "PERMISSION_DENIED",
                                         "ACCESS_DENIED", "INVALID_PATH", "NOT_A_DIRECTORY", "IS_A_DIRECTORY"})
        if (code == known) return true;
    std::string_view const details = fault.details ? std::string_view(*fault.details) : std::string_view{};
    for (std::string_view const words :
         {"No such file or directory", "Permission denied", "Not a directory", "Is a directory"})
        if (details.find(words) != std::string_view::npos) return true;
    return false;
}

GLOBUS_DECL bool TaskVerdict::ended() const {
    return task.status == TaskStatus::succeeded || task.status == TaskStatus::failed;
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP
