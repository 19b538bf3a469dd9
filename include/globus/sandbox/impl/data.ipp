// SPDX-License-Identifier: Apache-2.0
// The data of collections over HTTP: /data/<collection>/<path>. The service does this with HTTPS on a host of its own.
#ifndef GLOBUS_SANDBOX_IMPL_DATA_IPP
#define GLOBUS_SANDBOX_IMPL_DATA_IPP

#include <globus/sandbox/impl/access.ipp>
#include <globus/sandbox/impl/auth/routes.ipp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace globus::sandbox::detail {

/// First and last byte of a part of a file.
struct ByteRange {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// One of the ranges of `bytes=...`: a-b, a- or -n; it begins behind the file's end if it is of nothing there. Nothing
/// when it is malformed, or ends before it begins.
inline std::optional<ByteRange> read_range(std::string_view range, std::int64_t size) {
    auto const dash = range.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    auto const first = to_integer(range.substr(0, dash));
    auto const last = to_integer(range.substr(dash + 1));
    if ((last && (*last < 0 || (first && *last < *first))) || (!first && (!last || dash > 0))) return std::nullopt;
    if (!first) return ByteRange{*last == 0 ? size : std::max<std::int64_t>(0, size - *last), size - 1};
    if (!last && dash + 1 < range.size()) return std::nullopt;
    return ByteRange{*first, last ? std::min(*last, size - 1) : size - 1};
}

/// The ranges that a request asks for; none when the field is another thing: then the whole is sent. [doc] RFC 9110,
/// 14.1.1 and 14.2; [guess] so it is for more than 16
inline std::vector<ByteRange> read_ranges(std::string const& text, std::int64_t size) {
    if (!text.starts_with("bytes=")) return {};
    std::vector<ByteRange> ranges;
    for (auto const& one : split(std::string_view(text).substr(6), ',')) {
        auto const range = read_range(trim(one), size);
        if (!range || ranges.size() == 16) return {};
        ranges.push_back(*range);
    }
    return ranges;
}

inline Reply data_error(int status, std::string const& text) {
    Reply reply;
    reply.status = status;
    reply.content_type = "text/plain";
    reply.body = text + "\n";
    return reply;
}

/// What a file is at one time.
struct FileState {
    std::int64_t size = 0;
    std::string tag;      ///< differs after each change
    std::string changed;  ///< as a header says it
};

inline std::optional<FileState> file_state(fs::path const& file) {
    struct ::stat info {};
    if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
#ifdef __APPLE__
    ::timespec const time = info.st_mtimespec;
#else
    ::timespec const time = info.st_mtim;
#endif
    char tag[96];
    std::snprintf(tag, sizeof tag, "\"%llx-%llx-%llx-%lx\"", static_cast<unsigned long long>(info.st_ino),
                  static_cast<unsigned long long>(info.st_size), static_cast<unsigned long long>(time.tv_sec),
                  static_cast<unsigned long>(time.tv_nsec));
    return FileState{static_cast<std::int64_t>(info.st_size), tag, http_time(static_cast<Millis>(time.tv_sec) * 1000)};
}

/// Whether a list of entity tags has one, or is `*`. [doc] RFC 9110, 13.1.1 and 13.1.2
inline bool lists_tag(std::string const& list, std::string const& tag, bool weak) {
    for (auto const& one : split(list, ',')) {
        std::string const text = trim(one);
        if (text == "*" || text == tag || (weak && text == "W/" + tag)) return true;
    }
    return false;
}

/// The answer of a request whose condition does not hold; nothing if it holds. [doc] RFC 9110, 13.2.2
inline std::optional<Reply> failed_condition(Call const& call, std::optional<FileState> const& state) {
    if (std::string const wanted = call.header("If-Match"); !wanted.empty())
        if (!state || !lists_tag(wanted, state->tag, false)) return data_error(412, "It is another file");
    if (std::string const known = call.header("If-None-Match"); !known.empty() && state)
        if (lists_tag(known, state->tag, true)) {
            if (call.method == "PUT") return data_error(412, "There is such a file");
            Reply same;
            same.status = 304;
            same.content_type.clear();
            same.headers.emplace_back("ETag", state->tag);
            return same;
        }
    return std::nullopt;
}

/// The algorithms of the digests that requests name and ask for. [doc] RFC 9530, appendix; RFC 3230
inline EVP_MD const* digest_named(std::string_view name) {
    if (same_name(name, "sha-256")) return EVP_sha256();
    if (same_name(name, "sha-512")) return EVP_sha512();
    return same_name(name, "md5") ? EVP_md5() : nullptr;
}

/// Adds the digests of the whole file that a request wants: by Want-Repr-Digest (RFC 9530) or Want-Digest (RFC 3230).
inline void add_digests(Call const& call, fs::path const& file, Reply& reply) {
    for (bool const old : {false, true})
        for (auto const& one : split(call.header(old ? "Want-Digest" : "Want-Repr-Digest"), ',')) {
            std::string const name = trim(std::string_view(one).substr(0, one.find_first_of("=;")));
            EVP_MD const* const kind = digest_named(name);
            auto const value = kind == nullptr ? std::nullopt : hash_file(file, kind);
            if (!value) continue;
            std::string const text = base64(*value, false);
            reply.headers.emplace_back(old ? "Digest" : "Repr-Digest",
                                       old ? name + "=" + text : name + "=:" + text + ":");
        }
}

/// Whether a file is what the sender said of it, by Repr-Digest, Content-Digest, Digest or Content-MD5.
inline bool fits_digests(Call const& call, fs::path const& file) {
    for (auto const* field : {"Repr-Digest", "Content-Digest", "Digest", "Content-MD5"})
        for (auto const& one : split(call.header(field), ',')) {
            bool const bare = std::string_view(field) == "Content-MD5";
            std::string const text = trim(one);
            auto const equals = bare ? std::string::npos : text.find('=');
            if (text.empty() || (!bare && equals == std::string::npos)) continue;
            EVP_MD const* const kind = bare ? EVP_md5() : digest_named(text.substr(0, equals));
            std::string wanted = bare ? text : text.substr(equals + 1);
            if (wanted.size() > 1 && wanted.front() == ':') wanted = wanted.substr(1, wanted.size() - 2);
            if (kind == nullptr) continue;
            auto const value = hash_file(file, kind);
            if (!value || base64(*value, false) != wanted) return false;
        }
    return true;
}

/// Puts the file that was received where it belongs; the lock is not held.
inline Reply store_file(Call const& call, fs::path const& file) {
    fs::path const& spool = call.spool;
    std::error_code error;
    if (!fits_digests(call, spool)) return data_error(400, "The digest is of something else");
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
    bool taken = false;
    if (!error && !call.header("If-None-Match").empty()) {  // somebody else may have been faster
        fs::create_hard_link(beside, file, error);
        taken = error == std::errc::file_exists;
        std::error_code ignored;
        fs::remove(beside, ignored);
    } else if (!error) {
        fs::rename(beside, file, error);
    }
    if (error) {
        std::error_code ignored;
        fs::remove(beside, ignored);
        return taken ? data_error(412, "There is such a file") : data_error(403, "Permission denied");
    }
    Reply reply = data_error(existed ? 200 : 201, existed ? "Replaced" : "Created");
    if (auto const state = file_state(file)) reply.headers.emplace_back("ETag", state->tag);
    reply.committed = true;
    return reply;
}

/// Makes an answer of several ranges. [doc] RFC 9110, 14.6
inline void send_parts(Reply& reply, fs::path const& file, std::vector<ByteRange> const& ranges, std::int64_t size,
                       std::string const& boundary) {
    std::ifstream in(file, std::ios::binary);
    for (ByteRange const& range : ranges) {
        std::string bytes(static_cast<std::size_t>(range.last - range.first + 1), '\0');
        in.seekg(range.first);
        in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        reply.body += "--" + boundary + "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes " +
                      std::to_string(range.first) + "-" + std::to_string(range.last) + "/" + std::to_string(size) +
                      "\r\n\r\n" + bytes + "\r\n";
    }
    reply.body += "--" + boundary + "--\r\n";
    reply.content_type = "multipart/byteranges; boundary=" + boundary;
}

/// The file, or the parts of it that a request asks for; the lock is not held.
inline Reply send_file(Call const& call, fs::path const& file, std::string const& boundary) {
    auto const state = file_state(file);
    if (auto failed = failed_condition(call, state)) return std::move(*failed);
    if (!state) return data_error(404, "Not found");
    if (::access(file.c_str(), R_OK) != 0) return data_error(403, "Permission denied");
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.headers.emplace_back("Accept-Ranges", "bytes");
    reply.headers.emplace_back("ETag", state->tag);
    reply.headers.emplace_back("Last-Modified", state->changed);
    add_digests(call, file, reply);
    std::int64_t const size = state->size;
    // [doc] RFC 9110, 13.1.5: a range of what the caller has is a range of this file only while it is the same
    std::string const same = call.header("If-Range");
    bool const whole = !same.empty() && same != state->tag && same != state->changed;
    auto ranges = whole ? std::vector<ByteRange>{} : read_ranges(call.header("Range"), size);
    bool const asked = !ranges.empty();
    std::erase_if(ranges, [](ByteRange const& range) { return range.first > range.last; });
    if (asked && ranges.empty()) {
        Reply beyond = data_error(416, "Range not satisfiable");
        beyond.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        beyond.headers.emplace_back("ETag", state->tag);
        return beyond;
    }
    if (asked) reply.status = 206;
    if (ranges.size() > 1) {
        send_parts(reply, file, ranges, size, boundary);
        return reply;
    }
    ByteRange const part = asked ? ranges.front() : ByteRange{0, size - 1};
    if (asked)
        reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                                        std::to_string(part.last) + "/" + std::to_string(size));
    if (size > 0)
        reply.file = {file, static_cast<std::uint64_t>(part.first),
                      static_cast<std::uint64_t>(part.last - part.first + 1)};
    return reply;
}

