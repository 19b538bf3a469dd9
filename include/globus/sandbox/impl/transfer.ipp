// SPDX-License-Identifier: Apache-2.0
// The Transfer service: collections, their files, tasks, bookmarks, access rules, roles.
#ifndef GLOBUS_SANDBOX_IMPL_TRANSFER_IPP
#define GLOBUS_SANDBOX_IMPL_TRANSFER_IPP

#include <globus/sandbox/impl/auth.ipp>
#include <globus/sandbox/impl/tasks.ipp>

namespace globus::sandbox::detail {

/// A call to the Transfer service whose token is good.
struct TransferCall {
    TransferCall(World& in, Call& of) : world(in), call(of) {
        token = authenticate(world, call, "transfer.api.globus.org", refused);
    }

    World& world;
    Call& call;
    Reply refused{};
    AccessToken const* token = nullptr;

    Reply error(int status, std::string const& code, std::string const& message) const {
        return problem(world, call, status, code, message);
    }

    /// [recorded] the shape of a result
    Reply result(int status, std::string const& code, std::string const& message, json::object more = {},
                 std::string const& type = "result") const {
        more["DATA_TYPE"] = type;
        more["code"] = code;
        more["message"] = message;
        more["request_id"] = world.random.request_id();
        more["resource"] = call.path;
        return Reply::of(status, more);
    }

    Endpoint* endpoint(std::string const& id) {
        auto const found = world.data.endpoints.find(id);
        if (found != world.data.endpoints.end()) return &found->second;
        refused = error(404, "EndpointNotFound", "No such endpoint or collection: " + id);
        return nullptr;
    }

    /// The body as an object.
    std::optional<json::object> body() {
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (!failed && parsed.is_object()) return std::move(parsed.get_object());
        refused = error(400, "ClientError.BadRequest", "The body must be a JSON object");
        return std::nullopt;
    }

    std::int64_t number(char const* name, std::int64_t otherwise) const {
        return to_integer(call.argument(name)).value_or(otherwise);
    }

    /// Whether files of the collection may be seen. [recorded] ConsentRequired; [doc] the codes of each state
    bool may_read(Endpoint const& endpoint, char const* operation) {
        if (endpoint.requires_data_access) {
            std::string const wanted = "https://auth.globus.org/scopes/" + endpoint.id + "/data_access";
            // [doc] what counts is the user's consent for the application, given at this login or an earlier one
            bool given = false;
            for (auto const& scope : token->scopes)
                for (auto const& dependency : read_scope(scope).dependencies)
                    given = given || dependency.name == wanted;
            for (auto const& consent : world.data.consents)
                given = given || (consent.client_id == token->client_id && consent.identity == token->identity &&
                                  consent.scope == wanted);
            if (!given) {
                json::array const scopes{
                    json::value("urn:globus:auth:scope:transfer.api.globus.org:all[*" + wanted + "]")};
                refused = Reply::of(
                    403, json::object{{"code", "ConsentRequired"},
                                      {"message", "Missing required data_access consent"},
                                      {"request_id", world.random.request_id()},
                                      {"resource", call.path},
                                      {"required_scopes", scopes},
                                      {"authorization_parameters",
                                       json::object{{"session_message", "Missing required data_access consent"},
                                                    {"required_scopes", scopes}}}});
                return false;
            }
        }
        std::string const failed = "ExternalError." + std::string(operation) + "Failed.";
        if (endpoint.state == "disconnected")
            refused = error(502, failed + "GCDisconnected", "Globus Connect is not connected");
        else if (endpoint.state == "login_failed")
            refused = error(502, failed + "LoginFailed", "Login to the collection failed");
        else if (endpoint.state == "size_limit" && std::string(operation) == "DirListing")
            refused = error(502, failed + "SizeLimit", "The directory has too many entries");
        else if (endpoint.state == "permission_denied")
            refused = error(403, "EndpointPermissionDenied", "Permission denied on " + endpoint.id);
        else
            return true;
        return false;
    }
};

// Endpoints and collections -------------------------------------------------------------------------------------------

inline json::object describe_endpoint(World const& world, Endpoint const& endpoint) {
    json::object out = endpoint.document;
    out["DATA_TYPE"] = "endpoint";
    out["id"] = endpoint.id;
    out["entity_type"] = endpoint.kind;
    out["owner_id"] = endpoint.owner;
    out["owner_string"] = username_of(world, endpoint.owner);
    out["gcp_connected"] = nullptr;
    out["gcp_paused"] = nullptr;
    out["is_globus_connect"] = false;
    out["activated"] = false;
    out["default_directory"] = "/~/";
    out["https_server"] = world.base_url + "data/" + endpoint.id;
    out["acl_available"] = endpoint.kind == "GCSv5_guest_collection";
    out["acl_editable"] = true;
    out["in_use"] = false;
    out["DATA"] = json::array{};
    return out;
}

inline Reply get_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    return Reply::of(200, describe_endpoint(world, *endpoint));
}

inline Reply update_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (endpoint->owner != in.token->identity)
        return in.error(403, "PermissionDenied", "Only the owner may change an endpoint");
    for (auto const& item : *body)
        if (item.key() != "id" && item.key() != "DATA_TYPE") endpoint->document[item.key()] = item.value();
    return in.result(200, "Updated", "Endpoint updated successfully");
}

