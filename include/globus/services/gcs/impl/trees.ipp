// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_TREES_IPP
#define GLOBUS_SERVICES_GCS_IMPL_TREES_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/http/errors.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/location.hpp>
#include <globus/services/gcs/trees.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::string tree_root(std::string const& place, std::string_view collection_id, std::string_view base_url) {
    std::string const path = path_in_collection(place, collection_id, base_url);
    if (!path.starts_with('/') || path.starts_with("/~"))
        throw UsageError("the folder of a collection is given from the collection's top, as in \"/data/run1/\"");
    return path.ends_with('/') ? path : path + '/';
}

GLOBUS_DECL std::string below(std::string const& folder, std::string const& path) {
    return folder.ends_with('/') ? folder + path : folder + '/' + path;
}

GLOBUS_DECL std::chrono::sys_seconds time_of(FileFacts const& facts) {
    return std::chrono::sys_seconds(std::chrono::seconds(facts.modified));
}

GLOBUS_DECL bool is_equal_here(std::string const& file, TreeFile const& there) {
    auto const facts = facts_at(file);
    return facts && there.modified && facts->kind == FileFacts::Kind::regular &&
           static_cast<std::uint64_t>(facts->size) == there.size && time_of(*facts) == *there.modified;
}

GLOBUS_DECL std::vector<TreeFile> local_files(std::string const& from, std::vector<std::string>& folders,
                                              TreeReport& report) {
    namespace fs = std::filesystem;
    std::vector<TreeFile> files;
    std::error_code error;
    fs::recursive_directory_iterator walk(from, error);
    for (fs::recursive_directory_iterator const end; !error && walk != end; walk.increment(error)) {
        std::string const path = walk->path().lexically_relative(from).generic_string();
        auto const facts = facts_at(walk->path().string());  // of what a link leads to
        std::error_code one;
        if (facts && facts->kind == FileFacts::Kind::regular) {
            files.push_back({path, static_cast<std::uint64_t>(facts->size), time_of(*facts)});
        } else if (facts && facts->kind == FileFacts::Kind::directory && !walk->is_symlink(one)) {
            folders.push_back(path);
        } else {
            ++report.left_out;
        }
    }
    if (error) throw LocalFileError(from, "read", error);
    return files;
}

GLOBUS_DECL void make_folder(std::string const& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw LocalFileError(folder, "made", error);
}

GLOBUS_DECL void copy_tree(
    std::vector<TreeFile> const& files, int parallel, std::stop_token const& stop,
    std::function<void(TreeReport const&)> const& progress, TreeReport& report,
    std::function<std::optional<std::uint64_t>(TreeFile const&, std::stop_token const&)> const& copy) {
    if (parallel < 1 || parallel > 64)
        throw UsageError("1 to 64 files are copied at the same time, and not " + std::to_string(parallel));
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr thrown;  // by what is no fault of a file
    std::stop_source ending;
    std::stop_callback const asked(stop, [&] { ending.request_stop(); });
    auto const work = [&]() noexcept {
        for (std::size_t i = next++; i < files.size() && !ending.stop_requested(); i = next++) try {
                TreeFile const& file = files[i];
                std::optional<std::uint64_t> copied;
                std::optional<TreeReport::Failure> failure;
                try {
                    copied = copy(file, ending.get_token());
                } catch (Error const& error) {
                    failure = {.path = file.path, .why = error.what(), .outcome_unknown = error.outcome_unknown()};
                }
                std::lock_guard const lock(mutex);
                if (copied) {
                    ++report.files;
                    report.bytes += *copied;
                } else if (!failure) {
                    ++report.skipped;
                }
                if (failure) report.failures.push_back(*std::move(failure));
                if (progress) progress(report);
            } catch (...) {
                std::lock_guard const lock(mutex);
                thrown = std::current_exception();
                ending.request_stop();
            }
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i != parallel && static_cast<std::size_t>(i) < files.size(); ++i) threads.emplace_back(work);
    }
    if (thrown) std::rethrow_exception(thrown);
    if (stop.stop_requested())
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                           "the copy of a folder was cancelled");
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_TREES_IPP
