// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_FUZZ_FUZZ_HPP
#define GLOBUS_TESTS_FUZZ_FUZZ_HPP

// What every fuzz target needs: its entry, and a way to say that something that always holds does not.

#include <globus/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What is fuzzed; an exception that gets out, a crash and a broken promise are findings.
void fuzz(std::string_view input);

inline void always(bool holds, char const* promise) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", promise);
    std::abort();
}

/// Runs `f`, which may throw errors of this library and nothing else; false if it did.
template <class F>
bool no_error(F&& f) {
    try {
        f();
        return true;
    } catch (globus::Error const&) {
        return false;
    }
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz({reinterpret_cast<char const*>(data), size});
    return 0;
}

#endif  // GLOBUS_TESTS_FUZZ_FUZZ_HPP
