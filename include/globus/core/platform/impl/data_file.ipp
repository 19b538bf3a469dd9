// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_DATA_FILE_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_DATA_FILE_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/data_file.hpp>
#include <globus/core/platform/descriptor.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL Descriptor open_again(std::string const& path, int flags) {
    int descriptor = -1;
    do descriptor = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
    while (descriptor < 0 && errno == EINTR);
    return Descriptor(descriptor);
}

GLOBUS_DECL Descriptor open_data_file(std::string const& path, bool make, bool fresh) {
    return open_again(path, O_RDWR | O_NOFOLLOW | (make ? O_CREAT : 0) | (fresh ? O_EXCL : 0));
}

GLOBUS_DECL Descriptor open_to_read(std::string const& path) { return open_again(path, O_RDONLY); }

GLOBUS_DECL bool write_at(Descriptor const& file, std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        auto const count = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return true;
}

GLOBUS_DECL std::ptrdiff_t read_at(Descriptor const& file, char* buffer, std::size_t size, std::uint64_t offset) {
    std::size_t there = 0;
    while (there != size) {
        auto const count = ::pread(file.get(), buffer + there, size - there, static_cast<off_t>(offset + there));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        there += static_cast<std::size_t>(count);
    }
    return static_cast<std::ptrdiff_t>(there);
}

GLOBUS_DECL bool resize_file(Descriptor const& file, std::uint64_t size) {
    return ::ftruncate(file.get(), static_cast<off_t>(size)) == 0;
}

GLOBUS_DECL bool sync_data(Descriptor const& file) {
#ifdef __APPLE__
    return ::fsync(file.get()) == 0;
#else
    return ::fdatasync(file.get()) == 0;
#endif
}

GLOBUS_DECL void begin_sync([[maybe_unused]] Descriptor const& file, [[maybe_unused]] std::uint64_t offset,
                            [[maybe_unused]] std::uint64_t size) {
#ifdef SYNC_FILE_RANGE_WRITE
    int const before = errno;
    (void)::sync_file_range(file.get(), static_cast<off_t>(offset), static_cast<off_t>(size), SYNC_FILE_RANGE_WRITE);
    errno = before;
#endif
}

GLOBUS_DECL bool set_permissions(Descriptor const& file, unsigned mode) {
    return ::fchmod(file.get(), static_cast<mode_t>(mode)) == 0;
}

GLOBUS_DECL bool set_modified(Descriptor const& file, std::int64_t seconds) {
    timespec times[2] = {};
    times[0].tv_nsec = UTIME_OMIT;
    times[1].tv_sec = static_cast<time_t>(seconds);
    return ::futimens(file.get(), times) == 0;
}

GLOBUS_DECL bool names_file(std::string const& path, Descriptor const& file) {
    struct stat named {};
    struct stat open {};
    return ::lstat(path.c_str(), &named) == 0 && ::fstat(file.get(), &open) == 0 && named.st_dev == open.st_dev &&
           named.st_ino == open.st_ino;
}

GLOBUS_DECL bool may_make_files(std::string const& directory) { return ::access(directory.c_str(), W_OK | X_OK) == 0; }

GLOBUS_DECL std::string boot_identity() {
    char text[64] = {};
#ifdef __APPLE__
    std::size_t size = sizeof text - 1;
    return ::sysctlbyname("kern.bootsessionuuid", text, &size, nullptr, 0) == 0 ? std::string(text) : std::string();
#else
    Descriptor const file = open_to_read("/proc/sys/kernel/random/boot_id");
    auto const count = file ? read_at(file, text, sizeof text, 0) : 0;
    return {text, count > 0 ? static_cast<std::size_t>(count) : 0};
#endif
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_DATA_FILE_IPP
