// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_FILES_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_FILES_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/core/platform/files.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL bool is_unsupported(int code) {
    return code == ENOSYS || code == ENOTSUP || code == EOPNOTSUPP || code == EINVAL;
}

GLOBUS_DECL FileFacts facts_from(struct stat const& status) {
    using Kind = FileFacts::Kind;
    return {.kind = S_ISREG(status.st_mode)   ? Kind::regular
                    : S_ISDIR(status.st_mode) ? Kind::directory
                    : S_ISLNK(status.st_mode) ? Kind::link
                                              : Kind::other,
            .mode = static_cast<unsigned>(status.st_mode) & 07777U,
            .own = status.st_uid == ::geteuid(),
            .of_root = status.st_uid == 0,
            .has_other_names = status.st_nlink > 1,
            .size = status.st_size,
            .modified = status.st_mtime};
}

GLOBUS_DECL std::optional<FileFacts> facts_of(Descriptor const& file) {
    struct stat status {};
    return ::fstat(file.get(), &status) == 0 ? std::optional(facts_from(status)) : std::nullopt;
}

GLOBUS_DECL std::optional<FileFacts> facts_at(std::string const& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? std::optional(facts_from(status)) : std::nullopt;
}

GLOBUS_DECL std::optional<FileFacts> facts_of_name(std::string const& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? std::optional(facts_from(status)) : std::nullopt;
}

GLOBUS_DECL Descriptor open_file(std::string const& path, Opening opening, Links links) {
    int const flags = static_cast<int>(opening) | static_cast<int>(links) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int descriptor = -1;
    do descriptor = ::open(path.c_str(), flags, 0600);
    while (descriptor < 0 && errno == EINTR);
    return Descriptor(descriptor);
}

GLOBUS_DECL std::ptrdiff_t read_file(Descriptor const& file, char* buffer, std::size_t size) {
    std::size_t there = 0;
    while (there != size) {
        auto const count = ::read(file.get(), buffer + there, size - there);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        there += static_cast<std::size_t>(count);
    }
    return static_cast<std::ptrdiff_t>(there);
}

GLOBUS_DECL bool write_file(Descriptor const& file, std::string_view text) {
    while (!text.empty()) {
        auto const count = ::write(file.get(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

GLOBUS_DECL bool make_private(std::string const& path) {
    return ::fchmodat(AT_FDCWD, path.c_str(), 0600, AT_SYMLINK_NOFOLLOW) == 0;
}

GLOBUS_DECL bool make_unopened(std::string const& path) {
#ifdef __APPLE__
    return static_cast<bool>(open_file(path, Opening::to_make));
#else
    return ::mknod(path.c_str(), S_IFREG | 0600, 0) == 0;
#endif
}

GLOBUS_DECL bool sync_file(Descriptor const& file) {
#ifdef F_FULLFSYNC
    if (::fcntl(file.get(), F_FULLFSYNC) == 0) return true;  // fsync of macOS leaves the text in the disk's own memory
#endif
    return ::fsync(file.get()) == 0;
}

GLOBUS_DECL bool sync_directory(std::string const& path) {
    Descriptor const directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory && sync_file(directory);
}

GLOBUS_DECL bool rename_file(std::string const& from, std::string const& to) {
    return ::rename(from.c_str(), to.c_str()) == 0;
}

GLOBUS_DECL std::string directory_of(std::string const& path) {
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

GLOBUS_DECL std::optional<std::string> real_directory(std::string const& directory) {
    std::unique_ptr<char, void (*)(void*)> const found(::realpath(directory.c_str(), nullptr), &std::free);
    return found == nullptr ? std::nullopt : std::optional<std::string>(found.get());
}

GLOBUS_DECL bool miscounts_links(std::string const& directory) {
    std::string name = directory + "/.links-XXXXXX";
    Descriptor const fresh(::mkostemp(name.data(), O_CLOEXEC));
    if (!fresh) return false;
    auto const facts = facts_of(fresh);
    ::unlink(name.c_str());
    return facts && facts->has_other_names;
}

GLOBUS_DECL char const* why_unreadable(std::string const& path, bool directory) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK) != 0) return std::strerror(errno);
    if (S_ISDIR(status.st_mode) != directory) return directory ? "it is no directory" : "it is a directory";
    return nullptr;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_FILES_IPP
