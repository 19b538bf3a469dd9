// SPDX-License-Identifier: Apache-2.0
// A program that does not block, made of the single headers alone.
#include <globus/asio.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdio>

int main() {
    globus::MockTransport mock;
    mock.reply(200, R"({"DATA": [{"name": "a.txt", "type": "file"}]})");
    boost::asio::io_context io;
    globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::AsioTransport> const transfer{
        "token", {.transport = globus::AsioTransport{io, mock}}};
    std::size_t files = 0;
    transfer.async_try_send(globus::OperationLs{.endpoint_id = "e"},
                            [&](globus::Result<globus::Response<globus::FileList>> listing) {
                                if (listing) files = listing->size();
                            });
    io.run();
    std::printf("%zu files\n", files);
    return files == 1 ? 0 : 1;
}
