// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_RENEWAL_IPP
#define GLOBUS_OAUTH_IMPL_RENEWAL_IPP

#include <globus/core/config.hpp>
#include <globus/http/retry.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/renewal.hpp>
#include <globus/oauth/token.hpp>

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL Token token_for(std::string_view resource_server, TokenResponse const& answer) {
    auto const& tokens = answer.by_resource_server();
    if (tokens.size() == 1) return tokens.begin()->second;
    auto const found = tokens.find(std::string(resource_server));
    if (found != tokens.end()) return found->second;
    throw DecodeError(
        "a renewal was answered with tokens for " + std::to_string(tokens.size()) +
        " resource servers, and it is not known that one of them is wanted; make one policy for each, with "
        "a refresh token of its own");
}

GLOBUS_DECL Renewal::Renewal(Token token, RenewalOptions options)
    : token_(std::move(token)), options_(std::move(options)) {
    if (!token_.access_token.empty()) check_token("the access token", token_.access_token.reveal());
    header_ = Secret("Bearer " + token_.access_token.reveal());
    received_ = uptime();
    if (token_.expires_at) received_remaining_ = std::max<std::int64_t>(*token_.expires_at, 0) - now_();
}

GLOBUS_DECL Token Renewal::token() const {
    std::lock_guard const lock(mutex_);
    return token_;
}

GLOBUS_DECL std::int64_t Renewal::uptime() const {
    if (options_.uptime) return options_.uptime();
    if (options_.now) return options_.now();
    timespec time{};
#ifdef CLOCK_BOOTTIME
    clock_gettime(CLOCK_BOOTTIME, &time);
#else
    clock_gettime(CLOCK_MONOTONIC, &time);
#endif
    return time.tv_sec;
}

GLOBUS_DECL std::int64_t Renewal::remaining() const {
    if (token_.access_token.empty() || revoked_) return 0;
    if (!token_.expires_at) return forever;
    std::int64_t const left =
        std::min(std::max<std::int64_t>(*token_.expires_at, 0) - now_(), received_remaining_ - (uptime() - received_));
    return std::max<std::int64_t>(left, 0);
}

GLOBUS_DECL Renewal::Age Renewal::age_of(std::int64_t left) const {
    if (left == forever) return Age::fresh;
    std::int64_t const life = token_.lifetime;
    std::int64_t const due = life > 0 && life < 300 ? life / 5 : 60;
    std::int64_t const ageing = life > 0 && life < 300 ? due : std::clamp<std::int64_t>(life / 10, 60, 900);
    if (left > ageing) return Age::fresh;
    return left > due ? Age::ageing : Age::due;
}

GLOBUS_DECL void Renewal::tell(Token const& token) const noexcept {
    try {
        options_.on_refresh(token);
    } catch (...) {
        try {
            if (options_.on_error) options_.on_error(std::current_exception());
        } catch (...) {  // an observer that throws has nobody left to tell
        }
    }
}

GLOBUS_DECL void Renewal::learn_from_failure(Secret tried) noexcept {
    try {
        throw;
    } catch (AuthApiError const& refusal) {
        std::string_view const word = refusal.oauth_error();
        bool const refused = word == "invalid_grant" || word == "invalid_client" || word == "unauthorized_client";
        if (refused) refusal_ = Refusal{std::current_exception(), std::move(tried)};
    } catch (...) {  // another time it may work
    }
    try {
        not_before_ = uptime() + 30 + static_cast<std::int64_t>(random_unit() * 10);
    } catch (...) {  // without a clock there is no pause
    }
}

}  // namespace globus::detail

#endif  // GLOBUS_OAUTH_IMPL_RENEWAL_IPP
