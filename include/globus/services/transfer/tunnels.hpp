// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_TUNNELS_HPP
#define GLOBUS_SERVICES_TRANSFER_TUNNELS_HPP

#include <globus/client/operation.hpp>
#include <globus/core/config.hpp>
#include <globus/services/transfer/answers.hpp>
#include <globus/services/transfer/payloads.hpp>

#include <string>

// Tunnels: connections between stream access points. Their documents are JSON:API (https://jsonapi.org).

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/**
 * Makes a tunnel between two stream access points. POST /v2/tunnels
 *
 * A document without a submission id is given one when it is sent: a random UUID, fixed for all attempts of this call,
 * so that a repeated request makes no second tunnel. The client's member function keeps it in the caller's object, and
 * in the errors.
 *
 * @throws UsageError  if `data` has no member `data`
 * https://docs.globus.org/api/transfer/
 */
struct CreateTunnel {
    using service = TransferService;
    using result = TunnelDocument;
    static constexpr auto route = post("/v2/tunnels");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<DocumentOf<CreateTunnelData>> data;  ///< the tunnel
    GLOBUS_MEMBERS(CreateTunnel, data);

    void check() const { data->check(); }
    [[nodiscard]] CreateTunnel normalized() const;

    /// Gives the document of a tunnel a submission id if it has none. It returns the id; empty if that is null.
    static std::string set_submission_id(Json& document);
};

/// Changes a tunnel, or stops it. PATCH /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct UpdateTunnel {
    using service = TransferService;
    using result = TunnelDocument;
    static constexpr auto route = patch("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    Required<Document> update_doc;  ///< a JSON:API document, as transfer_v2::TunnelUpdateDocument makes it
    static constexpr auto wire = wires(in_json("update_doc", ""));
    GLOBUS_MEMBERS(UpdateTunnel, tunnel_id, update_doc);
};

/// Reads a tunnel. GET /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct GetTunnel {
    using service = TransferService;
    using result = TunnelDocument;
    static constexpr auto route = get("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTunnel, tunnel_id, query_params);
};

/// Deletes a tunnel. DELETE /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct DeleteTunnel {
    using service = TransferService;
    using result = ApiResult;
    static constexpr auto route = delete_("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    GLOBUS_MEMBERS(DeleteTunnel, tunnel_id);
};

/// Lists the user's tunnels. GET /v2/tunnels
/// https://docs.globus.org/api/transfer/
struct ListTunnels {
    using service = TransferService;
    using result = TunnelPage;
    static constexpr auto route = get("/v2/tunnels");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListTunnels, query_params);
};

/// Lists what happened to a tunnel. GET /v2/tunnels/{tunnel_id}/events
/// https://docs.globus.org/api/transfer/
struct GetTunnelEvents {
    using service = TransferService;
    using result = TunnelEventPage;
    static constexpr auto route = get("/v2/tunnels/{tunnel_id}/events");
    Required<std::string> tunnel_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTunnelEvents, tunnel_id, query_params);
};

/// Reads a stream access point: an end that a tunnel can have. GET /v2/stream_access_points/{stream_ap_id}
/// @throws UsageError  for a document that is not one of a tunnel, and for what CreateTunnelData::check refuses
/// https://docs.globus.org/api/transfer/
struct GetStreamAccessPoint {
    using service = TransferService;
    using result = StreamAccessPointDocument;
    static constexpr auto route = get("/v2/stream_access_points/{stream_ap_id}");
    Required<std::string> stream_ap_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetStreamAccessPoint, stream_ap_id, query_params);
};

}  // namespace globus::transfer

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/tunnels.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_TUNNELS_HPP
