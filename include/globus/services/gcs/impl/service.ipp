// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_SERVICE_IPP
#define GLOBUS_SERVICES_GCS_IMPL_SERVICE_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>
#include <globus/services/gcs/operations.hpp>
#include <globus/services/gcs/service.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL std::string GcsService::base_url() const {
    if (gcs_address.empty()) throw UsageError("the address of the Globus Connect Server is empty: give its host name");
    std::string url = gcs_address.find("://") == std::string::npos ? "https://" + gcs_address : gcs_address;
    while (url.ends_with('/')) url.pop_back();
    return url.ends_with("/api") ? url + '/' : url + "/api/";
}

GLOBUS_DECL std::string GcsCollectionService::base_url() const {
    if (collection_address.empty()) throw UsageError("the address of the collection is empty: give its host name");
    return collection_address.find("://") == std::string::npos ? "https://" + collection_address : collection_address;
}

GLOBUS_DECL void GcsCollectionService::read_login(http::Response& answer) const {
    if (answer.status != 302 && answer.status != 303 && answer.status != 307) return;
    std::string const location(answer.headers.get("Location"));
    auto const parts = http::split_reference(location);
    if (!parts.query || !parts.path.ends_with("/v2/oauth2/authorize")) return;
    bool own = false;
    boost::json::array scopes;
    for (auto const& [parameter, value] : parse_query(*parts.query)) {
        own = own || (parameter == "client_id" && value == collection_id);
        if (parameter != "scope") continue;
        // Whoever answers at the address may not ask the user for the scopes of others.
        std::string const mine = this->scopes().https();
        std::string_view const prefix = std::string_view(mine).substr(0, mine.rfind('/') + 1);
        for (std::string_view rest = value; !rest.empty();) {
            std::string_view const one = rest.substr(0, rest.find(' '));
            rest.remove_prefix(std::min(rest.size(), one.size() + 1));
            if (one.starts_with(prefix) && one.find_first_of("[]*") == std::string_view::npos)
                scopes.emplace_back(boost::json::string_view(one.data(), one.size()));
        }
    }
    if (!own) return;
    if (scopes.empty()) scopes.emplace_back(this->scopes().https());
    answer.status = 401;
    answer.headers = {{"Content-Type", "application/json"}};
    answer.body = boost::json::serialize(
        boost::json::object{{"code", "AuthorizationRequired"},
                            {"message", "the collection asks for a login"},
                            {"authorization_parameters", boost::json::object{{"required_scopes", std::move(scopes)}}}});
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_SERVICE_IPP
