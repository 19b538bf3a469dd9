// SPDX-License-Identifier: Apache-2.0
// What a session says of itself: journal, state, expectations.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_REPORTS_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_REPORTS_IPP

#include <globus/sandbox/impl/session/world.ipp>

namespace globus::sandbox::detail {

inline json::object describe_entry(JournalEntry const& entry) {
    json::object headers;
    for (auto const& [name, value] : entry.headers) headers[name] = value;
    json::object out{{"n", entry.number},
                     {"t", entry.time},
                     {"service", entry.service},
                     {"operation", entry.operation},
                     {"method", entry.method},
                     {"path", entry.target},
                     {"headers", std::move(headers)},
                     {"body_sha256", entry.body_sha256},
                     {"token_generation", nullptr},
                     {"connection_id", entry.connection},
                     {"reused_connection", entry.reused_connection},
                     {"fault", nullptr},
                     {"committed", entry.committed},
                     {"status", nullptr},
                     {"bytes_out", entry.bytes_out}};
    if (entry.token_generation != 0) out["token_generation"] = entry.token_generation;
    if (!entry.fault.empty()) out["fault"] = entry.fault;
    if (entry.status != 0) out["status"] = entry.status;
    return out;
}

inline json::array describe_users(World const& world) {
    json::array out;
    for (auto const* list : {&world.options.users, &world.data.users})
        for (auto const& user : *list)
            out.push_back(json::object{{"id", user.id}, {"username", user.username}, {"name", user.name}});
    return out;
}

/// The access tokens, but not what they are.
inline json::array describe_access_tokens(World const& world) {
    json::array out;
    Millis const now = world.now_locked();
    for (auto const& [text, token] : world.data.access_tokens.all())
        out.push_back(json::object{{"client_id", token.client_id},
                                   {"sub", token.identity},
                                   {"resource_server", token.resource_server},
                                   {"generation", token.generation},
                                   {"issued", iso_time(token.issued)},
                                   {"expires", iso_time(token.expires)},
                                   {"active", !token.revoked && token.expires > now}});
    return out;
}

inline json::object describe_state(World& world) {
    json::object out{{"users", describe_users(world)}};
    json::array tasks;
    for (auto const& name : world.data.task_order) {
        Task const& task = world.data.tasks.peek(name);
        json::object one = task.document;
        one["submission_id"] = task.submission_id;
        json::array items;
        for (auto const& item : task.items)
            items.push_back(
                json::object{{"source_path", item.source},
                             {"destination_path", item.destination},
                             {"recursive", item.recursive ? json::value(*item.recursive) : json::value(nullptr)}});
        one["items"] = std::move(items);
        tasks.push_back(std::move(one));
    }
    out["tasks"] = std::move(tasks);
    for (auto const* kind : {"groups", "flows", "runs", "timers", "indices"}) out[kind] = json::array{};
    for (auto const& [kind, documents] : world.data.documents.all()) {
        json::array list;
        for (auto const& [id, document] : documents) list.push_back(document);
        if (!list.empty()) out[kind] = std::move(list);
    }
    std::uint64_t refresh_active = 0;
    for (auto const& [text, token] : world.data.refresh_tokens.all())
        refresh_active += !token.revoked && !token.spent ? 1 : 0;
    out["tokens"] = json::object{{"access", describe_access_tokens(world)}, {"active_refresh_tokens", refresh_active}};
    json::array collections;
    for (auto const& name : world.data.endpoint_order) {
        Endpoint const& endpoint = world.data.endpoints.peek(name);
        if (endpoint.kind == "GCSv5_endpoint") continue;  // it has no files
        collections.push_back(json::object{{"id", endpoint.id},
                                           {"directory", endpoint.directory.string()},
                                           {"display_name", text_of(endpoint.document, "display_name")},
                                           {"state", endpoint.state}});
    }
    out["collections"] = std::move(collections);
    return out;
}

/// What is not as expected; empty when all is.
inline json::array verify_locked(World& world, std::vector<Expectation> const& expectations) {
    json::array wrong;
    for (auto const& wanted : expectations) {
        std::uint64_t count = 0;
        if (!wanted.operation.empty() && !operation_exists(wanted.operation))
            throw SandboxError("sandbox: no request can be an operation \"" + wanted.operation + "\"");
        if (wanted.path.empty()) {
            auto const found = world.counts.find(wanted.operation);
            count = found == world.counts.end() ? 0 : found->second;
        } else {
            for (auto const& entry : world.journal) {
                bool const named = entry.operation == wanted.operation || wanted.operation.empty() ||
                                   entry.service + "." + entry.operation == wanted.operation;
                if (named && glob(wanted.path, std::string_view(entry.target).substr(0, entry.target.find('?'))))
                    ++count;
            }
        }
        if (count < wanted.at_least || count > wanted.at_most) {
            json::object one{{"operation", wanted.operation}, {"min", wanted.at_least}, {"count", count}};
            if (wanted.at_most != UINT64_MAX) one["max"] = wanted.at_most;
            if (!wanted.path.empty()) one["path"] = wanted.path;
            wrong.push_back(std::move(one));
        }
    }
    return wrong;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_REPORTS_IPP
