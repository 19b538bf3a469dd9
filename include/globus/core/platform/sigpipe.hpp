// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_SIGPIPE_HPP
#define GLOBUS_CORE_PLATFORM_SIGPIPE_HPP

#include <globus/core/config.hpp>

#include <signal.h>

namespace globus::detail {

/// A guard that keeps SIGPIPE from the calling thread, since OpenSSL writes without MSG_NOSIGNAL.
class SigpipeGuard {
public:
    explicit SigpipeGuard(bool needed);
    SigpipeGuard(SigpipeGuard const&) = delete;
    SigpipeGuard& operator=(SigpipeGuard const&) = delete;
    ~SigpipeGuard();

private:
    bool needed_;
    bool was_pending_ = false;
    sigset_t pipe_{};
    sigset_t before_{};
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/sigpipe.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_SIGPIPE_HPP
