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
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

// Waiting for something that the service does: looking at it again and again.
//
// Every wait has the same schedule. It looks at once, then after half a second, then after half as much again each time,
// until the pauses are as long as its `polling_interval`; one of less than half a second is the first pause, too. Looks
// keep to their plan however long each takes, and each may come up to a tenth of its pause earlier, so that many waits
// that began together spread. The last look is at the end of the time-out, unless that is less than half a pause after
// the one before.

namespace globus::detail {

/// How long a function waits for the service, and how often it looks.
struct Polling {
    using Seconds = std::chrono::duration<double>;
    Seconds timeout = std::chrono::hours(1);                  ///< of the whole wait; 10 ms or more
    Seconds polling_interval = std::chrono::seconds(30);      ///< the longest pause; 10 ms or more
    Seconds first_interval = std::chrono::milliseconds(500);  ///< the first pause, if that is less
    double jitter = 0.1;                                      ///< the part of a pause by which a look may come earlier
    std::function<bool(Seconds)> sleep = {};                  ///< waits in place of the library; false to cancel
};

/// True for an error of one look that the next look may not meet: a lost connection, a 503, an answer that is cut off.
[[nodiscard]] bool may_pass(Error const& error);

/// When the looks of a wait are: it reads no clock.
class PollingPlan {
public:
    using Seconds = Polling::Seconds;

    /// @param name  of the function that waits, for messages
    /// @throws UsageError  for times below 10 ms, a jitter that is not in [0, 1), and numbers that are none
    PollingPlan(std::string_view name, Polling const& polling);

    /// Between which times after the start of the wait the next look is.
    struct Look {
        Seconds earliest, latest;
    };
    /// The next look; nothing if the time is up. @param elapsed  since the start of the wait
    [[nodiscard]] std::optional<Look> next(Seconds elapsed);

    /// Of the whole wait, at most a year.
    [[nodiscard]] Seconds timeout() const noexcept { return timeout_; }

private:
    Seconds timeout_, longest_, pause_;
    Seconds planned_{0};
    double jitter_;
};

/**
 * What the watches of waits have in common. A watch sends nothing: it says what to look at (`look`), is told what came of
 * it (`saw`), says whether the wait is over (`is_over`), and has the verdict. `name` is the function's.
 *
 * @tparam Wait     what the caller wants
 * @tparam Verdict  what the caller gets
 */
template <class Wait, class Verdict>
class Watch {
public:
    using verdict_type = Verdict;

    explicit Watch(Wait wait) : wait_(std::move(wait)) {}
    [[nodiscard]] Polling polling() const {
        return {.timeout = wait_.timeout, .polling_interval = wait_.polling_interval};
    }
    [[nodiscard]] Verdict verdict() && { return std::move(verdict_); }

protected:
    /// Tells the caller's `on_progress`. @param run  calls a function, as CallGate::Call::run_callback does
    template <class Run, class Seen>
    void report(Run const& run, Seen const& seen) const {
        if (wait_.on_progress) run([&] { wait_.on_progress(seen); });
    }

    Wait wait_;
    Verdict verdict_;
};

/// The looks of one wait.
class Looks {
public:
    using Seconds = Polling::Seconds;

    /// @param name  of the function that waits, for messages
    /// @param options  its deadline ends the wait, too
    /// @throws UsageError  as PollingPlan does
    Looks(std::string_view name, CallGate::Pass const& gate, Polling polling, CallOptions options,
          CallGate::Wait gate_waits = CallGate::Wait::yes);
    Looks(std::string_view name, CallGate const& gate, Polling polling, CallOptions options)
        : Looks(name, CallGate::Pass(gate), std::move(polling), std::move(options)) {}

    /// For each request of the wait.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    /// Since the wait began; with `sleep`, the sum of its waits.
    [[nodiscard]] Seconds elapsed() const { return sleep_ ? slept_ : Seconds(http::Clock::now() - start_); }
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

    // The parts of `until`, for a driver that does not block.

    /// Reports a look that succeeded.
    void looked() noexcept;
    /// Reports a look that failed, while the error is in flight; rethrows it if it will not pass.
    void failed(Error const& error);
    /// When the next look is; nothing if that would be too late. @throws the last look's error, if none succeeded
    [[nodiscard]] std::optional<http::Clock::time_point> next_look();
    /// Ends a wait that was cancelled.
    [[noreturn]] void end_cancelled() const;

private:
    /// The next look after the start; nothing if that would be too late.
    std::optional<Seconds> next();
    /// Waits for the next look. False if that would be too late.
    bool wait();
    /// False if it was cancelled.
    bool sleep_until(Seconds until);

    std::string_view name_;
    CallGate::Call const call_;  // lasts from the first look to the last
    CallOptions options_;
    std::function<bool(Seconds)> sleep_;
    PollingPlan plan_;
    http::Clock::time_point start_ = http::Clock::now();
    Seconds slept_{0};
    std::exception_ptr failure_;  ///< of the last look, if none succeeded
    bool seen_ = false;
};

/// Waits for what a watch looks at.
template <class W, class Client>
typename W::verdict_type wait_by(Client const& client, W watch, CallOptions const& options) {
    Looks looks(W::name, client.gate(), watch.polling(), options);
    looks.until([&] { watch.saw(client.try_send(watch.look(), looks.options())); },
                [&] { return watch.is_over([&](auto const& callback) { looks.run_callback(callback); }); });
    return std::move(watch).verdict();
}

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/client/impl/polling.ipp>
#endif

#endif  // GLOBUS_CLIENT_POLLING_HPP