inline Reply delete_endpoint(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    if (endpoint->owner != in.token->identity)
        return in.error(403, "PermissionDenied", "Only the owner may delete an endpoint");
    std::string const id = endpoint->id;
    std::erase(world.data.endpoint_order, id);
    world.data.endpoints.erase(id);
    std::erase_if(world.data.apps, [&](App const& app) { return app.id == id; });
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
    Place const place = find_place(host->directory, text_of(*body, "host_path", "/"));
    std::error_code error;
    if (!place.allowed || !fs::is_directory(place.file, error))
        return in.error(404, "ClientError.NotFound", "No directory at host_path");
    Endpoint made;
    made.id = world.random.uuid();
    made.directory = place.file;
    made.owner = in.token->identity;
    made.kind = "GCSv5_guest_collection";
    made.document = *body;
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
        Endpoint const& endpoint = world.data.endpoints[id];
        if ((monitored || call.operation == "my_shared_endpoint_list") && endpoint.owner != in.token->identity)
            continue;
        if (!monitored && text_of(endpoint.document, "host_endpoint_id") != call.holes[0]) continue;
        found.push_back(describe_endpoint(world, endpoint));
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
        Endpoint const& endpoint = world.data.endpoints[id];
        json::object document = describe_endpoint(world, endpoint);
        std::string text;
        for (auto const* field : {"id", "display_name", "description", "organization", "keywords", "owner_string"})
            text += lower(field_text(document, field)) + "\n";
        bool fits = true;
        for (auto const& word : split(words, ' ')) fits = fits && text.find(word) != std::string::npos;
        if (scope.starts_with("my-") || scope == "administered-by-me")
            fits = fits && endpoint.owner == in.token->identity;
        if (auto const owner = call.argument("filter_owner_id"); !owner.empty()) fits = fits && endpoint.owner == owner;
        if (auto const type = call.argument("filter_entity_type"); !type.empty()) {
            auto const types = split(type, ',');
            fits = fits && std::find(types.begin(), types.end(), endpoint.kind) != types.end();
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

// Files ---------------------------------------------------------------------------------------------------------------

inline Reply operation_ls(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr || !in.may_read(*endpoint, "DirListing")) return in.refused;
    std::string const asked = call.argument("path", "/~/");
    Place const place = find_place(endpoint->directory, asked);
    if (!place.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    std::error_code error;
    auto const status = fs::status(place.file, error);
    if (!fs::exists(status)) return in.error(404, "ClientError.NotFound", "Directory '" + asked + "' not found");
    if (!fs::is_directory(status))
        return in.error(502, "ExternalError.DirListingFailed.NotDirectory", "Not a directory: " + asked);
    std::string const hidden = lower(call.argument("show_hidden", "1"));  // [doc] shown when not said otherwise
    bool const show_hidden = hidden != "0" && hidden != "false";
    fs::path const root = fs::canonical(endpoint->directory, error);
    std::vector<json::object> items;
    for (auto const& entry : fs::directory_iterator(place.file, error)) {
        std::string const name = entry.path().filename().string();
        if (!show_hidden && name[0] == '.') continue;
        auto item = describe_file(entry.path(), name, root);
        if (item && filters_fit(*item, call)) items.push_back(std::move(*item));
    }
    if (error) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    sort_items(items, "name");  // [guess] the order when none is asked for
    sort_items(items, call.argument("orderby"));
    auto const offset = in.number("offset", 0);
    auto const limit = in.number("limit", 100000);
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    auto data = cut(items, offset, limit);
    return Reply::of(200, json::object{{"DATA_TYPE", "file_list"},
                                       {"endpoint", endpoint->id},
                                       {"path", asked},
                                       {"absolute_path", place.path == "/" ? "/" : place.path + "/"},
                                       {"rename_supported", true},
                                       {"symlink_supported", true},
                                       {"length", data.size()},
                                       {"total", items.size()},
                                       {"offset", offset},
                                       {"limit", limit},
                                       {"DATA", std::move(data)}});
}

inline Reply operation_stat(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr || !in.may_read(*endpoint, "Stat")) return in.refused;
    Place const place = find_place(endpoint->directory, call.argument("path", "/~/"));
    if (!place.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    std::error_code error;
    auto const name = place.path == "/" ? "/" : place.path.substr(place.path.rfind('/') + 1);
    auto const item = describe_file(place.file, name, fs::canonical(endpoint->directory, error));
    if (!item) return in.error(404, "ClientError.NotFound", "Path not found: " + place.path);
    return Reply::of(200, *item);
}

inline Reply operation_mkdir(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr || !in.may_read(*endpoint, "Mkdir")) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const path = text_of(*body, "path");
    if (path.empty()) return in.error(400, "ClientError.BadRequest", "path is missing");
    Place const place = find_place(endpoint->directory, path);
    if (!place.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    std::error_code error;
    if (fs::exists(fs::symlink_status(place.file, error)))
        return in.error(502, "ExternalError.MkdirFailed.Exists", "Path already exists: " + path);
    if (!fs::is_directory(place.file.parent_path(), error))
        return in.error(404, "ClientError.NotFound", "The directory above does not exist: " + path);
    if (!fs::create_directory(place.file, error))
        return in.error(403, "EndpointPermissionDenied", "Permission denied: " + path);
    return in.result(202, "DirectoryCreated", "The directory was created successfully", {}, "mkdir_result");
}

inline Reply operation_rename(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr || !in.may_read(*endpoint, "Rename")) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    Place const from = find_place(endpoint->directory, text_of(*body, "old_path"));
    Place const to = find_place(endpoint->directory, text_of(*body, "new_path"));
    if (from.path == "/" || to.path == "/") return in.error(400, "ClientError.BadRequest", "A path is missing");
    if (!from.allowed || !to.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied");
    std::error_code error;
    if (!fs::exists(fs::symlink_status(from.file, error)))
        return in.error(404, "ClientError.NotFound", "Path not found: " + from.path);
    if (fs::exists(fs::symlink_status(to.file, error)))  // [guess] the code
        return in.error(502, "ExternalError.RenameFailed.Exists", "Path already exists: " + to.path);
    fs::rename(from.file, to.file, error);
    if (error) return in.error(404, "ClientError.NotFound", "The directory above does not exist: " + to.path);
    return in.result(200, "FileRenamed", "File or directory renamed successfully");
}

// Tasks ---------------------------------------------------------------------------------------------------------------

inline Reply get_submission_id(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    std::string const id = world.random.uuid();
    world.data.submission_ids.insert(id);
    return Reply::of(200, json::object{{"DATA_TYPE", "submission_id"}, {"value", id}});
}

inline json::object accepted(TransferCall const& in, Task const& task) {
    return json::object{{"submission_id", task.submission_id},
                        {"task_id", task.id},
                        {"task_link", json::object{{"DATA_TYPE", "link"},
                                                   {"href", "/v0.10/task/" + task.id + "?format=json"},
                                                   {"rel", "related"},
                                                   {"resource", "task"},
                                                   {"title", "related task"}}},
                        {"request_id", in.world.random.request_id()}};
}

/// [recorded] the members of a task
inline json::object new_task_document(World& world, Task const& task, json::object const& body) {
    auto const name_of = [&](std::string const& id) -> json::value {
        auto const found = world.data.endpoints.find(id);
        if (found == world.data.endpoints.end()) return nullptr;
        return json::value(text_of(found->second.document, "display_name"));
    };
    auto const given = [&](char const* name, json::value otherwise) {
        auto const* value = body.if_contains(name);
        return value != nullptr ? *value : otherwise;
    };
    json::object out{{"DATA_TYPE", "task"},
                     {"task_id", task.id},
                     {"type", task.is_delete ? "DELETE" : "TRANSFER"},
                     {"status", "ACTIVE"},
                     {"label", given("label", nullptr)},
                     {"owner_id", task.owner},
                     {"username", username_of(world, task.owner)},
                     {"request_time", iso_time(task.requested)},
                     {"completion_time", nullptr},
                     {"deadline", iso_time(task.deadline)},
                     {"source_endpoint_id", task.source},
                     {"source_endpoint", task.source},
                     {"source_endpoint_display_name", name_of(task.source)},
                     {"sync_level", given("sync_level", nullptr)},
                     {"encrypt_data", given("encrypt_data", false)},
                     {"verify_checksum", given("verify_checksum", !task.is_delete)},
                     {"preserve_timestamp", given("preserve_timestamp", false)},
                     {"delete_destination_extra", given("delete_destination_extra", false)},
                     {"recursive_symlinks", given("recursive_symlinks", "ignore")},
                     {"skip_source_errors", given("skip_source_errors", false)},
                     {"fail_on_quota_errors", given("fail_on_quota_errors", false)},
                     {"filter_rules", given("filter_rules", nullptr)},
                     {"command", "API 0.10"},
                     {"canceled_by_admin", nullptr},
                     {"canceled_by_admin_message", nullptr},
                     {"fatal_error", nullptr},
                     {"history_deleted", false},
                     {"is_paused", false},
                     {"effective_bytes_per_second", 0},
                     {"subtasks_total", task.items.size()},
                     {"subtasks_pending", task.items.size()}};
    if (!task.is_delete) {
        out["destination_endpoint_id"] = task.destination;
        out["destination_endpoint"] = task.destination;
        out["destination_endpoint_display_name"] = name_of(task.destination);
    } else {
        for (auto const* name :
             {"destination_endpoint_id", "destination_endpoint", "destination_endpoint_display_name"})
            out[name] = nullptr;
    }
    for (auto const* name : {"bytes_checksummed", "bytes_transferred", "directories", "faults", "files",
                             "files_skipped", "files_transferred", "symlinks", "subtasks_canceled", "subtasks_expired",
                             "subtasks_failed", "subtasks_retrying", "subtasks_skipped_errors", "subtasks_succeeded"})
        out[name] = 0;
    return out;
}

inline Reply submit(World& world, Call& call, bool is_delete) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto body = in.body();
    if (!body) return in.refused;
    std::string const submission = text_of(*body, "submission_id");
    if (!is_uuid(submission)) return in.error(400, "ClientError.BadRequest", "submission_id is missing or malformed");
    // [doc] an id is carried out once, however often it is sent
    if (auto const known = world.data.task_of_submission.find(submission);
        known != world.data.task_of_submission.end()) {
        Task const& task = world.data.tasks[known->second];
        if (task.owner != in.token->identity)
            return in.error(400, "ClientError.BadRequest", "submission_id belongs to another user");
        Reply again = in.result(200, "Duplicate", "A task with this submission id was accepted before",
                                accepted(in, task), is_delete ? "delete_result" : "transfer_result");
        again.committed = false;
        return again;
    }
    Task task;
    task.submission_id = submission;
    task.owner = in.token->identity;
    task.is_delete = is_delete;
    task.source = text_of(*body, is_delete ? "endpoint" : "source_endpoint");
    task.destination = is_delete ? "" : text_of(*body, "destination_endpoint");
    auto const* data = body->if_contains("DATA");
    if (data == nullptr || !data->is_array() || data->get_array().empty())
        return in.error(400, "ClientError.BadRequest.NoTransferItems",
                        is_delete ? "No delete items" : "No transfer items");
    for (auto const& item : data->get_array()) {
        TransferItem one;
        one.source = text_of(item, is_delete ? "path" : "source_path");
        one.destination = is_delete ? one.source : text_of(item, "destination_path");
        one.recursive = flag_of(item, "recursive");
        one.link = text_of(item, "DATA_TYPE") == "transfer_symlink_item";
        one.checksum = text_of(item, "external_checksum");
        one.algorithm = text_of(item, "checksum_algorithm");
        if (one.source.empty() || one.destination.empty())
            return in.error(400, "ClientError.BadRequest", "A path of an item is missing");
        task.items.push_back(std::move(one));
    }
    Endpoint const* const source = in.endpoint(task.source);
    if (source == nullptr || !in.may_read(*source, "Submit")) {
        // [guess] a collection that is away does not keep a task from being accepted
        if (source == nullptr || in.refused.status != 502) return in.refused;
    }
    if (!is_delete) {
        Endpoint const* const destination = in.endpoint(task.destination);
        if (destination == nullptr) return in.refused;
        if (!in.may_read(*destination, "Submit") && in.refused.status != 502) return in.refused;
    }
    std::size_t pending = 0;
    std::set<std::pair<std::string, std::string>> paths;
    auto const pair_of = [](TransferItem const& item) {
        return std::pair(normal_path(item.source), normal_path(item.destination));
    };
    for (auto const& item : task.items) paths.insert(pair_of(item));
    for (auto const& id : world.data.task_order) {
        Task const& other = world.data.tasks[id];
        if (!other.active() || other.owner != task.owner) continue;
        ++pending;
        if (!world.options.refuse_identical_tasks || other.is_delete != is_delete || other.source != task.source ||
            other.destination != task.destination)
            continue;
        for (auto const& item : other.items)
            if (paths.contains(pair_of(item)))  // [guess] the code
                return in.error(
                    409, "Conflict",
                    std::string(is_delete ? "A delete" : "A transfer") + " with identical paths has not yet completed");
    }
    if (pending >= world.options.max_pending_tasks)  // [guess] the status
        return in.error(409, "TooManyPendingJobs", "Too many pending tasks; wait until some have completed");
    task.id = world.random.uuid();
    task.requested = world.now_locked();
    task.deadline = task.requested + 24LL * 3600 * 1000;  // [doc] a day, when nothing else is asked for
    if (auto const deadline = parse_time(text_of(*body, "deadline"))) task.deadline = *deadline;
    body->erase("DATA");
    task.options = *body;
    task.document = new_task_document(world, task, *body);
    set_nice_status(task, "QUEUED", "Queued", true);
    world.data.task_of_submission[submission] = task.id;
    world.data.submission_ids.insert(submission);
    world.data.task_order.push_back(task.id);
    Reply const reply = in.result(202, "Accepted",
                                  is_delete ? "The delete has been accepted and a task has been created"
                                            : "The transfer has been accepted and a task has been created",
                                  accepted(in, task), is_delete ? "delete_result" : "transfer_result");
    std::string const id = task.id;
    apply_pause_rules(world, world.data.tasks[id] = std::move(task));
    world.wake.notify_all();
    return reply;
}

inline Reply submit_transfer(World& world, Call& call) { return submit(world, call, false); }
inline Reply submit_delete(World& world, Call& call) { return submit(world, call, true); }

/// The caller's task that the route names. The endpoint manager sees everybody's.
inline Task* find_task(TransferCall& in) {
    if (in.token == nullptr) return nullptr;
    auto const found = in.world.data.tasks.find(in.call.holes[0]);
    bool const manager = in.call.operation.starts_with("endpoint_manager");
    if (found != in.world.data.tasks.end() && (manager || found->second.owner == in.token->identity))
        return &found->second;
    in.refused = in.error(404, "TaskNotFound", "No such task: " + in.call.holes[0]);
    return nullptr;
}

inline Reply get_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    return task != nullptr ? Reply::of(200, task->document) : in.refused;
}

