// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_ASIO_CLIENT_HPP
#define GLOBUS_TESTS_SUPPORT_ASIO_CLIENT_HPP

#include <globus/asio.hpp>
#include <globus/client/client.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer/service.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

using AsioTransferClient = globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::AsioTransport>;

/// A client of a sandbox that need not block.
inline AsioTransferClient asio_client_of(globus::sandbox::Session& server, globus::AsioTransport transport,
                                         globus::DefaultRetry retry = {}) {
    return AsioTransferClient{server.user_token(globus::TransferService::resource_server),
                              {.transport = std::move(transport),
                               .retry = std::move(retry),
                               .base_url = server.base_url(),
                               .auth_url = server.base_url(),
                               .timeout = std::chrono::seconds(20)}};
}

/// Calls `f` on the executor of a timer, once `ready` is true.
template <class Timer, class Ready, class F>
void when(Timer& timer, Ready ready, F f) {
    timer.expires_after(std::chrono::milliseconds(5));
    timer.async_wait([&timer, ready, f](auto) {
        if (!ready()) return when(timer, ready, f);
        f();
    });
}

/// What `E` an exception is, or nothing.
template <class E>
std::optional<E> as(std::exception_ptr const& error) {
    if (!error) return std::nullopt;
    try {
        std::rethrow_exception(error);
    } catch (E const& e) {
        return e;
    } catch (...) {
        return std::nullopt;
    }
}

#endif  // GLOBUS_TESTS_SUPPORT_ASIO_CLIENT_HPP
