// SPDX-License-Identifier: Apache-2.0
// G3: a shared object that has a client of its own can be unloaded, and leaves nothing behind.
#include <globus/core/error.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/entries.hpp"

#include <dlfcn.h>
#include <thread>

TEST_CASE("G3: what a plug-in throws is known by its class outside of it", "[reliability][G3]") {
    // The plug-in has hidden visibility. Where type names are compared (libstdc++) a handler finds its class in any case;
    // where their addresses are (libc++) only if the linker can make them one, so they are looked for among its symbols.
    void* const plugin = ::dlopen(GLOBUS_TESTS_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(plugin != nullptr);
    auto const refuse = reinterpret_cast<void (*)()>(::dlsym(plugin, "refuse"));
    REQUIRE(refuse != nullptr);
    CHECK_THROWS_AS(refuse(), globus::UsageError);
    for (char const* name :
         {"_ZTIN6globus5ErrorE", "_ZTIN6globus10UsageErrorE", "_ZTIN6globus12NetworkErrorE", "_ZTIN6globus8ApiErrorE",
          "_ZTIN6globus11DecodeErrorE", "_ZTIN6globus16TransferApiErrorE"}) {
        INFO(name);
        CHECK(::dlsym(plugin, name) != nullptr);
    }
    REQUIRE(::dlclose(plugin) == 0);
}

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
