// SPDX-License-Identifier: Apache-2.0
// Search: indices, entries and who sees them, queries, tasks, roles.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_IPP

#include <globus/sandbox/impl/services/search_fields.ipp>

namespace globus::sandbox::detail {

/// The keys of the entries that a subject has: what they begin with.
inline std::vector<std::string> keys_of_subject(Documents const& entries, std::string const& subject) {
    std::vector<std::string> out;
    for (auto const* one : entries.with_prefix(subject + "\n"))
        if (text_of(one->second, "subject") == subject) out.push_back(one->first);
    return out;
}

/// Brings the counts of an index up to date: there are so many subjects more, or fewer.
inline void count_entries(SearchCall const& in, std::int64_t subjects) {
    auto* const index = in.find("indices");
    if (index == nullptr) return;
    (*index)["num_entries"] = in.all(entries_of(in.call)).size();
    (*index)["num_subjects"] = index->at("num_subjects").to_number<std::int64_t>() + subjects;
}

/// Removes the entries of subjects, or of these those with an identifier; how many subjects are gone then.
inline std::int64_t remove_subjects(SearchCall const& in, std::set<std::string> const& subjects,
                                    std::optional<std::string> const& entry = std::nullopt) {
    auto& all = in.all(entries_of(in.call));
    std::int64_t gone = 0;
    for (auto const& subject : subjects) {
        std::size_t left = 0;
        auto const keys = keys_of_subject(all, subject);
        for (auto const& key : keys)
            if (!entry || key == entry_key(subject, *entry))
                all.erase(key);
            else
                ++left;
        if (!keys.empty() && left == 0) ++gone;
    }
    count_entries(in, -gone);
    return gone;
}

inline json::object show_index(SearchCall const& in, json::object index, bool with_permissions) {
    index.erase("permissions");
    if (with_permissions) index["permissions"] = in.roles(text_of(index, "id"));
    return index;
}

/// [recorded] the members of an index
inline Reply create_index(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const id = world.random.uuid();
    std::string const date = file_time(world.now_locked()).substr(0, 19);
    json::object index{{"@datatype", "GSearchIndex"},
                       {"@version", "2017-09-01"},
                       {"creation_date", date},
                       {"display_name", text_of(*body, "display_name")},
                       {"description", text_of(*body, "description")},
                       {"id", id},
                       {"is_trial", true},
                       {"subscription_id", nullptr},
                       {"max_size_in_mb", 1},
                       {"num_entries", 0},
                       {"num_subjects", 0},
                       {"size_in_mb", 0},
                       {"status", "open"}};
    in.add("indices", id, index);
    std::string const role = world.random.uuid();
    in.add("search.roles." + id, role,
           {{"id", role},
            {"index_id", id},
            {"creation_date", date},
            {"principal", in.urn()},
            {"principal_type", "identity"},
            {"role_name", "owner"}});
    return Reply::of(200, show_index(in, index, true));
}

/// [doc] the indices at which the caller has a role
inline Reply list_indices(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    json::array out;
    for (auto const& [id, index] : in.all("indices"))
        if (!in.roles(id).empty()) out.push_back(show_index(in, index, true));
    return Reply::of(200, json::object{{"index_list", std::move(out)}});
}

inline Reply get_index(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    auto const* index = in.index(true);
    return index != nullptr ? Reply::of(200, show_index(in, *index, false)) : in.refused;
}

inline Reply change_index(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    auto* const index = in.index(call.operation == "reopen_index");
    if (index == nullptr || !in.has_role({"owner", "admin"})) return in.refused;
    if (call.operation == "delete_index") {
        (*index)["status"] = "delete-pending";
        return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"acknowledged", true}});
    }
    if (call.operation == "reopen_index") {
        if (text_of(*index, "status") == "open")
            return in.error(409, "Conflict.IncompatibleIndexStatus",
                            "Index status (open) did not match required status for this operation: delete_pending");
        (*index)["status"] = "open";
        return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"acknowledged", true}});
    }
    auto const body = in.body();
    if (!body) return in.refused;
    for (auto const* name : {"display_name", "description"})
        if (auto const* value = body->if_contains(name)) (*index)[name] = *value;
    return Reply::of(200, show_index(in, *index, true));
}

