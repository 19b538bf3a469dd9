// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_SERVICE_HPP
#define GLOBUS_SERVICES_TIMERS_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/timers/errors.hpp>
#include <globus/services/timers/operations.hpp>
#include <globus/services/timers/timer_wait.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace globus {

using timers::EndAfter;
using timers::EndAt;
using timers::FlowTimer;
using timers::OnceTimerSchedule;
using timers::RecurringTimerSchedule;
using timers::TimerJob;
using timers::TransferTimer;

/**
 * Globus Timers: transfers and runs of flows that start by the clock.
 *
 *     Client<TimersService, AccessTokenPolicy> timers{token};
 *
 * https://docs.globus.org/api/timers/
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for; ids are
 * UUIDs as text.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; TimersApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct TimersService {
    static constexpr std::string_view name = "timer";
    static constexpr std::string_view resource_server = "524230d7-ea86-4a52-8312-86065a9e0417";
    using scopes = TimersScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::timer};
    using error = TimersApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, timers::ListJobs, timers::GetJob, timers::CreateTimer, timers::CreateJob,
                                  timers::UpdateJob, timers::DeleteJob, timers::PauseJob, timers::ResumeJob>();
    }

    template <class Client>
    struct Operations;
};

/// The operations as member functions of a Client.
template <class Client>
struct TimersService::Operations {
    /// @copydoc timers::ListJobs
    Response<timers::TimerList> list_jobs(timers::ListJobs op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::GetJob
    Response<timers::Timer> get_job(timers::GetJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::CreateTimer
    Response<timers::NewTimer> create_timer(timers::CreateTimer op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::CreateJob
    Response<timers::Timer> create_job(timers::CreateJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::UpdateJob
    Response<timers::Timer> update_job(timers::UpdateJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::DeleteJob
    Response<timers::Timer> delete_job(timers::DeleteJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::PauseJob
    Response<timers::TimerMessage> pause_job(timers::PauseJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::ResumeJob
    Response<timers::TimerMessage> resume_job(timers::ResumeJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * Waits until a timer has run once more, has ended or is paused, or time runs out.
     *
     *     auto const verdict = client.timer_wait({.job_id = id, .timeout = 25h});
     *     if (!verdict.succeeded()) explain(verdict.kind, verdict.timer);
     *
     * A look may fail for a passing reason (a lost connection, a 503); the next one makes up for it.
     *
     * @param options  for each request; `deadline` ends the wait, too, and `stop` cancels it within 100 ms
     * @throws UsageError      for a time-out or polling_interval below 10 ms
     * @throws NetworkError    cancelled, by `stop` or the client's destruction; the last look's error, if none succeeded
     * @throws TimersApiError  if the timer does not exist, such as one that was deleted meanwhile, or may not be read
     */
    timers::TimerVerdict timer_wait(timers::TimerWait wait, CallOptions const& options = {}) const {
        return detail::wait_by(self(), detail::TimerWatch(std::move(wait)), options);
    }

    /// Tells the app of this client that its timers move files of mapped collections, so that a login asks for their
    /// data_access scope. It returns the client.
    /// @throws UsageError  for an id that is not a UUID
    Client const& add_app_transfer_data_access_scope(StringList const& collection_ids) const {
        return self().add_app_scope(timers_scope_with_data_access(collection_ids));
    }
    /// Tells the app of this client that its timers run flows, so that a login asks for their scope. It returns the
    /// client.
    /// @throws UsageError  for an id that is not a UUID
    Client const& add_app_flow_user_scope(StringList const& flow_ids) const {
        return self().add_app_scope(timers_scope_with_flows(flow_ids));
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_SERVICE_HPP