inline Reply task_list(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    bool const manager = call.operation.starts_with("endpoint_manager");
    std::vector<json::object const*> found;
    for (auto const& id : world.data.task_order) {
        Task const& task = world.data.tasks[id];
        if (!manager && task.owner != in.token->identity) continue;
        if (manager) {
            if (auto const status = call.argument("filter_status"); !status.empty()) {
                auto const wanted = split(status, ',');
                if (std::find(wanted.begin(), wanted.end(), task.status()) == wanted.end()) continue;
            }
            if (auto const endpoint = call.argument("filter_endpoint");
                !endpoint.empty() && endpoint != task.source && endpoint != task.destination)
                continue;
        }
        if (filters_fit(task.document, call)) found.push_back(&task.document);
    }
    if (auto const order = call.argument("orderby"); !order.empty())
        sort_items(found, order);
    else
        std::reverse(found.begin(), found.end());  // [doc] the newest first
    auto const limit = std::min<std::int64_t>(1000, in.number("limit", manager ? 100 : 10));
    if (manager) {
        // [guess] what `last_key` looks like: the place in the list
        std::string const last = call.argument("last_key");
        auto const offset = last.starts_with("sandbox,") ? to_integer(std::string_view(last).substr(8)).value_or(0) : 0;
        bool const more = offset + limit < static_cast<std::int64_t>(found.size());
        json::object out{{"DATA_TYPE", "task_list"}, {"has_next_page", more}, {"DATA", cut(found, offset, limit)}};
        out["last_key"] = more ? json::value("sandbox," + std::to_string(offset + limit)) : json::value(nullptr);
        return Reply::of(200, out);
    }
    auto const offset = in.number("offset", 0);
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    auto data = cut(found, offset, limit);
    if (auto const fields = call.argument("fields"); !fields.empty()) {
        auto const wanted = split(fields, ',');
        for (auto& one : data) {
            json::object kept;
            for (auto const& name : wanted)
                if (auto const* value = one.get_object().if_contains(name)) kept[name] = *value;
            one = std::move(kept);
        }
    }
    return Reply::of(200, json::object{{"DATA_TYPE", "task_list"},
                                       {"length", data.size()},
                                       {"limit", limit},
                                       {"offset", offset},
                                       {"total", found.size()},
                                       {"DATA", std::move(data)}});
}

