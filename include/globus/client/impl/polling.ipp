// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_POLLING_IPP
#define GLOBUS_CLIENT_IMPL_POLLING_IPP

#include <globus/client/polling.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/api_error.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
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

GLOBUS_DECL Looks::Looks(std::string_view name, CallGate const& gate, Polling const& polling, CallOptions options)
    : name_(name),
      call_(gate, options.stop),
      options_(std::move(options)),
      interval_(polling.interval),
      longest_(polling.longest_interval) {
    using Span = std::chrono::duration<double>;
    // The conditions are written so that NaN is refused, too.
    if (!(polling.timeout >= Span(0))) throw UsageError(std::string(name) + ": the timeout must not be negative");
    if (!(interval_ >= Span(0.01) && longest_ >= interval_))
        throw UsageError(std::string(name) +
                         ": the interval must be at least 10 ms, and the longest_interval at least the interval");
    http::Clock::time_point const now = http::Clock::now();
    end_ = std::min(http::later(polling.timeout, now), options_.deadline.value_or(http::Clock::time_point::max()));
    // A look that is under way when the time is over gets a few seconds more.
    options_.deadline = std::min(options_.deadline.value_or(http::Clock::time_point::max()),
                                 http::later(polling.timeout + Span(10), now));
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

GLOBUS_DECL bool Looks::wait() {
    http::Clock::time_point const now = http::Clock::now();
    if (now >= end_) {
        if (failure_) std::rethrow_exception(failure_);
        return false;
    }
    if (!http::wait_until(std::min(http::later(interval_, now), end_), options_.stop))
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no,
                           std::string(name_) + " was cancelled");
    interval_ = std::min(interval_ * 1.5, longest_);
    return true;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_POLLING_IPP
