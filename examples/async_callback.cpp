// SPDX-License-Identifier: Apache-2.0
// Two requests at the same time on one thread, with callbacks: they run against a local Globus.
#include <globus/asio.hpp>
#include <globus/sandbox.hpp>
#include <globus/services/transfer.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>

using namespace globus;

int main() {
    sandbox::Server server;
    boost::asio::io_context io;
    Client<TransferService, AccessTokenPolicy, AsioTransport> const transfer{
        server.user_token(TransferService::resource_server),
        {.transport = AsioTransport{io}, .base_url = server.base_url(), .auth_url = server.base_url()}};

    std::size_t entries = 0;
    bool good = true;
    for (auto const& id : {server.source_collection(), server.destination_collection()})
        transfer.async_try_send(OperationLs{.endpoint_id = id, .path = "/"}, {.timeout = std::chrono::seconds(10)},
                                [&](Result<Response<FileList>> listing) {
                                    good = good && listing.has_value();
                                    if (!listing) return (void)std::fprintf(stderr, "%s\n", listing.error().what());
                                    for (File const& file : *listing) std::printf("%s\n", file.name.c_str());
                                    entries += listing->size();
                                });
    std::printf("The requests are on their way.\n");
    io.run();
    return good && entries != 0 ? 0 : 1;
}
