// SPDX-License-Identifier: Apache-2.0
// G3: a shared object that has a client of its own can be unloaded, and leaves nothing behind.
#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/entries.hpp"

#include <dlfcn.h>
#include <thread>

TEST_CASE("G3: a plug-in with a client is loaded, used by threads and unloaded", "[reliability][G3]") {
    auto const round = [] {
        ByteServer const server([](ByteServer::Writer const& write) {
            write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"DATA\": []}");
        });
        void* const plugin = ::dlopen(GLOBUS_TESTS_PLUGIN, RTLD_NOW | RTLD_LOCAL);
        INFO((plugin == nullptr ? ::dlerror() : ""));
        REQUIRE(plugin != nullptr);
        auto const read_tasks = reinterpret_cast<int (*)(char const*)>(::dlsym(plugin, "read_tasks"));
        REQUIRE(read_tasks != nullptr);
        int there = 0;
        std::thread([&] { there = read_tasks(server.url().c_str()); }).join();
        CHECK(there == 200);
        CHECK(read_tasks(server.url().c_str()) == 200);
        REQUIRE(::dlclose(plugin) == 0);
        CHECK(::dlopen(GLOBUS_TESTS_PLUGIN, RTLD_NOW | RTLD_NOLOAD) == nullptr);  // it is gone
    };
    round();  // makes what libraries make once
    auto const before = entries_of("/proc/self/fd");
    for (int i = 0; i != 20; ++i) round();
    CHECK(entries_of("/proc/self/fd") == before);
}
