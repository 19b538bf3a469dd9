// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SERVICES_DIRECTORY_TREES_HPP
#define GLOBUS_TESTS_SERVICES_DIRECTORY_TREES_HPP

#include <globus/http/mock_transport.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

// Collections for tests of listings.

inline globus::http::Response answer(int status, std::string const& code, std::string const& message = "m") {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            .body = R"({"code": ")" + code + R"(", "message": ")" + message + R"(", "request_id": "r"})"};
}

/// Lists directories of a tree that is written down: path to entries.
inline globus::MockTransport tree(std::map<std::string, std::string> const& directories) {
    globus::MockTransport mock;
    mock.otherwise([directories](globus::http::Request const& request) {
        std::string path = "/~/";
        if (auto const at = request.url.find("path="); at != std::string::npos) {
            path = request.url.substr(at + 5, request.url.find('&', at) - at - 5);
            for (auto slash = path.find("%2F"); slash != std::string::npos; slash = path.find("%2F"))
                path.replace(slash, 3, "/");
        }
        auto const found = directories.find(path);
        if (found == directories.end()) return answer(403, "EndpointPermissionDenied");
        return globus::http::Response{.status = 200, .body = R"({"path": "/~/", "DATA": [)" + found->second + "]}"};
    });
    return mock;
}

inline std::string directory(std::string const& name) { return R"({"type": "dir", "name": ")" + name + R"("})"; }
inline std::string file(std::string const& name) { return R"({"type": "file", "name": ")" + name + R"("})"; }

/// Lists one directory of files as Transfer does: from an offset on, so many at once.
inline globus::MockTransport large_directory(std::size_t entries, std::size_t most, bool says_total) {
    globus::MockTransport mock;
    mock.otherwise([=](globus::http::Request const& request) {
        std::size_t offset = 0;
        if (auto const at = request.url.find("offset="); at != std::string::npos)
            offset = std::stoul(request.url.substr(at + 7));
        std::string body = R"({"DATA": [)";
        for (std::size_t i = offset; i < std::min(entries, offset + most); ++i)
            body += (i == offset ? "" : ",") + file("f" + std::to_string(i));
        body += ']';
        if (says_total) body += R"(, "total": )" + std::to_string(entries);
        return globus::http::Response{.status = 200, .body = body + '}'};
    });
    return mock;
}

#endif  // GLOBUS_TESTS_SERVICES_DIRECTORY_TREES_HPP
