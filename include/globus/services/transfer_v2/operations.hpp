// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_V2_OPERATIONS_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_OPERATIONS_HPP

#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/services/transfer_v2/answers.hpp>
#include <globus/services/transfer_v2/payloads.hpp>

#include <string>

// The operations of version 2 of Globus Transfer. Their documents are JSON:API (https://jsonapi.org): a resource is in
// `data`, its members are in `attributes`. This version is still experimental.

namespace globus {
struct TransferServiceV2;
}

namespace globus::transfer_v2 {

/// Makes a tunnel between two stream access points. POST /v2/tunnels
/// The document must have its own submission id, as a TunnelCreateDocument does. With one, the client's member function
/// repeats the request where that helps; `send` does not.
/// @throws UsageError  for what TunnelCreateDocument::check refuses
/// https://docs.globus.org/api/transfer/
struct CreateTunnel {
    using service = TransferServiceV2;
    using result = transfer::TunnelDocument;
    static constexpr auto route = post("/v2/tunnels");
    Required<DocumentOf<TunnelCreateDocument>> data;  ///< the tunnel
    GLOBUS_MEMBERS(CreateTunnel, data);

    void check() const { data->check(); }
};

/// Changes a tunnel, or stops it. PATCH /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct UpdateTunnel {
    using service = TransferServiceV2;
    using result = transfer::TunnelDocument;
    static constexpr auto route = patch("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    Required<DocumentOf<TunnelUpdateDocument>> update_doc;  ///< what is to change
    static constexpr auto wire = wires(in_json("update_doc", ""));
    GLOBUS_MEMBERS(UpdateTunnel, tunnel_id, update_doc);
};

/// Reads a tunnel. GET /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct GetTunnel {
    using service = TransferServiceV2;
    using result = transfer::TunnelDocument;
    static constexpr auto route = get("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTunnel, tunnel_id, query_params);
};

/// Deletes a tunnel. DELETE /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct DeleteTunnel {
    using service = TransferServiceV2;
    using result = transfer::ApiResult;
    static constexpr auto route = delete_("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    GLOBUS_MEMBERS(DeleteTunnel, tunnel_id);
};

/// Lists the user's tunnels. GET /v2/tunnels
/// https://docs.globus.org/api/transfer/
struct ListTunnels {
    using service = TransferServiceV2;
    using result = transfer::TunnelPage;
    static constexpr auto route = get("/v2/tunnels");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListTunnels, query_params);
};

/// Lists what happened to a tunnel. GET /v2/tunnels/{tunnel_id}/events
/// https://docs.globus.org/api/transfer/
struct GetTunnelEvents {
    using service = TransferServiceV2;
    using result = transfer::TunnelEventPage;
    static constexpr auto route = get("/v2/tunnels/{tunnel_id}/events");
    Required<std::string> tunnel_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTunnelEvents, tunnel_id, query_params);
};

/// Reads a stream access point: an end that a tunnel can have. GET /v2/stream_access_points/{stream_ap_id}
/// https://docs.globus.org/api/transfer/
struct GetStreamAccessPoint {
    using service = TransferServiceV2;
    using result = transfer::StreamAccessPointDocument;
    static constexpr auto route = get("/v2/stream_access_points/{stream_ap_id}");
    Required<std::string> stream_ap_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetStreamAccessPoint, stream_ap_id, query_params);
};

/// Lists the stream access points that the user can see. Paginated. GET /v2/stream_access_points
/// https://docs.globus.org/api/transfer/
struct ListStreamAccessPoints {
    using service = TransferServiceV2;
    using result = transfer::StreamAccessPointPage;
    static constexpr auto route = get("/v2/stream_access_points");
    static constexpr Paging paging{PagingStyle::next_link, "data"};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListStreamAccessPoints, query_params);
};

/// Makes a bookmark. POST /v2/bookmarks
/// https://docs.globus.org/api/transfer/
struct CreateBookmark {
    using service = TransferServiceV2;
    using result = BookmarkDocument;
    static constexpr auto route = post("/v2/bookmarks");
    Required<DocumentOf<BookmarkCreateDocument>> data;  ///< the bookmark
    GLOBUS_MEMBERS(CreateBookmark, data);
};

/// Changes the name and the path of a bookmark. PATCH /v2/bookmarks/{bookmark_id}
/// https://docs.globus.org/api/transfer/
struct UpdateBookmark {
    using service = TransferServiceV2;
    using result = BookmarkDocument;
    static constexpr auto route = patch("/v2/bookmarks/{bookmark_id}");
    Required<std::string> bookmark_id;
    Required<DocumentOf<BookmarkUpdateDocument>> update_document;  ///< what is to change
    static constexpr auto wire = wires(in_json("update_document", ""));
    GLOBUS_MEMBERS(UpdateBookmark, bookmark_id, update_document);
};

/// Reads a bookmark. GET /v2/bookmarks/{bookmark_id}
/// https://docs.globus.org/api/transfer/
struct GetBookmark {
    using service = TransferServiceV2;
    using result = BookmarkDocument;
    static constexpr auto route = get("/v2/bookmarks/{bookmark_id}");
    Required<std::string> bookmark_id;
    QueryParams query_params = {};  ///< {{"include", "collection"}} reads the collection as well
    GLOBUS_MEMBERS(GetBookmark, bookmark_id, query_params);
};

/// Deletes a bookmark. DELETE /v2/bookmarks/{bookmark_id}
/// https://docs.globus.org/api/transfer/
struct DeleteBookmark {
    using service = TransferServiceV2;
    using result = transfer::ApiResult;
    static constexpr auto route = delete_("/v2/bookmarks/{bookmark_id}");
    Required<std::string> bookmark_id;
    GLOBUS_MEMBERS(DeleteBookmark, bookmark_id);
};

/// Lists the user's bookmarks. GET /v2/bookmarks
/// https://docs.globus.org/api/transfer/
struct ListBookmarks {
    using service = TransferServiceV2;
    using result = BookmarkPage;
    static constexpr auto route = get("/v2/bookmarks");
    QueryParams query_params = {};  ///< {{"include", "collection"}} reads the collections as well
    GLOBUS_MEMBERS(ListBookmarks, query_params);
};

}  // namespace globus::transfer_v2

#endif  // GLOBUS_SERVICES_TRANSFER_V2_OPERATIONS_HPP
