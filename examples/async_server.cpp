// SPDX-License-Identifier: Apache-2.0
// A small server that answers each of its clients by calling Globus, all on one thread. Whoever connects and sends a
// path, as in `echo / | nc 127.0.0.1 PORT`, gets the names below it. Here the clients are of the same program, and
// Globus is a local one.
#include <globus/asio.hpp>
#include <globus/sandbox.hpp>
#include <globus/services/transfer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>

using namespace globus;
namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using Transfer = Client<TransferService, AccessTokenPolicy, AsioTransport>;

/// The names below a path, or why they are not known.
awaitable<std::string> names(Transfer const& transfer, std::string collection, std::string path) {
    OperationLs const ls{.endpoint_id = std::move(collection), .path = std::move(path)};
    CallOptions options;
    options.timeout = std::chrono::seconds(5);
    auto const listing = co_await transfer.async_try_send(ls, options, use_awaitable);
    if (!listing) co_return std::string(listing.error().what()) + '\n';
    std::string text;
    for (File const& file : *listing) text += file.name + '\n';
    co_return text;
}

awaitable<void> answer(tcp::socket socket, Transfer const& transfer, std::string collection) {
    std::string path;
    std::size_t const size = co_await asio::async_read_until(socket, asio::dynamic_buffer(path), '\n', use_awaitable);
    path.resize(size - 1);
    std::string const text = co_await names(transfer, std::move(collection), std::move(path));
    co_await asio::async_write(socket, asio::buffer(text), use_awaitable);
}

awaitable<void> serve(tcp::acceptor& acceptor, Transfer const& transfer, std::string collection, int clients) {
    for (; clients != 0; --clients) {
        tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
        asio::co_spawn(acceptor.get_executor(), answer(std::move(socket), transfer, collection), asio::detached);
    }
}

/// A client of the server.
awaitable<void> ask(tcp::endpoint server, std::string path, int& answered) {
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(server, use_awaitable);
    path += '\n';
    co_await asio::async_write(socket, asio::buffer(path), use_awaitable);
    std::string text;
    std::size_t const size = co_await asio::async_read_until(socket, asio::dynamic_buffer(text), '\n', use_awaitable);
    std::printf("%s: %s", path.substr(0, path.size() - 1).c_str(), text.substr(0, size).c_str());
    answered += size != 0;
}

int main() {
    sandbox::Server globus_here;
    asio::io_context io;
    Transfer const transfer{
        globus_here.user_token(TransferService::resource_server),
        {.transport = AsioTransport{io}, .base_url = globus_here.base_url(), .auth_url = globus_here.base_url()}};
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    std::string const paths[] = {"/", "/", "/nowhere/"};
    int answered = 0;
    asio::co_spawn(io, serve(acceptor, transfer, globus_here.source_collection(), 3), asio::detached);
    for (std::string const& path : paths)
        asio::co_spawn(io, ask(acceptor.local_endpoint(), path, answered), asio::detached);
    io.run();
    return answered == 3 ? 0 : 1;
}
