// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_COLLECTION_LOOKUP_IPP
#define GLOBUS_SERVICES_GCS_IMPL_COLLECTION_LOOKUP_IPP

#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>
#include <globus/services/gcs/collection_lookup.hpp>

#include <string>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::string collection_of_login(http::Response const& answer) {
    std::vector<std::string> ids;
    if (auto const query = http::split_reference(answer.headers.get("Location")).query)
        for (auto const& [name, value] : parse_query(*query))
            if (name == "client_id") ids.push_back(value);
    if (ids.size() != 1 || !is_uuid(ids.front()))
        throw UsageError(
            "which collection this file is in cannot be found out, since its address does not lead to the login of "
            "one: use the collection's id, as in Client<GcsCollectionService, ...>");
    for (char& c : ids.front()) c = http::detail::lower(c);  // Globus writes ids in lower case
    return ids.front();
}

GLOBUS_DECL void check_collection_address(std::string const& url, std::string const& id,
                                          std::string const& https_server) {
    if (https_server.empty())
        throw UsageError("the host of this file says that it belongs to the collection " + id +
                         ", but the files of that are not to be had by HTTPS: no token is sent to it");
    if (!http::same_origin(http::parse_url(url), http::parse_url(https_server)))
        throw UsageError("the host of this file says that it belongs to the collection " + id +
                         ", but that is at another address: no token is sent to it");
}

GLOBUS_DECL CallOptions options_to_look_up(CallOptions const& call) {
    CallOptions options;
    options.deadline = call.deadline;
    options.stop = call.stop;
    return options;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_COLLECTION_LOOKUP_IPP
