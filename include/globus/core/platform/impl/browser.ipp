// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_IMPL_BROWSER_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_BROWSER_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/browser.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#ifdef __APPLE__
#include <crt_externs.h>
#else
extern char** environ;
#endif

namespace globus::detail {

/// The environment, for a program that is started.
GLOBUS_DECL char** whole_environment() {
#ifdef __APPLE__
    return *::_NSGetEnviron();  // a shared library has no `environ` there
#else
    return environ;
#endif
}

GLOBUS_DECL BrowserOpener::~BrowserOpener() {
    if (child_ == 0) return;
    // This does not wait: a child process may have inherited the lock, without the thread that would release it.
    if (std::unique_lock const lock(still_open().mutex, std::try_to_lock); lock)
        still_open().children.push_back(child_);
}

GLOBUS_DECL bool BrowserOpener::start(std::string const& url) {
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
    // A browser for the terminal must not use this program's terminal, and the chatter of others must not get into its
    // output.
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int const failed = ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments, whole_environment());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) child_ = 0;
    return failed == 0;
}

GLOBUS_DECL bool BrowserOpener::has_failed() {
    int status = 0;
    if (child_ == 0 || ::waitpid(child_, &status, WNOHANG) == 0) return false;
    child_ = 0;
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

GLOBUS_DECL BrowserOpener::StillOpen& BrowserOpener::still_open() {
    static StillOpen all;
    return all;
}

GLOBUS_DECL void BrowserOpener::reap() {
    std::unique_lock const lock(still_open().mutex, std::try_to_lock);
    if (!lock) return;
    std::erase_if(still_open().children, [](::pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; });
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_BROWSER_IPP
