// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_ASYNC_HPP
#define GLOBUS_SERVICES_FLOWS_ASYNC_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/async_steps.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/subset.hpp>
#include <globus/services/flows/run_wait.hpp>
#include <globus/services/flows/service.hpp>

#include <utility>

// The waits of Flows, without blocking. They are free functions, of clients with an AsioTransport; each is its blocking
// namesake of a Client in everything but the waiting. Terminal cancellation ends it as CallOptions::stop does.

namespace globus {

/**
 * Waits until a run has ended or needs its user, or time runs out, without blocking: see `run_wait` of a Client.
 *
 *     flows::RunWait const wait{.run_id = run->run_id};
 *     flows::RunVerdict const verdict = co_await async_run_wait(client, wait, use_awaitable);
 *
 * `on_progress` is called on the transport's executor, and may destroy the client.
 *
 * @param token  for `void(std::exception_ptr, flows::RunVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<flows::GetRun, typename C::service_type>
auto async_run_wait(C const& client, flows::RunWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_wait<detail::RunWatch>(client, std::move(wait), std::move(options),
                                                   std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<flows::GetRun, typename C::service_type>
auto async_run_wait(C const& client, flows::RunWait wait, Token&& token = Token()) {
    return async_run_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_ASYNC_HPP
