// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_FACADE_IMPL_FILES_IPP
#define GLOBUS_FACADE_IMPL_FILES_IPP

#include <globus/facade.h>
#include <globus/core/error.hpp>
#include <globus/facade/impl/client.ipp>
#include <globus/facade/impl/errors.ipp>
#include <globus/services/transfer.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace globus::facade::detail {

/// An octal number, as in "0644"; -1 if it is none.
inline int mode_of(std::string const& permissions) {
    if (permissions.empty() || permissions.find_first_not_of("01234567") != std::string::npos) return -1;
    return static_cast<int>(std::strtol(permissions.c_str(), nullptr, 8));
}

/// Shows a file to a caller. @throws Returned  what the caller returned, if not 0
inline void show(transfer::File const& file, globus_sdk_visit visit, void* user) {
    std::string const type(file.type), owner = file.user.value_or(""), group = file.group.value_or(""),
                                       link = file.link_target.value_or("");
    auto const time = file.last_modified ? file.last_modified->time() : std::nullopt;
    globus_sdk_file const shown{
        sizeof(globus_sdk_file),
        file.name.c_str(),
        type.c_str(),
        owner.c_str(),
        group.c_str(),
        link.c_str(),
        file.size.value_or(-1),
        time ? std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count() : std::int64_t{-1},
        mode_of(file.permissions.value_or(""))};
    if (int const end = visit(user, &shown); end != 0) throw Returned{end};
}

}  // namespace globus::facade::detail

extern "C" {

GLOBUS_SDK_API int globus_sdk_ls(globus_sdk_client const* client, char const* collection_id, char const* path,
                                 globus_sdk_visit visit, void* user, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(client, "client");
        require(reinterpret_cast<void const*>(visit), "visit");
        auto const files =
            client->transfer.operation_ls({.endpoint_id = text_of(collection_id), .path = text_of(path)});
        for (auto const& file : files) show(file, visit, user);
    });
}

GLOBUS_SDK_API int globus_sdk_stat(globus_sdk_client const* client, char const* collection_id, char const* path,
                                   globus_sdk_visit visit, void* user, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(client, "client");
        require(reinterpret_cast<void const*>(visit), "visit");
        auto const file =
            client->transfer.operation_stat({.endpoint_id = text_of(collection_id), .path = text_of(path)});
        show(*file, visit, user);
    });
}

GLOBUS_SDK_API int globus_sdk_mkdir(globus_sdk_client const* client, char const* collection_id, char const* path,
                                    globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(client, "client");
        (void)client->transfer.operation_mkdir({.endpoint_id = text_of(collection_id), .path = text_of(path)});
    });
}

GLOBUS_SDK_API int globus_sdk_rename(globus_sdk_client const* client, char const* collection_id, char const* from,
                                     char const* to, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(client, "client");
        (void)client->transfer.operation_rename(
            {.endpoint_id = text_of(collection_id), .oldpath = text_of(from), .newpath = text_of(to)});
    });
}

}  // extern "C"

#endif  // GLOBUS_FACADE_IMPL_FILES_IPP
