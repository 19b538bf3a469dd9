// SPDX-License-Identifier: Apache-2.0
// The data of collections over HTTP: /data/<collection>/<path>. The service does this with HTTPS on a host of its own.
#ifndef GLOBUS_SANDBOX_IMPL_DATA_IPP
#define GLOBUS_SANDBOX_IMPL_DATA_IPP

#include <globus/sandbox/impl/auth.ipp>
#include <globus/sandbox/impl/files.ipp>

#include <fstream>

namespace globus::sandbox::detail {

/// First and last byte of `bytes=a-b`, `bytes=a-` and `bytes=-n`; nothing when it is another thing. [doc] RFC 9110, 14.1
inline std::optional<std::pair<std::int64_t, std::int64_t>> read_range(std::string const& text, std::int64_t size) {
    if (!text.starts_with("bytes=") || text.find(',') != std::string::npos) return std::nullopt;
    std::string const range = text.substr(6);
    auto const dash = range.find('-');
    if (dash == std::string::npos) return std::nullopt;
    auto const first = to_integer(std::string_view(range).substr(0, dash));
    auto const last = to_integer(std::string_view(range).substr(dash + 1));
    if (!first)
        return last ? std::optional(std::pair(std::max<std::int64_t>(0, size - *last), size - 1)) : std::nullopt;
    return std::pair(*first, last ? std::min(*last, size - 1) : size - 1);
}

inline Reply data_error(int status, std::string const& text) {
    Reply reply;
    reply.status = status;
    reply.content_type = "text/plain";
    reply.body = text + "\n";
    return reply;
}

inline Reply serve_data(World& world, Call& call) {
    auto const found = world.data.endpoints.find(call.segments[1]);
    if (found == world.data.endpoints.end()) return data_error(404, "No such collection");
    Endpoint const& endpoint = found->second;
    if (call.bearer().empty()) {
        // [doc] a browser is sent to log in
        Reply reply = data_error(302, "Log in");
        reply.headers.emplace_back("Location", issuer(world) + "/v2/oauth2/authorize?client_id=" + endpoint.id);
        return reply;
    }
    Reply refused;
    AccessToken const* const token = authenticate(world, call, endpoint.id, refused);
    if (token == nullptr) return refused;
    std::string path;
    for (std::size_t i = 2; i < call.segments.size(); ++i) path += "/" + call.segments[i];
    Place const place = find_place(endpoint.directory, path);
    if (!place.allowed || endpoint.state == "permission_denied") return data_error(403, "Permission denied");
    if (endpoint.state != "ok") return data_error(502, "The collection cannot be reached");
    std::error_code error;
    if (call.method == "PUT") {
        if (fs::is_directory(place.file, error)) return data_error(409, "Is a directory");
        fs::create_directories(place.file.parent_path(), error);  // [guess]
        bool const existed = fs::exists(place.file, error);
        std::ofstream file(place.file, std::ios::binary | std::ios::trunc);
        file.write(call.body.data(), static_cast<std::streamsize>(call.body.size()));
        file.close();
        if (!file) return data_error(403, "Permission denied");
        Reply reply = data_error(existed ? 200 : 201, existed ? "Replaced" : "Created");
        reply.committed = true;
        return reply;
    }
    if (!fs::is_regular_file(place.file, error)) return data_error(404, "Not found");
    auto const size = static_cast<std::int64_t>(fs::file_size(place.file, error));
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.headers.emplace_back("Accept-Ranges", "bytes");
    std::int64_t first = 0;
    std::int64_t last = size - 1;
    if (auto const range = read_range(call.header("Range"), size)) {
        std::tie(first, last) = *range;
        if (first > last || first < 0) {
            Reply beyond = data_error(416, "Range not satisfiable");
            beyond.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
            return beyond;
        }
        reply.status = 206;
        reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(last) +
                                                        "/" + std::to_string(size));
    }
    std::ifstream file(place.file, std::ios::binary);
    file.seekg(first);
    reply.body.resize(static_cast<std::size_t>(last - first + 1));
    file.read(reply.body.data(), static_cast<std::streamsize>(reply.body.size()));
    if (!file) return data_error(403, "Permission denied");
    return reply;
}

inline std::vector<Route> const& data_routes() {
    static std::vector<Route> const all{{"GET", "/data/{}/**", "data", "get_file", &serve_data},
                                        {"HEAD", "/data/{}/**", "data", "head_file", &serve_data},
                                        {"PUT", "/data/{}/**", "data", "put_file", &serve_data}};
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_DATA_IPP
