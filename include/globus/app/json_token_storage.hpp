// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_JSON_TOKEN_STORAGE_HPP
#define GLOBUS_APP_JSON_TOKEN_STORAGE_HPP

#include <globus/app/token_file.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <string>

namespace globus {

namespace detail {
class TokenPlace;
}

/**
 * A token storage in a JSON file, in the format of the Python SDK: programs in both languages can share one file.
 *
 *     JsonTokenStorage storage{default_token_path(client_id, "nightly backup")};
 *     storage.store_token_response(tokens);
 *
 * The file is made when something is stored; it and its directory are readable only by their owner. It is replaced as a
 * whole: after a crash it is the old file or the new one. `<path>.lock` beside it is the lock between processes; it
 * stays. Format version 2.0 is written; 1.0 is read, and becomes 2.0 when it is written; what a newer version has put
 * beside the tokens stays.
 *
 * @par Errors
 * TokenStorageError; see its kinds. A damaged file is never taken for an empty one, and is not overwritten; see
 * move_corrupt_file.
 * @par Sharing with the Python SDK
 * The Python SDK does not take the lock, and writes the file in place. What it stores at the same time as a C++ program
 * may be lost, or undo what that one stored. A file that is read in the middle of such a write is read again, for 200
 * ms.
 * @par Thread safety
 * Any function may be called from any thread and process. Copies share the file.
 */
class JsonTokenStorage : public TokenStorageFunctions<JsonTokenStorage> {
public:
    /// Makes the directory of `path` if it is missing.
    /// @throws UsageError  for an empty path; TokenStorageError (io) if the directory cannot be made
    explicit JsonTokenStorage(std::string path, TokenFileOptions options = {});

    /// The path of the file, as given to the constructor.
    [[nodiscard]] std::string const& path() const;

    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const;

    /// Changes the stored tokens under the lock; see TokenStorage. @throws TokenStorageError, and what `change` throws;
    /// NetworkError when `wait` ends
    template <class F>
    void update(F const& change, LockWait const& wait = {}) const {
        update_by([&change](TokenDataByResourceServer& tokens) -> bool { return change(tokens); }, wait);
    }

    /// Moves the file away if it is damaged, so that a new login can begin.
    /// @return  its new name, "<path>.corrupt-<seconds since 1970>"; empty if it is not damaged, in which case it stays
    std::string move_corrupt_file() const;

private:
    using Kind = TokenStorageError::Kind;
    void update_by(std::function<bool(TokenDataByResourceServer&)> const& change, LockWait const& wait) const;
    /// The text of the file as JSON; nothing if there is no file. If it is not JSON but was written a moment ago, it is
    /// read again, as the Python SDK writes in place.
    [[nodiscard]] std::optional<boost::json::value> parse() const;
    /// The document in format 2.0; a missing file counts as an empty one.
    [[nodiscard]] boost::json::object load() const;
    [[nodiscard]] TokenDataByResourceServer tokens_of(boost::json::object const& document) const;
    void store(boost::json::object document, TokenDataByResourceServer const& tokens) const;
    [[noreturn]] void corrupt(std::string const& why) const;

    detail::Shared<detail::TokenPlace const> place_;
};

static_assert(TokenStorage<JsonTokenStorage>);

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/json_token_storage.ipp>
#endif

#endif  // GLOBUS_APP_JSON_TOKEN_STORAGE_HPP
