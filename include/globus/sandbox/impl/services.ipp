// SPDX-License-Identifier: Apache-2.0
// Groups, Search, Flows, Timers and Compute: documents in memory, enough to see what a program did.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_IPP

#include <globus/sandbox/impl/transfer.ipp>

namespace globus::sandbox::detail {

/// A call to one of the plain services.
struct PlainCall {
    PlainCall(World& in, Call& of) : world(in), call(of) {
        token = authenticate(world, call, resource_server_of_service(call.service), refused);
    }

    World& world;
    Call& call;
    Reply refused{};
    AccessToken const* token = nullptr;

    explicit operator bool() const { return token != nullptr; }

    Documents& all(std::string const& kind) const { return world.data.documents[kind]; }

    Reply error(int status, std::string const& code, std::string const& message) const {
        return problem(world, call, status, code, message);
    }
    Reply missing() const {
        return error(404, call.service == "search" ? "NotFound.Generic" : "NOT_FOUND", "Not found");
    }

    std::string urn() const { return "urn:globus:auth:identity:" + token->identity; }

    /// The body as an object; an empty body is an empty object.
    std::optional<json::object> body() {
        if (call.body.empty()) return json::object{};
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (!failed && parsed.is_object()) return std::move(parsed.get_object());
        refused = error(422, "UNPROCESSABLE_ENTITY", "The body must be a JSON object");
        return std::nullopt;
    }

    json::object* find(std::string const& kind) const { return find_document(all(kind), call.holes[0]); }

    json::array list(std::string const& kind) const {
        json::array out;
        for (auto const& [id, document] : all(kind)) out.push_back(document);
        return out;
    }

    json::object& add(std::string const& kind, std::string const& id, json::object document) const {
        auto& documents = all(kind);
        documents.emplace_back(id, std::move(document));
        return documents.back().second;
    }

    void remove(std::string const& kind) const {
        std::erase_if(all(kind), [&](auto const& one) { return one.first == call.holes[0]; });
    }

