// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_TREES_HPP
#define GLOBUS_SERVICES_GCS_TREES_HPP

#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/http/errors.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/service.hpp>
#include <globus/services/transfer/service.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Whole folders between this machine and a collection, over HTTPS. It is not part of globus/services/gcs.hpp.

namespace globus {

/// What became of the files of a folder.
struct TreeReport {
    /// A file that was not copied.
    struct Failure {
        std::string path = {};         ///< below the folder, as in "run1/data.h5"
        std::string why = {};          ///< in one line
        bool outcome_unknown = false;  ///< of an upload: there may be the whole file, or a part of it
    };

    std::uint64_t files = 0;             ///< that were copied
    std::uint64_t bytes = 0;             ///< of these
    std::uint64_t skipped = 0;           ///< files that were equal already
    std::uint64_t left_out = 0;          ///< entries that are neither files nor folders: links to folders, devices
    std::vector<Failure> failures = {};  ///< what was not copied, and why

    /// True if every file is there.
    [[nodiscard]] bool succeeded() const noexcept { return failures.empty(); }
};

/// What download_tree copies.
struct DownloadTree {
    Required<std::string> path;  ///< of the folder in the collection, from its top
    Required<std::string> to;    ///< the folder here; it is made if it does not exist
    int parallel = 4;            ///< how many files come at the same time: 1 to 64
    /// Leaves out files that are here with the same size and time. Files that are downloaded get the time that they
    /// have in the collection.
    bool skip_equal = true;
    bool durable = true;  ///< as Download::durable
    /// Called after each file, by one thread at a time.
    std::function<void(TreeReport const&)> progress = {};
};

/// What upload_tree copies.
struct UploadTree {
    Required<std::string> from;  ///< the folder here
    Required<std::string> path;  ///< of the folder in the collection, from its top; it is made if need be
    int parallel = 4;            ///< how many files go at the same time: 1 to 64
    /// Leaves out files that are in the collection with the same size, and are not older than they are here.
    bool skip_equal = true;
    /// Called after each file, by one thread at a time.
    std::function<void(TreeReport const&)> progress = {};
};

namespace detail {

/// A file of a tree.
struct TreeFile {
    std::string path = {};  ///< below both folders
    std::uint64_t size = 0;
    std::optional<std::chrono::sys_seconds> modified = {};
};

/// The folder of a collection, with a slash at its end.
/// @throws UsageError  if it is not from the top, or in another collection
std::string tree_root(std::string const& path, std::string_view collection_id, std::string_view base_url);
/// True if a file of this machine has this size and time.
bool is_equal_here(std::string const& file, TreeFile const& there);
/// The files below a folder of this machine, and the folders, the upper ones first. @throws LocalFileError
std::vector<TreeFile> local_files(std::string const& from, std::vector<std::string>& folders, TreeReport& report);
void make_folder(std::string const& folder);
/// The path of what is below a folder.
std::string below(std::string const& folder, std::string const& path);

/// Copies files by `copy`, several at the same time, and collects what becomes of them. `copy` returns the bytes that
/// it copied; nothing if the file was equal.
/// @throws NetworkError  cancelled
void copy_tree(std::vector<TreeFile> const& files, int parallel, std::stop_token const& stop,
               std::function<void(TreeReport const&)> const& progress, TreeReport& report,
               std::function<std::optional<std::uint64_t>(TreeFile const&, std::stop_token const&)> const& copy);

}  // namespace detail

/**
 * Downloads a folder of a collection, with all that is below it.
 *
 *     TreeReport const report = download_tree(transfer, files, {.path = "/data/run1/", .to = "run1"});
 *     for (auto const& failure : report.failures) complain(failure.path, failure.why);
 *
 * What is there is listed by Transfer and read over HTTPS, each file as `download` does it. Calling it again goes on:
 * files that are here already are skipped. Where both ends are collections, or the folder is large and nobody waits for
 * it, a transfer does better: it needs neither this program nor this machine.
 *
 * @param transfer  a Client<TransferService, ...>
 * @param files     a Client<GcsCollectionService, ...> of the collection
 * @param options   stop_token and time limits, which are for each request
 * @throws UsageError      for a folder that cannot be right
 * @throws LocalFileError  if a folder cannot be made
 * @throws what recursive_ls throws. What goes wrong with single files is in the report
 */
template <class Transfer, class Files>
TreeReport download_tree(Transfer const& transfer, Files const& files, DownloadTree const& what,
                         CallOptions const& options = {}) {
    std::string const root = detail::tree_root(*what.path, files.service().collection_id, files.base_url());
    TreeReport report;
    std::vector<detail::TreeFile> found;
    detail::make_folder(*what.to);
    for (auto const& entry :
         transfer.recursive_ls({.endpoint_id = files.service().collection_id, .path = root}, options)) {
        if (entry.type == "dir" && !entry.link_target.has_value()) {
            detail::make_folder(detail::below(*what.to, entry.path));
        } else if (entry.type == "file") {
            detail::TreeFile file{.path = entry.path, .size = static_cast<std::uint64_t>(entry.size.value_or(0))};
            if (entry.last_modified.has_value())
                if (auto const time = entry.last_modified->time())
                    file.modified = std::chrono::floor<std::chrono::seconds>(*time);
            found.push_back(std::move(file));
        } else {
            ++report.left_out;
        }
    }
    auto const copy = [&](detail::TreeFile const& file, std::stop_token const& stop) -> std::optional<std::uint64_t> {
        std::string const to = detail::below(*what.to, file.path);
        if (what.skip_equal && detail::is_equal_here(to, file)) return std::nullopt;
        CallOptions one = options;
        one.stop = stop;
        return files.download({.path = root + file.path, .to = to, .durable = what.durable, .keep_time = true}, one)
            .bytes;
    };
    detail::copy_tree(found, what.parallel, options.stop, what.progress, report, copy);
    return report;
}

/**
 * Uploads a folder of this machine, with all that is below it.
 *
 *     TreeReport const report = upload_tree(transfer, files, {.from = "run1", .path = "/data/run1/"});
 *
 * It is as download_tree in all else. Links to files count as files; links to folders are left out.
 *
 * @throws UsageError      for a folder that cannot be right
 * @throws LocalFileError  if a folder cannot be read
 * @throws what recursive_ls and ensure_directory throw. What goes wrong with single files is in the report
 */
template <class Transfer, class Files>
TreeReport upload_tree(Transfer const& transfer, Files const& files, UploadTree const& what,
                       CallOptions const& options = {}) {
    std::string const id = files.service().collection_id;
    std::string const root = detail::tree_root(*what.path, id, files.base_url());
    TreeReport report;
    std::vector<std::string> folders;
    std::vector<detail::TreeFile> const found = detail::local_files(*what.from, folders, report);
    std::map<std::string, detail::TreeFile> there;
    bool const is_new = transfer.ensure_directory({.endpoint_id = id, .path = root}, options);
    if (what.skip_equal && !is_new)
        for (auto const& entry : transfer.recursive_ls({.endpoint_id = id, .path = root}, options)) {
            if (entry.type != "file" || !entry.last_modified.has_value() || !entry.last_modified->time()) continue;
            auto const time = std::chrono::floor<std::chrono::seconds>(*entry.last_modified->time());
            there[entry.path] = {entry.path, static_cast<std::uint64_t>(entry.size.value_or(0)), time};
        }
    for (std::string const& folder : folders)
        (void)transfer.ensure_directory({.endpoint_id = id, .path = root + folder + '/'}, options);
    auto const copy = [&](detail::TreeFile const& file, std::stop_token const& stop) -> std::optional<std::uint64_t> {
        if (auto const known = there.find(file.path); known != there.end())
            if (known->second.size == file.size && known->second.modified >= file.modified) return std::nullopt;
        CallOptions one = options;
        one.stop = stop;
        return files.upload({.from = detail::below(*what.from, file.path), .path = root + file.path}, one).bytes;
    };
    detail::copy_tree(found, what.parallel, options.stop, what.progress, report, copy);
    return report;
}

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/trees.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_TREES_HPP
