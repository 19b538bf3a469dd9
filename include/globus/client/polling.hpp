// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_POLLING_HPP
#define GLOBUS_CLIENT_POLLING_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>

#include <chrono>
#include <exception>
#include <string_view>

// Waiting for something that the service does: looking at it again and again.

namespace globus {

/**
 * How long a function waits for the service, and how often it looks: at once, then after `interval`, then after half as
 * much again each time, up to `longest_interval`.
 */
struct Polling {
    std::chrono::duration<double> timeout = std::chrono::hours(1);     ///< of the whole wait
    std::chrono::duration<double> interval = std::chrono::seconds(1);  ///< before the second look; 10 ms or more
    std::chrono::duration<double> longest_interval = std::chrono::seconds(30);  ///< between looks
};

namespace detail {

/// True for an error of one look that the next look may not meet: a lost connection, a 503, an answer that is cut off.
[[nodiscard]] bool may_pass(Error const& error);

/// The looks of one wait.
class Looks {
public:
    /// @param name  of the function that waits, for messages
    /// @throws UsageError  for a negative time-out, an interval below 10 ms, and numbers that are none
    Looks(std::string_view name, CallGate const& gate, Polling const& polling, CallOptions options);

    /// For each request of the wait.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    /// Runs one of the user's callbacks, which may destroy the client.
    template <class F>
    void run_callback(F const& callback) const {
        call_.run_callback(callback);
    }

    /**
     * Looks until the wait is over. It returns false if the time ran out before.
     *
     * @param look  reads what is waited for
     * @param over  called after each look that succeeded: says whether the wait is over
     * @throws NetworkError  cancelled; the last look's error, if none succeeded
     */
    template <class Look, class Over>
    bool until(Look const& look, Over const& over) {
        while (true) {
            bool seen = true;
            try {
                look();
            } catch (Error const& error) {
                failed(error);
                seen = false;
            }
            if (seen) {
                looked();
                if (over()) return true;
            }
            if (!wait()) return false;
        }
    }

private:
    void looked() noexcept;
    /// Rethrows the error in flight if it will not pass.
    void failed(Error const& error);
    /// Waits for the next look. False if that would be too late.
    bool wait();

    std::string_view name_;
    CallGate::Call const call_;  // lasts from the first look to the last
    CallOptions options_;
    std::chrono::duration<double> interval_;
    std::chrono::duration<double> longest_;
    http::Clock::time_point end_;
    std::exception_ptr failure_;  ///< of the last look, if none succeeded
    bool seen_ = false;
};

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/polling.ipp>
#endif

#endif  // GLOBUS_CLIENT_POLLING_HPP