/// [doc] a browser is sent to log in. [guess] where it comes back to: the page that shows the code
inline Reply send_to_login(World& world, Endpoint const& endpoint) {
    Reply reply = data_error(302, "Log in");
    reply.headers.emplace_back("Location", issuer(world) + "/v2/oauth2/authorize?response_type=code&client_id=" +
                                               endpoint.id + "&scope=" + percent_encode(scope_for(endpoint.id)) +
                                               "&redirect_uri=" + percent_encode(issuer(world) + code_page_path) +
                                               "&state=" + world.token("state"));
    return reply;
}

/// Who asks for data: an identity, or nobody, for whom there may be a rule. Nothing when `refused` says why not.
inline std::optional<std::string> who_asks(World& world, Call& call, Endpoint const& endpoint, bool open_to_all,
                                           Reply& refused) {
    if (call.bearer().empty()) {
        if (open_to_all) return "";
        // [guess] a script says what it is by this header, and is not sent to a page
        bool const script = same_name(call.header("X-Requested-With"), "XMLHttpRequest");
        refused = script ? data_error(401, "Unauthorized") : send_to_login(world, endpoint);
        return std::nullopt;
    }
    AccessToken const* const token = authenticate(world, call, endpoint.id, refused);
    if (token == nullptr) return std::nullopt;
    if (auto lacks = falls_short(world, *token, endpoint)) {
        // [guess] the manager's document, and which login would do
        lacks->result["authorization_parameters"] = std::move(lacks->parameters);
        refused = Reply::of(403, lacks->result);
        return std::nullopt;
    }
    return token->identity;
}

