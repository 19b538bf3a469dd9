// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_BROWSER_HPP
#define GLOBUS_CORE_PLATFORM_BROWSER_HPP

#include <globus/core/config.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace globus::detail {

/// The program that opens the desktop's browser. It may be the browser itself, and then run for as long as that is
/// open.
class BrowserOpener {
public:
    BrowserOpener() = default;
    BrowserOpener(BrowserOpener const&) = delete;
    BrowserOpener& operator=(BrowserOpener const&) = delete;
    /// A program that is still running is left alone; the next login collects its exit status.
    ~BrowserOpener();

    /// Gives a URL to the desktop's browser, without a shell and without waiting; false if there is none.
    bool start(std::string const& url);
    /// True, once, when the opener has ended without opening anything.
    [[nodiscard]] bool has_failed();

private:
    struct StillOpen {
        std::mutex mutex;
        std::vector<int> children;
    };
    static StillOpen& still_open();
    /// Collects the exit status of the openers of earlier logins: until then the system keeps an ended process.
    static void reap();

    int child_ = 0;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/browser.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_BROWSER_HPP
