// SPDX-License-Identifier: Apache-2.0
// What is done to the files of a collection at once.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_OPERATIONS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_OPERATIONS_IPP

#include <globus/sandbox/impl/services/transfer/call.ipp>

namespace globus::sandbox::detail {

/// What a pause rule of the endpoint manager says to an operation. [doc] the flags; [guess] the status and the code, and
/// that a rule without flags pauses everything
inline std::optional<Reply> paused_by_rule(TransferCall const& in, Endpoint const& endpoint, char const* flag) {
    for (auto const& [id, rule] : documents_of(in.world, "transfer.pause_rules")) {
        if (text_of(rule, "endpoint_id") != endpoint.id) continue;
        if (auto const identity = text_of(rule, "identity_id"); !identity.empty() && identity != in.token->identity)
            continue;
        bool const any = std::any_of(rule.begin(), rule.end(), [](auto const& item) {
            return std::string_view(item.key()).starts_with("pause_");
        });
        if (!flag_of(rule, flag, !any)) continue;
        return in.error(409, "EndpointError.PausedByAdmin",
                        text_of(rule, "message", "Paused by an administrator of the collection"));
    }
    return std::nullopt;
}

inline Reply operation_ls(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    std::string const asked = call.argument("path", text_of(endpoint->document, "default_directory", "/~/"));
    if (!in.may_use(*endpoint, "DirListing", asked, false)) return in.refused;
    if (auto const paused = paused_by_rule(in, *endpoint, "pause_ls")) return *paused;
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
                                       {"path", asked.ends_with('/') ? asked : asked + "/"},  // [recorded]
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
    if (endpoint == nullptr || !in.may_use(*endpoint, "Stat", call.argument("path", "/~/"), false)) return in.refused;
    Place const place = find_place(endpoint->directory, call.argument("path", "/~/"));
    if (!place.allowed) return in.error(403, "EndpointPermissionDenied", "Permission denied: " + place.path);
    std::error_code error;
    auto const name = place.path == "/" ? "/" : place.path.substr(place.path.rfind('/') + 1);
    auto const item = describe_file(place.file, name, fs::canonical(endpoint->directory, error));
    // [doc] the CLI looks for this code, which is another one than that of a listing
    if (!item) return in.error(404, "NotFound", "Path not found: " + place.path);
    return Reply::of(200, *item);
}

inline Reply operation_mkdir(World& world, Call& call) {
    TransferCall in(world, call);
    if (in.token == nullptr) return in.refused;
    Endpoint* const endpoint = in.endpoint(call.holes[0]);
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    std::string const path = text_of(*body, "path");
    if (path.empty()) return in.error(400, "ClientError.BadRequest", "path is missing");
    if (!in.may_use(*endpoint, "Mkdir", path, true)) return in.refused;
    if (auto const paused = paused_by_rule(in, *endpoint, "pause_mkdir")) return *paused;
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
    if (endpoint == nullptr) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    for (auto const* name : {"old_path", "new_path"})
        if (!in.may_use(*endpoint, "Rename", text_of(*body, name), true)) return in.refused;
    if (auto const paused = paused_by_rule(in, *endpoint, "pause_rename")) return *paused;
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

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_OPERATIONS_IPP
