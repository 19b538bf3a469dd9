// SPDX-License-Identifier: Apache-2.0
// The files of a collection over HTTPS: upload, download with a progress report, and read a part. It runs against a local
// Globus of its own; with a real one, only the first lines of main() differ:
//
//   UserApp app{Native{client_id}, {.app_name = "files"}};
//   auto const collection = app.client<TransferService>().get_endpoint({.endpoint_id = collection_id});
//   auto const files = app.client(GcsCollectionService::of(*collection));
#include <globus/sandbox/server.hpp>
#include <globus/services/gcs.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

int main() try {
    using namespace globus;

    sandbox::Server server;
    std::string const id = server.source_collection();
    Client<GcsCollectionService, AccessTokenPolicy> const files{
        GcsCollectionService{id, server.base_url() + "data/" + id},
        server.user_token(GcsCollectionScopes(id).https()),
        {.auth_url = server.base_url()}};

    std::vector<double> const results(1'000'000, 0.5);
    Uploaded const sent = files.upload({.from = std::as_bytes(std::span(results)),
                                        .path = "/results/run 1.bin",
                                        .overwrite = false,    // an error if there is such a file
                                        .ask_digest = true});  // the server is to have what was sent
    std::printf("sent %llu bytes, sha-256 %s\n", static_cast<unsigned long long>(sent.bytes),
                sent.digest->hex().c_str());

    std::string const copy = (server.directory(server.destination_collection()) / "copy.bin").string();
    Downloaded const got = files.download(
        {.path = "/results/run 1.bin",
         .to = copy,
         .digest = sent.digest,
         .keep_time = true,
         .progress = [](Progress const& now) {
             if (now.total)
                 std::printf("%3.0f %%, %.0f MB/s\n",
                             100.0 * static_cast<double>(now.bytes) / static_cast<double>(*now.total), now.rate / 1e6);
         }});
    // If it is cut off, it goes on; if this program is killed, its next call does.
    std::printf("got %llu bytes after %d retries\n", static_cast<unsigned long long>(got.bytes), got.retries);

    RemoteFile const file = files.open("/results/run 1.bin");
    std::vector<double> part(10);
    file.read_at(1000 * sizeof(double), std::as_writable_bytes(std::span(part)));
    std::printf("number 1000 of %llu is %g\n", static_cast<unsigned long long>(file.size() / sizeof(double)), part[0]);
    return std::filesystem::file_size(copy) == file.size() && part[0] == 0.5 ? 0 : 1;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
