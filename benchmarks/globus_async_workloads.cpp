// SPDX-License-Identifier: Apache-2.0
// The workloads of the yardstick that have many requests on their way, by one thread:
// globus_async_workloads w3|w8 BASE_URL. Prints {"ok": true, "value": V}.
#include <globus/asio.hpp>
#include <globus/services/transfer.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

namespace {

using namespace globus;

constexpr char source_id[] = "ddb59aef-6d04-11e5-ba46-22000b92c6ec";

using Transfer = Client<TransferService, AccessTokenPolicy, AsioTransport>;

long size_from_environment(char const* name, long otherwise) {
    char const* text = std::getenv(name);
    return text != nullptr ? std::strtol(text, nullptr, 10) : otherwise;
}

/// Keeps `at_once` requests on their way until `left` of them have begun.
struct Load {
    Transfer const& transfer;
    long left;
    long sum = 0;

    void next() {
        if (left == 0) return;
        --left;
        transfer.async_send(GetEndpoint{.endpoint_id = source_id},
                            [this](std::exception_ptr error, Response<Endpoint> endpoint) {
                                if (error) std::rethrow_exception(error);
                                sum += static_cast<long>(endpoint->preferred_parallelism.value());
                                next();
                            });
    }
};

long run(std::string const& url, long at_once, long all) {
    boost::asio::io_context io(1);
    AsioOptions options;
    if (char const* path = std::getenv("BENCH_CAPATH"))
        options.curl.ca_path = path;
    else if (char const* file = std::getenv("BENCH_CA"))
        options.curl.ca_file = file;
    // The floor has a connection for each request; BENCH_CONNECTIONS says how many there may be here.
    options.max_requests_per_host = options.max_requests =
        static_cast<std::size_t>(size_from_environment("BENCH_CONNECTIONS", at_once));
    Transfer const transfer{"bench-token", {.transport = AsioTransport(io, options), .base_url = url, .auth_url = url}};
    Load load{transfer, all};
    for (long i = 0; i != std::min(at_once, all); ++i) load.next();
    io.run();
    return load.sum;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    long value = 0;
    try {
        if (std::strcmp(argv[1], "w3") == 0) {
            long const workers = size_from_environment("WORKERS", 8);
            value = run(argv[2], workers, workers * size_from_environment("COUNT", 2000));
        } else if (std::strcmp(argv[1], "w8") == 0) {
            long const workers = size_from_environment("WORKERS", 1000);
            value = run(argv[2], workers, workers * size_from_environment("COUNT", 20));
        } else {
            return 2;
        }
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::printf("{\"ok\": true, \"value\": %ld}\n", value);
    return 0;
}
