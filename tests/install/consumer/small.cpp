// SPDX-License-Identifier: Apache-2.0
// A small program of somebody else, which is told the version that it should find.
#include <globus/core/crypto.hpp>
#include <globus/version.hpp>

#include <string>

int main(int argc, char** argv) {
    std::string const numbers = std::to_string(GLOBUS_VERSION_MAJOR) + '.' + std::to_string(GLOBUS_VERSION_MINOR) +
                                '.' + std::to_string(GLOBUS_VERSION_PATCH);
    bool const same = argc == 2 && numbers == argv[1] && numbers == GLOBUS_VERSION_STRING;
    return same && globus::sha256("").size() == 32 ? 0 : 1;
}
