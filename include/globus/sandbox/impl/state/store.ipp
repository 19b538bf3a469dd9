// SPDX-License-Identifier: Apache-2.0
// The database of Options::state: rows of JSON, each a record.
#ifndef GLOBUS_SANDBOX_IMPL_STATE_STORE_IPP
#define GLOBUS_SANDBOX_IMPL_STATE_STORE_IPP

#include <globus/sandbox/impl/files.ipp>
#include <globus/sandbox/impl/state/codec.ipp>

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

namespace globus::sandbox::detail {

/// Where a row belongs: what there is now, what the session began with, or a snapshot.
enum class Part { now, seed, snapshot };

/**
 * The file `sandbox.db` of a directory, which no other sandbox uses meanwhile. Its only table has a row for each record:
 * its part, the name of the table or member of Data, the record's own name, a position for what is in a list, and the
 * record as JSON.
 *
 * What was committed outlives the process, whatever ends it: SQLite's log is in the system's hands by then. It is not
 * forced to the disk at each commit, so what a machine loses that loses its power are the last changes, never more.
 */
class Store {
public:
    /// @throws StateError
    explicit Store(fs::path const& directory) : file_(make_directory(directory) / "sandbox.db") {
        bool const found = fs::exists(file_);
        make_file();
        open();
        int const application = number("PRAGMA application_id");
        if (application != ours && (application != 0 || number("SELECT count(*) FROM sqlite_master") != 0))
            refuse("is not the state of a sandbox; name another directory, or move the file away");
        if (int const format = number("PRAGMA user_version"); format > newest)
            refuse("was written by a newer globus-sandbox: its format is " + std::to_string(format) +
                   ", this one knows " + std::to_string(newest));
        // With this lock, the log needs no memory that processes share.
        run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
        run("CREATE TABLE IF NOT EXISTS records (part INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, "
            "position INTEGER NOT NULL, value TEXT NOT NULL, UNIQUE (part, name, id, position))");
        run(("PRAGMA application_id=" + std::to_string(ours) + "; PRAGMA user_version=" + std::to_string(newest))
                .c_str());
        put_ = prepare(
            "INSERT INTO records VALUES (0, ?1, ?2, ?3, ?4) ON CONFLICT (part, name, id, position) DO UPDATE SET "
            "value = excluded.value WHERE value <> excluded.value");
        cut_ = prepare("DELETE FROM records WHERE part = 0 AND name = ?1 AND id = ?2");
        cut_one_ = prepare("DELETE FROM records WHERE part = 0 AND name = ?1 AND id = ?2 AND position = ?3");
        is_new_ = !found || number("SELECT count(*) FROM records") == 0;
    }
    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;

    [[nodiscard]] bool is_new() const { return is_new_; }

    /// Writes all that `changes` puts and cuts, or nothing.
    template <class F>
    void commit(F const& changes) {
        run("BEGIN IMMEDIATE");
        try {
            changes();
            run("COMMIT");
        } catch (...) {
            sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
            written_.clear();
            throw;
        }
    }

    /// Within commit(): a record of what there is now. A row that says so already is not written.
    void put(std::string_view name, std::string const& id, std::size_t position, std::string const& value) {
        step(put_, name, id, position, &value);
    }
    /// The same for one of the few that are put each time.
    void put_often(std::string_view name, std::string value) {
        auto& before = written_[std::string(name)];
        if (before == value) return;
        put(name, "", 0, value);
        before = std::move(value);
    }
    /// Within commit(): removes a record, or the whole of a list.
    void cut(std::string_view name, std::string const& id) { step(cut_, name, id, 0, nullptr); }
    /// Within commit(): removes one record of a list.
    void cut_one(std::string_view name, std::string const& id, std::size_t position) {
        step(cut_one_, name, id, position, nullptr);
    }

    /// Within commit(): makes a part of what there is now, or the reverse.
    void copy(Part from, Part to) {
        std::string const target = std::to_string(static_cast<int>(to));
        run(("DELETE FROM records WHERE part = " + target + "; INSERT INTO records SELECT " + target +
             ", name, id, position, value FROM records WHERE part = " + std::to_string(static_cast<int>(from)) +
             " ORDER BY rowid")
                .c_str());
    }

