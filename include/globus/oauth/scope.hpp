// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_SCOPE_HPP
#define GLOBUS_OAUTH_SCOPE_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/text_at.hpp>

#include <cstddef>
#include <string>
#include <string_view>
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
 * In text a `*` before a scope marks it optional (requested when needed), and `[...]` after it lists the scopes that it
 * depends on. Scopes convert to text, so that they can be used wherever operations and policies take texts.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * RFC 6749, section 3.3; https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
 */
class Scope {
public:
    /// A scope by its own text, without marks and dependencies.
    /// @throws ScopeError  for a character that no scope may have, and for `[`, `]`, `*` and blanks: see parse
    explicit Scope(std::string scope_string);
    explicit Scope(std::string_view scope_string) : Scope(std::string(scope_string)) {}
    explicit Scope(char const* scope_string, detail::CodeLine where = detail::CodeLine::here())
        : Scope(detail::text_at(scope_string, where)) {}

    /**
     * Reads scopes from their text. Scopes of the same name are merged: the result has all their dependencies, and a
     * required dependency absorbs the same one marked optional. The result is sorted by text.
     *
     * @throws ScopeError  for unbalanced brackets, misplaced marks, cycles, more than 64 levels, more than 10,000
     *                     scopes in all, or more than 512 KiB: in `text`, and in the result, where each scope has all
     *                     of its dependencies
     */
    [[nodiscard]] static std::vector<Scope> parse(std::string_view text);
    /// Like parse, for exactly one scope.
    [[nodiscard]] static Scope parse_one(std::string_view text);
    /// The texts of scopes, separated by blanks.
    [[nodiscard]] static std::string join(std::vector<Scope> const& scopes);
    /// All scopes of both, as parsed from one text with both.
    [[nodiscard]] static std::vector<Scope> merge(std::vector<Scope> const& a, std::vector<Scope> const& b);

    /// Its own text, without mark and dependencies.
    [[nodiscard]] std::string const& scope_string() const noexcept { return scope_string_; }
    /// True if it has the mark `*`.
    [[nodiscard]] bool optional() const noexcept { return optional_; }
    /// What it needs in turn: sorted by text if it was parsed, else in the order of with_dependency.
    [[nodiscard]] std::vector<Scope> const& dependencies() const noexcept { return dependencies_; }

    /// The same scope with one more dependency.
    [[nodiscard]] Scope with_dependency(Scope dependency) const;
    /// The same scope, marked optional or not.
    [[nodiscard]] Scope with_optional(bool optional = true) const;

    /// True if this scope includes `other`: it is the same scope, required if `other` is, with all its dependencies.
    [[nodiscard]] bool contains(Scope const& other) const;

    /// The whole scope, as Globus Auth writes it: `*own[first second]`.
    [[nodiscard]] std::string text() const;
    /// The same as text().
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
    static void check(std::string_view text);
    void append_to(std::string& out) const;

    std::string scope_string_;
    bool optional_ = false;
    std::vector<Scope> dependencies_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/scope.ipp>
#endif

#endif  // GLOBUS_OAUTH_SCOPE_HPP
