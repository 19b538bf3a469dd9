// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_ATTEMPTS_HPP
#define GLOBUS_SERVICES_GCS_ATTEMPTS_HPP

#include <globus/client/response.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/waiting.hpp>

#include <exception>
#include <optional>

namespace globus::detail {

/// What follows when an attempt to read or write a file has ended.
struct AttemptEnd {
    bool complete = false;                                   ///< there is nothing more to do
    std::optional<http::Clock::time_point> wait_until = {};  ///< before the next attempt
};

/// Sends the requests of a run, a DownloadRun, UploadRun or PartRead, until it is complete.
/// @param access  a FileAccess
template <class Access, class Run>
void make_attempts(Access const& access, Run& run) {
    for (AttemptEnd end; !end.complete;) {
        if (end.wait_until && !http::wait_until(*end.wait_until, run.options().stop)) throw run.cancelled();
        std::exception_ptr error;
        Response<Bytes> answer;
        try {
            answer = access.send(run.next_request(), run.retry_class(), run.options());
        } catch (...) {
            error = std::current_exception();
        }
        end = run.took(error, answer);
    }
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_ATTEMPTS_HPP
