// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_MANUAL_CLOCK_HPP
#define GLOBUS_HTTP_MANUAL_CLOCK_HPP

#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace globus {

/**
 * A clock for tests, which stands still until it is moved: hours of retries, pauses and slow answers take milliseconds.
 *
 *     ManualClock clock;
 *     MockTransport mock;
 *     mock.after(30s).reply(503).after(30s).reply(200, "{}");
 *     client.async_send(GetTask{.task_id = id}, token);
 *     clock.run(io);
 *     assert(clock.elapsed() > 60s);
 *
 * While it lives it is the http::Clock of the whole process: that of deadlines, of the waits between attempts and looks,
 * of rate limiters, and of the delays of a MockTransport. A call that blocks moves it to the end of whatever it waits
 * for. Connections do not follow it, nor do the expiry times of tokens.
 *
 * Make it before the calls that go by it, and destroy it after them.
 *
 * @par Thread safety
 * Any function may be called from any thread, `run` by one at a time.
 */
class ManualClock {
public:
    /// It begins at the time that it is. @throws UsageError  if there is another one
    ManualClock();
    ManualClock(ManualClock const&) = delete;
    ManualClock& operator=(ManualClock const&) = delete;
    ~ManualClock();

    /// The time by which it was moved so far.
    [[nodiscard]] std::chrono::duration<double> elapsed() const;
    /// Moves it, from the end of one wait of an asynchronous call to the next. @param time  seconds
    void advance(std::chrono::duration<double> time);
    /// Moves it to the end of the next wait of an asynchronous call; false if there is none.
    bool advance();

    /**
     * Runs an execution context until it is out of work or stopped, and moves the clock whenever there is nothing to be
     * done but to wait.
     *
     * @param context  such as boost::asio::io_context
     */
    template <class Context>
    void run(Context& context) {
        context.restart();
        while (true) {
            if (context.poll() != 0) continue;
            if (context.stopped()) return;
            // Else something is on its way that does not go by this clock, such as a thread that asks a policy.
            if (is_held() || !advance()) context.run_one_for(std::chrono::milliseconds(1));
        }
    }

    struct State;

private:
    [[nodiscard]] bool is_held() const;

    std::shared_ptr<State> const state_;
    http::Clock::time_point const start_;
};

namespace detail {

/// Has a function called when the ManualClock comes to a time, unless what is returned is destroyed before; null if
/// there is no such clock.
std::shared_ptr<void> manual_alarm(http::Clock::time_point at, std::function<void()> ring);
/// Keeps ManualClock::run from moving the clock until what is returned is destroyed; null if there is no such clock.
std::shared_ptr<void> manual_hold();
/// Moves the ManualClock to a time; false if there is no such clock.
bool manual_advance(http::Clock::time_point to);

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/http/impl/manual_clock.ipp>
#endif

#endif  // GLOBUS_HTTP_MANUAL_CLOCK_HPP
