// SPDX-License-Identifier: Apache-2.0
// The data of collections over HTTP: /data/<collection>/<path>. The service does this with HTTPS on a host of its own.
#ifndef GLOBUS_SANDBOX_IMPL_DATA_IPP
#define GLOBUS_SANDBOX_IMPL_DATA_IPP

#include <globus/sandbox/impl/auth/routes.ipp>
#include <globus/sandbox/impl/files.ipp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <tuple>

namespace globus::sandbox::detail {

/// First and last byte of `bytes=a-b`, `bytes=a-` and `bytes=-n`; nothing when it is another thing, or ends before it
/// begins: then the whole is sent. [doc] RFC 9110, 14.1.1
inline std::optional<std::pair<std::int64_t, std::int64_t>> read_range(std::string const& text, std::int64_t size) {
    if (!text.starts_with("bytes=") || text.find(',') != std::string::npos) return std::nullopt;
    std::string const range = text.substr(6);
    auto const dash = range.find('-');
    if (dash == std::string::npos) return std::nullopt;
    auto const first = to_integer(std::string_view(range).substr(0, dash));
    auto const last = to_integer(std::string_view(range).substr(dash + 1));
    if ((last && (*last < 0 || (first && *last < *first))) || (!first && (!last || dash > 0))) return std::nullopt;
    if (!first) return std::pair(std::max<std::int64_t>(0, size - *last), size - 1);
    if (!last && dash + 1 < range.size()) return std::nullopt;
    return std::pair(*first, last ? std::min(*last, size - 1) : size - 1);
}

inline Reply data_error(int status, std::string const& text) {
    Reply reply;
    reply.status = status;
    reply.content_type = "text/plain";
    reply.body = text + "\n";
    return reply;
}

/// Puts the file that was received where it belongs; the lock is not held.
inline Reply store_file(fs::path const& spool, fs::path const& file) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);  // [guess]
    bool const existed = fs::exists(file, error);
    // A file made here has the permissions that this process gives to new files.
    fs::path const beside = file.parent_path() / (".globus-sandbox-" + spool.filename().string());
    int const made = ::open(beside.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (made < 0) return data_error(403, "Permission denied");
    ::close(made);
    fs::permissions(spool, fs::status(beside, error).permissions(), error);
    fs::rename(spool, beside, error);
    if (error) fs::copy_file(spool, beside, fs::copy_options::overwrite_existing, error);  // another file system
    if (!error) fs::rename(beside, file, error);
    if (error) {
        std::error_code ignored;
        fs::remove(beside, ignored);
        return data_error(403, "Permission denied");
    }
    Reply reply = data_error(existed ? 200 : 201, existed ? "Replaced" : "Created");
    reply.committed = true;
    return reply;
}

inline Reply serve_data(World& world, Call& call) {
    auto const found = world.data.endpoints.find(call.segments[1]);
    if (found == world.data.endpoints.end()) return data_error(404, "No such collection");
    Endpoint const& endpoint = found->second;
    if (call.bearer().empty()) {
        // [doc] a browser is sent to log in. [guess] where it comes back to: the page that shows the code
        Reply reply = data_error(302, "Log in");
        reply.headers.emplace_back("Location", issuer(world) + "/v2/oauth2/authorize?response_type=code&client_id=" +
                                                   endpoint.id + "&scope=" + percent_encode(scope_for(endpoint.id)) +
                                                   "&redirect_uri=" + percent_encode(issuer(world) + code_page_path) +
                                                   "&state=" + world.token("state"));
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
        Reply reply;
        reply.later = [&call, file = place.file] { return store_file(call.spool, file); };
        return reply;
    }
    struct ::stat info {};
    if (::stat(place.file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return data_error(404, "Not found");
    if (::access(place.file.c_str(), R_OK) != 0) return data_error(403, "Permission denied");
    auto const size = static_cast<std::int64_t>(info.st_size);
    std::string const changed = http_time(static_cast<Millis>(info.st_mtim.tv_sec) * 1000);
    char tag[64];
    std::snprintf(tag, sizeof tag, "\"%llx-%llx-%lx\"", static_cast<unsigned long long>(size),
                  static_cast<unsigned long long>(info.st_mtim.tv_sec),
                  static_cast<unsigned long>(info.st_mtim.tv_nsec));
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.headers.emplace_back("Accept-Ranges", "bytes");
    reply.headers.emplace_back("ETag", tag);
    reply.headers.emplace_back("Last-Modified", changed);
    std::int64_t first = 0;
    std::int64_t last = size - 1;
    // [doc] RFC 9110, 13.1.5: a range of what the caller has is a range of this file only while it is the same
    std::string const same = call.header("If-Range");
    bool const whole = !same.empty() && same != tag && same != changed;
    if (auto const range = whole ? std::nullopt : read_range(call.header("Range"), size)) {
        std::tie(first, last) = *range;
        if (first > last) {
            Reply beyond = data_error(416, "Range not satisfiable");
            beyond.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
            return beyond;
        }
        reply.status = 206;
        reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(last) +
                                                        "/" + std::to_string(size));
    }
    if (size > 0)
        reply.file = {place.file, static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last - first + 1)};
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
