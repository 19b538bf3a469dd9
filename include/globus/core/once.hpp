// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_ONCE_HPP
#define GLOBUS_CORE_ONCE_HPP

#include <memory>
#include <mutex>
#include <optional>

namespace globus::detail {

/**
 * A value that is asked for when it is first wanted, and kept. Copies share it.
 *
 * @par Thread safety
 * `get` may be called from any thread; one asks while the others wait. If `make` throws, the next call asks again.
 */
template <class T>
class Once {
public:
    template <class F>
    T const& get(F const& make) const {
        std::lock_guard const lock(state_->mutex);
        if (!state_->value) state_->value.emplace(make());
        return *state_->value;
    }

private:
    struct State {
        std::mutex mutex;
        std::optional<T> value;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_ONCE_HPP
