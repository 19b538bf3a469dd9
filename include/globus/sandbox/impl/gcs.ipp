// SPDX-License-Identifier: Apache-2.0
// The GCS Manager of the sandbox's endpoint, under /api: documents in memory.
#ifndef GLOBUS_SANDBOX_IMPL_GCS_IPP
#define GLOBUS_SANDBOX_IMPL_GCS_IPP

#include <globus/sandbox/impl/transfer.ipp>

namespace globus::sandbox::detail {

/// [recorded] the shape of every answer: what is asked for is in `data`
inline json::object gcs_result(int status, std::string const& code, std::string const& message, json::array data) {
    return {{"DATA_TYPE", "result#1.0.0"},  {"code", code},       {"detail", code},
            {"http_response_code", status}, {"message", message}, {"data", std::move(data)},
            {"has_next_page", false},       {"marker", ""}};
}

/// [recorded] the versions and connectors; nobody need be known for this
inline Reply gcs_info(World& world, Call&) {
    json::object const info{{"DATA_TYPE", "info#1.0.0"},   {"api_version", "1.29.0"},    {"client_id", world.gcs_id},
                            {"endpoint_id", world.gcs_id}, {"domain_name", "127.0.0.1"}, {"manager_version", "5.4.76"}};
    json::object const connector{{"DATA_TYPE", "connector#1.1.0"},
                                 {"display_name", "POSIX"},
                                 {"id", "145812c8-decc-41f1-83cf-bb2a85a2a70b"},
                                 {"is_baa", false},
                                 {"is_ha", false}};
    return Reply::of(200, gcs_result(200, "success", "", json::array{info, connector}));
}

/// Creates, reads, lists, updates and deletes the documents of one kind. Takes a token for the endpoint. [doc]
template <class Kind>
struct GcsDocuments {
    static Documents& all(World& world) { return world.data.documents[std::string("gcs.") + Kind::many]; }

    static bool allowed(World& world, Call const& call, Reply& refused) {
        return authenticate(world, call, world.gcs_id, refused) != nullptr;
    }
    static Reply missing(World& world, Call const& call) {
        return problem(world, call, 404, "not_found", std::string("No such ") + Kind::one);
    }
    static Reply found(int status, json::object const& document) {
        return Reply::of(status, gcs_result(status, "success", "", json::array{document}));
    }
    static std::optional<json::object> body(Call const& call) {
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (failed || !parsed.is_object()) return std::nullopt;
        return std::move(parsed.get_object());
    }

