// SPDX-License-Identifier: Apache-2.0
// Token files seen from the system: what each call of a store does to files, and what happens when one fails. Bars F1,
// F3 and F7, and of A6 that a new token is never lost.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>
#include <globus/app/stored_refresh_policy.hpp>
#include <globus/http/mock_transport.hpp>

#include "support/catch.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
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

TEMPLATE_TEST_CASE("F1: at no system call is anything open to others, and nothing is written before it is private",
                   "[reliability][F1]", JsonTokenStorage, SqliteTokenStorage) {
    for (mode_t const mask : {mode_t{0}, mode_t{077}, mode_t{0777}}) {
        TemporaryDirectory const directory;
        std::vector<std::string> open_to_others, written;
        int const result = traced(
            [&] {
                ::umask(mask);
                TestType const storage(directory / "new/dir/tokens");
                storage.store_token_data_by_resource_server(tokens("first"));
                storage.store_token_data_by_resource_server(tokens("second"));
                return ::umask(0) == mask ? 0 : 1;
            },
            [&](Call const& call) {
                std::error_code gone;
                for (auto const& entry : std::filesystem::recursive_directory_iterator(directory.path(), gone))
                    if ((file_mode(entry.path()) & 0077U) != 0) open_to_others.push_back(entry.path());
                if (!call.begins || !call.writes()) return;
                std::string const name = call.file();
                if (!name.starts_with(directory.path().string())) return;
                written.push_back(call.file().filename());
                CHECK(file_mode(name) == 0600);
            });
        CHECK(result == 0);
        CHECK(open_to_others == std::vector<std::string>{});
        char const* const wanted = std::is_same_v<TestType, JsonTokenStorage> ? "tokens.tmp" : "tokens-journal";
        CHECK(std::count(written.begin(), written.end(), wanted) != 0);
    }
}

TEMPLATE_TEST_CASE("F3: what is stored is on the disk before it takes the place of the old", "[reliability][F3]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    storage.store_token_data_by_resource_server(tokens("old"));
    std::vector<std::string> done;
    (void)traced(
        [&] {
            storage.store_token_data_by_resource_server(tokens("new"));
            return 0;
        },
        [&](Call const& call) {
            if (!call.begins) return;
            if (call.writes()) done.push_back("write " + call.file().filename().string());
            if (call.syncs()) done.push_back("sync " + call.file().filename().string());
            if (call.renames()) done.emplace_back("rename");
            if (call.unlinks()) done.emplace_back("unlink");
        });
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

#ifdef __x86_64__  // to make a call fail is different for every processor

namespace {

/// True for the calls that fail when a disk is full or broken.
bool touches_disk(Call const& call) {
    switch (call.number) {
        case SYS_open:
        case SYS_openat:
        case SYS_mkdir:
        case SYS_mknod:
        case SYS_mknodat:
        case SYS_chmod:
        case SYS_fchmod:
        case SYS_fchmodat:
        case SYS_ftruncate:
            return true;
        default:
            return call.writes() || call.syncs() || call.renames() || call.unlinks();
    }
}

/// The same as `traced`, with the call number `n` of those that touch the disk failing. @param hit  set if it came to it
/// @param synced  the file whose sync it was, if it was one
int with_failure(int n, int code, bool& hit, std::function<int()> const& f, std::string* synced = nullptr) {
    int count = 0;
    hit = false;
    return with_failures(f, [&](Call const& call) {
        if (!touches_disk(call) || ++count != n) return 0;
        hit = true;
        if (synced != nullptr && call.syncs()) *synced = call.file();
        return code;
    });
}

/// What a child ends with. One that a sanitizer ends was wrong, too.
enum Outcome : int { stored, wrong, refused };

/// What a store ends with: a TokenStorageError is one of the two right ends.
Outcome outcome_of(std::function<void()> const& f) {
    try {
        f();
        return stored;
    } catch (TokenStorageError const&) {
        return refused;
    } catch (...) {
        return wrong;
    }
}

constexpr int disk_errors[] = {ENOSPC, EIO, EROFS, EDQUOT};

}  // namespace

TEMPLATE_TEST_CASE("F7: whatever system call fails, the old tokens are there byte for byte, or the new ones are",
                   "[reliability][F7]", JsonTokenStorage, SqliteTokenStorage) {
    auto const old_tokens = tokens("old" + std::string(6000, 'o')), new_tokens = tokens("new" + std::string(6000, 'n'));
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType const storage(path);
    for (int const code : disk_errors) {
        int refusals = 0;
        bool hit = true;
        for (int n = 1; hit; ++n) {
            INFO("call " << n << " fails: " << std::strerror(code));
            storage.store_token_data_by_resource_server(old_tokens);
            std::string const before = file_text(path);
            std::string synced;
            int const outcome = with_failure(
                n, code, hit,
                [&] { return outcome_of([&] { TestType(path).store_token_data_by_resource_server(new_tokens); }); },
                &synced);
            if (synced.starts_with(path)) REQUIRE(outcome == refused);  // it may not be on the disk
            auto const left = storage.get_token_data_by_resource_server();
            REQUIRE((left == old_tokens || left == new_tokens));
            if (left == old_tokens) REQUIRE(file_text(path) == before);
            REQUIRE((outcome == refused || (outcome == stored && left == new_tokens)));
            refusals += outcome == refused;
            if (outcome == refused) REQUIRE_FALSE(std::filesystem::exists(path + ".tmp"));
        }
        CHECK(refusals >= 6);
    }
}

TEMPLATE_TEST_CASE("F7: whatever system call of the first store fails, there are no tokens or all of them",
                   "[reliability][F7]", JsonTokenStorage, SqliteTokenStorage) {
    for (int const code : disk_errors) {
        int refusals = 0;
        bool hit = true;
        for (int n = 1; hit; ++n) {
            INFO("call " << n << " fails: " << std::strerror(code));
            TemporaryDirectory const directory;
            std::string const path = directory / "new/tokens";
            int const outcome = with_failure(n, code, hit, [&] {
                return outcome_of([&] { TestType(path).store_token_data_by_resource_server(tokens("new")); });
            });
            auto const left = TestType(path).get_token_data_by_resource_server();
            REQUIRE((left.empty() || left == tokens("new")));
            REQUIRE((outcome == refused || (outcome == stored && !left.empty())));
            refusals += outcome == refused;
        }
        CHECK(refusals >= 6);
    }
}

TEMPLATE_TEST_CASE("A6: whatever system call of a renewal fails, a new token that was given is used",
                   "[reliability][A6]", JsonTokenStorage, SqliteTokenStorage) {
    TokenDataByResourceServer const expired{{"a",
                                             {.resource_server = "a",
                                              .scope = "s",
                                              .access_token = "at0",
                                              .refresh_token = "rt0",
                                              .expires_at_seconds = 1}}};
    for (int const code : disk_errors) {
        int refusals = 0;
        bool hit = true;
        for (int n = 1; hit; ++n) {
            INFO("call " << n << " fails: " << std::strerror(code));
            TemporaryDirectory const directory;
            TestType const storage(directory / "tokens");
            storage.store_token_data_by_resource_server(expired);
            int const outcome = with_failure(n, code, hit, [&]() -> int {
                MockTransport transport;
                transport.otherwise([](http::Request const&) {
                    return http::Response{.status = 200,
                                          .body = R"({"token_type": "Bearer", "scope": "s", "expires_in": 3600,
                                "resource_server": "a", "access_token": "at1", "refresh_token": "rt1"})"};
                });
                bool used = false;
                int const end = outcome_of([&] {
                    auto const policy = stored_refresh_policy(Native{"client"}, storage, "a");
                    used = policy.authorize(transport, {"https://auth.globus.org/"}).header == Secret("Bearer at1") &&
                           policy.token().refresh_token == Secret("rt1");
                });
                return used == (transport.request_count() == 1) ? end : wrong;
            });
            REQUIRE(outcome != wrong);
            refusals += outcome == refused;
            TokenData const left = *storage.get_token_data("a");
            REQUIRE((left == expired.at("a") || left.refresh_token == Secret("rt1")));
        }
        CHECK(refusals >= 1);
    }
}

