// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_SIGPIPE_HPP
#define GLOBUS_CORE_PLATFORM_SIGPIPE_HPP

#include <signal.h>

#include <ctime>

namespace globus::detail {

/// Keeps SIGPIPE from the calling thread; OpenSSL writes without MSG_NOSIGNAL.
class SigpipeGuard {
public:
    explicit SigpipeGuard(bool needed) : needed_(needed) {
        if (!needed_) return;
        sigset_t pending;
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    SigpipeGuard(SigpipeGuard const&) = delete;
    SigpipeGuard& operator=(SigpipeGuard const&) = delete;
    ~SigpipeGuard() {
        if (!needed_) return;
        timespec const now{};
        if (!was_pending_)
            while (sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {
            }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    bool needed_;
    bool was_pending_ = false;
    sigset_t pipe_{};
    sigset_t before_{};
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_SIGPIPE_HPP
