// SPDX-License-Identifier: Apache-2.0
// The rest of the GCS Manager: the endpoint itself, its nodes, owners and policies; and which request is which operation.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GCS_ENDPOINT_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GCS_ENDPOINT_IPP

#include <globus/sandbox/impl/services/gcs_domains.ipp>
#include <globus/sandbox/impl/services/gcs_streams.ipp>

namespace globus::sandbox::detail {

/// The endpoint itself.
inline Reply gcs_endpoint(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    json::object& document = in.all("endpoint").front().second;
    document["gcs_manager_url"] = world.https_url.substr(0, world.https_url.size() - 1);
    if (call.method == "GET")
        return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{document}));
    if (!in.administers()) return in.refused;
    auto const changes = in.body();
    if (!changes) return in.refused;
    for (auto const& item : *changes)
        if (item.key() != "id" && item.key() != "DATA_TYPE") document[item.key()] = item.value();
    // [doc] the caller's own subscription, when he has one
    if (same_name(text_of(document, "subscription_id"), "DEFAULT"))
        document["subscription_id"] = own_subscription(world);
    Endpoint& shown = world.data.endpoints[world.gcs_id];
    show_in_transfer(shown, document);
    shown.document["subscription_id"] = document["subscription_id"];
    json::array data;
    if (call.argument("include") == "endpoint") data.push_back(document);
    return Reply::of(200, gcs_result(200, "success", "Updated endpoint " + world.gcs_id, std::move(data)));
}

/// The machines of the endpoint. [doc]
struct GcsNodeKind : GcsKind {
    static constexpr char const* one = "node";
    static constexpr char const* many = "nodes";
    static constexpr char const* title = "Node";
    static bool may_create(GcsCall& in, json::object const&) { return in.administers(); }
    static std::string complete(GcsCall&, json::object& document) {
        if (!document.contains("status")) document["status"] = "active";
        return {};
    }
};

/// Who is shown as the owner of the endpoint or of a collection. [guess] PUT sets it, DELETE takes it away
inline Reply gcs_owner(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    bool const of_collection = !call.holes.empty();
    auto* const document =
        of_collection ? find_document(in.all("collections"), call.holes[0]) : &in.all("endpoint").front().second;
    if (document == nullptr) return in.error(404, "not_found", "No Collection " + call.holes[0]);
    if (!in.administers(of_collection ? call.holes[0] : "")) return in.refused;
    std::string const name = call.segments.back() == "owner" ? "identity_id" : "owner_string";
    json::value owner = nullptr;
    if (call.method == "PUT") {
        auto const body = in.body();
        if (!body) return in.refused;
        if (auto const* given = body->if_contains(name)) owner = *given;
    }
    (*document)[name] = std::move(owner);
    return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{*document}));
}

/// What keeps guest collections of a mapped collection to some paths. [doc]; [guess] it is kept, and not applied
struct GcsSharingPolicyKind : GcsKind {
    static constexpr char const* one = "sharing_policy";
    static constexpr char const* many = "sharing_policies";
    static constexpr char const* title = "Sharing Policy";
    static std::string collection_of(json::object const& document) { return text_of(document, "collection_id"); }
    static bool may_create(GcsCall& in, json::object const& document) {
        return in.administers(collection_of(document));
    }
    static bool may_change(GcsCall& in, json::object const* document) {
        return in.administers(collection_of(*document));
    }
    static bool fits(Call const& call, json::object const& document) {
        std::string const collection = call.argument("collection_id");
        return collection.empty() || collection == collection_of(document);
    }
    static std::string complete(GcsCall& in, json::object& document) {
        if (find_document(in.all("collections"), collection_of(document)) == nullptr)
            return "Data Validation Error: no such collection: " + collection_of(document);
        if (!document.contains("sharing_restrict_paths"))
            return "Data Validation Error: sharing_restrict_paths is missing";
        add_defaults(document, {{"users", nullptr}});
        return {};
    }
};

