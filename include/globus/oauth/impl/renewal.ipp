// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_RENEWAL_IPP
#define GLOBUS_OAUTH_IMPL_RENEWAL_IPP

#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/renewal.hpp>
#include <globus/oauth/token.hpp>
#include <globus/oauth/token_endpoint.hpp>

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
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
    if (token_.expires_at_seconds) received_remaining_ = std::max<std::int64_t>(*token_.expires_at_seconds, 0) - now_();
}

GLOBUS_DECL Token Renewal::token() const {
    std::lock_guard const lock(mutex_);
    return token_;
}

GLOBUS_DECL Authorization Renewal::present_or_renewed(AuthContext const& context, Grant& grant) {
    std::unique_lock lock(mutex_);
    Authorization authorization = present_or_renewed(lock, context, grant);
    check_audience(token_.resource_server, context);  // a renewal may have revealed whose token it is
    return authorization;
}

GLOBUS_DECL bool Renewal::renew_after(Authorization const& refused, AuthContext const& context, Grant& grant) {
    {
        std::lock_guard const lock(mutex_);
        if (refused.generation != generation_) return true;
        revoked_ = true;
    }
    return present_or_renewed(context, grant).generation != refused.generation;
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
    if (!token_.expires_at_seconds) return forever;
    std::int64_t const left = std::min(std::max<std::int64_t>(*token_.expires_at_seconds, 0) - now_(),
                                       received_remaining_ - (uptime() - received_));
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

GLOBUS_DECL std::optional<Authorization> Renewal::present_at_once(AuthContext const& context) const {
    std::lock_guard const lock(mutex_);
    check_audience(token_.resource_server, context);
    return usable();
}

GLOBUS_DECL std::optional<Authorization> Renewal::usable() const {
    for (Telling const* telling = telling_; telling != nullptr; telling = telling->next) {
        if (telling->thread != std::this_thread::get_id()) continue;
        if (telling->error != nullptr && remaining() == 0) std::rethrow_exception(telling->error);
        return present();
    }
    std::int64_t const left = remaining();
    Age const age = age_of(left);
    if (age == Age::fresh) return present();
    if (refusal_.error != nullptr && left > 0) return present();
    if (refusal_.error != nullptr && !options_.around_renewal) std::rethrow_exception(refusal_.error);
    if (flight_.busy()) {
        if (age == Age::ageing) return present();
        if (left > 0 && flight_.is_this_thread()) return present();
    } else if (left > 0 && uptime() < not_before_) {
        return present();
    }
    return std::nullopt;
}

GLOBUS_DECL Authorization Renewal::present_or_renewed(std::unique_lock<std::mutex>& lock, AuthContext const& context,
                                                      Grant& grant) {
    check_audience(token_.resource_server, context);
    while (true) {
        if (auto present = usable()) return *std::move(present);
        SingleFlight::Landing landing;
        if (flight_.busy())
            landing = flight_.wait(lock, {"the access token", context.deadline, context.stop});
        else
            landing.error = renew(lock, context, age_of(remaining()), grant);
        if (landing.error == nullptr) return present();
        if (landing.again) continue;
        if (remaining() > 0) return present();
        std::rethrow_exception(landing.error);
    }
}

GLOBUS_DECL std::exception_ptr Renewal::renew(std::unique_lock<std::mutex>& lock, AuthContext const& context, Age age,
                                              Grant& grant) {
    Token const held = token_;
    AuthContext call = context;
    if (remaining() > 0)
        call.deadline = std::min<http::Clock::time_point>(
            call.deadline, http::Clock::now() + std::chrono::seconds(age == Age::ageing ? 0 : 1));
    Refusal const known = refusal_;
    Secret tried;
    std::optional<Renewed> made;
    std::exception_ptr error;
    std::optional<CallbacksWait> callbacks(std::in_place);
    try {
        made.emplace(flight_.ask(lock, {"the access token", call.deadline, call.stop},
                                 [&] { return attempt(held, known, call, grant, tried); }));
        token_ = std::move(made->token);  // from here on nothing can fail
        header_ = std::move(made->header);
        ++generation_;
        revoked_ = false;
        received_ = made->received;
        received_remaining_ = made->remaining;
        refusal_ = Refusal();
    } catch (...) {
        if (!lock.owns_lock()) throw;  // this is a child process that was made meanwhile
        error = std::current_exception();
        learn_from_failure(std::move(tried));
    }

    Telling telling{std::this_thread::get_id(), error, telling_};
    telling_ = &telling;
    lock.unlock();
    callbacks.reset();  // callbacks that had to wait run now
    if (error == nullptr && options_.on_refresh) tell(made->for_on_refresh);
    lock.lock();
    Telling** link = &telling_;
    while (*link != &telling) link = &(*link)->next;
    *link = telling.next;
    return error;
}

GLOBUS_DECL Renewal::Renewed Renewal::attempt(Token const& held, Refusal const& known, AuthContext const& call,
                                              Grant& grant, Secret& tried) {
    GrantRun run{retry_, now_};
    std::function<Token(Token const&)> const renew_one = [&](Token const& old) {
        tried = old.refresh_token;
        if (known.error != nullptr && old.refresh_token == known.refresh_token) std::rethrow_exception(known.error);
        Token answer = grant.ask(old, run);
        if (answer.refresh_token.empty()) answer.refresh_token = old.refresh_token;
        if (!old.resource_server.empty() && answer.resource_server != old.resource_server)
            throw DecodeError("the token for " + old.resource_server + " was renewed into one for " +
                              answer.resource_server);
        return answer;
    };
    Renewed made;
    try {
        made.token = options_.around_renewal ? options_.around_renewal(held, renew_one, call) : renew_one(held);
    } catch (...) {
        if (run.out_of_time) flight_.out_of_time();
        throw;
    }
    check_token("the new access token", made.token.access_token.reveal());
    made.header = Secret("Bearer " + made.token.access_token.reveal());
    made.received = uptime();
    made.remaining =
        made.token.expires_at_seconds ? std::max<std::int64_t>(*made.token.expires_at_seconds, 0) - now_() : 0;
    if (options_.on_refresh) made.for_on_refresh = made.token;
    return made;
}

GLOBUS_DECL void Renewal::tell(Token const& token) const noexcept {
    try {
        options_.on_refresh(token);
    } catch (...) {
        try {
            if (options_.on_error) options_.on_error(std::current_exception());
        } catch (...) {  // nobody is left who could be told
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
    } catch (...) {  // the next renewal may work
    }
    try {
        not_before_ = uptime() + 30 + static_cast<std::int64_t>(random_unit() * 10);
    } catch (...) {  // there is no pause without a clock
    }
}

}  // namespace globus::detail

#endif  // GLOBUS_OAUTH_IMPL_RENEWAL_IPP
