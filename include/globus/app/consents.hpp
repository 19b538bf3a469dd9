// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_CONSENTS_HPP
#define GLOBUS_APP_CONSENTS_HPP

#include <globus/core/error.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/services/auth/answers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace globus {

/// One consent of a user: a scope, and by whom it was asked for.
struct ConsentNode {
    std::int64_t id = 0;                      ///< by which ConsentForest::nodes has it
    std::string scope_name = {};              ///< the text of the scope alone, as Scope::scope_string
    std::vector<std::int64_t> children = {};  ///< consents that depend on this one
};

/**
 * What a user has consented to for an app: scopes, those that they need, and so on.
 *
 *     ConsentForest const consents(auth.get_consents({.identity_id = user})->consents);
 *     if (!consents.meets_scope_requirements(Scope::parse("urn:...:all[*https://.../data_access]"))) ...
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/api/auth/reference/#consents
 */
class ConsentForest {
public:
    ConsentForest() = default;

    /**
     * @throws DecodeError  for a consent without id, scope name, status or path, and for one whose parent is not there:
     *                      the answer was for a part of them only
     */
    explicit ConsentForest(std::vector<auth::Consent> const& consents) {
        for (auth::Consent const& consent : consents) {
            if (!consent.id || !consent.scope_name || !consent.status || consent.dependency_path.empty())
                throw DecodeError("a consent has no id, scope_name, status or dependency_path");
            nodes_[*consent.id] = {*consent.id, *consent.scope_name, {}};
        }
        for (auth::Consent const& consent : consents) {
            auto const& path = consent.dependency_path;
            if (path.back() != *consent.id) throw DecodeError("the path of a consent does not end in its id");
            if (path.size() == 1) {
                roots_.push_back(*consent.id);
                continue;
            }
            auto const parent = nodes_.find(path[path.size() - 2]);
            if (parent == nodes_.end())
                throw DecodeError("a consent depends on consent " + std::to_string(path[path.size() - 2]) +
                                  ", which is not there");
            parent->second.children.push_back(*consent.id);
        }
    }

    /// The consents that nothing led to.
    [[nodiscard]] std::vector<std::int64_t> const& roots() const noexcept { return roots_; }
    /// All consents, by their ids.
    [[nodiscard]] std::map<std::int64_t, ConsentNode> const& nodes() const noexcept { return nodes_; }

    /// True if the user consented to all of `scopes` and to what they depend on. Optional dependencies count like others.
    [[nodiscard]] bool meets_scope_requirements(std::vector<Scope> const& scopes) const {
        std::vector<std::pair<Scope const*, std::vector<std::int64_t> const*>> open;
        for (Scope const& scope : scopes) open.emplace_back(&scope, &roots_);
        while (!open.empty()) {
            auto const [scope, among] = open.back();
            open.pop_back();
            auto const found = std::find_if(among->begin(), among->end(), [this, wanted = scope](std::int64_t id) {
                return nodes_.at(id).scope_name == wanted->scope_string();
            });
            if (found == among->end()) return false;
            for (Scope const& dependency : scope->dependencies())
                open.emplace_back(&dependency, &nodes_.at(*found).children);
        }
        return true;
    }

private:
    std::map<std::int64_t, ConsentNode> nodes_;
    std::vector<std::int64_t> roots_;
};

}  // namespace globus

#endif  // GLOBUS_APP_CONSENTS_HPP