/// Whether the subscription of a collection vouches for it. [doc]
inline Reply gcs_verify(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    auto* const document = find_document(in.all("collections"), call.holes[0]);
    if (document == nullptr) return in.error(404, "not_found", "No Collection " + call.holes[0]);
    if (!in.administers(call.holes[0])) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    bool const verified = flag_of(*body, "subscription_admin_verified");
    (*document)["subscription_admin_verified"] = verified;
    if (auto const shown = world.data.endpoints.find(call.holes[0]); shown != world.data.endpoints.end())
        shown->second.document["subscription_admin_verified"] = verified;
    return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{*document}));
}

/// Deletes several guest collections. [doc] those that are not there are passed over, mapped ones are refused
inline Reply gcs_delete_batch(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* ids = body->if_contains("ids");
    if (ids == nullptr || !ids->is_array()) return in.error(422, "unprocessable_entity", "Data Validation Error: ids");
    std::vector<std::string> wanted;
    for (auto const& id : ids->get_array()) {
        auto const* document =
            id.is_string() ? find_document(in.all("collections"), to_string(id.get_string())) : nullptr;
        if (document == nullptr) continue;
        if (!in.administers(text_of(*document, "id"))) return in.refused;
        if (text_of(*document, "collection_type") == "mapped")
            return in.error(422, "unprocessable_entity",
                            "Data Validation Error: not a guest collection: " + text_of(*document, "id"));
        wanted.push_back(text_of(*document, "id"));
    }
    json::array gone;
    for (auto const& id : wanted) {
        GcsCollectionKind::removed(in, id);
        gone.emplace_back(id);
    }
    return Reply::of(202,
                     gcs_result(202, "success", "Operation successful",
                                json::array{json::object{{"DATA_TYPE", "batch#1.0.0"}, {"ids", std::move(gone)}}}));
}

inline std::vector<Route> gcs_endpoint_routes() {
    using Collections = GcsDocuments<GcsCollectionKind>;
    static constexpr char const* s = "gcs";
    return {
        {"GET", "/api/info", s, "get_gcs_info", &gcs_info},
        {"GET", "/api/endpoint", s, "get_endpoint", &gcs_endpoint},
        {"PATCH", "/api/endpoint", s, "update_endpoint", &gcs_endpoint},
        {"PUT", "/api/endpoint/subscription_id", s, "set_subscription_id", &gcs_endpoint},
        {"GET", "/api/collections", s, "get_collection_list", &Collections::list},
        {"POST", "/api/collections", s, "create_collection", &Collections::create},
        {"GET", "/api/collections/{}", s, "get_collection", &Collections::get},
        {"PATCH", "/api/collections/{}", s, "update_collection", &Collections::update},
        {"DELETE", "/api/collections/{}", s, "delete_collection", &Collections::remove},
        {"PUT", "/api/collections/{}", s, "update_collection", &Collections::update},
        {"PUT", "/api/collections/{}/owner_string", s, "set_owner_string", &gcs_owner},
        {"DELETE", "/api/collections/{}/owner_string", s, "reset_owner_string", &gcs_owner},
        {"PUT", "/api/collections/{}/owner", s, "set_owner", &gcs_owner},
        {"PUT", "/api/collections/{}/subscription_admin_verified", s, "set_subscription_admin_verified", &gcs_verify},
        {"GET", "/api/collections/check", s, "check_collections", &gcs_check},
        {"GET", "/api/collections/{}/check", s, "check_collection", &gcs_check},
        {"GET", "/api/collections/{}/domain", s, "get_collection_domain", &gcs_domain},
        {"PUT", "/api/collections/{}/domain", s, "set_collection_domain", &gcs_domain},
        {"DELETE", "/api/collections/{}/domain", s, "delete_collection_domain", &gcs_domain},
        {"POST", "/api/collections/batch_delete", s, "delete_collections", &gcs_delete_batch},
        {"PUT", "/api/endpoint", s, "update_endpoint", &gcs_endpoint},
        {"PUT", "/api/endpoint/owner", s, "set_owner", &gcs_owner},
        {"PUT", "/api/endpoint/owner_string", s, "set_owner_string", &gcs_owner},
        {"DELETE", "/api/endpoint/owner_string", s, "reset_owner_string", &gcs_owner},
        {"GET", "/api/endpoint/domain", s, "get_endpoint_domain", &gcs_domain},
        {"PUT", "/api/endpoint/domain", s, "set_endpoint_domain", &gcs_domain},
        {"DELETE", "/api/endpoint/domain", s, "delete_endpoint_domain", &gcs_domain},
    };
}

