// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_RETRY_HPP
#define GLOBUS_HTTP_RETRY_HPP

#include <globus/core/config.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <memory>
#include <optional>

namespace globus {

/**
 * What may happen when an operation's request is sent a second time. Every operation carries one.
 *
 * | class          | for                                                   | repeated after                            |
 * |----------------|-------------------------------------------------------|-------------------------------------------|
 * | read           | GET, and POST that only looks things up               | any passing failure                       |
 * | keyed          | a write with a key made by the caller: submit_transfer| any passing failure, with the same bytes  |
 * | idempotent     | PUT, DELETE, cancel                                   | any passing failure                       |
 * | non_idempotent | POST that creates, PATCH                              | 429, and what never left this machine     |
 * | grant          | a grant that Globus Auth may take once only           | as idempotent, see below                  |
 * | never          | a call that says so: `retry_as`                       | nothing, not even a 401                   |
 *
 * Passing failures are the statuses 408, 429, 500, 502, 503, 504, a lost connection, a time-out of one attempt, and an
 * answer that is cut off; a complete answer that is not JSON, such as a page of HTML, is final. Never left this
 * machine: a name that was not found, a connection that was not made, or broke before the request was written. Besides,
 * every class but `never` is sent once more after a 401 if the authorizer has a new token then.
 *
 * A grant, such as a refresh token that its answer replaces, is sent at most once more after an attempt that Globus
 * Auth may have answered: seeing a revoked token twice may make it end the whole login. After an answer, even a partial
 * one, it is not sent again.
 *
 * A 429 or a 401 counts as a promise that nothing was done; if that is not enough, say `never`. Requests of the last
 * three classes go over a fresh connection, because libcurl repeats a request on its own when a reused connection turns
 * out to be dead.
 */
enum class RetryClass : unsigned char { read, keyed, idempotent, non_idempotent, grant, never };
/// The name of its enumerator.
constexpr char const* to_string(RetryClass retry_class) noexcept {
    switch (retry_class) {
        case RetryClass::read:
            return "read";
        case RetryClass::keyed:
            return "keyed";
        case RetryClass::idempotent:
            return "idempotent";
        case RetryClass::non_idempotent:
            return "non_idempotent";
        case RetryClass::grant:
            return "grant";
        case RetryClass::never:
            return "never";
    }
    return "unknown";
}

/// How one attempt ended, for a retry policy.
struct Attempt {
    int number = 1;                             ///< the first is 1
    RetryClass retry_class = RetryClass::read;  ///< of the operation, unless CallOptions::retry_as says otherwise
    http::Response const* response = nullptr;   ///< the answer, if there is one
    NetworkError const* error = nullptr;        ///< why there is none
    bool undecodable = false;                   ///< the answer is a 2xx whose document is cut off
    std::chrono::duration<double> time_left = std::chrono::hours(1);  ///< until the deadline of the call
    int previous_status = 0;  ///< of the answer to the previous attempt; 0: none came, or this is the first
    bool settled = false;     ///< the answer says that nothing was done, and that another attempt would get the same
    bool in_doubt = false;    ///< an earlier attempt of the call may have been processed
};

/**
 * Tokens that retries cost and successes earn, so that a service in trouble does not get a storm of retries.
 *
 * It starts full with 500; a retry takes 10, one after a 429 takes 5; each success gives 1 back, and a success after a
 * retry gives back what that retry took. With an empty budget there is no retry.
 *
 * @par Thread safety
 * Any function may be called from any thread.
 */
class RetryBudget {
public:
    static constexpr int capacity = 500;  ///< what it starts with, and the most that it holds

    /// Takes `cost` tokens; if there are fewer, it takes none and returns false.
    [[nodiscard]] bool take(int cost) noexcept;
    /// Puts tokens back, as far as there is room.
    void give(int amount) noexcept;
    /// The current number of tokens, which other threads change, too.
    [[nodiscard]] int left() const noexcept { return tokens_.load(std::memory_order_relaxed); }

private:
    std::atomic<int> tokens_{capacity};
};

namespace detail {

/// A random number from 0 up to but not including 1. The system is asked each time: the state of an engine would be the
/// same in all forked processes, and their attempts would come together.
double random_unit();

/// Makes a full budget.
std::shared_ptr<RetryBudget> make_budget();

/// True if a status promises that nothing was done: a client error, except 408, by which a proxy can mean that a
/// service that has the request takes too long. A redirect is not a promise: a 303 answers a POST that was carried out.
constexpr bool promises_nothing_done(int status) { return status >= 400 && status < 500 && status != 408; }

/// True if the service may have done what an attempt asked for, so that another one would be a replay. A 503 comes from
/// a service that did not get to it.
bool may_be_processed(Attempt const& attempt);

/// True if a second attempt can do no harm and may help.
bool may_retry(Attempt const& attempt);

}  // namespace detail

/**
 * The default retry policy of a Client: at most `max_attempts`, full jitter, Retry-After honoured and never shortened,
 * and a budget that all calls of the client share.
 *
 * Any copyable type with the member functions `before_retry` and `succeeded` can replace it.
 *
 * @par Thread safety
 * Its const functions may be called from any thread. Copies share the budget.
 */
struct DefaultRetry {
    int max_attempts = 4;                          ///< of a call, the first one included
    std::chrono::duration<double> base{0.5};       ///< the first wait is at most this; it doubles each time
    std::chrono::duration<double> throttled{1.0};  ///< the same after a 429
    std::chrono::duration<double> cap{20.0};       ///< no wait is longer, except for a Retry-After

    /// How long to wait before the next attempt; nothing: there is none.
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const;
    /// Notes that a call succeeded with `attempt`.
    void succeeded(Attempt const& attempt) const noexcept;

    static constexpr int cost = 10;           ///< of a retry, in tokens of the budget
    static constexpr int throttled_cost = 5;  ///< of one after a 429

    /// Shared by all copies; clients that are given one object share it, too. It must not be null.
    std::shared_ptr<RetryBudget> budget = detail::make_budget();
};

/// The retry policy that never repeats anything. (After a 401 the token is still renewed once: the authorizer does
/// that, and repeats its token requests as for any client.)
struct NoRetry {
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const&) const;
    void succeeded(Attempt const&) const noexcept {}
};

/// `R` decides about retries: see DefaultRetry for what the two functions mean.
template <class R>
concept RetryPolicy = std::copy_constructible<R> && requires(R const& retry, Attempt const& attempt) {
    { retry.before_retry(attempt) } -> std::same_as<std::optional<std::chrono::duration<double>>>;
    { retry.succeeded(attempt) } noexcept;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/http/impl/retry.ipp>
#endif

#endif  // GLOBUS_HTTP_RETRY_HPP
