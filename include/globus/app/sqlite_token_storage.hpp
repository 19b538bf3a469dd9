// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_SQLITE_TOKEN_STORAGE_HPP
#define GLOBUS_APP_SQLITE_TOKEN_STORAGE_HPP

#include <globus/app/token_file.hpp>
#include <globus/app/token_place.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/waiting.hpp>
#include <globus/version.hpp>

#include <sqlite3.h>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * A token storage in an SQLite database with the tables of the Python SDK: programs in both languages can share it.
 *
 *     #include <globus/app/sqlite_token_storage.hpp>   // link with -lsqlite3
 *
 *     SqliteTokenStorage storage{default_token_path(client_id, "portal", "production", ".db")};
 *
 * The file is made when something is stored, and is readable only by its owner. Each function opens the database anew,
 * so nothing is shared between threads or passed to child processes. Writers wait for one another at `<path>.lock`, and
 * for other programs by SQLite's own lock. Tables of schema version 1 and 2 are read; other tables and columns stay. An
 * empty file is a database without tokens: the Python SDK makes one when it first opens it.
 *
 * @par Errors
 * TokenStorageError; see its kinds. A file that is not a database of tokens is `corrupt` and stays as it is; see
 * move_corrupt_file.
 * @par Thread safety
 * Any function may be called from any thread and process. Copies share the file.
 */
class SqliteTokenStorage : public TokenStorageFunctions<SqliteTokenStorage> {
public:
    /// Makes the directory of `path` if it is missing.
    /// @throws UsageError  for an empty path and for ":memory:", for which there is MemoryTokenStorage
    explicit SqliteTokenStorage(std::string path, TokenFileOptions options = {})
        : place_(std::make_shared<detail::TokenPlace const>(std::move(path), std::move(options))) {
        if (place_->path() == ":memory:") throw UsageError("use MemoryTokenStorage to keep tokens in memory");
    }

    /// The path of the file, as given to the constructor.
    [[nodiscard]] std::string const& path() const { return place_->path(); }

    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const {
        if (!check_file()) return {};
        Connection const database(*this, {});
        return load(database);
    }

    /// Changes the stored tokens under the lock; see TokenStorage. @throws TokenStorageError, and what `change` throws;
    /// NetworkError when `wait` ends
    template <class F>
    void update(F const& change, LockWait const& wait = {}) const {
        detail::TokenFileLock const lock(*place_, wait);
        if (!check_file()) make_file();
        if (auto const facts = check_file(); facts && facts->mode != 0600)
            detail::check_made_private(*place_, path(), detail::make_private(path()), *facts);
        Connection database(*this, wait);
        database.run("BEGIN IMMEDIATE");
        TokenDataByResourceServer const before = load(database);
        TokenDataByResourceServer tokens = before;
        if (change(tokens)) store(database, before, tokens);
        database.wait_anew();  // these may be the only tokens that still work: better stored late than lost
        database.run("COMMIT");
    }

    /// Moves the database away if it is damaged, so that a new login can begin.
    /// @return  its new name, "<path>.corrupt-<seconds since 1970>"; empty if it is not damaged, in which case it stays
    std::string move_corrupt_file() const {
        detail::TokenFileLock const lock(*place_, {});
        try {
            (void)get_token_data_by_resource_server();
        } catch (TokenStorageError const& error) {
            if (error.kind() != Kind::corrupt) throw;
            return detail::move_token_file(path(),
                                           {"-journal", "-wal", "-shm", ""});  // a journal would change the new file
        }
        return {};
    }

    /// The names of all namespaces that have tokens, sorted.
    [[nodiscard]] std::vector<std::string> namespaces() const {
        std::vector<std::string> names;
        if (!check_file()) return names;
        Connection const database(*this, {});
        if (!has_tables(database)) return names;
        Statement rows(database, "SELECT DISTINCT namespace FROM token_storage ORDER BY namespace");
        while (rows.next()) names.push_back(rows.text(0));
        return names;
    }

private:
    using Kind = TokenStorageError::Kind;
    /// An open database; closing it undoes what was not committed. Readers open it for writing, too: they may have to
    /// undo what a process that died has begun.
    class Connection {
    public:
        Connection(SqliteTokenStorage const& storage, LockWait wait) : storage_(storage), wait_(std::move(wait)) {
            open(nullptr);
            if (can_lock()) return;
            sqlite3_close(std::exchange(database_, nullptr));
            storage_.place_->warn(detail::TokenFileDoubt::database_locks, storage_.path(),
                                  "is on a file system where databases cannot be locked: threads of this program take "
                                  "turns, but no other program may use it meanwhile");
            auto const turn = detail::turn_of(detail::real_token_path(storage_.path()));
            if (!turn->is_mine() && !turn_.emplace(turn, detail::Wait{detail::lock_of(storage_.path()),
                                                                      std::min(until_, wait_.deadline), wait_.stop}))
                detail::refuse_token_file(Kind::locked, storage_.path(), "was in use by another thread all the time");
            open("unix-none");
        }
        Connection(Connection const&) = delete;
        Connection& operator=(Connection const&) = delete;
        ~Connection() { sqlite3_close(database_); }

