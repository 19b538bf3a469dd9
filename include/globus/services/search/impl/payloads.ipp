// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_IMPL_PAYLOADS_IPP
#define GLOBUS_SERVICES_SEARCH_IMPL_PAYLOADS_IPP

#include <globus/core/config.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/search/payloads.hpp>

#include <utility>
#include <vector>

namespace globus::search {

GLOBUS_DECL SearchQueryV1& SearchQueryV1::add(Optional<std::vector<Json>>& list, Json document) {
    if (!list) list.emplace();
    list->push_back(std::move(document));
    return *this;
}

}  // namespace globus::search

#endif  // GLOBUS_SERVICES_SEARCH_IMPL_PAYLOADS_IPP
