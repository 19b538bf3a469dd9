// SPDX-License-Identifier: Apache-2.0
// The GCS Manager of the sandbox's endpoint, under /api. What is made, changed and deleted here is seen by Transfer.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GCS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GCS_IPP

#include <globus/sandbox/impl/services/transfer/routes.ipp>

namespace globus::sandbox::detail {

inline constexpr char const* posix_connector = "145812c8-decc-41f1-83cf-bb2a85a2a70b";

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
                                 {"id", posix_connector},
                                 {"is_baa", false},
                                 {"is_ha", false}};
    return Reply::of(200, gcs_result(200, "success", "", json::array{info, connector}));
}

/// A call to the manager, with a token for the endpoint. [doc]
struct GcsCall {
    GcsCall(World& in, Call& of) : world(in), call(of) { token = authenticate(world, call, world.gcs_id, refused); }

    World& world;
    Call& call;
    Reply refused{};
    AccessToken const* token = nullptr;

    explicit operator bool() const { return token != nullptr; }

    Documents& all(char const* kind) const { return world.data.documents[std::string("gcs.") + kind]; }

    Reply error(int status, std::string const& code, std::string const& message) const {
        return Reply::of(status, gcs_result(status, code, message, {}));
    }

    std::optional<json::object> body() {
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (!failed && parsed.is_object()) return std::move(parsed.get_object());
        refused = error(422, "unprocessable_entity", "The body must be a JSON object");
        return std::nullopt;
    }

    /// Whether the caller administers the endpoint, or one of its collections by a role. [recorded] the code
    bool administers(std::string const& collection = {}) {
        if (is_configured(world, token->identity)) return true;
        for (auto const& [id, role] : all("roles")) {
            std::string const of = text_of(role, "collection");
            bool const here = of.empty() || of == collection;
            if (here && text_of(role, "role") == "administrator" &&
                is_principal(world, token->identity, text_of(role, "principal")))
                return true;
        }
        auto const* owned = find_document(all("collections"), collection);
        if (owned != nullptr && text_of(*owned, "identity_id") == token->identity) return true;
        refused = error(403, "permission_denied", "Insufficient permissions");
        return false;
    }
};

/// What the kinds do that do nothing of their own.
struct GcsKind {
    /// Completes what is created; says what is wrong with it, if anything. [guess] the sentences
    static std::string complete(GcsCall&, json::object&) { return {}; }
    static void changed(GcsCall&, json::object const&) {}
    static void removed(GcsCall&, std::string const&) {}
    static bool may_change(GcsCall& in, json::object const* document) {
        return in.administers(document != nullptr ? text_of(*document, "collection") : "");
    }
    static bool fits(Call const&, json::object const&) { return true; }
    static bool sees(GcsCall const&, json::object const&) { return true; }
};

/// Creates, reads, lists, updates and deletes the documents of one kind.
template <class Kind>
struct GcsDocuments {
    static Reply missing(GcsCall const& in) {
        return in.error(404, "not_found", std::string("No ") + Kind::title + " " + in.call.holes[0]);
    }
    static std::string said(char const* verb, std::string const& id) {
        return std::string(verb) + " " + Kind::title + " " + id;
    }

    static Reply list(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        std::vector<json::object const*> fitting;
        for (auto const& [id, document] : in.all(Kind::many))
            if (Kind::sees(in, document) && Kind::fits(call, document)) fitting.push_back(&document);
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
        GcsCall in(world, call);
        if (!in) return in.refused;
        auto document = in.body();
        if (!document) return in.refused;
        if (!Kind::may_create(in, *document)) return in.refused;
        std::string const id = world.random.uuid();
        (*document)["id"] = id;
        if (!document->contains("DATA_TYPE")) (*document)["DATA_TYPE"] = std::string(Kind::one) + "#1.0.0";
        if (auto const wrong = Kind::complete(in, *document); !wrong.empty())
            return in.error(422, "unprocessable_entity", wrong);
        in.all(Kind::many).emplace_back(id, *document);
        return Reply::of(201, gcs_result(201, "success", said("Created", id), json::array{*document}));
    }
    static Reply get(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        auto const* document = find_document(in.all(Kind::many), call.holes[0]);
        if (document == nullptr || !Kind::sees(in, *document)) return missing(in);
        return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{*document}));
    }
    static Reply update(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        auto* const document = find_document(in.all(Kind::many), call.holes[0]);
        if (document == nullptr || !Kind::sees(in, *document)) return missing(in);
        if (!Kind::may_change(in, document)) return in.refused;
        auto const changes = in.body();
        if (!changes) return in.refused;
        for (auto const& item : *changes)
            if (item.key() != "id") (*document)[item.key()] = item.value();
        Kind::changed(in, *document);
        return Reply::of(200, gcs_result(200, "success", said("Updated", call.holes[0]), json::array{*document}));
    }
    static Reply remove(World& world, Call& call) {
        GcsCall in(world, call);
        if (!in) return in.refused;
        auto const* const document = find_document(in.all(Kind::many), call.holes[0]);
        if (document == nullptr || !Kind::sees(in, *document)) return missing(in);
        if (!Kind::may_change(in, document)) return in.refused;
        in.all(Kind::many).erase(call.holes[0]);
        Kind::removed(in, call.holes[0]);
        return Reply::of(200, gcs_result(200, "success", said("Deleted", call.holes[0]), {}));
    }
};

