// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_FILES_HPP
#define GLOBUS_CORE_PLATFORM_FILES_HPP

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace globus::detail {

/// Why a file, or a directory, cannot be read; null if it can be.
inline char const* why_unreadable(std::string const& path, bool directory) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK) != 0) return std::strerror(errno);
    if (S_ISDIR(status.st_mode) != directory) return directory ? "it is no directory" : "it is a directory";
    return nullptr;
}

/// Whether a directory, which may not be there, has a name that is wanted.
template <class IsWanted>
bool directory_has(char const* path, IsWanted const& is_wanted) {
    DIR* const directory = ::opendir(path);
    if (directory == nullptr) return false;
    bool found = false;
    while (dirent const* const entry = found ? nullptr : ::readdir(directory))
        found = is_wanted(std::string_view(entry->d_name));
    ::closedir(directory);
    return found;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_FILES_HPP
