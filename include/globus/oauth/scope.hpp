// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_SCOPE_HPP
#define GLOBUS_OAUTH_SCOPE_HPP

#include <globus/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// A scope text that cannot be read; `what()` says where it goes wrong.
class GLOBUS_VISIBLE ScopeError : public UsageError {
public:
    using UsageError::UsageError;
};

/**
 * A scope: what a token may be used for, and which scopes it needs in turn.
 *
 *     Scope transfer{TransferScopes::all};
 *     transfer = transfer.with_dependency(Scope{GcsCollectionScopes{id}.data_access()}.with_optional());
 *     transfer.text()   // urn:...:all[*https://auth.globus.org/scopes/<id>/data_access]
 *
 * In text a `*` before a scope marks it optional (asked for when needed), and `[...]` behind it lists the scopes that it
 * depends on. Scopes convert to text, so that they go wherever operations and policies take texts.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * RFC 6749, section 3.3; https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
 */
class Scope {
public:
    /// A scope by its own text, without marks and dependencies.
    /// @throws ScopeError  for a character that no scope may have, and for one of `[`, `]`, `*` and blank: see parse
    explicit Scope(std::string scope_string) : scope_string_(std::move(scope_string)) { check(scope_string_); }
    explicit Scope(std::string_view scope_string) : Scope(std::string(scope_string)) {}
    explicit Scope(char const* scope_string) : Scope(std::string(scope_string)) {}

    /**
     * Reads scopes from their text. Scopes of one name are one: each has all dependencies that any of them has, and a
     * dependency that is needed swallows the same one marked optional. The result is sorted by text.
     *
     * @throws ScopeError  for unbalanced brackets, misplaced marks, cycles, more than 64 levels, more than 10,000
     *                     scopes in all, or more than 512 KiB: of `text`, and of what comes out where each scope has all
     *                     of its dependencies
     */
    [[nodiscard]] static std::vector<Scope> parse(std::string_view text);
    /// As parse, of exactly one scope.
    [[nodiscard]] static Scope parse_one(std::string_view text) {
        std::vector<Scope> scopes = parse(text);
        if (scopes.size() != 1)
            throw ScopeError("the text has " + std::to_string(scopes.size()) + " scopes where one is wanted");
        return std::move(scopes.front());
    }
    /// The texts of scopes, separated by blanks.
    [[nodiscard]] static std::string join(std::vector<Scope> const& scopes) {
        std::string out;
        for (Scope const& scope : scopes) {
            if (!out.empty()) out += ' ';
            scope.append_to(out);
        }
        return out;
    }
    /// All scopes of both, as one text with both would be read.
    [[nodiscard]] static std::vector<Scope> merge(std::vector<Scope> const& a, std::vector<Scope> const& b) {
        return parse(join(a) + ' ' + join(b));
    }

    /// Its own text, without mark and dependencies.
    [[nodiscard]] std::string const& scope_string() const noexcept { return scope_string_; }
    /// True if it has the mark `*`.
    [[nodiscard]] bool optional() const noexcept { return optional_; }
    /// What it needs in turn: sorted by text where it was parsed, else as with_dependency was called.
    [[nodiscard]] std::vector<Scope> const& dependencies() const noexcept { return dependencies_; }

    /// The same scope with one more dependency.
    [[nodiscard]] Scope with_dependency(Scope dependency) const {
        Scope copy = *this;
        copy.dependencies_.push_back(std::move(dependency));
        return copy;
    }
    /// The same scope, marked optional or not.
    [[nodiscard]] Scope with_optional(bool optional = true) const {
        Scope copy = *this;
        copy.optional_ = optional;
        return copy;
    }

    /// True if who has this scope has `other` too: the same, needed where `other` is needed, with all its dependencies.
    [[nodiscard]] bool contains(Scope const& other) const {
        if (scope_string_ != other.scope_string_ || (optional_ && !other.optional_)) return false;
        return std::all_of(other.dependencies_.begin(), other.dependencies_.end(), [&](Scope const& wanted) {
            return std::any_of(dependencies_.begin(), dependencies_.end(),
                               [&](Scope const& own) { return own.contains(wanted); });
        });
    }

    /// All of it, as Globus Auth writes scopes: `*own[first second]`.
    [[nodiscard]] std::string text() const {
        std::string out;
        append_to(out);
        return out;
    }
    /// As text().
    operator std::string() const { return text(); }

    friend bool operator==(Scope const& a, Scope const& b) {
        return a.optional_ == b.optional_ && a.scope_string_ == b.scope_string_ && a.dependencies_ == b.dependencies_;
    }

private:
    static constexpr std::size_t deepest = 64;
    static constexpr std::size_t most = 10000;
    static constexpr std::size_t longest = std::size_t{512} << 10;

    class Graph;

