// SPDX-License-Identifier: Apache-2.0
// The words of the entries of an index, in a full-text table of SQLite. [doc] sqlite.org/fts5.html
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_WORDS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_WORDS_IPP

#include <globus/sandbox/impl/services/plain.ipp>

#include <sqlite3.h>

#include <memory>

namespace globus::sandbox::detail {

/// Finds entries by words. It lives as long as a query: what it has is what the caller may see, so that nothing else
/// can be found, and nothing has to be kept in step.
class SearchWords {
public:
    SearchWords() {
        sqlite3* opened = nullptr;
        int const code = sqlite3_open_v2(":memory:", &opened,
                                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
        database_.reset(opened);
        if (code != SQLITE_OK) fail();
        // [guess] a word is what a common analyzer takes as one: letters and digits of any language, and `_`
        run("CREATE VIRTUAL TABLE words USING fts5(text, entry UNINDEXED, field UNINDEXED, "
            "tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\")");
        run("BEGIN");
        insert_ = prepare("INSERT INTO words VALUES (?, ?, ?)");
    }

    /// Adds a text of an entry: what is at a field of its content, or with the field "" its subject.
    void add(std::string const& text, std::size_t entry, std::string const& field) {
        bind(insert_.get(), 1, text);
        sqlite3_bind_int64(insert_.get(), 2, static_cast<sqlite3_int64>(entry));
        bind(insert_.get(), 3, field);
        if (sqlite3_step(insert_.get()) != SQLITE_DONE) fail();
        sqlite3_reset(insert_.get());
    }

    /// The entries in which a phrase is, and how well it fits: the greater the better. At a field and below it, or
    /// anywhere.
    [[nodiscard]] std::map<std::size_t, double> find(std::string const& phrase, bool prefix,
                                                     std::optional<std::string> const& field) const {
        std::string text = "\"";
        for (char const c : phrase) text += c == '"' || c == '\0' ? ' ' : c;
        text += prefix ? "\" *" : "\"";
        Statement const query = prepare(
            "SELECT entry, rank FROM words WHERE words MATCH ?1 AND (?2 IS NULL OR field = ?2 OR "
            "substr(field, 1, length(?2) + 1) = ?2 || '.')");
        bind(query.get(), 1, text);
        if (field) bind(query.get(), 2, *field);
        std::map<std::size_t, double> out;
        while (true) {
            int const code = sqlite3_step(query.get());
            if (code == SQLITE_DONE) return out;
            if (code != SQLITE_ROW) fail();
            out[static_cast<std::size_t>(sqlite3_column_int64(query.get(), 0))] -=
                sqlite3_column_double(query.get(), 1);
        }
    }

private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Close>;

    [[noreturn]] void fail() const {
        throw SandboxError(std::string("sandbox: search by words failed: ") + sqlite3_errmsg(database_.get()));
    }
    void run(char const* text) const {
        if (sqlite3_exec(database_.get(), text, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
    }
    Statement prepare(char const* text) const {
        sqlite3_stmt* made = nullptr;
        if (sqlite3_prepare_v2(database_.get(), text, -1, &made, nullptr) != SQLITE_OK) fail();
        return Statement(made);
    }
    void bind(sqlite3_stmt* statement, int place, std::string const& text) const {
        if (sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT) !=
            SQLITE_OK)
            fail();
    }

    std::unique_ptr<sqlite3, Close> database_;
    Statement insert_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_WORDS_IPP
