// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_V2_PAYLOADS_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_PAYLOADS_HPP

#include <globus/core/config.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/transfer/payloads.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

// The documents that a program makes for version 2 of Globus Transfer. All are written as JSON:API documents: members
// that name another resource are its relationships, all others its attributes.

namespace globus::transfer_v2 {

/**
 * A tunnel to be made between two stream access points.
 *
 *     TunnelCreateDocument document{.initiator_stream_access_point = here, .listener_stream_access_point = there};
 *     auto tunnel = client.create_tunnel(document);
 *
 * Each object has a submission id of its own from the start, so that sending it twice makes one tunnel.
 * https://docs.globus.org/api/transfer/
 */
struct TunnelCreateDocument {
    Required<std::string> initiator_stream_access_point;  ///< id of the end that connects
    Required<std::string> listener_stream_access_point;   ///< id of the end that waits for it
    Optional<std::string> label = {};                     ///< for people
    Optional<std::int64_t> listener_port = {};            ///< where the listening program waits
    Optional<std::string> listener_ip_address = {};       ///< where the listening program waits
    /// A UUID: a random one, made with the object.
    Optional<std::string> submission_id = globus::detail::random_uuid();
    /// How long it may live: it is stopped then; the service's default if left out.
    Optional<WholeMinutes> lifetime_mins = {};
    Optional<bool> restartable = {};          ///< the service may start it again after a failure
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Tunnel";
    static constexpr std::array<globus::detail::ResourceLink, 2> resource_links{
        {{"listener_stream_access_point", "listener", "StreamAccessPoint"},
         {"initiator_stream_access_point", "initiator", "StreamAccessPoint"}}};
    GLOBUS_MEMBERS(TunnelCreateDocument, initiator_stream_access_point, listener_stream_access_point, label,
                   listener_port, listener_ip_address, submission_id, lifetime_mins, restartable, additional_fields);

    /// @throws UsageError  for an empty access point
    void check() const;
    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/**
 * What to change in a tunnel.
 *
 *     client.update_tunnel({.tunnel_id = id, .update_doc = TunnelUpdateDocument{.state = "STOPPING"}});
 *
 * https://docs.globus.org/api/transfer/
 */
struct TunnelUpdateDocument {
    Optional<std::string> label = {};                ///< for people
    Optional<std::int64_t> listener_port = {};       ///< where the listening program waits
    Optional<std::string> listener_ip_address = {};  ///< where the listening program waits
    Optional<std::string> state = {};                ///< "STOPPING" stops it
    AdditionalFields additional_fields = {};         ///< further attributes
    static constexpr std::string_view resource_type = "Tunnel";
    static constexpr std::array<globus::detail::ResourceLink, 0> resource_links{};
    GLOBUS_MEMBERS(TunnelUpdateDocument, label, listener_port, listener_ip_address, state, additional_fields);

    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/**
 * A bookmark to be made.
 *
 *     BookmarkCreateDocument document{.collection = id, .name = "results", .path = "/~/run1/"};
 *     auto bookmark = client.create_bookmark({.data = document});
 *
 * https://docs.globus.org/api/transfer/collection_bookmarks/
 */
struct BookmarkCreateDocument {
    Required<std::string> collection;         ///< its id
    Required<std::string> name;               ///< one that the user has not used yet
    Required<std::string> path;               ///< of a directory
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Bookmark";
    static constexpr std::array<globus::detail::ResourceLink, 1> resource_links{
        {{"collection", "collection", "Collection"}}};
    GLOBUS_MEMBERS(BookmarkCreateDocument, collection, name, path, additional_fields);

    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/// The new name and path of a bookmark. https://docs.globus.org/api/transfer/collection_bookmarks/
struct BookmarkUpdateDocument {
    Required<std::string> name;               ///< one that the user has not used yet
    Required<std::string> path;               ///< of a directory
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Bookmark";
    static constexpr std::array<globus::detail::ResourceLink, 0> resource_links{};
    GLOBUS_MEMBERS(BookmarkUpdateDocument, name, path, additional_fields);

    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

}  // namespace globus::transfer_v2

#ifdef GLOBUS_BODIES
#include <globus/services/transfer_v2/impl/payloads.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_V2_PAYLOADS_HPP
