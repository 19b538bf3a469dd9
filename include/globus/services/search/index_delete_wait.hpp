// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_INDEX_DELETE_WAIT_HPP
#define GLOBUS_SERVICES_SEARCH_INDEX_DELETE_WAIT_HPP

#include <globus/client/polling.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/search/answers.hpp>
#include <globus/services/search/operations.hpp>

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace globus::search {

/**
 * Whose deletion index_delete_wait waits for, and how.
 *
 *     client.index_delete_wait({.index_id = id, .timeout = 24h})
 */
struct IndexDeleteWait {
    Required<std::string> index_id;
    std::chrono::duration<double> timeout = std::chrono::hours(1);  ///< how long to wait in all; at least 10 ms
    /// The longest pause between two looks, at least 10 ms; the first ones are shorter, from half a second on.
    std::chrono::duration<double> polling_interval = std::chrono::seconds(30);
    /// Called after each look at an index that is still there; what it throws ends the wait.
    std::function<void(Index const&)> on_progress = {};
};

/// How a wait for the deletion of an index ended.
struct IndexDeleteVerdict {
    /// How it ended.
    enum class Kind : unsigned char {
        deleted,    ///< there is no such index (any more)
        open,       ///< it will not be deleted: nobody asked for it, or somebody has reopened it
        timed_out,  ///< time ran out, and the index is still to be deleted
    };

    Kind kind = Kind::timed_out;  ///< how it ended
    Index index = {};             ///< as it was last seen

    /// True if the index is gone.
    [[nodiscard]] bool succeeded() const noexcept { return kind == Kind::deleted; }
    /// True if nothing more will happen.
    [[nodiscard]] bool ended() const noexcept { return kind != Kind::timed_out; }
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(IndexDeleteVerdict::Kind kind) noexcept {
    switch (kind) {
        case IndexDeleteVerdict::Kind::deleted:
            return "deleted";
        case IndexDeleteVerdict::Kind::open:
            return "open";
        case IndexDeleteVerdict::Kind::timed_out:
            return "timed_out";
    }
    return "unknown";
}
/// Writes the name of a kind.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, IndexDeleteVerdict::Kind kind) {
    return out << to_string(kind);
}

}  // namespace globus::search

namespace globus::detail {

/// What index_delete_wait knows about its index.
class IndexDeleteWatch : public Watch<search::IndexDeleteWait, search::IndexDeleteVerdict> {
    using Kind = search::IndexDeleteVerdict::Kind;

public:
    static constexpr std::string_view name = "index_delete_wait";
    using Watch::Watch;

    [[nodiscard]] search::GetIndex look() const { return {.index_id = wait_.index_id}; }
    void saw(Result<Response<search::Index>> answer) {
        try {
            verdict_.index = taken_as_is(std::move(answer).value());
        } catch (ApiError const& error) {
            if (error.http_status() != 404) throw;
            verdict_.kind = Kind::deleted;
        }
    }
    template <class Run>
    bool is_over(Run const& run) {
        if (verdict_.succeeded()) return true;
        report(run, verdict_.index);
        if (verdict_.index.status == search::IndexStatus::open) verdict_.kind = Kind::open;
        return verdict_.ended();
    }
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_SEARCH_INDEX_DELETE_WAIT_HPP
