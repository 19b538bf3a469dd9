// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_POLLING_IPP
#define GLOBUS_CLIENT_IMPL_POLLING_IPP

#include <globus/client/polling.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/api_error.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL bool may_pass(Error const& error) {
    if (auto const* network = dynamic_cast<NetworkError const*>(&error)) {
        using Kind = NetworkError::Kind;
        Kind const kind = network->kind();
        return kind == Kind::timeout || kind == Kind::resolve || kind == Kind::connect || kind == Kind::interrupted ||
               kind == Kind::protocol;
    }
    if (auto const* api = dynamic_cast<ApiError const*>(&error)) {
        int const status = api->http_status();
        return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
    }
    return dynamic_cast<DecodeError const*>(&error) != nullptr;
}

GLOBUS_DECL PollingPlan::PollingPlan(std::string_view name, Polling const& polling)
    : timeout_(std::min<Seconds>(polling.timeout, std::chrono::hours(24 * 365))),
      longest_(polling.polling_interval),
      pause_(std::min(polling.first_interval, polling.polling_interval)),
      jitter_(polling.jitter) {
    auto const check = [&](bool right, char const* what) {
        if (!right) throw UsageError(std::string(name) + ": the " + what);
    };
    // The conditions are written so that NaN is refused, too.
    constexpr Seconds least{0.01};
    check(timeout_ >= least, "timeout must be at least 10 ms");
    check(longest_ >= least, "polling_interval must be at least 10 ms");
    check(pause_ >= least, "first_interval must be at least 10 ms");
    check(jitter_ >= 0 && jitter_ < 1, "jitter must be at least 0 and less than 1");
    longest_ = std::min(longest_, timeout_);
    pause_ = std::min(pause_, longest_);
}

GLOBUS_DECL std::optional<PollingPlan::Look> PollingPlan::next(Seconds elapsed) {
    Seconds const left = timeout_ - planned_;
    // A look that took long does not shift the plan, and those that it made impossible are left out.
    do planned_ += pause_;
    while (planned_ <= elapsed);
    if (planned_ > timeout_) {
        if (left < pause_ / 2 || elapsed >= timeout_) return std::nullopt;
        planned_ = timeout_;
    }
    bool const last = planned_ + pause_ > timeout_;  // it comes in time, but no earlier
    Look const look{last ? planned_ : planned_ - pause_ * jitter_, planned_};
    pause_ = std::min(pause_ * 1.5, longest_);
    return look;
}

GLOBUS_DECL Looks::Looks(std::string_view name, CallGate::Pass const& gate, Polling polling, CallOptions options,
                         CallGate::Wait gate_waits)
    : name_(name),
      call_(gate, options.stop, gate_waits),
      options_(std::move(options)),
      sleep_(std::move(polling.sleep)),
      plan_(name, polling) {
    // A look that is under way when the time is over gets a few seconds more.
    options_.deadline = std::min(options_.deadline.value_or(http::Clock::time_point::max()),
                                 http::later(plan_.timeout() + Seconds(10), start_));
    options_.stop = call_.stop();
}

GLOBUS_DECL void Looks::looked() noexcept {
    seen_ = true;
    failure_ = nullptr;
}

GLOBUS_DECL void Looks::failed(Error const& error) {
    if (!may_pass(error)) throw;
    if (!seen_) failure_ = std::current_exception();
}

GLOBUS_DECL std::optional<Looks::Seconds> Looks::next() {
    auto const look = plan_.next(elapsed());
    if (look && http::later(look->latest, start_) < *options_.deadline)
        return look->latest - (look->latest - look->earliest) * random_unit();
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
}

GLOBUS_DECL std::optional<http::Clock::time_point> Looks::next_look() {
    auto const at = next();
    return at ? std::optional(http::later(*at, start_)) : std::nullopt;
}

GLOBUS_DECL void Looks::end_cancelled() const {
    throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, std::string(name_) + " was cancelled");
}

GLOBUS_DECL bool Looks::wait() {
    auto const at = next();
    if (!at) return false;
    if (!sleep_until(*at)) end_cancelled();
    return true;
}

GLOBUS_DECL bool Looks::sleep_until(Seconds until) {
    if (!sleep_) return http::wait_until(http::later(until, start_), options_.stop);
    Seconds const length = std::max(Seconds(0), until - slept_);
    slept_ += length;
    bool waited = true;
    call_.run_callback([&] { waited = sleep_(length); });
    return waited && !options_.stop.stop_requested();
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_POLLING_IPP
