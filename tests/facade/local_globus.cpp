// SPDX-License-Identifier: Apache-2.0
#include "local_globus.h"

#include <globus/sandbox/server.hpp>

#include <boost/json/parse.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

struct local_globus {
    globus::sandbox::Server server;
    std::string text;

    char const* give(std::string given) {
        text = std::move(given);
        return text.c_str();
    }
};

namespace {
constexpr char scope[] = "urn:globus:auth:scope:transfer.api.globus.org:all";
}

local_globus* local_globus_start() {
    auto* const made = new local_globus();
    auto const directory = made->server.directory(made->server.source_collection()) / "home/share/godata";
    std::filesystem::create_directories(directory);
    for (char const* const name : {"file1.txt", "file2.txt"}) std::ofstream(directory / name) << name;
    return made;
}
void local_globus_stop(local_globus* globus) { delete globus; }
char const* local_globus_url(local_globus* globus) { return globus->give(globus->server.base_url()); }
char const* local_globus_token(local_globus* globus) { return globus->give(globus->server.user_token(scope)); }
char const* local_globus_refresh_token(local_globus* globus) {
    return globus->give(globus->server.issue_refresh_token(scope, globus->server.client_id()));
}
char const* local_globus_client_id(local_globus* globus) { return globus->give(globus->server.client_id()); }
char const* local_globus_client_secret(local_globus* globus) { return globus->give(globus->server.client_secret()); }
char const* local_globus_source(local_globus* globus) { return globus->give(globus->server.source_collection()); }
char const* local_globus_destination(local_globus* globus) {
    return globus->give(globus->server.destination_collection());
}
char const* local_globus_data_url(local_globus* globus) {
    return globus->give(globus->server.base_url() + "data/" + globus->server.source_collection());
}
char const* local_globus_data_token(local_globus* globus) {
    return globus->give(
        globus->server.user_token("https://auth.globus.org/scopes/" + globus->server.source_collection() + "/https"));
}
char const* local_globus_scratch(local_globus* globus) {
    return globus->give(globus->server.directory(globus->server.destination_collection()) / "scratch");
}
void local_globus_revoke_all(local_globus* globus) { globus->server.revoke_all_tokens(); }
void local_globus_lose_next_answer(local_globus* globus, char const* operation) {
    globus->server.add_fault(boost::json::parse(R"({"match": {"operation": ")" + std::string(operation) +
                                                R"("}, "phase": "after_commit", "times": 1,
                                                    "action": {"type": "reset"}})"));
}
