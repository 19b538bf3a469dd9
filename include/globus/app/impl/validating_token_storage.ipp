// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_VALIDATING_TOKEN_STORAGE_IPP
#define GLOBUS_APP_IMPL_VALIDATING_TOKEN_STORAGE_IPP

#include <globus/app/consents.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/app/validating_token_storage.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/oauth/scope.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL TokenValidator has_refresh_tokens() {
    return {.after_retrieve = [](TokenDataByResourceServer const& tokens, std::string const&, CallOptions const&) {
        for (auto const& [server, data] : tokens)
            if (data.refresh_token.empty())
                throw TokenValidationError(TokenValidationError::Kind::missing_refresh_token,
                                           "there is no refresh token for " + server);
    }};
}

GLOBUS_DECL TokenValidator not_expired(std::function<std::int64_t()> now) {
    if (!now) now = &detail::unix_now;
    return {.after_retrieve = [now = std::move(now)](TokenDataByResourceServer const& tokens, std::string const&,
                                                     CallOptions const&) {
        for (auto const& [server, data] : tokens)
            if (data.expires_at_seconds < now())
                throw TokenValidationError(TokenValidationError::Kind::expired,
                                           "the token for " + server + " has expired");
    }};
}

GLOBUS_DECL TokenValidator unchanging_identity() {
    return {.before_store = [](TokenDataByResourceServer const& tokens, std::string const& identity_id) {
        for (auto const& [server, data] : tokens) {
            if (data.identity_id.empty())
                throw TokenValidationError(TokenValidationError::Kind::missing_identity,
                                           "the login did not say who logged in: ask for the scope openid, too");
            if (!identity_id.empty() && identity_id != data.identity_id)
                throw TokenValidationError(
                    TokenValidationError::Kind::identity_mismatch,
                    "somebody else has logged in than before: log out first to change the user, with `sweep` "
                    "if tokens of other services are stored, too");
        }
    }};
}

GLOBUS_DECL TokenValidator has_scopes(std::function<ScopeRequirements()> requirements,
                                      std::function<ConsentForest(std::string const&, CallOptions const&)> consents) {
    using Kind = TokenValidationError::Kind;
    auto const check = [requirements](TokenDataByResourceServer const& tokens) {
        std::vector<Scope> with_dependencies;
        auto const all = requirements();
        for (auto const& [server, data] : tokens) {
            auto const needed = all.find(server);
            if (needed == all.end()) continue;
            std::string const have = ' ' + data.scope + ' ';
            for (Scope const& scope : needed->second) {
                if (have.find(' ' + scope.scope_string() + ' ') == std::string::npos)
                    throw TokenValidationError(Kind::unmet_scopes,
                                               "the token for " + server + " lacks the scope " + scope.scope_string());
                if (!scope.dependencies().empty()) with_dependencies.push_back(scope);
            }
        }
        return with_dependencies;
    };
    struct Cache {
        std::mutex mutex;
        std::string identity_id;
        ConsentForest forest;
    };
    return {
        .before_store = [check](TokenDataByResourceServer const& tokens, std::string const&) { (void)check(tokens); },
        .after_retrieve =
            [check, consents = std::move(consents), cache = detail::ProcessBound<Cache>(std::in_place)](
                TokenDataByResourceServer const& tokens, std::string const& identity_id, CallOptions const& call) {
                auto const needed = check(tokens);
                if (needed.empty() || identity_id.empty() || !consents) return;
                {
                    std::lock_guard const lock(cache->mutex);
                    if (cache->identity_id == identity_id && cache->forest.meets_scope_requirements(needed)) return;
                }
                ConsentForest forest = consents(identity_id, call);
                bool const met = forest.meets_scope_requirements(needed);
                std::lock_guard const lock(cache->mutex);
                cache->identity_id = identity_id;
                cache->forest = std::move(forest);
                if (!met)
                    throw TokenValidationError(Kind::unmet_scopes, "the user has not consented to what the scope " +
                                                                       needed.front().text() + " depends on");
            }};
}

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_VALIDATING_TOKEN_STORAGE_IPP
