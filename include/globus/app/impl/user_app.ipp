// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_USER_APP_IPP
#define GLOBUS_APP_IMPL_USER_APP_IPP

#include <globus/app/user_app.hpp>
#include <globus/core/config.hpp>
#include <globus/core/platform/process.hpp>

#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL TokenResponse NoLoginFlow::run_login_flow(Login login, std::stop_token) const {
    throw LoginRequiredError(
        TokenValidationError(TokenValidationError::Kind::missing_token, "this program does not log in by itself"),
        std::move(login));
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL void RefusedTokens::add(std::string_view server, Secret token) {
    std::lock_guard const lock(mutex_);
    tokens_.insert_or_assign(std::string(server), std::move(token));
}

GLOBUS_DECL bool RefusedTokens::contains(std::string const& server, Secret const& token) const {
    std::lock_guard const lock(mutex_);
    auto const found = tokens_.find(server);
    return found != tokens_.end() && found->second == token;
}

GLOBUS_DECL TokenValidationError RefusedTokens::error(std::string_view server) {
    return {TokenValidationError::Kind::missing_refresh_token,
            "Globus Auth refuses the refresh token for " + std::string(server)};
}

GLOBUS_DECL TokenValidator RefusedTokens::validator() const {
    return {.after_retrieve = [this](TokenDataByResourceServer const& tokens, std::string const&, CallOptions const&) {
        for (auto const& [server, data] : tokens)
            if (contains(server, data.refresh_token)) throw error(server);
    }};
}

GLOBUS_DECL std::string grant_label(std::string const& app_name) {
    std::string host = host_name();
    if (host.empty()) return app_name;
    if (host.ends_with(".local")) host.resize(host.size() - 6);
    return app_name + " on " + host;
}

}  // namespace globus::detail

#endif  // GLOBUS_APP_IMPL_USER_APP_IPP