    std::string now() const { return iso_time(world.now_locked()); }
};

inline void merge(json::object& into, json::object const& changes) {
    for (auto const& item : changes) into[item.key()] = item.value();
}

/// Answers a document of `kind` as it is.
template <char const* (*Kind)()>
Reply read_document(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* found = in.find(Kind());
    return found != nullptr ? Reply::of(200, *found) : in.missing();
}

// Groups --------------------------------------------------------------------------------------------------------------

inline char const* groups() { return "groups"; }

/// [recorded] the members of a group
inline Reply create_group(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (text_of(*body, "name").empty()) return in.error(422, "UNPROCESSABLE_ENTITY", "name is missing");
    std::string const id = world.random.uuid();
    json::object const membership{{"group_id", id},
                                  {"identity_id", in.token->identity},
                                  {"username", username_of(world, in.token->identity)},
                                  {"role", "admin"},
                                  {"status", "active"}};
    json::object group{{"description", nullptr},
                       {"parent_id", nullptr},
                       {"group_type", "regular"},
                       {"enforce_session", false},
                       {"session_limit", 28800},
                       {"session_timeouts", json::object{}},
                       {"policies", json::object{{"is_high_assurance", false},
                                                 {"group_visibility", "private"},
                                                 {"group_members_visibility", "managers"},
                                                 {"join_requests", false},
                                                 {"signup_fields", json::array{}}}},
                       {"subscription_id", nullptr},
                       {"subscription_info", nullptr}};
    merge(group, *body);
    group["id"] = id;
    group["my_memberships"] = json::array{membership};
    group["memberships"] = json::array{membership};
    return Reply::of(201, in.add("groups", id, group));
}

inline Reply my_groups(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const wanted = split(call.argument("statuses", "active"), ',');  // [doc]
    json::array out;
    for (auto const& [id, group] : in.all("groups")) {
        bool mine = false;
        for (auto const& one : group.at("memberships").as_array())
            mine = mine || (text_of(one, "identity_id") == in.token->identity &&
                            std::find(wanted.begin(), wanted.end(), text_of(one, "status")) != wanted.end());
        if (mine) out.push_back(group);
    }
    return Reply::of(200, out);
}

/// [doc] an administrator may change a group
inline bool administers(PlainCall const& in, json::object const& group) {
    for (auto const& one : group.at("memberships").as_array())
        if (text_of(one, "identity_id") == in.token->identity && text_of(one, "role") == "admin" &&
            text_of(one, "status") == "active")
            return true;
    return false;
}

inline Reply update_group(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.find("groups");
    if (group == nullptr) return in.missing();
    if (!administers(in, *group)) return in.error(403, "FORBIDDEN", "Only an administrator may change a group");
    auto const body = in.body();
    if (!body) return in.refused;
    merge(*group, *body);
    return Reply::of(200, *group);
}

inline Reply delete_group(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* group = in.find("groups");
    if (group == nullptr) return in.missing();
    if (!administers(in, *group)) return in.error(403, "FORBIDDEN", "Only an administrator may delete a group");
    Reply const reply = Reply::of(200, *group);
    in.remove("groups");
    return reply;
}

/// `policies` or `membership_fields` of a group.
inline Reply part_of_group(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.find("groups");
    if (group == nullptr) return in.missing();
    std::string const& part = call.segments.back();
    if (call.method == "PUT") {
        auto const body = in.body();
        if (!body) return in.refused;
        (*group)[part] = *body;
    }
    if (!group->contains(part)) (*group)[part] = json::object{};
    return Reply::of(200, (*group)[part]);
}

inline Reply preferences(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto& all = in.all("groups.preferences");
    auto* found = find_document(all, in.token->identity);
    if (found == nullptr) found = &in.add("groups.preferences", in.token->identity, {});
    if (call.method == "PUT") {
        auto const body = in.body();
        if (!body) return in.refused;
        // [doc] preferences are given by identity, as they are answered
        auto const* own = body->if_contains(in.token->identity);
        merge(*found, own != nullptr && own->is_object() ? own->get_object() : *body);
    }
    return Reply::of(200, json::object{{in.token->identity, *found}});
}

/// What each action makes of a membership. [guess] the answer: what was done, per action
inline Reply batch_membership_action(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const group = in.find("groups");
    if (group == nullptr) return in.missing();
    auto const body = in.body();
    if (!body) return in.refused;
    static std::map<std::string, std::string> const statuses{
        {"add", "active"},     {"accept", "active"},        {"approve", "active"}, {"join", "active"},
        {"invite", "invited"}, {"decline", "declined"},     {"leave", "left"},     {"reject", "rejected"},
        {"remove", "removed"}, {"request_join", "pending"}, {"change_role", ""}};
    auto& memberships = (*group)["memberships"].as_array();
    json::object answer;
    json::array errors;
    for (auto const& action : *body) {
        auto const known = statuses.find(std::string(action.key()));
        auto const* entries = action.value().if_array();
        if (known == statuses.end() || entries == nullptr) {
            errors.push_back(json::object{{"code", "UNKNOWN_ACTION"}, {"detail", action.key()}});
            continue;
        }
        json::array done;
        for (auto const& entry : *entries) {
            std::string const identity = text_of(entry, "identity_id");
            json::object* member_found = nullptr;
            for (auto& one : memberships)
                if (text_of(one, "identity_id") == identity) member_found = &one.as_object();
            if (member_found == nullptr) {
                memberships.push_back(json::object{{"group_id", call.holes[0]},
                                                   {"identity_id", identity},
                                                   {"username", username_of(world, identity)},
                                                   {"role", "member"}});
                member_found = &memberships.back().as_object();
            }
            if (!known->second.empty()) (*member_found)["status"] = known->second;
            if (auto const role = text_of(entry, "role"); !role.empty()) (*member_found)["role"] = role;
            done.push_back(*member_found);
        }
        answer[action.key()] = std::move(done);
    }
    if (!errors.empty()) answer["errors"] = std::move(errors);
    return Reply::of(200, answer);
}

inline Reply group_by_subscription(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    for (auto const& [id, group] : in.all("groups"))
        if (text_of(group, "subscription_id") == call.holes[0])
            return Reply::of(200, json::object{{"group_id", id},
                                               {"subscription_id", call.holes[0]},
                                               {"subscription_info", group.at("subscription_info")}});
    return in.missing();
}

// Search --------------------------------------------------------------------------------------------------------------

inline char const* indices() { return "indices"; }

/// [recorded] the members of an index
inline Reply create_index(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const id = world.random.uuid();
    json::object index{{"@datatype", "GSearchIndex"},
                       {"@version", "2017-09-01"},
                       {"creation_date", file_time(world.now_locked()).substr(0, 19)},
                       {"display_name", text_of(*body, "display_name")},
                       {"description", text_of(*body, "description")},
                       {"id", id},
                       {"is_trial", true},
                       {"subscription_id", nullptr},
                       {"max_size_in_mb", 1},
                       {"num_entries", 0},
                       {"num_subjects", 0},
                       {"size_in_mb", 0},
                       {"permissions", json::array{"owner"}},
                       {"status", "open"}};
    return Reply::of(200, in.add("indices", id, std::move(index)));
}

inline Reply list_indices(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    return Reply::of(200, json::object{{"index_list", in.list("indices")}});
}

inline Reply change_index(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const index = in.find("indices");
    if (index == nullptr) return in.missing();
    bool const pending = text_of(*index, "status") == "delete-pending";
    if (call.operation == "delete_index") {
        if (pending)
            return in.error(409, "Conflict.IncompatibleIndexStatus",
                            "Index status (delete_pending) did not match required status for this operation: open");
        (*index)["status"] = "delete-pending";
        return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"acknowledged", true}});
    }
    if (call.operation == "reopen_index") {
        if (!pending)
            return in.error(409, "Conflict.IncompatibleIndexStatus",
                            "Index status (open) did not match required status for this operation: delete_pending");
        (*index)["status"] = "open";
        return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"acknowledged", true}});
    }
    auto const body = in.body();
    if (!body) return in.refused;
    merge(*index, *body);
    return Reply::of(200, *index);
}

/// The entries of an index: {subject, entry_id, content, visible_to}.
inline std::string entries_of(Call const& call) { return "entries." + call.holes[0]; }

