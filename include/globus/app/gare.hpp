// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_GARE_HPP
#define GLOBUS_APP_GARE_HPP

#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/oauth/authorization_requirements.hpp>

#include <concepts>
#include <optional>
#include <utility>
#include <vector>

// What errors ask of the user; authorization_requirements.hpp reads documents alone.

namespace globus {

/// What one of the errors that an answer lists asks for; nothing if it asks for nothing.
inline std::optional<Gare> to_gare(SubError const& error) { return to_gare(Json(error.raw)); }

/// All that an answer asks for: each of the errors that it lists, and the document as a whole.
inline std::vector<Gare> to_gares(ApiError const& error) { return error.requirements(); }
/// What an answer asks for: the document as a whole, or the first of the errors in it that asks for something.
std::optional<Gare> to_gare(ApiError const& error);

/// True if the document or error asks for a consent or a login.
template <class E>
    requires requires(E const& error) { to_gare(error); }
bool is_gare(E const& error) {
    return to_gare(error).has_value();
}

/// All that several documents or errors ask for.
template <class E>
std::vector<Gare> to_gares(std::vector<E> const& errors) {
    std::vector<Gare> gares;
    for (E const& error : errors) {
        if constexpr (std::derived_from<E, ApiError>) {
            for (Gare& gare : to_gares(error)) gares.push_back(std::move(gare));
        } else if (auto gare = to_gare(error)) {
            gares.push_back(std::move(*gare));
        }
    }
    return gares;
}
/// True if any of several documents or errors asks for a consent or a login.
template <class E>
bool has_gares(std::vector<E> const& errors) {
    for (E const& error : errors)
        if (is_gare(error)) return true;
    return false;
}

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/gare.ipp>
#endif

#endif  // GLOBUS_APP_GARE_HPP
