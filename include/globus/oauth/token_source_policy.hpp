// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP
#define GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP

#include <globus/core/handle.hpp>
#include <globus/http/errors.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>

#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
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
 * has a character that a token cannot have. NetworkError if the call has to end while another thread asks; the source
 * itself is not interrupted. UsageError if the source needs the token that it is to give.
 * @par Thread safety
 * Any function may be called from any thread; the source is called by one thread at a time, without a lock. Copies share
 * the token.
 */
class TokenSourcePolicy {
public:
    using credential = BearerCredential;

    /// @throws UsageError  for a function that holds nothing
    explicit TokenSourcePolicy(std::function<Secret()> source) : state_(std::in_place, std::move(source)) {
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
    [[nodiscard]] Authorization authorize(T const&, AuthContext const& context) const {
        std::unique_lock lock(state_->mutex);
        if (state_->token.empty()) ask(lock, context);
        return {Secret("Bearer " + state_->token.reveal()), state_->generation};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const&, AuthContext const& context) const {
        std::unique_lock lock(state_->mutex);
        if (refused.generation == state_->generation) ask(lock, context);  // else another thread has asked since
        return refused.generation != state_->generation;
    }

private:
    struct State {
        explicit State(std::function<Secret()> s) : source(std::move(s)) {}
        std::function<Secret()> const source;
        std::mutex mutex;
        std::condition_variable_any changed;
        Secret token;
        std::uint64_t generation = 0;
        std::uint64_t answers = 0;  ///< of the source, the same token or another
        std::thread::id asking;     ///< nobody, or the thread that the source answers
    };
    /// Of the thread that asks: it gives the lock away, and takes it again.
    class Turn {
    public:
        Turn(State& state, std::unique_lock<std::mutex>& lock) : state_(state), lock_(lock) {
            state_.asking = std::this_thread::get_id();
            lock_.unlock();
        }
        Turn(Turn const&) = delete;
        Turn& operator=(Turn const&) = delete;
        ~Turn() {
            if (!lock_.owns_lock()) lock_.lock();
            state_.asking = std::thread::id();
            state_.changed.notify_all();
        }

    private:
        State& state_;
        std::unique_lock<std::mutex>& lock_;
    };

    /// Asks the source, without the lock; or waits for the thread that does, as long as the call may last.
    void ask(std::unique_lock<std::mutex>& lock, AuthContext const& context) const {
        State& state = *state_;
        if (state.asking == std::this_thread::get_id())
            throw UsageError("the token source makes a call that needs the token which it is to give");
        std::uint64_t const before = state.answers;
        auto const ready = [&] { return state.asking == std::thread::id() || state.answers != before; };
        if (!state.changed.wait_until(lock, context.stop, context.deadline, ready)) {
            bool const cancelled = context.stop.stop_requested();
            throw NetworkError(
                cancelled ? NetworkError::Kind::cancelled : NetworkError::Kind::timeout, NetworkError::Sent::no,
                cancelled ? "the call was cancelled" : "the deadline passed while another call asked the token source");
        }
        if (state.answers != before) return;
        Turn const turn(state, lock);
        Secret token = state.source();
        detail::check_token("the access token of the token source", token.reveal());
        lock.lock();
        if (!(token == state.token)) ++state.generation;
        state.token = std::move(token);
        ++state.answers;
    }

    detail::SharedByThreads<State> state_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP
