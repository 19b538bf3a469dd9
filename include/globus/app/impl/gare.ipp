// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_GARE_IPP
#define GLOBUS_APP_IMPL_GARE_IPP

#include <globus/app/gare.hpp>
#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/oauth/authorization_requirements.hpp>

#include <optional>

namespace globus {

GLOBUS_DECL std::optional<Gare> to_gare(ApiError const& error) {
    if (error.requirements().empty()) return std::nullopt;
    if (auto gare = to_gare(error.raw_json())) return gare;
    return error.requirements().front();
}

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_GARE_IPP