inline Reply serve_data(World& world, Call& call) {
    auto const found = world.data.endpoints.find(call.segments[1]);
    if (found == world.data.endpoints.end()) return data_error(404, "No such collection");
    Endpoint const& endpoint = found->second;
    std::string path;
    for (std::size_t i = 2; i < call.segments.size(); ++i) path += "/" + call.segments[i];
    Access const wanted = call.method == "PUT" ? Access::write : Access::read;
    Reply refused;
    auto const who = who_asks(world, call, endpoint, access_to(world, endpoint, "", path) >= wanted, refused);
    if (!who) return refused;
    Place const place = find_place(endpoint.directory, path);
    if (!place.allowed || endpoint.state == "permission_denied" || access_to(world, endpoint, *who, path) < wanted)
        return data_error(403, "Permission denied");
    if (endpoint.state != "ok") return data_error(502, "The collection cannot be reached");
    std::error_code error;
    if (call.method == "PUT") {
        if (fs::is_directory(place.file, error)) return data_error(409, "Is a directory");
        // [doc] RFC 9110, 14.5: a part of a file is no file
        if (!call.header("Content-Range").empty()) return data_error(400, "A part of a file cannot be stored");
        if (auto failed = failed_condition(call, file_state(place.file))) return std::move(*failed);
        Reply reply;
        reply.later = [&call, file = place.file] { return store_file(call, file); };
        return reply;
    }
    Reply reply;
    reply.later = [&call, file = place.file, boundary = world.random.request_id()] {
        return send_file(call, file, boundary);
    };
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
