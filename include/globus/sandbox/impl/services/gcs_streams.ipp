// SPDX-License-Identifier: Apache-2.0
// Stream gateways of the GCS Manager, and the secrets by which programs of their network come in.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GCS_STREAMS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GCS_STREAMS_IPP

#include <globus/sandbox/impl/services/gcs.ipp>

namespace globus::sandbox::detail {

/// What a stream gateway is unless somebody says otherwise. [doc] the members
inline void complete_stream_gateway(json::object& gateway) {
    add_defaults(gateway, {{"allowed_domains", json::array{}},
                           {"authentication_timeout_mins", nullptr},
                           {"domain_name", "127.0.0.1"},
                           {"identity_mappings", nullptr},
                           {"lan_name", nullptr},
                           {"lan_secret_required", false},
                           {"run_as_local_user", false},
                           {"tlsftp_url", "tlsftp://127.0.0.1:443"},
                           {"users_allow", nullptr},
                           {"users_deny", nullptr}});
}

/// Lets Transfer know of a stream gateway, as the access point that tunnels begin and end at. [guess] its identifier is
/// the gateway's
inline void show_access_point(World& world, json::object const& gateway) {
    auto& points = world.data.documents["transfer.stream_access_points"];
    std::string const id = text_of(gateway, "id");
    auto* point = points.find(id);
    if (point == nullptr) point = &points.emplace_back(id, stream_access_point(world, id, {})).second;
    auto& attributes = point->at("attributes").as_object();
    for (auto&& item : attributes)
        if (auto const* value = gateway.if_contains(item.key())) item.value() = *value;
}

/// Where tunnels may begin and end.
struct GcsStreamGatewayKind : GcsKind {
    static constexpr char const* one = "stream_gateway";
    static constexpr char const* many = "stream_gateways";
    static constexpr char const* title = "Stream Gateway";
    static bool may_create(GcsCall& in, json::object const&) { return in.administers(); }
    static bool may_change(GcsCall& in, json::object const*) { return in.administers(); }
    static std::string complete(GcsCall& in, json::object& document) {
        if (text_of(document, "display_name").empty()) return "Data Validation Error: display_name is missing";
        for (auto const* only_read : {"domain_name", "tlsftp_url"}) document.erase(only_read);
        complete_stream_gateway(document);
        show_access_point(in.world, document);
        return {};
    }
    static void changed(GcsCall& in, json::object const& document) { show_access_point(in.world, document); }
    static void removed(GcsCall& in, std::string const& id) {
        in.world.data.documents["transfer.stream_access_points"].erase(id);
        in.all("lan_secrets").erase_if([&](auto const& one) {
            return text_of(one.second, "stream_access_point_id") == id;
        });
    }
};

/// What a program of the gateway's network shows to use a tunnel. [doc] it is made for a tunnel at one of its ends, and
/// for an identity that the gateway lets in; nobody but he deletes it
struct GcsLanSecretKind : GcsKind {
    static constexpr char const* one = "lan_secret";
    static constexpr char const* many = "lan_secrets";
    static constexpr char const* title = "LAN Secret";

    static bool may_create(GcsCall& in, json::object const& document) {
        auto const* gateway = find_document(in.all("stream_gateways"), text_of(document, "stream_access_point_id"));
        auto const* allowed = gateway != nullptr ? gateway->if_contains("allowed_domains") : nullptr;
        auto const* domains = allowed != nullptr ? allowed->if_array() : nullptr;
        auto const* user = in.world.user(in.token->identity);
        if (domains == nullptr || domains->empty() || (user != nullptr && in_domains(user->username, *domains)))
            return true;
        in.refused = in.error(403, "permission_denied", "The stream gateway allows no identity of your domain");
        return false;
    }
    static bool may_change(GcsCall& in, json::object const* document) {
        if (text_of(*document, "identity_id") == in.token->identity) return true;
        in.refused = in.error(403, "permission_denied", "This LAN secret is not yours");
        return false;
    }
    static std::string complete(GcsCall& in, json::object& document) {
        std::string const point = text_of(document, "stream_access_point_id");
        if (find_document(in.all("stream_gateways"), point) == nullptr)
            return "Data Validation Error: no such stream access point: " + point;
        std::string const tunnel = text_of(document, "tunnel_id");
        auto const* found = find_document(documents_of(in.world, TunnelKind::many), tunnel);
        if (found == nullptr || TunnelKind::end_of(*found, "owner") != in.token->identity)
            return "Data Validation Error: no such tunnel: " + tunnel;
        if (TunnelKind::end_of(*found, "initiator") != point && TunnelKind::end_of(*found, "listener") != point)
            return "Data Validation Error: the tunnel does not end at this stream access point";
        // [guess] an hour, unless the request says how long; no account without the name of one
        auto const minutes = static_cast<std::int64_t>(number_of(document, "expires_in_mins", 60));
        document.erase("expires_in_mins");
        document["DATA_TYPE"] = "lan_secret#1.0.0";
        document["identity_id"] = in.token->identity;
        document["secret"] = in.world.token("secret");
        document["expires"] = in.world.now_locked() / 1000 + minutes * 60;
        add_defaults(document, {{"username", nullptr}});
        return {};
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GCS_STREAMS_IPP