inline json::object make_entry(json::object const& given) {
    json::object entry = given;
    if (!entry.contains("id")) entry["id"] = nullptr;
    return entry;
}

inline Reply ingest(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const index = in.find("indices");
    if (index == nullptr) return in.missing();
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* data = body->if_contains("ingest_data");
    if (data == nullptr || !data->is_object())
        return in.error(400, "BadRequest.ValidationError", "ingest_data is missing");
    std::vector<json::object> entries;
    if (text_of(*body, "ingest_type") == "GMetaList") {
        auto const* list = member(*data, "gmeta");
        if (list == nullptr || !list->is_array())
            return in.error(400, "BadRequest.ValidationError", "gmeta is missing");
        for (auto const& one : list->get_array())
            if (one.is_object()) entries.push_back(make_entry(one.get_object()));
    } else {
        entries.push_back(make_entry(data->get_object()));
    }
    auto& all = in.all(entries_of(call));
    for (auto const& entry : entries) {
        std::string const key = text_of(entry, "subject") + "\n" + text_of(entry, "id");
        std::erase_if(all, [&](auto const& one) { return one.first == key; });
        all.emplace_back(key, entry);
    }
    (*index)["num_entries"] = all.size();
    (*index)["num_subjects"] = all.size();
    std::string const task = world.random.uuid();
    in.add("search.tasks", task,
           {{"task_id", task},
            {"index_id", call.holes[0]},
            {"task_type", "INGEST"},
            {"state", "SUCCESS"},
            {"creation_date", in.now()},
            {"completion_date", in.now()},
            {"message", nullptr}});
    return Reply::of(
        200,
        json::object{
            {"acknowledged", true}, {"success", true}, {"num_documents_ingested", entries.size()}, {"task_id", task}});
}

inline json::object show_entry(json::object const& entry) {
    json::object shown{{"entry_id", entry.at("id")}, {"matched_principal_sets", json::array{}}};
    shown["content"] = entry.contains("content") ? entry.at("content") : json::value(json::object{});
    return json::object{{"@datatype", "GMetaResult"},
                        {"@version", "2019-08-27"},
                        {"subject", text_of(entry, "subject")},
                        {"entries", json::array{std::move(shown)}}};
}

inline std::vector<json::object> find_entries(PlainCall const& in, std::string const& query) {
    std::vector<json::object> found;
    for (auto const& [key, entry] : in.all(entries_of(in.call)))
        if (query.empty() || query == "*" ||
            lower(json::serialize(entry)).find(lower(query)) != std::string::npos)  // [guess] a plain search for words
            found.push_back(show_entry(entry));
    return found;
}

inline Reply search_index(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    if (in.find("indices") == nullptr) return in.missing();
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const query = call.argument("q", text_of(*body, "q"));
    auto const number = [&](char const* name, std::int64_t otherwise) {
        return to_integer(call.argument(name))
            .value_or(static_cast<std::int64_t>(number_of(*body, name, static_cast<double>(otherwise))));
    };
    auto const found = find_entries(in, query);
    auto const limit = std::min<std::int64_t>(10000, number("limit", call.operation == "scroll" ? 100 : 10));
    std::int64_t offset = number("offset", 0);
    std::string const marker = text_of(*body, "marker");
    if (call.operation == "scroll") offset = to_integer(marker).value_or(0);
    auto data = cut(found, offset, limit);
    bool const more = offset + limit < static_cast<std::int64_t>(found.size());
    json::object out{{"@datatype", "GSearchResult"}, {"@version", "2017-09-01"}, {"count", data.size()},
                     {"total", found.size()},        {"offset", offset},         {"has_next_page", more},
                     {"gmeta", std::move(data)}};
    if (call.operation == "scroll")
        out["marker"] = more ? json::value(std::to_string(offset + limit)) : json::value(nullptr);
    return Reply::of(200, out);
}

/// A subject or an entry, by the query's `subject` and `entry_id`.
inline Reply subject(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto& all = in.all(entries_of(call));
    std::string const wanted = call.argument("subject");
    bool const whole = call.operation.ends_with("subject");
    auto const fits = [&](auto const& one) {
        return text_of(one.second, "subject") == wanted &&
               (whole || text_of(one.second, "id") == call.argument("entry_id"));
    };
    auto const found = std::find_if(all.begin(), all.end(), fits);
    if (found == all.end()) return in.missing();
    if (call.method == "DELETE") {
        std::erase_if(all, fits);
        return Reply::of(200, json::object{{"acknowledged", true}, {"task_id", world.random.uuid()}});
    }
    return Reply::of(200, show_entry(found->second));
}

inline Reply delete_subjects(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto& all = in.all(entries_of(call));
    std::size_t removed = 0;
    if (call.operation == "batch_delete_by_subject") {
        std::set<std::string> subjects;
        if (auto const* list = body->if_contains("subjects"); list != nullptr && list->is_array())
            for (auto const& one : list->get_array())
                if (one.is_string()) subjects.insert(to_string(one.get_string()));
        removed =
            std::erase_if(all, [&](auto const& one) { return subjects.contains(text_of(one.second, "subject")); });
    } else {
        std::string const query = lower(text_of(*body, "q"));
        removed = std::erase_if(all, [&](auto const& one) {
            return query == "*" || lower(json::serialize(one.second)).find(query) != std::string::npos;
        });
    }
    return Reply::of(
        200, json::object{{"acknowledged", true}, {"num_subjects_deleted", removed}, {"task_id", world.random.uuid()}});
}

