// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_ASYNC_HPP
#define GLOBUS_SERVICES_SEARCH_ASYNC_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/async_steps.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/subset.hpp>
#include <globus/services/search/index_delete_wait.hpp>
#include <globus/services/search/service.hpp>
#include <globus/services/search/task_wait.hpp>

#include <utility>

// The waits of Search, without blocking. They are free functions, of clients with an AsioTransport; each is its blocking
// namesake of a Client in everything but the waiting. Terminal cancellation ends it as CallOptions::stop does.

namespace globus {

/**
 * Waits until a task of an index has ended, or time runs out, without blocking: see `task_wait` of a Client.
 *
 *     search::TaskWait const wait{.task_id = accepted->task_id};
 *     search::TaskVerdict const verdict = co_await async_task_wait(client, wait, use_awaitable);
 *
 * `on_progress` is called on the transport's executor, and may destroy the client.
 *
 * @param token  for `void(std::exception_ptr, search::TaskVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<search::GetTask, typename C::service_type>
auto async_task_wait(C const& client, search::TaskWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_wait<detail::SearchTaskWatch>(client, std::move(wait), std::move(options),
                                                          std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<search::GetTask, typename C::service_type>
auto async_task_wait(C const& client, search::TaskWait wait, Token&& token = Token()) {
    return async_task_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

/**
 * Waits until an index that was deleted is gone, or time runs out, without blocking: see `index_delete_wait` of a Client.
 *
 * `on_progress` is called on the transport's executor, and may destroy the client.
 *
 * @param token  for `void(std::exception_ptr, search::IndexDeleteVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<search::GetIndex, typename C::service_type>
auto async_index_delete_wait(C const& client, search::IndexDeleteWait wait, CallOptions options,
                             Token&& token = Token()) {
    return detail::initiate_wait<detail::IndexDeleteWatch>(client, std::move(wait), std::move(options),
                                                           std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<search::GetIndex, typename C::service_type>
auto async_index_delete_wait(C const& client, search::IndexDeleteWait wait, Token&& token = Token()) {
    return async_index_delete_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_SEARCH_ASYNC_HPP