        void run(char const* sql) const {
            int const code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
            if ((code & 0xFF) == SQLITE_BUSY) {
                detail::Wait const call{detail::lock_of(storage_.path()), wait_.deadline, wait_.stop};
                if (call.is_over()) call.end();
            }
            if (code != SQLITE_OK) storage_.fail(code, "changed");
        }
        /// Restarts the time that it waits for other programs, which the storage limits.
        void wait_anew() {
            wait_ = {};
            until_ = storage_.place_->lock_deadline();
        }
        [[nodiscard]] sqlite3* get() const noexcept { return database_; }
        [[nodiscard]] SqliteTokenStorage const& storage() const noexcept { return storage_; }

    private:
        /// @param locking  SQLite's name for the kind of file locks; null: its own choice
        void open(char const* locking) {
            int const code = sqlite3_open_v2(
                detail::real_token_path(storage_.path()).c_str(), &database_,
                SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW,
                locking);
            if (code != SQLITE_OK) {
                sqlite3_close(database_);
                storage_.fail(code, "opened");
            }
            sqlite3_extended_result_codes(database_, 1);
            sqlite3_busy_handler(database_, &wait_a_little, this);
            // A file from elsewhere may hold views and triggers, whose functions are not trusted.
            sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
            sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
            sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
            sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
            sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, static_cast<int>(detail::TokenFile::largest));
            sqlite3_exec(database_, "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON", nullptr, nullptr, nullptr);
        }
        /// False on a file system without the locks that SQLite needs. It takes one for a moment; other problems of the
        /// database are found when it is used.
        [[nodiscard]] bool can_lock() {
            errno = 0;
            int const code = sqlite3_exec(database_, "SELECT 1 FROM sqlite_master", nullptr, nullptr, nullptr);
            bool const failed = (code & 0xFF) == SQLITE_IOERR;
            return !no_locks_ && !(failed && detail::is_unsupported(sqlite3_system_errno(database_)));
        }
        /// What SQLite does while another program has its lock; 0: it gives up.
        static int wait_a_little(void* connection, int) {
            auto& self = *static_cast<Connection*>(connection);
            self.no_locks_ = std::exchange(errno, 0) == ENOLCK;  // SQLite takes this for somebody else's lock
            if (self.no_locks_) return 0;
            auto const now = http::Clock::now();
            auto const until = std::min<http::Clock::time_point>(self.until_, self.wait_.deadline);
            auto const pause = std::chrono::milliseconds(2);
            return now < until &&
                   http::wait_until(std::min<http::Clock::time_point>(now + pause, until), self.wait_.stop);
        }

