// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_BROWSER_HPP
#define GLOBUS_CORE_PLATFORM_BROWSER_HPP

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

extern char** environ;

namespace globus::detail {

/// The program that opens the desktop's browser. It may be the browser itself, and stay for as long as that is open.
class BrowserOpener {
public:
    BrowserOpener() = default;
    BrowserOpener(BrowserOpener const&) = delete;
    BrowserOpener& operator=(BrowserOpener const&) = delete;
    /// One that is still there is left alone; who asks for its end is the next login.
    ~BrowserOpener() {
        if (child_ == 0) return;
        // A lock that is taken may be one that a child process has inherited, and that nobody gives back.
        if (std::unique_lock const lock(still_open().mutex, std::try_to_lock); lock)
            still_open().children.push_back(child_);
    }

    /// Gives a URL to the desktop's browser, without a shell and without waiting; false if there is none.
    bool start(std::string const& url) {
        reap();
#ifdef __APPLE__
        std::string program = "open";
#else
        std::string program = "xdg-open";
        auto const set = [](char const* name) {
            char const* value = std::getenv(name);
            return value != nullptr && *value != '\0';
        };
        if (!set("DISPLAY") && !set("WAYLAND_DISPLAY")) return false;
#endif
        std::string argument = url;
        char* arguments[] = {program.data(), argument.data(), nullptr};
        posix_spawn_file_actions_t actions;
        if (::posix_spawn_file_actions_init(&actions) != 0) return false;
        // A browser for the terminal must not take this program's, nor the chatter of others its output.
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        int const failed = ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments, environ);
        ::posix_spawn_file_actions_destroy(&actions);
        if (failed != 0) child_ = 0;
        return failed == 0;
    }
    /// True, once, when the opener has ended without having opened anything.
    [[nodiscard]] bool has_failed() {
        int status = 0;
        if (child_ == 0 || ::waitpid(child_, &status, WNOHANG) == 0) return false;
        child_ = 0;
        return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }

private:
    struct StillOpen {
        std::mutex mutex;
        std::vector<::pid_t> children;
    };
    static StillOpen& still_open() {
        static StillOpen all;
        return all;
    }
    /// Asks for the end of those of earlier logins: until then the system keeps a process that has ended.
    static void reap() {
        std::unique_lock const lock(still_open().mutex, std::try_to_lock);
        if (!lock) return;
        std::erase_if(still_open().children, [](::pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; });
    }

    ::pid_t child_ = 0;
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_BROWSER_HPP