    /// Calls `each(name, id, position, value)` for the records of a part, in the order in which they came to be.
    template <class F>
    void read(Part part, F const& each) {
        Statement const rows = prepare("SELECT name, id, value, position FROM records WHERE part = ?1 ORDER BY rowid");
        sqlite3_bind_int(rows.get(), 1, static_cast<int>(part));
        while (int const code = sqlite3_step(rows.get())) {
            if (code == SQLITE_DONE) return;
            if (code != SQLITE_ROW) fail(code);
            try {
                auto const position = static_cast<std::size_t>(sqlite3_column_int64(rows.get(), 3));
                each(column(rows, 0), column(rows, 1), position, json::parse(column(rows, 2)));
            } catch (std::exception const& wrong) {
                refuse(std::string("is damaged: ") + wrong.what());
            }
        }
    }

private:
    static constexpr int ours = 0x47534258;  // "GSBX"
    static constexpr int newest = 1;         // the format of the rows

    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Close>;

    [[noreturn]] void refuse(std::string const& why) const {
        throw StateError("sandbox: " + file_.string() + " " + why);
    }
    [[noreturn]] void fail(int code) const {
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) refuse("is used by another sandbox");
        if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
            refuse("is not the state of a sandbox; name another directory, or move the file away");
        refuse(std::string("cannot be used: ") + (database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code)));
    }

    static fs::path make_directory(fs::path const& directory) {
        std::error_code error;
        if (!fs::exists(directory, error) && fs::create_directories(directory, error))
            fs::permissions(directory, fs::perms::owner_all, error);
        if (error || !fs::is_directory(directory, error))
            throw StateError("sandbox: " + directory.string() + " cannot be the directory of the state: " +
                             (error ? error.message() : "it is no directory"));
        return fs::absolute(directory);
    }
    /// SQLite would make it readable for everybody.
    void make_file() const {
        int const made = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (made < 0) refuse("cannot be written: " + std::generic_category().message(errno));
        ::close(made);
    }
    void open() {
        sqlite3* opened = nullptr;
        int const code = sqlite3_open_v2(file_.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
        database_.reset(opened);
        if (code != SQLITE_OK) fail(code);
        // A file from elsewhere may hold views and triggers, whose functions are not trusted.
        sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    }
    void run(char const* sql) const {
        if (int const code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
            fail(code);
    }
    Statement prepare(char const* sql) const {
        sqlite3_stmt* made = nullptr;
        if (int const code = sqlite3_prepare_v2(database_.get(), sql, -1, &made, nullptr); code != SQLITE_OK)
            fail(code);
        return Statement(made);
    }
    int number(char const* sql) const {
        Statement const row = prepare(sql);
        if (int const code = sqlite3_step(row.get()); code != SQLITE_ROW) fail(code);
        return sqlite3_column_int(row.get(), 0);
    }
    void step(Statement const& statement, std::string_view name, std::string const& id, std::size_t position,
              std::string const* value) const {
        auto const bind = [&](int index, std::string_view text) {
            sqlite3_bind_text64(statement.get(), index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
        };
        bind(1, name);
        bind(2, id);
        sqlite3_bind_int64(statement.get(), 3, static_cast<sqlite3_int64>(position));
        if (value != nullptr) bind(4, *value);
        int const code = sqlite3_step(statement.get());
        sqlite3_reset(statement.get());
        if (code != SQLITE_DONE) fail(code);
    }
    static std::string column(Statement const& row, int index) {
        auto const* bytes = static_cast<char const*>(sqlite3_column_blob(row.get(), index));
        return bytes == nullptr ? std::string()
                                : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row.get(), index)));
    }

    fs::path const file_;
    std::unique_ptr<sqlite3, Close> database_;
    Statement put_;
    Statement cut_;
    Statement cut_one_;
    std::map<std::string, std::string> written_;  ///< what put_often() put
    bool is_new_ = true;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_STATE_STORE_IPP
