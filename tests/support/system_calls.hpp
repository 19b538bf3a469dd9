// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_SYSTEM_CALLS_HPP
#define GLOBUS_TESTS_SUPPORT_SYSTEM_CALLS_HPP

// A child process whose system calls are looked at, and made to fail.

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>

/// A system call of a child that is stopped at its beginning or its end.
struct Call {
    pid_t child;
    long number;
    bool begins;
    long argument;  ///< the first one
    long second;    ///< the second one

    /// The file that the first argument is a descriptor of.
    [[nodiscard]] std::filesystem::path file() const {
        std::error_code ignored;
        return std::filesystem::read_symlink(
            "/proc/" + std::to_string(child) + "/fd/" + std::to_string(static_cast<int>(argument)), ignored);
    }
    /// True for a write to a file; the code that a sanitizer adds writes to pipes.
    [[nodiscard]] bool writes() const {
        return (number == SYS_write || number == SYS_pwrite64) && file().is_absolute();
    }
    [[nodiscard]] bool syncs() const { return number == SYS_fsync || number == SYS_fdatasync; }
    [[nodiscard]] bool renames() const {
#ifdef SYS_rename
        if (number == SYS_rename) return true;
#endif
#ifdef SYS_renameat
        if (number == SYS_renameat) return true;
#endif
        return number == SYS_renameat2;
    }
    [[nodiscard]] bool unlinks() const {
#ifdef SYS_unlink
        if (number == SYS_unlink) return true;
#endif
        return number == SYS_unlinkat;
    }
};

/// Runs `f` in a child process that stops at each system call for `look`. @return  what `f` returned, -1 if it was killed
inline int traced(std::function<int()> const& f, std::function<void(Call const&)> const& look) {
    pid_t const child = ::fork();
    if (child == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        ::_exit(f());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD);
    Call call{.child = child, .number = -1, .begins = false, .argument = 0, .second = 0};
    while (WIFSTOPPED(status)) {
        ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        ::waitpid(child, &status, 0);
        __ptrace_syscall_info info{};
        if (!WIFSTOPPED(status) || ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) <= 0) continue;
        call.begins = info.op == PTRACE_SYSCALL_INFO_ENTRY;
        if (call.begins) {
            call.number = static_cast<long>(info.entry.nr);
            call.argument = static_cast<long>(info.entry.args[0]);
            call.second = static_cast<long>(info.entry.args[1]);
        }
        look(call);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#ifdef __x86_64__  // to make a call fail is different for every processor
/// The same, with those calls failing for which `code_of` gives the code of an error and not 0.
inline int with_failures(std::function<int()> const& f, std::function<int(Call const&)> const& code_of) {
    int failing = 0;
    return traced(f, [&](Call const& call) {
        if (call.begins && (failing = code_of(call)) != 0) {
            // the kernel is asked for a call that there is not, and its answer is exchanged
            ::ptrace(PTRACE_POKEUSER, call.child, offsetof(user, regs.orig_rax), -1L);
        } else if (!call.begins && failing != 0) {
            ::ptrace(PTRACE_POKEUSER, call.child, offsetof(user, regs.rax), static_cast<long>(-failing));
            failing = 0;
        }
    });
}
#endif

#endif  // GLOBUS_TESTS_SUPPORT_SYSTEM_CALLS_HPP
