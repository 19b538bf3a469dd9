// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_RENEWAL_HPP
#define GLOBUS_OAUTH_RENEWAL_HPP

#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/token.hpp>
#include <globus/oauth/token_endpoint.hpp>

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

namespace globus {

/// What a policy that renews its token can be told.
struct RenewalOptions {
    /// Called with the new token after each renewal, once, outside all locks, on the thread that renewed. It may use the
    /// same policy: it gets the new token, which is not renewed for it again, also if a service refuses it. What it throws
    /// goes to `on_error`; the call that renewed goes on.
    std::function<void(Token const&)> on_refresh = {};
    /// Called with what `on_refresh` threw. What it throws itself is dropped.
    std::function<void(std::exception_ptr)> on_error = {};
    /// Wraps each renewal, for storage that processes share: it may lock, answer with a newer token that somebody else
    /// stored, or call `renew` with the stored one and store the result before it returns. For a lock it may wait until
    /// the deadline of `call`: that of the call, or at most a second while the token lives, or none at all ahead of time.
    /// After a refusal it is asked at each call, and `renew` throws the refusal again for the refresh token it was about.
    std::function<Token(Token const& held, std::function<Token(Token const&)> const& renew, AuthContext const& call)>
        around_renewal = {};
    /// Seconds since 1970; for tests. Without it the system's clock, checked against one that no clock change moves. It must
    /// not use the policy.
    std::function<std::int64_t()> now = {};
    /// Seconds since any moment, which no change of the system's clock moves; for tests. Without it `now` if that is
    /// given, else the time since the system started, sleep included. It must not use the policy.
    std::function<std::int64_t()> uptime = {};
};

namespace detail {

/// The token of an answer for the one resource server that it was asked for; where that is not known, the only one.
Token token_for(std::string_view resource_server, TokenResponse const& answer);

/**
 * A token that is renewed when it must be, by one thread at a time.
 *
 * The token is *fresh* until its last tenth (60 s to 900 s), then *ageing*: one caller renews it, the others go on with
 * it. In its last 60 s (a fifth of a life under 300 s) it is *due*, and callers wait for the renewal; but a renewal that
 * fails harms nobody before the token has really expired.
 */
class Renewal {
public:
    Renewal(Token token, RenewalOptions options);

    [[nodiscard]] Token token() const;

    /// The present token, or a new one from `grant(old, run)`.
    /// @throws UsageError  if the token is for another resource server than the call
    template <class Grant>
    Authorization authorize(AuthContext const& context, Grant&& grant) {
        std::unique_lock lock(mutex_);
        Authorization authorization = authorize(lock, context, grant);
        check_audience(token_.resource_server, context);  // a renewal may have brought to light whose it is
        return authorization;
    }

    /// After a 401 for `refused`: true when there is another token now.
    template <class Grant>
    bool renew_after(Authorization const& refused, AuthContext const& context, Grant&& grant) {
        {
            std::lock_guard const lock(mutex_);
            if (refused.generation != generation_) return true;
            revoked_ = true;
        }
        return authorize(context, std::forward<Grant>(grant)).generation != refused.generation;
    }

private:
    enum class Age : unsigned char { fresh, ageing, due };

    /// The callbacks of a renewal run on a thread, which does not renew again for them.
    struct Telling {
        std::thread::id thread;
        std::exception_ptr error;  ///< of the renewal; null: there is a new token
        Telling* next;
    };

    /// Globus Auth refused a grant: asking again is of no use.
    struct Refusal {
        std::exception_ptr error;  ///< null: it did not
        Secret refresh_token;      ///< that it refused; empty for another grant
    };

    /// What a renewal that worked gave, made without the lock. To move it to its place cannot fail.
    struct Renewed {
        Token token;
        Token for_on_refresh;  ///< the same
        Secret header;
        std::int64_t received = 0;
        std::int64_t remaining = 0;
    };
    static_assert(std::is_nothrow_move_assignable_v<Token> && std::is_nothrow_move_assignable_v<Secret>);

    static constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();

    /// Seconds that pass whatever is done to the system's clock, sleep included.
    [[nodiscard]] std::int64_t uptime() const;

