// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_PROCESS_HPP
#define GLOBUS_CORE_PLATFORM_PROCESS_HPP

#include <globus/core/config.hpp>

#include <atomic>
#include <string>

namespace globus::detail {

/// The process that made an object. A child that is forked has a copy of the object, but none of the other threads:
/// their locks are never released and their waits never end; and its connections are those of the parent process.
///
/// A process is identified by its number and by the forks since: in a pid namespace of its own a child can have the
/// number of its parent (pid_namespaces(7)), and calls that make processes without fork(), such as clone(2), are not
/// counted.
class Maker {
public:
    /// Refers to this process.
    Maker() noexcept;
    [[nodiscard]] bool is_this_process() const noexcept;
    /// @throws UsageError  in a child process
    void check() const;

private:
    int process_;
    std::atomic<unsigned> const* forks_;  ///< the maker's, where each shared object has its own
    unsigned before_;
};

/// Has functions called around every fork(), before it, and after it in the parent and in the child; see
/// pthread_atfork(3). Its result only serves to initialise a variable.
int around_forks(void (*before)(), void (*in_parent)(), void (*in_child)());

/// The name of this machine; empty if the system does not say.
std::string host_name();

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/process.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_PROCESS_HPP
