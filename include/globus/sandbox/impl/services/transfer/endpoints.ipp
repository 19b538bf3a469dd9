// SPDX-License-Identifier: Apache-2.0
// Endpoints and collections: their documents, and finding them.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ENDPOINTS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ENDPOINTS_IPP

#include <globus/sandbox/impl/services/transfer/call.ipp>

namespace globus::sandbox::detail {

/// [recorded] the members of every endpoint, of which most are null
inline json::object const& empty_endpoint() {
    static json::object const all = [] {
        json::object out{{"DATA_TYPE", "endpoint"}};
        for (auto const* name : {"authentication_assurance_timeout",
                                 "authentication_policy_id",
                                 "authentication_timeout_mins",
                                 "contact_email",
                                 "contact_info",
                                 "default_directory",
                                 "department",
                                 "description",
                                 "expire_time",
                                 "gcp_connected",
                                 "gcp_paused",
                                 "gcs_manager_url",
                                 "gcs_version",
                                 "globus_connect_setup_key",
                                 "host_endpoint",
                                 "host_endpoint_display_name",
                                 "host_endpoint_id",
                                 "host_path",
                                 "https_server",
                                 "info_link",
                                 "keywords",
                                 "last_accessed_time",
                                 "local_user_info_available",
                                 "mapped_collection_display_name",
                                 "mapped_collection_id",
                                 "myproxy_dn",
                                 "myproxy_server",
                                 "non_functional_endpoint_display_name",
                                 "non_functional_endpoint_id",
                                 "oauth_server",
                                 "organization",
                                 "s3_url",
                                 "sharing_target_endpoint",
                                 "sharing_target_root_path",
                                 "storage_type",
                                 "subscription_id",
                                 "tlsftp_server",
                                 "user_message",
                                 "user_message_link",
                                 "username"})
            out[name] = nullptr;
        for (auto const* name : {"activated", "disable_anonymous_writes", "disable_verify", "force_encryption",
                                 "force_verify", "french_english_bilingual", "high_assurance", "in_use", "mfa_required",
                                 "public", "requester_pays", "s3_owner_activated", "subscription_admin_verified"})
            out[name] = false;
        out["location"] = "Automatic";
        out["network_use"] = "normal";
        out["max_concurrency"] = 4;
        out["max_parallelism"] = 8;
        out["preferred_concurrency"] = 2;
        out["preferred_parallelism"] = 4;
        out["expires_in"] = -1;
        return out;
    }();
    return all;
}

/// An endpoint as somebody sees it.
inline json::object describe_endpoint(World const& world, Endpoint const& endpoint, std::string const& identity) {
    json::object out = empty_endpoint();
    for (auto const& item : endpoint.document) out[item.key()] = item.value();
    bool const personal = endpoint.kind.starts_with("GCP_");
    bool const guest = endpoint.kind.ends_with("_guest_collection");
    bool const functional = endpoint.kind != "GCSv5_endpoint";
    // [recorded] what belongs to a server belongs to its GCS endpoint, and says where its manager is
    std::string const owner = personal ? endpoint.owner : world.gcs_id;
    out["id"] = endpoint.id;
    out["entity_type"] = endpoint.kind;
    out["owner_id"] = owner;
    out["owner_string"] = username_of(world, owner);
    out["name"] = endpoint.id;
    out["canonical_name"] = owner + "#" + endpoint.id;
    out["is_globus_connect"] = personal;
    out["non_functional"] = !functional;
    if (functional && out["default_directory"].is_null()) out["default_directory"] = "/~/";
    out["acl_available"] = guest;
    out["acl_editable"] = guest && endpoint.owner == identity;
    out["shareable"] = !guest;
    if (personal) {
        out["gcp_connected"] = endpoint.state != "disconnected";
        out["gcp_paused"] = false;
        out["DATA"] = json::array{json::object{{"DATA_TYPE", "server"}, {"hostname", nullptr}}};
    } else {
        out["gcs_version"] = "5.4.76";
        out["gcs_manager_url"] = world.https_url.substr(0, world.https_url.size() - 1);
        if (functional) out["https_server"] = world.base_url + "data/" + endpoint.id;
        out["DATA"] = json::array{json::object{{"DATA_TYPE", "server"},
                                               {"hostname", "127.0.0.1"},
                                               {"id", 1},
                                               {"is_connected", endpoint.state != "disconnected"},
                                               {"is_paused", false},
                                               {"port", 443},
                                               {"scheme", "gsiftp"},
                                               {"subject", nullptr},
                                               {"uri", "gsiftp://127.0.0.1:443"}}};
    }
    if (guest) out["mapped_collection_id"] = text_of(endpoint.document, "host_endpoint_id");
    json::array roles;
    bool const all = endpoint.owner == identity || (endpoint.open && is_configured(world, identity));
    if (all)
        for (auto const* role : {"administrator", "activity_manager", "activity_monitor"}) roles.emplace_back(role);
    for (auto const& role : endpoint.roles)
        if (!all && text_of(role, "principal") == identity) roles.emplace_back(text_of(role, "role"));
    out["my_effective_roles"] = std::move(roles);
    return out;
}

inline Reply get_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    return Reply::of(200, describe_endpoint(world, *endpoint, in.token->identity));
}

