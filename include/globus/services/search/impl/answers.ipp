// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_IMPL_ANSWERS_IPP
#define GLOBUS_SERVICES_SEARCH_IMPL_ANSWERS_IPP

#include <globus/core/config.hpp>
#include <globus/services/search/answers.hpp>

#include <boost/json/serialize.hpp>

#include <string>

namespace globus::search {

GLOBUS_DECL std::string GBucket::text() const {
    if (!value) return {};
    return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
}

}  // namespace globus::search

#endif  // GLOBUS_SERVICES_SEARCH_IMPL_ANSWERS_IPP
