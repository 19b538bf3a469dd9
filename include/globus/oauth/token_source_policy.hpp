// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP
#define GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP

#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/authorizer.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace globus {

/**
 * A policy that sends an access token that something else renews: a function gets it, or a file holds it.
 *
 *     TokenSourcePolicy sidecar = TokenSourcePolicy::file("/run/secrets/globus-token");
 *     TokenSourcePolicy vault{[&] { return vault_client.read("globus/token"); }};
 *
 * The source is asked once, and its token is kept until the service answers 401; then the source is asked again, and
 * the call is repeated if the token has changed.
 *
 * @par Errors
 * What the function throws passes through. UsageError for a file that cannot be read, and for a token that is empty or
 * has a character that a token cannot have. NetworkError if the call has to end while another thread asks; the source
 * itself is not interrupted. UsageError if the source needs the token that it is to give, directly or through waiting
 * threads.
 * @par Thread safety
 * Any function may be called from any thread; the source is called by one thread at a time, without a lock. Copies
 * share the token.
 */
class TokenSourcePolicy {
public:
    using credential = BearerCredential;

    /// @param resource_server  the resource server that the tokens are for; a client of another one gets none. Empty:
    ///                         not known
    /// @throws UsageError  for an empty function
    explicit TokenSourcePolicy(std::function<Secret()> source, std::string resource_server = {});

    /// The token is the text of the file at `path`, without trailing blanks and newlines. It must be a regular file:
    /// for a pipe or device the calls fail, as they do for a file of more than 16 KiB.
    [[nodiscard]] static TokenSourcePolicy file(std::string path, std::string resource_server = {});

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const& context) const {
        State& state = *state_;
        detail::check_audience(state.resource_server, context);
        std::unique_lock lock(state.mutex);
        if (state.token.empty()) ask(state, lock, context);
        return {Secret("Bearer " + state.token.reveal()), state.generation};
    }
    /// The token, if there is one; the source is not asked.
    [[nodiscard]] std::optional<Authorization> authorize_at_once(AuthContext const& context) const {
        State& state = *state_;
        detail::check_audience(state.resource_server, context);
        std::lock_guard const lock(state.mutex);
        if (state.token.empty()) return std::nullopt;
        return Authorization{Secret("Bearer " + state.token.reveal()), state.generation};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const&, AuthContext const& context) const {
        State& state = *state_;
        std::unique_lock lock(state.mutex);
        if (refused.generation == state.generation) ask(state, lock, context);  // else another thread has asked since
        return refused.generation != state.generation;
    }

private:
    struct State {
        State(std::function<Secret()> s, std::string server)
            : source(std::move(s)), resource_server(std::move(server)) {}
        std::function<Secret()> const source;
        std::string const resource_server;
        std::mutex mutex;
        Secret token;
        std::uint64_t generation = 0;
        std::uint64_t answers = 0;  ///< of the source, with the same token or another
        detail::SingleFlight asking;
    };

    /// Asks the source, without the lock; or waits for the thread that does, as long as the call may last.
    static void ask(State& state, std::unique_lock<std::mutex>& lock, AuthContext const& context);

    detail::ProcessBound<State> state_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/token_source_policy.ipp>
#endif

#endif  // GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP
