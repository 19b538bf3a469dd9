// SPDX-License-Identifier: Apache-2.0
// A call to Search: who asks, of which index, and with what role.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_CALL_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_CALL_IPP

#include <globus/sandbox/impl/services/plain.ipp>

namespace globus::sandbox::detail {

/// A call to Search. Without a token it is nobody's, and sees what is public.
struct SearchCall : PlainCall {
    SearchCall(World& in, Call& of) : PlainCall(in, of) {
        static constexpr std::string_view all = "urn:globus:auth:scope:search.api.globus.org:all";
        static constexpr std::string_view reads = "urn:globus:auth:scope:search.api.globus.org:search";
        static constexpr std::string_view ingests = "urn:globus:auth:scope:search.api.globus.org:ingest";
        bool const query =
            call.operation.find("search") != std::string::npos || call.operation == "scroll" || call.method == "GET";
        if (token == nullptr) {
            anonymous = call.bearer().empty() && query;
        } else if (query) {
            (void)has_one_of({all, reads, ingests});
        } else if (call.operation.find("index") == std::string::npos &&
                   call.operation.find("role") == std::string::npos) {
            (void)has_one_of({all, ingests});
        } else {
            (void)has_one_of({all});
        }
    }

    bool anonymous = false;

    explicit operator bool() const { return token != nullptr || anonymous; }
    std::string identity() const { return token != nullptr ? token->identity : ""; }

    /// The index that the route names, if its state allows the call. [recorded] the codes
    json::object* index(bool any_state = false) {
        auto* const found = find("indices");
        if (found == nullptr) {
            refused = error(404, "NotFound.NoSuchIndex", "There is no search index named \"" + call.holes[0] + "\"");
            return nullptr;
        }
        if (!any_state && text_of(*found, "status") != "open") {
            refused = error(409, "Conflict.IncompatibleIndexStatus",
                            "Index status (delete_pending) did not match required status for this operation: open");
            return nullptr;
        }
        return found;
    }

    /// The caller's roles at an index. [doc] owner, admin, writer
    json::array roles(std::string const& id) const {
        json::array out;
        for (auto const& [role_id, role] : documents_of(world, "search.roles." + id))
            if (is_principal(world, identity(), text_of(role, "principal"))) out.push_back(role.at("role_name"));
        return out;
    }

    bool has_role(std::initializer_list<std::string_view> wanted) {
        for (auto const& role : roles(call.holes[0]))
            for (auto const one : wanted)
                if (role.is_string() && std::string_view(role.get_string()) == one) return true;
        refused = error(403, "Forbidden.Generic", "You do not have the role at this index to do this");
        return false;
    }

    /// [recorded] the shape of what is wrong with a document
    Reply invalid(char const* field, char const* message) const {
        Reply reply = error(400, "BadRequest.ValidationError", "Request failed input validation.");
        json::object document = json::parse(reply.body).as_object();
        json::object const inner{{field, json::array{message}}};
        document["error_data"] =
            json::object{{"messages", json::object{{"json", json::object{{"ingest_data", inner}}}}}};
        reply.body = json::serialize(document);
        return reply;
    }

    /// A task of Search; it is over at once.
    std::string add_task(char const* type) const {
        std::string const id = world.random.uuid();
        add("search.tasks", id,
            {{"task_id", id},
             {"index_id", call.holes[0]},
             {"task_type", type},
             {"state", "SUCCESS"},
             {"state_description", "Task succeeded"},
             {"creation_date", now()},
             {"completion_date", now()},
             {"additional_details", nullptr},
             {"message", nullptr}});
        return id;
    }
};

/// The entries of an index: {subject, id, content, visible_to}.
inline std::string entries_of(Call const& call) { return "entries." + call.holes[0]; }

/// What an entry is found by: its subject, and its own identifier or nothing.
inline std::string entry_key(std::string const& subject, std::string const& id) { return subject + "\n" + id; }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_CALL_IPP
