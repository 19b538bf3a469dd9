// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_RUN_WAIT_HPP
#define GLOBUS_SERVICES_FLOWS_RUN_WAIT_HPP

#include <globus/client/polling.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/services/flows/answers.hpp>
#include <globus/services/flows/operations.hpp>

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace globus::flows {

/**
 * What run_wait waits for, and how.
 *
 *     client.run_wait({.run_id = run->run_id, .timeout = 2h})
 */
struct RunWait {
    Required<std::string> run_id;
    std::chrono::duration<double> timeout = std::chrono::hours(1);  ///< how long to wait in all; at least 10 ms
    /// The longest pause between two looks, at least 10 ms; the first ones are shorter, from half a second on.
    std::chrono::duration<double> polling_interval = std::chrono::seconds(30);
    std::function<void(Run const&)> on_progress = {};  ///< called after each look; what it throws ends the wait
};

/// How a wait for a run ended.
struct RunVerdict {
    /// How it ended.
    enum class Kind : unsigned char {
        succeeded,  ///< the run did what it should
        failed,     ///< it ended with an error: `run.details` has it
        ended,      ///< somebody ended it, as by cancel_run
        inactive,   ///< it waits for its user: resume_run goes on with it
        timed_out,  ///< time ran out, and the run goes on
    };

    Kind kind = Kind::timed_out;  ///< how it ended
    Run run = {};                 ///< as it was last seen

    /// True if the run did what it should.
    [[nodiscard]] bool succeeded() const noexcept { return kind == Kind::succeeded; }
    /// True if the run goes on no more, with success or not.
    [[nodiscard]] bool ended() const noexcept { return kind != Kind::inactive && kind != Kind::timed_out; }
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(RunVerdict::Kind kind) noexcept {
    switch (kind) {
        case RunVerdict::Kind::succeeded:
            return "succeeded";
        case RunVerdict::Kind::failed:
            return "failed";
        case RunVerdict::Kind::ended:
            return "ended";
        case RunVerdict::Kind::inactive:
            return "inactive";
        case RunVerdict::Kind::timed_out:
            return "timed_out";
    }
    return "unknown";
}
/// Writes the name of a kind.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, RunVerdict::Kind kind) {
    return out << to_string(kind);
}

}  // namespace globus::flows

namespace globus::detail {

/// What run_wait knows about its run.
class RunWatch : public Watch<flows::RunWait, flows::RunVerdict> {
public:
    static constexpr std::string_view name = "run_wait";
    using Watch::Watch;

    [[nodiscard]] flows::GetRun look() const { return {.run_id = wait_.run_id}; }
    void saw(Result<Response<flows::Run>> answer) { verdict_.run = taken_as_is(std::move(answer).value()); }
    template <class Run>
    bool is_over(Run const& run) {
        using Kind = flows::RunVerdict::Kind;
        report(run, verdict_.run);
        switch (verdict_.run.status.known()) {
            case flows::RunStatus::succeeded:
                verdict_.kind = Kind::succeeded;
                return true;
            case flows::RunStatus::failed:
                verdict_.kind = Kind::failed;
                return true;
            case flows::RunStatus::ended:
                verdict_.kind = Kind::ended;
                return true;
            case flows::RunStatus::inactive:
                verdict_.kind = Kind::inactive;
                return true;
            case flows::RunStatus::active:
            case flows::RunStatus::unknown:
                break;
        }
        return false;
    }
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_FLOWS_RUN_WAIT_HPP