inline Reply task_event_list(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    std::vector<json::object> events;
    for (auto const& event : task->events) {
        if (auto const wanted = call.argument("filter_is_error");
            (wanted == "1" || lower(wanted) == "true") && !flag_of(event, "is_error"))
            continue;
        if (filters_fit(event, call)) events.push_back(event);
    }
    std::reverse(events.begin(), events.end());  // [doc] the newest first
    auto const offset = in.number("offset", 0);
    auto const limit = std::min<std::int64_t>(1000, in.number("limit", 10));
    if (offset < 0 || limit < 1) return in.error(400, "ClientError.BadRequest", "offset and limit must be positive");
    auto data = cut(events, offset, limit);
    return Reply::of(200, json::object{{"DATA_TYPE", "event_list"},
                                       {"length", data.size()},
                                       {"limit", limit},
                                       {"offset", offset},
                                       {"total", events.size()},
                                       {"DATA", std::move(data)}});
}

/// [doc] label and deadline may be changed while the task is active
inline Reply update_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task* const task = find_task(in);
    if (task == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    if (!task->active()) return in.error(409, "Conflict", "The task is complete");
    for (auto const& item : *body)
        if (item.key() != "label" && item.key() != "deadline" && item.key() != "DATA_TYPE")
            return in.error(400, "ClientError.BadRequest", std::string(item.key()) + " cannot be changed");
    if (auto const* label = body->if_contains("label")) task->document["label"] = *label;
    if (body->contains("deadline")) {
        auto const deadline = parse_time(text_of(*body, "deadline"));
        if (!deadline) return in.error(400, "ClientError.BadRequest", "deadline is malformed");
        task->deadline = *deadline;
        task->document["deadline"] = iso_time(*deadline);
    }
    world.wake.notify_all();
    return in.result(200, "Updated", "Updated task " + task->id);
}

