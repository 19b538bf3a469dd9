// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_TUNNELS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_TUNNELS_IPP

#include <globus/core/config.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/error.hpp>
#include <globus/services/transfer/payloads.hpp>
#include <globus/services/transfer/tunnels.hpp>

#include <string>
#include <utility>

namespace globus::transfer {

GLOBUS_DECL CreateTunnel CreateTunnel::normalized() const {
    Json json = globus::detail::json_of(data->text());
    set_submission_id(json);
    return CreateTunnel{.data = std::move(json)};
}

GLOBUS_DECL std::string CreateTunnel::set_submission_id(Json& document) {
    Json* const resource = document.is_object() ? document.as_object().if_contains("data") : nullptr;
    if (resource == nullptr || !resource->is_object())
        throw UsageError("create_tunnel: the document has no member `data`; use CreateTunnelData");
    Json& attributes = resource->as_object()["attributes"];
    if (attributes.is_null()) attributes.emplace_object();
    if (!attributes.is_object()) throw UsageError("create_tunnel: the attributes are not an object");
    Json* const found = attributes.as_object().if_contains("submission_id");
    if (found != nullptr) return found->is_string() ? std::string(found->as_string()) : std::string();
    std::string id = globus::detail::random_uuid();
    attributes.as_object()["submission_id"] = id;
    return id;
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_TUNNELS_IPP
