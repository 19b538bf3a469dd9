// SPDX-License-Identifier: Apache-2.0
// The JSON:API documents of /v2: tunnels, stream access points, bookmarks.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_STREAMS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_STREAMS_IPP

#include <globus/sandbox/impl/services/transfer/documents.ipp>

namespace globus::sandbox::detail {

/// The JSON:API documents of `/v2`. [recorded] shapes
template <class Kind>
struct ApiDocuments {
    static Documents& all(World& world) { return world.data.documents[Kind::many]; }
    static json::object* find(TransferCall& in) {
        auto* const found = find_document(all(in.world), in.call.holes[0]);
        return found != nullptr && Kind::hidden(in, *found) ? nullptr : found;
    }
    static Reply answer(World& world, int status, json::value data) {
        return Reply::of(status, json::object{{"data", std::move(data)},
                                              {"meta", json::object{{"request_id", world.random.request_id()}}}});
    }
    /// A document without what the sandbox keeps for itself.
    static json::object shown(json::object document) {
        document.erase("sandbox_owner");
        return document;
    }
    static Reply list_answer(World& world, json::array data) {
        return Reply::of(200, json::object{{"data", std::move(data)},
                                           {"links", nullptr},
                                           {"meta", json::object{{"request_id", world.random.request_id()}}}});
    }
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        json::array out;
        for (auto const& [id, document] : all(world))
            if (!Kind::hidden(in, document)) out.push_back(shown(document));
        return list_answer(world, std::move(out));
    }
    static Reply create(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto body = in.body();
        if (!body) return in.refused;
        auto* const data = body->if_contains("data");
        if (data == nullptr || !data->is_object()) return in.error(400, "ClientError.BadRequest", "data is missing");
        json::object document = data->get_object();
        json::object attributes;
        if (auto const* given = document.if_contains("attributes"); given != nullptr && given->is_object())
            attributes = given->get_object();
        // [guess] a submission id that was seen before gives the tunnel that it made
        if (auto const submission = text_of(attributes, "submission_id"); !submission.empty())
            for (auto const& [id, other] : all(world))
                if (text_of(*other.if_contains("attributes"), "submission_id") == submission) {
                    Reply again = answer(world, 200, shown(other));
                    again.committed = false;
                    return again;
                }
        std::string const id = world.random.uuid();
        document["id"] = id;
        if (auto const wrong = Kind::complete(in, document, attributes); !wrong.empty())
            return in.error(404, "NotFound", wrong);
        document["attributes"] = std::move(attributes);
        document["type"] = Kind::type;
        all(world).emplace_back(id, document);
        return answer(world, 201, shown(document));
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto const* found = find(in);
        return found != nullptr ? answer(world, 200, shown(*found)) : in.error(404, "NotFound", "Not found");
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto* const found = find(in);
        if (found == nullptr) return in.error(404, "NotFound", "Not found");
        auto const body = in.body();
        if (!body) return in.refused;
        auto const* data = body->if_contains("data");
        auto const* attributes = data != nullptr ? member(*data, "attributes") : nullptr;
        if (attributes != nullptr && attributes->is_object())
            for (auto const& item : attributes->get_object())
                (*found)["attributes"].as_object()[item.key()] = item.value();
        Kind::changed(world, *found);
        return answer(world, 200, shown(*found));
    }
    static Reply remove(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        if (find(in) == nullptr) return in.error(404, "NotFound", "Not found");
        all(world).erase(call.holes[0]);
        return answer(world, 200, nullptr);
    }
    static Reply events(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        if (find(in) == nullptr) return in.error(404, "NotFound", "Not found");
        auto const* events = find_document(world.data.documents["transfer.tunnel_events"], call.holes[0]);
        return list_answer(world, events != nullptr ? events->at("events").as_array() : json::array{});
    }
};

/// Something that happened to a tunnel. [recorded] the members
inline void add_tunnel_event(World& world, std::string const& tunnel, char const* code, char const* description,
                             char const* details) {
    auto& all = world.data.documents["transfer.tunnel_events"];
    auto* events = find_document(all, tunnel);
    if (events == nullptr) events = &all.emplace_back(tunnel, json::object{{"events", json::array{}}}).second;
    (*events)["events"].as_array().push_back(
        json::object{{"type", "TunnelEvent"},
                     {"id", world.data.event_number++},
                     {"attributes", json::object{{"code", code},
                                                 {"is_error", false},
                                                 {"description", description},
                                                 {"details", details},
                                                 {"time", iso_time(world.now_locked())}}}});
}

