// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_STORED_REFRESH_POLICY_IPP
#define GLOBUS_APP_IMPL_STORED_REFRESH_POLICY_IPP

#include <globus/app/stored_refresh_policy.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/config.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace globus::detail {

GLOBUS_DECL TokenData StoredRecord::look(std::optional<TokenData> const& stored, Token const& held,
                                         std::string const& server) {
    std::lock_guard const lock(mutex_);
    if (!stored && seen_ && !held.refresh_token.empty())
        throw TokenValidationError(TokenValidationError::Kind::missing_token,
                                   "the token for " + server + " was removed from the storage: log in again");
    if (unsaved_ && unsaved_->old == stored) return unsaved_->fresh;
    if (!stored) return TokenData::from(held);
    if (!identity_id_.empty() && !stored->identity_id.empty() && stored->identity_id != identity_id_)
        throw TokenValidationError(TokenValidationError::Kind::identity_mismatch,
                                   "the stored token for " + server + " is of somebody else who logged in");
    seen_ = true;
    if (!stored->identity_id.empty()) identity_id_ = stored->identity_id;
    return *stored;
}

GLOBUS_DECL void StoredRecord::saved() {
    std::lock_guard const lock(mutex_);
    seen_ = true;
    unsaved_.reset();
}

GLOBUS_DECL void StoredRecord::not_saved(std::optional<TokenData> old, TokenData fresh) {
    std::lock_guard const lock(mutex_);
    unsaved_ = {std::move(old), std::move(fresh)};
}

}  // namespace globus::detail

#endif  // GLOBUS_APP_IMPL_STORED_REFRESH_POLICY_IPP