#endif

namespace {

constexpr int not_allowed = 77;

/// Gives this process a view of mounts of its own, and the right to change it. False if that is not allowed.
bool own_mounts() {
    std::string const user = std::to_string(::getuid()), group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", "0 " + user + " 1");
    write_file("/proc/self/gid_map", "0 " + group + " 1");
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// Runs `f` in a child process with a file system of 64 kB at `place`.
void on_a_small_disk(std::string const& place, std::function<int()> const& f) {
    pid_t const child = ::fork();
    if (child == 0) {
        if (!own_mounts() || ::mount("none", place.c_str(), "tmpfs", 0, "size=64k") != 0) ::_exit(not_allowed);
        int result = 99;
        try {
            result = f();
        } catch (...) {
        }
        ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == not_allowed)
        WARN("this process may not mount anything: not tried");
    else
        CHECK(WEXITSTATUS(status) == 0);  // else the number of the check that failed
}

std::optional<TokenStorageError::Kind> refusal(std::function<void()> const& f) {
    try {
        f();
    } catch (TokenStorageError const& error) {
        return error.kind();
    }
    return std::nullopt;
}

}  // namespace

TEMPLATE_TEST_CASE("F7: on a disk that is full the old tokens stay, byte for byte", "[reliability][F7]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    on_a_small_disk(directory.path(), [&] {
        std::string const path = directory / "tokens";
        TestType const storage(path);
        storage.store_token_data_by_resource_server(tokens("old"));
        std::string const before = file_text(path);
        write_file(directory / "filler", std::string(60000, 'x'));  // as much of it as goes in
        auto const full =
            refusal([&] { storage.store_token_data_by_resource_server(tokens(std::string(30000, 'n'))); });
        if (full != TokenStorageError::Kind::io) return 1;
        if (file_text(path) != before) return 2;
        if (storage.get_token_data_by_resource_server() != tokens("old")) return 3;
        if (std::filesystem::exists(path + ".tmp")) return 4;
        std::filesystem::remove(directory / "filler");
        storage.store_token_data_by_resource_server(tokens("new"));
        return storage.get_token_data_by_resource_server() == tokens("new") ? 0 : 5;
    });
}

TEMPLATE_TEST_CASE("F7: on a disk that may only be read tokens are read, and not stored", "[reliability][F7]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    on_a_small_disk(directory.path(), [&] {
        std::string const path = directory / "tokens";
        TestType(path).store_token_data_by_resource_server(tokens("old"));
        std::string const before = file_text(path);
        if (::mount("none", directory.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 1;
        TestType const storage(path);
        if (storage.get_token_data_by_resource_server() != tokens("old")) return 2;
        if (refusal([&] { storage.store_token_data_by_resource_server(tokens("new")); }) != TokenStorageError::Kind::io)
            return 3;
        if (!TestType(directory / "new/tokens").get_token_data_by_resource_server().empty()) return 4;
        return file_text(path) == before ? 0 : 5;
    });
}
