// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_CONSENTS_IPP
#define GLOBUS_APP_IMPL_CONSENTS_IPP

#include <globus/app/consents.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/services/auth/answers.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL ConsentForest::ConsentForest(std::vector<auth::Consent> const& consents) {
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

GLOBUS_DECL bool ConsentForest::meets_scope_requirements(std::vector<Scope> const& scopes) const {
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

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_CONSENTS_IPP
