// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ONCE_HPP
#define GLOBUS_HTTP_ONCE_HPP

#include <globus/core/handle.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/waiting.hpp>

#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace globus::detail {

/**
 * A value that is made when it is first needed, and kept. Copies share it.
 *
 * @par Thread safety
 * `get` may be called from any thread. One thread makes it, without a lock, while the others wait as long as their own
 * calls may last. If `make` throws, the next thread tries again.
 */
template <class T>
class Once {
public:
    /// The value, or that of `make()`.
    /// @throws NetworkError  if the call has to end while another thread makes it
    /// @throws UsageError  if `make` needs the value that it is to make, directly or through waiting threads; in a
    ///                     child process; if this was moved from
    template <class F>
    T const& get(F const& make, http::Clock::time_point deadline, std::stop_token const& stop) const {
        State& state = *state_;
        std::unique_lock lock(state.mutex);
        while (!state.value)
            if (std::optional<T> made =
                    state.asking.ask_or_wait(lock, {"what is being asked for", deadline, stop}, make))
                state.value.emplace(std::move(*made));
        return *state.value;
    }

private:
    struct State {
        std::mutex mutex;  ///< of what follows
        std::optional<T> value;
        SingleFlight asking;
    };

    ProcessBound<State> state_{std::in_place};
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_ONCE_HPP
