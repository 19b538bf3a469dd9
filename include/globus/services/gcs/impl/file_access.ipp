// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_FILE_ACCESS_IPP
#define GLOBUS_SERVICES_GCS_IMPL_FILE_ACCESS_IPP

#include <globus/client/exchange.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/location.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL std::string file_url(FileAccess const& access, std::string_view path) {
    std::string own;
    if (path.starts_with("globus://") || path.starts_with("https://")) {
        Location place = Location::parse(path);
        bool const mine = place.collection_id.empty() ? access.base_url().starts_with(place.address + '/')
                                                      : place.collection_id == access.collection_id();
        if (!mine)
            throw UsageError(
                "the file is in another collection than this client's: make a client of that, with a token "
                "for it");
        own = std::move(place.path);
        path = own;
    }
    std::string const encoded = encode_path(path);
    if (encoded.empty() || encoded.ends_with('/'))
        throw UsageError("the path names no file: give it from the top of the collection, as in \"/data/run.h5\"");
    return access.base_url() + encoded;
}

GLOBUS_DECL void want_digest(http::Headers& headers) {
    headers.add("Want-Repr-Digest", "sha-256=9, sha-512=3");
    headers.add("Want-Digest", "SHA-256, MD5;q=0.3");
}

GLOBUS_DECL FileHead head_of(FileAccess const& access, std::string_view path, CallOptions const& options,
                             bool ask_digest) {
    http::Request request;
    request.method = http::Method::head;
    request.url = file_url(access, path);
    request.headers = {{"Accept", "*/*"}};
    if (ask_digest) want_digest(request.headers);
    Response<Bytes> const answer = access.send(std::move(request), RetryClass::read, options);
    return {read_file_stat(answer.headers(), answer.http_status()), validator_of(answer.headers())};
}

GLOBUS_DECL FileStat stat_file(FileAccess const& access, std::string_view path, CallOptions const& options,
                               bool ask_digest) {
    return head_of(access, path, options, ask_digest).stat;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_FILE_ACCESS_IPP
