// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/sigpipe.hpp>

#include <signal.h>

namespace globus::detail {

/// Takes a pending SIGPIPE, which is blocked; false if there is none.
GLOBUS_DECL bool take_sigpipe(sigset_t const& pipe) {
#ifdef __APPLE__
    sigset_t pending;
    sigpending(&pending);
    int taken = 0;
    return sigismember(&pending, SIGPIPE) == 1 && sigwait(&pipe, &taken) == 0;
#else
    timespec const now{};
    return sigtimedwait(&pipe, nullptr, &now) == SIGPIPE;
#endif
}

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
    if (!was_pending_)
        while (take_sigpipe(pipe_)) {
        }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP
