// SPDX-License-Identifier: Apache-2.0
/**
 * The whole road once: who am I, what is there, copy it, wait, check the bytes, and outlive an access token.
 *
 * `bash examples/quickstart.sh` runs it against a local Globus that needs no account. On the real Globus it runs with
 *
 *     GLOBUS_CLIENT_ID, GLOBUS_CLIENT_SECRET   a confidential app of https://app.globus.org/settings/developers
 *     GLOBUS_AUTH_REFRESH_TOKEN                of a login with it: for openid profile email, and
 *     GLOBUS_TRANSFER_REFRESH_TOKEN            for urn:globus:auth:scope:transfer.api.globus.org:all
 *     GLOBUS_SOURCE, GLOBUS_DESTINATION        ids of two collections
 *     GLOBUS_SOURCE_PATH, GLOBUS_DESTINATION_PATH             directories there; "/" if unset
 *     GLOBUS_SOURCE_DIRECTORY, GLOBUS_DESTINATION_DIRECTORY   the same directories, where this machine can see them
 */
#include <globus/globus.hpp>

#include "setting.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace {

using namespace globus;
using namespace std::chrono_literals;

std::string file_digest(std::filesystem::path const& path) {
    std::ifstream stream(path, std::ios::binary);
    return sha256(std::string(std::istreambuf_iterator<char>(stream), {}));
}

int run() {
    // One app may serve any number of policies; each policy renews the tokens of one resource server.
    Confidential const app{setting("GLOBUS_CLIENT_ID"), setting("GLOBUS_CLIENT_SECRET")};
    std::atomic<int> renewals = 0;
    RefreshPolicy const for_auth{app, setting("GLOBUS_AUTH_REFRESH_TOKEN")};
    RefreshPolicy const for_transfer{
        app, setting("GLOBUS_TRANSFER_REFRESH_TOKEN"), {.on_refresh = [&](Token const&) { ++renewals; }}};

    Client const auth{AuthService{}, for_auth};
    Client const transfer{TransferService{}, for_transfer};

    std::printf("I am %s\n", auth.userinfo()->preferred_username.value_or("somebody").c_str());

    std::string const source = setting("GLOBUS_SOURCE"), source_path = setting("GLOBUS_SOURCE_PATH", "/");
    std::string const destination = setting("GLOBUS_DESTINATION");
    std::string const destination_path = setting("GLOBUS_DESTINATION_PATH", "/");

    TransferData data{.source_endpoint = source,
                      .destination_endpoint = destination,
                      .label = "globus-cpp quickstart",
                      .sync_level = SyncLevel::checksum,
                      .verify_checksum = true};
    auto const listing = transfer.operation_ls({.endpoint_id = source, .path = source_path, .show_hidden = false});
    long files = 0;
    long long bytes = 0;
    for (File const& file : listing) {
        std::printf("  %-5s %10lld  %s\n", file.type.text().c_str(), static_cast<long long>(file.size.value_or(0)),
                    file.name.c_str());
        if (file.type != FileType::file) continue;
        data.add_item({.source_path = source_path + file.name, .destination_path = destination_path + file.name});
        ++files;
        bytes += *file.size;
    }

    auto const accepted = transfer.submit_transfer(data);
    std::printf("%s: task %s\n", accepted->code->c_str(), accepted->task_id.c_str());
    auto const verdict =
        transfer.task_wait({.task_id = accepted->task_id,
                            .timeout = 300s,
                            .polling_interval = 1s,
                            .on_progress = [](TaskProgress const& progress) {
                                std::printf("  %lld files, %lld bytes\n", static_cast<long long>(progress.files),
                                            static_cast<long long>(progress.bytes));
                            }});
    if (!verdict.succeeded()) throw Error("the task did not succeed");

    if (std::string const here = setting("GLOBUS_SOURCE_DIRECTORY", ""); !here.empty()) {
        std::filesystem::path const there = setting("GLOBUS_DESTINATION_DIRECTORY");
        for (TransferItem const& item : data.DATA) {
            std::string const name = std::filesystem::path(*item.source_path).filename();
            if (file_digest(std::filesystem::path(here) / name) != file_digest(there / name))
                throw Error("the copy of " + name + " differs");
        }
        std::printf("%ld SHA-256 digests agree\n", files);
    }

    // A token that lives for seconds (the local Globus gives such) expires meanwhile; nobody here has to know.
    Token const token = for_transfer.token();
    if (token.lifetime < 60) {
        int const before = renewals;
        std::this_thread::sleep_for(std::chrono::seconds(token.lifetime));
        auto const copied = transfer.operation_ls({.endpoint_id = destination, .path = destination_path});
        if (renewals == before) throw Error("the access token was not renewed");
        std::printf("The access token expired and was renewed; %zu entries at the destination\n", copied.size());
    }
    std::printf("SUCCEEDED: %ld files, %lld bytes\n", files, bytes);
    return 0;
}

}  // namespace

int main() {
    try {
        return run();
    } catch (std::exception const& error) {
        std::fprintf(stderr, "FAILED: %s\n", error.what());
        return 1;
    }
}