    static Reply list(World& world, Call& call) {
        Reply refused;
        if (!allowed(world, call, refused)) return refused;
        std::vector<json::object const*> fitting;
        for (auto const& [id, document] : all(world)) {
            bool fits = true;
            // Roles by collection, credentials by gateway.
            for (auto const& [argument, field] :
                 {std::pair("collection_id", "collection"), std::pair("storage_gateway", "storage_gateway_id"),
                  std::pair("mapped_collection_id", "mapped_collection_id")})
                if (auto const wanted = call.argument(argument); !wanted.empty())
                    fits = fits && text_of(document, field) == wanted;
            if (fits) fitting.push_back(&document);
        }
        // [guess] what a marker looks like: the place in the list
        auto const begin = std::max<std::int64_t>(0, to_integer(call.argument("marker")).value_or(0));
        auto const limit = std::clamp<std::int64_t>(to_integer(call.argument("page_size")).value_or(100), 1, 1000);
        auto out = gcs_result(200, "success", "", cut(fitting, begin, limit));
        if (begin + limit < static_cast<std::int64_t>(fitting.size())) {
            out["has_next_page"] = true;
            out["marker"] = std::to_string(begin + limit);
        }
        return Reply::of(200, out);
    }
    static Reply create(World& world, Call& call) {
        Reply refused;
        if (!allowed(world, call, refused)) return refused;
        auto document = body(call);
        if (!document) return problem(world, call, 422, "unprocessable_entity", "The body must be a JSON object");
        std::string const id = world.random.uuid();
        (*document)["id"] = id;
        if (!document->contains("DATA_TYPE")) (*document)["DATA_TYPE"] = std::string(Kind::one) + "#1.0.0";
        all(world).emplace_back(id, *document);
        return found(201, *document);
    }
    static Reply get(World& world, Call& call) {
        Reply refused;
        if (!allowed(world, call, refused)) return refused;
        auto const* document = find_document(all(world), call.holes[0]);
        return document != nullptr ? found(200, *document) : missing(world, call);
    }
    static Reply update(World& world, Call& call) {
        Reply refused;
        if (!allowed(world, call, refused)) return refused;
        auto* const document = find_document(all(world), call.holes[0]);
        if (document == nullptr) return missing(world, call);
        auto const changes = body(call);
        if (!changes) return problem(world, call, 422, "unprocessable_entity", "The body must be a JSON object");
        for (auto const& item : *changes)
            if (item.key() != "id") (*document)[item.key()] = item.value();
        return found(200, *document);
    }
    static Reply remove(World& world, Call& call) {
        Reply refused;
        if (!allowed(world, call, refused)) return refused;
        if (find_document(all(world), call.holes[0]) == nullptr) return missing(world, call);
        std::erase_if(all(world), [&](auto const& one) { return one.first == call.holes[0]; });
        return Reply::of(200, gcs_result(200, "success", "Deleted " + call.holes[0], {}));
    }
};

struct GcsCollectionKind {
    static constexpr char const* one = "collection";
    static constexpr char const* many = "collections";
};
struct GcsGatewayKind {
    static constexpr char const* one = "storage_gateway";
    static constexpr char const* many = "storage_gateways";
};
struct GcsCredentialKind {
    static constexpr char const* one = "user_credential";
    static constexpr char const* many = "user_credentials";
};
struct GcsRoleKind {
    static constexpr char const* one = "role";
    static constexpr char const* many = "roles";
};

/// The endpoint itself: one document, made when it is first asked for.
inline Reply gcs_endpoint(World& world, Call& call) {
    Reply refused;
    if (authenticate(world, call, world.gcs_id, refused) == nullptr) return refused;
    auto& all = world.data.documents["gcs.endpoint"];
    if (all.empty())
        all.emplace_back(world.gcs_id, json::object{{"DATA_TYPE", "endpoint#1.2.0"},
                                                    {"id", world.gcs_id},
                                                    {"display_name", "Sandbox endpoint"},
                                                    {"organization", "Globus Sandbox"},
                                                    {"gcs_manager_url", world.base_url + "api"},
                                                    {"public", false},
                                                    {"subscription_id", nullptr}});
    json::object& document = all.front().second;
    if (call.method == "PATCH") {
        boost::system::error_code failed;
        json::value const changes = json::parse(call.body, failed);
        if (failed || !changes.is_object())
            return problem(world, call, 422, "unprocessable_entity", "The body must be a JSON object");
        for (auto const& item : changes.get_object())
            if (item.key() != "id") document[item.key()] = item.value();
    }
    return Reply::of(200, gcs_result(200, "success", "", json::array{document}));
}

inline std::vector<Route> const& gcs_routes() {
    using Collections = GcsDocuments<GcsCollectionKind>;
    using Gateways = GcsDocuments<GcsGatewayKind>;
    using Credentials = GcsDocuments<GcsCredentialKind>;
    using Roles = GcsDocuments<GcsRoleKind>;
    static constexpr char const* s = "gcs";
    static std::vector<Route> const all{
        {"GET", "/api/info", s, "get_gcs_info", &gcs_info},
        {"GET", "/api/endpoint", s, "get_endpoint", &gcs_endpoint},
        {"PATCH", "/api/endpoint", s, "update_endpoint", &gcs_endpoint},
        {"GET", "/api/collections", s, "get_collection_list", &Collections::list},
        {"POST", "/api/collections", s, "create_collection", &Collections::create},
        {"GET", "/api/collections/{}", s, "get_collection", &Collections::get},
        {"PATCH", "/api/collections/{}", s, "update_collection", &Collections::update},
        {"DELETE", "/api/collections/{}", s, "delete_collection", &Collections::remove},
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
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_GCS_IPP