inline void cancel(World& world, Task& task) {
    auto const pending = static_cast<std::int64_t>(number_of(task.document, "subtasks_pending", 0));
    add_event(world, task, "CANCELED", true, "canceled", "");
    task.document["subtasks_canceled"] = pending;
    end_task(task, "FAILED", world.now_locked());  // [doc] a task that was canceled is FAILED
    world.wake.notify_all();
}

inline Reply cancel_task(World& world, Call& call) {
    TransferCall in(world, call);
    Task* const task = find_task(in);
    if (task == nullptr) return in.refused;
    if (!task->active()) {
        Reply late = in.result(200, "TaskComplete", "The task completed before the cancel request was processed.");
        late.committed = false;
        return late;
    }
    cancel(world, *task);
    return in.result(200, "Canceled", "The task has been cancelled successfully.");
}

/// What a user who is no manager sees of a pause rule. [guess] which members
inline json::object limited_pause_rule(json::object const& rule) {
    json::object out = rule;
    out["DATA_TYPE"] = "pause_rule_limited";
    out.erase("identity_id");
    return out;
}

/// [doc] the pause rules that are for the caller's use of a collection
inline Reply my_effective_pause_rules(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    if (in.endpoint(call.holes[0]) == nullptr) return in.refused;
    json::array out;
    for (auto const& [id, rule] : world.data.documents["transfer.pause_rules"]) {
        auto const identity = text_of(rule, "identity_id");
        if (text_of(rule, "endpoint_id") == call.holes[0] && (identity.empty() || identity == in.token->identity))
            out.push_back(limited_pause_rule(rule));
    }
    return Reply::of(200, json::object{{"DATA_TYPE", "pause_rule_limited_list"}, {"DATA", std::move(out)}});
}

inline Reply task_pause_info(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    json::array rules;
    for (auto const* rule : pause_rules_of(world, *task)) rules.push_back(limited_pause_rule(*rule));
    return Reply::of(200, json::object{{"DATA_TYPE", "pause_info_limited"},
                                       {"pause_rules", std::move(rules)},
                                       {"source_pause_message", task->paused ? json::value("Paused by an administrator")
                                                                             : json::value(nullptr)},
                                       {"destination_pause_message", nullptr}});
}

/// Pages by a marker, of 100 items. [guess] the size of a page
inline Reply marker_page(Call const& call, char const* type, std::vector<json::object> const& items) {
    auto const begin = std::max<std::int64_t>(0, to_integer(call.argument("marker")).value_or(0));
    auto const end = begin + 100;
    json::object out{{"DATA_TYPE", type}, {"marker", begin}, {"DATA", cut(items, begin, 100)}};
    out["next_marker"] = end < static_cast<std::int64_t>(items.size()) ? json::value(end) : json::value(nullptr);
    return Reply::of(200, out);
}

inline Reply task_successful_transfers(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    if (task->is_delete || task->active())
        return in.error(400, "ClientError.BadRequest", "Only for transfer tasks that are complete");
    std::vector<json::object> items;
    for (auto const& [from, to] : task->done)
        items.push_back({{"DATA_TYPE", "successful_transfer"}, {"source_path", from}, {"destination_path", to}});
    return marker_page(call, "successful_transfers", items);
}

inline Reply task_skipped_errors(World& world, Call& call) {
    TransferCall in(world, call);
    Task const* const task = find_task(in);
    if (task == nullptr) return in.refused;
    return marker_page(call, "skipped_errors", task->skipped);
}

// The endpoint manager ------------------------------------------------------------------------------------------------

/// Cancels, pauses or resumes the tasks of `task_id_list`.
template <class F>
Reply manage_tasks(World& world, Call& call, F const& change) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* list = body->if_contains("task_id_list");
    if (list == nullptr || !list->is_array()) return in.error(400, "ClientError.BadRequest", "task_id_list is missing");
    for (auto const& id : list->get_array()) {
        auto const found = id.is_string() ? world.data.tasks.find(to_string(id.get_string())) : world.data.tasks.end();
        if (found != world.data.tasks.end() && found->second.active()) change(found->second, text_of(*body, "message"));
    }
    world.wake.notify_all();
    std::string const id = world.random.uuid();
    world.data.documents["transfer.admin_cancels"].emplace_back(id, json::object{{"id", id}, {"done", true}});
    return Reply::of(200, json::object{{"DATA_TYPE", "result"},
                                       {"code", "Accepted"},
                                       {"message", "Done"},
                                       {"id", id},
                                       {"done", true},
                                       {"resource", call.path},
                                       {"request_id", world.random.request_id()}});
}

inline Reply manager_cancel(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.document["canceled_by_admin"] = "BOTH";
        task.document["canceled_by_admin_message"] = message;
        cancel(world, task);
    });
}

inline Reply manager_cancel_status(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    for (auto const& [id, document] : world.data.documents["transfer.admin_cancels"])
        if (id == call.holes[0]) return Reply::of(200, document);
    return in.error(404, "NotFound", "No such cancellation");
}

inline Reply manager_pause(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.paused = true;
        task.document["is_paused"] = true;
        set_nice_status(task, "PAUSED_BY_ADMIN", "Paused by an administrator", false);
        add_event(world, task, "PAUSED", false, "paused", message);
    });
}

inline Reply manager_resume(World& world, Call& call) {
    return manage_tasks(world, call, [&](Task& task, std::string const& message) {
        task.paused = false;
        task.document["is_paused"] = task.held;
        if (!task.held) set_nice_status(task, task.started ? "OK" : "QUEUED", task.started ? "OK" : "Queued", true);
        add_event(world, task, "UNPAUSED", false, "unpaused", message);
    });
}

