// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_V2_SERVICE_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/core/config.hpp>
#include <globus/core/json_text.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/transfer/errors.hpp>
#include <globus/services/transfer_v2/operations.hpp>

#include <boost/system/error_code.hpp>

#include <array>
#include <string_view>

namespace globus {

using transfer_v2::BookmarkCreateDocument;
using transfer_v2::BookmarkUpdateDocument;
using transfer_v2::TunnelCreateDocument;
using transfer_v2::TunnelUpdateDocument;

/**
 * Version 2 of Globus Transfer: tunnels, stream access points and bookmarks, as JSON:API documents. It is experimental,
 * and does not have what version 1 has: see TransferService for files and tasks.
 *
 *     Client<TransferServiceV2, AccessTokenPolicy> transfer{token};
 *
 *     for (auto const& point : transfer.paginate(transfer_v2::ListStreamAccessPoints{}))
 *         use(*point.attributes.display_name);
 *
 * Its operations are in namespace globus::transfer_v2.
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for; ids are
 * UUIDs as text. Documents are JSON:API (https://jsonapi.org): a resource is in `data`, its members are in
 * `attributes`. https://docs.globus.org/api/transfer/
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; TransferApiError for an error status; DecodeError for an answer that is
 * not what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its
 * own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct TransferServiceV2 {
    static constexpr std::string_view name = "transfer";
    static constexpr std::string_view resource_server = "transfer.api.globus.org";
    using scopes = TransferScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::all};
    using error = TransferApiError;
    using credential = BearerCredential;

    /// True for a failure of an endpoint, which would only happen again.
    [[nodiscard]] static bool endpoint_trouble(ApiError const& error);

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, transfer_v2::CreateTunnel, transfer_v2::UpdateTunnel, transfer_v2::GetTunnel,
                                  transfer_v2::DeleteTunnel, transfer_v2::ListTunnels, transfer_v2::GetTunnelEvents,
                                  transfer_v2::GetStreamAccessPoint, transfer_v2::ListStreamAccessPoints,
                                  transfer_v2::CreateBookmark, transfer_v2::UpdateBookmark, transfer_v2::GetBookmark,
                                  transfer_v2::DeleteBookmark, transfer_v2::ListBookmarks>();
    }

    template <class Client>
    struct Operations;
};

/// The operations of version 2 of Transfer as member functions of its Client.
template <class Client>
struct TransferServiceV2::Operations {
    /// @copydoc transfer_v2::CreateTunnel
    Response<transfer::TunnelDocument> create_tunnel(transfer_v2::CreateTunnel op, CallOptions options = {}) const {
        if (!options.retry_as && has_submission_id(*op.data)) options.retry_as = RetryClass::keyed;
        return self().send(op, options);
    }
    /// The same for the document itself, as in version 1.
    Response<transfer::TunnelDocument> create_tunnel(TunnelCreateDocument const& data,
                                                     CallOptions const& options = {}) const {
        return create_tunnel(transfer_v2::CreateTunnel{.data = data}, options);
    }
    /// @copydoc transfer_v2::UpdateTunnel
    Response<transfer::TunnelDocument> update_tunnel(transfer_v2::UpdateTunnel op,
                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::GetTunnel
    Response<transfer::TunnelDocument> get_tunnel(transfer_v2::GetTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::DeleteTunnel
    Response<transfer::ApiResult> delete_tunnel(transfer_v2::DeleteTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::ListTunnels
    Response<transfer::TunnelPage> list_tunnels(transfer_v2::ListTunnels op = {},
                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::GetTunnelEvents
    Response<transfer::TunnelEventPage> get_tunnel_events(transfer_v2::GetTunnelEvents op,
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::GetStreamAccessPoint
    Response<transfer::StreamAccessPointDocument> get_stream_access_point(transfer_v2::GetStreamAccessPoint op,
                                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::ListStreamAccessPoints
    Response<transfer::StreamAccessPointPage> list_stream_access_points(transfer_v2::ListStreamAccessPoints op = {},
                                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::CreateBookmark
    Response<transfer_v2::BookmarkDocument> create_bookmark(transfer_v2::CreateBookmark op,
                                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::UpdateBookmark
    Response<transfer_v2::BookmarkDocument> update_bookmark(transfer_v2::UpdateBookmark op,
                                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::GetBookmark
    Response<transfer_v2::BookmarkDocument> get_bookmark(transfer_v2::GetBookmark op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::DeleteBookmark
    Response<transfer::ApiResult> delete_bookmark(transfer_v2::DeleteBookmark op,
                                                  CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::ListBookmarks
    Response<transfer_v2::BookmarkPage> list_bookmarks(transfer_v2::ListBookmarks op = {},
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }

    static bool has_submission_id(Document const& document) {
        boost::system::error_code error;
        Json const json = detail::parse_exact_json(document.text(), error);
        Json const* const id = json.find_pointer("/data/attributes/submission_id", error);
        return id != nullptr && id->is_string() && !id->as_string().empty();
    }
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/transfer_v2/impl/service.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_V2_SERVICE_HPP
