// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_ENTRIES_HPP
#define GLOBUS_TESTS_SUPPORT_ENTRIES_HPP

#include "support/catch.hpp"

#include <dirent.h>

/// How many entries a directory has: "/proc/self/task" has the threads of this process, "/proc/self/fd" its open files.
inline long entries_of(char const* directory) {
    long count = 0;
    DIR* const open = ::opendir(directory);
    REQUIRE(open != nullptr);
    while (::readdir(open) != nullptr) ++count;
    ::closedir(open);
    return count;
}

#endif  // GLOBUS_TESTS_SUPPORT_ENTRIES_HPP