inline char const* search_tasks() { return "search.tasks"; }

inline Reply list_search_tasks(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    json::array out;
    for (auto const& [id, task] : in.all("search.tasks"))
        if (text_of(task, "index_id") == call.holes[0]) out.push_back(task);
    return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"tasks", std::move(out)}});
}

inline Reply search_roles(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto& all = in.all("search.roles." + call.holes[0]);
    if (call.method == "GET") {
        json::array out;
        for (auto const& [id, role] : all) out.push_back(role);
        return Reply::of(200, json::object{{"role_list", std::move(out)}});
    }
    if (call.method == "DELETE") {
        if (find_document(all, call.holes[1]) == nullptr) return in.missing();
        std::erase_if(all, [&](auto const& one) { return one.first == call.holes[1]; });
        return Reply::of(200, json::object{{"deleted", call.holes[1]}, {"success", true}});
    }
    auto body = in.body();
    if (!body) return in.refused;
    std::string const id = world.random.uuid();
    (*body)["id"] = id;
    (*body)["index_id"] = call.holes[0];
    (*body)["creation_date"] = in.now();
    all.emplace_back(id, *body);
    return Reply::of(200, *body);
}

// Flows ---------------------------------------------------------------------------------------------------------------

inline char const* flows() { return "flows"; }
inline char const* runs() { return "runs"; }

/// Pages by a marker. [guess] what it looks like: the place in the list
inline Reply marked_list(World& world, Call& call, char const* kind) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    std::vector<json::object> items;
    for (auto const& [id, document] : in.all(kind)) {
        if (auto const flow = call.argument("filter_flow_id");
            !flow.empty() && flow.find(text_of(document, "flow_id")) == std::string::npos)
            continue;
        if (auto const words = lower(call.argument("filter_fulltext"));
            !words.empty() && lower(json::serialize(document)).find(words) == std::string::npos)
            continue;
        items.push_back(document);
    }
    sort_items(items, call.argument("orderby"));
    auto const limit = std::clamp<std::int64_t>(to_integer(call.argument("per_page")).value_or(20), 1, 100);
    auto const begin = to_integer(call.argument("marker")).value_or(0);
    bool const more = begin + limit < static_cast<std::int64_t>(items.size());
    return Reply::of(
        200, json::object{{kind, cut(items, begin, limit)},
                          {"limit", limit},
                          {"has_next_page", more},
                          {"marker", more ? json::value(std::to_string(begin + limit)) : json::value(nullptr)}});
}

inline Reply list_flows(World& world, Call& call) { return marked_list(world, call, "flows"); }
inline Reply list_runs(World& world, Call& call) { return marked_list(world, call, "runs"); }

/// [recorded] the members of a flow
inline Reply create_flow(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    for (auto const* needed : {"title", "definition", "input_schema"})
        if (!body->contains(needed))
            return in.error(422, "UNPROCESSABLE_ENTITY", std::string(needed) + ": field required");
    std::string const id = world.random.uuid();
    std::string scope_name = id;
    std::replace(scope_name.begin(), scope_name.end(), '-', '_');
    json::object flow{{"subtitle", ""},
                      {"description", ""},
                      {"keywords", json::array{}},
                      {"flow_viewers", json::array{}},
                      {"flow_starters", json::array{}},
                      {"flow_administrators", json::array{}},
                      {"run_managers", json::array{}},
                      {"run_monitors", json::array{}}};
    merge(flow, *body);
    merge(flow, {{"id", id},
                 {"action_url", world.base_url + "flows/" + id},
                 {"flow_url", world.base_url + "flows/" + id},
                 {"api_version", "1.0"},
                 {"created_at", in.now()},
                 {"updated_at", in.now()},
                 {"created_by", in.urn()},
                 {"flow_owner", in.urn()},
                 {"globus_auth_scope", "https://auth.globus.org/scopes/" + id + "/flow_" + scope_name + "_user"},
                 {"globus_auth_username", id + "@clients.auth.globus.org"},
                 {"principal_urn", "urn:globus:auth:identity:" + id},
                 {"log_supported", true},
                 {"synchronous", false},
                 {"types", json::array{"Action"}},
                 {"user_role", "flow_owner"}});
    return Reply::of(201, in.add("flows", id, std::move(flow)));
}

inline Reply update_flow(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const flow = in.find("flows");
    if (flow == nullptr) return in.missing();
    auto const body = in.body();
    if (!body) return in.refused;
    merge(*flow, *body);
    (*flow)["updated_at"] = in.now();
    return Reply::of(200, *flow);
}

inline Reply delete_flow(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* flow = in.find("flows");
    if (flow == nullptr) return in.missing();
    json::object gone = *flow;
    gone["DELETED"] = true;
    gone["deleted_at"] = in.now();
    in.remove("flows");
    return Reply::of(200, gone);
}

