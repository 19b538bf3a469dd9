// SPDX-License-Identifier: Apache-2.0
// What a small part of a file costs by RemoteFile::read_at, as a multiple of what it costs by libcurl alone.
//
//   globus_ranges BASE_URL [COUNT [THREADS]]
//
// Both read COUNT random parts of 4 KiB of BASE_URL/files/big.bin from THREADS threads, in turns, and the processor time
// of this process is compared. The server is elsewhere.
#include <globus/services/gcs.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t part_size = 4096;

/// Calls `read` with random offsets, from several threads, each of which makes its own; returns the processor time.
double seconds(int count, int threads, std::uint64_t size,
               std::function<std::function<void(std::uint64_t)>()> const& make_read) {
    std::clock_t const begin = std::clock();
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i != threads; ++i)
            workers.emplace_back([&, i] {
                auto const read = make_read();
                std::minstd_rand random(static_cast<unsigned>(i) + 1);
                for (int k = 0; k != count / threads; ++k) read(random() % (size - part_size));
            });
    }
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

std::size_t collect(char* data, std::size_t size, std::size_t count, void* to) {
    static_cast<std::string*>(to)->append(data, size * count);
    return size * count;
}

/// Reads parts as a program would that knows nothing but libcurl.
std::function<void(std::uint64_t)> by_curl(std::string const& url) {
    std::shared_ptr<CURL> const easy(curl_easy_init(), &curl_easy_cleanup);
    std::shared_ptr<curl_slist> const headers(curl_slist_append(nullptr, "Authorization: Bearer bench-token"),
                                              &curl_slist_free_all);
    auto const part = std::make_shared<std::string>();
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &collect);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, part.get());
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    return [easy, headers, part](std::uint64_t offset) {
        part->clear();
        std::string const range = std::to_string(offset) + '-' + std::to_string(offset + part_size - 1);
        curl_easy_setopt(easy.get(), CURLOPT_RANGE, range.c_str());
        if (curl_easy_perform(easy.get()) != CURLE_OK || part->size() != part_size)
            throw std::runtime_error("libcurl did not get a part");
    };
}

}  // namespace

int main(int argc, char** argv) try {
    using namespace globus;
    if (argc < 2) throw std::runtime_error("usage: globus_ranges BASE_URL [COUNT [THREADS]]");
    std::string const url = argv[1];
    int const count = argc > 2 ? std::atoi(argv[2]) : 10'000, threads = argc > 3 ? std::atoi(argv[3]) : 16;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    Client<GcsCollectionService, AccessTokenPolicy> const files{GcsCollectionService{"bench", url}, "bench-token"};
    RemoteFile const file = files.open("/files/big.bin");
    auto const by_read_at = [&] {
        auto const part = std::make_shared<std::vector<std::byte>>(part_size);
        return [part, &file](std::uint64_t offset) {
            if (file.read_at(offset, *part) != part_size) throw std::runtime_error("read_at did not get a part");
        };
    };
    std::vector<double> ratios;
    for (int round = 0; round != 5; ++round) {
        double const curl = seconds(count, threads, file.size(), [&] { return by_curl(url + "/files/big.bin"); });
        double const own = seconds(count, threads, file.size(), by_read_at);
        std::printf("libcurl %.1f us, read_at %.1f us a part\n", 1e6 * curl / count, 1e6 * own / count);
        ratios.push_back(own / curl);
    }
    std::nth_element(ratios.begin(), ratios.begin() + 2, ratios.end());
    std::printf("read_at is %.2f of libcurl\n", ratios[2]);
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
