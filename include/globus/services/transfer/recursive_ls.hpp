// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
#define GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP

#include <globus/client/call_options.hpp>
#include <globus/core/optional.hpp>
#include <globus/http/errors.hpp>
#include <globus/services/transfer/files.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Listing a directory with all that is below it.

namespace globus::transfer {

/// What recursive_ls lists.
struct RecursiveLs {
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};            ///< where to begin; the collection's default directory if left out
    std::optional<std::size_t> max_depth = {};  ///< 0: only the entries of `path` itself; no limit if left out
    Optional<bool> show_hidden = {};            ///< names that begin with a dot; shown if left out
    Optional<StringList> orderby = {};          ///< within each directory
    Optional<std::string> local_user = {};      ///< the account on the collection's host, where it maps to several
    /// Called with a directory that cannot be listed: true leaves it out, false throws the error.
    std::function<bool(std::string const& path, ApiError const&)> on_error = {};
};

/// An entry below the path that recursive_ls began with.
struct FileEntry {
    std::string path = {};  ///< from the beginning of the listing, as in "run1/data.h5"
    std::size_t depth = 0;  ///< 0: an entry of the path itself
    File file = {};         ///< as its directory lists it
};

/**
 * All entries below a path, directory by directory, those next to the beginning first: an input range.
 *
 *     for (FileEntry const& entry : client.recursive_ls({.endpoint_id = id, .path = "/~/", .max_depth = 3}))
 *         std::puts(entry.path.c_str());
 *
 * Each directory is one operation_ls, made when the loop comes to it. A link to a directory is listed, but not entered,
 * so that the walk ends even where links make a circle. A call that fails throws out of the loop; begin() on the same
 * object goes on with the directory that failed.
 *
 * @tparam C  the client; it must outlive this
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C>
class RecursiveListing {
public:
    /// Sends nothing before the first begin().
    RecursiveListing(C const& client, RecursiveLs what, CallOptions options)
        : client_(&client), what_(std::move(what)), options_(std::move(options)) {
        directories_.push_back({"", 0});
    }

    /// Stands at one entry; the listings that it needs are made as it goes.
    class Iterator {
    public:
        using value_type = FileEntry;
        using difference_type = std::ptrdiff_t;

        /// @throws  what Client::send throws, as operator++ does
        explicit Iterator(RecursiveListing& walk) : walk_(&walk) { walk.ensure_entry(); }
        [[nodiscard]] FileEntry const& operator*() const { return walk_->entry_; }
        [[nodiscard]] FileEntry const* operator->() const { return &walk_->entry_; }
        Iterator& operator++() {
            walk_->has_entry_ = false;
            walk_->ensure_entry();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !walk_->has_entry_; }

    private:
        RecursiveListing* walk_;
    };

    [[nodiscard]] Iterator begin() { return Iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    struct Directory {
        std::string path;  ///< from the beginning, with a slash at its end; empty: the beginning itself
        std::size_t depth;
    };

    void ensure_entry() {
        while (!has_entry_) {
            if (next_ == files_.size()) {
                if (directories_.empty()) return;
                list();
                continue;
            }
            File& file = files_[next_++];
            std::string const name = file.name.value_or("");
            if (name.empty() || name == "." || name == "..") continue;
            entry_ = {.path = here_.path + name, .depth = here_.depth, .file = std::move(file)};
            has_entry_ = true;
            bool const is_link = entry_.file.link_target.has_value();
            if (entry_.file.type == "dir" && !is_link && (!what_.max_depth || here_.depth < *what_.max_depth))
                directories_.push_back({entry_.path + '/', here_.depth + 1});
        }
    }

    /// Lists the next directory.
    void list() {
        Directory const& next = directories_.front();
        std::string const path = absolute(next.path);
        OperationLs ls{.endpoint_id = *what_.endpoint_id,
                       .show_hidden = what_.show_hidden,
                       .orderby = what_.orderby,
                       .local_user = what_.local_user};
        if (!path.empty()) ls.path = path;
        try {
            auto listing = client_->operation_ls(std::move(ls), options_);
            if (!base_) {
                if (what_.path.has_value())
                    base_ = *what_.path;
                else
                    base_ = listing->absolute_path ? *listing->absolute_path : listing->path.value_or("/~/");
                if (!base_->ends_with('/')) *base_ += '/';
            }
            files_ = std::move(*std::move(listing)).DATA;
        } catch (ApiError const& error) {
            if (!what_.on_error || !what_.on_error(path, error)) throw;
            files_.clear();
        }
        next_ = 0;
        here_ = std::move(directories_.front());
        directories_.pop_front();
    }
    [[nodiscard]] std::string absolute(std::string const& path) const {
        return base_ ? *base_ + path : what_.path.value_or("");
    }

    C const* client_;
    RecursiveLs what_;
    CallOptions options_;
    std::optional<std::string> base_;    ///< of the first directory, with a slash at its end
    std::deque<Directory> directories_;  ///< to be listed
    Directory here_{};                   ///< that files_ are of
    std::vector<File> files_;
    std::size_t next_ = 0;
    FileEntry entry_;
    bool has_entry_ = false;
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
