// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_SCOPE_IPP
#define GLOBUS_OAUTH_IMPL_SCOPE_IPP

#include <globus/core/config.hpp>
#include <globus/oauth/scope.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// What a text says about scopes, by their names: which ones stand at the top, and what each depends on.
class Scope::Graph {
public:
    explicit Graph(std::string_view text);

    [[nodiscard]] std::vector<Scope> trees();

private:
    struct Needs {
        bool needed = false;
        bool optional = false;
    };

    void add(std::string_view parent, std::string_view name, bool optional);
    Scope tree(std::string_view name, bool optional, std::size_t depth);
    static void sort(std::vector<Scope>& scopes);

    std::map<std::string_view, std::map<std::string_view, Needs>> edges_;
    std::vector<std::size_t> members_;  ///< of each open bracket
    std::vector<std::string_view> path_;
    std::size_t read_ = 0;
    std::size_t made_ = 0;
    std::size_t written_ = 0;
    bool closed_ = false;
};

GLOBUS_DECL std::vector<Scope> Scope::parse(std::string_view text) { return Graph(text).trees(); }

GLOBUS_DECL Scope::Scope(std::string scope_string) : scope_string_(std::move(scope_string)) { check(scope_string_); }

GLOBUS_DECL Scope Scope::parse_one(std::string_view text) {
    std::vector<Scope> scopes = parse(text);
    if (scopes.size() != 1)
        throw ScopeError("the text has " + std::to_string(scopes.size()) + " scopes where one is wanted");
    return std::move(scopes.front());
}

GLOBUS_DECL std::string Scope::join(std::vector<Scope> const& scopes) {
    std::string out;
    for (Scope const& scope : scopes) {
        if (!out.empty()) out += ' ';
        scope.append_to(out);
    }
    return out;
}

GLOBUS_DECL std::vector<Scope> Scope::merge(std::vector<Scope> const& a, std::vector<Scope> const& b) {
    return parse(join(a) + ' ' + join(b));
}

GLOBUS_DECL Scope Scope::with_dependency(Scope dependency) const {
    Scope copy = *this;
    copy.dependencies_.push_back(std::move(dependency));
    return copy;
}

GLOBUS_DECL Scope Scope::with_optional(bool optional) const {
    Scope copy = *this;
    copy.optional_ = optional;
    return copy;
}

GLOBUS_DECL bool Scope::contains(Scope const& other) const {
    if (scope_string_ != other.scope_string_ || (optional_ && !other.optional_)) return false;
    return std::all_of(other.dependencies_.begin(), other.dependencies_.end(), [&](Scope const& wanted) {
        return std::any_of(dependencies_.begin(), dependencies_.end(),
                           [&](Scope const& own) { return own.contains(wanted); });
    });
}

GLOBUS_DECL std::string Scope::text() const {
    std::string out;
    append_to(out);
    return out;
}

GLOBUS_DECL void Scope::check(std::string_view text) {
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '\\' || c == '[' || c == ']' || c == '*')
            throw ScopeError(
                "a scope has a character that it may not have; for several scopes, marks and "
                "dependencies use Scope::parse");
    }
}

GLOBUS_DECL void Scope::append_to(std::string& out) const {
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

GLOBUS_DECL Scope::Graph::Graph(std::string_view text) {
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

GLOBUS_DECL std::vector<Scope> Scope::Graph::trees() {
    std::vector<Scope> top;
    for (auto const& [name, needs] : edges_[{}]) {
        // At the top a scope stays beside the same scope marked optional.
        if (needs.needed) top.push_back(tree(name, false, 0));
        if (needs.optional) top.push_back(tree(name, true, 0));
    }
    sort(top);
    return top;
}

GLOBUS_DECL void Scope::Graph::add(std::string_view parent, std::string_view name, bool optional) {
    Needs& needs = edges_[parent][name];
    (optional ? needs.optional : needs.needed) = true;
}

GLOBUS_DECL Scope Scope::Graph::tree(std::string_view name, bool optional, std::size_t depth) {
    if (depth > deepest || ++made_ > most) throw ScopeError("the scopes depend on one another too deeply or too often");
    auto const below = edges_.find(name);
    written_ += name.size() + 1 + (optional ? 1 : 0) + (below != edges_.end() ? 1 : 0);  // with blank, mark, bracket
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

GLOBUS_DECL void Scope::Graph::sort(std::vector<Scope>& scopes) {
    std::vector<std::pair<std::string, Scope*>> order;  // each text is made once
    for (Scope& scope : scopes) order.emplace_back(scope.text(), &scope);
    std::sort(order.begin(), order.end());
    std::vector<Scope> sorted;
    for (auto const& [text, scope] : order) sorted.push_back(std::move(*scope));
    scopes = std::move(sorted);
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_SCOPE_IPP
