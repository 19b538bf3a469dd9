// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_SERVICE_HPP
#define GLOBUS_CLIENT_SERVICE_HPP

#include <globus/oauth/api_error.hpp>

#include <concepts>
#include <string_view>

namespace globus {

/// `S` has a name, an error type and the operations that a Client mixes in.
template <class S>
concept NamesItself = requires { std::string_view(S::name); };
template <class S>
concept NamesItsError = std::derived_from<typename S::error, ApiError>;

/**
 * A Globus service: what a Client talks to. It has a `name` (the one in GLOBUS_SDK_SERVICE_URL_*), an `error` type
 * and a member template `Operations<Client>` of named functions.
 *
 * An error that names this concept means that the first argument of `Client` is not such a type.
 */
template <class S>
concept Service = std::copy_constructible<S> && NamesItself<S> && NamesItsError<S>;

namespace detail {

/// A service that is cut down to some of its operations, see ReadOnly and Only.
template <class S>
concept Subset = requires { typename S::whole_service; };

template <class S>
struct WholeServiceOf {
    using type = S;
};
template <Subset S>
struct WholeServiceOf<S> {
    using type = typename S::whole_service;
};
/// The service that S is cut down from; S itself if it is whole.
template <class S>
using WholeService = typename WholeServiceOf<S>::type;

/// The resource server that takes a service's tokens; empty if the service does not say. The text lives as long as the
/// service.
template <class S>
std::string_view resource_server_of(S const& service) {
    if constexpr (requires { service.resource_server(); })
        return service.resource_server();
    else if constexpr (requires { service.resource_server; })
        return service.resource_server;
    else
        return {};
}

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_SERVICE_HPP
