// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_STORED_REFRESH_POLICY_HPP
#define GLOBUS_APP_STORED_REFRESH_POLICY_HPP

#include <globus/app/token_storage.hpp>
#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/renewal.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace globus {

namespace detail {

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

template <TokenStorage S>
RenewalOptions renewed_through(S storage, std::string resource_server, RenewalOptions options,
                               std::shared_ptr<StoredRecord> const& record) {
    auto const now = options.now ? options.now : std::function<std::int64_t()>(&unix_now);
    auto const tell = [on_error = options.on_error](std::exception_ptr const& trouble) noexcept {
        try {
            if (on_error) CallbacksWait::call([on_error, trouble] { on_error(trouble); });
        } catch (...) {  // no memory to tell it with
        }
    };
    options.around_renewal = [=](Token const& held, std::function<Token(Token const&)> const& renew,
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
                auto const other = find_in(storage.get_token_data_by_resource_server());
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
            if constexpr (requires { storage.update(change, wait); })
                storage.update(change, wait);
            else
                storage.update(change);
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

}  // namespace detail

/**
 * Makes a policy renew its token through a storage, once for all threads and processes that share it.
 *
 *     RefreshPolicy policy{app, token, renewed_through(storage)};
 *
 * A renewal takes the storage's lock and looks at what is stored: a newer token that another process has put there is
 * taken over; else the stored refresh token is used, and the answer is stored before anybody uses it. If Globus Auth
 * refuses a refresh token which a program without our lock has replaced meanwhile, the new one is tried.
 *
 * A new token that cannot be stored (a full disk) is used all the same, and `on_error` is told when the renewal is over, so
 * that it may use the same policy: the token may hold the only refresh token that still works. As long as the one that it replaced is stored, renewals go on from the new one.
 *
 * Waiting for the storage's lock ends with the call, where the storage takes a LockWait. Once a user's tokens were seen
 * in the storage, a renewal throws TokenValidationError and asks nobody when they were removed (missing_token: another
 * program has logged out) or are somebody else's (identity_mismatch). After a refusal by Globus Auth each call looks
 * whether another program has stored new tokens.
 *
 * @param resource_server  whose token it is; empty: the one of the token that is held
 * @param options          the other options of the policy
 */
template <TokenStorage S>
[[nodiscard]] RenewalOptions renewed_through(S storage, std::string resource_server = {}, RenewalOptions options = {}) {
    return detail::renewed_through(std::move(storage), std::move(resource_server), std::move(options),
                                   std::make_shared<detail::StoredRecord>());
}

/**
 * A RefreshPolicy that starts with what is stored and renews it there: see renewed_through.
 *
 *     auto policy = stored_refresh_policy(Native{client_id}, storage, TransferService::resource_server);
 *     Client<TransferService, RefreshPolicy<Native>> transfer{policy};
 *
 * @throws UsageError         if no refresh token is stored for the resource server: log in first
 * @throws TokenStorageError  if the storage cannot be read
 */
template <ClientKind K, TokenStorage S>
[[nodiscard]] RefreshPolicy<K> stored_refresh_policy(K client, S storage, std::string_view resource_server,
                                                     RenewalOptions options = {}) {
    TokenDataByResourceServer const tokens = storage.get_token_data_by_resource_server();
    auto const found = tokens.find(std::string(resource_server));
    if (found == tokens.end() || found->second.refresh_token.empty())
        throw UsageError("no refresh token is stored for " + std::string(resource_server) + ": log in first");
    return RefreshPolicy<K>(
        std::move(client), found->second.token(),
        detail::renewed_through(std::move(storage), std::string(resource_server), std::move(options),
                                std::make_shared<detail::StoredRecord>(found->second)));
}

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/stored_refresh_policy.ipp>
#endif

#endif  // GLOBUS_APP_STORED_REFRESH_POLICY_HPP
