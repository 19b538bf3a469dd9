// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CLIENT_WITH_HPP
#define GLOBUS_CLIENT_CLIENT_WITH_HPP

#include <globus/client/client.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/transport.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/static_policies.hpp>

#include <type_traits>

namespace globus {
namespace detail {

template <class P>
struct IsAuthorizer : std::bool_constant<NamesCredential<P>> {};  // for which transport, Client checks
template <class P>
struct IsTransport : std::bool_constant<Transport<P>> {};
template <class P>
struct IsRetryPolicy : std::bool_constant<RetryPolicy<P>> {};

/// How many of the types are of that kind.
template <template <class> class Is, class... Ps>
inline constexpr int count_of = (0 + ... + int{Is<Ps>::value});

/// The first of the types that is of that kind, or Default.
template <template <class> class Is, class Default, class... Ps>
struct FirstOf : std::type_identity<Default> {};
template <template <class> class Is, class Default, class P, class... Ps>
struct FirstOf<Is, Default, P, Ps...>
    : std::conditional_t<Is<P>::value, std::type_identity<P>, FirstOf<Is, Default, Ps...>> {};

template <class S, class... Ps>
struct ClientOf {
    static_assert(((IsAuthorizer<Ps>::value + IsTransport<Ps>::value + IsRetryPolicy<Ps>::value == 1) && ...),
                  "globus::ClientWith<S, Policies...>: one of the policies is not exactly one of these: an authorizer, "
                  "such as AccessTokenPolicy; a transport, such as MockTransport; a retry policy, such as NoRetry.");
    static_assert(count_of<IsAuthorizer, Ps...> <= 1,
                  "globus::ClientWith<S, Policies...>: two of the policies are authorizers. Name one.");
    static_assert(count_of<IsTransport, Ps...> <= 1,
                  "globus::ClientWith<S, Policies...>: two of the policies are transports. Name one.");
    static_assert(count_of<IsRetryPolicy, Ps...> <= 1,
                  "globus::ClientWith<S, Policies...>: two of the policies are retry policies. Name one.");

    using type = Client<S, typename FirstOf<IsAuthorizer, NullPolicy, Ps...>::type,
                        typename FirstOf<IsTransport, CurlTransport, Ps...>::type,
                        typename FirstOf<IsRetryPolicy, DefaultRetry, Ps...>::type>;
};

}  // namespace detail

/**
 * The Client of a service with these policies, in any order. What is left out is as usual: CurlTransport, DefaultRetry,
 * and NullPolicy, which sends no credential.
 *
 *     ClientWith<TransferService, NoRetry, AccessTokenPolicy> transfer{token};
 *     static_assert(std::same_as<decltype(transfer),
 *                                Client<TransferService, AccessTokenPolicy, CurlTransport, NoRetry>>);
 *
 * Two policies of one kind, or a type that is none, do not compile, with a sentence that says so.
 */
template <class S, class... Policies>
using ClientWith = typename detail::ClientOf<S, Policies...>::type;

}  // namespace globus

#endif  // GLOBUS_CLIENT_CLIENT_WITH_HPP
