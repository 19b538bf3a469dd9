// SPDX-License-Identifier: Apache-2.0
// Bar A4 where memory runs out: a renewal that fails at any allocation keeps nobody waiting.
#include <globus/oauth/refresh_policy.hpp>

#include "support/catch.hpp"
#include "support/issuer.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <thread>

using namespace globus;
using namespace std::chrono_literals;

namespace {

thread_local int until_failure = 0;  ///< the allocation of this thread that fails; 0: none

}  // namespace

void* operator new(std::size_t size) {
    if (until_failure != 0 && --until_failure == 0) throw std::bad_alloc();
    if (void* const memory = std::malloc(size != 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return std::malloc(size != 0 ? size : 1); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("A4: a renewal lands whichever allocation fails in it", "[reliability][A4]") {
    struct Shared {  // lives on where a thread hangs
        std::shared_ptr<Issuer> issuer = std::make_shared<Issuer>();
        MockTransport transport = transport_to(issuer);
        RefreshPolicy<Native> policy{Native{"client"}, token("old", 1), {.on_refresh = [](Token const&) {}}};
        AuthContext context{"https://auth.globus.org/"};
        std::promise<Secret> second;
    };
    int failed = 0;
    for (int n = 1; n != 1000; ++n) {
        INFO(n);
        auto const shared = std::make_shared<Shared>();
        bool out_of_memory = false;
        until_failure = n;
        try {
            (void)shared->policy.authorize(shared->transport, shared->context);
        } catch (std::bad_alloc const&) {
            out_of_memory = true;
        }
        bool const reached = until_failure == 0;
        until_failure = 0;
        if (!reached) break;  // no allocation is left to fail
        failed += out_of_memory;
        auto second = shared->second.get_future();
        std::thread([shared] {
            shared->second.set_value(shared->policy.authorize(shared->transport, shared->context).header);
        }).detach();
        REQUIRE(second.wait_for(10s) == std::future_status::ready);
        REQUIRE(second.get().reveal().starts_with("Bearer token-"));
    }
    CHECK(failed > 20);
}
