// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CHECK_CLIENT_HPP
#define GLOBUS_CLIENT_CHECK_CLIENT_HPP

#include <globus/client/environment.hpp>
#include <globus/client/service.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/transport.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace globus {

/// `S` takes the id and secret of a confidential client.
template <class S>
concept NeedsBasicCredential = Service<S> && std::same_as<typename S::credential, BasicCredential>;
/// `S` takes no credential.
template <class S>
concept NeedsNoCredential = Service<S> && std::same_as<typename S::credential, NoCredential>;

/// `P` sends the id and secret of a confidential client.
template <class P>
concept PresentsBasicCredential = NamesCredential<P> && std::is_same_v<typename P::credential, BasicCredential>;
/// `P` sends nothing.
template <class P>
concept PresentsNoCredential = NamesCredential<P> && std::is_same_v<typename P::credential, NoCredential>;
/// What `P` sends is known when the program runs, and is checked then.
template <class P>
concept PresentsAnyCredential = NamesCredential<P> && std::is_same_v<typename P::credential, AnyCredential>;

namespace detail {

template <class S>
inline constexpr bool is_auth_service = false;  // specialised by services/auth/service.hpp, for a sentence of its own

template <class S, class A>
concept FittingCredential =
    PresentsAnyCredential<A> ||
    ((!NeedsBasicCredential<S> || PresentsBasicCredential<A>)&&(!NeedsNoCredential<S> || PresentsNoCredential<A>)&&(
        NeedsBasicCredential<S> || !PresentsBasicCredential<A>));

}  // namespace detail

/// True if `Client<S, A, T, R>` is valid; check this instead of instantiating it.
template <class S, class A, class T, class R = DefaultRetry>
concept ClientConfiguration =
    Service<S> && Transport<T> && Authorizer<A, T> && RetryPolicy<R> && detail::FittingCredential<S, A>;

namespace detail {

/// Says in one sentence why `Client<S, A, T, R>` is not valid; only the first reason.
template <class S, class A, class T, class R>
consteval bool check_client() {
    if constexpr (!Service<S>)
        static_assert(
            Service<S>,
            "globus::Client<S, A, T>: S is not a service. Pass one of globus::*Service, or give yours a `name` "
            "and an `error` type.");
    else if constexpr (!Transport<T>)
        static_assert(Transport<T>,
                      "globus::Client<S, A, T>: T is not a transport. It needs "
                      "`http::Response send(http::Request const&) const`.");
    else if constexpr (!RetryPolicy<R>)
        static_assert(
            RetryPolicy<R>,
            "globus::Client<S, A, T, R>: R is not a retry policy. It needs `before_retry(Attempt const&) const` "
            "and `succeeded(Attempt const&) const noexcept`, as DefaultRetry has.");
    else if constexpr (!Authorizer<A, T>)
        static_assert(Authorizer<A, T>,
                      "globus::Client<S, A, T>: A is not an authorizer for T. It needs a type `credential`, "
                      "`Authorization authorize(T const&, AuthContext const&) const` and "
                      "`bool unauthorized(Authorization const&, T const&, AuthContext const&) const`.");
    else if constexpr (PresentsAnyCredential<A>)
        return true;  // the constructor of the client checks it
    else if constexpr (NeedsBasicCredential<S> && !PresentsBasicCredential<A>)
        static_assert(PresentsBasicCredential<A>,
                      "globus::Client<S, A, T>: S is reached with the client id and secret of a confidential app (HTTP "
                      "Basic), but A presents something else. Use BasicPolicy.");
    else if constexpr (NeedsNoCredential<S> && !PresentsNoCredential<A>)
        static_assert(PresentsNoCredential<A>,
                      "globus::Client<S, A, T>: S is the login client of a native app, which only names itself, but A "
                      "presents a credential. Use NullPolicy.");
    else if constexpr (PresentsBasicCredential<A> && !NeedsBasicCredential<S> && is_auth_service<WholeService<S>>)
        static_assert(
            !PresentsBasicCredential<A>,
            "globus::Client<S, A, T>: an AuthService client acts for a user by a token, but BasicPolicy presents "
            "an app's id and secret. Use ConfidentialAppAuthService with BasicPolicy.");
    else if constexpr (PresentsBasicCredential<A> && !NeedsBasicCredential<S>)
        static_assert(!PresentsBasicCredential<A>,
                      "globus::Client<S, A, T>: this service takes a token, but BasicPolicy presents an app's id and "
                      "secret. Use ClientCredentialsPolicy, or RefreshPolicy<Confidential>.");
    return true;
}

template <class S, class A, class T, class R>
struct ClientRequirements {
    static_assert(check_client<S, A, T, R>());
};

struct NoOperations {};
template <class S, class C>
struct OperationsOf {
    using type = NoOperations;
};
template <Service S, class C>
    requires requires { typename S::template Operations<C>; }
struct OperationsOf<S, C> {
    using type = typename S::template Operations<C>;
};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_CHECK_CLIENT_HPP
