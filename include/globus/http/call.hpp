// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_CALL_HPP
#define GLOBUS_HTTP_CALL_HPP

#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>

#include <chrono>
#include <concepts>
#include <optional>

namespace globus::detail {

/// A retry policy without its type. It refers to the policy, which must live as long.
class RetryPolicyRef {
public:
    template <class R>
        requires(!std::same_as<R, RetryPolicyRef>)
    RetryPolicyRef(R const& policy) noexcept
        : policy_(&policy),
          before_retry_([](void const* self, Attempt const& attempt) {
              return static_cast<R const*>(self)->before_retry(attempt);
          }),
          succeeded_([](void const* self, Attempt const& attempt) noexcept {
              static_cast<R const*>(self)->succeeded(attempt);
          }) {}

    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const;
    void succeeded(Attempt const& attempt) const noexcept { succeeded_(policy_, attempt); }

private:
    void const* policy_;
    std::optional<std::chrono::duration<double>> (*before_retry_)(void const*, Attempt const&);
    void (*succeeded_)(void const*, Attempt const&) noexcept;
};

/// What is known about a call before it begins.
struct CallTerms {
    RetryClass retry_class = RetryClass::read;  ///< of the operation
    std::optional<RetryClass> retry_as = {};    ///< the caller's choice instead
    bool authorized = false;                    ///< a credential goes with it, which can be renewed after a 401
    bool sent_once = false;                     ///< its body is a stream, which cannot be read again
    int read_below = 300;                       ///< an answer is read from 200 to below this; any other is refused
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< of all attempts, and the waits between
};

/// What the error document of an answer says about trying again.
struct Refusal {
    bool settled = false;       ///< nothing was done, and asking again would get the same answer; see Attempt
    bool already_done = false;  ///< the state is what an attempt would have left: something exists, or is gone
};

/// What a call does next.
struct Step {
    enum class Kind : unsigned char {
        authorize,  ///< put the current credential into the request; then `authorized`
        send,       ///< send the request; then `answered` or `failed`
        read,       ///< make the result from the answer; then `finished` or `unread`
        renew,      ///< renew the credential, which was refused; then `renewed`
        refuse,     ///< make an error from the answer; then `refused`
        wait,       ///< wait until `until`; then `waited`
        replayed,  ///< make the result from this error, which says that an earlier attempt has done it; then `finished`
        finish,    ///< the result is the caller's
        fail,      ///< the error of this attempt is the caller's
        cancel,    ///< the caller cancelled the call between two attempts, and is told so
    };
    Kind kind = Kind::send;
    http::Clock::time_point until = {};                                 ///< of `wait`
    std::optional<std::chrono::duration<double>> next_attempt_in = {};  ///< with the first step after an attempt

    /// True if this ends an attempt.
    [[nodiscard]] bool ends_attempt() const noexcept;
};

/**
 * All decisions about one call: what is read, when the credential is renewed, whether and when another attempt is made,
 * and what an earlier one may have done.
 *
 * It sends nothing, waits for nothing and reads no clock: it is told what happened, and answers with the next step. The
 * driver that carries out the steps may block or not.
 *
 *     authorize -> send -> read   -> finish
 *                              |     the document is cut off -> wait or fail
 *                       -> renew  -> authorize, as the same attempt
 *                              |     no other credential -> refuse
 *                       -> refuse -> replayed, wait or fail
 *                       -> no answer -> wait or fail
 *     wait -> authorize, as the next attempt
 *
 * @par Thread safety
 * It is for one call, and one thread at a time.
 */
class CallMachine {
public:
    /// @param retry  must live as long as this
    CallMachine(CallTerms const& terms, RetryPolicyRef retry) noexcept;

    /// The first step.
    [[nodiscard]] Step begin() const noexcept;
    /// Reports that the credential is in the request.
    [[nodiscard]] Step authorized() const noexcept { return {.kind = Step::Kind::send}; }

    /// Reports an answer.
    [[nodiscard]] Step answered(http::Response const& answer) noexcept;
    /// Reports that no answer came.
    [[nodiscard]] Step failed(NetworkError const& error, http::Clock::time_point now);
    /// Reports the end of a renewal. @param other  there is another credential
    [[nodiscard]] Step renewed(bool other) const noexcept;
    /// Reports that an error was made from the answer.
    [[nodiscard]] Step refused(http::Response const& answer, Refusal const& refusal, http::Clock::time_point now);
    /// Reports that the document of the answer cannot be read. @param cut_off  it ends too early, so that asking again
    /// may help
    [[nodiscard]] Step unread(http::Response const& answer, bool cut_off, http::Clock::time_point now);
    /// Reports that the result was made from the answer.
    [[nodiscard]] Step finished(http::Response const& answer) noexcept;
    /// Reports the end of the wait. @param in_full  false: the caller cancelled the call
    [[nodiscard]] Step waited(bool in_full) noexcept;

    /// Reports that the caller has a part of the answer, which cannot be taken back: this attempt is the last.
    void handed_over() noexcept { once_ = true; }

    /// The number of the current or last attempt; the first is 1.
    [[nodiscard]] int attempt() const noexcept { return attempt_.number; }
    /// True if the request may have been carried out, should the call end now.
    [[nodiscard]] bool outcome_unknown() const noexcept { return unknown_ && !reads_; }
    /// How far the attempts so far have got, as far as it matters for repeating the call.
    [[nodiscard]] NetworkError::Sent sent() const noexcept;
    /// True if no kept connection may be used, over which the transport could repeat the request unseen.
    [[nodiscard]] bool needs_fresh_connection() const noexcept;

private:
    /// The step after a failed attempt. @param status  of its answer; 0: none came
    Step again_or_fail(int status, http::Clock::time_point now);

    CallTerms terms_;
    RetryPolicyRef retry_;
    Attempt attempt_ = {};  ///< the current one, as far as it is known
    bool reads_ = false;
    bool once_ = false;     ///< no attempt follows the current one
    bool renewed_ = false;  ///< a 401 was met
    bool unknown_ = false;  ///< an attempt may have done what was asked for
    bool replayed_ = false;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/http/impl/call.ipp>
#endif

#endif  // GLOBUS_HTTP_CALL_HPP
