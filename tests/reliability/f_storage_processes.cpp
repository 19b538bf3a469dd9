// SPDX-License-Identifier: Apache-2.0
// Token files of several processes, and of processes that die: bars F3 and F4.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <vector>

using namespace globus;

namespace {

TokenDataByResourceServer tokens(std::string const& access_token) {
    TokenDataByResourceServer all;
    for (char const* server : {"a", "b"})
        all[server] = {.resource_server = server, .scope = "s", .access_token = access_token, .expires_at_seconds = 9};
    return all;
}

}  // namespace

TEMPLATE_TEST_CASE("F3: killed at any system call, a store leaves the old tokens or the new ones", "[reliability][F3]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    // of several pages of a database each, so that half of a store can be told from all of it
    auto const old_tokens = tokens("old" + std::string(6000, 'o')), new_tokens = tokens("new" + std::string(6000, 'n'));
    int old_ones = 0, new_ones = 0;
    bool ended = false;
    for (int stop = 1; !ended; ++stop) {
        storage.store_token_data_by_resource_server(old_tokens);
        pid_t const child = ::fork();
        if (child == 0) {
            ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
            ::raise(SIGSTOP);
            storage.store_token_data_by_resource_server(new_tokens);
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        for (int i = 0; i != stop && WIFSTOPPED(status); ++i) {  // to before or behind the next system call
            ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
            ::waitpid(child, &status, 0);
        }
        ended = WIFEXITED(status);
        if (!ended) {
            ::kill(child, SIGKILL);
            ::waitpid(child, &status, 0);
        }
        auto const left = storage.get_token_data_by_resource_server();
        INFO("killed at stop " << stop);
        REQUIRE((left == old_tokens || left == new_tokens));
        ++(left == old_tokens ? old_ones : new_ones);
    }
    CHECK(old_ones > 10);  // the new ones are there only at the end
    CHECK(new_ones >= 1);
    storage.store_token_data_by_resource_server(old_tokens);
    for (auto const& entry : std::filesystem::directory_iterator(directory.path())) {
        std::string const name = entry.path().filename();
        CHECK((name == "tokens" || name == "tokens.lock"));
    }
}

namespace {

/// What a child does to files while it runs `f`, in order: "write tokens.tmp", "sync tokens.tmp", "rename", "unlink".
template <class F>
std::vector<std::string> traced(F const& f) {
    std::vector<std::string> done;
    pid_t const child = ::fork();
    if (child == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        f();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD);
    while (WIFSTOPPED(status)) {
        ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        ::waitpid(child, &status, 0);
        __ptrace_syscall_info call{};
        if (!WIFSTOPPED(status) || ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call) <= 0) continue;
        if (call.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
        std::string const descriptor =
            "/proc/" + std::to_string(child) + "/fd/" + std::to_string(static_cast<int>(call.entry.args[0]));
        std::error_code ignored;
        auto const name = [&] { return std::filesystem::read_symlink(descriptor, ignored).filename().string(); };
        switch (call.entry.nr) {
            case SYS_write:
            case SYS_pwrite64:
                done.push_back("write " + name());
                break;
            case SYS_fsync:
            case SYS_fdatasync:
                done.push_back("sync " + name());
                break;
#ifdef SYS_rename
            case SYS_rename:
#endif
#ifdef SYS_renameat
            case SYS_renameat:
#endif
            case SYS_renameat2:
                done.emplace_back("rename");
                break;
#ifdef SYS_unlink
            case SYS_unlink:
#endif
            case SYS_unlinkat:
                done.emplace_back("unlink");
                break;
            default:
                break;
        }
    }
    return done;
}

}  // namespace

TEMPLATE_TEST_CASE("F3: what is stored is on the disk before it takes the place of the old", "[reliability][F3]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    storage.store_token_data_by_resource_server(tokens("old"));
    auto const done = traced([&] { storage.store_token_data_by_resource_server(tokens("new")); });
    CHECK(storage.get_token_data("a")->access_token == Secret("new"));
    // each step has to be there, behind the one before it
    bool const json = std::is_same_v<TestType, JsonTokenStorage>;
    std::string const folder = directory.path().filename().string();
    std::vector<std::string> const steps =
        json ? std::vector<std::string>{"write tokens.tmp", "sync tokens.tmp", "rename", "sync " + folder}
             : std::vector<std::string>{"write tokens-journal", "sync tokens-journal", "write tokens", "sync tokens",
                                        "unlink"};
    std::string all;
    for (std::string const& step : done) all += step + '\n';
    INFO(all);
    auto at = done.begin();
    for (std::string const& step : steps) {
        INFO(step);
        at = std::find(at, done.end(), step);
        REQUIRE(at != done.end());
        if (step == "sync tokens-journal" || step == "sync tokens.tmp")  // nothing was written too early
            CHECK(std::count(done.begin(), at, json ? "rename" : "write tokens") == 0);
    }
    if (json) CHECK(std::count(std::find(done.begin(), done.end(), "rename"), done.end(), "write tokens.tmp") == 0);
}

TEMPLATE_TEST_CASE("F4: 8 processes of 8 threads, 200 updates each, of a file that is not there yet",
                   "[reliability][F4]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "new/tokens";
    std::vector<pid_t> children;
    for (int process = 0; process != 8; ++process) {
        pid_t const child = ::fork();
        if (child == 0) {
            std::atomic<bool> good = true;
            {
                std::vector<std::jthread> threads;
                for (int t = 0; t != 8; ++t)
                    threads.emplace_back([&] {
                        try {
                            TestType const storage(path, {.lock_timeout = std::chrono::seconds(60)});
                            for (int i = 0; i != 200; ++i)
                                storage.update([](TokenDataByResourceServer& stored) {
                                    TokenData& counter = stored["counter"];
                                    counter.resource_server = "counter";
                                    ++counter.expires_at_seconds;
                                    return true;
                                });
                        } catch (...) {
                            good = false;
                        }
                    });
            }
            ::_exit(good ? 0 : 1);
        }
        children.push_back(child);
    }
    int good = 0;
    for (pid_t const child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    CHECK(good == 8);
    CHECK(TestType(path).get_token_data("counter")->expires_at_seconds == 12800);
}

TEMPLATE_TEST_CASE("F4: a lock that is held is waited for, the wait ends, and death gives it back", "[reliability][F4]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType const storage(path, {.lock_timeout = std::chrono::milliseconds(300)});
    storage.store_token_data_by_resource_server(tokens("t"));
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_t const holder = ::fork();
    if (holder == 0) {
        TestType(path).update([&](TokenDataByResourceServer&) {
            [[maybe_unused]] auto const written = ::write(ready[1], "x", 1);
            ::pause();
            return false;
        });
        ::_exit(0);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
    ::kill(holder, SIGSTOP);
    auto const start = std::chrono::steady_clock::now();
    try {
        storage.store_token_data_by_resource_server(tokens("u"));
        FAIL_CHECK("two held the lock");
    } catch (TokenStorageError const& error) {
        CHECK(error.kind() == TokenStorageError::Kind::locked);
    }
    auto const waited = std::chrono::steady_clock::now() - start;
    CHECK(waited >= std::chrono::milliseconds(300));
    CHECK(waited < std::chrono::seconds(2));
    CHECK(storage.get_token_data("a").has_value());  // reading does not wait
    ::kill(holder, SIGKILL);
    int status = 0;
    ::waitpid(holder, &status, 0);
    storage.store_token_data_by_resource_server(tokens("u"));
    CHECK(storage.get_token_data("a")->access_token == Secret("u"));
}
