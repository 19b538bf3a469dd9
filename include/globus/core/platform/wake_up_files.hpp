// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
#define GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace globus::detail {

/**
 * What wakes a handle of a library from its wait, a pair of sockets or a pipe. Many versions of libcurl leave it to child
 * processes, and none tells its numbers (https://github.com/curl/curl/issues/13618). So bytes are sent through, a random
 * number of them, and the ends are those where exactly so many are, of all that were not there before the handle: other
 * threads open, write and close files meanwhile, which are none of ours to change.
 *
 * The kernel is asked by plain system calls: a number whose file another thread may just close is no data race.
 */
class WakeUpFiles {
public:
    /// To be made before the handle.
    WakeUpFiles() {
        // numbers below the first that is free are taken: a few are looked at, as another thread may close one
        std::size_t const free = first_free();
        first_ = free - std::min<std::size_t>(free, around);
        others_.resize(free + around - first_);
        for (std::size_t i = 0; i != others_.size(); ++i) others_[i] = is_inherited(first_ + i);
    }
    /// @param wake  sends one byte through, as curl_multi_wakeup does
    template <class Wake>
    void keep_from_children(Wake const& wake) {
        std::size_t const end = std::max(first_ + others_.size(), first_free() + around);
        others_.resize(end - first_);
        struct Candidate {
            std::size_t file;
            int of_one;  ///< what waits after one byte: a socket counts the memory that it takes
        };
        std::vector<Candidate> candidates;
        for (std::size_t i = 0; i != others_.size(); ++i)
            if (!others_[i] && is_inherited(first_ + i) && waiting(first_ + i) == 0)
                candidates.push_back({first_ + i, 0});
        wake();
        for (Candidate& one : candidates) one.of_one = waiting(one.file);
        int sent = 1;
        std::random_device random;
        for (int turn = 0; turn != 2; ++turn) {
            for (auto more = random() % 16 + 1; more != 0; --more, ++sent) wake();
            std::erase_if(candidates, [&](Candidate const& one) {
                return one.of_one == 0 || waiting(one.file) != sent * one.of_one;
            });
        }
        for (Candidate const& one : candidates) syscall(SYS_fcntl, one.file, F_SETFD, FD_CLOEXEC);
    }

private:
    static constexpr std::size_t around = 64;  ///< how many numbers other threads may take or close meanwhile

    static std::size_t first_free() {
        int const file = open("/", O_RDONLY | O_CLOEXEC);
        if (file < 0) return 0;
        close(file);
        return static_cast<std::size_t>(file);
    }
    /// A local socket or a pipe that child processes get.
    static bool is_inherited(std::size_t file) {
        if (syscall(SYS_fcntl, file, F_GETFD) != 0) return false;
        int domain = 0;
        socklen_t size = sizeof domain;
        if (getsockopt(static_cast<int>(file), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0) return domain == AF_UNIX;
        return syscall(SYS_fcntl, file, F_GETPIPE_SZ) > 0;
    }
    /// What waits to be read, here or at the other end.
    static int waiting(std::size_t file) {
        int to_read = 0, to_write = 0;
        syscall(SYS_ioctl, file, FIONREAD, &to_read);
        syscall(SYS_ioctl, file, TIOCOUTQ, &to_write);
        return std::max(to_read, to_write);
    }

    std::size_t first_ = 0;
    std::vector<bool> others_;  ///< from that number on: what child processes get and was there before
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
