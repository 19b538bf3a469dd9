// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
#define GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP

#include <globus/core/config.hpp>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace globus::detail {

/**
 * What wakes a handle of a library from its wait, a pair of sockets or a pipe. Many versions of libcurl leave it to
 * child processes, and none tells its numbers (https://github.com/curl/curl/issues/13618). So a random number of bytes
 * is sent through, and the ends are those that hold exactly that many, among all that were not there before the handle:
 * other threads open, write and close files meanwhile, which must not be changed.
 *
 * Linux is asked by plain system calls: a number whose file another thread may be closing is not a data race.
 */
class WakeUpFiles {
public:
    /// It must be made before the handle.
    WakeUpFiles();
    /// @param wake  sends one byte through, as curl_multi_wakeup does
    template <class Wake>
    void keep_from_children(Wake const& wake) {
        std::size_t const end = std::max(first_ + others_.size(), first_free() + around);
        others_.resize(end - first_);
        struct Candidate {
            std::size_t file;
            int of_one;  ///< how much waits after one byte: a socket counts the memory that it takes
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
        for (Candidate const& one : candidates) keep(one.file);
    }

private:
    static constexpr std::size_t around = 64;  ///< how many numbers other threads may take or close meanwhile

    static std::size_t first_free();
    /// True for a local socket or a pipe that child processes inherit.
    static bool is_inherited(std::size_t file);
    /// How much waits to be read, here or, as only Linux tells, at the other end.
    static int waiting(std::size_t file);
    /// Child processes do not inherit it from now on.
    static void keep(std::size_t file);

    std::size_t first_ = 0;
    std::vector<bool> others_;  ///< from that number on: what child processes inherit and was there before
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/wake_up_files.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