        SqliteTokenStorage const& storage_;
        LockWait wait_;
        http::Clock::time_point until_ = storage_.place_->lock_deadline();
        std::optional<detail::TurnLock> turn_;  ///< if files cannot be locked, readers take turns, too
        sqlite3* database_ = nullptr;
        bool no_locks_ = false;
    };

    /// A statement with its parameters, run row by row.
    class Statement {
    public:
        Statement(Connection const& database, char const* sql) : database_(database) {
            int const code = sqlite3_prepare_v2(database.get(), sql, -1, &statement_, nullptr);
            if (code != SQLITE_OK) database.storage().fail(code, "read");
        }
        Statement(Statement const&) = delete;
        Statement& operator=(Statement const&) = delete;
        ~Statement() { sqlite3_finalize(statement_); }

        Statement& bind(int index, std::string_view text) {
            sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
            return *this;
        }
        bool next() {
            int const code = sqlite3_step(statement_);
            if (code != SQLITE_ROW && code != SQLITE_DONE) database_.storage().fail(code, "read or changed");
            return code == SQLITE_ROW;
        }
        [[nodiscard]] std::string text(int column) const {
            auto const* bytes = sqlite3_column_text(statement_, column);
            auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
            return bytes == nullptr ? std::string() : std::string(reinterpret_cast<char const*>(bytes), size);
        }

    private:
        Connection const& database_;
        sqlite3_stmt* statement_ = nullptr;
    };

    /// The facts of the file; nothing if it does not exist. A file that is not this user's alone is refused. The file
    /// is never opened: closing any descriptor of a file releases all locks that this process has on it, including
    /// those of SQLite in another thread.
    [[nodiscard]] std::optional<detail::FileFacts> check_file() const {
        std::optional<detail::FileFacts> facts;
        for (char const* const ending : {"-journal", "-wal", "-shm", ""}) {
            std::string const name = path() + ending;
            facts = detail::facts_of_name(name);
            if (facts)
                detail::check_token_file(*place_, name, *facts);
            else if (errno != ENOENT)
                detail::fail_token_file(name, "looked at");
            else if (name == path())
                return std::nullopt;
        }
        if (facts->size == 1) corrupt("is no database");  // SQLite would take it for an empty one
        if (facts->size > std::int64_t{detail::TokenFile::largest}) corrupt("is larger than any token file");
        detail::check_token_directory(*place_);
        detail::check_token_file_mode(*place_, detail::TokenFileDoubt::file_mode, path(), *facts);
        return facts;
    }
    /// Makes an empty file, if possible without opening it; see check_file. The caller holds the lock.
    void make_file() const {
        if (detail::make_unopened(path()) || errno == EEXIST) return;
        if (!detail::is_unsupported(errno) && errno != EPERM) detail::fail_token_file(path(), "made");
        if (!detail::TokenFile::open(path(), detail::Opening::to_make)) detail::fail_token_file(path(), "made");
    }
    [[nodiscard]] static bool has_tables(Connection const& database) {
        Statement tables(database,
                         "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN "
                         "('token_storage', 'sdk_storage_adapter_internal')");
        tables.next();
        std::string const count = tables.text(0);
        if (count == "1") database.storage().corrupt("has only some of the tables of a token storage");
        return count == "2";
    }
    [[nodiscard]] TokenDataByResourceServer load(Connection const& database) const {
        TokenDataByResourceServer tokens;
        if (!has_tables(database)) return tokens;
        Statement version(database,
                          "SELECT value FROM sdk_storage_adapter_internal WHERE attribute = "
                          "'globus-sdk.database_schema_version'");
        if (!version.next()) corrupt("does not say the version of its tables");
        std::string const text = version.text(0);
        int number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        if (number > 2)
            detail::refuse_token_file(Kind::too_new, path(),
                                      "has tables of a newer version than 2; use a newer version of this library");
        if (number < 1) corrupt("has an unknown version of its tables");
        Statement rows(database, "SELECT resource_server, token_data_json FROM token_storage WHERE namespace = ?");
        rows.bind(1, place_->options().namespace_name);
        while (rows.next()) tokens.emplace(rows.text(0), read(rows.text(1)));
        return tokens;
    }
    [[nodiscard]] TokenData read(std::string text) const {
        boost::system::error_code error;
        boost::json::value const value = detail::parse_exact_json(text, error);
        detail::wipe(text);
        if (error || !value.is_object()) corrupt("has a token that is no JSON object");
        try {
            return TokenData::from_json(value.get_object());
        } catch (DecodeError const& wrong) {
            corrupt(std::string("is damaged: ") + wrong.what());
        }
    }
    void store(Connection const& database, TokenDataByResourceServer const& before,
               TokenDataByResourceServer const& tokens) const {
        if (!has_tables(database)) {
            database.run(
                "CREATE TABLE token_storage (namespace VARCHAR NOT NULL, resource_server VARCHAR NOT NULL, "
                "token_data_json VARCHAR NOT NULL, PRIMARY KEY (namespace, resource_server));"
                "CREATE TABLE sdk_storage_adapter_internal (attribute VARCHAR NOT NULL, value VARCHAR NOT NULL, "
                "PRIMARY KEY (attribute));"
                "INSERT INTO sdk_storage_adapter_internal VALUES ('globus-sdk.version', "
                "'globus-cpp-" GLOBUS_VERSION_STRING "'), ('globus-sdk.database_schema_version', '2')");
        }
        std::string const& name = place_->options().namespace_name;
        for (auto const& [server, data] : before)
            if (!tokens.contains(server))
                Statement(database, "DELETE FROM token_storage WHERE namespace = ? AND resource_server = ?")
                    .bind(1, name)
                    .bind(2, server)
                    .next();
        for (auto const& [server, data] : tokens) {
            if (auto const old = before.find(server); old != before.end() && old->second == data) continue;
            std::string text = boost::json::serialize(data.to_json());
            Statement(database,
                      "REPLACE INTO token_storage (namespace, resource_server, token_data_json) VALUES (?, ?, ?)")
                .bind(1, name)
                .bind(2, server)
                .bind(3, text)
                .next();
            detail::wipe(text);
        }
    }

    [[noreturn]] void corrupt(std::string const& why) const {
        detail::refuse_token_file(Kind::corrupt, path(),
                                  why + "; move it away, as move_corrupt_file() does, and log in again");
    }
    [[noreturn]] void fail(int code, char const* doing) const {
        std::string const why = std::string("cannot be ") + doing + ": " + sqlite3_errstr(code & 0xFF);
        switch (code & 0xFF) {
            case SQLITE_BUSY:
            case SQLITE_LOCKED:
                detail::refuse_token_file(Kind::locked, path(),
                                          why + "; end the process that holds it, or wait longer");
            case SQLITE_NOTADB:
            case SQLITE_CORRUPT:
            case SQLITE_ERROR:
            case SQLITE_TOOBIG:
            case SQLITE_AUTH:
                corrupt(why);
            default:
                detail::refuse_token_file(Kind::io, path(), why);
        }
    }

    detail::Shared<detail::TokenPlace const> place_;
};

static_assert(TokenStorage<SqliteTokenStorage>);

}  // namespace globus

#endif  // GLOBUS_APP_SQLITE_TOKEN_STORAGE_HPP
