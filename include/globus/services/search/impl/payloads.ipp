// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_IMPL_PAYLOADS_IPP
#define GLOBUS_SERVICES_SEARCH_IMPL_PAYLOADS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/search/payloads.hpp>

#include <utility>
#include <vector>

namespace globus::search {

GLOBUS_DECL GIngest& GIngest::add_entry(GMetaEntry entry) {
    ingest_data.gmeta.push_back(std::move(entry));
    return *this;
}

GLOBUS_DECL void GIngest::check() const {
    if (ingest_data.gmeta.empty() && ingest_data.additional_fields.empty())
        throw UsageError("there is nothing to ingest: add an entry");
    for (GMetaEntry const& entry : ingest_data.gmeta)
        if (!entry.content->is_object())
            throw UsageError("the content of the entry for " + *entry.subject + " is no JSON object");
}

GLOBUS_DECL SearchQueryV1& SearchQueryV1::add(Optional<std::vector<Json>>& list, Json document) {
    if (!list) list.emplace();
    list->push_back(std::move(document));
    return *this;
}

}  // namespace globus::search

#endif  // GLOBUS_SERVICES_SEARCH_IMPL_PAYLOADS_IPP
