// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_VALIDATING_TOKEN_STORAGE_HPP
#define GLOBUS_APP_VALIDATING_TOKEN_STORAGE_HPP

#include <globus/app/consents.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/handle.hpp>
#include <globus/oauth/scope.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// The scopes that an app needs, by resource server.
using ScopeRequirements = std::map<std::string, std::vector<Scope>>;

/// A rule for tokens, which throws TokenValidationError. Either function may be empty.
struct TokenValidator {
    /// Called before tokens are stored; `identity_id` is that of the tokens already stored, empty if it is not known.
    std::function<void(TokenDataByResourceServer const&, std::string const& identity_id)> before_store = {};
    /// Called after tokens were read for a call: a request that it makes ends when that call has to.
    std::function<void(TokenDataByResourceServer const&, std::string const& identity_id, CallOptions const& call)>
        after_retrieve = {};
};

/// Tokens that are read must have a refresh token.
[[nodiscard]] TokenValidator has_refresh_tokens();

/// Tokens that are read must not have expired. @param now  seconds since 1970; empty: the system's clock
[[nodiscard]] TokenValidator not_expired(std::function<std::int64_t()> now = {});

/// Tokens that are stored must say whose they are, and it must always be the same user.
[[nodiscard]] TokenValidator unchanging_identity();

/**
 * Tokens must have the required scopes when they are stored and when they are read; tokens that are read must have the
 * user's consent to dependencies, too.
 *
 * @param requirements  asked at each check; resource servers that it does not list are not checked
 * @param consents      gives the consents of an identity, within the time of a call. It is called when there are
 *                      dependencies, and again when its last result does not meet them; empty, or an unknown identity:
 *                      dependencies are not checked.
 */
[[nodiscard]] TokenValidator has_scopes(
    std::function<ScopeRequirements()> requirements,
    std::function<ConsentForest(std::string const&, CallOptions const&)> consents = {});

/**
 * A storage that gives and takes only tokens that pass its validators, which run in order.
 *
 *     ValidatingTokenStorage storage{JsonTokenStorage{path}, {not_expired(), unchanging_identity()}};
 *     storage.get_token_data("transfer.api.globus.org");   // throws TokenValidationError: nobody has logged in
 *
 * It remembers whose tokens are stored.
 *
 * @par Errors
 * TokenValidationError, anything else that a validator throws, and what the storage inside throws.
 * @par Thread safety
 * Any function may be called from any thread. Copies share everything.
 */
template <TokenStorage S>
class ValidatingTokenStorage {
public:
    /// @throws UsageError  if the stored tokens belong to several users
    ValidatingTokenStorage(S storage, std::vector<TokenValidator> validators)
        : state_(std::in_place, std::move(storage), std::move(validators)) {
        state_->identity_id = identity_of(state_->storage.get_token_data_by_resource_server());
    }

    /// The storage inside, which does not validate.
    [[nodiscard]] S const& storage() const { return state_->storage; }
    /// Whose tokens they are; empty if it is not known.
    [[nodiscard]] std::string identity_id() const {
        std::lock_guard const lock(state_->mutex);
        return state_->identity_id;
    }

    /// The tokens for a resource server. @throws TokenValidationError  also if there are none
    /// @param call  the call that needs them; a request for consents ends when it has to
    [[nodiscard]] TokenData get_token_data(std::string_view resource_server, CallOptions const& call = {}) const {
        TokenDataByResourceServer tokens = state_->storage.get_token_data_by_resource_server();
        auto const found = tokens.find(std::string(resource_server));
        if (found == tokens.end())
            throw TokenValidationError(TokenValidationError::Kind::missing_token,
                                       "there is no token for " + std::string(resource_server));
        TokenDataByResourceServer const one{{found->first, found->second}};
        validate_read(one, call);
        return std::move(found->second);
    }
    /// All tokens that are stored. @throws TokenValidationError  if any of them is not valid
    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server(CallOptions const& call = {}) const {
        TokenDataByResourceServer tokens = state_->storage.get_token_data_by_resource_server();
        validate_read(tokens, call);
        return tokens;
    }

    /// Stores tokens, if all of them are valid.
    /// @throws UsageError  also if they belong to several users
    void store_token_data_by_resource_server(TokenDataByResourceServer const& tokens) const {
        if (tokens.empty()) return;
        std::string const identity = identity_of(tokens);
        // Validators are called without the storage's lock, and again if another program has changed the user since.
        for (int tries = 0; tries != 100; ++tries) {
            std::string const known = known_identity(state_->storage.get_token_data_by_resource_server());
            for (TokenValidator const& validator : state_->validators)
                if (validator.before_store) validator.before_store(tokens, known);
            bool same = false;
            state_->storage.update([&](TokenDataByResourceServer& stored) {
                same = known_identity(stored) == known;
                if (!same) return false;
                for (auto const& [server, data] : tokens) stored.insert_or_assign(server, data);
                return true;
            });
            if (!same) continue;
            std::lock_guard const lock(state_->mutex);
            if (!identity.empty()) state_->identity_id = identity;
            return;
        }
        throw TokenValidationError(TokenValidationError::Kind::identity_mismatch,
                                   "whose tokens are stored changes all the time");
    }
    /// Forgets the tokens for a resource server, valid or not; false if there were none.
    bool remove_token_data(std::string_view resource_server) const {
        bool found = false;
        state_->storage.update([&](TokenDataByResourceServer& stored) {
            found = stored.erase(std::string(resource_server)) != 0;
            return found;
        });
        return found;
    }
    /// Forgets all tokens, and whose they were.
    void clear() const {
        state_->storage.update([](TokenDataByResourceServer& stored) {
            stored.clear();
            return true;
        });
        forget_identity();
    }
    /// Forgets whose the tokens were: from now on only the stored tokens say so.
    void forget_identity() const {
        std::lock_guard const lock(state_->mutex);
        state_->identity_id.clear();
    }

private:
    struct State {
        State(S s, std::vector<TokenValidator> v) : storage(std::move(s)), validators(std::move(v)) {}
        S const storage;
        std::vector<TokenValidator> const validators;
        std::mutex mutex;
        std::string identity_id;
    };

    static std::string identity_of(TokenDataByResourceServer const& tokens) {
        std::string identity;
        for (auto const& [server, data] : tokens) {
            if (data.identity_id.empty()) continue;
            if (!identity.empty() && identity != data.identity_id)
                throw UsageError("the tokens are of several users; keep those of each in a namespace of its own");
            identity = data.identity_id;
        }
        return identity;
    }
    /// Whose the stored tokens are. Another program may have logged somebody in since the last look; only tokens that
    /// do not say so themselves count as those of the known identity.
    [[nodiscard]] std::string known_identity(TokenDataByResourceServer const& stored) const {
        std::string identity = identity_of(stored);
        return identity.empty() ? identity_id() : identity;
    }
    void validate_read(TokenDataByResourceServer const& tokens, CallOptions const& call) const {
        std::string const known = known_identity(tokens);
        for (TokenValidator const& validator : state_->validators)
            if (validator.after_retrieve) validator.after_retrieve(tokens, known, call);
    }

    detail::ProcessBound<State> state_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/validating_token_storage.ipp>
#endif

#endif  // GLOBUS_APP_VALIDATING_TOKEN_STORAGE_HPP
