// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ONCE_HPP
#define GLOBUS_HTTP_ONCE_HPP

#include <globus/core/error.hpp>
#include <globus/core/handle.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
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
    /// @throws UsageError  if `make` wants the value that it is to make; in a child process; if this was moved from
    template <class F>
    T const& get(F const& make, http::Clock::time_point deadline, std::stop_token const& stop) const {
        State& state = *state_;
        std::unique_lock lock(state.mutex);
        if (state.asking == std::this_thread::get_id())
            throw UsageError("what is being asked for is wanted by the function that is to answer");
        auto const ready = [&state] { return state.value || state.asking == std::thread::id(); };
        if (!state.changed.wait_until(lock, stop, deadline, ready)) {
            bool const cancelled = stop.stop_requested();
            throw NetworkError(
                cancelled ? NetworkError::Kind::cancelled : NetworkError::Kind::timeout, NetworkError::Sent::no,
                cancelled ? "the call was cancelled" : "the deadline passed while another call asked for the same");
        }
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
        std::thread::id asking;  ///< nobody, or the thread whose `make` runs
    };
    /// Of the thread that asks. It is made under the lock, and ends without it.
    class Turn {
    public:
        explicit Turn(State& state) : state_(state) { state_.asking = std::this_thread::get_id(); }
        Turn(Turn const&) = delete;
        Turn& operator=(Turn const&) = delete;
        ~Turn() {
            {
                std::lock_guard const lock(state_.mutex);
                state_.asking = std::thread::id();
            }
            state_.changed.notify_all();
        }

    private:
        State& state_;
    };

    SharedByThreads<State> state_{std::in_place};
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_ONCE_HPP
