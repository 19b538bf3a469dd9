// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_LOGIN_FLOW_IPP
#define GLOBUS_APP_IMPL_LOGIN_FLOW_IPP

#include <globus/app/login_flow.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/errors.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/oauth/token.hpp>
#include <globus/services/auth/service.hpp>

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL std::string refusal_text(std::string const& error, std::string const& description) {
    std::string const why = error.empty() ? "without a reason" : one_line(error, 100);
    return "the login was refused: " + why + (description.empty() ? "" : ": " + one_line(description, 400));
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::string Login::start(std::string redirect_uri) {
    AuthorizationCodeFlow::Settings settings = state_->settings;
    settings.redirect_uri = std::move(redirect_uri);
    settings.state = random_state();
    settings.pkce = Pkce();
    AuthorizationCodeFlow flow(std::move(settings));
    std::lock_guard const lock(state_->mutex);
    state_->url = flow.authorize_url(session_query(state_->parameters));
    state_->flow.emplace(std::move(flow));
    return state_->url;
}

GLOBUS_DECL std::string Login::start() {
    return start(redirect_uri().empty() ? state_->settings.auth_url + "v2/web/auth-code" : redirect_uri());
}

GLOBUS_DECL std::string Login::url() {
    {
        std::lock_guard const lock(state_->mutex);
        if (state_->flow) return state_->url;
    }
    return start();
}

GLOBUS_DECL bool Login::is_state(std::string_view returned) const {
    std::lock_guard const lock(state_->mutex);
    return state_->flow && Secret(returned) == Secret(std::string_view(state_->flow->state()));
}

GLOBUS_DECL TokenResponse Login::finish(Secret code, std::stop_token stop) {
    std::optional<AuthorizationCodeFlow> flow;
    {
        std::lock_guard const lock(state_->mutex);
        flow.swap(state_->flow);
    }
    if (!flow) throw UsageError("no login has begun, or its code was used already: begin a new login");
    try {
        return state_->exchange(*flow, std::move(code), std::move(stop));
    } catch (UsageError const&) {
        take_back(*std::move(flow));
        throw;
    } catch (NetworkError const& error) {
        if (error.sent() == NetworkError::Sent::no) {
            take_back(*std::move(flow));
            throw;
        }
        throw NetworkError(error.kind(), error.sent(),
                           std::string("the code of a login was sent, but no answer came (") + error.what() +
                               "): a code works once, so begin a new login");
    }
}

GLOBUS_DECL TokenResponse Login::finish(Secret code, std::string_view returned_state, std::stop_token stop) {
    if (!is_state(returned_state))
        throw UsageError("the state that came back is not the one of this login: the answer may be forged");
    return finish(std::move(code), std::move(stop));
}

GLOBUS_DECL void Login::take_back(AuthorizationCodeFlow flow) const {
    std::lock_guard const lock(state_->mutex);
    if (!state_->flow) state_->flow.emplace(std::move(flow));
}

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_LOGIN_FLOW_IPP
