// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_RENEWAL_HPP
#define GLOBUS_OAUTH_RENEWAL_HPP

#include <globus/core/config.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/token.hpp>
#include <globus/oauth/token_endpoint.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <type_traits>

namespace globus {

/// Options of a policy that renews its token.
struct RenewalOptions {
    /// Called with the new token after each renewal, once, outside all locks, on the thread that renewed. It may use
    /// the same policy: it gets the new token, which is not renewed for it again, even if a service refuses it. What it
    /// throws goes to `on_error`; the call that renewed goes on.
    std::function<void(Token const&)> on_refresh = {};
    /// Called with what `on_refresh` threw. What it throws itself is dropped.
    std::function<void(std::exception_ptr)> on_error = {};
    /// Wraps each renewal, for storage that processes share: it may lock, answer with a newer token that somebody else
    /// stored, or call `renew` with the stored one and store the result before it returns. It may wait for a lock until
    /// the deadline of `call`: that of the call, or at most a second while the token is valid, or not at all ahead of
    /// time. After a refusal it is called at each call, and `renew` throws the refusal again for the same refresh
    /// token.
    std::function<Token(Token const& held, std::function<Token(Token const&)> const& renew, AuthContext const& call)>
        around_renewal = {};
    /// Seconds since 1970; for tests. The default is the system's clock, checked against one that no clock change
    /// moves. It must not use the policy.
    std::function<std::int64_t()> now = {};
    /// Seconds since any moment, unaffected by changes of the system's clock; for tests. The default is `now` if that
    /// is given, else the time since the system started, including sleep. It must not use the policy.
    std::function<std::int64_t()> uptime = {};
};

namespace detail {

/// The token of an answer for the one resource server that it was requested for; if that is not known, the only one.
Token token_for(std::string_view resource_server, TokenResponse const& answer);

/// How a token is requested.
class Grant {
public:
    Grant() = default;
    Grant(Grant const&) = delete;
    Grant& operator=(Grant const&) = delete;
    /// @param old  the token that the new one replaces
    virtual Token ask(Token const& old, GrantRun& run) = 0;

protected:
    ~Grant() = default;
};

/**
 * A token that is renewed when it must be, by one thread at a time.
 *
 * The token is *fresh* until its last tenth (60 s to 900 s), then *ageing*: one caller renews it, the others go on with
 * it. In its last 60 s (a fifth of a life under 300 s) it is *due*, and callers wait for the renewal; but a renewal
 * that fails harms nobody before the token has really expired.
 */
class Renewal {
public:
    Renewal(Token token, RenewalOptions options);

    [[nodiscard]] Token token() const;

    /// The current token, if a call takes it as it is; nothing if a call would renew it, or wait for a renewal.
    /// @throws UsageError  if the token is for another resource server than the call; what a renewal was refused with
    std::optional<Authorization> present_at_once(AuthContext const& context) const;

    /// The current token, or a new one that `grant` asks for.
    /// @throws UsageError  if the token is for another resource server than the call
    Authorization present_or_renewed(AuthContext const& context, Grant& grant);

    /// After a 401 for `refused`: true when there is another token now.
    bool renew_after(Authorization const& refused, AuthContext const& context, Grant& grant);

private:
    enum class Age : unsigned char { fresh, ageing, due };

    /// The mark of a thread that runs the callbacks of a renewal, and so does not renew again for them.
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

    /// The result of a successful renewal, made without the lock. Moving it to its place cannot fail.
    struct Renewed {
        Token token;
        Token for_on_refresh;  ///< the same
        Secret header;
        std::int64_t received = 0;
        std::int64_t remaining = 0;
    };
    static_assert(std::is_nothrow_move_assignable_v<Token> && std::is_nothrow_move_assignable_v<Secret>);

    static constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();

    /// Seconds that pass whatever happens to the system's clock, including sleep.
    [[nodiscard]] std::int64_t uptime() const;

    /// Seconds that the token is still valid; `forever` if that is not known.
    [[nodiscard]] std::int64_t remaining() const;
    [[nodiscard]] Age age_of(std::int64_t left) const;
    [[nodiscard]] Authorization present() const { return {header_, generation_}; }

    /// The current token, if there is no need to wait for another one. It is called with the lock.
    [[nodiscard]] std::optional<Authorization> usable() const;
    Authorization present_or_renewed(std::unique_lock<std::mutex>& lock, AuthContext const& context, Grant& grant);
    /// Renews, with the lock free meanwhile; the result says why it failed. While the token is valid, nobody waits long
    /// for a storage that others have locked, and ahead of time not at all.
    std::exception_ptr renew(std::unique_lock<std::mutex>& lock, AuthContext const& context, Age age, Grant& grant);
    void tell(Token const& token) const noexcept;

    /// Everything in a renewal that can fail, without the lock.
    /// @param tried  becomes the last refresh token that was tried
    Renewed attempt(Token const& held, Refusal const& known, AuthContext const& call, Grant& grant, Secret& tried);
    /// Notes what a failure, the exception at hand, means for later renewals.
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
    std::int64_t received_remaining_ = 0;  ///< seconds that it had left then
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
