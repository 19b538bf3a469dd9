// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/search/service.hpp>

namespace conformance {

void add_search() {
    add_service<globus::SearchService>("SearchClient");
    add_builder<globus::search::SearchQueryV1>();
    add_builder<globus::search::SearchScrollQuery>();
}

}  // namespace conformance