    /// Seconds that the token lives; `forever` if nobody said.
    [[nodiscard]] std::int64_t remaining() const;
    [[nodiscard]] Age age_of(std::int64_t left) const;
    [[nodiscard]] Authorization present() const { return {header_, generation_}; }

    template <class Grant>
    Authorization authorize(std::unique_lock<std::mutex>& lock, AuthContext const& context, Grant& grant) {
        check_audience(token_.resource_server, context);
        for (Telling const* telling = telling_; telling != nullptr; telling = telling->next) {
            if (telling->thread != std::this_thread::get_id()) continue;
            if (telling->error != nullptr && remaining() == 0) std::rethrow_exception(telling->error);
            return present();
        }
        while (true) {
            std::int64_t const left = remaining();
            Age const age = age_of(left);
            if (age == Age::fresh) return present();
            if (refusal_.error != nullptr && left > 0) return present();
            if (refusal_.error != nullptr && !options_.around_renewal) std::rethrow_exception(refusal_.error);
            SingleFlight::Landing landing;
            if (flight_.busy()) {
                if (age == Age::ageing) return present();
                if (left > 0 && flight_.is_this_thread()) return present();
                landing = flight_.wait(lock, {"the access token", context.deadline, context.stop});
            } else {
                if (left > 0 && uptime() < not_before_) return present();
                landing.error = renew(lock, context, age, grant);
            }
            if (landing.error == nullptr) return present();
            if (landing.again) continue;
            if (remaining() > 0) return present();
            std::rethrow_exception(landing.error);
        }
    }

    /// Renews, with the lock free meanwhile; the result says why it did not work. While the token lives, nobody waits long
    /// for a storage that others have locked, and ahead of time not at all.
    template <class Grant>
    std::exception_ptr renew(std::unique_lock<std::mutex>& lock, AuthContext const& context, Age age, Grant& grant) {
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
            if (!lock.owns_lock()) throw;  // in a child process that was made meanwhile
            error = std::current_exception();
            learn_from_failure(std::move(tried));
        }

        Telling telling{std::this_thread::get_id(), error, telling_};
        telling_ = &telling;
        lock.unlock();
        callbacks.reset();  // what went wrong on the way is told now
        if (error == nullptr && options_.on_refresh) tell(made->for_on_refresh);
        lock.lock();
        Telling** link = &telling_;
        while (*link != &telling) link = &(*link)->next;
        *link = telling.next;
        return error;
    }
    void tell(Token const& token) const noexcept;

    /// All of a renewal that can fail, without the lock.
    /// @param tried  becomes the refresh token that was tried last
    template <class Grant>
    Renewed attempt(Token const& held, Refusal const& known, AuthContext const& call, Grant& grant, Secret& tried) {
        GrantRun run{retry_, now_};
        std::function<Token(Token const&)> const renew_one = [&](Token const& old) {
            tried = old.refresh_token;
            if (known.error != nullptr && old.refresh_token == known.refresh_token) std::rethrow_exception(known.error);
            Token answer = grant(old, run);
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
        made.remaining = made.token.expires_at ? std::max<std::int64_t>(*made.token.expires_at, 0) - now_() : 0;
        if (options_.on_refresh) made.for_on_refresh = made.token;
        return made;
    }
    /// What a failure, the exception at hand, says about the renewals that follow.
    void learn_from_failure(Secret tried) noexcept;

    mutable std::mutex mutex_;
    Token token_;
    RenewalOptions const options_;
    std::function<std::int64_t()> const now_ = options_.now ? options_.now : &unix_now;
    DefaultRetry const retry_{.max_attempts = 3};  ///< its budget is that of the host of Globus Auth
    Secret header_;
    std::uint64_t generation_ = 0;
    bool revoked_ = false;                 ///< the service answered 401 to it
    std::int64_t received_ = 0;            ///< uptime() when the token came
    std::int64_t received_remaining_ = 0;  ///< seconds that it had then
    std::int64_t not_before_ = 0;          ///< uptime() before which a failed renewal ahead of time is not tried again
    SingleFlight flight_;
    Telling* telling_ = nullptr;  ///< the last of those that run
    Refusal refusal_;
};

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/renewal.ipp>
#endif

#endif  // GLOBUS_OAUTH_RENEWAL_HPP
