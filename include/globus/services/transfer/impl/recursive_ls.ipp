// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_RECURSIVE_LS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_RECURSIVE_LS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/transfer/recursive_ls.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace globus::detail {

GLOBUS_DECL RecursiveWalk::Next RecursiveWalk::next() {
    while (!entry_) {
        if (listings_.empty()) {
            if (directories_.empty()) return Next::end;
            open();
        }
        Listing& here = listings_.front();
        if (here.next != here.files.size()) {
            --kept_;
            take(here, here.files[here.next++]);
        } else if (here.error) {
            leave_out(here);
        } else if (here.more) {
            return Next::listing;
        } else {
            listings_.pop_front();
        }
    }
    return Next::entry;
}

GLOBUS_DECL RecursiveWalk::Listing& RecursiveWalk::open() {
    Directory& nearest = directories_.front();
    Listing& here = listings_.emplace_back(Listing{.path = std::move(nearest.path), .depth = nearest.depth});
    directories_.pop_front();
    return here;
}

GLOBUS_DECL void RecursiveWalk::take(Listing const& here, transfer::File& file) {
    std::string const& name = file.name;
    if (name.empty() || name == "." || name == "..") return;
    if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
        throw DecodeError(
            "recursive_ls: a listing has a name with a slash or a NUL in it, which would lead out of "
            "its directory; going on with the same listing leaves it out",
            name);
    std::string path = here.path + name;
    transfer::FileEntry& entry = entry_.emplace(transfer::FileEntry{std::move(file), std::move(path), here.depth});
    if (entry.type != "dir" || entry.link_target.has_value()) return;
    if (here.depth >= what_.max_depth.value_or(deepest)) {
        if (what_.max_depth) return;
        throw DecodeError(
            "recursive_ls: more than 1,000 directories are within one another, as in a circle that has "
            "no end: give max_depth, or go on with the same listing without what is below");
    }
    directories_.push_back({entry.path + '/', here.depth + 1});
}

GLOBUS_DECL void RecursiveWalk::leave_out(Listing& here) {
    try {
        std::rethrow_exception(std::exchange(here.error, nullptr));
    } catch (ApiError const& error) {
        if (!what_.on_error || !what_.on_error(absolute(here.path), error)) throw;
        here.more = false;
    }
}

GLOBUS_DECL RecursiveWalk::Listing* RecursiveWalk::to_list(std::size_t ahead) {
    std::size_t place = 0;
    for (Listing& here : listings_) {
        bool const is_next = place == 0 ? here.next == here.files.size() : here.offset == 0;
        if (is_next && here.more && !here.asked && !here.error) return &here;
        if (place++ == ahead) return nullptr;
    }
    return directories_.empty() ? nullptr : &open();
}

GLOBUS_DECL transfer::OperationLs RecursiveWalk::request(Listing& here) const {
    std::string path = absolute(here.path);
    transfer::OperationLs ls{.endpoint_id = *what_.endpoint_id,
                             .show_hidden = what_.show_hidden,
                             .orderby = what_.orderby,
                             .local_user = what_.local_user};
    if (!path.empty()) ls.path = std::move(path);
    if (here.offset != 0) ls.offset = static_cast<std::int64_t>(here.offset);
    here.asked = true;
    return ls;
}

GLOBUS_DECL void RecursiveWalk::came(Listing& here, transfer::FileList listing) {
    here.asked = false;
    keep(here, std::move(listing));
}

GLOBUS_DECL void RecursiveWalk::failed(Listing& here, std::exception_ptr error) noexcept {
    here.asked = false;
    here.error = std::move(error);
}

/// Notes a part of a directory, and whether another follows. It throws for one that is not complete.
GLOBUS_DECL void RecursiveWalk::keep(Listing& here, transfer::FileList listing) {
    auto const incomplete = [](std::string const& why) {
        throw DecodeError("recursive_ls: a directory " + why +
                          ": the listing is not complete; going on with it asks for that part again");
    };
    if (!base_) {
        if (what_.path.has_value())
            base_ = *what_.path;
        else
            base_ = listing.absolute_path ? *listing.absolute_path : listing.path.value_or("/~/");
        if (!base_->ends_with('/')) *base_ += '/';
    }
    std::size_t const count = listing.DATA.size();
    bool const follows =
        listing.total ? *listing.total > static_cast<std::int64_t>(here.offset + count) : count >= most_at_once;
    if (follows && count == 0) incomplete("says that it has more entries, but does not list them");
    if (count != 0 && !here.beginnings.insert(listing.DATA.front().name).second)
        incomplete("has two parts that begin with the same entry");
    here.files = std::move(listing.DATA);
    here.next = 0;
    here.offset += count;
    here.more = follows;
    kept_ += count;
}

GLOBUS_DECL std::string RecursiveWalk::absolute(std::string const& path) const {
    return base_ ? *base_ + path : what_.path.value_or("");
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_RECURSIVE_LS_IPP
