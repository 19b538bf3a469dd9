// SPDX-License-Identifier: Apache-2.0
// Twenty files of a collection at once, and a part of each, on one thread: it runs against a local Globus.
#include <globus/asio.hpp>
#include <globus/sandbox.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/gcs/async.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

using namespace globus;
using boost::asio::awaitable;
using boost::asio::use_awaitable;
using Files = Client<GcsCollectionService, AccessTokenPolicy, AsioTransport>;

/// Reads the head of a file, and downloads it if that is what it should be. Returns its size.
awaitable<std::size_t> fetch(Files const& files, std::string path, std::string to) {
    OpenFile const how{.path = path};
    RemoteFile const file = co_await async_open(files, how, use_awaitable);
    std::vector<std::byte> head(4);
    co_await async_read_at(files, file, 0, head, use_awaitable);
    if (head[0] != std::byte{'r'}) co_return 0;
    Download const what{.path = path, .to = to};  // a name, for g++ 12
    Downloaded const got = co_await async_download(files, what, use_awaitable);
    co_return got.bytes;
}

int main() try {
    sandbox::Server server;
    std::string const id = server.source_collection();
    auto const here = server.directory(server.destination_collection());
    boost::asio::io_context io;
    Files const files{GcsCollectionService{id, server.base_url() + "data/" + id},
                      server.user_token(GcsCollectionScopes(id).https()),
                      {.transport = AsioTransport{io}, .auth_url = server.base_url()}};
    std::string const text = "run " + std::string(100'000, '.');
    std::size_t bytes = 0;
    int failed = 0;
    for (int i = 0; i != 20; ++i) {
        std::string const name = "run" + std::to_string(i);
        (void)files.upload({.from = std::as_bytes(std::span(text)), .path = "/" + name});  // this one blocks
        boost::asio::co_spawn(io, fetch(files, "/" + name, (here / name).string()),
                              [&](std::exception_ptr error, std::size_t size) {
                                  failed += error != nullptr;
                                  bytes += size;
                              });
    }
    io.run();
    std::printf("%zu bytes, %d failed\n", bytes, failed);
    return failed == 0 && bytes == 20 * text.size() && std::filesystem::exists(here / "run19") ? 0 : 1;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
