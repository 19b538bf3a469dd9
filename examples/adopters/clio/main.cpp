// SPDX-License-Identifier: Apache-2.0
// What the assimilation engine asks for, against a local Globus.
#include "globus_file_assimilator.hpp"

#include <globus/sandbox/server.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

int main() try {
    globus::sandbox::Server server;
    ::setenv("GLOBUS_SDK_SERVICE_URL_TRANSFER", server.base_url().c_str(), 1);
    std::string const from = server.source_collection(), to = server.destination_collection();
    std::filesystem::create_directories(server.directory(from) / "runs");
    std::ofstream(server.directory(from) / "runs/a file.txt") << "bytes";
    std::string const here = (server.directory(to) / "copy.txt").string();

    GlobusFileAssimilator const assimilator(globus::CurlTransport(),
                                            [](std::string const& line) { std::printf("  %s\n", line.c_str()); });
    AssimilationCtx ctx{
        .src = "https://app.globus.org/file-manager?origin_path=%2Fruns%2Fa%20file.txt&origin_id=" + from,
        .dst = "file::" + here};
    std::printf("without a token: %d\n", assimilator.Schedule(ctx));
    ctx.src_token = server.user_token("transfer.api.globus.org");
    ctx.dst_token = server.user_token("https://auth.globus.org/scopes/" + from + "/https");
    std::printf("to a file: %d\n", assimilator.Schedule(ctx));
    std::printf("its size: %d\n", static_cast<int>(std::filesystem::file_size(here)));
    ctx.src = "globus://" + from + "/runs/";
    ctx.dst = "globus://" + to + "/~/runs/";
    std::printf("to a collection: %d\n", assimilator.Schedule(ctx));
    std::printf("it is there: %d\n", std::filesystem::exists(server.directory(to) / "runs/a file.txt"));
    ctx.src = "globus://" + from + "/none.txt";
    ctx.dst = "globus://" + to + "/~/none.txt";
    std::printf("what is not there: %d\n", assimilator.Schedule(ctx));
    ctx.dst = "ftp::/x";
    std::printf("to a place that is none: %d\n", assimilator.Schedule(ctx));
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