inline Reply validate_flow(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (member(*body, "definition") == nullptr)
        return in.error(422, "UNPROCESSABLE_ENTITY", "definition: field required");
    return Reply::of(200, json::object{{"scopes", json::object{}}, {"analysis", json::object{}}});
}

/// Runs and their checks take a token for the flow itself. [doc]
inline bool flow_token(World& world, Call& call, Reply& refused, AccessToken const*& token) {
    token = authenticate(world, call, call.holes[0], refused);
    return token != nullptr;
}

/// [recorded] the members of a run. [guess] runs of the sandbox stay ACTIVE until they are cancelled.
inline Reply run_flow(World& world, Call& call) {
    Reply refused;
    AccessToken const* token = nullptr;
    auto const* flow = find_document(world.data.documents["flows"], call.holes[0]);
    if (!flow_token(world, call, refused, token)) return refused;
    if (flow == nullptr) return problem(world, call, 404, "NOT_FOUND", "No such flow");
    boost::system::error_code error;
    json::value const body = json::parse(call.body, error);
    if (error || member(body, "body") == nullptr)
        return problem(world, call, 422, "UNPROCESSABLE_ENTITY", "body: field required");
    if (call.operation == "validate_run") return Reply::of(200, json::object{{"message", "validation successful"}});
    std::string const id = world.random.uuid();
    std::string const urn = "urn:globus:auth:identity:" + token->identity;
    auto const given = [&](char const* name, json::value otherwise) {
        auto const* found = member(body, name);
        return found != nullptr ? *found : otherwise;
    };
    json::object run{{"run_id", id},
                     {"action_id", id},
                     {"flow_id", call.holes[0]},
                     {"flow_title", text_of(*flow, "title")},
                     {"flow_last_updated", text_of(*flow, "updated_at")},
                     {"start_time", iso_time(world.now_locked())},
                     {"status", "ACTIVE"},
                     {"display_status", "ACTIVE"},
                     {"details", json::object{{"code", "FlowStarting"},
                                              {"description", "The Flow is starting execution"},
                                              {"details", json::object{{"input", *member(body, "body")}}}}},
                     {"run_owner", urn},
                     {"run_managers", given("run_managers", json::array{})},
                     {"run_monitors", given("run_monitors", json::array{})},
                     {"label", given("label", nullptr)},
                     {"tags", given("tags", json::array{})},
                     {"user_role", "run_owner"}};
    world.data.documents["runs"].emplace_back(id, run);
    return Reply::of(201, run);
}

inline Reply run_definition(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* run = in.find("runs");
    auto const* flow = run == nullptr ? nullptr : find_document(in.all("flows"), text_of(*run, "flow_id"));
    if (flow == nullptr) return in.missing();
    return Reply::of(200, json::object{{"flow_id", flow->at("id")},
                                       {"definition", flow->at("definition")},
                                       {"input_schema", flow->at("input_schema")}});
}

inline Reply run_log(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* run = in.find("runs");
    if (run == nullptr) return in.missing();
    return Reply::of(
        200,
        json::object{{"limit", 10},
                     {"has_next_page", false},
                     {"marker", nullptr},
                     {"entries", json::array{json::object{{"time", run->at("start_time")},
                                                          {"code", "FlowStarted"},
                                                          {"description", "The Flow Instance started execution"},
                                                          {"details", json::object{{"input", json::object{}}}}}}}});
}

/// cancel, release, resume and update
inline Reply change_run(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in && call.operation == "resume_run") {
        // [doc] a run is resumed with a token for its flow
        auto const* run = find_document(world.data.documents["runs"], call.holes[0]);
        if (run != nullptr) in.token = authenticate(world, call, text_of(*run, "flow_id"), in.refused);
    }
    if (!in) return in.refused;
    auto* const run = in.find("runs");
    if (run == nullptr) return in.missing();
    bool const active = text_of(*run, "status") == "ACTIVE" || text_of(*run, "status") == "INACTIVE";
    if (call.operation == "cancel_run") {
        if (active) {
            (*run)["status"] = "FAILED";
            (*run)["display_status"] = "FAILED";
            (*run)["completion_time"] = in.now();
            (*run)["details"] = json::object{{"time", in.now()},
                                             {"code", "FlowCanceled"},
                                             {"description", "The Flow Instance was canceled by the user"},
                                             {"details", json::object{}}};
        }
    } else if (call.operation == "delete_run") {
        if (active) return in.error(409, "STATE_CONFLICT", "The run has not completed");
        Reply const reply = Reply::of(200, *run);
        in.remove("runs");
        return reply;
    } else if (call.operation == "resume_run") {
        (*run)["status"] = "ACTIVE";
    } else {
        auto const body = in.body();
        if (!body) return in.refused;
        merge(*run, *body);
    }
    return Reply::of(200, *run);
}

inline char const* registered_apis() { return "registered_apis"; }
inline char const* web_inputs() { return "web_inputs"; }

