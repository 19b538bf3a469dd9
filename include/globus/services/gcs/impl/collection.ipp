// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_COLLECTION_IPP
#define GLOBUS_SERVICES_GCS_IMPL_COLLECTION_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/services/gcs/collection.hpp>
#include <globus/services/gcs/collection_lookup.hpp>
#include <globus/services/gcs/location.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL Location collection_place(std::string const& text) {
    if (!is_uuid(text)) return Location::parse(text);
    Location place = Location::parse(text + ":/");
    place.path.clear();  // its default folder
    return place;
}

GLOBUS_DECL std::string path_from(std::string const& top, std::string_view path) {
    if (path.empty()) return top;
    if (path.starts_with('/')) return std::string(path);
    if (path == "~" || path.starts_with("~/")) return '/' + std::string(path);
    return below(top, std::string(path));
}

GLOBUS_DECL std::string some_path(std::string path) {
    if (path.empty())
        throw UsageError("a path is needed here: neither the call nor the place of the collection has one");
    return path;
}

GLOBUS_DECL GcsCollectionService file_service(FoundCollection const& found) {
    std::string address = found.document->https_server.value_or("");
    if (address.empty())
        throw UsageError("the collection " + found.id +
                         " has no HTTPS server, so its files cannot be read or written here: transfer them");
    return {found.id, std::move(address)};
}

GLOBUS_DECL std::vector<Scope> file_scope_list(FoundCollection const& found) {
    std::vector<Scope> scopes;
    for (std::string const& scope : file_scopes(found.id, *found.document)) scopes.emplace_back(scope);
    return scopes;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_COLLECTION_IPP
