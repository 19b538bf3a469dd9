// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_TOKEN_STORAGE_HPP
#define GLOBUS_APP_TOKEN_STORAGE_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>
#include <globus/http/clock.hpp>
#include <globus/oauth/token.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/**
 * Stored tokens cannot be read or written; what is stored is as it was.
 *
 * `what()` names the file and says what to do, and contains nothing of what is stored.
 */
class GLOBUS_VISIBLE TokenStorageError : public Error {
public:
    /// What is wrong with the storage.
    enum class Kind : unsigned char {
        corrupt,   ///< the content is not what a storage writes
        too_new,   ///< a newer version of the format, which must not be touched
        insecure,  ///< a symbolic or hard link, not a regular file, another owner, or others may read it
        locked,    ///< somebody else held the lock for the whole waiting time
        io         ///< the system refused: disk full, no permission, ...
    };

    /// @param what  how the sentence "the token storage <path> ..." goes on; nothing of what is stored
    TokenStorageError(Kind kind, std::string path, std::string const& what)
        : Error("the token storage " + path + ' ' + what), kind_(kind), path_(std::move(path)) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    /// The file or directory that it is about.
    [[nodiscard]] std::string const& path() const noexcept { return path_; }

private:
    Kind kind_;
    std::string path_;
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(TokenStorageError::Kind kind) noexcept {
    switch (kind) {
        case TokenStorageError::Kind::corrupt:
            return "corrupt";
        case TokenStorageError::Kind::too_new:
            return "too_new";
        case TokenStorageError::Kind::insecure:
            return "insecure";
        case TokenStorageError::Kind::locked:
            return "locked";
        case TokenStorageError::Kind::io:
            return "io";
    }
    return "unknown";
}

/// Stored tokens, or tokens to be stored, are not what the app needs: a login helps.
class GLOBUS_VISIBLE TokenValidationError : public Error {
public:
    /// What the app lacks.
    enum class Kind : unsigned char {
        missing_token,          ///< there is none for the resource server
        missing_refresh_token,  ///< the login did not ask for one
        expired,                ///< or refused, and nothing renews it
        unmet_scopes,           ///< it lacks a scope, or the user has not consented to a dependency
        missing_identity,       ///< the login did not ask for the scope openid, so the user is not known
        identity_mismatch,      ///< somebody else logged in
    };

    /// For a program's own validators.
    TokenValidationError(Kind kind, std::string const& what) : Error(what), kind_(kind) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(TokenValidationError::Kind kind) noexcept {
    switch (kind) {
        case TokenValidationError::Kind::missing_token:
            return "missing_token";
        case TokenValidationError::Kind::missing_refresh_token:
            return "missing_refresh_token";
        case TokenValidationError::Kind::expired:
            return "expired";
        case TokenValidationError::Kind::unmet_scopes:
            return "unmet_scopes";
        case TokenValidationError::Kind::missing_identity:
            return "missing_identity";
        case TokenValidationError::Kind::identity_mismatch:
            return "identity_mismatch";
    }
    return "unknown";
}

/// How long an `update` waits for the lock of its storage, unless the storage's own limit ends it before.
struct LockWait {
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< in the past: the lock is tried once
    std::stop_token stop = {};                                          ///< to end it at once
};

/// The tokens for one resource server as a storage keeps them, with the identity that they act for.
struct TokenData {
    std::string resource_server = {};     ///< the service that takes the token: "transfer.api.globus.org"
    std::string identity_id = {};         ///< of the user who logged in; empty: not known
    std::string scope = {};               ///< the scopes granted, separated by blanks
    Secret access_token = {};             ///< what authorises requests
    Secret refresh_token = {};            ///< empty: none
    std::int64_t expires_at_seconds = 0;  ///< since 1970
    std::string token_type = {};          ///< "Bearer"; empty: not known
    AdditionalFields extra = {};          ///< what a newer version has put beside them

