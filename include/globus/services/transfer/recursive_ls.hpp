// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
#define GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/transfer/files.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Listing a directory with everything below it.

namespace globus::transfer {

/// What recursive_ls lists.
struct RecursiveLs {
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};  ///< where to begin; the collection's default directory if left out
    /// 0: only the entries of `path` itself. If it is left out, more than 1,000 nested directories are taken for a
    /// cycle, which is a DecodeError.
    std::optional<std::size_t> max_depth = {};
    Optional<bool> show_hidden = {};        ///< whether to show names that begin with a dot; shown if left out
    Optional<StringList> orderby = {};      ///< within each directory
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    /// Called with a directory that cannot be listed: true leaves out the rest of it, false throws the error. It may
    /// destroy the client; what it throws leaves the walk where it is.
    std::function<bool(std::string const& path, ApiError const&)> on_error = {};
};

/// An entry below the path at which recursive_ls began: a File as its directory lists it, and where it is.
struct FileEntry : File {
    std::string path = {};  ///< relative to the beginning of the listing, as in "run1/data.h5"
    std::size_t depth = 0;  ///< 0: an entry of the path itself
};

/**
 * All entries below a path, directory by directory, the nearest to the beginning first: an input range.
 *
 *     for (FileEntry const& entry : client.recursive_ls({.endpoint_id = id, .path = "/~/", .max_depth = 3}))
 *         std::puts(entry.path.c_str());
 *
 * Each directory is one operation_ls, made when the loop comes to it; one with more entries than the service lists at
 * once, 100,000, takes several. A call that fails throws out of the loop; begin() on the same object goes on with the
 * listing that failed.
 *
 * The `type` of a symbolic link says what it leads to, and its `link_target` that it is a link. A link to a directory
 * is listed but not entered, so that the walk ends even where links make a cycle.
 *
 * A path is made of the names that the service gives. A name with a slash or a NUL in it is not an entry but a
 * DecodeError, whose body() is the name, and begin() goes on after it; entries without a name, "." and ".." are
 * skipped. So a program that makes files of these paths stays below the directory that they are relative to.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next listing with NetworkError (cancelled)
 *
 * @par Errors
 * Those of operation_ls, and DecodeError for a listing that says that more follows but does not give it, for a name as
 * above, and for endless directories.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C>
class RecursiveListing {
public:
    /// It sends nothing before the first begin().
    RecursiveListing(C const& client, RecursiveLs what, CallOptions options)
        : client_(client), what_(std::move(what)), options_(std::move(options)) {
        directories_.push_back({"", 0});
    }

    /// An iterator stands at one entry; the listings that it needs are made as it advances.
    class Iterator {
    public:
        using value_type = FileEntry;
        using difference_type = std::ptrdiff_t;

        /// @throws  the errors of the listing, as operator++ does
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
        std::string path;  ///< relative to the beginning, with a slash at its end; empty: the beginning itself
        std::size_t depth;
    };

    static constexpr std::size_t deepest = 1000;         ///< the depth limit of a walk without max_depth
    static constexpr std::size_t most_at_once = 100000;  ///< the most entries that the service lists for one request

    void ensure_entry() {
        while (!has_entry_) {
            if (next_ != files_.size())
                take(files_[next_++]);
            else if (more_)
                list();
            else if (directories_.size() > 1 || !begun_)
                enter();
            else
                return;
        }
    }

    /// Makes a file of the current directory the entry, if it is one.
    void take(File& file) {
        std::string const& name = file.name;
        if (name.empty() || name == "." || name == "..") return;
        if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
            throw DecodeError(
                "recursive_ls: a listing has a name with a slash or a NUL in it, which would lead out of "
                "its directory; begin() on the same listing goes on behind it",
                name);
        Directory const& here = directories_.front();
        std::string path = here.path + name;
        entry_ = {std::move(file), std::move(path), here.depth};
        has_entry_ = true;
        if (entry_.type != "dir" || entry_.link_target.has_value()) return;
        if (here.depth >= what_.max_depth.value_or(deepest)) {
            if (what_.max_depth) return;
            throw DecodeError(
                "recursive_ls: more than 1,000 directories are within one another, as in a circle that has "
                "no end: give max_depth, or begin() on the same listing to go on without what is below");
        }
        directories_.push_back({entry_.path + '/', here.depth + 1});
    }

    /// Goes to the next directory, which has not been listed yet.
    void enter() {
        if (std::exchange(begun_, true)) directories_.pop_front();
        offset_ = 0;
        beginnings_.clear();
        more_ = true;
    }

    /// Lists the entries of the current directory from offset_ on.
    void list() {
        std::string const path = absolute(directories_.front().path);
        OperationLs ls{.endpoint_id = *what_.endpoint_id,
                       .show_hidden = what_.show_hidden,
                       .orderby = what_.orderby,
                       .local_user = what_.local_user};
        if (!path.empty()) ls.path = path;
        if (offset_ != 0) ls.offset = static_cast<std::int64_t>(offset_);
        files_.clear();
        next_ = 0;
        try {
            keep(client_.call(options_, [&](C const& client, CallOptions const& options) {
                return *client.operation_ls(std::move(ls), options);
            }));
        } catch (ApiError const& error) {
            if (!what_.on_error || !what_.on_error(path, error)) throw;
            more_ = false;
        }
    }

    /// Notes a listing, and whether another of the same directory follows.
    void keep(FileList listing) {
        if (!base_) {
            if (what_.path.has_value())
                base_ = *what_.path;
            else
                base_ = listing.absolute_path ? *listing.absolute_path : listing.path.value_or("/~/");
            if (!base_->ends_with('/')) *base_ += '/';
        }
        std::size_t const count = listing.DATA.size();
        bool const follows =
            listing.total ? *listing.total > static_cast<std::int64_t>(offset_ + count) : count >= most_at_once;
        if (follows && count == 0) incomplete("says that it has more entries, but does not list them");
        if (count != 0 && !beginnings_.insert(listing.DATA.front().name).second)
            incomplete("has two parts that begin with the same entry");
        files_ = std::move(listing.DATA);
        offset_ += count;
        more_ = follows;
    }
    [[noreturn]] static void incomplete(std::string const& why) {
        throw DecodeError("recursive_ls: a directory " + why +
                          ": the listing is not complete; begin() on the same listing asks for that part again");
    }
    [[nodiscard]] std::string absolute(std::string const& path) const {
        return base_ ? *base_ + path : what_.path.value_or("");
    }

    detail::ClientOfRange<C> client_;
    RecursiveLs what_;
    CallOptions options_;
    std::optional<std::string> base_;    ///< of the first directory, with a slash at its end
    std::deque<Directory> directories_;  ///< the current one, and those to be listed
    bool begun_ = false;                 ///< false: the first directory is not the current one yet
    bool more_ = false;                  ///< the current directory is to be listed from offset_ on
    std::size_t offset_ = 0;             ///< entries of the current directory that were listed
    std::set<std::string> beginnings_;   ///< the first names of its listings
    std::vector<File> files_;            ///< of the last listing
    std::size_t next_ = 0;               ///< of files_
    FileEntry entry_;
    bool has_entry_ = false;
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