struct GcsGatewayKind : GcsKind {
    static constexpr char const* one = "storage_gateway";
    static constexpr char const* many = "storage_gateways";
    static constexpr char const* title = "Storage Gateway";
    static bool may_create(GcsCall& in, json::object const&) { return in.administers(); }
    static std::string complete(GcsCall&, json::object& document) {
        if (text_of(document, "display_name").empty()) return "Data Validation Error: display_name is missing";
        // [recorded] the members
        add_defaults(document, {{"connector_id", posix_connector},
                                {"high_assurance", false},
                                {"require_high_assurance", false},
                                {"require_mfa", false},
                                {"authentication_timeout_mins", 15840},
                                {"allowed_domains", json::array{}},
                                {"mapping", nullptr},
                                {"policies", json::object{}},
                                {"restrict_paths", nullptr},
                                {"users_allow", json::array{}},
                                {"users_deny", json::array{}}});
        add_defaults(document,
                     {{"authentication_assurance_timeout", json::value(document.at("authentication_timeout_mins"))}});
        return {};
    }
};

struct GcsCredentialKind : GcsKind {
    static constexpr char const* one = "user_credential";
    static constexpr char const* many = "user_credentials";
    static constexpr char const* title = "User Credential";
    /// [doc] a credential is of the one who makes it, and only he sees it
    static bool sees(GcsCall const& in, json::object const& document) {
        return text_of(document, "identity_id") == in.token->identity;
    }
    static bool may_change(GcsCall&, json::object const*) { return true; }
    static bool may_create(GcsCall&, json::object const&) { return true; }
    static bool fits(Call const& call, json::object const& document) {
        std::string const gateway = call.argument("storage_gateway");
        return gateway.empty() || gateway == text_of(document, "storage_gateway_id");
    }
    static std::string complete(GcsCall& in, json::object& document) {
        std::string const gateway = text_of(document, "storage_gateway_id");
        if (gateway.empty() || find_document(in.all("storage_gateways"), gateway) == nullptr)
            return "Data Validation Error: no such storage gateway: " + gateway;
        document["identity_id"] = in.token->identity;
        document["connector_id"] = posix_connector;
        document["provisioned"] = false;
        document["invalid"] = false;
        add_defaults(document, {{"username", nullptr}, {"display_name", nullptr}, {"policies", json::object{}}});
        return {};
    }
};

struct GcsRoleKind : GcsKind {
    static constexpr char const* one = "role";
    static constexpr char const* many = "roles";
    static constexpr char const* title = "role";
    static bool may_create(GcsCall& in, json::object const& document) {
        return in.administers(text_of(document, "collection"));
    }
    /// [doc] without a collection, the roles of the endpoint; `include=all_roles` gives all
    static bool fits(Call const& call, json::object const& document) {
        std::string const collection = call.argument("collection_id");
        if (collection.empty() && call.argument("include") == "all_roles") return true;
        return text_of(document, "collection") == collection;
    }
    static std::string complete(GcsCall& in, json::object& document) {
        std::string const collection = text_of(document, "collection");
        if (text_of(document, "principal").empty() || text_of(document, "role").empty())
            return "Data Validation Error: principal and role are needed";
        if (!collection.empty() && find_document(in.all("collections"), collection) == nullptr)
            return "Data Validation Error: no such collection: " + collection;
        if (!document.contains("collection")) document["collection"] = nullptr;
        return {};
    }
};

/// What Transfer shows of a collection follows what the manager keeps of it.
inline void show_in_transfer(Endpoint& endpoint, json::object const& document) {
    for (auto const* name : {"display_name", "description", "organization", "department", "contact_email",
                             "contact_info", "info_link", "keywords", "public", "force_encryption", "force_verify",
                             "disable_verify", "default_directory", "user_message", "user_message_link",
                             "high_assurance", "disable_anonymous_writes", "authentication_timeout_mins"})
        if (auto const* value = document.if_contains(name)) endpoint.document[name] = *value;
}

struct GcsCollectionKind : GcsKind {
    static constexpr char const* one = "collection";
    static constexpr char const* many = "collections";
    static constexpr char const* title = "Collection";