inline std::vector<Route> gcs_document_routes() {
    using Nodes = GcsDocuments<GcsNodeKind>;
    using SharingPolicies = GcsDocuments<GcsSharingPolicyKind>;
    using Gateways = GcsDocuments<GcsGatewayKind>;
    using Credentials = GcsDocuments<GcsCredentialKind>;
    using Roles = GcsDocuments<GcsRoleKind>;
    using StreamGateways = GcsDocuments<GcsStreamGatewayKind>;
    using LanSecrets = GcsDocuments<GcsLanSecretKind>;
    static constexpr char const* s = "gcs";
    return {
        {"GET", "/api/sharing_policies", s, "get_sharing_policy_list", &SharingPolicies::list},
        {"POST", "/api/sharing_policies", s, "create_sharing_policy", &SharingPolicies::create},
        {"GET", "/api/sharing_policies/{}", s, "get_sharing_policy", &SharingPolicies::get},
        {"DELETE", "/api/sharing_policies/{}", s, "delete_sharing_policy", &SharingPolicies::remove},
        {"GET", "/api/stream_gateways", s, "get_stream_gateway_list", &StreamGateways::list},
        {"POST", "/api/stream_gateways", s, "create_stream_gateway", &StreamGateways::create},
        {"GET", "/api/stream_gateways/{}", s, "get_stream_gateway", &StreamGateways::get},
        {"PATCH", "/api/stream_gateways/{}", s, "update_stream_gateway", &StreamGateways::update},
        {"DELETE", "/api/stream_gateways/{}", s, "delete_stream_gateway", &StreamGateways::remove},
        {"POST", "/api/lan_secrets", s, "create_lan_secret", &LanSecrets::create},
        {"DELETE", "/api/lan_secrets/{}", s, "delete_lan_secret", &LanSecrets::remove},
        {"GET", "/api/nodes", s, "get_node_list", &Nodes::list},
        {"POST", "/api/nodes", s, "create_node", &Nodes::create},
        {"GET", "/api/nodes/{}", s, "get_node", &Nodes::get},
        {"PUT", "/api/nodes/{}", s, "update_node", &Nodes::update},
        {"PATCH", "/api/nodes/{}", s, "update_node", &Nodes::update},
        {"DELETE", "/api/nodes/{}", s, "delete_node", &Nodes::remove},
        {"PUT", "/api/storage_gateways/{}", s, "update_storage_gateway", &Gateways::update},
        {"PUT", "/api/user_credentials/{}", s, "update_user_credential", &Credentials::update},
        {"GET", "/api/storage_gateways", s, "get_storage_gateway_list", &Gateways::list},
        {"POST", "/api/storage_gateways", s, "create_storage_gateway", &Gateways::create},
        {"GET", "/api/storage_gateways/{}", s, "get_storage_gateway", &Gateways::get},
        {"PATCH", "/api/storage_gateways/{}", s, "update_storage_gateway", &Gateways::update},
        {"DELETE", "/api/storage_gateways/{}", s, "delete_storage_gateway", &Gateways::remove},
        {"GET", "/api/roles", s, "get_role_list", &Roles::list},
        {"POST", "/api/roles", s, "create_role", &Roles::create},
        {"GET", "/api/roles/{}", s, "get_role", &Roles::get},
        {"DELETE", "/api/roles/{}", s, "delete_role", &Roles::remove},
        {"GET", "/api/user_credentials", s, "get_user_credential_list", &Credentials::list},
        {"POST", "/api/user_credentials", s, "create_user_credential", &Credentials::create},
        {"GET", "/api/user_credentials/{}", s, "get_user_credential", &Credentials::get},
        {"PATCH", "/api/user_credentials/{}", s, "update_user_credential", &Credentials::update},
        {"DELETE", "/api/user_credentials/{}", s, "delete_user_credential", &Credentials::remove},
    };
}

inline std::vector<Route> const& gcs_routes() {
    static std::vector<Route> const all = [] {
        std::vector<Route> routes = gcs_endpoint_routes();
        for (auto const& route : gcs_document_routes()) routes.push_back(route);
        return routes;
    }();
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GCS_ENDPOINT_IPP