// Access rules and roles: documents of an endpoint --------------------------------------------------------------------

template <class Kind>
struct EndpointDocuments {
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        Endpoint* const endpoint = in.endpoint(call.holes[0]);
        if (endpoint == nullptr) return in.refused;
        json::array out;
        for (auto const& one : Kind::of(*endpoint)) out.push_back(one);
        auto const length = out.size();
        return Reply::of(200, json::object{{"DATA_TYPE", Kind::list_type},
                                           {"endpoint", endpoint->id},
                                           {"length", length},
                                           {"DATA", std::move(out)}});
    }
    static Reply add(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        Endpoint* const endpoint = in.endpoint(call.holes[0]);
        if (endpoint == nullptr) return in.refused;
        auto body = in.body();
        if (!body) return in.refused;
        for (auto const* needed : Kind::needed)
            if (text_of(*body, needed).empty())
                return in.error(400, "ClientError.BadRequest", std::string(needed) + " is missing");
        for (auto const& one : Kind::of(*endpoint))
            if (Kind::same(one, *body)) return in.error(409, "Exists", "There is one like this already");
        std::string const id = world.random.uuid();
        (*body)["id"] = id;
        (*body)["DATA_TYPE"] = Kind::type;
        Kind::of(*endpoint).push_back(*body);
        if constexpr (Kind::returns_document) return Reply::of(200, *body);
        return in.result(201, "Created", "Created successfully", {{"access_id", id}}, "access_create_result");
    }
    static json::object* find(TransferCall& in) {
        if (in.token == nullptr) return nullptr;
        Endpoint* const endpoint = in.endpoint(in.call.holes[0]);
        if (endpoint == nullptr) return nullptr;
        for (auto& one : Kind::of(*endpoint))
            if (text_of(one, "id") == in.call.holes[1]) return &one;
        in.refused = in.error(404, Kind::missing, "Not found");
        return nullptr;
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        json::object const* const found = find(in);
        return found != nullptr ? Reply::of(200, *found) : in.refused;
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        json::object* const found = find(in);
        if (found == nullptr) return in.refused;
        auto const body = in.body();
        if (!body) return in.refused;
        for (auto const& item : *body)
            if (item.key() != "id") (*found)[item.key()] = item.value();
        return in.result(200, "Updated", "Updated successfully");
    }
    static Reply remove(World& world, Call& call) {
        TransferCall in(world, call);
        json::object const* const found = find(in);
        if (found == nullptr) return in.refused;
        auto& all = Kind::of(world.data.endpoints[call.holes[0]]);
        all.erase(all.begin() + (found - all.data()));
        return in.result(200, "Deleted", "Deleted successfully");
    }
};

struct RuleKind {
    static constexpr char const* type = "access";
    static constexpr char const* list_type = "access_list";
    static constexpr char const* missing = "AccessRuleNotFound";
    static constexpr bool returns_document = false;
    static constexpr std::array<char const*, 3> needed{"principal_type", "path", "permissions"};
    static std::vector<json::object>& of(Endpoint& endpoint) { return endpoint.rules; }
    static bool same(json::object const& a, json::object const& b) {
        return text_of(a, "principal") == text_of(b, "principal") && text_of(a, "path") == text_of(b, "path") &&
               text_of(a, "principal_type") == text_of(b, "principal_type");
    }
};

struct RoleKind {
    static constexpr char const* type = "role";
    static constexpr char const* list_type = "role_list";
    static constexpr char const* missing = "RoleNotFound";
    static constexpr bool returns_document = true;
    static constexpr std::array<char const*, 2> needed{"principal", "role"};
    static std::vector<json::object>& of(Endpoint& endpoint) { return endpoint.roles; }
    static bool same(json::object const& a, json::object const& b) {
        return text_of(a, "principal") == text_of(b, "principal") && text_of(a, "role") == text_of(b, "role");
    }
};

// Documents of the service: bookmarks, pause rules, tunnels -----------------------------------------------------------

using Documents = std::vector<std::pair<std::string, json::object>>;

inline json::object* find_document(Documents& documents, std::string const& id) {
    for (auto& [key, document] : documents)
        if (key == id) return &document;
    return nullptr;
}

template <class Kind>
struct PlainDocuments {
    static Documents& all(World& world) { return world.data.documents[Kind::many]; }
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        json::array out;
        auto const endpoint = call.argument("filter_endpoint");
        for (auto const& [id, document] : all(world))
            if (endpoint.empty() || text_of(document, "endpoint_id") == endpoint) out.push_back(document);
        return Reply::of(200, json::object{{"DATA_TYPE", Kind::list_type}, {"DATA", std::move(out)}});
    }
    static Reply create(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto body = in.body();
        if (!body) return in.refused;
        if (auto const name = text_of(*body, "name"); Kind::unique_names && !name.empty())
            for (auto const& [id, document] : all(world))
                if (text_of(document, "name") == name)
                    return in.error(409, "BookmarkExists", "There is a bookmark of this name already");
        std::string const id = world.random.uuid();
        (*body)["id"] = id;
        (*body)["DATA_TYPE"] = Kind::type;
        all(world).emplace_back(id, *body);
        Kind::changed(world);
        return Reply::of(201, *body);
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto const* found = find_document(all(world), call.holes[0]);
        return found != nullptr ? Reply::of(200, *found) : in.error(404, Kind::missing, "Not found");
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto* const found = find_document(all(world), call.holes[0]);
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
        if (find_document(all(world), call.holes[0]) == nullptr) return in.error(404, Kind::missing, "Not found");
        std::erase_if(all(world), [&](auto const& one) { return one.first == call.holes[0]; });
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
};

struct PauseRuleKind {
    static constexpr char const* many = "transfer.pause_rules";
    static constexpr char const* type = "pause_rule";
    static constexpr char const* list_type = "pause_rule_list";
    static constexpr char const* missing = "PauseRuleNotFound";
    static constexpr bool unique_names = false;
    static void changed(World& world) {
        (void)running_tasks(world);  // pauses and lets go
        world.wake.notify_all();
    }
};

