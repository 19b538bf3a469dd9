// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_TRANSPORT_HPP
#define GLOBUS_HTTP_TRANSPORT_HPP

#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>

#include <concepts>

namespace globus {

/**
 * What carries requests.
 *
 * `send` returns any complete answer, whatever its status, and throws NetworkError when none came. It observes the
 * request's deadline and stop_token, does not follow redirects, does not repeat anything, and may be called from many
 * threads at once. A transport is a cheap handle: copies share connections.
 *
 * Models: CurlTransport, MockTransport, AnyTransport.
 *
 * An error that names this concept means that the third argument of `Client` has no
 * `http::Response send(http::Request const&)` that can be called on a const object.
 */
template <class T>
concept Transport = std::copy_constructible<T> && requires(T const& transport, http::Request const& request) {
    { transport.send(request) } -> std::same_as<http::Response>;
};

namespace detail {

/// Names a type of transport to functions that are chosen by it.
template <class T>
struct TransportType {};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_HTTP_TRANSPORT_HPP
