// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_ASYNC_FUNCTIONS_HPP
#define GLOBUS_CLIENT_ASYNC_FUNCTIONS_HPP

#include <globus/client/call_options.hpp>
#include <globus/client/operation.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

// Only declarations: what these functions do, and Boost.Asio with it, comes with <globus/asio.hpp>.

namespace globus {

namespace detail {

struct AsyncAccess;
/// In place of a completion token: the default one, boost::asio::deferred.
struct DefaultToken {};
/// A request that a client makes of its argument.
template <class O>
struct AsyncOperation {
    O operation;
};
template <class D, class Raw>
struct AsyncRaw {
    Raw raw;
};

template <class Token>
concept NoOptions = !std::convertible_to<Token, CallOptions>;

/// What begins a call: <globus/asio.hpp> defines it.
template <class Client>
struct AsyncStart;
template <class Client>
struct AsyncWalk;
template <class Client>
concept AsyncIncluded = requires { sizeof(AsyncStart<Client>); };

}  // namespace detail

/**
 * The functions of a Client that do not block; they need `#include <globus/asio.hpp>` and an AsioTransport.
 *
 *     Client<TransferService, AccessTokenPolicy, AsioTransport> const transfer{token, {.transport = AsioTransport{io}}};
 *
 *     transfer.async_send(OperationLs{.endpoint_id = id}, [](std::exception_ptr error, Response<FileList> files) {
 *         if (!error) std::printf("%zu files\n", files.size());
 *     });
 *     Response<FileList> const files = co_await transfer.async_send(ls, use_awaitable);       // in a coroutine
 *
 * Each is its blocking namesake in everything but the waiting: the same retries, renewals, deadlines, redirects, errors
 * and log. The token says how the caller gets the result: a callback, use_future, use_awaitable, detached, or deferred,
 * which is the default. A token with an executor, an allocator or a cancellation slot has them honoured: the handler is
 * called on its executor, or on that of the transport, and never within the function that begins the call. Terminal
 * cancellation ends the call as CallOptions::stop does.
 *
 * The client may be destroyed while a call is on its way, by the call's handler, too: the call then ends with
 * NetworkError (cancelled), and nobody waits for it. The callbacks of a call (sink, on_head and the log hook) are
 * called on the transport's executor.
 *
 * A policy whose token is fresh gives it at once. One that has to renew it, and any policy of a program's own that does
 * not say `static constexpr bool never_blocks = true` and has no `async_authorize` (see Authorizer), is asked on a thread
 * of the library; calls of one client that need the same renewal share it.
 *
 * @tparam C  the client
 * @tparam S  its service
 *
 * With g++ 12, what is sent from a coroutine needs a name: in a co_await, it destroys twice what a braced list makes.
 *
 * @par Errors
 * A handler gets them as std::exception_ptr beside a Response whose http_status() is 0; use_awaitable and use_future throw
 * them. That includes those of the arguments. A function itself throws only std::bad_alloc, and UsageError for a client that
 * was moved from and in a child process.
 */
template <class C, class S>
class AsyncFunctions {
public:
    /// Sends an operation. @param token  for `void(std::exception_ptr, Response<O::result>)`
    template <Operation O, class Token = detail::DefaultToken>
    auto async_send(O operation, CallOptions options, Token&& token = Token()) const {
        return begin<false>(detail::AsyncOperation<O>{std::move(operation)}, std::move(options),
                            std::forward<Token>(token));
    }
    /// The same, with the options of the client.
    template <Operation O, detail::NoOptions Token = detail::DefaultToken>
    auto async_send(O operation, Token&& token = Token()) const {
        return async_send(std::move(operation), CallOptions(), std::forward<Token>(token));
    }

    /// Sends an operation. @param token  for `void(Result<Response<O::result>>)`
    template <Operation O, class Token = detail::DefaultToken>
    auto async_try_send(O operation, CallOptions options, Token&& token = Token()) const {
        return begin<true>(detail::AsyncOperation<O>{std::move(operation)}, std::move(options),
                           std::forward<Token>(token));
    }
    /// The same, with the options of the client.
    template <Operation O, detail::NoOptions Token = detail::DefaultToken>
    auto async_try_send(O operation, Token&& token = Token()) const {
        return async_try_send(std::move(operation), CallOptions(), std::forward<Token>(token));
    }

    /**
     * Sends a request that this library has no operation for, as Client::request does.
     *
     *     client.async_request(Client::RawRequest{.path = "v0.10/something/new"}, {}, token);
     *
     * @tparam D     the type of the answer: Json, a described document, or Bytes
     * @param raw    a Client::RawRequest
     * @param token  for `void(std::exception_ptr, Response<D>)`
     */
    template <class D = Json, class Raw, class Token = detail::DefaultToken>
    auto async_request(Raw raw, CallOptions options = {}, Token&& token = Token()) const {
        static_assert(std::same_as<Raw, typename C::RawRequest>, "globus: the request is a Client::RawRequest");
        return begin<false>(detail::AsyncRaw<D, Raw>{std::move(raw)}, std::move(options), std::forward<Token>(token));
    }

    /// The pages of an operation, and their items, one after the other: see AsyncPaginated.
    template <Operation O>
    auto async_paginate(O operation, CallOptions options = {}) const {
        static_assert(detail::AsyncIncluded<C>,
                      "globus: the functions that do not block need #include <globus/asio.hpp>.");
        if constexpr (detail::AsyncIncluded<C>)
            return detail::AsyncWalk<C>::begin(static_cast<C const&>(*this), std::move(operation), std::move(options));
    }

private:
    template <bool tries, class What, class Token>
    auto begin(What what, CallOptions options, Token&& token) const {
        static_assert(detail::AsyncIncluded<C>,
                      "globus: the functions that do not block need #include <globus/asio.hpp>.");
        if constexpr (detail::AsyncIncluded<C>)
            return detail::AsyncStart<C>::template begin<tries>(static_cast<C const&>(*this), std::move(what),
                                                                std::move(options), std::forward<Token>(token));
    }
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_ASYNC_FUNCTIONS_HPP
