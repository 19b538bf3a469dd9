// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_MEMORY_TOKEN_STORAGE_IPP
#define GLOBUS_APP_IMPL_MEMORY_TOKEN_STORAGE_IPP

#include <globus/app/memory_token_storage.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/http/waiting.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace globus {

struct MemoryTokenStorage::State {
    std::shared_ptr<detail::Turn> const changing = detail::make_storage_turn();  ///< while a change is worked out
    std::mutex reading;                                                          ///< held while `tokens` is looked at
    std::map<std::string, TokenDataByResourceServer> tokens;
};

GLOBUS_DECL MemoryTokenStorage::MemoryTokenStorage() : state_(std::in_place) {}

GLOBUS_DECL MemoryTokenStorage MemoryTokenStorage::in_namespace(std::string name) const {
    MemoryTokenStorage other = *this;
    other.namespace_ = std::move(name);
    return other;
}

GLOBUS_DECL TokenDataByResourceServer MemoryTokenStorage::get_token_data_by_resource_server() const {
    std::lock_guard const lock(state_->reading);
    auto const found = state_->tokens.find(namespace_);
    return found == state_->tokens.end() ? TokenDataByResourceServer{} : found->second;
}

GLOBUS_DECL void MemoryTokenStorage::update_by(std::function<bool(TokenDataByResourceServer&)> const& change,
                                               LockWait const& wait) const {
    detail::CallbacksWait const callbacks;
    detail::Wait const call{"the token storage", wait.deadline, wait.stop};
    detail::TurnLock const turn(state_->changing, call);
    if (!turn) call.end();
    TokenDataByResourceServer tokens = get_token_data_by_resource_server();
    if (!change(tokens)) return;
    std::lock_guard const write(state_->reading);
    state_->tokens[namespace_] = std::move(tokens);
}

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_MEMORY_TOKEN_STORAGE_IPP
