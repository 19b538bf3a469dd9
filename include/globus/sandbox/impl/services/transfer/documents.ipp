// SPDX-License-Identifier: Apache-2.0
// Documents of the service: bookmarks and pause rules.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_DOCUMENTS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_DOCUMENTS_IPP

#include <globus/sandbox/impl/services/transfer/call.ipp>

namespace globus::sandbox::detail {

template <class Kind>
struct PlainDocuments {
    static Documents& all(World& world) { return world.data.documents[Kind::many]; }
    static json::object* find(TransferCall& in) {
        auto* const found = find_document(all(in.world), in.call.holes[0]);
        return found != nullptr && Kind::hidden(in, *found) ? nullptr : found;
    }
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        json::array out;
        auto const endpoint = call.argument("filter_endpoint");
        for (auto const& [id, document] : all(world))
            if (!Kind::hidden(in, document) && (endpoint.empty() || text_of(document, "endpoint_id") == endpoint))
                out.push_back(document);
        return Reply::of(200, json::object{{"DATA_TYPE", Kind::list_type}, {"DATA", std::move(out)}});
    }
    static Reply create(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto body = in.body();
        if (!body) return in.refused;
        if (auto const name = text_of(*body, "name"); Kind::unique_names && !name.empty())
            for (auto const& [id, document] : all(world))
                if (text_of(document, "name") == name && !Kind::hidden(in, document))
                    return in.error(409, "BookmarkExists", "There is a bookmark of this name already");
        std::string const id = world.random.uuid();
        (*body)["id"] = id;
        (*body)["DATA_TYPE"] = Kind::type;
        Kind::complete(in, *body);
        all(world).emplace_back(id, *body);
        Kind::changed(world);
        return Reply::of(201, *body);
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto const* found = find(in);
        return found != nullptr ? Reply::of(200, *found) : in.error(404, Kind::missing, "Not found");
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto* const found = find(in);
        if (found == nullptr) return in.error(404, Kind::missing, "Not found");
        auto const body = in.body();
        if (!body) return in.refused;
        for (auto const& item : *body)
            if (item.key() != "id") (*found)[item.key()] = item.value();
        Kind::changed(world);
        return Reply::of(200, *found);
    }
    static Reply remove(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        if (find(in) == nullptr) return in.error(404, Kind::missing, "Not found");
        all(world).erase(call.holes[0]);
        Kind::changed(world);
        return in.result(200, "Deleted", "Deleted successfully");
    }
};

struct BookmarkKind {
    static constexpr char const* many = "transfer.bookmarks";
    static constexpr char const* type = "bookmark";
    static constexpr char const* list_type = "bookmark_list";
    static constexpr char const* missing = "BookmarkNotFound";
    static constexpr bool unique_names = true;
    static void changed(World&) {}
    /// [doc] a bookmark belongs to its owner alone
    static bool hidden(TransferCall const& in, json::object const& document) {
        return text_of(document, "owner_id") != in.token->identity;
    }
    static void complete(TransferCall const& in, json::object& document) {
        document["owner_id"] = in.token->identity;
        if (!document.contains("pinned")) document["pinned"] = false;
    }
};

struct PauseRuleKind {
    static constexpr char const* many = "transfer.pause_rules";
    static constexpr char const* type = "pause_rule";
    static constexpr char const* list_type = "pause_rule_list";
    static constexpr char const* missing = "PauseRuleNotFound";
    static constexpr bool unique_names = false;
    /// [doc] whoever manages the collection sees its rules
    static bool hidden(TransferCall const& in, json::object const& document) {
        auto const found = in.world.data.endpoints.find(text_of(document, "endpoint_id"));
        return found != in.world.data.endpoints.end() &&
               !in.manages(found->second, {"administrator", "activity_manager"});
    }
    static void complete(TransferCall const&, json::object&) {}
    static void changed(World& world) {
        (void)running_tasks(world);  // pauses and lets go
        world.wake.notify_all();
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_DOCUMENTS_IPP
