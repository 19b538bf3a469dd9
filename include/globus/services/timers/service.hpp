// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_SERVICE_HPP
#define GLOBUS_SERVICES_TIMERS_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/services/timers/errors.hpp>
#include <globus/services/timers/operations.hpp>

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <string_view>

namespace globus {

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
 */
struct TimersService {
    static constexpr std::string_view name = "timer";
    static constexpr std::string_view resource_server = "524230d7-ea86-4a52-8312-86065a9e0417";
    using error = TimersApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<timers::ListJobs, timers::GetJob, timers::CreateTimer, timers::CreateJob,
                                    timers::UpdateJob, timers::DeleteJob, timers::PauseJob, timers::ResumeJob>;
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

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_SERVICE_HPP
