// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_WAKE_UP_FILES_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_WAKE_UP_FILES_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/wake_up_files.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#ifdef __linux__
#include <sys/syscall.h>
#else
#include <sys/stat.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace globus::detail {

#ifdef __linux__
GLOBUS_DECL bool WakeUpFiles::is_inherited(std::size_t file) {
    if (syscall(SYS_fcntl, file, F_GETFD) != 0) return false;
    int domain = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(static_cast<int>(file), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0) return domain == AF_UNIX;
    return syscall(SYS_fcntl, file, F_GETPIPE_SZ) > 0;
}

GLOBUS_DECL int WakeUpFiles::waiting(std::size_t file) {
    int to_read = 0, to_write = 0;
    syscall(SYS_ioctl, file, FIONREAD, &to_read);
    syscall(SYS_ioctl, file, TIOCOUTQ, &to_write);
    return std::max(to_read, to_write);
}

GLOBUS_DECL void WakeUpFiles::keep(std::size_t file) { syscall(SYS_fcntl, file, F_SETFD, FD_CLOEXEC); }
#else
GLOBUS_DECL bool WakeUpFiles::is_inherited(std::size_t file) {
    int const number = static_cast<int>(file);
    if (::fcntl(number, F_GETFD) != 0) return false;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(number, reinterpret_cast<sockaddr*>(&address), &size) == 0) return address.ss_family == AF_UNIX;
    struct stat status {};
    return ::fstat(number, &status) == 0 && S_ISFIFO(status.st_mode);
}

GLOBUS_DECL int WakeUpFiles::waiting(std::size_t file) {
    int to_read = 0;
    ::ioctl(static_cast<int>(file), FIONREAD, &to_read);
    return to_read;
}

GLOBUS_DECL void WakeUpFiles::keep(std::size_t file) { ::fcntl(static_cast<int>(file), F_SETFD, FD_CLOEXEC); }
#endif

GLOBUS_DECL WakeUpFiles::WakeUpFiles() {
    // All numbers below the first free one are taken. A few of them are looked at, too: another thread may close one.
    std::size_t const free = first_free();
    first_ = free - std::min<std::size_t>(free, around);
    others_.resize(free + around - first_);
    for (std::size_t i = 0; i != others_.size(); ++i) others_[i] = is_inherited(first_ + i);
}

GLOBUS_DECL std::size_t WakeUpFiles::first_free() {
    int const file = open("/", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    close(file);
    return static_cast<std::size_t>(file);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_WAKE_UP_FILES_IPP
