// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_OPERATIONS_HPP
#define GLOBUS_SERVICES_TIMERS_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/services/timers/answers.hpp>
#include <globus/services/timers/payloads.hpp>

#include <string>

// The operations of Globus Timers. https://docs.globus.org/api/timers/

namespace globus {
struct TimersService;
}

namespace globus::timers {

/// Lists the caller's timers. GET /jobs/
/// https://docs.globus.org/api/timers/
struct ListJobs {
    using service = TimersService;
    using result = TimerList;
    static constexpr auto route = get("/jobs/");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListJobs, query_params);
};

/// Reads a timer. GET /jobs/{job_id}
/// https://docs.globus.org/api/timers/
struct GetJob {
    using service = TimersService;
    using result = Timer;
    static constexpr auto route = get("/jobs/{job_id}");
    Required<std::string> job_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetJob, job_id, query_params);
};

/// Makes a timer that starts transfers or runs of a flow. POST /v2/timer
/// It is sent only once: if the answer is lost, list_jobs shows whether it was made.
/// @throws UsageError  for what the timer's own check() refuses
/// https://docs.globus.org/api/timers/
struct CreateTimer {
    using service = TimersService;
    using result = NewTimer;
    static constexpr auto route = post("/v2/timer");
    static constexpr RetryClass retry = RetryClass::non_idempotent;
    Required<TimerDocument> timer;  ///< a TransferTimer or FlowTimer, or a Json of one
    static constexpr auto wire = wires(in_json("timer"));
    GLOBUS_MEMBERS(CreateTimer, timer);

    void check() const { timer->check(); }
};

/// Makes a timer in the older form. POST /jobs/
/// It is sent only once: if the answer is lost, list_jobs shows whether it was made.
/// @throws UsageError  for what the job's own check() refuses
/// https://docs.globus.org/api/timers/
struct CreateJob {
    using service = TimersService;
    using result = Timer;
    static constexpr auto route = post("/jobs/");
    static constexpr RetryClass retry = RetryClass::non_idempotent;
    Required<JobDocument> data;  ///< a TimerJob or a Json of one
    GLOBUS_MEMBERS(CreateJob, data);

    void check() const { data->check(); }
};

/// Changes a timer. PATCH /jobs/{job_id}
/// https://docs.globus.org/api/timers/
struct UpdateJob {
    using service = TimersService;
    using result = Timer;
    static constexpr auto route = patch("/jobs/{job_id}");
    Required<std::string> job_id;
    Required<Document> data;  ///< what is to change: its `name`; a described object or a Json
    GLOBUS_MEMBERS(UpdateJob, job_id, data);
};

/// Deletes a timer. DELETE /jobs/{job_id}
/// https://docs.globus.org/api/timers/
struct DeleteJob {
    using service = TimersService;
    using result = Timer;
    static constexpr auto route = delete_("/jobs/{job_id}");
    Required<std::string> job_id;
    GLOBUS_MEMBERS(DeleteJob, job_id);
};

/// Makes a timer inactive until it is resumed. POST /jobs/{job_id}/pause
/// https://docs.globus.org/api/timers/
struct PauseJob {
    using service = TimersService;
    using result = TimerMessage;
    static constexpr auto route = post("/jobs/{job_id}/pause");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> job_id;
    GLOBUS_MEMBERS(PauseJob, job_id);
};

/// Makes an inactive timer active again. POST /jobs/{job_id}/resume
/// https://docs.globus.org/api/timers/
struct ResumeJob {
    using service = TimersService;
    using result = TimerMessage;
    static constexpr auto route = post("/jobs/{job_id}/resume");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> job_id;
    Optional<bool> update_credentials = {};  ///< whether to use the caller's credentials from now on
    static constexpr auto wire = wires(in_json("update_credentials"));
    GLOBUS_MEMBERS(ResumeJob, job_id, update_credentials);
};

}  // namespace globus::timers

#endif  // GLOBUS_SERVICES_TIMERS_OPERATIONS_HPP