    /// What to store of a token; it counts as expired if its answer did not say when it expires.
    [[nodiscard]] static TokenData from(Token const& token, std::string identity_id = {});
    /// The token for a policy. Its original lifetime is not stored, so it is renewed 60 s before it expires.
    [[nodiscard]] Token token() const;

    /// Reads it from its JSON object; unknown members go to `extra`.
    /// @throws DecodeError  which names the member that is missing or of another type
    [[nodiscard]] static TokenData from_json(boost::json::object const& object);
    /// Its JSON object, including secrets: it goes into a storage and nowhere else.
    /// @throws UsageError  for a token with a character that no token has
    [[nodiscard]] boost::json::object to_json() const;

    friend bool operator==(TokenData const&, TokenData const&) = default;
};

/// Tokens by resource server: "transfer.api.globus.org", or a collection's id.
using TokenDataByResourceServer = std::map<std::string, TokenData>;

/**
 * Where an app keeps its tokens: all of one namespace can be read, and changed under a lock.
 *
 *     storage.update([](TokenDataByResourceServer& tokens) { return tokens.erase("search.api.globus.org") != 0; });
 *
 * `update(f)` holds the storage's lock, over all threads and processes that share it, while `f` runs on what is stored
 * now; if `f` returns true the result is stored durably before the lock is released. If it throws, nothing is stored.
 * `f` may read the storage; changing it from within `f` is a UsageError.
 * A storage may also have `update(f, LockWait)`, which throws NetworkError (timeout, cancelled) when that wait ends; a
 * renewal of tokens uses that if it exists, so that waiting for the lock ends with the call.
 *
 * Models: MemoryTokenStorage, JsonTokenStorage, SqliteTokenStorage. A storage is a cheap handle: copies share what is
 * stored. An error that names this concept means that a type lacks one of the two.
 */
template <class S>
concept TokenStorage = std::copy_constructible<S> &&
                       requires(S const& storage, std::function<bool(TokenDataByResourceServer&)> const& change) {
                           { storage.get_token_data_by_resource_server() } -> std::same_as<TokenDataByResourceServer>;
                           storage.update(change);
                       };

/// The functions of a token storage that follow from its two basic ones, named as in the reference.
template <class Storage>
class TokenStorageFunctions {
public:
    /// The tokens for a resource server, if there are any.
    [[nodiscard]] std::optional<TokenData> get_token_data(std::string_view resource_server) const {
        TokenDataByResourceServer tokens = self().get_token_data_by_resource_server();
        auto const found = tokens.find(std::string(resource_server));
        if (found == tokens.end()) return std::nullopt;
        return std::move(found->second);
    }
    /// Stores tokens, each replacing what was stored for its resource server; the others stay.
    void store_token_data_by_resource_server(TokenDataByResourceServer const& tokens) const {
        if (tokens.empty()) return;
        self().update([&](TokenDataByResourceServer& stored) {
            for (auto const& [server, data] : tokens) stored.insert_or_assign(server, data);
            return true;
        });
    }
    /**
     * Stores all tokens of an answer.
     *
     * @param identity_id  who logged in: the `sub` of the answer's verified id_token (IdTokenVerifier)
     */
    void store_token_response(TokenResponse const& answer, std::string const& identity_id = {}) const {
        TokenDataByResourceServer tokens;
        for (auto const& [server, token] : answer.by_resource_server())
            tokens.emplace(server, TokenData::from(token, identity_id));
        self().store_token_data_by_resource_server(tokens);
    }
    /// Forgets the tokens for a resource server; false if there were none. It does not revoke them.
    bool remove_token_data(std::string_view resource_server) const {
        bool found = false;
        self().update([&](TokenDataByResourceServer& stored) {
            found = stored.erase(std::string(resource_server)) != 0;
            return found;
        });
        return found;
    }

private:
    [[nodiscard]] Storage const& self() const { return static_cast<Storage const&>(*this); }
};

namespace detail {

class Turn;

/// The turns of the threads that change a storage.
std::shared_ptr<Turn> make_storage_turn();

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/token_storage.ipp>
#endif

#endif  // GLOBUS_APP_TOKEN_STORAGE_HPP
