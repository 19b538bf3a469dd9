// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_HOME_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_HOME_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/home.hpp>

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <string>

namespace globus::detail {

GLOBUS_DECL std::string home_directory() {
    char const* const home = std::getenv("HOME");
    if (home != nullptr && *home != '\0') return home;
    passwd record{};
    passwd* found = nullptr;
    std::string texts(1024, '\0');
    while (::getpwuid_r(::getuid(), &record, texts.data(), texts.size(), &found) == ERANGE &&
           texts.size() < (std::size_t{1} << 20))
        texts.resize(texts.size() * 2);
    return found != nullptr && found->pw_dir != nullptr ? found->pw_dir : "";
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_HOME_IPP
