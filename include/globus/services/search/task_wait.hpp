// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_TASK_WAIT_HPP
#define GLOBUS_SERVICES_SEARCH_TASK_WAIT_HPP

#include <globus/client/polling.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
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
 * Which task of an index task_wait waits for, and how: an ingest, a deletion of entries, ...
 *
 *     client.task_wait({.task_id = client.ingest({...})->task_id})
 */
struct TaskWait {
    Required<std::string> task_id;
    std::chrono::duration<double> timeout = std::chrono::hours(1);  ///< how long to wait in all; at least 10 ms
    /// The longest pause between two looks, at least 10 ms; the first ones are shorter, from half a second on.
    std::chrono::duration<double> polling_interval = std::chrono::seconds(30);
    std::function<void(Task const&)> on_progress = {};  ///< called after each look; what it throws ends the wait
};

/// How a wait for a task of an index ended.
struct TaskVerdict {
    /// How it ended.
    enum class Kind : unsigned char {
        succeeded,  ///< the task did what it should
        failed,     ///< it ended with an error: `task.message` has it
        timed_out,  ///< time ran out, and the task goes on
    };

    Kind kind = Kind::timed_out;  ///< how it ended
    Task task = {};               ///< as it was last seen

    /// True if the task did what it should.
    [[nodiscard]] bool succeeded() const noexcept { return kind == Kind::succeeded; }
    /// True if the task goes on no more, with success or not.
    [[nodiscard]] bool ended() const noexcept { return kind != Kind::timed_out; }
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(TaskVerdict::Kind kind) noexcept {
    switch (kind) {
        case TaskVerdict::Kind::succeeded:
            return "succeeded";
        case TaskVerdict::Kind::failed:
            return "failed";
        case TaskVerdict::Kind::timed_out:
            return "timed_out";
    }
    return "unknown";
}
/// Writes the name of a kind.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, TaskVerdict::Kind kind) {
    return out << to_string(kind);
}

}  // namespace globus::search

namespace globus::detail {

/// What task_wait of Search knows about its task.
class SearchTaskWatch : public Watch<search::TaskWait, search::TaskVerdict> {
public:
    static constexpr std::string_view name = "task_wait";
    using Watch::Watch;

    [[nodiscard]] search::GetTask look() const { return {.task_id = wait_.task_id}; }
    void saw(Result<Response<search::Task>> answer) { verdict_.task = taken_as_is(std::move(answer).value()); }
    template <class Run>
    bool is_over(Run const& run) {
        using Kind = search::TaskVerdict::Kind;
        report(run, verdict_.task);
        bool const succeeded = verdict_.task.state == search::TaskState::success;
        if (!succeeded && verdict_.task.state != search::TaskState::failed) return false;
        verdict_.kind = succeeded ? Kind::succeeded : Kind::failed;
        return true;
    }
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_SEARCH_TASK_WAIT_HPP
