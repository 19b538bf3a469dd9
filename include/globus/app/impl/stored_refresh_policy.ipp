// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_STORED_REFRESH_POLICY_IPP
#define GLOBUS_APP_IMPL_STORED_REFRESH_POLICY_IPP

#include <globus/app/stored_refresh_policy.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/renewal.hpp>
#include <globus/oauth/token.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace globus::detail {

/// What a policy knows of its record in a storage, from one renewal to the next.
class StoredRecord {
public:
    StoredRecord() = default;
    explicit StoredRecord(TokenData const& record) : seen_(true), identity_id_(record.identity_id) {}

    /// The record that counts: the stored one, unless it is one whose replacement could not be stored.
    /// @throws TokenValidationError  if a user's tokens were removed, or are now somebody else's
    TokenData look(std::optional<TokenData> const& stored, Token const& held, std::string const& server);
    void saved();
    void not_saved(std::optional<TokenData> old, TokenData fresh);

private:
    struct Unsaved {
        std::optional<TokenData> old;  ///< what is stored
        TokenData fresh;               ///< what should be: the refresh token of `old` may be spent
    };

    std::mutex mutex_;
    bool seen_ = false;  ///< it was stored once
    std::string identity_id_;
    std::optional<Unsaved> unsaved_;
};

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

GLOBUS_DECL RenewalOptions renewed_through(AnyTokenStorage storage, std::string resource_server, RenewalOptions options,
                                           std::optional<TokenData> const& known) {
    auto const record = known ? std::make_shared<StoredRecord>(*known) : std::make_shared<StoredRecord>();
    auto const now = options.now ? options.now : std::function<std::int64_t()>(&unix_now);
    auto const tell = [on_error = options.on_error](std::exception_ptr const& trouble) noexcept {
        try {
            if (on_error) CallbacksWait::call([on_error, trouble] { on_error(trouble); });
        } catch (...) {  // there is no memory for the report
        }
    };
    options.around_renewal = [storage = std::move(storage), resource_server = std::move(resource_server), record, now,
                              tell](Token const& held, std::function<Token(Token const&)> const& renew,
                                    AuthContext const& call) {
        std::string const server = resource_server.empty() ? held.resource_server : resource_server;
        std::optional<TokenData> before, after;
        std::optional<Token> fresh;
        auto const change = [&](TokenDataByResourceServer& tokens) {
            auto const find_in = [&](TokenDataByResourceServer const& all) {
                auto const found = all.find(server);
                return found == all.end() ? std::nullopt : std::optional<TokenData>(found->second);
            };
            before = find_in(tokens);
            TokenData const stored = record->look(before, held, server);
            if (!(stored.access_token == held.access_token) && stored.expires_at_seconds > 60 &&
                stored.expires_at_seconds - 60 > now()) {
                fresh = stored.token();
                if (fresh->refresh_token.empty()) fresh->refresh_token = held.refresh_token;
                return false;
            }
            Token old = stored.refresh_token.empty() ? held : stored.token();
            if (old.resource_server.empty()) old.resource_server = server;
            try {
                fresh = renew(old);
            } catch (AuthApiError const& refusal) {
                auto const other = find_in(storage.get());
                if (refusal.oauth_error() != "invalid_grant" || !other || other == before ||
                    other->refresh_token.empty() || other->refresh_token == old.refresh_token)
                    throw;
                fresh = renew(record->look(other, held, server).token());
            }
            after = TokenData::from(*fresh, stored.identity_id);
            after->extra = stored.extra;
            tokens.insert_or_assign(server, *after);
            return true;
        };
        try {
            LockWait const wait{call.deadline, call.stop};
            storage.update(change, wait);
            if (after) record->saved();
        } catch (...) {
            if (!fresh) throw;
            if (after) record->not_saved(std::move(before), *std::move(after));
            tell(std::current_exception());
        }
        return *fresh;
    };
    return options;
}

}  // namespace globus::detail

#endif  // GLOBUS_APP_IMPL_STORED_REFRESH_POLICY_IPP