    /// RFC 6749, section 3.3: printable ASCII without blank, '"' and '\'.
    static void check(std::string_view text) {
        for (char const c : text) {
            auto const byte = static_cast<unsigned char>(c);
            if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '\\' || c == '[' || c == ']' || c == '*')
                throw ScopeError(
                    "a scope has a character that it may not have; for several scopes, marks and "
                    "dependencies use Scope::parse");
        }
    }
    void append_to(std::string& out) const {
        if (optional_) out += '*';
        out += scope_string_;
        if (dependencies_.empty()) return;
        char separator = '[';
        for (Scope const& dependency : dependencies_) {
            out += std::exchange(separator, ' ');
            dependency.append_to(out);
        }
        out += ']';
    }

    std::string scope_string_;
    bool optional_ = false;
    std::vector<Scope> dependencies_;
};

/// What a text says, by the names of scopes: which ones stand at the top, and what each depends on.
class Scope::Graph {
public:
    explicit Graph(std::string_view text) {
        if (text.size() > longest) throw ScopeError("the text of the scopes is too long");
        std::vector<std::string_view> open;  // the scopes whose brackets are open
        std::string_view last;               // the scope that a '[' would belong to
        bool marked = false;
        for (std::size_t i = 0; i != text.size();) {
            char const c = text[i];
            if (c == ' ') {
                if (marked) throw ScopeError("a scope must follow the mark '*' at once");
                if (i + 1 != text.size() && text[i + 1] == '[') throw ScopeError("a '[' has a blank before it");
                last = {};
                ++i;
            } else if (c == '*') {
                if (marked) throw ScopeError("a scope must follow the mark '*' at once");
                if (closed_) throw ScopeError("a ']' is followed by something else than a blank or ']'");
                marked = true;
                last = {};
                ++i;
            } else if (c == '[') {
                if (marked || last.empty() || closed_) throw ScopeError("a '[' has no scope before it");
                if (open.size() == deepest) throw ScopeError("the scopes are nested too deeply");
                open.push_back(last);
                members_.push_back(0);
                last = {};
                ++i;
            } else if (c == ']') {
                if (marked) throw ScopeError("a scope must follow the mark '*' at once");
                if (open.empty()) throw ScopeError("a ']' has no '[' before it");
                if (members_.back() == 0) throw ScopeError("there are empty brackets");
                open.pop_back();
                members_.pop_back();
                last = {};
                ++i;
            } else {
                if (closed_) throw ScopeError("a ']' is followed by something else than a blank or ']'");
                std::size_t const end = std::min(text.find_first_of(" []*", i), text.size());
                last = text.substr(i, end - i);
                check(last);
                if (++read_ > most) throw ScopeError("the text has too many scopes");
                add(open.empty() ? std::string_view{} : open.back(), last, marked);
                if (!members_.empty()) ++members_.back();
                marked = false;
                i = end;
            }
            closed_ = c == ']';
        }
        if (marked) throw ScopeError("the text ends in a mark '*'");
        if (!open.empty()) throw ScopeError("a '[' has no ']' behind it");
    }

    [[nodiscard]] std::vector<Scope> trees() {
        std::vector<Scope> top;
        for (auto const& [name, needs] : edges_[{}]) {
            // at the top a scope and the same one marked optional both stay
            if (needs.needed) top.push_back(tree(name, false, 0));
            if (needs.optional) top.push_back(tree(name, true, 0));
        }
        sort(top);
        return top;
    }

private:
    struct Needs {
        bool needed = false;
        bool optional = false;
    };

    void add(std::string_view parent, std::string_view name, bool optional) {
        Needs& needs = edges_[parent][name];
        (optional ? needs.optional : needs.needed) = true;
    }
    Scope tree(std::string_view name, bool optional, std::size_t depth) {
        if (depth > deepest || ++made_ > most)
            throw ScopeError("the scopes depend on one another too deeply or too often");
        auto const below = edges_.find(name);
        written_ +=
            name.size() + 1 + (optional ? 1 : 0) + (below != edges_.end() ? 1 : 0);  // with blank, mark, bracket
        if (written_ > longest + 1) throw ScopeError("the text of the scopes with all that they depend on is too long");
        for (std::string_view const above : path_)
            if (above == name) throw ScopeError("the scope " + std::string(name) + " depends on itself");
        Scope scope(name);
        scope.optional_ = optional;
        path_.push_back(name);
        if (below != edges_.end())
            for (auto const& [child, needs] : below->second)
                scope.dependencies_.push_back(tree(child, !needs.needed, depth + 1));
        path_.pop_back();
        sort(scope.dependencies_);
        return scope;
    }
    static void sort(std::vector<Scope>& scopes) {
        std::vector<std::pair<std::string, Scope*>> order;  // each text is made once
        for (Scope& scope : scopes) order.emplace_back(scope.text(), &scope);
        std::sort(order.begin(), order.end());
        std::vector<Scope> sorted;
        for (auto const& [text, scope] : order) sorted.push_back(std::move(*scope));
        scopes = std::move(sorted);
    }

    std::map<std::string_view, std::map<std::string_view, Needs>> edges_;
    std::vector<std::size_t> members_;  ///< of each open bracket
    std::vector<std::string_view> path_;
    std::size_t read_ = 0;
    std::size_t made_ = 0;
    std::size_t written_ = 0;
    bool closed_ = false;
};

inline std::vector<Scope> Scope::parse(std::string_view text) { return Graph(text).trees(); }

}  // namespace globus

#endif  // GLOBUS_OAUTH_SCOPE_HPP
