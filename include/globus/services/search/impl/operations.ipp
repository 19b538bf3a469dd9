// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_IMPL_OPERATIONS_IPP
#define GLOBUS_SERVICES_SEARCH_IMPL_OPERATIONS_IPP

#include <globus/core/config.hpp>
#include <globus/services/search/operations.hpp>

#include <cstdint>

namespace globus::search {

GLOBUS_DECL PostSearch PostSearch::normalized() const {
    PostSearch sent = *this;
    Json const document = globus::detail::json_of(data->text());
    if (!document.is_object()) return sent;
    auto const take = [&](char const* name, Optional<std::int64_t>& member) {
        auto const* given = document.get_object().if_contains(name);
        if (member.is_absent() && given != nullptr && given->is_int64()) member = given->get_int64();
    };
    take("offset", sent.offset);
    take("limit", sent.limit);
    return sent;
}

}  // namespace globus::search

#endif  // GLOBUS_SERVICES_SEARCH_IMPL_OPERATIONS_IPP
