// SPDX-License-Identifier: Apache-2.0
// A coroutine that lists 1,000 directories, at most 50 at a time, on one thread: it runs against a local Globus.
#include <globus/asio.hpp>
#include <globus/sandbox.hpp>
#include <globus/services/transfer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using boost::asio::awaitable;
using boost::asio::use_awaitable;
using Transfer = Client<TransferService, AccessTokenPolicy, AsioTransport>;

/// How many entries all directories have together.
awaitable<std::size_t> count_all(Transfer const& transfer, std::vector<OperationLs> directories) {
    std::size_t entries = 0;
    CallOptions options;
    options.keep_text = false;
    auto const listings = co_await async_gather(transfer, std::move(directories), 50, options, use_awaitable);
    for (auto const& listing : listings) entries += listing.value().size();  // which throws if it failed
    co_return entries;
}

int main() {
    sandbox::Server server;
    std::vector<OperationLs> directories;
    for (int i = 0; i != 1000; ++i) {
        std::string const name = "run-" + std::to_string(i);
        std::filesystem::create_directories(server.directory(server.source_collection()) / name / "results");
        directories.push_back({.endpoint_id = server.source_collection(), .path = "/" + name});
    }
    boost::asio::io_context io;
    Transfer const transfer{
        server.user_token(TransferService::resource_server),
        {.transport = AsioTransport{io}, .base_url = server.base_url(), .auth_url = server.base_url()}};

    std::size_t entries = 0;
    boost::asio::co_spawn(io, count_all(transfer, std::move(directories)),
                          [&](std::exception_ptr error, std::size_t count) {
                              if (error) std::rethrow_exception(error);
                              entries = count;
                          });
    io.run();
    std::printf("%zu entries in 1,000 directories\n", entries);
    return entries == 1000 ? 0 : 1;
}
