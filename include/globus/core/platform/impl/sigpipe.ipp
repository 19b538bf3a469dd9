// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/sigpipe.hpp>

#include <signal.h>

namespace globus::detail {

GLOBUS_DECL SigpipeGuard::SigpipeGuard(bool needed) : needed_(needed) {
    if (!needed_) return;
    sigset_t pending;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
}

GLOBUS_DECL SigpipeGuard::~SigpipeGuard() {
    if (!needed_) return;
    timespec const now{};
    if (!was_pending_)
        while (sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {
        }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP
