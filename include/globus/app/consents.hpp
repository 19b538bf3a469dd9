// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_CONSENTS_HPP
#define GLOBUS_APP_CONSENTS_HPP

#include <globus/core/config.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/services/auth/answers.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace globus {

/// One consent of a user: a scope, and what asked for it.
struct ConsentNode {
    std::int64_t id = 0;                      ///< by which ConsentForest::nodes has it
    std::string scope_name = {};              ///< the text of the scope alone, as Scope::scope_string
    std::vector<std::int64_t> children = {};  ///< consents that depend on this one
};

/**
 * What a user has consented to for an app: scopes, the scopes that these need, and so on.
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
     * @throws DecodeError  for a consent without id, scope name, status or path, and for one whose parent is missing:
     *                      the answer had only a part of them
     */
    explicit ConsentForest(std::vector<auth::Consent> const& consents);

    /// The consents that depend on no other.
    [[nodiscard]] std::vector<std::int64_t> const& roots() const noexcept { return roots_; }
    /// All consents, by their ids.
    [[nodiscard]] std::map<std::int64_t, ConsentNode> const& nodes() const noexcept { return nodes_; }

    /// True if the user consented to all of `scopes` and to what they depend on. Optional dependencies count like
    /// others.
    [[nodiscard]] bool meets_scope_requirements(std::vector<Scope> const& scopes) const;

private:
    std::map<std::int64_t, ConsentNode> nodes_;
    std::vector<std::int64_t> roots_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/consents.ipp>
#endif

#endif  // GLOBUS_APP_CONSENTS_HPP
