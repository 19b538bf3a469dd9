// SPDX-License-Identifier: Apache-2.0
// One workload of the yardstick: globus_workloads WORKLOAD BASE_URL. Prints {"ok": true, "value": V}.
#include <globus/services/gcs.hpp>
#include <globus/services/transfer.hpp>

#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace globus;

constexpr char source_id[] = "ddb59aef-6d04-11e5-ba46-22000b92c6ec";
constexpr char destination_id[] = "ddb59af0-6d04-11e5-ba46-22000b92c6ec";

using Transfer = Client<TransferService, AccessTokenPolicy>;
using Options = Transfer::Options;

long size_from_environment(char const* name, long otherwise) {
    char const* text = std::getenv(name);
    return text != nullptr ? std::strtol(text, nullptr, 10) : otherwise;
}

template <class C>
typename C::Options options(std::string const& base_url) {
    CurlOptions curl;
    if (char const* path = std::getenv("BENCH_CAPATH"))
        curl.ca_path = path;
    else if (char const* file = std::getenv("BENCH_CA"))
        curl.ca_file = file;
    return {.transport = CurlTransport(curl), .base_url = base_url, .auth_url = base_url};
}

Transfer client(std::string const& base_url) { return Transfer{"bench-token", options<Transfer>(base_url)}; }

long one_get(Transfer const& transfer) {
    return static_cast<long>(transfer.get_endpoint({.endpoint_id = source_id})->preferred_parallelism.value());
}

long w1(std::string const& url) { return one_get(client(url)); }

long w2(std::string const& url) {
    Transfer const transfer = client(url);
    long sum = 0;
    for (long i = size_from_environment("COUNT", 5000); i != 0; --i) sum += one_get(transfer);
    return sum;
}

long w3(std::string const& url) {
    Transfer const transfer = client(url);
    long const count = size_from_environment("COUNT", 2000);
    std::vector<long> sums(static_cast<std::size_t>(size_from_environment("WORKERS", 8)));
    {
        std::vector<std::jthread> workers;
        for (long& sum : sums)
            workers.emplace_back([&] {
                for (long i = 0; i != count; ++i) sum += one_get(transfer);
            });
    }
    long total = 0;
    for (long const sum : sums) total += sum;
    return total;
}

/// Reads a directory of ENTRIES entries, and adds their sizes up.
long list(std::string const& url, std::string const& directory) {
    auto const listing = client(url).operation_ls(
        {.endpoint_id = source_id, .path = directory + std::to_string(size_from_environment("ENTRIES", 100000)) + "/"},
        {.keep_text = false});
    long sum = 0;
    for (File const& file : listing)
        if (file.type == "file") sum += static_cast<long>(file.size.value());
    return sum;
}

long w4(std::string const& url) { return list(url, "/projects/n"); }

/// The same over a slow link.
long w11(std::string const& url) { return list(url, "/projects/wan"); }

using Files = Client<GcsCollectionService, AccessTokenPolicy>;

/// The collection at `url`, whose files are in /files/.
Files files(std::string const& url) {
    return Files{GcsCollectionService{source_id, url}, "bench-token", options<Files>({})};
}

long w9(std::string const& url) {
    return static_cast<long>(files(url).download({.path = "/files/big.bin", .to = std::getenv("BENCH_FILE")}).bytes);
}

long w10(std::string const& url) {
    Files const collection = files(url);
    Upload const file{.from = std::getenv("BENCH_FILE"), .path = "/files/put/big.bin", .verify = false};
    return static_cast<long>(collection.upload(file).bytes);
}

long w5(std::string const& url) {
    Transfer const transfer = client(url);
    long const items = size_from_environment("ITEMS", 100000);
    TransferData data{.source_endpoint = source_id,
                      .destination_endpoint = destination_id,
                      .label = "yardstick",
                      .submission_id = transfer.get_submission_id()->value,
                      .sync_level = SyncLevel::checksum,
                      .verify_checksum = true};
    for (long i = 0; i != items; ++i) {
        char name[64];
        std::snprintf(name, sizeof name, "run-%04ld/file-%08ld.h5", i / 1000, i);
        data.add_item({.source_path = std::string("/projects/source/") + name,
                       .destination_path = std::string("/archive/destination/") + name});
    }
    auto const accepted = transfer.submit_transfer(std::move(data));
    return accepted->code.value() == "Accepted" && accepted.http_status() == 202 ? items : -1;
}

/// The list of tasks that an endpoint's administrator sees.
struct ManagedTasks {
    using service = TransferService;
    using result = TaskPage;
    static constexpr auto route = globus::get("/v0.10/endpoint_manager/task_list");
    static constexpr Paging paging{PagingStyle::last_key, "DATA", "last_key"};
    Optional<std::string> last_key = {};
    GLOBUS_MEMBERS(ManagedTasks, last_key);
};

long w6(std::string const& url) {
    Transfer const transfer = client(url);
    long sum = 0;
    for (Task const& task : transfer.paginate(ManagedTasks{})) sum += static_cast<long>(task.bytes_transferred.value());
    return sum;
}

long w7(std::string const& url) {
    using Renewing = Client<TransferService, RefreshPolicy<Native>>;
    Token const expired{.resource_server = "transfer.api.globus.org",
                        .access_token = "expired",
                        .refresh_token = "bench-refresh-token",
                        .expires_at_seconds = 1};
    Renewing const transfer{RefreshPolicy{Native{"0b6b3e4e-4d4f-4d0c-9d0e-5b8b3f0c7a11"}, expired},
                            options<Renewing>(url)};
    std::vector<int> answers(static_cast<std::size_t>(size_from_environment("WORKERS", 32)));
    std::barrier start(static_cast<std::ptrdiff_t>(answers.size()));
    {
        std::vector<std::jthread> workers;
        for (int& answer : answers)
            workers.emplace_back([&] {
                start.arrive_and_wait();
                answer = transfer.get_endpoint({.endpoint_id = source_id}).http_status() == 200 ? 1 : 0;
            });
    }
    long served = 0;
    for (int const answer : answers) served += answer;
    return served;
}

}  // namespace

int main(int argc, char** argv) {
    std::map<std::string, std::function<long(std::string const&)>> const workloads{
        {"w1", w1}, {"w2", w2}, {"w3", w3}, {"w4", w4},   {"w5", w5},
        {"w6", w6}, {"w7", w7}, {"w9", w9}, {"w10", w10}, {"w11", w11}};
    if (argc != 3 || !workloads.contains(argv[1])) {
        std::fputs("usage: globus_workloads w1|w2|w3|w4|w5|w6|w7|w9|w10|w11 BASE_URL\n", stderr);
        return 2;
    }
    try {
        std::printf("{\"ok\": true, \"value\": %ld}\n", workloads.at(argv[1])(argv[2]));
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