/// An endpoint of Globus Connect Personal, and the key with which its program registers. [recorded]
inline Reply create_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (text_of(*body, "display_name").empty() && text_of(*body, "name").empty())
        return in.error(400, "ClientError.BadRequest", "display_name is missing");
    if (!flag_of(*body, "is_globus_connect"))
        return in.error(400, "ClientError.BadRequest", "Only endpoints of Globus Connect Personal are made here");
    Endpoint made;
    made.id = world.random.uuid();
    // What the program would serve, is an empty directory of the sandbox.
    made.directory = world.options.root / ("personal-" + made.id);
    std::error_code error;
    fs::create_directories(made.directory, error);
    made.owner = in.token->identity;
    made.kind = "GCP_mapped_collection";
    made.document = *body;
    std::string const key = world.random.uuid();
    made.document["globus_connect_setup_key"] = key;
    world.add_endpoint(made);
    return in.result(201, "Created", "Endpoint created successfully",
                     {{"id", made.id}, {"globus_connect_setup_key", key}}, "endpoint_create_result");
}

/// A symbolic link. [doc]
inline Reply operation_symlink(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const path = text_of(*body, "path");
    if (!in.may_use(*endpoint, "Symlink", path, true)) return in.refused;
    Place const place = find_place(endpoint->directory, path);
    if (!place.allowed || place.path == "/")
        return in.error(403, "EndpointPermissionDenied", "Permission denied: " + path);
    std::error_code error;
    if (fs::exists(fs::symlink_status(place.file, error)))
        return in.error(502, "ExternalError.SymlinkFailed.Exists", "Path already exists: " + path);
    fs::create_symlink(text_of(*body, "symlink_target"), place.file, error);
    if (error) return in.error(404, "ClientError.NotFound", "The directory above does not exist: " + path);
    return in.result(202, "SymlinkCreated", "The symlink was created successfully", {}, "symlink_result");
}

inline Reply update_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (!in.manages(*endpoint))
        return in.error(403, "PermissionDenied", "Only an administrator may change an endpoint");
    for (auto const& item : *body)
        if (item.key() != "id" && item.key() != "DATA_TYPE") endpoint->document[item.key()] = item.value();
    return in.result(200, "Updated", "Endpoint updated successfully");
}

/// The subscription of an endpoint, or whether its subscription vouches for it. [guess] every subscription is known, and
/// "DEFAULT" is the sandbox's own
inline Reply set_subscription(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (!in.manages(*endpoint)) return in.error(403, "PermissionDenied", "Only an administrator may do this");
    bool const verified = call.operation == "set_subscription_admin_verified";
    char const* const name = verified ? "subscription_admin_verified" : "subscription_id";
    auto const* value = body->if_contains(name);
    if (value == nullptr) return in.error(400, "ClientError.BadRequest", std::string(name) + " is missing");
    bool const own = value->is_string() && same_name(std::string_view(value->get_string()), "DEFAULT");
    endpoint->document[name] = own ? json::value(own_subscription(world)) : *value;
    return in.result(200, "Updated", "Endpoint updated successfully");
}

