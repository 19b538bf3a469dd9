// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_STORED_REFRESH_POLICY_HPP
#define GLOBUS_APP_STORED_REFRESH_POLICY_HPP

#include <globus/app/token_storage.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/renewal.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace globus {

/**
 * Makes a policy renew its token through a storage, once for all threads and processes that share it.
 *
 *     RefreshPolicy policy{app, token, renewed_through(storage)};
 *
 * A renewal takes the storage's lock and looks at what is stored: a newer token that another process has put there is
 * taken over; else the stored refresh token is used, and the answer is stored before anybody uses it. If Globus Auth
 * refuses a refresh token which a program without our lock has replaced meanwhile, the new one is tried.
 *
 * A new token that cannot be stored (a full disk) is used all the same, and `on_error` is told: it may hold the only
 * refresh token that still works.
 *
 * @param resource_server  whose token it is; empty: the one of the token that is held
 * @param options          the other options of the policy
 */
template <TokenStorage S>
[[nodiscard]] RenewalOptions renewed_through(S storage, std::string resource_server = {}, RenewalOptions options = {}) {
    auto const now = options.now ? options.now : std::function<std::int64_t()>(&detail::unix_now);
    auto const tell = [on_error = options.on_error]() noexcept {
        try {
            if (on_error) on_error(std::current_exception());
        } catch (...) {  // an observer that throws has nobody left to tell
        }
    };
    options.through = [=](Token const& held, std::function<Token(Token const&)> const& renew) {
        std::string const server = resource_server.empty() ? held.resource_server : resource_server;
        std::optional<Token> fresh;
        try {
            storage.update([&](TokenDataByResourceServer& tokens) {
                auto const found = tokens.find(server);
                TokenData const stored = found == tokens.end() ? TokenData::from(held) : found->second;
                if (!(stored.access_token == held.access_token) && stored.expires_at_seconds > now() + 60) {
                    fresh = stored.token();
                    if (fresh->refresh_token.empty()) fresh->refresh_token = held.refresh_token;
                    return false;
                }
                Token old = stored.refresh_token.empty() ? held : stored.token();
                if (old.resource_server.empty()) old.resource_server = server;
                try {
                    fresh = renew(old);
                } catch (AuthApiError const& refusal) {
                    auto const again = storage.get_token_data_by_resource_server();
                    auto const other = again.find(server);
                    if (refusal.oauth_error() != "invalid_grant" || other == again.end() ||
                        other->second.refresh_token.empty() || other->second.refresh_token == old.refresh_token)
                        throw;
                    fresh = renew(other->second.token());
                }
                TokenData data = TokenData::from(*fresh, stored.identity_id);
                data.extra = stored.extra;
                tokens.insert_or_assign(server, std::move(data));
                return true;
            });
        } catch (TokenStorageError const&) {
            if (!fresh) throw;
            tell();
        }
        return *fresh;
    };
    return options;
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
    return RefreshPolicy<K>(std::move(client), found->second.token(),
                            renewed_through(std::move(storage), std::string(resource_server), std::move(options)));
}

}  // namespace globus

#endif  // GLOBUS_APP_STORED_REFRESH_POLICY_HPP
