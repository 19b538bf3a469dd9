// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_SERVICE_IPP
#define GLOBUS_SERVICES_GCS_IMPL_SERVICE_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/services/gcs/operations.hpp>
#include <globus/services/gcs/service.hpp>

#include <string>

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

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_SERVICE_IPP
