// SPDX-License-Identifier: Apache-2.0
// Requests taken apart, and the heads of answers.
#ifndef GLOBUS_SANDBOX_IMPL_NET_MESSAGES_IPP
#define GLOBUS_SANDBOX_IMPL_NET_MESSAGES_IPP

#include <globus/sandbox/impl/net/connection.ipp>
#include <globus/sandbox/impl/routes.ipp>

#include <fstream>

namespace globus::sandbox::detail {

inline Call call_of(Parser::value_type const& message) {
    Call call;
    call.method = std::string(message.method_string());
    call.target = std::string(message.target());
    std::string_view target = call.target;
    if (target.substr(0, 7) == "http://") {
        auto const slash = target.find('/', 7);
        target = slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    auto const question = target.find('?');
    call.path = std::string(target.substr(0, question));
    if (question != std::string_view::npos) call.query = parse_form(target.substr(question + 1));
    // A base address that ends with a slash, and a path that begins with one: "//v2/..." is "/v2/...".
    auto parts = split(call.path, '/');
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (!call.segments.empty() || !parts[i].empty() || i + 1 == parts.size())
            call.segments.push_back(percent_decode(parts[i]));
    for (auto const& field : message) call.headers.emplace_back(field.name_string(), field.value());
    find_route(call);
    return call;
}

/// Only names of this machine: a page on the Web cannot make a browser talk to the sandbox under its own name.
inline bool is_local_host(std::string_view host, std::string_view also = {}) {
    if (auto const colon = host.rfind(':'); colon != std::string_view::npos && host.find(']', colon) == host.npos)
        host = host.substr(0, colon);
    return host.empty() || host == "127.0.0.1" || host == "[::1]" || same_name(host, "localhost") ||
           (!also.empty() && same_name(host, also));
}

/// Whether pages of `origin` may call: those of this machine, and those that the options name.
inline bool may_call(Options const& options, std::string_view plain, std::string_view secure,
                     std::string const& origin) {
    auto const& more = options.allowed_origins;
    if (std::find(more.begin(), more.end(), origin) != more.end()) return true;
    if (origin + "/" == plain || origin + "/" == secure) return true;
    auto const scheme = origin.find("://");
    if (scheme == std::string::npos || (!origin.starts_with("http://") && !origin.starts_with("https://")))
        return false;
    std::string const host = origin.substr(scheme + 3);
    return !host.empty() && host[0] != ':' && is_local_host(host);
}

inline std::string one_line_or(std::string text, char const* otherwise) {
    return text.empty() || text.find_first_of("\r\n") != std::string::npos ? otherwise : text;
}

inline std::string write_head(Reply const& reply, bool keep_alive, std::optional<std::string> const& length,
                              std::string_view more = {}) {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " " +
                       (reply.reason.empty() ? reason_of(reply.status) : reply.reason) + "\r\n";
    head += "Server: globus-sandbox\r\nDate: " + http_time(wall_clock()) + "\r\n";
    if (!reply.content_type.empty()) head += "Content-Type: " + reply.content_type + "\r\n";
    for (auto const& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    if (length) head += "Content-Length: " + *length + "\r\n";
    head += more;
    if (!keep_alive) head += "Connection: close\r\n";
    return head + "\r\n";
}

inline std::optional<std::string> length_of(Reply const& reply) {
    if (reply.status == 204 || reply.status == 304 || reply.status < 200) return std::nullopt;
    return std::to_string(reply.size());
}

inline std::string head_of(Reply const& reply, bool keep_alive) {
    return write_head(reply, keep_alive, length_of(reply));
}

/// Puts the file of an answer into its body, for those who change it.
inline void load_file(Reply& reply) {
    if (reply.file.name.empty()) return;
    std::ifstream file(reply.file.name, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(reply.file.begin));
    reply.body.resize(static_cast<std::size_t>(reply.file.size));
    file.read(reply.body.data(), static_cast<std::streamsize>(reply.body.size()));
    reply.file = {};
}

/// How long a `stall` takes in milliseconds; negative is for ever.
inline std::int64_t stall_time(json::object const& action) {
    auto const* ms = action.if_contains("ms");
    if (ms == nullptr || ms->is_string()) return -1;
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(number_of(*ms).value_or(0)));
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_MESSAGES_IPP
