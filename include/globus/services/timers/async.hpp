// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TIMERS_ASYNC_HPP
#define GLOBUS_SERVICES_TIMERS_ASYNC_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/async_steps.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/subset.hpp>
#include <globus/services/timers/service.hpp>
#include <globus/services/timers/timer_wait.hpp>

#include <utility>

// The waits of Timers, without blocking. They are free functions, of clients with an AsioTransport; each is its blocking
// namesake of a Client in everything but the waiting. Terminal cancellation ends it as CallOptions::stop does.

namespace globus {

/**
 * Waits until a timer has run once more, has ended or is paused, or time runs out, without blocking: see `timer_wait` of
 * a Client.
 *
 *     timers::TimerWait const wait{.job_id = id, .timeout = 25h};
 *     timers::TimerVerdict const verdict = co_await async_timer_wait(client, wait, use_awaitable);
 *
 * `on_progress` is called on the transport's executor, and may destroy the client.
 *
 * @param token  for `void(std::exception_ptr, timers::TimerVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<timers::GetJob, typename C::service_type>
auto async_timer_wait(C const& client, timers::TimerWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_wait<detail::TimerWatch>(client, std::move(wait), std::move(options),
                                                     std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<timers::GetJob, typename C::service_type>
auto async_timer_wait(C const& client, timers::TimerWait wait, Token&& token = Token()) {
    return async_timer_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_ASYNC_HPP
