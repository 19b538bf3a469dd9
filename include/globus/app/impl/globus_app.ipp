// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_GLOBUS_APP_IPP
#define GLOBUS_APP_IMPL_GLOBUS_APP_IPP

#include <globus/app/globus_app.hpp>
#include <globus/app/login_flow.hpp>
#include <globus/app/validating_token_storage.hpp>
#include <globus/core/config.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/services/auth/service.hpp>

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL AppPlace::AppPlace(std::string environment_name, std::string url) {
    Environment const known =
        environment_name.empty() ? Environment::current() : Environment(std::move(environment_name));
    environment = known.name();
    auth_url = http::check_base_url(url.empty() ? known.service_url("auth") : std::move(url));
}

GLOBUS_DECL ScopeRequirements SharedRequirements::get() const {
    std::lock_guard const lock(mutex_);
    return requirements_;
}

GLOBUS_DECL bool SharedRequirements::add(std::string const& server, std::vector<Scope> const& scopes) {
    std::lock_guard const lock(mutex_);
    auto const known = requirements_.try_emplace(server).first;
    std::vector<Scope> merged = Scope::merge(known->second, scopes);
    if (merged == known->second) return false;
    known->second = std::move(merged);
    return true;
}

GLOBUS_DECL LoginTurn::LoginTurn(std::shared_ptr<Turn> turn, std::stop_token const& stop)
    : turn_(std::move(turn), {.for_what = "the login of another thread", .stop = stop}) {
    if (!turn_) throw LoginError(LoginError::Kind::cancelled, "the login was cancelled");
}

}  // namespace globus::detail

#endif  // GLOBUS_APP_IMPL_GLOBUS_APP_IPP
