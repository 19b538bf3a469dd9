// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/platform/process.hpp>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <string>

namespace globus::detail {

struct Forks {
    static inline std::atomic<unsigned> count = 0;
    static inline int const counting =
        ::pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); });
};

GLOBUS_DECL Maker::Maker() noexcept
    : process_(::getpid()), forks_(&Forks::count), before_(forks_->load(std::memory_order_relaxed)) {}

GLOBUS_DECL bool Maker::is_this_process() const noexcept {
    return forks_->load(std::memory_order_relaxed) == before_ && ::getpid() == process_;
}

GLOBUS_DECL void Maker::check() const {
    if (!is_this_process())
        throw UsageError(
            "this object was made before fork(), and its locks and connections are those of the parent process: "
            "make a new one in the child process");
}

GLOBUS_DECL int around_forks(void (*before)(), void (*in_parent)(), void (*in_child)()) {
    return ::pthread_atfork(before, in_parent, in_child);
}

GLOBUS_DECL std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP
