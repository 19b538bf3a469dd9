// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_AUTHORIZER_HPP
#define GLOBUS_OAUTH_AUTHORIZER_HPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/log.hpp>
#include <globus/http/message.hpp>

#include <concepts>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

namespace globus {

/// What goes into the Authorization header of one request, and which of a policy's credentials it is.
struct Authorization {
    Secret header = {};            ///< empty: no header
    std::uint64_t generation = 0;  ///< it grows with every renewal
};

/// What a policy needs to know about the call that it authorizes.
struct AuthContext {
    std::string_view auth_url;                                          ///< base URL of Globus Auth, for token requests
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< of the whole call
    std::stop_token stop = {};                                          ///< to cancel it
    /// The resource server that gets the credential: "transfer.api.globus.org". A token for another one must not be
    /// given. Empty: it is not known.
    std::string_view resource_server = {};
    LogHook const* log = nullptr;  ///< the client's hook, which is told about a policy's requests, too; null: none
};

namespace detail {

/// Refuses to give a token for `resource_server` to a client of another one. It passes if either is not known.
/// @throws UsageError
void check_audience(std::string_view resource_server, AuthContext const& context);

}  // namespace detail

// A policy names the kind of its credential by its member type `credential`: one of these, or the BasicCredential of
// client_kinds.hpp.

/// No credential.
struct NoCredential {};
/// An access token (RFC 6750).
struct BearerCredential {};
/// A credential whose kind is known when the program runs: see AnyPolicy.
struct AnyCredential {};

/// `P` gives the value of the Authorization header, and fetches it over `T` if it must.
template <class P, class T>
concept GivesAuthorization = requires(P const& policy, T const& transport, AuthContext const& context) {
    { policy.authorize(transport, context) } -> std::same_as<Authorization>;
};

/// `P` says after a 401 whether one more attempt makes sense; it may renew its credential for that.
template <class P, class T>
concept AnswersUnauthorized =
    requires(P const& policy, Authorization const& refused, T const& transport, AuthContext const& context) {
        { policy.unauthorized(refused, transport, context) } -> std::same_as<bool>;
    };

/// `P` names the kind of its credential.
template <class P>
concept NamesCredential = requires { typename P::credential; };

/**
 * How a Client proves who is asking.
 *
 * A Client calls `authorize` before each attempt, and `unauthorized` after the first 401 of a call; it sends the
 * request once more if that returns true. A policy is a cheap handle: copies share one token and one renewal. Its
 * functions are const and may be called from many threads.
 *
 * For calls that do not block, a policy may do more. One that never waits says `static constexpr bool never_blocks =
 * true`. One that waits only to renew its credential has `std::optional<Authorization> authorize_at_once(context)`: the
 * credential that `authorize` would give, or nothing if that would wait. Any other policy is asked on a thread of the
 * library.
 *
 * Models: NullPolicy, BasicPolicy, AccessTokenPolicy, RefreshPolicy, ClientCredentialsPolicy, TokenSourcePolicy,
 * AppPolicy, and AnyPolicy.
 *
 * An error that names this concept means that the second argument of `Client` is not such a policy; the line after it
 * names the member that is missing.
 */
template <class P, class T>
concept Authorizer =
    std::copy_constructible<P> && NamesCredential<P> && GivesAuthorization<P, T> && AnswersUnauthorized<P, T>;

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/authorizer.ipp>
#endif

#endif  // GLOBUS_OAUTH_AUTHORIZER_HPP