struct TunnelKind {
    static constexpr char const* many = "transfer.tunnels";
    static constexpr char const* type = "Tunnel";
    static std::string end_of(json::object const& document, char const* name) {
        auto const* relations = document.if_contains("relationships");
        auto const* one = relations != nullptr ? member(*relations, name) : nullptr;
        auto const* data = one != nullptr ? member(*one, "data") : nullptr;
        return data != nullptr ? text_of(*data, "id") : "";
    }
    static bool hidden(TransferCall const& in, json::object const& document) {
        return end_of(document, "owner") != in.token->identity;
    }
    /// [doc] the two ends are stream access points that there are. [guess] a name that is no id at all is let through:
    /// a test that is about something else need not look for one
    static std::string complete(TransferCall const& in, json::object& document, json::object& attributes) {
        auto const& points = documents_of(in.world, "transfer.stream_access_points");
        for (auto const* name : {"initiator", "listener"}) {
            if (find_document(points, end_of(document, name)) == nullptr)
                return std::string("The ") + name + " is no stream access point";
        }
        document["relationships"].as_object()["owner"] =
            json::object{{"data", json::object{{"type", "Identity"}, {"id", in.token->identity}}}};
        add_defaults(attributes, {{"lifetime_mins", 360}, {"restartable", false}, {"label", nullptr}});
        attributes["created_time"] = iso_time(in.world.now_locked());
        attributes["state"] = "AWAITING_LISTENER";
        attributes["status"] = "The tunnel is waiting for listening contact detail setup.";
        for (auto const* name : {"initiator_ip_address", "initiator_port", "listener_ip_address", "listener_port"})
            attributes[name] = nullptr;
        add_tunnel_event(in.world, text_of(document, "id"), "STARTED", "started", "Attempting tunnel establishment");
        return {};
    }
    /// [guess] a tunnel is there as soon as the listener is known, and ends at once
    static void changed(World& world, json::object& document) {
        auto& attributes = document["attributes"].as_object();
        std::string const state = text_of(attributes, "state");
        std::string const id = text_of(document, "id");
        if (state == "STOPPING" || state == "STOPPED") {
            attributes["state"] = "STOPPED";
            attributes["status"] = "The tunnel was stopped.";
            add_tunnel_event(world, id, "TUNNEL_STOPPED", "tunnel has been stopped", "Tunnel stopped as requested.");
        } else if (state == "AWAITING_LISTENER" && !text_of(attributes, "listener_ip_address").empty()) {
            attributes["state"] = "READY";
            attributes["status"] = "The tunnel is active.";
            attributes["initiator_ip_address"] = "127.0.0.1";
            attributes["initiator_port"] = 1;
            add_tunnel_event(world, id, "TUNNEL_ACTIVE", "tunnel is active", "Tunnel has been established");
        }
    }
};

/// A kind that everybody sees.
struct OpenKind {
    static bool hidden(TransferCall const&, json::object const&) { return false; }
    static std::string complete(TransferCall const&, json::object&, json::object&) { return {}; }
    static void changed(World&, json::object&) {}
};

/// [recorded] the members
inline json::object stream_access_point(World const& world, std::string const& id, json::object attributes) {
    add_defaults(attributes, {{"display_name", ""},
                              {"advertised_owner", json::value(world.options.users.front().username)},
                              {"contact_email", nullptr},
                              {"contact_info", nullptr},
                              {"department", nullptr},
                              {"description", nullptr},
                              {"info_link", nullptr},
                              {"keywords", nullptr},
                              {"organization", "Globus Sandbox"},
                              {"tlsftp_server", "tlsftp://127.0.0.1:443"}});
    json::object const host{{"data", json::object{{"type", "Endpoint"}, {"id", world.gcs_id}}}};
    return {{"id", id},
            {"type", "StreamAccessPoint"},
            {"attributes", std::move(attributes)},
            {"relationships", json::object{{"host_endpoint", host}}}};
}

struct AccessPointKind : OpenKind {
    static constexpr char const* many = "transfer.stream_access_points";
    static constexpr char const* type = "StreamAccessPoint";
};

struct ApiBookmarkKind : OpenKind {
    static constexpr char const* many = "transfer.v2_bookmarks";
    static constexpr char const* type = "Bookmark";
    /// [doc] a bookmark belongs to its owner alone; [recorded] its document does not say who that is
    static bool hidden(TransferCall const& in, json::object const& document) {
        return text_of(document, "sandbox_owner") != in.token->identity;
    }
    static std::string complete(TransferCall const& in, json::object& document, json::object&) {
        document["sandbox_owner"] = in.token->identity;
        return {};
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_STREAMS_IPP
