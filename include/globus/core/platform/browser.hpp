// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_BROWSER_HPP
#define GLOBUS_CORE_PLATFORM_BROWSER_HPP

#include <globus/core/config.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace globus::detail {

/// The program that opens the desktop's browser. It may be the browser itself, and stay for as long as that is open.
class BrowserOpener {
public:
    BrowserOpener() = default;
    BrowserOpener(BrowserOpener const&) = delete;
    BrowserOpener& operator=(BrowserOpener const&) = delete;
    /// One that is still there is left alone; who asks for its end is the next login.
    ~BrowserOpener();

    /// Gives a URL to the desktop's browser, without a shell and without waiting; false if there is none.
    bool start(std::string const& url);
    /// True, once, when the opener has ended without having opened anything.
    [[nodiscard]] bool has_failed();

private:
    struct StillOpen {
        std::mutex mutex;
        std::vector<int> children;
    };
    static StillOpen& still_open();
    /// Asks for the end of those of earlier logins: until then the system keeps a process that has ended.
    static void reap();

    int child_ = 0;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/browser.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_BROWSER_HPP