/// The servers of an endpoint: one. [recorded] the shape
inline Reply endpoint_server_list(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    json::object const document = describe_endpoint(world, *endpoint, in.token->identity);
    return Reply::of(200, json::object{{"DATA_TYPE", "endpoint_server_list"},
                                       {"endpoint", endpoint->id},
                                       {"length", document.at("DATA").as_array().size()},
                                       {"DATA", document.at("DATA")}});
}

inline Reply endpoint_server(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    json::object const document = describe_endpoint(world, *endpoint, in.token->identity);
    if (call.holes[1] != "1" || endpoint->kind.starts_with("GCP_"))
        return in.error(404, "ServerNotFound", "No such server");
    return Reply::of(200, document.at("DATA").as_array().at(0));
}

/// Removes an endpoint, and what the GCS manager keeps of it.
inline void forget_endpoint(World& world, std::string const& id) {
    std::erase(world.data.endpoint_order, id);
    world.data.endpoints.erase(id);
    std::erase_if(world.data.apps, [&](App const& app) { return app.id == id; });
    world.data.documents["gcs.collections"].erase(id);
}

inline Reply delete_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    if (!in.manages(*endpoint))
        return in.error(403, "PermissionDenied", "Only an administrator may delete an endpoint");
    if (endpoint->kind == "GCSv5_endpoint")
        return in.error(409, "NotSupported", "An endpoint is deleted by its own manager");  // [guess]
    forget_endpoint(world, std::string(endpoint->id));
    return in.result(200, "Deleted", "Endpoint deleted successfully");
}

/// A guest collection over a directory of another collection.
inline Reply create_shared_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    Endpoint* const host = in.endpoint(text_of(*body, "host_endpoint", text_of(*body, "host_endpoint_id")));
    if (host == nullptr) return in.refused;
    if (!in.may_use(*host, "Share", text_of(*body, "host_path", "/"), false)) return in.refused;
    Place const place = find_place(host->directory, text_of(*body, "host_path", "/"));
    std::error_code error;
    if (!place.allowed || !fs::is_directory(place.file, error))
        return in.error(404, "ClientError.NotFound", "No directory at host_path");
    Endpoint made;
    made.id = world.random.uuid();
    made.directory = place.file;
    made.owner = in.token->identity;
    made.kind = host->kind.starts_with("GCP_") ? "GCP_guest_collection" : "GCSv5_guest_collection";
    made.document = *body;
    if (made.document.if_contains("display_name") == nullptr) made.document["display_name"] = made.id;
    made.document["host_endpoint_id"] = host->id;
    made.document["host_path"] = place.path;
    world.add_endpoint(made);
    return in.result(201, "Created", "Shared endpoint created successfully", {{"id", made.id}},
                     "endpoint_create_result");
}

/// The guest collections over a collection (`get_shared_endpoint_list` in pages of [guess] 100 or `max_results`), those
/// of them that are the caller's, or all endpoints that the caller manages.
inline Reply endpoint_lists(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    bool const monitored = call.operation == "endpoint_manager_monitored_endpoints";
    if (!monitored && in.endpoint(call.holes[0]) == nullptr) return in.refused;
    std::vector<json::object> found;
    for (auto const& id : world.data.endpoint_order) {
        Endpoint const& endpoint = world.data.endpoints.peek(id);
        if (monitored && !in.manages(endpoint, {"administrator", "activity_manager", "activity_monitor"})) continue;
        if (call.operation == "my_shared_endpoint_list" && endpoint.owner != in.token->identity) continue;
        if (!monitored && text_of(endpoint.document, "host_endpoint_id") != call.holes[0]) continue;
        found.push_back(describe_endpoint(world, endpoint, in.token->identity));
    }
    if (call.operation != "get_shared_endpoint_list") {
        auto const length = found.size();
        return Reply::of(200, json::object{{"DATA_TYPE", "endpoint_list"},
                                           {"length", length},
                                           {"DATA", cut(found, 0, static_cast<std::int64_t>(length))}});
    }
    // [recorded] the identifiers alone
    std::vector<json::object> shared;
    for (auto const& one : found) shared.push_back({{"id", one.at("id")}});
    auto const offset = std::max<std::int64_t>(0, in.number("next_token", 0));
    auto const limit = std::clamp<std::int64_t>(in.number("max_results", 100), 1, 1000);
    bool const more = offset + limit < static_cast<std::int64_t>(shared.size());
    return Reply::of(
        200, json::object{{"shared_endpoints", cut(shared, offset, limit)},
                          {"next_token", more ? json::value(std::to_string(offset + limit)) : json::value(nullptr)}});
}