/// The JSON:API documents of `/v2`. [recorded] shapes
template <class Kind>
struct ApiDocuments {
    static Documents& all(World& world) { return world.data.documents[Kind::many]; }
    static Reply answer(World& world, int status, json::value data) {
        return Reply::of(status, json::object{{"data", std::move(data)},
                                              {"meta", json::object{{"request_id", world.random.request_id()}}}});
    }
    static Reply list(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        json::array out;
        for (auto const& [id, document] : all(world)) out.push_back(document);
        return answer(world, 200, std::move(out));
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
                    Reply again = answer(world, 200, other);
                    again.committed = false;
                    return again;
                }
        Kind::complete(world, attributes);
        document["attributes"] = std::move(attributes);
        std::string const id = world.random.uuid();
        document["id"] = id;
        document["type"] = Kind::type;
        all(world).emplace_back(id, document);
        return answer(world, 201, document);
    }
    static Reply get(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto const* found = find_document(all(world), call.holes[0]);
        return found != nullptr ? answer(world, 200, *found) : in.error(404, "NotFound", "Not found");
    }
    static Reply update(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        auto* const found = find_document(all(world), call.holes[0]);
        if (found == nullptr) return in.error(404, "NotFound", "Not found");
        auto const body = in.body();
        if (!body) return in.refused;
        auto const* data = body->if_contains("data");
        auto const* attributes = data != nullptr ? member(*data, "attributes") : nullptr;
        if (attributes != nullptr && attributes->is_object())
            for (auto const& item : attributes->get_object())
                (*found)["attributes"].as_object()[item.key()] = item.value();
        return answer(world, 200, *found);
    }
    static Reply remove(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        if (find_document(all(world), call.holes[0]) == nullptr) return in.error(404, "NotFound", "Not found");
        std::erase_if(all(world), [&](auto const& one) { return one.first == call.holes[0]; });
        return answer(world, 200, nullptr);
    }
    static Reply events(World& world, Call& call) {
        TransferCall in(world, call);
        if (in.token == nullptr) return in.refused;
        if (find_document(all(world), call.holes[0]) == nullptr) return in.error(404, "NotFound", "Not found");
        return answer(world, 200, json::array{});
    }
};

struct TunnelKind {
    static constexpr char const* many = "transfer.tunnels";
    static constexpr char const* type = "Tunnel";
    static void complete(World& world, json::object& attributes) {
        attributes["created_time"] = iso_time(world.now_locked());
        attributes["state"] = "AWAITING_LISTENER";
        attributes["status"] = "The tunnel is waiting for listening.";
        for (auto const* name : {"initiator_ip_address", "initiator_port", "listener_ip_address", "listener_port"})
            attributes[name] = nullptr;
    }
};

struct AccessPointKind {
    static constexpr char const* many = "transfer.stream_access_points";
    static constexpr char const* type = "StreamAccessPoint";
    static void complete(World&, json::object&) {}
};

struct ApiBookmarkKind {
    static constexpr char const* many = "transfer.v2_bookmarks";
    static constexpr char const* type = "Bookmark";
    static void complete(World&, json::object&) {}
};

inline Reply empty_list(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    return Reply::of(200, json::object{{"DATA_TYPE", "list"}, {"length", 0}, {"DATA", json::array{}}});
}