    /// [doc] mapped collections are made by administrators, guest collections by whoever may use their host, in a
    /// session that is good enough for it
    static bool may_create(GcsCall& in, json::object const& document) {
        if (text_of(document, "collection_type") != "guest") return in.administers();
        auto const host = in.world.data.endpoints.find(text_of(document, "mapped_collection_id"));
        if (host == in.world.data.endpoints.end()) return true;
        auto lacks = falls_short(in.world, *in.token, host->second);
        if (!lacks) return true;
        lacks->result["authorization_parameters"] = std::move(lacks->parameters);
        in.refused = Reply::of(403, lacks->result);
        return false;
    }
    static bool may_change(GcsCall& in, json::object const* document) {
        return in.administers(text_of(*document, "id"));
    }
    /// [doc] filter=mapped-collections, guest-collections, managed-by-me, created-by-me
    static bool fits(Call const& call, json::object const& document) {
        std::string const host = call.argument("mapped_collection_id");
        if (!host.empty() && host != text_of(document, "mapped_collection_id")) return false;
        std::string const type = text_of(document, "collection_type");
        for (auto const& filter : split(call.argument("filter"), ',')) {
            std::string const name = lower(filter);
            if (name.find("mapped") == 0 && type != "mapped") return false;
            if (name.find("guest") == 0 && type != "guest") return false;
        }
        return true;
    }
    static std::string complete(GcsCall& in, json::object& document) {
        std::string const type = text_of(document, "collection_type");
        if (type != "mapped" && type != "guest")
            return "Data Validation Error: collection_type must be mapped or guest";
        if (text_of(document, "display_name").empty()) return "Data Validation Error: display_name is missing";
        if (!document.contains("identity_id")) document["identity_id"] = in.token->identity;
        return type == "guest" ? complete_guest(in, document) : complete_mapped(in, document);
    }
    static std::string complete_mapped(GcsCall& in, json::object& document) {
        std::string const gateway = text_of(document, "storage_gateway_id");
        if (gateway.empty() || find_document(in.all("storage_gateways"), gateway) == nullptr)
            return "Data Validation Error: no such storage gateway: " + gateway;
        // Its files are those of a new directory of the sandbox.
        fs::path const directory = in.world.options.root / ("collection-" + text_of(document, "id"));
        std::error_code error;
        fs::create_directories(directory, error);
        return publish(in, document, directory, "GCSv5_mapped_collection", nullptr);
    }
    static std::string complete_guest(GcsCall& in, json::object& document) {
        std::string const host_id = text_of(document, "mapped_collection_id");
        auto const host = in.world.data.endpoints.find(host_id);
        if (host == in.world.data.endpoints.end() || host->second.kind != "GCSv5_mapped_collection")
            return "Data Validation Error: no such mapped collection: " + host_id;
        if (auto const* credential = find_document(in.all("user_credentials"), text_of(document, "user_credential_id"));
            credential == nullptr || text_of(*credential, "identity_id") != in.token->identity)
            return "Data Validation Error: user_credential_id names no credential of yours";
        std::string const base = text_of(document, "collection_base_path", "/");
        Place const place = find_place(host->second.directory, base);
        std::error_code error;
        if (!place.allowed || !fs::is_directory(place.file, error))
            return "Data Validation Error: no directory at collection_base_path " + base;
        document["storage_gateway_id"] = nullptr;
        if (auto const* mapped = find_document(in.all("collections"), host_id))
            document["storage_gateway_id"] = text_of(*mapped, "storage_gateway_id");
        return publish(in, document, place.file, "GCSv5_guest_collection", &host->second);
    }
    /// Lets Transfer know of a collection.
    static std::string publish(GcsCall& in, json::object& document, fs::path const& directory, char const* kind,
                               Endpoint const* host) {
        Endpoint made;
        made.id = text_of(document, "id");
        made.directory = directory;
        made.owner = text_of(document, "identity_id");
        made.kind = kind;
        made.document["host_endpoint_id"] = host != nullptr ? json::value(host->id) : json::value(nullptr);
        if (host != nullptr) made.document["host_path"] = text_of(document, "collection_base_path", "/");
        if (auto const* gateway = find_document(in.all("storage_gateways"), text_of(document, "storage_gateway_id")))
            for (auto const* name : {"high_assurance", "authentication_timeout_mins"})
                if (auto const* value = gateway->if_contains(name)) document[name] = *value;
        show_in_transfer(made, document);
        document["connector_id"] = posix_connector;
        document["manager_url"] = in.world.https_url.substr(0, in.world.https_url.size() - 1);
        document["https_url"] = in.world.base_url + "data/" + made.id;
        for (auto const* flag : {"public", "high_assurance", "require_high_assurance"})
            if (!document.contains(flag)) document[flag] = false;
        in.world.add_endpoint(std::move(made));
        return {};
    }
    static void changed(GcsCall& in, json::object const& document) {
        auto const found = in.world.data.endpoints.find(text_of(document, "id"));
        if (found != in.world.data.endpoints.end()) show_in_transfer(found->second, document);
    }
    /// [guess] guest collections go with their host
    static void removed(GcsCall& in, std::string const& id) {
        std::vector<std::string> guests;
        for (auto const& [other, document] : in.all("collections"))
            if (text_of(document, "mapped_collection_id") == id) guests.push_back(other);
        forget_endpoint(in.world, id);
        for (auto const& guest : guests) {
            forget_endpoint(in.world, guest);
            in.all("collections").erase(guest);
        }
        in.all("roles").erase_if([&](auto const& one) { return text_of(one.second, "collection") == id; });
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GCS_IPP