/// The words of a text, each with a blank around it.
inline std::string words_of(std::string const& text) {
    std::string out = " ";
    for (char const c : lower(text)) {
        bool const part = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || (c & 0x80) != 0;
        if (part || out.back() != ' ') out += part ? c : ' ';
    }
    return out.back() == ' ' ? out : out + " ";
}

/// Whether the kind of an endpoint is one of those that a search asks for.
inline bool types_named(Call const& call, Endpoint const& endpoint) {
    for (auto const& type : split(call.argument("filter_entity_type"), ','))
        if (same_name(type, endpoint.kind)) return true;
    return false;
}

/// [doc] where a search looks
inline bool in_search_scope(TransferCall const& in, Endpoint const& endpoint, std::string const& scope) {
    std::string const& me = in.token->identity;
    bool const mine = endpoint.owner == me;
    bool const guest = endpoint.kind.ends_with("_guest_collection");
    if (scope == "my-endpoints") return mine;
    if (scope == "my-gcp-endpoints") return mine && endpoint.kind == "GCP_mapped_collection";
    if (scope == "administered-by-me") return in.manages(endpoint);
    if (scope == "shared-by-me") return mine && guest;
    if (scope == "shared-with-me") return !mine && guest && !endpoint.open && in.access(endpoint, "/") != Access::none;
    if (scope == "recently-used" || scope == "in-use") {
        for (auto const& id : in.world.data.task_order) {
            Task const& task = in.world.data.tasks.peek(id);
            if (task.owner == me && (task.source == endpoint.id || task.destination == endpoint.id) &&
                (scope == "recently-used" || task.active()))
                return true;
        }
        return false;
    }
    return true;
}

/// [doc] a search needs words, or a scope that says where to look
inline Reply endpoint_search(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    std::string const words = lower(call.argument("filter_fulltext"));
    std::string const scope = call.argument("filter_scope", "all");
    if (words.empty() && scope == "all")
        return in.error(400, "ClientError.BadRequest", "filter_fulltext is needed when filter_scope is all");
    std::vector<json::object> found;
    for (auto const& id : world.data.endpoint_order) {
        Endpoint const& endpoint = world.data.endpoints.peek(id);
        json::object document = describe_endpoint(world, endpoint, in.token->identity);
        std::string text = " ";
        for (auto const* field : {"id", "display_name", "description", "organization", "keywords", "owner_string"})
            text += words_of(field_text(document, field));
        bool fits = in_search_scope(in, endpoint, scope);
        // [doc] every word must be there; [guess] it may be the begin of one
        for (auto const& word : split(words, ' '))
            if (!word.empty()) fits = fits && text.find(" " + trim(words_of(word))) != std::string::npos;
        bool const functional = endpoint.kind != "GCSv5_endpoint";
        if (!functional && !types_named(call, endpoint) && call.argument("filter_non_functional") != "1") continue;
        if (auto const owner = call.argument("filter_owner_id"); !owner.empty()) fits = fits && endpoint.owner == owner;
        if (auto const type = call.argument("filter_entity_type"); !type.empty()) {
            fits = fits && types_named(call, endpoint);
        }
        if (auto const host = call.argument("filter_host_endpoint"); !host.empty())
            fits = fits && text_of(document, "host_endpoint_id") == host;
        if (fits) found.push_back(std::move(document));
    }
    auto const offset = in.number("offset", 0);
    auto const limit = std::min<std::int64_t>(100, in.number("limit", 25));
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    return Reply::of(200, json::object{{"DATA_TYPE", "endpoint_list"},
                                       {"offset", offset},
                                       {"limit", limit},
                                       {"has_next_page", offset + limit < static_cast<std::int64_t>(found.size())},
                                       {"DATA", cut(found, offset, limit)}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_ENDPOINTS_IPP
