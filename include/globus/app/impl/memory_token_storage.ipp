// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_MEMORY_TOKEN_STORAGE_IPP
#define GLOBUS_APP_IMPL_MEMORY_TOKEN_STORAGE_IPP

#include <globus/app/memory_token_storage.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/config.hpp>

#include <mutex>
#include <string>
#include <utility>

namespace globus {

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

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_MEMORY_TOKEN_STORAGE_IPP