inline std::vector<Route> const& transfer_routes() {
    using Rules = EndpointDocuments<RuleKind>;
    using Roles = EndpointDocuments<RoleKind>;
    using Bookmarks = PlainDocuments<BookmarkKind>;
    using PauseRules = PlainDocuments<PauseRuleKind>;
    using Tunnels = ApiDocuments<TunnelKind>;
    using AccessPoints = ApiDocuments<AccessPointKind>;
    using ApiBookmarks = ApiDocuments<ApiBookmarkKind>;
    static constexpr char const* s = "transfer";
    static std::vector<Route> const all{
        {"GET", "/v0.10/endpoint/{}", s, "get_endpoint", &get_endpoint},
        {"PUT", "/v0.10/endpoint/{}", s, "update_endpoint", &update_endpoint},
        {"PUT", "/v0.10/endpoint/{}/subscription", s, "set_subscription_id", &update_endpoint},
        {"PUT", "/v0.10/endpoint/{}/subscription_admin_verified", s, "set_subscription_admin_verified",
         &update_endpoint},
        {"DELETE", "/v0.10/endpoint/{}", s, "delete_endpoint", &delete_endpoint},
        {"GET", "/v0.10/endpoint_search", s, "endpoint_search", &endpoint_search},
        {"POST", "/v0.10/shared_endpoint", s, "create_shared_endpoint", &create_shared_endpoint},
        {"GET", "/v0.10/endpoint/{}/my_effective_pause_rule_list", s, "my_effective_pause_rule_list",
         &my_effective_pause_rules},
        {"GET", "/v0.10/endpoint/{}/my_shared_endpoint_list", s, "my_shared_endpoint_list", &endpoint_lists},
        {"GET", "/v0.10/endpoint/{}/shared_endpoint_list", s, "get_shared_endpoint_list", &endpoint_lists},
        {"GET", "/v0.10/endpoint/{}/server_list", s, "endpoint_server_list", &empty_list},
        {"GET", "/v0.10/endpoint/{}/role_list", s, "endpoint_role_list", &Roles::list},
        {"POST", "/v0.10/endpoint/{}/role", s, "add_endpoint_role", &Roles::add},
        {"GET", "/v0.10/endpoint/{}/role/{}", s, "get_endpoint_role", &Roles::get},
        {"DELETE", "/v0.10/endpoint/{}/role/{}", s, "delete_endpoint_role", &Roles::remove},
        {"GET", "/v0.10/endpoint/{}/access_list", s, "endpoint_acl_list", &Rules::list},
        {"POST", "/v0.10/endpoint/{}/access", s, "add_endpoint_acl_rule", &Rules::add},
        {"GET", "/v0.10/endpoint/{}/access/{}", s, "get_endpoint_acl_rule", &Rules::get},
        {"PUT", "/v0.10/endpoint/{}/access/{}", s, "update_endpoint_acl_rule", &Rules::update},
        {"DELETE", "/v0.10/endpoint/{}/access/{}", s, "delete_endpoint_acl_rule", &Rules::remove},
        {"GET", "/v0.10/bookmark_list", s, "bookmark_list", &Bookmarks::list},
        {"POST", "/v0.10/bookmark", s, "create_bookmark", &Bookmarks::create},
        {"GET", "/v0.10/bookmark/{}", s, "get_bookmark", &Bookmarks::get},
        {"PUT", "/v0.10/bookmark/{}", s, "update_bookmark", &Bookmarks::update},
        {"DELETE", "/v0.10/bookmark/{}", s, "delete_bookmark", &Bookmarks::remove},
        {"GET", "/v0.10/operation/endpoint/{}/ls", s, "operation_ls", &operation_ls},
        {"GET", "/v0.10/operation/endpoint/{}/stat", s, "operation_stat", &operation_stat},
        {"POST", "/v0.10/operation/endpoint/{}/mkdir", s, "operation_mkdir", &operation_mkdir},
        {"POST", "/v0.10/operation/endpoint/{}/rename", s, "operation_rename", &operation_rename},
        {"GET", "/v0.10/submission_id", s, "get_submission_id", &get_submission_id},
        {"POST", "/v0.10/transfer", s, "submit_transfer", &submit_transfer},
        {"POST", "/v0.10/delete", s, "submit_delete", &submit_delete},
        {"GET", "/v0.10/task_list", s, "task_list", &task_list},
        {"GET", "/v0.10/task/{}", s, "get_task", &get_task},
        {"PUT", "/v0.10/task/{}", s, "update_task", &update_task},
        {"POST", "/v0.10/task/{}/cancel", s, "cancel_task", &cancel_task},
        {"GET", "/v0.10/task/{}/event_list", s, "task_event_list", &task_event_list},
        {"GET", "/v0.10/task/{}/pause_info", s, "task_pause_info", &task_pause_info},
        {"GET", "/v0.10/task/{}/successful_transfers", s, "task_successful_transfers", &task_successful_transfers},
        {"GET", "/v0.10/task/{}/skipped_errors", s, "task_skipped_errors", &task_skipped_errors},
        {"GET", "/v0.10/endpoint_manager/monitored_endpoints", s, "endpoint_manager_monitored_endpoints",
         &endpoint_lists},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}", s, "endpoint_manager_get_endpoint", &get_endpoint},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}/hosted_endpoint_list", s, "endpoint_manager_hosted_endpoint_list",
         &endpoint_lists},
        {"GET", "/v0.10/endpoint_manager/endpoint/{}/access_list", s, "endpoint_manager_acl_list", &Rules::list},
        {"GET", "/v0.10/endpoint_manager/task_list", s, "endpoint_manager_task_list", &task_list},
        {"GET", "/v0.10/endpoint_manager/task/{}", s, "endpoint_manager_get_task", &get_task},
        {"GET", "/v0.10/endpoint_manager/task/{}/event_list", s, "endpoint_manager_task_event_list", &task_event_list},
        {"GET", "/v0.10/endpoint_manager/task/{}/pause_info", s, "endpoint_manager_task_pause_info", &task_pause_info},
        {"GET", "/v0.10/endpoint_manager/task/{}/successful_transfers", s, "endpoint_manager_task_successful_transfers",
         &task_successful_transfers},
        {"GET", "/v0.10/endpoint_manager/task/{}/skipped_errors", s, "endpoint_manager_task_skipped_errors",
         &task_skipped_errors},
        {"POST", "/v0.10/endpoint_manager/admin_cancel", s, "endpoint_manager_cancel_tasks", &manager_cancel},
        {"GET", "/v0.10/endpoint_manager/admin_cancel/{}", s, "endpoint_manager_cancel_status", &manager_cancel_status},
        {"POST", "/v0.10/endpoint_manager/admin_pause", s, "endpoint_manager_pause_tasks", &manager_pause},
        {"POST", "/v0.10/endpoint_manager/admin_resume", s, "endpoint_manager_resume_tasks", &manager_resume},
        {"GET", "/v0.10/endpoint_manager/pause_rule_list", s, "endpoint_manager_pause_rule_list", &PauseRules::list},
        {"POST", "/v0.10/endpoint_manager/pause_rule", s, "endpoint_manager_create_pause_rule", &PauseRules::create},
        {"GET", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_get_pause_rule", &PauseRules::get},
        {"PUT", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_update_pause_rule", &PauseRules::update},
        {"DELETE", "/v0.10/endpoint_manager/pause_rule/{}", s, "endpoint_manager_delete_pause_rule",
         &PauseRules::remove},
        {"POST", "/v2/tunnels", s, "create_tunnel", &Tunnels::create},
        {"GET", "/v2/tunnels", s, "list_tunnels", &Tunnels::list},
        {"GET", "/v2/tunnels/{}", s, "get_tunnel", &Tunnels::get},
        {"PATCH", "/v2/tunnels/{}", s, "update_tunnel", &Tunnels::update},
        {"DELETE", "/v2/tunnels/{}", s, "delete_tunnel", &Tunnels::remove},
        {"GET", "/v2/tunnels/{}/events", s, "get_tunnel_events", &Tunnels::events},
        {"GET", "/v2/stream_access_points", s, "list_stream_access_points", &AccessPoints::list},
        {"GET", "/v2/stream_access_points/{}", s, "get_stream_access_point", &AccessPoints::get},
        {"POST", "/v2/bookmarks", s, "create_bookmark", &ApiBookmarks::create},
        {"GET", "/v2/bookmarks", s, "list_bookmarks", &ApiBookmarks::list},
        {"GET", "/v2/bookmarks/{}", s, "get_bookmark", &ApiBookmarks::get},
        {"PATCH", "/v2/bookmarks/{}", s, "update_bookmark", &ApiBookmarks::update},
        {"DELETE", "/v2/bookmarks/{}", s, "delete_bookmark", &ApiBookmarks::remove},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TRANSFER_IPP