/// Nobody registers an API with the sandbox, and no run of it asks anything: the lists are empty.
inline Reply empty_flows_list(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    char const* const name = call.operation == "list_web_inputs" ? "web_input_summaries" : "registered_apis";
    return Reply::of(200, json::object{{name, json::array{}}, {"has_next_page", false}, {"marker", nullptr}});
}

// Timers --------------------------------------------------------------------------------------------------------------

inline char const* timers() { return "timers"; }

/// [recorded] the members of a timer of either version
inline Reply create_timer(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    bool const second = call.operation == "create_timer";
    json::object timer;
    if (second) {
        auto const* given = body->if_contains("timer");
        if (given == nullptr || !given->is_object())
            return Reply::of(422,
                             json::object{{"detail", json::array{json::object{{"loc", json::array{"body", "timer"}},
                                                                              {"msg", "field required"},
                                                                              {"type", "missing"}}}}});
        timer = given->get_object();
        timer["number_of_runs"] = 0;
        timer["number_of_errors"] = 0;
        timer["status"] = "new";
    } else {
        // [recorded] what is wrong, and where
        json::array details;
        for (auto const* needed : {"start", "callback_url"})
            if (!body->contains(needed))
                details.push_back(json::object{
                    {"loc", json::array{"body", needed}}, {"msg", "field required"}, {"type", "value_error.missing"}});
        if (!details.empty()) return Reply::of(422, json::object{{"detail", std::move(details)}});
        timer = *body;
        timer["n_runs"] = 0;
        timer["n_errors"] = 0;
        timer["results"] = json::object{{"data", json::array{}}, {"page_next", nullptr}};
        timer["status"] = "loaded";
    }
    std::string const id = world.random.uuid();
    merge(timer, {{"job_id", id}, {"inactive_reason", nullptr}, {"last_ran_at", nullptr}, {"submitted_at", in.now()}});
    auto const& kept = in.add("timers", id, std::move(timer));
    return Reply::of(201, second ? json::object{{"timer", kept}} : kept);
}

inline Reply list_timers(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    return Reply::of(200, json::object{{"jobs", in.list("timers")}});
}

inline Reply change_timer(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const timer = in.find("timers");
    if (timer == nullptr) return in.missing();
    if (call.operation == "delete_job") {
        Reply const reply = Reply::of(200, *timer);
        in.remove("timers");
        return reply;
    }
    if (call.operation == "pause_job" || call.operation == "resume_job") {
        bool const pause = call.operation == "pause_job";
        (*timer)["status"] = pause ? "inactive" : "loaded";
        (*timer)["inactive_reason"] = pause ? json::value(json::object{{"cause", "user"}}) : json::value(nullptr);
        return Reply::of(200, json::object{{"message", std::string("Successfully ") + (pause ? "paused" : "resumed") +
                                                           " job " + call.holes[0] + "."}});
    }
    auto const body = in.body();
    if (!body) return in.refused;
    merge(*timer, *body);
    return Reply::of(200, *timer);
}

// Compute -------------------------------------------------------------------------------------------------------------

inline char const* compute_endpoints() { return "compute.endpoints"; }
inline char const* compute_functions() { return "compute.functions"; }
inline char const* compute_tasks() { return "compute.tasks"; }

inline Reply compute_version(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    return Reply::of(200, json::value("1.0.0"));
}

inline Reply compute_register(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto body = in.body();
    if (!body) return in.refused;
    bool const function = call.operation == "register_function";
    std::string const name = function ? "function_uuid" : "endpoint_id";
    std::string const id = world.random.uuid();
    (*body)[name] = id;
    (*body)["owner"] = in.token->identity;
    in.add(function ? "compute.functions" : "compute.endpoints", id, *body);
    return Reply::of(200, json::object{{name, id}});
}

inline Reply compute_endpoint_list(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    return Reply::of(200, in.list("compute.endpoints"));
}

inline Reply compute_endpoint_status(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    if (in.find("compute.endpoints") == nullptr) return in.missing();
    return Reply::of(200, json::object{{"status", "online"}, {"details", json::object{}}});
}

inline Reply compute_change(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    char const* const kind = call.operation == "delete_function" ? "compute.functions" : "compute.endpoints";
    auto* const found = in.find(kind);
    if (found == nullptr) return in.missing();
    if (call.method == "DELETE") {
        in.remove(kind);
        return Reply::of(200, json::object{{"result", 302}});
    }
    if (call.operation == "lock_endpoint")
        return Reply::of(200, json::object{{"endpoint_id", call.holes[0]},
                                           {"lock_expiration_timestamp", iso_time(world.now_locked() + 60000)}});
    if (call.operation == "get_endpoint_allowlist")
        return Reply::of(
            200, json::object{{"endpoint_id", call.holes[0]}, {"restricted", false}, {"functions", json::array{}}});
    auto const body = in.body();
    if (!body) return in.refused;
    merge(*found, *body);
    return Reply::of(200, json::object{{"endpoint_id", call.holes[0]}});
}

