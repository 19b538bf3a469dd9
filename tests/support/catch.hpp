// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_CATCH_HPP
#define GLOBUS_TESTS_SUPPORT_CATCH_HPP

// Catch2, whichever of 2.13 and 3 is installed. Tests are written with the names of version 3:
// `Catch::Approx`, `Catch::Matchers::ContainsSubstring`.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>

#include <string>

namespace Catch {
using Detail::Approx;  // else a matcher of the same name is found too
}

namespace Catch::Matchers {

/// The name that Catch2 3 has for `Contains` on strings.
inline StdString::ContainsMatcher ContainsSubstring(std::string const& part,
                                                    CaseSensitive::Choice sensitivity = CaseSensitive::Yes) {
    return Contains(part, sensitivity);
}

}  // namespace Catch::Matchers
#endif

#endif  // GLOBUS_TESTS_SUPPORT_CATCH_HPP
