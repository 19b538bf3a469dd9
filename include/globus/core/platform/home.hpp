// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_HOME_HPP
#define GLOBUS_CORE_PLATFORM_HOME_HPP

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <string>

namespace globus::detail {

/// The user's home directory: HOME, or else what the password database says, as for programs that a batch system or
/// cron starts without it. Empty if neither knows one.
inline std::string home_directory() {
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

#endif  // GLOBUS_CORE_PLATFORM_HOME_HPP