// Entries -------------------------------------------------------------------------------------------------------------

/// What is missing in an entry; null when nothing is.
inline char const* missing_in_entry(json::value const& entry) {
    for (auto const* name : {"subject", "visible_to", "content"})
        if (member(entry, name) == nullptr) return name;
    return nullptr;
}

inline Reply ingest(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    if (in.index() == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* data = body->if_contains("ingest_data");
    if (data == nullptr || !data->is_object())
        return in.error(400, "BadRequest.ValidationError", "ingest_data is missing");
    std::vector<json::value> entries;
    if (text_of(*body, "ingest_type") == "GMetaList") {
        auto const* list = member(*data, "gmeta");
        if (list == nullptr || !list->is_array()) return in.invalid("gmeta", "Missing data for required field.");
        entries.assign(list->get_array().begin(), list->get_array().end());
    } else {
        entries.push_back(*data);
    }
    for (auto const& entry : entries)
        if (auto const* name = missing_in_entry(entry)) return in.invalid(name, "Missing data for required field.");
    auto& all = in.all(entries_of(call));
    std::int64_t fresh = 0;
    for (auto const& entry : entries) {
        json::object kept = entry.as_object();
        if (!kept.contains("id")) kept["id"] = nullptr;
        std::string const subject = text_of(kept, "subject");
        if (keys_of_subject(all, subject).empty()) ++fresh;
        std::string const key = entry_key(subject, text_of(kept, "id"));
        all.emplace_back(key, std::move(kept));
    }
    count_entries(in, fresh);
    return Reply::of(200, json::object{{"acknowledged", true},
                                       {"success", true},
                                       {"num_documents_ingested", entries.size()},
                                       {"task_id", in.add_task("INGEST")}});
}

/// One entry, as another form of ingest. [doc]
inline Reply upsert_entry(World& world, Call& call) {
    boost::system::error_code failed;
    json::value const entry = json::parse(call.body, failed);
    Call inner = call;
    inner.body = json::serialize(
        json::object{{"ingest_type", "GMetaEntry"}, {"ingest_data", failed ? json::value(nullptr) : entry}});
    return ingest(world, inner);
}

/// An entry that was found, of a subject.
struct Hit {
    std::string subject;
    std::vector<json::object const*> entries;
    double score = 0;
};

inline json::object show_hit(Hit const& hit) {
    json::array entries;
    for (auto const* entry : hit.entries)
        entries.push_back(json::object{{"entry_id", entry->at("id")},
                                       {"content", entry->at("content")},
                                       {"matched_principal_sets", json::array{}}});
    return {{"@datatype", "GMetaResult"},
            {"@version", "2019-08-27"},
            {"subject", hit.subject},
            {"entries", std::move(entries)}};
}

/// What a search asks for, from the query or the body.
struct SearchRequest {
    SearchRequest(Call const& call, json::object const& body) {
        text = call.argument("q", text_of(body, "q"));
        auto const flag = [&](char const* name) {
            return lower(call.argument(name)) == "true" || call.argument(name) == "1" || flag_of(body, name);
        };
        advanced = flag("advanced");
        see_all = flag("bypass_visible_to");
        filters = body.if_contains("filters");
        boosts = body.if_contains("boosts");
    }
    std::string text;
    bool advanced = false;
    bool see_all = false;
    json::value const* filters = nullptr;
    json::value const* boosts = nullptr;
};

/// The entries that the caller sees and that fit, by subject, the best first. [doc] an entry is seen by those of its
/// `visible_to`
inline std::vector<Hit> find_hits(SearchCall const& in, SearchRequest const& request) {
    std::vector<json::object const*> seen;
    SearchWords table;
    bool const worded = !request.text.empty() && request.text != "*";
    for (auto const& [key, entry] : in.all(entries_of(in.call))) {
        if (!request.see_all && !is_among(in.world, in.identity(), entry, "visible_to")) continue;
        seen.push_back(&entry);
        if (!worded) continue;
        table.add(text_of(entry, "subject"), seen.size() - 1, "");
        each_value(entry.at("content"), "", [&](json::value const& value, std::string const& field) {
            table.add(text_of_value(value), seen.size() - 1, field);
        });
    }
    WordQuery words(table, request.boosts);
    Condition const fits = read_query(request.text, request.advanced, request.filters, words);
    std::vector<Hit> out;
    std::map<std::string, std::size_t> places;
    for (std::size_t number = 0; number < seen.size(); ++number) {
        if (!fits({number, seen[number]->at("content")})) continue;
        std::string const subject = text_of(*seen[number], "subject");
        auto const [place, fresh] = places.emplace(subject, out.size());
        if (fresh) out.push_back({subject, {}, 0});
        Hit& hit = out[place->second];
        hit.entries.push_back(seen[number]);
        hit.score = std::max(hit.score, words.score(number));
    }
    sort_stably(out, [](Hit const& a, Hit const& b) { return a.score > b.score; });
    return out;
}

/// [doc] sort: by the least value of a field for asc, by the greatest for desc; those without one come last
inline void sort_hits(std::vector<Hit>& hits, json::value const& sort) {
    if (!sort.is_array()) throw WrongQuery{"sort is a list"};
    auto const value_of = [](Hit const& hit, std::string const& field, bool down) -> json::value const* {
        json::value const* best = nullptr;
        for (auto const* entry : hit.entries)
            for (auto const* value : values_at(entry->at("content"), field))
                if (best == nullptr || (down ? compare_values(*value, *best) > 0 : compare_values(*value, *best) < 0))
                    best = value;
        return best;
    };
    sort_stably(hits, [&](Hit const& a, Hit const& b) {
        for (auto const& key : sort.get_array()) {
            bool const down = text_of(key, "order", "asc") == "desc";
            auto const* left = value_of(a, text_of(key, "field_name"), down);
            auto const* right = value_of(b, text_of(key, "field_name"), down);
            if ((left == nullptr) != (right == nullptr)) return left != nullptr;
            int const order = left == nullptr ? 0 : compare_values(*left, *right);
            if (order != 0) return down ? order > 0 : order < 0;
        }
        return false;
    });
}

/// A page of what a search found.
inline Reply answer_search(SearchCall& in, json::object const& body) {
    SearchRequest const request(in.call, body);
    if (request.see_all && !in.has_role({"owner", "admin"})) return in.refused;
    auto hits = find_hits(in, request);
    bool const scroll = in.call.operation == "scroll";
    auto const number = [&](char const* name, std::int64_t otherwise) {
        return to_integer(in.call.argument(name))
            .value_or(static_cast<std::int64_t>(number_of(body, name, static_cast<double>(otherwise))));
    };
    auto const limit = number("limit", scroll ? 100 : 10);
    auto const offset = scroll ? to_integer(text_of(body, "marker")).value_or(0) : number("offset", 0);
    if (offset < 0 || limit < 0 || (!scroll && offset + limit > 10000) || limit > 10000)  // [doc]
        return in.error(400, "BadRequest.ValidationError", "offset and limit together may be 10000 at most");
    if (auto const* sort = body.if_contains("sort")) sort_hits(hits, *sort);
    std::vector<json::object> shown;
    for (auto i = offset; i < static_cast<std::int64_t>(hits.size()) && i - offset < limit; ++i)
        shown.push_back(show_hit(hits[static_cast<std::size_t>(i)]));
    bool const more = offset + limit < static_cast<std::int64_t>(hits.size());
    auto data = cut(shown, 0, limit);
    json::object out{{"@datatype", "GSearchResult"}, {"@version", "2017-09-01"}, {"count", data.size()},
                     {"total", hits.size()},         {"offset", offset},         {"has_next_page", more},
                     {"gmeta", std::move(data)}};
    if (scroll) out["marker"] = more ? json::value(std::to_string(offset + limit)) : json::value(nullptr);
    if (auto const* facets = body.if_contains("facets"); facets != nullptr && facets->is_array()) {
        std::vector<json::value> contents;
        for (auto const& hit : hits)
            for (auto const* entry : hit.entries) contents.push_back(entry->at("content"));
        json::array results;
        for (auto const& facet : facets->get_array()) results.push_back(facet_result(facet, contents));
        out["facet_results"] = std::move(results);
    }
    return Reply::of(200, out);
}

inline Reply search_index(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    if (in.index() == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    try {
        return answer_search(in, *body);
    } catch (WrongQuery const& wrong) {
        return in.error(400, "BadRequest.ValidationError", wrong.what);
    }
}

/// A subject or an entry, by the query's `subject` and `entry_id`.
inline Reply subject(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    if (in.index() == nullptr) return in.refused;
    std::string const wanted = call.argument("subject");
    bool const whole = call.operation.ends_with("subject");
    if (call.method == "DELETE") {
        if (!in.has_role({"owner", "admin", "writer"})) return in.refused;
        // [doc] the deletion is a task; that there was nothing to delete, is no error
        remove_subjects(in, {wanted}, whole ? std::nullopt : std::optional(call.argument("entry_id")));
        return Reply::of(200, json::object{{"acknowledged", true},
                                           {"task_id", in.add_task(whole ? "DELETE_BY_SUBJECT" : "DELETE_ENTRY")}});
    }
    Hit hit{wanted, {}, 0};
    Documents const& all = in.all(entries_of(call));
    for (auto const& key : keys_of_subject(all, wanted)) {
        auto const* entry = all.find(key);
        if ((whole || key == entry_key(wanted, call.argument("entry_id"))) &&
            is_among(world, in.identity(), *entry, "visible_to"))
            hit.entries.push_back(entry);
    }
    if (hit.entries.empty()) return in.error(404, "NotFound.Generic", "There is no such subject or entry");
    return Reply::of(200, show_hit(hit));
}

inline Reply delete_subjects(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in) return in.refused;
    if (in.index() == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::set<std::string> subjects;
    bool const batch = call.operation == "batch_delete_by_subject";
    if (batch) {
        if (auto const* list = body->if_contains("subjects"); list != nullptr && list->is_array())
            for (auto const& one : list->get_array())
                if (one.is_string()) subjects.insert(to_string(one.get_string()));
    } else {
        if (text_of(*body, "q").empty() && body->if_contains("filters") == nullptr)
            return in.error(400, "BadRequest.ValidationError", "q or filters is needed");
        try {
            SearchRequest request(call, *body);
            request.see_all = true;
            for (auto const& hit : find_hits(in, request)) subjects.insert(hit.subject);
        } catch (WrongQuery const& wrong) {
            return in.error(400, "BadRequest.ValidationError", wrong.what);
        }
    }
    auto const gone = remove_subjects(in, subjects);
    return Reply::of(200,
                     json::object{{"acknowledged", true},
                                  {"num_subjects_deleted", gone},
                                  {"task_id", in.add_task(batch ? "BATCH_DELETE_BY_SUBJECT" : "DELETE_BY_QUERY")}});
}

inline Reply get_search_task(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    auto const* task = in.find("search.tasks");
    return task != nullptr ? Reply::of(200, *task) : in.error(404, "NotFound.NoSuchTask", "There is no such task");
}

/// [doc] the newest first
inline Reply list_search_tasks(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    if (in.index(true) == nullptr || !in.has_role({"owner", "admin", "writer"})) return in.refused;
    json::array out;
    auto const& all = in.all("search.tasks");
    for (auto one = all.rbegin(); one != all.rend(); ++one)
        if (text_of(one->second, "index_id") == call.holes[0]) out.push_back(one->second);
    return Reply::of(200, json::object{{"index_id", call.holes[0]}, {"tasks", std::move(out)}});
}

inline Reply search_roles(World& world, Call& call) {
    SearchCall in(world, call);
    if (!in.token) return in.refused;
    if (in.index(true) == nullptr || !in.has_role({"owner", "admin"})) return in.refused;
    auto& all = in.all("search.roles." + call.holes[0]);
    if (call.method == "GET") {
        json::array out;
        for (auto const& [id, role] : all) out.push_back(role);
        return Reply::of(200, json::object{{"role_list", std::move(out)}});
    }
    if (call.method == "DELETE") {
        auto const* role = find_document(all, call.holes[1]);
        if (role == nullptr) return in.missing();
        json::object const gone = *role;
        all.erase(call.holes[1]);
        return Reply::of(200, json::object{{"deleted", gone}, {"success", true}});  // [recorded]
    }
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const name = text_of(*body, "role_name");
    std::string const principal = text_of(*body, "principal");
    if ((name != "owner" && name != "admin" && name != "writer") || principal.empty())
        return in.error(400, "BadRequest.ValidationError", "role_name is owner, admin or writer, and has a principal");
    std::string const id = world.random.uuid();
    json::object const role{{"id", id},
                            {"index_id", call.holes[0]},
                            {"creation_date", file_time(world.now_locked()).substr(0, 19)},
                            {"principal", principal},
                            {"principal_type", principal.starts_with("urn:globus:groups:") ? "group" : "identity"},
                            {"role_name", name}};
    all.emplace_back(id, role);
    return Reply::of(200, role);
}

inline std::vector<Route> const& search_routes() {
    static constexpr char const* s = "search";
    static std::vector<Route> const all{
        {"POST", "/v1/index", s, "create_index", &create_index},
        {"GET", "/v1/index_list", s, "index_list", &list_indices},
        {"GET", "/v1/index/{}", s, "get_index", &get_index},
        {"PATCH", "/v1/index/{}", s, "update_index", &change_index},
        {"DELETE", "/v1/index/{}", s, "delete_index", &change_index},
        {"POST", "/v1/index/{}/reopen", s, "reopen_index", &change_index},
        {"GET", "/v1/index/{}/search", s, "search", &search_index},
        {"POST", "/v1/index/{}/search", s, "post_search", &search_index},
        {"POST", "/v1/index/{}/scroll", s, "scroll", &search_index},
        {"POST", "/v1/index/{}/ingest", s, "ingest", &ingest},
        {"POST", "/v1/index/{}/delete_by_query", s, "delete_by_query", &delete_subjects},
        {"POST", "/v1/index/{}/batch_delete_by_subject", s, "batch_delete_by_subject", &delete_subjects},
        {"GET", "/v1/index/{}/subject", s, "get_subject", &subject},
        {"DELETE", "/v1/index/{}/subject", s, "delete_subject", &subject},
        {"GET", "/v1/index/{}/entry", s, "get_entry", &subject},
        {"PUT", "/v1/index/{}/entry", s, "update_entry", &upsert_entry},
        {"POST", "/v1/index/{}/entry", s, "create_entry", &upsert_entry},
        {"DELETE", "/v1/index/{}/entry", s, "delete_entry", &subject},
        {"GET", "/v1/task/{}", s, "get_task", &get_search_task},
        {"GET", "/v1/task_list/{}", s, "get_task_list", &list_search_tasks},
        {"POST", "/v1/index/{}/role", s, "create_role", &search_roles},
        {"GET", "/v1/index/{}/role_list", s, "get_role_list", &search_roles},
        {"DELETE", "/v1/index/{}/role/{}", s, "delete_role", &search_roles},
        {"GET", "/beta/index/{}/mapping", s, "get_index_mapping", &index_mapping},
        {"GET", "/beta/index/{}/mapping/{}", s, "get_field_mapping", &index_mapping},
        {"GET", "/beta/index/{}/field_budget", s, "get_field_budget", &index_field_budget},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_IPP
