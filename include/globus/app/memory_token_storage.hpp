// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_MEMORY_TOKEN_STORAGE_HPP
#define GLOBUS_APP_MEMORY_TOKEN_STORAGE_HPP

#include <globus/app/token_storage.hpp>
#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>

#include <functional>
#include <string>

namespace globus {

/**
 * A token storage in memory only: for tests, and for programs that log in at every start.
 *
 * Copies share what is stored, each under its own namespace: see in_namespace.
 *
 * @par Thread safety
 * Any function may be called from any thread. Reading never waits for an `update`. A child process must make its own
 * storage.
 */
class MemoryTokenStorage : public TokenStorageFunctions<MemoryTokenStorage> {
public:
    MemoryTokenStorage();

    /// The same storage under another namespace, whose tokens are separate.
    [[nodiscard]] MemoryTokenStorage in_namespace(std::string name) const;

    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const;
    /// Changes the stored tokens under the lock; see TokenStorage. @throws what `change` throws; NetworkError (timeout,
    /// cancelled) when `wait` ends
    template <class F>
    void update(F const& change, LockWait const& wait = {}) const {
        update_by([&change](TokenDataByResourceServer& tokens) -> bool { return change(tokens); }, wait);
    }

private:
    struct State;

    void update_by(std::function<bool(TokenDataByResourceServer&)> const& change, LockWait const& wait) const;

    detail::ProcessBound<State> state_;
    std::string namespace_ = "DEFAULT";
};

static_assert(TokenStorage<MemoryTokenStorage>);

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/memory_token_storage.ipp>
#endif

#endif  // GLOBUS_APP_MEMORY_TOKEN_STORAGE_HPP
