// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_PROCESS_HPP
#define GLOBUS_CORE_PLATFORM_PROCESS_HPP

#include <globus/core/config.hpp>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <string>

namespace globus::detail {

/// The process that made an object. A child that is forked has a copy of the object, but none of the other threads:
/// their locks are never given back and their waits never end; and its connections are those of the parent process.
///
/// A process is told by its number and by the forks since: in a pid namespace of its own a child can have the number of
/// its parent (pid_namespaces(7)), and what makes processes without fork(), such as clone(2), is not counted.
class Maker {
public:
    [[nodiscard]] bool is_this_process() const noexcept;
    /// @throws UsageError  in a child process
    void check() const;

private:
    static inline std::atomic<unsigned> count_ = 0;
    static inline int const counting_ =
        ::pthread_atfork(nullptr, nullptr, [] { count_.fetch_add(1, std::memory_order_relaxed); });

    pid_t process_ = ::getpid();
    std::atomic<unsigned> const* forks_ = &count_;  ///< where shared objects have each their own, that of the maker's
    unsigned before_ = forks_->load(std::memory_order_relaxed);
};

/// The name of this machine; empty if the system does not tell.
std::string host_name();

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/process.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_PROCESS_HPP
