// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_PAGING_IPP
#define GLOBUS_CLIENT_IMPL_PAGING_IPP

#include <globus/client/paging.hpp>
#include <globus/core/config.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void refuse_page(std::string_view operation, std::size_t number, std::string const& what,
                             std::string const& body) {
    throw DecodeError("page " + std::to_string(number) + " of " + std::string(operation) + ' ' + what +
                          ": the list may not be complete; begin() on the same walk asks for this page again",
                      body);
}

GLOBUS_DECL QueryParams params_of(std::string_view query) {
    std::vector<std::pair<std::string, std::vector<std::string>>> params;
    std::map<std::string, std::size_t> places;
    for (auto& [name, value] : parse_query(query)) {
        auto const [place, is_new] = places.try_emplace(name, params.size());
        if (is_new) params.emplace_back(name, std::vector<std::string>{});
        params[place->second].second.push_back(std::move(value));
    }
    QueryParams result;
    for (auto& [name, values] : params) result.emplace_back(std::move(name), QueryValue(std::move(values)));
    return result;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_PAGING_IPP