/// [recorded] the answers of both versions. [guess] tasks wait for an endpoint that never comes.
inline Reply compute_submit(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* tasks = body->if_contains("tasks");
    if (tasks == nullptr) return in.error(422, "422", "tasks: field required");
    std::string const group = world.random.uuid();
    auto const make = [&] {
        std::string const id = world.random.uuid();
        in.add("compute.tasks", id,
               {{"task_id", id}, {"status", "waiting-for-ep"}, {"taskgroup_id", group}, {"submitted_at", in.now()}});
        return id;
    };
    json::object answer{{"request_id", world.random.uuid()}, {"task_group_id", group}};
    if (auto const* by_function = tasks->if_object()) {
        json::object made;
        for (auto const& item : *by_function) {
            json::array ids;
            auto const count = item.value().is_array() ? item.value().get_array().size() : 1;
            for (std::size_t i = 0; i < count; ++i) ids.emplace_back(make());
            made[item.key()] = std::move(ids);
        }
        answer["endpoint_id"] = call.holes.empty() ? "" : call.holes[0];
        answer["tasks"] = std::move(made);
    } else if (auto const* list = tasks->if_array()) {
        json::array made;
        for (auto const& one : *list) {
            json::object row{{"status", "Success"}, {"task_uuid", make()}, {"http_status_code", 200}};
            if (one.is_array() && one.get_array().size() >= 2) {
                row["function_uuid"] = one.get_array()[0];
                row["endpoint_uuid"] = one.get_array()[1];
            }
            made.push_back(std::move(row));
        }
        answer["response"] = "batch";
        answer["task_group_id"] = group;
        answer["results"] = std::move(made);
    }
    return Reply::of(200, answer);
}

inline Reply compute_batch(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    json::object results;
    if (auto const* ids = body->if_contains("task_ids"); ids != nullptr && ids->is_array())
        for (auto const& id : ids->get_array())
            if (id.is_string())
                if (auto const* task = find_document(in.all("compute.tasks"), to_string(id.get_string())))
                    results[id.get_string()] = *task;
    return Reply::of(200, json::object{{"response", "batch"}, {"results", std::move(results)}});
}

inline Reply compute_task_group(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    json::array ids;
    for (auto const& [id, task] : in.all("compute.tasks"))
        if (text_of(task, "taskgroup_id") == call.holes[0]) ids.push_back(json::object{{"id", id}});
    if (ids.empty()) return in.missing();
    return Reply::of(200, json::object{{"taskgroup_id", call.holes[0]}, {"tasks", std::move(ids)}});
}

inline Reply compute_amqp(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    return Reply::of(200, json::object{{"queue_prefix", "sandbox"}, {"connection_url", "amqp://127.0.0.1:5672"}});
}

