// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_CALL_IPP
#define GLOBUS_HTTP_IMPL_CALL_IPP

#include <globus/core/config.hpp>
#include <globus/http/call.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace globus::detail {

GLOBUS_DECL std::optional<std::chrono::duration<double>> RetryPolicyRef::before_retry(Attempt const& attempt) const {
    return before_retry_(policy_, attempt);
}

GLOBUS_DECL bool Step::ends_attempt() const noexcept {
    return next_attempt_in || kind == Kind::finish || kind == Kind::fail;
}

GLOBUS_DECL CallMachine::CallMachine(CallTerms const& terms, RetryPolicyRef retry) noexcept
    : terms_(terms), retry_(retry) {
    RetryClass const asked = terms.retry_as.value_or(terms.retry_class);
    // `never` says how often the request is sent, not what the operation does
    reads_ = (asked == RetryClass::never ? terms.retry_class : asked) == RetryClass::read;
    once_ = terms.sent_once || asked == RetryClass::never;
    attempt_.retry_class = asked;
}

GLOBUS_DECL Step CallMachine::begin() const noexcept {
    return {.kind = terms_.authorized ? Step::Kind::authorize : Step::Kind::send};
}

GLOBUS_DECL Step CallMachine::answered(http::Response const& answer) noexcept {
    if (answer.status == 401 && terms_.authorized && !std::exchange(renewed_, true)) return {.kind = Step::Kind::renew};
    bool const read = answer.status >= 200 && answer.status < terms_.read_below;
    return {.kind = read ? Step::Kind::read : Step::Kind::refuse};
}

GLOBUS_DECL Step CallMachine::failed(NetworkError const& error, http::Clock::time_point now) {
    unknown_ = unknown_ || error.sent() == NetworkError::Sent::yes;
    attempt_.error = &error;
    return again_or_fail(0, now);
}

GLOBUS_DECL Step CallMachine::renewed(bool other) const noexcept {
    if (!other || once_) return {.kind = Step::Kind::refuse};
    // The attempt has not failed: its token had expired.
    return {.kind = Step::Kind::authorize, .next_attempt_in = std::chrono::duration<double>(0)};
}

GLOBUS_DECL Step CallMachine::refused(http::Response const& answer, Refusal const& refusal,
                                      http::Clock::time_point now) {
    if (unknown_ && refusal.already_done) {
        replayed_ = true;
        return {.kind = Step::Kind::replayed};
    }
    unknown_ = unknown_ || !(promises_nothing_done(answer.status) || refusal.settled);
    attempt_.response = &answer;
    attempt_.settled = refusal.settled;
    return again_or_fail(answer.status, now);
}

GLOBUS_DECL Step CallMachine::unread(http::Response const& answer, bool cut_off, http::Clock::time_point now) {
    unknown_ = true;
    if (!cut_off || replayed_) return {.kind = Step::Kind::fail};
    attempt_.response = &answer;
    attempt_.undecodable = true;
    return again_or_fail(answer.status, now);
}

GLOBUS_DECL Step CallMachine::finished(http::Response const& answer) noexcept {
    attempt_.response = &answer;
    if (!replayed_) retry_.succeeded(attempt_);
    attempt_.response = nullptr;
    return {.kind = Step::Kind::finish};
}

GLOBUS_DECL Step CallMachine::waited(bool in_full) noexcept {
    if (!in_full) return {.kind = Step::Kind::cancel};
    ++attempt_.number;
    return begin();
}

GLOBUS_DECL NetworkError::Sent CallMachine::sent() const noexcept {
    return unknown_ ? NetworkError::Sent::yes : NetworkError::Sent::no;
}

GLOBUS_DECL bool CallMachine::needs_fresh_connection() const noexcept {
    return attempt_.retry_class == RetryClass::non_idempotent || attempt_.retry_class == RetryClass::grant ||
           attempt_.retry_class == RetryClass::never;
}

GLOBUS_DECL Step CallMachine::again_or_fail(int status, http::Clock::time_point now) {
    constexpr std::chrono::milliseconds least(10);  // an attempt with less time than this can only run out of it
    Attempt attempt = std::exchange(attempt_, {.number = attempt_.number, .retry_class = attempt_.retry_class});
    attempt_.in_doubt = attempt.in_doubt || may_be_processed(attempt);
    if (once_) return {.kind = Step::Kind::fail};
    attempt.time_left = http::time_left(terms_.deadline, now) - least;
    auto const wait = retry_.before_retry(attempt);
    if (!wait || !(*wait < attempt.time_left)) return {.kind = Step::Kind::fail};
    attempt_.previous_status = status;
    std::chrono::duration<double> const pause = std::max(*wait, std::chrono::duration<double>(0));
    return {.kind = Step::Kind::wait, .until = http::later(pause, now), .next_attempt_in = pause};
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_CALL_IPP
