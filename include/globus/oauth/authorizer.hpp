// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_AUTHORIZER_HPP
#define GLOBUS_OAUTH_AUTHORIZER_HPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/log.hpp>
#include <globus/http/message.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
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

/// `P` gives its credential without blocking: it calls `done` once, on any thread, with the credential or an error.
template <class P, class T>
concept AuthorizesAsynchronously = requires(P const& policy, T const& transport, AuthContext const& context,
                                            std::function<void(std::exception_ptr, Authorization)> const& done) {
    policy.async_authorize(transport, context, done);
};

/// `P` says after a 401 whether one more attempt makes sense, without blocking: it calls `done` once, on any thread.
template <class P, class T>
concept AnswersUnauthorizedAsynchronously =
    requires(P const& policy, Authorization const& refused, T const& transport, AuthContext const& context,
             std::function<void(std::exception_ptr, bool)> const& done) {
        policy.async_unauthorized(refused, transport, context, done);
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
 * library, unless it has asynchronous namesakes of its functions, which return at once, and have the answer passed to
 * `done` later:
 *
 *     template <class T>
 *     void async_authorize(T const&, AuthContext const&, auto done) const {
 *         vault->async_read("globus", [done](std::exception_ptr error, std::string const& token) {
 *             done(error, Authorization{Secret("Bearer " + token)});
 *         });
 *     }
 *     template <class T>
 *     void async_unauthorized(Authorization const& refused, T const&, AuthContext const&, auto done) const {
 *         vault->async_renew("globus", [done](std::exception_ptr error) { done(error, error == nullptr); });
 *     }
 *
 * They are called on the executor of `T`, an AsioTransport, by which they may send. Transport and context stay until
 * `done` is called; `done` may be called on any thread, within the function, too. One that is destroyed uncalled is an
 * error of the call. A call that ends before does not wait for it.
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
