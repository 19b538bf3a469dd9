// SPDX-License-Identifier: Apache-2.0
// A request, taken apart, and an answer, before it is written.
#ifndef GLOBUS_SANDBOX_IMPL_CALL_IPP
#define GLOBUS_SANDBOX_IMPL_CALL_IPP

#include <globus/sandbox/impl/util.ipp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace globus::sandbox::detail {

struct Route;

/// A request, taken apart.
struct Call {
    std::string method;
    std::string target;                 ///< as sent
    std::string path;                   ///< before the `?`, still encoded
    std::vector<std::string> segments;  ///< of the path, decoded one by one
    Pairs query;
    Pairs headers;
    std::string body;
    std::filesystem::path spool;  ///< the file that the body was written to; empty when it is in `body`
    std::string service = "unknown";
    std::string operation = "unknown";
    std::string family;              ///< a wider name for the operation: "oauth2_token" for every grant
    std::vector<std::string> holes;  ///< what filled the route's parameters
    Route const* route = nullptr;

    [[nodiscard]] std::string header(std::string_view name) const {
        for (auto const& [key, value] : headers)
            if (same_name(key, name)) return value;
        return {};
    }
    [[nodiscard]] std::string argument(std::string_view name, std::string_view otherwise = {}) const {
        return pair_or(query, name, otherwise);
    }
    [[nodiscard]] bool has_argument(std::string_view name) const { return find_pair(query, name) != nullptr; }
    /// The token of `Authorization: Bearer ...`; empty without one.
    [[nodiscard]] std::string bearer() const {
        std::string const value = header("Authorization");
        return value.size() > 7 && same_name(std::string_view(value).substr(0, 7), "Bearer ") ? trim(value.substr(7))
                                                                                              : "";
    }
};

/// A part of a file, for an answer that is not to be in memory.
struct FilePart {
    std::filesystem::path name;
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
};

/// An answer, before it is written.
struct Reply {
    int status = 200;
    std::string reason = {};
    std::string content_type = "application/json";
    Pairs headers = {};
    std::string body = {};
    bool committed = false;  ///< the request changed something
    FilePart file = {};      ///< what is sent instead of `body`, when it has a name
    /// The part of the work that needs no lock; its answer is the answer. The call lives until then.
    std::function<Reply()> later = {};

    /// How long the body is.
    [[nodiscard]] std::uint64_t size() const { return file.name.empty() ? body.size() : file.size; }

    static Reply of(int status, json::value const& document) {
        Reply reply;
        reply.status = status;
        reply.body = json::serialize(document);
        reply.committed = status < 400;
        return reply;
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_CALL_IPP
