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
 * Keeps tokens in memory only: for tests, and for programs that log in whenever they start.
 *
 * Copies share what is stored, each under its own namespace: see in_namespace.
 *
 * @par Thread safety
 * Any function may be called from any thread. Reading never waits for what an `update` does. A child process makes a
 * storage of its own.
 */
class MemoryTokenStorage : public TokenStorageFunctions<MemoryTokenStorage> {
public:
    MemoryTokenStorage();

    /// The same storage for tokens of another name, apart from these.
    [[nodiscard]] MemoryTokenStorage in_namespace(std::string name) const;

    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const;
    /// See TokenStorage. @throws what `change` throws; NetworkError (timeout, cancelled) when `wait` ends
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
