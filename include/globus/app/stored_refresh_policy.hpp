// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_STORED_REFRESH_POLICY_HPP
#define GLOBUS_APP_STORED_REFRESH_POLICY_HPP

#include <globus/app/token_storage.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/renewal.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// Any token storage, for code that is compiled once for all of them.
struct AnyTokenStorage {
    using Change = std::function<bool(TokenDataByResourceServer&)>;

    template <TokenStorage S>
    static AnyTokenStorage of(S const& storage) {
        return {[storage] { return storage.get_token_data_by_resource_server(); },
                [storage](Change const& change, LockWait const& wait) {
                    if constexpr (requires { storage.update(change, wait); })
                        storage.update(change, wait);
                    else
                        storage.update(change);
                }};
    }

    std::function<TokenDataByResourceServer()> get;
    std::function<void(Change const&, LockWait const&)> update;
};

/// @param known  what is known about it in the storage
RenewalOptions renewed_through(AnyTokenStorage storage, std::string resource_server, RenewalOptions options,
                               std::optional<TokenData> const& known);

}  // namespace detail

/**
 * Makes a policy renew its token through a storage, once for all threads and processes that share it.
 *
 *     RefreshPolicy policy{app, token, renewed_through(storage)};
 *
 * A renewal takes the storage's lock and looks at what is stored: a newer token that another process has put there is
 * used; else the stored refresh token is used, and the answer is stored before anybody uses it. If Globus Auth refuses
 * a refresh token that a program without the lock has replaced meanwhile, the new one is tried.
 *
 * A new token that cannot be stored (a full disk) is used all the same, since it may hold the only refresh token that
 * still works. `on_error` is told after the renewal, so that it may use the same policy. As long as the old token is
 * stored, renewals go on from the new one.
 *
 * Waiting for the storage's lock ends with the call, if the storage takes a LockWait. Once a user's tokens were seen in
 * the storage, a renewal throws TokenValidationError, without a request, if they were removed (missing_token: another
 * program has logged out) or are somebody else's (identity_mismatch). After a refusal by Globus Auth, each call checks
 * whether another program has stored new tokens.
 *
 * @param resource_server  whose token it is; empty: the resource server of the current token
 * @param options          the other options of the policy
 */
template <TokenStorage S>
[[nodiscard]] RenewalOptions renewed_through(S storage, std::string resource_server = {}, RenewalOptions options = {}) {
    return detail::renewed_through(detail::AnyTokenStorage::of(storage), std::move(resource_server), std::move(options),
                                   std::nullopt);
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
                            detail::renewed_through(detail::AnyTokenStorage::of(storage), std::string(resource_server),
                                                    std::move(options), found->second));
}

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/stored_refresh_policy.ipp>
#endif

#endif  // GLOBUS_APP_STORED_REFRESH_POLICY_HPP
