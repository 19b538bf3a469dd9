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
    std::string const encoded = encode_path(path_in_collection(path, access.collection_id(), access.base_url()));
    if (encoded.empty() || encoded.ends_with('/'))
        throw UsageError("the path names no file: give it from the top of the collection, as in \"/data/run.h5\"");
    return access.base_url() + encoded;
}

GLOBUS_DECL void want_digest(http::Headers& headers) {
    headers.add("Want-Repr-Digest", "sha-256=9, sha-512=3");
    headers.add("Want-Digest", "SHA-256, MD5;q=0.3");
}

GLOBUS_DECL http::Request head_request(FileAccess const& access, std::string_view path, bool ask_digest) {
    http::Request request;
    request.method = http::Method::head;
    request.url = file_url(access, path);
    request.headers = {{"Accept", "*/*"}};
    if (ask_digest) want_digest(request.headers);
    return request;
}

GLOBUS_DECL FileHead read_head(Response<Bytes> const& answer) {
    return {read_file_stat(answer.headers(), answer.http_status()), validator_of(answer.headers())};
}

GLOBUS_DECL FileHead head_of(FileAccess const& access, std::string_view path, CallOptions const& options,
                             bool ask_digest) {
    return read_head(access.send(head_request(access, path, ask_digest), RetryClass::read, options));
}

GLOBUS_DECL FileStat stat_file(FileAccess const& access, std::string_view path, CallOptions const& options,
                               bool ask_digest) {
    return head_of(access, path, options, ask_digest).stat;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_FILE_ACCESS_IPP
