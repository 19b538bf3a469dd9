// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ONCE_HPP
#define GLOBUS_HTTP_ONCE_HPP

#include <globus/core/handle.hpp>
#include <globus/http/message.hpp>
#include <globus/http/waiting.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace globus::detail {

/**
 * A value that is asked for when it is first wanted, and kept. Copies share it.
 *
 * @par Thread safety
 * `get` may be called from any thread. One asks, without a lock, while the others wait as long as their own calls may
 * last. If `make` throws, the next one asks again.
 */
template <class T>
class Once {
public:
    /// The value, or that of `make()`.
    /// @throws NetworkError  if the call has to end while another thread asks
    /// @throws UsageError  if `make` wants the value that it is to make, be it through others who wait; in a child process; if this was moved from
    template <class F>
    T const& get(F const& make, http::Clock::time_point deadline, std::stop_token const& stop) const {
        State& state = *state_;
        std::unique_lock lock(state.mutex);
        wait_for(state.asking, "what is being asked for", state.changed, lock, deadline, stop,
                 [&state] { return state.value || !state.asking.busy(); });
        if (state.value) return *state.value;
        Turn const turn(state);
        lock.unlock();
        T made = make();
        lock.lock();
        state.value.emplace(std::move(made));
        lock.unlock();
        return *state.value;
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable_any changed;
        std::optional<T> value;
        Doer asking;  ///< the thread whose `make` runs
    };
    /// Of the thread that asks. It is made under the lock, and ends without it.
    class Turn {
    public:
        explicit Turn(State& state) : state_(state) { state_.asking.begin(); }
        Turn(Turn const&) = delete;
        Turn& operator=(Turn const&) = delete;
        ~Turn() {
            {
                std::lock_guard const lock(state_.mutex);
                state_.asking.end();
            }
            state_.changed.notify_all();
        }

    private:
        State& state_;
    };

    ProcessBound<State> state_{std::in_place};
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_ONCE_HPP