inline std::vector<Route> const& service_routes() {
    static std::vector<Route> const all{
        {"GET", "/v2/groups/my_groups", "groups", "get_my_groups", &my_groups},
        {"GET", "/v2/groups/{}", "groups", "get_group", &read_document<&groups>},
        {"POST", "/v2/groups", "groups", "create_group", &create_group},
        {"PUT", "/v2/groups/{}", "groups", "update_group", &update_group},
        {"DELETE", "/v2/groups/{}", "groups", "delete_group", &delete_group},
        {"POST", "/v2/groups/{}", "groups", "batch_membership_action", &batch_membership_action},
        {"GET", "/v2/groups/{}/policies", "groups", "get_group_policies", &part_of_group},
        {"PUT", "/v2/groups/{}/policies", "groups", "set_group_policies", &part_of_group},
        {"GET", "/v2/groups/{}/membership_fields", "groups", "get_membership_fields", &part_of_group},
        {"PUT", "/v2/groups/{}/membership_fields", "groups", "set_membership_fields", &part_of_group},
        {"PUT", "/v2/groups/{}/subscription_admin_verified", "groups", "set_subscription_admin_verified",
         &update_group},
        {"GET", "/v2/preferences", "groups", "get_identity_preferences", &preferences},
        {"PUT", "/v2/preferences", "groups", "set_identity_preferences", &preferences},
        {"GET", "/v2/subscription_info/{}", "groups", "get_group_by_subscription_id", &group_by_subscription},
        {"POST", "/v1/index", "search", "create_index", &create_index},
        {"GET", "/v1/index_list", "search", "index_list", &list_indices},
        {"GET", "/v1/index/{}", "search", "get_index", &read_document<&indices>},
        {"PATCH", "/v1/index/{}", "search", "update_index", &change_index},
        {"DELETE", "/v1/index/{}", "search", "delete_index", &change_index},
        {"POST", "/v1/index/{}/reopen", "search", "reopen_index", &change_index},
        {"GET", "/v1/index/{}/search", "search", "search", &search_index},
        {"POST", "/v1/index/{}/search", "search", "post_search", &search_index},
        {"POST", "/v1/index/{}/scroll", "search", "scroll", &search_index},
        {"POST", "/v1/index/{}/ingest", "search", "ingest", &ingest},
        {"POST", "/v1/index/{}/delete_by_query", "search", "delete_by_query", &delete_subjects},
        {"POST", "/v1/index/{}/batch_delete_by_subject", "search", "batch_delete_by_subject", &delete_subjects},
        {"GET", "/v1/index/{}/subject", "search", "get_subject", &subject},
        {"DELETE", "/v1/index/{}/subject", "search", "delete_subject", &subject},
        {"GET", "/v1/index/{}/entry", "search", "get_entry", &subject},
        {"DELETE", "/v1/index/{}/entry", "search", "delete_entry", &subject},
        {"GET", "/v1/task/{}", "search", "get_task", &read_document<&search_tasks>},
        {"GET", "/v1/task_list/{}", "search", "get_task_list", &list_search_tasks},
        {"POST", "/v1/index/{}/role", "search", "create_role", &search_roles},
        {"GET", "/v1/index/{}/role_list", "search", "get_role_list", &search_roles},
        {"DELETE", "/v1/index/{}/role/{}", "search", "delete_role", &search_roles},
        {"POST", "/flows", "flows", "create_flow", &create_flow},
        {"GET", "/flows", "flows", "list_flows", &list_flows},
        {"POST", "/flows/validate", "flows", "validate_flow", &validate_flow},
        {"GET", "/flows/{}", "flows", "get_flow", &read_document<&flows>},
        {"PUT", "/flows/{}", "flows", "update_flow", &update_flow},
        {"DELETE", "/flows/{}", "flows", "delete_flow", &delete_flow},
        {"POST", "/flows/{}/run", "flows", "run_flow", &run_flow},
        {"POST", "/flows/{}/validate_run", "flows", "validate_run", &run_flow},
        {"GET", "/runs", "flows", "list_runs", &list_runs},
        {"GET", "/runs/{}", "flows", "get_run", &read_document<&runs>},
        {"PUT", "/runs/{}", "flows", "update_run", &change_run},
        {"GET", "/runs/{}/log", "flows", "get_run_logs", &run_log},
        {"GET", "/runs/{}/definition", "flows", "get_run_definition", &run_definition},
        {"POST", "/runs/{}/cancel", "flows", "cancel_run", &change_run},
        {"POST", "/runs/{}/release", "flows", "delete_run", &change_run},
        {"POST", "/runs/{}/resume", "flows", "resume_run", &change_run},
        {"GET", "/registered_apis", "flows", "list_registered_apis", &empty_flows_list},
        {"GET", "/registered_apis/{}", "flows", "get_registered_api", &read_document<&registered_apis>},
        {"GET", "/web_inputs", "flows", "list_web_inputs", &empty_flows_list},
        {"GET", "/web_inputs/{}", "flows", "get_web_input", &read_document<&web_inputs>},
        {"POST", "/web_inputs/{}/respond", "flows", "respond_to_web_input", &read_document<&web_inputs>},
        {"POST", "/v2/timer", "timers", "create_timer", &create_timer},
        {"POST", "/jobs/", "timers", "create_job", &create_timer},
        {"GET", "/jobs/", "timers", "list_jobs", &list_timers},
        {"GET", "/jobs/{}", "timers", "get_job", &read_document<&timers>},
        {"PATCH", "/jobs/{}", "timers", "update_job", &change_timer},
        {"DELETE", "/jobs/{}", "timers", "delete_job", &change_timer},
        {"POST", "/jobs/{}/pause", "timers", "pause_job", &change_timer},
        {"POST", "/jobs/{}/resume", "timers", "resume_job", &change_timer},
        {"GET", "/v2/version", "compute", "get_version", &compute_version},
        {"GET", "/v2/get_amqp_result_connection_url", "compute", "get_result_amqp_url", &compute_amqp},
        {"POST", "/v2/endpoints", "compute", "register_endpoint", &compute_register},
        {"POST", "/v3/endpoints", "compute", "register_endpoint", &compute_register},
        {"GET", "/v2/endpoints", "compute", "get_endpoints", &compute_endpoint_list},
        {"GET", "/v2/endpoints/{}", "compute", "get_endpoint", &read_document<&compute_endpoints>},
        {"GET", "/v2/endpoints/{}/status", "compute", "get_endpoint_status", &compute_endpoint_status},
        {"DELETE", "/v2/endpoints/{}", "compute", "delete_endpoint", &compute_change},
        {"POST", "/v2/endpoints/{}/lock", "compute", "lock_endpoint", &compute_change},
        {"POST", "/v3/endpoints/{}/lock", "compute", "lock_endpoint", &compute_change},
        {"PUT", "/v3/endpoints/{}", "compute", "update_endpoint", &compute_change},
        {"GET", "/v3/endpoints/{}/allowed_functions", "compute", "get_endpoint_allowlist", &compute_change},
        {"POST", "/v2/functions", "compute", "register_function", &compute_register},
        {"POST", "/v3/functions", "compute", "register_function", &compute_register},
        {"GET", "/v2/functions/{}", "compute", "get_function", &read_document<&compute_functions>},
        {"DELETE", "/v2/functions/{}", "compute", "delete_function", &compute_change},
        {"POST", "/v2/submit", "compute", "submit", &compute_submit},
        {"POST", "/v3/endpoints/{}/submit", "compute", "submit", &compute_submit},
        {"GET", "/v2/tasks/{}", "compute", "get_task", &read_document<&compute_tasks>},
        {"POST", "/v2/batch_status", "compute", "get_task_batch", &compute_batch},
        {"GET", "/v2/taskgroup/{}", "compute", "get_task_group", &compute_task_group},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_IPP
