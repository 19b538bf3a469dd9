// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
#define GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/optional.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/transfer/files.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
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

}  // namespace globus::transfer

namespace globus::detail {

/**
 * What a recursive listing lists, in which order, and which of what comes are entries. It sends nothing: it is told what
 * a directory has, or that it cannot be listed, and says what comes next.
 *
 * @par Thread safety
 * It is for one thread at a time.
 */
class RecursiveWalk {
public:
    /// A directory whose turn has come, or which is listed before its turn. It stays where it is until the walk has
    /// passed it.
    struct Listing {
        std::string path;        ///< relative to the beginning, with a slash at its end; empty: the beginning itself
        std::size_t depth;       ///< of its entries
        bool asked = false;      ///< a part of it is on its way
        bool more = true;        ///< it is to be listed from `offset` on
        std::size_t offset = 0;  ///< entries that were listed
        std::set<std::string> beginnings = {};   ///< the first names of its parts
        std::vector<transfer::File> files = {};  ///< of the last part
        std::size_t next = 0;                    ///< of files
        std::exception_ptr error = {};           ///< why the last part did not come
    };

    explicit RecursiveWalk(transfer::RecursiveLs what) : what_(std::move(what)) { directories_.push_back({"", 0}); }

    /// What the walk needs to go on.
    enum class Next : unsigned char {
        entry,    ///< nothing: `entry` is the next one; then `pass`
        listing,  ///< the answer for what `to_list` gives first, or has given
        end,      ///< nothing: there are no more entries
    };
    /// Goes on to the next entry, from the one that was passed.
    /// @throws DecodeError  for what is no entry, and the error of a directory whose turn has come; the next call goes on
    ///                      behind the one, and asks for the other again
    [[nodiscard]] Next next();
    [[nodiscard]] transfer::FileEntry& entry() noexcept { return *entry_; }
    [[nodiscard]] bool has_entry() const noexcept { return entry_.has_value(); }
    void pass() noexcept { entry_.reset(); }

    /// A directory to be listed, the nearest first; null if there is none now.
    /// @param ahead  how many directories behind the current one may be listed before their turn
    [[nodiscard]] Listing* to_list(std::size_t ahead);
    /// What to send for it; then `came`, `failed` or `dropped`.
    [[nodiscard]] transfer::OperationLs request(Listing& here) const;
    void came(Listing& here, transfer::FileList listing);
    void failed(Listing& here, std::exception_ptr error) noexcept;
    /// Reports that the request was given up; it is to be sent again.
    void dropped(Listing& here) noexcept { here.asked = false; }

    /// Entries that came, and are to be passed yet.
    [[nodiscard]] std::size_t kept() const noexcept { return kept_; }

    static constexpr std::size_t most_at_once = 100000;  ///< the most entries that the service lists for one request

private:
    struct Directory {
        std::string path;  ///< as of Listing
        std::size_t depth;
    };
    static constexpr std::size_t deepest = 1000;  ///< the depth limit of a walk without max_depth

    Listing& open();
    /// Makes a file of the current directory the entry, if it is one.
    void take(Listing const& here, transfer::File& file);
    /// Leaves out the rest of a directory, if its error is one that the caller lets pass. @throws that error
    void leave_out(Listing& here);
    void keep(Listing& here, transfer::FileList listing);
    [[nodiscard]] std::string absolute(std::string const& path) const;

    transfer::RecursiveLs what_;
    std::optional<std::string> base_;    ///< of the first directory, with a slash at its end
    std::deque<Listing> listings_;       ///< the current directory, and those behind it that are listed already
    std::deque<Directory> directories_;  ///< those behind them
    std::optional<transfer::FileEntry> entry_;
    std::size_t kept_ = 0;
};

}  // namespace globus::detail

namespace globus::transfer {

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
        : client_(client), walk_(std::move(what)), options_(std::move(options)) {}

    /// An iterator stands at one entry; the listings that it needs are made as it advances.
    class Iterator {
    public:
        using value_type = FileEntry;
        using difference_type = std::ptrdiff_t;

        /// @throws  the errors of the listing, as operator++ does
        explicit Iterator(RecursiveListing& listing) : listing_(&listing) { listing.ensure_entry(); }
        [[nodiscard]] FileEntry const& operator*() const { return listing_->walk_.entry(); }
        [[nodiscard]] FileEntry const* operator->() const { return &listing_->walk_.entry(); }
        Iterator& operator++() {
            listing_->walk_.pass();
            listing_->ensure_entry();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !listing_->walk_.has_entry(); }

    private:
        RecursiveListing* listing_;
    };

    [[nodiscard]] Iterator begin() { return Iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    using Walk = detail::RecursiveWalk;

    void ensure_entry() {
        client_.check();
        while (walk_.next() == Walk::Next::listing) list(*walk_.to_list(0));
    }
    void list(Walk::Listing& here) {
        try {
            OperationLs const ls = walk_.request(here);
            walk_.came(here, client_.call(options_, [&](C const& client, CallOptions const& options) {
                return *client.operation_ls(ls, options);
            }));
        } catch (...) {
            walk_.failed(here, std::current_exception());
        }
    }

    detail::ClientOfRange<C> client_;
    Walk walk_;
    CallOptions options_;
};

}  // namespace globus::transfer

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/recursive_ls.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
