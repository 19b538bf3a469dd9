// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_FILES_HPP
#define GLOBUS_SERVICES_TRANSFER_FILES_HPP

#include <globus/client/operation.hpp>
#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/transfer/answers.hpp>
#include <globus/services/transfer/payloads.hpp>

#include <cstdint>
#include <string>

// Files and directories: https://docs.globus.org/api/transfer/file_operations/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Lists a directory of a collection. GET /operation/endpoint/{endpoint_id}/ls
/// https://docs.globus.org/api/transfer/file_operations/#list_directory_contents
struct OperationLs {
    using service = TransferService;
    using result = FileList;
    static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/ls");
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};        ///< the collection's default directory if left out
    Optional<bool> show_hidden = {};        ///< whether to show names that begin with a dot; shown if left out
    Optional<StringList> orderby = {};      ///< as in "name ASC" or {"type", "size DESC"}
    Optional<std::int64_t> limit = {};      ///< at most this many entries
    Optional<std::int64_t> offset = {};     ///< how many entries to skip
    Optional<TransferFilters> filter = {};  ///< on name, type, size, last_modified, ...; all entries if left out
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("show_hidden", Spelling::number), in_query("filter", Spelling::repeat));
    GLOBUS_MEMBERS(OperationLs, endpoint_id, path, show_hidden, orderby, limit, offset, filter, local_user,
                   query_params);
};

/// Reads what is known about one file or directory. GET /operation/endpoint/{endpoint_id}/stat
/// https://docs.globus.org/api/transfer/file_operations/#stat
struct OperationStat {
    using service = TransferService;
    using result = File;
    static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/stat");
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};        ///< of a file or directory
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    QueryParams query_params = {};
    GLOBUS_MEMBERS(OperationStat, endpoint_id, path, local_user, query_params);
};

/// Makes a directory. POST /operation/endpoint/{endpoint_id}/mkdir
/// A directory that exists is a TransferApiError with code "ExternalError.MkdirFailed.Exists"; but if an earlier
/// attempt of the same call may have made it, it is a Response that is `replayed()`.
/// https://docs.globus.org/api/transfer/file_operations/#make_directory
struct OperationMkdir {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/operation/endpoint/{endpoint_id}/mkdir");
    static constexpr RetryClass retry = RetryClass::idempotent;
    static bool already_done(ApiError const& error) { return error.code() == "ExternalError.MkdirFailed.Exists"; }
    Required<std::string> endpoint_id;
    Required<std::string> path;             ///< of the new directory; the one above it has to exist
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    QueryParams query_params = {};
    Constant<"mkdir"> DATA_TYPE = {};
    static constexpr auto wire = wires(in_json("DATA_TYPE"), in_json("path"), in_json("local_user"));
    GLOBUS_MEMBERS(OperationMkdir, endpoint_id, path, local_user, query_params, DATA_TYPE);
};

/// Renames or moves a file or directory within a collection. POST /operation/endpoint/{endpoint_id}/rename
/// If the old path is gone, and an earlier attempt of the same call may have moved it, the Response is `replayed()`.
/// https://docs.globus.org/api/transfer/file_operations/#rename
struct OperationRename {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/operation/endpoint/{endpoint_id}/rename");
    static constexpr RetryClass retry = RetryClass::idempotent;
    static bool already_done(ApiError const& error);
    Required<std::string> endpoint_id;
    Required<std::string> oldpath;          ///< of what exists now
    Required<std::string> newpath;          ///< its full new path, not the directory above it
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    QueryParams query_params = {};
    Constant<"rename"> DATA_TYPE = {};
    static constexpr auto wire = wires(in_json("DATA_TYPE"), in_json("oldpath", "old_path"),
                                       in_json("newpath", "new_path"), in_json("local_user"));
    GLOBUS_MEMBERS(OperationRename, endpoint_id, oldpath, newpath, local_user, query_params, DATA_TYPE);
};

}  // namespace globus::transfer

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/files.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_FILES_HPP
