// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_FACADE_IMPL_COLLECTION_IPP
#define GLOBUS_FACADE_IMPL_COLLECTION_IPP

#include <globus/facade.h>
#include <globus/client/any_client.hpp>
#include <globus/core/error.hpp>
#include <globus/facade/impl/client.ipp>
#include <globus/facade/impl/errors.ipp>
#include <globus/services/gcs.hpp>
#include <globus/services/transfer.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

struct globus_sdk_files {
    globus::AnyClient<globus::GcsCollectionService> client;
};
struct globus_sdk_open_file {
    globus::RemoteFile file;
};

namespace globus::facade::detail {

inline globus_sdk_files* make_files(globus_sdk_options options, char const* collection_id, char const* https_server) {
    options.base_url = nullptr;
    GcsCollectionService service{text_of(collection_id), text_of(https_server)};
    return new globus_sdk_files{
        AnyClient<GcsCollectionService>(std::move(service), policy_of(options), client_options(options))};
}

inline std::function<void(Progress const&)> progress_of(globus_sdk_on_bytes on_bytes, void* user) {
    if (on_bytes == nullptr) return {};
    return [=](Progress const& now) {
        std::int64_t const total = now.total ? static_cast<std::int64_t>(*now.total) : -1;
        if (int const end = on_bytes(user, static_cast<std::int64_t>(now.bytes), total); end != 0) throw Returned{end};
    };
}

}  // namespace globus::facade::detail

extern "C" {

GLOBUS_SDK_API int globus_sdk_https_server(globus_sdk_client const* client, char const* collection_id, char* address,
                                           size_t size, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(client, "client");
        require(address, "address");
        auto const document = client->transfer.get_endpoint({.endpoint_id = text_of(collection_id)});
        std::string const found = document->https_server.value_or("");
        if (found.empty()) throw globus::UsageError("this collection is not reached by HTTPS");
        if (found.size() >= size) throw globus::UsageError("the address does not fit into the buffer");
        address[found.copy(address, size)] = '\0';
    });
}

GLOBUS_SDK_API globus_sdk_files* globus_sdk_files_new(globus_sdk_options const* options, char const* collection_id,
                                                      char const* https_server, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    globus_sdk_files* made = nullptr;
    guarded(error,
            [&] { made = make_files(read_structure(options, "globus_sdk_options"), collection_id, https_server); });
    return made;
}

GLOBUS_SDK_API void globus_sdk_files_free(globus_sdk_files* files) { delete files; }

GLOBUS_SDK_API int globus_sdk_download(globus_sdk_files const* files, char const* path, char const* local_path,
                                       globus_sdk_on_bytes on_bytes, void* user, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(files, "files");
        (void)files->client.download(
            {.path = text_of(path), .to = text_of(local_path), .progress = progress_of(on_bytes, user)});
    });
}

GLOBUS_SDK_API int globus_sdk_upload(globus_sdk_files const* files, char const* local_path, char const* path,
                                     int overwrite, globus_sdk_on_bytes on_bytes, void* user,
                                     globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(files, "files");
        (void)files->client.upload({.from = text_of(local_path),
                                    .path = text_of(path),
                                    .overwrite = overwrite != 0,
                                    .progress = progress_of(on_bytes, user)});
    });
}

GLOBUS_SDK_API globus_sdk_open_file* globus_sdk_open(globus_sdk_files const* files, char const* path,
                                                     globus_sdk_error** error) {
    using namespace globus::facade::detail;
    globus_sdk_open_file* made = nullptr;
    guarded(error, [&] {
        require(files, "files");
        made = new globus_sdk_open_file{files->client.open(text_of(path))};
    });
    return made;
}

GLOBUS_SDK_API int64_t globus_sdk_size(globus_sdk_open_file const* file) {
    if (file == nullptr || !file->file.stat().size) return -1;
    return static_cast<std::int64_t>(*file->file.stat().size);
}

GLOBUS_SDK_API int globus_sdk_read_at(globus_sdk_open_file const* file, uint64_t offset, void* buffer, size_t size,
                                      size_t* got, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(file, "file");
        require(buffer, "buffer");
        require(got, "got");
        *got = file->file.read_at(offset, std::span(static_cast<std::byte*>(buffer), size));
    });
}

GLOBUS_SDK_API void globus_sdk_close(globus_sdk_open_file* file) { delete file; }

}  // extern "C"

#endif  // GLOBUS_FACADE_IMPL_COLLECTION_IPP
