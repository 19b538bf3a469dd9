// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SERVICES_GCS_FILES_HPP
#define GLOBUS_TESTS_SERVICES_GCS_FILES_HPP

// A collection of a sandbox, and a client of its files.

#include <globus/client/client.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/gcs/service.hpp>

#include <support/sandbox_client.hpp>
#include <support/temporary_directory.hpp>

#include <cstddef>
#include <string>

namespace gcs_files {

/// Bytes that differ from place to place.
inline std::string pattern(std::size_t size, unsigned seed = 1) {
    std::string bytes(size, '\0');
    unsigned state = seed * 2654435761U + 1;
    for (char& c : bytes) {
        state = state * 1664525U + 1013904223U;
        c = static_cast<char>(state >> 24);
    }
    return bytes;
}

using Files = globus::Client<globus::GcsCollectionService, globus::AccessTokenPolicy>;

struct SandboxCollection {
    globus::sandbox::Server server;
    std::string id = server.source_collection();
    std::string address = server.base_url() + "data/" + id;
    std::string scope = "https://auth.globus.org/scopes/" + id + "/https";
    Files files = client();

    Files client(globus::DefaultRetry retry = quick()) {
        return Files(globus::GcsCollectionService{id, address}, server.user_token(scope),
                     {.retry = std::move(retry), .auth_url = server.base_url()});
    }
    /// Where a file of the collection is on this machine.
    [[nodiscard]] std::string at(std::string const& name) const { return (server.directory(id) / name).string(); }
    void put(std::string const& name, std::string const& text) const { write_file(at(name), text); }
    /// Cuts answers with a file off.
    void cut(std::size_t after_bytes, int times = 1) {
        server.add_fault(rule("get_file", "in_body",
                              R"({"type": "close", "after_bytes": )" + std::to_string(after_bytes) + "}",
                              std::to_string(times)));
    }
    /// The Range of each request for a file, in order.
    [[nodiscard]] std::string ranges() const {
        std::string all;
        for (auto const& entry : server.journal("get_file")) {
            std::string range = "-";
            for (auto const& [name, value] : entry.headers)
                if (name == "Range") range = value;
            all += (all.empty() ? "" : " ") + range;
        }
        return all;
    }
};

}  // namespace gcs_files

#endif  // GLOBUS_TESTS_SERVICES_GCS_FILES_HPP
