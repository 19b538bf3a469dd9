// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP
#define GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP

#include <globus/core/handle.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace globus {

/**
 * Sends an access token that something else renews: a function asks for it, or a file holds it.
 *
 *     TokenSourcePolicy sidecar = TokenSourcePolicy::file("/run/secrets/globus-token");
 *     TokenSourcePolicy vault{[&] { return vault_client.read("globus/token"); }};
 *
 * The source is asked once and its token kept until the service answers 401; then it is asked again, and the call is
 * repeated if the token is another one.
 *
 * @par Errors
 * What the function throws passes through. UsageError for a file that cannot be read, and for a token that is empty or
 * has a character that a token cannot have.
 * @par Thread safety
 * Any function may be called from any thread; the source is called by one thread at a time. Copies share the token.
 */
class TokenSourcePolicy {
public:
    using credential = BearerCredential;

    /// @throws UsageError  for a function that holds nothing
    explicit TokenSourcePolicy(std::function<Secret()> source) : state_(std::make_shared<State>(std::move(source))) {
        if (!state_->source) throw UsageError("TokenSourcePolicy: the function that is to give the token is empty");
    }

    /// The token is the text of the file at `path`, without blanks and newlines at its end.
    [[nodiscard]] static TokenSourcePolicy file(std::string path) {
        return TokenSourcePolicy([path = std::move(path)] {
            std::unique_ptr<std::FILE, int (*)(std::FILE*)> const stream(std::fopen(path.c_str(), "rbe"), &std::fclose);
            if (!stream) throw UsageError("the token file " + path + " cannot be read: " + std::strerror(errno));
            char buffer[16384];
            std::size_t const size = std::fread(buffer, 1, sizeof buffer, stream.get());
            std::string text(buffer, size);
            while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.pop_back();
            return Secret(std::move(text));
        });
    }

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const&) const {
        std::lock_guard const lock(state_->mutex);
        if (state_->token.empty()) ask();
        return {Secret("Bearer " + state_->token.reveal()), state_->generation};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const&, AuthContext const&) const {
        std::lock_guard const lock(state_->mutex);
        if (refused.generation != state_->generation) return true;  // another thread has asked since
        Secret const old = state_->token;
        ask();
        return !(old == state_->token);
    }

private:
    struct State {
        explicit State(std::function<Secret()> s) : source(std::move(s)) {}
        std::mutex mutex;
        std::function<Secret()> source;
        Secret token;
        std::uint64_t generation = 0;
    };

    void ask() const {
        Secret token = state_->source();
        detail::check_token("the access token of the token source", token.reveal());
        if (!(token == state_->token)) ++state_->generation;
        state_->token = std::move(token);
    }

    detail::Shared<State> state_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP
